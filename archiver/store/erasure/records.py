"""The erasures on record: each entry with the seal that closed it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, select

from archiver.records import JsonObject, Observation
from archiver.records.erasure import Erasure, ErasurePlan, ErasureReason
from archiver.store import schema, writer
from archiver.store.erasure import notes
from archiver.store.queries import current_state
from archiver.store.schema.payload_forms import read_formed
from archiver.store.time_text import from_text
from archiver.store.transactions import Reading, SmallStatement, Writing

_ENTRY, _SEAL = schema.entry.c, schema.seal.c
_KEY = re.compile("erasure/(?P<number>[1-9][0-9]{0,8})")
_ERASURES = SmallStatement(
    select(_ENTRY.seq, _ENTRY.observed_at, _ENTRY.key, _ENTRY.line, _ENTRY.digest)
    .where(_ENTRY.key >= "erasure/", _ENTRY.key < "erasure0", _ENTRY.kind == "erasure")
    .order_by(_ENTRY.seq)
)
_SEALED_BY = SmallStatement(
    select(_SEAL.number, _SEAL.sha256).where(_SEAL.first <= bindparam("seq"), _SEAL.last >= bindparam("seq"))
)


def erasures(reading: Reading) -> list[Erasure]:
    """Every erasure whose entry is as this program writes it, oldest first."""
    found = []
    for seq, observed_at, key, line, digest in _ERASURES.rows(reading.sql):
        number, entry = _number_in(key), read_formed(line, "erasure")
        if number is None or entry is None:
            continue
        sealed = _SEALED_BY.rows(reading.sql, seq=seq)
        closed = sealed[0] if sealed else (None, None)
        found.append(Erasure(number, seq, from_text(observed_at), digest, entry["payload"], *closed))
    return found


def _number_in(key: str) -> int | None:
    """The number of an erasure, by the key of its entry."""
    match = _KEY.fullmatch(key)
    return None if match is None else int(match["number"])


def used_numbers(reading: Reading) -> Iterator[int]:
    """The numbers that were given, also those of entries by which nothing else can go."""
    for _seq, _at, key, _line, _digest in _ERASURES.rows(reading.sql):
        number = _number_in(key)
        if number is not None:
            yield number


def find_erasure(reading: Reading, number: int) -> Erasure | None:
    """The erasure with this number; the last one, if an older database was put back."""
    return next((one for one in reversed(erasures(reading)) if one.number == number), None)


def number_of(reading: Reading, note: notes.ErasureNote) -> int | None:
    """The number under which what a note names was erased; None: another erasure has its number on record."""
    erasure = find_erasure(reading, note.number)
    if erasure is None:
        return note.number
    ranges = erasure.payload["numbers"]
    is_named = all(any(first <= seq <= last for first, last in ranges) for seq in note.digests)
    return note.number if is_named else None


def append_erasure(
    writing: Writing, plan: ErasurePlan, reason: ErasureReason, *, packages: list[int], again: int | None, at: datetime
) -> int:
    """Append the entry of an erasure and those of the gaps that it leaves; its number.

    It says what kinds, how many, which numbers and why: never the content, never a name. `packages`: numbers of the
    packages made before, which may hold some of it. `again`: the erasure that is repeated in an older database.
    """
    number = 1 + max([0, *used_numbers(writing), *notes.numbers(writing.home)])
    owner = (current_state.owner(writing) or {}).get("account_id")
    observations = [Observation("erasure", f"erasure/{number}", _payload(plan, reason, packages, again))]
    observations += _gap_observations(plan.gaps)
    writer.append(writing, observations, account_id=owner, at=at)
    return number


def digests_of(reading: Reading, ranges: Sequence[tuple[int, int]]) -> Iterator[str]:
    """The digests under which the records with these numbers were sealed, erased or not."""
    for first, last in ranges:
        yield from reading.sql.execute(select(_ENTRY.digest).where(_ENTRY.seq.between(first, last))).scalars()


def stamps_over(reading: Reading, seal: int) -> list[tuple[str, datetime]]:
    """The authorities whose stamps over a seal came, each with the time that it states."""
    table = schema.stamp.c
    query = select(table.authority, table.time).where(table.seal == seal, table.time.is_not(None))
    return [(row.authority, from_text(row.time)) for row in reading.sql.execute(query.order_by(table.authority))]


def _payload(plan: ErasurePlan, reason: ErasureReason, packages: list[int], again: int | None) -> dict[str, Any]:
    return {
        "what": "contract" if plan.contracts else "room" if plan.whole_rooms else "messages",
        "kinds": dict(plan.kinds),
        "numbers": [list(pair) for pair in plan.numbers],
        "replies": list(plan.replies),
        "messages": plan.message_count,
        "files": plan.file_count,
        "blobs": len(plan.blobs),
        "packages": packages,
        "reason": reason.value,
        "again": again,
    }


def _gap_observations(gaps: tuple[JsonObject, ...]) -> Iterator[Observation]:
    for gap in gaps:
        payload: Mapping[str, Any] = {name: value for name, value in gap.items() if name != "room"}
        yield Observation("gap", f"gap/{gap['room']}/{gap['number']}", dict(payload), gap["room"])
