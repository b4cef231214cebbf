"""What stands first on the user's screens: the headlines that are true, the most urgent first, each worded once."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from operator import attrgetter
from typing import Any

from archiver.records import State
from archiver.records.alerts import Alert, AlertRule, Level
from archiver.render.invisible_characters import visible
from archiver.render.times import age_words, short_day
from archiver.standing.alert_lines import NearDeadline, in_quotes
from archiver.standing.emergency_words import departure_head
from archiver.store.queries.looks_and_gaps import UnlistedBeginnings
from archiver.store.queries.status import RoomStatus, Status
from archiver.wording import gettext as _
from archiver.wording import ngettext

Row = dict[str, Any]

_FIELDS: Row = dict.fromkeys(
    ("job", "text", "quote", "error", "noticed", "since", "last", "due", "reason", "saved", "room_id", "message_id")
) | {"alerts": ()}
"""What only some headlines have; `alerts`: the numbers of those that it tells."""

_NOT_THEMSELVES = (AlertRule.A15, AlertRule.TWIN)
"""Of somebody who may be another person than the name says."""
_OF_TERMS = (AlertRule.A8, AlertRule.A13, AlertRule.A12)
"""Of papers asked for, and of other terms that are spoken of or stand in a description."""
ASKED_RULES = (*_NOT_THEMSELVES, *_OF_TERMS, AlertRule.FILE_GONE, AlertRule.END_REQUEST)
"""Rules whose alerts are headlines themselves."""

LOST, _OFF = ("gone", "departed", "changed"), ("idle", "unscheduled")
"""What disappeared in chats, quoted below; and that automatic saving is off, by which nothing disappeared yet."""


def headlines(facts: Mapping[str, Any], jobs: Sequence[Row], near: Iterable[NearDeadline]) -> list[Row]:
    """Those that are true, perhaps none; `facts`: what is observed (`home_document`), `jobs` its rows.

    Of the deadlines that are `near` the one by which silence ends the job stands first.
    """
    stopped = list(_stopped(facts))
    off = [one for one in stopped if one["kind"] in _OFF]
    told = [
        {"state": "look", "kind": "ending", "job": one.contract, "head": one.text + _(". ").rstrip()}
        | {"text": one.consequence}
        for one in near
        if one.consequence
    ]
    told += _asked(facts["asked"], (AlertRule.END_REQUEST,))
    told += [*(one for one in stopped if one not in off), *_gone(jobs), *_departed(jobs), *_changed(jobs)]
    told += [*_asked(facts["asked"], (AlertRule.FILE_GONE, *_NOT_THEMSELVES)), *off, *unpaid(jobs)]
    told += _asked(facts["asked"], _OF_TERMS)
    return [_FIELDS | one for one in told]


def headline_without_news(status: Status, facts: Mapping[str, Any], now: datetime, *, alert_count: int) -> Row:
    """The one where none of those is true; `alert_count`: so many lines tell of alerts."""
    if not facts["unsure"] and all(one.level is not Level.HIGH for one in status.alerts):
        return _FIELDS | _calm(status, facts["kept_by_team"])
    n = len(facts["lines"]) + alert_count  # “all good” would say too much; the lines below say what
    head = ngettext("{n} thing needs you.", "{n} things need you.", n).format(n=n)
    if not n:
        head = _("The last save was {age}.").format(age=age_words(now - status.last_sync)) if status.last_sync else ""
    return _FIELDS | {"state": "look", "kind": "lines", "head": head or _("Nothing was saved yet."), "text": ""}


def told_job(told: Sequence[Row]) -> Row | None:
    """The first headline that the words themselves are quoted below."""
    return next((one for one in told if one["kind"] in LOST), None)


def line_below(told: Row) -> str:
    """A headline below another one: of what stops the saving all that is said, else which chats or job it is about.

    What changed is told in its words, which are not quoted below.
    """
    is_named, head = told.get("is_stop") or told["kind"] in {"gone", "changed"}, [told["head"]]
    head.insert(told["kind"] != "changed", told["text"] if is_named else "")  # of what changed the job comes first
    return " ".join(filter(None, [*head, told["quote"]]))


def kept_words(rooms: Sequence[RoomStatus], *, are_files_told: bool = True) -> str:
    """How many messages and files are saved of these chats."""
    messages, files = sum(one.messages for one in rooms), sum(one.files.saved for one in rooms)
    said = ngettext("{n} message", "{n} messages", messages).format(n=f"{messages:,}")
    if not files or not are_files_told:
        return said
    more = ngettext("{n} file", "{n} files", files).format(n=f"{files:,}")
    return _("{messages} and {files}").format(messages=said, files=more)


def older_words(older: UnlistedBeginnings, now: datetime) -> str:
    """That messages from before a day are not saved, about how many, and what brings back those that the plan hides."""
    text = ngettext(
        "About {n} message from before {day} is not saved yet.",
        "About {n} messages from before {day} are not saved yet.",
        older.missing or 0,
    )
    if not older.missing:
        text = _("Messages from before {day} are not saved yet.")
    if older.hidden == older.rooms:
        text = _("Messages from before {day} are hidden by Chatwork's plan. A larger plan shows them again.")
    day = short_day(older.before, now) if older.before else _("the first save")
    return text.format(n=f"{older.missing or 0:,}", day=day)


def _sentences(text: str) -> tuple[str, str]:
    """The first sentence, and the others."""
    first, *others = re.split(r"(?<=。)|(?<=[.!?]) +", text, maxsplit=1)
    return first.strip(), (others[0] if others else "").strip()


def _stopped(facts: Mapping[str, Any]) -> Iterator[Row]:
    """Saving has stopped, or will."""
    for kind, sentence, error in facts["stopped"]:
        head, text = _sentences(sentence)
        state = "look" if kind in {"setup", "no_contract", "ended", "first_save"} else "lose"
        yield {"state": state, "kind": kind, "head": head, "text": text, "error": error, "is_stop": True}


def _gone(jobs: Sequence[Row]) -> Iterator[Row]:
    for job in jobs:
        rooms: list[RoomStatus] = job["gone"]
        if not rooms:
            continue
        first = min((one for one in rooms if one.last_seen), key=attrgetter("inaccessible_since"), default=None)
        kept = kept_words(rooms)
        head = ngettext(
            "{n} chat can no longer be opened. Saved of it: {kept}.",
            "{n} chats can no longer be opened. Saved of them: {kept}.",
            len(rooms),
        )
        if first is None:
            head = ngettext("{n} chat could not be opened so far.", "{n} chats could not be opened so far.", len(rooms))
        names = _(", ").join(_("“{name}”").format(name=visible(one.name) or one.room_id) for one in rooms)
        yield {"state": "look", "kind": "gone", "job": job["id"], "head": head.format(n=len(rooms), kept=kept)} | {
            "text": names + _(". ").rstrip(),
            "since": first and first.inaccessible_since,
            "last": first and first.last_seen,
            "reason": _("Chatwork does not tell why."),
        }


def _departed(jobs: Sequence[Row]) -> Iterator[Row]:
    """Somebody or something that disappeared, beside chats and messages."""
    for job in jobs:
        if job["departed"] is not None and not job["gone"]:
            kind = {"state": "look", "kind": "departed", "job": job["id"], "text": job["departed"]}
            yield kind | {"head": departure_head(job["called"]), "reason": _("Chatwork does not tell why.")}


def _changed(jobs: Sequence[Row]) -> Iterator[Row]:
    """Messages of the other side that were deleted, also before they were saved, or edited, and not marked as seen."""
    for job in jobs:
        if not job["changed"] and not job["unseen"]:
            continue
        quotes, text = job["quotes"], _("Job “{job}”.").format(job=job["title"]) if len(jobs) > 1 else ""
        name = quotes[0]["name"] if len(job["authors"]) == 1 and quotes else ""
        words = changed_words(job["became"], name) if job["changed"] else job["unseen"]
        seen = {one["seen"] for one in quotes} if job["changed"] == len(quotes) else ()
        noticed = next(iter(seen)) if len(seen) == 1 else None
        yield {"state": "look", "kind": "changed", "job": job["id"], "head": words, "text": text} | {
            "alerts": job["change_alerts"],
            "quote": " → ".join(map(in_quotes, quotes[0]["briefly"])) if quotes else "",
            "noticed": noticed,
            "reason": _("Chatwork does not tell why."),
        }


def changed_words(became: Counter[State], name: str) -> str:
    """What became of messages, of somebody by name or else of others, and that the earlier texts are saved."""
    edited, deleted, missing = (became[one] for one in (State.EDITED, State.DELETED, State.MISSING))
    parts = []
    if edited and deleted:
        text = ngettext(
            "{n} message from {name} was edited and {deleted} deleted",
            "{n} messages from {name} were edited and {deleted} deleted",
            edited,
        )
        parts.append(text)
    elif edited:
        parts.append(ngettext("{n} message from {name} was edited", "{n} messages from {name} were edited", edited))
    elif deleted:
        parts.append(ngettext("{n} message from {name} was deleted", "{n} messages from {name} were deleted", deleted))
    who = name or _("somebody else")
    parts = [one.format(n=edited or deleted, deleted=deleted, name=who) for one in parts]
    if missing:
        text = ngettext(
            "{n} message from {name} is no longer shown (reason unknown)",
            "{n} messages from {name} are no longer shown (reason unknown)",
            missing,
        )
        parts.append(text.format(n=missing, name=who))
    parts.append(ngettext("The earlier text is saved", "The earlier texts are saved", edited + deleted + missing))
    return _(". ").join(parts) + _(". ").rstrip()


def unpaid(jobs: Sequence[Row]) -> Iterator[Row]:
    """Jobs whose promised day of payment passed; where there are several jobs, the sentence itself names its job."""
    head = _("The entered day of payment has passed. {amount} yen are not entered as paid.")
    if len(jobs) > 1:
        head = _("The entered day of payment for “{job}” has passed. {amount} yen are not entered as paid.")
    for job in jobs:
        if job["is_open"] and job["money"] and job["money"]["state"] == "late":
            text = _("Was it paid? Enter it: archive job enter {job} payment").format(job=job["id"])
            yield {"state": "look", "kind": "unpaid", "job": job["id"], "text": text} | {
                "head": head.format(job=job["title"], amount=f"{job['money']['amount']:,}"),
                "due": job["money"]["due"],
            }


def _asked(told: Sequence[tuple[Alert, str, str]], rules: Collection[AlertRule]) -> Iterator[Row]:
    """The newest alert of each of these rules: its sentence, and the words that it is about."""
    newest = {alert.rule: (alert, *_sentences(sentence), quote) for alert, sentence, quote in told}
    for alert, head, text, quote in (newest[one] for one in rules if one in newest):
        place = {"room_id": alert.room_id, "message_id": alert.message_id, "alerts": [alert.number]}
        yield {"state": "look", "kind": "asked", "head": head, "text": text, "quote": quote} | place


def _calm(status: Status, by_team: str) -> Row:
    where = _("All good. {kept} are in the team's ledger.") if by_team != "nothing" else ""
    kept = kept_words(status.rooms, are_files_told=by_team != "records")  # else they are with one of its machines
    is_one = sum(one.messages + one.files.saved for one in status.rooms) == 1
    here = _("All good. {kept} is on this computer.") if is_one else _("All good. {kept} are on this computer.")
    head = (where or here).format(kept=kept)
    return {"state": "", "kind": "calm", "head": head, "text": "", "saved": status.last_read}
