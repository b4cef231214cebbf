"""The home as a copy of an archive in a team's ledger: what it appends is shipped, what it lacks is brought.

Shipping is the last thing before a commit: the ledger commits first, so a kill between the two leaves a copy that is
behind, never the ledger. Numbers alone do not tell whether a copy is one of the ledger's: the digest of the last entry
and of the last seal that both have must be equal. As each was appended to a copy that agreed, all before them are too.
What the store of files must hold is told from the records of the copy.
"""

from __future__ import annotations

import hashlib
import json
import zlib
from collections.abc import Collection, Iterator
from contextlib import suppress
from itertools import takewhile
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import Connection, bindparam, delete, func, or_, select

from archiver import errors
from archiver.errors import N_
from archiver.store import schema
from archiver.store.engine import Reading, SmallStatement, Writing
from archiver.store.queries import current_state
from archiver.store.rows import stored_text, upsert_rows
from archiver.store.working import last_lists, remembered_values
from archiver.team.ledger.archive_in_ledger import COLUMNS, Ledger, LedgerEnd, LedgerReading, Row, Running
from archiver.team.ledger.database import LedgerPlace
from archiver.team.ledger_copy import bringing, shared_files
from archiver.team.ledger_copy.bringing import StrangeRow, bad_ledger, bring, refused, told_as
from archiver.team.ledger_copy.segments import Head, put_segment
from archiver.team.ledger_copy.shared_files import file_rows, seal_name, seal_row, second_name
from archiver.team.object_store import file_key, seal_key
from archiver.team.s3_store import open_store

MARK_KEY = "ledger_mark"
"""Key in `memory` of the ledger's mark at the last exchange with it; it has no slot, as no run asks for it."""

STORED_KEY = "ledger_stored"
"""Key in `memory` of a store, and of the last entry, reply and seal that it has, as JSON."""

CARRIED = ("budget", "daemon-checked", "dailies", "idle", "last_sync", "window_requests", STORED_KEY)
"""Keys of remembered values that the next machine needs: what is left of the allowance, what was only counted, what is
done once a day for the archive and not once on each machine, and when it was last saved, which every copy tells."""

CARRIED_OF_CONTRACTS = "daily/"
"""How the keys begin of what the daily copies of each contract hold; these are carried too."""

_ENTRY, _SEAL, _MEMORY = schema.entry.c, schema.seal.c, schema.memory.c
_LAST_NUMBERS = SmallStatement(
    select(
        *(
            select(func.coalesce(func.max(column), 0)).scalar_subquery()
            for column in (_ENTRY.seq, schema.reply.c.number, _SEAL.number)
        )
    )
)
_OWNERS = select(func.count()).where(_ENTRY.key == "me", _ENTRY.seq <= bindparam("last"))
_IS_CARRIED = or_(_MEMORY.key.in_(CARRIED), _MEMORY.key.startswith(CARRIED_OF_CONTRACTS, autoescape=True))
_CARRIED_VALUES = SmallStatement(select(_MEMORY.key, _MEMORY.value).where(_IS_CARRIED))
_LAST_LISTS = SmallStatement(select(schema.last_list).order_by(schema.last_list.c.room_id))


_MOST_RUNNING = 1 << 24


class CopyDiverged(Exception):
    """The copy holds records that the ledger does not have, under numbers that it gave to others."""


class CopyStanding(NamedTuple):
    """Where a copy stands within a transaction."""

    end: LedgerEnd
    mark: str | None
    """The ledger's mark at the last exchange with it; None: there was none yet."""
    running: Running
    erased: frozenset[int] = frozenset()
    """The erasures that were carried out."""


def copy_standing(sql: Connection, home: Path) -> CopyStanding:
    """Where the copy stands now."""
    ((entry, reply, seal),) = _LAST_NUMBERS.rows(sql)
    return CopyStanding(
        LedgerEnd(entry, reply, seal, file=entry), copy_mark(sql), _running(sql), bringing.settled(sql, home)
    )


def copy_mark(sql: Connection) -> str | None:
    """The ledger's mark at the last exchange with it."""
    return stored_text(sql, MARK_KEY)


def ship(sql: Connection, home: Path, ledger: Ledger, before: CopyStanding) -> None:
    """Append to the ledger what this transaction has appended since `before`; SQLite's commit follows.

    Raises StaleCopy, LedgerUnavailable, StorageError.
    """
    now = copy_standing(sql, home)
    if (now.end, now.erased) != (before.end, before.erased):
        _ship_after(sql, home, ledger, before.end, before.mark or "", erasures=now.erased - before.erased)
    elif now.running != before.running:  # as after a quiet round
        _store(sql, home, ledger.place, before.end)
        _put_mark(sql, ledger.append({}, mark=before.mark or "", running=_running(sql)))


