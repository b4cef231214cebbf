"""What the store of a team must hold of an archive, as the records of a copy name it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import NamedTuple

from sqlalchemy import select

from archiver.store import schema
from archiver.store.archive import Reading
from archiver.team.ledger.ledger_file import LedgerPlace
from archiver.team.ledger_copy.beside_seals import seal_name
from archiver.team.ledger_copy.exchange import file_rows_after, stored_until
from archiver.team.ledger_copy.shared_files import saved_digests, second_name
from archiver.team.object_stores.object_store import file_key, seal_key
from archiver.team.object_stores.open_store import open_store

_ENTRY, _SEAL = schema.entry.c, schema.seal.c


class StoreContents(NamedTuple):
    """Keys with the SHA-256 of what must lie under them."""

    files: dict[str, str]
    sealed: dict[str, tuple[str, str]]
    """Seals, stamps and roots: with the key under which they lie where their own is taken."""
    waiting: int
    """How many seals and stamps are still to be put there."""
    recorded: int
    """Up to which entry segments lie there."""


def expected_contents(reading: Reading, place: LedgerPlace) -> StoreContents:
    """What the store must hold of a copy's archive. Raises StorageError."""
    lines = reading.sql.execute(select(_ENTRY.line).where(_ENTRY.kind.in_(("attachment", "blob")))).scalars()
    files = {file_key(place.archive, sha256): sha256 for sha256 in saved_digests(lines)}
    sealed: dict[str, tuple[str, str]] = {}
    waiting = 0
    for name, sha256, is_there in _sealed_files(reading, place):
        waiting += not is_there
        if is_there:
            sealed[seal_key(place.archive, name)] = sha256, seal_key(place.archive, second_name(name, sha256))
    return StoreContents(files, sealed, waiting, stored_until(reading.sql, place).entry)


def count_unnamed_seals(reading: Reading, place: LedgerPlace) -> int:
    """How many files of seals and stamps the store holds that no record names. Raises StorageError.

    A round that ended between the store and the ledger leaves such a file; so does whoever deletes seals in the ledger.
    """
    if place.files is None:
        return 0
    names = ((name, second_name(name, sha256)) for name, sha256, _is_there in _sealed_files(reading, place))
    named = {seal_key(place.archive, name) for both in names for name in both}
    listed = open_store(place.files).list(seal_key(place.archive, ""))
    return len({one.key for one in listed if not one.is_marker} - named)


def _sealed_files(reading: Reading, place: LedgerPlace) -> Iterator[tuple[str, str, bool]]:
    """Seals, stamps and roots: the name, the SHA-256, and whether the store must hold it already."""
    stored = stored_until(reading.sql, place)
    for row in reading.sql.execute(select(schema.seal).order_by(_SEAL.number)):
        yield seal_name(tuple(row)), row.sha256, row.number <= stored.seal
    for number, name, body in file_rows_after(reading.sql, reading.home, 0):
        yield name, hashlib.sha256(body).hexdigest(), number <= stored.entry
