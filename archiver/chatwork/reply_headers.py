"""What a reply's headers say: the request budget and the time to wait, and whether its `Date` is Chatwork's time."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import cache

from archiver.corrected_clock import CorrectedClock

TOLERANCE = timedelta(minutes=2)

DOUBTFUL_FROM = timedelta(minutes=10)
"""A `Date` that is less ahead of this computer's clock than this is never doubtful."""

_SEND_TIME = re.compile(rb'[{,]\s*"send_time"\s*:\s*([0-9]{1,11})\b')
"""A field of an object: inside a text the quotation marks would be escaped."""

_ANY_TIME = re.compile(rb'[{,]\s*"(?:send_time|last_update_time)"\s*:\s*([0-9]{1,11})\b')


class ReplyDates:
    """The dates of the replies of one run; `clock` is corrected by each that counts."""

    def __init__(
        self,
        clock: CorrectedClock,
        last_run: tuple[datetime, timedelta] | None = None,
        stamped: Callable[[], timedelta | None] = lambda: None,
    ) -> None:
        """Begin a run: no other reply is known yet, while an offset measured before stays.

        `last_run`: the last time that was Chatwork's, and its clock minus this computer's as that run measured it.
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
        if date is None or body.lstrip()[:1] not in (b"", b"[", b"{") or date < newest_send_time(body):
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
            offset = self._clock.offset if self._clock.offset is not None else last[1]
        now = own + offset
        ahead, is_own_behind = date - now, self._sent > now + TOLERANCE
        is_against = last is not None and not is_own_behind and _is_against(last[0], date, now)
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


def _agree(before: tuple[datetime, float], date: datetime, at: float) -> bool:
    expected = before[0] + timedelta(seconds=at - before[1])
    return abs(date - expected) <= TOLERANCE


def _is_against(last: datetime, date: datetime, now: datetime) -> bool:
    """Whether the time of the last run agrees with this computer's `now` against a `Date`."""
    is_outside = date < last - TOLERANCE or date - now > max(now - last, DOUBTFUL_FROM)
    return is_outside and now >= last - TOLERANCE


USUAL_LIMIT = 300
"""The calls of a window (developer.chatwork.com/docs/endpoints), where no reply stated them."""

FALLBACK_WINDOW = timedelta(minutes=5)
"""The window assumed when the headers state no sensible one; no wait is ever longer."""

NO_WAIT = timedelta(0)


@dataclass(frozen=True, slots=True)
class Budget:
    """The budget of calls as the last reply stated it; None = not known."""

    limit: int | None = None
    """How many calls a window has."""
    remaining: int | None = None
    """How many are left in this window."""
    reset: datetime | None = None
    """When the window ends, by our own clock."""

    def spend(self) -> Budget:
        """The budget after a request was sent, which counts even if its reply never comes."""
        return self if not self.remaining else replace(self, remaining=self.remaining - 1)

    def observe(self, headers: Mapping[str, str], received_at: datetime, *, refused: bool = False) -> Budget:
        """The budget after a reply with these headers (lower-case names).

        `received_at` is when they came, by our clock. A reply without a count changes nothing, unless it is a refusal
        (429): then nothing is left, whatever its headers say.
        """
        remaining = 0 if refused else _parse_count(headers.get("x-ratelimit-remaining"))
        if remaining is None:
            return self
        limit = _parse_count(headers.get("x-ratelimit-limit"))
        return Budget(
            limit=self.limit if limit is None else limit,
            remaining=remaining,
            reset=received_at + _time_left(headers, received_at),
        )


@dataclass(frozen=True, slots=True)
class OtherCalls:
    """Calls of the same account that were not ours, as far as two of our own replies in one window show them.

    Calls before our first reply in a window, or while the server states another end of the window each time, are not
    counted: the number is never too high.
    """

    window: int | None = None
    """`x-ratelimit-reset` of the last reply, as the server stated it."""
    left: int | None = None
    """What is left of that window if nobody else calls."""
    others: int = 0

    def spend(self) -> OtherCalls:
        """The tally after a request was sent."""
        return self if not self.left else replace(self, left=self.left - 1)

    def observe(self, headers: Mapping[str, str]) -> OtherCalls:
        """The tally after a reply with these headers (lower-case names)."""
        window, left = (_parse_count(headers.get(f"x-ratelimit-{name}")) for name in ("reset", "remaining"))
        if window is None or left is None:
            return self
        same = window == self.window and self.left is not None
        more = max(0, self.left - left) if same and self.left is not None else 0
        return OtherCalls(window, left, self.others + more)


def time_to_wait(budget: Budget, now: datetime, reserve: int) -> timedelta:
    """How long to wait before the next request, so that `reserve` calls stay free for others; 0 when free.

    A reserve of more than a fifth of the window counts as a fifth, lest a small budget is never used at all.
    """
    if budget.remaining is None or budget.reset is None:
        return NO_WAIT
    reserved = reserve if budget.limit is None else min(reserve, budget.limit // 5)
    if budget.remaining > reserved:
        return NO_WAIT
    return min(max(budget.reset - now, NO_WAIT), FALLBACK_WINDOW)


def _time_left(headers: Mapping[str, str], received_at: datetime) -> timedelta:
    """How long the window still lasts, by the server's own clock where it is known, as ours may be wrong."""
    seconds = _parse_count(headers.get("x-ratelimit-reset"))
    if seconds is None:
        return FALLBACK_WINDOW
    date = parse_date(headers.get("date")) or received_at
    left = timedelta(seconds=seconds - int(date.timestamp()))
    if left < -FALLBACK_WINDOW:  # the end of no window that this reply can be of
        return FALLBACK_WINDOW
    return min(max(left, NO_WAIT), FALLBACK_WINDOW)


def _parse_count(text: str | None) -> int | None:
    """A header's whole number; None if it is missing or absurd."""
    if text is None:
        return None
    text = text.strip()
    if not (text.isascii() and text.isdigit() and len(text) <= len("4102444800")):
        return None
    return int(text)
