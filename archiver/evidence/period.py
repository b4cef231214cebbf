"""Where the periods of a package begin, as `bag-info.txt` states it: entries before that are its base line.

Standard library and Python 3.8 syntax, because this module is also handed out inside packages.
"""

from __future__ import annotations

import re
from typing import Dict, Mapping  # noqa: UP035 - Python 3.8 syntax

_STARTS_LINE = re.compile(r"(?m)^Period-Starts: ([0-9TZ:.= ;-]{1,20000})\r?$")
_START_OF_ROOM = re.compile(r"([0-9]{1,19})=([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]{12}Z)")


PRACTICE_TAG = "Practice"
"""The line of `bag-info.txt` of a package of the demo's archive."""


def period_starts_text(starts: Mapping[int, str]) -> str:
    """The value of the line: `123=2026-11-25T01:00:00.000Z; 456=…`, rooms in order."""
    return "; ".join(f"{room}={starts[room]}" for room in sorted(starts))


def period_starts(bag_info: str) -> Dict[int, str]:  # noqa: UP006 - Python 3.8
    """Room → the beginning of its period; empty if `bag-info.txt` states none."""
    line = _STARTS_LINE.search(bag_info)
    return {} if line is None else {int(room): start for room, start in _START_OF_ROOM.findall(line.group(1))}
