"""Who the people of a job are, and where its terms were told: entered, taken back, and shown with candidates."""

from __future__ import annotations

from collections.abc import Iterator

from archiver import errors
from archiver.app import utc_now
from archiver.cli.context import CliContext
from archiver.cli.contracts.entered_facts import outside_lines
from archiver.cli.terminal.output import echo, echo_lines, visible
from archiver.cli.terminal.prompts import matching
from archiver.records import TERM_ITEMS, Contract, FileId, Role, StatedTerm
from archiver.setup import contract_rooms
from archiver.setup.written_values import find_message
from archiver.store import statements
from archiver.store.archive import Archive, Reading
from archiver.store.queries.contracts import named_or_only_contract, sent_file
from archiver.store.queries.departures import counterparts
from archiver.store.queries.people import names_in_room
from archiver.store.search.contract_term_candidates import term_candidates
from archiver.wording import gettext as _

_PEOPLE_LIMIT = 12
"""How many people the error names when nobody is meant."""
_PARTS = {"client": Role.CLIENT, "me": Role.ME, "other": Role.THIRD}


def say_who(obj: CliContext, job: str | None, person: str, part: str | None, reason: str, is_removed: bool) -> int:
    """Record who somebody is, or take that back. Raises UsageError, UnknownPerson."""
    if part is not None and (is_removed or not reason.strip()):
        raise errors.UsageError(detail=_("Say how you know: --reason TEXT"))
    with Archive(obj.home).writing() as writing:
        contract = named_or_only_contract(writing, job)
        account = find_person(writing, contract, person)
        if part is None:
            sentence = _("Taken back: who account {account} of job {job} is. The record that it was entered stays.")
            if not statements.withdraw_role(writing, contract.id, account, at=utc_now()):
                sentence = _("Nothing was entered about account {account} of job {job}.")
                raise errors.UsageError(detail=sentence.format(account=account, job=visible(contract.label)))
            words = ""
        else:
            words = role_words(_PARTS[part])
            sentence = _("Already entered: account {account} of job {job} is {part}.")
            if statements.state_role(writing, contract.id, account, _PARTS[part], reason.strip(), at=utc_now()):
                sentence = _("Entered: account {account} of job {job} is {part}.")
    echo(sentence, account=account, job=contract.label, part=words)
    return 0


def role_words(role: Role) -> str:
    """A role as the screen names it."""
    return {Role.CLIENT: _("the client"), Role.ME: _("you"), Role.THIRD: _("somebody else")}[role]


def people(reading: Reading, contract: Contract) -> dict[int, str]:
    """Everybody ever seen in the contract's rooms: account and last known name."""
    names_by_account = {
        account: name for room in contract.rooms for account, name in names_in_room(reading, room.room_id).items()
    }
    return dict.fromkeys(counterparts(reading, [room.room_id for room in contract.rooms]), "") | names_by_account


def find_person(reading: Reading, contract: Contract, word: str) -> int:
    """The account that a number or a part of a name means. Raises UnknownPerson for none and for several."""
    everybody = people(reading, contract)
    found = matching(everybody, word)
    if len(found) == 1:
        return next(iter(found))
    labels = [f"{number} {visible(name)}".strip() for number, name in sorted((found or everybody).items())]
    listing = ", ".join(labels[:_PEOPLE_LIMIT]) or _("nobody yet; run: archive save")
    raise errors.UnknownPerson(person=visible(word), contract=contract.id, people=listing)


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
