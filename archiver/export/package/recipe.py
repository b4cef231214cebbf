"""The recipe of one package: what was ordered, and what follows from it."""

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
    """What is to be made; the same recipe over the same entries gives the same bytes, `created_at` aside."""

    name: str
    profile: str
    contract: Contract
    scope: PackageScope
    seals: Sequence[Seal]
    upto: int
    """The last entry that is looked at."""
    read_at: datetime
    """The time of the state shown."""
    created_at: datetime | None
    """None: not said."""
    only_messages: list[tuple[int, int]] | None = None
    """Messages (id, room) in order, if not all of the rooms are looked at; then rows are not compared."""
    file_limit: int | None = None
    """Bytes of a file above which it is only listed."""
    stamping: StampService | None = None
    """How the package gets its own stamp; None: it gets none."""
    mask: PackageMask | None = None
    """What may not be shown; None: everything is shown as it is."""
    choice: MessageChoice = NOTHING
    """Messages that the user wants in the excerpt."""
    deliveries: Sequence[Delivery] = ()
    enclosures: Sequence[Enclosure] = ()
    every: timedelta = timedelta(minutes=5)
    """How often the job looks, as the settings say."""
    counterparts: Collection[int] | None = None
    """Who is known as the other side; None: nobody was told apart."""
    mapped: Sequence[MappedAccount] = ()
    """What the user said of who is who, with the reasons."""
    max_bytes: int | None = None
    """What the package may be at most; None: no limit."""


@dataclass(frozen=True, slots=True)
class PackagePreview:
    """What would leave, in numbers."""

    people: int
    hidden_people: int
    """Of them, those called by a letter."""
    messages: int
    files: int
    """Files from Chatwork whose bytes are in it."""
    enclosures: int
    masked: int
    """Places that are covered."""
    size: int
    """Bytes before they are zipped."""
    warnings: tuple[str, ...]
    """`early_contact`, `forbidden_contact` (the platform allows none outside), `nda` (a promise of secrecy),
    `unmapped` (nobody was told apart, so all names are shown)."""


@dataclass(frozen=True, slots=True)
class PackageResult:
    """What a package came to hold."""

    sha256: str
    """Of `tagmanifest-sha256.txt`."""
    empty: bool
    """Whether nothing of any room is in it but when it was read."""
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
