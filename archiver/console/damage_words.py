"""What a check says of a damaged database: a sentence of ours; SQLite's own words stay for whoever mends it."""

from __future__ import annotations

from collections.abc import Sequence
from gettext import gettext as _
from typing import NamedTuple

from archiver.evidence.verify.findings import Verification

_MARK = "[database] "
"""How a line about the database itself begins, after the name of the check."""


class CheckedLines(NamedTuple):
    """The lines of a check as a page shows them."""

    shown: tuple[str, ...]
    folded: tuple[str, ...]
    """Those that hold another program's words."""


def has_damage(verification: Verification) -> bool:
    """Whether the database itself could not be read whole."""
    return bool(verification.counts.get("database"))


def split_lines(lines: Sequence[str]) -> CheckedLines:
    """The lines of a check, with one sentence in place of all that tell of the database."""
    folded = tuple(line for line in lines if line.startswith(_MARK))
    shown = tuple(line for line in lines if not line.startswith(_MARK))
    sentence = _("The records there are damaged: not all of them can be read.")
    return CheckedLines((sentence, *shown) if folded else shown, folded)
