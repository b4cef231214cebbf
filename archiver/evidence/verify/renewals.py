"""Which stamps whose certificate has ended are carried on by later ones, as RFC 4998 renews time stamps.

The record of a stamp's arrival holds the SHA-256 of its token. A later stamp over the seal that holds the record, made
before the certificate ended, shows that the token existed while nobody could have made it with an old key. Standard
library and Python 3.8 syntax, because this module is also handed out inside packages.
"""

from __future__ import annotations

from gettext import ngettext
from typing import Iterable, Mapping, NamedTuple, Sequence, Tuple  # noqa: UP035 - Python 3.8 syntax

from archiver.evidence.verify.findings import Verification
from archiver.evidence.verify.recorded_stamps import RecordedStamp

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


class Renewals(NamedTuple):
    """The stamps whose certificate has ended, and what carries them on."""

    carried: Sequence[JudgedStamp]
    lapsed: Sequence[JudgedStamp]
    carrier: JudgedStamp | None
    """Of the stamps on seals whose certificate still lasts, the one that lasts longest."""


def judge_renewals(stamps: Iterable[JudgedStamp], record_seals: Mapping[StampPlace, int], now: str) -> Renewals:
    """Judge every stamp; `record_seals` has the number of the seal that holds the record of each, times are texts."""
    good: list[JudgedStamp] = []
    carried, lapsed = [], []
    for stamp in sorted(stamps, key=lambda one: one.time, reverse=True):
        if stamp.ends > now:
            if stamp.seal is not None:
                good.append(stamp)
            continue
        held_by = None if stamp.seal is None else record_seals.get((stamp.seal, stamp.authority, stamp.sha256))
        if held_by is not None and any((one.seal or 0) >= held_by and one.time <= stamp.ends for one in reversed(good)):
            good.append(stamp)
            carried.append(stamp)
        else:
            lapsed.append(stamp)
    lasting = [one for one in good if one.ends > now]
    return Renewals(carried, lapsed, max(lasting, key=lambda one: one.ends, default=None))


def record_seals(
    recorded: Iterable[RecordedStamp],
    ranges: Sequence[Tuple[int, int, int]],  # noqa: UP006
) -> dict[StampPlace, int]:
    """The number of the seal that holds the record of each stamp; `ranges` are (number, first, last) of the seals."""
    found: dict[StampPlace, int] = {}
    ordered, index = sorted(ranges, key=lambda one: one[1]), 0
    for record in sorted(recorded, key=lambda one: one.seq):
        while index < len(ordered) and ordered[index][2] < record.seq:
            index += 1
        if index < len(ordered) and ordered[index][1] <= record.seq:
            found.setdefault((record.number, record.authority, record.sha256), ordered[index][0])
    return found


def note_renewals(verification: Verification, renewals: Renewals) -> None:
    """Note what carries ended stamps on, and what those that nothing carries on cannot show any more."""
    carried, lapsed, carrier = renewals
    if carried and carrier is not None:
        sentence = ngettext(
            "{count} time stamp whose certificate has ended is carried on by later time stamps, up to that "
            "of “{authority}” on seal {seal}, whose certificate lasts until {day}.",
            "{count} time stamps whose certificates have ended are carried on by later time stamps, up to "
            "that of “{authority}” on seal {seal}, whose certificate lasts until {day}.",
            len(carried),
        )
        facts = {"authority": carrier.authority, "seal": carrier.seal, "day": carrier.ends[:_DAY]}
        verification.add_note(sentence.format(count=len(carried), **facts))
    if lapsed:
        sentence = ngettext(
            "The certificate of {count} time stamp has ended ({day}), and no later time stamp here carries "
            "it on. Its signature is judged at its own time; that nobody made it later with the old key, it "
            "does not show.",
            "The certificates of {count} time stamps have ended (the first on {day}), and no later time "
            "stamp here carries them on. Their signatures are judged at their own times; that nobody made "
            "them later with the old key, they do not show.",
            len(lapsed),
        )
        verification.add_note(sentence.format(count=len(lapsed), day=min(one.ends for one in lapsed)[:_DAY]))
