"""Days as people write them: 昨日, 先週, 11月10日, 11-10, 2026-11-10."""

from __future__ import annotations

import calendar
import re
import unicodedata
from datetime import date, datetime, timedelta
from typing import NamedTuple

from archiver.records import begin_of_day

_FULL_DATE = re.compile(r"(\d{4})(?:年|[-/])(\d{1,2})(?:月|[-/])(\d{1,2})日?|(\d{4})(\d{2})(\d{2})", re.ASCII)
_MONTH_AND_DAY = re.compile(r"(\d{1,2})(?:月|[-/])(\d{1,2})日?", re.ASCII)
_MONTH = re.compile(r"(?:(\d{4})年)?(\d{1,2})月", re.ASCII)
_DAYS_AGO = {
    **dict.fromkeys(("今日", "きょう", "本日", "today"), 0),
    **dict.fromkeys(("昨日", "きのう", "yesterday"), 1),
    **dict.fromkeys(("一昨日", "おととい"), 2),
}
_WEEKS_AGO = {"今週": 0, "先週": 1, "先々週": 2}
_MONTHS_AGO = {"今月": 0, "先月": 1}


class DayRange(NamedTuple):
    """The days that a word means: one, a week from Monday on, or a month."""

    first: date
    last: date

    def bounds(self) -> tuple[datetime, datetime]:
        """When they begin in Japan, and when they are over. Raises OverflowError for the last day that there is."""
        return begin_of_day(self.first), begin_of_day(self.last) + timedelta(days=1)


def read_days(text: str, today: date) -> DayRange | None:
    """The days that a text means on that day; None if it means none.

    A day without its year is the last one that is not after today, and so is a month.
    """
    word = unicodedata.normalize("NFKC", text).strip().lower()
    try:
        return _read_word(word, today) or _read_date(word, today)
    except (ValueError, OverflowError):  # no such day
        return None


def _read_word(word: str, today: date) -> DayRange | None:
    if word in _DAYS_AGO:
        day = today - timedelta(days=_DAYS_AGO[word])
        return DayRange(day, day)
    if word in _WEEKS_AGO:
        monday = today - timedelta(days=today.weekday() + 7 * _WEEKS_AGO[word])
        return DayRange(monday, monday + timedelta(days=6))
    if word in _MONTHS_AGO:
        months = today.year * 12 + today.month - 1 - _MONTHS_AGO[word]
        return _month(months // 12, months % 12 + 1)
    return None


def _read_date(word: str, today: date) -> DayRange | None:
    if match := _FULL_DATE.fullmatch(word):
        day = date(*(int(one) for one in match.groups() if one))
        return DayRange(day, day)
    if match := _MONTH_AND_DAY.fullmatch(word):
        day = _last_such_day(int(match[1]), int(match[2]), today)
        return DayRange(day, day)
    if match := _MONTH.fullmatch(word):
        month = int(match[2])
        return _month(int(match[1]) if match[1] else today.year - (month > today.month), month)
    return None


def _last_such_day(month: int, day: int, today: date) -> date:
    """The last day of this name that is not after today; 29 February may be up to eight years ago."""
    years = range(today.year, today.year - 9, -1)
    days = [date(year, month, day) for year in years if day <= calendar.monthrange(year, month)[1]]
    return next((one for one in days if one <= today), days[0] if days else date(today.year, month, day))


def _month(year: int, month: int) -> DayRange:
    return DayRange(date(year, month, 1), date(year, month, calendar.monthrange(year, month)[1]))
