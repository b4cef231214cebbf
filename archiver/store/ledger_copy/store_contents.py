"""What the store of a team must hold of an archive, as the records of a copy name it."""

from __future__ import annotations

import hashlib
from typing import NamedTuple

from sqlalchemy import select

from archiver.ledger.ledger_file import LedgerPlace
from archiver.store import schema
from archiver.store.archive import Reading
from archiver.store.ledger_copy.beside_seals import seal_name
from archiver.store.ledger_copy.exchange import file_rows_after, stored_until
from archiver.store.ledger_copy.shared_files import saved_digests, second_name
from archiver.store.object_stores.object_store import file_key, seal_key

_ENTRY, _SEAL = schema.entry.c, schema.seal.c


class StoreContents(NamedTuple):
    """Keys with the SHA-256 of what must lie under them."""

    files: dict[str, str]
    sealed: dict[str, tuple[str, str]]
    """Seals, stamps and roots: with the key under which they lie where their own is taken."""
    waiting: int
    """How many seals and stamps are still to be put there."""


def expected_contents(reading: Reading, place: LedgerPlace) -> StoreContents:
    """What the store must hold of a copy's archive. Raises StorageError."""
    lines = reading.sql.execute(select(_ENTRY.line).where(_ENTRY.kind.in_(("attachment", "blob")))).scalars()
    files = {file_key(place.archive, sha256): sha256 for sha256 in saved_digests(lines)}
    seal, seq = stored_until(reading.sql, place)
    sealed: dict[str, tuple[str, str]] = {}
    waiting = 0
    for row in reading.sql.execute(select(schema.seal).order_by(_SEAL.number)):
        waiting += row.number > seal
        _expect(sealed, place.archive, seal_name(tuple(row)), row.sha256, is_there=row.number <= seal)
    for number, name, body in file_rows_after(reading.sql, reading.home, 0):
        waiting += number > seq
        _expect(sealed, place.archive, name, hashlib.sha256(body).hexdigest(), is_there=number <= seq)
    return StoreContents(files, sealed, waiting)


def _expect(sealed: dict[str, tuple[str, str]], archive: int, name: str, sha256: str, *, is_there: bool) -> None:
    if is_there:
        sealed[seal_key(archive, name)] = (sha256, seal_key(archive, second_name(name, sha256)))
