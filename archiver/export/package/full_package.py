"""Fills the folder of a full package (BagIt) from an open snapshot; the caller names and renames the folder.

The order: entries, copies, tables (one pass over the messages), pages, replies, texts, lists.
"""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import Any

from archiver.evidence.chain import PRACTICE_TAG, period_starts_text
from archiver.evidence.masked_and_erased import MASKED_FILE
from archiver.evidence.tables import build
from archiver.evidence.tables.links_and_pauses import PAUSES
from archiver.evidence.verify.package import CONTENT, PACKAGE_FORMAT
from archiver.export import PROFILES, PackageForm, conversation, exhibit_names, verify_page
from archiver.export.bag import Bag, HashingWriter
from archiver.export.package import copied_parts, pdf_files, readme, verify_script
from archiver.export.package.entry_reader import KeptHistories
from archiver.export.package.package_input import (
    SCRATCH,
    PackageInput,
    Progress,
    make_tables,
    read_entries,
    software_name,
)
from archiver.export.package.recipe import ExportReport, Recipe
from archiver.export.package.report_input import package_preview, period_text, report_input, unread_chats
from archiver.export.report.changes_and_limits import important_pauses
from archiver.export.stamps import put_roots
from archiver.records import JST, Conversation
from archiver.render.gap_breaks import pause_lines
from archiver.render.snippet import other_chat_texts
from archiver.report_language import is_practice, say
from archiver.store.archive import Reading
from archiver.store.queries import entries


def assemble(reading: Reading, recipe: Recipe, bag: Bag, progress: Progress | None = None) -> ExportReport:
    """Fill the bag and close it. Raises OSError (not writable), RowsDisagree, UsageError (`MessageChoice.check`)."""
    with KeptHistories(bag.folder.parent) as kept:
        package = _read(reading, recipe, bag, kept, progress)
        source, copied, profile = package.source, package.copied, PROFILES[recipe.order.profile]
        copied_parts.put_files(bag, reading.home, package.files, copied, limit=recipe.file_limit)
        copied_parts.put_seals(bag, reading.home, recipe.seals, copied)
        copied_parts.put_orphans(bag, reading.home, source.other, copied)
        copied.incomplete += copied.stamps.missing_seal_stamps(recipe.seals)
        put_roots(bag, reading.home, copied.stamps, recipe.roots)
        package.tables = make_tables(bag, package)
        recipe.order.choice.check(package.statistics.chosen)
        for name in profile.formats:
            FORMATS[name](package, bag)
        shutil.rmtree(bag.folder / SCRATCH)
        if profile.form is PackageForm.BAG:
            replies = entries.kept_replies(reading, recipe.scope.rooms)
            copied_parts.put_replies(bag, replies, source.replies, recipe.scope, copied, mask=recipe.mask)
        return _close(bag, package)


def _read(reading: Reading, recipe: Recipe, bag: Bag, kept: KeptHistories, progress: Progress | None) -> PackageInput:
    """Write the records, and those shown in place of masked ones into a file that exists only if there are any."""
    with contextlib.ExitStack() as open_files:
        lines = open_files.enter_context(bag.open_file("data/entries.jsonl"))
        masked_lines: list[HashingWriter] = []

        def put_shown(line: str) -> None:
            if not masked_lines:
                masked_lines.append(open_files.enter_context(bag.open_file(f"data/{MASKED_FILE}")))
            masked_lines[0].write(line)

        is_checked = recipe.only_messages is None
        return read_entries(reading, recipe, kept, progress, checked=is_checked, put=(lines.write, put_shown))


def _put_pages(package: PackageInput, bag: Bag) -> None:
    """Write the pages of each room."""
    from archiver.export import html  # jinja2 is slow to import, and only the making of a package needs it

    folder = bag.path_for("data/transcript/index.html").parent
    for one in package.conversations():
        html.write(one, folder, lambda file: None if file.stored_as is None else f"../{file.stored_as}")
    bag.add_folder("data/transcript")


def _put_tables(package: PackageInput, bag: Bag, names: Iterable[str]) -> None:
    for name in names:
        bag.move_table(f"data/{name}", package.tables[name])


FORMATS: Mapping[str, Callable[[PackageInput, Bag], None]] = {
    "html": _put_pages,
    "jsonl": partial(_put_tables, names=(build.MESSAGES, PAUSES)),
    "csv": partial(_put_tables, names=build.CSV_HEADERS),
}
"""Functions that write the files of one format from the package, which has its order. They raise OSError."""


