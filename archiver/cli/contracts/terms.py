"""`job terms`: in which message or file each term was told that a client must state, as the user says."""

from __future__ import annotations

from collections.abc import Iterator

from archiver import errors
from archiver.app import utc_now
from archiver.cli.context import CliContext
from archiver.cli.contracts.entered_lines import outside_lines
from archiver.cli.terminal.output import echo_lines
from archiver.cli.terminal.text import visible
from archiver.records import TERM_ITEMS, Contract, FileId, StatedTerm
from archiver.setup import contract_rooms
from archiver.setup.written_values import find_message
from archiver.store.archive import Archive, Reading
from archiver.store.queries.contracts import named_or_only_contract, sent_file
from archiver.store.search.term_candidates import term_candidates
from archiver.wording import gettext as _

_SHOWN_CANDIDATES = 3
_ITEMS = [item.name for item in TERM_ITEMS]


def state_terms(
    obj: CliContext,
    job: str | None,
    item: str | None,
    message: str | None,
    file_id: int | None,
    note: str | None,
    clear: bool,
) -> int:
    """Enter where a term was told, or take that back; then print all. Raises UsageError."""
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
        contract = contract_rooms.state_term(archive, contract.id, item, None if clear else term, at=utc_now())
    with archive.reading() as reading:
        echo_lines(_term_lines(reading, contract))
    return 0


def check_file(reading: Reading, contract: Contract, file_id: int) -> None:
    """Raises UnknownFile unless a chat of the contract has the file."""
    if sent_file(reading, {*contract.room_ids}, file_id) is None:
        raise errors.UnknownFile(contract=contract.id, file=file_id)


def _term_lines(reading: Reading, contract: Contract) -> Iterator[str]:
    """A line for each term, and below one that is not stated the newest messages that hold a word of it."""
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
