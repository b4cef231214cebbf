"""Gathers what a report is written from: the package's rooms, events, seals and stamps, and what the user stated."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import timedelta

from archiver.evidence.history import number, text
from archiver.evidence.tables_events import Event, in_order, other_events
from archiver.export.material import Material
from archiver.export.report.case import Case, Covered, SealLine, StampLine
from archiver.export.stamping import Stamps
from archiver.records import AccountId, Contract, Conversation, Delivery, Enclosure, Seal
from archiver.render.outside import other_chat_texts
from archiver.store.queries import known, outside, runs


def seal_lines(seals: Iterable[Seal], stamps: Stamps) -> list[SealLine]:
    """The seals as chapter 12 lists them."""
    of: dict[int, list[StampLine]] = {}
    for one in stamps.held:
        of.setdefault(one.number, []).append(StampLine(one.authority, one.time))
    return [
        SealLine(
            number=one.number,
            day=one.day,
            entries=one.last - one.first + 1,
            closed_at=one.closed_at,
            sha256=one.sha256,
            stamps=tuple(sorted(of.get(one.number, []), key=lambda stamp: (stamp.time, stamp.authority))),
        )
        for one in seals
    ]


def all_events(material: Material, of_messages: Iterable[Event]) -> list[Event]:
    """What changed in the rooms of the package, in order of the entries."""
    return in_order([*other_events(material.other), *of_messages])


def owner_of(material: Material) -> tuple[AccountId, str]:
    """Whose token the archive is read with: number and name."""
    owner = known.owner(material.reading) or {}
    return AccountId(number(owner.get("account_id"))), text(owner.get("name"))
