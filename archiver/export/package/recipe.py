"""The recipe of one package, made of its order, and the result of making it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from archiver.export.mask.cover import PackageMask
from archiver.export.message_choice import NOTHING, MessageChoice
from archiver.export.scope import PackageScope
from archiver.export.stamps import StampService
from archiver.records import Contract, Delivery, Enclosure, MappedAccount, Seal


@dataclass(frozen=True, slots=True)
class Recipe:
    """The contents of a package; the same recipe over the same entries gives the same bytes, `created_at` aside."""

    name: str
    profile: str
    contract: Contract
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
    choice: MessageChoice = NOTHING
    """The messages that the user wants in the excerpt."""
    deliveries: Sequence[Delivery] = ()
    enclosures: Sequence[Enclosure] = ()
    every: timedelta = timedelta(minutes=5)
    """The interval between readings according to the settings."""
    counterparts: Collection[int] | None = None
    """The accounts known as the other side; None: nobody was mapped."""
    mapped: Sequence[MappedAccount] = ()
    """The user's statements about who is who, with reasons."""
    max_bytes: int | None = None
    """The size limit of the package; None: no limit."""


@dataclass(frozen=True, slots=True)
class PackagePreview:
    """The contents of a package in numbers, for the user to confirm."""

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
    warnings: tuple[str, ...]
    """`early_contact`, `forbidden_contact` (the platform allows none outside), `nda` (a promise of secrecy),
    `unmapped` (nobody was mapped, so all names are shown)."""


@dataclass(frozen=True, slots=True)
class PackageResult:
    """The result of filling a package: its counts, and what is missing in it."""

    sha256: str
    """The digest of its last list, such as `tagmanifest-sha256.txt`."""
    empty: bool
    """Whether it holds nothing of any room but the times of readings."""
    entries: int
    messages: int
    files: int
    gaps: int
    incomplete: tuple[str, ...]
    unheld: tuple[str, ...]
    advice: str | None = None
    """What the user should do before handing it in."""
    blank: tuple[str, ...] = ()
    """Facts of the contract that a reader will look for and that are not stated."""
    preview: PackagePreview | None = None
