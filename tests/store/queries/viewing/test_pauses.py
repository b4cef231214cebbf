"""The pauses in which nobody looked at a room, within a period."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import given, strategies

from archiver.store.archive import Archive
from archiver.store.queries import runs
from archiver.store.queries.viewing.pauses import pauses_between
from archiver.store.time_text import to_text
from tests.support.archives.maker import ROOM, ArchiveMaker, at

RUNS = [(0, 30), (90, 100), (130, 250), (260, 270), (500, 501), (561, 570), (640, 900), (2000, 2001), (2100, 2200)]
"""Begin and end in minutes; some are less than an hour apart."""

BLIND = [(910, 911), *((1000 + 50 * number, 1001 + 50 * number) for number in range(18)), (1990, 1991), (2205, 2206)]
"""Runs that did not look at the room: they end no pause."""

READ = (5, 2050)
"""When its list was read; the second ends a pause that no run ends."""


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Archive:
    """An archive with these runs and other entries between them."""
    maker = ArchiveMaker(tmp_path_factory.mktemp("idle") / "home")
    lists = [(read, read, None) for read in READ]
    for begun, ended, blind in sorted([*((*one, ()) for one in RUNS), *((*one, (ROOM,)) for one in BLIND), *lists]):
        if blind is None:
            maker.sync([], minutes=ended)
        else:
            maker.sweep(begun=to_text(at(begun)), ended=to_text(at(ended)), minutes=ended, not_read=blind)
        maker.account(5, f"{ended}", minutes=ended)
    return maker.archive


BORDERS = strategies.none() | strategies.integers(-10, 2300)


@given(BORDERS, BORDERS)
def test_a_stretch_has_the_pauses_that_begin_in_it(archive: Archive, since: int | None, until: int | None) -> None:
    """Those that a look at every run finds, and no others."""
    begin, end = (None if one is None else at(one) for one in (since, until))
    with archive.reading() as reading:
        every = runs.watch(reading, ROOM, runs.runs(reading, upto=10_000), upto=10_000).pauses
        found = pauses_between(reading, ROOM, begin, end)

    assert [one for one in every if _is_between(one.start, begin, end)] == found
    assert 3 == len(every)


def _is_between(at_: datetime, since: datetime | None, until: datetime | None) -> bool:
    return (since is None or since < at_) and (until is None or at_ <= until)


def test_without_runs_there_are_no_pauses(tmp_path: Path) -> None:
    """A new archive has none."""
    maker = ArchiveMaker(tmp_path / "home")
    with maker.archive.reading() as reading:
        found = pauses_between(reading, ROOM, None, None)
    maker.archive.close()

    assert [] == found
