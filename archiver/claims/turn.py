"""The claim whose turn it is: what the reporter did after the other side's last act, and for how long it has no answer.

Requests for a reply, the present situation, alerts and deadlines of silence rest on it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime
from typing import NamedTuple

from archiver.claims.claim import Claim, Knowledge
from archiver.claims.messages import last_reply
from archiver.records import Act, ActKind, CaseFacts, Post


class Turn(NamedTuple):
    """The last act of the other side, and the reporter's first one after it."""

    last: Act | None
    """None: no act of theirs is saved."""
    asked: Act | None
    """None: the other side acted last."""
    until: datetime | None
    """Up to when it is known what was posted; None: not known."""
    is_closed: bool
    """Whether a room cannot be opened any more, so that nothing can be known later."""
    people: int
    """How many people wrote after the other side's last act whose side nobody entered."""
    messages: int
    """How many messages they wrote."""


def turn(facts: CaseFacts) -> Claim[Turn]:
    """Whose turn it is; unknown while nobody is known to be the other side.

    Whole only if nothing is missing after the other side's last act, and nobody wrote later whose side is not entered.
    """
    reply, last = last_reply(facts), last_act(facts)
    own = [one for one in facts.acts if one.post.account_id in facts.reporters]
    later = [one for one in own if last is None or _is_later(one, last.post)]
    value = Turn(
        last,
        min(later, key=lambda one: one.post.at, default=None),
        facts.known_until,
        any(room.is_closed for room in facts.rooms),
        len(facts.strangers),
        facts.strangers.total(),
    )
    is_doubtful = reply.is_whole and (value.until is None or value.people)
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


def days_waiting(claim: Claim[Turn], now: datetime) -> int | None:
    """For how many whole days the reporter has had no answer; None: it is not the other side's turn, or not known.

    It counts up to the last list that was read, and where a room was closed since then up to now.
    """
    asked, until, missing = claim.value.asked, claim.value.until, claim.missing
    is_open = missing.gaps or missing.unread_rooms or missing.has_unknown_text or claim.value.people
    if asked is None or until is None or until < asked.post.at or is_open or claim.knowledge is Knowledge.UNKNOWN:
        return None
    return ((now if claim.value.is_closed else until) - asked.post.at).days
