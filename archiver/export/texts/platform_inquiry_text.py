"""`03_inquiry_text.txt`: the text for a platform's inquiry form, at most 800 characters, or for the client directly."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

from archiver.claims.messages import DELETIONS, changed_sides, closed_account, last_reply, message_count, turn
from archiver.claims.money import invoice_text, sums_text
from archiver.claims.words import change_lines, closed_text, count_text, reply_label, reply_text, turn_lines
from archiver.contract_dates import delivery_days
from archiver.export.report.input import (
    BLANK,
    ReportInput,
    day_of,
    delivery_text,
    other_text,
    platform_of,
    shorten_line,
)
from archiver.export.report.money import MAX_REMINDERS, money_rows, reminder_text, standing_of
from archiver.export.report.request_to_office import (
    advice,
    client_request,
    end_request_text,
    request_sentence,
    shown_name,
    terms_text,
)
from archiver.export.report.statistics import MessageStatistics
from archiver.export.report.summary import quotation_lines
from archiver.records import (
    TERM_ITEMS,
    CaseFacts,
    CaseSide,
    ChangeKind,
    Contract,
    MessageId,
    RequestKind,
    SentReminder,
)
from archiver.render.invisible_characters import visible
from archiver.render.times import date_text, minute_text
from archiver.report_language import is_english, say, stated_day

MAX_LENGTH = 800
"""Characters of the whole file at most, a line end counted as two; forms truncate what is longer."""

_MAX_FIELD_LENGTH, _MAX_DAY_LENGTH, _MAX_QUOTED_LENGTH = 50, 19, 36
_EARLIEST = datetime(1, 1, 2, tzinfo=UTC)


def inquiry_form_text(case: ReportInput, statistics: MessageStatistics, *, has_report: bool = True) -> str:
    """The text with LF between lines; the least important facts are left out, and counted, if it would be too long.

    `has_report`: whether the report could be made, which the text names as enclosed.
    """
    warning, head, facts = _warning_lines(case), list(_head_lines(case)), list(_fact_lines(case, statistics))
    end = ["", *_end_lines(case, statistics, has_report=has_report)]
    left_out = "(ほか{n}点は報告書にあります)" if has_report else "(ほか{n}点は省きました)"

    def text_with(kept: list[str]) -> str:
        more = [say(left_out, n=len(facts) - len(kept))] * (len(kept) < len(facts))
        return "\n".join([*warning, *head, *_number_lines(kept), *more, *end])

    def is_short(text: str) -> bool:
        return len(text) + text.count("\n") + len("\r\n") <= MAX_LENGTH

    kept: list[str] = []
    if not is_short(text_with(kept)):  # only where somebody entered what is no date and no number
        warning = []
    for fact in facts:
        if is_short(text_with([*kept, fact])):
            kept.append(fact)
    return text_with(kept)


def _warning_lines(case: ReportInput) -> list[str]:
    warning = advice(case)
    return [] if warning is None else [say("【送信前の確認(この行は消してください)】{warning}", warning=warning), ""]


def _head_lines(case: ReportInput) -> Iterator[str]:
    contract, platform = case.contract, platform_of(case.contract.platform)
    delivered = max(case.deliveries, key=lambda one: (day_of(one.at) or _EARLIEST, one.number), default=None)
    if not platform.elsewhere:
        yield say("契約ID: {platform_id}", platform_id=_field_text(contract.platform_id))
    yield say("仕事名: {title}", title=_field_text(contract.title))
    yield say("{other}: {client}", other=other_text(contract), client=_field_text(contract.client))
    escrow = (
        ""
        if platform.elsewhere
        else say("\u3000仮払い完了: {escrowed_at}", escrowed_at=_day_text(contract.escrowed_at))
    )
    yield say("契約日: {contracted_on}{escrow}", contracted_on=_day_text(contract.contracted_on), escrow=escrow)
    if platform.outside:
        yield say(
            "{outside}の承認: {contact_approved_on}",
            outside=platform.outside,
            contact_approved_on=_day_text(contract.contact_approved_on),
        )
    value = _day_text(delivered.at if delivered else None)
    yield say("{delivery}: {value}", delivery=delivery_text(platform), value=value)
    yield ""
    yield say("【経緯】")


def _fact_lines(case: ReportInput, statistics: MessageStatistics) -> Iterator[str]:
    """Sentences about what happened, the most important first; the delivery stands in the head."""
    yield from _end_request_lines(case.contract)
    deleted, others = quotation_lines(case, statistics, _MAX_QUOTED_LENGTH)
    yield from deleted
    yield from _change_lines(statistics, own=False)
    closed = closed_text(closed_account(statistics.facts))
    if closed:
        yield say("{closed}しました。", closed=closed)
    if statistics.first is not None and statistics.last is not None:
        span = say(
            "{send_time}から{send_time2}",
            send_time=date_text(statistics.first.send_time),
            send_time2=date_text(statistics.last.send_time),
        )
        part = "" if not case.period else say("(この仕事の期間だけ)")
        if case.period and case.is_period_requested:
            part = say("(指定した期間だけ。ほかに{left_out}件を保存)", left_out=case.left_out)
        yield say(
            "Chatworkでのやり取りは{span}、{count}です{part}。",
            span=span,
            count=count_text(message_count(statistics.facts)),
            part=part,
        )
    yield from others
    frozen = [room.inaccessible_since for room in case.rooms if room.inaccessible_since]
    if frozen:
        yield say(
            "{frozen} にチャットが開けなくなったことを確認しました(理由は不明です)。",
            frozen=minute_text(min(frozen)),
        )
    yield from _reply_lines(case, statistics.facts)
    yield from (text.replace("\n", "。") + say("。") for _label, text in money_rows(case, statistics))
    yield from _change_lines(statistics, own=True)


def _end_request_lines(contract: Contract) -> Iterator[str]:
    """The client's request to end the contract early, and the day on which silence would end it."""
    if contract.end_request_at:
        yield say(
            "{name}を受けました: {end_request}。",
            name=say(platform_of(contract.platform).end_request_name),
            end_request=end_request_text(contract),
        )


