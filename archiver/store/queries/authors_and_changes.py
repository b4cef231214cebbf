"""Each person's messages in some rooms: counts, the last one of each kind, what became of them, and which to quote."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from datetime import UTC, datetime
from heapq import nlargest
from itertools import groupby
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Text, and_, case, cast, column, false, func, literal, not_, or_, select, text

from archiver.claims.acceptance_and_terms import is_corrected, is_courtesy, is_harmless, is_slip, terms_weight
from archiver.claims.quotations import ORDER, QUOTED, TASK_POST, Quotation, Rank, quotation, rank, standing
from archiver.evidence.acts_seen_in_lists import OWN_POSTS, ListedStep, act_of_step, listed_steps
from archiver.evidence.history import is_system_post
from archiver.records import (
    AccountId,
    Act,
    ActKind,
    AuthorFacts,
    CaseSide,
    CaseSides,
    Contract,
    ContractRoom,
    MessageId,
    MessageKind,
    Post,
    RoomId,
    State,
    change_kinds,
    first_asking,
    last_shown,
)
from archiver.store import schema
from archiver.store.archive import Reading
from archiver.store.queries.entries import entries_where, sent_within
from archiver.store.queries.viewing.messages import message_by_id
from archiver.store.received_facts_and_record_forms import DELETED
from archiver.store.time_text import to_text

_message, _version = schema.message.c, schema.message_version.c
_TIMED = (_message.send_time > 0, _message.send_time < 2**36)
"""Times that no calendar holds are left out."""
_IS_TEXT = and_(_version.room_id == _message.room_id, _version.position == _message.position, _version.body != DELETED)
_IS_DELETED = or_(_message.state == State.DELETED, and_(_message.state == State.HIDDEN, _message.was_deleted))
_MAY_BE_QUOTED = or_(_message.kind == MessageKind.SPEECH, _version.body.contains(TASK_POST, autoescape=True))
"""A task may name terms as a message does."""
_DIFFER = (
    select(or_(func.min(_version.body) != func.max(_version.body), func.min(_version.update_time) == 0))
    .where(_IS_TEXT)
    .correlate(schema.message)
    .scalar_subquery()
)
_TEXTS = case((_message.text_digest == "", 0), (_DIFFER, 2), else_=1)
"""How many texts of an edited message are known, the one before its first edit counted apart; two stands for more."""
_CHANGED = text(
    "SELECT position FROM message INDEXED BY message_state WHERE room_id = :room AND state <> 'present'"
).columns(column("position"))
"""The rare messages that are not simply there; without the hint SQLite goes through all."""
_MOST_READ = 500
_CORRECTED_WITHIN = 600
"""So many seconds before or after a message that is gone its author wrote the right one, or that it went astray."""
_POST = (_message.room_id, _message.message_id, _message.account_id, _message.send_time, _message.seq)


def author_facts(
    reading: Reading, rooms: Sequence[ContractRoom], *, last_of: Collection[int], own: Collection[int]
) -> dict[int, AuthorFacts]:
    """The facts of every author within the rooms' periods, with the last messages of `last_of`.

    What `own` accounts wrote is always speech.
    """
    found: dict[int, AuthorFacts] = {}
    for inside in by_room(rooms).values():
        query = select(_message.account_id, _message.kind, func.count()).where(inside)
        for account, kind, count in reading.sql.execute(query.group_by(_message.account_id, _message.kind)):
            posts = found.setdefault(account, AuthorFacts()).posts
            posts[MessageKind.SPEECH if account in own else MessageKind(kind)] += count
    for account, changed in changed_authors(reading, rooms, own=own).items():
        facts = found.setdefault(account, AuthorFacts())
        facts.changes = changed.changes
    for account in last_of:
        if account in found:
            found[account].last = _last_posts(reading, rooms, account)
    return found


def changed_inside(rooms: Sequence[ContractRoom]) -> Iterator[tuple[int, ColumnElement[bool]]]:
    """Of each room which of its messages lie in its part of the contract and are not simply there."""
    for room, inside in by_room(rooms, time=_message.send_time + 0).items():  # not by the index of times
        yield room, and_(inside, _message.position.in_(_CHANGED.bindparams(room=room)))


def last_posts(reading: Reading, rooms: Sequence[ContractRoom], accounts: Collection[int]) -> dict[int, AuthorFacts]:
    """Of each of these people only the last posts within the rooms' periods; nothing is counted."""
    found = {account: AuthorFacts(last=_last_posts(reading, rooms, account)) for account in accounts}
    return {account: facts for account, facts in found.items() if facts.last}


