"""What the user entered for a job, in lines of the terminal; who its people are and where its terms were told."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime

from archiver import errors
from archiver.app import utc_now
from archiver.claims.invoices_and_payments import invoice_text, money_standing, month_lines, set_off_lines, sums_text
from archiver.cli.context import CliContext
from archiver.cli.output import echo, echo_lines, visible, wrap
from archiver.cli.prompts import matching
from archiver.records import (
    ENCLOSURE_KINDS,
    JST,
    TERM_ITEMS,
    Contract,
    Delivery,
    Enclosure,
    FileId,
    MessageId,
    Role,
    RoomId,
    StatedTerm,
)
from archiver.render.snippet import own_words
from archiver.render.times import minute_text
from archiver.report_language import of_other_side, say, screen_words
from archiver.setup import contract_rooms
from archiver.setup.answers import find_message, yen_text
from archiver.setup.contract_rooms import messages_outside, outside_sentence
from archiver.store import user_statements
from archiver.store.archive import Archive, Reading
from archiver.store.queries.contracts import SentFile, named_or_only_contract, same_bytes, sent_file
from archiver.store.queries.people import names_in_room
from archiver.store.search.search import term_candidates
from archiver.wording import gettext as _
from archiver.wording import typed

_WIDTH = 78
_INDENT = " " * 5


def match_sentence(sent: Sequence[SentFile], *, ids: bool = True) -> str:
    """Whether the delivered file was sent on Chatwork, naming the first such file. `ids`: with its number."""
    if not sent:
        return _("No file saved from the chats of this job is the same.")
    file, at = sent[0], "-"
    if 0 < file.upload_time < 2**36:  # else it cannot be a time
        at = minute_text(datetime.fromtimestamp(file.upload_time, JST))
    numbered = _("It is the same file as the one sent on Chatwork on {time}: {name} (file {file}).")
    sentence = numbered if ids else _("It is the same file as the one sent on Chatwork on {time}: {name}.")
    return sentence.format(time=at, name=visible(file.name), file=file.file_id)


def name_and_size(name: str, size: int) -> str:
    """A file's name and size for the screen."""
    return _("{name} ({size} bytes)").format(name=visible(name), size=f"{size:,}")


def delivery_texts(
    reading: Reading, contract: Contract, deliveries: Sequence[Delivery], *, ids: bool = True
) -> Iterator[str]:
    """Each delivery: number, time and file, what Chatwork has of it, note; what belongs to it is indented."""
    for delivery in deliveries:
        file = "" if delivery.name is None or delivery.size is None else name_and_size(delivery.name, delivery.size)
        number = f"{delivery.number:>3}  " if ids else ""
        yield f"{number}{delivery.at}  {file}".rstrip()
        yield from (f"{_INDENT}{text}" for text in _delivery_details(reading, {*contract.room_ids}, delivery, ids))


def _delivery_details(reading: Reading, rooms: set[RoomId], delivery: Delivery, ids: bool) -> Iterator[str]:
    if delivery.sha256:
        yield match_sentence(same_bytes(reading, rooms, delivery.sha256), ids=ids)
    elif delivery.file_id is not None:
        chatwork_file = sent_file(reading, rooms, delivery.file_id)
        name = visible(chatwork_file.name) if chatwork_file else "-"
        numbered = _("As you entered, it is the file {file} on Chatwork: {name}.")
        sentence = numbered if ids else _("As you entered, it is this file on Chatwork: {name}.")
        yield sentence.format(file=delivery.file_id, name=name)
    if delivery.note:
        yield visible(delivery.note)


def enclosure_texts(enclosures: Sequence[Enclosure], *, ids: bool = True) -> Iterator[str]:
    """Each attachment: kind, day and file, note; what belongs to an entry is indented.

    `ids`: with its number, and the message that it shows.
    """
    for enclosure in enclosures:
        words = [
            (f"{enclosure.number:>3}  " if ids else "") + _(ENCLOSURE_KINDS[enclosure.kind]),
            enclosure.dated or "",
            name_and_size(enclosure.name, enclosure.size),
        ]
        yield "  ".join(word for word in words if word)
        if enclosure.message_id is not None and ids:
            yield _INDENT + _("On message {message}").format(message=f"m{enclosure.message_id}")
        if enclosure.note:
            yield _INDENT + visible(enclosure.note)


def entry_lines(text: str) -> Iterator[str]:
    """Lines of an entry that fit the screen; what goes on is indented below its text."""
    first, *rest = wrap(text.strip(), _WIDTH - len(_INDENT)) or [""]
    lead = text[: len(text) - len(text.lstrip())]
    yield lead + first
    yield from (_INDENT + line for line in rest)


