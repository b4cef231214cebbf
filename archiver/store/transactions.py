"""A transaction of an archive, as what reads and what appends is handed it by `archive`.

The SQL connection is not used outside `store/`.
"""

from __future__ import annotations

from collections.abc import Hashable
from pathlib import Path

from sqlalchemy import Connection

from archiver.corrected_clock import CorrectedClock


class Reading:
    """A snapshot of the archive. Its `sql` is used only within `store/`."""

    def __init__(
        self, sql: Connection, home: Path, clock: CorrectedClock | None = None, ledger_error: str | None = None
    ) -> None:
        """Wrap an open transaction; `clock` knows the offset to Chatwork's time.

        `ledger_error`: the name of the error for which a copy could not be brought up to its team's ledger just now.
        """
        self.sql = sql
        self.home = home
        self.clock = clock
        self.ledger_error = ledger_error
        self.written: Hashable = None
        """The state of the database's files just before it began, by `viewing.written_state`; None: not known."""


class Writing(Reading):
    """A transaction that appends and that also reads what it has written itself."""
