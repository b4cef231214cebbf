"""What is owed by the reporter's own entries: rows and sentences of page 1, the request and the consultation."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import groupby

from archiver.claims.invoices_and_payments import (
    RECEIPTS,
    DueBasis,
    InvoiceBalance,
    MoneyStanding,
    invoice_text,
    money_standing,
    month_lines,
    received_text,
    set_off_lines,
    sums_text,
    unpaid_text,
)
from archiver.export.report.excerpt import bound_place, bound_quote
from archiver.export.report.message_statistics import ReportInput
from archiver.export.report.report_sources import BY_REPORTER, shown
from archiver.records import JST, TERM_ITEMS, Contract, Invoice, MessageId, SentReminder
from archiver.render.times import date_text, minute_text
from archiver.report_language import say, stated_day

_MAX_INVOICES, _MAX_REMINDERS, _NAME_LENGTH = 3, 3, 30
"""The invoices named, and the latest reminders; the others are counted."""
_PROMISES = ("work", "amount", "payment_day")
"""The terms whose messages page 1 names: what was ordered, for how much, payable when."""


def standing_of(case: ReportInput) -> MoneyStanding | None:
    """How the money of the contract stands on the day of the report; None if no invoice and no payment is stated."""
    return money_standing(case.contract, case.deliveries, case.created_at.astimezone(JST).date())


def stated_rows(case: ReportInput) -> Iterator[tuple[str, str]]:
    """The rows of page 1 about money, the messages that promised pay and day, and reminders; none without entries."""
    yield from money_rows(case)
    terms = terms_by_message(case.contract, _PROMISES)
    lines = [say("{label}: {place}", label=terms[one], place=_message_text(case, one)) for one in terms]
    if lines:
        yield say("条件を示したメッセージ({stated})", stated=say(BY_REPORTER)), "\n".join(lines)
    yield from reminder_rows(case)


def money_rows(case: ReportInput) -> Iterator[tuple[str, str]]:
    """The row with the sums, and the open invoices that are late the longest; none if nothing is stated."""
    standing = standing_of(case)
    if standing is not None:
        lines = [sums_text(standing), *set_off_lines(standing)]
        lines += [*open_lines(standing, partial(_balance_text, case)), *month_lines(standing)]
        yield say("請求と入金({stated})", stated=say(BY_REPORTER)), "\n".join(lines)


def open_lines(
    standing: MoneyStanding, worded: Callable[[InvoiceBalance], str], *, overdue: bool = False
) -> Iterator[str]:
    """The open invoices, those late the longest first, perhaps without those not due yet; how many more."""
    unpaid = [one for one in standing.balances if one.unpaid and not (overdue and one.is_coming)]
    named = sorted(unpaid, key=lambda one: (-one.days_late, one.invoice.number))[:_MAX_INVOICES]
    yield from map(worded, named)
    if len(unpaid) > len(named):
        yield say("ほか{n}件の請求が未払いです。", n=len(unpaid) - len(named))


def reminder_rows(case: ReportInput) -> Iterator[tuple[str, str]]:
    """The row of page 1 about the reminders that the reporter sent; none if none is stated."""
    reminders = case.contract.reminders
    if reminders:
        shown = reminders_text(case.contract, lambda one: reminder_text(one, _place(case, one)))
        yield say("催促({stated})", stated=say(BY_REPORTER)), say("{n}回: {shown}", n=len(reminders), shown=shown)


def reminders_text(contract: Contract, worded: Callable[[SentReminder], str]) -> str:
    """The latest reminders, and how many earlier ones there are; empty if there is none."""
    reminders = sorted(contract.reminders, key=lambda one: (one.sent_on, one.number))
    shown = say("、").join(map(worded, reminders[-_MAX_REMINDERS:]))
    return shown + earlier_text(len(reminders) - _MAX_REMINDERS)


def earlier_text(number: int) -> str:
    """How many earlier ones are not named; empty if none."""
    return say("(ほかに前のもの{n}回)", n=number) if number > 0 else ""


def reminder_text(reminder: SentReminder, place: str) -> str:
    """The day of a reminder, and its way or the place of its message."""
    way = say("、").join(filter(None, (shown(reminder.how, _NAME_LENGTH), place)))
    return stated_day(reminder.sent_on) + (say("({way})", way=way) if way else "")


def terms_by_message(contract: Contract, names: Sequence[str]) -> dict[MessageId, str]:
    """The messages that the reporter bound to these terms, with what each says, the first named first."""
    stated = {term.item: term.message_id for term in contract.terms}
    words = {item.name: item.label for item in TERM_ITEMS}
    labels: dict[MessageId, list[str]] = {}
    for name in names:
        if message_id := stated.get(name):
            labels.setdefault(message_id, []).append(say(words[name]))
    return {message_id: say("、").join(listed) for message_id, listed in labels.items()}


def _message_text(case: ReportInput, message_id: MessageId) -> str:
    """The number, time and first words of a bound message; its id where the package does not hold it."""
    message = case.statistics.bound.get(message_id)
    if message is None:
        return bound_place(case, None, message_id)
    quoted = bound_quote(case, message)
    return say("No.{no}({send_time}){quoted}", no=message.no, send_time=minute_text(message.send_time), quoted=quoted)


def overdue_text(case: ReportInput) -> str:
    """The beginning of a sentence that pay is overdue, as the reporter entered it; empty if it is not."""
    standing = standing_of(case)
    overdue = standing.overdue if standing else ()
    stated = [one for one in overdue if one.basis not in RECEIPTS] or overdue
    days = [list(of_day) for _day, of_day in groupby(stated, key=lambda one: (one.due, one.basis))]
    parts = [_since_text(of_day[0], sum(one.unpaid for one in of_day)) for of_day in days[:_MAX_INVOICES]]
    if rest := sum(one.unpaid for of_day in days[_MAX_INVOICES:] for one in of_day):
        parts.append(say("それより後の期日の{rest:,}円", rest=rest))
    return say("報告者の入力では、{parts}の入金がない", parts=say("、").join(parts)) if parts else ""


def _since_text(oldest: InvoiceBalance, unpaid: int) -> str:
    """What is open of the invoices of one day, and for how long."""
    assert oldest.due is not None
    words = {
        DueBasis.RECEIPT: "納品({due}、支払期日の登録なし)",
        DueBasis.LAST_RECEIPT: "最後の納品({due}、支払期日の登録なし。どの納品の請求かは日付から決まりません)",
    }
    since = say(words.get(oldest.basis, "支払期日({due})"), due=date_text(oldest.due))
    told = {"days_late": oldest.days_late, "unpaid": unpaid}
    return say("{since}の翌日から数えて{days_late}日目の今も{unpaid:,}円", since=since, **told)


def dated_money(case: ReportInput) -> Iterator[tuple[str, str]]:
    """What happened on which stated day: each invoice, its day of payment where it names one, and each payment."""
    for invoice in case.contract.invoices:
        yield say("請求{number}({amount:,}円)", number=invoice.number, amount=invoice.amount), invoice.issued_on
        if invoice.due_on:
            yield say("請求{number}の支払期日", number=invoice.number), invoice.due_on
    for payment in case.contract.payments:
        yield say("入金{number}({amount:,}円)", number=payment.number, amount=payment.amount), payment.received_on


def stated_due_text(case: ReportInput) -> str:
    """The day of payment that was agreed, else those that the invoices name; empty if none is stated."""
    contract = case.contract
    if contract.payment_due_on:
        return shown(contract.payment_due_on, _NAME_LENGTH)
    named = [one for one in contract.invoices if one.due_on]
    days = [say("請求{number} {due}", number=one.number, due=shown(one.due_on, 99)) for one in named[-_MAX_INVOICES:]]
    more = len(named) - len(days)
    return say("、").join(days) + (say("(ほかに前のもの{n}件)", n=more) if more else "")


def consultation_rows(case: ReportInput) -> tuple[tuple[str, str], ...]:
    """What was billed, received and is asked for, without an invoice what was received; empty if nothing is stated."""
    standing = standing_of(case)
    if standing is None:
        return ()
    received = (say("受け取った金額"), received_text(standing))
    if not standing.balances:
        return (received,)
    late = [*open_lines(standing, partial(_balance_text, case), overdue=True), *month_lines(standing)]
    return (
        (say("請求した金額"), say("{billed:,}円", billed=standing.billed)),
        received,
        (say("未払いの金額"), "\n".join([unpaid_text(standing), *late])),
    )


def _place(case: ReportInput, bound: Invoice | SentReminder) -> str:
    """The number and id of the message that is bound to an invoice or a reminder; empty if none is."""
    message_id = bound.message_id
    return "" if message_id is None else bound_place(case, case.statistics.bound.get(message_id), message_id)


def _balance_text(case: ReportInput, balance: InvoiceBalance) -> str:
    place = _place(case, balance.invoice)
    return invoice_text(balance, message=place, shown=partial(shown, limit=_NAME_LENGTH))
