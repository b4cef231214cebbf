"""Claims about messages: the first one, the other side's last reply, how many there are, early contact."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import TypeVar

from archiver.claims.claim import Claim, Knowledge, Missing
from archiver.contract_dates import OutsideContact, outside_contact
from archiver.platforms.job_platform import platform_of
from archiver.records import Basis, CaseFacts, Gap, MessageKind, Post, RoomFacts

Counted = TypeVar("Counted")


def first_message(facts: CaseFacts) -> Claim[Post | None]:
    """The first message of the contract's rooms: of the rooms, as contact does not begin with a contract's period.

    Whole only if every room was read and no gap lies before its own first saved message.
    """
    posts = [room.beginning.first for room in facts.rooms if room.beginning.first is not None]
    first = min(posts, key=lambda post: (post.at, int(post.message_id)), default=None)
    missing = _missing(facts.rooms, lambda room: (gap for gap in room.beginning.gaps if _is_before_first(gap, room)))
    if first is not None:
        missing = replace(missing, closed_rooms=0)  # what came after a closing is no beginning
    return _claim(facts, first, missing)


def last_reply(facts: CaseFacts) -> Claim[Post | None]:
    """The last speech of the other side; unknown while nobody is known to be the other side.

    Whole only if no gap lies after it in any room, and no post of theirs of which no text was ever seen.
    """
    if not facts.counterparts:
        return Claim(None, Knowledge.UNKNOWN, Basis.NONE)
    last = _last_post(facts, facts.counterparts, MessageKind.SPEECH)
    missing = _missing(facts.rooms, lambda room: (gap for gap in room.gaps if _reaches_beyond(gap, last)))
    unknown = _last_post(facts, facts.counterparts, MessageKind.UNKNOWN)
    is_later = unknown is not None and (last is None or unknown.at >= last.at)
    return _claim(facts, last, replace(missing, has_unknown_text=is_later))


def last_notice(facts: CaseFacts) -> Post | None:
    """Chatwork's last notice in the name of the other side, if it is later than their last speech.

    The post of a file or task that Chatwork's lists show as well is none: that act is told.
    """
    notice, speech = (_last_post(facts, facts.counterparts, kind) for kind in (MessageKind.NOTICE, MessageKind.SPEECH))
    listed = {(one.post.room_id, one.post.message_id) for one in facts.acts}
    if notice is None or (notice.room_id, notice.message_id) in listed:
        return None
    return notice if speech is None or notice.at > speech.at else None


def message_count(facts: CaseFacts) -> Claim[Counter[MessageKind]]:
    """How many messages are saved within what is told: speech, and Chatwork's notices apart."""
    counts: Counter[MessageKind] = Counter()
    for author in facts.authors.values():
        counts += author.posts
    return _claim(facts, counts, _missing(facts.rooms, lambda room: room.gaps))


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


def _last_post(facts: CaseFacts, accounts: frozenset[int], kind: MessageKind) -> Post | None:
    posts = (facts.authors[account].last.get(kind) for account in accounts if account in facts.authors)
    return max(
        (post for post in posts if post is not None), key=lambda post: (post.at, int(post.message_id)), default=None
    )


def _claim(facts: CaseFacts, value: Counted, missing: Missing) -> Claim[Counted]:
    entries = (value.seq,) if isinstance(value, Post) else ()
    if facts.rooms and missing.unread_rooms == len(facts.rooms):
        return Claim(value, Knowledge.UNKNOWN, Basis.NONE, entries, missing)
    return Claim(value, Knowledge.SAVED if missing else Knowledge.WHOLE, Basis.REPLY, entries, missing)


def _missing(rooms: Iterable[RoomFacts], gaps_of: Callable[[RoomFacts], Iterable[Gap]]) -> Missing:
    """What these gaps of the rooms hold, as far as a counter tells it."""
    listed = list(rooms)
    gaps = [gap for room in listed for gap in gaps_of(room)]
    unsaved = [gap for gap in gaps if not gap.is_erased]
    return Missing(
        estimate=sum(gap.missing or 0 for gap in unsaved),
        gaps=len(gaps),
        uncounted=sum(gap.missing is None for gap in unsaved),
        emptied=sum(gap.missing == 0 for gap in unsaved),
        erased=sum(gap.missing or 0 for gap in gaps if gap.is_erased),
        unread_rooms=sum(1 for room in listed if not room.is_read),
        closed_rooms=sum(1 for room in listed if room.is_closed),
    )


def _is_before_first(gap: Gap, room: RoomFacts) -> bool:
    first = room.beginning.first
    return first is None or gap.after is None or int(gap.after) < int(first.message_id)


def _reaches_beyond(gap: Gap, post: Post | None) -> bool:
    """Whether something in a gap may be later than a post: ids rise with the time, over all rooms."""
    return post is None or int(gap.before) > int(post.message_id)
