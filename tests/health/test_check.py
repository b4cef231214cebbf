"""What `archive status --full` makes of what it sees: tables of cases, without disk, network or clock."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, strategies

from archiver import errors
from archiver.health import (
    evidence,
    folders,
    rooms_and_runs,
    token,
)
from archiver.health.check import check_versions, document, with_conditions, works_unattended
from archiver.health.check_result import CheckResult, action, attention, good, is_ok
from archiver.health.conditions import conditions, conditions_beside, told_conditions
from archiver.health.evidence import StampStatus
from archiver.health.folders import DiskSpace, HomeFolder, OutsideFolder
from archiver.health.snapshot import ComputerState
from archiver.health.token import NOT_ASKED, TokenState, TokenTrial
from archiver.records.alerts import Grade
from archiver.store import migrate
from archiver.store.database_pages import VerificationRecord
from archiver.store.keeper import KeptByTeam
from archiver.store.queries.status import Horizon, Versions
from archiver.store.working.remembered_values import LastBackup, ScheduledRun
from archiver.store.working.stamp_queue import LongestWait
from tests.support.terminals.situations import GOOD_ARCHIVE, NOW, ago, situation

EVERY = timedelta(minutes=5)
HOME = Path("/home/y/chatwork")
GB = 1_000_000_000

GOOD, ATTENTION, ACTION = Grade.GOOD, Grade.ATTENTION, Grade.ACTION


def check(expected: Grade, words: str, look: CheckResult) -> None:
    """The look stands as expected, and its sentence holds these words."""
    assert (expected, True) == (look.grade, words in look.text), look


# --- token and account -----------------------------------------------------------------------

FILE = TokenState("file:token", None, needs_session=True)
KEYRING = TokenState("keyring", None, needs_session=True)


@pytest.mark.parametrize(
    ("state", "expected", "words"),
    [
        (FILE, GOOD, "the file token"),
        (KEYRING, ATTENTION, "archive init token --where file:token"),
        (KEYRING._replace(needs_session=False), GOOD, "the password store"),
        (TokenState("env:MY_TOKEN", None, needs_session=False), ATTENTION, "variable MY_TOKEN"),
        (FILE._replace(error=errors.TokenMissing(source="file:token")), ACTION, "archive init token"),
        (FILE._replace(error=errors.TokenFileUnsafe(path="/t")), ACTION, "chmod 600 /t"),
        (KEYRING._replace(error=errors.KeyringUnavailable(detail="none")), ACTION, "--where file:PATH"),
    ],
)
def test_the_token_is_judged_as_a_scheduled_run_sees_it(state: TokenState, expected: Grade, words: str) -> None:
    """What only a session has gets a word; what cannot be read has to be put right."""
    check(expected, words, token.check_token(state))


@pytest.mark.parametrize(
    ("state", "registered", "expected"),
    [
        (FILE, "cron", GOOD),
        (KEYRING, "cron", ACTION),
        (KEYRING, "systemd, cron", ACTION),
        (KEYRING, "systemd", ATTENTION),
        (KEYRING._replace(needs_session=False), "cron", GOOD),
        (TokenState("env:MY_TOKEN", None, needs_session=True), "systemd", ACTION),
        (TokenState("env:MY_TOKEN", None, needs_session=True), "archive daemon", ATTENTION),
    ],
)
def test_a_registered_job_that_cannot_see_the_token_is_to_be_put_right(
    state: TokenState, registered: str, expected: Grade
) -> None:
    """A scheduler gives a job no variable, and cron no keyring."""
    check(expected, "", token.check_token(state, registered=registered))


@pytest.mark.parametrize(
    ("trial", "owner", "expected", "words"),
    [
        (TokenTrial(1234567), 1234567, GOOD, "ID 1234567"),
        (TokenTrial(1234567), None, GOOD, "ID 1234567"),
        (TokenTrial(7654321), 1234567, ACTION, "7654321"),
        (TokenTrial(None, errors.TokenRefused()), 1234567, ACTION, "archive init token"),
        (TokenTrial(None, errors.Unreachable(path="/me", detail="no connection")), 1234567, ATTENTION, "no connection"),
        (TokenTrial(None, errors.BudgetSpent(path="/me")), 1234567, ATTENTION, "could not be asked"),
        (NOT_ASKED, 1234567, ATTENTION, "not asked"),
    ],
)
def test_no_network_is_no_error(trial: TokenTrial, owner: int | None, expected: Grade, words: str) -> None:
    """Only a refused token and one of another account are."""
    check(expected, words, token.check_account(FILE, trial, owner=owner, home=HOME))


def test_without_a_token_chatwork_is_not_asked() -> None:
    """The token's own line says what to do."""
    state = FILE._replace(error=errors.TokenMissing(source="file:token"))

    check(ATTENTION, "not asked", token.check_account(state, NOT_ASKED, owner=1, home=HOME))


