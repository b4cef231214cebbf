"""Notices in words, the most urgent first: conditions, what is over, each day; no names and no text of a message."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import NamedTuple

from archiver import errors
from archiver.health import conditions
from archiver.health.judgements import Situation, fault
from archiver.health.snapshot import ComputerState, HealthSnapshot, known_time, observe_disk, read_snapshot
from archiver.health.words import sentence, short_sentence
from archiver.notices import apprise_sender, facts, heartbeat
from archiver.notices.facts import (
    NOTICED,
    PAUSE,
    WEEKLY,
    DailyFacts,
    DepartureFacts,
    NoticeFacts,
    WeeklyFacts,
    collect_facts,
    has_kind,
    keeps_from_saving,
    notice_key,
    week_key,
)
from archiver.platforms.job_platform import Deadline
from archiver.records.alerts import DueReminders, Grade
from archiver.render.times import pause_words, short_day, short_time
from archiver.report_language import in_program_language
from archiver.settings.model import Settings
from archiver.store.archive import Archive, Reading
from archiver.store.queries import looks_and_gaps
from archiver.store.queries.room_holdings import VanishedCounts
from archiver.store.time_text import to_text
from archiver.store.working import remembered_values
from archiver.store.working.remembered_values import EndedPause, KnownRates, RoundFault, ScheduledRun
from archiver.wording import gettext as _
from archiver.wording import ngettext


def sentences(pending: PendingNotices) -> list[str]:
    """All sentences of these notices."""
    return [
        *(text for condition in pending.found for text in _condition_sentences(condition, pending.facts)),
        *_over_sentences(pending.notices, pending.facts),
        *_daily_sentences(pending.notices, pending.facts),
        *([] if pending.facts.weekly is None else [weekly_sentence(pending.facts.weekly)]),
    ]


def _condition_sentences(condition: conditions.Condition, facts: NoticeFacts) -> list[str]:
    if condition.kind is conditions.ConditionKind.ALERT:
        return _departure_sentences(condition, facts)
    if condition.kind is conditions.ConditionKind.DUE and facts.deadlines:
        return [_deadline_sentence(*one) for one in facts.deadlines]
    return [short_sentence(condition)]


def _over_sentences(notices: DueReminders, facts: NoticeFacts) -> Iterator[str]:
    """Sentences about what has ended, as far as they are true now."""
    saves = facts.has_chats and not any(keeps_from_saving(key) for key in notices.known)
    was_stopped, pause = any(keeps_from_saving(key) for key in notices.over), facts.ended_pause
    # A computer that is off each night pauses often: after the first time only what is longer, or lacks more, is told.
    is_long = pause is not None and (pause.end - pause.begin > timedelta(hours=36) or pause.gaps or not pause.whole)
    is_news = was_stopped or is_long or not has_kind(notices.over, "pause")
    if pause is not None and saves and is_news and has_kind(notices.say, "pause"):
        yield _resumed_sentence(pause)
    elif saves and was_stopped and facts.lacks_nothing and not has_kind(notices.say, conditions.ConditionKind.ALERT):
        yield _("That is over: saving works again. Nothing is missing.")
    elif saves and was_stopped:  # beside an alert nothing else may seem to be over
        yield _("Saving works again. See: archive status")
    if conditions.ConditionKind.FINDINGS in notices.over:
        yield _("The archive was verified again, and nothing was found.")


def _daily_sentences(notices: DueReminders, facts: NoticeFacts) -> Iterator[str]:
    if facts.daily is not None:
        needs_user = has_kind(
            notices.known, *(row.kind for row in conditions.CONDITIONS if row.notice is conditions.Notice.GRAVE)
        )
        yield daily_sentence(facts.daily, needs_user=needs_user)


def _resumed_sentence(pause: EndedPause) -> str:
    """That a long pause has ended: with gaps, without, or it is not known yet whether all of its time is read."""
    duration = pause_words(round((pause.end - pause.begin).total_seconds() / 3600))
    if pause.gaps:
        sentence = ngettext(
            "Saving resumed after {pause}, with {n} gap: messages from that time are missing. See: archive status",
            "Saving resumed after {pause}, with {n} gaps: messages from that time are missing. See: archive status",
            pause.gaps,
        )
    elif pause.whole:
        sentence = _("Saving resumed after {pause}; what is still shown of that time is saved.")
    else:
        sentence = _(
            "Saving resumed after {pause}; whether all of that time is read is not known yet. See: archive status"
        )
    return sentence.format(pause=duration, n=pause.gaps)


# --- what is near, and every day -----------------------------------------------------------------


def _deadline_sentence(job: str | None, deadline: Deadline, left: int, time: str) -> str:
    name = in_program_language(deadline.name)
    if time:
        name = _("{name} ends at {time} (Japan time)").format(name=name, time=time)
    words = {"contract": job, "name": name, "advice": in_program_language(deadline.advice)}
    if job is None:
        today = _("Today: {name}. {advice}.")
        tomorrow = _("Tomorrow: {name}. {advice}.")
    else:
        today = _("Job {contract}, today: {name}. {advice}.")
        tomorrow = _("Job {contract}, tomorrow: {name}. {advice}.")
    return (tomorrow if left else today).format(**words)


def daily_sentence(facts: DailyFacts, *, needs_user: bool) -> str:
    """The notice of a day; `needs_user`: whether a trouble that needs the user is still there."""
    day, (messages_saved, files_saved) = short_day(facts.day, facts.until), facts.saved
    messages = ngettext("{n} message", "{n} messages", messages_saved).format(n=messages_saved)
    files = ngettext("{n} file", "{n} files", files_saved).format(n=files_saved)
    if needs_user:
        text = _("{day}: you have an alert. Saved: {messages}, {files}. Run: archive")
    elif facts.pending or facts.lost:
        text = _("{day}: incomplete. Saved: {messages}, {files}.")
    else:
        text = _("{day}: all good. Saved: {messages}, {files}.")
    text = text.format(day=day, messages=messages, files=files)
    if facts.pending:
        text += _(" Files still to be saved: {n}. They are tried again; nothing is urgent.").format(n=facts.pending)
    if facts.lost:
        text += _(" Could not be downloaded: files {n}.").format(n=facts.lost)
    return text + (_(" Gaps: {n}.").format(n=facts.gaps) if facts.gaps else "")


def weekly_sentence(facts: WeeklyFacts) -> str:
    """The notice of a week: counts alone, and that saving failed, if it did."""
    week = _("Last week") if facts.is_over else _("This week")
    messages = ngettext("{n} message", "{n} messages", facts.messages).format(n=f"{facts.messages:,}")
    changes = ngettext("{n} change", "{n} changes", facts.changed).format(n=facts.changed)
    text = _("{week}: {messages} saved, {changes} seen.")
    if not (facts.rounds or facts.messages):
        text = _("{week}: no save is on record.")
    elif not facts.changed:
        text = _("{week}: {messages} saved, no change seen.")
    if facts.failed_rounds:
        text += _(" Saves that failed: {failed}.")
    return text.format(week=week, messages=messages, changes=changes, failed=facts.failed_rounds)


# --- departures: what changed, what is kept, and not to leave the chat ------------------------------

SENTENCES_LIMIT = 3
"""So many such sentences are in one notice; the page of `archive` has them all."""


def _departure_sentences(condition: conditions.Condition, facts: NoticeFacts) -> list[str]:
    """One sentence for each of the newest alerts, and how many more there are."""
    departures = [facts.departures[one] for one in sorted(facts.departures, reverse=True)]
    texts = [_departure_sentence(one, facts.now) for one in departures[:SENTENCES_LIMIT]] or [sentence(condition)]
    texts = list(dict.fromkeys(texts))
    if len(departures) > SENTENCES_LIMIT:
        more = len(departures) - SENTENCES_LIMIT
        texts.append(ngettext("And {n} more. Run: archive", "And {n} more. Run: archive", more).format(n=more))
    return texts


def _departure_sentence(departure: DepartureFacts, now: datetime) -> str:
    if departure.vanished is not None and departure.vanished.deleted + departure.vanished.missing:
        return _deletions_sentence(departure, departure.vanished, now)
    if departure.chat_counts is not None:
        return _shut_chat_sentence(departure, departure.chat_counts)
    if departure.contract is None:
        return sentence(conditions.Condition(conditions.ConditionKind.ALERT))
    text = _("Job {contract}: something big changed in its chat. Don't leave the chat; see: archive")
    return text.format(contract=departure.contract)


def _deletions_sentence(departure: DepartureFacts, vanished: VanishedCounts, now: datetime) -> str:
    number = vanished.deleted + vanished.missing
    if vanished.missing:
        changed = ngettext(
            "{n} message now shows as deleted or is not shown any more.",
            "{n} messages now show as deleted or are not shown any more.",
            number,
        )
    else:
        changed = ngettext("{n} message now shows as deleted.", "{n} messages now show as deleted.", number)
    if vanished.texts == number:
        kept = _("All earlier texts are kept.")
    else:
        kept = _("Earlier texts that are kept: {texts} of {n}.")
    sentence = _("{where}{time}: {changed} {kept} Don't leave the chat; see: archive")
    words = {"changed": changed.format(n=number), "kept": kept.format(texts=vanished.texts, n=number)}
    where = "" if departure.contract is None else _("job {contract} ").format(contract=departure.contract)
    return sentence.format(where=where, time=short_time(departure.at, now), **words)


def _shut_chat_sentence(departure: DepartureFacts, chat_counts: tuple[int, int, int]) -> str:
    messages, saved, known = chat_counts
    words = {"contract": departure.contract, "messages": messages, "saved": saved, "known": known}
    if departure.contract is None:
        sentence = _(
            "A chat cannot be opened any more (reason unknown). Kept: messages {messages}, files "
            "{saved}/{known}. This record stays. Run: archive"
        )
    else:
        sentence = _(
            "The chat of job {contract} cannot be opened any more (reason unknown). Kept: messages "
            "{messages}, files {saved}/{known}. This record stays. Run: archive"
        )
    return sentence.format(**words)


UNREADABLE = (errors.StorageError, errors.SettingsError, errors.NewerArchive)


class PendingNotices(NamedTuple):
    """The notices to give, the conditions behind them, and the other facts for their sentences."""

    notices: DueReminders
    found: Sequence[conditions.Condition]
    """As far as they are to be said now."""
    facts: NoticeFacts


def take_pending_notices(
    archive: Archive,
    settings: Settings,
    error: errors.ArchiverError | None,
    *,
    now: datetime,
    adapts: bool = False,
    unwatched: bool = False,
    named: facts.Naming = facts.platform_numbers,
) -> PendingNotices:
    """The notices due after a round, which ended with `error` or went through; they count as given from now on.

    If the archive cannot be read or written, the error alone is reported, every time. `adapts`: busy chats are read
    more often than the settings say; `unwatched`: nobody typed the run, so it tells how the schedule works.
    """
    name = _error_name(error)
    try:
        with archive.reading() as reading:
            known, snapshot = remembered_values.NOTICED.recall(reading), read_snapshot(reading, now)
            standing = remembered_values.standing_error(reading)
            new_fault = None if name in (None, standing) else RoundFault(str(name), snapshot.last_run)
            is_first = standing in {None, errors.BudgetSpent.__name__}
            snapshot = replace(snapshot, error_name=name or snapshot.error_name)
            found = noticed_conditions(snapshot, settings, now=now, adapts=adapts)
            if unwatched and is_first:  # a computer wakes up before its network, and calls come back
                may_pass = (conditions.ConditionKind.FAULT, Grade.ATTENTION)
                found = [one for one in found if (one.kind, one.grade) != may_pass]
            events = _event_keys(reading, settings, now)
            if not unwatched:  # who types a command is to get the mail of the week all the same
                events -= {key for key in events - known.keys() if key.startswith(WEEKLY)}
            keys = {key for one in found for key in one.keys} | events
            notices = facts.due_notices(keys, known, now=now)
            notice_facts = collect_facts(reading, snapshot, notices, known, now=now, named=named)
        run = ScheduledRun(now, name) if unwatched and not isinstance(error, heartbeat.NOT_ASKED) else None
        if notices.known != known or snapshot.paces.is_fresh or new_fault is not None or run is not None:
            _remember(archive, notices, snapshot, new_fault, run)
    except UNREADABLE:
        found = [] if name is None else [conditions.condition_of(conditions.ConditionKind.FAULT, fault(name, settings))]
        notices = facts.due_notices(_fault_keys(name), {}, now=now)._replace(is_remembered=False)
        notice_facts = NoticeFacts(now)
    return PendingNotices(notices, due_conditions(found, notices), notice_facts)


def urgent_notices(archive: Archive, settings: Settings, named: facts.Naming, *, now: datetime) -> PendingNotices:
    """What every command warns of, `now` by this computer's clock; nothing counts as reported. Raises as `reading`.

    `named`: how the user's own screen calls jobs.
    """
    with archive.reading() as reading:
        now = known_time(reading, now)
        snapshot = read_snapshot(reading, now)
        found = noticed_conditions(snapshot, settings, now=now)
        urgent = [one for one in found if one.grade is Grade.ACTION]
        notices = DueReminders(tuple(key for one in urgent for key in one.keys), (), {})
        told = collect_facts(reading, snapshot, notices, {}, now=now, named=named)
        return PendingNotices(notices, conditions.told_conditions(urgent), told)


def noticed_conditions(
    snapshot: HealthSnapshot, settings: Settings, *, now: datetime, adapts: bool = False
) -> list[conditions.Condition]:
    """The conditions of which notices are given."""
    computer = ComputerState(
        disk=observe_disk(settings.home, settings.files.stop_when_free_bytes),
        lacks_library=apprise_sender.is_lacking(settings),
    )
    found = conditions.conditions(Situation(snapshot, settings, now, computer, adapts))
    return [one for one in found if one.kind in NOTICED]


def due_conditions(found: Sequence[conditions.Condition], notices: DueReminders) -> list[conditions.Condition]:
    """What is to be said now of these conditions."""
    due = [one.only(notices.say) if one.which else one for one in found if set(one.keys) & set(notices.say)]
    return conditions.told_conditions(due)


def is_to_say(error: errors.ArchiverError | None, notices: DueReminders) -> bool:
    """Whether a run's error is to be printed: it is new, has lasted for another day, or is none of the troubles."""
    return not (keys := _fault_keys(_error_name(error))) or bool(keys & set(notices.say))


