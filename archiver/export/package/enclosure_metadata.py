"""The metadata of the user's own evidence, and the copies without it that leave in its place."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from archiver.export import enclosure_file_names
from archiver.export.metadata.file_metadata import NotRemovable, read_metadata, without_metadata
from archiver.export.metadata.items import FileMetadata, MetadataItem, MetadataState
from archiver.records import Enclosure
from archiver.store.keeper import kept_path

NOT_REMOVABLE = (
    "中に残るメタデータ(作成者など)を確実に除けない形式のため、この資料に入っていません。"
    "PNG・JPEG・PDFにして足し直すと入ります(archive job enter 仕事 file)"
)


@dataclass(frozen=True, slots=True)
class CleanCopy:
    """A copy of a file without metadata."""

    body: bytes

    @property
    def sha256(self) -> str:
        """The digest of the copy."""
        return hashlib.sha256(self.body).hexdigest()


@dataclass(frozen=True, slots=True)
class EnclosureMetadata:
    """What the files of a package say beside their content, and what leaves in their place."""

    files: tuple[FileMetadata, ...] = ()
    """Of each file that is there; values as they may be shown."""
    copies: Mapping[int, CleanCopy | None] | None = None
    """Number of an enclosure → the copy that leaves in its place; None: none could be made, so it stays out."""

    def copy_of(self, number: int) -> CleanCopy | None:
        """The copy that leaves in the place of an enclosure."""
        return (self.copies or {}).get(number)

    def stays_out(self, number: int) -> bool:
        """Whether an enclosure stays out, as no copy without metadata could be made."""
        return number in (self.copies or {}) and self.copy_of(number) is None


def read_enclosures(home: Path, enclosures: Sequence[Enclosure]) -> tuple[FileMetadata, ...]:
    """The metadata of each enclosure whose bytes are there."""
    found = []
    for one in enclosures:
        try:
            found.append(read_metadata(enclosure_file_names.label(one), kept_path(home, one.sha256)))
        except OSError:  # lost, which the package says elsewhere
            continue
    return tuple(found)


def clean_enclosures(
    home: Path, enclosures: Sequence[Enclosure], found: Sequence[FileMetadata], may_leave: Callable[[str], bool]
) -> EnclosureMetadata:
    """Copies of those whose metadata says what may not leave; with what remains to be told."""
    by_file = {one.file: one for one in found}
    files: list[FileMetadata] = []
    copies: dict[int, CleanCopy | None] = {}
    for enclosure in enclosures:
        metadata = by_file.get(enclosure_file_names.label(enclosure))
        if metadata is None:
            continue
        if not all(may_leave(one.value) for one in metadata.items):
            copy = copies[enclosure.number] = _clean(kept_path(home, enclosure.sha256))
            if copy is None:
                metadata = FileMetadata(metadata.file, MetadataState.LEFT_OUT, ())
            else:
                metadata = replace(metadata, removed=True, items=_named_only(metadata))
        files.append(metadata)
    return EnclosureMetadata(tuple(files), copies)


def _named_only(metadata: FileMetadata) -> tuple[MetadataItem, ...]:
    """The fields that were removed, without their values."""
    return tuple(dict.fromkeys(replace(one, value="") for one in metadata.items))


def _clean(path: Path) -> CleanCopy | None:
    try:
        return CleanCopy(without_metadata(path))
    except (NotRemovable, OSError):
        return None
