"""One archive in the ledger: its end, its rows after a number, and rows appended in one transaction.

Every transaction names the archive, and row-level security shows nothing of any other. Each appending exchanges the
ledger's mark, a random text that the copy keeps too: whoever does not know the present mark appends nothing. Under
that fence the primary keys and the trigger refuse numbers that are taken or leave a hole.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from itertools import islice
from typing import TYPE_CHECKING, Any, NamedTuple

from archiver import errors
from archiver.team.ledger.database import (
    LedgerPlace,
    begin_on_archive,
    connect,
    import_psycopg,
    ledger_errors,
    printable,
)

if TYPE_CHECKING:
    import psycopg

Row = tuple[Any, ...]
"""The values of a row in the order of `COLUMNS`."""

COLUMNS: Mapping[str, Mapping[str, str]] = {
    "entry": {
        "seq": "bigint",
        "observed_at": "text",
        "clock": "text",
        "kind": "text",
        "account_id": "bigint",
        "room_id": "bigint",
        "key": "text",
        "line": "text",
        "digest": "text",
    },
    "reply": {
        "number": "bigint",
        "digest": "text",
        "salt": "bytea",
        "room_id": "bigint",
        "path": "text",
        "status": "int",
        "headers": "text",
        "received_at": "text",
        "body": "bytea",
    },
    "seal": {
        "number": "bigint",
        "first": "bigint",
        "last": "bigint",
        "sha256": "text",
        "closed_at": "text",
        "day": "text",
        "body": "bytea",
    },
    "file": {"seq": "bigint", "name": "text", "body": "bytea"},
}
"""The columns of each table besides `archive`, with their types; the first numbers the rows.

`file` has what lies beside the seals because of an entry: the stamp of a `stamp` entry, the seals of a `rollback`.
"""

_AT_ONCE = 1_000

_STANDING = """
SELECT mark, lists, running, closed_at IS NOT NULL FROM standing JOIN archive ON archive.id = standing.archive
"""


_END = """
SELECT (SELECT coalesce(max(seq), 0) FROM entry), (SELECT coalesce(max(number), 0) FROM reply),
    (SELECT coalesce(max(number), 0) FROM seal), (SELECT coalesce(max(seq), 0) FROM file)
"""


_HOLDS_WHOLE = """
SELECT EXISTS (
    SELECT FROM unnest(%s::bigint[], %s::bigint[]) AS span (first, last)
    JOIN entry ON entry.seq BETWEEN span.first AND span.last AND entry.kind <> 'erased'
)
"""


_FENCE = """
UPDATE standing SET lists = CASE lists WHEN %s THEN lists ELSE %s END, mark = %s, running = %s
WHERE mark = %s AND (%s OR NOT is_awaited())
"""
"""What is the same keeps its place outside the row."""


class Running(NamedTuple):
    """What of an archive's looks and allowance no entry has yet, as its copies write it."""

    lists: str
    """Which list each room showed last, which only news change."""
    looks: bytes
    """The looks at them and what else every round changes."""


class LedgerEnd(NamedTuple):
    """The last numbers of each table; 0 where there is no row."""

    entry: int = 0
    reply: int = 0
    seal: int = 0
    file: int = 0
    """The number of the last entry that has files."""

    def after(self, table: str) -> int:
        """The last number of a table."""
        return int(getattr(self, table))


class LedgerReading:
    """A snapshot of one archive in the ledger."""

    def __init__(self, connection: psycopg.Connection[Any], mark: str, running: Running) -> None:
        """Wrap an open transaction, in which the archive stands so."""
        self._connection = connection
        self.mark, self.running = mark, running

    def end(self) -> LedgerEnd:
        """The last numbers."""
        row = self._connection.execute(_END).fetchone()
        assert row is not None
        return LedgerEnd(*row)

    def may_append(self) -> bool:
        """Whether the user of the database is allowed to append entries."""
        return bool(self._value("SELECT has_any_column_privilege('entry', 'INSERT')"))

    def digest(self, seq: int) -> str | None:
        """The digest of an entry."""
        digest: str | None = self._value("SELECT digest FROM entry WHERE seq = %s", (seq,))
        return digest

    def seal_digest(self, number: int) -> str | None:
        """The SHA-256 of a seal."""
        sha256: str | None = self._value("SELECT sha256 FROM seal WHERE number = %s", (number,))
        return sha256

    def erasures(self) -> frozenset[int]:
        """The numbers of the erasures that were carried out."""
        return frozenset(row[0] for row in self._connection.execute("SELECT number FROM erasure").fetchall())

    def holds_whole(self, ranges: Sequence[tuple[int, int]]) -> bool:
        """Whether an entry with a number in one of these ranges was not erased."""
        firsts, lasts = [first for first, _last in ranges], [last for _first, last in ranges]
        return bool(self._value(_HOLDS_WHOLE, (firsts, lasts)))

    def rows_after(self, table: str, number: int) -> Iterator[Row]:
        """The rows of a table after a number, in order."""
        names = list(COLUMNS[table])
        query = (
            f"SELECT {', '.join(names)} FROM {table} WHERE {names[0]} > %s "  # noqa: S608 - our own names
            f"ORDER BY {names[0]} FETCH FIRST {_AT_ONCE} ROWS WITH TIES"  # an entry has its files together
        )
        while rows := self._connection.execute(query, (number,)).fetchall():
            yield from rows
            number = rows[-1][0]

    def _value(self, query: str, values: Any = None) -> Any:
        row = self._connection.execute(query, values).fetchone()
        return row and row[0]


