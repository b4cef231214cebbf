"""What a daemon and a worker do by themselves, and when: rounds, verifications and upkeep, a refused token."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from hypothesis import given, strategies

from archiver.errors import ArchiverError
from archiver.evidence.verify.findings import Verification
from archiver.records import Observation
from archiver.rounds import scheduled_duties
from archiver.rounds.scheduled_duties import DaemonMessages, Reminders, ScheduledDuties, TokenHold, due_duty
from archiver.settings.model import Settings
from archiver.store import writer
from archiver.store.archive import Archive

NOW = datetime(2026, 11, 27, 3, tzinfo=UTC)


def due(**days_ago: float) -> str | None:
    """The duty that is due, where each of these was done so many days ago, and the others never."""
    duty = due_duty(
        {name: NOW - timedelta(days_ago[name]) if name in days_ago else None for name in ("whole", "sample", "upkeep")},
        NOW,
    )
    return None if duty is None else duty.name


def test_a_sample_each_day_and_everything_and_the_upkeep_each_month() -> None:
    """A new archive is verified whole; a time that lies ahead counts as never."""
    assert ("whole", "upkeep") == (due(), due(whole=0, sample=0))
    assert None is due(sample=23 / 24, whole=29, upkeep=29)
    assert ("sample", "whole") == (due(sample=1, whole=29, upkeep=29), due(sample=0, whole=30, upkeep=30))
    assert "sample" == due(sample=-2, whole=1, upkeep=1)


def test_what_could_not_be_done_is_told_and_tried_again_an_hour_later(tmp_path: Path) -> None:
    """Not at once, and it is said once a day."""
    told: list[ArchiverError] = []
    at = [NOW]
    reminders = Reminders(DaemonMessages(unverified=told.append), lambda: at[0])
    duties = ScheduledDuties(reminders, now=lambda: at[0], step=lambda: None)

    tried = []
    for minutes in (0, 59, 60):
        at[0] = NOW + timedelta(minutes=minutes)
        tried.append(duties.run_due(Settings(tmp_path / "gone")))

    assert ([True, False, True], ["NoArchive"]) == (tried, [type(one).__name__ for one in told])


def test_an_archive_that_never_held_a_record_is_not_verified_and_nobody_is_alarmed(tmp_path: Path) -> None:
    """Somebody has joined a team without a contract; from the first record on it is verified."""
    found: list[Verification] = []
    archive = Archive(tmp_path)
    archive.create()
    messages = DaemonMessages(findings=found.append, unverified=lambda error: (_ for _ in ()).throw(error))
    duties = ScheduledDuties(Reminders(messages, lambda: NOW), now=lambda: NOW, step=lambda: None)

    before = duties.run_due(Settings(tmp_path))
    with archive.writing() as writing:
        writer.append(writing, [Observation("note", "note/job1", {"text": "x"})], account_id=None, at=NOW)
    archive.close()

    assert (False, True) == (before, duties.run_due(Settings(tmp_path)))
    assert [] == found


# --- rounds and tokens -------------------------------------------------------------------------

EVERY = timedelta(minutes=5)


def ago(**span: float) -> datetime:
    """So long before now."""
    return NOW - timedelta(**span)


def test_a_round_is_due_at_the_start_and_after_each_pace() -> None:
    """Nothing known, the time is over, or the clock was set back; by a second or two corrected clocks differ."""
    assert scheduled_duties.is_due(None, NOW, EVERY)
    assert [False, True] == [scheduled_duties.is_due(ago(minutes=minutes), NOW, EVERY) for minutes in (4.9, 5)]
    assert [True, False] == [scheduled_duties.is_due(ago(seconds=-late), NOW, EVERY) for late in (3 * 3600, 2)]


def test_a_refused_token_is_left_alone_and_another_one_tried_at_once() -> None:
    """The same token is tried again after an hour, six hours, then once a day; nothing was refused: ask."""
    first = scheduled_duties.record_refusal(None, "a", NOW)
    second = scheduled_duties.record_refusal(first, "a", NOW)
    third = scheduled_duties.record_refusal(second, "a", NOW)

    later = [NOW + timedelta(hours=hours) for hours in (0.9, 1, 5.9, 6, 23.9, 24)]
    answers = [[scheduled_duties.can_ask(hold, "a", at) for at in later] for hold in (first, second, third)]

    assert [[False] + [True] * 5, [False] * 3 + [True] * 3, [False] * 5 + [True]] == answers
    assert (True, True) == (scheduled_duties.can_ask(third, "b", NOW), scheduled_duties.can_ask(None, "a", NOW))
    assert TokenHold("b", NOW) == scheduled_duties.record_refusal(third, "b", NOW)


@given(strategies.lists(strategies.integers(-900, 900), min_size=2, max_size=60))
def test_rounds_that_begin_a_moment_early_or_late_keep_their_grid(moments: list[int]) -> None:
    """So the looks of a quiet day are equally far apart, and a moment too early is no reason to wait on."""
    every, last = timedelta(minutes=1), NOW

    for number, moment in enumerate(moments, 1):
        now = NOW + number * every + timedelta(milliseconds=moment)
        assert scheduled_duties.is_due(last, now + scheduled_duties.tolerance(every), every)
        last = scheduled_duties.nominal_begin(last, now, every)
        assert not scheduled_duties.is_due(last, now + scheduled_duties.tolerance(every), every)

    assert NOW + len(moments) * every == last


def test_after_a_long_round_or_a_jump_of_the_clock_the_grid_begins_anew() -> None:
    """Nothing is made up for."""
    for late in (timedelta(minutes=2), timedelta(hours=9), timedelta(hours=-9)):
        assert NOW + late == scheduled_duties.nominal_begin(NOW, NOW + late, timedelta(minutes=1))
    assert NOW == scheduled_duties.nominal_begin(None, NOW, timedelta(minutes=1))