def _close(bag: Bag, package: PackageInput) -> ExportReport:
    """Write the texts for people and the lists, and return the result."""
    conversations = list(package.conversations())
    package.copied.incomplete += unread_chats(conversations)
    _put_enclosures(bag, package)
    # Everything below `data/` but the reports, which state its digest.
    bag.add_list(CONTENT, {name.removeprefix("data/"): one for name, one in bag.payload().items()})
    if PROFILES[package.recipe.order.profile].form is PackageForm.BAG:
        case = report_input(package, content_sha256=bag.digests[CONTENT])
        pdf_files.put_all_pdfs(bag, case, package.copied)
        bag.add_list(f"manifest{case.created_at.astimezone(JST):%Y%m%d}.txt", bag.payload())
    _put_texts(bag, package, conversations)
    sha256 = bag.close(_bag_info(package.recipe, package.source.left_out()))
    statistics = package.statistics
    return ExportReport(
        list_sha256=sha256,
        empty=not statistics.count and all(entry["room_id"] is None for entry in package.source.other),
        messages=statistics.count,
        files=len(package.files),
        gaps=sum(not gap.is_erased for room in conversations for gap in room.gaps),
        missing=tuple(package.copied.incomplete),
        unheld=_unheld(package),
        preview=package_preview(package, bag) if package.recipe.only_messages is None else None,
    )


def _put_texts(bag: Bag, package: PackageInput, conversations: Sequence[Conversation]) -> None:
    """Write what people read first, and what they check the package with."""
    recipe, copied = package.recipe, package.copied
    whole = PROFILES[recipe.order.profile].form is PackageForm.BAG
    bag.add("00_README.txt", readme.readme(_facts(package, conversations)))
    steps = {
        "tables": whole,
        "raw": whole,
        "seals": [one.name for one in copied.seals],
        "stamps": copied.stamps.seal_stamps,
        "roots": copied.stamps.roots,
        "configured": copied.stamps.configured,
        "made_at": recipe.created_at or recipe.read_at,
    }
    bag.add("VERIFY.txt", readme.verify_text(steps))
    if whole:
        bag.add(verify_script.NAME, verify_script.verify_script())
        bag.add(verify_page.NAME, verify_page.verify_page())


def _facts(package: PackageInput, conversations: Sequence[Conversation]) -> dict[str, Any]:
    """What the readme states."""
    recipe, source, statistics, copied = package.recipe, package.source, package.statistics, package.copied
    gaps = [gap for room in conversations for gap in room.gaps]
    return {
        "name": recipe.name,
        "daily": PROFILES[recipe.order.profile].form is PackageForm.ZIP,
        "contract": recipe.contract,
        "rooms": [(room, conversation.room_name(source.everything, room)) for room in recipe.scope.rooms],
        "period": period_text(recipe.scope),
        "messages": statistics.count,
        "entries": source.entries,
        "files": len(package.files),
        "packed": len(copied.packed),
        "gaps": gaps,
        "missing": sum(gap.missing or 0 for gap in gaps if not gap.is_erased),
        "raw": copied.raw,
        "raw_left_out": copied.raw_left_out,
        "seal": recipe.seals[-1] if recipe.seals else None,
        "unsealed": recipe.unsealed,
        "stamps": copied.stamps.statement(recipe.seals),
        "unheld": _unheld(package),
        "left_out": [
            f"{name}: {why}" for name, why in copied.not_packed.items() if why == copied_parts.TOO_LARGE_REASON
        ],
        "incomplete": copied.incomplete,
        "software": software_name(),
        "created_at": recipe.created_at,
        "pauses": list(pause_lines(conversations, important_pauses(conversations, statistics.events))),
        "watches": [(room.room_id, room.watch) for room in conversations],
        "left_out_messages": statistics.left_out,
        "other_chats": other_chat_texts(package.other_chats(recipe.scope.rooms)),
    }


def _unheld(package: PackageInput) -> tuple[str, ...]:
    """Files whose bytes the archive never got, with the reason."""
    return tuple(f"{row.number}: {say(row.reason or '')}" for row in package.files if row.sha256 is None)


def _put_enclosures(bag: Bag, package: PackageInput) -> None:
    """Write the user's own evidence, as the archive holds it."""
    for enclosure in package.recipe.enclosures:
        name = exhibit_names.file_name(enclosure)
        if not copied_parts.put_blob(bag, package.reading.home, f"data/enclosures/{name}", enclosure.sha256):
            package.copied.incomplete.append(
                f"{exhibit_names.label(enclosure)} (SHA-256 {enclosure.sha256}): {say(copied_parts.LOST_REASON)}"
            )


def _bag_info(recipe: Recipe, left_out: Mapping[str, int]) -> dict[str, str]:
    made_at = recipe.created_at or recipe.read_at
    seal = f"seal {recipe.seals[-1].number}" if recipe.seals else "no seal"
    left = {"Left-Out": "; ".join(f"{kind}={left_out[kind]}" for kind in sorted(left_out))} if left_out else {}
    unsealed = {"Unsealed-After": str(recipe.upto - recipe.unsealed)} if recipe.unsealed else {}
    starts = {"Period-Starts": period_starts_text(recipe.scope.starts)} if recipe.scope.starts else {}
    return {
        "Bag-Software-Agent": software_name(),
        "Bagging-Date": made_at.astimezone(JST).date().isoformat(),
        "External-Description": f"Chatwork conversations of one contract, as of {seal}",
        "External-Identifier": recipe.name,
        "Package-Format": str(PACKAGE_FORMAT),
        **({PRACTICE_TAG: "yes, invented people and messages"} if is_practice() else {}),
        **left,
        **unsealed,
        **starts,
    }
