"""Words claims by the rows of the one table (`claims.table`), and gives the facts of a case as a JSON document."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from datetime import UTC, date, datetime
from typing import Any

from archiver.claims.claim import Claim, Missing
from archiver.claims.messages import (
    ClosedAccount,
    Turn,
    changed_notices,
    changed_sides,
    closed_account,
    contact,
    days_waiting,
    first_message,
    last_notice,
    last_reply,
    message_count,
    own_changes,
    turn,
)
from archiver.claims.table import word
from archiver.contract_dates import OutsideContact, day_of, days_since
from archiver.platforms.job_platform import Deadline
from archiver.records import (
    JST,
    AccountClosing,
    Act,
    ActKind,
    Basis,
    CaseFacts,
    CaseSide,
    ChangedMessages,
    ChangeKind,
    Contract,
    JsonObject,
    MessageKind,
    ObservedBy,
    Post,
)
from archiver.report_language import current_language, english_day, english_time, is_english

_SIDES_EN = {CaseSide.COUNTERPART: "the client", CaseSide.REPORTER: "the reporter", CaseSide.OTHER: "other people"}


def moment(at: datetime, *, seconds: bool = True) -> str:
    """Date and time of day in Japan: `2026-11-05 10:14:33`; in an English package `5 November 2026, 10:14:33 JST`."""
    local = at.astimezone(JST).replace(tzinfo=None)
    if is_english():
        return english_time(local, seconds=seconds)
    return local.isoformat(" ", "seconds" if seconds else "minutes")


def comma(lang: str | None = None) -> str:
    """What stands between the parts of a list."""
    return "、" if (lang or current_language()) == "ja" else ", "


def missing_text(missing: Missing, lang: str | None = None) -> str:
    """What is known to be missing; gaps with none by Chatwork's count only where there is nothing else."""
    parts = (
        ("estimate", missing.estimate),
        ("uncounted", missing.uncounted),
        ("erased", missing.erased),
        ("unread", missing.unread_rooms),
        ("closed", missing.closed_rooms),
    )
    listed = [word(f"missing.{name}", lang, n=count) for name, count in parts if count]
    unknown = [word("missing.unknown_text", lang)] if missing.has_unknown_text else []
    emptied = [word("missing.emptied", lang, n=missing.emptied)] if missing.emptied else []
    return word("missing.and", lang).join([*listed, *unknown] or emptied)


def first_label(claim: Claim[Post | None], lang: str | None = None) -> str:
    """What the first message is called."""
    return word(f"first.label.{claim.knowledge}", lang)


def first_text(
    claim: Claim[Post | None],
    lang: str | None = None,
    *notes: str,
    early: bool = False,
    time: Callable[[datetime], str] = moment,
) -> str:
    """When the first message was sent, with notes, or that it is not known.

    `early`: the contact is early whatever lies before it, so nothing more is said of the real beginning.
    """
    unsure = "" if claim.is_whole or early else word("first.unsure", lang)
    return _post_text("first", claim, lang, notes, time, unsure)


def contact_text(
    claim: Claim[OutsideContact], first: Claim[Post | None], contract: Contract, lang: str | None = None
) -> str:
    """How the first message lies to the platform's rule; empty where nothing can be said."""
    state, post = claim.value, first.value
    stated = {
        OutsideContact.BEFORE_APPROVAL: contract.contact_approved_on,
        OutsideContact.BEFORE_ESCROW: contract.escrowed_at,
        OutsideContact.BEFORE_CONTRACT: contract.contracted_on,
    }
    if post is None or (state not in stated and state not in (OutsideContact.SAME_DAY, OutsideContact.AFTER)):
        return ""
    since = day_of(stated.get(state))
    days = 0 if since is None else days_since(post.at, since)
    return word(f"contact.{state}{'' if days or since is None else '.same'}", lang, n=days)


