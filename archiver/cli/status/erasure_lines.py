"""Erasures on the status page and in its JSON document."""

from __future__ import annotations

from collections.abc import Sequence

from archiver.cli.terminal.times import jst_time
from archiver.records.erasure import Erasure
from archiver.store.time_text import to_text
from archiver.store.working.remembered_values import UnfinishedErasure
from archiver.wording import gettext as _


def lines(erasures: Sequence[Erasure], unfinished: UnfinishedErasure | None) -> list[str]:
    """How many records the owner erased, and when last, and whether one is not finished; nothing without an erasure."""
    if unfinished is not None:
        sentence = _("Erasure {number} was begun and is not finished; the next run goes on with it, or: archive seal")
        return [sentence.format(number=unfinished.number)]
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
