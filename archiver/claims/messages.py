"""Claims about messages: the first one, the other side's last reply, whose turn it is, deletions and edits.

A claim says what may be said of a fact, how far it is known, and whose statement it is.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from itertools import takewhile
from typing import Generic, NamedTuple, TypeVar

from archiver.contract_dates import OutsideContact, outside_contact
from archiver.platforms.job_platform import platform_of
from archiver.records import (
    AccountClosing,
    Act,
    ActKind,
    Basis,
    CancellationPost,
    CaseFacts,
    CaseSide,
    ChangedMessages,
    ChangeKind,
    ClosingSign,
    EarlierJobs,
    Gap,
    MessageKind,
    Post,
    RoomFacts,
    closed_mark,
    first_asking,
)

Counted = TypeVar("Counted")
Value = TypeVar("Value")


class Knowledge(StrEnum):
    """How far a fact is known."""

    WHOLE = "whole"
    """The coverage proves it."""
    SAVED = "saved"
    """It is true of what was saved; something is missing that could change it."""
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Missing:
    """What is known to be missing: an estimate from Chatwork's counters, and the gaps without one."""

    estimate: int = 0
    hidden: int = 0
    """What of it Chatwork's plan hid."""
    gaps: int = 0
    """All gaps."""
    uncounted: int = 0
    """Gaps of which no counter tells how much they hold."""
    emptied: int = 0
    """Gaps whose estimate is 0, without proof that nothing is missing in them."""
    erased: int = 0
    """Messages that the owner erased after they were saved; they are in no estimate."""
    unread_rooms: int = 0
    """Rooms that were never read."""
    closed_rooms: int = 0
    """Rooms that cannot be opened any more; nothing tells how much was posted there since."""
    unknown_text: Post | None = None
    """A post of which no text was ever seen, and which may be what is looked for."""
    since: datetime | None = None
    """The last look, where it is long ago; None: it is not, or nothing that came later could be what is looked for."""

    def __bool__(self) -> bool:
        """Whether anything may be missing."""
        return bool(self.gaps or self.unread_rooms or self.closed_rooms or self.unknown_text or self.since)


NOTHING_MISSING = Missing()


@dataclass(frozen=True, slots=True)
class Claim(Generic[Value]):
    """A value with its knowledge, its basis, the entries it rests on, and what is missing that could change it."""

    value: Value
    knowledge: Knowledge
    basis: Basis = Basis.REPLY
    entries: tuple[int, ...] = ()
    missing: Missing = NOTHING_MISSING

    @property
    def is_whole(self) -> bool:
        """Whether the coverage proves it."""
        return self.knowledge is Knowledge.WHOLE


def first_message(facts: CaseFacts) -> Claim[Post | None]:
    """The first message of the contract's rooms that belongs to no earlier job, before the contract's period too.

    Whole only if every room was read and no gap lies before its own first saved message.
    """
    posts = [room.beginning.first for room in facts.rooms if room.beginning.first is not None]
    first = min(posts, key=lambda post: (post.at, int(post.message_id)), default=None)
    missing = _missing(facts, lambda room: (gap for gap in room.beginning.gaps if _is_before_first(gap, room)))
    if first is not None:
        missing = replace(missing, closed_rooms=0, since=None)  # what came later is no beginning
    return _claim(facts, first, missing)


def earlier_jobs(facts: CaseFacts) -> EarlierJobs | None:
    """The other jobs to which what lies before the first message belongs; None: nothing lies before it."""
    first = first_message(facts).value
    every = (room.beginning.earlier for room in facts.rooms)
    found = [one for one in every if one is not None and (first is None or one.since < first.at)]
    jobs = dict.fromkeys(job for one in found for job in one.jobs)
    return EarlierJobs(min(one.since for one in found), tuple(jobs)) if found else None


