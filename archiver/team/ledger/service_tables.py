"""What a team's service keeps in the ledger beside the archives: standings, sealed tokens, the host's state, accesses.

Its connections are used for a statement or two; what is in an archive is read and written over a connection of its own
(`ledger.Ledger`). It knows no key and opens no token.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import Enum
from typing import Any, NamedTuple

from archiver import errors
from archiver.team.ledger.database import (
    KeptConnection,
    KeptConnections,
    LedgerPlace,
    ask,
    begin_on_archive,
    ledger_errors,
    printable,
)

_OVERVIEW = """
SELECT archive, account_id, opened_at, closed_at, last_round, outcome, gaps, alerts, failures, next_due, has_token
FROM ledger.overview ORDER BY archive
"""

_DUE = """
SELECT archive FROM ledger.overview
WHERE has_token AND closed_at IS NULL AND (next_due IS NULL OR next_due <= now())
ORDER BY next_due NULLS FIRST, archive
"""

_RECORD = """
UPDATE standing SET last_round = coalesce(%(at)s, last_round), outcome = %(outcome)s, failures = %(failures)s,
    gaps = coalesce(%(gaps)s, gaps), alerts = coalesce(%(alerts)s, alerts), next_due = %(next_due)s
"""

_SAVERS = "SELECT cache, host, set_aside, life <> ledger.life() FROM ledger.saver ORDER BY host, cache"

_PUT_SEALED = "INSERT INTO token (archive, sealed, wrapped_key, key_id) VALUES (current_archive(), %s, %s, %s)"
"""After the earlier one is deleted: replacing it in one statement asks for the right to read what is sealed."""

_BREAKER = "SELECT failing, openings, opened_until, probed_until, now() FROM host_breaker WHERE host = %s"
_BREAKER_IF_ANY = """
SELECT failing, openings, opened_until, probed_until, now() FROM (VALUES (1)) AS one
LEFT JOIN host_breaker ON host = %s
"""

_KEEP_BREAKER = """
UPDATE host_breaker SET failing = %s, openings = %s, opened_until = %s, probed_until = %s WHERE host = %s
"""

_TURN = """
SELECT take_turn(%s, %s) FROM overview WHERE archive = %s AND has_token AND closed_at IS NULL
"""
"""Asked before every request, so that one question tells both: no row where the account has left."""


class ArchiveStanding(NamedTuple):
    """How one archive of the team stands; nothing of what is in it."""

    archive: int
    account: int
    opened_at: datetime
    closed_at: datetime | None
    last_round: datetime | None
    """When the last round that went through ended."""
    outcome: str | None
    """How the last round ended: `ok`, or the name of an error."""
    gaps: int | None
    alerts: int | None
    failures: int
    """Rounds since the last one that went through."""
    next_due: datetime | None
    has_token: bool


@dataclass(frozen=True, slots=True)
class RoundOutcome:
    """What is recorded of a round."""

    outcome: str
    """`ok`, or the name of the error that ended it."""
    next_due: datetime
    failures: int = 0
    at: datetime | None = None
    """When it went through; None: it did not."""
    gaps: int | None = None
    alerts: int | None = None


class Saver(NamedTuple):
    """A folder of copies, and whose it is."""

    cache: str
    host: str
    set_aside: int
    """How many databases lie aside there whose records nobody took in."""
    is_awaited: bool
    """Whether the ledger was put back in time, and what these copies hold was not brought to it since."""


class SealedRow(NamedTuple):
    """A sealed token as the ledger holds it."""

    sealed: bytes
    wrapped_key: bytes
    key_id: str


_HOST = "chatwork"
"""The host of all archives' rounds."""

ACCOUNTS = 3
"""Rounds of so many accounts in a row in which the host failed are an outage; what fails one alone stops nobody."""

PAUSES = tuple(timedelta(minutes=minutes) for minutes in (1, 2, 4, 8, 15))
"""How long nobody asks the host, after the first failure and after each probe that failed."""

