"""Lets the user choose chats on a terminal, by number or by part of a name, and say which job each belongs to."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from gettext import gettext as _
from gettext import ngettext

from archiver.app import App
from archiver.chatwork.models import Room
from archiver.cli.output import echo, pad, visible
from archiver.cli.prompts import ask, ask_yes_no, numbers_in, tell
from archiver.letter_folding import fold
from archiver.render.invisible_characters import shorten
from archiver.setup.answers import InvalidAnswer, displayable
from archiver.setup.contract_rooms import direct_chats_beside, people_of_rooms, proposed_jobs
from archiver.setup.contracted_chats import NewJob

PAGE = 15
"""How many chats are shown at once, the ones with the latest messages first."""
_NAMED = 4
"""So many people of a chat are named."""


def ask_jobs(app: App, rooms: Sequence[Room]) -> list[NewJob]:
    """The jobs into which the user parts the chats that were chosen; of a single chat nothing is asked.

    Empty if there is none to choose from. Raises ChatworkError.
    """
    if not rooms:
        tell(_("There is no chat yet besides your own. Come back when your client has opened one."))
        return []
    numbers = _ask_numbers(rooms)
    numbers += _offer_direct_chats(app, rooms, [rooms[number - 1] for number in numbers])
    chosen = {number: rooms[number - 1] for number in numbers}
    if len(chosen) == 1:
        return [NewJob("", [one.room_id for one in chosen.values()])]
    return _ask_parts(app, chosen)


def _ask_numbers(rooms: Sequence[Room]) -> list[int]:
    page = range(min(PAGE, len(rooms)))
    _tell_rooms(rooms, page)
    while True:
        numbers, words = ask(_("Numbers:"), lambda answer: read_room_wish(answer, len(rooms), more=len(rooms) > PAGE))
        if numbers:
            return [*numbers]
        if words:
            positions = find_names([room.name for room in rooms], words)
            if not positions:
                tell(_("No chat has this in its name."))
            _tell_rooms(rooms, positions)
        else:
            begin = page.stop if page.stop < len(rooms) else 0
            page = range(begin, min(begin + PAGE, len(rooms)))
            _tell_rooms(rooms, page)


def read_room_wish(answer: str, count: int, *, more: bool) -> tuple[tuple[int, ...], str]:
    """Chats to save by number, or words in the names of those to see; neither: the next page. Raises InvalidAnswer.

    `more`: there are more chats than one page shows.
    """
    numbers = tuple(dict.fromkeys(numbers_in(answer)))
    if numbers and all(1 <= number <= count for number in numbers):
        return numbers, ""
    if numbers or not more:
        raise InvalidAnswer(_("Please give numbers from 1 to {n}, such as: 1 or 1 3").format(n=count))
    return (), answer


def find_names(names: Sequence[str], words: str) -> list[int]:
    """Positions of the names that contain these words, whatever their width and case."""
    return [position for position, name in enumerate(names) if fold(words) in fold(name)]


def _tell_rooms(rooms: Sequence[Room], positions: Collection[int], *, more: bool = True) -> None:
    kinds = {"group": _("group"), "direct": _("direct")}
    for position in positions:
        room = rooms[position]
        name = pad(shorten(room.name, 26), 26)
        kind = pad(kinds.get(room.type, shorten(room.type, 12)), 14)
        counts = _("messages {messages}  files {files}").format(
            messages=f"{room.message_num:>5}", files=f"{room.file_num:>4}"
        )
        echo(f"  {position + 1:>3} {name} {kind} {counts}")
    if more and len(rooms) > PAGE:
        tell(_("({n} in all. Enter: the next ones; part of a name: search for it)"), indent=6, n=len(rooms))


def _offer_direct_chats(app: App, rooms: Sequence[Room], chosen: Sequence[Room]) -> list[int]:
    """Offer the direct chats with people of the chosen groups, as work often moves there; those taken, by number."""
    positions = direct_chats_beside(app, rooms, chosen)
    if not positions:
        return []
    _tell_rooms(rooms, positions, more=False)
    sentence = ngettext(
        "This is a direct chat with somebody of the chats you chose.",
        "These are direct chats with people of the chats you chose.",
        len(positions),
    )
    tell(sentence)
    return [position + 1 for position in positions] if ask_yes_no(_("Save it too?"), default=True) else []


def _ask_parts(app: App, chosen: Mapping[int, Room]) -> list[NewJob]:
    """The jobs of the chats; `chosen`: by the number under which each was chosen, which it keeps here."""
    people = people_of_rooms(app, [room.room_id for room in chosen.values()])
    numbers = {int(room.room_id): number for number, room in chosen.items()}
    jobs = {numbers[room]: number for number, job in enumerate(proposed_jobs(people), 1) for room in job}
    tell(_("Which job does each chat belong to? Chats with the same person were put into one job."))
    while True:
        _tell_jobs(chosen, jobs, people)
        sentence = _("To change it: number of the chat, then of the job ({n}: a new job; 0: no job, not saved).")
        tell(sentence, n=max(jobs.values()) + 1)
        changed = ask(_("Enter: as shown; or such as 2 1:"), lambda answer: read_job_change(answer, jobs))  # noqa: B023 - asked at once
        if changed is None:
            return _named_jobs(chosen, jobs)
        jobs = changed


def read_job_change(answer: str, jobs: Mapping[int, int]) -> dict[int, int] | None:
    """The jobs of the chats after one was changed; None: they stay. Raises InvalidAnswer.

    `jobs`: number of a chat → number of its job, 0 for none.
    """
    if not answer:
        return None
    numbers, last = numbers_in(answer), max(jobs.values()) + 1
    if len(numbers) != 2:
        raise InvalidAnswer(_("Please give two numbers, such as: 2 1"))
    chat, job = numbers
    if chat not in jobs or job > last:
        sentence = _("Please give one of the chats {chats} and a job from 0 to {jobs}.")
        raise InvalidAnswer(sentence.format(chats=_(", ").join(map(str, sorted(jobs))), jobs=last))
    changed = {**jobs, chat: job}
    if not any(changed.values()):
        raise InvalidAnswer(_("At least one chat has to belong to a job."))
    left = list(dict.fromkeys(one for one in changed.values() if one))
    return {number: left.index(one) + 1 if one else 0 for number, one in changed.items()}


def _tell_jobs(rooms: Mapping[int, Room], jobs: Mapping[int, int], people: Mapping[int, Mapping[int, str]]) -> None:
    for job in [*range(1, max(jobs.values()) + 1), *({0} & {*jobs.values()})]:
        tell(_("Job {n}").format(n=job) if job else _("No job (not saved)"))
        for number in (number for number, one in jobs.items() if one == job):
            room = rooms[number]
            names = _(", ").join(list(people[room.room_id].values())[:_NAMED])
            echo(f"  {number:>3} {pad(shorten(room.name, 32), 32)} {shorten(names, 36)}".rstrip())


def _named_jobs(rooms: Mapping[int, Room], jobs: Mapping[int, int]) -> list[NewJob]:
    """The jobs with their chats; where there are several, each gets a name, as a rule that of its first chat."""
    parted = [[rooms[number] for number, one in jobs.items() if one == job] for job in range(1, max(jobs.values()) + 1)]
    if len(parted) > 1:
        tell(_("An export is made for one job, from the chats of that job only."))
    return [
        NewJob(
            _ask_title(number, visible(job[0].name)) if len(parted) > 1 else "",
            [room.room_id for room in job],
        )
        for number, job in enumerate(parted, 1)
    ]


def _ask_title(number: int, usual: str) -> str:
    question = _("Name of job {n} [{usual}]:").format(n=number, usual=shorten(usual, 40))
    return ask(question, lambda answer: displayable(answer or usual), exact=True)