def order_text(first: Claim[Post | None], stated: str | None, lang: str | None = None) -> str:
    """By how many days the first message lies before or after a stated day; empty where one of them is not known.

    What is missing before the first saved message could only make it earlier: “after” is then not known.
    """
    since = day_of(stated)
    if first.value is None or since is None:
        return ""
    days = days_since(first.value.at, since)
    if days > 0:
        return word("order.before" if first.is_whole else "order.before.saved", lang, n=days)
    if not first.is_whole:
        return word("order.unsure", lang)
    return word("order.after", lang, n=-days) if days else word("order.same", lang)


def reply_label(claim: Claim[Post | None], lang: str | None = None) -> str:
    """What the other side's last reply is called."""
    return word(f"reply.label.{claim.knowledge}", lang)


def reply_text(
    claim: Claim[Post | None], lang: str | None = None, *notes: str, time: Callable[[datetime], str] = moment
) -> str:
    """When the other side last spoke, with notes, or that it is not known."""
    return _post_text("reply", claim, lang, notes, time)


def act_text(act: Act, lang: str | None = None, *, shown: Callable[[str], str] = str) -> str:
    """What somebody did, with its number and day; `shown` makes an untrusted name or text fit to print."""
    return word("noted", lang, text=word(f"act.{act.kind}", lang, what=shown(act.what)), notes=_place_text(act, lang))


def turn_lines(
    claim: Claim[Turn], now: datetime, lang: str | None = None, *, shown: Callable[[str], str] = str
) -> Iterator[str]:
    """What came after the other side's last speech: acts of theirs, people of unknown side, the reporter unanswered."""
    last = claim.value.last
    if last is not None and last.kind is not ActKind.MESSAGE:
        key = "turn.later" if last.post.account_id else "turn.later.nobody"
        yield word(key, lang, act=act_text(last, lang, shown=shown))
    if claim.value.people:
        yield word("turn.strangers", lang, people=claim.value.people, n=claim.value.messages)
    yield from filter(None, (waiting_text(claim, now, lang, shown=shown),))


def waiting_text(
    claim: Claim[Turn], now: datetime, lang: str | None = None, *, shown: Callable[[str], str] = str
) -> str:
    """Since what and for how many days the reporter has had no answer; empty within a day, or if it is not so."""
    asked, until = claim.value.asked, claim.value.until
    days = days_waiting(claim, now)
    if not days or asked is None or until is None:
        return ""
    act = act_text(asked, lang, shown=shown)
    if claim.value.is_closed:
        return word("turn.waiting.closed", lang, act=act, until=moment(until, seconds=False))
    return word("turn.waiting", lang, act=act, days=days, until=day_text(until))


def theirs_text(claim: Claim[Turn], lang: str | None = None, *, shown: Callable[[str], str] = str) -> str:
    """That the other side acted last; empty if the reporter did, or it is not known."""
    last = claim.value.last
    if last is None or claim.value.asked is not None or claim.value.people or not last.post.account_id:
        return ""
    if last.kind is ActKind.MESSAGE:
        return word("turn.theirs", lang, place=_place_text(last, lang))
    return word("turn.later", lang, act=act_text(last, lang, shown=shown))


def silence_reason(claim: Claim[Turn], lang: str | None = None) -> str:
    """The silence of the other side as a reason for a request."""
    until = claim.value.until
    if not claim.value.is_closed or until is None:
        return word("reason.silent", lang)
    return word("reason.silent.closed", lang, until=moment(until, seconds=False))


def _place_text(act: Act, lang: str | None) -> str:
    day = day_text(act.post.at)
    number = [f"No.{act.post.no}"] if act.post.no else []
    return comma(lang).join([*number, word("act.noticed", lang, time=day) if act.is_noticed else day])


def day_text(day: date) -> str:
    """A day in Japan: `2026-11-05`; in an English package `5 November 2026`."""
    local = day.astimezone(JST).date() if isinstance(day, datetime) else day
    return english_day(local) if is_english() else local.isoformat()