PROBE_LIMIT = timedelta(minutes=5)
"""How long a probe may take; a worker that died with it is not waited for longer."""


class Admission(Enum):
    """Whether a round may begin."""

    FREE = "free"
    PROBE = "probe"
    """It may, to find out whether the host answers again."""
    HELD = "held"


@dataclass(frozen=True, slots=True)
class HostState:
    """How a host stands that all archives ask; the times are the database's.

    Without it each round of each account would find out for itself that it is out of order.
    """

    failing: tuple[int, ...] = ()
    """Archives in whose rounds it failed since its last answer."""
    openings: int = 0
    """How often in a row it was given a pause."""
    opened_until: datetime | None = None
    """Nobody asks it before; None: it answers."""
    probed_until: datetime | None = None
    """Until when one round may try whether it answers again; None: none does."""

    def admission(self, at: datetime) -> Admission:
        """Whether a round may begin at this time of the database."""
        if self.opened_until is None:
            return Admission.FREE
        is_probed = self.probed_until is not None and at < self.probed_until
        return Admission.HELD if at < self.opened_until or is_probed else Admission.PROBE

    def admit(self, at: datetime) -> HostState:
        """The state after a round asked to begin: where it is the probe, the others wait for its result."""
        return replace(self, probed_until=at + PROBE_LIMIT) if self.admission(at) is Admission.PROBE else self

    def after_failure(self, at: datetime, *, archive: int) -> HostState:
        """The state after a round in which the host failed.

        One that had begun before the outage was known makes the pause no longer.
        """
        failing = self.failing if archive in self.failing else (*self.failing, archive)
        if self.opened_until is not None and self.probed_until is None:
            return self
        if self.opened_until is None and len(failing) < ACCOUNTS:
            return replace(self, failing=failing)
        pause = PAUSES[min(self.openings, len(PAUSES) - 1)]
        return HostState(failing[:ACCOUNTS], self.openings + 1, at + pause)

    def after_no_request(self, _at: datetime) -> HostState:
        """The state after a round that asked the host for nothing: if it was to be the probe, another one may be."""
        return replace(self, probed_until=None)


