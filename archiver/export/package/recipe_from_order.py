"""Makes the recipe of one package from its order: who is who in it, what is masked, and what goes in."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from datetime import datetime
from gettext import gettext as _

from archiver import errors
from archiver.claims.counterparts import counterpart_bases
from archiver.evidence.acts_seen_in_lists import SIGN_KINDS, account_closings
from archiver.evidence.history import EntryObject, number
from archiver.export.mask.likely_names_and_contacts import NameFinder
from archiver.export.mask.names import people_in
from archiver.export.mask.package_mask import PackageMask
from archiver.export.mask.policy_and_covers import POLICIES, Policy
from archiver.export.mask.records import make_mask
from archiver.export.package.copied_parts import clean_enclosures, read_enclosures
from archiver.export.package.entry_reader import KeptHistories
from archiver.export.package.opened_messages import open_messages
from archiver.export.package.order import ExportOrder
from archiver.export.package.package_input import read_entries
from archiver.export.package.recipe import Recipe
from archiver.export.package_scope import PackageScope
from archiver.export.stamps import StampService
from archiver.platforms.job_platform import STRANGER
from archiver.records import MEMBER, Basis, Contract, Delivery, MappedAccount, RequestKind, Seal, Sides
from archiver.store.archive import Reading
from archiver.store.queries import contracts
from archiver.store.queries.contract_activity import activity_of
from archiver.store.queries.entries import whole_entries
from archiver.store.working import remembered_values


@dataclass(frozen=True, slots=True)
class _People:
    """The people of a contract's chats, and what the user stated about them."""

    entries: Sequence[EntryObject]
    """The entries that tell of them."""
    names: Mapping[int, Sequence[str]]
    rooms: Mapping[int, Collection[int]]
    mapped: Sequence[MappedAccount]
    sides: Sides
    called: Mapping[int, Collection[str]]
    """What else somebody is called, as the reader said."""


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
    kept: KeptHistories | None = None,
) -> Recipe:
    """The recipe of an order for this snapshot; `kept`: keeps what is read of it, for the package that is made of it.

    Raises RowsDisagree (with `kept`), CounterpartUnknown (third persons are to be hidden, and nobody was named in a
    room of several people, or the user is to be asked who it is that wrote last),
    UsageError (a person to be named, masked or shown is unknown, or what is asked for cannot be).
    """
    people = _people_of(reading, order, contract, upto=upto)
    deliveries = contracts.deliveries(reading, contract.id, upto=upto)
    _check_request(order, contract, deliveries)
    if contract.platform == STRANGER and order.profile in POLICIES:
        sentence = _("An export about an account hides nothing. Make it as for a lawyer: archive export --for lawyer")
        raise errors.UsageError(detail=sentence)
    enclosures = contracts.enclosures(reading, contract.id, upto=upto)
    holds_enclosures = order.profile in ("lawyer", "court") or (order.profile == "support" and not contract.nda)
    found = read_enclosures(reading.home, enclosures) if holds_enclosures else ()
    bases, masked = _masking_of(reading, order, contract, people)
    scope = PackageScope(contract, order.since, order.until)
    strangers = contracts.withdrawn_accounts(reading, contract.id, upto=upto) - people.names.keys()
    of_strangers = {contracts.role_key(contract.id, one) for one in strangers}
    scope.withdrawn = contracts.withdrawn_keys(reading, contract, upto=upto).union(
        contracts.parted_entries(reading, contract, upto=upto), of_strangers
    )
    is_read = order.profile in POLICIES
    mask = masked or PackageMask(Policy(), {})
    may_leave = NameFinder([*mask.open_names, contract.client or ""]).is_party if is_read else (lambda _text: True)
    recipe = Recipe(
        order=order,
        name=name,
        contract=contract,
        scope=scope,
        seals=seals,
        upto=upto,
        read_at=seals[-1].closed_at if seals and seals[-1].last == upto else at,
        created_at=at,
        stamping=stamping,
        deliveries=deliveries,
        enclosures=enclosures,
        metadata=clean_enclosures(reading.home, enclosures, found, may_leave),
        closings=account_closings(people.entries, people.sides.owner),
        sides=people.sides,
        bases=bases,
        mapped=people.mapped,
    )
    if is_read:
        recipe = _opened(reading, recipe, mask, kept)
    elif masked is None:
        return recipe
    return replace(recipe, contract=mask.contract(contract), mask=mask)


def _opened(reading: Reading, recipe: Recipe, mask: PackageMask, kept: KeptHistories | None) -> Recipe:
    """The recipe with what is read before it leaves, and covers over everything else."""
    with KeptHistories() as not_needed:
        package = read_entries(reading, recipe, kept or not_needed, checked=kept is not None)
        package.statistics.read_all()
        kept_reviews = [*contracts.kept_reviews(reading, recipe.contract.id), *recipe.order.reviews]
        reviews = [one for one in kept_reviews if not one.message_id.startswith(MEMBER)]
        opened = open_messages(package, mask, reviews)
        return replace(opened, read=package.statistics if kept is not None else None)


