"""A transaction of an archive, as what reads and what appends is handed it by `archive`, and its small statements.

The SQL connection is used in `store/` and `team/` alone.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Hashable
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import Boolean, Connection, Delete, Insert, Select, Update

from archiver.corrected_clock import CorrectedClock
from archiver.store.engine import BeginningDialect, driver_connection


class Reading:
    """A snapshot of the archive."""

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
        """The state of the database's files just before it began, by `engine.written_state`; None: not known."""


class Writing(Reading):
    """A transaction that appends and that also reads what it has written itself."""


class SmallStatement:
    """A statement that every run makes and that SQLite answers at once, given to SQLite's own connection.

    It is compiled once. What SQLAlchemy does at each execution takes ten times as long as such an answer, and a quiet
    run makes a hundred of them. Rows have the values that SQLAlchemy would give; no parameter is a list.
    """

    def __init__(self, statement: Select[*tuple[Any, ...]] | Insert | Update | Delete) -> None:
        """Keep a statement whose parameters are `bindparam`s; its own values may be of any kind."""
        self._statement = statement

    def rows(self, sql: Connection, **parameters: Any) -> list[tuple[Any, ...]]:
        """Every row."""
        return [self._with_booleans(row) for row in self._execute(sql, parameters)]

    def mappings(self, sql: Connection, **parameters: Any) -> list[dict[str, Any]]:
        """Every row by the names of its columns."""
        cursor = self._execute(sql, parameters)
        names = [column[0] for column in cursor.description]
        return [dict(zip(names, self._with_booleans(row), strict=True)) for row in cursor]

    def value(self, sql: Connection, **parameters: Any) -> Any:
        """The first column of the first row; None if there is none."""
        row = self._execute(sql, parameters).fetchone()
        return None if row is None else self._with_booleans(row)[0]

    def execute(self, sql: Connection, **parameters: Any) -> None:
        """Execute a statement that answers nothing."""
        self._execute(sql, parameters)

    def _execute(self, sql: Connection, parameters: dict[str, Any]) -> sqlite3.Cursor:
        return driver_connection(sql).execute(self._compiled.text, self._compiled.own | parameters)

    def _with_booleans(self, row: tuple[Any, ...]) -> tuple[Any, ...]:
        booleans = self._compiled.booleans
        if not booleans:
            return row
        return tuple(
            bool(value) if place in booleans and value is not None else value for place, value in enumerate(row)
        )

    @cached_property
    def _compiled(self) -> _CompiledStatement:
        compiled = self._statement.compile(dialect=BeginningDialect(paramstyle="named"))
        asked = {name for name, parameter in compiled.binds.items() if parameter.required}
        written_out = compiled.construct_expanded_state(dict.fromkeys(asked))
        own = {name: value for name, value in written_out.parameters.items() if name not in asked}
        columns = self._statement.selected_columns if isinstance(self._statement, Select) else ()
        booleans = frozenset(place for place, column in enumerate(columns) if isinstance(column.type, Boolean))
        return _CompiledStatement(written_out.statement, own, booleans)


class _CompiledStatement(NamedTuple):
    text: str
    own: dict[str, Any]
    """The values that stand in the statement itself, by the names of their parameters."""
    booleans: frozenset[int]
    """The places of the columns for which SQLite has 0 or 1."""
