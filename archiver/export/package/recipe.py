"""The recipe of one package, and the result of making it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from gettext import gettext as _
from gettext import ngettext

from archiver.export.exhibit_names import FileMetadata
from archiver.export.mask.package_mask import PackageMask
from archiver.export.mask.policy_and_covers import Covers
from archiver.export.package.copied_parts import EnclosureMetadata
from archiver.export.package.entry_reader import PackageStatistics
from archiver.export.package.order import ExportOrder
from archiver.export.package_scope import PackageScope
from archiver.export.report.report_sources import ReviewedTexts
from archiver.export.stamps import StampService
from archiver.records import (
    AccountClosing,
    Basis,
    Contract,
    Delivery,
    Enclosure,
    MappedAccount,
    OpenedMessage,
    ReadState,
    Seal,
    Sides,
)


@dataclass(frozen=True, slots=True)
class Recipe:
    """The contents of a package; the same recipe over the same entries gives the same bytes, `created_at` aside."""

    order: ExportOrder
    name: str
    contract: Contract
    """The contract as the package shows it, masked."""
    scope: PackageScope
    seals: Sequence[Seal]
    upto: int
    """The last entry that is read."""
    read_at: datetime
    """The time of the state that the package shows."""
    created_at: datetime | None
    """None: not stated, as in daily copies."""
    only_messages: list[tuple[int, int]] | None = None
    """The only messages read (room, id), in order; None: all of the rooms. If given, rows are not checked."""
    file_limit: int | None = None
    """The size in bytes above which a file is only listed."""
    stamping: StampService | None = None
    """The service for the package's own stamps; None: it gets none."""
    mask: PackageMask | None = None
    """Masks texts and names; None: everything is shown as it is."""
    covers: Covers | None = None
    """Covers the texts that nobody read; None: none is covered."""
    read: PackageStatistics | None = None
    """What was read of the messages, as they are, to choose those that somebody reads; None: nothing was yet."""
    opened: Sequence[OpenedMessage] = ()
    """The messages that somebody reads before, where the others are covered."""
    reviewed: ReviewedTexts | None = None
    """How many texts were read; None: the package covers none."""
    asked: str = ""
    """What is asked of an office, in a sentence."""
    deliveries: Sequence[Delivery] = ()
    enclosures: Sequence[Enclosure] = ()
    bases: Mapping[int, Basis] = field(default_factory=dict)
    """The accounts known as the other side, and whose statement that is."""
    closings: Sequence[AccountClosing] = ()
    """The accounts that were ever seen to be closed."""
    sides: Sides = field(default_factory=lambda: Sides(0))
    """The accounts on each side, with those that are named as third persons for this package alone."""
    mapped: Sequence[MappedAccount] = ()
    """The user's statements about who is who, with reasons."""
    metadata: EnclosureMetadata = field(default_factory=EnclosureMetadata)
    """What the user's own evidence says beside its content, and the copies that leave in its place."""

    @property
    def roots(self) -> Mapping[str, Sequence[bytes]]:
        """The pinned roots of every authority that should stamp the package."""
        return self.stamping.roots if self.stamping else {}

    @property
    def unsealed(self) -> int:
        """How many entries at the end no seal closes, as the archive could not be written."""
        return max(0, self.upto - (self.seals[-1].last if self.seals else 0))

    @property
    def reading(self) -> dict[str, int]:
        """How many messages are read before, were read, were not, and stay covered; descriptions of chats are none."""
        states = [one.state for one in self.opened if one.no]
        covered = self.reviewed.covered if self.reviewed else 0
        read, unread = states.count(ReadState.READ), states.count(ReadState.UNREAD)
        return {"opened": len(states), "read": read, "unread": unread, "covered": covered}


@dataclass(frozen=True, slots=True)
class PackagePreview:
    """The contents of a package in names and numbers, for the user to confirm."""

    chats: tuple[str, ...]
    named: tuple[str, ...]
    """The people who are shown by their name, as they are called last."""
    people: int
    hidden_people: int
    """People among them who are shown under a letter."""
    messages: int
    files: int
    """Files from Chatwork whose bytes are in it."""
    enclosures: int
    masked: int
    """Places that are masked."""
    size: int
    """The size in bytes before zipping."""
    opened: tuple[OpenedMessage, ...]
    """The messages that somebody reads before; the texts of all others stay covered."""
    reading: dict[str, int]
    """`Recipe.reading`."""
    metadata: tuple[FileMetadata, ...]
    """What the user's own evidence says beside its content."""
    warnings: tuple[str, ...]
    """`early_contact`, `unsaved_beginning` (something is missing before the first message), `forbidden_contact` (the
    platform allows none outside), `nda` (a promise of secrecy), `english` (for a reader who reads Japanese),
    `no_messages` (not one in the period)."""

    def document(self) -> dict[str, object]:
        """The JSON document of `archive export --preview --json`, with the counts of reading as an export has them."""
        preview = asdict(self)
        return {**preview.pop("reading"), "preview": preview}


