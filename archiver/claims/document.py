"""The facts of a case as a JSON document: each value with its knowledge, its basis and what is missing."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from archiver.claims.changes import ClosedAccount, changed_notices, changed_sides, closed_account
from archiver.claims.claim import Claim, Missing
from archiver.claims.messages import contact, first_message, last_notice, last_reply, message_count
from archiver.claims.turn import Turn, turn
from archiver.records import CaseFacts, CaseSide, ChangedMessages, ChangeKind, JsonObject, MessageKind, Post

_SIDES = {CaseSide.COUNTERPART: "counterpart", CaseSide.REPORTER: "reporter", CaseSide.OTHER: "other"}


def facts_document(facts: CaseFacts) -> JsonObject:
    """Every fact of a case, in the words of the programs that read it; times are RFC 3339 UTC."""
    count, closing, notice = message_count(facts), closed_account(facts), last_notice(facts)
    return {
        "first_message": _post_document(first_message(facts)),
        "contact": contact(facts).value.value,
        "last_reply": _post_document(last_reply(facts)),
        "turn": _turn_document(turn(facts)),
        "last_notice": None if notice is None else _time_text(notice.at),
        "messages": {
            "saved": count.value.total(),
            "notices": count.value[MessageKind.NOTICE],
            **_knowledge_document(count),
        },
        "changes": changes_document(facts.changed),
        "counterparts": {str(account): facts.bases[account].value for account in sorted(facts.bases)},
        "closed_account": None if closing.value is None else _closing_document(closing.value),
        "known_until": None if facts.known_until is None else _time_text(facts.known_until),
    }


def changes_document(changed: ChangedMessages) -> JsonObject:
    """How many messages of each side changed in each way, and how many of Chatwork's notices."""
    return {kind.value: _sides_document(changed, kind) for kind in ChangeKind}


def _closing_document(closed: ClosedAccount) -> JsonObject:
    sign, post = closed
    return {
        "account_id": sign.account_id,
        "sign": sign.sign.value,
        "noticed_at": _time_text(sign.at),
        "posted_at": None if post is None else _time_text(post.at),
    }


def _turn_document(claim: Claim[Turn]) -> JsonObject:
    last, asked = (
        None if one is None else {"kind": one.kind.value, "time": _time_text(one.post.at)} for one in claim.value[:2]
    )
    others = {"people": claim.value.people, "messages": claim.value.messages}
    return {"last_act": last, "unanswered": asked, "of_unknown_side": others, **_knowledge_document(claim)}


def _post_document(claim: Claim[Post | None]) -> JsonObject:
    post = claim.value
    told: JsonObject = {} if post is None else {"room_id": post.room_id, "message_id": post.message_id}
    return {"time": None if post is None else _time_text(post.at), **told, **_knowledge_document(claim)}


def _knowledge_document(claim: Claim[Any]) -> JsonObject:
    return {
        "knowledge": claim.knowledge.value,
        "basis": claim.basis.value,
        "missing": _missing_document(claim.missing),
    }


def _missing_document(missing: Missing) -> JsonObject:
    return {
        "estimate": missing.estimate,
        "gaps": missing.gaps,
        "gaps_of_unknown_size": missing.uncounted,
        "gaps_estimated_at_zero": missing.emptied,
        "erased": missing.erased,
        "unread_rooms": missing.unread_rooms,
        "closed_rooms": missing.closed_rooms,
    }


def _sides_document(changed: ChangedMessages, kind: ChangeKind) -> JsonObject:
    sides = changed_sides(changed, kind)
    return {name: sides[side] for side, name in _SIDES.items()} | {"notices": changed_notices(changed, kind)}


def _time_text(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
