"""`03_inquiry_text.txt`: for a platform's inquiry form (at most 800 characters) or the client; and the demand."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from operator import itemgetter

from archiver.claims.acceptance_and_terms import accepts
from archiver.claims.invoices_and_payments import InvoiceBalance, invoice_text, sums_text
from archiver.claims.messages import DELETIONS, own_changes
from archiver.claims.sentences import own_changes_text, turn_lines
from archiver.contract_dates import delivery_days
from archiver.export.report.message_statistics import ReportInput
from archiver.export.report.money import (
    earlier_text,
    money_rows,
    open_lines,
    reminder_text,
    reminders_text,
    standing_of,
    terms_by_message,
)
from archiver.export.report.report_sources import entered, other_text, shown
from archiver.export.report.request_to_office import (
    advice,
    client_request,
    end_request_text,
    reply_line,
    request_sentence,
    shown_name,
    wish_text,
)
from archiver.export.report.summary import (
    asked_text,
    departures_and_terms,
    gone_lines,
    has_changed,
    own_change_lines,
    quotation_lines,
    unquoted_changes,
)
from archiver.export.report.templated import document
from archiver.records import ChangeKind, Message, MessageId, RequestKind, SentReminder, State
from archiver.render.gap_breaks import refusal_text
from archiver.render.page_templates import text_rows
from archiver.render.times import date_text, minute_text
from archiver.report_language import days_in_words, is_english, say

MAX_LENGTH = 800
"""Characters of what is sent at most, a line end counted as two; forms truncate what is longer."""

_MAX_FIELD_LENGTH, _QUOTED_LENGTHS, _MAX_DELIVERIES, _MAX_NAME_LENGTH = 50, (76, 50, 36), 3, 20
_LETTER_QUOTED_LENGTH = 100


@days_in_words()
def inquiry_form_text(case: ReportInput, *, has_report: bool = True) -> str:
    """The text with LF between lines, with quotations as long as they may be where no important fact loses its room.

    `has_report`: whether the report could be made, which the text names as enclosed.
    """
    texts = (_inquiry_text(case, length, has_report=has_report) for length in _QUOTED_LENGTHS)
    return min(texts, key=itemgetter(1))[0]


def _inquiry_text(case: ReportInput, length: int, *, has_report: bool) -> tuple[str, list[bool]]:
    """The text with quotations of so many characters, and of each fact whether it had no room, which it counts.

    The most important find room first; the warning, which is not sent, takes none.
    """
    (decisive, deleted, quoted), replied = quotation_lines(case, length), _replied_text(case, length)
    heard = case.statistics.heard
    if replied and heard is not None and accepts(heard.shown[-1].body):
        decisive, replied = [*decisive, replied], ""
    facts, (warning, head, end) = _letter(
        "report_inquiry.txt",
        case,
        most=_MAX_FIELD_LENGTH // 2 if is_english() else _MAX_FIELD_LENGTH,  # English labels leave less room
        warning=advice(case),
        other=other_text(case.contract),
        delivered=_deliveries_text([entered(at, 19) for at in sorted(one.at for one in case.deliveries)]),
        end_request=end_request_text(case.contract),
        decisive=[*decisive, *deleted],
        changed=unquoted_changes(case.statistics, DELETIONS),
        gone=[say("{line}。", line=one) for one in gone_lines(case)],
        departed=[say("{line}。", line=one) for one in departures_and_terms(case, length)],
        quoted=quoted,
        frozen=[room.inaccessible_since for room in case.rooms if room.inaccessible_since],
        refusal=refusal_text(case.rooms),
        replied=replied,
        asked=asked_text(case),
        money=[text.replace("\n", "。") + say("。") for _label, text in money_rows(case)],
        others=[*unquoted_changes(case.statistics, {*ChangeKind} - {*DELETIONS}), *_own_lines(case, length)],
        request=request_sentence(case),
        has_report=has_report,
    )
    told = "(ほか{n}点は報告書にあります)" if has_report else "(ほか{n}点は省きました)"

    def text_with(kept: list[str]) -> str:
        numbered = (f"{number}. {line.rstrip()}" for number, line in enumerate(kept, 1))
        more = [say(told, n=len(facts) - len(kept))] * (len(kept) < len(facts))
        return "\n".join([head, *numbered, *more, "", end])

    kept: list[str] = []
    for fact in facts:
        if _fits(text_with([*kept, fact])):
            kept.append(fact)
    return "\n".join([*filter(None, [warning]), text_with(kept)]), [one not in kept for one in facts]


def _deliveries_text(times: Sequence[str]) -> str:
    """The last deliveries, and how many came before them."""
    return say("、").join(times[-_MAX_DELIVERIES:]) + earlier_text(len(times) - _MAX_DELIVERIES)


def _letter(name: str, case: ReportInput, **more: object) -> tuple[list[str], list[str]]:
    """The facts of a letter, the most important first, and its other parts in order."""
    rows = text_rows(name, **document(case), **more)
    parts = [row.cells[0].partition("\n")[2] for row in rows if row.mark == ":"]
    return [row.cells[0] for row in rows if row.mark == "*"], parts


def _fits(text: str, limit: int = MAX_LENGTH) -> bool:
    return len(text) + text.count("\n") + len("\r\n") <= limit


def _replied_text(case: ReportInput, length: int) -> str:
    """When the other side last spoke, and what came after it; empty while it is not known who they are."""
    replied = reply_line(case, length, date_text, is_alone=len(case.bases) < 2, is_letter=True)
    lines = turn_lines(case.statistics.facts, case.created_at, shown=shown_name)
    told = [replied] if case.bases and case.statistics.count else []
    return (" " if is_english() else "").join([*told, *(say("{line}。", line=one) for one in lines)])


def _own_lines(case: ReportInput, length: int) -> Iterator[str]:
    """What became of the reporter's own messages, beside quotations of changes also that nothing did."""
    facts = case.statistics.facts
    if own_changes(facts) or has_changed(case.statistics):
        yield own_changes_text(facts) + say("。")
    yield from (say("{line}。", line=line) for line in own_change_lines(case, length))


