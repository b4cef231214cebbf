"""How far the stamps reach: which seals they cover, and how long after their closing.

Each seal names the one before, so a stamp covers all seals up to its own. Standard library and Python 3.8 syntax,
because this module is also handed out inside packages.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from gettext import gettext as _
from gettext import ngettext
from typing import Callable, Mapping, NamedTuple, Sequence  # noqa: UP035 - Python 3.8 syntax

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
    _note_count(
        verification,
        sum(_is_before(seal, before) for before, seal in zip(seals, seals[1:])),  # noqa: B905, RUF007 - Python 3.8
        lambda n: ngettext(
            "{count} seal says that it was closed before the one before it: a clock was set back.",
            "{count} seals say that they were closed before those before them: a clock was set back.",
            n,
        ),
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
    _note_count(
        verification,
        sum(one.number > last for one in seals),
        lambda n: ngettext(
            "{count} seal at the end is not covered by a time stamp yet.",
            "{count} seals at the end are not covered by a time stamp yet.",
            n,
        ),
    )
    _note_count(
        verification,
        sum(one.number < last and one.stamped is None for one in seals),
        lambda n: ngettext(
            "{count} seal has no time stamp of its own; that of a later seal covers it.",
            "{count} seals have no time stamp of their own; those of later seals cover them.",
            n,
        ),
    )


def _note_late(
    verification: Verification, seals: Sequence[SealTime], times: Mapping[int, str], known_times: Mapping[int, str]
) -> None:
    """Note how many seals were stamped late; where known authorities stamped, an unknown one's time does not count."""
    since = earliest_covering(known_times or times)
    count = sum(_delay(one.closed, since(one.number)) > LATE_SECONDS for one in seals)
    if known_times and known_times != times:
        _note_count(
            verification,
            count,
            lambda n: ngettext(
                "{count} seal was time-stamped by an authority that this program knows only more than 48 hours "
                "after it was closed: by that it is proved only from then on.",
                "{count} seals were time-stamped by authorities that this program knows only more than 48 hours "
                "after they were closed: by that they are proved only from then on.",
                n,
            ),
        )
        return
    _note_count(
        verification,
        count,
        lambda n: ngettext(
            "{count} seal was time-stamped more than 48 hours after it was closed: it is proved only from then on.",
            "{count} seals were time-stamped more than 48 hours after they were closed: it is proved only "
            "from then on.",
            n,
        ),
    )


def _note_count(verification: Verification, count: int, text: Callable[[int], str]) -> None:
    if count:
        verification.add_note(text(count).format(count=count))


def _is_before(seal: SealTime, before: SealTime) -> bool:
    return (
        seal.closed is not None and before.closed is not None and seal.closed < before.closed - CLOCK_TOLERANCE_SECONDS
    )


def _delay(closed: float | None, stamped: str | None) -> float:
    at = unix_seconds(stamped)
    return 0 if closed is None or at is None else at - closed
