"""The record of who read an archive of the ledger and was not its owner: without holes, and nothing in it changes."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from datetime import datetime
from typing import NamedTuple

from archiver.team.ledger.connection import LedgerPlace, connect, ledger_errors, on_archive

_GRANTS = "SELECT key, line FROM entry WHERE kind = 'grant' ORDER BY seq"
_ROWS = "SELECT seq, at, login, who, what, reason, is_bound FROM access ORDER BY seq"
_WRITERS = """
SELECT login, count(*), min(written_at), max(written_at)
FROM (SELECT login, written_at FROM entry UNION ALL SELECT login, written_at FROM reply) AS written
GROUP BY login ORDER BY 3
"""


class AccessRecord(NamedTuple):
    """A reading of an archive by somebody else than its owner, or one that was refused."""

    number: int
    """From 1, without holes."""
    at: datetime
    login: str
    """The user of the database, which nobody can choose."""
    who: str
    """Who it was, as was said."""
    what: str
    reason: str
    is_bound: bool = False
    """Whether the user of the database is held to this archive alone, as its owner's is."""


PUT_BACK = "put-back"
"""What of a row that the ledger wrote after it was put back to an earlier time: the rows before it may be missing."""


class RowWriter(NamedTuple):
    """A user of the database who wrote records and replies of an archive, as the database itself says."""

    login: str
    rows: int
    first: datetime
    last: datetime


def record_access(place: LedgerPlace, *, who: str, what: str, reason: str) -> int:
    """Add a row and commit it, before anything is read; its number. Raises LedgerUnavailable, TeamNotInstalled."""
    with on_archive(place.address, place.archive) as connection:
        row = connection.execute("SELECT record_access(%s, %s, %s)", (who, what, reason)).fetchone()
    assert row is not None
    return int(row[0])


def accesses(place: LedgerPlace) -> list[AccessRecord]:
    """Every row of an archive, oldest first. Raises LedgerUnavailable, TeamNotInstalled."""
    with on_archive(place.address, place.archive) as connection:
        return [AccessRecord(*row) for row in connection.execute(_ROWS)]


def row_writers(place: LedgerPlace) -> list[RowWriter]:
    """Who wrote the records and replies of an archive. Raises LedgerUnavailable, TeamNotInstalled."""
    with on_archive(place.address, place.archive) as connection:
        return [RowWriter(*row) for row in connection.execute(_WRITERS)]


def missing_numbers(records: Sequence[AccessRecord]) -> list[int]:
    """The numbers below the last one of which there is no row; of the last ones nothing tells."""
    held = {record.number for record in records}
    return [number for number in range(1, max(held, default=0)) if number not in held]


def grant_lines(place: LedgerPlace) -> list[tuple[str, str]]:
    """The keys and lines of an archive's grants and their withdrawals, oldest first, and of nothing else of it.

    Raises LedgerUnavailable, TeamNotInstalled.
    """
    with on_archive(place.address, place.archive) as connection:
        return [(key, line) for key, line in connection.execute(_GRANTS)]


def archive_numbers(address: str) -> list[int]:
    """The numbers of every archive of the ledger. Raises LedgerUnavailable, TeamNotInstalled."""
    with ledger_errors(address), closing(connect(address)) as connection:
        return [number for (number,) in connection.execute("SELECT archive FROM overview ORDER BY archive")]
