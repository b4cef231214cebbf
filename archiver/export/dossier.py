"""Gathers what a report is written from: the package's rooms, events, seals and stamps, and what the user stated."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from archiver.evidence.history import number, text
from archiver.evidence.tables_events import in_order, other_events
from archiver.export.bag import Bag
from archiver.export.gathering import Gathered, Preview, software
from archiver.export.report.case import Case, Covered, SealLine, StampLine, day_of
from archiver.export.stamping import Stamps
from archiver.records import AccountId, Delivery, Enclosure, Seal
from archiver.render.outside import other_chat_texts
from archiver.store.queries import known, outside, runs

_TWO = 2


def case_of(gathered: Gathered, *, content_sha256: str | None = None) -> Case:
    """The case as the report tells it; call it after the tables were made."""
    recipe, material = gathered.recipe, gathered.material
    recipe.choice.check(gathered.telling.chosen)
    owner = known.owner(gathered.reading) or {}
    return Case(
        name=recipe.name,
        profile=recipe.profile,
        contract=recipe.contract,
        rooms=tuple(gathered.conversations(counted=False)),
        owner_id=AccountId(number(owner.get("account_id"))),
        owner_name=text(owner.get("name")),
        read_at=recipe.read_at,
        created_at=recipe.created_at or recipe.read_at,
        software=software(),
        events=in_order([*other_events(material.other), *gathered.telling.events]),
        deliveries=tuple(_covered_delivery(gathered, one) for one in recipe.deliveries),
        enclosures=tuple(_covered_enclosure(gathered, one) for one in recipe.enclosures),
        seals=seal_lines(recipe.seals, gathered.copied.stamps),
        stamping=bool(gathered.copied.stamps.configured),
        started_at=runs.begun(gathered.reading),
        every=recipe.every,
        clock_seconds=runs.clock_difference(gathered.reading, upto=recipe.upto),
        content_sha256=content_sha256,
        covered=covered(gathered),
        counterparts=frozenset(recipe.counterparts or ()),
        chosen=frozenset(gathered.telling.chosen),
        other_chats=other_chat_texts(outside.other_chats(gathered.reading, recipe.scope.rooms, upto=recipe.upto)),
    )


def preview(case: Case, gathered: Gathered, bag: Bag) -> Preview:
    """What would leave, in numbers, and what the user should think of first."""
    cover = gathered.recipe.cover
    people = {account for room in case.rooms for account in room.people}
    warnings = []
    if _is_early(case, gathered):
        warnings.append("early_contact")
    if case.contract.nda and case.profile != "lawyer":
        warnings.append("nda")
    if cover is not None and cover.policy.people and not case.counterparts and len(people) > _TWO:
        warnings.append("unmapped")
    return Preview(
        people=len(people),
        hidden_people=0 if cover is None else sum(1 for account in people if cover.hides(account)),
        messages=gathered.telling.count,
        files=sum(1 for name in bag.digests if name.startswith("data/files/")),
        enclosures=len(case.enclosures),
        masked=sum(one.count for one in covered(gathered)),
        size=bag.size,
        warnings=tuple(warnings),
    )


def _is_early(case: Case, gathered: Gathered) -> bool:
    """Whether the first message was sent before the stated approval, or before escrow where none is stated."""
    permitted = day_of(case.contract.contact_approved_on) or day_of(case.contract.escrowed_at)
    first = gathered.telling.first_sent
    return permitted is not None and first is not None and first < permitted.timestamp()


def covered(gathered: Gathered) -> tuple[Covered, ...]:
    """What was masked so far, for chapter 13."""
    cover = gathered.recipe.cover
    return () if cover is None else tuple(Covered(one.where, one.reason, one.count) for one in cover.found)


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


def _covered_delivery(gathered: Gathered, one: Delivery) -> Delivery:
    return replace(one, name=_text(gathered, one.name), note=_text(gathered, one.note))


def _covered_enclosure(gathered: Gathered, one: Enclosure) -> Enclosure:
    return replace(one, name=_text(gathered, one.name) or "", note=_text(gathered, one.note))


def _text(gathered: Gathered, shown: str | None) -> str | None:
    cover = gathered.recipe.cover
    return shown if cover is None or shown is None else cover.text(shown)
