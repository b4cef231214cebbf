"""`archive status --every-archive`: the archives of one person on one computer, one after another."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from archiver.settings import other_archives
from archiver.store.engine import DATABASE
from tests.support.archives.maker import story
from tests.support.chatwork.simulator import Chatwork
from tests.support.terminals.terminal import TOKEN, Terminal

AT = datetime(2026, 11, 26, tzinfo=UTC)


class TwoArchives(Terminal):
    """A terminal of somebody with an archive in the usual place and another that has saved before."""

    def __init__(self, folder: Path, chatwork: Chatwork) -> None:
        """Make both, and the note of the other one."""
        super().__init__(folder / "own", chatwork)
        self.other = folder / "other"
        for home in (self.home, self.other):
            story(home).archive.close()
        self.environ |= {"ARCHIVE_LANG": "en", "XDG_STATE_HOME": str(folder / "state")}
        state = folder / "state" / other_archives.state_folder().name
        other_archives.note_saving(self.other, 42, at=AT, state=state)
        other_archives.note_saving(folder / "gone", 43, at=AT, state=state)


@pytest.fixture
def two(tmp_path: Path) -> Iterator[TwoArchives]:
    with Chatwork(token=TOKEN) as chatwork:
        yield TwoArchives(tmp_path, chatwork)


def test_status_and_search_go_over_every_archive_that_is_there(two: TwoArchives) -> None:
    """Each under its path; with --json in one document; what is gone is left out."""
    shown = two.run("search", "納品", "--every-archive")
    document = json.loads(two.run("status", "--every-archive", "--json"))

    assert [f"Archive 1 of 2: {two.other}", f"Archive 2 of 2: {two.home}"] == [
        line for line in shown.splitlines() if line.startswith("Archive ")
    ]
    assert [str(two.other), str(two.home)] == [one["home"] for one in document["archives"]]
    assert all(one["document"]["rooms"] for one in document["archives"])


@pytest.mark.parametrize("arguments", [("sync", "--every-archive"), ("--home", "x", "status", "--every-archive")])
def test_nothing_else_is_done_to_all(two: TwoArchives, arguments: tuple[str, ...]) -> None:
    """It is wrong usage, and says so."""
    assert "--every-archive" in two.run(*arguments, code=2)


def test_an_archive_that_cannot_be_read_does_not_hide_the_others(two: TwoArchives) -> None:
    """Its error is told in its place, and the exit code is the highest."""
    (two.other / DATABASE).write_bytes(b"no database" * 1000)

    document = json.loads(two.both("status", "--every-archive", "--json", code=1)[0])

    codes = [one["code"] for one in document["archives"]]
    assert codes[0] > codes[1]
    assert document["archives"][1]["document"]
