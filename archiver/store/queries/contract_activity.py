"""What was said and delivered under one contract."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import chain
from typing import NamedTuple

from sqlalchemy import and_, select

from archiver.claims.acceptance_and_terms import accepts, asks, is_courtesy, judges_work, names_payment_day
from archiver.claims.counterparts import counterpart_bases, twins_of
from archiver.claims.messages import days_waiting, last_reply, turn, with_acts
from archiver.contract_dates import OF_PAY, REVIEW, earlier_parts, jobs_beside, last_delivery, room_beginning
from archiver.evidence.acts_seen_in_lists import account_closings
from archiver.evidence.history import NOTICE, EntryObject, cancelled_account, number, text
from archiver.records import (
    JST,
    CancellationPost,
    CaseFacts,
    CaseSides,
    ChangedMessages,
    Contract,
    ContractRoom,
    Delivery,
    Gap,
    MappedAccount,
    Post,
    RoomBeginning,
    RoomFacts,
    Sides,
    begin_of_day,
)
from archiver.store import schema
from archiver.store.archive import Reading
from archiver.store.queries import authors_and_changes, contracts, current_state
from archiver.store.queries.contracts import deliveries
from archiver.store.queries.looks_and_gaps import gaps, last_list_time


class ContractActivity(NamedTuple):
    """A contract with the messages, deliveries and roles that its deadlines depend on."""

    contract: Contract
    deliveries: tuple[Delivery, ...]
    mapped: tuple[MappedAccount, ...]
    sides: Sides
    owner_name: str
    """The owner's own name, as Chatwork gave it; they may have written nothing in the rooms."""
    facts: CaseFacts
    """The facts of which every claim is made."""
    last_seen: datetime | None
    """When a list of messages of any of its rooms that still open was last read."""


def activity_of(
    reading: Reading,
    contract: Contract,
    *,
    rooms: Sequence[ContractRoom] | None = None,
    is_counting: bool = True,
    now: datetime | None = None,
) -> ContractActivity:
    """The activity under one contract, by a few small queries for each of its rooms; `now`: when it is told.

    `rooms`: only what was done in these. Without counting it has of the people only the other side's last posts, and
    nothing says how much anybody wrote: that takes most of the time in a large room.
    """
    told = contract.rooms if rooms is None else rooms
    me = current_state.owner(reading) or {}
    sides = contracts.sides(reading, contract.id)
    looks = {room: last_list_time(reading, room) for room in sorted(map(int, contract.room_ids))}
    entries = {room: _people_entries(reading, room) for room in looks}
    bases, _undecided = counterpart_bases(sides, contract.client, _people(entries))
    own = sides.mine | {sides.owner}
    twins = twins_of(sides, bases)
    known = (own | sides.thirds | bases.keys()) - twins.keys()
    shut, end = current_state.inaccessible_rooms(reading), _earliest_end(contract)
    closed = {room for room in looks if room in shut and (end is None or (at := looks[room]) is None or at < end)}
    closings = account_closings(_by_time(entries), sides.owner)
    posts = cancellation_posts(reading, looks) if closings else ()
    facts = CaseFacts(
        contract=contract,
        reporters=own,
        bases=bases,
        twins=twins,
        rooms=tuple(
            _room_facts(reading, room, contract, is_read=looks[room] is not None, is_closed=room in closed)
            for room in looks
        ),
        authors=authors_and_changes.author_facts(reading, contract.rooms, last_of=bases, own=own)
        if is_counting
        else authors_and_changes.last_posts(reading, told, bases),
        known_until=_known_until(contract, looks),
        open_until=min((at for room, at in looks.items() if at and room not in closed), default=None),
        closings=closings,
        cancellations=tuple(one for one in posts if contract.holds(one.room_id, one.at)),
        told_at=now,
    )
    reply = last_reply(facts).value
    facts = with_acts(
        facts,
        chain(
            authors_and_changes.listed_acts(reading, told, None if reply is None else reply.at),
            authors_and_changes.last_edits(reading, told, bases),
        ),
        lambda after: authors_and_changes.first_message_after(reading, told, own, after),
        lambda after: authors_and_changes.speech_after(reading, told, known, after),
    )
    return ContractActivity(
        contract=contract,
        deliveries=deliveries(reading, contract.id),
        mapped=contracts.mapped_accounts(reading, contract.id),
        sides=sides,
        owner_name=text(me.get("name")),
        facts=facts,
        last_seen=max((at for room, at in looks.items() if at and room not in shut), default=None),
    )