def changed_authors(reading: Reading, rooms: Sequence[ContractRoom], *, own: Collection[int]) -> dict[int, AuthorFacts]:
    """What became of the messages of each author within the rooms' periods; nothing else of them is told."""
    found: dict[int, AuthorFacts] = {}
    for _room, inside in changed_inside(rooms):
        _add_changes(reading, inside, found, own=own)
    return found


def by_room(
    rooms: Sequence[ContractRoom], *, time: ColumnElement[int] = _message.send_time
) -> dict[int, ColumnElement[bool]]:
    """Of each room alone, which the index of authors answers: whether a message lies in its part of the contract."""
    periods: dict[int, list[tuple[float | None, float | None]]] = {}
    for one in rooms:
        periods.setdefault(one.room_id, []).append(one.bounds)
    return {room: and_(_message.room_id == room, sent_within(time, bounds)) for room, bounds in periods.items()}


def _inside(rooms: Sequence[ContractRoom]) -> ColumnElement[bool]:
    return or_(false(), *by_room(rooms).values())


def _last_posts(reading: Reading, rooms: Sequence[ContractRoom], account: int) -> dict[MessageKind, Post]:
    """A person's last speech, and Chatwork's last notice in their name."""
    found: dict[MessageKind, Post] = {}
    for inside in by_room(rooms).values():
        for kind in MessageKind:
            query = select(*_POST).where(inside, _message.account_id == account, _message.kind == kind, *_TIMED)
            query = query.order_by(_message.send_time.desc(), _message.position.desc()).limit(1)
            row = reading.sql.execute(query).first()
            if row is not None:
                post = post_of_row(row)
                found[kind] = max(found.get(kind, post), post, key=lambda one: (one.at, int(one.message_id)))
    return found


def first_post(reading: Reading, room: int, *, but: Sequence[ContractRoom] = ()) -> Post | None:
    """The first saved message of a room by its send time, outside of these parts."""
    query = select(*_POST).where(_message.room_id == room, not_(_inside(but)), *_TIMED)
    row = reading.sql.execute(query.order_by(_message.send_time, _message.position).limit(1)).first()
    return None if row is None else post_of_row(row)


def listed_acts(reading: Reading, rooms: Sequence[ContractRoom], after: datetime | None) -> Iterator[Act]:
    """What the lists of files and tasks show after a time, within the rooms' periods."""
    since, entry = datetime.fromtimestamp(0, UTC) if after is None else after, schema.entry.c
    file, version = schema.file.c, schema.task_version.c
    for room in sorted({one.room_id for one in rooms}):
        key = literal("file/").concat(cast(file.file_id, Text))
        names = select(key).where(file.room_id == room, file.upload_time > since.timestamp())
        sent = select(func.min(entry.seq)).where(entry.key.in_(names), entry.room_id == room).group_by(entry.key)
        changed = select(version.task_id).where(version.room_id == room, version.first_seen > to_text(since))
        told = select(version.seq).where(version.room_id == room, version.task_id.in_(changed))
        for step in listed_steps(entries_where(reading, or_(entry.seq.in_(sent), entry.seq.in_(told)))):
            inside = [one for one in rooms if one.room_id == room]
            posts = list(_announcements(reading, step))
            given = [post.at for post, _body in posts if step.kind is ActKind.TASK_GIVEN]
            if any(one.contains(given[0] if given else step.at) for one in inside):
                yield act_of_step(step, (post for post in posts if any(one.contains(post[0].at) for one in inside)))