def _people_of(reading: Reading, order: ExportOrder, contract: Contract, *, upto: int) -> _People:
    """Who is in the chats, as of an entry. Raises UsageError: the order names somebody who is not."""
    rooms = PackageScope(contract).rooms
    entries = list(whole_entries(reading, rooms, contract.id, upto=upto, kinds=SIGN_KINDS))
    names, accounts_by_room = people_in(entries)
    mapped = contracts.mapped_accounts(reading, contract.id, upto=upto)
    sides = contracts.sides(reading, contract.id, upto=upto)
    chosen = frozenset(order.counterparts)
    _check_people({*chosen, *order.thirds}, names)
    sides = sides._replace(thirds=sides.thirds.union(order.thirds) - chosen)
    reviews = [*contracts.kept_reviews(reading, contract.id), *order.reviews]
    members = {one.message_id: one.covered for one in reviews if one.message_id.startswith(MEMBER)}
    called = {number(ident.removeprefix(MEMBER)): words for ident, words in members.items()}
    return _People(entries, names, accounts_by_room, mapped, sides, called)


def members_to_ask(reading: Reading, order: ExportOrder, contract: Contract, *, upto: int) -> dict[int, str]:
    """The third persons of whom nobody was asked what else they are called, with their names; raises as an export."""
    people = _people_of(reading, order, contract, upto=upto)
    mask = _masking_of(reading, order, contract, people)[1]
    asked = people.called.keys()
    hidden = (one for one in people.names if one not in asked and mask is not None and mask.is_hidden(one))
    return {one: people.names[one][0] for one in hidden if people.names[one]}


def _masking_of(
    reading: Reading, order: ExportOrder, contract: Contract, people: _People
) -> tuple[dict[int, Basis], PackageMask | None]:
    """The accounts known as the other side, with whose statement that is, and what masks (None: nothing).

    Raises CounterpartUnknown (third persons are to be hidden), UsageError (an unknown person).
    """
    names_in_rooms = {room: {one: people.names[one] for one in accounts} for room, accounts in people.rooms.items()}
    bases, undecided = counterpart_bases(people.sides, contract.client, names_in_rooms, chosen=order.counterparts)
    policy = with_own_token(reading, order.policy)
    if policy is None:
        return bases, None
    _check_people(policy.masked | policy.unmasked, {people.sides.owner, *people.names})
    if policy.people and order.asks_who_wrote_last:
        undecided |= _later_strangers(reading, contract, people, bases.keys())
    if policy.people and undecided:
        rooms = [contracts.undecided_room(reading, *one, bases) for one in sorted(undecided.items())]
        raise errors.CounterpartUnknown(job=contract.id, rooms=rooms)
    others = bases.keys() if bases or policy.people else people.names.keys() - people.sides.thirds
    known = people.sides.mine.union(others) - {people.sides.owner}
    return bases, make_mask(policy, people.entries, owner=people.sides.owner, counterparts=known, called=people.called)


def with_own_token(reading: Reading, policy: Policy | None) -> Policy | None:
    """The policy that masks the user's own API token too, if one was ever used to save; then there always is one."""
    marks = remembered_values.TOKEN_MARKS.recall(reading)
    return policy if marks is None else replace(policy or Policy(), is_own_token=marks.knows)


def _later_strangers(
    reading: Reading, contract: Contract, people: _People, known: AbstractSet[int]
) -> dict[int, frozenset[int]]:
    """Room → its people of no entered side who wrote after the other side's last act, and the other side."""
    wrote = activity_of(reading, contract, is_counting=False).facts.strangers.keys() - people.sides.thirds - known
    found = ((room, frozenset(accounts)) for room, accounts in people.rooms.items())
    return {room: accounts & (wrote | known) for room, accounts in found if accounts & wrote}


def _check_request(order: ExportOrder, contract: Contract, deliveries: Sequence[Delivery]) -> None:
    """Refuse to ask for a review of nothing, as the reader could only point to that. Raises UsageError."""
    if order.request is RequestKind.REVIEW and not deliveries:
        sentence = _(
            "No delivery is entered, so a review cannot be asked for. Enter it first: archive job enter {job} delivery"
        )
        raise errors.UsageError(detail=sentence.format(job=contract.id))


def _check_people(accounts: Collection[int], known_people: Collection[int]) -> None:
    """Refuse unknown accounts, as a mistyped number would leave a name unmasked. Raises UsageError."""
    lacking = sorted(set(accounts) - set(known_people))
    if lacking:
        message = _("Nobody with this account id is in the chats of the job: {people}")
        raise errors.UsageError(detail=message.format(people=", ".join(map(str, lacking))))
