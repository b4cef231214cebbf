"""Alerts, deadlines and blank facts of contracts in lines for the user's own screens, and contracts' names."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import partial
from operator import itemgetter
from typing import NamedTuple

from archiver import contract_dates
from archiver.alerts import sentences
from archiver.alerts.phrase_rules import matched_words
from archiver.claims.messages import days_waiting, turn
from archiver.claims.quotations import excerpt, excerpts
from archiver.claims.sentences import renamed_lines
from archiver.contract_dates import DueDate
from archiver.platforms.job_platform import platform_of
from archiver.records import JST, AccountId, Contract, Post
from archiver.records.alerts import Alert, AlertRule, Level
from archiver.render.invisible_characters import shorten, visible, visible_line
from archiver.render.snippet import one_line, own_words
from archiver.render.times import iso_date, short_day, time_of_year
from archiver.report_language import in_program_language
from archiver.store.archive import Reading
from archiver.store.queries.contract_activity import ContractActivity, activity_of, message_on_deadline, open_question
from archiver.store.queries.contracts import contracts, is_read
from archiver.store.queries.current_state import room_names
from archiver.store.queries.people import last_name, names_and_descriptions, names_over_time
from archiver.store.queries.viewing.files_and_tasks import file_details, file_renames, task_texts
from archiver.store.queries.viewing.message_summaries import MessageSummary, message_summaries, texts_of
from archiver.wording import gettext as _
from archiver.wording import ngettext, typed

FIRST_SCREEN_LIMIT = 3
"""So many alerts stand on the first screen, and so many deadlines; other alerts are counted."""

QUOTED_CHARACTERS = 20
_TEXTS_LIMIT = 4
_NAME_COLUMNS, _ROOM_COLUMNS, _FILE_COLUMNS = 16, 24, 32


class NamedMessage(NamedTuple):
    """The message that an alert is about."""

    room_id: int
    message_id: str
    sent: datetime | None
    said: str
    """Author and twenty characters of its last text, with the end of its sentence."""
    command: str
    """The call that shows it."""

    @property
    def words(self) -> str:
        """The same after its day, as a command takes it."""
        return self.said if self.sent is None else f"{iso_date(self.sent)} {self.said}"


class AlertLine(NamedTuple):
    """Equal alerts as one line."""

    sentence: str
    """With the time of the newest, and how many there are."""
    message: NamedMessage | None


def alert_lines(reading: Reading, alerts: Iterable[Alert], labels: Mapping[str, str]) -> list[AlertLine]:
    """These alerts above level low, the most urgent and newest first; `labels`: contracts' names on screen, by id."""
    groups = group_equal([one for one in alerts if one.level is not Level.LOW], labels)
    newest = [group[0] for group in groups]
    messages, rooms = named_messages(reading, newest), room_labels(reading, newest)
    jobs = jobs_of_rooms(contracts(reading))
    return [
        AlertLine(_line(group, labels, rooms, jobs), message) for group, message in zip(groups, messages, strict=True)
    ]


def jobs_of_rooms(every: Iterable[Contract]) -> dict[int, str]:
    """The id of a job of each room; of several the newest."""
    return {int(room.room_id): one.id for one in every for room in one.rooms}


def room_labels(reading: Reading, alerts: Iterable[Alert]) -> dict[int, str]:
    """Each room by its name, as the user's own screens name it in alerts; with its number if two have one name.

    A direct chat that is not saved, which an alert is about, goes by the name of the other person.
    """
    others = ((one.room_id or 0, one.account_id or 0) for one in alerts if one.rule is AlertRule.OTHER_CHAT)
    people = {room: name for room, account in others if (name := last_name(reading, account))}
    names = room_names(reading) | people
    short = {room: shorten(name, _ROOM_COLUMNS) for room, name in names.items() if name}
    often = Counter(short.values())
    quoted = {room: _("“{name}”").format(name=name) for room, name in short.items()}
    return {room: f"{words} ({room})" if often[short[room]] > 1 else words for room, words in quoted.items()}


