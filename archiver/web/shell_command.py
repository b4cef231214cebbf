"""A command as it is pasted into a terminal of this computer: every word reaches the program as it stands here."""

from __future__ import annotations

import re
import shlex
from collections.abc import Sequence

from archiver.records import Contract

_PLAIN = re.compile(r"[\w./\\:=+-]+", re.ASCII)
_SAFE_BETWEEN_DOUBLE = re.compile(r"[^\"$`“”„]*")
_SINGLE = re.compile("(['‘’‚‛])")


def line(words: Sequence[str], *, platform: str) -> str:
    """The words as one line; `platform` as `sys.platform` has it: PowerShell on Windows, a POSIX shell elsewhere."""
    if platform == "win32":
        return " ".join(map(_for_windows, words))
    return shlex.join(words)


def contract_name(contract: Contract, every: Sequence[Contract]) -> str:
    """What the screen calls a contract, if that means no other one and is no option; else its own name."""
    others = {name for one in every if one.id != contract.id for name in (one.id, one.platform_id)}
    return contract.id if contract.label in others or contract.label.startswith("-") else contract.label


def _for_windows(word: str) -> str:
    """Double quotation marks, which the older command prompt knows too, where nothing in them means anything.

    PowerShell takes typographic marks for its own (about_Quoting_Rules), and a comma outside of marks makes a list.
    """
    if _PLAIN.fullmatch(word):
        return word
    if _SAFE_BETWEEN_DOUBLE.fullmatch(word) and not word.endswith("\\"):
        return f'"{word}"'
    return "'" + _SINGLE.sub(r"\1\1", word) + "'"
