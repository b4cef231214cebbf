"""The user's own program runs on a copy without the token, and how it ended is remembered and told truly."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from archiver.custody import copies_elsewhere
from archiver.custody.copies_elsewhere import ToolOutcome
from archiver.settings.model import BackupSettings, NotifySettings, Settings
from archiver.store.archive import Archive
from archiver.store.working import remembered_values
from archiver.store.working.remembered_values import CopyToolRun
from tests.support.archives import tampering

NOW = datetime(2026, 11, 24, 13, 31, tzinfo=UTC)
SECRET = "0123456789abcdef0123456789abcdef"
SECRET_NAMES = ("CHATWORK_API_TOKEN", "MY_TOKEN", "MY_MAIL", "MY_PING", "MY_PASSWORD")
ENVIRON = {"PATH": "/usr/bin:/bin", "KEEP": "1", **dict.fromkeys(SECRET_NAMES, SECRET)}


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    """An archive that can remember."""
    made = tampering.sample_archive(tmp_path / "home")
    yield made
    made.close()


def run_program(archive: Archive, tmp_path: Path, *after: str) -> CopyToolRun | None:
    """Run these words as `[backup] after` on an empty copy."""
    copy = tmp_path / "copy"
    copy.mkdir(exist_ok=True)
    settings = Settings(
        archive.home,
        notify=NotifySettings(urls=("env:MY_MAIL",), ping="env:MY_PING"),
        secret_variables=frozenset({"MY_TOKEN", "MY_PASSWORD"}),
        backup=BackupSettings(after=after),
    )
    return copies_elsewhere.run_and_remember(archive, settings, copy, ENVIRON, now=lambda: NOW)


def test_the_program_gets_the_copy_and_no_secret(archive: Archive, tmp_path: Path) -> None:
    """Neither the token nor an address for notices is in its environment; `{copy}` is the folder."""
    script = "import json, os, sys; print(json.dumps([sys.argv[1:], os.getcwd(), dict(os.environ)]))"
    output = tmp_path / "seen.json"
    shell = f'{sys.executable} -c "$0" "$1" > {output}'

    run = run_program(archive, tmp_path, "/bin/sh", "-c", shell, script, "{copy}/archive.sqlite3")

    arguments, folder, environ = json.loads(output.read_text())
    assert run is not None
    assert ([f"{tmp_path}/copy/archive.sqlite3"], str(Path.home())) == (arguments, folder)
    assert SECRET not in output.read_text()
    assert "1" == environ["KEEP"]


@pytest.mark.parametrize(
    ("after", "code", "summary", "outcome"),
    [
        (("/bin/sh", "-c", "echo one; echo two"), 0, "two", ToolOutcome.GOOD),
        (("/bin/sh", "-c", "echo broken >&2; exit 3"), 3, "broken", ToolOutcome.FAILED),
        (("/bin/sh", "-c", "kill -9 $$"), -9, "", ToolOutcome.FAILED),
        (("/bin/sh", "-c", r"printf '\033[2Jred\n'"), 0, "[2Jred", ToolOutcome.GOOD),
        (("/no/such/program",), None, "No such file or directory", ToolOutcome.FAILED),
    ],
)
def test_its_end_is_remembered(
    archive: Archive, tmp_path: Path, after: tuple[str, ...], code: int | None, summary: str, outcome: ToolOutcome
) -> None:
    """The exit code and the last line, without what would move a terminal's cursor."""
    run = run_program(archive, tmp_path, *after)

    assert run is not None
    assert (code, summary, outcome) == (run.code, run.summary.strip(), copies_elsewhere.outcome(run))
    with archive.reading() as reading:
        assert run == remembered_values.LAST_COPY_TOOL.recall(reading)


def test_without_a_program_nothing_is_run(archive: Archive, tmp_path: Path) -> None:
    """And nothing is remembered."""
    assert None is run_program(archive, tmp_path)


