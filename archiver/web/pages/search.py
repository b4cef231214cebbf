"""The search page: messages by their present or earlier texts, the newest first, and other hits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from gettext import gettext as _
from gettext import ngettext

from flask import Blueprint, render_template, request, url_for

from archiver import errors
from archiver.render.invisible_characters import visible
from archiver.render.snippet import Snippet
from archiver.store.archive import Reading
from archiver.store.queries.contracts import find_contract
from archiver.store.queries.viewing import files
from archiver.store.queries.viewing.room_history import room_history
from archiver.store.search.newest_hits import HitPosition
from archiver.store.search.other_hits import OtherHit
from archiver.store.search.query import SearchQuery
from archiver.store.search.search import SearchResult, search
from archiver.web import page_cursor, selection_box
from archiver.web.context import view_context
from archiver.web.message_context import references_by_room
from archiver.web.message_line import chat_name, message_line, text_snippet
from archiver.web.pages import tasks
from archiver.web.pages.files import NAME_LIMIT
from archiver.web.room_header import chats
from archiver.web.search_form import SearchForm, query_of, read_form, room_of

pages = Blueprint("search", __name__)

HITS_LIMIT = 50
"""Messages on a page."""
COUNT_LIMIT = 200
"""Messages are counted up to this number: counting those with a common character would take seconds."""
OTHERS_LIMIT = 30
"""Other hits on a page."""


@dataclass(frozen=True, slots=True)
class OtherHitLine:
    """A hit that is no message, as a line."""

    kind: str
    time: datetime
    place: str
    """The name of the chat or contract, with hidden characters visible."""
    text: Snippet
    link_text: str
    """The text of the link."""
    address: str
    """The URL of the link."""


@pages.get("/search")
def index() -> str:
    """The search that the address asks for."""
    form = read_form(request.args)
    place = page_cursor.parse_cursor(request.args.get("older", ""), 2)
    with view_context().reading() as reading:
        rooms = chats(reading)
        result, query, error = _run_search(reading, form, place)
        values = _hit_values(reading, result, query, is_first=place is None)
    return render_template(
        "search.html",
        form=form,
        rooms=rooms,
        boxes=_boxes(),
        examples=examples(),
        error=error,
        box=selection_box.checkbox,
        is_later=place is not None,
        **values,
    )


def examples() -> Sequence[tuple[str, str]]:
    """Examples of searches, and what they find."""
    return (
        (_("invoice 50,000"), _("both words, in any order")),
        (_('"as agreed"'), _("exactly these words")),
        (_("deadline -draft"), _("the first word without the second")),
        (_("from:Tanaka deadline"), _("written by somebody (name or ID)")),
        (_("after:2026-11-01 before:2026-11-30"), _("from the first day up to the second")),
        ("has:delete", _("messages that are “deleted” or not shown any more")),
        ("has:edit", _("messages that were edited")),
        ("has:file", _("messages with a file; also has:link and has:task")),
    )


def _run_search(
    reading: Reading, form: SearchForm, place: Sequence[int] | None
) -> tuple[SearchResult | None, SearchQuery, str]:
    """The result, the query, and a sentence if the query cannot be understood."""
    if form.is_empty:
        return None, SearchQuery(""), ""
    try:
        query, rooms = query_of(form, now=view_context().now()), room_of(form)
        older_than = None if place is None else HitPosition(place[0], place[1], 0)
        result = search(reading, query, rooms=rooms, limit=HITS_LIMIT, older_than=older_than, count_limit=COUNT_LIMIT)
        return result, query, ""
    except errors.UsageError as error:
        return None, SearchQuery(""), str(error)


def _hit_values(
    reading: Reading, result: SearchResult | None, query: SearchQuery, *, is_first: bool
) -> dict[str, object]:
    """The template values of the hits."""
    if result is None:
        return {"heading": "", "rows": [], "older": "", "others": [], "more_others": 0}
    references_of = references_by_room(reading)
    return {
        "heading": _heading(result, is_first=is_first),
        "rows": [
            message_line(one, result.rooms, words=query.words, references=references_of(one.room_id))
            for one in result.hits
        ],
        "older": "" if result.older is None else page_cursor.cursor_text(result.older[:2]),
        "others": [_other_line(reading, one, query, result.rooms) for one in result.others[:OTHERS_LIMIT]],
        "more_others": max(0, len(result.others) - OTHERS_LIMIT),
    }


def _heading(result: SearchResult, *, is_first: bool) -> str:
    if not result.hits:
        return _("No message was found.") if is_first else _("No older message was found.")
    if not result.is_exact:
        sentence = _("{n} or more messages, the newest first") if result.total else _("Messages, the newest first")
        return sentence.format(n=f"{result.total:,}")
    sentence = ngettext("{n} message, the newest first", "{n} messages, the newest first", result.total)
    return sentence.format(n=f"{result.total:,}")


def _boxes() -> Sequence[tuple[str, str]]:
    return (
        ("delete", _("vanished text")),
        ("edit", _("an edit")),
        ("file", _("a file")),
        ("link", _("a link")),
        ("task", _("a task")),
    )


def _other_line(reading: Reading, hit: OtherHit, query: SearchQuery, names: Mapping[int, str]) -> OtherHitLine:
    kind, link_text = {
        "file": (_("file"), _("In the list of files")),
        "task": (_("task"), _("In the list of tasks")),
        "description": (_("description"), _("All descriptions of the chat")),
        "attachment": (_("attachment"), _("What you added to its jobs")),
    }[hit.kind]
    if hit.room_id is not None:
        place = chat_name(hit.room_id, names)
    else:
        place = _("Job {contract}").format(contract=visible(hit.contract or ""))
    return OtherHitLine(kind, hit.time, place, text_snippet(hit.text, query.words), link_text, _address(reading, hit))


def _address(reading: Reading, hit: OtherHit) -> str:
    """The URL of the page that shows the hit; empty if it belongs to no chat."""
    if hit.room_id is None:
        rooms = find_contract(reading, hit.contract or "").rooms
        anchor = f"attachment-{hit.contract}-{hit.id}"
        return url_for("about.room", room=rooms[0].room_id, _anchor=anchor) if rooms else ""
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
