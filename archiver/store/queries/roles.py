"""The role of each account in a contract, as the user stated it with a reason, and who could be the other side."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import UTC, datetime

from sqlalchemy import select, text

from archiver.evidence.history import number
from archiver.records import AccountId, CounterpartCandidate, MappedAccount, Role, RoomId, Sides, UndecidedRoom
from archiver.store import schema
from archiver.store.archive import Reading
from archiver.store.queries import current_state
from archiver.store.queries.contracts import entries_under
from archiver.store.queries.transcript import names_in_room
from archiver.store.time_text import from_text

WITHDRAWN = "withdrawn"
"""The state of a mapping that was withdrawn; its entries stay."""


_SENT = "FROM message WHERE room_id = :room AND account_id = w.account_id AND kind = w.kind AND send_time > 0"
_WRITTEN = text(
    f"SELECT account_id, sum(n), min((SELECT min(send_time) {_SENT})), max((SELECT max(send_time) {_SENT})) FROM "  # noqa: S608 - our own names
    "(SELECT account_id, kind, count(*) AS n FROM message WHERE room_id = :room GROUP BY account_id, kind) AS w "
    "GROUP BY account_id"
)
"""Of each author how many messages there are, and the first and last time; times are looked up in the index."""


def count_some(reading: Reading, room: int, account: int, most: int) -> int:
    """How many messages somebody wrote in a room, counted up to `most` alone."""
    message = schema.message.c
    some = select(message.position).where(message.room_id == room, message.account_id == account).limit(most)
    return len(reading.sql.execute(some).all())


def role_key(contract: str, account: int) -> str:
    """The key of the entries that map one account to a role."""
    return f"mapping/{contract}/{account}"


def mapped_accounts(reading: Reading, contract: str, *, upto: int | None = None) -> tuple[MappedAccount, ...]:
    """The mapped accounts of a contract by account id, as of an entry; withdrawn mappings are left out."""
    return tuple(one for _, one in sorted(_mappings(reading, contract, upto).items()) if one is not None)


def withdrawn_accounts(reading: Reading, contract: str, *, upto: int | None = None) -> frozenset[int]:
    """The accounts of a contract whose mapping was withdrawn, as of an entry."""
    return frozenset(account for account, one in _mappings(reading, contract, upto).items() if one is None)


def _mappings(reading: Reading, contract: str, upto: int | None) -> dict[AccountId, MappedAccount | None]:
    found: dict[AccountId, MappedAccount | None] = {}
    for entry in entries_under(reading, role_key(contract, 0)[:-1], upto):
        payload = entry["payload"]
        account = AccountId(payload["account_id"])
        found[account] = None
        if payload["state"] != WITHDRAWN:
            found[account] = MappedAccount(
                account, Role(payload["state"]), payload["reason"], from_text(entry["observed_at"])
            )
    return found


def sides(reading: Reading, contract: str) -> Sides:
    """The sides of a contract as sets of accounts, with the owner of the archive."""
    owner = number((current_state.owner(reading) or {}).get("account_id"))
    return sides_of(mapped_accounts(reading, contract), owner=owner)


def sides_of(mappings: Iterable[MappedAccount], *, owner: int) -> Sides:
    """Mapped accounts as the sides of a contract; the owner is never on the other side."""
    accounts: dict[Role, set[int]] = {part: set() for part in Role}
    for mapping in mappings:
        accounts[mapping.role].add(mapping.account_id)
    return Sides(
        owner=owner,
        clients=frozenset(accounts[Role.CLIENT] - {owner}),
        mine=frozenset(accounts[Role.ME] | {owner}),
        thirds=frozenset(accounts[Role.THIRD] - {owner}),
    )


def undecided_room(
    reading: Reading, room: int, accounts: Collection[int], known: Collection[int] = ()
) -> UndecidedRoom:
    """A room with the people among whom the other side is to be named, those with the most messages first."""
    named = names_in_room(reading, room)
    rows = reading.sql.execute(_WRITTEN, {"room": room})
    counts = {account: (count, first, last) for account, count, first, last in rows}
    candidates = [
        CounterpartCandidate(
            AccountId(one), named.get(one, ""), count, _unix_time(first), _unix_time(last), one in known
        )
        for one in accounts
        for count, first, last in [counts.get(one, (0, None, None))]
    ]
    name = reading.sql.execute(select(schema.room.c.name).where(schema.room.c.room_id == room)).scalar()
    ordered = sorted(candidates, key=lambda one: (-one.messages, one.account_id))
    return UndecidedRoom(RoomId(room), name or str(room), tuple(ordered))


def _unix_time(seconds: int | None) -> datetime | None:
    try:
        return None if seconds is None else datetime.fromtimestamp(seconds, UTC)
    except (OverflowError, ValueError, OSError):  # no calendar holds it
        return None
