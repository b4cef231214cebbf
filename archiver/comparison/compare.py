"""Compares two archives or packages of the same chats; each is verified first, and read once."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from archiver import errors
from archiver.comparison.files import ComparisonFiles
from archiver.comparison.held_messages import HeldMessage, compare_messages
from archiver.comparison.sides import Side, open_side
from archiver.comparison.summary import ComparisonSummary, count_files
from archiver.report_language import current_language, report_language


def compare(path_a: Path, path_b: Path, *, folder: Path | None, at: datetime) -> ComparisonSummary:
    """Compare what lies at two paths, and write the comparison into a new folder if one is given.

    Only the rooms that both have are read. Raises NothingThere, NotComparable, NoCommonRoom, BadValue, PdfUnavailable,
    PdfFailed, OSError, and what verification raises; a folder that was begun is then removed.
    """
    with ExitStack() as opened:
        a, b = opened.enter_context(open_side(path_a)), opened.enter_context(open_side(path_b))
        rooms = tuple(sorted(a.room_names.keys() & b.room_names.keys()))
        if not rooms:
            raise errors.NoCommonRoom
        summary = ComparisonSummary(a, b, rooms)
        files = None if folder is None else ComparisonFiles(folder)
        if files is not None:
            opened.callback(files.discard)
        found = compare_messages(_of_rooms(a, rooms), _of_rooms(b, rooms), a.reach, b.reach)
        for compared in (replace(one, no=no) for no, one in enumerate(found, 1)):
            summary.add(compared)
            if files is not None:
                files.add(compared)
        count_files(summary)
        if files is not None:
            with report_language(current_language(), practice=a.is_practice or b.is_practice):
                files.close(summary, at=at)
    return summary


def _of_rooms(side: Side, rooms: tuple[int, ...]) -> Iterator[HeldMessage]:
    return (held for held in side.messages() if held.room_id in rooms)