def _remember(
    archive: Archive,
    notices: DueReminders,
    snapshot: HealthSnapshot,
    new_fault: RoundFault | None,
    run: ScheduledRun | None,
) -> None:
    """Keep what the next round has to know; a typed round without news writes nothing here."""
    with archive.writing() as writing:
        remembered_values.NOTICED.remember(writing, notices.known)
        remembered_values.MESSAGE_RATES.remember(writing, KnownRates(snapshot.paces.upto, snapshot.paces.rates))
        if new_fault is not None:
            remembered_values.LAST_FAULT.remember(writing, new_fault)
        if run is not None:
            remembered_values.SCHEDULED_RUN.remember(writing, run)


def _event_keys(reading: Reading, settings: Settings, now: datetime) -> set[str]:
    """The keys of what is no condition: a pause that has ended, the notices of a day and of a week."""
    pause = remembered_values.ENDED_PAUSE.recall(reading)
    keys = set() if pause is None else {f"{PAUSE}{to_text(pause.end)}"}
    begun, notify = looks_and_gaps.first_entry_time(reading), settings.notify
    told = (
        notice_key(now, begun=begun) if notify.daily else None,
        week_key(now, begun=begun) if notify.weekly else None,
    )
    return keys | set(filter(None, told))


def _error_name(error: errors.ArchiverError | None) -> str | None:
    return None if error is None or isinstance(error, heartbeat.NOT_ASKED) else type(error).__name__


def _fault_keys(error_name: str | None) -> set[str]:
    return set() if error_name is None else {f"{conditions.ConditionKind.FAULT}/{error_name}"}
