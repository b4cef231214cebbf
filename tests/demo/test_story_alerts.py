"""The demo's dispute shows what alerts are for: each family once."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from archiver.demo import story
from archiver.store.working.alerts import alerts


@pytest.mark.slow
def test_each_family_of_alerts_is_told_once(tmp_path: Path) -> None:
    """Words, changes, silence, a deadline, a pause, early contact and a departure: every rule once, none twice."""
    with story.set_stage(tmp_path / "home", lambda _text: None) as story_played:
        whole = story.play(story_played)
        with story_played.app.archive.reading() as reading:
            rules = Counter(one.rule.value for one in alerts(reading) if not one.dismissed)

    expected = {
        "A1",
        "A5",
        "A11",
        "A14",
        "deadline",
        "deletions",
        "early_contact",
        "account_closed",
        "member_gone",
    }
    assert dict.fromkeys(expected, 1) == rules
    assert whole
