"""What the ledger remembers of the store in which the files of an archive lie: its identity, 32 hexadecimal digits."""

from __future__ import annotations

from contextlib import closing

from archiver.ledger.connection import begin_on_archive, connect, ledger_errors

_NOTE = """
INSERT INTO store (archive, identity) VALUES (current_archive(), %s) ON CONFLICT (archive) DO NOTHING
"""


def known_store(address: str, archive: int, *, note: str | None = None) -> str | None:
    """The identity of the store of an archive; None if none is noted. `note` is noted where none is.

    Raises LedgerUnavailable, LedgerForbids, TeamNotInstalled.
    """
    with ledger_errors(address), closing(connect(address)) as connection:
        begin_on_archive(connection, archive)
        if note is not None:
            connection.execute(_NOTE, (note,))
        row = connection.execute("SELECT identity FROM store").fetchone()
        connection.execute("COMMIT")
    return None if row is None else str(row[0])


def archives_in_store(address: str, identity: str) -> tuple[int, int]:
    """Of how many archives the files lie in the store with this identity, and of how many in another.

    Raises LedgerUnavailable, LedgerForbids, TeamNotInstalled.
    """
    with ledger_errors(address), closing(connect(address)) as connection:
        row = connection.execute("SELECT same, other FROM archives_in_store(%s)", (identity,)).fetchone()
    assert row is not None
    return int(row[0]), int(row[1])
