"""What is noticed and when: a new trouble at once, a known one once a day, the end of one once."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, strategies

from archiver import errors
from archiver.health.conditions import ConditionKind, conditions
from archiver.health.judgements import Situation
from archiver.health.snapshot import read_snapshot
from archiver.notices import facts, sentences
from archiver.notices.facts import DueNotices, NoticeFacts
from archiver.notices.sentences import PendingNotices
from archiver.records.alerts import Alert, AlertRule, Level
from archiver.settings.model import Settings
from archiver.store.working import alerts, remembered_values
from tests.support.terminals.situations import NOW, ago, situation
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


def test_a_stop_is_noticed_after_a_day_and_its_end_once(world: World) -> None:
    """First why no round goes through, then that nothing was saved for a day, in the end that it works again."""
    refused = errors.TokenRefused()
    assert [] == notice_texts(world)
    assert 1 == len(notice_texts(world, refused))
    assert [] == notice_texts(world, refused)
    world.clock.pass_by(hours=26)
    assert ["26" in one for one in notice_texts(world, refused)] == [True]
    assert [] == notice_texts(world, refused)

    world.sync()

    assert ["That is over: saving works again. Nothing is missing."] == notice_texts(world)
    assert [] == notice_texts(world)


def test_nothing_is_missing_is_not_said_where_older_messages_are(world: World) -> None:
    """30 messages before the first list of another chat are known to be missing."""
    room = world.chatwork.add_room("長い会話", members=[world.tanaka], announce=False)
    for index in range(130):
        world.chatwork.post(room, world.tanaka, f"メッセージ{index}")
    world.contract("job2", room)
    notice_texts(world, errors.TokenRefused())
    world.sync(every_list=True)

    assert ["That is over: saving works again. All that Chatwork lists now is saved."] == notice_texts(world)


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
    case = situation(alerts=(Alert(AlertRule.DELETIONS, Level.HIGH, NOW, 1),), gaps=((1, "2"),), last_run=ago(hours=30))
    found = conditions(case)
    made = DueNotices(tuple(key for one in found for key in one.keys), (), {})

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
    made = sentences.urgent_notices(world.archive, Settings(world.home), now=world.clock())

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
