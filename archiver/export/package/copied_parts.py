"""Copies files, seals and API replies of the archive into a package, and notes what is lost or damaged."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

from archiver.evidence.chain import digest_bytes, reply_digest
from archiver.evidence.history import EntryObject
from archiver.evidence.tables.files_and_tasks import FileRow
from archiver.evidence.verify.rollbacks import IN_COPIES, ORPHANED, read_rollback
from archiver.export import exhibit_names
from archiver.export.bag import Bag
from archiver.export.exhibit_names import FileMetadata, MetadataState
from archiver.export.mask.package_mask import PackageMask
from archiver.export.mask.records import is_unmasked
from archiver.export.metadata_removal import NotRemovable, read_metadata, without_metadata
from archiver.export.package_scope import PackageScope
from archiver.export.stamps import Stamps, add_seal_stamp
from archiver.records import Enclosure, Seal
from archiver.report_language import say
from archiver.store.keeper import kept_path
from archiver.store.queries.entries import KeptReply
from archiver.store.seals import FOLDER
from archiver.store.working.stamp_queue import stamp_files

LOST_REASON = "保管庫のファイルが失われているため、この資料に入っていません"
DAMAGED_REASON = "保管庫のファイルが壊れているため、この資料に入っていません"
TOO_LARGE_REASON = "大きさが毎日の写しの上限を超えるため、この写しには入っていません(保管庫にあります)"

_CHUNK_BYTES = 1 << 20
_PATH = re.compile(r"/rooms/[0-9]+(?:/(messages|members|tasks|files))?(/[0-9]+)?(?:\?.*)?")


class _FileUnreadable(Exception):
    """A file of the archive cannot be read (an OSError means that the package cannot be written)."""


@dataclass
class CopiedFiles:
    """The files that were copied into a package, and those that could not be."""

    packed: set[str] = field(default_factory=set)
    """Names of the files in `data/files/`."""
    not_packed: dict[str, str] = field(default_factory=dict)
    """Number of a file whose bytes are saved → why they are not in the package."""
    incomplete: list[str] = field(default_factory=list)
    """Sentences about what the archive should have and does not."""
    stamps: Stamps = field(default_factory=Stamps)
    """Third-party time stamps."""
    seals: list[Seal] = field(default_factory=list)
    """Seals whose files are in the package."""
    raw: int = 0
    """The number of replies in the package."""
    raw_left_out: int = 0
    """The number of replies left out because something in them is outside the package or masked."""


def put_files(bag: Bag, home: Path, rows: Iterable[FileRow], copied: CopiedFiles, *, limit: int | None) -> None:
    """Copy the bytes of every saved file of at most `limit` bytes. Raises OSError."""
    for row in rows:
        if row.sha256 is None or row.stored_as is None:
            continue
        if limit is not None and (row.saved_size or 0) > limit:
            copied.not_packed[row.number] = TOO_LARGE_REASON
            continue
        try:
            intact = bag.copy(f"data/files/{row.stored_as}", _chunks(kept_path(home, row.sha256)), row.sha256)
            reason = None if intact else say(DAMAGED_REASON)
        except _FileUnreadable:
            reason = say(LOST_REASON)
        if reason is None:
            copied.packed.add(row.stored_as)
        else:
            copied.not_packed[row.number] = reason
            copied.incomplete.append(f"{row.number} (SHA-256 {row.sha256}): {reason}")


def put_seals(bag: Bag | None, home: Path, seals: Iterable[Seal], copied: CopiedFiles) -> None:
    """Read every seal whose file has the recorded digest, with its stamps, and copy them. Raises OSError.

    Without a bag they are only read, for a package that contains neither seals nor stamps.
    """
    stamped, told = stamp_files(home), copied.incomplete
    for seal in seals:
        body = _read_or_none(home / FOLDER / seal.name)
        if body is None:
            told.append(say("seals/{name}: 確定記録のファイルが失われています", name=seal.name))
            continue
        if digest_bytes(body) != seal.sha256:
            told.append(say("seals/{name}: 確定記録のファイルが変わっています(SHA-256が一致しません)", name=seal.name))
            continue
        copied.seals.append(seal)
        if bag is not None:
            bag.add(f"data/seals/{seal.name}", body)
        for authority in stamped.get(seal.name, ()):
            name = f"{seal.name}.{authority}.tsr"
            reply = _read_or_none(home / FOLDER / name) or b""
            if not add_seal_stamp(home, copied.stamps, seal, authority, reply, body):
                told.append(say("seals/{name}: タイムスタンプのファイルが壊れています", name=name))
            elif bag is not None:
                bag.add(f"data/seals/{name}", reply)


def put_orphans(bag: Bag, home: Path, entries: Iterable[EntryObject], copied: CopiedFiles) -> None:
    """Copy the seals and stamps that an older database left over, as the `rollback` entries name them."""
    for entry in entries:
        rollback = read_rollback(entry) if entry["kind"] == "rollback" else None
        if rollback is None or rollback.place == IN_COPIES:
            continue
        for name, sha256 in sorted(rollback.files.items()):
            body = _read_or_none(home / FOLDER / ORPHANED / name)
            if body is None or digest_bytes(body) != sha256:
                copied.incomplete.append(
                    say(
                        "seals/{orphaned}{name}: 確定記録のファイルが失われたか、変わっています",
                        orphaned=ORPHANED,
                        name=name,
                    )
                )
            else:
                bag.add(f"data/seals/{ORPHANED}{name}", body)


def _read_or_none(path: Path) -> bytes | None:
    """All bytes of a file; None if it cannot be read, which a verification reports."""
    try:
        return b"".join(_chunks(path))
    except _FileUnreadable:
        return None


def put_blob(bag: Bag, home: Path, name: str, sha256: str) -> bool:
    """Copy a blob of the archive; False if it is lost or damaged. Raises OSError."""
    try:
        return bag.copy(name, _chunks(kept_path(home, sha256)), sha256)
    except _FileUnreadable:
        return False


def put_replies(
    bag: Bag,
    replies: Iterable[KeptReply],
    digests: set[str],
    scope: PackageScope,
    copied: CopiedFiles,
    *,
    mask: PackageMask | None,
) -> None:
    """Write each reply that gave an entry of the package, if everything in it belongs there. Raises OSError.

    A reply in which anything is masked stays out.
    """
    for reply in replies:
        if reply.digest not in digests:
            copied.raw_left_out += 1
        elif reply.body is None or reply_digest(reply.salt, reply.body) != reply.digest:
            copied.incomplete.append(say("raw {number}: 保存したAPIの応答が壊れています", number=reply.number))
        elif not (scope.whole or _is_inside(reply, reply.body, scope)) or not is_unmasked(reply.body, mask):
            copied.raw_left_out += 1
        else:
            name = f"data/raw/{_reply_name(reply)}"
            bag.add(f"{name}.json", reply.body)
            bag.add(f"{name}.meta.json", _reply_metadata(reply))
            copied.raw += 1


def _chunks(path: Path) -> Iterator[bytes]:
    try:
        with path.open("rb") as file:
            while piece := file.read(_CHUNK_BYTES):
                yield piece
    except OSError as error:
        raise _FileUnreadable from error


def _is_inside(reply: KeptReply, body: bytes, scope: PackageScope) -> bool:
    """Whether every object of a reply belongs in the package; a reply that cannot be parsed does not."""
    try:
        objects = json.loads(body) if body else []
    except (ValueError, RecursionError):
        return False
    received = datetime.fromisoformat(reply.received_at).timestamp()
    items: Sequence[object] = objects if isinstance(objects, list) else [objects]
    return all(isinstance(one, dict) and scope.includes_object(reply.room_id, one, received) for one in items)


def _reply_name(reply: KeptReply) -> str:
    """The file name of a reply: `20261103T001500Z_messages_r123456789_17`."""
    at = datetime.fromisoformat(reply.received_at).strftime("%Y%m%dT%H%M%SZ")
    match = _PATH.fullmatch(reply.path)
    kind = (match[1] or "room") if match else "other"
    if match and match[2] and kind.endswith("s"):
        kind = kind[:-1]
    return f"{at}_{kind}_r{reply.room_id}_{reply.number}"


def _reply_metadata(reply: KeptReply) -> bytes:
    """The description of a reply. Only here its salt leaves the archive: its body stands beside it anyway."""
    metadata = {
        "digest": reply.digest,
        "headers": reply.headers,
        "path": reply.path,
        "received_at": reply.received_at,
        "salt": reply.salt.hex(),
        "status": reply.status,
    }
    return (json.dumps(metadata, ensure_ascii=True, indent=1, sort_keys=True) + "\n").encode("ascii")


NOT_REMOVABLE = (
    "中に残るメタデータ(作成者など)を確実に除けない形式のため、この資料に入っていません。"
    "PNG・JPEG・PDFにして足し直すと入ります(archive job enter 仕事 file)"
)


@dataclass(frozen=True, slots=True)
class EnclosureMetadata:
    """What the files of a package say beside their content, and what leaves in their place."""

    files: tuple[FileMetadata, ...] = ()
    """Of each file that is there; values as they may be shown."""
    copies: Mapping[int, bytes | None] = field(default_factory=dict)
    """Number of an enclosure → the copy that leaves in its place; None: none could be made, so it stays out."""


def read_enclosures(home: Path, enclosures: Sequence[Enclosure]) -> tuple[FileMetadata, ...]:
    """The metadata of each enclosure whose bytes are there."""
    found = []
    for one in enclosures:
        try:
            found.append(read_metadata(exhibit_names.label(one), kept_path(home, one.sha256)))
        except OSError:  # lost, which the package says elsewhere
            continue
    return tuple(found)


def clean_enclosures(
    home: Path, enclosures: Sequence[Enclosure], found: Sequence[FileMetadata], may_leave: Callable[[str], bool]
) -> EnclosureMetadata:
    """Copies of those whose metadata says what may not leave; with what remains to be told."""
    by_file = {one.file: one for one in found}
    files: list[FileMetadata] = []
    copies: dict[int, bytes | None] = {}
    for enclosure in enclosures:
        metadata = by_file.get(exhibit_names.label(enclosure))
        if metadata is None:
            continue
        if not all(may_leave(one.value) for one in metadata.items):
            try:
                copies[enclosure.number] = without_metadata(kept_path(home, enclosure.sha256))
                named = dict.fromkeys(replace(one, value="") for one in metadata.items)
                metadata = replace(metadata, removed=True, items=tuple(named))
            except (NotRemovable, OSError):
                copies[enclosure.number] = None
                metadata = FileMetadata(metadata.file, MetadataState.LEFT_OUT, ())
        files.append(metadata)
    return EnclosureMetadata(tuple(files), copies)