# --- runs ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("offset", "expected", "words"),
    [
        (None, GOOD, "not been compared"),
        (-312, GOOD, "0.3 seconds"),
        (60_000, GOOD, "60.0"),
    ],
)
def test_the_clock_may_be_a_minute_off(offset: int | None, expected: Grade, words: str) -> None:
    """More than that puts every time of the record in doubt."""
    check(expected, words, rooms_and_runs.check_clock(offset))


@pytest.mark.parametrize(
    ("last", "every", "expected", "words"),
    [
        (None, EVERY, ATTENTION, "Nothing has been saved yet."),
        (ago(minutes=4), EVERY, GOOD, "2026-11-24 22:27"),
        (ago(minutes=59), EVERY, GOOD, ""),
        (ago(minutes=61), EVERY, ATTENTION, "21:30"),
        (ago(hours=5), timedelta(hours=2), GOOD, ""),
        (ago(hours=24), EVERY, ATTENTION, "see the schedule"),
    ],
)
def test_the_last_save_ages(last: datetime | None, every: timedelta, expected: Grade, words: str) -> None:
    """Three times its pace, and an hour, are nothing."""
    check(expected, words, rooms_and_runs.check_last_run(last, every=every, now=NOW))


def test_calls_that_were_used_up_are_told_until_a_run_has_enough() -> None:
    """Nobody is named: who used them is not known."""
    check(ATTENTION, "used up", rooms_and_runs.check_budget(None, [], home=HOME, now=NOW, spent=ago(minutes=3)))


@pytest.mark.parametrize(
    ("error_name", "last", "expected", "words"),
    [
        ("TokenRefused", ago(minutes=4), ACTION, "The last save was at 2026-11-24 22:27. The last save failed"),
        (
            "Unreachable",
            ago(minutes=4),
            ATTENTION,
            "Chatwork cannot be reached. What is saved stays saved",
        ),
        ("Unreachable", ago(hours=26), ACTION, "2026-11-23"),
        ("Unreachable", None, ACTION, "The last save failed"),
    ],
)
def test_a_fresh_save_is_not_good_while_rounds_fail(
    error_name: str, last: datetime | None, expected: Grade, words: str
) -> None:
    """The reason stands there, and it is to be acted on where it does not pass by itself."""
    found = told_conditions(conditions(situation(error_name=error_name, last_run=last)))

    check(expected, words, with_conditions(good("last_run", "x"), found, last_run=last))


@pytest.mark.parametrize(
    ("registered", "expected", "words"),
    [("cron", GOOD, "Registered with cron."), (None, ATTENTION, "archive init schedule")],
)
def test_what_starts_the_runs_is_told(registered: str | None, expected: Grade, words: str) -> None:
    """A fresh save may come from a starter that cannot be seen."""
    check(expected, words, rooms_and_runs.check_schedule(registered))


