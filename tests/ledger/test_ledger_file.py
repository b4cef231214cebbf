"""The file that makes a home a copy of an archive in a ledger, and a computer without the library for it."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import UTC, datetime
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
from archiver.team.ledger.service_tables import AccessRecord, missing_numbers
from tests.support.chatwork.simulator import Chatwork
from tests.support.terminals.terminal import TOKEN

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


COMMANDS = """
import sys
sys.modules.update(dict.fromkeys(("psycopg", "procrastinate", "boto3", "botocore")))  # as where they are not installed
from archiver.cli.main import main
for words in sys.argv[1:]:
    print(words, main(words.split()))
"""


def codes(home: Path, *commands: str) -> list[str]:
    """The exit code of each command, one after the other, in a program that has no library of the extra."""
    with Chatwork(token=TOKEN) as chatwork:
        room = chatwork.add_room("動画編集", members=[chatwork.add_account("田中")])
        environ = {"HOME": str(home.parent), "ARCHIVE_HOME": str(home), "ARCHIVE_LANG": "en"}
        environ |= {"CHATWORK_API_TOKEN": TOKEN, "CHATWORK_API_BASE_URL": chatwork.base_url}
        words = [command.format(room=room) for command in commands]
        program = [sys.executable, "-c", COMMANDS, *words]
        finished = subprocess.run(program, env=os.environ | environ, capture_output=True, text=True, check=False)
    assert "Traceback" not in finished.stderr, finished.stderr
    lines = finished.stdout.splitlines()
    return [line.rpartition(" ")[2] for word in words for line in lines if line.startswith(f"{word} ")]


@pytest.mark.drawn
def test_one_person_s_archive_is_saved_read_and_verified_without_the_libraries_of_a_team(tmp_path: Path) -> None:
    """From the first command to a package's check; a command of a team says what to install."""
    commands = ("init --yes", "job add job1 --chat {room}", "sync", "search --chat {room}", "verify --deep", "status")
    team = ("team init --ledger host=nowhere", "team save")

    assert ["0"] * len(commands) + ["5"] * len(team) == codes(tmp_path / "home", *commands, *team)


def record(number: int) -> AccessRecord:
    """A row with this number."""
    return AccessRecord(number, datetime(2026, 11, 27, tzinfo=UTC), "desk", "法務", "export job1", "相談")


@pytest.mark.parametrize(
    ("numbers", "missing"), [([], []), ([1, 2, 3], []), ([1, 2, 3, 5, 6], [4]), ([3], [1, 2]), ([1, 2], [])]
)
def test_numbers_below_the_last_one_that_are_not_there_are_missing(numbers: list[int], missing: list[int]) -> None:
    """Rows have numbers without holes, so a hole is a row that was removed; of the last row nothing tells."""
    assert missing == missing_numbers([record(number) for number in numbers])
