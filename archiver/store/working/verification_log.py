"""The log of verifications: when the archive was looked through, how far, and what came of it. No evidence."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, insert, select

from archiver.store import schema
from archiver.store.archive import Reading, Writing
from archiver.store.timestamps import from_text, to_text

_TABLE = schema.verification.c


@dataclass(frozen=True, slots=True)
class Verified:
    """One verification of the whole archive."""

    at: datetime
    deep: bool
    """Whether the readable tables were made again and compared."""
    checked: Mapping[str, int]
    """How much was looked at: entries, seals, stamps, files, messages."""
    findings: int
    checks: Sequence[str] = ()
    """The names of the checks that found something."""


def keep(writing: Writing, made: Verified) -> None:
    """Add a line to the log."""
    number = writing.sql.execute(select(func.coalesce(func.max(_TABLE.number), 0))).scalar_one() + 1
    writing.sql.execute(
        insert(schema.verification).values(
            number=number,
            at=to_text(made.at),
            deep=made.deep,
            checked=json.dumps(dict(made.checked), sort_keys=True),
            findings=made.findings,
            checks=json.dumps(sorted(made.checks)),
        )
    )


def last(reading: Reading) -> Verified | None:
    """The newest line; None if nothing was verified yet."""
    row = reading.sql.execute(select(schema.verification).order_by(_TABLE.number.desc()).limit(1)).one_or_none()
    if row is None:
        return None
    return Verified(from_text(row.at), row.deep, json.loads(row.checked), row.findings, tuple(json.loads(row.checks)))
