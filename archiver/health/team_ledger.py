"""Whether the next round of a copy can go to its team's ledger and its store of files; nothing is written there."""

from __future__ import annotations

from gettext import gettext as _

from archiver import errors
from archiver.health.check_result import CheckResult, action, error_text, good
from archiver.store.archive import Archive
from archiver.store.object_stores.open_store import check_store

NAME = "ledger"


def check_ledger(archive: Archive) -> list[CheckResult]:
    """One result for a copy of an archive in a ledger, none for an archive of its own."""
    ledger = archive.ledger
    if ledger is None:
        return []
    try:
        if not ledger.may_append():
            return [action(NAME, _("The user of the ledger's database may read and not save: archive guide team"))]
        if ledger.place.files is None:
            return [good(NAME, _("The team's ledger answers, and this computer may save there."))]
        check_store(ledger.place.files)
    except errors.ArchiverError as error:
        return [action(NAME, error_text(error))]
    return [good(NAME, _("The team's ledger and its store of files answer, and this computer may save there."))]
