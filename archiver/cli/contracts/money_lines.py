"""How the money of a contract stands, in lines of the terminal."""

from __future__ import annotations

from collections.abc import Iterator
from gettext import gettext as _
from pathlib import Path

from archiver.claims.money import MoneyStanding, invoice_text, money_standing, month_lines, set_off_lines, sums_text
from archiver.cli.terminal.language import current_language
from archiver.cli.terminal.text import visible
from archiver.records import JST, Contract, SentReminder
from archiver.setup.written_values import yen_text


def money_lines(home: Path, contract: Contract) -> list[str]:
    """The sums, a line for each invoice and each payment; empty if none is stated."""
    from archiver.app import utc_now
    from archiver.store.archive import Archive
    from archiver.store.queries.statements import deliveries

    with Archive(home).reading() as reading:
        delivered = deliveries(reading, contract.id)
    standing = money_standing(contract, delivered, utc_now().astimezone(JST).date())
    return [] if standing is None else list(standing_lines(contract, standing))


def standing_lines(contract: Contract, standing: MoneyStanding) -> Iterator[str]:
    """The sums first, then what they are made of."""
    lang = current_language()
    yield from (sums_text(standing, lang), *set_off_lines(standing, lang), *month_lines(standing, lang))
    for balance in standing.balances:
        yield f"  {invoice_text(balance, lang, amount=True, shown=visible)}"
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
