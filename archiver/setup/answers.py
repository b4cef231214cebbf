"""Reads what somebody typed (a day, a time, an amount of yen, a message), and keeps the answers of the first run."""

from __future__ import annotations

import re
import unicodedata
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

from archiver import errors
from archiver.records import JST, Contract, ContractRoom, MessageId, stated_sum
from archiver.render.invisible_characters import visible
from archiver.typed_days import read_days
from archiver.wording import gettext as _

if TYPE_CHECKING:
    from collections.abc import Mapping

    from archiver.store.archive import Archive, Reading

EXAMPLE_DAY, EXAMPLE_TIME = "2026-11-03", "2026-11-03 09:12"
EARLIEST_YEAR = 2000
"""No job of this kind was agreed before this year."""
LATEST_YEAR = 2099
"""A later one is a slip of the hand; the days that follow from it would leave the calendar."""

_CLOCK_TOLERANCE = timedelta(minutes=10)
"""How far the clock of a platform may be ahead of this computer's."""

_TIME = r"(?:[ T]*(?P<hour>\d{1,2})[:時](?P<minute>\d{2})(?:分|:\d\d)?)?"
_FORMS = tuple(
    re.compile(day + _TIME)
    for day in (
        r"(?P<year>\d{4})[-/.](?P<month>\d{1,2})[-/.](?P<day>\d{1,2})",
        r"(?P<year>\d{4})年(?P<month>\d{1,2})月(?P<day>\d{1,2})日",
        r"(?P<year>\d{4})(?P<month>\d{2})(?P<day>\d{2})",
        r"令和(?P<reiwa>元|\d{1,2})年(?P<month>\d{1,2})月(?P<day>\d{1,2})日",
        r"R(?P<reiwa>\d{1,2})[./-](?P<month>\d{1,2})[./-](?P<day>\d{1,2})",
    )
)

_SPOKEN = re.compile("(?P<day>.+?)" + _TIME)

BEFORE_REIWA = 2018
"""The first year of Reiwa is 2019."""


def read_day(value: str, option: str, example: str, *, now: datetime | None, near: datetime | None = None) -> str:
    """A day in Japan, or a time if the example has one, in any form in which people write it there.

    With `now` it cannot be ahead, so it needs no year: the last such day is meant; with `near` alone the nearest.
    Raises BadValue, NoSuchDay, DayTooEarly, DayTooLate, and DayAhead for one after `now` (aware).
    """
    written_day = read_written_day(value)
    if written_day is None and (today := now or near) is not None:
        written_day = read_past_day(value, today.astimezone(JST).date(), is_nearest=now is None)
    if written_day is None or (written_day.clock and len(example) == len(EXAMPLE_DAY)):
        raise errors.BadValue(value=value or _("(empty)"), option=option, example=example)
    try:
        at = datetime(written_day.year, written_day.month, written_day.day, *(written_day.clock or (0, 0)), tzinfo=JST)
    except ValueError:
        raise errors.NoSuchDay(value=value, option=option) from None
    if at.year < EARLIEST_YEAR:
        raise errors.DayTooEarly(value=value, option=option)
    if now is not None and at > now + _CLOCK_TOLERANCE:
        raise errors.DayAhead(value=value, option=option)
    if at.year > LATEST_YEAR:
        raise errors.DayTooLate(value=value, option=option)
    return at.strftime("%Y-%m-%d %H:%M" if written_day.clock else "%Y-%m-%d")


class WrittenDay(NamedTuple):
    """A day as it was written; it may not exist in the calendar."""

    year: int
    month: int
    day: int
    clock: tuple[int, int] | None
    """Hour and minute, if they were given."""


def read_written_day(value: str) -> WrittenDay | None:
    """The day that was written; full-width characters and missing zeros are understood. None if it is no day."""
    plain = unicodedata.normalize("NFKC", value).strip()
    day_match = next((match for form in _FORMS if (match := form.fullmatch(plain))), None)
    if day_match is None:
        return None
    parts = day_match.groupdict()
    year = int(parts.get("year") or BEFORE_REIWA + int(str(parts["reiwa"]).replace("元", "1")))
    clock = None if parts["hour"] is None else (int(parts["hour"]), int(parts["minute"]))
    return WrittenDay(year, int(parts["month"]), int(parts["day"]), clock)