class TeamLedger:
    """The tables of the service in one ledger, for all threads of a process."""

    def __init__(self, address: str) -> None:
        """Keep the address; nothing is opened yet."""
        self.address = address
        self._connections = KeptConnections(address, most=2)

    def overview(self) -> list[ArchiveStanding]:
        """How every archive stands. Raises LedgerUnavailable, TeamNotInstalled."""
        return [ArchiveStanding(*row) for row in self._ask(_OVERVIEW)]

    def standing(self, archive: int) -> ArchiveStanding:
        """How one archive stands. Raises NotInLedger, LedgerUnavailable."""
        rows = self._ask(_OVERVIEW.replace("ORDER BY", "WHERE archive = %s ORDER BY"), (archive,))
        if not rows:
            raise errors.NotInLedger(ledger=printable(self.address), archive=archive)
        return ArchiveStanding(*rows[0])

    def due_archives(self) -> list[int]:
        """The archives whose next round is due, longest overdue first, those that never had one before all."""
        return [archive for (archive,) in self._ask(_DUE)]

    def record_round(self, archive: int, outcome: RoundOutcome) -> None:
        """Record how a round ended and when the next one is due. Raises LedgerUnavailable."""
        self._ask(_RECORD, {name: getattr(outcome, name) for name in RoundOutcome.__dataclass_fields__}, archive)

    # --- savers ----------------------------------------------------------------------------------

    def savers(self) -> list[Saver]:
        """All that saved within thirty days, or are awaited. Raises LedgerUnavailable."""
        return [Saver(*row) for row in self._ask(_SAVERS)]

    def life(self) -> str:
        """The life of the database, which is another one after each restore. Raises LedgerUnavailable."""
        return str(self._ask("SELECT life()")[0][0])

    def is_awaited(self) -> bool:
        """Whether a saver is awaited, so that no round may begin. Raises LedgerUnavailable."""
        return self._ask("SELECT is_awaited()") == [(True,)]

    def check_in(self, cache: str, host: str, set_aside: int) -> None:
        """Note a saver that has brought all that its copies hold. Raises LedgerUnavailable.

        The first one after a restore notes in each archive's record of accesses that its last rows may be missing.
        """
        self._ask("SELECT check_in(%s, %s, %s)", (cache, host, set_aside))

    def closed_archives(self) -> set[int]:
        """The archives whose accounts have left. Raises LedgerUnavailable."""
        return {archive for (archive,) in self._ask("SELECT archive FROM overview WHERE closed_at IS NOT NULL")}

    def wait_no_longer(self) -> None:
        """Forget the savers that are awaited. Raises LedgerUnavailable, LedgerForbids."""
        self._ask("DELETE FROM saver WHERE life <> life()")

    # --- tokens ----------------------------------------------------------------------------------

    def keep_token(self, archive: int, row: SealedRow, *, first_due: datetime) -> None:
        """Keep a sealed token, in place of an earlier one, and open the archive again if it was closed.

        Raises LedgerUnavailable.
        """
        with self._of_archive(archive) as connection:
            connection.execute("SELECT reopen_archive()")
            connection.execute("DELETE FROM token")
            connection.execute(_PUT_SEALED, row)
            connection.execute("UPDATE standing SET next_due = %s, failures = 0", (first_due,))

    def sealed_token(self, archive: int) -> SealedRow | None:
        """The sealed token of an archive, for a worker; None: it has none. Raises LedgerUnavailable."""
        rows = self._ask("SELECT sealed, wrapped_key, key_id FROM token", archive=archive)
        return SealedRow(*rows[0]) if rows else None

    def wrap_anew(self, archive: int, change: Callable[[SealedRow], SealedRow]) -> None:
        """Replace the wrapped key of a token, which nobody else changes meanwhile. Raises LedgerUnavailable."""
        with self._of_archive(archive) as connection:
            row = connection.execute("SELECT sealed, wrapped_key, key_id FROM token FOR UPDATE").fetchone()
            if row is not None:
                _sealed, *wrapped = change(SealedRow(*row))
                connection.execute("UPDATE token SET wrapped_key = %s, key_id = %s", wrapped)

    def has_contract(self, archive: int) -> bool:
        """Whether a contract was ever entered in an archive, for a machine that saves. Raises LedgerUnavailable."""
        return self._ask("SELECT EXISTS (SELECT FROM entry WHERE kind = 'contract')", archive=archive) == [(True,)]

    def close_archive(self, archive: int) -> bool:
        """Destroy the token and its wrapped key, and close the archive, which stays; whether there was a token.

        Raises LedgerUnavailable.
        """
        with self._of_archive(archive) as connection:
            token = connection.execute("SELECT key_id FROM token").fetchone()
            connection.execute("SELECT close_archive()")
        return token is not None

    # --- the host --------------------------------------------------------------------------------

    def change_host(self, change: Callable[[HostState, datetime], HostState]) -> HostState:
        """Change the host's state by a function of it and the database's time; the state before.

        Nobody else changes it meanwhile. Raises LedgerUnavailable.
        """
        with self._open() as connection:
            connection.execute("BEGIN")
            connection.execute("INSERT INTO host_breaker (host) VALUES (%s) ON CONFLICT DO NOTHING", (_HOST,))
            row = connection.execute(f"{_BREAKER} FOR UPDATE", (_HOST,)).fetchone()
            assert row is not None
            before, at = _host_state(row), row[-1]
            after = change(before, at)
            if after != before:
                values = (list(after.failing), after.openings, after.opened_until, after.probed_until, _HOST)
                connection.execute(_KEEP_BREAKER, values)
            connection.execute("COMMIT")
        return before

    def host(self) -> tuple[HostState, datetime]:
        """The host's state, and the database's time. Raises LedgerUnavailable."""
        row = self._ask(_BREAKER_IF_ANY, (_HOST,))[0]
        return (HostState() if row[0] is None else _host_state(row)), row[-1]

    def take_turn(self, archive: int, per_second: float) -> timedelta | None:
        """Take the next turn to send a request for an archive; how long to wait for it. None: its account has left.

        Raises LedgerUnavailable.
        """
        rows = self._ask(_TURN, (_HOST, per_second, archive))
        return max(timedelta(), rows[0][0]) if rows else None

    def close(self) -> None:
        """Close the connections; they are opened again when they are needed."""
        self._connections.close()

    def _ask(self, query: str, values: Any = None, archive: int | None = None) -> list[Any]:
        return ask(self.address, query, values, archive, open_connection=self._connections.take)

    @contextmanager
    def _of_archive(self, archive: int) -> Iterator[KeptConnection]:
        """A transaction on one archive alone."""
        with self._open() as connection:
            begin_on_archive(connection, archive)
            yield connection
            connection.execute("COMMIT")

    @contextmanager
    def _open(self) -> Iterator[KeptConnection]:
        """A connection for this thread alone. One on which a transaction is left open is given up."""
        with ledger_errors(self.address), closing(self._connections.take(self.address)) as connection:
            yield connection


