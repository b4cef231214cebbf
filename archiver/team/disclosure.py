"""A package of somebody's archive in a team's ledger for somebody else: only under a grant, and never unrecorded.

The row of the access is committed before anything of the archive is read for the recipient, a refusal is one too.
Before it nothing but the grants themselves is read.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from datetime import date
from pathlib import Path
from typing import NamedTuple

from archiver import errors
from archiver.store.archive import Archive
from archiver.team.grants import Grant, grants, grants_in
from archiver.team.ledger.access_log import grant_lines, record_access
from archiver.team.ledger.ledger_file import LedgerPlace, make_copy_home


@contextmanager
def disclosed_copy(place: LedgerPlace, contract: str, recipient: str, *, reason: str, today: date) -> Iterator[Path]:
    """The home of a copy that is thrown away, for a package of one contract to one recipient.

    `today`: the day in Japan. Raises NotGranted, LedgerUnavailable, NotInLedger, StorageError.
    """
    wanted = _Wanted(contract, recipient, today)
    is_granted = wanted.is_among(grants_in(grant_lines(place)))
    what = f"export {contract}" if is_granted else f"refused: export {contract}"
    record_access(place, who=recipient, what=what, reason=reason)
    if not is_granted:
        raise errors.NotGranted(contract=contract, recipient=recipient)
    with tempfile.TemporaryDirectory(prefix="archive-disclosure-") as folder:
        home = Path(folder) / "copy"
        make_copy_home(home, place)
        with closing(Archive(home)) as archive:
            archive.top_up()
            with archive.reading() as reading:
                is_still_granted = wanted.is_among(grants(reading))
        if not is_still_granted:
            raise errors.NotGranted(contract=contract, recipient=recipient)
        yield home


class _Wanted(NamedTuple):
    """What a recipient asks for, on a day in Japan."""

    contract: str
    recipient: str
    today: date

    def is_among(self, known: Iterable[Grant]) -> bool:
        """Whether one of these grants allows it."""
        live = [one for one in known if one.is_live(self.today)]
        return any((one.contract, one.recipient) == (self.contract, self.recipient) for one in live)
