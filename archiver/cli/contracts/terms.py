"""`job terms`: in which message or file each term was told that a client must state, as the user says."""

from __future__ import annotations

from collections.abc import Iterator
from gettext import gettext as _
from typing import TYPE_CHECKING

import click

from archiver import errors
from archiver.cli.argument_completion import JOB
from archiver.cli.context import CliContext
from archiver.cli.contracts.room_periods import outside_lines
from archiver.cli.terminal.output import echo
from archiver.cli.terminal.text import visible
from archiver.errors import N_
from archiver.records import TERM_ITEMS, Contract, FileId, StatedTerm
from archiver.setup.written_values import find_message

if TYPE_CHECKING:
    from archiver.store.archive import Reading

_SHOWN_CANDIDATES = 3
_ITEMS = [item.name for item in TERM_ITEMS]


@click.command(
    "terms",
    help=N_(
        "Terms that the client must state (フリーランス法 3条): in which message or file each was told, such as:"
        " archive job terms job1 payment_day --message 1876543210987654321\n\n"
        "You decide; without a term it lists them all, with messages that may be about them."
    ),
)
@JOB
@click.argument("item", type=click.Choice(_ITEMS), required=False)
@click.option("--message", metavar="ID", help=N_("The message that told it: its number, or its link."))
@click.option("--file-id", type=click.IntRange(1), metavar="N", help=N_("The file on Chatwork."))
@click.option("--note", metavar=N_("TEXT"), help=N_("A few words; they are shown in exports."))
@click.option("--clear", is_flag=True, help=N_("Take back where it was told; that it was entered stays on record."))
@click.pass_obj
def job_terms(
    obj: CliContext,
    job: str | None,
    item: str | None,
    message: str | None,
    file_id: int | None,
    note: str | None,
    clear: bool,
) -> int:
    """Print each term with what was stated, else with the newest candidates, once what was given is entered."""
    from archiver.app import utc_now
    from archiver.setup import billing
    from archiver.store.archive import Archive
    from archiver.store.queries.contracts import named_or_only_contract

    if item is None and job in _ITEMS:
        job, item = None, job
    is_given = not (message is None and file_id is None and not note)
    if is_given + clear != (item is not None):
        raise errors.UsageError(detail=_("Say where it was told: ITEM and --message ID, --file-id N or --note TEXT"))
    archive = Archive(obj.home)
    with archive.reading() as reading:
        contract = named_or_only_contract(reading, job)
        message_id = None if message is None else find_message(reading, contract, message)
        if file_id is not None:
            check_file(reading, contract, file_id)
    if item is not None:
        term = StatedTerm(item, message_id, None if file_id is None else FileId(file_id), note or None)
        contract = billing.state_term(archive, contract.id, item, None if clear else term, at=utc_now())
    with archive.reading() as reading:
        for line in _term_lines(reading, contract):
            echo(line)
    return 0


def check_file(reading: Reading, contract: Contract, file_id: int) -> None:
    """Raises UnknownFile unless a chat of the contract has the file."""
    from archiver.cli.contracts.statement_lines import room_ids
    from archiver.store.queries.statements import sent_file

    if sent_file(reading, room_ids(contract), file_id) is None:
        raise errors.UnknownFile(contract=contract.id, file=file_id)


def _term_lines(reading: Reading, contract: Contract) -> Iterator[str]:
    """A line for each term, and below one that is not stated the newest messages that hold a word of it."""
    from archiver.store.search.term_candidates import term_candidates

    stated = {term.item: term for term in contract.terms}
    for item in TERM_ITEMS:
        term = stated.get(item.name)
        yield f"{item.name:<15} {item.label}: {_term_text(term)}"
        if term is None:
            rooms = [room.room_id for room in contract.rooms]
            for candidate in term_candidates(reading, rooms, item.words, limit=_SHOWN_CANDIDATES):
                yield f"    m{candidate.message_id}  {visible(candidate.excerpt)}"
    yield from outside_lines(reading, contract, [one.message_id for one in contract.terms if one.message_id])


def _term_text(term: StatedTerm | None) -> str:
    if term is None:
        return _("not entered")
    places = [
        *([_("message {id}").format(id=f"m{term.message_id}")] if term.message_id else []),
        *([_("file {id}").format(id=term.file_id)] if term.file_id else []),
        *([visible(term.note)] if term.note else []),
    ]
    return _(", ").join(places)
