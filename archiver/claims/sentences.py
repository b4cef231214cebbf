"""Words claims by the rows of the one table (`claims.table`), and gives the facts of a case as a JSON document."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from datetime import UTC, date, datetime
from functools import reduce
from typing import Any

from archiver.claims.messages import (
    Claim,
    ClosedAccount,
    Knowledge,
    Missing,
    Turn,
    changed_sides,
    closed_account,
    contact,
    days_waiting,
    earlier_jobs,
    first_message,
    is_later,
    last_notice,
    last_reply,
    message_count,
    own_changes,
    turn,
)
from archiver.claims.table import word
from archiver.contract_dates import COMPARED, OutsideContact, day_of, days_since
from archiver.platforms.job_platform import Deadline
from archiver.records import (
    JST,
    Act,
    ActKind,
    Basis,
    CaseFacts,
    CaseSide,
    ChangedMessages,
    ChangeKind,
    JsonObject,
    MessageKind,
    ObservedBy,
    Post,
)
from archiver.report_language import has_days_in_words, said_day, said_time, say, screen_words


def moment(at: datetime, *, seconds: bool = True) -> str:
    """Date and time of day in Japan: `2026-11-05 10:14:33`; in an English package `5 November 2026, 10:14:33 JST`."""
    local = at.astimezone(JST).replace(tzinfo=None)
    if has_days_in_words():
        return said_time(local, seconds=seconds)
    return local.isoformat(" ", "seconds" if seconds else "minutes")


def missing_text(missing: Missing) -> str:
    """What is known to be missing; gaps with none by Chatwork's count only where there is nothing else."""
    parts = (
        ("hidden", missing.hidden),
        ("estimate", missing.estimate - missing.hidden),
        ("uncounted", missing.uncounted),
        ("erased", missing.erased),
        ("unread", missing.unread_rooms),
        ("closed", missing.closed_rooms),
    )
    listed = [word(f"missing.{name}", n=count) for name, count in parts if count]
    post = missing.unknown_text
    unknown = [] if post is None else [word("missing.unknown_text", time=moment(post.at, seconds=False))]
    emptied = [word("missing.emptied", n=missing.emptied)] if missing.emptied else []
    return word("missing.and").join([*listed, *unknown] or emptied)


def _until_text(missing: Missing) -> str:
    return "" if missing.since is None else word("until", until=moment(missing.since, seconds=False))


def first_label(facts: CaseFacts) -> str:
    """What the first message is called."""
    return word(f"first.label.{'own.' if earlier_jobs(facts) else ''}{first_message(facts).knowledge}")


def first_text(facts: CaseFacts, *notes: str, early: bool = False, time: Callable[[datetime], str] = moment) -> str:
    """When the first message was sent, with notes, or that it is not known.

    `early`: the contact is early whatever lies before it, so nothing more is said of the real beginning.
    """
    claim = first_message(facts)
    unsure = "" if claim.is_whole or early else word("first.unsure")
    return _post_text("first", claim, notes, time, unsure)


def first_sentence(facts: CaseFacts, place: str = "", *, time: Callable[[datetime], str] = moment) -> str:
    """The first message, how it lies to the platform's rule, and to which jobs what lies before it belongs."""
    notes = place, contact_text(facts), _earlier_text(facts)
    return f"{first_label(facts)} {first_text(facts, *notes, early=contact(facts).value.is_early, time=time)}"


def _earlier_text(facts: CaseFacts) -> str:
    earlier = earlier_jobs(facts)
    if earlier is None:
        return ""
    jobs = (
        word("first.earlier.approved", job=job, day=day_text(at)) if (at := day_of(day)) else job
        for job, day in earlier.jobs
    )
    return word("first.earlier", day=day_text(earlier.since), jobs=say("、").join(jobs))


def shared_text(facts: CaseFacts) -> str:
    """That other jobs have the same chats at the same time; empty if none has."""
    jobs = dict.fromkeys(job for room in facts.rooms for job in room.beginning.shared)
    return word("shared", jobs=say("、").join(jobs)) if jobs else ""


def contact_text(facts: CaseFacts) -> str:
    """How the first message lies to the platform's rule; empty where nothing can be said."""
    state, post = contact(facts).value, first_message(facts).value
    if post is None or (state not in COMPARED and state not in (OutsideContact.SAME_DAY, OutsideContact.AFTER)):
        return ""
    since = day_of(getattr(facts.contract, COMPARED.get(state, ""), None))
    days = 0 if since is None else days_since(post.at, since)
    return word(f"contact.{state}{'' if days or since is None else '.same'}", n=days)


def order_text(first: Claim[Post | None], stated: str | None) -> str:
    """By how many days the first message lies before or after a stated day; empty where one of them is not known.

    What is missing before the first saved message could only make it earlier: “after” is then not known.
    """
    since = day_of(stated)
    if first.value is None or since is None:
        return ""
    days = days_since(first.value.at, since)
    if days > 0:
        return word("order.before" if first.is_whole else "order.before.saved", n=days)
    if not first.is_whole:
        return word("order.unsure")
    return word("order.after", n=-days) if days else word("order.same")


