"""What the user entered for a job, in lines of the terminal: deliveries, files, money, reminders, and their periods."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime

from archiver.claims.money import invoice_text, money_standing, month_lines, set_off_lines, sums_text
from archiver.cli.terminal.output import visible, wrap
from archiver.records import ENCLOSURE_KINDS, JST, Contract, Delivery, Enclosure, MessageId, RoomId, SentReminder
from archiver.render.times import minute_text
from archiver.setup.contract_rooms import OutsideMessage, messages_outside, outside_sentence, wider_periods
from archiver.setup.written_values import yen_text
from archiver.store.archive import Reading
from archiver.store.queries.contracts import SentFile, same_bytes, sent_file
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
        line = _("  payment {number}: {amount} on {day}")
        words = {"number": payment.number, "amount": yen_text(payment.amount), "day": payment.received_on}
        yield line.format(**words) + (
            "" if payment.invoice is None else _(" for invoice {n}").format(n=payment.invoice)
        )


def reminder_lines(contract: Contract) -> list[str]:
    """A line for each reminder that the user sent: number, day, and the message or the way."""
    return [f"{one.number}: {one.sent_on} {_reminder_way(one)}".rstrip() for one in contract.reminders]


def _reminder_way(reminder: SentReminder) -> str:
    message = "" if reminder.message_id is None else _("message {id}").format(id=f"m{reminder.message_id}")
    return " ".join(filter(None, (visible(reminder.how or ""), message)))


def outside_lines(
    reading: Reading, contract: Contract, bound: Collection[MessageId] | None = None, *, ids: bool = True
) -> Iterator[str]:
    """Sentences about the messages bound to the contract that lie outside its period, as packages do not hold them.

    `bound`: only these; None: all that are bound to an invoice, a reminder or a term. `ids`: with their numbers.
    """
    found = messages_outside(reading, contract, contract.bound_messages if bound is None else bound)
    if found:
        yield outside_sentence(found, ids=ids)
        yield _("To take it in: {command}").format(command=_widening_command(contract, found))


def _widening_command(contract: Contract, found: Collection[OutsideMessage]) -> str:
    words = ["archive", "job", "set", contract.id]
    for room, first, last in wider_periods(contract, found):
        words += ["--chat-from", f"{room}", first] if first else []
        words += ["--chat-to", f"{room}", last] if last else []
    return typed(" ".join(words))
