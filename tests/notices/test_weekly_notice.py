"""The notice of a week: when it is due, that it counts only what was saved, and that its result is a mail's subject."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from archiver import errors
from archiver.notices.facts import WeeklyFacts, week_key
from archiver.notices.round_notices import give_notice
from archiver.notices.sentences import weekly_sentence
from archiver.records import JST
from archiver.settings import file
from tests.support.chatwork.simulator import Fault
from tests.support.receivers.mail_server import PASSWORD, running_mail_server
from tests.support.schedules.rounds import next_round
from tests.support.world import running_world


@pytest.mark.parametrize(
    ("now", "begun", "key"),
    [
        ("2026-11-29T20:59", "2026-11-01", "weekly/2026-11-22"),
        ("2026-11-29T21:00", "2026-11-01", "weekly/2026-11-29"),
        ("2026-12-05T12:00", "2026-11-29", "weekly/2026-11-29"),
        ("2026-12-05T12:00", "2026-11-30", None),
    ],
)
def test_a_week_is_due_from_sunday_evening_on(now: str, begun: str, key: str | None) -> None:
    """In Japan, wherever this computer stands."""
    moments = [datetime.fromisoformat(one).replace(tzinfo=JST).astimezone(UTC) for one in (now, begun)]

    assert key == week_key(moments[0], begun=moments[1])


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({}, "This week: 128 messages saved, 2 changes seen."),
        ({"changed": 0}, "This week: 128 messages saved, no change seen."),
        ({"failed_rounds": 3}, "This week: 128 messages saved, 2 changes seen. Saves that failed: 3."),
        ({"is_over": True, "messages": 0, "rounds": 0, "changed": 0}, "Last week: no save is on record."),
        ({"messages": 0, "changed": 0}, "This week: 0 messages saved, no change seen."),
    ],
)
def test_a_week_is_told_in_counts(changed: dict[str, Any], sentence: str) -> None:
    """And that saving failed, or that none is on record, is never left out."""
    assert sentence == weekly_sentence(replace(WeeklyFacts(False, 128, 2, 2000, 0), **changed))


def test_the_week_comes_once_by_mail_with_its_result_as_the_subject(tmp_path: Path) -> None:
    """Of the seven days alone, whoever saved by hand meanwhile; a click turns it off."""
    with running_world(tmp_path / "home") as world, running_mail_server() as server:
        (world.home / "archive.toml").write_text(f"[notify]\ndesktop = false\n{server.settings()}", encoding="utf-8")
        secret = world.home / "mail-password"
        secret.write_text(PASSWORD, encoding="utf-8")
        secret.chmod(0o600)
        first, _second = world.posts(2)
        next_round(world)
        saved = len(world.states())
        world.chatwork.edit(first, "別の文", moves_room=True)
        next_round(world)
        world.chatwork.fail(Fault.SERVER_ERROR, "/rooms", times=None)
        with pytest.raises(errors.ChatworkError):
            next_round(world)
        world.chatwork.heal()
        world.clock.time = datetime(2026, 7, 5, 20, 55, tzinfo=JST)

        def subjects(*, unwatched: bool = True) -> list[str]:
            settings = file.load_settings(world.home, {})
            give_notice(settings, {}, None, now=world.clock(), unwatched=unwatched)
            return [subject for one in server.mails if "week" in (subject := str(one["Subject"]))]

        assert [] == subjects()
        world.posts(1)
        next_round(world)  # at five past nine: it belongs to the week that begins
        assert [] == subjects(unwatched=False)
        told = subjects()

        assert [f"This week: {saved} messages saved, 1 change seen. Saves that failed: 1."] == told
        assert told == subjects() == subjects(unwatched=False)
        file.update_settings(world.home, {"notify.weekly": False})
        world.clock.time += timedelta(days=7)
        next_round(world)
        assert told == subjects()
