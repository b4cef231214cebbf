"""From an open snapshot to the files of a package, in a folder that is given; names and renames nothing.

The order: entries, copies, tables (one pass over the messages), pages, replies, texts, lists.
"""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version

from archiver.evidence import tables
from archiver.evidence.history import MessageHistory, number
from archiver.evidence.manifest import manifest_lines
from archiver.evidence.stamp_reply import covering
from archiver.export import FORMATS, PROFILES, conversation, payload, script, texts, verify_text
from archiver.export.bag import Bag, Pen
from archiver.export.content import Content, Table
from archiver.export.conversation import RoomFacts
from archiver.export.material import Material, Telling
from archiver.export.payload import Copied
from archiver.export.scope import Bounds, Scope
from archiver.export.stamping import Stamping, put_roots
from archiver.records import JST, Contract, Conversation, Seal
from archiver.render.outside import other_chat_texts
from archiver.render.times import stamp
from archiver.store.archive import Reading
from archiver.store.queries import known, outside, package, runs

_SCRATCH = ".tables"

Progress = Callable[[int, int], None]
"""Told how many steps are done, and of how many."""


@dataclass(frozen=True, slots=True)
class Recipe:
    """What is to be made; the same recipe over the same entries gives the same bytes, `created_at` aside."""

    name: str
    profile: str
    contract: Contract
    scope: Scope
    seals: Sequence[Seal]
    upto: int
    """The last entry that is looked at."""
    read_at: datetime
    """The time of the state shown."""
    created_at: datetime | None
    """None: not said."""
    places: list[tuple[int, int]] | None = None
    """Messages (id, room) in order, if not all of the rooms are looked at; then rows are not compared."""
    file_limit: int | None = None
    """Bytes of a file above which it is only listed."""
    stamping: Stamping | None = None
    """How the package gets its own stamp; None: it gets none."""


@dataclass(frozen=True, slots=True)
class Built:
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


def assemble(reading: Reading, recipe: Recipe, bag: Bag, progress: Progress | None = None) -> Built:
    """Fill the bag and close it. Raises OSError (it cannot be written), RowsDisagree."""
    material = Material(reading, recipe.scope, recipe.upto, recipe.places)
    with bag.writing("data/entries.jsonl") as pen:
        material.gather(recipe.contract.id, pen.write)
    if recipe.places is None:
        material.check_others()
    files, copied = tables.files(material.other), Copied()
    payload.put_files(bag, reading.home, files, copied, limit=recipe.file_limit)
    copied.stamps.configured = tuple(recipe.stamping.roots) if recipe.stamping else ()
    payload.put_seals(bag, reading.home, recipe.seals, copied)
    copied.incomplete += copied.stamps.unstamped(recipe.seals)
    put_roots(bag, reading.home, copied.stamps, recipe.stamping.roots if recipe.stamping else {})
    step = _steps(reading, recipe, progress)
    telling = Telling(material, step, checked=recipe.places is None)
    content = Content(
        _tables(bag, material, telling, copied, recipe.seals),
        lambda: _conversations(material, recipe, telling, files, copied, step),
    )
    for name in PROFILES[recipe.profile].formats:
        FORMATS[name](content, bag)
    shutil.rmtree(bag.folder / _SCRATCH)
    if PROFILES[recipe.profile].raw:
        replies = package.kept_replies(reading, recipe.scope.rooms)
        payload.put_replies(bag, replies, material.replies, recipe.scope, copied)
    return _close(bag, recipe, material, telling, files, copied)


def software() -> str:
    """The program and its version."""
    return f"chatwork-archiver {version('chatwork-archiver')}"


def _steps(reading: Reading, recipe: Recipe, progress: Progress | None) -> Callable[[], None]:
    """A function to be called once a message in each of the two passes."""
    if progress is None:
        return lambda: None
    messages = len(recipe.places) if recipe.places is not None else package.message_counts(reading, recipe.scope.rooms)
    done = 0

    def step() -> None:
        nonlocal done
        done += 1
        progress(done, max(done, 2 * messages))

    return step


def _tables(bag: Bag, material: Material, telling: Telling, copied: Copied, seals: Sequence[Seal]) -> dict[str, Table]:
    """Make every table in one pass, beside the payload; formats move what they hand out."""
    made: dict[str, Table] = {}
    with contextlib.ExitStack() as open_files:
        pens: dict[str, Pen] = {}
        for name in (tables.MESSAGES, *tables.CSV_HEADERS):
            pens[name] = Pen(open_files.enter_context(bag.place(f"{_SCRATCH}/{name}").open("xb")))
        lines = tables.table_lines(
            telling.groups(),
            material.other,
            material.readings,
            seal_of=tables.seal_numbers((one.number, one.first, one.last) for one in seals),
            stamp_of=covering(copied.stamps.times()),
            packed=copied.packed,
            tell=telling.tell,
        )
        for name, line in lines:
            pens[name].write(line)
    for name, pen in pens.items():
        made[name] = Table(bag.folder / _SCRATCH / name, pen.sha256, pen.size)
    return made


