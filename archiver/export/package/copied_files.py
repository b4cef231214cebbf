"""The bytes of a package that are copies: files, seals, replies of the API; and what of them cannot be had."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from archiver.evidence.chain import file_digest
from archiver.evidence.tables.build import FileRow
from archiver.export.bag import Bag
from archiver.export.mask.cover import Cover
from archiver.export.mask.records import is_open
from archiver.export.scope import PackageScope
from archiver.export.stamps import Stamps, note_stamp, put_stamp, stamp_files
from archiver.records import Seal
from archiver.store import blobs
from archiver.store import seals as seal
from archiver.store.queries.entries import KeptReply

LOST = "保管庫のファイルが失われているため、この資料に入っていません"
DAMAGED = "保管庫のファイルが壊れているため、この資料に入っていません"
TOO_LARGE = "大きさが控えの上限を超えるため、この控えには入っていません(保管庫にあります)"

_PIECE = 1 << 20
_PATH = re.compile(r"/rooms/[0-9]+(?:/(messages|members|tasks|files))?(/[0-9]+)?(?:\?.*)?")


class _FileUnreadable(Exception):
    """Bytes of the archive cannot be read, as opposed to bytes of the package that cannot be written."""


@dataclass
class CopiedFiles:
    """What was copied and what could not be."""

    packed: set[str] = field(default_factory=set)
    """Names in `data/files/`."""
    not_packed: dict[str, str] = field(default_factory=dict)
    """Number of a file whose bytes are held → why they are not in the package."""
    incomplete: list[str] = field(default_factory=list)
    """What the archive should have given and did not, one sentence each."""
    stamps: Stamps = field(default_factory=Stamps)
    """Third parties' times."""
    seals: list[Seal] = field(default_factory=list)
    """Seals whose files are in the package."""
    raw: int = 0
    """Replies in the package."""
    raw_left_out: int = 0
    """Replies that are not, because something in them is outside the package."""


def put_files(bag: Bag, home: Path, rows: Iterable[FileRow], copied: CopiedFiles, *, limit: int | None = None) -> None:
    """Copy the bytes of every file that is held; those above `limit` bytes are only listed. Raises OSError."""
    for row in rows:
        if row.sha256 is None or row.stored_as is None:
            continue
        if limit is not None and (row.saved_size or 0) > limit:
            copied.not_packed[row.number] = TOO_LARGE
            continue
        try:
            intact = bag.copy(f"data/files/{row.stored_as}", _pieces(blobs.path_of(home, row.sha256)), row.sha256)
            fault = None if intact else DAMAGED
        except _FileUnreadable:
            fault = LOST
        if fault is None:
            copied.packed.add(row.stored_as)
        else:
            copied.not_packed[row.number] = fault
            copied.incomplete.append(f"{row.number} (SHA-256 {row.sha256}): {fault}")


def put_seals(bag: Bag, home: Path, seals: Iterable[Seal], copied: CopiedFiles) -> None:
    """Copy the file of every seal, if it is the one that the table names, and its stamps. Raises OSError."""
    stamped = stamp_files(home)
    for one in seals:
        try:
            body = b"".join(_pieces(home / seal.FOLDER / one.name))
        except _FileUnreadable:
            copied.incomplete.append(f"seals/{one.name}: 確定記録のファイルが失われています")
            continue
        if file_digest(body) != one.sha256:
            copied.incomplete.append(f"seals/{one.name}: 確定記録のファイルが変わっています(SHA-256が一致しません)")
            continue
        bag.add(f"data/seals/{one.name}", body)
        copied.seals.append(one)
        for authority in stamped.get(one.name, ()):
            _put_stamp(bag, home, one, authority, body, copied)


def read_stamps(home: Path, seals: Iterable[Seal], copied: CopiedFiles) -> None:
    """Learn which stamps the seals bear, for a package that holds neither."""
    stamped = stamp_files(home)
    for one in seals:
        body = _bytes(home / seal.FOLDER / one.name)
        if body is None or file_digest(body) != one.sha256:
            continue
        for authority in stamped.get(one.name, ()):
            reply = _bytes(home / seal.FOLDER / f"{one.name}.{authority}.tsr")
            if reply is not None:
                note_stamp(copied.stamps, one, authority, reply, body)


