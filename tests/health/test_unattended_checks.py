"""What `archive status --full` makes of what it sees: tables of cases, without disk, network or clock."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

import pytest
from hypothesis import given, strategies

from archiver import errors
from archiver.health import evidence, folders, rooms_and_runs, token
from archiver.health.check_result import CheckResult, action, attention, good, is_ok
from archiver.health.conditions import conditions, conditions_beside, told_conditions
from archiver.health.evidence import StampStatus
from archiver.health.folders import DiskSpace, HomeFolder
from archiver.health.snapshot import ComputerState
from archiver.health.token import NOT_ASKED, TokenState, TokenTrial
from archiver.health.unattended_checks import check_versions, document, with_conditions, works_unattended
from archiver.records.alerts import Grade
from archiver.store import migrate
from archiver.store.keeper import KeptByTeam
from archiver.store.queries.status import Horizon, Versions
from archiver.store.working.remembered_values import LastBackup, ScheduledRun
from archiver.store.working.stamp_queue import LongestWait
from archiver.store.working.verification_log import VerificationRecord
from tests.support.terminals.situations import GOOD_ARCHIVE, NOW, ago, situation

EVERY = timedelta(minutes=5)
HOME = Path("/home/y/chatwork")
GB = 1_000_000_000

GOOD, ATTENTION, ACTION = Grade.GOOD, Grade.ATTENTION, Grade.ACTION


FILE = TokenState("file:token", None, needs_session=True)
KEYRING = TokenState("keyring", None, needs_session=True)
VARIABLE = TokenState("env:MY_TOKEN", None, needs_session=True)
ON = StampStatus(["a", "b"], 52, [], [], [], is_available=True)
FINE = HomeFolder(HOME, None, is_writable=True, is_private=True, exposed=[])
NO_TOKEN, NO_KEYRING = errors.TokenMissing(source="file:token"), errors.KeyringUnavailable(detail="none")
UNCHECKED, NO_ROOT = ON._replace(is_available=False), errors.BadRoots(name="b", detail="no file", path=HOME)
SYNCED, SHARE = errors.SyncedFolder(path=HOME, service="Dropbox"), errors.NetworkFolder(path=HOME, kind="nfs4")
USB, GONE = Path("/media/usb"), Path("/mnt/x")

account = partial(token.check_account, FILE, owner=1234567, home=HOME)
last_run = partial(rooms_and_runs.check_last_run, every=EVERY, now=NOW)
plan = partial(rooms_and_runs.check_plan, now=NOW)
stamps = partial(evidence.check_stamps, now=NOW)
verification = partial(evidence.check_verification, now=NOW)
budget = partial(rooms_and_runs.check_budget, home=HOME, now=NOW)
backup = partial(folders.check_backup, now=NOW)
disk = partial(folders.check_disk, now=NOW)
versions = partial(check_versions, program="1.0.0")


def waits(since: datetime, reason: str | None = "unreachable") -> list[LongestWait]:
    """Three seals that wait for `a`."""
    return [LongestWait("a", 3, since, reason)]


def after_a_fault(error_name: str, last: datetime | None) -> CheckResult:
    """What is said of the last save where rounds fail."""
    found = told_conditions(conditions(situation(error_name=error_name, last_run=last)))
    return with_conditions(good("last_run", "x"), found, last_run=last)


@pytest.mark.parametrize(
    ("look", "expected", "words"),
    [
        # The token, as a scheduled run sees it: what only a session has gets a word.
        (token.check_token(FILE), GOOD, "the file token"),
        (token.check_token(KEYRING), ATTENTION, "archive init token --where file:token"),
        (token.check_token(KEYRING._replace(needs_session=False)), GOOD, "the password store"),
        (token.check_token(VARIABLE._replace(needs_session=False)), ATTENTION, "variable MY_TOKEN"),
        (token.check_token(FILE._replace(error=NO_TOKEN)), ACTION, "archive init token"),
        (token.check_token(FILE._replace(error=errors.TokenFileUnsafe(path="/t"))), ACTION, "chmod 600 /t"),
        (token.check_token(KEYRING._replace(error=NO_KEYRING)), ACTION, "--where file:PATH"),
        # A scheduler gives a job no variable, and cron no keyring.
        (token.check_token(FILE, registered="cron"), GOOD, ""),
        (token.check_token(KEYRING, registered="cron"), ACTION, ""),
        (token.check_token(KEYRING, registered="systemd, cron"), ACTION, ""),
        (token.check_token(KEYRING, registered="systemd"), ATTENTION, ""),
        (token.check_token(KEYRING._replace(needs_session=False), registered="cron"), GOOD, ""),
        (token.check_token(VARIABLE, registered="systemd"), ACTION, ""),
        (token.check_token(VARIABLE, registered="archive daemon"), ATTENTION, ""),
        # The account: only a refused token and one of another account are errors; without a token nobody is asked.
        (account(TokenTrial(1234567)), GOOD, "ID 1234567"),
        (account(TokenTrial(1234567), owner=None), GOOD, "ID 1234567"),
        (account(TokenTrial(7654321)), ACTION, "7654321"),
        (account(TokenTrial(None, errors.TokenRefused())), ACTION, "archive init token"),
        (account(TokenTrial(None, errors.Unreachable(path="/me", detail="no line"))), ATTENTION, "no line"),
        (account(TokenTrial(None, errors.BudgetSpent(path="/me"))), ATTENTION, "could not be asked"),
        (account(NOT_ASKED), ATTENTION, "not asked"),
        (token.check_account(FILE._replace(error=NO_TOKEN), NOT_ASKED, owner=1, home=HOME), ATTENTION, "not asked"),
        # The clock may be a minute off.
        (rooms_and_runs.check_clock(None), GOOD, "not been compared"),
        (rooms_and_runs.check_clock(-312), GOOD, "0.3 seconds"),
        (rooms_and_runs.check_clock(60_000), GOOD, "60.0"),
        # The last save: three times its pace, and an hour, are nothing.
        (last_run(None), ATTENTION, "Nothing has been saved yet."),
        (last_run(ago(minutes=4)), GOOD, "2026-11-24 22:27"),
        (last_run(ago(minutes=59)), GOOD, ""),
        (last_run(ago(minutes=61)), ATTENTION, "21:30"),
        (last_run(ago(hours=5), every=timedelta(hours=2)), GOOD, ""),
        (last_run(ago(hours=24)), ATTENTION, "see the schedule"),
        # A fresh save is not good while rounds fail: the reason stands there.
        (after_a_fault("TokenRefused", ago(minutes=4)), ACTION, "Last saved at 2026-11-24 22:27. The last save failed"),
        (after_a_fault("Unreachable", ago(minutes=4)), ATTENTION, "cannot be reached. What is saved stays saved"),
        (after_a_fault("Unreachable", ago(hours=26)), ACTION, "2026-11-23"),
        (after_a_fault("Unreachable", None), ACTION, "The last save failed"),
        # A fresh save may come from a starter that cannot be seen.
        (rooms_and_runs.check_schedule("cron"), GOOD, "Registered with cron."),
        (rooms_and_runs.check_schedule(None), ATTENTION, "archive init schedule"),
        (rooms_and_runs.check_schedule(None, reads=False), GOOD, "no chat is to be saved"),
        # The plan hides forty days after a message was posted; later nothing is to be done.
        (plan([]), GOOD, "The plan hides no messages"),
        (plan([Horizon(5, None)]), GOOD, "(chats 5). What was saved is kept"),
        (plan([Horizon(5, ago(days=39))]), ATTENTION, "until 2026-11-25"),
        (plan([Horizon(5, ago(days=41))]), GOOD, "What was saved is kept"),
        (plan([Horizon(5, ago(days=30)), Horizon(6, ago(days=41))]), ATTENTION, "until 2026-12-04"),
        # An authority that is down for a week is a word and never more; a root that cannot be read is ours to correct.
        (stamps(ON._replace(authorities=[])), ATTENTION, "Off"),
        (stamps(ON), GOOD, "52 days"),
        (stamps(ON._replace(days=0)), GOOD, "Nothing is sealed"),
        (stamps(ON._replace(waiting=waits(ago(hours=3)))), GOOD, "a: 3 seals have waited since 2026-11-24"),
        (stamps(ON._replace(waiting=waits(ago(days=7)))), ATTENTION, "archive seal"),
        (stamps(ON._replace(waiting=waits(ago(hours=1), "denied"))), ATTENTION, "Asking again does not help"),
        (stamps(ON._replace(waiting=waits(ago(days=7), None))), ATTENTION, "its turn has not come yet"),
        (stamps(ON._replace(waiting=waits(ago(hours=1), "seal"))), ACTION, "archive verify"),
        (stamps(ON._replace(is_available=False)), GOOD, "52 days"),
        (stamps(UNCHECKED._replace(waiting=waits(ago(hours=1), "unsupported"))), ATTENTION, "cannot check"),
        (stamps(ON._replace(root_errors=[NO_ROOT])), ACTION, "“b” cannot be read: no file"),
        # Once a month everything is verified; what SQLite says first is told.
        (verification(None), ATTENTION, "archive verify"),
        (
            verification(VerificationRecord(ago(days=1), True, {"entries": 9, "files": 2}, 0)),
            GOOD,
            "records 9, files 2",
        ),
        (verification(VerificationRecord(ago(days=36), False, {}, 0)), ATTENTION, "long time ago"),
        (evidence.check_database([]), GOOD, ""),
        (evidence.check_database(["row 3 missing", "more"]), ACTION, "(row 3 missing). Change nothing"),
        # Who shares the calls: another archive here by its folder; anybody else without blame, for a day.
        (budget(None, []), GOOD, "Nobody else"),
        (budget(None, [], is_spent=True), ATTENTION, "Chatwork's limit is reached"),
        (budget(ago(hours=23), []), ATTENTION, "this archiver, or another tool; last seen 2026-11-23"),
        (budget(ago(hours=25), []), GOOD, "Nobody else"),
        (budget(ago(hours=-1), []), GOOD, "Nobody else"),
        (budget(None, [Path("/b")]), ATTENTION, f"{HOME}, /b. "),
        (budget(None, [Path("/b")]), ATTENTION, "archive --home /b init schedule --off"),
        (budget(ago(hours=1), [Path("/b"), Path("/c")]), ATTENTION, f"{HOME}, /b, /c"),
        # A synchronised folder and one that takes no file have to be left; others are to be kept out.
        (folders.check_home_folder(FINE), GOOD, str(HOME)),
        (folders.check_home_folder(FINE._replace(error=SYNCED)), ACTION, "Dropbox"),
        (folders.check_home_folder(FINE._replace(error=SHARE)), ACTION, "(nfs4); the locks"),
        (folders.check_home_folder(FINE._replace(is_writable=False)), ACTION, "cannot be written"),
        (folders.check_permissions(FINE), GOOD, "Only you"),
        (folders.check_permissions(FINE._replace(is_private=False, exposed=["x"])), ACTION, f"chmod 700 {HOME}"),
        (folders.check_permissions(FINE._replace(exposed=["logs"])), ATTENTION, "chmod go= logs"),
        # A copy elsewhere is a week old at most; none at all is said too.
        (backup(None, None), ATTENTION, "archive backup DEST"),
        (backup(LastBackup(ago(days=6), "/media/usb", verified=True), None), GOOD, "/media/usb"),
        (backup(LastBackup(ago(days=8), "/media/usb", verified=True), None), ATTENTION, "archive backup /media/usb"),
        (backup(LastBackup(ago(days=1), "/media/usb", verified=False), None), ACTION, "archive verify /media/usb"),
        # A disk that is not connected is a word; a folder that takes no package has to be changed.
        (folders.check_daily_copies({USB: True}), GOOD, "/media/usb"),
        (folders.check_daily_copies({USB: True, GONE: False}), ATTENTION, "to /mnt/x now"),
        (folders.check_exports_folder(USB, can_be_used=True), GOOD, "/media/usb"),
        (folders.check_exports_folder(GONE, can_be_used=False), ACTION, "/mnt/x"),
        # Within a month a full disk is a word; below what is to stay free no file is fetched.
        (disk(DiskSpace(80 * GB, 2 * GB)), GOOD, "80.0 GB are free."),
        (disk(DiskSpace(80 * GB, 2 * GB, 5_000_000, None)), GOOD, "takes up 5.0 MB."),
        (disk(DiskSpace(80 * GB, 2 * GB, 5_000_000, 0.0)), GOOD, "grows by 0.0 MB a day."),
        (disk(DiskSpace(12 * GB, 2 * GB, GB, 0.1 * GB)), GOOD, "until 2027-03-04"),
        (disk(DiskSpace(4 * GB, 2 * GB, GB, 0.1 * GB)), ATTENTION, "until 2026-12-14"),
        (disk(DiskSpace(2 * GB, 2 * GB, GB, GB)), ATTENTION, "until 2026-11-24"),
        (disk(DiskSpace(3 * GB, 0, GB, 0.1 * GB, required=2 * GB)), ATTENTION, "until 2026-12-04"),
        # An older form of the archive is brought up to date.
        (versions(None), GOOD, "archive 1.0.0, Python 3."),
        (versions(Versions("3.45.1", True, migrate.HEAD)), GOOD, "SQLite 3.45.1 (FTS5)"),
        (versions(Versions("3.45.1", False, migrate.HEAD)), ATTENTION, "lacks FTS5"),
        (versions(Versions("3.45.1", True, "0000")), ATTENTION, "archive save"),
    ],
)
def test_each_thing_is_judged_and_told(look: CheckResult, expected: Grade, words: str) -> None:
    """The look stands as expected, and its sentence holds these words."""
    assert (expected, True) == (look.grade, words in look.text), look


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


@pytest.mark.parametrize(
    ("kept", "expected", "words"),
    [(KeptByTeam.RECORDS, ATTENTION, "files lie on this computer alone"), (KeptByTeam.ALL, GOOD, "store of files")],
)
def test_what_a_team_keeps_is_not_lost_with_this_computer(kept: KeptByTeam, expected: Grade, words: str) -> None:
    """A copy of an archive in a ledger is not the only one; files are where the team has a store of them."""
    result = folders.check_backup(None, None, now=NOW, kept=kept)

    assert (expected, True) == (result.grade, words in result.text)
    assert "everything is lost" not in result.text


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
    ("looks", "expected"),
    [([], True), ([good("a", "x")], True), ([attention("a", "x")], True), ([good("a", "x"), action("b", "y")], False)],
)
def test_only_what_has_to_be_done_is_not_ok(looks: list[CheckResult], expected: bool) -> None:
    """The document says the same."""
    payload = document(iter(looks))

    assert (expected, expected) == (is_ok(looks), payload["ok"])
    assert [{"name": one.name, "level": one.grade.value, "text": one.text} for one in looks] == payload["looks"]