class Ledger:
    """An archive in a ledger, reached over one connection that is opened when it is needed."""

    def __init__(self, place: LedgerPlace, *, open_connection: Callable[[str], Any] = connect) -> None:
        """Keep the place; nothing is opened yet. `open_connection` opens a connection to an address."""
        self.place = place
        self.is_closed = False
        """Whether its member had left the team when it was last read."""
        self._open = open_connection
        self._connection: psycopg.Connection[Any] | None = None

    @contextmanager
    def reading(self) -> Iterator[LedgerReading]:
        """A snapshot. Raises LedgerUnavailable, NotInLedger, TeamNotInstalled."""
        with self._transaction("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY") as connection:
            standing = connection.execute(_STANDING).fetchone()
            if standing is None:
                raise errors.NotInLedger(ledger=printable(self.place.address), archive=self.place.archive)
            mark, *running, self.is_closed = standing
            yield LedgerReading(connection, mark, Running(*running))

    def may_append(self) -> bool:
        """Whether the database lets this user save to the archive. Raises LedgerUnavailable, NotInLedger."""
        with self.reading() as reading:
            return reading.may_append()

    def may_erase(self) -> bool:
        """Whether the database lets this user have something erased. Raises LedgerUnavailable."""
        with self._transaction("BEGIN READ ONLY") as connection:
            row = connection.execute("SELECT has_function_privilege('erase(bigint)', 'execute')").fetchone()
        return bool(row and row[0])

    def append(
        self,
        rows: Mapping[str, Iterable[Row]],
        *,
        mark: str,
        running: Running,
        erasures: Iterable[int] = (),
        is_held_before: bool = False,
    ) -> str:
        """Append rows of each table and state the running counters, in one transaction; the new mark.

        `erasures`: numbers of those that are carried out in it, whose entries are there. `is_held_before`: the copy had
        them before, as the ledger was put back in time; nothing else is appended while savers are awaited that may too.
        Raises StaleCopy if `mark` is not the present one or a number is taken, LedgerAwaitsSavers, LedgerUnavailable.
        """
        new_mark = secrets.token_hex(16)
        with self._transaction("BEGIN") as connection:
            fenced = connection.execute(_FENCE, (*[running.lists] * 2, new_mark, running.looks, mark, is_held_before))
            if fenced.rowcount != 1:
                if not is_held_before and connection.execute("SELECT is_awaited()").fetchone() == (True,):
                    raise errors.LedgerAwaitsSavers(ledger=printable(self.place.address))
                raise errors.StaleCopy(detail=mark)
            for table, values in rows.items():
                _insert(connection, table, values)
            for number in erasures:
                connection.execute("SELECT erase(%s)", (number,))
        return new_mark

    def close(self) -> None:
        """Close the connection; it is opened again when it is needed."""
        if self._connection is not None:
            with suppress(Exception):
                self._connection.close()
            self._connection = None

    @contextmanager
    def _transaction(self, begin: str) -> Iterator[psycopg.Connection[Any]]:
        """A transaction on this archive alone. After any error the connection is given up."""
        try:
            with ledger_errors(self.place.address):
                connection = self._begin(begin)
                yield connection
                connection.execute("COMMIT")
        except BaseException:
            self.close()
            raise

    def _begin(self, begin: str) -> Any:
        """Begin on the open connection, or on a new one where the server has closed it meanwhile."""
        psycopg = import_psycopg()
        if self._connection is not None:
            try:
                return begin_on_archive(self._connection, self.place.archive, begin)
            except psycopg.OperationalError:
                self.close()
        self._connection = self._open(self.place.address)
        return begin_on_archive(self._connection, self.place.archive, begin)


def _insert(connection: psycopg.Connection[Any], table: str, rows: Iterable[Row]) -> None:
    """Insert rows, many with one statement: `COPY` does not go with row-level security.

    The arrays go as bytes (`%b`): as text, each of the many quotes in a line would be escaped one by one.
    """
    columns = COLUMNS[table]
    arrays = ", ".join(f"%b::{type_name}[]" for type_name in columns.values())
    statement = (
        f"INSERT INTO {table} (archive, {', '.join(columns)}) "  # noqa: S608 - our own names
        f"SELECT current_archive(), * FROM unnest({arrays})"
    )
    waiting = iter(rows)
    while batch := list(islice(waiting, _AT_ONCE)):
        values: Sequence[list[Any]] = [list(column) for column in zip(*batch, strict=True)]
        connection.execute(statement, values)
