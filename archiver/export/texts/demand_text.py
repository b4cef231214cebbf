"""`03_inquiry_text.txt` of a direct contract: a polite text to the client, to be sent by the user.

It has 800 characters at most, in English 1600.
It tells what was ordered, billed and received, and asks one thing; it draws no conclusion from the law.
"""

from __future__ import annotations

from collections.abc import Iterator

from archiver.claims.money import invoice_text, sums_text
from archiver.contract_dates import delivery_days
from archiver.export.report.input import BLANK, ReportInput, shorten_line
from archiver.export.report.money import MAX_REMINDERS, reminder_text, standing_of
from archiver.export.report.request_to_office import client_request, terms_text
from archiver.export.report.statistics import MessageStatistics
from archiver.export.texts.platform_inquiry_text import MAX_LENGTH
from archiver.records import TERM_ITEMS, MessageId, RequestKind, SentReminder
from archiver.render.invisible_characters import visible
from archiver.render.times import date_text, minute_text
from archiver.report_language import is_english, say, stated_day

_CHECK = "【送信前の確認(この行は消してください)】金額・日付・振込先を確かめ、ご自身の言葉に直してから送ってください。"
_NAMED_TERMS = ("amount", "payment_day", "ordered_on", "work")
"""The terms whose messages are named, the most useful first."""
_MAX_INVOICES, _MAX_DELIVERIES, _MAX_FIELD_LENGTH, _MAX_NAME_LENGTH = 3, 3, 40, 20

_REQUESTS = {
    RequestKind.PAYMENT: "お支払いの予定日をお知らせくださいますよう、お願いいたします。",
    RequestKind.REVIEW: "納品物のご確認の結果をお知らせくださいますよう、お願いいたします。",
    RequestKind.REPLY: "ご返信くださいますよう、お願いいたします。",
    RequestKind.TERMS: "取引条件({terms})を、書面かチャットでお知らせくださいますよう、お願いいたします。",
    RequestKind.STOP_WORK: "ご返信をいただくまで作業をいったん止め、今後の進め方をご相談させてくださいますよう、"
    "お願いいたします。",
    None: "内容をご確認のうえ、ご返信くださいますよう、お願いいたします。",
}


def demand_text(case: ReportInput, statistics: MessageStatistics) -> str:
    """The text with LF between lines; the last facts are left out if it would be too long."""
    facts = [*_invoice_lines(case, statistics), *_message_lines(case, statistics)]
    limit = MAX_LENGTH * 2 if is_english() else MAX_LENGTH  # letters say half as much; no form limits a letter
    while True:
        text = "\n".join([*_head_lines(case, statistics), *facts, "", *_end_lines(case)])
        if len(text) + text.count("\n") + len("\r\n") <= limit or not facts:
            return text
        facts.pop()


def _head_lines(case: ReportInput, statistics: MessageStatistics) -> Iterator[str]:
    contract, standing = case.contract, standing_of(case)
    yield from (say(_CHECK), "")
    yield say("{client} 様", client=_field_text(contract.client))
    yield say("お世話になっております。{owner_name}です。", owner_name=_field_text(case.owner_name))
    yield from (say("下記の件について、ご確認をお願いいたします。"), "")
    yield say("仕事: {title}", title=_field_text(contract.title))
    yield say(
        "ご依頼の日: {contracted_on}\u3000金額: {amount}",
        contracted_on=_field_text(contract.contracted_on),
        amount=_field_text(contract.amount),
    )
    if contract.payment_due_on:
        yield say("お約束の支払期日: {payment_due_on}", payment_due_on=_field_text(contract.payment_due_on))
    delivered = delivery_days(case.deliveries)
    if delivered:
        shown = say("、").join(date_text(day) for day in delivered[-_MAX_DELIVERIES:])
        yield say("納品: {delivered}", delivered=shown) + _earlier_text(len(delivered) - _MAX_DELIVERIES)
    if standing is not None:
        yield sums_text(standing)
    reminders = sorted(contract.reminders, key=lambda one: (one.sent_on, one.number))
    if reminders:
        shown = say("、").join(_reminder_text(case, statistics, one) for one in reminders[-MAX_REMINDERS:])
        yield say("これまでのご連絡: {reminders}", reminders=shown) + _earlier_text(len(reminders) - MAX_REMINDERS)


def _earlier_text(number: int) -> str:
    """How many earlier ones are not named; empty if none."""
    return say("(ほかに前のもの{n}回)", n=number) if number > 0 else ""


def _reminder_text(case: ReportInput, statistics: MessageStatistics, reminder: SentReminder) -> str:
    """A reminder by its message, which tells the time, else by its day and its way."""
    message_id = reminder.message_id
    if message_id is None or (message_id not in statistics.bound and message_id not in case.outside):
        return reminder_text(reminder, _message_text(case, statistics, message_id))
    return _message_text(case, statistics, message_id)


def _invoice_lines(case: ReportInput, statistics: MessageStatistics) -> Iterator[str]:
    """The open invoices, those that are late the longest first."""
    standing = standing_of(case)
    balances = [] if standing is None else [one for one in standing.balances if one.unpaid]
    more = len(balances) - _MAX_INVOICES
    for balance in sorted(balances, key=lambda one: (-one.days_late, one.invoice.number))[:_MAX_INVOICES]:
        message = _message_text(case, statistics, balance.invoice.message_id)
        yield say("・{text}", text=invoice_text(balance, message=message, is_letter=True, shown=_name_text))
    if more > 0:
        yield say("ほか{n}件の請求が未払いです。", n=more)


def _name_text(name: str) -> str:
    return shorten_line(visible(name), _MAX_NAME_LENGTH)


def _message_lines(case: ReportInput, statistics: MessageStatistics) -> Iterator[str]:
    """Which message says what, as the user bound them."""
    stated = {term.item: term.message_id for term in case.contract.terms if term.message_id}
    labels = {item.name: say(item.label) for item in TERM_ITEMS}
    named: dict[MessageId, list[str]] = {}
    for name in _NAMED_TERMS:
        if name in stated:
            named.setdefault(stated[name], []).append(labels[name])
    for message_id, names in named.items():
        message = _message_text(case, statistics, message_id)
        yield say("・{labels}: {message}", labels=say("、").join(names), message=message)


def _message_text(case: ReportInput, statistics: MessageStatistics, message_id: MessageId | None) -> str:
    """A message by its time and id, as both sides can find it on Chatwork; and that the package lacks it, if so."""
    if message_id is None:
        return ""
    message = statistics.bound.get(message_id)
    sent = case.outside.get(message_id) if message is None else message.send_time
    at = "" if sent is None else say("{send_time} の", send_time=minute_text(sent))
    absent = say("。今回の資料には含まれません") if message is None else ""
    return say("{at}メッセージ(ID {message_id}{absent})", at=at, message_id=message_id, absent=absent)


def _end_lines(case: ReportInput) -> Iterator[str]:
    kind = client_request(case)
    yield say("【お願い】")
    yield say(_REQUESTS[kind], terms=terms_text(case))
    if kind is RequestKind.PAYMENT:
        yield say("お振込先: {blank}", blank=say(BLANK))
    yield say("行き違いがございましたら、ご容赦ください。")


def _field_text(stated: str | None) -> str:
    return stated_day(shorten_line(visible(stated), _MAX_FIELD_LENGTH)) if stated else say(BLANK)
