"""Claims about accounts: the other side's account that was closed, as Chatwork's own replies show it."""

from __future__ import annotations

from archiver.claims.claim import Claim, Knowledge
from archiver.records import AccountClosing, Basis, CaseFacts


def closed_account(facts: CaseFacts) -> Claim[AccountClosing | None]:
    """The first account of the other side whose name got the ending of closed accounts, with the time we noticed it.

    No reply tells when it was closed, nor that none was: without a sign nothing is known.
    """
    found = [closing for closing in facts.closings if closing.account_id in facts.counterparts]
    first = min(found, key=lambda closing: closing.at, default=None)
    if first is None:
        return Claim(None, Knowledge.UNKNOWN, Basis.NONE)
    return Claim(first, Knowledge.WHOLE, Basis.REPLY, (first.seq,))
