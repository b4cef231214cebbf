"""Erasures, and accesses of others to an archive of a team's ledger, on the status page and in its JSON document."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from archiver import errors
from archiver.cli.terminal.text import visible
from archiver.records.erasure import Erasure
from archiver.render.times import time_of_year
from archiver.store.time_text import to_text
from archiver.store.working.remembered_values import UnfinishedErasure
from archiver.team.ledger.ledger_file import read_ledger_file
from archiver.wording import gettext as _
from archiver.wording import ngettext

if TYPE_CHECKING:
    from archiver.team.ledger.access_log import AccessRecord


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


def read_accesses(home: Path) -> list[AccessRecord] | None:
    """Every access; None: the archive is in no ledger, or that cannot be reached now. Raises BadLedgerFile."""
    place = read_ledger_file(home)
    if place is None:
        return None
    from archiver.team.ledger.access_log import PUT_BACK, accesses

    try:
        return [one for one in accesses(place) if one.what != PUT_BACK]
    except errors.ArchiverError:
        return None


def access_lines(records: list[AccessRecord] | None) -> list[str]:
    """How many there were, when the last one was and whose; nothing without one."""
    if not records:
        return []
    sentence = ngettext(
        "{n} reading of this archive, last {time} ({who}); see: archive team audit",
        "{n} readings of this archive, last {time} ({who}); see: archive team audit",
        len(records),
    )
    return [sentence.format(n=len(records), time=time_of_year(records[-1].at), who=visible(records[-1].who))]


def access_document(records: list[AccessRecord] | None) -> dict[str, object] | None:
    """Their number and the time of the last one; null where it is not known."""
    if records is None:
        return None
    return {"count": len(records), "last": to_text(records[-1].at) if records else None}