def _bytes(path: Path) -> bytes | None:
    """All of a file; None if it cannot be read, which `verify` says."""
    try:
        return b"".join(_pieces(path))
    except _FileUnreadable:
        return None


def put_held(bag: Bag, home: Path, name: str, sha256: str) -> bool:
    """Copy bytes that the archive holds; False if they are lost or damaged. Raises OSError."""
    try:
        return bag.copy(name, _pieces(blobs.path_of(home, sha256)), sha256)
    except _FileUnreadable:
        return False


def put_replies(
    bag: Bag,
    replies: Iterable[KeptReply],
    wanted: set[str],
    scope: PackageScope,
    copied: CopiedFiles,
    *,
    cover: Cover | None = None,
) -> None:
    """Write each reply from which an entry of the package came, if all in it belongs there. Raises OSError.

    One in which anything is covered stays out.
    """
    for reply in replies:
        if reply.sha256 not in wanted:
            copied.raw_left_out += 1
        elif reply.body is None or file_digest(reply.body) != reply.sha256:
            copied.incomplete.append(f"raw {reply.number}: 保存したAPIの応答が壊れています")
        elif not _may_leave(reply, reply.body, scope, cover):
            copied.raw_left_out += 1
        else:
            name = f"data/raw/{_name(reply)}"
            bag.add(f"{name}.json", reply.body)
            bag.add(f"{name}.meta.json", _meta(reply))
            copied.raw += 1


def _put_stamp(bag: Bag, home: Path, one: Seal, authority: str, body: bytes, copied: CopiedFiles) -> None:
    name = f"{one.name}.{authority}.tsr"
    try:
        reply = b"".join(_pieces(home / seal.FOLDER / name))
    except _FileUnreadable:
        reply = b""
    if not put_stamp(bag, copied.stamps, one, authority, reply, body):
        copied.incomplete.append(f"seals/{name}: 第三者の時刻のファイルが壊れています")


def _pieces(path: Path) -> Iterator[bytes]:
    try:
        with path.open("rb") as file:
            while piece := file.read(_PIECE):
                yield piece
    except OSError as error:
        raise _FileUnreadable from error


def _may_leave(reply: KeptReply, body: bytes, scope: PackageScope, cover: Cover | None) -> bool:
    """Whether everything in a reply belongs in the package, and nothing in it is covered."""
    return (scope.whole or _inside(reply, body, scope)) and (cover is None or is_open(body, cover))


def _inside(reply: KeptReply, body: bytes, scope: PackageScope) -> bool:
    """Whether every object of a reply belongs in the package; what cannot be understood does not."""
    try:
        told = json.loads(body) if body else []
    except (ValueError, RecursionError):
        return False
    received = datetime.fromisoformat(reply.received_at).timestamp()
    listed: Sequence[object] = told if isinstance(told, list) else [told]
    return all(isinstance(one, dict) and scope.includes_object(reply.room_id, one, received) for one in listed)


def _name(reply: KeptReply) -> str:
    """`20261103T001500Z_messages_r123456789_17`."""
    at = datetime.fromisoformat(reply.received_at).strftime("%Y%m%dT%H%M%SZ")
    found = _PATH.fullmatch(reply.path)
    kind = (found[1] or "room") if found else "other"
    if found and found[2] and kind.endswith("s"):
        kind = kind[:-1]
    return f"{at}_{kind}_r{reply.room_id}_{reply.number}"


def _meta(reply: KeptReply) -> bytes:
    told = {
        "headers": reply.headers,
        "path": reply.path,
        "received_at": reply.received_at,
        "sha256": reply.sha256,
        "status": reply.status,
    }
    return (json.dumps(told, ensure_ascii=True, indent=1, sort_keys=True) + "\n").encode("ascii")
