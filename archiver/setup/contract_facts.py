"""The contract of the first run, and how its facts are kept."""

from __future__ import annotations

from datetime import datetime

from archiver.records import Contract
from archiver.store.archive import Archive
from archiver.store.queries.contracts import contracts
from archiver.store.statements import state_contract


def first_run_contract(archive: Archive) -> Contract | None:
    """The only contract there is; None if the user has entered several, whose facts the `contract` commands edit."""
    with archive.reading() as reading:
        all_contracts = contracts(reading)
    return all_contracts[0] if len(all_contracts) == 1 else None


def keep_contract(archive: Archive, before: Contract | None, after: Contract, *, at: datetime) -> None:
    """State a contract as it is now, unless nothing changed."""
    if after != before:
        state_contract(archive, after, None, at=at)
