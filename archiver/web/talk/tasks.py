"""The tasks of the chats as last seen, the open ones first, each with its earlier versions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from gettext import gettext as _
from itertools import pairwise

from flask import Blueprint, request, url_for
from markupsafe import Markup, escape

from archiver.chatwork.notation.parse import parse
from archiver.render import message_body
from archiver.render.invisible_characters import visible
from archiver.render.message_body import NOWHERE, References
from archiver.render.times import day_words, moment_words
from archiver.store.archive import Reading
from archiver.store.queries.viewing import files_and_tasks
from archiver.store.queries.viewing.files_and_tasks import TaskDetails, TaskPageKey, TaskVersion
from archiver.store.queries.viewing.messages import first_fitting
from archiver.web.context import Row, cursor_text, page_of_chats, parse_cursor, short_name, view_context
from archiver.web.talk.message_links import references_by_room

pages = Blueprint("tasks", __name__)

TASKS_LIMIT = 50
BYTES_LIMIT = 250_000
"""The limit for texts and names of a page as HTML, so that it stays below 0.4 MB. One task always fits."""


@pages.get("/tasks", endpoint="index")
@pages.get("/room/<int:room>/tasks", endpoint="room")
def listed(room: int | None = None) -> str:
    """The tasks of all chats, or of one."""
    return page_of_chats(room, _("Tasks"), "tasks_table.html", _table_values)


def task_url(reading: Reading, room: int, task: int) -> str:
    """The URL of a task in the list of its chat: the page that begins with it."""
    part = 0 if files_and_tasks.is_task_open(reading, room, task) else 1
    return url_for("tasks.room", room=room, older=cursor_text((part, task + 1, 0)), _anchor=f"task{task}")


def fill_page(
    reading: Reading, rooms: list[int], place: list[int] | None
) -> tuple[list[TaskDetails], tuple[int, int, int] | None]:
    """Tasks from a place on, the open ones first, as many as fit on a page, and where the next one begins."""
    part, *rest = place or (0, 0, 0)
    older, found, bytes_left = (TaskPageKey(*rest) if any(rest) else None), list[TaskDetails](), BYTES_LIMIT
    while part in (0, 1) and len(found) < TASKS_LIMIT:
        left = TASKS_LIMIT - len(found)
        page = files_and_tasks.task_page(reading, rooms, are_open=part == 0, older_than=older, limit=left + 1)
        fitting = first_fitting(page[:left], _size, bytes_left, least=0 if found else 1)
        bytes_left -= sum(map(_size, fitting))
        found += fitting
        if len(fitting) < len(page):
            last = TaskPageKey(found[-1].task.task_id, found[-1].task.room_id) if fitting else older
            return found, (part, *(last or (0, 0)))
        part, older = part + 1, None
    return found, (part, 0, 0) if part == 1 else None


def _size(details: TaskDetails) -> int:
    """Bytes of a task as HTML, where a character may take many."""
    texts = [version.body for version in details.versions]
    names = (short_name(details.task.assignee), short_name(details.task.assigned_by))
    return sum(len(_html(text, NOWHERE).encode()) for text in texts) + sum(len(escape(name).encode()) for name in names)


def _table_values(reading: Reading, names: Mapping[int, str]) -> Row:
    """The template values of the table, as the address asks for it."""
    found, following = fill_page(reading, list(names), parse_cursor(request.args.get("older", ""), 3))
    here = request.view_args or {}
    return {
        "lines": list(_lines(reading, found, names)),
        "older": here | {"older": cursor_text(following)} if following else {},
        "is_first": "older" not in request.args,
        "here": here,
    }


def _lines(reading: Reading, every_task: list[TaskDetails], names: Mapping[int, str]) -> Iterator[Row]:
    references_of = references_by_room(reading)
    for details in every_task:
        room = details.task.room_id
        yield _line(details, names[room], references_of(room))


def _line(details: TaskDetails, name: str, references: References) -> Row:
    earlier = [_earlier_text(before, after, details, references) for before, after in pairwise(details.versions)]
    return {
        "details": details,
        "chat": name,
        "assignee": short_name(details.task.assignee),
        "assigned_by": short_name(details.task.assigned_by),
        "text": _html(details.task.body, references),
        "limit": _limit(details.task.limit, details.task.limit_type),
        "status": _status(details.task.status),
        "earlier": earlier[::-1],
    }


def _earlier_text(before: TaskVersion, after: TaskVersion, details: TaskDetails, references: References) -> Row:
    """What was another one in an earlier version, and when something else was first seen."""
    return {
        "text": Markup() if before.body == after.body else _html(before.body, references),
        "limit": "" if before.limit == after.limit else _limit(before.limit, details.task.limit_type),
        "status": "" if before.status == after.status else _status(before.status),
        "until": after.first_seen,
    }


def _html(text: str, references: References) -> Markup:
    return Markup(message_body.html(parse(text), references))  # noqa: S704 - `render` escapes everything of untrusted text


def _limit(limit: datetime | None, limit_type: str) -> str:
    """The time limit in words: Chatwork sends a time even for `none`, and a date limit has no time of day."""
    if limit is None or limit_type == "none":
        return _("not usable") if limit_type in ("date", "time") else _("none")
    now = view_context().now()
    return day_words(limit, now) if limit_type == "date" else moment_words(limit, now)


def _status(word: str) -> str:
    return {"open": _("not done yet"), "done": _("done")}.get(word, visible(word))