def message_on_deadline(reading: Reading, activity: ContractActivity, rule: str) -> tuple[Post, bool] | None:
    """The message with which a deadline is told, and whether that ends its count: the client's last one on delivered
    work, the first that names a day of payment, and beside a silence the client's last one.
    """
    find = partial(authors_and_changes.message_saying, reading, activity.contract.rooms)
    delivered, reply = last_delivery(activity.deliveries), last_reply(activity.facts).value
    since = {REVIEW: delivered, "nudge": reply and reply.at}.get(rule)
    said = find(names_payment_day) if rule in OF_PAY else None
    if since is not None:
        said = find(judges_work if rule == REVIEW else bool, activity.facts.bases, int(since.timestamp()))
    if rule == REVIEW and since is not None and said is None:  # the delivery may have been entered with a later minute
        begun = int(begin_of_day(since.astimezone(JST).date()).timestamp())
        said = find(lambda body: accepts(body) and ("検収" in body or "承認" in body), activity.facts.bases, begun)
    return said and (said[0], rule == "receipt" or (rule == REVIEW and accepts(said[1])))


def open_question(reading: Reading, activity: ContractActivity, now: datetime) -> Post | None:
    """The other side's last message that asks for something, or hands over what the user ordered, if they closed
    nothing after it and the user did nothing for a day; None where that is not known.
    """
    facts, rooms, find = activity.facts, activity.contract.rooms, authors_and_changes.message_saying
    waiting, until, hires = turn(facts), facts.known_until, not facts.contract.does_work
    if not waiting.value.is_reporters or waiting.value.is_closed or until is None or now - until > timedelta(days=1):
        return None
    authors = authors_and_changes.last_posts(reading, rooms, facts.reporters).values()
    own = max((post for one in authors for post in one.last.values()), key=lambda post: post.at, default=None)
    begun = authors_and_changes.first_message_after(reading, rooms, facts.bases, own)
    if begun is None or not days_waiting(waiting, now, begun=begun.post):
        return None
    since = int(begun.post.at.timestamp())
    said = find(reading, rooms, lambda body: any(is_it(body) for is_it in _TURNS), facts.bases, since)
    return said[0] if said and (asks(said[1]) or (hires and _hands_over(said[1]))) else None


def case_sides(reading: Reading, contract: Contract) -> CaseSides:
    """Who stands on which side of a contract, by a few small queries."""
    sides = contracts.sides(reading, contract.id)
    entries = {room: _people_entries(reading, room) for room in sorted({int(one.room_id) for one in contract.rooms})}
    return CaseSides(sides.mine | {sides.owner}, counterpart_bases(sides, contract.client, _people(entries))[0])


def changed_messages(reading: Reading, rooms: Sequence[ContractRoom], sides: CaseSides) -> ChangedMessages:
    """The messages that changed after they were sent, within the parts of rooms that belong to a contract."""
    return ChangedMessages(sides, authors_and_changes.changed_authors(reading, rooms, own=sides.reporters))


def _room_facts(reading: Reading, room: int, contract: Contract, *, is_read: bool, is_closed: bool) -> RoomFacts:
    room_gaps = gaps(reading, room)
    periods = [one for one in contract.rooms if one.room_id == room]
    inside = tuple(gap for gap in room_gaps if any(one.overlaps(gap.start, gap.end) for one in periods))
    return RoomFacts(is_read, beginning_of(reading, room, contract, room_gaps), inside, is_closed)


def beginning_of(reading: Reading, room: int, contract: Contract, room_gaps: Sequence[Gap]) -> RoomBeginning:
    """How a room begins for a contract, whatever period is told of it."""
    others = contracts.neighbours(reading, contract)
    earlier = [one for one in earlier_parts(contract, others) if one[0].room_id == room]
    first = authors_and_changes.first_post(reading, room)
    own = authors_and_changes.first_post(reading, room, but=[part for part, _job in earlier]) if earlier else first
    shared = tuple(one.label for one in jobs_beside(contract, others, room))
    return room_beginning(first, own, room_gaps, earlier)._replace(shared=shared)