_DOCUMENT_KEYS = (
    *("path", "zip", "profile", "messages", "files", "gaps", "seal", "sha256", "stamped"),
    *("files_packed", "warnings", "incomplete", "unheld", "unsealed", "recorded"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportReport:
    """The result of an export; first what is known when the package is filled."""

    list_sha256: str
    """The digest of its last list, which names everything else."""
    empty: bool
    """Whether it holds nothing of any room but the times of readings."""
    messages: int
    files: int
    """Files listed, whether or not their bytes are saved."""
    gaps: int
    """Open gaps that touch the period; what the user erased is none."""
    preview: PackagePreview | None = None
    unfiled: int | None = None
    """Of its messages those that a court does not have, where it prints no others."""
    path: str = ""
    """The absolute path of the folder that it is."""
    zip: str | None = None
    profile: str = ""
    seal: int | None = None
    """The number of the seal whose state the package shows."""
    sha256: str = ""
    """The digest that covers everything in it: of `tagmanifest-sha256.txt`, or of the zip of what is no bag."""
    stamped: bool = False
    """Whether every configured authority stamped the package itself; False if there is none."""
    missing: tuple[str, ...] = ()
    """Japanese sentences about what should be in it and is not: bytes lost or damaged, stamps of seals.

    The package states them itself.
    """
    unstamped: tuple[str, ...] = ()
    """Authorities whose stamp over the package did not come; as it comes last, the package cannot state this."""
    too_large: tuple[str, ...] = ()
    """Sentences about files above the size limit; nothing was left out for that."""
    files_packed: int = 0
    """Files whose bytes are in it."""
    warnings: tuple[str, ...] = ()
    """Warnings to heed before it is handed over (`PackagePreview.warnings`)."""
    unheld: tuple[str, ...] = ()
    """Files whose bytes were never saved, with the reason."""
    advice: str | None = None
    """What the user should do before handing it in, in the language of the program."""
    blank: tuple[str, ...] = ()
    """Facts of the contract that a reader will look for and that are not stated yet."""
    contract: str = ""
    """The id of the contract in this archive."""
    unsealed: int = 0
    """How many records at the end no seal closes, as the archive could not be written."""
    record_note: str = ""
    """That this archive does not record it, in the user's language; empty where it does."""
    reading: Mapping[str, int] = field(default_factory=dict)
    """`Recipe.reading`."""
    stamps: Mapping[str, str] = field(default_factory=dict)
    """Authority → SHA-256 of its stamp over that list."""
    digests: Mapping[str, str] = field(default_factory=dict)
    """Name → SHA-256 of every file in it."""

    @property
    def incomplete(self) -> tuple[str, ...]:
        """Everything that makes the package incomplete, one Japanese sentence each."""
        return (*self.missing, *self.unstamped, *self.too_large)

    def contents(self) -> str:
        """How much it holds, in a line in the user's language; what there is none of is not told."""
        if self.unfiled == 0:
            return _("No message that the court does not have yet")
        if self.unfiled is not None:
            new = ngettext(
                "{n} message that the court does not have yet",
                "{n} messages that the court does not have yet",
                self.unfiled,
            )
            return new.format(n=self.unfiled)
        files = ngettext("{n} file", "{n} files", self.files_packed).format(n=self.files_packed)
        gaps = ngettext("{n} period not saved", "{n} periods not saved", self.gaps).format(n=self.gaps)
        told = [ngettext("{n} message", "{n} messages", self.messages).format(n=self.messages)]
        counts = _(", ").join([*told, *([files] if self.files_packed else []), *([gaps] if self.gaps else [])])
        listed = self.files - self.files_packed
        more = ngettext(". {n} file is only listed", ". {n} files are only listed", listed).format(n=listed)
        return counts + more if listed else counts

    @property
    def recorded(self) -> bool:
        """Whether this archive records it, which one that cannot be written does not."""
        return not self.record_note

    def unread_sentences(self) -> tuple[str, ...]:
        """How many messages nobody read yet, in the user's language; nothing if there is none."""
        sentence = ngettext(
            "{n} message is not read yet, so its text is covered.",
            "{n} messages are not read yet, so their texts are covered.",
            self.reading["unread"],
        )
        return (sentence.format(n=self.reading["unread"]),) if self.reading["unread"] else ()

    def document(self) -> dict[str, object]:
        """The JSON document of `archive export --json`."""
        return {**{name: getattr(self, name) for name in _DOCUMENT_KEYS}, **self.reading}
