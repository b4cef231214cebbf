"""How the archive stands: each condition with cases and near misses, and one sentence for it wherever it is shown."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from archiver import errors
from archiver.health import words
from archiver.health.check_result import good
from archiver.health.conditions import (
    CONDITIONS,
    OF_ALERTS,
    ROWS,
    ConditionKind,
    conditions,
    told_conditions,
    worst_grade,
)
from archiver.health.error_reasons import BY_TOKEN, REASONS, command, reason
from archiver.health.folders import DiskSpace
from archiver.health.judgements import Situation
from archiver.health.snapshot import ComputerState, CopyState, Paces, Starters
from archiver.health.unattended_checks import with_conditions
from archiver.health.words import findings_line, trouble_lines
from archiver.notices.facts import NOTICED, NoticeFacts
from archiver.notices.sentences import PendingNotices, sentences
from archiver.records.alerts import Alert, AlertRule, DueReminders, Grade, Level
from archiver.settings.model import BackupSettings, Duration, NotifySettings, Settings
from archiver.standing.home_document import Standing
from archiver.store.queries.looks_and_gaps import LastLooks, TruncatedList
from archiver.store.queries.room_holdings import MissingFile
from archiver.store.working.remembered_values import LastNoticeTrial, LastPing, ScheduledRun
from archiver.store.working.verification_log import VerificationRecord
from tests.support.terminals.situations import GB, GOOD_COMPUTER, NOW, ROOM, ago, gap, situation

Kind = ConditionKind
ACTION, ATTENTION = Grade.ACTION, Grade.ATTENTION


def alert(rule: AlertRule, level: Level = Level.HIGH, subject: str | None = None) -> Alert:
    """An open alert."""
    return Alert(rule, level, ago(hours=1), ROOM, subject=subject, number=7)


def missing_file(room: int, file: int, reason: str = "not_found") -> MissingFile:
    """A file whose bytes will not come."""
    return MissingFile(room, file, True, "参考.mov", 30_000_000, True, False, reason, 1_764_000_000)


def with_disk(free: float) -> ComputerState:
    """A computer with so many GB free."""
    return replace(GOOD_COMPUTER, disk=DiskSpace(round(free * GB), 2 * GB, required=GB))


def with_starters(names: str | None, *, is_idle: bool = False) -> ComputerState:
    """A computer on which this starts the runs."""
    return replace(GOOD_COMPUTER, starters=Starters(names, is_idle))


def looks(**changed: Any) -> LastLooks:
    """Two rooms, both read four minutes ago but for the changes."""
    return replace(LastLooks({ROOM: ago(minutes=4), 5: ago(minutes=4)}, listed=ago(minutes=4)), **changed)


def due(days: int) -> Alert:
    """A deadline so many days from today (Tokyo: 2026-11-24)."""
    return alert(AlertRule.DEADLINE, Level.LOW, f"job1/crowdworks/review/2026-11-{24 + days}")


def heard(*seen: str, unseen: tuple[str, ...], **notify: Any) -> Situation:
    """After test notices that were seen and unseen by these ways, with these settings of notices."""
    trial = LastNoticeTrial(ago(days=2), seen, unseen)
    return replace(situation(notice_trial=trial), settings=with_notify(**notify))


def with_notify(**notify: Any) -> Settings:
    """Settings with these notices."""
    return Settings(Path("/home/y/chatwork"), notify=NotifySettings(**notify))


def beating(failing_since: datetime | None, *, ping: str = "https://example.com/x", **changed: Any) -> Situation:
    """A heartbeat that no call of which was taken since then."""
    return replace(situation(ping=LastPing(ago(minutes=4), failing_since), **changed), settings=with_notify(ping=ping))


MAIL = {"mail_host": "smtp.example.com", "mail_to": "y@example.com"}
DAY = Duration(days=1)


def with_copy(copy: CopyState, every: Duration | None = DAY) -> Situation:
    """An archive whose copy is made at this interval."""
    backup = BackupSettings(to=Path("/mnt/usb/copy"), every=every)
    return replace(situation(copy=copy), settings=replace(situation().settings, backup=backup))


def unscheduled(run: ScheduledRun | None, **changed: Any) -> Situation:
    """A computer on which nothing starts the runs, with the last one that nobody watched."""
    return situation(computer=with_starters(None), scheduled_run=run, **changed)


LONG_AGO = ScheduledRun(ago(minutes=16), None)
REFUSED = ScheduledRun(ago(minutes=9), "KeyringUnavailable")
FINDINGS = VerificationRecord(ago(days=1), True, {}, 2, ("chain",))

CASES: list[tuple[Kind, Grade, Situation]] = [
    (Kind.SETUP, ACTION, situation(account=None, jobs=(), rooms=frozenset(), last_run=None)),
    (Kind.SETUP, ACTION, situation(is_setup_open=True, computer=with_starters(None))),
    (Kind.NO_CONTRACT, ACTION, situation(jobs=(), rooms=frozenset(), last_run=None)),
    (Kind.ENDED, ATTENTION, situation(rooms=frozenset(), looks=LastLooks({}))),
    (Kind.FIRST_SAVE, ACTION, situation(last_run=None)),
    (Kind.FIRST_SAVE, ACTION, situation(last_run=None, has_messages=True)),
    (Kind.STALE, ACTION, situation(last_run=ago(hours=25))),
    (Kind.STALE, ACTION, situation(last_run=ago(hours=25), error_name="TokenRefused")),
    (Kind.FAULT, ACTION, situation(error_name="TokenRefused")),
    (Kind.FAULT, ACTION, situation(error_name="Unreachable", last_run=None)),
    (Kind.FAULT, ATTENTION, situation(error_name="Unreachable")),
    (Kind.FAULT, ATTENTION, situation(error_name="NoSuchError")),
    (Kind.JOB_FAULT, ACTION, situation(scheduled_run=REFUSED)),
    (Kind.JOB_FAULT, ATTENTION, situation(scheduled_run=ScheduledRun(REFUSED.at, "NoSuchError"))),
    (Kind.IDLE, ACTION, situation(computer=with_starters("cron", is_idle=True))),
    (Kind.UNSCHEDULED, ACTION, unscheduled(None, last_run=ago(minutes=16), looks=looks(listed=ago(minutes=16)))),
    (Kind.UNSCHEDULED, ATTENTION, unscheduled(None)),
    (Kind.UNSCHEDULED, ATTENTION, unscheduled(LONG_AGO)),
    (Kind.SILENT, ATTENTION, situation(scheduled_run=LONG_AGO)),
    (Kind.UNREAD, ACTION, situation(looks=looks(at={ROOM: ago(minutes=4), 5: ago(hours=50)}))),
    (Kind.BEHIND, ATTENTION, situation(looks=looks(behind=frozenset({5})))),
    (Kind.BEHIND, ATTENTION, situation(looks=looks(at={ROOM: ago(minutes=4), 5: None}))),
    (Kind.FAILING, ATTENTION, situation(looks=looks(failing={5: ago(hours=2)}))),
    (Kind.SHUT, ATTENTION, situation(shut={ROOM: ago(hours=2)})),
    (Kind.CLOCK, ACTION, situation(clock_ms=-90_000)),
    (Kind.CLOCK, ACTION, situation(clock_ms=60_001)),
    (Kind.DOUBT, ATTENTION, situation(doubtful_hours=8760.0)),
    (Kind.FUTURE, ATTENTION, situation(last_run=ago(hours=-2))),
    (Kind.PACE, ATTENTION, situation(paces=Paces(1, {ROOM: 12.0, 5: 11.0}, is_fresh=False))),
    (Kind.LEDGER, ACTION, situation(ledger_error="LedgerUnavailable")),
    (Kind.DISK_FULL, ACTION, situation(computer=with_disk(0.9))),
    (Kind.NO_SPACE, ACTION, situation(computer=with_disk(1.9))),
    (Kind.FINDINGS, ACTION, situation(verification=FINDINGS)),
    (Kind.COPY, ATTENTION, with_copy(CopyState(ago(days=3), ago(hours=1)))),
    (Kind.COPY, ATTENTION, with_copy(CopyState(None, ago(days=3)))),
    (Kind.COPY, ATTENTION, with_copy(CopyState(ago(hours=2), ago(hours=1), "DiskFull"))),
    (Kind.COPY, ATTENTION, with_copy(CopyState(ago(hours=1), ago(hours=1), "incomplete"))),
    (Kind.COPY, ATTENTION, with_copy(CopyState(ago(hours=1), ago(hours=1), "failed"))),
    (Kind.COPY, ACTION, with_copy(CopyState(ago(hours=1), ago(hours=1), "findings"))),
    (Kind.REMOTE, ACTION, situation(computer=replace(GOOD_COMPUTER, lacks_library=True))),
    (Kind.ALERT, ACTION, situation(alerts=(alert(AlertRule.DELETIONS),))),
    (Kind.HINT, ACTION, situation(alerts=(alert(AlertRule.A5),))),
    (Kind.DUE, ATTENTION, situation(alerts=(due(0),))),
    (Kind.DUE, ATTENTION, situation(alerts=(due(1),))),
    (Kind.GAP, ATTENTION, situation(gaps=(gap("9"), gap("12")))),
    (Kind.LOST, ATTENTION, situation(lost=(missing_file(ROOM, 4),))),
    (Kind.LARGE, ATTENTION, situation(lost=(missing_file(ROOM, 4, "too_large"),))),
    (Kind.PENDING, ATTENTION, situation(pending=2)),
    (Kind.CUT, ATTENTION, situation(cut=(TruncatedList(ROOM, "files"),))),
    (Kind.UNHEARD, ACTION, heard(unseen=("desktop",))),
    (Kind.UNHEARD, ACTION, heard("ping", unseen=("desktop",), ping="x")),
    (Kind.UNHEARD, ATTENTION, heard("mail", unseen=("desktop",), **MAIL)),
    (Kind.PING, ATTENTION, beating(ago(minutes=60))),
    (Kind.UNREAD_DROPPED, ATTENTION, situation(unread_dropped=ago(days=6))),
]

NEAR_MISSES = [
    situation(),
    situation(is_setup_open=True),
    situation(last_run=ago(hours=24)),
    situation(computer=with_starters(None)),
    situation(computer=ComputerState()),
    situation(scheduled_run=None),
    situation(scheduled_run=ScheduledRun(ago(minutes=15), None)),
    situation(looks=looks(at={ROOM: ago(minutes=4), 5: ago(hours=24)})),
    situation(clock_ms=None),
    situation(clock_ms=60_000),
    situation(last_run=ago(minutes=-59)),
    situation(paces=Paces(1, {ROOM: 9.9}, is_fresh=False)),
    situation(paces=Paces(1, {ROOM: 12.0}, is_fresh=False), adapts=True),
    situation(computer=with_disk(2)),
    situation(verification=replace(FINDINGS, findings=0)),
    situation(alerts=(alert(AlertRule.DELETIONS, Level.MEDIUM),)),
    situation(alerts=(due(-1), due(2))),
    situation(unread_dropped=ago(days=8)),
    heard("desktop", unseen=()),
    heard(unseen=("desktop", "mail"), desktop=False),
    beating(None),
    beating(ago(minutes=59)),
    beating(ago(minutes=90), ping=""),
    with_copy(CopyState(None, None)),
    with_copy(CopyState(ago(hours=48), ago(hours=1))),
    with_copy(CopyState(ago(days=9), ago(days=9), "failed"), every=None),
]


BESIDE: list[tuple[Kind, Situation]] = [
    (Kind.SETUP, situation(jobs=(), rooms=frozenset(), last_run=None)),
    (Kind.NO_CONTRACT, situation(account=None, jobs=(), rooms=frozenset(), last_run=None)),
    (Kind.ENDED, situation(jobs=(), rooms=frozenset(), last_run=None)),
    (Kind.DISK_FULL, situation(computer=with_disk(1.9))),
    (Kind.NO_SPACE, situation(computer=with_disk(0.9))),
    (Kind.FIRST_SAVE, situation(last_run=None, error_name="Unreachable")),
    (Kind.STALE, situation(last_run=ago(hours=25), rooms=frozenset(), looks=LastLooks({}))),
    (Kind.FAULT, situation(scheduled_run=REFUSED)),
    (Kind.LEDGER, situation(error_name="Unreachable")),
    (Kind.JOB_FAULT, situation(scheduled_run=REFUSED, error_name="KeyringUnavailable")),
    (Kind.IDLE, situation(computer=with_starters("cron"))),
    (Kind.UNSCHEDULED, situation(computer=with_starters("cron"), last_run=ago(hours=30))),
    (Kind.UNSCHEDULED, unscheduled(None, last_run=ago(hours=3), is_shared=True)),
    (Kind.SILENT, situation(computer=with_starters("cron", is_idle=True), scheduled_run=LONG_AGO)),
    (Kind.UNREAD, situation(looks=LastLooks({ROOM: ago(hours=50)}, listed=ago(hours=50)))),
    (Kind.BEHIND, situation(looks=looks(failing={5: ago(hours=2)}))),
    (Kind.FAILING, situation(looks=looks(behind=frozenset({5})))),
    (Kind.SHUT, situation(looks=looks(failing={5: ago(hours=2)}))),
    (Kind.CLOCK, situation(last_run=ago(hours=-2))),
    (Kind.DOUBT, situation(clock_ms=-90_000)),
    (Kind.FUTURE, situation(clock_ms=-90_000)),
    (Kind.FINDINGS, situation(verification=replace(FINDINGS, findings=0))),
    (Kind.ALERT, situation(alerts=(alert(AlertRule.A5),))),
    (Kind.HINT, situation(alerts=(alert(AlertRule.DELETIONS), alert(AlertRule.A6, Level.MEDIUM)))),
    (Kind.DUE, situation(alerts=(due(2),))),
    (Kind.REMOTE, replace(situation(), settings=with_notify(urls=("json://example.com/",)))),
    (Kind.PACE, situation(paces=Paces(1, {ROOM: 9.9}, is_fresh=False))),
    (Kind.GAP, situation(lost=(missing_file(ROOM, 4),))),
    (Kind.LOST, situation(lost=(missing_file(ROOM, 4, "too_large"),))),
    (Kind.LARGE, situation(lost=(missing_file(ROOM, 4),))),
    (Kind.PENDING, situation(lost=(missing_file(ROOM, 4),))),
    (Kind.CUT, situation(gaps=(gap("9"),))),
    (Kind.UNREAD_DROPPED, situation(unread_dropped=ago(days=7))),
    (Kind.UNHEARD, heard("mail", unseen=("desktop",), desktop=False, **MAIL)),
    (Kind.PING, beating(ago(minutes=90), error_name="Unreachable")),
    (Kind.COPY, with_copy(CopyState(ago(hours=48), ago(hours=1)))),
]
"""For each condition a case that only looks like it: none, or another one in its place."""


@pytest.mark.parametrize(("kind", "grade", "case"), [*CASES, *((kind, None, case) for kind, case in BESIDE)])
def test_each_condition_is_seen_with_its_grade(kind: Kind, grade: Grade | None, case: Situation) -> None:
    """As the tables of docs/reference/json.md say; what is only nearly it is not, whatever else there is to say."""
    assert grade == {one.kind: one.grade for one in conditions(case)}.get(kind)


@pytest.mark.parametrize("case", NEAR_MISSES)
def test_what_is_just_good_is_no_condition(case: Situation) -> None:
    """On the edge of each time and number."""
    assert set() == {one.kind for one in conditions(case)}


def test_every_condition_has_a_case_and_a_sentence() -> None:
    """A new one cannot be forgotten."""
    judged = {row.kind for row in CONDITIONS for _kind, _grade, case in CASES if row.judge(case) is not None}

    assert set(Kind) == words.SENTENCES.keys() == {kind for kind, _grade, _case in CASES}
    assert set(Kind) == {kind for kind, _case in BESIDE}
    assert [*ROWS] == [row.kind for row in CONDITIONS]
    assert set(Kind) == judged


def error_of(name: str) -> errors.ArchiverError:
    """An error of this name, known or not."""
    error_class = getattr(errors, name, None) or type(name, (errors.ArchiverError,), {})
    error: errors.ArchiverError = error_class(detail="x", path="x")
    return error


@pytest.mark.parametrize(("kind", "case"), [(kind, case) for kind, _grade, case in CASES])
def test_each_condition_is_the_same_sentence_wherever_it_is_shown(kind: Kind, case: Situation) -> None:
    """On the page of `status`, in the viewer, in `check`, in the banner, in notices, and where the daemon prints it."""
    found = told_conditions(conditions(case))
    (condition,) = (one for one in found if one.kind is kind)
    sentence, standing = words.sentence(condition), Standing(case, tuple(found))
    keys = tuple(key for one in found for key in one.keys)
    notice = sentences(PendingNotices(DueReminders(keys, (), {}), [condition], NoticeFacts(NOW)))

    if kind not in OF_ALERTS:
        assert sentence in standing.sentences
    if check := ROWS[kind].check:
        result = with_conditions(good(check, "x"), found, last_run=case.archive.last_run)
        assert sentence in result.text
        assert result.grade == worst_grade([one for one in found if ROWS[one.kind].check == check])
    if kind is Kind.FAULT and case.archive.last_run is not None:
        assert sentence == trouble_lines(error_of(condition.facts["error"]))[0]
    if kind is Kind.FINDINGS:
        assert sentence == findings_line(condition.facts["n"], condition.facts["at"])
    if kind in NOTICED:
        assert [words.short_sentence(condition)] == notice
        assert str(ROOM) not in notice[0]
        assert kind in words.SHORT_SENTENCES or sentence in notice[0]


@pytest.mark.parametrize(
    ("case", "expected"),
    [
        (situation(last_run=ago(hours=26), error_name="TokenRefused"), "archive init token"),
        (situation(last_run=ago(hours=26)), "Nothing was saved for 26 hours. What is written and changed"),
        (situation(error_name="Unreachable"), "Reason: Chatwork cannot be reached. What is saved stays saved"),
        (situation(error_name="DiskFull"), "Make space"),
        (situation(error_name="DiskFailing"), "another disk soon"),
        (situation(scheduled_run=REFUSED), "The last automatic save failed (2026-11-24 22:22), although one by hand"),
        (situation(looks=looks(at={ROOM: ago(minutes=1), 7: ago(hours=90), 6: ago(hours=50)})), "7, 6 was read for up"),
        (situation(paces=Paces(1, {1: 12.0}, is_fresh=False)), "In chat 1 up to 720 messages came in an hour: with a"),
        (situation(doubtful_hours=-8760.0), "365 days behind this computer's clock. One of the two is wrong"),
        (situation(clock_ms=90_000), "2 minutes behind Chatwork's"),
        (situation(computer=with_disk(0.1), error_name="DiskFull"), "The last save failed: only 100 MB are free"),
        (situation(computer=with_disk(0.9)), "Only 900 MB are free, and the records need 1000 MB"),
        (situation(gaps=(gap("9"),)), "between Fri 13 Nov 22:31 and Mon 23 Nov 22:31 are not saved, about 41. Bring"),
        (situation(gaps=(gap("9"), gap("12", None))), "are not saved; how many is not known. Bring them in: archive"),
        (situation(lost=(missing_file(1, 2), missing_file(1, 3))), "2 files could not be downloaded. Details: "),
        (situation(lost=(missing_file(1, 2, "too_large"),)), "1 file is larger than the limit, so it is not saved. "),
        (situation(shut={room: ago(hours=2) for room in range(1, 10)}), "6 (since 2026-11-24 20:31) and 3 more."),
    ],
)
def test_a_sentence_says_the_numbers_and_what_to_do(case: Situation, expected: str) -> None:
    """In words that a user can act on."""
    assert [True] == [expected in words.sentence(one) for one in told_conditions(conditions(case))]


def test_every_reason_is_of_an_error_that_there_is() -> None:
    """A class that was renamed would lose its reason; what another token does not mend leads to the whole look."""
    assert [] == [name for name in {*REASONS, *BY_TOKEN} if not hasattr(errors, name)]
    assert ("archive init token", "archive status --full") == (command("TokenRefused"), command("Unreachable"))
    assert (None, "archive status --full") == (reason(None), command(None))


@pytest.mark.parametrize("starters", [Starters(None), Starters("cron", is_idle=True)])
@pytest.mark.parametrize("error", ["Unreachable", "BudgetSpent", "ArchiveInUse"])
def test_where_nothing_saves_by_itself_no_later_run_is_promised(starters: Starters, error: str) -> None:
    """After a failed save the advice is to save again by hand, not that a next run tries again."""
    computer = replace(GOOD_COMPUTER, starters=starters)
    found = conditions(replace(situation(error_name=error), computer=computer))
    fault = next(one for one in found if one.kind is Kind.FAULT)

    assert "archive save" == fault.command
    assert words.sentence(fault).endswith("Nothing here starts the next save: archive save")
    assert "tries again" not in words.sentence(fault)


def test_a_page_asks_nobody_to_change_a_line_of_the_settings_for_the_pace() -> None:
    """No page changes the interval: the page says what its button can do, the terminal names the setting."""
    found = conditions(situation(paces=Paces(1, {ROOM: 12.0}, is_fresh=False)))
    pace = next(one for one in found if one.kind is Kind.PACE)

    assert words.sentence(pace).endswith('Keep this computer on and set [sync] every = "245s".')
    assert words.page_sentence(pace, {ROOM: "Work"}).startswith("In chat Work up to 720 messages")
    assert words.page_sentence(pace, {ROOM: "Work"}).endswith("save by hand now and then, too: archive save")
    assert "[sync]" not in words.page_sentence(pace, {})