def last_reply(facts: CaseFacts) -> Claim[Post | None]:
    """The last speech of the other side; unknown while nobody is known to be the other side.

    Whole only if no gap lies after it in any room, and no post of theirs of which no text was ever seen.
    """
    if not facts.bases:
        return Claim(None, Knowledge.UNKNOWN, Basis.NONE)
    last = _last_post(facts, facts.bases, MessageKind.SPEECH)
    after = 0 if last is None else int(last.message_id)  # ids rise with the time, over all rooms
    missing = _missing(facts, lambda room: (gap for gap in room.gaps if int(gap.before) > after))
    unknown = _last_post(facts, facts.bases, MessageKind.UNKNOWN)
    is_it = unknown is not None and (last is None or unknown.at >= last.at)
    return _claim(facts, last, replace(missing, unknown_text=unknown if is_it else None))


def last_notice(facts: CaseFacts) -> Post | None:
    """Chatwork's last notice in the name of the other side, if it is later than their last speech.

    The post of a file or task that Chatwork's lists show as well is none: that act is told.
    """
    notice, speech = (_last_post(facts, facts.bases, kind) for kind in (MessageKind.NOTICE, MessageKind.SPEECH))
    listed = {(one.post.room_id, one.post.message_id) for one in facts.acts}
    if notice is None or (notice.room_id, notice.message_id) in listed:
        return None
    return notice if speech is None or notice.at > speech.at else None


def message_count(facts: CaseFacts) -> Claim[Counter[MessageKind]]:
    """How many messages are saved within what is told: speech, and Chatwork's notices apart."""
    counts: Counter[MessageKind] = Counter()
    for author in facts.authors.values():
        counts += author.posts
    return _claim(facts, counts, _missing(facts, lambda room: room.gaps))


def contact(facts: CaseFacts) -> Claim[OutsideContact]:
    """How the first message lies to the platform's rule on contact outside.

    What is missing before the first saved message could only make the contact earlier: “after” is then not known.
    """
    first = first_message(facts)
    state = outside_contact(
        facts.contract, platform_of(facts.contract.platform), None if first.value is None else first.value.at
    )
    if state.is_early or state is OutsideContact.FREE or first.is_whole:
        return Claim(state, Knowledge.WHOLE, first.basis, first.entries)
    return Claim(OutsideContact.UNKNOWN, first.knowledge, first.basis, first.entries, first.missing)


def _last_post(facts: CaseFacts, accounts: Iterable[int], kind: MessageKind) -> Post | None:
    posts = (facts.authors[account].last.get(kind) for account in accounts if account in facts.authors)
    return max(
        (post for post in posts if post is not None), key=lambda post: (post.at, int(post.message_id)), default=None
    )


def _claim(facts: CaseFacts, value: Counted, missing: Missing) -> Claim[Counted]:
    entries = (value.seq,) if isinstance(value, Post) else ()
    if facts.rooms and missing.unread_rooms == len(facts.rooms):
        return Claim(value, Knowledge.UNKNOWN, Basis.NONE, entries, missing)
    return Claim(value, Knowledge.SAVED if missing else Knowledge.WHOLE, Basis.REPLY, entries, missing)


def _missing(facts: CaseFacts, gaps_of: Callable[[RoomFacts], Iterable[Gap]]) -> Missing:
    """What these gaps of the rooms hold, as far as a counter tells it."""
    listed = facts.rooms
    gaps = [gap for room in listed for gap in gaps_of(room)]
    unsaved = [gap for gap in gaps if not gap.is_erased]
    return Missing(
        estimate=sum(gap.missing or 0 for gap in unsaved),
        hidden=sum(gap.missing or 0 for gap in gaps if gap.reason == "plan"),
        gaps=len(gaps),
        uncounted=sum(gap.missing is None for gap in unsaved),
        emptied=sum(gap.missing == 0 for gap in unsaved),
        erased=sum(gap.missing or 0 for gap in gaps if gap.is_erased),
        unread_rooms=sum(1 for room in listed if not room.is_read),
        closed_rooms=sum(1 for room in listed if room.is_closed),
        since=facts.behind_since,
    )


def _is_before_first(gap: Gap, room: RoomFacts) -> bool:
    first = room.beginning.first
    return first is None or gap.after is None or int(gap.after) < int(first.message_id)


