"""The one document of how things stand: headlines, what changed, one next step, the jobs.

The terminal prints it, `status --json` gives it, ホーム shows it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from archiver.alerts.sentences import alert_sentence
from archiver.app import utc_now
from archiver.claims.invoices_and_payments import RECEIPTS, money_standing
from archiver.claims.quotations import QUOTED, Quotation, excerpts, seen_at
from archiver.custody import put_back_databases
from archiver.errors import ArchiveClosed
from archiver.health import error_reasons, snapshot
from archiver.health.conditions import OF_ALERTS, ROWS, Condition, ConditionKind, conditions, told_conditions
from archiver.health.evidence import service_sentences
from archiver.health.judgements import Situation, last_list
from archiver.health.rooms_and_runs import round_interval, unseen_bound
from archiver.health.snapshot import ComputerState, known_time
from archiver.health.words import page_sentence, sentence
from archiver.notices import apprise_sender
from archiver.platforms.job_platform import NO_PLATFORM, first_reader, platform_of
from archiver.records import JST, Contract, State, contract_facts, stated_sum
from archiver.records.alerts import Alert, AlertRule
from archiver.render.invisible_characters import visible
from archiver.render.times import interval_words, short_time
from archiver.report_language import in_program_language
from archiver.rounds import run_log
from archiver.settings.model import Settings
from archiver.setup.fact_questions import missing_facts
from archiver.standing import alert_lines
from archiver.standing.alert_lines import jobs_of_rooms, named_messages
from archiver.standing.emergencies import Emergency, emergencies, quoted_words, words_in_room
from archiver.standing.emergency_words import between_words, people_sentence, unseen_words
from archiver.standing.headlines import (
    ASKED_RULES,
    Row,
    headline_without_news,
    headlines,
    kept_words,
    line_below,
    older_words,
    told_job,
    unpaid,
)
from archiver.store.archive import Reading
from archiver.store.keeper import keeper_of
from archiver.store.queries.authors_and_changes import (
    ChangedPlace,
    changed_places,
    deleted_unseen,
    quoted_messages,
)
from archiver.store.queries.contract_activity import case_sides
from archiver.store.queries.contracts import contracts, deliveries
from archiver.store.queries.entries import last_seq
from archiver.store.queries.looks_and_gaps import unlisted_beginnings
from archiver.store.queries.status import Status, rooms_within
from archiver.store.queries.viewing.message_summaries import newest_message
from archiver.store.working.alerts import open_alerts
from archiver.store.working.remembered_values import (
    NOTICE_TRIAL,
    SEEN_CHANGES,
    LastNoticeTrial,
    SeenChanges,
    last_saved_at,
)
from archiver.wording import gettext as _

QUOTED_LENGTH, _SHORT_LENGTH = 120, 30
"""Characters of a text around what changed, and where it only says which message is meant."""

NEVER = SeenChanges(0, datetime.min.replace(tzinfo=JST))

STOPPING = frozenset(
    {
        *(ConditionKind.SETUP, ConditionKind.NO_CONTRACT, ConditionKind.ENDED, ConditionKind.STALE),
        *(ConditionKind.FAULT, ConditionKind.LEDGER, ConditionKind.DISK_FULL, ConditionKind.NO_SPACE),
        *(ConditionKind.FIRST_SAVE, ConditionKind.IDLE, ConditionKind.UNSCHEDULED, ConditionKind.UNREAD),
        *(ConditionKind.JOB_FAULT, ConditionKind.FINDINGS),
    }
)
"""Saving has stopped or will, or what is saved is in doubt: this stands first."""

_UNSURE = {
    *(ConditionKind.FAILING, ConditionKind.BEHIND, ConditionKind.SHUT, ConditionKind.FUTURE, ConditionKind.CLOCK),
    ConditionKind.GAP,
}


def home_document(
    reading: Reading, status: Status, settings: Settings, environ: Mapping[str, str], now: datetime
) -> Row:
    """Everything that a first screen shows, as rows; the schedulers of this computer are asked."""
    standing = observe_standing(reading, settings, environ, now=now, alerts=status.alerts)
    return document_of(reading, status, observed_facts(reading, status, standing), now) | {"standing": standing}


def document_of(reading: Reading, status: Status, facts: Mapping[str, Any], now: datetime) -> Row:
    """The same where this is observed (`observed_facts`); the headline is the first that is true."""
    urgent = emergencies(reading, status.contracts, status.alerts)
    marks, names = SEEN_CHANGES.recall(reading), alert_lines.contract_names(status.contracts)
    departed = {one.contract.id: people_sentence(one) for one in urgent if one.is_departure}
    jobs = [
        job_row(reading, status, one, marks.get(one.id, NEVER), now)
        | {"called": names[one.id], "departed": departed.get(one.id)}
        for one in status.contracts
    ]
    near = alert_lines.near_deadlines(reading, status.contracts, now=now)[: alert_lines.FIRST_SCREEN_LIMIT]
    told = headlines(facts, jobs, near)
    others = other_alerts(status.alerts, urgent, [number for one in told for number in one["alerts"]])
    untold = [one for one in others if not any(deadline.is_told_by(one) for deadline in near)]
    alerts = alert_lines.alert_lines(reading, untold, names)
    told = told or [headline_without_news(status, facts, now, alert_count=len(alerts) + len(others) - len(untold))]
    head, is_gone = told[0], any(one["kind"] == "gone" for one in told)
    quoted = told_job(told)
    job = next((one for one in jobs if one["id"] == (quoted or head)["job"]), None)
    in_words = job["id"] if quoted and job and job["quotes"] else None
    below = [one for one in told[1:] if one is quoted or (one["kind"], one["job"]) != ("changed", in_words)]
    lines = [one for one in facts["lines"] if not (is_gone and one["kind"] == "shut")]
    step = _next_step(reading, status, jobs, facts, now, is_calm=head["kind"] == "calm")
    more = len(alerts) - alert_lines.FIRST_SCREEN_LIMIT
    later = [one.text for one in near if not one.consequence]
    rest = _("and {n} more: archive status --alerts").format(n=more)
    return {
        "told": told,
        "head": head,
        "quoted": quoted,
        "also": [*map(line_below, below), *later, *(one["text"] for one in lines)],
        "near": later,
        "lines": lines,
        "labels": alert_lines.room_labels(reading, ()),
        "alerts": [
            *alerts[: alert_lines.FIRST_SCREEN_LIMIT],
            *([alert_lines.AlertLine(rest, None)] if more > 0 else []),
        ],
        "alert_count": len(alerts),
        "job": job,
        "kept": kept_words(status.rooms if job is None else job["rooms"]),
        "quotes": [] if job is None else job["quotes"],
        "upto": last_seq(reading),
        "last_alert": max((one.number for one in status.alerts), default=0),
        "mark": page_marks(reading)[head["kind"] == "calm"],
        "step": step
        if step and (head["kind"] == "calm" or (step["kind"] in ("older", "plan") and quoted is None))
        else None,
        "jobs": sorted((one for one in jobs if one["is_open"]), key=job_order, reverse=True),
        "ended": [one for one in jobs if not one["is_open"]],
        "every": facts["every"],
        "is_saved_by_team": facts["kept_by_team"] != "nothing"
        and all(error != ArchiveClosed.__name__ for *_stopped, error in facts["stopped"]),
        "backup": status.backup,
        "notices": facts["notices"],
    }


def other_alerts(
    alerts: Iterable[Alert], emergencies_told: Iterable[Emergency], told: Iterable[int] = ()
) -> list[Alert]:
    """The alerts that are part of no emergency, and told by no headline, whose numbers these are."""
    shown_numbers = {*told, *(one.number for alarm in emergencies_told for one in alarm.alerts)}
    return [one for one in alerts if one.number not in shown_numbers]


def alert_count(reading: Reading, alerts: Sequence[Alert]) -> int:
    """How many things the open alerts tell, as the first screen does: each emergency, and equal others once."""
    every = contracts(reading)
    urgent, names = emergencies(reading, every, alerts), alert_lines.contract_names(every)
    return len(urgent) + len(alert_lines.alert_lines(reading, other_alerts(alerts, urgent), names))


def observed_facts(reading: Reading, status: Status, standing: Standing) -> Row:
    """What is observed: what stops the saving, what else is not as it should be, whether “all good” says too much."""
    found = [one for one in standing.found if one.kind not in OF_ALERTS]
    if status.is_practice:  # nothing saves it by itself, and nothing should
        found = [one for one in found if one.kind not in {ConditionKind.UNSCHEDULED, ConditionKind.STALE}]
    labels = alert_lines.room_labels(reading, ())
    said = [(one, page_sentence(one, labels)) for one in found]
    services = [] if status.is_practice else service_sentences(reading)
    beside: list[tuple[Any, str]] = [("service", one) for one in services]
    beside += [("", one) for one in put_back_databases.overview_lines(reading)]
    emptied = _(", ").join(labels.get(int(one.room_id), str(one.room_id)) for one in status.rooms if one.emptied)
    if emptied:
        text = _("The last list of {rooms} came empty, though messages are saved; nothing is taken as deleted.")
        beside.append(("", text.format(rooms=emptied)))
    situation, every = standing.situation, _round_interval(standing.situation)
    starters = situation.computer.starters
    is_old = status.last_sync is None or status.last_sync < situation.now - 3 * every
    return {
        "stopped": [(str(one.kind), text, one.facts.get("error")) for one, text in said if one.kind in STOPPING],
        "lines": [
            *({"kind": kind, "text": text, "check": kind, "condition": None} for kind, text in beside),
            *(
                {"kind": str(one.kind), "text": text, "check": ROWS[one.kind].check, "condition": one}
                for one, text in said
                if one.kind not in STOPPING
            ),
        ],
        "unsure": (is_old and not status.is_practice) or any(one.kind in _UNSURE for one in found),
        "asked": [*_asked_alerts(reading, status, labels)],
        "kept_by_team": keeper_of(reading.home).kept.value,
        "every": interval_words(every) if starters and starters.names and not starters.is_idle else "",
        "notices": notices_words(situation.settings.notify.ways, NOTICE_TRIAL.recall(reading)),
    }


def _asked_alerts(reading: Reading, status: Status, labels: Mapping[int, str]) -> Iterator[tuple[Alert, str, str]]:
    """The alerts that are headlines, each with its sentence and the words that it is about; of changed names none."""
    rules = [one for one in status.alerts if one.rule in ASKED_RULES]
    found = [one for one in rules if one.rule is not AlertRule.A12 or one.tells_terms]
    names, jobs = alert_lines.contract_names(status.contracts), jobs_of_rooms(status.contracts)
    for one, message in zip(found, named_messages(reading, found), strict=True):
        yield one, alert_sentence(one, names, labels, jobs), message.said if message else ""


def notices_words(ways: Collection[str], trial: LastNoticeTrial | None) -> str:
    """Whether alerts reach the user, as far as test alerts were seen to come by every way of the settings."""
    if not ways:
        return _("off")
    return _("seen to arrive") if trial and {*ways} <= {*trial.seen} else _("not seen to arrive")


def page_marks(reading: Reading) -> tuple[str, str]:
    """What a page is shown up to: what was saved and the open alerts, and while all is calm the last save too."""
    saved, alerts = last_saved_at(reading), len(open_alerts(reading))
    mark = f"{last_seq(reading)}-{alerts}"
    return mark, f"{mark}-{saved.timestamp() if saved else 0:.0f}"


def job_order(job: Row) -> tuple[bool, float]:
    """Jobs with something open first, then those with the last message."""
    return bool(job["changed"] or job["gone"]), 0 if job["last"] is None else job["last"].sent.timestamp()


def job_row(reading: Reading, status: Status, contract: Contract, seen: SeenChanges, now: datetime) -> Row:
    """A job with its chats, its money and what changed in it since its user last looked."""
    rooms = rooms_within(reading, status.rooms, contract)
    sides = case_sides(reading, contract)
    platform = platform_of(contract.platform)
    last = newest_message(reading, contract)
    changed = [one for one in changed_places(reading, contract, sides, after=seen.entry) if one.is_told]
    unseen = unseen_words(deleted_unseen(reading, contract, sides, after=seen.entry))
    return _money_row(reading, contract, now) | {
        "client": visible(contract.client or ""),
        "account": min(sides.bases, default=0),
        "platform": "" if contract.platform in {None, *NO_PLATFORM} else in_program_language(platform.name),
        "end_request": platform.end_request,
        "is_removed": any(
            one.rule is AlertRule.CONTACT_GONE and one.account_id in sides.bases for one in status.alerts
        ),
        "reader": first_reader(contract.platform),
        "rooms": rooms,
        "last": last,
        "is_gone": last is not None
        and (last.state is State.MISSING or (last.was_deleted and last.state in {State.DELETED, State.HIDDEN})),
        "words": "" if last is None else words_in_room(reading, last.room_id, [last.text])[0],
        "is_own": last is not None and last.account_id in sides.reporters,
        "missing": missing_facts(reading, contract),
        "known": {one for one in ("title", "amount") if getattr(contract, one)},
        "gone": [one for one in rooms if one.inaccessible_since and one.inaccessible_since > seen.at],
        "changed": len(changed),
        "unseen": unseen,
        "is_news": not unseen and all(one.is_harmless for one in changed),
        "change_alerts": [*_alerts_of(status.alerts, changed)],
        "became": Counter(one.became for one in changed),
        "authors": {one.account_id for one in changed},
        "quotes": [*_quotes(reading, quoted_messages(reading, changed[:QUOTED]))],
        "seen": seen.at,
    }


def _alerts_of(alerts: Iterable[Alert], changed: Iterable[ChangedPlace]) -> Iterator[int]:
    """The numbers of the alerts about these changed messages."""
    places = {(one.room_id, str(one.rank[-1])) for one in changed}
    for one in alerts:
        if one.rule in (AlertRule.A10, AlertRule.DELETIONS) and (one.room_id, one.message_id) in places:
            yield one.number


def _money(reading: Reading, contract: Contract, today: date) -> Row | None:
    """What the job brings, as the user entered it: its amount and how far it is paid, or only what is overdue."""
    standing = money_standing(contract, deliveries(reading, contract.id), today)
    if standing is None:
        amount, state = contract.amount or "", "escrowed" if contract.escrowed_at else "unbilled"
        total = None if "月" in amount else stated_sum(amount)
        return {"amount": total or visible(amount), "state": state, "due": None} if amount else None
    if not standing.unpaid:
        return {"amount": standing.received, "state": "part" if standing.below else "paid", "due": None}
    stated = [one for one in standing.balances if one.unpaid and one.due and one.basis not in RECEIPTS]
    late = [one for one in stated if one.days_late]
    days = {one.due for one in late or stated}
    owed = sum(one.unpaid for one in late) or standing.unpaid
    return {"amount": owed, "state": "late" if late else "billed", "due": days.pop() if len(days) == 1 else None}


def _money_row(reading: Reading, contract: Contract, now: datetime) -> Row:
    """A job with its money."""
    money = _money(reading, contract, now.astimezone(JST).date())
    title, is_open = visible(contract.called), contract.state == "open"
    return {"id": contract.id, "title": title, "is_open": is_open, "money": money}


def late_payments(reading: Reading, now: datetime) -> list[str]:
    """That a promised day of payment passed, a sentence for each job."""
    return [one["head"] for one in unpaid([_money_row(reading, one, now) for one in contracts(reading)])]


def _quotes(reading: Reading, quoted: Iterable[Quotation]) -> Iterator[Row]:
    """The changed messages, with the first text and the last one if it differs, also of a message that is gone."""
    for one in quoted:
        words = quoted_words(reading, one)
        texts = excerpts(words, QUOTED_LENGTH)
        yield {
            "message": one.message,
            "name": visible(one.message.name),
            "kind": str(one.became),
            "briefly": excerpts(words, _SHORT_LENGTH),
            "before": texts[0],
            "after": texts[-1] if one.after is not None else "",
            "between": between_words(one.between),
            "shown_until": (one.message.texts[-1] if one.is_gone else one.before).last_seen,
            "seen": seen_at(one),
        }


# --- what to do next when all is calm -------------------------------------------------------------


def _next_step(
    reading: Reading, status: Status, jobs: Sequence[Row], facts: Mapping[str, Any], now: datetime, *, is_calm: bool
) -> Row | None:
    """The first that is true: old messages not saved, no backup, notices never seen, facts missing, messages hidden.

    Those of old messages are told too where only the saving needs a look. `command`: what the terminal
    names; it says in a line of its own that there is no backup.
    """
    rooms = {int(room.room_id) for job in jobs if job["is_open"] for room in job["rooms"]}
    older = unlisted_beginnings(reading, rooms)
    if older.rooms > older.hidden:
        return {"kind": "older", "text": older_words(older, now), "command": "archive guide old"}
    hidden = {"kind": "plan", "text": older_words(older, now), "command": ""} if older.hidden else None
    if hidden and not is_calm:
        return hidden
    if status.backup is None and facts["kept_by_team"] == "nothing":
        text = _("No backup was made yet. One on another disk stays if this computer breaks.")
        return {"kind": "backup", "text": text, "command": ""}
    trial = NOTICE_TRIAL.recall(reading)
    if trial is None or not trial.seen:
        text = _("Nobody has seen yet whether alerts arrive.")
        return {"kind": "notices", "text": text, "command": "archive init alerts --test"}
    lacking = next((job for job in jobs if job["is_open"] and job["missing"]), None)
    if lacking is None:
        return hidden
    name, blank = lacking["id"], [*_blank_labels(lacking)]
    text = _("Page 1 of an export still lacks: {facts}").format(facts=_(", ").join(blank))
    asked = [one for one in lacking["missing"] if one != "delivered_on"]
    command = f"archive job set {name}" if asked else f"archive job enter {name} delivery"
    return {"kind": "facts", "text": text, "command": command, "job": name}


def _blank_labels(job: Row) -> Iterator[str]:
    """What page 1 of an export lacks of a job, as its page calls it."""
    labels = {fact.name: _(fact.label) for fact in contract_facts.FACTS} | {"delivered_on": _("Delivered")}
    for name in job["missing"]:
        yield from (
            labels[one] for one in (("title", "amount") if name == "work" else (name,)) if one not in job["known"]
        )


class Standing(NamedTuple):
    """How the archive stands: what was observed, and the conditions that follow."""

    situation: Situation
    found: tuple[Condition, ...]
    """Those that are said, the most urgent first."""

    @property
    def sentences(self) -> list[str]:
        """The conditions that are not listed as alerts, one sentence each."""
        return [sentence(one) for one in self.found if one.kind not in OF_ALERTS]

    @property
    def unseen(self) -> timedelta | None:
        """How long an edit may stay unseen while saving runs; None where it does not run by itself."""
        situation = self.situation
        return unseen_bound(situation.archive, situation.settings, situation.starters, situation.now)


def observe_standing(
    reading: Reading,
    settings: Settings,
    environ: Mapping[str, str] | None = None,
    *,
    now: datetime | None = None,
    alerts: Sequence[Alert] | None = None,
) -> Standing:
    """Ask the archive and this computer; without `environ` the schedulers are not asked, which takes a while.

    `alerts`: the open ones, if they were read already.
    """
    computer = ComputerState(
        disk=snapshot.observe_disk(settings.home, settings.files.stop_when_free_bytes),
        starters=None if environ is None else snapshot.observe_starters(settings.home, environ),
        lacks_library=apprise_sender.is_lacking(settings),
    )
    now = now or known_time(reading, utc_now())
    situation = Situation(snapshot.read_snapshot(reading, now, alerts), settings, now, computer)
    return Standing(situation, tuple(told_conditions(conditions(situation))))


# --- the line ------------------------------------------------------------------------------------


def saving_words(situation: Situation, *, failed_at: datetime | None = None) -> list[str]:
    """What starts saving, how the last round ended, when the next one comes."""
    starters = situation.computer.starters
    last = _last_run_words(situation, failed_at)
    if starters is None or starters.names is None:
        return [_("nothing here starts it"), last]
    if starters.is_idle:
        return [_("registered with {scheduler}, which does not run").format(scheduler=starters.names), last]
    every = interval_words(_round_interval(situation))
    started = _("automatically (every {every}; {scheduler})").format(every=every, scheduler=starters.names)
    return [started, last, _next_run_words(situation, failed_at)]


def last_failure(situation: Situation) -> datetime | None:
    """When a round last failed, if none went through since."""
    return None if situation.archive.error_name is None else run_log.last_failure(situation.settings.home)


def _round_interval(situation: Situation) -> timedelta:
    return round_interval(len(situation.archive.rooms), situation.settings)


def _last_run_words(situation: Situation, failed_at: datetime | None) -> str:
    archive, now, run = situation.archive, situation.now, situation.archive.scheduled_run
    error, at = archive.error_name, failed_at
    if error is None and run is not None:  # a run that was typed went through since; the line is about the others
        error, at = run.error, run.at
    if error is not None:
        time = "" if at is None else short_time(at, now)
        why = error_reasons.reason(error)
        words = _("last {time} failed: {reason}") if why else _("last {time} failed")
        return " ".join(words.format(time=time, reason=why).split())
    if archive.last_run is None:
        return _("last: none yet")
    words = _("last save {time}") if archive.is_complete else _("last {time} incomplete")
    return words.format(time=short_time(archive.last_run, now))


def _next_run_words(situation: Situation, failed_at: datetime | None) -> str:
    """When the next round comes: one interval after the last, or “within” one if that has passed, as after suspend."""
    ends = [at for at in (last_list(situation.archive), failed_at) if at is not None]
    every = _round_interval(situation)
    due = max(ends) + every if ends else situation.now
    if due > situation.now:
        return _("next {time}").format(time=short_time(due, situation.now))
    return _("next within {every}").format(every=interval_words(every))
