"""The document of ホーム: what stands first, what changed, one next step, the jobs, and one quiet line."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from gettext import gettext as _
from gettext import ngettext
from typing import Any

from archiver.claims.money import RECEIPTS, money_standing
from archiver.claims.quotation_text import seen_at
from archiver.claims.quotations import Quotation, excerpts
from archiver.platforms.job_platform import UNKNOWN, platform_of
from archiver.records import JST, CaseSides, Contract
from archiver.records.alerts import DEPARTURES, Alert, AlertRule
from archiver.render.invisible_characters import visible
from archiver.render.message_body import References
from archiver.render.reference_labels import NOWHERE
from archiver.render.snippet import own_words
from archiver.store.archive import Reading
from archiver.store.queries.contract_activity import case_sides
from archiver.store.queries.entries import last_seq
from archiver.store.queries.gaps import unlisted_beginnings
from archiver.store.queries.statements import deliveries
from archiver.store.queries.status import RoomStatus, Status
from archiver.store.queries.transcript import names_in_room
from archiver.store.queries.viewing.message_summaries import newest_message
from archiver.store.queries.viewing.quotable_messages import changed_places, quoted_messages
from archiver.store.working.alerts import open_alerts
from archiver.store.working.remembered_values import NOTICE_TRIAL, SEEN_CHANGES, SeenChanges, last_saved_at
from archiver.web.context import view_context
from archiver.web.job.fact_form import missing_facts
from archiver.web.talk.diff_html import mark_side
from archiver.web.talk.text_diff import difference
from archiver.web.template_env import age_words

Row = dict[str, Any]

QUOTED_LENGTH = 120
"""Characters of a text around what changed."""

_HEAD: Row = dict.fromkeys(
    ("job", "text", "error", "noticed", "since", "due", "reason", "saved", "room_id", "message_id")
)
"""What only some headlines have."""

NEVER = SeenChanges(0, datetime.min.replace(tzinfo=JST))


def home_document(reading: Reading, status: Status) -> Row:
    """Everything that the page shows, as rows; the headline is the first that is true."""
    context = view_context()
    now, standing = context.now(), context.standing(reading, status)
    marks = SEEN_CHANGES.recall(reading)
    jobs = [_job(reading, status, one, marks.get(one.id, NEVER), now) for one in status.contracts]
    told = [*_stopped(standing), *_gone(jobs), *_departed(jobs, standing)]
    told += [*_changed(jobs), *_unpaid(jobs), *_asked(status.alerts)]
    told = told or [*_to_look_at(standing, status, now)]
    head = told[0] if told else _calm(status, standing)
    job = next((one for one in jobs if one["id"] == head.get("job")), None)
    return {
        "head": _HEAD | head,
        "also": [_line(one) for one in told[1:]] + _lines(standing, told),
        "alerts": standing["alerts"],
        "alert_count": standing["alert_count"],
        "do_not": standing["do_not"],
        "job": job,
        "kept": _kept(status.rooms if job is None else job["rooms"]),
        "quotes": [] if job is None else job["quotes"],
        "upto": last_seq(reading),
        "last_alert": max((one.number for one in status.alerts), default=0),
        "mark": page_marks(reading)[head["kind"] == "calm"],
        "step": None if told else _next_step(reading, status, jobs, standing),
        "jobs": sorted((one for one in jobs if one["is_open"]), key=_job_order, reverse=True),
        "ended": [one for one in jobs if not one["is_open"]],
        "every": standing["every"],
        "backup": status.backup,
        "has_notices": standing["has_notices"],
    }


def page_marks(reading: Reading) -> tuple[str, str]:
    """What a page is shown up to: what was saved and the open alerts, and while all is calm the last save too."""
    saved, alerts = last_saved_at(reading), len(open_alerts(reading))
    mark = f"{last_seq(reading)}-{alerts}"
    return mark, f"{mark}-{saved.timestamp() if saved else 0:.0f}"


def _line(told: Row) -> str:
    """A headline below another one; of what stops the saving all that is said, and the names of chats."""
    return f"{told['head']} {told['text']}" if told.get("is_stop") or told["kind"] == "gone" else str(told["head"])


def _lines(standing: Mapping[str, Any], told: Sequence[Row]) -> list[str]:
    """What else is not as it should be; chats that cannot be opened are told once."""
    kinds = {one["kind"] for one in told}
    return [text for kind, text in standing["lines"] if not (kind == "shut" and "gone" in kinds)]


def _job_order(job: Row) -> tuple[bool, float]:
    """Jobs with something open first, then those with the last message."""
    return bool(job["changed"] or job["gone"]), 0 if job["last"] is None else job["last"].sent.timestamp()


def _job(reading: Reading, status: Status, contract: Contract, seen: SeenChanges, now: datetime) -> Row:
    rooms = [room for room in status.rooms if contract.id in room.contracts]
    sides = case_sides(reading, contract)
    platform = platform_of(contract.platform)
    last = newest_message(reading, [int(room.room_id) for room in rooms])
    changed = list(changed_places(reading, contract, sides, after=seen.entry))
    return {
        "id": contract.id,
        "title": visible(contract.title or contract.called),
        "client": visible(contract.client or ""),
        "account": min(sides.bases, default=0),
        "platform": "" if contract.platform in {None, UNKNOWN} else platform.name,
        "is_open": contract.state == "open",
        "rooms": rooms,
        "last": last if last is not None and last.sent is not None and _is_inside(contract, last.sent) else None,
        "words": "" if last is None else visible(own_words(last.text, _references(reading, last.room_id))),
        "is_own": last is not None and last.account_id in sides.reporters,
        "money": _money(reading, contract, now.astimezone(JST).date()),
        "missing": missing_facts(reading, contract),
        "gone": [one for one in rooms if one.inaccessible_since and one.inaccessible_since > seen.at],
        "changed": len(changed),
        "quotes": [*_quotes(reading, quoted_messages(reading, contract, sides, after=seen.entry), sides)],
        "seen": seen.at,
    }


def _is_inside(contract: Contract, at: datetime) -> bool:
    return any(one.contains(at) for one in contract.rooms)


def _money(reading: Reading, contract: Contract, today: date) -> Row | None:
    """What the job brings, as the user entered it: its amount, and how far it is paid."""
    standing = money_standing(contract, deliveries(reading, contract.id), today)
    if standing is None:
        amount = contract.amount
        return {"amount": visible(amount), "state": "unbilled", "due": None} if amount else None
    if not standing.unpaid:
        return {"amount": standing.billed, "state": "paid", "due": None}
    stated = [one for one in standing.balances if one.unpaid and one.due and one.basis not in RECEIPTS]
    due = min((one.due for one in stated if one.due), default=None)
    is_late = any(one.days_late for one in stated)
    return {"amount": standing.unpaid, "state": "late" if is_late else "billed", "due": due}


def _references(reading: Reading, room: int) -> References:
    return replace(NOWHERE, name_of=names_in_room(reading, room).get)


def _quotes(reading: Reading, quoted: Sequence[Quotation], sides: CaseSides) -> Iterator[Row]:
    """The changed messages, before and after."""
    for one in sorted(quoted, key=lambda one: one.rank, reverse=True):
        references = _references(reading, one.message.room_id)
        texts = excerpts([visible(own_words(text.body, references)) for text in one.shown], QUOTED_LENGTH)
        pieces = difference(texts[0], texts[-1])
        is_edit = not one.is_gone
        yield {
            "message": one.message,
            "name": visible(one.message.name),
            "is_client": one.message.account_id in sides.bases,
            "kind": str(one.became),
            "before": mark_side(pieces, later=False) if is_edit else texts[0],
            "after": mark_side(pieces, later=True) if is_edit else "",
            "shown_until": (one.before if is_edit else one.message.texts[-1]).last_seen,
            "seen": seen_at(one),
        }


# --- the headline: the first that is true ---------------------------------------------------------


def _sentences(text: str) -> tuple[str, str]:
    """The first sentence, and the others."""
    first, *others = re.split(r"(?<=。)|(?<=[.!?]) +", text, maxsplit=1)
    return first.strip(), (others[0] if others else "").strip()


def _stopped(standing: Mapping[str, Any]) -> Iterator[Row]:
    """Saving has stopped, or will."""
    for kind, sentence, error in standing["stopped"]:
        head, text = _sentences(sentence)
        state = "look" if kind in {"setup", "no_contract", "ended", "first_save"} else "lose"
        yield {"state": state, "kind": kind, "head": head, "text": text, "error": error, "is_stop": True}


def _gone(jobs: Sequence[Row]) -> Iterator[Row]:
    for job in jobs:
        rooms: list[RoomStatus] = job["gone"]
        if not rooms:
            continue
        kept = _kept(rooms)
        head = ngettext(
            "{n} chat can no longer be opened. {kept} of it are saved.",
            "{n} chats can no longer be opened. {kept} of them are saved.",
            len(rooms),
        )
        names = _(", ").join(visible(one.name) or str(one.room_id) for one in rooms)
        since = min(one.inaccessible_since for one in rooms if one.inaccessible_since)
        yield {"state": "look", "kind": "gone", "job": job["id"], "head": head.format(n=len(rooms), kept=kept)} | {
            "text": names,
            "since": since,
            "reason": _("The reason is not known."),
        }


def _departed(jobs: Sequence[Row], standing: Mapping[str, Any]) -> Iterator[Row]:
    """Somebody or something that disappeared, beside chats and messages."""
    for job in jobs:
        if job["id"] in standing["changes"] and not job["gone"]:
            head = _("Something big changed in the chat of “{job}”.").format(job=job["title"])
            kind = {"state": "look", "kind": "departed", "job": job["id"]}
            yield kind | {"head": head, "text": standing["changes"][job["id"]], "reason": _("The reason is not known.")}


def _changed(jobs: Sequence[Row]) -> Iterator[Row]:
    """Messages of the other side that were deleted or edited, and not yet marked as seen."""
    for job in jobs:
        if not job["changed"]:
            continue
        names = {one["name"] for one in job["quotes"]}
        name = names.pop() if len(names) == 1 and job["changed"] == len(job["quotes"]) else ""
        words = changed_words(job["changed"], name)
        text = _("Job “{job}”. The reason is not known.").format(job=job["title"])
        seen = max((one["seen"] for one in job["quotes"]), default=None)
        yield {"state": "look", "kind": "changed", "job": job["id"], "head": words, "text": text, "noticed": seen}


def changed_words(count: int, name: str) -> str:
    """That messages changed, of somebody by name or else of others, and that the earlier texts are saved."""
    named = _("{n} messages from {name} changed. Their earlier texts are all saved.")
    if count == 1:
        named = _("1 message from {name} changed. Its earlier text is saved.")
    other = ngettext(
        "{n} message of somebody else changed. The earlier text is saved.",
        "{n} messages of others changed. The earlier texts are all saved.",
        count,
    )
    return (named if name else other).format(n=count, name=name)


def _unpaid(jobs: Sequence[Row]) -> Iterator[Row]:
    for job in jobs:
        if job["is_open"] and job["money"] and job["money"]["state"] == "late":
            head = _("The promised day of payment has passed. {amount} yen are unpaid.")
            yield {"state": "look", "kind": "unpaid", "job": job["id"], "text": job["title"]} | {
                "head": head.format(amount=f"{job['money']['amount']:,}"),
                "due": job["money"]["due"],
            }


def _asked(alerts: Sequence[Alert]) -> Iterator[Row]:
    """Papers or account numbers were asked for."""
    found = [one for one in alerts if one.rule is AlertRule.A8 and one.room_id and one.message_id]
    if found:
        head = _("A message asks for identity papers or bank data.")
        text = _("Give them only where the platform itself asks for them.")
        place = {"room_id": found[-1].room_id, "message_id": found[-1].message_id}
        yield {"state": "look", "kind": "asked", "head": head, "text": text} | place


def _to_look_at(standing: Mapping[str, Any], status: Status, now: datetime) -> Iterator[Row]:
    """Nothing of the above, but “all good” would say too much; the lines below say what."""
    if not standing["unsure"]:
        return
    n = len(standing["lines"])
    head = ngettext("{n} thing needs a look.", "{n} things need a look.", n).format(n=n)
    if not n:
        head = _("The last save was {age}.").format(age=age_words(now - status.last_sync)) if status.last_sync else ""
    yield {"state": "look", "kind": "lines", "head": head or _("Nothing was saved yet."), "text": ""}


def _calm(status: Status, standing: Mapping[str, Any]) -> Row:
    by_team = standing["kept_by_team"]
    where = _("All good. {kept} are in the team's ledger.") if by_team != "nothing" else ""
    kept = _kept(status.rooms, are_files_told=by_team != "records")  # else they are with one of its machines
    head = (where or _("All good. {kept} are on this computer.")).format(kept=kept)
    return {"state": "", "kind": "calm", "head": head, "text": "", "saved": status.last_sync}


def _kept(rooms: Sequence[RoomStatus], *, are_files_told: bool = True) -> str:
    """How many messages and files are saved of these chats, in words."""
    messages, files = sum(one.messages for one in rooms), sum(one.files.saved for one in rooms)
    said = ngettext("{n} message", "{n} messages", messages).format(n=f"{messages:,}")
    if not files or not are_files_told:
        return said
    more = ngettext("{n} file", "{n} files", files).format(n=f"{files:,}")
    return _("{messages} and {files}").format(messages=said, files=more)


# --- what to do next when all is calm -------------------------------------------------------------


def _next_step(reading: Reading, status: Status, jobs: Sequence[Row], standing: Mapping[str, Any]) -> Row | None:
    """The first that is true: old messages not saved, no backup, notices never seen, facts missing."""
    rooms = {int(room.room_id) for job in jobs if job["is_open"] for room in job["rooms"]}
    older = unlisted_beginnings(reading, rooms)
    if older.rooms:
        return {"kind": "older", "n": older.missing}
    if status.backup is None and standing["kept_by_team"] == "nothing":
        return {"kind": "backup"}
    trial = NOTICE_TRIAL.recall(reading)
    if trial is None or not trial.seen:
        return {"kind": "notices"}
    lacking = next((job for job in jobs if job["is_open"] and job["missing"]), None)
    return None if lacking is None else {"kind": "facts", "job": lacking["id"], "n": len(lacking["missing"])}


def departure_alerts(alerts: Sequence[Alert], rooms: Sequence[int]) -> list[int]:
    """The numbers of the open alerts that the headline of a job tells of."""
    rules = DEPARTURES | {AlertRule.A10}
    return [one.number for one in alerts if one.rule in rules and one.room_id in rooms]