def last_edits(reading: Reading, rooms: Sequence[ContractRoom], accounts: Collection[int]) -> Iterator[Act]:
    """The last edit by these accounts in each room, at Chatwork's own time of it, within the rooms' periods."""
    is_within = by_room(rooms, time=_version.update_time)
    for room, inside in changed_inside(rooms):
        query = select(*_POST, _version.update_time).join(schema.message_version, _IS_TEXT)
        query = query.where(inside, is_within[room], _message.account_id.in_(sorted(accounts)))
        query = query.where(_message.kind == MessageKind.SPEECH, (_message.send_time + 0).between(1, 2**36))
        query = query.where(_version.update_time.between(1, 2**36)).order_by(_version.update_time.desc()).limit(1)
        for row in reading.sql.execute(query):
            yield Act(ActKind.EDIT, post_of_row(row)._replace(at=datetime.fromtimestamp(row.update_time, UTC)))


def _announcements(reading: Reading, step: ListedStep) -> Iterator[tuple[Post, str]]:
    """The posts that may have announced a step of a task, with their bodies."""
    if step.kind in OWN_POSTS:
        is_it = _message.message_id == step.message_id
    else:
        since = 0 if step.since is None else step.since.timestamp()
        is_it = and_(
            _message.send_time > since, _message.send_time <= step.at.timestamp(), _version.body.contains(TASK_POST)
        )
    query = select(*_POST, _version.body).join(schema.message_version, _IS_TEXT).where(is_it, *_TIMED)
    for row in reading.sql.execute(query.where(_message.room_id == step.room_id).order_by(_message.position)):
        yield post_of_row(row), row.body


def first_message_after(
    reading: Reading, rooms: Sequence[ContractRoom], accounts: Collection[int], after: Post | None
) -> Act | None:
    """The first message of these accounts after a post that is more than a courtesy, or else the first, within the
    rooms' periods: none that is deleted, or was never more than a post of the system in their name."""
    query = select(*_POST, _version.body).join(schema.message_version, _IS_TEXT).where(_inside(rooms), *_TIMED)
    query = query.where(_message.account_id.in_(sorted(accounts)), not_(_IS_DELETED), *_later(after))
    rows = reading.sql.execute(query.order_by(_message.send_time, _message.position))
    return first_asking(
        Act(ActKind.MESSAGE, post_of_row(row), is_courtesy=is_courtesy(row.body))
        for row in rows
        if not is_system_post(row.body)
    )


def message_saying(
    reading: Reading,
    rooms: Sequence[ContractRoom],
    says: Callable[[str], bool],
    of: Collection[int] = (),
    since: int = 0,
) -> tuple[Post, str] | None:
    """The first message whose first text says so, with it; with `since` the last one of these accounts, by its last.

    It reads so many messages at most, as terms are written at the beginning.
    """
    order: list[ColumnElement[Any]] = [_message.send_time, _message.position, _version.number]
    query = select(*_POST, _version.body).join(schema.message_version, _IS_TEXT).where(*_TIMED, not_(_IS_DELETED))
    query = query.where(_inside(rooms), _message.kind == MessageKind.SPEECH)
    if since:
        query = query.where(_message.account_id.in_(sorted(of)), _message.send_time >= since)
        order = [one.desc() for one in order]
    rows = reading.sql.execute(query.order_by(*order).limit(_MOST_READ))
    texts = (next(versions) for _place, versions in groupby(rows, lambda row: row[:2]))
    return next(((post_of_row(row), row.body) for row in texts if says(row.body)), None)


