"""The left pane of 会話: the chats under their jobs, each with its last message."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, render_template, request

from archiver.claims.messages import turn
from archiver.records import Contract
from archiver.render.invisible_characters import visible
from archiver.store.archive import Reading
from archiver.store.queries.contract_activity import activity_without_counts
from archiver.store.queries.contracts import contracts
from archiver.store.queries.viewing.message_summaries import count_changed, last_messages
from archiver.web.context import view_context
from archiver.web.talk.flow import list_time
from archiver.web.talk.message_context import owner_of, references_by_room
from archiver.web.talk.message_line import words_line
from archiver.web.talk.room_header import chats
from archiver.web.talk.search_pane import search_pane, searched_words


def chat_list(reading: Reading, here: int = 0) -> dict[str, Any]:
    """The values of the pane, the hits where something is searched; `here` is the chat that is open beside it."""
    words = searched_words()
    if words:
        return search_pane(reading, words) | {"keep": {"q": words}, "at": request.args.get("at", "")}
    is_waiting = bool(request.args.get("waiting"))
    every = sorted(contracts(reading), key=lambda one: one.state != "open")
    found = {one.room_id: one for one in chats(reading)}
    last = last_messages(reading, found)
    shown = _awaited_rooms(reading, every) if is_waiting else set(found)
    references, owner, now = references_by_room(reading), owner_of(reading), view_context().now()
    jobs = []
    for job in every:
        rooms = [found[int(one.room_id)] for one in job.rooms if int(one.room_id) in shown]
        rows: list[dict[str, Any]] = []
        for room in dict.fromkeys(rooms):
            message = last.get(room.room_id)
            rows.append(
                {
                    "room": room.room_id,
                    "name": room.name,
                    "here": room.room_id == here,
                    "closed": room.inaccessible_since,
                    "mine": message is not None and message.account_id == owner,
                    "by": visible(message.name) if message else "",
                    "text": words_line(message.text, references(room.room_id)) if message else "",
                    "sent": message.sent if message else None,
                    "time": list_time(message.sent, now) if message and message.sent else "",
                    "changed": count_changed(reading, room.room_id),
                    "order": message.sent.timestamp() if message and message.sent else 0,
                }
            )
        if rows or not is_waiting:
            jobs.append({"job": job, "rows": sorted(rows, key=lambda one: -one["order"])})
    return {"q": "", "jobs": jobs, "waiting": is_waiting, "keep": {"waiting": 1} if is_waiting else {}}


def _awaited_rooms(reading: Reading, every: list[Contract]) -> set[int]:
    """The chats of open jobs in which the other side acted last, so that they wait for the user."""
    found = set()
    for job in every:
        for room in {one.room_id for one in job.rooms} if job.state == "open" else ():
            parts = [one for one in job.rooms if one.room_id == room]
            value = turn(activity_without_counts(reading, job, parts).facts).value
            found |= {int(room)} if value.last is not None and value.asked is None else set()
    return found


pages = Blueprint("chats", __name__)


@pages.get("/conversations")
def index() -> str:
    """The chats of every job; those that were ended come last."""
    with view_context().reading() as reading:
        return render_template("conversations.html", list=chat_list(reading), chat=None)