def group_equal(alerts: Iterable[Alert], labels: Mapping[str, str]) -> list[list[Alert]]:
    """The alerts whose level and sentence are the same, newest first; urgent groups first, then the newest."""
    groups: dict[tuple[object, ...], list[Alert]] = {}
    worded: dict[tuple[object, ...], str] = {}  # many alerts of one rule differ in time and message only
    for alert in sorted(alerts, key=lambda one: (one.at, one.number), reverse=True):
        about = (alert.rule, alert.room_id, alert.count, alert.subject)
        if about not in worded:
            worded[about] = sentences.alert_sentence(alert, labels)
        groups.setdefault((alert.level, worded[about], _listed_id(alert)), []).append(alert)
    return sorted(groups.values(), key=lambda group: group[0].level is not Level.HIGH)


def named_messages(reading: Reading, alerts: Sequence[Alert]) -> list[NamedMessage | None]:
    """The message that each of these alerts is about, if the archive knows it."""

    places = [_place(one) for one in alerts]
    summaries = message_summaries(reading, dict.fromkeys(place for place in places if place is not None))
    known = {(one.room_id, int(one.message_id)): one for one in summaries}
    found = (None if place is None else known.get(place) for place in places)
    texts = [
        texts_of(reading, *place)
        if place and one.rule in (AlertRule.A10, AlertRule.DELETIONS)
        else task_texts(reading, one.room_id or 0, _listed_id(one, AlertRule.FILE_GONE, "task"))
        for place, one in zip(places, alerts, strict=True)
    ]
    return [
        _described(reading, one) if summary is None else _with_file_names(reading, _named(summary, one.rule, both), one)
        for summary, one, both in zip(found, alerts, texts, strict=True)
    ]


def _described(reading: Reading, alert: Alert) -> NamedMessage | None:
    """Where the alert is about a description or a name, the one before and the one then, in a message's place; of a
    task its first words and its last.
    """

    if alert.room_id is None or alert.rule is not AlertRule.A12:
        return None
    if alert.subject == "name":
        names, times = names_over_time(reading, alert.room_id), (alert.at - timedelta.resolution, alert.at)
        texts = [names(at)(AccountId(alert.account_id or 0)) or "" for at in times]
    elif task := _listed_id(alert, of="task"):
        every_text = [own_words(one) for one in task_texts(reading, alert.room_id, task)]
        texts = [*every_text[:1], *every_text[1:][-1:]]
    else:
        of_chat = zip(("room", "description"), names_and_descriptions(reading, alert.room_id), strict=True)
        every = dict(of_chat).get(alert.subject or "", ())
        texts = [own_words(one.value) for one in every if one.since <= alert.at][-2:]
    said = " → ".join(in_quotes(one) for one in excerpts(texts, QUOTED_CHARACTERS)) if texts else ""
    return NamedMessage(alert.room_id, "", None, said, typed("archive app")) if said else None


def _with_file_names(reading: Reading, message: NamedMessage, alert: Alert) -> NamedMessage:
    """Where the alert is about a file's name, its names until then in the place of the message's words."""

    renamed = _listed_id(alert)
    file, renames = file_details(reading, message.room_id, renamed), file_renames(reading, message.room_id, renamed)
    until_then = [one for one in renames if one[-1] <= alert.at]
    lines = renamed_lines(until_then, file and file.attachment.saved_at, partial(shorten, width=_FILE_COLUMNS))
    return message._replace(sent=None, said=_(". ").join(lines)) if lines else message


def _listed_id(alert: Alert, rule: AlertRule = AlertRule.A12, of: str = "file") -> int:
    """The file whose name changed, or the task that is gone, if the alert is about that; else 0."""
    kind, _slash, ident = (alert.subject or "").partition("/")
    return int(ident) if alert.rule is rule and kind == of else 0


def messages_by_id(reading: Reading, contract: Contract, message_ids: Iterable[str]) -> tuple[NamedMessage, ...]:
    """Those of these messages that belong to a contract, in the order given."""

    found = message_summaries(reading, ((int(room), int(one)) for one in message_ids for room in contract.room_ids))
    return tuple(_named(one) for one in found if contract.holds(one.room_id, one.sent))


def _line(group: Sequence[Alert], labels: Mapping[str, str], rooms: Mapping[int, str], jobs: Mapping[int, str]) -> str:
    newest = group[0]
    line = f"{time_of_year(newest.at)} {sentences.alert_sentence(newest, labels, rooms, jobs)}"
    if len(group) == 1:
        return line
    return line + " " + ngettext("({n} time)", "({n} times)", len(group)).format(n=len(group))


