"""The people of a case over all its rooms: their names in the order in which they were seen, and what lists told."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from archiver.export.report.input import ReportInput
from archiver.records import Membership, Person, PersonName, RoomId

_EVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class PersonSummary:
    """Somebody as all rooms together show them."""

    names: tuple[PersonName, ...]
    """Every name, oldest first; a room that still shows the name of before is no change."""
    chatwork_ids: tuple[PersonName, ...]
    organisations: tuple[PersonName, ...]
    rooms: tuple[tuple[RoomId, Membership], ...]
    """In which rooms, and what their lists told."""

    @property
    def name(self) -> str:
        """What they were last called; empty if no name was ever seen."""
        return self.names[-1].text if self.names else ""


def people(case: ReportInput) -> dict[int, PersonSummary]:
    """Everybody in the rooms of the case: the owner, the other side, then the others, each by account."""
    accounts = {account for room in case.rooms for account in room.people}
    order = sorted(accounts, key=lambda one: (one != case.owner_id, not case.is_counterpart(one), one))
    return {account: _known(case, account) for account in order}


def counterparts(case: ReportInput) -> list[tuple[int, PersonSummary]]:
    """The other side, by account; those whose name nobody saw are left out."""
    return [
        (account, one) for account, one in sorted(people(case).items()) if case.is_counterpart(account) and one.name
    ]


def _known(case: ReportInput, account: int) -> PersonSummary:
    seen = [(room.room_id, room.people[account]) for room in case.rooms if account in room.people]
    rooms = tuple((room, person.membership) for room, person in seen)
    return PersonSummary(
        names=_in_time(one for _, person in seen for one in _names(person)),
        chatwork_ids=_in_time(one for _, listed in rooms for one in listed.chatwork_ids),
        organisations=_in_time(one for _, listed in rooms for one in listed.organisations),
        rooms=rooms,
    )


def _names(person: Person) -> Iterator[PersonName]:
    times = person.named_at or (None,) * len(person.names)
    return (PersonName(name, at) for name, at in zip(person.names, times, strict=False))


def _in_time(told: Iterable[PersonName]) -> tuple[PersonName, ...]:
    """By time, what is of none first; each only where it is another than the one before."""
    found: list[PersonName] = []
    for one in sorted(told, key=lambda seen: seen.at or _EVER):
        if not found or one.text != found[-1].text:
            found.append(one)
    return tuple(found)
