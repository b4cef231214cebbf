"""Words how the money of a contract stands, by the rows of the one table, for screens and packages."""

from __future__ import annotations

from collections.abc import Callable

from archiver.claims.money import RECEIPTS, InvoiceBalance, MoneyStanding, open_by_month
from archiver.claims.table import word
from archiver.claims.words import comma, day_text
from archiver.report_language import stated_day

_MAX_MONTHS = 4


def sums_text(standing: MoneyStanding, lang: str | None = None) -> str:
    """What was billed, received and is open, in one line."""
    surplus = word("money.surplus", lang, n=standing.surplus) if standing.surplus else ""
    sums = {"billed": standing.billed, "received": standing.received, "unpaid": standing.unpaid}
    return word("money.sums", lang, surplus=surplus, **sums)


def set_off_lines(standing: MoneyStanding, lang: str | None = None) -> list[str]:
    """What was paid beyond an invoice and counts for the others, in one line; none if there is none."""
    return [word("money.set_off", lang, n=standing.set_off)] if standing.set_off else []


def month_lines(standing: MoneyStanding, lang: str | None = None) -> list[str]:
    """What is open by the month of the invoice, in one line; none if it is one month."""
    months = open_by_month(standing)
    parts = [word("money.month", lang, month=month, n=amount) for month, amount in months[:_MAX_MONTHS]]
    rest = sum(amount for _month, amount in months[_MAX_MONTHS:])
    later = [word("money.later", lang, n=rest)] if rest else []
    return [word("money.months", lang, months=comma(lang).join([*parts, *later]))] if len(months) > 1 else []


def invoice_text(
    balance: InvoiceBalance,
    lang: str | None = None,
    *,
    message: str = "",
    amount: bool = False,
    is_letter: bool = False,
    shown: Callable[[str], str] = str,
) -> str:
    """An invoice in one line: which, its `amount`, and its state; `shown` makes its name fit to print."""
    invoice = balance.invoice
    name = word("invoice.name", lang, name=shown(invoice.name)) if invoice.name else ""
    state = state_text(balance, lang, message=message, is_letter=is_letter)
    parts = [word("invoice.amount", lang, n=invoice.amount), state] if amount else [state]
    words = {"number": invoice.number, "name": name, "issued_on": stated_day(invoice.issued_on)}
    return word("invoice", lang, state=comma(lang).join(parts), **words)


def state_text(balance: InvoiceBalance, lang: str | None = None, *, message: str = "", is_letter: bool = False) -> str:
    """What is open of an invoice, the day of payment, how late it is, and which message promised it.

    `is_letter`: to the client, so without a day that nobody stated and without hints for the reporter.
    """
    if not balance.unpaid:
        return word("invoice.paid", lang)
    day = day_text(balance.due) if balance.due else ""
    late = word("invoice.late", lang, n=balance.days_late) if balance.days_late else ""
    due = [word(f"due.{balance.basis}", lang, day=day) + late]
    if is_letter and (balance.due is None or balance.basis in RECEIPTS):
        due = []
    text = comma(lang).join([word("invoice.unpaid", lang, n=balance.unpaid), *due, *filter(None, [message])])
    closed = None if is_letter else balance.closed_day
    return text + (word("due.closed", lang, reason=word(f"due.{closed}", lang)) if closed else "")
