"""How far the stamps reach: which seals they cover, and how long after each was closed.

Each seal names the one before, so a stamp covers all seals up to its own. Standard library and Python 3.8 syntax,
because this module is also handed out inside packages.
"""

from __future__ import annotations

from datetime import datetime
from gettext import gettext as _
from gettext import ngettext
from typing import Callable, Mapping, NamedTuple, Sequence  # noqa: UP035 - Python 3.8 syntax

from archiver.evidence.stamps.reply_text import covering
from archiver.evidence.verify.findings import Verification

EARLIEST = 15 * 60
"""Seconds by which a time may lie before one that it should follow: no clock is exact."""

LATE = 48 * 3600
"""Seconds after which a stamp counts as late."""


class SealTime(NamedTuple):
    """When a seal says that it was closed (seconds from a fixed point; None: nothing), and its earliest stamp."""

    number: int
    closed: float | None
    stamped: str | None


def tell_reach(told: Verification, seals: Sequence[SealTime], times: Mapping[int, str]) -> None:
    """Note which seals, in order, are covered by no stamp, by a later seal's, or late; and whether a clock ran back.

    `times` are the earliest times on each seal itself.
    """
    if not seals:
        return
    if times:
        _tell_covered(told, seals, times)
    else:
        told.note(_("No stamp of a third party covers the seals: nothing shows since when they exist."))
    _count(
        told,
        sum(_is_before(one, before) for before, one in zip(seals, seals[1:])),  # noqa: B905, RUF007 - Python 3.8
        lambda n: ngettext(
            "{count} seal says that it was closed before the one that precedes it: a clock was set back.",
            "{count} seals say that they were closed before those that precede them: a clock was set back.",
            n,
        ),
    )


def seconds_of(time: str | None) -> float | None:
    """A time of ours as seconds from a fixed point; None for what is no time."""
    try:
        return None if time is None else (datetime.fromisoformat(time[:19]) - datetime(1970, 1, 1)).total_seconds()  # noqa: DTZ001
    except ValueError:
        return None


def _tell_covered(told: Verification, seals: Sequence[SealTime], times: Mapping[int, str]) -> None:
    since, last = covering(times), max(times)
    _count(
        told,
        sum(one.number > last for one in seals),
        lambda n: ngettext(
            "{count} seal at the end is not covered by a stamp yet.",
            "{count} seals at the end are not covered by a stamp yet.",
            n,
        ),
    )
    _count(
        told,
        sum(one.number < last and one.stamped is None for one in seals),
        lambda n: ngettext(
            "{count} seal has no stamp of its own; that of a later seal covers it.",
            "{count} seals have no stamp of their own; those of later seals cover them.",
            n,
        ),
    )
    _count(
        told,
        sum(_delay(one.closed, since(one.number)) > LATE for one in seals),
        lambda n: ngettext(
            "{count} seal was stamped more than 48 hours after it was closed: only from then on is it proved.",
            "{count} seals were stamped more than 48 hours after they were closed: only from then on is it proved.",
            n,
        ),
    )


def _count(told: Verification, count: int, text: Callable[[int], str]) -> None:
    if count:
        told.note(text(count).format(count=count))


def _is_before(one: SealTime, before: SealTime) -> bool:
    return one.closed is not None and before.closed is not None and one.closed < before.closed - EARLIEST


def _delay(closed: float | None, stamped: str | None) -> float:
    at = seconds_of(stamped)
    return 0 if closed is None or at is None else at - closed
