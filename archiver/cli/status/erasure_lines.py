"""Erasures on the status page and in its JSON document."""

from __future__ import annotations

from collections.abc import Sequence
from gettext import gettext as _

from archiver.cli.terminal.times import jst_time
from archiver.records.erasure import Erasure
from archiver.store.time_text import to_text


def lines(erasures: Sequence[Erasure]) -> list[str]:
    """How many records the owner erased, and when last; nothing without an erasure."""
    if not erasures:
        return []
    label, total = _("Erased"), sum(map(_records, erasures))
    counts = _("{records} records by you, last {time} (erasure {number})")
    last = erasures[-1]
    return [f"{label}   {counts.format(records=total, time=jst_time(last.at), number=last.number)}"]


def documents(erasures: Sequence[Erasure]) -> list[dict[str, object]]:
    """Each erasure by its numbers."""
    return [
        {
            "number": one.number,
            "at": to_text(one.at),
            "records": _records(one),
            "messages": one.payload.get("messages", 0),
            "seal": one.seal,
        }
        for one in erasures
    ]


def _records(erasure: Erasure) -> int:
    return sum(erasure.payload["kinds"].values())
