"""`job show`: one contract on one screen, in the order in which a person reads it out on the phone."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from gettext import gettext as _
from typing import TYPE_CHECKING

from archiver.cli.contracts.contract_rows import PageRow, page_head, page_rows
from archiver.cli.contracts.deadline_lines import due_dates
from archiver.cli.contracts.statement_lines import entry_lines
from archiver.cli.terminal.output import RULE, WIDTH
from archiver.cli.terminal.text import columns, pad, visible, wrap
from archiver.records import Contract, JsonObject

if TYPE_CHECKING:
    from archiver.store.archive import Reading


def page_lines(reading: Reading, contract: Contract, *, now: datetime, ids: bool = True) -> Iterator[str]:
    """The lines of the page, each within the screen's width; blank facts are named as not entered.

    `ids`: with the numbers that commands take, and the user's own note; without them it is read out on the phone.
    """
    for text in page_head(contract, now=now, ids=ids):
        yield from wrap(text, WIDTH)
    yield RULE
    rows = list(page_rows(reading, contract, now=now, ids=ids))
    margin = max(columns(row.label) for row in rows if not row.is_list) + 2
    for row in rows:
        yield from _list_lines(row) if row.is_list else _row_lines(row, margin)
    if ids:
        yield from _note_lines(reading, contract)


def page_document(reading: Reading, contract: Contract, *, now: datetime) -> JsonObject:
    """The facts of the page for other programs: what Chatwork showed, and the days that are computed."""
    from archiver.claims.document import facts_document
    from archiver.store.queries.contract_activity import activity_of

    activity = activity_of(reading, contract)
    return {
        "job": contract.id,
        "platform": contract.platform,
        **facts_document(activity.facts),
        "deadlines": [
            {
                "rule": due.deadline.rule,
                "day": due.day.isoformat(),
                "ends_at": None if due.ends_at is None else due.ends_at.isoformat(timespec="minutes"),
                "weak": due.deadline.weak,
                "source": due.deadline.source.title,
            }
            for due in due_dates(activity, now=now)
        ],
    }


def _note_lines(reading: Reading, contract: Contract) -> Iterator[str]:
    from archiver.store.queries.current_state import last_payload

    note = last_payload(reading, f"note/{contract.id}", None)
    if note and note["text"]:
        yield _("Note (never leaves this archive)")
        yield from (" " * 5 + line for line in wrap(visible(str(note["text"])), WIDTH - 5))


def _list_lines(row: PageRow) -> Iterator[str]:
    yield row.label
    for text in row.texts:
        yield from entry_lines(text)


def _row_lines(row: PageRow, margin: int) -> Iterator[str]:
    for number, text in enumerate(text for text in row.texts if text.strip()):
        indent = " " * (len(text) - len(text.lstrip()))
        for place, line in enumerate(wrap(text.strip(), WIDTH - margin - len(indent))):
            yield pad(row.label if not number and not place else "", margin) + indent + line
