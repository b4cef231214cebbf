"""Times that do not fit are notes with the numbers of the entries, never findings."""

from __future__ import annotations

from typing import Any

from archiver.evidence.verify.findings import Verification
from archiver.evidence.verify.times import TimeOrder
from tests.support.archives.entries import entry, time


def noted(*entries: tuple[dict[str, Any], int | None], stamps: dict[int | None, str] | None = None) -> list[str]:
    """The notes about entries with their seals, as of the times stamped over these."""
    verification = Verification()
    order = TimeOrder(verification)
    for one, seal in entries:
        order.add(one, seal)
    order.close((stamps or {}).get)
    assert verification.ok
    return verification.notes


def shown(seq: int, minutes: float, *, reply: str | None = "ab", clock: str | None = None) -> dict[str, Any]:
    """An entry about what a reply showed."""
    made = entry(seq, "message", f"message/{seq}", {}, reply=reply)
    return made | {"observed_at": f"2026-11-05T10:{int(minutes):02}:{int(minutes % 1 * 60):02}.000Z", "clock": clock}


def test_replies_that_run_back_by_two_minutes_are_one_moment() -> None:
    """Servers differ by seconds."""
    assert [] == noted((shown(1, 10), None), (shown(2, 8), None), (shown(3, 8), None))


def test_replies_that_run_back_by_more_are_noted_with_their_numbers() -> None:
    """The first three by number, the others by count."""
    back = [(shown(seq, 50 - 3 * seq), None) for seq in range(1, 6)]

    assert ["4 records are dated more than 2 minutes before the reply before them: 2, 3, 4 …"] == noted(*back)


def test_a_time_that_is_the_computers_alone_is_not_compared() -> None:
    """It stands in `clock` too, and a statement comes from no reply."""
    ahead = "2026-11-05T10:50:00.000Z"

    assert [] == noted((shown(1, 50, clock=ahead), None), (shown(2, 50, reply=None), None), (shown(3, 8), None))


def test_an_entry_dated_after_its_first_stamp_is_noted() -> None:
    """More than fifteen minutes after it: the clock was ahead when the entry was made."""
    stamps: dict[int | None, str] = {1: time(60 * 9 + 35), 2: time(60 * 9 + 34)}
    fitting, ahead = (shown(1, 49), 1), (shown(2, 50, reply=None), 2)

    (note,) = noted(fitting, ahead, (shown(3, 10, reply=None), 2), (shown(4, 55), None), stamps=stamps)

    assert note.startswith("1 seal holds a record that is dated more than 15 minutes after its first time stamp")
    assert note.endswith(": 2")
