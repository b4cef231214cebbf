"""What the log keeps of a fault of this program."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

from archiver.rounds.run_log import note_bug


def test_a_fault_is_one_line_without_a_word_of_what_it_was_about(tmp_path: Path) -> None:
    """Its class and the places tell whoever mends it enough; its text may be somebody's message."""
    try:
        json.loads("田中さんの秘密")
    except ValueError as error:
        path = note_bug(tmp_path, error, at=datetime(2026, 11, 24, tzinfo=UTC))

    (line,) = path.read_text(encoding="ascii").splitlines()
    assert line.startswith("2026-11-24T00:00:00.000Z bug=JSONDecodeError at=test_bug_log.py:")
    assert "decoder.py:" in line
    assert "/" not in line.partition("at=")[2]
