"""The metadata of a file as the program tells it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from archiver.report_language import say


class MetadataField(StrEnum):
    """What a piece of metadata is about."""

    AUTHOR = "author"
    MODIFIED_BY = "modified_by"
    COMPANY = "company"
    POSITION = "position"
    DEVICE = "device"
    TEXT = "text"
    """A title, a subject, keywords, a description or a comment."""


WORDS = {
    MetadataField.AUTHOR: "作成者",
    MetadataField.MODIFIED_BY: "最終更新者",
    MetadataField.COMPANY: "会社",
    MetadataField.POSITION: "位置",
    MetadataField.DEVICE: "機器",
    MetadataField.TEXT: "題名・説明",
}
"""The words that a package prints."""


class MetadataState(StrEnum):
    """How far a file was looked at."""

    READ = "read"
    PLAIN = "plain"
    """Text and the like, in whose format nothing stands beside the content."""
    UNKNOWN = "unknown"
    """The format is not one that is looked at, or the file is too large."""
    DAMAGED = "damaged"
    """The file could not be read to its end in time."""
    LEFT_OUT = "left_out"
    """The file is not in the package, as no copy without its metadata could be made."""


@dataclass(frozen=True, slots=True)
class MetadataItem:
    """A piece of metadata."""

    field: MetadataField
    value: str


@dataclass(frozen=True, slots=True)
class FileMetadata:
    """The metadata of one file of a package."""

    file: str
    """The number of the file in the package, such as `S-001`."""
    state: MetadataState
    items: tuple[MetadataItem, ...]
    removed: bool = False
    """Whether the package holds a copy without it."""


_STATES = {
    MetadataState.PLAIN: "なし",
    MetadataState.UNKNOWN: "調べていません(この形式・大きさは対象外)",
    MetadataState.DAMAGED: "調べられませんでした(ファイルを読み取れません)",
    MetadataState.LEFT_OUT: "この資料に入っていません(メタデータを確実に除けないため)",
}


def metadata_text(metadata: FileMetadata) -> str:
    """What a file says beside its content, as a package prints it."""
    if metadata.removed:
        fields = say("、").join(dict.fromkeys(say(WORDS[one.field]) for one in metadata.items))
        return say("除きました({fields})", fields=fields) if fields else say("除きました")
    if metadata.state is not MetadataState.READ:
        return say(_STATES[metadata.state])
    return "\n".join(f"{say(WORDS[one.field])} {one.value}" for one in metadata.items) or say("なし")