class Turn(NamedTuple):
    """The last act of the other side, and the reporter's first one after it that is more than a courtesy, if any is."""

    last: Act | None
    """None: no act of theirs is saved."""
    asked: Act | None
    """None: the other side acted last."""
    until: datetime | None
    """Up to when it is known what was posted; None: not known."""
    is_closed: bool
    """Whether a room cannot be opened any more, so that nothing can be known later."""
    strangers: Counter[int]
    """Account → its messages after the other side's last act, of those whose side nobody entered, and of twins."""
    open_until: datetime | None = None
    """Up to when it is known of the rooms that still open."""

    @property
    def is_reporters(self) -> bool:
        """Whether the other side acted last."""
        return self.last is not None and self.asked is None

    @property
    def asking(self) -> Act | None:
        """The reporter's act that waits for an answer."""
        return None if self.asked is None or self.asked.is_courtesy else self.asked


def turn(facts: CaseFacts) -> Claim[Turn]:
    """Whose turn it is; unknown while nobody is known to be the other side.

    Whole only if nothing is missing after the other side's last act, and nobody wrote later whose side is not entered.
    """
    reply, last = last_reply(facts), last_act(facts)
    own = [one for one in facts.acts if one.post.account_id in facts.reporters]
    later = [one for one in own if last is None or _is_later(one, last.post)]
    value = Turn(
        last,
        first_asking(sorted(later, key=lambda one: one.post.at)),
        facts.known_until,
        any(room.is_closed for room in facts.rooms),
        facts.strangers,
        facts.open_until,
    )
    is_doubtful = reply.is_whole and (value.until is None or value.strangers)
    entries = tuple(one.post.seq for one in (value.last, value.asked) if one is not None)
    return Claim(value, Knowledge.SAVED if is_doubtful else reply.knowledge, reply.basis, entries, reply.missing)


def last_act(facts: CaseFacts) -> Act | None:
    """The last act of the other side, a file or a task too; one of which no reply tells who did it may be theirs."""
    reply = last_reply(facts).value
    acts = [one for one in facts.acts if one.post.account_id in facts.bases or not one.post.account_id]
    speech = [] if reply is None else [Act(ActKind.MESSAGE, reply)]
    return max([*speech, *acts], key=lambda one: one.post.at, default=None)


def with_acts(
    facts: CaseFacts,
    acts: Iterable[Act],
    own_after: Callable[[Post | None], Act | None],
    strangers_after: Callable[[Post | None], Counter[int]],
) -> CaseFacts:
    """The facts with what files and tasks show after the other side's last speech, and what others wrote after that.

    `own_after` gives the reporter's first message after a post, `strangers_after` how many messages everybody wrote
    whose side is not entered. Nothing is added while nobody is known to be the other side.
    """
    if not facts.bases:
        return facts
    reply = last_reply(facts).value
    known = replace(facts, acts=tuple(one for one in acts if reply is None or _is_later(one, reply)))
    last = last_act(known)
    own = own_after(None if last is None else last.post)
    strangers = strangers_after(None if last is None else last.post)
    return replace(known, acts=known.acts if own is None else (*known.acts, own), strangers=strangers)


def _is_later(act: Act, post: Post) -> bool:
    """Whether an act is later than a post; the id of a task that was listed late tells it."""
    is_listed_late = act.is_noticed and act.kind is ActKind.TASK_GIVEN
    is_after = is_later(act.post, post)
    return is_after and not (is_listed_late and int(act.post.message_id) < int(post.message_id))


def is_later(post: Post, before: Post | None) -> bool:
    """Whether a post is later than another one; within a second the ids tell it."""
    return before is None or (post.at, int(post.message_id)) > (before.at, int(before.message_id))


