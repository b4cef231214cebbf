"""Erasures, and accesses of others to an archive of a team's ledger, on the status page and in its JSON document."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from archiver.cli.terminal.text import visible
from archiver.records.erasure import Erasure
from archiver.render.times import time_of_year
from archiver.store.time_text import to_text
from archiver.store.working.remembered_values import UnfinishedErasure
from archiver.wording import gettext as _
from archiver.wording import ngettext

Accesses = Sequence[tuple[datetime, str]] | None
"""When others have read the archive, and who; None: nobody can, or it is not known now."""


def unfinished_lines(unfinished: UnfinishedErasure | None) -> list[str]:
    """That an erasure is not finished; nothing without one."""
    if unfinished is None:
        return []
    sentence = _("Erasure {number} was begun and is not finished; the next save goes on with it, or: archive seal")
    return [sentence.format(number=unfinished.number)]


def erasure_documents(erasures: Sequence[Erasure]) -> list[dict[str, object]]:
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


def access_lines(accesses: Accesses) -> list[str]:
    """How many there were, when the last one was and whose; nothing without one."""
    if not accesses:
        return []
    sentence = ngettext(
        "{n} reading of this archive, last {time} ({who}); see: archive team audit",
        "{n} readings of this archive, last {time} ({who}); see: archive team audit",
        len(accesses),
    )
    at, who = accesses[-1]
    return [sentence.format(n=len(accesses), time=time_of_year(at), who=visible(who))]


def access_document(accesses: Accesses) -> dict[str, object] | None:
    """Their number and the time of the last one; null where it is not known."""
    if accesses is None:
        return None
    return {"count": len(accesses), "last": to_text(accesses[-1][0]) if accesses else None}
