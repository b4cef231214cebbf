"""Durations and sizes."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given, strategies

from archiver.settings.model import ExportSettings, FileSettings, NotifySettings, Settings, parse_duration


@pytest.mark.parametrize(
    ("text", "expected"),
    [("90s", timedelta(seconds=90)), ("5m", timedelta(minutes=5)), ("6h", timedelta(hours=6)), ("30d", timedelta(30))],
)
def test_durations_are_read(text: str, expected: timedelta) -> None:
    """A number and one letter."""
    assert expected == parse_duration(text)


@pytest.mark.parametrize("text", ["", "5", "5 m", "-5m", "0m", "5分", "\uff15m", "1h30m", "5M", "99999999d", "5m\n"])
def test_other_texts_are_no_durations(text: str) -> None:
    """Nothing is guessed: zero, spaces, other letters and more than ten years are refused."""
    with pytest.raises(ValueError, match=re.escape(text) or "^$") as raised:
        parse_duration(text)

    assert (text,) == raised.value.args


@given(text=strategies.text())
def test_any_text_is_a_duration_or_refused(text: str) -> None:
    """What comes out is a positive time; what does not is a ValueError."""
    try:
        actual = parse_duration(text)
    except ValueError:
        return

    assert actual > timedelta()


def test_sizes_are_decimal() -> None:
    """1 MB is 1,000,000 bytes, 1 GB is 1,000,000,000."""
    files = FileSettings(large_mb=0.5, max_gb=2, stop_when_free_gb=0)
    exports = ExportSettings(daily_file_mb=5)

    actual = (files.large_bytes, files.max_bytes, files.stop_when_free_bytes, exports.daily_file_bytes)

    assert (500_000, 2_000_000_000, 0, 5_000_000) == actual


def test_addresses_for_notices_are_never_printed() -> None:
    """They may hold passwords, and a trace prints settings."""
    settings = Settings(home=Path(), notify=NotifySettings(urls=("mailto://me:canary@example.com",)))

    assert "canary" not in repr(settings)