def _known_until(contract: Contract, looks: Mapping[int, datetime | None]) -> datetime | None:
    """The earliest last list of the rooms, closed ones too; None if one was never read, or a period is over."""
    at = None if None in looks.values() else min((look for look in looks.values() if look is not None), default=None)
    end = _earliest_end(contract)
    return None if at is None or (end is not None and end <= at) else at


def _earliest_end(contract: Contract) -> datetime | None:
    """The earliest end of any room's last period; None: no room's time has an end."""
    ends: dict[int, list[datetime | None]] = {}
    for room in contract.rooms:
        ends.setdefault(room.room_id, []).append(room.end)
    last = [max(end for end in listed if end is not None) for listed in ends.values() if None not in listed]
    return min(last, default=None)


def last_handover(reading: Reading, activity: ContractActivity, *, since: datetime, until: datetime) -> Post | None:
    """The user's last message of the job, within a period, that mentions a delivery (納品) and has a file or a link."""

    rooms = [replace(one, end=min(one.end or until, until)) for one in activity.contract.rooms]
    found = authors_and_changes.message_saying(reading, rooms, _hands_over, activity.sides.mine, int(since.timestamp()))
    return found and found[0]


def _hands_over(body: str) -> bool:
    return "納品" in body and ("[download:" in body or "http" in body)


_TURNS = (asks, is_courtesy, accepts, _hands_over)
"""What asks something, or closes what was asked."""


def deliveries_beside(reading: Reading, activity: ContractActivity, room: int) -> tuple[Delivery, ...]:
    """The deliveries of a contract, and of others that have a room in the same time: a file may be for either."""
    beside = jobs_beside(activity.contract, contracts.neighbours(reading, activity.contract), room)
    return (*activity.deliveries, *(one for job in beside for one in deliveries(reading, job.id)))


def _people(entries: Mapping[int, Sequence[EntryObject]]) -> dict[int, dict[int, list[str]]]:
    """Room → everybody ever seen in it, with every name they had in any of these rooms, the first one first."""
    names = _names_by_account(_by_time(entries))
    return {room: {one: names[one] for one in _names_by_account(listed)} for room, listed in entries.items()}


def _by_time(entries: Mapping[int, Sequence[EntryObject]]) -> list[EntryObject]:
    """The entries of all rooms in their order."""
    return sorted(chain.from_iterable(entries.values()), key=lambda one: int(one["seq"]))


def _names_by_account(entries: Iterable[EntryObject]) -> dict[int, list[str]]:
    found: dict[int, list[str]] = {}
    for one in entries:
        if one["kind"] != "room":
            name = text(one["payload"].get("object", {}).get("name"))
            found.setdefault(number(one["key"].rpartition("/")[2]), []).append(name)
    return found


def _people_entries(reading: Reading, room: int) -> list[EntryObject]:
    """Every entry about the people of a room and the room itself, in order."""
    table = schema.entry.c
    about_people = (
        and_(table.key > f"{kind}/{room}/", table.key < f"{kind}/{room}0") for kind in ("account", "member")
    )
    found: list[EntryObject] = []
    for where in (*about_people, and_(table.key == f"room/{room}", table.kind == "room")):
        # SQLite cannot give out a name with half a character, so the lines are read whole
        found += [json.loads(line) for (line,) in reading.sql.execute(select(table.line).where(where))]
    return sorted((one for one in found if "kind" in one), key=lambda one: int(one["seq"]))


def cancellation_posts(reading: Reading, rooms: Collection[int]) -> Iterator[CancellationPost]:
    """The posts in rooms of the form that tells of a cancelled account, as the present state of each."""
    message, version = schema.message.c, schema.message_version
    query = (
        select(message.room_id, message.account_id, message.send_time, message.seq, version.c.body)
        .join(version, (version.c.room_id == message.room_id) & (version.c.position == message.position))
        .where(message.room_id.in_(sorted(rooms)), message.kind == NOTICE)
        .where(version.c.body.contains("[dtext:chatroom_resigned_priv_change"))
        .order_by(message.position)
    )
    for row in reading.sql.execute(query):
        about, at = cancelled_account(row.body), datetime.fromtimestamp(row.send_time, UTC)
        if about is not None:
            yield CancellationPost(row.room_id, about, row.account_id, at, row.seq, 0)
