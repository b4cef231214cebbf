"""The order of an export as the user gave it, and the recipe that is made of it."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from gettext import gettext as _

from archiver import errors
from archiver.evidence.history import number
from archiver.export import PROFILES
from archiver.export.counterparts import other_side
from archiver.export.mask.cover import Policy
from archiver.export.mask.names import people_in
from archiver.export.mask.records import make_mask
from archiver.export.message_choice import MessageChoice
from archiver.export.package.recipe import PackagePreview, Recipe
from archiver.export.scope import PackageScope
from archiver.export.stamps import StampService
from archiver.records import Contract, Seal
from archiver.store.archive import Reading
from archiver.store.queries import (
    current_state,
    package_entries,
    roles,
    statements,
)

Confirm = Callable[[PackagePreview], bool]
"""Called with the preview of a package; returns False to decline it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportOrder:
    """The order of an export; `make.export` documents the fields."""

    contract: str
    profile: str
    since: datetime | None
    until: datetime | None
    zip: bool
    stamping: StampService | None
    policy: Policy | None
    counterparts: Collection[int] | None
    choice: MessageChoice
    max_mb: float | None
    every: timedelta
    confirm: Confirm | None

    @property
    def max_bytes(self) -> int | None:
        """The size limit of the package in bytes; for a court, of each of its files."""
        limit = self.max_mb if self.max_mb is not None else PROFILES[self.profile].max_mb
        return None if limit is None else int(limit * 1_000_000)


def make_recipe(
    reading: Reading, seals: list[Seal], order: ExportOrder, name: str, contract: Contract, at: datetime
) -> Recipe:
    """The recipe of an order for this snapshot. Raises UsageError (a person to be masked or shown is unknown)."""
    upto = seals[-1].last if seals else 0
    owner = number((current_state.owner(reading) or {}).get("account_id"))
    rooms, kinds = PackageScope(contract).rooms, ("account", "member")
    entries = package_entries.package_entries(reading, rooms, order.contract, upto=upto, kinds=kinds)
    member_entries = [json.loads(one.line) for one in entries]
    people, _rooms = people_in(member_entries)
    mappings = roles.mapped_accounts(reading, contract.id, upto=upto)
    sides = roles.sides_of(mappings, owner=owner)
    mapped = order.counterparts or other_side(sides, contract.client, people) or None
    mask = None
    if order.policy is not None:
        _check_people(order.policy, {owner, *people})
        others = mapped if mapped is not None else people.keys() - {owner}
        mask = make_mask(order.policy, member_entries, owner=owner, counterparts=sides.mine.union(others) - {owner})
    return Recipe(
        name=name,
        profile=order.profile,
        contract=contract if mask is None else mask.contract(contract),
        scope=PackageScope(contract, order.since, order.until),
        seals=seals,
        upto=upto,
        read_at=seals[-1].closed_at if seals else at,
        created_at=at,
        stamping=order.stamping,
        mask=mask,
        choice=order.choice,
        deliveries=statements.deliveries(reading, contract.id, upto=upto),
        enclosures=statements.enclosures(reading, contract.id, upto=upto),
        every=order.every,
        counterparts=mapped,
        mapped=mappings,
        max_bytes=order.max_bytes,
    )


def _check_people(policy: Policy, known_people: Collection[int]) -> None:
    """Refuse unknown accounts, as a mistyped number would leave a name unmasked. Raises UsageError."""
    lacking = sorted((policy.masked | policy.unmasked) - set(known_people))
    if lacking:
        message = _("Nobody with this account id is in the chats of the contract: {people}")
        raise errors.UsageError(detail=message.format(people=", ".join(map(str, lacking))))
