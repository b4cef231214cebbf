"""Cells, lines and times of a package's tables, the same bytes whenever they are made.

Standard library only and Python 3.8 syntax, because this module is also handed out inside packages.
"""

from __future__ import annotations

import json
import re
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Iterable, Mapping  # noqa: UP035 - Python 3.8 syntax

TIME = "日時(日本時間)"
"""The heading of every column of times in Japan."""

_TOKYO = timedelta(hours=9)
_EPOCH = datetime(1970, 1, 1, 9)  # noqa: DTZ001 - in Tokyo; only ever moved by whole offsets
_LAST_SECOND = 253402300800 - 32400

# Invisible characters, and those that some programs take for a line break. Joiners stay: emoji need them.
_SIGNS = "\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff"
_UNSEEN = re.compile(f"[{_SIGNS}]")
_BEGINNINGS = "=+\\-@\\t\\r\uff1d\uff0b\uff0d\uff20"
_FORMULA = re.compile(f"[\\s\u3000]*[{_BEGINNINGS}]")
_SAFE = re.compile(f"[^\\s{_BEGINNINGS}{_SIGNS}][^{_SIGNS}]*")
"""Nearly every text: it needs no other look."""
_BETWEEN = "\x1f"
"""Between two cells of a line that is not yet quoted: no cell has it then, as it is invisible."""
_SAFE_LINE = re.compile(f"(?:{_SAFE.pattern})?(?:{_BETWEEN}(?:{_SAFE.pattern})?)*")
_JSON_ESCAPED = re.compile("[\u0085\u2028\u2029\ud800-\udfff]")
_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def cell(value: object) -> str:
    """A text that is safe in a spreadsheet: nothing invisible, nothing that it would take for a formula.

    An invisible character is written `[U+202E]`; a text that begins like a formula, also after spaces or in full
    width, gets a `'` before it. None is empty.
    """
    if isinstance(value, int) and value >= 0:
        return str(value)
    if value is None or value == "":
        return ""
    text = str(value)
    if _SAFE.fullmatch(text):
        return text
    visible = visible_text(text)
    return f"'{visible}" if _FORMULA.match(visible) else visible


def visible_text(text: str) -> str:
    """The text with every invisible character written as `[U+202E]`."""
    if _UNSEEN.search(text):
        return _UNSEEN.sub(lambda match: f"[U+{ord(match.group()):04X}]", text)
    return text


def csv_line(cells: Iterable[object]) -> str:
    """A line of a CSV file with its CRLF; every cell goes through `cell` and is quoted."""
    values = ["" if value is None else str(value) for value in cells]
    joined = _BETWEEN.join(values)
    if joined.count(_BETWEEN) != len(values) - 1 or not _SAFE_LINE.fullmatch(joined):
        joined = _BETWEEN.join(map(cell, values))
    return '"' + joined.replace('"', '""').replace(_BETWEEN, '","') + '"\r\n'


def jsonl_line(document: Mapping[str, object]) -> str:
    """An object on one line with its LF, in the order of its fields.

    Not escaped but for lone surrogates (they cannot be encoded) and U+0085, U+2028, U+2029 (line ends to some).
    """
    line = _ENCODER.encode(document)
    if _JSON_ESCAPED.search(line):
        line = _JSON_ESCAPED.sub(lambda match: f"\\u{ord(match.group()):04x}", line)
    return line + "\n"


def message_cell(message_id: object) -> str:
    """`m1876543210987654321`: a spreadsheet keeps 15 digits of a number. Empty if there is no id."""
    return f"m{message_id}" if message_id not in (None, "", 0, "0", "None") else ""


def jst(seconds: int) -> str:
    """`2026-11-05 10:14:33` in Japan for Unix seconds; empty for 0 and for what no calendar holds."""
    if not 0 < seconds < _LAST_SECOND:
        return ""
    return (_EPOCH + timedelta(seconds=seconds)).isoformat(" ")


@lru_cache(maxsize=64)
def jst_of(stamp: str | None) -> str:
    """`2026-11-05 10:14:33` in Japan for an entry's time; empty for None. Raises ValueError for what is no time."""
    if stamp is None:
        return ""
    return (datetime.fromisoformat(stamp[:19]) + _TOKYO).isoformat(" ")