def test_a_program_that_takes_too_long_is_ended_with_its_children(archive: Archive, tmp_path: Path) -> None:
    """A scheduler's run saves nothing while it waits."""
    mark = tmp_path / "mark"
    script = f"(sleep 1; echo late > {mark}) & wait"
    settings = Settings(archive.home, backup=BackupSettings(after=("/bin/sh", "-c", script)))

    run = copies_elsewhere.run_and_remember(
        archive, settings, tmp_path, ENVIRON, now=lambda: NOW, longest=timedelta(seconds=0.1)
    )

    assert run is not None
    assert (None, ToolOutcome.FAILED) == (run.code, copies_elsewhere.outcome(run))
    assert "ended after 0 minutes" == run.summary
    time.sleep(1)
    assert not mark.exists()


def test_a_signal_that_ends_the_command_ends_the_program_too(archive: Archive, tmp_path: Path) -> None:
    """`archive backup` and a scheduler's run leave nothing running."""
    mark = tmp_path / "mark"
    program = f"""
import sys
from datetime import UTC, datetime
from pathlib import Path
from archiver.custody import copies_elsewhere
from archiver.settings.model import BackupSettings, Settings
from archiver.store.archive import Archive

after = ("/bin/sh", "-c", "(echo begun > {mark}; sleep 30) & wait")
settings = Settings(Path({str(archive.home)!r}), backup=BackupSettings(after=after))
now = lambda: datetime.now(UTC)
copies_elsewhere.run_and_remember(Archive(settings.home), settings, Path({str(tmp_path)!r}), {{}}, now=now)
"""
    with subprocess.Popen([sys.executable, "-c", program]) as process:
        while not mark.exists():
            time.sleep(0.02)
        process.terminate()
        assert 143 == process.wait(10)
    until = time.monotonic() + 20  # less than the program sleeps
    while (left := [one for one in _command_lines() if str(mark) in one]) and time.monotonic() < until:
        time.sleep(0.02)
    assert [] == left


def _command_lines() -> Iterator[str]:
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        with suppress(OSError):  # it ended meanwhile
            yield path.read_text()


def test_a_program_whose_waiting_is_broken_off_is_ended(archive: Archive, tmp_path: Path) -> None:
    """So that the daemon stops within seconds."""

    class Stopped(BaseException):
        """The daemon is stopped."""

    def stop() -> None:
        raise Stopped

    mark = tmp_path / "mark"
    settings = Settings(
        archive.home, backup=BackupSettings(after=("/bin/sh", "-c", f"sleep 2; echo late > {mark}; sleep 9"))
    )

    with pytest.raises(Stopped):
        copies_elsewhere.run_and_remember(archive, settings, tmp_path, ENVIRON, now=lambda: NOW, step=stop)
    assert not mark.exists()


@pytest.mark.parametrize(
    ("program", "outcome"), [("restic", "incomplete"), ("restic.exe", "incomplete"), ("rclone", "failed")]
)
def test_three_is_incomplete_for_restic_alone(program: str, outcome: str) -> None:
    """Other programs use the same number for other things."""
    assert outcome == copies_elsewhere.outcome(CopyToolRun(NOW, program, 3, ""))


def test_the_summary_of_restic_is_told_in_its_own_words() -> None:
    """Of its JSON only what a user can compare with `restic snapshots`."""
    status = '{"message_type":"status","percent_done":1}'
    summary = '{"message_type":"summary","files_new":4,"files_changed":1,"data_added":99,"snapshot_id":"6f9dabdc"}'

    assert "snapshot_id=6f9dabdc files_new=4 files_changed=1 data_added=99" == copies_elsewhere.summary(
        f"{status}\n{summary}\n"
    )
    assert '{"message_type":"x"}' == copies_elsewhere.summary('{"message_type":"x"}')
    assert "Fatal: no repository" == copies_elsewhere.summary(
        '{"message_type":"exit_error","code":10,"message":"Fatal: no repository"}'
    )
    assert "denied" == copies_elsewhere.summary('{"message_type":"error","error":{"message":"denied"},"item":"/x"}')
