"""The overview page: the condition of the archive, warnings, and the status of each contract."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass

from flask import Blueprint, render_template

from archiver import shell_command
from archiver.claims.changes import DELETIONS, EDITS, changed_count
from archiver.claims.words import change_lines
from archiver.records import ChangeKind, Contract, Gap
from archiver.render.gap_breaks import gap_text, gap_title
from archiver.render.invisible_characters import visible
from archiver.store.archive import Reading
from archiver.store.queries.gaps import gaps
from archiver.store.queries.status import RoomStatus, Status
from archiver.web.context import view_context

pages = Blueprint("overview", __name__)


@dataclass(frozen=True, slots=True)
class GapText:
    """A gap in words."""

    title: str
    text: str


@dataclass(frozen=True, slots=True)
class RoomLine:
    """A room of a contract."""

    room: RoomStatus
    name: str
    edited: int
    deleted: int
    missing: int
    hidden: int
    changes: tuple[str, ...]
    """What became of the messages after they were sent, with the side of their authors."""
    gaps: tuple[GapText, ...]


@dataclass(frozen=True, slots=True)
class ContractBox:
    """A contract and its rooms."""

    contract: Contract
    label: str
    title: str
    rows: tuple[RoomLine, ...]
    command: str
    """The command that makes a package of it."""


@pages.get("/")
def index() -> str:
    """The overview, with the facts of `archive status`."""
    context = view_context()
    with context.reading() as reading:
        status = context.status(reading)
        attention = context.attention(reading, status)
        boxes = contract_boxes(reading, status)
    return render_template("overview.html", status=status, attention=attention, boxes=boxes)


def contract_boxes(reading: Reading, status: Status) -> Sequence[ContractBox]:
    """The contracts in the order in which they were entered, the open ones first."""
    boxes = [
        _contract_box(
            contract,
            status.contracts,
            [_room_line(reading, room, contract) for room in status.rooms if contract.id in room.contracts],
        )
        for contract in status.contracts
    ]
    return sorted(boxes, key=lambda job: job.contract.state != "open")


def _contract_box(contract: Contract, every: Sequence[Contract], rows: Sequence[RoomLine]) -> ContractBox:
    words = [*view_context().command, "export", shell_command.contract_name(contract, every)]
    return ContractBox(
        contract,
        visible(contract.called),
        visible(contract.subtitle),
        tuple(rows),
        visible(shell_command.line(words, platform=sys.platform)),
    )


def _room_line(reading: Reading, room: RoomStatus, contract: Contract) -> RoomLine:
    changed = room.changed[contract.id]
    return RoomLine(
        room,
        name=visible(room.name) or f"{room.room_id}",
        edited=changed_count(changed, EDITS),
        deleted=changed_count(changed, DELETIONS),
        missing=changed_count(changed, (ChangeKind.MISSING,)),
        hidden=changed_count(changed, (ChangeKind.HIDDEN,)),
        changes=tuple(line for _kind, line in change_lines(changed, view_context().language)),
        gaps=tuple(_gap_in_words(gap) for gap in gaps(reading, room.room_id)),
    )


def _gap_in_words(gap: Gap) -> GapText:
    return GapText(gap_title(gap), gap_text(gap, names_ids=False))
