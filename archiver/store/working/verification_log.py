"""The log of verifications: when the archive was verified, how far, and the findings; no evidence."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, func, insert, select

from archiver.store import schema
from archiver.store.archive import Reading, Writing
from archiver.store.time_text import from_text, to_text

KEPT_VERIFICATIONS = 500
"""Verifications of the whole archive that the log keeps: one a month is twelve a year, each typed one comes on top."""

_VERIFICATION = schema.verification.c


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


def keep_verification(writing: Writing, record: VerificationRecord) -> None:
    """Add a verification to the log, and drop the one that is now too old for it."""
    number = writing.sql.execute(select(func.coalesce(func.max(_VERIFICATION.number), 0))).scalar_one() + 1
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
    writing.sql.execute(delete(schema.verification).where(_VERIFICATION.number <= number - KEPT_VERIFICATIONS))


def last_verification(reading: Reading) -> VerificationRecord | None:
    """The last verification; None if there was none yet.

    What a deep one found stands until a deep one finds nothing: the others look at less.
    """
    newest = select(schema.verification).order_by(_VERIFICATION.number.desc()).limit(1)
    row = reading.sql.execute(newest).one_or_none()
    if row is not None and not row.findings:
        deep = reading.sql.execute(newest.where(_VERIFICATION.deep)).one_or_none()
        row = deep if deep is not None and deep.findings else row
    if row is None:
        return None
    return VerificationRecord(
        from_text(row.at), row.deep, json.loads(row.checked), row.findings, tuple(json.loads(row.checks))
    )