def days_waiting(claim: Claim[Turn], now: datetime, *, begun: Post | None = None) -> int | None:
    """For how many whole days the reporter has had no answer, or gave none to what the other side has `begun` to write;
    None: it is not the turn of who should, or not known.

    It counts up to the last list that was read, and where a room was closed since then up to now.
    """
    asking, until, missing = claim.value.asking, claim.value.until, claim.missing
    asked = begun if claim.value.is_reporters else asking and asking.post
    is_open = missing.gaps or missing.unread_rooms or missing.unknown_text or claim.value.strangers
    if asked is None or until is None or until < asked.at or is_open or claim.knowledge is Knowledge.UNKNOWN:
        return None
    return ((now if claim.value.is_closed else until) - asked.at).days


SideCounts = Counter[CaseSide]
"""How many messages of each side."""

EDITS = (ChangeKind.EDITED, ChangeKind.EDITED_BEFORE)
DELETIONS = (ChangeKind.DELETED, ChangeKind.EDITED_DELETED, ChangeKind.DELETED_BEFORE)
"""Kinds of which a message has one at most."""


def changed_sides(changed: ChangedMessages, kind: ChangeKind) -> SideCounts:
    """How many messages of each side changed so, Chatwork's notices left out; no reply tells who changed them.

    What was deleted between two readings, or lies in a gap, is not known.
    """
    sides: SideCounts = Counter()
    for account, author in changed.authors.items():
        if author.changes[kind]:
            sides[changed.sides.side(account)] += author.changes[kind]
    return sides


def changed_count(changed: ChangedMessages, kinds: Collection[ChangeKind]) -> int:
    """How many messages changed in one of these ways, whosever they are, Chatwork's notices left out."""
    return sum(changed_sides(changed, kind).total() for kind in kinds)


def own_changes(facts: CaseFacts) -> Counter[ChangeKind]:
    """The reporter's own changed messages by kind; what the plan hides is no change of anybody's."""
    kinds = (one for one in ChangeKind if one is not ChangeKind.HIDDEN)
    return +Counter[ChangeKind]({kind: changed_sides(facts.changed, kind)[CaseSide.REPORTER] for kind in kinds})


class ClosedAccount(NamedTuple):
    """The API's own sign of a closed account, and the post before it that tells Chatwork's own time."""

    sign: AccountClosing
    post: CancellationPost | None
    accounts: int
    """How many accounts the other side has."""


def closed_account(facts: CaseFacts) -> Claim[ClosedAccount | None]:
    """The first account of the other side that is seen to be closed, with the time we noticed it.

    The ending of the name is a sign by itself; the other signs only after a post about it. A post alone is none, as
    anybody can write it. No reply tells when an account was closed, nor that none was: without a sign nothing is known.
    """
    found = [
        ClosedAccount(one, _post_before(facts, one), len(facts.bases))
        for one in facts.closings
        if one.account_id in facts.bases
    ]
    known = [one for one in found if one.sign.sign is ClosingSign.SUFFIX or one.post is not None]
    first = min(known, key=lambda one: (one.sign.sign is not ClosingSign.SUFFIX, one.sign.at), default=None)
    if first is None:
        return Claim(None, Knowledge.UNKNOWN, Basis.NONE)
    entries = (first.sign.seq,) if first.post is None else (first.post.seq, first.sign.seq)
    return Claim(first, Knowledge.WHOLE, Basis.REPLY, entries)


def closed_since(names: Iterable[tuple[str, datetime]]) -> datetime | None:
    """Since when all names of a person have had the mark; None: the last one has not. Names come oldest first."""
    times = [since for _name, since in takewhile(lambda one: closed_mark(one[0]), reversed(list(names)))]
    return times[-1] if times else None


def _post_before(facts: CaseFacts, sign: AccountClosing) -> CancellationPost | None:
    """The last post about this account, of anybody but the reporter, that a reply with the sign came after.

    An earlier one of several may have been typed.
    """
    posts = [
        post
        for post in facts.cancellations
        if (post.about or post.author) == sign.account_id
        and post.author not in facts.reporters
        and post.at <= sign.at
        and (sign.sign is ClosingSign.SUFFIX or post.room_id == sign.room_id)
    ]
    return max(posts, key=lambda post: post.at, default=None)