def _host_state(row: tuple[Any, ...]) -> HostState:
    failing, openings, opened_until, probed_until, _at = row
    return HostState(tuple(failing), openings, opened_until, probed_until)


_GRANTS = "SELECT key, line FROM entry WHERE kind = 'grant' ORDER BY seq"
_ROWS = "SELECT seq, at, login, who, what, reason, is_bound FROM access ORDER BY seq"
_WRITERS = """
SELECT login, count(*), min(written_at), max(written_at)
FROM (SELECT login, written_at FROM entry UNION ALL SELECT login, written_at FROM reply) AS written
GROUP BY login ORDER BY 3
"""


class AccessRecord(NamedTuple):
    """A reading of an archive by somebody else than its owner, or one that was refused."""

    number: int
    """From 1, without holes."""
    at: datetime
    login: str
    """The user of the database, which nobody can choose."""
    who: str
    """Who it was, as was said."""
    what: str
    reason: str
    is_bound: bool = False
    """Whether the user of the database is held to this archive alone, as its owner's is."""


PUT_BACK = "put-back"
"""What of a row that the ledger wrote after it was put back to an earlier time: the rows before it may be missing."""


def record_access(place: LedgerPlace, *, who: str, what: str, reason: str) -> int:
    """Add a row and commit it, before anything is read; its number. Raises LedgerUnavailable, TeamNotInstalled."""
    return int(ask(place.address, "SELECT record_access(%s, %s, %s)", (who, what, reason), place.archive)[0][0])


def accesses(place: LedgerPlace) -> list[AccessRecord]:
    """Every row of an archive, oldest first. Raises LedgerUnavailable, TeamNotInstalled."""
    return [AccessRecord(*row) for row in ask(place.address, _ROWS, archive=place.archive)]


def row_writers(place: LedgerPlace) -> list[tuple[str, int, datetime, datetime]]:
    """Which users of the database wrote records and replies of an archive, as the database itself says: how many, from
    when until when. Raises LedgerUnavailable, TeamNotInstalled.
    """
    return ask(place.address, _WRITERS, archive=place.archive)


def missing_numbers(records: Sequence[AccessRecord]) -> list[int]:
    """The numbers below the last one of which there is no row; of the last ones nothing tells."""
    held = {record.number for record in records}
    return [number for number in range(1, max(held, default=0)) if number not in held]


def grant_lines(place: LedgerPlace) -> list[tuple[str, str]]:
    """The keys and lines of an archive's grants and their withdrawals, oldest first, and of nothing else of it.

    Raises LedgerUnavailable, TeamNotInstalled.
    """
    return ask(place.address, _GRANTS, archive=place.archive)


def archive_numbers(address: str) -> list[int]:
    """The numbers of every archive of the ledger. Raises LedgerUnavailable, TeamNotInstalled."""
    return [number for (number,) in ask(address, "SELECT archive FROM overview ORDER BY archive")]
