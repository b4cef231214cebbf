"""Claims about money: what was billed, received and is still open, and since when; all of it is the user's input."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from archiver.contract_dates import day_of, receipt_due
from archiver.records import JST, Contract, Delivery, Invoice, Payment


class DueBasis(StrEnum):
    """From where the day of payment is known."""

    INVOICE = "invoice"
    CONTRACT = "contract"
    """The day that was agreed."""
    RECEIPT = "receipt"
    """No day was agreed, so the day of receipt counts (フリーランス法 4条2項; weak: third parties quote it)."""
    NONE = "none"
    """No day is known."""


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


@dataclass(frozen=True, slots=True)
class MoneyStanding:
    """What was billed, received and is open, in yen, as the user stated."""

    billed: int
    received: int
    balances: tuple[InvoiceBalance, ...]
    """By number of the invoice."""
    surplus: int = 0
    """Received beyond what was billed."""

    @property
    def unpaid(self) -> int:
        """What is still open in all."""
        return sum(one.unpaid for one in self.balances)

    @property
    def overdue(self) -> tuple[InvoiceBalance, ...]:
        """Those whose day of payment has passed, the oldest day first."""
        late = [one for one in self.balances if one.days_late > 0]
        return tuple(sorted(late, key=lambda one: (one.due or date.max, one.invoice.number)))

    @property
    def unpaid_overdue(self) -> int:
        """What is open and past its day."""
        return sum(one.unpaid for one in self.overdue)


def money_standing(contract: Contract, deliveries: Sequence[Delivery], today: date) -> MoneyStanding | None:
    """How the money of a contract stands on a day in Japan; None if no invoice and no payment is stated."""
    if not contract.invoices and not contract.payments:
        return None
    received, surplus = _assign(contract.invoices, contract.payments)
    balances = tuple(
        _balance(contract, deliveries, invoice, received[invoice.number], today) for invoice in contract.invoices
    )
    billed = sum(invoice.amount for invoice in contract.invoices)
    return MoneyStanding(billed, sum(payment.amount for payment in contract.payments), balances, surplus)


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

    That of the invoice, else that of the contract, else the day of the last delivery (receipt).
    """
    for stated, basis in ((invoice.due_on, DueBasis.INVOICE), (contract.payment_due_on, DueBasis.CONTRACT)):
        at = day_of(stated)
        if at is not None:
            return at.astimezone(JST).date(), basis
    received = receipt_due(contract, deliveries)
    return (None, DueBasis.NONE) if received is None else (received, DueBasis.RECEIPT)


def _assign(invoices: Sequence[Invoice], payments: Sequence[Payment]) -> tuple[dict[int, int], int]:
    """What was received for each invoice by number, and what is left over: named invoices first, then the oldest."""
    oldest_first = sorted(invoices, key=lambda one: (one.issued_on, one.number))
    open_amounts = {invoice.number: invoice.amount for invoice in oldest_first}
    received = dict.fromkeys(open_amounts, 0)
    rest = 0
    for payment in sorted(payments, key=lambda one: (one.invoice is None, one.received_on, one.number)):
        amount = payment.amount
        for number in [payment.invoice] if payment.invoice in open_amounts else list(open_amounts):
            assert number is not None
            part = min(amount, open_amounts[number] - received[number])
            received[number] += part
            amount -= part
        rest += amount
    return received, rest