def speech_after(
    reading: Reading, rooms: Sequence[ContractRoom], known: Collection[int], after: Post | None
) -> Counter[int]:
    """How many messages each other account than the known ones wrote after a post, within the rooms' periods."""
    query = select(_message.account_id, func.count().label("n")).where(_inside(rooms), *_TIMED)
    query = query.where(_message.kind == MessageKind.SPEECH)
    query = query.where(_message.account_id.not_in(sorted(known)), *_later(after)).group_by(_message.account_id)
    return Counter({row.account_id: row.n for row in reading.sql.execute(query)})


def _later(after: Post | None) -> list[ColumnElement[bool]]:
    """Later than a post; within a second the ids tell it."""
    if after is None:
        return []
    second = int(after.at.timestamp())
    is_next = and_(_message.send_time == second, _message.position > int(after.message_id))
    return [_message.send_time >= second, or_(_message.send_time > second, is_next)]


def _add_changes(
    reading: Reading, inside: ColumnElement[bool], found: dict[int, AuthorFacts], *, own: Collection[int]
) -> None:
    kinds = (_message.account_id, _message.kind, _message.state, _message.was_edited, _message.was_deleted)
    query = select(*kinds, _TEXTS.label("texts"), func.count().label("n")).where(inside)
    query = query.group_by(*kinds, text("texts"))
    for row in reading.sql.execute(query):
        became = change_kinds(
            State(row.state),
            was_edited=row.was_edited,
            was_deleted=row.was_deleted,
            knows_text=bool(row.texts),
            texts=row.texts,
        )
        kind = MessageKind.SPEECH if row.account_id in own else MessageKind(row.kind)
        found.setdefault(row.account_id, AuthorFacts()).add_changes(kind, became, row.n)


def post_of_row(row: Any) -> Post:
    """The post of a row of the table of messages."""
    return Post(
        RoomId(row.room_id),
        MessageId(row.message_id),
        AccountId(row.account_id),
        datetime.fromtimestamp(row.send_time, UTC),
        row.seq,
    )


def was_corrected(reading: Reading, room: int, position: int) -> bool:
    """Whether the author of a message that is gone sent it again, or wrote that it went astray (`is_corrected`)."""
    query = select(_message.account_id, _message.send_time, _version.body).join(schema.message_version, _IS_TEXT)
    query = query.where(_message.room_id == room)
    gone = reading.sql.execute(query.where(_message.position == position).order_by(_version.number.desc())).first()
    if gone is None:
        return False
    near = _message.send_time.between(gone.send_time - _CORRECTED_WITHIN, gone.send_time + _CORRECTED_WITHIN)
    query = query.where(_message.account_id == gone.account_id, near)
    query = query.where(_message.position != position, _message.state == State.PRESENT)
    return is_corrected(gone.body, (row.body for row in reading.sql.execute(query)))


class ChangedPlace(NamedTuple):
    """Where a message stands whose change can be shown; of two the greater one is told first."""

    nearness: int
    """2: of the other side, while nobody is known to be that of anybody but the reporter; 0: the reporter's own."""
    rank: Rank
    room_id: int
    account_id: int
    is_gone: bool
    """Whether its words stand nowhere any more."""
    seq: int
    """Its last entry."""
    is_slip: bool
    """Whether only signs, thanks or a greeting changed, or it was sent again or astray (`is_corrected`)."""
    is_harmless: bool
    """Whether it is mere news (`is_harmless`)."""

    @property
    def became(self) -> State:
        """Deleted, missing or edited."""
        return ORDER[self.rank[1]]

    @property
    def is_told(self) -> bool:
        """Whether a first screen tells it: of somebody whose side is not the client's, only what decides the most."""
        return not self.is_slip and (self.nearness == 2 or (self.nearness == 1 and self.rank[0] > 1))


