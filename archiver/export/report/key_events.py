"""The events on page 1 of the report: the last reply and the changes that were noticed, as facts with a date."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import datetime

from archiver.claims.messages import closed_account, last_notice, last_reply, turn
from archiver.claims.quotations import Quotation, excerpts, names_terms, quotation_head, quotation_line, quotation_parts
from archiver.claims.table import word
from archiver.claims.words import (
    change_lines,
    closed_text,
    own_changes_text,
    reply_label,
    reply_text,
    turn_lines,
    waiting_text,
)
from archiver.evidence.tables.events import ChangeRow
from archiver.export.pdf.blocks import MessageText, QuotedMessage
from archiver.export.report.input import ReportInput, about_text, kind_text, shorten_line, value_text
from archiver.export.report.message_block import references_of
from archiver.export.report.request_to_office import shown_name
from archiver.export.report.statistics import MessageStatistics
from archiver.records import State
from archiver.render.invisible_characters import visible
from archiver.render.snippet import own_words
from archiver.render.times import date_text, local_time
from archiver.report_language import say

MAX_LINES = 12
"""Lines on page 1 at most; chapter 8 has all changes."""

_TURNS = ("表示名が変わった", "参加者の一覧に表示されなくなった")
_DESCRIBED = "チャットの概要が変わった"
_CUT = 45
_NAME_LENGTH, _QUOTED_LENGTH, _ASKED_LENGTH = 40, 76, 60
"""Characters of a name, of a text in half the width, four lines of it, and of one in two lines, at most."""


def quoted_messages(case: ReportInput, statistics: MessageStatistics) -> tuple[QuotedMessage, ...]:
    """The messages of the other side that page 1 quotes, before and after their change."""
    return tuple(_quoted_message(case, one) for one in statistics.quotations.value)


def _quoted_message(case: ReportInput, quoted: Quotation) -> QuotedMessage:
    texts = excerpts(_shown_texts(case, quoted), _QUOTED_LENGTH)
    parts = tuple(MessageText(label, text) for label, text in quotation_parts(quoted, texts))
    return QuotedMessage(quotation_head(quoted, shorten_line(visible(quoted.message.name), _NAME_LENGTH)), parts)


def quotation_lines(case: ReportInput, statistics: MessageStatistics, limit: int) -> tuple[list[str], list[str]]:
    """The same quotations in one sentence each: of what was deleted, and the others."""
    lines: tuple[list[str], list[str]] = ([], [])
    for quoted in statistics.quotations.value:
        line = quotation_line(quoted, excerpts(_shown_texts(case, quoted), limit), time=_short_date)
        lines[not quoted.is_deleted].append(say("{line}。", line=line))
    return lines


def _short_date(at: datetime) -> str:
    """A day in little room: `5 Nov 2026` in English."""
    return re.sub("([A-Z][a-z]{2})[a-z]+", r"\1", date_text(at))


def _shown_texts(case: ReportInput, quoted: Quotation) -> Sequence[str]:
    references = references_of(case, quoted.message)
    return [visible(own_words(one.body, references)) for one in quoted.shown]


def events_text(case: ReportInput, statistics: MessageStatistics) -> str:
    """The events, one fact a line; of many changes the latest, and a count of the others."""
    fixed_lines = [
        *_last_reply_lines(case, statistics),
        *_account_line(statistics),
        *_changed_lines(statistics),
        *_closed_line(case),
    ]
    closed = closed_account(statistics.facts).value
    told = None if closed is None else closed.sign.seq  # its own line above tells it
    changes = [_change_line(event) for event in case.events if _is_told(event) and event.seq != told]
    space = max(0, MAX_LINES - len(fixed_lines))
    shown_changes = changes[max(0, len(changes) - space) :]
    more = len(changes) - len(shown_changes)
    lines = [*fixed_lines, *shown_changes, *([say("ほかの変更 {more}件。", more=more)] if more else [])]
    return "\n".join(lines) or say("変更・削除の記録はありません。")


def descriptions_text(case: ReportInput) -> str:
    """The descriptions of the chats that name money or days, as they were seen last; perhaps empty."""
    told = ((visible(own_words(room.description)), room.watch.last) for room in case.rooms)
    return "\n".join(
        say("「{text}」({at}に確認)", text=excerpts([text], _QUOTED_LENGTH)[0], at=date_text(at))
        for text, at in told
        if at is not None and names_terms(text)
    )


def _last_reply_lines(case: ReportInput, statistics: MessageStatistics) -> Iterator[str]:
    facts = statistics.facts
    reply, notice = last_reply(facts), last_notice(facts)
    if reply.value is None:
        yield say("{reply_label}: {reply}。", reply_label=reply_label(reply), reply=reply_text(reply))
    else:
        yield say(
            "{reply_label}は {reply}。",
            reply_label=reply_label(reply),
            reply=reply_text(reply, None, f"No.{reply.value.no}"),
        )
    yield from (say("{line}。", line=line) for line in turn_lines(turn(facts), case.created_at, shown=shown_name))
    if statistics.asked is not None and waiting_text(turn(facts), case.created_at):
        body = visible(own_words(statistics.asked.body, references_of(case, statistics.asked)))
        yield word("quote.asked", text=excerpts([body], _ASKED_LENGTH)[0])
    if notice is not None and reply.value is not None:
        form = say("Chatworkの自動メッセージの形のもの(相手の名義。この形は誰でも書けます)")
        yield say("その後、{form}{at}(No.{no})。", form=form, at=local_time(notice.at), no=notice.no)


def _changed_lines(statistics: MessageStatistics) -> Iterator[str]:
    """How many messages of whom changed; the reporter's own beside quotations of the other side, also none."""
    yield from (say("{line}。", line=line) for _kind, line in change_lines(statistics.facts.changed))
    if any(one.became is not State.PRESENT for one in statistics.quotations.value):
        yield say("{line}。", line=own_changes_text(statistics.facts))


def _account_line(statistics: MessageStatistics) -> Iterator[str]:
    text = closed_text(closed_account(statistics.facts))
    if text:
        yield say("{text}。", text=text)


def _closed_line(case: ReportInput) -> Iterator[str]:
    """The chats that are no longer accessible, in one line."""
    since = sorted(room.inaccessible_since for room in case.rooms if room.inaccessible_since)
    if since:
        many = say("{n}つの", n=len(since)) if len(since) > 1 else ""
        yield say(
            "{since} {many}チャットが開けなくなっていることを確認(理由不明)。", since=local_time(since[0]), many=many
        )


def _is_told(event: ChangeRow) -> bool:
    return event.kind in _TURNS or (event.kind == _DESCRIBED and names_terms(event.before + event.after))


def _change_line(event: ChangeRow) -> str:
    before, after = value_text(event, event.before), value_text(event, event.after)
    if event.kind == _DESCRIBED:
        before, after = excerpts([own_words(before), own_words(after)], _CUT // 2 - 4)
    about = f"{before} → {after}" if before and after else after or about_text(event)
    return f"{date_text(datetime.fromisoformat(event.at))} {kind_text(event)}: {shorten_line(about, _CUT)}"
