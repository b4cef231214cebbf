"""Times: how far the stamps reach and how long they last, and (`time-order`) times that do not fit one another."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from gettext import gettext as _
from typing import Any, NamedTuple, Tuple  # noqa: UP035 - Python 3.8 syntax

from archiver.evidence.stamps.reply_claims import earliest_covering
from archiver.evidence.verify.findings import Verification

CLOCK_TOLERANCE_SECONDS = 15 * 60
"""Seconds by which a time may lie before one that it should follow, as no clock is exact."""

LATE_SECONDS = 48 * 3600
"""Seconds after which a stamp counts as late."""


class SealTime(NamedTuple):
    """When a seal says that it was closed (Unix seconds; None: it does not say), and its earliest stamp."""

    number: int
    closed: float | None
    stamped: str | None


def note_reach(
    verification: Verification, seals: Sequence[SealTime], times: Mapping[int, str], known_times: Mapping[int, str]
) -> None:
    """Note how many seals have no stamp, only that of a later seal, or a late one; and whether a clock was set back.

    `seals` come in order; `times` are the earliest times stamped on each seal itself, `known_times` those by
    authorities that this program knows.
    """
    if not seals:
        return
    if times:
        _note_covered(verification, seals, times)
        _note_late(verification, seals, times, known_times)
    else:
        verification.add_note(_("No time stamp covers the seals: nothing shows since when they have existed."))
    verification.add_counted(
        sum(
            seal.closed is not None
            and before.closed is not None
            and seal.closed < before.closed - CLOCK_TOLERANCE_SECONDS
            for before, seal in zip(seals, seals[1:])  # noqa: B905, RUF007 - Python 3.8
        ),
        "{count} seal says that it was closed before the one before it: a clock was set back.",
        "{count} seals say that they were closed before those before them: a clock was set back.",
    )


def unix_seconds(time: str | None) -> float | None:
    """A time of the archive as Unix seconds; None for what is no time."""
    try:
        return None if time is None else (datetime.fromisoformat(time[:19]) - datetime(1970, 1, 1)).total_seconds()  # noqa: DTZ001
    except ValueError:
        return None


def utc_text(seconds: float) -> str:
    """Unix seconds as a time of the archive, RFC 3339 UTC with three decimals."""
    moment = datetime(1970, 1, 1) + timedelta(seconds=int(seconds))  # noqa: DTZ001 - as `unix_seconds`
    return f"{moment.isoformat()}.000Z"


def _note_covered(verification: Verification, seals: Sequence[SealTime], times: Mapping[int, str]) -> None:
    last = max(times)
    verification.add_counted(
        sum(one.number > last for one in seals),
        "{count} seal at the end is not covered by a time stamp yet.",
        "{count} seals at the end are not covered by a time stamp yet.",
    )
    verification.add_counted(
        sum(one.number < last and one.stamped is None for one in seals),
        "{count} seal has no time stamp of its own; that of a later seal covers it.",
        "{count} seals have no time stamp of their own; those of later seals cover them.",
    )


def _note_late(
    verification: Verification, seals: Sequence[SealTime], times: Mapping[int, str], known_times: Mapping[int, str]
) -> None:
    """Note how many seals were stamped late; where known authorities stamped, an unknown one's time does not count."""
    since = earliest_covering(known_times or times)
    count = sum(_delay(one.closed, since(one.number)) > LATE_SECONDS for one in seals)
    if known_times and known_times != times:
        verification.add_counted(
            count,
            "{count} seal was time-stamped by an authority that this program knows only more than 48 hours "
            "after it was closed: by that it is proved only from then on.",
            "{count} seals were time-stamped by authorities that this program knows only more than 48 hours "
            "after they were closed: by that they are proved only from then on.",
        )
        return
    verification.add_counted(
        count,
        "{count} seal was time-stamped more than 48 hours after it was closed: it is proved only from then on.",
        "{count} seals were time-stamped more than 48 hours after they were closed: it is proved only from then on.",
    )


def _delay(closed: float | None, stamped: str | None) -> float:
    at = unix_seconds(stamped)
    return 0 if closed is None or at is None else at - closed


BACK_SECONDS = 2 * 60
"""Seconds by which the time of a reply may lie before that of the reply before."""

_NUMBERS_SHOWN = 3


class _Entries:
    """Numbers of entries: how many there are, and the first of them."""

    def __init__(self) -> None:
        self.count = 0
        self._first: list[int] = []

    def add(self, seq: int) -> None:
        self.count += 1
        if len(self._first) < _NUMBERS_SHOWN:
            self._first.append(seq)

    def text(self) -> str:
        return ", ".join(map(str, self._first)) + (" …" if self.count > len(self._first) else "")


