"""The stories of `tests/sync/test_state_machine.py` over a ledger, with machines that take over from each other."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import ClassVar

import pytest
from hypothesis import strategies
from hypothesis.stateful import rule

from archiver.custody.verify import verify_archive
from archiver.store.archive import Archive
from archiver.team.ledger.archive_in_ledger import Ledger
from archiver.team.ledger.database import LedgerPlace, write_ledger_file
from archiver.team.ledger_copy.keeper import LedgerKeeper
from tests.support.teams.postgres import Postgres
from tests.support.teams.team import WatchedConnection, evidence, ledger_digests, new_place, running_ledger, topped_up
from tests.sync.test_state_machine import Machine, Mortal, play

pytestmark = pytest.mark.slow


class TeamMachine(Machine):
    """Two machines of a team save one archive, never at the same time; either may begin anew from an empty home."""

    postgres: ClassVar[Postgres]

    def prepare(self, home: Path) -> None:
        """A home with nothing but the place of its ledger; its database comes from there."""
        if not hasattr(self, "place"):
            self.place: LedgerPlace = new_place(self.postgres, self.folder / "shared")
        home.mkdir(exist_ok=True)
        write_ledger_file(home, self.place)

    def _reopen(self) -> Mortal:
        """As a new process does; it tops its copy up before anything else."""
        archive = super()._reopen()
        ledger = Ledger(self.place, open_connection=lambda address: WatchedConnection(address, archive.tick))
        archive.keeper = LedgerKeeper(archive.home, ledger)
        archive.top_up()
        return archive

    @rule(fresh=strategies.booleans())
    def take_over(self, fresh: bool) -> None:
        """The other machine goes on, from its own copy or from nothing."""
        home = self.folder / ("other" if self.world.home.name == "home" else "home")
        if fresh:
            shutil.rmtree(home, ignore_errors=True)
        self.prepare(home)
        self.world.archive.close()
        self.world.home = home
        self.archive = self._reopen()
        self.judge()

    def _end(self) -> None:
        """Both machines hold what the ledger holds, and both verify in depth."""
        super()._end()
        held = evidence(self.world.home)
        for name in ("home", "other", "fresh"):
            self.prepare(self.folder / name)
            assert held == evidence(topped_up(self.folder / name))
            with closing(Archive(self.folder / name)) as archive:
                assert [] == verify_archive(archive, deep=True).findings
        assert ledger_digests(self.postgres, self.place) == [row[-1] for row in held["entry"]]


@pytest.fixture(scope="module", autouse=True)
def _ledger() -> Iterator[None]:
    """A ledger for all stories, each with an archive of its own in it."""
    with running_ledger() as postgres:
        TeamMachine.postgres = postgres
        yield


@pytest.mark.drawn
def test_a_few_stories_over_a_ledger_end_with_equal_archives() -> None:
    """A few short stories, as a sample for every run of CI."""
    play(examples=3, steps=8, machine=TeamMachine)


def test_many_stories_over_a_ledger_end_with_equal_archives() -> None:
    """A hundred stories as long as those of one person's archive."""
    play(examples=100, steps=12, machine=TeamMachine)
