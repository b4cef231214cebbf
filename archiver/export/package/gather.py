"""What every package is made from, out of an open snapshot: entries, tables, conversations, and what is said of them.

The order: entries once, then one pass over the messages for the tables, then one for each format that shows them.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from importlib.metadata import version

from archiver.evidence.history import MessageHistory, number
from archiver.evidence.stamps.reply_text import covering
from archiver.evidence.tables import build
from archiver.export import PROFILES, conversation
from archiver.export.bag import Bag, Pen
from archiver.export.conversation import PackageRoom
from archiver.export.format_input import PreparedTable
from archiver.export.package.copied_files import CopiedFiles
from archiver.export.package.recipe import Recipe
from archiver.export.package.source_entries import Material, PackageStatistics
from archiver.records import Conversation, Seal, Watch
from archiver.store.archive import Reading
from archiver.store.queries import current_state, other_chats, package_entries, runs

SCRATCH = ".tables"

Progress = Callable[[int, int], None]
"""Told how many steps are done, and of how many."""


@dataclass
class PackageInput:
    """A package's material, with what was found on the way."""

    reading: Reading
    recipe: Recipe
    material: Material
    telling: PackageStatistics
    copied: CopiedFiles
    files: Sequence[build.FileRow]
    step: Callable[[], None]
    tables: dict[str, PreparedTable] = field(default_factory=dict)

    def conversations(self) -> Iterator[Conversation]:
        """The rooms of the contract as readers see them, each once; messages come fresh as often as asked for."""
        return _conversations(self)

    @cached_property
    def watches(self) -> dict[int, Watch]:
        """When each room was looked at; every run is gone through once, however many readers ask."""
        reading, upto = self.reading, self.recipe.upto
        every_run = runs.runs(reading, upto=upto)
        return {room: runs.watch(reading, room, every_run, upto=upto) for room in self.recipe.scope.rooms}


def software() -> str:
    """The program and its version."""
    return f"chatwork-archiver {version('chatwork-archiver')}"


def steps(reading: Reading, recipe: Recipe, progress: Progress | None) -> Callable[[], None]:
    """A function to be called once a message in each pass over them (`Profile.passes`)."""
    if progress is None:
        return lambda: None
    messages = (
        len(recipe.places) if recipe.places is not None else package_entries.message_counts(reading, recipe.scope.rooms)
    )
    passes, done = PROFILES[recipe.profile].passes, 0

    def step() -> None:
        nonlocal done
        done += 1
        progress(done, max(done, passes * messages))

    return step


def make_tables(
    bag: Bag, material: Material, telling: PackageStatistics, copied: CopiedFiles, seals: Sequence[Seal]
) -> dict[str, PreparedTable]:
    """Make every table in one pass, beside the payload; formats move what they hand out."""
    made: dict[str, PreparedTable] = {}
    with contextlib.ExitStack() as open_files:
        pens: dict[str, Pen] = {}
        for name in (build.MESSAGES, *build.CSV_HEADERS):
            pens[name] = Pen(open_files.enter_context(bag.place(f"{SCRATCH}/{name}").open("xb")))
        lines = build.table_lines(
            telling.groups(),
            material.other,
            material.readings,
            seal_of=build.seal_numbers((one.number, one.first, one.last) for one in seals),
            stamp_of=covering(copied.stamps.times()),
            packed=copied.packed,
            tell=telling.tell,
        )
        for name, line in lines:
            pens[name].write(line)
    for name, pen in pens.items():
        made[name] = PreparedTable(bag.folder / SCRATCH / name, pen.sha256, pen.size)
    return made


def _conversations(gathered: PackageInput) -> Iterator[Conversation]:
    material, recipe, telling = gathered.material, gathered.recipe, gathered.telling
    owner = current_state.owner(material.reading) or {}
    for room in recipe.scope.rooms:
        facts = PackageRoom(
            room_id=room,
            contract=recipe.contract.label,
            owner_id=number(owner.get("account_id")),
            read_at=recipe.read_at,
            other=material.other,
            everything=material.everything,
            files=gathered.files,
            not_packed=gathered.copied.not_packed,
            authors=telling.authors.get(room, {}),
            numbers=telling.numbers.get(room, ()),
            histories=lambda room=room: _seen(material, room, gathered.step),  # type: ignore[misc]
            watch=gathered.watches[room],
            covered=package_entries.coverage(material.reading, room),
            other_chats=other_chats.other_chats(material.reading, (room,), upto=recipe.upto),
        )
        yield conversation.conversation(facts, recipe.scope)


def _seen(material: Material, room: int, step: Callable[[], None]) -> Iterator[MessageHistory]:
    for history in material.histories(room):
        step()
        yield history
