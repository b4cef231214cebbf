"""`archive job enter … delivery`, as a user sees it: matching with Chatwork, correcting, taking back, bad input."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from archiver import errors
from archiver.cli.terminal.output import columns
from archiver.setup import written_values
from tests.support.chatwork.simulator import Chatwork
from tests.support.terminals.terminal import TOKEN, Terminal

NOW = datetime(2026, 11, 24, 13, 31, tzinfo=UTC)
"""22:31 in Tokyo."""


class Desk(Terminal):
    """A terminal whose archive holds one room with one file."""

    room: int
    file: int

    def entries(self) -> int:
        """How many entries there are."""
        with closing(sqlite3.connect(self.home / "archive.sqlite3")) as database:
            count: int = database.execute("SELECT count(*) FROM entry").fetchone()[0]
            return count


@pytest.fixture(scope="module")
def chatwork() -> Iterator[Chatwork]:
    """A Chatwork with a large budget."""
    with Chatwork(token=TOKEN, limit=10_000) as chatwork:
        yield chatwork


@pytest.fixture
def desk(tmp_path: Path, chatwork: Chatwork) -> Desk:
    """A contract with the platform's id 12345678, and a file on Chatwork whose name a terminal would obey."""
    desk = Desk(tmp_path / "home", chatwork)
    tanaka = chatwork.add_account("田中")
    desk.room = chatwork.add_room("動画編集", members=[tanaka], announce=False)
    desk.file = int(chatwork.upload(desk.room, tanaka, "\x1b[31m納品.zip", data=b"zip bytes"))
    desk.run("init", "--yes")
    desk.run("job", "add", "job1", "--chat", desk.room, "--url", "https://crowdworks.jp/contracts/12345678")
    desk.run("sync")
    return desk


@pytest.mark.drawn
def test_a_delivery_is_entered_matched_corrected_and_taken_back(desk: Desk, tmp_path: Path) -> None:
    """The same bytes on Chatwork are named whatever the file is called; nothing is deleted, and all can be verified."""
    same, other = tmp_path / "別の名前.zip", tmp_path / "other.zip"
    same.write_bytes(b"zip bytes")
    other.write_bytes(b"other bytes")

    equal = desk.run(
        "job", "enter", "12345678", "delivery", "--on", "2026-11-03 09:12", "--file", same, "--note", "第1稿"
    )
    unequal = desk.run("job", "enter", "job1", "delivery", "--on", "2026/11/4", "--file", other)
    by_id = desk.run("job", "enter", "job1", "delivery", "--on", "2026-11-05", "--file-id", desk.file)
    again = desk.run("job", "enter", "job1", "delivery", "--on", "2026-11-05", "--file-id", desk.file)
    listed = desk.run("job", "show", "job1")
    desk.run("job", "enter", "job1", "delivery", "--replace", 2, "--on", "2026-11-04 10:00")
    desk.run("job", "enter", "job1", "delivery", "--remove", 3)
    page = desk.run("job", "show", "job1")
    left = desk.run("job", "show")

    assert str(desk.file) in equal
    assert "[U+001B][31m納品.zip" in equal
    assert str(desk.file) not in unequal
    assert "3" in by_id
    assert "3" in again
    assert ["2026-11-03 09:12", "2026-11-04", "2026-11-05"] == [
        line.strip()[3:].split("  ")[0].strip() for line in listed.splitlines() if line[:3].strip().isdigit()
    ]
    assert "第1稿" in listed
    assert "2026-11-04 10:00" in left
    assert "2026-11-05" not in left
    assert all(line in page for line in left.splitlines())
    assert not [line for line in (listed + page).splitlines() if columns(line) > 80]
    assert desk.json("verify", "--deep")["ok"]
    assert b"other bytes" not in b"".join(path.read_bytes() for path in desk.home.rglob("*") if path.is_file())


@pytest.mark.drawn
def test_a_file_that_somebody_else_sent_is_told(desk: Desk, chatwork: Chatwork) -> None:
    """By its number only the user's own file is a delivery without a word."""
    own = int(chatwork.upload(desk.room, chatwork.owner, "納品.zip", data=b"own bytes"))
    desk.run("sync")

    theirs = desk.both("job", "enter", "job1", "delivery", "--on", "2026-11-05", "--file-id", desk.file)
    mine = desk.both("job", "enter", "job1", "delivery", "--on", "2026-11-06", "--file-id", own)
    corrected = desk.both("job", "enter", "job1", "delivery", "--replace", 2, "--file-id", desk.file)

    assert str(desk.file) in theirs[1]
    assert "archive job enter job1 delivery --remove 1" in theirs[1]
    assert "" == mine[1]
    assert "archive job enter job1 delivery --remove 2" in corrected[1]


