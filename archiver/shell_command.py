"""Quotes a command for a terminal of this computer, so that every word reaches the program unchanged."""

from __future__ import annotations

import re
import shlex
from collections.abc import Sequence

from archiver.records import Contract

_NAME = re.compile(r"\w[\w.-]*", re.ASCII)
_PLAIN = re.compile(r"[\w./\\:=+-]+", re.ASCII)
_SAFE_BETWEEN_DOUBLE = re.compile(r"[^\"$`“”„]*")


def line(words: Sequence[str], *, platform: str) -> str:
    """The words as one line for PowerShell on Windows and a POSIX shell elsewhere; `platform` is a `sys.platform`."""
    if platform == "win32":
        return " ".join(map(_for_windows, words))
    return shlex.join(words)


def contract_name(contract: Contract, every: Sequence[Contract]) -> str:
    """The contract's label, if no other contract has that name and any shell takes it as it stands; else its id."""
    others = {name for one in every if one.id != contract.id for name in (one.id, one.platform_id)}
    return contract.label if contract.label not in others and _NAME.fullmatch(contract.label) else contract.id


def _for_windows(word: str) -> str:
    """A word in double quotation marks where nothing in it has a meaning, as the older command prompt knows them too.

    PowerShell accepts typographic quotation marks (about_Quoting_Rules), and a comma outside quotes makes a list.
    """
    if _PLAIN.fullmatch(word):
        return word
    if _SAFE_BETWEEN_DOUBLE.fullmatch(word) and not word.endswith("\\"):
        return f'"{word}"'
    return single_quoted(word)


def single_quoted(text: str) -> str:
    """A text of PowerShell in which nothing has a meaning; it knows typographic quotation marks too."""
    return "'" + re.sub("(['‘’‚‛])", r"\1\1", text) + "'"