def count_text(claim: Claim[Counter[MessageKind]], lang: str | None = None) -> str:
    """How many messages are saved, what is missing, and how many of them are Chatwork's notices."""
    saved, notices, missing = claim.value.total(), claim.value[MessageKind.NOTICE], missing_text(claim.missing, lang)
    is_emptied = claim.missing.emptied and claim.missing.emptied == claim.missing.gaps
    is_counted = is_emptied and not (claim.missing.unread_rooms or claim.missing.closed_rooms)
    text = word("count.emptied" if is_counted else f"count.{claim.knowledge}", lang, n=saved, missing=missing)
    inside = word("count.notices" if claim.is_whole else "count.notices.saved", lang, n=notices, saved=saved)
    return word("noted", lang, text=text, notes=inside) if notices else text


def basis_text(basis: Basis, lang: str | None = None) -> str:
    """Whose statement it is who somebody is."""
    return word(f"basis.{basis}", lang)


def closed_text(claim: Claim[ClosedAccount | None], lang: str | None = None) -> str:
    """When the other side's account was seen to be closed; empty without a sign."""
    if claim.value is None:
        return ""
    sign, post = claim.value
    text = word("closed", lang, time=moment(sign.at, seconds=False), sign=closed_sign(sign, lang))
    if post is None:
        return text
    return word("closed.posted", lang, text=text, posted=moment(post.at, seconds=False), no=post.no)


def closed_sign(sign: AccountClosing, lang: str | None = None) -> str:
    """What was seen of a closed account."""
    return word(f"closed.{sign.sign}", lang, mark=sign.mark)


def sources_text(
    facts: CaseFacts, lang: str | None = None, *, kinds: Collection[ObservedBy] = tuple(ObservedBy)
) -> str:
    """By which kind of reading the messages were received; only these kinds."""
    parts = [word(f"source.{one}", lang, n=facts.sources[one]) for one in kinds if facts.sources[one]]
    return comma(lang).join(parts)


def change_lines(changed: ChangedMessages, lang: str | None = None) -> Iterator[tuple[ChangeKind, str]]:
    """A line for each kind of change that occurred, with the side of the messages' authors."""
    for kind in ChangeKind:
        counts, notices = changed_sides(changed, kind), changed_notices(changed, kind)
        whose = [sides_text(counts, lang)] if counts else []
        whose += [word("change.notices", lang, n=notices)] if notices else []
        if whose:
            yield kind, word(f"change.{kind}", lang, whose=comma(lang).join(whose))


def own_changes_text(facts: CaseFacts, lang: str | None = None) -> str:
    """What became of the reporter's own messages, apart from all others."""
    counts = own_changes(facts)
    listed = [word(f"change.{kind}", lang, whose=word("count.each", lang, n=counts[kind])) for kind in counts]
    return word("change.own", lang, what=comma(lang).join(listed) or word("change.own.none", lang))


def deadline_basis(deadline: Deadline, lang: str | None = None) -> str:
    """Where a deadline's rule was read, and that it is to be checked where the rule is uncertain."""
    source = deadline.source
    by = word(f"source.by.{source.by}", lang)
    title = source.title.partition("(")[0]
    text = word("deadline.source", lang, title=title, by=by, day=day_text(source.read_on))
    return text + (word("deadline.weak", lang) if deadline.weak else "")


def sides_text(counts: Counter[CaseSide], lang: str | None = None) -> str:
    """How many of these messages each side wrote, which says nothing about who changed them."""
    is_japanese = (lang or current_language()) == "ja"
    listed = ((side, side.value if is_japanese else _SIDES_EN[side], counts[side]) for side in CaseSide)
    return comma(lang).join(word("change.of", lang, side=name, n=count) for _, name, count in listed if count)


def _post_text(
    fact: str,
    claim: Claim[Post | None],
    lang: str | None,
    notes: Sequence[str],
    time: Callable[[datetime], str],
    last_note: str = "",
) -> str:
    missing = missing_text(claim.missing, lang)
    if claim.value is None:
        return word(f"{fact}.none.{claim.knowledge}", lang, missing=missing)
    lacking = word(f"{fact}.missing", lang, missing=missing) if missing else ""
    inside = [note for note in (*notes, lacking, last_note) if note]
    text = time(claim.value.at)
    return word("noted", lang, text=text, notes=word("noted.and", lang).join(inside)) if inside else text


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
