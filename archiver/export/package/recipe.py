"""The recipe of one package, made of its order, and the result of making it."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from datetime import datetime
from gettext import gettext as _

from archiver import errors
from archiver.claims.counterparts import counterpart_bases, judge_counterparts, named_counterparts, other_side
from archiver.evidence.account_signs import SIGN_KINDS, account_closings
from archiver.evidence.history import number
from archiver.export import PROFILES
from archiver.export.mask.names import people_in
from archiver.export.mask.package_mask import PackageMask
from archiver.export.mask.records import make_mask
from archiver.export.metadata.items import FileMetadata
from archiver.export.package.enclosure_metadata import EnclosureMetadata, clean_enclosures, read_enclosures
from archiver.export.package.leftover_search import settle_leftovers
from archiver.export.package.order import ExportOrder
from archiver.export.package_scope import PackageScope
from archiver.export.stamps import StampService
from archiver.records import (
    AccountClosing,
    Basis,
    Contract,
    Delivery,
    Enclosure,
    Leftover,
    MappedAccount,
    RequestKind,
    Seal,
    Sides,
)
from archiver.store.archive import Reading
from archiver.store.queries import current_state, package_entries, roles, statements

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
    stamp_places: AbstractSet[tuple[int, str]] | None = None
    """Seal and authority of each stamp that counts; None: all that lie in the archive."""
    file_limit: int | None = None
    """The size in bytes above which a file is only listed."""
    stamping: StampService | None = None
    """The service for the package's own stamps; None: it gets none."""
    mask: PackageMask | None = None
    """Masks texts and names; None: everything is shown as it is."""
    deliveries: Sequence[Delivery] = ()
    enclosures: Sequence[Enclosure] = ()
    counterparts: Collection[int] | None = None
    """The accounts known as the other side; None: nobody was mapped."""
    leftovers: Sequence[Leftover] = ()
    """What looks like a person and is not covered, where that is only listed."""
    bases: Mapping[int, Basis] = field(default_factory=dict)
    """The accounts known as the other side, and whose statement that is."""
    closings: Sequence[AccountClosing] = ()
    """The accounts that were ever seen to be closed."""
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
    leftovers: tuple[Leftover, ...]
    """What looks like a person or a way to reach one and is not covered."""
    metadata: tuple[FileMetadata, ...]
    """What the user's own evidence says beside its content."""
    warnings: tuple[str, ...]
    """`early_contact`, `unsaved_beginning` (something is missing before the first message), `forbidden_contact` (the
    platform allows none outside), `nda` (a promise of secrecy), `english` (for a reader who reads Japanese)."""


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
    answers: Mapping[str, str | None] = field(default_factory=dict)
    """Path → SHA-256 of each answer about a revocation that it holds; None: nothing that counts was answered."""
    blank: tuple[str, ...] = ()
    """Facts of the contract that a reader will look for and that are not stated."""
    preview: PackagePreview | None = None


