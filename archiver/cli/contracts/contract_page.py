"""`job show`: one contract on one screen, in the order in which a person reads it out on the phone."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from archiver.app import utc_now
from archiver.claims.words import facts_document
from archiver.cli.context import CliContext
from archiver.cli.contracts.contract_rows import page_head, page_rows
from archiver.cli.contracts.entered_lines import entry_lines
from archiver.cli.terminal.output import RULE, echo_json, echo_lines, paged_output
from archiver.cli.terminal.text import WIDTH, beside, columns, pad, visible, wrap
from archiver.records import Contract, JsonObject
from archiver.standing.deadline_lines import due_dates
from archiver.store.archive import Archive, Reading
from archiver.store.queries.contract_activity import activity_of
from archiver.store.queries.contracts import named_or_only_contract
from archiver.store.queries.current_state import last_payload
from archiver.wording import gettext as _


def tell_page(obj: CliContext, job: str | None, *, phone: bool, as_json: bool) -> int:
    """Print one job, or give its facts as a document; `phone`: without the numbers that commands take."""
    with Archive(obj.home).reading() as reading:
        contract = named_or_only_contract(reading, job)
        if as_json:
            echo_json(page_document(reading, contract, now=utc_now()))
            return 0
        with paged_output():
            echo_lines(page_lines(reading, contract, now=utc_now(), ids=not phone))
    return 0


def page_lines(reading: Reading, contract: Contract, *, now: datetime, ids: bool = True) -> Iterator[str]:
    """The lines of the page, each within the screen's width; blank facts are named as not entered.

    `ids`: with the numbers that commands take, and the user's own note; without them it is read out on the phone.
    """
    for text in page_head(contract, now=now, ids=ids):
        yield from wrap(text, WIDTH)
    yield RULE
    rows = [row for row in page_rows(reading, contract, now=now, ids=ids) if row.texts]
    margin = max(columns(row.label) for row in rows if not row.is_list) + 2
    for row in rows:
        head = row.label if row.is_list else pad(row.label, margin)
        if row.is_list:
            yield head
        for text in filter(str.strip, row.texts):
            if row.is_list:
                yield from entry_lines(text)
            else:
                yield from beside(head + " " * (len(text) - len(text.lstrip())), [text.strip()])
            head = " " * margin
    note = last_payload(reading, f"note/{contract.id}", None) if ids else None
    if note and note["text"]:
        yield _("Note (never leaves this archive)")
        yield from (" " * 5 + line for line in wrap(visible(str(note["text"])), WIDTH - 5))


def page_document(reading: Reading, contract: Contract, *, now: datetime) -> JsonObject:
    """The facts of the page for other programs: what Chatwork showed, and the days that are computed."""
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
