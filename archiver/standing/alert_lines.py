"""Alerts for the user's own screen and pages: equal ones as one line, with the message that the newest is about.

Author, day and the beginning of the text stand only here: notices, mails and the alerts' own sentences name nobody.
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from archiver.alerts import sentences
from archiver.records import JST
from archiver.records.alerts import Alert, AlertRule, Level
from archiver.render.invisible_characters import visible
from archiver.render.screen_text import shorten
from archiver.render.snippet import one_line, own_words
from archiver.render.times import time_of_year
from archiver.wording import gettext as _
from archiver.wording import ngettext, typed

if TYPE_CHECKING:
    from archiver.store.archive import Reading
    from archiver.store.queries.viewing.message_summaries import MessageSummary

FIRST_SCREEN_LIMIT = 3
"""So many lines stand on the first screen; the others are counted."""

QUOTED_CHARACTERS = 20
_NAME_COLUMNS, _ROOM_COLUMNS = 16, 24


@dataclass(frozen=True, slots=True)
class NamedMessage:
    """The message that an alert is about."""

    room_id: int
    message_id: str
    words: str
    """Day, author and the first twenty characters of its last text."""
    command: str
    """The call that shows it."""


@dataclass(frozen=True, slots=True)
class AlertLine:
    """Equal alerts as one line."""

    sentence: str
    """With level, time of the newest, and how many there are."""
    message: NamedMessage | None


def alert_lines(reading: Reading, alerts: Iterable[Alert], labels: Mapping[str, str]) -> list[AlertLine]:
    """These alerts above level low, the most urgent and newest first; `labels`: contracts' names on screen, by id."""
    groups = group_equal([one for one in alerts if one.level is not Level.LOW], labels)
    newest = [group[0] for group in groups]
    messages, rooms = named_messages(reading, newest), room_labels(reading, newest)
    return [AlertLine(_line(group, labels, rooms), message) for group, message in zip(groups, messages, strict=True)]


def room_labels(reading: Reading, alerts: Iterable[Alert]) -> dict[int, str]:
    """Each room by its name, as the user's own screens name it in alerts; with its number if two have one name.

    A direct chat that is not saved, which an alert is about, goes by the name of the other person.
    """
    from archiver.store.search.scope import room_names

    short = {room: shorten(name, _ROOM_COLUMNS) for room, name in room_names(reading).items() if name}
    often = Counter(short.values())
    quoted = {room: _("“{name}”").format(name=name) for room, name in short.items()}
    return _names_of_other_chats(reading, alerts) | {
        room: f"{words} ({room})" if often[short[room]] > 1 else words for room, words in quoted.items()
    }


def _names_of_other_chats(reading: Reading, alerts: Iterable[Alert]) -> dict[int, str]:
    from archiver.store.queries.viewing.people import last_name

    about = ((one.room_id, one.account_id) for one in alerts if one.rule is AlertRule.OTHER_CHAT)
    found = {room: last_name(reading, account) for room, account in about if room is not None and account is not None}
    return {room: _("“{name}”").format(name=shorten(name, _ROOM_COLUMNS)) for room, name in found.items() if name}


def group_equal(alerts: Iterable[Alert], labels: Mapping[str, str]) -> list[list[Alert]]:
    """The alerts whose level and sentence are the same, newest first; urgent groups first, then the newest."""
    groups: dict[tuple[Level, str], list[Alert]] = {}
    worded: dict[tuple[object, ...], str] = {}  # many alerts of one rule differ in time and message only
    for alert in sorted(alerts, key=lambda one: (one.at, one.number), reverse=True):
        about = (alert.rule, alert.room_id, alert.count, alert.subject)
        if about not in worded:
            worded[about] = sentences.alert_sentence(alert, labels)
        groups.setdefault((alert.level, worded[about]), []).append(alert)
    return sorted(groups.values(), key=lambda group: group[0].level is not Level.HIGH)


def named_messages(reading: Reading, alerts: Sequence[Alert]) -> list[NamedMessage | None]:
    """The message that each of these alerts is about, if the archive knows it."""
    from archiver.store.queries.viewing.message_summaries import message_summaries

    places = [_place(one) for one in alerts]
    summaries = message_summaries(reading, dict.fromkeys(place for place in places if place is not None))
    known = {(one.room_id, int(one.message_id)): one for one in summaries}
    found = (None if place is None else known.get(place) for place in places)
    return [None if summary is None else _named(summary, one.rule) for summary, one in zip(found, alerts, strict=True)]


def messages_by_id(reading: Reading, rooms: Iterable[int], message_ids: Iterable[str]) -> tuple[NamedMessage, ...]:
    """Those of these messages that the rooms hold, in the order given."""
    from archiver.store.queries.viewing.message_summaries import message_summaries

    every_room = list(rooms)
    places = ((room, int(one)) for one in message_ids for room in every_room)
    return tuple(map(_named, message_summaries(reading, places)))


def named_text(message: NamedMessage) -> str:
    """The message and the call that shows it, in one line."""
    return f"{message.words}  {message.command}"


def more_sentence(number: int) -> str:
    """That so many other alerts stand elsewhere."""
    text = ngettext("and {n} more: archive status --alerts", "and {n} more: archive status --alerts", number)
    return text.format(n=number)


def _line(group: Sequence[Alert], labels: Mapping[str, str], rooms: Mapping[int, str]) -> str:
    newest = group[0]
    word, sentence = sentences.level_word(newest.level), sentences.alert_sentence(newest, labels, rooms)
    line = f"[{word}] {time_of_year(newest.at)} {sentence}"
    if len(group) == 1:
        return line
    return line + " " + ngettext("({n} time)", "({n} times)", len(group)).format(n=len(group))


def _place(alert: Alert) -> tuple[int, int] | None:
    """Room and id of the message, as the queries take them; ids of another form name none."""
    if alert.room_id is None or not (alert.message_id or "").isascii() or not (alert.message_id or "").isdigit():
        return None
    return alert.room_id, int(alert.message_id or "0")


def _named(summary: MessageSummary, rule: AlertRule | None = None) -> NamedMessage:
    day = _day(summary.sent)
    text = own_words(summary.text) if rule is None else _from_matched_words(summary.text, rule)
    quoted = text[:QUOTED_CHARACTERS] + ("…" if len(text) > QUOTED_CHARACTERS else "")
    quote = f"「{visible(quoted)}」" if quoted else _("(text unknown)")
    words = " ".join(filter(None, [day, shorten(summary.name, _NAME_COLUMNS), quote]))
    options = f" --from {day} --to {day}" if day else ""
    return NamedMessage(
        summary.room_id, summary.message_id, words, typed(f"archive search --chat {summary.room_id}{options}")
    )


def _from_matched_words(body: str, rule: AlertRule) -> str:
    """The text of a message, from the words on that an alert is about if the quote would end before them."""
    from archiver.alerts.phrase_rules import matched_words

    text, words = own_words(body), one_line(matched_words(body, rule))
    folded = unicodedata.normalize("NFKC", text)
    before, found, after = folded.partition(words) if words else (folded, "", "")
    return f"…{found}{after}" if found and len(before + found) > QUOTED_CHARACTERS else text


def _day(sent: datetime | None) -> str:
    return "" if sent is None else sent.astimezone(JST).date().isoformat()
