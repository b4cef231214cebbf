"""Asks on a terminal which job each chosen chat belongs to; the proposal goes by the people in the chats."""

from __future__ import annotations

from collections.abc import Mapping
from gettext import gettext as _
from typing import TYPE_CHECKING

from archiver.cli.terminal.output import echo
from archiver.cli.terminal.prompts import ask, tell
from archiver.cli.terminal.text import pad, visible
from archiver.render.screen_text import shorten
from archiver.setup.answers import InvalidAnswer
from archiver.setup.contract_facts import NewJob
from archiver.setup.contract_rooms import people_of_rooms, proposed_jobs

if TYPE_CHECKING:
    from archiver.app import App
    from archiver.chatwork.models import Room

_NAMED = 4
"""So many people of a chat are named."""


def ask_jobs(app: App, chosen: Mapping[int, Room]) -> list[NewJob]:
    """The jobs that the chosen chats are parted into; of a single chat nothing is asked. Raises ChatworkError.

    `chosen`: by the number under which each chat was chosen, which it keeps here.
    """
    numbers = {int(room.room_id): number for number, room in chosen.items()}
    if len(chosen) == 1:
        return [NewJob("", [*numbers])]
    people = people_of_rooms(app, [*numbers])
    jobs = {numbers[room]: number for number, job in enumerate(proposed_jobs(people), 1) for room in job}
    tell(_("Which job does each chat belong to? Chats with the same person were put into one job."))
    while True:
        _tell_jobs(chosen, jobs, people)
        sentence = _("To change it: number of the chat, then of the job ({n}: a new job; 0: no job, not saved).")
        tell(sentence.format(n=max(jobs.values()) + 1))
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
    words, last = answer.replace(",", " ").replace("、", " ").split(), max(jobs.values()) + 1
    if len(words) != 2 or not all(word.isdecimal() and len(word) < 7 for word in words):
        raise InvalidAnswer(_("Please give two numbers, such as: 2 1"))
    chat, job = map(int, words)
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
    return ask(question, lambda answer: _read_title(answer or usual), exact=True)


def _read_title(answer: str) -> str:
    if visible(answer) != answer or len(answer.splitlines()) > 1:
        raise InvalidAnswer(_("That has characters that cannot be displayed. Please type it again."))
    return answer