def read_past_day(value: str, today: date, *, is_nearest: bool = False) -> WrittenDay | None:
    """A day that is past and therefore clear without its year, with or without a time: 昨日, 11月10日 9:05.

    `is_nearest`: it may lie ahead, and does if that is nearer.
    """
    match = _SPOKEN.fullmatch(unicodedata.normalize("NFKC", value).strip())
    days = None if match is None else read_days(match["day"], today)
    if match is None or days is None or days.first != days.last:
        return None
    clock = None if match["hour"] is None else (int(match["hour"]), int(match["minute"]))
    is_ahead = is_nearest and today - days.first > timedelta(days=182)
    return WrittenDay(days.first.year + is_ahead, days.first.month, days.first.day, clock)


def read_yen(value: str, option: str) -> int:
    """The amount in yen: `55000`, `55,000円`, `¥55,000`, 5万5千円, full-width digits too. Raises BadValue."""
    amount = stated_sum(value)
    if amount is None:
        raise errors.BadValue(value=value or _("(empty)"), option=option, example="55000")
    return amount


def yen_text(amount: int) -> str:
    """An amount for people: `55,000円`, in English 55,000 yen."""
    return _("{n} yen").format(n=f"{amount:,}")


EXAMPLE = "1876543210987654321"
_MESSAGE = re.compile(r"(?:\S*#!rid\d+-|m)?0*(\d{1,19})")
"""A message id, as packages and `show` write it (`m…`), or the link to a message."""


def find_message(reading: Reading, contract: Contract, value: str, field: str = "--message") -> MessageId:
    """The id of a known message of the contract's rooms. Raises BadValue, UnknownMessage."""
    from archiver.store.queries.contracts import holds_message

    message_id = message_number(value, field)
    if not holds_message(reading, [ContractRoom(one) for one in contract.room_ids], message_id):
        raise errors.UnknownMessage(contract=contract.id, message=message_id)
    return message_id


def message_number(value: str, field: str = "--message") -> MessageId:
    """The id in what was given. Raises BadValue."""
    match = _MESSAGE.fullmatch(unicodedata.normalize("NFKC", value).strip())
    if match is None:
        raise errors.BadValue(value=value or _("(empty)"), option=field, example=EXAMPLE)
    return MessageId(match[1])


BEGUN, FINISHED = "begun", "finished"
"""Keys that say that the first run was begun, and that it was finished."""

ORGANISATION = "organisation"
"""Key of the answer whether a client owns the organisation."""

SCHEDULE, STAMPS = "schedule", "stamps"
"""Keys of what is remembered: the answer yes or no, and the answer on or off."""

NOTICE = "notice"
"""Key of the answer whether a test notice was seen."""

FACT_PREFIX = "fact/"
"""Before a contract and the name of its fact: that it was asked for."""


class InvalidAnswer(Exception):
    """An answer that is not valid; its text is the sentence to show."""


FIELD_LIMIT = 5000
"""Characters of one field: what is entered stays in the ledger for good, and packages print it."""


def displayable(answer: str) -> str:
    """An answer that can be displayed on one line, and is not too long. Raises InvalidAnswer."""
    if len(answer) > FIELD_LIMIT:
        raise InvalidAnswer(too_long_sentence())
    if visible(answer) != answer or len(answer.splitlines()) > 1:
        raise InvalidAnswer(_("That has characters that cannot be displayed. Please type it again."))
    return answer


def too_long_sentence() -> str:
    """Why nothing was kept of what is longer than a field may be."""
    return _("A field holds more than {n} characters, so nothing was kept.").format(n=f"{FIELD_LIMIT:,}")


def recall_answers(archive: Archive) -> Mapping[str, str]:
    """The answers so far, by question."""
    from archiver.store.working import remembered_values

    return archive.read(remembered_values.SETUP_ANSWERS.recall)


def note_answer(archive: Archive, question: str, answer: str = "") -> None:
    """Remember that a question was answered."""
    from archiver.store.working import remembered_values as slots

    with archive.writing() as writing:
        slots.SETUP_ANSWERS.remember(writing, {**slots.SETUP_ANSWERS.recall(writing), question: answer})


def asked_facts(archive: Archive, contract: str) -> set[str]:
    """Names of the contract's facts that the first run has asked for."""
    answers, prefix = recall_answers(archive), fact_prefix(contract)
    return {name.removeprefix(prefix) for name in answers if name.startswith(prefix)}


def fact_prefix(contract: str) -> str:
    """Before the name of a fact of this contract: that it was asked for."""
    return f"{FACT_PREFIX}{contract}/"
