"""Compares the stamps beside the seals with the records of their arrival: one that was removed or exchanged is found.

Standard library and Python 3.8 syntax, because this module is also handed out inside packages.
"""

from __future__ import annotations

import re
from gettext import gettext as _
from typing import AbstractSet, Any, Callable, Iterable, Mapping, NamedTuple  # noqa: UP035 - Python 3.8 syntax

from archiver.evidence.chain import file_digest
from archiver.evidence.verify.findings import Verification

_STAMP_FILE = re.compile(r"([0-9]{6,18})-[0-9]{4}-[0-9]{2}-[0-9]{2}\.json\.([a-z0-9-]{1,20})\.tsr")
_SEAL_FILE = re.compile(r"([0-9]{6,18})-[0-9]{4}-[0-9]{2}-[0-9]{2}\.json")
_LISTED_STAMPS = 20


class RecordedStamp(NamedTuple):
    """A record that a stamp arrived."""

    seq: int
    number: int
    """The number of its seal."""
    authority: str
    sha256: str


def read_recorded_stamp(entry: Mapping[str, Any]) -> RecordedStamp | None:
    """What a `stamp` record says; None for one that was not written by this program."""
    payload = entry["payload"]
    number = payload.get("seal")
    if type(number) is not int:
        return None
    return RecordedStamp(entry["seq"], number, str(payload.get("authority")), str(payload.get("sha256")))


def compare_stamps(
    verification: Verification,
    recorded: Iterable[RecordedStamp],
    names: Iterable[str],
    read: Callable[[str], bytes],
    *,
    all_seals: bool = True,
) -> None:
    """Check that each stamp with a record is beside its seal with the bytes that arrived.

    `names` are those in the folder of the seals, `read` returns the bytes of one and raises OSError. Without
    `all_seals`, stamps of seals that are not among the names are passed over; so are stamps of which the verification
    has a finding already.
    """
    recorded = list(recorded)
    known = {finding.subject for finding in verification.findings if finding.check == "stamp"}
    files: dict[tuple[int, str], list[str]] = {}
    seals = set()
    for name in sorted(names):
        stamp, seal = _STAMP_FILE.fullmatch(name), _SEAL_FILE.fullmatch(name)
        if stamp:
            files.setdefault((int(stamp.group(1)), stamp.group(2)), []).append(name)
        elif seal:
            seals.add(int(seal.group(1)))
    if not all_seals:
        _tell_unrecorded(verification, files.keys() - {(one.number, one.authority) for one in recorded})
    for stamp_record in recorded:
        subject = f"stamp/{stamp_record.number}/{stamp_record.authority}"
        if subject not in known and (all_seals or stamp_record.number in seals):
            place = (stamp_record.number, stamp_record.authority)
            _compare_stamp(
                verification, subject, stamp_record, {file_digest(read(name)) for name in files.get(place, ())}
            )


def _tell_unrecorded(verification: Verification, places: AbstractSet[tuple[int, str]]) -> None:
    """Say which stamps have no record of their arrival in the package: anybody could have added them."""
    if places:
        sentence = _(
            "Time stamps without a record of their arrival in this package: {stamps}. Those of the last seal "
            "came after it was closed; others anybody could have added."
        )
        names = [f"{number}/{authority}" for number, authority in sorted(places)]
        shown = ", ".join(names[:_LISTED_STAMPS]) + (" …" if len(names) > _LISTED_STAMPS else "")
        verification.add_unchecked("stamps", sentence.format(stamps=shown))


def _compare_stamp(
    verification: Verification, subject: str, recorded: RecordedStamp, digests: AbstractSet[str]
) -> None:
    if not digests:
        sentence = _("Record {seq} says that this time stamp arrived, but its file is not there.")
        verification.add_finding("stamp-missing", subject, sentence.format(seq=recorded.seq))
    elif recorded.sha256 not in digests:
        sentence = _("It is not the time stamp that arrived: record {seq} gives another SHA-256.")
        verification.add_finding("stamp-changed", subject, sentence.format(seq=recorded.seq))
