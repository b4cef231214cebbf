"""How the money of a contract stands, in lines of the terminal."""

from __future__ import annotations

from collections.abc import Iterator
from gettext import gettext as _
from gettext import ngettext
from pathlib import Path

from archiver.bank_days import ClosedDay
from archiver.claims.money import DueBasis, InvoiceBalance, MoneyStanding, money_standing, open_by_month
from archiver.cli.terminal.text import visible
from archiver.records import JST, Contract, SentReminder
from archiver.setup.yen_amounts import yen_text


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
    sums = _("Billed {billed}   received {received}   open {unpaid}")
    texts = {name: yen_text(getattr(standing, name)) for name in ("billed", "received", "unpaid")}
    yield sums.format(**texts)
    if standing.surplus:
        yield _("Received beyond what was billed: {amount}").format(amount=yen_text(standing.surplus))
    if standing.set_off:
        line = _("{amount} paid beyond its invoice is set off against the oldest open ones")
        yield line.format(amount=yen_text(standing.set_off))
    months = open_by_month(standing)
    if len(months) > 1:
        parts = [f"{month} {yen_text(amount)}" for month, amount in months]
        yield _("Open by month of the invoice: {months}").format(months=_(", ").join(parts))
    for balance in standing.balances:
        yield _invoice_line(balance)
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


def _invoice_line(balance: InvoiceBalance) -> str:
    invoice = balance.invoice
    name = f" ({visible(invoice.name)})" if invoice.name else ""
    line = _("  invoice {number}{name}: {amount} on {day}, {due}")
    words = {"number": invoice.number, "name": name, "amount": yen_text(invoice.amount), "day": invoice.issued_on}
    return line.format(due=_due_text(balance), **words) + _state_text(balance)


def _due_text(balance: InvoiceBalance) -> str:
    words = {
        DueBasis.INVOICE: _("due {day}"),
        DueBasis.CONTRACT: _("due {day} (as agreed)"),
        DueBasis.RECEIPT: _("no day of payment entered: day of receipt {day} may count (please check)"),
        DueBasis.LAST_RECEIPT: _(
            "no day of payment entered, and the days do not tell which delivery it bills: day of receipt of the last "
            "one {day} may count (please check)"
        ),
        DueBasis.NONE: _("no day of payment known"),
    }
    due = words[balance.basis].format(day=balance.due.isoformat() if balance.due else "-")
    return f"{due} {_closed_text(balance.closed_day)}".rstrip()


def _closed_text(reason: ClosedDay | None) -> str:
    """A hint that banks are closed on the day of payment; empty if they are open."""
    words = {
        ClosedDay.SATURDAY: _("a Saturday"),
        ClosedDay.SUNDAY: _("a Sunday"),
        ClosedDay.HOLIDAY: _("a public holiday"),
        ClosedDay.TURN_OF_YEAR: _("the turn of the year"),
    }
    hint = _("({day}: whether the next business day is in time depends on what was agreed)")
    return hint.format(day=words[reason]) if reason is not None else ""


def _state_text(balance: InvoiceBalance) -> str:
    if not balance.unpaid:
        return _("; paid")
    text = "; " + _("open {amount}").format(amount=yen_text(balance.unpaid))
    if not balance.days_late:
        return text
    days = ngettext("{n} day late", "{n} days late", balance.days_late).format(n=balance.days_late)
    return f"{text}, {days}"
