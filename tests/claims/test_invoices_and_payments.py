"""What is open of a contract's money, since when, and from where the day of payment is known."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archiver.claims.invoices_and_payments import DueBasis, closed_day, money_standing, payment_due, sums_text
from archiver.contract_dates import deadlines, is_paid
from archiver.platforms.job_platform import platform_of
from archiver.records import JST, Contract, Delivery, Invoice, MessageId, Payment, StatedTerm
from archiver.report_language import JAPANESE, report_language

TODAY = date(2026, 11, 24)


def contract(invoices: tuple[Invoice, ...], payments: tuple[Payment, ...] = (), agreed: str | None = None) -> Contract:
    """A direct contract with this money."""
    return Contract("job1", (), invoices=invoices, payments=payments, payment_due_on=agreed)


@pytest.mark.parametrize(
    ("due_on", "agreed", "deliveries", "expected"),
    [
        ("2026-11-20", "2026-11-01", (), (date(2026, 11, 20), DueBasis.INVOICE, 4)),
        (None, "2026-11-23", (), (date(2026, 11, 23), DueBasis.CONTRACT, 1)),
        (None, None, (Delivery(1, "2026-11-03 23:50"),), (date(2026, 11, 3), DueBasis.RECEIPT, 21)),
        (None, None, (), (None, DueBasis.NONE, 0)),
        ("2026-11-24", None, (), (date(2026, 11, 24), DueBasis.INVOICE, 0)),
        ("2026-12-31", None, (), (date(2026, 12, 31), DueBasis.INVOICE, 0)),
    ],
)
def test_the_day_of_payment_is_that_of_the_invoice_else_agreed_else_of_receipt(
    due_on: str | None,
    agreed: str | None,
    deliveries: tuple[Delivery, ...],
    expected: tuple[date | None, DueBasis, int],
) -> None:
    """The day itself is not late."""
    standing = money_standing(contract((Invoice(1, 100, "2026-10-31", due_on),), agreed=agreed), deliveries, TODAY)

    assert standing is not None
    (balance,) = standing.balances
    assert expected == (balance.due, balance.basis, balance.days_late)


def test_tax_that_the_client_withheld_is_paid_and_told_apart() -> None:
    """源泉徴収: what came in is less than what was billed, and nothing is open; the sums say why."""
    invoice, payment = Invoice(1, 100_000, "2026-09-20", "2026-10-20"), Payment(1, 89_790, "2026-10-20", None, 10_210)
    billed, unbilled = contract((invoice,), (payment,)), contract((), (payment,))

    standing, alone = (money_standing(one, (), TODAY) for one in (billed, unbilled))

    assert standing is not None
    assert alone is not None
    assert (0, 0, 0, 89_790) == (standing.unpaid, standing.surplus, standing.set_off, standing.received)
    assert "請求 100,000円 / 入金 89,790円(ほかに源泉徴収 10,210円) / 未払い 0円" == sums_text(standing)
    with report_language(JAPANESE, hires=True):  # who ordered the work paid it
        assert "支払い 89,790円(ほかに源泉徴収 10,210円)" == sums_text(alone)
    assert "入金 89,790円(ほかに源泉徴収 10,210円)" == sums_text(alone)
    assert is_paid(replace(unbilled, amount="100,000円"), ())
    agreed = [replace(unbilled, amount="12万円", platform=one) for one in (None, "crowdworks")]  # where a fee is taken
    below = [found.below for one in agreed if (found := money_standing(one, (), TODAY))]
    assert [20_000, 0] == below


@pytest.mark.parametrize(
    ("stated", "paid"),
    [
        *((one, 80_000) for one in ("80000", "８０，０００円", "¥80,000", "8万", "八万円", "80000 yen", "JPY 80,000")),
        *((one, 40_000) for one in ("月40000円", "4万円/月", "月額 4万円(税込)")),
        *((one, 85_000) for one in ("8.5万円", "8万5千円", "八万五千円")),
        *((one, None) for one in ("1枚3,000円", "8万円+税", "1,0000円", "$800", "応相談", None)),
    ],
)
def test_work_is_paid_once_the_fee_came_in_however_it_was_written(stated: str | None, paid: int | None) -> None:
    """Of a fee that no plain sum states nothing is known to be open once a payment is entered."""
    asked = replace(contract(()), amount=stated)
    came = [replace(asked, payments=(Payment(1, one, "2026-10-20"),)) for one in (paid or 1, (paid or 2) - 1)]

    assert not is_paid(asked, ())
    assert [True, paid is None] == [is_paid(one, ()) for one in came]


def test_payments_go_to_the_named_invoice_then_to_the_oldest_open_one() -> None:
    """What goes beyond stays visible."""
    invoices = tuple(Invoice(number, 100, "2026-10-01", "2026-10-31") for number in (1, 2, 3))
    payments = (Payment(1, 150, "2026-11-01"), Payment(2, 100, "2026-11-02", invoice=2), Payment(3, 80, "2026-11-03"))

    standing = money_standing(contract(invoices, payments), (), TODAY)

    assert standing is not None
    assert [100, 100, 100] == [one.received for one in standing.balances]
    assert (330, 0, 30, ()) == (standing.received, standing.unpaid, standing.surplus, standing.overdue)


def test_without_an_invoice_or_a_payment_nothing_is_said() -> None:
    """Not even that nothing is open."""
    assert money_standing(contract(()), (), TODAY) is None


amounts = st.integers(1, 10**6)


@given(
    st.lists(amounts, max_size=5).map(
        lambda rows: tuple(Invoice(number, amount, "2026-10-01") for number, amount in enumerate(rows, 1))
    ),
    st.lists(st.tuples(amounts, st.one_of(st.none(), st.integers(1, 7))), min_size=1, max_size=6).map(
        lambda rows: tuple(Payment(number, one, "2026-11-01", to) for number, (one, to) in enumerate(rows, 1))
    ),
)
def test_no_yen_is_lost_or_made(invoices: tuple[Invoice, ...], payments: tuple[Payment, ...]) -> None:
    """What came in is what was assigned and what is over; nothing is paid more than it was billed."""
    standing = money_standing(contract(invoices, payments), (), TODAY)

    assert standing is not None
    assert standing.received == sum(one.received for one in standing.balances) + standing.surplus
    assert all(0 <= one.received <= one.invoice.amount for one in standing.balances)
    assert standing.billed == standing.unpaid + sum(one.received for one in standing.balances)


def test_a_payment_goes_to_the_oldest_invoice_even_if_that_was_entered_later() -> None:
    """The oldest by its day, not by its place in the list."""
    invoices = (Invoice(1, 100, "2026-10-31", "2026-11-30"), Invoice(2, 100, "2026-09-30", "2026-10-31"))

    standing = money_standing(contract(invoices, (Payment(1, 100, "2026-11-02"),)), (), TODAY)

    assert standing is not None
    assert [0, 100] == [one.received for one in standing.balances]
    assert () == standing.overdue


def test_a_message_that_tells_the_day_of_payment_leaves_no_day_of_receipt() -> None:
    """A day was agreed, so the day of receipt is not said to be late."""
    invoices = (Invoice(1, 100, "2026-09-30"),)
    told = replace(contract(invoices), terms=(StatedTerm("payment_day", MessageId("1")),))

    standing = money_standing(told, (Delivery(1, "2026-08-30 23:50"),), TODAY)

    assert standing is not None
    assert (None, DueBasis.NONE, 0) == (
        standing.balances[0].due,
        standing.balances[0].basis,
        standing.balances[0].days_late,
    )


def test_each_of_two_invoices_counts_from_the_delivery_that_it_bills() -> None:
    """Where the days leave one answer; where they do not, none is called late from a delivery it may not bill."""
    deliveries = (Delivery(1, "2026-08-31"), Delivery(2, "2026-10-31"))
    clear = contract((Invoice(1, 100, "2026-09-01"), Invoice(2, 100, "2026-11-01")))
    ahead = contract((Invoice(1, 100, "2026-09-01"), Invoice(2, 100, "2026-10-15")))

    days = [
        [one.due for one in standing.balances]
        for standing in (money_standing(job, deliveries, TODAY) for job in (clear, ahead))
        if standing is not None
    ]

    assert [[date(2026, 8, 31), date(2026, 10, 31)], [date(2026, 10, 31), date(2026, 10, 31)]] == days
    bases = [payment_due(job, deliveries, job.invoices[0])[1] for job in (clear, ahead)]
    assert [DueBasis.RECEIPT, DueBasis.LAST_RECEIPT] == bases


def test_what_goes_beyond_a_named_invoice_is_set_off_against_the_open_ones() -> None:
    """Nobody is asked for more than is owed in all."""
    invoices = (Invoice(1, 100, "2026-10-01"), Invoice(2, 100, "2026-11-01"))

    standing = money_standing(contract(invoices, (Payment(1, 130, "2026-11-02", 1),)), (), TODAY)

    assert standing is not None
    assert (70, 0, 30) == (standing.unpaid, standing.surplus, standing.set_off)


def test_the_limit_of_pay_follows_the_unpaid_delivery_and_ends_with_the_last_payment() -> None:
    """The 60th day counts from the delivery whose invoice is open; once all is paid there is none."""
    deliveries = (Delivery(1, "2026-08-31"), Delivery(2, "2026-10-31"))
    invoices = (Invoice(1, 100, "2026-09-01"), Invoice(2, 100, "2026-11-01"))
    now = datetime(2026, 11, 24, tzinfo=JST)

    def limits(*payments: Payment) -> list[date]:
        job = replace(contract(invoices, payments), platform="direct")
        dues = deadlines(job, platform_of("direct"), deliveries, now=now)
        return [due.day for due in dues if due.deadline.rule == "payment"]

    assert [date(2026, 10, 29)] == limits()
    assert [date(2026, 12, 29)] == limits(Payment(1, 100, "2026-09-30", 1))
    assert [] == limits(Payment(1, 200, "2026-11-20"))


# --- days on which banks are closed ---------------------------------------------------------------


@pytest.mark.parametrize(
    ("day", "reason"),
    [
        (date(2026, 10, 30), ""),
        (date(2026, 10, 31), "saturday"),
        (date(2026, 11, 1), "sunday"),
        (date(2026, 12, 30), ""),
        (date(2026, 12, 31), "turn_of_year"),
        (date(2027, 1, 4), ""),
    ],
)
def test_a_closed_day_has_its_reason(day: date, reason: str) -> None:
    """Weekends and the turn of the year."""
    assert reason == closed_day(day)
