"""Judges whether the `Date` of a reply is Chatwork's time: a proxy or a cache in between may have written it.

It must lie within two minutes of the other replies of the run, counted on by the monotonic clock, and not before the
newest `send_time` in the same reply (design §3, Time). Until one counts, this computer's clock and the last run are
held against it: where these two agree, and the `Date` is earlier than the last run or further ahead than the time
since then, it is doubtful and does not count, unless something was sent later than this computer says. Where only the
clock is against it, the time of a stamp decides, then what was sent; in a first run where nothing does, the earlier
of the two counts, since what is sent shows soon that a time lies back, and never that it lies ahead. Of two replies
in a row that agree with each other alone, the second counts: then it was the first reply of the run that was wrong,
or this computer slept.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import cache
from typing import NamedTuple

from archiver.corrected_clock import CorrectedClock

TOLERANCE = timedelta(minutes=2)

DOUBTFUL_FROM = timedelta(minutes=10)
"""A `Date` that is less ahead of this computer's clock than this is never doubtful."""

_SEND_TIME = re.compile(rb'[{,]\s*"send_time"\s*:\s*([0-9]{1,11})\b')
"""A field of an object: inside a text the quotation marks would be escaped."""

_ANY_TIME = re.compile(rb'[{,]\s*"(?:send_time|last_update_time)"\s*:\s*([0-9]{1,11})\b')


class LastRun(NamedTuple):
    """What the runs before know of the time."""

    at: datetime
    """The last time that was Chatwork's."""
    offset: timedelta
    """Chatwork's clock minus this computer's, as the last run measured it."""


class ReplyDates:
    """The dates of the replies of one run; `clock` is corrected by each that counts."""

    def __init__(
        self,
        clock: CorrectedClock,
        last_run: LastRun | None = None,
        stamped: Callable[[], timedelta | None] = lambda: None,
    ) -> None:
        """Begin a run: no other reply is known yet, while an offset measured before stays.

        `stamped` asks for a stamp and gives its time minus this computer's; None: there is none.
        """
        self._clock = clock
        self._last_run = last_run
        self._stamped = cache(stamped)
        self._sent = datetime.fromtimestamp(0, UTC)
        """The newest time at which any reply of the run says that something was sent."""
        self.undecided: timedelta | None = None
        """A `Date` minus this computer's time where nothing shows which of them is wrong."""
        self.doubtful: timedelta | None = None
        """A doubtful `Date` minus the time of this computer, the largest of the run; None: none was doubtful."""
        self._accepted: tuple[datetime, float] | None = None
        self._refused: tuple[datetime, float] | None = None
        self.undated = 0
        """Replies whose `Date` is missing or does not count."""
        self.largest_offset: timedelta | None = None
        """Chatwork's clock minus this computer's, the largest of the run; None: no `Date` counted."""

    @property
    def sure_offset(self) -> timedelta | None:
        """The largest offset of the run; None also while nothing shows which of the two clocks is wrong."""
        return None if self.undecided is not None else self.largest_offset

    @property
    def largest_offset_ms(self) -> int | None:
        """The largest offset of the run in milliseconds; None: no `Date` counted."""
        return None if self.largest_offset is None else round(self.largest_offset.total_seconds() * 1000)

    def date(self, headers: Mapping[str, str], body: bytes, own: datetime) -> datetime | None:
        """The `Date` of a reply if it counts, else None; `own` is when its headers came by this computer's clock."""
        date, at = parse_date(headers.get("date")), self._clock.monotonic()
        self._sent = max(self._sent, newest_send_time(body, _ANY_TIME))
        if date is None or not _is_of_the_api(body) or date < newest_send_time(body):
            self.undated += 1
            return None
        if self.undecided is not None and self._sent > date + TOLERANCE:
            self._accepted, self.largest_offset = None, None
            self._clock.forget()
        if self._accepted is None and self._is_doubtful(date, own):
            self.undated += 1
            return None
        if self._accepted is not None and not _agree(self._accepted, date, at):
            before, self._refused = self._refused, (date, at)
            if before is None or not _agree(before, date, at):
                self.undated += 1
                return None
            self.undecided = None
        self._accepted, self._refused, self.doubtful = (date, at), None, None
        self._clock.measure(date, own)
        if self.largest_offset is None or abs(date - own) > abs(self.largest_offset):
            self.largest_offset = date - own
        return date

    def _is_doubtful(self, date: datetime, own: datetime) -> bool:
        """Whether this computer's clock is against a `Date`, and another witness with it."""
        self.undecided, last, offset = None, self._last_run, timedelta()
        if last is not None:
            offset = self._clock.offset if self._clock.offset is not None else last.offset
        now = own + offset
        ahead, is_own_behind = date - now, self._sent > now + TOLERANCE
        is_against = last is not None and not is_own_behind and _is_against(last.at, date, now)
        if not is_against and abs(ahead) > DOUBTFUL_FROM:
            is_against = self._is_against_others(date, own, now, is_own_behind=is_own_behind)
        if is_against:
            self.doubtful = max(self.doubtful or ahead, ahead, key=abs)
        return is_against

    def _is_against_others(self, date: datetime, own: datetime, now: datetime, *, is_own_behind: bool) -> bool:
        """Whether a stamp, else what was sent, is with this computer's clock alone, else whether that is earlier."""
        stamped = self._stamped()
        if stamped is not None:
            nearest = min(date, now, key=lambda one: abs(own + stamped - one))
            if abs(own + stamped - nearest) <= DOUBTFUL_FROM:
                return nearest == now
        if self._last_run is not None or is_own_behind:
            return False
        if self._sent <= date + TOLERANCE:
            self.undecided = date - now
        return date > now or self.undecided is None


def parse_date(text: str | None) -> datetime | None:
    """The time in a `Date` header (RFC 9110, 5.6.7); None if it is missing or not one."""
    if text is None:
        return None
    try:
        date = parsedate_to_datetime(text)
        return (date if date.tzinfo else date.replace(tzinfo=UTC)).astimezone(UTC)
    except (TypeError, ValueError, IndexError, OverflowError):
        return None


def newest_send_time(body: bytes, field: re.Pattern[bytes] = _SEND_TIME) -> datetime:
    """The newest `send_time` in the body of a reply; the beginning of time if it has none."""
    newest = max(map(int, field.findall(body)), default=0)
    return datetime.fromtimestamp(min(newest, 253402300799), UTC)


def _is_of_the_api(body: bytes) -> bool:
    """Whether a body can be an answer of the API: JSON or nothing, no page of something in between."""
    return body.lstrip()[:1] in (b"", b"[", b"{")


def _agree(before: tuple[datetime, float], date: datetime, at: float) -> bool:
    expected = before[0] + timedelta(seconds=at - before[1])
    return abs(date - expected) <= TOLERANCE


def _is_against(last: datetime, date: datetime, now: datetime) -> bool:
    """Whether the time of the last run agrees with this computer's `now` against a `Date`."""
    is_outside = date < last - TOLERANCE or date - now > max(now - last, DOUBTFUL_FROM)
    return is_outside and now >= last - TOLERANCE
