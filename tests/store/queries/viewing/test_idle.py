"""The times in which nobody looked, as far as they touch a stretch of time."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archiver.store.archive import Archive
from archiver.store.clock import stamp
from archiver.store.queries.runs import pauses
from archiver.store.queries.viewing.idle import pauses_between
from tests.support.archive import ArchiveMaker, at

RUNS = [(0, 30), (90, 100), (130, 250), (260, 270), (500, 501), (561, 570), (640, 900), (2000, 2001), (2100, 2200)]
"""Begin and end in minutes; some are less than an hour apart."""


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Archive:
    """An archive with these runs and other entries between them."""
    made = ArchiveMaker(tmp_path_factory.mktemp("idle") / "home")
    for begun, ended in RUNS:
        made.sweep(begun=stamp(at(begun)), ended=stamp(at(ended)), minutes=ended)
        made.account(5, f"{ended}", minutes=ended)
    return made.archive


BORDERS = st.none() | st.integers(-10, 2300)


@given(BORDERS, BORDERS)
def test_a_stretch_has_the_pauses_that_begin_in_it(archive: Archive, since: int | None, until: int | None) -> None:
    """Those that a look at every run finds, and no others."""
    begin, end = (None if one is None else at(one) for one in (since, until))
    with archive.reading() as reading:
        every = pauses(reading, upto=10_000)
        found = pauses_between(reading, begin, end)

    assert [one for one in every if _is_between(one.start, begin, end)] == found
    assert 4 == len(every)


def _is_between(at_: datetime, since: datetime | None, until: datetime | None) -> bool:
    return (since is None or since < at_) and (until is None or at_ <= until)


def test_without_runs_there_are_no_pauses(tmp_path: Path) -> None:
    """A new archive has none."""
    made = ArchiveMaker(tmp_path / "home")
    with made.archive.reading() as reading:
        found = pauses_between(reading, None, None)
    made.archive.close()

    assert [] == found
