"""The file that makes a home a copy of an archive in a ledger, and a computer without the library for it."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archiver import errors
from archiver.store import migrate
from archiver.store.archive import Archive
from archiver.store.engine import DATABASE
from archiver.store.keeper import LEDGER_FILE
from archiver.team.ledger.database import LedgerPlace, read_ledger_file, write_ledger_file

TEXTS = st.text(st.characters(codec="utf-8"), max_size=20)


@given(address=TEXTS, archive=st.integers(1, 2**31 - 1), files=st.none() | TEXTS.filter(bool))
def test_what_is_written_is_read_again(
    tmp_path_factory: pytest.TempPathFactory, address: str, archive: int, files: str | None
) -> None:
    """Whatever signs an address or a path has."""
    home = tmp_path_factory.mktemp("home")
    place = LedgerPlace(address, archive, files)

    write_ledger_file(home, place)

    assert place == read_ledger_file(home)
    assert 0o600 == (home / LEDGER_FILE).stat().st_mode & 0o777


def test_a_home_without_the_file_is_an_archive_of_its_own(tmp_path: Path) -> None:
    """Neither the library nor a ledger is looked for."""
    assert read_ledger_file(tmp_path) is None
    assert not Archive(tmp_path).keeper.is_team


@pytest.mark.parametrize("text", ["", "address = 1", 'address = "x"\narchive = "y"', "[", "\0"])
def test_a_file_that_says_nothing_is_an_error(tmp_path: Path, text: str) -> None:
    """A home that may be a copy is never taken for an archive of its own."""
    (tmp_path / LEDGER_FILE).write_text(text, encoding="utf-8")

    with pytest.raises(errors.BadLedgerFile):
        Archive(tmp_path)


def test_without_the_extra_one_sentence_says_how_to_add_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only where a home is a copy of a ledger is the library missed."""
    monkeypatch.setitem(sys.modules, "psycopg", None)
    migrate.create_database(tmp_path / DATABASE)
    with Archive(tmp_path).reading():
        pass
    write_ledger_file(tmp_path, LedgerPlace("host=nowhere", 1))

    with pytest.raises(errors.TeamNotInstalled) as raised, Archive(tmp_path).writing():
        pass

    guide = (Path(__file__).parents[2] / "docs/en/team.md").read_text(encoding="utf-8")
    command = str(raised.value.data["command"])
    assert command in raised.value.advice()
    assert f"\n{command}\n" in guide or sys.platform == "win32"