def reply_label(claim: Claim[Post | None]) -> str:
    """What the other side's last reply is called."""
    return word(f"reply.label.{claim.knowledge}")


def reply_text(claim: Claim[Post | None], *notes: str, time: Callable[[datetime], str] = moment) -> str:
    """When the other side last spoke, with notes, or that it is not known."""
    return _post_text("reply", claim, notes, time)


def act_text(act: Act, *, shown: Callable[[str], str] = str) -> str:
    """What somebody did, with its number and day; `shown` makes an untrusted name or text fit to print."""
    what, before = shown(act.what), shown(act.before)
    key = "act.task_reworded" if act.before and before != what else f"act.{act.kind}"
    return word("noted", text=word(key, what=what, before=before), notes=_place_text(act))


def turn_lines(facts: CaseFacts, now: datetime, *, shown: Callable[[str], str] = str) -> Iterator[str]:
    """Accounts with a name of the other side, then what came after their last speech: acts of theirs, people of unknown
    side, the reporter unanswered.
    """
    yield from twin_lines(facts)
    claim = turn(facts)
    last = claim.value.last
    if last is not None and last.kind is not ActKind.MESSAGE:
        key = "turn.later" if last.post.account_id else "turn.later.nobody"
        yield word(key, act=act_text(last, shown=shown))
    if others := [n for one, n in facts.strangers.items() if one not in facts.twins]:
        yield word("turn.strangers", people=len(others), n=sum(others))
    yield from filter(None, (waiting_text(claim, now, shown=shown),))


def twin_lines(facts: CaseFacts) -> Iterator[str]:
    """Each account that wrote and came later with the name of somebody of the other side, and how much it wrote."""
    for account, (called, since) in facts.twins.items():
        if account in facts.authors and (n := facts.authors[account].posts.total()):
            yield word("turn.twin", id=called, since=day_text(since), n=n)


def waiting_text(claim: Claim[Turn], now: datetime, *, shown: Callable[[str], str] = str) -> str:
    """Since what and for how many days the reporter has had no answer; empty within a day, or if it is not so."""
    asked, until = claim.value.asked, claim.value.until
    days = days_waiting(claim, now)
    if not days or asked is None or until is None:
        return ""
    act = act_text(asked, shown=shown)
    if claim.value.is_closed:
        text = word("turn.waiting.closed", act=act, until=moment(until, seconds=False), n=claim.missing.closed_rooms)
        read = claim.value.open_until
        return text + (word("turn.waiting.open", until=moment(read, seconds=False)) if read and read > until else "")
    return word("turn.waiting", act=act, days=days, until=day_text(until))


def theirs_text(
    claim: Claim[Turn], own_deleted: Post | None, *, heard: str = "", shown: Callable[[str], str] = str
) -> str:
    """That the other side acted last, perhaps with their words, or that what the reporter wrote later was deleted;
    empty if neither is known.
    """
    last = claim.value.last
    if last is None or not claim.value.is_reporters or claim.value.strangers or not last.post.account_id:
        return ""
    if last.kind is ActKind.MESSAGE:
        is_deleted = own_deleted is not None and is_later(own_deleted, last.post)
        place = say("、").join(filter(None, [_place_text(last), _until_text(claim.missing)]))
        text = word("turn.theirs.deleted" if is_deleted else "turn.theirs", place=place)
        return word("quote.heard", when=text, text=heard) if heard and not is_deleted else text
    return word("turn.later", act=act_text(last, shown=shown))


def silence_reason(claim: Claim[Turn]) -> str:
    """The silence of the other side as a reason for a request."""
    until = claim.value.until
    if until is None or not (claim.value.is_closed or claim.missing.since):
        return word("reason.silent")
    key = "reason.silent.closed" if claim.value.is_closed else "reason.silent.until"
    return word(key, until=moment(until, seconds=False), n=claim.missing.closed_rooms)


def _place_text(act: Act) -> str:
    day = day_text(act.post.at)
    return _numbered(act.post.no, word("act.noticed", time=day) if act.is_noticed else day)


def _numbered(number: int | None, time: str) -> str:
    """A time after the number that its message has in a report; `job show` gives none."""
    return say("、").join([f"No.{number}", time]) if number else time


def day_text(day: date) -> str:
    """A day in Japan: `2026-11-05`; in an English package `5 November 2026`."""
    local = day.astimezone(JST).date() if isinstance(day, datetime) else day
    return said_day(local) if has_days_in_words() else local.isoformat()


