"""Claims about deletions and edits: three kinds of deletion told apart, and whose messages they were."""

from __future__ import annotations

from collections import Counter

from archiver.claims.claim import Claim, Knowledge
from archiver.claims.messages import message_count
from archiver.records import Basis, CaseFacts, CaseSide, ChangeKind

Sides = Counter[CaseSide]
"""How many messages of each side."""


def changes(facts: CaseFacts, kind: ChangeKind) -> Claim[Sides]:
    """How many messages of each side changed so; no reply tells who changed them.

    Never whole: what was deleted between two readings, or lies in a gap, is not known.
    """
    sides: Sides = Counter()
    for account, author in facts.authors.items():
        if author.changes[kind]:
            sides[facts.side(account)] += author.changes[kind]
    missing = message_count(facts).missing
    return Claim(sides, Knowledge.SAVED, Basis.REPLY, missing=missing)


def own_changes(facts: CaseFacts) -> Counter[ChangeKind]:
    """The reporter's own changed messages by kind."""
    counts: Counter[ChangeKind] = Counter()
    for account, author in facts.authors.items():
        if facts.side(account) is CaseSide.REPORTER:
            counts += author.changes
    return counts
