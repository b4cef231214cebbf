"""What a search finds, in place of the list of chats: messages by their present or earlier texts, and other hits."""

from __future__ import annotations

from collections.abc import Mapping
from gettext import gettext as _
from gettext import ngettext
from itertools import groupby
from typing import Any

from flask import current_app, request, url_for

from archiver import errors
from archiver.render.invisible_characters import visible
from archiver.store.archive import Reading
from archiver.store.queries.contracts import contracts
from archiver.store.queries.viewing import files
from archiver.store.queries.viewing.people import room_history
from archiver.store.search.newest_hits import HitPosition
from archiver.store.search.scope import SearchQuery, parse
from archiver.store.search.search import OtherHit, SearchResult, search
from archiver.web.context import view_context
from archiver.web.talk import page_cursor, tasks
from archiver.web.talk.files import NAME_LIMIT
from archiver.web.talk.message_context import references_by_room
from archiver.web.talk.message_line import chat_name, message_line, text_snippet

LENGTH_LIMIT = 500
"""Characters that are read of a search."""
HITS_LIMIT = 50
"""Messages on a page."""
COUNT_LIMIT = 200
"""Messages are counted up to this number: counting those with a common character would take seconds."""
OTHERS_LIMIT = 30
"""Other hits on a page."""


def searched_words() -> str:
    """What the address searches for; empty: nothing."""
    return request.args.get("q", "")[:LENGTH_LIMIT].strip()


def search_pane(reading: Reading, words: str) -> dict[str, Any]:
    """The values of the pane for these words; what cannot be understood is said in a sentence."""
    place = page_cursor.parse_cursor(request.args.get("older", ""), 2)
    older_than = None if place is None else HitPosition(place[0], place[1], 0)
    values: dict[str, Any] = {
        "q": words,
        "error": "",
        "heading": "",
        "groups": [],
        "older": "",
        "others": [],
        "more": 0,
    }
    try:
        query = parse(words, now=view_context().now())
        result = search(reading, query, limit=HITS_LIMIT, older_than=older_than, count_limit=COUNT_LIMIT)
    except errors.UsageError as error:
        return values | {"error": str(error)}
    references_of = references_by_room(reading)
    lines = [
        message_line(one, result.rooms, words=query.words, references=references_of(one.room_id)) for one in result.hits
    ]
    jobs = {int(room.room_id): job.called for job in reversed(contracts(reading)) for room in job.rooms}
    groups = groupby(lines, lambda line: jobs.get(line["room_id"], line["chat"]))
    return values | {
        "heading": _heading(result, is_first=place is None),
        "groups": [(name, [*rows]) for name, rows in groups],
        "older": "" if result.older is None else page_cursor.cursor_text(result.older[:2]),
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
    kind = {"file": _("file"), "task": _("task"), "description": _("description"), "attachment": _("attachment")}[
        hit.kind
    ]
    if hit.room_id is not None:
        place = chat_name(hit.room_id, names)
    else:
        place = _("Job {contract}").format(contract=visible(hit.contract or ""))
    text = text_snippet(hit.text, query.words)
    return {"kind": kind, "time": hit.time, "place": place, "text": text, "address": _address(reading, hit)}


def _address(reading: Reading, hit: OtherHit) -> str:
    """The URL of the page that shows the hit; empty if there is none."""
    if hit.room_id is None:
        is_writing = "contracts.contract" in current_app.view_functions
        return url_for("contracts.contract", name=hit.contract, _anchor="enclosures") if is_writing else ""
    match hit.kind:
        case "file":
            file = files.file_details(reading, hit.room_id, int(hit.id))
            return url_for("files.room", room=hit.room_id, name=file.attachment.name[:NAME_LIMIT] if file else None)
        case "task":
            return tasks.task_url(reading, hit.room_id, int(hit.id))
        case _:
            descriptions = room_history(reading, hit.room_id).descriptions
            number = next(
                (number for number, seen in enumerate(descriptions, 1) if seen.since == hit.time), len(descriptions)
            )
            return url_for("about.room", room=hit.room_id, upto=number, _anchor="description")
