"""The names of contracts and rooms for a shell that completes a line while it is typed.

Asked by plain SQL, as importing SQLAlchemy alone takes longer than a key press may take. Nothing is raised: where
the database cannot be read at once, there are no names.
"""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

_PATIENCE = 0.2
"""Seconds to wait for another process that writes."""


class CompletionName(NamedTuple):
    """A contract or room: the ids that can be typed, and the name that people know."""

    typed: tuple[str, ...]
    """Its id, then the platform's id if there is one."""
    name: str


def contracts(database: Path) -> list[CompletionName]:
    """The contracts in the order in which they were entered; empty where nothing can be read."""
    rows = _rows(database, "SELECT contract_id, platform_id, statement FROM contract ORDER BY number")
    return [
        CompletionName(tuple(filter(None, (own, platform))), _title(statement)) for own, platform, statement in rows
    ]


def rooms(database: Path) -> list[CompletionName]:
    """The rooms that are kept, by name; empty where nothing can be read."""
    return [
        CompletionName((str(number),), name)
        for number, name in _rows(database, "SELECT room_id, name FROM room ORDER BY name")
    ]


def _title(statement: str) -> str:
    try:
        return str(json.loads(statement).get("title") or "")
    except ValueError:
        return ""


def _rows(database: Path, query: str) -> list[tuple[str, ...]]:
    address = f"{database.absolute().as_uri()}?mode=ro"
    try:
        with closing(sqlite3.connect(address, uri=True, timeout=_PATIENCE)) as sql:
            return sql.execute(query).fetchall()
    except sqlite3.Error:
        return []
