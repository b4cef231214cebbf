"""The demo's dispute shows what alerts are for: each family once."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta, tzinfo
from pathlib import Path

import pytest

from archiver.demo import story
from archiver.records import JST
from archiver.store.working.alerts import alerts


class _LateEvening(datetime):
    """A clock that shows ten minutes to midnight: the longest time after the story's last evening."""

    @classmethod
    def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override]
        """Yesterday, 23:50 in Japan."""
        yesterday = datetime.now(JST) - timedelta(days=1)
        return yesterday.replace(hour=23, minute=50).astimezone(tz)


@pytest.mark.slow
def test_each_family_of_alerts_is_told_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Words, changes, silence, a deadline, a pause, early contact and a departure: every rule once, at any hour."""
    monkeypatch.setattr(story, "datetime", _LateEvening)
    with story.set_stage(tmp_path / "home", lambda _text: None) as story_played:
        whole = story.play(story_played)
        with story_played.app.archive.reading() as reading:
            rules = Counter(one.rule.value for one in alerts(reading) if not one.dismissed)

    expected = ["A1", "A5", "A11", "A14", "deadline", "deletions", "early_contact", "account_closed", "member_gone"]
    assert dict.fromkeys(expected, 1) == rules
    assert whole
