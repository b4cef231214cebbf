"""The chats of Chatwork as choices on a page."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from gettext import gettext as _
from typing import NamedTuple

from flask import render_template, request

from archiver import errors
from archiver.app import App
from archiver.chatwork.models import Room
from archiver.records import RoomId
from archiver.render.invisible_characters import visible
from archiver.render.times import typed_date
from archiver.setup.answers import InvalidAnswer
from archiver.setup.contract_facts import NewJob
from archiver.setup.contract_rooms import begin_of, choosable_rooms, direct_chats_beside, people_of_rooms, proposed_jobs
from archiver.store.queries import current_state
from archiver.store.queries.contracts import contracts
from archiver.web.console_context import ConsoleContext

NAMED_PEOPLE = 4
"""So many people of a chat are named; the others are counted."""

NEW_JOB, NO_JOB = "new", "none"
"""What is chosen for a chat that gets a job of its own, and for one that is not saved."""


@dataclass(frozen=True, slots=True)
class ChatLine:
    """A chat that can be chosen."""

    room_id: int
    name: str
    kind: str
    messages: int
    files: int
    is_chosen: bool
    kind_name: str = ""
    """As Chatwork names it."""
    active: str = ""
    """The day of the last activity; empty if Chatwork names none."""


class JobChat(NamedTuple):
    """A chat on the page that asks for its job."""

    chat: ChatLine
    people: str
    job: str
    """The number of the job that is chosen; or that it gets one of its own, or none."""
    holders: str
    """The jobs that have it already; empty: none."""
    first_day: str
    """From which day on it is this job's too, as typed."""


def chats(app: App) -> list[Room]:
    """The chats that Chatwork shows and that can be saved. Raises ChatworkError."""
    return choosable_rooms([one.model for one in app.chatwork.rooms().items])


def chosen_chats(rooms: Sequence[Room]) -> list[Room]:
    """Those that were ticked on the page."""
    ticked = set(request.form.getlist("room"))
    return [room for room in rooms if str(room.room_id) in ticked]


def lines(rooms: Sequence[Room], *, chosen: Collection[Room]) -> list[ChatLine]:
    """One line for each chat; those chosen are ticked."""
    return [_line(room, is_chosen=room in chosen) for room in rooms]


def beside_lines(app: App, rooms: Sequence[Room], chosen: Sequence[Room]) -> list[ChatLine]:
    """Direct chats with people of the chosen groups, ticked; none once they were offered. Raises ChatworkError."""
    if "offered" in request.form:
        return []
    beside = [rooms[position] for position in direct_chats_beside(app, rooms, chosen)]
    return lines(beside, chosen=beside)


def choice_page(app: App, step: int, problem: str = "") -> str:
    """The page on which chats are chosen; `step` of the first run, 0 outside it. Raises ChatworkError."""
    rooms = chats(app)
    return render_template(
        "start_chats.html", step=step, chats=lines(rooms, chosen=chosen_chats(rooms)), problem=problem
    )


def read_jobs(app: App, step: int) -> list[NewJob] | str | tuple[str, int]:
    """The chats of the form by job; else the page that asks on.

    Direct chats with the same people are offered first. Of a single chat that no job has nothing more is asked.
    Raises ChatworkError.
    """
    rooms = chats(app)
    chosen = chosen_chats(rooms)
    if not chosen:
        return choice_page(app, step, _("Choose at least one chat. Nothing else is saved.")), 422
    beside = beside_lines(app, rooms, chosen)
    if beside:
        return render_template("start_direct.html", step=step, beside=beside, chosen=lines(chosen, chosen=chosen))
    if len(chosen) == 1 and not _holders(app, chosen):
        return [NewJob("", [chosen[0].room_id])]
    if f"job_{chosen[0].room_id}" not in request.form:
        return _jobs_page(app, step, chosen)
    try:
        return _parted(chosen)
    except (InvalidAnswer, errors.UsageError) as error:
        return _jobs_page(app, step, chosen, str(error)), 422


def jobs_page_again(app: App, step: int, problem: str) -> tuple[str, int]:
    """The page on which chats are parted into jobs, with what was chosen there. Raises ChatworkError."""
    return _jobs_page(app, step, chosen_chats(chats(app)), problem), 422


def _parted(chosen: Sequence[Room]) -> list[NewJob]:
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
    return [
        NewJob(
            visible(request.form.get(f"title_{job}", "").strip() or (rooms[0].name if len(parted) > 1 else "")),
            [room.room_id for room in rooms],
            begins,
        )
        for job, rooms in parted.items()
    ]


def _jobs_page(app: App, step: int, chosen: Sequence[Room], problem: str = "") -> str:
    people = people_of_rooms(app, [room.room_id for room in chosen])
    by_number, holders = {int(room.room_id): room for room in chosen}, _holders(app, chosen)
    jobs = [
        [
            JobChat(
                _line(by_number[room], is_chosen=True),
                _(", ").join([visible(name) for name in people[room].values()][:NAMED_PEOPLE]),
                request.form.get(f"job_{room}", str(number)),
                _(", ").join(holders.get(room, ())),
                request.form.get(f"from_{room}", ""),
            )
            for room in job
        ]
        for number, job in enumerate(proposed_jobs(people), 1)
    ]
    return render_template("start_jobs.html", step=step, jobs=jobs, given=request.form, problem=problem)


def _holders(app: App, chosen: Sequence[Room]) -> dict[int, list[str]]:
    """What the jobs are called that have one of these chats already, by chat."""
    with app.archive.reading() as reading:
        every = contracts(reading)
    found = {int(room.room_id): [one.called for one in every if room.room_id in one.room_ids] for room in chosen}
    return {room: names for room, names in found.items() if names}


def people_part(context: ConsoleContext, room_id: int) -> str:
    """Who is in a chat, the first few by name, without this account; nothing if Chatwork does not say it now."""
    try:
        members = [one.model for one in context.hurried_app().chatwork.members(RoomId(room_id)).items]
        with context.archive.reading() as reading:
            own = (current_state.owner(reading) or {}).get("account_id")
    except errors.ArchiverError:
        return ""
    names = [visible(one.name) for one in members if one.account_id != own]
    return render_template("chat_people.html", names=names[:NAMED_PEOPLE], more=max(0, len(names) - NAMED_PEOPLE))


def _line(room: Room, *, is_chosen: bool) -> ChatLine:
    kinds = {"group": _("group"), "direct": _("direct")}
    name, kind = visible(room.name), visible(kinds.get(room.type, room.type))
    active = typed_date(room.last_update_time) if room.last_update_time > 0 else ""
    return ChatLine(room.room_id, name, kind, room.message_num, room.file_num, is_chosen, room.type, active)
