"""The people of a case over all its rooms: their names in the order seen, and what member lists said of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from archiver.export.report.input import ReportInput
from archiver.records import Membership, Person, PersonName, RoomId

_EARLIEST = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class PersonSummary:
    """A person as all rooms together show them."""

    names: tuple[PersonName, ...]
    """Every name, oldest first; a room that still shows an earlier name is no change."""
    chatwork_ids: tuple[PersonName, ...]
    organisations: tuple[PersonName, ...]
    is_from_before: bool
    """Whether a room showed the person already before the period that is told."""
    rooms: tuple[tuple[RoomId, Membership], ...]
    """The rooms of the person, with the membership that their lists show."""

    @property
    def name(self) -> str:
        """The last name; empty if no name was ever seen."""
        return self.names[-1].text if self.names else ""


def case_people(case: ReportInput) -> dict[int, PersonSummary]:
    """Everybody in the rooms of the case: the owner, the other side, then the others, each by account."""
    accounts = {account for room in case.rooms for account in room.people}
    order = sorted(accounts, key=lambda one: (one != case.owner_id, not case.is_counterpart(one), one))
    return {account: _person_summary(case, account) for account in order}


def counterparts(case: ReportInput) -> list[tuple[int, PersonSummary]]:
    """The people of the other side who have a name, by account."""
    return [
        (account, person)
        for account, person in sorted(case_people(case).items())
        if case.is_counterpart(account) and person.name
    ]


def _person_summary(case: ReportInput, account: int) -> PersonSummary:
    people_here = [(room.room_id, room.people[account]) for room in case.rooms if account in room.people]
    rooms = tuple((room, person.membership) for room, person in people_here)
    return PersonSummary(
        names=_distinct_by_time(one for _, person in people_here for one in _dated_names(person)),
        chatwork_ids=_distinct_by_time(one for _, listed in rooms for one in listed.chatwork_ids),
        organisations=_distinct_by_time(one for _, listed in rooms for one in listed.organisations),
        is_from_before=any(person.is_from_before for _, person in people_here),
        rooms=rooms,
    )


def _dated_names(person: Person) -> Iterator[PersonName]:
    times = person.named_at or (None,) * len(person.names)
    return (PersonName(name, at) for name, at in zip(person.names, times, strict=False))


def _distinct_by_time(values: Iterable[PersonName]) -> tuple[PersonName, ...]:
    """The values by time, undated ones first, without repetitions of the one before."""
    found: list[PersonName] = []
    for name in sorted(values, key=lambda value: value.at or _EARLIEST):
        if not found or name.text != found[-1].text:
            found.append(name)
    return tuple(found)
