"""Claims about money: what was billed, received and is still open, and since when, in words of the table."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from archiver.claims.sentences import day_text
from archiver.claims.table import word
from archiver.contract_dates import billed_receipts, day_of, is_billing_unclear, receipt_due, received_for
from archiver.platforms.job_platform import UNKNOWN
from archiver.records import JST, Contract, Delivery, Invoice, stated_sum
from archiver.report_language import say, stated_day

_TURN_OF_YEAR = {(12, 31), (1, 1), (1, 2), (1, 3)}


def closed_day(day: date) -> str:
    """Why banks are closed on a day, so that pay may come later, as agreed; empty if it is no such day.

    Public holidays are not told: the law moves them.
    """
    if (day.month, day.day) in _TURN_OF_YEAR:
        return "turn_of_year"
    return {5: "saturday", 6: "sunday"}.get(day.weekday(), "")


class DueBasis(StrEnum):
    """From where the day of payment is known."""

    INVOICE = "invoice"
    CONTRACT = "contract"
    """The day that was agreed."""
    RECEIPT = "receipt"
    """No day was agreed, so the day of receipt counts (フリーランス法 4条2項; weak: third parties quote it)."""
    LAST_RECEIPT = "last_receipt"
    """The same of the last delivery, as the days do not tell which of several deliveries the invoice bills."""
    NONE = "none"
    """No day is known."""


RECEIPTS = frozenset({DueBasis.RECEIPT, DueBasis.LAST_RECEIPT})
"""Days that nobody stated as a day of payment."""


@dataclass(frozen=True, slots=True)
class InvoiceBalance:
    """An invoice, what was received for it, and how late the rest is."""

    invoice: Invoice
    received: int
    due: date | None
    basis: DueBasis
    days_late: int
    """Days in Japan since the day of payment while something is open; 0 before it, or if none is known."""

    @property
    def unpaid(self) -> int:
        """What is still open of it, in yen."""
        return self.invoice.amount - self.received

    @property
    def is_coming(self) -> bool:
        """Whether the stated day of payment has not passed."""
        return self.due is not None and self.basis not in RECEIPTS and not self.days_late


@dataclass(frozen=True, slots=True)
class MoneyStanding:
    """What was billed, received and is open, in yen, as the user stated."""

    billed: int
    received: int
    balances: tuple[InvoiceBalance, ...]
    """By number of the invoice."""
    surplus: int = 0
    """Received beyond what was billed."""
    withheld: int = 0
    """What the client kept back as tax: it is received, but not by the user."""
    set_off: int = 0
    """Received for a named invoice beyond it, and set off against the oldest open ones."""
    below: int = 0
    """What was received is so much below the agreed sum, where no platform takes its fee and no invoice is stated."""

    @property
    def unpaid(self) -> int:
        """What is still open in all."""
        return sum(one.unpaid for one in self.balances)

    @property
    def overdue(self) -> tuple[InvoiceBalance, ...]:
        """Those whose day of payment has passed, the oldest day first."""
        late = [one for one in self.balances if one.days_late > 0]
        return tuple(sorted(late, key=lambda one: (one.due or date.max, one.invoice.number)))


def money_standing(contract: Contract, deliveries: Sequence[Delivery], today: date) -> MoneyStanding | None:
    """How the money of a contract stands on a day in Japan; None if no invoice and no payment is stated."""
    if not contract.invoices and not contract.payments:
        return None
    received, surplus, set_off = received_for(contract.invoices, contract.payments)
    balances = tuple(
        _balance(contract, deliveries, invoice, received[invoice.number], today) for invoice in contract.invoices
    )
    billed = sum(invoice.amount for invoice in contract.invoices)
    paid, withheld = (sum(getattr(one, name) for one in contract.payments) for name in ("amount", "withheld"))
    is_agreed = not contract.invoices and contract.platform in (None, UNKNOWN) and "月" not in (contract.amount or "")
    below = max(0, (stated_sum(contract.amount) or 0) - paid - withheld) if is_agreed else 0
    return MoneyStanding(billed, paid, balances, surplus, withheld, set_off, below)


def _balance(
    contract: Contract, deliveries: Sequence[Delivery], invoice: Invoice, received: int, today: date
) -> InvoiceBalance:
    due, basis = payment_due(contract, deliveries, invoice)
    is_open = received < invoice.amount
    days_late = max(0, (today - due).days) if due is not None and is_open else 0
    return InvoiceBalance(invoice, received, due, basis, days_late)


def payment_due(contract: Contract, deliveries: Sequence[Delivery], invoice: Invoice) -> tuple[date | None, DueBasis]:
    """The day on which an invoice is to be paid, and from where it is known.

    That of the invoice, else that of the contract, else the day of receipt: of the delivery that it
    bills, or of the last one where the days do not say which it bills.
    """
    for stated, basis in ((invoice.due_on, DueBasis.INVOICE), (contract.payment_due_on, DueBasis.CONTRACT)):
        at = day_of(stated)
        if at is not None:
            return at.astimezone(JST).date(), basis
    last = receipt_due(contract, deliveries)
    if last is None:
        return None, DueBasis.NONE
    if is_billing_unclear(contract.invoices, deliveries):
        return last, DueBasis.LAST_RECEIPT
    return billed_receipts(contract.invoices, deliveries).get(invoice.number, last), DueBasis.RECEIPT


_MAX_MONTHS = 4


def sums_text(standing: MoneyStanding) -> str:
    """What was billed, received and is open, in one line; without an invoice what was received alone."""
    if not standing.balances:
        below = word("money.below", n=standing.below) if standing.below else ""
        return word("money.received", received=received_text(standing)) + below
    surplus = word("money.surplus", n=standing.surplus) if standing.surplus else ""
    sums = {"billed": standing.billed, "received": received_text(standing), "unpaid": unpaid_text(standing)}
    return word("money.sums", surplus=surplus, **sums)


def received_text(standing: MoneyStanding) -> str:
    """What came in, and the tax that was withheld of it."""
    key = "money.withheld" if standing.withheld else "invoice.amount"
    return word(key, n=standing.received, withheld=standing.withheld)


def unpaid_text(standing: MoneyStanding) -> str:
    """What is open, and how much of it is not due yet."""
    coming = sum(one.unpaid for one in standing.balances if one.is_coming)
    return word("money.coming" if coming else "invoice.amount", n=standing.unpaid, coming=coming)


def set_off_lines(standing: MoneyStanding) -> list[str]:
    """What was paid beyond an invoice and counts for the others, in one line; none if there is none."""
    return [word("money.set_off", n=standing.set_off)] if standing.set_off else []


def month_lines(standing: MoneyStanding) -> list[str]:
    """What is open by the month of the invoice, in one line; none if it is one month."""
    by_month: Counter[str] = Counter()
    for balance in standing.balances:
        by_month[balance.invoice.issued_on[: len("2026-11")]] += balance.unpaid
    months = sorted((month, amount) for month, amount in by_month.items() if amount)
    parts = [word("money.month", month=month, n=amount) for month, amount in months[:_MAX_MONTHS]]
    rest = sum(amount for _month, amount in months[_MAX_MONTHS:])
    later = [word("money.later", n=rest)] if rest else []
    return [word("money.months", months=say("、").join([*parts, *later]))] if len(months) > 1 else []


def invoice_text(
    balance: InvoiceBalance,
    *,
    message: str = "",
    amount: bool = False,
    is_letter: bool = False,
    shown: Callable[[str], str] = str,
) -> str:
    """An invoice in one line: which, its `amount`, and its state; `shown` makes its name fit to print."""
    invoice = balance.invoice
    name = word("invoice.name", name=shown(invoice.name)) if invoice.name else ""
    state = state_text(balance, message=message, is_letter=is_letter)
    parts = [word("invoice.amount", n=invoice.amount), state] if amount else [state]
    words = {"number": invoice.number, "name": name, "issued_on": stated_day(invoice.issued_on)}
    return word("invoice", state=say("、").join(parts), **words)


def state_text(
    balance: InvoiceBalance,
    *,
    message: str = "",
    is_letter: bool = False,
    say_day: Callable[[date], str] = day_text,
) -> str:
    """What is open of an invoice, the day of payment, how late it is, and which message promised it.

    `is_letter`: to the client, so without a day that nobody stated and without hints for the reporter.
    """
    if not balance.unpaid:
        return word("invoice.paid")
    day = say_day(balance.due) if balance.due else ""
    late = word("invoice.late", n=balance.days_late) if balance.days_late else ""
    due = [word(f"due.{balance.basis}", day=day) + late]
    if is_letter and (balance.due is None or balance.basis in RECEIPTS):
        due = []
    text = say("、").join([word("invoice.unpaid", n=balance.unpaid), *due, *filter(None, [message])])
    is_told = not is_letter and balance.basis not in RECEIPTS
    closed = closed_day(balance.due) if is_told and balance.due else ""
    return text + (word("due.closed", reason=word(f"due.{closed}")) if closed else "")
