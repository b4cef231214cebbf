"""The pauses in which nobody looked at a room, within a period."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import given, strategies

from archiver.store.archive import Archive
from archiver.store.queries.entries import entries
from archiver.store.queries.last_looks import watch
from archiver.store.queries.viewing.calendar import pauses_between
from archiver.store.time_text import to_text
from tests.support.archives.maker import OTHER_ROOM, ROOM, ArchiveMaker, at

LOOKS = [(0, 30), (90, 100), (130, 250), (260, 270), (500, 501), (561, 570), (640, 900), (2000, 2001), (2100, 2200)]
"""Begin and end in minutes, with a look each minute; some are less than a quarter of an hour apart."""

READ = (5, 2050)
"""When its list was read and differed; the second ends a pause that no other look ends."""

ELSEWHERE = [(910, 911), *((1000 + 50 * number, 1001 + 50 * number) for number in range(18)), (2205, 2206)]
"""Looks at another room, and runs: they end no pause of this one."""


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Archive:
    """An archive with these looks and other entries between them."""
    maker = ArchiveMaker(tmp_path_factory.mktemp("idle") / "home")
    for ended, begun, room in sorted(
        [(read, read, 0) for read in READ]
        + [(ended, begun, ROOM) for begun, ended in LOOKS]
        + [(ended, begun, OTHER_ROOM) for begun, ended in ELSEWHERE]
    ):
        if room:
            maker.look(begun, ended, room=room)
        else:
            maker.sync([], minutes=ended)
        maker.sweep(begun=to_text(at(begun)), ended=to_text(at(ended)), minutes=ended)
        maker.account(5, f"{ended}", minutes=ended)
    return maker.archive


BORDERS = strategies.none() | strategies.integers(-10, 2300)


@given(BORDERS, BORDERS)
def test_a_stretch_has_the_pauses_that_begin_in_it(archive: Archive, since: int | None, until: int | None) -> None:
    """Those that going through every look finds, and no others."""
    begin, end = (None if one is None else at(one) for one in (since, until))
    with archive.reading() as reading:
        every = watch(reading, ROOM, upto=10_000).pauses
        found = pauses_between(reading, ROOM, begin, end)

    assert [one for one in every if _is_between(one.start, begin, end)] == found
    assert 8 == len(every)


def _is_between(at_: datetime, since: datetime | None, until: datetime | None) -> bool:
    return (since is None or since < at_) and (until is None or at_ <= until)


def test_without_looks_there_are_no_pauses(tmp_path: Path) -> None:
    """A new archive has none."""
    maker = ArchiveMaker(tmp_path / "home")
    with maker.archive.reading() as reading:
        found = pauses_between(reading, ROOM, None, None)
    maker.archive.close()

    assert [] == found


def test_pauses_between_uneven_looks_are_found(tmp_path: Path) -> None:
    """Looks that are a second or two off stand packed in their record; the times between them are the same."""
    maker = ArchiveMaker(tmp_path / "home")
    maker.looks(0, [59, 61, 60, 62] * 20 + [7200] + [60, 58, 61] * 30)

    with maker.archive.reading() as reading:
        (line,) = [one.line for one in entries(reading) if one.kind == "steady"]
        told = watch(reading, ROOM, upto=10_000)
        found = pauses_between(reading, ROOM, None, None)

    assert isinstance(json.loads(line)["payload"]["looks"], str)
    assert [(at(4840 / 60), at(12040 / 60))] == [(one.start, one.end) for one in told.pauses]
    assert (list(told.pauses), 172) == (found, told.looks)