@pytest.mark.parametrize(
    ("run", "expected"),
    [
        (None, False),
        (ScheduledRun(ago(minutes=4), None), True),
        (ScheduledRun(ago(minutes=15), None), True),
        (ScheduledRun(ago(minutes=16), None), False),
        (ScheduledRun(ago(minutes=4), "Unreachable"), False),
    ],
)
def test_it_works_unattended_only_if_the_last_run_by_itself_went_through(
    run: ScheduledRun | None, expected: bool
) -> None:
    """A typed run that went through since says nothing of it."""
    snapshot = replace(GOOD_ARCHIVE, scheduled_run=run)

    assert expected == works_unattended(snapshot, [good("a", "x")], every=EVERY, now=NOW)
    assert not works_unattended(snapshot, [action("a", "x")], every=EVERY, now=NOW)


# --- rooms -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("horizons", "expected", "words"),
    [
        ([], GOOD, "The plan hides no messages"),
        ([Horizon(5, ago(days=39), None)], GOOD, "chats 5; shown from 2026-10-16"),
        ([Horizon(5, None, None)], GOOD, "shown from -"),
        ([Horizon(5, ago(days=39), ago(days=39))], ATTENTION, "until 2026-11-25"),
        ([Horizon(5, ago(days=39), ago(days=41))], GOOD, "What was saved is kept"),
        ([Horizon(5, None, ago(days=30)), Horizon(6, None, ago(days=41))], ATTENTION, "until 2026-12-04"),
    ],
)
def test_what_the_plan_will_hide_is_told_while_it_can_be_fetched(
    horizons: list[Horizon], expected: Grade, words: str
) -> None:
    """Forty days after it was posted; later nothing is to be done."""
    check(expected, words, rooms_and_runs.check_plan(horizons, now=NOW))


# --- proof -----------------------------------------------------------------------------------

ON = StampStatus(["a", "b"], 52, [], [], [], is_available=True)


def waits(since: datetime, reason: str | None = "unreachable") -> LongestWait:
    """Three seals that wait for `a`."""
    return LongestWait("a", 3, since, reason)


@pytest.mark.parametrize(
    ("stamps", "expected", "words"),
    [
        (ON._replace(authorities=[]), ATTENTION, "Off"),
        (ON, GOOD, "52 days"),
        (ON._replace(days=0), GOOD, "Nothing is sealed"),
        (ON._replace(waiting=[waits(ago(hours=3))]), GOOD, "a: 3 seals have waited since 2026-11-24"),
        (ON._replace(waiting=[waits(ago(days=7))]), ATTENTION, "archive seal"),
        (ON._replace(waiting=[waits(ago(hours=1), "denied")]), ATTENTION, "Asking again does not help"),
        (ON._replace(waiting=[waits(ago(days=7), None)]), ATTENTION, "its turn has not come yet"),
        (ON._replace(waiting=[waits(ago(hours=1), "seal")]), ACTION, "archive verify"),
        (ON._replace(is_available=False), GOOD, "52 days"),
        (ON._replace(is_available=False, waiting=[waits(ago(hours=1), "unsupported")]), ATTENTION, "cannot check"),
        (
            ON._replace(root_errors=[errors.BadRoots(name="b", detail="no file", path=HOME)]),
            ACTION,
            "“b” cannot be read: no file",
        ),
    ],
)
def test_stamps_are_off_or_there_or_wait_since_and_why(stamps: StampStatus, expected: Grade, words: str) -> None:
    """An authority that is down for a week is a word and never more; a root that cannot be read is ours to correct."""
    check(expected, words, evidence.check_stamps(stamps, now=NOW))


@pytest.mark.parametrize(
    ("last", "expected", "words"),
    [
        (None, ATTENTION, "archive verify"),
        (VerificationRecord(ago(days=1), True, {"entries": 9, "files": 2}, 0), GOOD, "records 9, files 2"),
        (VerificationRecord(ago(days=36), False, {}, 0), ATTENTION, "long time ago"),
    ],
)
def test_the_last_verification_is_told(last: VerificationRecord | None, expected: Grade, words: str) -> None:
    """Once a month everything; findings stay until they are gone."""
    check(expected, words, evidence.check_verification(last, now=NOW))


