"""`contract terms`: in which message or file each term was told that a client must state, as the user says."""

from __future__ import annotations

from collections.abc import Iterator
from gettext import gettext as _
from typing import TYPE_CHECKING

import click

from archiver import errors
from archiver.cli.argument_completion import contract_ids
from archiver.cli.context import CliContext
from archiver.cli.contracts.room_periods import outside_lines
from archiver.cli.terminal.output import echo
from archiver.cli.terminal.text import visible
from archiver.errors import N_
from archiver.records import TERM_ITEMS, Contract, FileId, StatedTerm
from archiver.setup.message_numbers import find_message

if TYPE_CHECKING:
    from archiver.store.archive import Archive, Reading

CONTRACT = click.option(
    "--contract",
    "contract_id",
    metavar="ID",
    shell_complete=contract_ids,
    help=N_("The contract; may be left out if there is only one."),
)
ITEM = click.argument("item", type=click.Choice([item.name for item in TERM_ITEMS]))
_SHOWN_CANDIDATES = 3


@click.group(
    "terms",
    help=N_(
        "Terms that the client must state (フリーランス法 3条): in which message or file each was told."
        " You decide; the program only lists candidates."
    ),
)
def contract_terms() -> None:
    """Group the commands about terms."""


@contract_terms.command("show", help=N_("Every term, where it was told, and messages that may be about it."))
@CONTRACT
@click.pass_obj
def terms_show(obj: CliContext, contract_id: str | None) -> int:
    """Print each term with what was stated, else with the newest candidates."""
    from archiver.store.archive import Archive
    from archiver.store.queries.contracts import named_or_only_contract

    with Archive(obj.home).reading() as reading:
        for line in _term_lines(reading, named_or_only_contract(reading, contract_id)):
            echo(line)
    return 0


@contract_terms.command(
    "set",
    help=N_("Say where a term was told, such as: archive contract terms set payment_day --message 1876543210987654321"),
)
@ITEM
@CONTRACT
@click.option("--message", metavar="ID", help=N_("The message: its number, or its link."))
@click.option("--file-id", type=click.IntRange(1), metavar="N", help=N_("The file on Chatwork."))
@click.option("--note", metavar=N_("TEXT"), help=N_("A few words; they are shown in packages."))
@click.pass_obj
def terms_set(
    obj: CliContext, item: str, contract_id: str | None, message: str | None, file_id: int | None, note: str | None
) -> int:
    """Enter where a term was told. Raises UsageError if neither a message, a file nor a note is given."""
    if message is None and file_id is None and not note:
        raise errors.UsageError(detail=_("Say where it was told: --message ID, --file-id N or --note TEXT"))
    archive, contract = _find(obj, contract_id)
    with archive.reading() as reading:
        message_id = None if message is None else find_message(reading, contract, message)
        _check_file(reading, contract, file_id)
    term = StatedTerm(item, message_id, None if file_id is None else FileId(file_id), note or None)
    _state_terms(archive, contract, item, term)
    return 0


@contract_terms.command("clear", help=N_("Take back where a term was told; the record that it was entered stays."))
@ITEM
@CONTRACT
@click.pass_obj
def terms_clear(obj: CliContext, item: str, contract_id: str | None) -> int:
    """Take back a term."""
    archive, contract = _find(obj, contract_id)
    _state_terms(archive, contract, item, None)
    return 0


def _find(obj: CliContext, contract_id: str | None) -> tuple[Archive, Contract]:
    from archiver.store.archive import Archive
    from archiver.store.queries.contracts import named_or_only_contract

    archive = Archive(obj.home)
    with archive.reading() as reading:
        return archive, named_or_only_contract(reading, contract_id)


def _check_file(reading: Reading, contract: Contract, file_id: int | None) -> None:
    from archiver.cli.contracts.statement_lines import room_ids
    from archiver.store.queries.statements import sent_file

    if file_id is not None and sent_file(reading, room_ids(contract), file_id) is None:
        raise errors.UnknownFile(contract=contract.id, file=file_id)


def _state_terms(archive: Archive, contract: Contract, item: str, term: StatedTerm | None) -> None:
    """State a term anew, or take it back, and print how they stand."""
    from archiver.app import utc_now
    from archiver.setup import billing

    after = billing.state_term(archive, contract.id, item, term, at=utc_now())
    with archive.reading() as reading:
        for line in _term_lines(reading, after):
            echo(line)


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
        return _("not stated")
    places = [
        *([_("message {id}").format(id=f"m{term.message_id}")] if term.message_id else []),
        *([_("file {id}").format(id=term.file_id)] if term.file_id else []),
        *([visible(term.note)] if term.note else []),
    ]
    return _(", ").join(places)
