"""Opens the store of an archive's files, and refuses one that is not the store in which they lie.

A second store under one ledger would take the files of new rounds, and the archive would lie in two places of which
each is told to be whole. The ledger remembers the identity of the store in which an archive's files lie.
"""

from __future__ import annotations

from contextlib import suppress

from archiver import errors
from archiver.team.ledger.installation import archives_in_store, known_store
from archiver.team.ledger.ledger_file import LedgerPlace
from archiver.team.object_stores.object_store import ObjectStore, read_identity, store_identity
from archiver.team.object_stores.open_store import open_store

_compared: set[LedgerPlace] = set()
"""The places whose store this process has compared with what the ledger remembers."""


def store_to_put(place: LedgerPlace) -> ObjectStore:
    """The store in which the files of an archive lie; the first one is noted in the ledger.

    Raises TeamStoreOther, TeamStoreUnavailable, LedgerUnavailable.
    """
    assert place.files is not None
    store = open_store(place.files)
    if place not in _compared:
        identity = store_identity(store)
        if known_store(place.address, place.archive, note=identity) != identity:
            raise errors.TeamStoreOther(store=store.address)
        _compared.add(place)
    return store


def require_store_of_ledger(address: str, files: str) -> None:
    """Raise TeamStoreOther if no archive of a ledger has its files in a store, and some have theirs in another.

    A store that cannot be reached now is compared when something is put there. Raises BadTeamStore, LedgerUnavailable.
    """
    store = open_store(files)
    with suppress(errors.TeamStoreUnavailable):
        same, other = archives_in_store(address, read_identity(store) or "")
        if other and not same:
            raise errors.TeamStoreOther(store=store.address)