def _conversations(
    material: Material,
    recipe: Recipe,
    telling: Telling,
    files: Sequence[tables.FileRow],
    copied: Copied,
    step: Callable[[], None],
) -> Iterator[Conversation]:
    owner = known.owner(material.reading) or {}
    pauses = runs.pauses(material.reading, upto=recipe.upto)
    for room in recipe.scope.rooms:
        facts = RoomFacts(
            room_id=room,
            contract=recipe.contract.label,
            owner_id=number(owner.get("account_id")),
            read_at=recipe.read_at,
            other=material.other,
            everything=material.everything,
            files=files,
            not_packed=copied.not_packed,
            authors=telling.authors.get(room, {}),
            numbers=telling.numbers.get(room, ()),
            histories=lambda room=room: _seen(material, room, step),  # type: ignore[misc]
            pauses=pauses,
            covered=package.coverage(material.reading, room),
            other_chats=outside.other_chats(material.reading, (room,), upto=recipe.upto),
        )
        yield conversation.conversation(facts, recipe.scope)


def _seen(material: Material, room: int, step: Callable[[], None]) -> Iterator[MessageHistory]:
    for history in material.histories(room):
        step()
        yield history


def _close(
    bag: Bag,
    recipe: Recipe,
    material: Material,
    telling: Telling,
    files: Sequence[tables.FileRow],
    copied: Copied,
) -> Built:
    """The texts for people, the lists, and what it all came to."""
    rooms = recipe.scope.rooms
    gaps = [gap for room in rooms for gap in conversation.gaps(material.everything, room, recipe.scope)]
    unheld = tuple(f"{row.number}: {row.reason}" for row in files if row.sha256 is None)
    whole = PROFILES[recipe.profile].raw
    facts = texts.Facts(
        name=recipe.name,
        daily=not whole,
        contract=recipe.contract,
        rooms=[(room, conversation.room_name(material.everything, room)) for room in rooms],
        period=_period(recipe.scope),
        messages=telling.count,
        entries=material.entries,
        files=len(files),
        packed=len(copied.packed),
        gaps=gaps,
        raw=copied.raw,
        raw_left_out=copied.raw_left_out,
        seal=recipe.seals[-1] if recipe.seals else None,
        stamps=copied.stamps.said(recipe.seals),
        unheld=unheld,
        left_out=[f"{name}: {why}" for name, why in copied.not_packed.items() if why == payload.TOO_LARGE],
        incomplete=copied.incomplete,
        software=software(),
        created_at=recipe.created_at,
        other_chats=other_chat_texts(outside.other_chats(material.reading, rooms, upto=recipe.upto)),
    )
    _list_content(bag)
    bag.add("00_README.txt", texts.readme(facts))
    bag.add("VERIFY.txt", verify_text.verify(_steps_of(recipe, copied, whole=whole)))
    if whole:
        bag.add(script.NAME, script.verify_script())
    sha256 = bag.close(_bag_info(recipe))
    return Built(
        sha256=sha256,
        empty=not telling.count and all(one["room_id"] is None for one in material.other),
        entries=material.entries,
        messages=telling.count,
        files=len(files),
        gaps=len(gaps),
        incomplete=tuple(copied.incomplete),
        unheld=unheld,
    )


def _steps_of(recipe: Recipe, copied: Copied, *, whole: bool) -> verify_text.Steps:
    return verify_text.Steps(
        tables=whole,
        raw=whole,
        seals=[one.name for one in copied.seals],
        stamps=copied.stamps.held,
        roots=copied.stamps.roots,
        configured=copied.stamps.configured,
        made_at=recipe.created_at or recipe.read_at,
    )


def _list_content(bag: Bag) -> None:
    """`content-sha256.txt` lists everything below `data/`, seen from there."""
    with bag.writing("data/content-sha256.txt") as pen:
        for line in manifest_lines(bag.digests, below="data/"):
            pen.put(line)


def _bag_info(recipe: Recipe) -> dict[str, str]:
    made = recipe.created_at or recipe.read_at
    seal = f"seal {recipe.seals[-1].number}" if recipe.seals else "no seal"
    return {
        "Bag-Software-Agent": software(),
        "Bagging-Date": made.astimezone(JST).date().isoformat(),
        "External-Description": f"Chatwork conversations of one contract, as of {seal}",
        "External-Identifier": recipe.name,
    }


def _period(scope: Scope) -> str:
    """The period in words; empty if there is none."""
    if scope.whole:
        return ""
    texts_of = {room: "、".join(_bounds(one) for one in scope.bounds(room)) for room in scope.rooms}
    if len(set(texts_of.values())) == 1:
        return next(iter(texts_of.values()))
    return " / ".join(f"ルームID {room}: {text}" for room, text in texts_of.items())


def _bounds(bounds: Bounds) -> str:
    start = "最初" if bounds.start is None else stamp(datetime.fromtimestamp(bounds.start, UTC))
    end = "最後" if bounds.end is None else stamp(datetime.fromtimestamp(bounds.end, UTC))
    return f"{start} から {end} まで"
