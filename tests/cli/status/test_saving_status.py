"""How saving by itself stands on the page of `status`: the line, what keeps it from saving, what to do next."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from archiver.health.snapshot import ComputerState, Starters
from archiver.schedule.schedulers import hold_daemon_lock
from archiver.setup.written_values import BEGUN, FINISHED, note_answer
from archiver.standing.home_document import saving_words
from archiver.store.archive import Archive
from archiver.store.queries.last_looks import LastLooks
from archiver.store.working import remembered_values
from archiver.store.working.remembered_values import LastSync, ScheduledRun
from tests.support.terminals.situations import ago, situation
from tests.support.terminals.terminal import Terminal
from tests.support.terminals.terminal_world import TerminalWorld, running_terminal_world

MINUTE = timedelta(minutes=1)
WRONG = {"CHATWORK_API_TOKEN": "f" * 32}


LONG_AGO = {"last_run": ago(hours=30), "looks": LastLooks({}), "scheduled_run": None}
NEVER = {"last_run": None, "looks": LastLooks({}), "scheduled_run": None}


def starting(names: str | None, *, is_idle: bool = False) -> ComputerState:
    """A computer on which this starts the runs."""
    return ComputerState(starters=Starters(names, is_idle))


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[TerminalWorld]:
    """An archive in which nothing is saved yet."""
    with running_terminal_world(tmp_path / "home") as made:
        yield made


# --- the line ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("names", "is_idle", "failed_at", "changed", "expected"),
    [
        ("systemd", False, None, {}, "automatically (every 5 minutes; systemd) last save 22:27 next 22:32"),
        ("systemd", False, None, {"is_complete": False}, "last 22:27 incomplete next 22:32"),
        ("systemd", False, None, LONG_AGO, "last save 11-23 16:31 next within 5 minutes"),
        ("systemd", False, None, NEVER, "last: none yet next within 5 minutes"),
        (
            "systemd",
            False,
            ago(minutes=1),
            {"error_name": "TokenRefused"},
            "last 22:30 failed: the API token is not accepted",
        ),
        ("systemd", False, None, {"error_name": "ArchiverError"}, "last failed next 22:32"),
        (
            "cron",
            False,
            None,
            {"scheduled_run": ScheduledRun(ago(minutes=2), "TokenRefused")},
            "last 22:29 failed: the API token is not accepted",
        ),
        ("cron", True, None, {}, "registered with cron, which does not run last save 22:27"),
        (None, False, None, {}, "nothing here starts it last save 22:27"),
    ],
)
def test_the_line_says_who_saves_how_the_last_round_ended_and_when_the_next_comes(
    names: str | None, is_idle: bool, failed_at: datetime | None, changed: dict[str, Any], expected: str
) -> None:
    """In good and in bad times."""
    words = saving_words(situation(computer=starting(names, is_idle=is_idle), **changed), failed_at=failed_at)

    assert expected in " ".join(words)


# --- on the screen ---------------------------------------------------------------------------------


@pytest.mark.drawn
def test_while_every_run_fails_the_page_is_not_good(desk: TerminalWorld) -> None:
    """The reason and what to do stand first, on the screen and in the document, until a round goes through."""
    desk.sync()
    for _ in range(2):
        desk.both("-q", "sync", code=10, **WRONG)

    screen, _talk = desk.both("status")
    document = desk.document("status")
    desk.both("sync")
    typed, _talk = desk.both("status")
    desk.both("-q", "sync")
    desk.remember(remembered_values.CLOCK_OFFSET, None)  # the simulated clock stands still
    after, _talk = desk.both("status")

    assert screen.startswith("The last save failed. Reason: the API token is not accepted.")
    assert "archive init token" in screen
    assert "fault" == document["headline"]["kind"]
    assert ["The last save failed. Reason: the API token is not accepted."] == [
        warning.partition(" Paste the one")[0] for warning in document["warnings"]
    ]
    assert typed.startswith("The last automatic save failed")
    assert after.startswith("All good. ")
    assert "failed" not in after


def test_after_a_long_time_the_reason_is_said_and_not_to_save_by_hand(desk: TerminalWorld) -> None:
    """What the notices say is what the page says."""
    desk.sync()
    last = datetime.now(UTC) - timedelta(hours=26)
    desk.remember(remembered_values.LAST_SYNC, LastSync(last, complete=True, every_room=True))
    desk.both("-q", "sync", code=10, **WRONG)

    screen, _talk = desk.both("status")

    assert (True, True) == ("26 hours" in screen, "archive init token" in screen)
    assert "archive save" not in screen


@pytest.mark.parametrize("language", ["en", "ja"])
def test_a_running_daemon_stands_on_the_page(desk: TerminalWorld, language: str) -> None:
    """With its pace; all is good then."""
    desk.sync()
    with hold_daemon_lock(desk.home):
        screen, _talk = desk.both("status", ARCHIVE_LANG=language)

    assert {"en": "Automatic saving  on, every 1 minute", "ja": "自動保存      オン(1分ごと)"}[language] in screen
    assert screen.startswith({"en": "All good.", "ja": "大丈夫です。"}[language])


def test_an_interrupted_first_save_is_not_called_none(desk: TerminalWorld) -> None:
    """What came is there; it is said how to go on."""
    desk.post("こんにちは")
    desk.sync()
    desk.remember(remembered_values.LAST_SYNC, None)

    screen, _talk = desk.both("status")

    assert (True, False) == ("No save into this folder has ended" in screen, "Nothing has been saved yet" in screen)


def test_a_set_up_without_a_token_goes_on_with_init(desk: TerminalWorld, tmp_path: Path) -> None:
    """Contracts come later."""
    from archiver.store import migrate

    home = tmp_path / "fresh"
    home.mkdir()
    migrate.create_database(Archive(home).database)
    terminal = Terminal(home, desk.chatwork)

    output = terminal.run(ARCHIVE_LANG="en")

    assert (True, False) == ("Go on with: archive" in output, "job add" in output)


def test_a_first_run_that_was_left_is_remembered(desk: TerminalWorld) -> None:
    """Until its end, or until something saves by itself."""
    desk.sync()
    note_answer(desk.archive, BEGUN)
    left, _talk = desk.both("status")
    note_answer(desk.archive, FINISHED)
    finished, _talk = desk.both("status")

    assert (True, False) == ("The setup is not finished." in left, "setup is not finished" in finished)
