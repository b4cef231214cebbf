"""The log of verifications: when the archive was verified, how far, and the findings. No evidence."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, insert, select

from archiver.store import schema
from archiver.store.archive import Reading, Writing
from archiver.store.time_text import from_text, to_text

_TABLE = schema.verification.c


@dataclass(frozen=True, slots=True)
class VerificationRecord:
    """One verification of the whole archive."""

    at: datetime
    deep: bool
    """Whether the readable tables were made again and compared."""
    checked: Mapping[str, int]
    """How many entries, seals, stamps, files and messages were checked."""
    findings: int
    checks: Sequence[str] = ()
    """The names of the checks that found something."""


def keep(writing: Writing, record: VerificationRecord) -> None:
    """Add a verification to the log."""
    number = writing.sql.execute(select(func.coalesce(func.max(_TABLE.number), 0))).scalar_one() + 1
    writing.sql.execute(
        insert(schema.verification).values(
            number=number,
            at=to_text(record.at),
            deep=record.deep,
            checked=json.dumps(dict(record.checked), sort_keys=True),
            findings=record.findings,
            checks=json.dumps(sorted(record.checks)),
        )
    )


def last(reading: Reading) -> VerificationRecord | None:
    """The last verification; None if there was none yet."""
    row = reading.sql.execute(select(schema.verification).order_by(_TABLE.number.desc()).limit(1)).one_or_none()
    if row is None:
        return None
    return VerificationRecord(
        from_text(row.at), row.deep, json.loads(row.checked), row.findings, tuple(json.loads(row.checks))
    )