def test_a_damaged_database_asks_for_hands_off() -> None:
    """What SQLite says first is told."""
    check(GOOD, "", evidence.check_database([]))
    check(ACTION, "(row 3 missing). Change nothing", evidence.check_database(["row 3 missing", "more"]))


@pytest.mark.parametrize(
    ("others_seen", "others", "expected", "words"),
    [
        (None, [], GOOD, "Nobody else"),
        (ago(hours=23), [], ATTENTION, "another computer with this archiver, or another tool; last seen 2026-11-23"),
        (ago(hours=25), [], GOOD, "Nobody else"),
        (ago(hours=-1), [], GOOD, "Nobody else"),
        (None, [Path("/b")], ATTENTION, f"{HOME}, /b"),
        (ago(hours=1), [Path("/b"), Path("/c")], ATTENTION, f"{HOME}, /b, /c"),
    ],
)
def test_whoever_shares_the_calls_is_told(
    others_seen: datetime | None, others: list[Path], expected: Grade, words: str
) -> None:
    """Another archive here by its folder; anybody else without blame, for a day."""
    check(expected, words, rooms_and_runs.check_budget(others_seen, others, home=HOME, now=NOW))


def test_only_a_home_that_has_a_job_is_told_to_be_taken_out() -> None:
    """The others are saved by something else."""
    others = [Path("/a"), Path("/b")]

    scheduled = rooms_and_runs.check_budget(None, others, home=HOME, now=NOW, scheduled=[Path("/b")])
    none = rooms_and_runs.check_budget(None, others, home=HOME, now=NOW)

    check(ATTENTION, "remove the job of another one: archive --home /b init schedule --off", scheduled)
    check(ATTENTION, "such as a daemon of theirs", none)
    assert "schedule --off" not in none.text


# --- places ----------------------------------------------------------------------------------

FINE = HomeFolder(HOME, None, is_writable=True, is_private=True, exposed=[])


def test_the_home_is_ours_alone_and_can_be_written() -> None:
    """A synchronised folder and one that takes no file have to be left; others are to be kept out."""
    synced = errors.SyncedFolder(path=HOME, service="Dropbox")

    check(GOOD, str(HOME), folders.check_home_folder(FINE))
    share = errors.NetworkFolder(path=HOME, kind="nfs4")

    check(ACTION, "Dropbox", folders.check_home_folder(FINE._replace(error=synced)))
    check(ACTION, "(nfs4); the locks", folders.check_home_folder(FINE._replace(error=share)))
    check(ACTION, "cannot be written", folders.check_home_folder(FINE._replace(is_writable=False)))
    check(GOOD, "Only you", folders.check_permissions(FINE))
    check(ACTION, f"chmod 700 {HOME}", folders.check_permissions(FINE._replace(is_private=False, exposed=["x"])))
    check(ATTENTION, "chmod go= logs", folders.check_permissions(FINE._replace(exposed=["logs"])))


@pytest.mark.parametrize(
    ("last", "expected", "words"),
    [
        (None, ATTENTION, "archive backup DEST"),
        (LastBackup(ago(days=6), "/media/usb", verified=True), GOOD, "/media/usb"),
        (LastBackup(ago(days=8), "/media/usb", verified=True), ATTENTION, "archive backup /media/usb"),
        (LastBackup(ago(days=1), "/media/usb", verified=False), ACTION, "archive verify /media/usb"),
    ],
)
def test_a_copy_elsewhere_is_a_week_old_at_most(last: LastBackup | None, expected: Grade, words: str) -> None:
    """None at all is said too."""
    check(expected, words, folders.check_backup(last, None, now=NOW))


@pytest.mark.parametrize(
    ("kept", "expected", "words"),
    [(KeptByTeam.RECORDS, ATTENTION, "files lie on this computer alone"), (KeptByTeam.ALL, GOOD, "store of files")],
)
def test_what_a_team_keeps_is_not_lost_with_this_computer(kept: KeptByTeam, expected: Grade, words: str) -> None:
    """A copy of an archive in a ledger is not the only one; files are where the team has a store of them."""
    result = folders.check_backup(None, None, now=NOW, kept=kept)

    check(expected, words, result)
    assert "everything is lost" not in result.text


