"""Claims about changes: three kinds of deletion and edit, and the other side's account that was closed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable
from datetime import datetime
from itertools import takewhile
from typing import NamedTuple

from archiver.claims.claim import Claim, Knowledge
from archiver.claims.messages import message_count
from archiver.records import (
    AccountClosing,
    Basis,
    CancellationPost,
    CaseFacts,
    CaseSide,
    ChangedMessages,
    ChangeKind,
    ClosingSign,
    closed_mark,
)

Sides = Counter[CaseSide]
"""How many messages of each side."""

EDITS = (ChangeKind.EDITED, ChangeKind.EDITED_BEFORE)
DELETIONS = (ChangeKind.DELETED, ChangeKind.DELETED_BEFORE)
"""Kinds of which a message has one at most."""


def changes(facts: CaseFacts, kind: ChangeKind) -> Claim[Sides]:
    """How many messages of each side changed so; no reply tells who changed them.

    Never whole: what was deleted between two readings, or lies in a gap, is not known.
    """
    missing = message_count(facts).missing
    return Claim(changed_sides(facts.changed, kind), Knowledge.SAVED, Basis.REPLY, missing=missing)


def changed_sides(changed: ChangedMessages, kind: ChangeKind) -> Sides:
    """How many messages of each side changed so, Chatwork's notices left out."""
    sides: Sides = Counter()
    for account, author in changed.authors.items():
        if author.changes[kind]:
            sides[changed.sides.side(account)] += author.changes[kind]
    return sides


def changed_notices(changed: ChangedMessages, kind: ChangeKind) -> int:
    """How many of Chatwork's notices changed so."""
    return sum(author.notice_changes[kind] for author in changed.authors.values())


def changed_count(changed: ChangedMessages, kinds: Collection[ChangeKind]) -> int:
    """How many messages changed in one of these ways, whosever they are, Chatwork's notices left out."""
    return sum(changed_sides(changed, kind).total() for kind in kinds)


def own_changes(facts: CaseFacts) -> Counter[ChangeKind]:
    """The reporter's own changed messages by kind."""
    counts: Counter[ChangeKind] = Counter()
    for account, author in facts.authors.items():
        if facts.side(account) is CaseSide.REPORTER:
            counts += author.changes
    return counts


class ClosedAccount(NamedTuple):
    """The API's own sign of a closed account, and the post before it that tells Chatwork's own time."""

    sign: AccountClosing
    post: CancellationPost | None


def closed_account(facts: CaseFacts) -> Claim[ClosedAccount | None]:
    """The first account of the other side that is seen to be closed, with the time we noticed it.

    The ending of the name is a sign by itself; the other signs only after a post about it. A post alone is none, as
    anybody can write it. No reply tells when an account was closed, nor that none was: without a sign nothing is known.
    """
    found = [ClosedAccount(one, _post_before(facts, one)) for one in facts.closings if one.account_id in facts.bases]
    known = [one for one in found if one.sign.sign is ClosingSign.SUFFIX or one.post is not None]
    first = min(known, key=lambda one: (one.sign.sign is not ClosingSign.SUFFIX, one.sign.at), default=None)
    if first is None:
        return Claim(None, Knowledge.UNKNOWN, Basis.NONE)
    entries = (first.sign.seq,) if first.post is None else (first.post.seq, first.sign.seq)
    return Claim(first, Knowledge.WHOLE, Basis.REPLY, entries)


def is_closed_name(name: str) -> bool:
    """Whether a display name ends with the mark of a closed account."""
    return bool(closed_mark(name))


def was_closed(before: str, after: str) -> bool:
    """Whether a display name got the mark of a closed account."""
    return is_closed_name(after) and not is_closed_name(before)


def closed_since(names: Iterable[tuple[str, datetime]]) -> datetime | None:
    """Since when all names of a person have had the mark; None: the last one has not. Names come oldest first."""
    times = [since for _name, since in takewhile(lambda one: is_closed_name(one[0]), reversed(list(names)))]
    return times[-1] if times else None


def _post_before(facts: CaseFacts, sign: AccountClosing) -> CancellationPost | None:
    """The first post about this account, of anybody but the reporter, that a reply with the sign came after."""
    posts = [
        post
        for post in facts.cancellations
        if (post.about or post.author) == sign.account_id
        and post.author not in facts.reporters
        and post.at <= sign.at
        and (sign.sign is ClosingSign.SUFFIX or post.room_id == sign.room_id)
    ]
    return min(posts, key=lambda post: post.at, default=None)
