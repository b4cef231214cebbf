"""The left pane of 会話: the chats under their jobs, or what a search finds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from gettext import gettext as _
from gettext import ngettext
from itertools import groupby
from typing import Any

from flask import Blueprint, current_app, render_template, request, url_for

from archiver import errors
from archiver.claims.messages import turn
from archiver.records import Contract
from archiver.render.invisible_characters import visible
from archiver.store.archive import Reading
from archiver.store.queries.contract_activity import activity_of
from archiver.store.queries.contracts import contracts
from archiver.store.queries.people import names_and_descriptions
from archiver.store.queries.viewing.message_summaries import count_changed, last_messages
from archiver.store.search.newest_hits import HitPosition
from archiver.store.search.query import SearchQuery, parse
from archiver.store.search.search import OtherHit, SearchResult, search
from archiver.web.context import chats, cursor_text, parse_cursor, view_context
from archiver.web.talk import files, message_links, tasks
from archiver.web.talk.flow import list_time
from archiver.wording import N_

LENGTH_LIMIT = 500
"""Characters that are read of a search."""
HITS_LIMIT = 50
"""Messages on a page."""
COUNT_LIMIT = 200
"""Messages are counted up to this number: counting those with a common character would take seconds."""
OTHERS_LIMIT = 30
"""Other hits on a page."""
KINDS = {"file": N_("file"), "task": N_("task"), "description": N_("description"), "attachment": N_("attachment")}
"""The words for the kinds of other hits."""


def search_pane(reading: Reading, words: str) -> dict[str, Any]:
    """The values of the pane for these words; what cannot be understood is said in a sentence."""
    place = parse_cursor(request.args.get("older", ""), 2)
    older_than = None if place is None else HitPosition(place[0], place[1], 0)
    nothing = {"error": "", "heading": "", "groups": [], "older": "", "others": [], "more": 0}
    values: dict[str, Any] = {"q": words, **nothing}
    try:
        query = parse(words, now=view_context().now())
        result = search(reading, query, limit=HITS_LIMIT, older_than=older_than, count_limit=COUNT_LIMIT)
    except errors.UsageError as error:
        return values | {"error": str(error)}
    references_of = message_links.references_by_room(reading)
    lines = [
        message_links.message_line(one, result.rooms, words=query.words, references=references_of(one.room_id))
        for one in result.hits
    ]
    jobs = {int(room.room_id): job.called for job in reversed(contracts(reading)) for room in job.rooms}
    groups = groupby(lines, lambda line: jobs.get(line["room_id"], line["chat"]))
    return values | {
        "heading": _heading(result, is_first=place is None),
        "groups": [(name, [*rows]) for name, rows in groups],
        "older": "" if result.older is None else cursor_text(result.older[:2]),
        "others": [_other_line(reading, one, query, result.rooms) for one in result.others[:OTHERS_LIMIT]],
        "more": max(0, len(result.others) - OTHERS_LIMIT),
    }


def _heading(result: SearchResult, *, is_first: bool) -> str:
    if not result.hits:
        return _("No message was found.") if is_first else _("No older message was found.")
    if not result.is_exact:
        sentence = _("{n} or more messages, the newest first") if result.total else _("Messages, the newest first")
        return sentence.format(n=f"{result.total:,}")
    sentence = ngettext("{n} message, the newest first", "{n} messages, the newest first", result.total)
    return sentence.format(n=f"{result.total:,}")


def _other_line(reading: Reading, hit: OtherHit, query: SearchQuery, names: Mapping[int, str]) -> dict[str, Any]:
    if hit.room_id is not None:
        place = message_links.chat_name(hit.room_id, names)
    else:
        place = _("Job {contract}").format(contract=visible(hit.contract or ""))
    kind, text = _(KINDS[hit.kind]), message_links.text_snippet(hit.text, query.words)
    return {"kind": kind, "time": hit.time, "place": place, "text": text, "address": _address(reading, hit)}


def _address(reading: Reading, hit: OtherHit) -> str:
    """The URL of the page that shows the hit; empty if there is none."""
    if hit.room_id is None:
        is_writing = "contracts.contract" in current_app.view_functions
        return url_for("contracts.contract", name=hit.contract, _anchor="enclosures") if is_writing else ""
    match hit.kind:
        case "file":
            return files.file_url(reading, hit.room_id, int(hit.id))
        case "task":
            return tasks.task_url(reading, hit.room_id, int(hit.id))
        case _:
            _names, descriptions = names_and_descriptions(reading, hit.room_id)
            number = next(
                (number for number, seen in enumerate(descriptions, 1) if seen.since == hit.time), len(descriptions)
            )
            return url_for("about.room", room=hit.room_id, upto=number, _anchor="description")


def chat_list(reading: Reading) -> dict[str, Any]:
    """The values of the pane, the hits where something is searched."""
    words = request.args.get("q", "")[:LENGTH_LIMIT].strip()
    if words:
        return search_pane(reading, words) | {"keep": {"q": words}, "at": request.args.get("at", "")}
    is_waiting = bool(request.args.get("waiting"))
    every = sorted(contracts(reading), key=lambda one: one.state != "open")
    found = {one.room_id: one for one in chats(reading)}
    last = last_messages(reading, found)
    shown = {*_awaited_rooms(reading, every)} if is_waiting else {*found}
    references = message_links.references_by_room(reading)
    jobs = []
    for job in every:
        rooms = [found[int(one.room_id)] for one in job.rooms if int(one.room_id) in shown]
        rows: list[dict[str, Any]] = []
        for room in dict.fromkeys(rooms):
            message = last.get(room.room_id)
            text = message_links.words_line(message.text, references(room.room_id)) if message else ""
            row = {"chat": room, "message": message, "text": text, "changed": count_changed(reading, room.room_id)}
            rows.append(row | {"sent": message.sent if message else None})
        if rows or not is_waiting:
            rows.sort(key=lambda one: one["sent"].timestamp() if one["sent"] else 0, reverse=True)
            jobs.append({"job": job, "rows": rows})
    return {
        "q": "",
        "jobs": jobs,
        "waiting": is_waiting,
        "keep": {"waiting": 1} if is_waiting else {},
        "owner": message_links.owner_of(reading),
        "time": partial(list_time, now=view_context().now()),
    }


def _awaited_rooms(reading: Reading, every: list[Contract]) -> Iterator[int]:
    """The chats of open jobs in which the other side acted last, so that they wait for the user."""
    for job in every:
        for room in {one.room_id for one in job.rooms} if job.state == "open" else ():
            parts = [one for one in job.rooms if one.room_id == room]
            if turn(activity_of(reading, job, rooms=parts, is_counting=False).facts).value.is_reporters:
                yield int(room)


pages = Blueprint("chats", __name__)


@pages.get("/conversations")
def index() -> str:
    """The chats of every job; those that were ended come last."""
    with view_context().reading() as reading:
        return render_template("conversations.html", list=chat_list(reading), chat=None)