_NAMED_TERMS = ("amount", "payment_day", "ordered_on", "work")
"""The terms whose messages are named, the most useful first."""


@days_in_words()
def demand_text(case: ReportInput) -> str:
    """The text with LF between lines; the last facts are left out if it would be too long.

    Whatever it asks for, it says why: what page 1 quotes as agreed and changed, and the words without an answer. Of
    the invoices it names those that are due.
    """
    contract, standing, kind, said = case.contract, standing_of(case), client_request(case), case.statistics.said
    days, message_text = delivery_days(case.deliveries), partial(_message_text, case)
    decisive, deleted, quoted = quotation_lines(case, _LETTER_QUOTED_LENGTH, is_letter=True)
    changed = [say("{line}。", line=one) for one in departures_and_terms(case, _LETTER_QUOTED_LENGTH, is_letter=True)]
    contents = [*filter(None, [*decisive, *deleted, *changed, asked_text(case), *quoted])]

    def invoice_line(one: InvoiceBalance) -> str:
        place = message_text(one.invoice.message_id)
        name = partial(shown, limit=_MAX_NAME_LENGTH)
        return say("・{text}", text=invoice_text(one, message=place, is_letter=True, shown=name))

    facts, (head, end) = _letter(
        "report_demand.txt",
        case,
        delivered=_deliveries_text([*map(date_text, days)]),
        sums="" if standing is None else sums_text(standing),
        reminders=reminders_text(contract, partial(_reminder_text, case)),
        invoices=[] if standing is None else list(open_lines(standing, invoice_line, overdue=True)),
        terms=terms_by_message(contract, _NAMED_TERMS),
        message_text=message_text,
        contents=contents,
        wish=wish_text(case, kind, "client"),
        is_payment=kind is RequestKind.PAYMENT,
        is_in_english=not is_english() and said is not None and said.shown_text.isascii(),
    )
    limit = MAX_LENGTH * 2 if is_english() else MAX_LENGTH  # letters say half as much; no form limits a letter
    while facts and not _fits("\n".join([head, *facts, "", end]), limit):
        facts.pop()
    return "\n".join([head, *facts, "", end])


def _reminder_text(case: ReportInput, reminder: SentReminder) -> str:
    """A reminder by its message, which tells the time, else by its day and its way."""
    message_id = reminder.message_id
    if message_id is None or (message_id not in case.statistics.bound and message_id not in case.outside):
        return reminder_text(reminder, _message_text(case, message_id))
    return _message_text(case, message_id)


def _message_text(case: ReportInput, message_id: MessageId | None) -> str:
    """A message by its time and id, as both sides can find it on Chatwork; and that the package lacks it, if so."""
    if message_id is None:
        return ""
    message = case.statistics.bound.get(message_id)
    sent = case.outside.get(message_id) if message is None else message.send_time
    at = "" if sent is None else say("{send_time} の", send_time=minute_text(sent))
    note = say("。今回の資料には含まれません") if message is None else _kept_text(message)
    return say("{at}メッセージ(ID {message_id}{note})", at=at, message_id=message_id, note=note)


def _kept_text(message: Message) -> str:
    """That the reader does not find there what is meant, and that it is kept; empty if it stands as it was."""
    if message.texts and message.last_shown is State.DELETED:
        return say("。その後に削除。削除前の文面は保存しています")
    is_edited = message.was_edited and len({one.body for one in message.texts}) > 1
    return say("。その後に編集。編集前の文面も保存しています") if is_edited else ""