def _reply_lines(case: ReportInput, facts: CaseFacts) -> Iterator[str]:
    """When the other side last spoke, and what came after it; nothing while it is not known who they are."""
    reply = last_reply(facts)
    lines = [say("{line}。", line=line) for line in turn_lines(turn(facts), case.created_at, shown=shown_name)]
    if reply.value is not None:
        label, when = reply_label(reply), reply_text(reply, time=date_text)
        lines.insert(0, say("{reply_label}は{reply}です。", reply_label=label, reply=when))
    if lines:
        yield (" " if is_english() else "").join(lines)


def _change_lines(statistics: MessageStatistics, *, own: bool) -> Iterator[str]:
    """The deletions, unless all are quoted; those of the reporter's own messages alone come last."""
    changed = statistics.facts.changed
    quoted = sum(one.is_deleted for one in statistics.quotations.value)
    for kind, line in change_lines(changed):
        sides = changed_sides(changed, kind)
        is_told = kind is ChangeKind.DELETED and sides.total() == quoted
        if kind in DELETIONS and not is_told and own == (sides.keys() == {CaseSide.REPORTER}):
            yield line + say("。")


def _number_lines(lines: list[str]) -> list[str]:
    return [f"{number}. {line.rstrip()}" for number, line in enumerate(lines, 1)]


def _end_lines(case: ReportInput, statistics: MessageStatistics, *, has_report: bool) -> Iterator[str]:
    yield say("【お願い】")
    yield request_sentence(case, statistics)
    if has_report:
        yield ""
        yield say("【資料】01_report.pdf(Chatworkやり取り記録 報告書。1頁目に要約)")


def _field_text(stated: str | None) -> str:
    limit = _MAX_FIELD_LENGTH // 2 if is_english() else _MAX_FIELD_LENGTH  # English labels leave less room
    return stated_day(shorten_line(visible(stated), limit)) if stated else say(BLANK)


def _day_text(stated: str | None) -> str:
    return stated_day(shorten_line(visible(stated), _MAX_DAY_LENGTH)) if stated else say(BLANK)


_CHECK = "【送信前の確認(この行は消してください)】金額・日付・振込先を確かめ、ご自身の言葉に直してから送ってください。"
_NAMED_TERMS = ("amount", "payment_day", "ordered_on", "work")
"""The terms whose messages are named, the most useful first."""
_MAX_INVOICES, _MAX_DELIVERIES, _CLIENT_FIELD_LENGTH, _MAX_NAME_LENGTH = 3, 3, 40, 20

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
        text = "\n".join([*_client_head(case, statistics), *facts, "", *_client_end(case)])
        if len(text) + text.count("\n") + len("\r\n") <= limit or not facts:
            return text
        facts.pop()


def _client_head(case: ReportInput, statistics: MessageStatistics) -> Iterator[str]:
    contract, standing = case.contract, standing_of(case)
    yield from (say(_CHECK), "")
    yield say("{client} 様", client=_client_field(contract.client))
    yield say("お世話になっております。{owner_name}です。", owner_name=_client_field(case.owner_name))
    yield from (say("下記の件について、ご確認をお願いいたします。"), "")
    yield say("仕事: {title}", title=_client_field(contract.title))
    yield say(
        "ご依頼の日: {contracted_on}\u3000金額: {amount}",
        contracted_on=_client_field(contract.contracted_on),
        amount=_client_field(contract.amount),
    )
    if contract.payment_due_on:
        yield say("お約束の支払期日: {payment_due_on}", payment_due_on=_client_field(contract.payment_due_on))
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


def _client_end(case: ReportInput) -> Iterator[str]:
    kind = client_request(case)
    yield say("【お願い】")
    yield say(_REQUESTS[kind], terms=terms_text(case))
    if kind is RequestKind.PAYMENT:
        yield say("お振込先: {blank}", blank=say(BLANK))
    yield say("行き違いがございましたら、ご容赦ください。")


def _client_field(stated: str | None) -> str:
    return stated_day(shorten_line(visible(stated), _CLIENT_FIELD_LENGTH)) if stated else say(BLANK)
