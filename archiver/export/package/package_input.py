"""The input of every package, read from an open snapshot: entries, tables, conversations, statistics.

The order: entries once, then one pass over the messages for the tables, which keeps their histories for the formats
that show them.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property, partial
from importlib.metadata import version

from archiver.evidence.history import MessageHistory, number
from archiver.evidence.stamps.reply_claims import earliest_covering
from archiver.evidence.tables import build
from archiver.evidence.tables.cells import csv_line
from archiver.evidence.tables.files_and_tasks import FileRow, files
from archiver.evidence.tables.links_and_pauses import PAUSES
from archiver.export import PROFILES, conversation
from archiver.export.bag import Bag, HashingWriter
from archiver.export.conversation import PackageRoom
from archiver.export.package.copied_parts import CopiedFiles
from archiver.export.package.entry_reader import (
    KeptHistories,
    PackageStatistics,
    PutLine,
    ShownStatistics,
    SourceEntries,
)
from archiver.export.package.recipe import Recipe
from archiver.export.stamps import Stamps
from archiver.records import AccountId, Conversation, OtherChat, Watch
from archiver.store.archive import Reading
from archiver.store.queries import current_state, entries, room_holdings
from archiver.store.queries.contract_activity import beginning_of
from archiver.store.queries.looks_and_gaps import watch

SCRATCH = ".tables"

Progress = Callable[[int, int], None]
"""Called with the number of steps done and their total."""


@dataclass
class PackageInput:
    """The input of a package: snapshot, recipe, entries, tables, and the results of the passes so far."""

    reading: Reading
    recipe: Recipe
    source: SourceEntries
    statistics: PackageStatistics
    copied: CopiedFiles
    files: Sequence[FileRow]
    step: Callable[[], None]
    tables: dict[str, HashingWriter] = field(default_factory=dict)
    """By the names of `evidence.tables.build.table_lines`: `messages.jsonl`, `messages.csv` …"""

    def conversations(self) -> Iterator[Conversation]:
        """The conversations of the contract's rooms, of the messages that the first pass kept."""
        source, recipe, statistics = self.source, self.recipe, self.statistics
        owner = current_state.owner(source.reading) or {}
        for room in recipe.scope.rooms:
            package_room = PackageRoom(
                room_id=room,
                contract=recipe.contract.label,
                owner_id=number(owner.get("account_id")),
                read_at=recipe.read_at,
                other=source.other,
                everything=source.everything,
                files=self.files,
                not_packed=self.copied.not_packed,
                authors=statistics.authors.get(room, {}),
                numbers=statistics.numbers.get(room, ()),
                histories=partial(self._histories, room),
                watch=self.watches[room],
                covered=entries.covered_periods(source.reading, room),
                ids=source.ids,
                beginning=partial(beginning_of, source.reading, room, recipe.contract),
                other_chats=self.other_chats((room,)),
            )
            yield conversation.build_conversation(package_room, recipe.scope)

    def _histories(self, room: int, start: int | None) -> Iterator[MessageHistory]:
        for history, _entries in self.statistics.kept.of_room(room, start or 0):
            if start is None:
                self.step()
            yield history

    def other_chats(self, rooms: Collection[int]) -> list[OtherChat]:
        """The direct chats that are not saved with people of these rooms; none with a third person who is masked."""
        chats = room_holdings.other_chats(self.reading, rooms, upto=self.recipe.upto)
        return [chat for chat in chats if self.shown_account(chat.account_id) == chat.account_id]

    def shown_account(self, account: int) -> AccountId:
        """The account id as the package shows it: in the place of a third person's stands a number of its own."""
        mask = self.recipe.mask
        return AccountId(account if mask is None else mask.shown_account(account))

    @cached_property
    def watches(self) -> dict[int, Watch]:
        """Room → when it was looked at; computed once, as it goes through every look."""
        return {room: watch(self.reading, room, upto=self.recipe.upto) for room in self.recipe.scope.rooms}


def read_entries(
    reading: Reading,
    recipe: Recipe,
    kept: KeptHistories,
    progress: Progress | None = None,
    *,
    checked: bool = True,
    put: Sequence[PutLine] = (),
) -> PackageInput:
    """Read the entries of a package, into `put` its records; its statistics read the messages. Raises RowsDisagree."""
    step, copied = _step_counter(reading, recipe, progress), CopiedFiles(stamps=Stamps(tuple(recipe.roots)))
    if recipe.read and recipe.mask and recipe.covers:
        shown = ShownStatistics(recipe.read, recipe.mask, recipe.covers, step, kept=kept)
        return PackageInput(reading, recipe, shown.source, shown, copied, files(shown.source.other), step)
    source = SourceEntries(reading, recipe.scope, recipe.upto, recipe.only_messages, mask=recipe.mask)
    source.sealed = recipe.upto - recipe.unsealed
    source.gather(recipe.contract.id, *put)
    source.finish_others(compares_rows=checked)
    statistics = PackageStatistics(source, step, kept=kept, checked=checked, choice=recipe.order.choice)
    return PackageInput(reading, recipe, source, statistics, copied, files(source.other), step)


@cache
def software_name() -> str:
    """The name and version of this program."""
    return f"chatwork-archiver {version('chatwork-archiver')}"


def _step_counter(reading: Reading, recipe: Recipe, progress: Progress | None) -> Callable[[], None]:
    """Make what counts progress, to be called for each message in each pass (`PackageProfile.passes`)."""
    if progress is None:
        return lambda: None
    messages = (
        len(recipe.only_messages)
        if recipe.only_messages is not None
        else entries.count_messages(reading, recipe.scope.rooms)
    )
    passes, done = PROFILES[recipe.order.profile].passes, 0

    def step() -> None:
        nonlocal done
        done += 1
        progress(done, max(done, passes * messages))

    return step


def make_tables(bag: Bag, package: PackageInput) -> dict[str, HashingWriter]:
    """Make every table in one pass in a scratch folder, from which formats move those they need."""
    writers: dict[str, HashingWriter] = {}
    source, statistics, copied = package.source, package.statistics, package.copied
    with contextlib.ExitStack() as open_files:
        for name in (build.MESSAGES, PAUSES, *build.CSV_HEADERS):
            writers[name] = HashingWriter(open_files.enter_context(bag.path_for(f"{SCRATCH}/{name}").open("xb")))
        lines = build.table_lines(
            statistics.groups(),
            source.other,
            source.readings,
            seal_of=build.seal_numbers((one.number, one.first, one.last) for one in package.recipe.seals),
            stamp_of=earliest_covering(copied.stamps.seal_times()),
            packed=copied.packed,
            history_of=statistics.build_history,
            starts=source.scope.starts,
        )
        for name, line in lines:
            writers[name].write(line)
    return writers


def make_message_table(bag: Bag, statistics: PackageStatistics) -> HashingWriter:
    """Make the table of messages alone, for a package that has no other, in the scratch folder. Raises OSError."""
    with bag.path_for(f"{SCRATCH}/messages.csv").open("xb") as file:
        writer = HashingWriter(file)
        writer.write(build.BOM + csv_line(build.MESSAGE_HEADER))
        statistics.read_all(lambda no, history: writer.write(csv_line(build.message_cells(no, history))))
    return writer
