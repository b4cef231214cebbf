"""What is noticed and when: a new trouble at once, a known one once a day, its end once, each day in the evening."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, strategies

from archiver import errors
from archiver.health.conditions import ConditionKind, conditions
from archiver.health.judgements import Situation
from archiver.health.snapshot import read_snapshot
from archiver.notices import facts, sentences
from archiver.notices.facts import NoticeFacts, due_notices
from archiver.notices.round_notices import is_first_today
from archiver.notices.sentences import PendingNotices
from archiver.records import JST
from archiver.records.alerts import Alert, AlertRule, DueReminders, Level
from archiver.settings.model import Settings
from archiver.standing.alert_lines import contract_names
from archiver.store.working import alerts, remembered_values
from tests.support.terminals.situations import NOW, ago, gap, situation
from tests.support.world import BEGIN, World, running_world

KEYS = strategies.sampled_from(["stale", "findings", "fault/Unreachable", "alert/1", "hint/2", "gap/1/2", "lost/1/1"])
TIMES = strategies.lists(
    strategies.tuples(strategies.timedeltas(timedelta(), timedelta(hours=30)), strategies.sets(KEYS)), max_size=12
)


@given(TIMES)
def test_each_trouble_is_said_at_once_then_once_a_day_and_its_end_once(times: list[tuple[timedelta, set[str]]]) -> None:
    """Whatever comes and goes."""
    now, known, before = BEGIN, dict[str, datetime](), set[str]()
    for passed, present in times:
        now += passed
        made = facts.due_notices(present, known, now=now)
        assert present - before <= set(made.say) <= present
        assert before - present == set(made.over)
        for key in present & before:
            lasting = key.startswith(facts.LASTING)
            assert (key in made.say) == (not lasting and now - known[key] >= timedelta(days=1))
        assert made.known.keys() == present
        known, before = made.known, present


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """An archive whose last round went through."""
    with running_world(tmp_path / "home") as made:
        made.post("こんにちは")
        made.sync()
        yield made


def notice_texts(world: World, error: errors.ArchiverError | None = None) -> list[str]:
    """What is said now."""
    made = sentences.take_pending_notices(world.archive, Settings(world.home), error, now=world.clock())
    return sentences.sentences(made)


def test_nothing_is_missing_is_not_said_where_older_messages_are(world: World) -> None:
    """30 messages before the first list of another chat are known to be missing."""
    room = world.chatwork.add_room("長い会話", members=[world.tanaka], announce=False)
    for index in range(130):
        world.chatwork.post(room, world.tanaka, f"メッセージ{index}")
    world.contract("job2", room)
    notice_texts(world, errors.TokenRefused())
    world.sync(every_list=True)

    assert ["Saving works again. See: archive status"] == notice_texts(world)


def test_an_archive_that_cannot_be_read_still_says_its_fault(tmp_path: Path) -> None:
    """Nothing can be remembered, so it is said each time."""
    (tmp_path / "archive.sqlite3").write_bytes(b"no database" * 100)
    with running_world(tmp_path / "other") as other:
        broken = type(other.archive)(tmp_path)
        made, _found, _facts = sentences.take_pending_notices(
            broken, Settings(tmp_path), errors.DiskFull(path=tmp_path), now=BEGIN
        )

    assert (("fault/DiskFull",), False) == (made.say, made.is_remembered)


def test_a_high_alert_is_said_before_all_else() -> None:
    """And nobody is named."""
    case = situation(alerts=(Alert(AlertRule.DELETIONS, Level.HIGH, NOW, 1),), gaps=(gap("2"),), last_run=ago(hours=30))
    found = conditions(case)
    made = DueReminders(tuple(key for one in found for key in one.keys), (), {})

    first, *rest = sentences.sentences(PendingNotices(made, found, NoticeFacts(NOW)))

    assert ("Don't leave the chat" in first, 2) == (True, len(rest))


@pytest.mark.parametrize(
    ("rule", "key", "sentence"),
    [(AlertRule.A5, "hint/1", "archive status --alerts"), (AlertRule.DELETIONS, "alert/1", "Don't leave the chat")],
)
def test_only_a_disappearance_is_called_a_great_change(world: World, rule: AlertRule, key: str, sentence: str) -> None:
    """A high alert about words or dates sends to the list of alerts; who goes to the chat for it finds nothing gone."""
    with world.archive.writing() as writing:
        alerts.keep(writing, Alert(rule, Level.HIGH, world.clock(), world.room))
    made = sentences.urgent_notices(world.archive, Settings(world.home), contract_names, now=world.clock())

    (text,) = sentences.sentences(made)

    assert ((key,), True) == (made.notices.say, sentence in text)


def test_the_last_run_that_nobody_watched_is_remembered_and_no_typed_one_hides_its_error(world: World) -> None:
    """A verification is no run, and neither is a run that met another one."""
    settings = Settings(world.home)

    def scheduled(error: errors.ArchiverError | None, *, unwatched: bool = True) -> str | None:
        sentences.take_pending_notices(world.archive, settings, error, now=world.clock(), unwatched=unwatched)
        with world.archive.reading() as reading:
            run = remembered_values.SCHEDULED_RUN.recall(reading)
        return "none" if run is None else run.error

    before = scheduled(None, unwatched=False)
    failed = scheduled(errors.KeyringUnavailable(detail="locked"))
    busy = scheduled(errors.ArchiveInUse(path=world.home))
    world.sync()
    typed = scheduled(None, unwatched=False)
    with world.archive.reading() as reading:
        found = conditions(Situation(read_snapshot(reading, world.clock()), settings, world.clock()))

    assert ("none", "KeyringUnavailable", "KeyringUnavailable", "KeyringUnavailable") == (before, failed, busy, typed)
    assert [ConditionKind.JOB_FAULT] == [one.kind for one in found]
    assert None is scheduled(None)


BEGUN = datetime(2026, 11, 1, tzinfo=JST)


@pytest.mark.parametrize(
    ("now", "day"),
    [("24T20:59", "23"), ("24T21:00", "24"), ("24T23:59", "24"), ("25T00:00", "24"), ("25T08:00", "24")],
)
def test_a_day_is_due_from_nine_in_the_evening(now: str, day: str) -> None:
    """In Japan, wherever this computer stands."""
    at = datetime.fromisoformat(f"2026-11-{now}").replace(tzinfo=JST).astimezone(UTC)

    assert f"daily/2026-11-{day}" == facts.notice_key(at, begun=BEGUN)


@given(strategies.lists(strategies.timedeltas(timedelta(minutes=1), timedelta(days=3)), min_size=1, max_size=30))
def test_each_day_is_told_once_and_the_times_join(steps: list[timedelta]) -> None:
    """Whenever rounds run: no message is counted twice, and none that came between two notices is left out."""
    now, known = datetime(2026, 11, 24, 4, tzinfo=UTC), dict[str, datetime]()
    collected: list[tuple[date, datetime, datetime]] = []
    for step in steps:
        now += step
        key = facts.notice_key(now, begun=BEGUN)
        assert key is not None
        made = due_notices([key], known, now=now)
        if made.say:
            collected.append(facts.notice_period(known, now))
        known = made.known

    days = [day for day, _begin, _end in collected]
    assert sorted(set(days)) == days
    assert [end for _day, _begin, end in collected[:-1]] == [begin for _day, begin, _end in collected[1:]]
    assert not [day for day, _begin, end in collected if end.astimezone(JST) - timedelta(days=1) > midnight(day)]


def midnight(day: date) -> datetime:
    """Its beginning in Japan."""
    return datetime(day.year, day.month, day.day, tzinfo=JST)


def test_the_first_notice_tells_of_its_day_and_no_day_before_the_archive_has_one() -> None:
    """From midnight in Japan to now; else it would say that nothing was saved."""
    now = datetime(2026, 11, 24, 22, 30, tzinfo=JST)

    assert (date(2026, 11, 24), datetime(2026, 11, 24, tzinfo=JST), now) == facts.notice_period({}, now)
    morning = now.replace(hour=10)
    assert [None, None] == [facts.notice_key(morning, begun=one) for one in (None, morning - timedelta(hours=1))]


def test_once_a_day_however_often_it_is_asked(tmp_path: Path) -> None:
    """A mark of yesterday, or of a clock that was set back, is an old one."""
    mark, state = tmp_path / "logs" / "last-notice", tmp_path / "state"

    first, second = is_first_today(tmp_path, state=state), is_first_today(tmp_path, state=state)
    collected = []
    for seconds in (-90_000, 90_000, -80_000):
        os.utime(mark, (time.time() + seconds,) * 2)
        collected.append(is_first_today(tmp_path, state=state))

    assert (True, False, [True, True, False]) == (first, second, collected)
    assert not state.exists()


def test_where_the_home_takes_no_mark_another_folder_does(tmp_path: Path) -> None:
    """A file stands where the folder should be; each home has its own mark, and where none can be made it says so."""
    state = tmp_path / "deep" / "state"
    homes = [tmp_path / name for name in ("one", "two")]
    for home in homes:
        home.mkdir()
        (home / "logs").touch()

    answers = [is_first_today(home, state=state) for home in (*homes, *homes)]

    assert [True, True, False, False] == answers
    assert is_first_today(homes[0], state=homes[0] / "logs") is None