def money_lines(contract: Contract, delivered: Sequence[Delivery], now: datetime) -> Iterator[str]:
    """The sums first, then a line for each invoice and each payment; nothing if none is stated."""
    standing = money_standing(contract, delivered, now.astimezone(JST).date())
    if standing is None:
        return
    yield from (sums_text(standing), *set_off_lines(standing), *month_lines(standing))
    for balance in standing.balances:
        yield f"  {invoice_text(balance, amount=True, shown=visible)}"
    for payment in contract.payments:
        line = of_other_side(_("  payment {number}: {amount} on {day}"))
        words = {"number": payment.number, "amount": yen_text(payment.amount), "day": payment.received_on}
        kept = _(", tax withheld {amount}").format(amount=yen_text(payment.withheld)) if payment.withheld else ""
        of_invoice = "" if payment.invoice is None else _(" for invoice {n}").format(n=payment.invoice)
        yield line.format(**words) + kept + of_invoice


def reminder_lines(contract: Contract) -> list[str]:
    """A line for each reminder that the user sent: number, day, and the message or the way."""
    lines = []
    for one in contract.reminders:
        message = "" if one.message_id is None else _("message {id}").format(id=f"m{one.message_id}")
        lines.append(" ".join(filter(None, (f"{one.number}: {one.sent_on}", visible(one.how or ""), message))))
    return lines


def outside_lines(
    reading: Reading, contract: Contract, bound: Collection[MessageId] | None = None, *, ids: bool = True
) -> Iterator[str]:
    """Sentences about the messages bound to the contract that lie outside its period, as packages do not hold them.

    `bound`: only these; None: all that are bound to an invoice, a reminder or a term. `ids`: with their numbers.
    """
    found = messages_outside(reading, contract, contract.bound_messages if bound is None else bound)
    if found:
        yield outside_sentence(found, ids=ids)
        command = typed(f"archive job set {contract.id}") + " --chat-from " + _("CHAT DAY")
        sentence = _("To take it in, change the days of its chat (the last day: --chat-to): {command}")
        yield sentence.format(command=command)


_PEOPLE_LIMIT = 12
"""How many people the error names when nobody is meant."""
_PARTS = {"client": Role.CLIENT, "me": Role.ME, "other": Role.THIRD}


def say_who(obj: CliContext, job: str | None, person: str, part: str | None, reason: str, is_removed: bool) -> None:
    """Record who somebody is, or take that back. Raises UsageError, UnknownPerson."""
    with Archive(obj.home).writing() as writing:
        contract = named_or_only_contract(writing, job)
        account = find_person(writing, contract, person)
        if part is None or is_removed:
            sentence = _("Taken back: who account {account} of job {job} is. The record that it was entered stays.")
            if not user_statements.withdraw_role(writing, contract.id, account, at=utc_now()):
                sentence = _("Nothing was entered about account {account} of job {job}.")
                raise errors.UsageError(detail=sentence.format(account=account, job=contract.id))
            words = ""
        else:
            words = role_words(_PARTS[part])
            sentence = _("Already entered: account {account} of job {job} is {part}.")
            if user_statements.state_role(writing, contract.id, account, _PARTS[part], reason.strip(), at=utc_now()):
                sentence = _("Entered: account {account} of job {job} is {part}.")
    echo(sentence, account=account, job=contract.id, part=words)


def role_words(role: Role) -> str:
    """A role as the screen names it."""
    return {Role.CLIENT: _("the client"), Role.ME: _("you"), Role.THIRD: _("somebody else")}[role]


def people(reading: Reading, contract: Contract) -> dict[int, str]:
    """Everybody ever seen in the contract's rooms: account and last known name."""
    return {account: name for room in contract.rooms for account, name in names_in_room(reading, room.room_id).items()}


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
) -> None:
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


def check_file(reading: Reading, contract: Contract, file_id: int) -> None:
    """Raises UnknownFile unless a chat of the contract has the file."""
    if sent_file(reading, {*contract.room_ids}, file_id) is None:
        raise errors.UnknownFile(contract=contract.id, file=file_id)


def _term_lines(reading: Reading, contract: Contract) -> Iterator[str]:
    """A line for each term, and below one that is not stated the first messages that hold a word of it."""
    stated = {term.item: term for term in contract.terms}
    lacking = [item for item in TERM_ITEMS if item.name not in stated]
    found = term_candidates(reading, contract.rooms, lacking, limit=_SHOWN_CANDIDATES, readable=own_words)
    for item in TERM_ITEMS:
        with screen_words():
            label = say(item.label)
        yield f"{label} ({item.name}): {_term_text(stated.get(item.name))}"
        for message, excerpt in found.get(item.name, ()):
            yield f"    m{message}  {visible(excerpt)}"
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