@pytest.mark.drawn
def test_bad_input_is_one_sentence_and_writes_nothing(desk: Desk, tmp_path: Path) -> None:
    """Bad dates, an unknown contract, file or delivery, a folder, a file above the limit, the token: exit 2."""
    large = tmp_path / "large.bin"
    large.write_bytes(bytes(1_000_001))
    secret = tmp_path / "token.txt"
    secret.write_text(TOKEN, encoding="utf-8")
    secret.chmod(0o600)
    file = tmp_path / "a.zip"
    file.write_bytes(b"zip")
    desk.run("job", "enter", "job1", "delivery", "--on", "2026-11-03", "--file", file)
    settings = (desk.home / "archive.toml").read_text(encoding="utf-8")
    before = desk.entries()
    add = ("job", "enter", "job1", "delivery", "--on", "2026-11-03")

    cases: list[tuple[object, ...]] = [
        ("job", "enter", "job1", "delivery", "--on", "いつか"),
        ("job", "enter", "job1", "delivery", "--on", "2026-02-30"),
        ("job", "enter", "job1", "delivery", "--on", "2099-01-01"),
        ("job", "enter", "job1", "delivery"),
        ("job", "enter", "job9", "delivery", "--on", "2026-11-03"),
        (*add, "--file", tmp_path),
        (*add, "--file", tmp_path / "nothing.zip"),
        (*add, "--file", desk.home / "archive.sqlite3"),
        (*add, "--file-id", 2**70),
        (*add, "--file", file, "--file-id", desk.file),
        ("job", "enter", "job1", "delivery", "--replace", 1),
        ("job", "enter", "job1", "delivery", "--replace", 7, "--note", "x"),
        ("job", "enter", "job1", "delivery", "--remove", 2**70),
        ("job", "show", "job9"),
    ]
    for case in cases:
        assert desk.run(*case, code=2).count("\n") <= 2, case
    (desk.home / "archive.toml").write_text(settings.replace("max_gb = 5", "max_gb = 0.001"), encoding="utf-8")
    assert "0.001" in desk.run(*add, "--file", large, code=2)
    changed = settings.replace('source = "env:CHATWORK_API_TOKEN"', f'source = "file:{secret}"')
    (desk.home / "archive.toml").write_text(changed, encoding="utf-8")
    desk.run(*add, "--file", secret, code=2)

    assert changed != settings
    assert before == desk.entries()


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("2026-11-03 09:12", "2026-11-03 09:12"),
        ("2026/11/3 9:12", "2026-11-03 09:12"),
        ("２０２６/１１/０３　０９：１２", "2026-11-03 09:12"),
        ("2026-11-03T09:12:59", "2026-11-03 09:12"),
        (" 2026-11-03 ", "2026-11-03"),
        ("2026-11-24 22:40", "2026-11-24 22:40"),
    ],
)
def test_times_are_understood_as_they_are_written_in_japan(value: str, expected: str) -> None:
    """With slashes, without zeros, in full-width characters; a platform's clock may be a little ahead of ours."""
    actual = written_values.read_day(value, "--on", written_values.EXAMPLE_TIME, now=NOW)

    assert expected == actual


@pytest.mark.parametrize(
    "value", ["", "0206-11-03", "2026-13-01", "2026-11-03 24:00", "2026-11-03T00:12Z", "13/3", "x" * 99]
)
def test_what_is_no_time_of_japan_is_refused(value: str) -> None:
    """A year of long ago, a day that no calendar has, a time of another zone."""
    with pytest.raises((errors.BadValue, errors.NoSuchDay, errors.DayTooEarly)):
        written_values.read_day(value, "--on", written_values.EXAMPLE_TIME, now=NOW)


def test_a_day_alone_has_no_time_and_no_future() -> None:
    """Where a day is asked for, a time is refused; a day is in the future once it is later in Japan than today."""
    with pytest.raises(errors.BadValue):
        written_values.read_day("2026-11-03 09:12", "--date", written_values.EXAMPLE_DAY, now=NOW)
    with pytest.raises(errors.DayAhead):
        written_values.read_day("2026-11-25", "--date", written_values.EXAMPLE_DAY, now=NOW)
    with pytest.raises(errors.DayAhead):
        written_values.read_day("2026-11-24 22:42", "--on", written_values.EXAMPLE_TIME, now=NOW)

    assert "2026-11-25" == written_values.read_day(
        "2026-11-25", "--date", written_values.EXAMPLE_DAY, now=NOW + timedelta(hours=2)
    )
    assert "2026-11-25" == written_values.read_day("2026-11-25", "--date", written_values.EXAMPLE_DAY, now=None)
