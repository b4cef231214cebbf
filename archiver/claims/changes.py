"""Claims about deletions and edits: three kinds of deletion told apart, and whose messages they were."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection

from archiver.claims.claim import Claim, Knowledge
from archiver.claims.messages import message_count
from archiver.records import Basis, CaseFacts, CaseSide, ChangedMessages, ChangeKind

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
