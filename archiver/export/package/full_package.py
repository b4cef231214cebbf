"""From an open snapshot to the files of a package, in a folder that is given; names and renames nothing.

The order: entries, copies, tables (one pass over the messages), pages, replies, texts, lists.
"""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Iterable

from archiver.evidence.manifest import manifest_lines
from archiver.evidence.masked_records import SHOWN
from archiver.evidence.tables import build
from archiver.export import FORMATS, PROFILES, attachments, conversation
from archiver.export.bag import Bag
from archiver.export.format_input import FormatInput
from archiver.export.package import copied_files, pdf_files, verify_script
from archiver.export.package.copied_files import CopiedFiles
from archiver.export.package.gather import SCRATCH, PackageInput, Progress, make_tables, software, steps
from archiver.export.package.recipe import Built, Recipe
from archiver.export.package.report_input import case_of, never_read, period, preview
from archiver.export.package.source_entries import Material, PackageStatistics
from archiver.export.stamps import put_roots
from archiver.export.texts import readme, verify_txt
from archiver.records import JST
from archiver.render.gap_breaks import pauses_told
from archiver.render.other_chats import other_chat_texts
from archiver.store.archive import Reading
from archiver.store.queries import other_chats, package_entries

CONTENT = "data/content-sha256.txt"


def assemble(reading: Reading, recipe: Recipe, bag: Bag, progress: Progress | None = None) -> Built:
    """Fill the bag and close it. Raises OSError (it cannot be written), RowsDisagree, UsageError (`Choice.check`)."""
    material = Material(reading, recipe.scope, recipe.upto, recipe.places, recipe.cover)
    _put_entries(bag, material, recipe)
    if recipe.places is None:
        material.check_others()
    files, copied = build.files(material.other), CopiedFiles()
    copied_files.put_files(bag, reading.home, files, copied, limit=recipe.file_limit)
    copied.stamps.configured = tuple(recipe.stamping.roots) if recipe.stamping else ()
    copied_files.put_seals(bag, reading.home, recipe.seals, copied)
    copied.incomplete += copied.stamps.unstamped(recipe.seals)
    put_roots(bag, reading.home, copied.stamps, recipe.stamping.roots if recipe.stamping else {})
    step = steps(reading, recipe, progress)
    telling = PackageStatistics(material, step, checked=recipe.places is None, wanted=recipe.choice)
    gathered = PackageInput(reading, recipe, material, telling, copied, files, step)
    gathered.tables = make_tables(bag, material, telling, copied, recipe.seals)
    recipe.choice.check(telling.chosen)
    content = FormatInput(gathered.tables, gathered.conversations)
    for name in PROFILES[recipe.profile].formats:
        FORMATS[name](content, bag)
    shutil.rmtree(bag.folder / SCRATCH)
    if PROFILES[recipe.profile].raw:
        replies = package_entries.kept_replies(reading, recipe.scope.rooms)
        copied_files.put_replies(bag, replies, material.replies, recipe.scope, copied, cover=recipe.cover)
    return _close(bag, gathered)


def _put_entries(bag: Bag, material: Material, recipe: Recipe) -> None:
    with contextlib.ExitStack() as open_files:
        lines = open_files.enter_context(bag.writing("data/entries.jsonl"))
        if recipe.cover is None or not recipe.cover.policy.covers:
            material.gather(recipe.contract.id, lines.write)
        else:
            shown = open_files.enter_context(bag.writing(f"data/{SHOWN}"))
            material.gather(recipe.contract.id, lines.write, shown.write)


def _close(bag: Bag, gathered: PackageInput) -> Built:
    """The texts for people, the lists, and what it all came to."""
    recipe, material, telling = gathered.recipe, gathered.material, gathered.telling
    files, copied = gathered.files, gathered.copied
    rooms = recipe.scope.rooms
    seen = list(gathered.conversations())
    gaps = [gap for room in seen for gap in room.gaps]
    copied.incomplete += never_read(seen)
    unheld = tuple(f"{row.number}: {row.reason}" for row in files if row.sha256 is None)
    whole = PROFILES[recipe.profile].raw
    facts = readme.PackageFacts(
        name=recipe.name,
        daily=not whole,
        contract=recipe.contract,
        rooms=[(room, conversation.room_name(material.everything, room)) for room in rooms],
        period=period(recipe.scope),
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
        left_out=[f"{name}: {why}" for name, why in copied.not_packed.items() if why == copied_files.TOO_LARGE],
        incomplete=copied.incomplete,
        software=software(),
        created_at=recipe.created_at,
        pauses=list(pauses_told(seen, most=readme.MOST_PAUSES)),
        looks=[(room.room_id, room.watch) for room in seen],
        left_out_messages=telling.left_out,
        other_chats=other_chat_texts(other_chats.other_chats(material.reading, rooms, upto=recipe.upto)),
    )
    _enclose(bag, gathered)
    _list_content(bag)
    if PROFILES[recipe.profile].report:
        case = case_of(gathered, content_sha256=bag.digests[CONTENT])
        pdf_files.put_all(bag, case, copied)
        _list(bag, f"manifest{case.created_at.astimezone(JST):%Y%m%d}.txt", manifest_lines(bag.payload()))
    bag.add("00_README.txt", readme.readme(facts))
    bag.add("VERIFY.txt", verify_txt.verify(_steps_of(recipe, copied, whole=whole)))
    if whole:
        bag.add(verify_script.NAME, verify_script.verify_script())
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
        preview=preview(gathered, bag) if recipe.places is None else None,
    )


def _steps_of(recipe: Recipe, copied: CopiedFiles, *, whole: bool) -> verify_txt.Steps:
    return verify_txt.Steps(
        tables=whole,
        raw=whole,
        seals=[one.name for one in copied.seals],
        stamps=copied.stamps.held,
        roots=copied.stamps.roots,
        configured=copied.stamps.configured,
        made_at=recipe.created_at or recipe.read_at,
    )


def _enclose(bag: Bag, gathered: PackageInput) -> None:
    """The user's own evidence, as the archive holds it."""
    for one in gathered.recipe.enclosures:
        name = attachments.file_name(one)
        if not copied_files.put_held(bag, gathered.reading.home, f"data/enclosures/{name}", one.sha256):
            gathered.copied.incomplete.append(f"{attachments.label(one)} (SHA-256 {one.sha256}): {copied_files.LOST}")


def _list_content(bag: Bag) -> None:
    """`content-sha256.txt` lists everything below `data/` but the reports, which name its digest."""
    _list(bag, CONTENT, manifest_lines(bag.digests, below="data/"))


def _list(bag: Bag, name: str, lines: Iterable[bytes]) -> None:
    """Line by line, as a large package lists hundreds of thousands."""
    with bag.writing(name) as pen:
        for line in lines:
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
