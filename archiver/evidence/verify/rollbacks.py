"""Checks what the records say of older databases that were put back, and of the seals that were left over by it.

A `rollback` record names the seals, with their stamps, that the database put back does not have. Their files lie in
`orphaned/` beside the seals. Standard library and Python 3.8 syntax, because this module is also handed out inside
packages.
"""

from __future__ import annotations

from gettext import gettext as _
from gettext import ngettext
from typing import Any, Callable, Iterable, Mapping, NamedTuple, Sequence  # noqa: UP035 - Python 3.8 syntax

from archiver.evidence.chain import digest_bytes
from archiver.evidence.verify.findings import Verification, time_in_japan

ORPHANED = "orphaned/"
"""The folder, below that of the seals, of the seals that belong to no database here any more."""

IN_COPIES = "copies"
"""The place of seals that were found in a folder for copies only, and that lie there still."""

IN_LEDGER = "ledger"
"""The place of records that a team's ledger lost when it was put back to an earlier time; no seal had closed them."""

IN_SIGHT = "computer"
"""The place of records that only the computer remembers, which has seen them in the archive."""

IN_RESTORED = "restore"
"""The place of records that were in the archive, and not in the copy from which it was restored."""


class Rollback(NamedTuple):
    """A record that an older database was put back."""

    seq: int
    key: str
    numbers: Sequence[int]
    """The numbers of the seals that the database put back does not have."""
    files: Mapping[str, str]
    """The SHA-256 of each of their files and stamps, by the name in `orphaned/`."""
    lost: int
    """How many records those seals closed that the database put back does not have; more may have been unsealed."""
    place: str
    meanwhile: bool = False
    """Whether the database put back is the newer one, and the seals were made while an older one was in its place."""
    copied_at: str = ""
    """The time of the last record of the copy from which the archive was restored."""


def read_rollback(entry: Mapping[str, Any]) -> Rollback | None:
    """What a `rollback` record says; None for one that was not written by this program."""
    payload = entry["payload"]
    numbers, files = payload.get("numbers"), payload.get("files")
    first, last = payload.get("first"), payload.get("last")
    if not isinstance(numbers, list) or any(type(number) is not int for number in numbers) or type(files) is not dict:
        return None
    lost = payload.get("lost")
    if type(lost) is not int:  # an earlier version, which did not count what was lost twice under one number
        lost = last - first + 1 if type(first) is int and type(last) is int else 0
    texts = {str(name): str(sha256) for name, sha256 in files.items()}
    place, meanwhile = str(payload.get("place")), payload.get("meanwhile") is True
    copied_at = str(payload.get("copied_at", ""))
    return Rollback(entry["seq"], str(entry["key"]), numbers, texts, max(lost, 0), place, meanwhile, copied_at)


def check_rollbacks(
    verification: Verification, rollbacks: Sequence[Rollback], names: Iterable[str], read: Callable[[str], bytes]
) -> None:
    """Say of each rollback what is lost, and check that the files it names are in `orphaned/` (`names`) unchanged.

    `read` returns the bytes of a file in the folder of the seals, by its name there. It raises OSError.
    """
    unnamed = set(names)
    for rollback in rollbacks:
        verification.add_note(rollback_sentence(rollback))
        if rollback.place != IN_COPIES:
            unnamed -= rollback.files.keys()
            for name, sha256 in sorted(rollback.files.items()):
                _check_file(verification, rollback, name, sha256, read)
    for name in sorted(unnamed):
        sentence = _("“{name}” in the folder of the seals belongs to no seal and to no record of a put-back database.")
        verification.add_unchecked("orphaned", sentence.format(name=ORPHANED + name))


def rollback_sentence(rollback: Rollback) -> str:
    """What one rollback means, as one sentence."""
    time = time_in_japan(rollback.copied_at)
    return _rollback_pattern(rollback).format(key=rollback.key, count=rollback.lost, time=time)


def _rollback_pattern(rollback: Rollback) -> str:
    if rollback.place == IN_LEDGER:
        return ngettext(
            "The team's ledger was put back to an earlier time ({key}): {count} unsealed record was in it later than "
            "this point and is not in this archive.",
            "The team's ledger was put back to an earlier time ({key}): {count} unsealed records were in it later than "
            "this point and are not in this archive.",
            rollback.lost,
        )
    if rollback.place == IN_SIGHT:
        return ngettext(
            "Another state of the archive was put back, or another computer saves into a copy of it ({key}): up to "
            "{count} record that this computer had seen is not in this archive.",
            "Another state of the archive was put back, or another computer saves into a copy of it ({key}): up to "
            "{count} records that this computer had seen are not in this archive.",
            rollback.lost,
        )
    if rollback.place == IN_RESTORED and not rollback.lost:
        return _(
            "The archive was restored from a backup whose last record is of {time} ({key}); whether there "
            "had been later ones is not known."
        )
    if rollback.place == IN_RESTORED:
        return ngettext(
            "The archive was restored from a backup whose last record is of {time} ({key}): as far as this "
            "computer knows, up to {count} later record is not in it.",
            "The archive was restored from a backup whose last record is of {time} ({key}): as far as this "
            "computer knows, up to {count} later records are not in it.",
            rollback.lost,
        )
    if not rollback.lost:
        return _("Seals were found that are none of this archive's ({key}); no record is known to be missing by it.")
    if rollback.meanwhile:
        return ngettext(
            "A newer database was put back ({key}): {count} sealed record that was saved while an older one was in its "
            "place is not in this one.",
            "A newer database was put back ({key}): {count} sealed records that were saved while an older one was in "
            "its place are not in this one.",
            rollback.lost,
        )
    return ngettext(
        "An older database was put back ({key}): {count} sealed record was in the database later than this point and "
        "is not in this one.",
        "An older database was put back ({key}): {count} sealed records were in the database later than this point and "
        "are not in this one.",
        rollback.lost,
    )


def _check_file(
    verification: Verification, rollback: Rollback, name: str, sha256: str, read: Callable[[str], bytes]
) -> None:
    """Check that a file is there with its bytes; between the record and the move it still lies beside the seals."""
    for place in (ORPHANED + name, name):
        try:
            body = read(place)
        except OSError:
            continue
        if digest_bytes(body) == sha256:
            return
        if place != name:
            sentence = _("The file is not the one that {key} names: its SHA-256 differs.")
            verification.add_finding("orphaned-seal", place, sentence.format(key=rollback.key))
            return
    sentence = _("The file that {key} names is not there.")
    verification.add_finding("orphaned-seal", ORPHANED + name, sentence.format(key=rollback.key))
