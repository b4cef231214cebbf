"""What the first pass over the messages keeps for the next ones comes back as it was."""

from __future__ import annotations

from pathlib import Path

import pytest

from archiver.evidence.history import MessageHistory, Span
from archiver.export.package import entry_reader
from archiver.export.package.entry_reader import KeptHistories


def history(number: int, room: int) -> MessageHistory:
    """A history with an earlier text, a half of a pair of surrogates in it, and an id of nineteen digits."""
    spans = tuple(Span(f"文面{one}\ud83d{number}", one, "2026-11-05T01:00:00.000Z", "x", number) for one in range(2))
    texts = (str(9_000_000_000_000_000_000 + number), 7, "田中", 1793841273, 0, "edited", spans[-1].body, spans)
    return MessageHistory(room, *texts, "first", "changed", number, "list", "speech")


@pytest.mark.parametrize("in_memory", [0, 16_000_000])
def test_each_room_gives_its_histories_back_in_order(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, in_memory: int
) -> None:
    """Of rooms whose messages come in turn, as often as they are asked for, from memory and from a file."""
    monkeypatch.setattr(entry_reader, "_BYTES_IN_MEMORY", in_memory or 1)
    histories = [history(number, room=1 if number % 3 else 2) for number in range(1_000)]
    with KeptHistories(tmp_path) as kept:
        for number, one in enumerate(histories):
            kept.add(one, [{"seq": number, "payload": {"object": None}}] if number % 7 == 0 else ())
        for _ in range(2):
            for room in (1, 2, 3):
                assert [one for one, _entries in kept.of_room(room)] == [
                    one for one in histories if one.room_id == room
                ]
        entries = [one for room in (1, 2) for _history, listed in kept.of_room(room) for one in listed]

    assert sorted(one["seq"] for one in entries) == [*range(0, 1_000, 7)]
    assert list(tmp_path.iterdir()) == []