class TimeOrder:
    """Takes the entries in order of their numbers; `close` adds the notes."""

    def __init__(self, verification: Verification) -> None:
        """Take the verification to which the notes go."""
        self._verification = verification
        self._back = _Entries()
        self._before = ""
        self._latest: dict[int, tuple[str, int]] = {}

    def add(self, entry: Mapping[str, Any], seal: int | None) -> None:
        """Take an entry and the number of the seal over it (None: it is not sealed)."""
        is_dated_by_reply = entry["reply"] is not None and entry["clock"] != entry["observed_at"]
        self.add_time(str(entry["observed_at"]), entry["seq"], seal, is_dated_by_reply=is_dated_by_reply)

    def add_time(self, at: str, seq: int, seal: int | None, *, is_dated_by_reply: bool) -> None:
        """Take the time of an entry; `is_dated_by_reply`: the reply it came from has a date, and it is that."""
        if is_dated_by_reply:
            if at < self._before and _seconds_after(self._before, at) > BACK_SECONDS:
                self._back.add(seq)
            self._before = at
        if seal is not None and at > self._latest.get(seal, ("", 0))[0]:
            self._latest[seal] = (at, seq)

    def close(self, stamped_at: Callable[[int | None], str | None]) -> None:
        """Add the notes; `stamped_at` gives the earliest time stamped over a seal, by its number."""
        self._verification.add_counted(
            self._back.count,
            "{count} record is dated more than 2 minutes before the reply before it: {numbers}",
            "{count} records are dated more than 2 minutes before the reply before them: {numbers}",
            numbers=self._back.text(),
        )
        ahead = _Entries()
        for seal, (at, seq) in sorted(self._latest.items()):
            if _seconds_after(at, stamped_at(seal)) > CLOCK_TOLERANCE_SECONDS:
                ahead.add(seq)
        self._verification.add_counted(
            ahead.count,
            "{count} seal holds a record that is dated more than 15 minutes after its first time stamp, as a "
            "computer's clock that was ahead dates it: {numbers}",
            "{count} seals hold records that are dated more than 15 minutes after their first time stamps, as a "
            "computer's clock that was ahead dates them: {numbers}",
            numbers=ahead.text(),
        )


def _seconds_after(later: str | None, earlier: str | None) -> float:
    """Seconds from one time of the archive to another; 0 if one is no time."""
    end, begin = unix_seconds(later), unix_seconds(earlier)
    return 0 if end is None or begin is None else end - begin


StampPlace = Tuple[int, str, str]  # noqa: UP006 - Python 3.8 syntax
"""Number of a seal, authority, and SHA-256 of the reply."""

_DAY = len("2026-11-24")


class JudgedStamp(NamedTuple):
    """A good stamp, and when its certificates end."""

    seal: int | None
    """None: it is over the whole package."""
    authority: str
    sha256: str
    time: str
    ends: str


def note_renewals(
    verification: Verification, stamps: Iterable[JudgedStamp], record_seals: Mapping[StampPlace, int], now: str
) -> None:
    """Note what carries ended stamps on, and what those that nothing carries on cannot show any more.

    `record_seals` has the number of the seal that holds the record of each stamp; times are texts.
    """
    good: list[JudgedStamp] = []
    carried, lapsed = 0, []
    for stamp in sorted(stamps, key=lambda one: one.time, reverse=True):
        if stamp.ends > now:
            if stamp.seal is not None:
                good.append(stamp)
            continue
        held_by = None if stamp.seal is None else record_seals.get((stamp.seal, stamp.authority, stamp.sha256))
        if held_by is not None and any((one.seal or 0) >= held_by and one.time <= stamp.ends for one in reversed(good)):
            good.append(stamp)
            carried += 1
        else:
            lapsed.append(stamp)
    if carried:
        carrier = max(good, key=lambda one: one.ends)  # no ended one is carried on where none lasts
        verification.add_counted(
            carried,
            "{count} time stamp whose certificate has ended is carried on by later time stamps, up to that "
            "of “{authority}” on seal {seal}, whose certificate lasts until {day}.",
            "{count} time stamps whose certificates have ended are carried on by later time stamps, up to "
            "that of “{authority}” on seal {seal}, whose certificate lasts until {day}.",
            authority=carrier.authority,
            seal=carrier.seal,
            day=carrier.ends[:_DAY],
        )
    if lapsed:
        verification.add_counted(
            len(lapsed),
            "The certificate of {count} time stamp has ended ({day}), and no later time stamp here carries "
            "it on. Its signature is judged at its own time; that nobody made it later with the old key, it "
            "does not show.",
            "The certificates of {count} time stamps have ended (the first on {day}), and no later time "
            "stamp here carries them on. Their signatures are judged at their own times; that nobody made "
            "them later with the old key, they do not show.",
            day=min(one.ends for one in lapsed)[:_DAY],
        )