def top_up(sql: Connection, home: Path, ledger: Ledger) -> errors.BadLedger | None:
    """Bring copy and ledger together: rows that the copy lacks come, a tail that only the copy has goes.

    What comes back says at which row it ended that no copy can have written. Raises CopyDiverged, BadLedger, and as
    `ship`.
    """
    own = copy_standing(sql, home).end
    with ledger.reading() as reading, refused(ledger.place):
        mark, running, end = reading.mark, reading.running, reading.end()
        _compare(sql, reading, min(own.entry, end.entry), min(own.seal, end.seal))
        strange = bring(sql, home, reading, own)
        with told_as(N_("what it says of erasures does not go with its records")):
            erasures = bringing.held_again(sql, home, ledger, reading)
    if own.entry <= end.entry:
        _put_running(sql, home, running)
    if strange is not None:
        return bad_ledger(ledger.place, strange)
    now = copy_standing(sql, home).end
    if erasures or any(now.after(table) > end.after(table) for table in ("entry", "reply", "seal")):
        _ship_after(sql, home, ledger, end, mark, erasures=erasures, is_held_before=True)
    else:
        _put_mark(sql, mark)
    return None


def fill_store(sql: Connection, home: Path, place: LedgerPlace) -> None:
    """Put the bytes of every file that a home holds into the store of its team. Raises StorageError."""
    shared_files.put_bytes(home, place, _digests(sql))


def end_copy(sql: Connection, home: Path, place: LedgerPlace, source: Path | None) -> None:
    """Make the home of a copy one of its own, with the bytes that the copy `source` and the store have.

    Raises StorageError.
    """
    digests = _digests(sql)
    if source is not None:
        shared_files.copy_bytes(source, home, digests)
    shared_files.bring_bytes(home, digests, place)
    sql.execute(delete(schema.memory).where(_MEMORY.key.in_((MARK_KEY, STORED_KEY))))
    remembered_values.TAKEN_HOME.remember(Writing(sql, home), copy_standing(sql, home).end.entry)


def _digests(sql: Connection) -> list[str]:
    lines = sql.execute(select(_ENTRY.line).where(_ENTRY.kind.in_(("attachment", "blob")))).scalars()
    return list(shared_files.saved_digests(lines))


# --- out ------------------------------------------------------------------------------------------


def _ship_after(
    sql: Connection,
    home: Path,
    ledger: Ledger,
    end: LedgerEnd,
    mark: str,
    *,
    erasures: Collection[int],
    is_held_before: bool = False,
) -> None:
    if ledger.place.files is not None:  # bytes first: the ledger never names what nobody can get
        lines = sql.execute(select(_ENTRY.line).where(_ENTRY.seq > end.entry)).scalars()
        shared_files.put_bytes(home, ledger.place, shared_files.saved_digests(lines))
        _store(sql, home, ledger.place, end)
    if erasures:  # all segments are made anew, by another machine if this one dies
        sql.execute(delete(schema.memory).where(_MEMORY.key == STORED_KEY))
    rows = _all_rows_after(sql, home, end)
    running, gone = _running(sql), sorted(erasures)
    _put_mark(sql, ledger.append(rows, mark=mark, running=running, erasures=gone, is_held_before=is_held_before))
    if erasures:
        _store(sql, home, ledger.place, copy_standing(sql, home).end)


def stored_until(sql: Connection, place: LedgerPlace) -> LedgerEnd:
    """Up to where the team's present store has what went to the ledger, and the files beside the seals."""
    with suppress(ValueError, TypeError):
        store, *numbers = json.loads(stored_text(sql, STORED_KEY) or "null")
        if store == place.files:
            return LedgerEnd(*map(int, numbers))
    return LedgerEnd()


def _store(sql: Connection, home: Path, place: LedgerPlace, end: LedgerEnd) -> None:
    """Put into the store what the ledger has by now; what does not go is tried the next time."""
    stored, owner = LedgerEnd(*map(min, stored_until(sql, place), end)), current_state.owner(Reading(sql, home))
    if place.files is None or stored == end or owner is None or not sql.execute(_OWNERS, {"last": end.entry}).scalar():
        return  # no segment could say whose it is
    query = select(schema.seal).where(_SEAL.number > stored.seal, _SEAL.number <= end.seal).order_by(_SEAL.number)
    with suppress(errors.StorageError):  # texts are saved whether seals have gone into the store or not
        for row in sql.execute(query):
            shared_files.put_beside_seals(home, place, seal_name(tuple(row)), row.sha256)
        for number, name, body in file_rows_after(sql, home, stored.entry):
            if number <= end.entry:
                shared_files.put_beside_seals(home, place, name, hashlib.sha256(body).hexdigest())
        last = {**end._asdict(), "file": end.entry}
        digest = sql.execute(select(_ENTRY.digest).where(_ENTRY.seq == stored.entry)).scalar()
        rows = {
            table: takewhile(lambda row, last=last[table]: row[0] <= last, found)  # type: ignore[misc]
            for table, found in _all_rows_after(sql, home, stored).items()
        }
        is_all = not stored.entry and bool(bringing.settled(sql, home))
        put_segment(place, Head(owner["account_id"], stored.entry, digest), end.entry, rows, is_all=is_all)
        upsert_rows(sql, schema.memory, [{"key": STORED_KEY, "value": json.dumps([place.files, *end])}])


