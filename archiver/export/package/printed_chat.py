"""A chat as the pages and volumes that a lawyer's package holds of it, without a package: nothing of it is covered."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from archiver.export import html
from archiver.export.package.entry_reader import KeptHistories
from archiver.export.package.make_recipe import make_recipe
from archiver.export.package.order import ExportOrder
from archiver.export.package.package_input import Progress, read_messages, step_counter
from archiver.export.package.report_input import report_input
from archiver.export.report import all_messages
from archiver.records import Attachment, Contract, ContractRoom, RoomId
from archiver.store.archive import Reading
from archiver.store.queries.entries import last_seq


def print_chat(
    reading: Reading,
    contract: Contract,
    room: int,
    folder: Path,
    link: Callable[[Attachment], str | None],
    *,
    now: datetime,
    progress: Progress,
) -> Iterator[str]:
    """Write the whole chat into a folder; the names of what is opened: the index of its pages, then each volume.

    Raises PdfUnavailable, PdfFailed (once the pages are there), OSError.
    """
    alone = replace(contract, rooms=(ContractRoom(RoomId(room)),))
    order = ExportOrder(contract=contract.id, profile="lawyer").with_policy()
    recipe = make_recipe(reading, (), order, alone, name="", stamping=None, at=now, upto=last_seq(reading))
    with KeptHistories(folder) as kept:
        package = read_messages(reading, recipe, kept, step_counter(reading, recipe, progress), checked=False)
        deque(package.statistics.read_histories(), maxlen=0)
        for one in package.conversations():
            html.write(one, folder, link)
        yield "index.html"
        yield from (path.name for path in all_messages.write_volumes(report_input(package), folder))
