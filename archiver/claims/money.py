"""Claims about money: what was billed, received and is still open, and since when; all of it is the user's input."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from archiver.bank_days import ClosedDay, closed_day
from archiver.contract_dates import billed_receipts, day_of, is_billing_unclear, receipt_due, received_for
from archiver.records import JST, Contract, Delivery, Invoice


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
    def closed_day(self) -> ClosedDay | None:
        """Why banks are closed on a stated day of payment, so that pay may come later, as agreed; None if open."""
        return None if self.due is None or self.basis in RECEIPTS else closed_day(self.due)

    @property
    def unpaid(self) -> int:
        """What is still open of it, in yen."""
        return self.invoice.amount - self.received


@dataclass(frozen=True, slots=True)
class MoneyStanding:
    """What was billed, received and is open, in yen, as the user stated."""

    billed: int
    received: int
    balances: tuple[InvoiceBalance, ...]
    """By number of the invoice."""
    surplus: int = 0
    """Received beyond what was billed."""
    set_off: int = 0
    """Received for a named invoice beyond it, and set off against the oldest open ones."""

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
    received, surplus = received_for(contract.invoices, contract.payments)
    balances = tuple(
        _balance(contract, deliveries, invoice, received[invoice.number], today) for invoice in contract.invoices
    )
    billed = sum(invoice.amount for invoice in contract.invoices)
    paid = sum(payment.amount for payment in contract.payments)
    return MoneyStanding(billed, paid, balances, surplus, max(0, _beyond_named(contract) - surplus))


def _beyond_named(contract: Contract) -> int:
    """What was received for named invoices beyond them."""
    named: Counter[int] = Counter()
    for payment in contract.payments:
        named[payment.invoice or 0] += payment.amount
    return sum(max(0, named[invoice.number] - invoice.amount) for invoice in contract.invoices)


def open_by_month(standing: MoneyStanding) -> list[tuple[str, int]]:
    """What is open by the month in which it was billed, such as `2026-11`, in yen, the earliest first."""
    months: Counter[str] = Counter()
    for balance in standing.balances:
        months[balance.invoice.issued_on[: len("2026-11")]] += balance.unpaid
    return sorted((month, amount) for month, amount in months.items() if amount)


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