def test_folders_outside_are_reachable() -> None:
    """A disk that is not connected is a word; a folder that takes no package has to be changed."""
    usb, gone = OutsideFolder(Path("/media/usb"), is_usable=True), OutsideFolder(Path("/mnt/x"), is_usable=False)

    check(GOOD, "/media/usb", folders.check_daily_copies([usb]))
    check(ATTENTION, "to /mnt/x now", folders.check_daily_copies([usb, gone]))
    check(GOOD, "/media/usb", folders.check_exports_folder(usb))
    check(ACTION, "/mnt/x", folders.check_exports_folder(gone))


# --- space, versions -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("disk_space", "expected", "words"),
    [
        (DiskSpace(80 * GB, 2 * GB), GOOD, "80.0 GB are free."),
        (DiskSpace(80 * GB, 2 * GB, 5_000_000, None), GOOD, "takes up 5.0 MB."),
        (DiskSpace(80 * GB, 2 * GB, 5_000_000, 0.0), GOOD, "grows by 0.0 MB a day."),
        (DiskSpace(12 * GB, 2 * GB, GB, 0.1 * GB), GOOD, "until 2027-03-04"),
        (DiskSpace(4 * GB, 2 * GB, GB, 0.1 * GB), ATTENTION, "until 2026-12-14"),
        (DiskSpace(2 * GB, 2 * GB, GB, GB), ATTENTION, "until 2026-11-24"),
        (DiskSpace(3 * GB, 0, GB, 0.1 * GB, required=2 * GB), ATTENTION, "until 2026-12-04"),
    ],
)
def test_the_disk_is_told_with_the_day_it_is_full(disk_space: DiskSpace, expected: Grade, words: str) -> None:
    """Within a month it is a word; below what is to stay free no file is fetched."""
    check(expected, words, folders.check_disk(disk_space, now=NOW))


@given(
    strategies.builds(
        DiskSpace,
        free=strategies.integers(0, 10**16),
        keep_free=strategies.integers(0, 10**15),
        total=strategies.none() | strategies.integers(0, 10**16),
        per_day=strategies.none() | strategies.floats(0, 10**15),
        required=strategies.integers(0, 10**15),
    )
)
def test_any_disk_can_be_told(disk_space: DiskSpace) -> None:
    """However large, however still."""
    folders.check_disk(disk_space, now=NOW)

    found = conditions_beside(clock_ms=None, computer=ComputerState(disk_space))
    assert (disk_space.free < max(disk_space.keep_free, disk_space.required)) == len(found)


@pytest.mark.parametrize(
    ("versions", "expected", "words"),
    [
        (None, GOOD, "archive 1.0.0, Python 3."),
        (Versions("3.45.1", True, migrate.HEAD), GOOD, "SQLite 3.45.1 (FTS5)"),
        (Versions("3.45.1", False, migrate.HEAD), ATTENTION, "lacks FTS5"),
        (Versions("3.45.1", True, "0000"), ATTENTION, "archive save"),
    ],
)
def test_versions_are_told(versions: Versions | None, expected: Grade, words: str) -> None:
    """An older form of the archive is brought up to date."""
    check(expected, words, check_versions(versions, program="1.0.0"))


# --- together --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("looks", "expected"),
    [([], True), ([good("a", "x")], True), ([attention("a", "x")], True), ([good("a", "x"), action("b", "y")], False)],
)
def test_only_what_has_to_be_done_is_not_ok(looks: list[CheckResult], expected: bool) -> None:
    """The document says the same."""
    payload = document(iter(looks))

    assert (expected, expected) == (is_ok(looks), payload["ok"])
    assert [{"name": one.name, "level": one.grade.value, "text": one.text} for one in looks] == payload["looks"]
