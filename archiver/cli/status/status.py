"""Prints how things stand, or gives it as a document; erasures and accesses of others are told beside it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from archiver.app import utc_now
from archiver.cli.context import CliContext
from archiver.cli.status import page
from archiver.cli.terminal.output import echo_json, paged_output
from archiver.cli.terminal.text import visible
from archiver.health.snapshot import known_time
from archiver.render.times import time_of_year
from archiver.standing.deadline_lines import near_lines
from archiver.standing.emergencies import emergencies
from archiver.standing.home_document import home_document
from archiver.standing.status_document import whole_document
from archiver.store.archive import Archive
from archiver.store.keeper import keeper_of
from archiver.store.queries.status import status
from archiver.store.time_text import to_text
from archiver.store.working import remembered_values
from archiver.wording import gettext as _
from archiver.wording import ngettext


def show_status(obj: CliContext, *, as_json: bool) -> int:
    """Print the first screen, or give its document with what stands behind it."""
    settings = obj.settings()
    with Archive(obj.home).reading() as reading:
        now = known_time(reading, utc_now())
        archive_status = status(reading, authorities=[one.name for one in settings.timestamp.authorities])
        document = home_document(reading, archive_status, settings, obj.environ, now)
        if as_json:
            payload = whole_document(reading, archive_status, settings, document, now)
        else:
            quoted, contracts, alerts = page.told_job(document["told"]), archive_status.contracts, archive_status.alerts
            told = [one for one in contracts if quoted is not None and one.id == quoted["job"]]
            urgent = emergencies(reading, told, alerts, always=True)
            deadlines = near_lines(reading, contracts, now=now)
            unfinished = remembered_values.ERASURE.recall(reading)
    keeper = keeper_of(obj.home)
    accesses = keeper.accesses()
    if as_json:
        last = to_text(accesses[-1][0]) if accesses else None
        payload["accesses"] = None if accesses is None else {"count": len(accesses), "last": last}
        echo_json(payload)
        return 0
    beside = _access_lines(accesses)
    if unfinished is not None:
        begun = _("Erasure {number} was begun and is not finished; the next save goes on with it, or: archive seal")
        beside.insert(0, begun.format(number=unfinished.number))
    emergency, kept = next(iter(urgent), None), keeper.kept
    with paged_output():
        page.tell_home(
            document, archive_status, now, emergency=emergency, kept=kept, beside=beside, deadlines=deadlines
        )
    return 0


def _access_lines(accesses: Sequence[tuple[datetime, str]] | None) -> list[str]:
    """How many accesses of others there were, when the last one was and whose; nothing without one."""
    if not accesses:
        return []
    sentence = ngettext(
        "{n} reading of this archive, last {time} ({who}); see: archive team audit",
        "{n} readings of this archive, last {time} ({who}); see: archive team audit",
        len(accesses),
    )
    at, who = accesses[-1]
    return [sentence.format(n=len(accesses), time=time_of_year(at), who=visible(who))]
