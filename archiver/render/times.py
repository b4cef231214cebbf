"""Times as people in Japan read them: always Asia/Tokyo, with the whole date where it could be unclear.

In a package in English they are in English words, still of Japan.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from gettext import gettext as _
from gettext import ngettext

from archiver.records import JST
from archiver.records.conversation import posted_at
from archiver.report_language import (
    MONTHS,
    english_day,
    has_days_in_words,
    is_english,
    program_language,
    said_day,
    said_time,
    say,
)

WEEKDAYS = "月火水木金土日"


def day_text(at: datetime) -> str:
    """The day with its weekday: `2026年11月5日(木)`."""
    local = _to_tokyo(at)
    if is_english():
        return english_day(local.date(), weekday=True)
    return f"{local.year}年{local.month}月{local.day}日({WEEKDAYS[local.weekday()]})"


def iso_date(at: datetime) -> str:
    """The day in ISO 8601: `2026-11-05`."""
    return _to_tokyo(at).date().isoformat()


def date_text(day: date) -> str:
    """A day as reports write it: `2026-11-05`, in words `2026年11月5日` or `5 November 2026`; of a time, its day in
    Japan.
    """
    local = _to_tokyo(day).date() if isinstance(day, datetime) else day
    return said_day(local) if has_days_in_words() else local.isoformat()


def short_date(day: date) -> str:
    """The same in little room: `5 Nov 2026` in English."""
    return re.sub("([A-Z][a-z]{2})[a-z]+", r"\1", date_text(day))


def month_text(iso: str) -> str:
    """The month in words: `2026年11月` for `2026-11`."""
    year, _, number = iso.partition("-")
    if is_english():
        return f"{MONTHS[int(number) - 1]} {int(year)}"
    return f"{int(year)}年{int(number)}月"


def day_of_month(iso: str) -> str:
    """The day of the month with its weekday: `11月5日(木)` for `2026-11-05`."""
    on = datetime.fromisoformat(iso)
    if is_english():
        return f"{on.day} {MONTHS[on.month - 1]} ({on:%a})"
    return f"{on.month}月{on.day}日({WEEKDAYS[on.weekday()]})"


def clock_time(at: datetime) -> str:
    """The time of day: `10:14:33`."""
    return _to_tokyo(at).strftime("%H:%M:%S")


def local_time(at: datetime) -> str:
    """Date and time of day: `2026-11-05 10:14:33`; in English `5 November 2026, 10:14:33 JST`."""
    if has_days_in_words():
        return said_time(_to_tokyo(at))
    return _to_tokyo(at).replace(tzinfo=None).isoformat(" ", "seconds")


def entry_time(at: str) -> str:
    """The same of a time as entries write it."""
    return local_time(datetime.fromisoformat(at))


def minute_text(at: datetime) -> str:
    """Date and time of day to the minute: `2026-11-05 10:14`; in English `5 November 2026, 10:14 JST`."""
    if has_days_in_words():
        return said_time(_to_tokyo(at), seconds=False)
    return local_time(at)[:16]


def short_time(at: datetime, now: datetime) -> str:
    """The time of day to the minute, after the day unless it is today: `11-05 10:14`."""
    return clock_minute(at) if iso_date(at) == iso_date(now) else time_of_year(at)


def clock_minute(at: datetime) -> str:
    """The time of day in Japan to the minute: `10:14`; in English `10:14 JST`."""
    minute = clock_time(at)[:5]
    return f"{minute} JST" if is_english() else minute


def time_of_year(at: datetime) -> str:
    """A time in Japan to the minute, without its year: `11-05 10:14`; in English `5 November, 10:14 JST`."""
    if not is_english():
        return f"{_to_tokyo(at):%m-%d %H:%M}"
    local = _to_tokyo(at)
    return f"{local.day} {MONTHS[local.month - 1]}, {clock_minute(at)}"


def full_time(at: datetime) -> str:
    """Date, weekday and time of day: `2026-11-05(木) 10:14:33`.

    It stands on every message of a report, as its reader may have a single page only.
    """
    local = _to_tokyo(at)
    if is_english():
        return f"{english_day(local.date(), weekday=True)}, {clock_time(at)} JST"
    return f"{local.date().isoformat()}({WEEKDAYS[local.weekday()]}) {clock_time(at)}"


def iso_time(at: datetime) -> str:
    """The time for the `datetime` attribute: `2026-11-05T10:14:33+09:00`."""
    return _to_tokyo(at).isoformat("T", "seconds")


def time_from_id(number: int) -> str | None:
    """The time derived from an id, to the minute and marked as an estimate; None if the id tells none."""
    at = posted_at(number)
    return None if at is None else say("{time} ごろ(IDからの推定)", time=minute_text(at))


def typed_time(seconds: int, words: Callable[[datetime], str] = local_time) -> str:
    """A Unix time that somebody typed: `2026-11-05 10:14:33`, or the bare number if it is no date."""
    try:
        return words(datetime.fromtimestamp(seconds, UTC))
    except (OverflowError, ValueError, OSError):
        return f"{seconds}"


def interval_words(interval: timedelta) -> str:
    """An interval in words, in the largest unit that divides it, from days to seconds."""
    seconds = round(interval.total_seconds())
    if seconds and seconds % 86400 == 0:
        return ngettext("1 day", "{n} days", seconds // 86400).format(n=seconds // 86400)
    if seconds and seconds % 3600 == 0:
        return ngettext("{n} hour", "{n} hours", seconds // 3600).format(n=seconds // 3600)
    if seconds % 60:
        return ngettext("{n} second", "{n} seconds", seconds).format(n=seconds)
    return ngettext("{n} minute", "{n} minutes", seconds // 60).format(n=seconds // 60)


def pause_words(hours: int) -> str:
    """Days and hours in words."""
    days, rest = divmod(hours, 24)
    if not days:
        return ngettext("{n} hour", "{n} hours", rest).format(n=rest)
    if not rest:
        return ngettext("{days} day", "{days} days", days).format(days=days)
    return ngettext("{days} day {hours} h", "{days} days {hours} h", days).format(days=days, hours=rest)


def _to_tokyo(at: datetime) -> datetime:
    try:
        return at.astimezone(JST)
    except OverflowError:  # the last hours of the year 9999, which only a made-up time can name
        return at.replace(tzinfo=JST)


_HOUR = 60


def moment_words(at: datetime, now: datetime) -> str:
    """The day and the time of day; seconds are told elsewhere."""
    return f"{day_words(at.astimezone(JST).date(), now)} {clock_words(at)}"


def clock_words(at: datetime) -> str:
    """The time of day alone: `9:15`."""
    local = at.astimezone(JST)
    return f"{local.hour}:{local:%M}"


def day_words(day: date, now: datetime) -> str:
    """`today`, or the day with its weekday; of a time, its day in Japan."""
    local = _to_tokyo(day).date() if isinstance(day, datetime) else day
    return _("today") if local == now.astimezone(JST).date() else _weekday(local, now)


def dated_moment(at: datetime, now: datetime) -> str:
    """The same with the day itself also where that is today."""
    return f"{_weekday(at.astimezone(JST).date(), now)} {clock_words(at)}"


def short_day(day: date, now: datetime) -> str:
    """The day, with its year where that is not this one; of a time, its day in Japan."""
    local = day.astimezone(JST).date() if isinstance(day, datetime) else day
    is_this_year = local.year == now.astimezone(JST).year
    if program_language() != "ja":
        return f"{local.day} {MONTHS[local.month - 1][:3]}" + ("" if is_this_year else f" {local.year}")
    return ("" if is_this_year else f"{local.year}年") + f"{local.month}月{local.day}日"


def _weekday(day: date, now: datetime) -> str:
    if program_language() != "ja":
        return f"{day:%a} {short_day(day, now)}"
    return f"{short_day(day, now)}({WEEKDAYS[day.weekday()]})"


def age_words(age: timedelta) -> str:
    """How long ago something was, in minutes, hours or days."""
    minutes = max(1, int(age.total_seconds() // 60))
    if minutes < _HOUR:
        return ngettext("{n} minute ago", "{n} minutes ago", minutes).format(n=minutes)
    if minutes < _HOUR * 48:
        return ngettext("{n} hour ago", "{n} hours ago", minutes // _HOUR).format(n=minutes // _HOUR)
    return ngettext("{n} day ago", "{n} days ago", minutes // _HOUR // 24).format(n=minutes // _HOUR // 24)
