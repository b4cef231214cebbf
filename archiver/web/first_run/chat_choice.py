"""The chats of Chatwork as choices on a page, and as jobs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from gettext import gettext as _
from typing import Any

from flask import render_template, request

from archiver import errors
from archiver.app import App
from archiver.chatwork.models import Room
from archiver.records import RoomId
from archiver.render.invisible_characters import visible
from archiver.setup.contract_facts import NewJob
from archiver.setup.contract_rooms import begin_of, choosable_rooms, direct_chats_beside, people_of_rooms, proposed_jobs
from archiver.setup.fact_questions import read_facts
from archiver.setup.written_values import InvalidAnswer
from archiver.store.queries import current_state
from archiver.store.queries.contracts import contracts
from archiver.web.console_context import ConsoleContext
from archiver.web.talk.message_line import words_line

NAMED_PEOPLE = 4
"""So many people of a chat are named; the others are counted."""

LOOKED_AT = 30
"""So many chats say who is in them and what was written last; each costs two calls of Chatwork's limit."""

RECENT = timedelta(days=30)

NEW_JOB, NO_JOB = "new", "none"
"""What is chosen for a chat that gets a job of its own, and for one that is not saved."""


def chosen_chats(rooms: Sequence[Room]) -> list[Room]:
    """Those that were ticked on the page."""
    ticked = set(request.form.getlist("room"))
    return [room for room in rooms if str(room.room_id) in ticked]


def choice_page(app: App, step: int, problem: str = "") -> str:
    """The page on which chats are chosen; `step` of the first run, 0 outside it. Raises ChatworkError."""
    rooms, now = choosable_rooms(app), app.now()
    chosen = chosen_chats(rooms)
    lines = [_line(room) | {"is_chosen": room in chosen, "is_recent": _is_recent(room, now)} for room in rooms]
    with app.archive.reading() as reading:
        owner = visible(str((current_state.owner(reading) or {}).get("name") or ""))
    return render_template(
        "start_chats.html", step=step, chats=lines, problem=problem, owner=owner, looked_at=LOOKED_AT
    )


def read_jobs(app: App, step: int) -> list[NewJob] | str | tuple[str, int]:
    """The chats of the form by job; else the page that asks on.

    Direct chats with the same people are shown there, not chosen. Of a single chat that no job has, and with whose
    people there is no other, nothing more is asked. Raises ChatworkError.
    """
    rooms = choosable_rooms(app)
    chosen = chosen_chats(rooms)
    if "back" in request.form:
        return choice_page(app, step)
    if not chosen:
        return choice_page(app, step, _("Choose at least one chat. Nothing else is saved.")), 422
    if f"job_{chosen[0].room_id}" not in request.form:
        beside = [rooms[position] for position in direct_chats_beside(app, rooms, chosen)]
        if len(chosen) == 1 and not beside and not _holders(app, chosen):
            return [NewJob("", [chosen[0].room_id])]
        return _jobs_page(app, step, chosen, beside)
    try:
        return _parted(app, chosen)
    except (InvalidAnswer, errors.UsageError) as error:
        return _jobs_page(app, step, chosen, problem=str(error)), 422


def jobs_page_again(app: App, step: int, problem: str) -> tuple[str, int]:
    """The page on which chats are parted into jobs, with what was chosen there. Raises ChatworkError."""
    return _jobs_page(app, step, chosen_chats(choosable_rooms(app)), problem=problem), 422


