"""Lists of the names and digests of a folder's files, and how such a list compares with the files that are there.

The form is that of BagIt 1.0 (RFC 8493 §2.1.3), which `sha256sum -c` reads as well. Standard library and
Python 3.8 syntax, because this module is also handed out inside packages.
"""

from __future__ import annotations

import hashlib
import re
from gettext import gettext as _
from pathlib import Path
from typing import IO, Dict, Iterator, Mapping, NamedTuple  # noqa: UP035 - Python 3.8 syntax

CHUNK_BYTES = 1 << 20
"""Bytes read at once: large enough that only hashing takes time."""

_LINE = re.compile(r"([0-9a-fA-F]{64})(?:  | \*|[ \t]+)(?:\./)?([^ \t].*)")

_LINE_END = re.compile(b"\r\n|\n|\r")
_ESCAPED = re.compile("%(25|0[aAdD])")
_ESCAPES = (("%", "%25"), ("\n", "%0A"), ("\r", "%0D"))


class ManifestError(ValueError):
    """Raised for bytes that are no list of digests; `line` is the first bad line, counted from 1."""

    def __init__(self, line: int) -> None:
        """Take the number of the bad line."""
        super().__init__(line)
        self.line = line


class FileDifference(NamedTuple):
    """A file that differs from the list; `kind` is `missing`, `changed`, `extra` or `unsafe`."""

    kind: str
    path: str


def digest_file(path: Path) -> str:
    """Lower-case hex SHA-256 of a file, read in chunks. Raises OSError."""
    with path.open("rb", buffering=0) as file:
        return digest_stream(file)


def digest_stream(file: IO[bytes]) -> str:
    """Lower-case hex SHA-256 of what is left of an open file. Raises OSError."""
    digest = hashlib.sha256()
    buffer = bytearray(CHUNK_BYTES)
    view = memoryview(buffer)
    while True:
        count = file.readinto(buffer)  # type: ignore[attr-defined]
        if not count:
            return digest.hexdigest()
        digest.update(view[:count])


def write_manifest(path: Path, digests: Mapping[str, str]) -> None:
    """Write digests by relative `/` path, sorted; UTF-8 without byte order mark, LF. Raises OSError."""
    with path.open("wb") as file:
        for line in manifest_lines(digests):
            file.write(line)


def manifest_lines(digests: Mapping[str, str], *, below: str = "") -> Iterator[bytes]:
    """The lines of a list of digests, one in memory at a time; `below` limits it to a folder, with paths from there."""
    for name in sorted(digests):
        if name.startswith(below):
            yield f"{digests[name]}  {_escape_name(name[len(below) :])}\n".encode()


def parse_manifest(body: bytes) -> dict[str, str]:
    """Digests (lower case) by relative path. Raises ManifestError for a bad line, a path named twice, bad UTF-8."""
    found: dict[str, str] = {}
    for number, raw in enumerate(_raw_lines(body), 1):
        if not raw:
            continue
        try:
            line = _LINE.fullmatch(raw.decode("utf-8"))
        except UnicodeDecodeError:
            line = None
        name = _ESCAPED.sub(lambda match: chr(int(match.group(1), 16)), line.group(2)) if line else ""
        if line is None or name in found:
            raise ManifestError(number)
        found[name] = line.group(1).lower()
    return found


def is_canonical(body: bytes, digests: Mapping[str, str]) -> bool:
    """Whether a list of digests is written as `write_manifest` would write these."""
    offset = 0
    for line in manifest_lines(digests):
        if not body.startswith(line, offset):
            return False
        offset += len(line)
    return offset == len(body)


def is_safe(path: str) -> bool:
    """Whether a listed path stays inside its folder, on every system."""
    parts = path.replace("\\", "/").split("/")
    return not (
        path.startswith(("/", "\\", "~"))
        or ":" in parts[0]
        or "\0" in path
        or any(part in ("", ".", "..") for part in parts)
    )


def compare_manifest(listed: Mapping[str, str], actual: Mapping[str, str | None]) -> Iterator[FileDifference]:
    """Compare a list with the digests of the files (None: cannot be read), in order of the paths."""
    for path in sorted(set(listed) | set(actual)):
        if path in listed and not is_safe(path):
            yield FileDifference("unsafe", path)
        elif path not in actual:
            yield FileDifference("missing", path)
        elif path not in listed:
            yield FileDifference("extra", path)
        elif actual[path] != listed[path]:
            yield FileDifference("changed", path)


def difference_text(difference: FileDifference, listed_in: str) -> str:
    """A sentence that says what differs; `listed_in` is the name of the list."""
    texts = {
        "missing": _("{list} names this file, but it is not there."),
        "changed": _("The file is not the one that {list} names: its SHA-256 differs."),
        "extra": _("The file is not named in {list}."),
        "unsafe": _("{list} names a path that leads outside the folder."),
    }
    return texts[difference.kind].format(list=listed_in)


def _raw_lines(body: bytes) -> Iterator[bytes]:
    """The lines one by one: a list can have hundreds of thousands, which would take the memory twice."""
    offset = 0
    for end in _LINE_END.finditer(body):
        yield body[offset : end.start()]
        offset = end.end()
    yield body[offset:]


def _escape_name(name: str) -> str:
    for character, escape in _ESCAPES:
        name = name.replace(character, escape)
    return name


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