def deleted_unseen(reading: Reading, contract: Contract, sides: CaseSides, *, after: int) -> int:
    """How many messages of the other side, or else of others, were deleted before their text was seen.

    `after`: only those that an entry after this one tells of.
    """
    account = _message.account_id
    theirs = account.in_(sorted(sides.bases)) if sides.bases else account.not_in(sorted(sides.reporters))
    unseen = (_IS_DELETED, _message.text_digest == "", _message.seq > after, theirs)
    queries = (select(func.count()).where(inside, *unseen) for _room, inside in changed_inside(contract.rooms))
    return sum(reading.sql.execute(one).scalar_one() for one in queries)


def quoted_messages(reading: Reading, places: Iterable[ChangedPlace]) -> Iterator[Quotation]:
    """The messages that stand there, in the same order."""
    for one in places:
        message = message_by_id(reading, one.room_id, str(one.rank[-1]))
        quoted = None if message is None else quotation(message)
        if quoted is not None:
            yield quoted


def agreed_messages(
    reading: Reading, rooms: Iterable[int], owner: int, is_inside: Callable[[int, int, str], bool]
) -> list[tuple[int, int]]:
    """The unchanged messages of others as (room, id) whose words decide the most, as page 1 quotes them."""
    found = []
    for room in rooms:
        query = (
            select(_message.send_time, _message.position, _message.first_seen, _version.body)
            .join(schema.message_version, _version.position == _message.position)
            .where(_message.room_id == room, _version.room_id == room, _message.account_id != owner)
            .where(_MAY_BE_QUOTED, _message.state == State.PRESENT)
        )
        for sent, position, first_seen, body in reading.sql.execute(query):
            if is_inside(room, sent, first_seen) and (weight := terms_weight([body])) > 1:
                found.append((weight, sent, room, position))
    return [(room, position) for _weight, _sent, room, position in nlargest(QUOTED, found)]


def changed_places(reading: Reading, contract: Contract, sides: CaseSides, *, after: int = 0) -> list[ChangedPlace]:
    """Every message whose change can be shown, what decides a dispute first; the reporter's own are the last.

    `after`: only those that an entry after this one tells of.
    """
    nearness = {CaseSide.COUNTERPART: 2, CaseSide.OTHER: 1 if sides.bases else 2, CaseSide.REPORTER: 0}
    columns = (_message.position, _message.account_id, _message.send_time, _version.body)
    states, found = (_message.state, _message.was_deleted, _message.seq, _message.kind), []
    task = schema.task.c
    for room, inside in changed_inside(contract.rooms):
        gone = select(task.message_id).where(task.room_id == room, task.gone_since.is_not(None))
        query = (
            select(*columns, *states)
            .join(schema.message_version, _version.position == _message.position + 0)  # from each message
            .where(inside, _MAY_BE_QUOTED, _version.room_id == room, _version.body != DELETED)
            .where(_message.message_id.not_in(gone))  # the task itself is told
            .where((_message.send_time + 0).between(1, 2**36), _message.seq > after)  # not by the index of times
            .order_by(_message.position, _version.number)
        )
        for position, rows in groupby(reading.sql.execute(query), lambda row: int(row.position)):
            row, *later = rows
            bodies = [row.body, *(one.body for one in later)]
            state, account = last_shown(State(row.state), was_deleted=row.was_deleted), row.account_id
            sent = datetime.fromtimestamp(row.send_time, UTC)
            order = rank(state, bodies, sent, position, contract.amount)
            if standing(state, bodies) is not State.PRESENT and (order[0] or row.kind == MessageKind.SPEECH):
                is_gone = state in (State.DELETED, State.MISSING)
                slip = news = is_gone and was_corrected(reading, room, position)
                if not is_gone:
                    slip = all(is_slip(bodies[0], one) for one in bodies[1:])
                    news = is_harmless(bodies, does_work=contract.does_work)
                near = nearness[sides.side(account)]
                found.append(ChangedPlace(near, order, room, account, is_gone, row.seq, slip, news))
    return sorted(found, reverse=True)