def _parted(app: App, chosen: Sequence[Room]) -> list[NewJob]:
    """The jobs of the form. Raises InvalidAnswer, UsageError."""
    parted: dict[str, list[Room]] = {}
    for room in chosen:
        answer = request.form.get(f"job_{room.room_id}", NO_JOB)
        if answer != NO_JOB:  # each new job is one of its own: what is to be together is put into a numbered one
            parted.setdefault(f"{room.room_id}/{answer}" if answer == NEW_JOB else answer, []).append(room)
    if not parted:
        raise InvalidAnswer(_("At least one chat has to belong to a job."))
    days = {int(room.room_id): request.form.get(f"from_{room.room_id}", "") for room in chosen}
    begins = {room: begin_of(day) for room, day in days.items() if day}
    given = {name: value.strip() for name, value in request.form.items() if value.strip()}
    return [
        NewJob(
            visible(given.get(f"title_{job}") or rooms[0].name),
            [room.room_id for room in rooms],
            begins,
            read_facts({"url": given.get(f"url_{job}")}, now=app.now()),
        )
        for job, rooms in parted.items()
    ]


def _jobs_page(app: App, step: int, chosen: Sequence[Room], beside: Sequence[Room] = (), problem: str = "") -> str:
    rooms = {int(room.room_id): room for room in (*chosen, *beside)}
    people, holders = people_of_rooms(app, [RoomId(room) for room in rooms]), _holders(app, chosen)
    jobs = [[rooms[room] for room in job] for job in proposed_jobs(people)]
    for job in jobs:
        job.sort(key=lambda room: (room in beside, room.type == "direct"))
    lines = [[_line(room) | _place(room, number) for room in job] for number, job in enumerate(jobs, 1)]
    for line in (line for job in lines for line in job):
        line["people"] = _names(people[line["room"]])
        line["holders"] = _(", ").join(holders.get(line["room"], ()))
        line["is_beside"] = rooms[line["room"]] in beside
        line["job"] = request.form.get(f"job_{line['room']}", NO_JOB if line["is_beside"] else line["job"])
    titles = [request.form.get(f"title_{number}", job[0]["name"]) for number, job in enumerate(lines, 1)]
    return render_template("start_jobs.html", step=step, jobs=lines, titles=titles, given=request.form, problem=problem)


def _place(room: Room, number: int) -> dict[str, Any]:
    """The job that is proposed for a chat, and from which day on it is this job's too, as typed."""
    return {"job": str(number), "first_day": request.form.get(f"from_{room.room_id}", "")}


def _holders(app: App, chosen: Sequence[Room]) -> dict[int, list[str]]:
    """What the jobs are called that have one of these chats already, by chat."""
    with app.archive.reading() as reading:
        every = contracts(reading)
    found = {int(room.room_id): [one.called for one in every if room.room_id in one.room_ids] for room in chosen}
    return {room: names for room, names in found.items() if names}


def people_part(context: ConsoleContext, room_id: int) -> str:
    """Who is in a chat without this account, and the last message; nothing if Chatwork does not say it now."""
    try:
        app, room = context.hurried_app(), RoomId(room_id)
        names = {} if request.args.get("direct") else people_of_rooms(app, [room])[room]
        last = max((one.model for one in app.chatwork.messages(room).items), key=lambda one: one.number, default=None)
    except errors.ArchiverError:
        return ""
    said = None if last is None else (visible(last.account.name), words_line(last.body))
    return render_template("chat_people.html", names=_names(names), last=said)


def _names(people: Mapping[int, str]) -> str:
    """The first few people by name; the others are counted."""
    names, more = [visible(name) for name in people.values()][:NAMED_PEOPLE], len(people) - NAMED_PEOPLE
    return _(", ").join(names) + (_(" and {n} more").format(n=more) if more > 0 else "")


def _is_recent(room: Room, now: datetime) -> bool:
    return now.timestamp() - room.last_update_time < RECENT.total_seconds()


def _line(room: Room) -> dict[str, Any]:
    return {
        "room": int(room.room_id),
        "name": visible(room.name),
        "kind": room.type,
        "kind_name": {"group": _("group"), "direct": _("1-to-1")}.get(room.type, visible(room.type)),
        "messages": room.message_num,
        "moved": datetime.fromtimestamp(room.last_update_time, UTC) if room.last_update_time > 0 else None,
    }
