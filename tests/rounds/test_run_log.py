"""The log: every line fits the documented grammar, holds no name and no text, and survives kills and other writers."""

from __future__ import annotations

import json
import re
import stat
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, strategies

from archiver import errors
from archiver.rounds import run_log
from archiver.rounds.daemon import Stopped
from archiver.sync.report import RoomReport, SyncReport
from tests.support.chatwork.simulator import Chatwork, Fault
from tests.support.terminals.forked_program import run_program
from tests.support.terminals.terminal import TOKEN, Terminal

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "log.md"
NOW = datetime(2026, 11, 24, 13, 31, 5, 123_000, UTC)
SAID = "2026-11-24T13:31:05.123Z"


def parse(line: str) -> dict[str, str]:
    """A line as a reader of the documentation would read it."""
    time, *pairs = line.split(" ")
    assert datetime.fromisoformat(time).tzinfo is not None
    assert time.endswith("Z")
    assert line.isascii()
    assert pairs
    found = dict(pair.split("=", 1) for pair in pairs)
    assert len(found) == len(pairs)
    assert not [key for key in found if not re.fullmatch("[a-z_]+", key)]
    return found


def documented() -> dict[str, set[str]]:
    """First key -> every key that may follow it."""
    rows = re.findall(r"(?m)^\| `([a-z_]+)` \| .* \| (.*)\|$", PAGE.read_text(encoding="utf-8"))
    return {first: set(re.findall(r"`([a-z_]+)`", then)) - {"yes", "no"} for first, then in rows}


def lines(home: Path) -> list[dict[str, str]]:
    """Every line that lies there, the oldest first; each fits what is documented."""
    folder = home / run_log.FOLDER
    names = [*(folder / f"{run_log.FILE}.{number}" for number in range(run_log.COPIES, 0, -1)), folder / run_log.FILE]
    text = [line for path in names if path.exists() for line in path.read_text(encoding="ascii").splitlines()]
    found = [parse(line) for line in text]
    kinds = documented()
    for pairs in found:
        first, *others = pairs
        assert set(others) <= kinds[first], pairs
    return found


# --- lines -----------------------------------------------------------------------------------


@given(
    strategies.lists(
        strategies.builds(RoomReport, strategies.integers(1, 10**9), new=strategies.integers(0, 10**6)), max_size=3
    ),
    strategies.lists(
        strategies.sampled_from(["left-over", "gap/1/2", "room/7/messages/refused", "token"]), unique=True, max_size=3
    ),
    strategies.booleans(),
)
def test_a_round_is_one_line_of_pairs(rooms: list[RoomReport], reported: list[str], complete: bool) -> None:
    """With counts over all rooms, and the troubles' keys only if there are any."""
    report = SyncReport(1, NOW, NOW, 11, complete, rooms, reported=tuple(reported))

    found = parse(run_log.round_line(report))

    assert ("11", "yes" if complete else "no") == (found["requests"], found["complete"])
    assert str(sum(room.new for room in rooms)) == found["new"]
    assert (",".join(reported) or None) == found.get("reported")
    assert set(found) - {"requests"} <= documented()["requests"]


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (errors.TokenRefused(), "failed=TokenRefused code=10"),
        (errors.Unreachable(path="/rooms", detail="no connection"), "failed=Unreachable code=1"),
        (ValueError("田中 さん"), "failed=ValueError code=1"),
        (KeyboardInterrupt(), "failed=KeyboardInterrupt code=130"),
        (Stopped(), "failed=Stopped code=0"),
    ],
)
def test_a_round_that_fails_leaves_a_line(tmp_path: Path, error: BaseException, expected: str) -> None:
    """Of a bug its kind alone, never its text."""
    with pytest.raises(type(error)), run_log.log_round_end(tmp_path, now=lambda: NOW):
        raise error

    lines(tmp_path)
    text = (tmp_path / "logs" / "archive.log").read_text(encoding="ascii")
    assert f"{SAID} {expected} begun={SAID}\n" == text
    assert ["archive.log"] == [path.name for path in (tmp_path / "logs").iterdir()]


def test_a_round_that_goes_well_leaves_no_other_line(tmp_path: Path) -> None:
    """And nothing that would make the next one believe it was killed."""
    for _ in range(2):
        with run_log.log_round_end(tmp_path, now=lambda: NOW):
            assert (tmp_path / "logs" / run_log.RUNNING).exists()

    assert [] == list((tmp_path / "logs").iterdir())


@pytest.mark.parametrize(("left", "expected"), [(SAID, SAID), ("", "unknown"), ("2026 田中", "unknown")])
def test_a_killed_round_is_told_by_the_next(tmp_path: Path, left: str, expected: str) -> None:
    """When it began, if that was still written."""
    (tmp_path / "logs").mkdir()
    (tmp_path / "logs" / run_log.RUNNING).write_text(left, encoding="utf-8")

    with run_log.log_round_end(tmp_path, now=lambda: NOW):
        pass

    assert [{"killed": expected}] == lines(tmp_path)


def test_a_fault_is_one_line_without_a_word_of_what_it_was_about(tmp_path: Path) -> None:
    """Its class and the places tell whoever mends it enough; its text may be somebody's message."""
    try:
        json.loads("田中さんの秘密")
    except ValueError as error:
        path = run_log.note_bug(tmp_path, error, at=NOW)

    (line,) = path.read_text(encoding="ascii").splitlines()
    assert line.startswith(f"{SAID} bug=JSONDecodeError at=test_run_log.py:")
    assert "decoder.py:" in line
    assert "/" not in line.partition("at=")[2]


# --- the file --------------------------------------------------------------------------------


