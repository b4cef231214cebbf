"""The ways in which people write a day in Japan: from a keyboard, a page, a letter; pure."""

from __future__ import annotations

import re
import unicodedata
from typing import NamedTuple

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

BEFORE_REIWA = 2018
"""The first year of Reiwa is 2019."""


class WrittenDay(NamedTuple):
    """A day as it was written; whether there is such a day is not known yet."""

    year: int
    month: int
    day: int
    clock: tuple[int, int] | None
    """Hour and minute, if they were given."""


def written(value: str) -> WrittenDay | None:
    """What was meant; full-width signs and missing zeros are understood. None: no form of a day."""
    plain = unicodedata.normalize("NFKC", value).strip()
    found = next((match for form in _FORMS if (match := form.fullmatch(plain))), None)
    if found is None:
        return None
    parts = found.groupdict()
    year = int(parts["year"]) if parts.get("year") else BEFORE_REIWA + _reiwa(str(parts["reiwa"]))
    clock = None if parts["hour"] is None else (int(parts["hour"]), int(parts["minute"]))
    return WrittenDay(year, int(parts["month"]), int(parts["day"]), clock)


def _reiwa(year: str) -> int:
    return 1 if year == "元" else int(year)