def make_recipe(
    reading: Reading,
    seals: Sequence[Seal],
    order: ExportOrder,
    contract: Contract,
    *,
    name: str,
    stamping: StampService | None,
    at: datetime,
    upto: int,
) -> Recipe:
    """The recipe of an order for this snapshot.

    Raises CounterpartUnknown (third persons are to be hidden, and nobody was named in a room of several people),
    LeftoversOpen (what looks like a person is not covered, and the user has not decided about it),
    UsageError (a person to be named, masked or shown is unknown, or what is asked for cannot be).
    """
    owner = number((current_state.owner(reading) or {}).get("account_id"))
    rooms = PackageScope(contract).rooms
    entries = package_entries.package_entries(reading, rooms, contract.id, upto=upto, kinds=SIGN_KINDS)
    member_entries = [json.loads(one.line) for one in entries]
    people, accounts_by_room = people_in(member_entries)
    mappings = roles.mapped_accounts(reading, contract.id, upto=upto)
    sides = roles.sides_of(mappings, owner=owner)
    sides = replace(sides, thirds=sides.thirds.union(order.thirds) - frozenset(order.counterparts or ()))
    _check_people({*(order.counterparts or ()), *order.thirds}, people)
    mapped = order.counterparts or other_side(sides, contract.client, people) or None
    mask, leftovers = None, tuple[Leftover, ...]()
    deliveries = statements.deliveries(reading, contract.id, upto=upto)
    _check_request(order, deliveries)
    enclosures = statements.enclosures(reading, contract.id, upto=upto)
    found = read_enclosures(reading.home, enclosures) if holds_enclosures(order.profile, contract) else ()
    if order.policy is not None:
        _check_people(order.policy.masked | order.policy.unmasked, {owner, *people})
        others: Collection[int] = mapped if mapped is not None else people.keys() - {owner}
        if order.policy.people:
            named = (order.counterparts or (), named_counterparts(sides, contract.client, people))
            mapped = others = _judged_counterparts(reading, sides, named, accounts_by_room)
        mask = make_mask(order.policy, member_entries, owner=owner, counterparts=sides.mine.union(others) - {owner})
        if order.policy.people:
            leftovers = settle_leftovers(reading, order, contract, mask, upto=upto, metadata=found)
    return Recipe(
        order=order,
        name=name,
        contract=contract if mask is None else mask.contract(contract),
        scope=PackageScope(contract, order.since, order.until),
        seals=seals,
        upto=upto,
        read_at=seals[-1].closed_at if seals and seals[-1].last == upto else at,
        created_at=at,
        stamping=stamping,
        mask=mask,
        deliveries=deliveries,
        enclosures=enclosures,
        metadata=clean_enclosures(
            reading.home,
            enclosures,
            found,
            mask if order.policy is not None and order.policy.people else None,
            every=order.strip_metadata,
        ),
        counterparts=mapped,
        leftovers=leftovers,
        closings=account_closings(member_entries, owner),
        bases=counterpart_bases(
            sides,
            contract.client,
            {room: {one: people[one] for one in accounts} for room, accounts in accounts_by_room.items()},
            chosen=order.counterparts or (),
        ),
        mapped=mappings,
    )


def holds_enclosures(profile: str, contract: Contract) -> bool:
    """Whether a package of this profile holds the user's own evidence."""
    return profile in ("lawyer", "court") or (profile == "support" and not contract.nda)


def _judged_counterparts(
    reading: Reading, sides: Sides, named: Sequence[Collection[int]], accounts_by_room: Mapping[int, Collection[int]]
) -> frozenset[int]:
    """The other side of a package that hides third persons. Raises CounterpartUnknown."""
    judgement = judge_counterparts(sides, named, accounts_by_room)
    if judgement.undecided:
        rooms = sorted(judgement.undecided.items())
        raise errors.CounterpartUnknown(rooms=[roles.undecided_room(reading, *one) for one in rooms])
    return judgement.counterparts


def _check_request(order: ExportOrder, deliveries: Sequence[Delivery]) -> None:
    """Refuse to ask where no report is, and for a review of nothing, as the reader could only point to that.

    Raises UsageError.
    """
    if order.request is not None and not PROFILES[order.profile].report:
        raise errors.UsageError(detail=_("A package of this kind has no report, so nothing can be asked for in it."))
    if order.request is RequestKind.REVIEW and not deliveries:
        sentence = _("No delivery is entered, so a review cannot be asked for. Enter it first: archive delivery add")
        raise errors.UsageError(detail=sentence)


def _check_people(accounts: Collection[int], known_people: Collection[int]) -> None:
    """Refuse unknown accounts, as a mistyped number would leave a name unmasked. Raises UsageError."""
    lacking = sorted(set(accounts) - set(known_people))
    if lacking:
        message = _("Nobody with this account id is in the chats of the contract: {people}")
        raise errors.UsageError(detail=message.format(people=", ".join(map(str, lacking))))
