"""The chain of seals: canonical bytes and digests of entries and of seals; also the digests of a folder's files."""

from __future__ import annotations

import hashlib
import json
import re
from gettext import gettext as _
from pathlib import Path
from typing import IO, Any, Dict, Iterable, Iterator, Mapping, NamedTuple, Sequence  # noqa: UP035 - Python 3.8 syntax

GENESIS = "0" * 64
"""The field `previous` of the first seal, which follows no other."""

SEAL_FORMAT = "chatwork-archive-seal-1"

NEWER_SEAL = re.compile(rb'"format":"chatwork-archive-seal-(?!1")[0-9]')
"""What a seal has in it that a newer version of the program made."""

_SEAL_FIELDS = frozenset(
    ("account_id", "closed_at", "day", "entries", "first", "format", "last", "number", "previous", "skips", "software")
)

_HEX_DIGITS = 64
"""The length of a SHA-256 in hexadecimal digits."""

_LONE_SURROGATE = re.compile("[\ud800-\udfff]")
_CANONICAL = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode


def canonical(value: object) -> str:
    r"""The canonical JSON of a value: sorted keys, no spaces, no escapes but for lone surrogates (`\udXXX`).

    It is encoded as UTF-8 to be hashed. Raises ValueError for NaN and infinities, which JSON lacks.
    """
    return escape_lone(_CANONICAL(value))


def escape_lone(text: str) -> str:
    """Replace every lone surrogate in a JSON text by its escape, so that the text can be encoded."""
    if text.isascii():  # the digests of a seal: looking at each character would cost more than everything else
        return text
    return _LONE_SURROGATE.sub(lambda match: f"\\u{ord(match.group()):04x}", text)


def digest(line: str) -> str:
    """Lower-case hex SHA-256 of a line's UTF-8 bytes."""
    return hashlib.sha256(line.encode("utf-8")).hexdigest()


def entry_line(
    *,
    seq: int,
    observed_at: str,
    clock: str | None,
    kind: str,
    account_id: int | None,
    room_id: int | None,
    key: str,
    payload: Mapping[str, Any],
    salt: str,
    reply: str | None,
) -> str:
    """The canonical JSON of an entry; `salt` is 16 random bytes in hex, against guessing masked lines.

    `clock` is this computer's own time where it differs from `observed_at` or could not be compared, else None.
    """
    return canonical(
        {
            "seq": seq,
            "observed_at": observed_at,
            "clock": clock,
            "kind": kind,
            "account_id": account_id,
            "room_id": room_id,
            "key": key,
            "payload": payload,
            "salt": salt,
            "reply": reply,
        }
    )


def seal_bytes(
    *,
    number: int,
    previous: str,
    first: int,
    last: int,
    entries: Iterable[str],
    day: str,
    closed_at: str,
    account_id: int | None,
    skips: Sequence[int] | None,
    software: str,
) -> bytes:
    """The bytes of a seal's file: canonical JSON with the digests of its entries and of the seal before.

    `skips` are the first and the last number that no seal of this chain has, because a database that is older than
    its seals was put back; None: the seal has the number after the one before.
    """
    return (
        canonical(
            {
                "format": SEAL_FORMAT,
                "number": number,
                "previous": previous,
                "first": first,
                "last": last,
                "entries": list(entries),
                "day": day,
                "closed_at": closed_at,
                "account_id": account_id,
                "skips": None if skips is None else list(skips),
                "software": software,
            }
        )
        + "\n"
    ).encode("utf-8")


SHA256 = re.compile("[0-9a-f]{64}")
"""A SHA-256 as records write it."""


def digest_bytes(data: bytes) -> str:
    """Lower-case hex SHA-256 of bytes, for example of a seal's file."""
    return hashlib.sha256(data).hexdigest()


def parse_seal(body: bytes) -> dict[str, Any] | None:
    """The fields of a seal's file; None unless it is byte for byte as `seal_bytes` writes it."""
    try:
        seal = json.loads(body.decode("utf-8"))
    except (ValueError, RecursionError):
        return None
    if not isinstance(seal, dict) or seal.keys() != _SEAL_FIELDS or not _has_field_types(seal):
        return None
    fields = {name: value for name, value in seal.items() if name != "format"}
    return seal if seal_bytes(**fields) == body else None


def _has_field_types(seal: Mapping[str, Any]) -> bool:
    """Whether every field has its type, and there is a digest for each entry."""
    numbers = all(type(seal[name]) is int and seal[name] > 0 for name in ("number", "first", "last"))
    texts = all(isinstance(seal[name], str) for name in ("previous", "day", "closed_at", "software"))
    skips = seal["skips"]
    skips_fit = skips is None or (
        isinstance(skips, list)
        and list(map(type, skips)) == [int, int]
        and 0 < skips[0] <= skips[1] == seal["number"] - 1
    )
    account = seal["account_id"] is None or type(seal["account_id"]) is int
    entries = seal["entries"]
    return (
        numbers
        and texts
        and skips_fit
        and account
        and isinstance(entries, list)
        and seal["last"] - seal["first"] + 1 == len(entries) > 0
        and set(map(type, entries)) == {str}
        and set(map(len, entries)) == {_HEX_DIGITS}
        and _is_hex("".join(entries))
    )


def _is_hex(digits: str) -> bool:
    """Whether a text is pairs of lower-case hexadecimal digits; a pattern over a hundred thousand digests is slow."""
    try:
        return bytes.fromhex(digits).hex() == digits
    except ValueError:
        return False


def reply_digest(salt: bytes, body: bytes) -> str:
    """The digest by which entries name the reply they came from: SHA-256 of its salt and its body."""
    return hashlib.sha256(salt + body).hexdigest()


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


def manifest_lines(digests: Mapping[str, str]) -> Iterator[bytes]:
    """The lines of a list of digests, one in memory at a time."""
    for name in sorted(digests):
        yield f"{digests[name]}  {_escape_name(name)}\n".encode()


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
