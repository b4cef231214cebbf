"""A package of somebody's archive in a team's ledger for somebody else: only under a grant, and never unrecorded.

The row of the access is committed before anything of the archive is read for the recipient, a refusal is one too.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import date
from pathlib import Path

from archiver import errors
from archiver.ledger.access_log import record_access
from archiver.ledger.ledger_file import LedgerPlace, write_ledger_file
from archiver.store.archive import Archive
from archiver.store.grants import grants

_SETTINGS = "[exports]\ndaily = false\n[notify]\ndesktop = false\n"


@contextmanager
def disclosed_copy(place: LedgerPlace, contract: str, recipient: str, *, reason: str, today: date) -> Iterator[Path]:
    """The home of a copy that is thrown away, for a package of one contract to one recipient.

    `today`: the day in Japan. Raises NotGranted, LedgerUnavailable, NotInLedger, StorageError.
    """
    with tempfile.TemporaryDirectory(prefix="archive-disclosure-") as folder:
        home = Path(folder) / "copy"
        home.mkdir(mode=0o700)
        (home / "archive.toml").write_text(_SETTINGS, encoding="utf-8")
        write_ledger_file(home, place)
        is_granted = _is_granted(home, contract, recipient, today)
        what = f"export {contract}" if is_granted else f"refused: export {contract}"
        record_access(place, who=recipient, what=what, reason=reason)
        if not is_granted:
            raise errors.NotGranted(contract=contract, recipient=recipient)
        yield home


def _is_granted(home: Path, contract: str, recipient: str, today: date) -> bool:
    with closing(Archive(home)) as archive:
        archive.top_up()
        with archive.reading() as reading:
            live = [one for one in grants(reading) if one.is_live(today)]
    return any((one.contract, one.recipient) == (contract, recipient) for one in live)
