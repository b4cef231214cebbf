"""Gathers what a report is written from: the package's rooms, events, seals and stamps, and what the user stated."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

from archiver.contract_dates import OutsideContact, contact
from archiver.evidence.history import number, text
from archiver.evidence.tables.events import in_order, other_events
from archiver.export import attachments
from archiver.export.bag import Bag
from archiver.export.package.gather import PackageInput, software
from archiver.export.package.recipe import PackagePreview
from archiver.export.report.input import NEVER_READ, MaskedPassage, ReportInput, SealLine, StampLine
from archiver.export.scope import Bounds, PackageScope
from archiver.export.stamps import Stamps
from archiver.platforms.platform import platform_of
from archiver.records import JST, AccountId, Contract, Conversation, Delivery, Enclosure, Mapped, Seal
from archiver.render.other_chats import other_chat_texts
from archiver.render.times import stamp
from archiver.store.queries import current_state, other_chats, runs
from archiver.store.queries.truncated_lists import cut

_TWO = 2


def case_of(gathered: PackageInput, *, content_sha256: str | None = None) -> ReportInput:
    """The case as the report tells it; call it after the tables were made."""
    recipe, material = gathered.recipe, gathered.material
    owner = current_state.owner(gathered.reading) or {}
    owner_id, cover = number(owner.get("account_id")), recipe.cover
    owner_name = text(owner.get("name"))
    return ReportInput(
        name=recipe.name,
        profile=recipe.profile,
        contract=recipe.contract,
        rooms=tuple(gathered.conversations()),
        owner_id=AccountId(owner_id),
        owner_name=owner_name if cover is None else cover.name(owner_id, owner_name),
        read_at=recipe.read_at,
        created_at=recipe.created_at or recipe.read_at,
        software=software(),
        events=in_order([*other_events(material.other), *gathered.telling.events]),
        deliveries=tuple(_covered_delivery(gathered, one) for one in recipe.deliveries),
        enclosures=tuple(_covered_enclosure(gathered, one) for one in recipe.enclosures),
        seals=seal_lines(recipe.seals, gathered.copied.stamps),
        stamping=bool(gathered.copied.stamps.configured),
        period=period(recipe.scope),
        asked=not recipe.scope.unasked,
        ends_at=_ends_at(recipe.scope),
        left_out=gathered.telling.left_out,
        first_sent=_sent(gathered.telling.first_sent),
        every=recipe.every,
        clock_seconds=runs.clock_difference(gathered.reading, upto=recipe.upto),
        content_sha256=content_sha256,
        covered=covered(gathered),
        counterparts=frozenset(recipe.counterparts or ()),
        mapped={one.account_id: _covered_mapping(gathered, one) for one in recipe.mapped},
        chosen=frozenset(gathered.telling.chosen),
        cut=cut(gathered.reading, recipe.scope.rooms),
        other_chats=other_chat_texts(other_chats.other_chats(gathered.reading, recipe.scope.rooms, upto=recipe.upto)),
    )


def never_read(rooms: Iterable[Conversation]) -> list[str]:
    """The chats of which no list could ever be read, one sentence each: what a package lacks most."""
    lacking = [room.room_id for room in rooms if room.watch.begun is None]
    return [f"チャット(ルームID {room}): {NEVER_READ}" for room in lacking]


def _ends_at(scope: PackageScope) -> datetime | None:
    """The earliest end of any room's part; None: every room's goes on to the end."""
    ends = [end for room in scope.rooms if (end := scope.end(room)) is not None]
    return datetime.fromtimestamp(min(ends), UTC) if ends else None


def period(scope: PackageScope) -> str:
    """The period of a package in words; empty if there is none."""
    if scope.whole:
        return ""
    texts_of = {room: "、".join(dict.fromkeys(map(_bounds, scope.bounds(room)))) for room in scope.rooms}
    if len(set(texts_of.values())) == 1:
        return next(iter(texts_of.values()))
    return " / ".join(f"ルームID {room}: {text}" for room, text in texts_of.items())


def _bounds(bounds: Bounds) -> str:
    start = "最初" if bounds.start is None else stamp(datetime.fromtimestamp(bounds.start, UTC))
    return f"{start} から {'最後' if bounds.end is None else _before(bounds.end)} まで"


def _before(end: float) -> str:
    """The end of a period, which is no more part of it: mostly the midnight after its last day."""
    local = datetime.fromtimestamp(end, JST)
    if local.time() == time():
        return f"{(local - timedelta(days=1)):%Y-%m-%d} の終わり"
    return f"{stamp(local)} の直前"


def preview(gathered: PackageInput, bag: Bag) -> PackagePreview:
    """What would leave, in numbers, and what the user should think of first; call it when the bag is filled."""
    cover = gathered.recipe.cover
    people = {account for room in gathered.conversations() for account in room.people}
    return PackagePreview(
        people=len(people),
        hidden_people=0 if cover is None else sum(1 for account in people if cover.hides(account)),
        messages=gathered.telling.count,
        files=sum(1 for name in bag.digests if name.startswith("data/files/")),
        enclosures=sum(map(attachments.is_enclosure, bag.digests)),
        masked=sum(one.count for one in covered(gathered)),
        size=bag.size,
        warnings=tuple(_warnings(gathered, len(people))),
    )


def _warnings(gathered: PackageInput, people: int) -> Iterator[str]:
    recipe = gathered.recipe
    begun = _contact(recipe.contract, gathered.telling.first_sent)
    if begun.early:
        yield "forbidden_contact" if begun is OutsideContact.FORBIDDEN else "early_contact"
    if recipe.contract.nda and recipe.profile == "support":  # courts and lawyers are commonly excepted
        yield "nda"
    if recipe.cover is not None and recipe.cover.policy.people and not recipe.counterparts and people > _TWO:
        yield "unmapped"


def _contact(contract: Contract, first_sent: int | None) -> OutsideContact:
    """How the first message stands to what the platform asks for."""
    return contact(contract, platform_of(contract.platform), _sent(first_sent))


def _sent(first_sent: int | None) -> datetime | None:
    return None if first_sent is None else datetime.fromtimestamp(first_sent, UTC)


def covered(gathered: PackageInput) -> tuple[MaskedPassage, ...]:
    """What was masked so far, for chapter 13."""
    cover = gathered.recipe.cover
    return () if cover is None else tuple(MaskedPassage(one.where, one.reason, one.count) for one in cover.found)


def seal_lines(seals: Iterable[Seal], stamps: Stamps) -> tuple[SealLine, ...]:
    """The seals as chapter 12 lists them."""
    of: dict[int, list[StampLine]] = {}
    for one in stamps.held:
        of.setdefault(one.number, []).append(StampLine(one.authority, one.time))
    return tuple(
        SealLine(
            number=one.number,
            day=one.day,
            entries=one.last - one.first + 1,
            closed_at=one.closed_at,
            sha256=one.sha256,
            stamps=tuple(sorted(of.get(one.number, []), key=lambda stamp: (stamp.time, stamp.authority))),
        )
        for one in seals
    )


def _covered_mapping(gathered: PackageInput, one: Mapped) -> Mapped:
    return replace(one, reason=_text(gathered, one.reason) or "")


def _covered_delivery(gathered: PackageInput, one: Delivery) -> Delivery:
    return replace(one, name=_text(gathered, one.name), note=_text(gathered, one.note))


def _covered_enclosure(gathered: PackageInput, one: Enclosure) -> Enclosure:
    return replace(one, name=_text(gathered, one.name) or "", note=_text(gathered, one.note))


def _text(gathered: PackageInput, shown: str | None) -> str | None:
    cover = gathered.recipe.cover
    return shown if cover is None or shown is None else cover.text(shown)