def _all_rows_after(sql: Connection, home: Path, end: LedgerEnd) -> dict[str, Iterator[Row]]:
    """What the copy has after these numbers, as rows of the ledger. Raises StorageError."""
    return {
        "entry": _rows_after(sql, "entry", end.entry),
        "reply": _rows_after(sql, "reply", end.reply),
        "seal": (seal_row(home, row) for row in _rows_after(sql, "seal", end.seal)),
        "file": file_rows_after(sql, home, end.entry),
    }


def _rows_after(sql: Connection, name: str, number: int) -> Iterator[Row]:
    """The rows of a table after a number, in the ledger's columns as far as the copy has them."""
    table = schema.metadata.tables[name]
    columns = [table.c[column] for column in COLUMNS[name] if column in table.c]
    query = select(*columns).where(columns[0] > number).order_by(columns[0])
    for row in sql.execute(query):
        yield tuple(row)


def file_rows_after(sql: Connection, home: Path, seq: int) -> Iterator[Row]:
    """The files beside the seals that entries after a number speak of, as rows of the ledger. Raises StorageError."""
    kinds = _ENTRY.kind.in_(("stamp", "rollback"))
    query = select(_ENTRY.line).where(_ENTRY.seq > seq, kinds).order_by(_ENTRY.seq)
    for line in sql.execute(query).scalars():
        entry = json.loads(line)
        seal = sql.execute(select(schema.seal).where(_SEAL.number == entry["payload"].get("seal"))).one_or_none()
        yield from file_rows(home, entry, None if seal is None else seal_name(tuple(seal)))


def _running(sql: Connection) -> Running:
    """The looks and runs that no entry has yet, and what is left of the allowance."""
    lists = _LAST_LISTS.mappings(sql)
    looks = [{name: one.pop(name) for name in last_lists.NO_LOOKS} for one in lists]
    running = {"last_list": looks, "memory": dict(_CARRIED_VALUES.rows(sql))}
    return Running(json.dumps(lists), zlib.compress(json.dumps(running, sort_keys=True).encode(), 9))


# --- in -------------------------------------------------------------------------------------------


def _compare(sql: Connection, reading: LedgerReading, seq: int, seal: int) -> None:
    """Compare the last entry and the last seal that both have. Raises CopyDiverged."""
    digest = sql.execute(select(_ENTRY.digest).where(_ENTRY.seq == seq)).scalar()
    sha256 = sql.execute(select(_SEAL.sha256).where(_SEAL.number == seal)).scalar()
    if (digest, sha256) != (reading.digest(seq), reading.seal_digest(seal)):
        raise CopyDiverged


def _put_running(sql: Connection, home: Path, running: Running) -> None:
    """Take over the running counters, so that no look is counted by two machines; nothing else that may stand there.

    Those that no copy wrote, and that would end every later run that reads them, count for nothing.
    """
    try:
        with sql.begin_nested(), told_as("running"):
            looks = json.loads(zlib.decompressobj().decompress(running.looks, _MOST_RUNNING) or "{}")
            sql.execute(delete(schema.last_list))
            both = zip(json.loads(running.lists), looks.get("last_list", ()), strict=True)
            upsert_rows(sql, schema.last_list, [one | its_looks for one, its_looks in both])
            sql.execute(delete(schema.memory).where(_IS_CARRIED))
            memory = looks.get("memory", {})
            carried = [key for key in memory if key in CARRIED or key.startswith(CARRIED_OF_CONTRACTS)]
            upsert_rows(sql, schema.memory, [{"key": key, "value": memory[key]} for key in carried])
            last_lists.check_lists(Reading(sql, home))
    except StrangeRow:
        _put_running(sql, home, Running("[]", b""))


def _put_mark(sql: Connection, mark: str) -> None:
    upsert_rows(sql, schema.memory, [{"key": MARK_KEY, "value": mark}])


def expected_contents(
    reading: Reading, place: LedgerPlace
) -> tuple[dict[str, str], dict[str, tuple[str, str]], int, int]:
    """What the store must hold of a copy's archive: keys with the SHA-256 of what must lie under them.

    Those of files; those of seals, stamps and roots, with the key under which they lie where their own is taken; how
    many of these are still to be put there; and up to which entry segments lie there. Raises StorageError.
    """
    files = {file_key(place.archive, sha256): sha256 for sha256 in _digests(reading.sql)}
    sealed: dict[str, tuple[str, str]] = {}
    waiting = 0
    for name, sha256, is_there in _sealed_files(reading, place):
        waiting += not is_there
        if is_there:
            sealed[seal_key(place.archive, name)] = sha256, seal_key(place.archive, second_name(name, sha256))
    return files, sealed, waiting, stored_until(reading.sql, place).entry


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