def count_text(claim: Claim[Counter[MessageKind]]) -> str:
    """How many messages are saved, what is missing, and how many of them are Chatwork's notices."""
    saved, notices, missing = claim.value.total(), claim.value[MessageKind.NOTICE], missing_text(claim.missing)
    is_emptied = claim.missing.emptied and claim.missing.emptied == claim.missing.gaps
    is_counted = is_emptied and not (claim.missing.unread_rooms or claim.missing.closed_rooms)
    text = word(f"count.{claim.knowledge if missing or claim.is_whole else 'each'}", n=saved, missing=missing)
    inside = word("count.notices", n=notices) if notices else ""
    is_more = missing and claim.knowledge is Knowledge.SAVED
    rest = word("count.emptied" if is_counted else "count.missing", missing=missing) if is_more else ""
    return _noted(text, [inside, rest, _until_text(claim.missing)])


def basis_text(basis: Basis) -> str:
    """Whose statement it is who somebody is."""
    return word(f"basis.{basis}")


def closed_text(claim: Claim[ClosedAccount | None]) -> str:
    """When the other side's account was seen to be closed; empty without a sign."""
    if claim.value is None:
        return ""
    sign, post, _accounts = claim.value
    text = word("closed", time=moment(sign.at, seconds=False), sign=closed_sign(claim.value))
    if post is None:
        return text
    return word("closed.posted", text=text, place=_numbered(post.no, moment(post.at, seconds=False)))


def closed_sign(closed: ClosedAccount) -> str:
    """What was seen of a closed account, and of which where the other side has several."""
    sign = closed.sign
    key = "closed.who.one_of" if closed.accounts > 1 else "closed.who"
    return word(f"closed.{sign.sign}", who=word(key, n=closed.accounts, id=sign.account_id), mark=sign.mark)


def sources_text(facts: CaseFacts, *, kinds: Collection[ObservedBy] = tuple(ObservedBy)) -> str:
    """By which kind of reading the messages were received; only these kinds."""
    parts = [word(f"source.{one}", n=facts.sources[one]) for one in kinds if facts.sources[one]]
    return say("、").join(parts)


def change_lines(changed: ChangedMessages) -> Iterator[tuple[ChangeKind, str]]:
    """A line for each kind of change that occurred, with the side of the messages' authors."""
    for kind in ChangeKind:
        counts = changed_sides(changed, kind)
        whose = [word(f"change.of.{name}", n=counts[side]) for side, name in _SIDES.items() if counts[side]]
        if whose:
            yield kind, word(f"change.{kind}", whose=say("、").join(whose))


def own_changes_text(facts: CaseFacts) -> str:
    """What became of the reporter's own messages, apart from all others."""
    counts = own_changes(facts)
    listed = [word(f"change.{kind}", whose=word("count.each", n=counts[kind])) for kind in counts]
    return word("change.own", what=say("、").join(listed) or word("change.own.none"))


def deadline_basis(deadline: Deadline) -> str:
    """Where a deadline's rule was read, and that it is to be checked where the rule is uncertain."""
    source = deadline.source
    by = word(f"source.by.{source.by}")
    title = say(source.title).partition("(")[0]
    text = word("deadline.source", title=title, by=by, day=day_text(source.read_on))
    return text + (word("deadline.weak") if deadline.weak else "")


def noticed_text(what: str, at: datetime, **values: str) -> str:
    """What changed and how, with the day on which it was noticed: it may have happened earlier."""
    return word("noted", text=word(f"noticed.{what}", **values), notes=word("act.noticed", time=day_text(at)))


def renamed_lines(
    renames: Sequence[tuple[str, str, datetime]], saved_at: datetime | None, shown: Callable[[str], str]
) -> list[str]:
    """That a file was listed with other names, and that its bytes were saved before, if they were, for a screen.

    `shown` makes an untrusted name fit for it.
    """
    with screen_words():
        lines = [noticed_text("file", at, before=shown(old), after=shown(new)) for old, new, at in renames]
        if renames and saved_at is not None and saved_at < renames[-1][-1]:
            lines.append(word("act.saved_before_rename"))
        return lines


def _post_text(
    fact: str, claim: Claim[Post | None], notes: Sequence[str], time: Callable[[datetime], str], last_note: str = ""
) -> str:
    missing = missing_text(claim.missing)
    until = _until_text(claim.missing)
    if claim.value is None:
        key = claim.knowledge if missing or not until else "whole"
        return _noted(word(f"{fact}.none.{key}", missing=missing), [until])
    lacking = word(f"{fact}.missing", missing=missing) if missing else ""
    return _noted(time(claim.value.at), [*notes, until, lacking, last_note])


def _noted(text: str, notes: Sequence[str]) -> str:
    inside = [note for note in notes if note]
    if not inside:
        return text
    return word(
        "noted", text=text, notes=reduce(lambda before, after: word("noted.and", before=before, after=after), inside)
    )


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
    """How many messages of each side changed in each way."""
    counts = ((one.value, changed_sides(changed, one)) for one in ChangeKind)
    return {kind: {name: sides[one] for one, name in _SIDES.items()} for kind, sides in counts}


def _closing_document(closed: ClosedAccount) -> JsonObject:
    sign, post, _accounts = closed
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
    others = {"people": len(claim.value.strangers), "messages": claim.value.strangers.total()}
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


def _time_text(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
