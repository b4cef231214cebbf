"""Times as a person says them: `今日 11:40`, `11月19日(木) 20:02`, in an English program `Thu 19 Nov 20:02`."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from gettext import gettext as _
from gettext import ngettext

from archiver.records import JST
from archiver.render.times import WEEKDAYS
from archiver.report_language import MONTHS, program_language

_HOUR = 60


def moment_words(at: datetime, now: datetime) -> str:
    """The day and the time of day; seconds are told elsewhere."""
    local = at.astimezone(JST)
    return f"{day_words(local.date(), now)} {local.hour}:{local:%M}"


def day_words(day: date, now: datetime) -> str:
    """`today`, or the day with its weekday."""
    if day == now.astimezone(JST).date():
        return _("today")
    return _weekday(day, now)


def dated_moment(at: datetime, now: datetime) -> str:
    """The same with the day itself also where that is today."""
    local = at.astimezone(JST)
    return f"{_weekday(local.date(), now)} {local.hour}:{local:%M}"


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
    minutes = max(0, int(age.total_seconds() // 60))
    if minutes < _HOUR:
        return ngettext("{n} minute ago", "{n} minutes ago", minutes).format(n=minutes)
    if minutes < _HOUR * 48:
        return ngettext("{n} hour ago", "{n} hours ago", minutes // _HOUR).format(n=minutes // _HOUR)
    return ngettext("{n} day ago", "{n} days ago", minutes // _HOUR // 24).format(n=minutes // _HOUR // 24)
