"""The recipe of one package, and the result of making it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from archiver.export.mask.covers import Covers
from archiver.export.mask.package_mask import PackageMask
from archiver.export.metadata.items import FileMetadata
from archiver.export.package.copied_files import EnclosureMetadata
from archiver.export.package.order import ExportOrder
from archiver.export.package_scope import PackageScope
from archiver.export.report.input import ReviewedTexts
from archiver.export.stamps import StampService
from archiver.records import (
    AccountClosing,
    Basis,
    Contract,
    Delivery,
    Enclosure,
    MappedAccount,
    OpenedMessage,
    Seal,
)

NO_METADATA = EnclosureMetadata()


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
    """The only messages read (id, room), in order; None: all of the rooms. If given, rows are not checked."""
    file_limit: int | None = None
    """The size in bytes above which a file is only listed."""
    stamping: StampService | None = None
    """The service for the package's own stamps; None: it gets none."""
    mask: PackageMask | None = None
    """Masks texts and names; None: everything is shown as it is."""
    covers: Covers | None = None
    """Covers the texts that nobody read; None: none is covered."""
    opened: Sequence[OpenedMessage] = ()
    """The messages that somebody reads before, where the others are covered."""
    reviewed: ReviewedTexts | None = None
    """How many texts were read; None: the package covers none."""
    asked: str = ""
    """What is asked of an office, in a sentence."""
    deliveries: Sequence[Delivery] = ()
    enclosures: Sequence[Enclosure] = ()
    counterparts: Collection[int] | None = None
    """The accounts known as the other side; None: nobody was mapped."""
    bases: Mapping[int, Basis] = field(default_factory=dict)
    """The accounts known as the other side, and whose statement that is."""
    closings: Sequence[AccountClosing] = ()
    """The accounts that were ever seen to be closed."""
    thirds: frozenset[int] = frozenset()
    """The accounts that are named as third persons, for the contract or for this package alone."""
    mapped: Sequence[MappedAccount] = ()
    """The user's statements about who is who, with reasons."""
    metadata: EnclosureMetadata = NO_METADATA
    """What the user's own evidence says beside its content, and the copies that leave in its place."""

    @property
    def unsealed(self) -> int:
        """How many entries at the end no seal closes, as the archive could not be written."""
        return max(0, self.upto - (self.seals[-1].last if self.seals else 0))


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
    metadata: tuple[FileMetadata, ...]
    """What the user's own evidence says beside its content."""
    warnings: tuple[str, ...]
    """`early_contact`, `unsaved_beginning` (something is missing before the first message), `forbidden_contact` (the
    platform allows none outside), `nda` (a promise of secrecy), `english` (for a reader who reads Japanese)."""