def _place(alert: Alert) -> tuple[int, int] | None:
    """Room and id of the message, as the queries take them; ids of another form name none."""
    if alert.room_id is None or not (alert.message_id or "").isascii() or not (alert.message_id or "").isdigit():
        return None
    return alert.room_id, int(alert.message_id or "0")


def in_quotes(text: str) -> str:
    """A text in quotation marks of the program's language."""
    return _("“{name}”").format(name=visible(text))


def _named(summary: MessageSummary, rule: AlertRule | None = None, texts: Sequence[str] = ()) -> NamedMessage:
    """`texts`: those that a changed message had, the last shown one last, to be quoted from where they differ."""
    body = summary.text
    text = excerpts([own_words(body)], QUOTED_CHARACTERS)[0] if rule is None else _from_matched_words(body, rule)
    quote = in_quotes(text) if text else _("(text unknown)")
    if texts:
        quoted = [in_quotes(one) for one in excerpts([*map(own_words, texts)], QUOTED_CHARACTERS)]
        quote = " → ".join(quoted if len(quoted) <= _TEXTS_LIMIT else [quoted[0], "…", *quoted[-2:]])
    said = " ".join(filter(None, [shorten(summary.name, _NAME_COLUMNS), quote]))
    day = "" if summary.sent is None else iso_date(summary.sent)
    command = typed(f"archive search --chat {summary.room_id}" + (f" --from {day} --to {day}" if day else ""))
    return NamedMessage(summary.room_id, summary.message_id, summary.sent, said, command)


def _from_matched_words(body: str, rule: AlertRule) -> str:
    """The text of a message, cut around the words that an alert is about."""
    text, words = own_words(body), one_line(matched_words(body, rule))
    folded = unicodedata.normalize("NFKC", text)
    if not words or words not in folded:
        return excerpts([text], QUOTED_CHARACTERS)[0]
    return excerpt(folded, folded.index(words), QUOTED_CHARACTERS)


_HOURS_TOLD = 48
"""Hours below which the distance of a deadline of hours is told in hours."""


_ENDING = "end_request"


class NearDeadline(NamedTuple):
    """A deadline of the next days in one line, or a question that the user has not answered."""

    text: str
    contract: str
    rule: str
    consequence: str
    """What silence on the other side's request to end the job costs, and what to do; empty for another deadline."""

    def is_told_by(self, alert: Alert) -> bool:
        """Whether an alert that the first screen counts is about this deadline."""
        job, _platform, rule, _end = [*(alert.subject or "").split("/"), "", "", ""][:4]
        is_counted = alert.rule is AlertRule.DEADLINE and alert.level is not Level.LOW
        return is_counted and (job, rule) == (self.contract, self.rule)


def near_deadlines(reading: Reading, contracts: tuple[Contract, ...], *, now: datetime) -> list[NearDeadline]:
    """The near deadlines of every contract that is still read: the next ones first, then questions to the user, then
    those that passed.
    """
    names, sentence = contract_names(contracts), _("{day}  {job}: {deadline}  {distance}")
    found: list[tuple[tuple[bool, bool, date], NearDeadline]] = []
    for contract in contracts:
        if not is_read(contract, now):
            continue
        activity, job = activity_of(reading, contract, is_counting=False), names[contract.id]
        for due in due_dates(reading, activity, now=now):
            rule, is_past = due.deadline.rule, due.days_left < 0
            told = "  ".join(filter(None, ["" if due.is_over else _distance(due)[1], due.message]))
            name, day = in_program_language(due.deadline.name), short_day(due.day, now)
            line = sentence.format(day=day, job=job, deadline=name, distance=told).strip()
            consequence = in_program_language(due.deadline.advice) if rule == _ENDING and not is_past else ""
            near = NearDeadline(line, contract.id, rule, consequence)
            found.append(((is_past, rule != _ENDING, due.day), near))
        for line in question_lines(reading, activity, now=now):
            found.append(((False, True, date.max), NearDeadline(f"{job}  {line}", contract.id, "", "")))
    return [one for _order, one in sorted(found, key=itemgetter(0))]