def test_a_full_file_is_put_aside_five_times(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The oldest goes; all of them are the owner's alone."""
    monkeypatch.setattr(run_log, "SIZE_LIMIT_BYTES", 200)

    for number in range(60):
        run_log.note(tmp_path, f"killed={number}", at=NOW)

    numbers = [int(one["killed"]) for one in lines(tmp_path)]
    files = sorted(path for path in (tmp_path / "logs").iterdir())
    assert list(range(numbers[0], 60)) == numbers
    assert ["archive.log", *(f"archive.log.{number}" for number in range(1, 6))] == [path.name for path in files]
    assert {0o600} == {stat.S_IMODE(path.stat().st_mode) for path in files}
    assert all(path.stat().st_size < 300 for path in files)


def test_after_a_line_that_was_cut_short_a_new_one_begins(tmp_path: Path) -> None:
    """As a power cut leaves it."""
    (tmp_path / "logs").mkdir()
    (tmp_path / "logs" / "archive.log").write_text(f"{SAID} requests=1", encoding="ascii")

    run_log.note(tmp_path, "killed=unknown", at=NOW)

    assert [{"requests": "1"}, {"killed": "unknown"}] == lines(tmp_path)


@pytest.mark.drawn
def test_several_programs_that_write_at_once_lose_no_line(tmp_path: Path) -> None:
    """Also while files are put aside."""
    code = (
        "import sys; from datetime import UTC, datetime; from pathlib import Path; "
        "from archiver.rounds import run_log as log\n"
        "log.SIZE_LIMIT_BYTES = 3000\n"
        "for number in range(100): log.note(Path(sys.argv[1]), f'killed={sys.argv[2]}.{number}', at=datetime.now(UTC))"
    )
    writers = [subprocess.Popen([sys.executable, "-c", code, str(tmp_path), name]) for name in "abc"]
    assert [0, 0, 0] == [writer.wait(60) for writer in writers]

    log_lines = [one["killed"] for one in lines(tmp_path)]

    assert sorted(f"{name}.{number}" for name in "abc" for number in range(100)) == sorted(log_lines)


def test_a_disk_that_takes_no_log_is_no_reason_to_fail(tmp_path: Path) -> None:
    """A file in the folder's place."""
    (tmp_path / "logs").write_text("")

    with run_log.log_round_end(tmp_path, now=lambda: NOW):
        run_log.write(tmp_path, SyncReport(1, NOW))


def test_a_home_that_was_moved_away_is_not_made_anew_for_its_log(tmp_path: Path) -> None:
    """A daemon that still runs writes nothing where the home was."""
    home = tmp_path / "moved"

    with run_log.log_round_end(home, now=lambda: NOW):
        run_log.write(home, SyncReport(1, NOW))

    assert not home.exists()


# --- canaries --------------------------------------------------------------------------------

CANARIES = ("カナリア会社", "カナリア部屋", "カナリア本文", "カナリアtask", "カナリア.bin", "カナリア契約", TOKEN)


@pytest.fixture
def chatwork() -> Iterator[Chatwork]:
    """A Chatwork that answers."""
    with Chatwork(token=TOKEN, limit=1_000_000) as chatwork:
        yield chatwork


@pytest.mark.parametrize("levels", [("-q",), pytest.param(("", "-v", "-vv"), marks=pytest.mark.slow)])
def test_at_every_level_the_log_and_a_quiet_run_hold_no_name_and_no_text(
    chatwork: Chatwork, tmp_path: Path, levels: tuple[str, ...]
) -> None:
    """Rounds that go well, with news and trouble, and rounds that fail; at -q, as usual, at -v and -vv."""
    terminal = Terminal(tmp_path / "home", chatwork)
    other = chatwork.add_account("カナリア会社")
    room = chatwork.add_room("カナリア部屋", members=[other], announce=False)
    terminal.run("init", "--yes")
    terminal.run("job", "add", "job1", "--chat", room, "--title", "カナリア契約")
    quiet = []
    for level in levels:
        posted = [chatwork.post(room, other, f"カナリア本文{number} LINEで話しましょう") for number in range(20)]
        chatwork.edit(posted[-1], "カナリア本文を書き換え")
        chatwork.delete(posted[-2])
        chatwork.upload(room, other, "カナリア.bin", data=b"x")
        chatwork.add_task(room, other, chatwork.owner, "カナリアtask")
        for server_fault, path in ((None, ""), (Fault.SERVER_ERROR, "/v2/me"), (Fault.HTML, "/messages")):
            if server_fault is not None:
                chatwork.fail(server_fault, path, times=None)
            words = [*([level] if level else []), "sync", "--full", "--max-seconds", "1"]
            done = run_program(words, terminal.environ)
            chatwork.heal()
            assert done.returncode in (0, 1, 4), done.stderr
            quiet += [done.stderr + done.stdout] if level == "-q" else []

    log_lines = lines(terminal.home)
    kinds = [next(iter(one)) for one in log_lines]
    raw = b"".join(path.read_bytes() for path in (terminal.home / "logs").iterdir()).decode()
    assert (True, True) == ({"requests", "failed"} <= set(kinds), any("reported" in one for one in log_lines))
    assert 3 * len(levels) == sum(kind in ("requests", "failed") for kind in kinds)
    assert [] == [word for word in CANARIES if word in raw or word in "".join(quiet)]
    assert ("-q" in levels) == bool("".join(quiet).strip())


def test_the_last_failure_is_known_by_the_end_of_the_log(tmp_path: Path) -> None:
    """Other lines after it do not hide it; without a log there was none."""
    assert None is run_log.last_failure(tmp_path)
    run_log.note(tmp_path, "failed=TokenRefused code=10 begun=2026-11-24T13:31:00.000Z", at=NOW)
    run_log.note(tmp_path, "verified=sample findings=0", at=NOW)

    assert NOW == run_log.last_failure(tmp_path)
