"""Judges new entries by the alert rules, and the contracts by their dates; `alerting` says when that is due."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from archiver import contract_dates
from archiver.alerts import change_rules, date_rules, phrase_rules
from archiver.alerts.date_rules import CaseSnapshot
from archiver.claims.messages import days_waiting, first_message, last_reply, turn
from archiver.platforms.job_platform import platform_of
from archiver.records import Contract
from archiver.records.alerts import Alert, AlertRule, Level
from archiver.store.archive import Reading, Writing
from archiver.store.queries import alert_signals, current_state, entries, new_texts_and_changes, people
from archiver.store.queries.contract_activity import activity_of, deliveries_beside, last_handover, message_on_deadline
from archiver.store.queries.contracts import contracts, is_read, last_contract_entry, mapped_accounts, read_until
from archiver.store.working import alerts, remembered_values


def departing_people(reading: Reading, after: int) -> frozenset[int]:
    """The counterparts who are departing, by the entries above `after`."""
    observed = alert_signals.observed_signals(reading, after=after)
    return change_rules.departing_accounts(observed, change_rules.judge_observations(observed))


def judge_deadlines(writing: Writing, at: datetime) -> None:
    """Keep an alert for each deadline that is due."""
    cases = [_build_case(writing, one, at) for one in contracts(writing) if is_read(one, at)]
    kept = alerts.alerts(writing)
    for alert in date_rules.judge_cases(cases, pause=None, now=at, kept=kept, are_dates_enough=True):
        alerts.keep(writing, alert)


def judge_entries(writing: Writing) -> list[Alert]:
    """The alerts opened by every entry not judged yet; they count as judged from now on."""
    after, last = remembered_values.JUDGED_UPTO.recall(writing), entries.last_seq(writing)
    observed = alert_signals.observed_signals(writing, after=after)
    sides = new_texts_and_changes.sides_by_room(writing)
    changes = change_rules.judge_changes(new_texts_and_changes.observed_changes(writing, sides, after=after))
    alerts_found = [
        *change_rules.judge_observations(change_rules.without_posts(observed, changes)),
        *changes,
        *phrase_rules.judge_texts(
            new_texts_and_changes.new_texts(writing, sides, after=after),
            new_texts_and_changes.jobs_by_room(writing),
        ),
        *phrase_rules.taken_names(people.twins(writing, after=after)),
    ]
    opened = _keep_alerts(writing, alerts_found)
    for alert in (*change_rules.outdated_chat_alerts(observed), *_answered_twins(writing), *_past_closings(writing)):
        alerts.dismiss(writing, alert.number, at=alert.at, reason=None)
    remembered_values.JUDGED_UPTO.remember(writing, last)
    return opened


def _answered_twins(reading: Reading) -> Iterator[Alert]:
    """Alerts about two accounts of one name of which the user has entered who both are."""
    twins = [one for one in alerts.open_alerts(reading) if one.rule is AlertRule.TWIN]
    entered = {one.account_id for job in contracts(reading) if twins for one in mapped_accounts(reading, job.id)}
    for alert in twins:
        _place, known, *_days = (alert.subject or "").split("/")
        if {alert.account_id, int(known)} <= entered:
            yield alert


def _past_closings(reading: Reading) -> Iterator[Alert]:
    """Alerts about chats that could not be opened, and can be opened again."""
    closings = [one for one in alerts.open_alerts(reading) if one.rule is AlertRule.ROOM_INACCESSIBLE]
    shut = current_state.inaccessible_rooms(reading) if closings else set()
    return (one for one in closings if one.room_id not in shut)


def _keep_alerts(writing: Writing, alerts_found: Iterable[Alert]) -> list[Alert]:
    """Keep new alerts; one that only adds to an open alert changes that one."""
    kept, opened = alerts.alerts(writing), []
    for alert in sorted(alerts_found, key=lambda one: list(Level).index(one.level)):
        standing = change_rules.standing_alert(alert, kept)
        if standing is None:
            opened.append(alerts.keep(writing, alert))
            kept.append(opened[-1])
            posts = [one for one in kept if one.rule is AlertRule.DELETIONS and one.message_id == alert.message_id]
            for post in posts if alert.rule is AlertRule.FILE_GONE else ():
                if post.count == 1 and not post.dismissed:  # nothing but the post of the file or task
                    alerts.dismiss(writing, post.number, at=alert.at, reason=None)
            continue
        changed = change_rules.merged(alert, standing)
        alerts.change(writing, changed)
        kept[kept.index(standing)] = changed
        alone = change_rules.standing_alert(alert, [one for one in kept if one.rule is alert.rule])
        if alone is not None and alone != changed:  # edits that were told before the deletions
            alerts.dismiss(writing, alone.number, at=alert.at, reason=None)
    numbers = {one.number: one for one in kept}
    return [numbers[one.number] for one in opened]


def judge_cases(writing: Writing, at: datetime, *, is_due: bool) -> list[Alert]:
    """The alerts from the contracts' dates, judged where that is due, and at once when a contract was stated anew."""
    judged, stated = remembered_values.JUDGED_CASES.recall(writing), last_contract_entry(writing)
    if judged is not None and judged.stated == stated and not is_due:
        return []
    kept, every = alerts.alerts(writing), contracts(writing)
    cases = [_build_case(writing, one, at) for one in every if is_read(one, at)]
    pause = None if judged is None else _pause(writing, judged, at)
    opened = _keep_alerts(writing, date_rules.judge_cases(cases, pause=pause, now=at, kept=kept))
    for alert in date_rules.outdated_alerts(cases, kept):
        alerts.dismiss(writing, alert.number, at=at, reason=None)
    remembered_values.JUDGED_CASES.remember(writing, remembered_values.JudgedCases(at, stated))
    return opened


def _pause(reading: Reading, judged: remembered_values.JudgedCases, at: datetime) -> tuple[datetime, datetime] | None:
    """The time since the last judgement in which the jobs of then were to be read: none after all had ended."""
    if at - judged.at <= date_rules.PAUSE:
        return None
    known = {one["payload"]["id"] for one in entries.entries_under(reading, "contract/", upto=judged.stated)}
    ends = [read_until(one) or at for one in contracts(reading) if one.id in known and is_read(one, judged.at)]
    return (judged.at, min(at, max(ends))) if ends else None


def _build_case(reading: Reading, contract: Contract, at: datetime) -> CaseSnapshot:
    activity = activity_of(reading, contract)
    platform, waiting = platform_of(contract.platform), turn(activity.facts)
    is_settled = contract_dates.is_paid(contract, activity.deliveries)
    since, until = at - timedelta(days=date_rules.OLD_DAYS), at - date_rules.DELIVERY_DELAY
    handover = last_handover(reading, activity, since=since, until=until)
    dues = contract_dates.deadlines(contract, platform, activity.deliveries, now=at)
    messages = [message_on_deadline(reading, activity, due.deadline.rule) for due in dues]
    return CaseSnapshot(
        contract,
        first=first_message(activity.facts).value,
        asked=waiting.value.asking,
        heard=last_reply(activity.facts).value,
        days_waiting=None if is_settled else days_waiting(waiting, at),
        closed_after=waiting.value.until if waiting.value.is_closed else None,
        deliveries=deliveries_beside(reading, activity, handover.room_id) if handover else (),
        handover=handover,
        dues=tuple(due for due, message in zip(dues, messages, strict=True) if not (message and message[-1])),
    )