def question_lines(reading: Reading, activity: ContractActivity, *, now: datetime) -> Iterator[str]:
    """That the user has not answered what the other side asks, in an open job."""
    question = open_question(reading, activity, now)
    if question is not None and activity.contract.state == "open":
        yield _("No answer from you yet: {message}").format(message=_words_of(reading, question))


def due_dates(reading: Reading, activity: ContractActivity, *, now: datetime) -> list[DueDate]:
    """The deadlines that are worth a line, with what messages say of them, but for a question, which has its own line;
    none for a job that is closed or stopped.
    """
    if activity.contract.state != "open":
        return []
    waiting, platform = turn(activity.facts), platform_of(activity.contract.platform)
    asked = waiting.value.asked if (days_waiting(waiting, now) or 0) >= platform.reply_days else None
    deadlines = contract_dates.deadlines(
        activity.contract,
        platform,
        activity.deliveries,
        now=now,
        unanswered=asked.post.at if asked else None,
        last_seen=activity.last_seen,
    )
    found = contract_dates.dues_worth_showing(deadlines)
    for number, due in enumerate(found):
        if told := message_on_deadline(reading, activity, due.deadline.rule):
            words = "" if told[0] == open_question(reading, activity, now) else _words_of(reading, told[0])
            found[number] = replace(due, message=words, is_over=due.is_over or told[1])
    return found


def _words_of(reading: Reading, post: Post) -> str:

    place = int(post.room_id), int(post.message_id)
    return _named(message_summaries(reading, [place])[0], texts=texts_of(reading, *place)).words


def due_line(due: DueDate) -> str:
    """A deadline's name, day and distance, with a hint to check it if its source is weak, and what a message says."""
    unclear = [_("counted from the last delivery, as the days do not tell which one was billed")]
    notes = [*(unclear if due.is_delivery_unclear else []), *([_("please check")] if due.deadline.weak else [])]
    when, distance = _distance(due)
    name, counted = in_program_language(due.deadline.name), "" if due.is_over else distance
    return "  ".join(filter(None, [name, when, counted, *notes, due.message]))


def _distance(due: DueDate) -> tuple[str, str]:
    """The day or time, and how far away it is."""
    if due.ends_at is not None:
        time = _("{time} (Japan time)").format(time=f"{due.ends_at.astimezone(JST):%m-%d %H:%M}")
        return time, _hour_words(due.left)
    distance = _distance_words(due.days_left)
    if due.deadline.hours:
        distance = _("{distance}, at a time not entered").format(distance=distance)
    return f"{due.day:%m-%d}", distance


def days_ago(at: datetime, now: datetime) -> str:
    """How many days in Japan ago something was."""
    days = -contract_dates.days_since(now, at)
    return ngettext("{n} day ago", "{n} days ago", days).format(n=days) if days > 0 else _("today")


def _distance_words(days: int) -> str:
    if days == 0:
        return _("today")
    if days > 0:
        return ngettext("in {n} day", "in {n} days", days).format(n=days)
    return ngettext("{n} day past", "{n} days past", -days).format(n=-days)


def _hour_words(left: timedelta) -> str:
    """How long until the end of a deadline of hours; hours within two days, never a day of 0."""
    hours = abs(left) // timedelta(hours=1)
    if hours >= _HOURS_TOLD:
        return _distance_words(hours // 24 if left > timedelta() else -(hours // 24))
    if left > timedelta():
        return ngettext("in {n} hour", "in {n} hours", hours).format(n=hours) if hours else _("in less than an hour")
    if not hours:
        return _("less than an hour ago")
    return ngettext("{n} hour past", "{n} hours past", hours).format(n=hours)


_TITLE_WIDTH = 32
"""Columns of a title within a sentence."""


def contract_names(contracts: Iterable[Contract]) -> dict[str, str]:
    """The name of each contract by its id: its title in quotation marks; its number where no title is its own."""
    every = list(contracts)
    titles = Counter(contract.title for contract in every)
    return {
        contract.id: _("“{title}”").format(title=shorten(contract.title, _TITLE_WIDTH))
        if contract.title and titles[contract.title] == 1
        else visible_line(contract.label)
        for contract in every
    }
