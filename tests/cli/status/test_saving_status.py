"""How saving by itself stands on the page of `status`: the line, what keeps it from saving, what to do next."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from archiver.cli.status.saving_status import SavingStatus, is_setting_up, next_step, saving_line, saving_warnings
from archiver.cli.terminal.text import columns
from archiver.schedule.daemon_lock import hold_daemon_lock
from archiver.setup.answered_questions import note_answer
from archiver.setup.answers import BEGUN, FINISHED
from archiver.store.archive import Archive
from archiver.store.queries.status import Status, status
from archiver.store.working import remembered_values
from archiver.store.working.remembered_values import LastSync
from tests.support.terminal import Terminal
from tests.support.terminal_world import TerminalWorld, running_terminal_world

NOW = datetime(2026, 11, 24, 13, 31, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
RUNS = SavingStatus(5 * MINUTE, "systemd")
WRONG = {"CHATWORK_API_TOKEN": "f" * 32}


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[TerminalWorld]:
    """An archive in which nothing is saved yet."""
    with running_terminal_world(tmp_path / "home") as made:
        yield made


@pytest.fixture
def saved(desk: TerminalWorld) -> Status:
    """What a saved archive says of itself, its last save four minutes ago."""
    desk.post("こんにちは")
    desk.sync()
    with desk.archive.reading() as reading:
        archive_status = status(reading)
    looks = replace(archive_status.looks, listed=None)  # the story is of another day
    return replace(archive_status, last_sync=NOW - 4 * MINUTE, last_complete=True, looks=looks)


# --- the line ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("stands", "changed", "expected"),
    [
        (RUNS, {}, "Saving by itself (every 5 minutes; systemd) last 22:27 good next 22:32"),
        (RUNS, {"last_complete": False}, "last 22:27 incomplete next 22:32"),
        (RUNS, {"last_sync": NOW - timedelta(hours=30)}, "last 11-23 16:31 good next within 5 minutes"),
        (RUNS, {"last_sync": None}, "last: none yet next within 5 minutes"),
        (
            replace(RUNS, error_name="TokenRefused", failed_at=NOW - MINUTE),
            {},
            "last 22:30 failed: the API token is not accepted (401)",
        ),
        (replace(RUNS, error_name="ArchiverError"), {}, "last failed next 22:32"),
        (
            replace(RUNS, started_by="cron", is_idle=True),
            {},
            "Saving registered with cron, which does not run last 22:27 good",
        ),
        (replace(RUNS, started_by=None), {}, "Saving nothing here starts it last 22:27 good"),
    ],
)
def test_the_line_says_who_saves_how_the_last_round_ended_and_when_the_next_comes(
    saved: Status, stands: SavingStatus, changed: dict[str, object], expected: str
) -> None:
    """In good and in bad times."""
    line = saving_line(stands, replace(saved, **changed), now=NOW)  # type: ignore[arg-type]

    assert expected in " ".join(line.split())
    assert [] == [one for one in line.splitlines() if columns(one) > 80]


# --- what keeps it from saving, and what to do next ------------------------------------------------


@pytest.mark.parametrize(
    ("stands", "changed", "words", "expected"),
    [
        (RUNS, {}, "", "nothing to do"),
        (replace(RUNS, error_name="TokenRefused"), {}, "archive token set", "archive token set"),
        (replace(RUNS, error_name="Unreachable"), {}, "Chatwork cannot be reached", "archive check"),
        (replace(RUNS, full_disk="The disk is full."), {}, "The disk is full.", "make space on this disk"),
        (replace(RUNS, started_by=None), {}, "", "archive schedule install (if nothing else starts it)"),
        (
            replace(RUNS, started_by=None),
            {"last_sync": NOW - timedelta(hours=1)},
            "Automatic saving is not set up here",
            "archive schedule install (if nothing else starts it)",
        ),
        (replace(RUNS, started_by="cron", is_idle=True), {}, "no cron runs here", "archive check"),
        (RUNS, {"account_id": None, "contracts": ()}, "archive init", "archive init"),
        (replace(RUNS, is_begun=True, started_by=None), {}, "archive init", "archive init"),
        (replace(RUNS, is_begun=True), {}, "", "nothing to do"),
        (RUNS, {"last_sync": None}, "", "archive sync"),
    ],
)
def test_the_first_thing_to_do_is_the_one_that_lets_it_save(
    saved: Status, stands: SavingStatus, changed: dict[str, object], words: str, expected: str
) -> None:
    """A set-up that was left, a fault, a full disk, nothing that starts it."""
    archive_status = replace(saved, **changed)  # type: ignore[arg-type]

    found = saving_warnings(stands, archive_status, now=NOW)

    assert words in " ".join(found)
    assert (words == "") == (found == [])
    assert expected == next_step(stands, archive_status, found, [], now=NOW, stale=timedelta(hours=24))


def test_other_warnings_are_pointed_at(saved: Status) -> None:
    """Nothing is to be done at once, but it is not good either."""
    assert "[Attention]" in next_step(RUNS, saved, ["There is 1 gap."], [], now=NOW, stale=timedelta(hours=24))


# --- on the screen ---------------------------------------------------------------------------------


def test_while_every_run_fails_the_page_is_not_good(desk: TerminalWorld) -> None:
    """The reason and what to do stand on the page, in the document and under “next”, until a round goes through."""
    desk.sync()
    for _ in range(2):
        desk.both("-q", "sync", code=10, **WRONG)

    screen, _talk = desk.both("status")
    document = desk.document("status")
    desk.both("sync")
    after, _talk = desk.both("status")

    assert ("State: Attention", True) == (screen.splitlines()[0][-16:], "Next: archive token set" in screen)
    assert ["The last save failed. Reason: the API token is not accepted (401)."] == [
        warning.partition(" In Chatwork")[0] for warning in document["warnings"]
    ]
    assert "failed: the API token is not accepted (401)" in screen
    assert ("State: Good", False) == (after.splitlines()[0][-11:], "failed" in after)


def test_after_a_long_time_the_reason_is_said_and_not_to_save_by_hand(desk: TerminalWorld) -> None:
    """What the notices say is what the page says."""
    desk.sync()
    last = datetime.now(UTC) - timedelta(hours=26)
    desk.remember(remembered_values.LAST_SYNC, LastSync(last, complete=True, every_room=True))
    desk.both("-q", "sync", code=10, **WRONG)

    screen, _talk = desk.both("status")

    assert (True, True) == ("26 hours" in screen, "archive token set" in screen)
    assert "archive sync" not in screen


@pytest.mark.parametrize("language", ["en", "ja"])
def test_a_running_daemon_stands_on_the_page(desk: TerminalWorld, language: str) -> None:
    """With its pace; nothing is to be done then."""
    desk.sync()
    with hold_daemon_lock(desk.home):
        screen, _talk = desk.both("status", ARCHIVE_LANG=language)

    (row,) = [one for one in screen.splitlines() if "archive daemon" in one]
    assert {"en": "Saving   by itself (every 5 minutes; ", "ja": "自動保存   動いています(5分ごと、"}[language] in row
    assert {"en": "Next: nothing to do", "ja": "次にすること: ありません"}[language] in screen


def test_an_interrupted_first_save_is_not_called_none(desk: TerminalWorld) -> None:
    """What came is there; it is said how to go on."""
    desk.post("こんにちは")
    desk.sync()
    desk.remember(remembered_values.LAST_SYNC, None)

    screen, _talk = desk.both("status")

    assert (True, False) == ("first save has not ended" in screen, "Nothing has been saved yet" in screen)


def test_a_set_up_without_a_token_goes_on_with_init(desk: TerminalWorld, tmp_path: Path) -> None:
    """Contracts come later."""
    from archiver.store import migrate

    home = tmp_path / "fresh"
    home.mkdir()
    migrate.create_database(Archive(home).database)
    terminal = Terminal(home, desk.chatwork)

    output = terminal.run(ARCHIVE_LANG="en")

    assert (True, False) == ("Next: archive init" in output, "contract add" in output)


def test_a_first_run_that_was_left_is_remembered(desk: TerminalWorld) -> None:
    """Until its end, or until something saves by itself."""
    desk.sync()
    note_answer(desk.archive, BEGUN)
    left, _talk = desk.both("status")
    note_answer(desk.archive, FINISHED)
    finished, _talk = desk.both("status")

    assert (True, False) == ("Next: archive init" in left, "archive init" in finished)
    assert not is_setting_up(RUNS, _read_status(desk))


def _read_status(desk: TerminalWorld) -> Status:
    with desk.archive.reading() as reading:
        return status(reading)
