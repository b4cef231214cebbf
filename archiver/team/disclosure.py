"""Grants of a worker: who may get packages of one contract out of their archive in a team, and until which day.

A grant is an entry of the worker's own archive, as its withdrawal is; neither leaves it with a package. The row of an
access is committed before anything of the archive is read for the recipient but the grants; a refusal is one too.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import select

from archiver import errors
from archiver.records import Observation
from archiver.store import schema, writer
from archiver.store.archive import Archive, Reading, Writing
from archiver.store.queries.contracts import STATED, WITHDRAWN
from archiver.store.received_facts_and_record_forms import read_formed
from archiver.team.ledger.database import LedgerPlace, make_copy_home
from archiver.team.ledger.service_tables import grant_lines, record_access

_ENTRY = schema.entry.c


class Grant(NamedTuple):
    """A worker's statement that somebody may get packages of one contract."""

    contract: str
    recipient: str
    """Who may, in the worker's words: a desk, a law office."""
    until: date
    """The last day in Japan on which they may."""
    number: int
    """Its number among the grants of the archive, from 1."""

    def is_live(self, today: date) -> bool:
        """Whether it still counts on a day in Japan."""
        return today <= self.until


def grants(reading: Reading) -> list[Grant]:
    """The grants that were not withdrawn, ended ones too, by number."""
    return _not_withdrawn(_grant_lines(reading))


def state_grant(archive: Archive, contract: str, recipient: str, until: date, *, at: datetime) -> Grant:
    """Append a grant, or the new last day of one; what is stated already is not appended again."""
    with archive.writing() as writing:
        known = {one.number: one for one in grants(writing) if (one.contract, one.recipient) == (contract, recipient)}
        number = min(known, default=len(_last_payloads(_grant_lines(writing))) + 1)
        grant = Grant(contract, recipient, until, number)
        if known.get(number) != grant:
            _append(writing, grant, STATED, at)
    return grant


def withdraw_grants(archive: Archive, contract: str, recipient: str, *, at: datetime) -> int:
    """Append the withdrawal of every grant of a contract to somebody; how many there were."""
    with archive.writing() as writing:
        known = [one for one in grants(writing) if (one.contract, one.recipient) == (contract, recipient)]
        for grant in known:
            _append(writing, grant, WITHDRAWN, at)
    return len(known)


def _append(writing: Writing, grant: Grant, state: str, at: datetime) -> None:
    payload = {
        "contract": grant.contract,
        "number": grant.number,
        "recipient": grant.recipient,
        "state": state,
        "until": grant.until.isoformat(),
    }
    observation = Observation("grant", f"grant/{grant.number}", payload)
    writer.append_stated(writing, [observation], at=at)


def _grant_lines(reading: Reading) -> list[tuple[str, str]]:
    """Key and line of each entry about a grant, oldest first, as a ledger has them too."""
    query = select(_ENTRY.key, _ENTRY.line).where(_ENTRY.key >= "grant/", _ENTRY.key < "grant0").order_by(_ENTRY.seq)
    return [(row.key, row.line) for row in reading.sql.execute(query)]


def _last_payloads(lines: Iterable[tuple[str, str]]) -> dict[str, dict[str, Any]]:
    """The last payload of each grant that is as this program writes it, by its key."""
    return {key: entry["payload"] for key, line in lines if (entry := read_formed(line, "grant")) is not None}


def _not_withdrawn(lines: Iterable[tuple[str, str]]) -> list[Grant]:
    stated = [one for one in _last_payloads(lines).values() if one["state"] == STATED]
    return [Grant(one["contract"], one["recipient"], date.fromisoformat(one["until"]), one["number"]) for one in stated]


@contextmanager
def disclosed_copy(place: LedgerPlace, contract: str, recipient: str, *, reason: str, today: date) -> Iterator[Path]:
    """The home of a copy that is thrown away, for a package of one contract to one recipient.

    `today`: the day in Japan. Raises NotGranted, LedgerUnavailable, NotInLedger, StorageError.
    """

    def allow(known: Iterable[Grant]) -> bool:
        return any((one.contract, one.recipient) == (contract, recipient) and one.is_live(today) for one in known)

    is_granted = allow(_not_withdrawn(grant_lines(place)))
    what = f"export {contract}" if is_granted else f"refused: export {contract}"
    record_access(place, who=recipient, what=what, reason=reason)
    if not is_granted:
        raise errors.NotGranted(contract=contract, recipient=recipient)
    with tempfile.TemporaryDirectory(prefix="archive-disclosure-") as folder:
        home = Path(folder) / "copy"
        make_copy_home(home, place)
        with closing(Archive(home)) as archive:
            archive.top_up()
            is_still_granted = allow(archive.read(grants))
        if not is_still_granted:
            raise errors.NotGranted(contract=contract, recipient=recipient)
        yield home
