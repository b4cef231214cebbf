"""Chapter 6: the chosen messages, each with five before and after it, and how many are left out between.

If the user chose none, a rule does: every changed message, every message with a file, the last exchange. The chapter
states which of the two it was. A gap of the record is shown at its place, or counted where messages are left out.
"""

from __future__ import annotations

import sys
from collections import deque
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import Generic, TypeVar

from archiver.export.pdf.blocks import Block, Chapter, Interruption, Paragraph, Subheading
from archiver.export.report.input import ReportInput, chat_text
from archiver.export.report.message_block import GapBlocks, PaperReferences, message_block
from archiver.export.report.statistics import BOUND, CHANGED, LAST, LAST_MESSAGES, MessageStatistics
from archiver.records import Conversation
from archiver.report_language import is_english, say

MAX_BY_RULE = 200
"""Messages that the rule chooses at most: changed ones first, then the newest. The user's choice has no limit."""
MAX_FOR_OFFICE, OFFICE_CONTEXT = 16, 1
"""The same for an office, and how many before and after each: what page 1 quotes first, then what facts name."""
_OFFICE_LENGTHS = (300, 1_200)
"""Characters of a text at most for an office: beside the chosen messages, and of these."""

_TITLE = "６　問題となるメッセージの抜粋"
_BY_RULE = (
    "抜粋は自動選択です(編集・「削除」表示・表示なしになったメッセージ、ファイルの付いたメッセージ、最後のやり取り。★印)。"
    "前後{context}件ずつを省略せずに載せ、全文は{whole}。"
)
_FOR_OFFICE = (
    "抜粋は自動選択です(1ページ目に引用したメッセージ、報告者が入力で示したメッセージ、編集・「削除」表示・表示なしになったメッセージ、最後の{last}件。"
    "★印)。前後{context}件ずつを載せ、全文は{whole}。"
)
_BY_USER = "抜粋(★印)は報告者が選びました。前後{context}件ずつを省略せずに載せ、全文は{whole}。"


def chapter(case: ReportInput, statistics: MessageStatistics) -> Chapter:
    """The chapter with the chosen messages of every room."""
    chosen, left = chosen_messages(case, statistics)
    rule = say(_FOR_OFFICE, last=LAST_MESSAGES, context=OFFICE_CONTEXT, whole=whole_text(case))
    note = (
        rule if case.is_short else say(_BY_USER if case.chosen else _BY_RULE, context=CONTEXT, whole=whole_text(case))
    )
    blocks: list[Block] = [Paragraph(note)]
    if left:
        blocks.append(Paragraph(say("条件に合うメッセージのうち{left}件は、抜粋に載せていません。", left=left)))
    if not chosen:
        return Chapter(say(_TITLE), (*blocks, Paragraph(say("条件に合うメッセージはありません。"))))
    for room in case.rooms:
        if len(case.rooms) > 1:
            blocks.append(Subheading(chat_text(room)))
        blocks += room_blocks(case, room, chosen)
    return Chapter(say(_TITLE), tuple(blocks))


def whole_text(case: ReportInput) -> str:
    """Where the full text of all messages can be read, in words."""
    if case.excerpt_only:
        return say("報告者が保管しています(秘密保持の約束があるため、この資料には入れていません)")
    if case.profile == "support":
        return say("報告者が読んだものだけ 02_messages.csv にあります")
    where = {"court": say("保存できたメッセージ(甲001の2.pdf から)")}
    file = where.get(case.profile, " messages.csv ")
    return say("{file}にあります", file=file.strip() if is_english() else file)


def chosen_messages(case: ReportInput, statistics: MessageStatistics) -> tuple[Collection[str], int]:
    """The ids of the chosen messages, and how many of those that fit the rule are left out."""
    if case.chosen:
        return frozenset(case.chosen), 0
    reasons, quoted = statistics.excerpt_reasons, {one.message.message_id for one in statistics.quotations.value}
    order = (CHANGED, LAST, BOUND) if case.is_short else (CHANGED,)
    ranks = {one: (one in quoted, order.index(why) if why in order else -1, int(one)) for one, why in reasons.items()}
    first, limit = sorted(ranks, key=ranks.__getitem__, reverse=True), MAX_FOR_OFFICE if case.is_short else MAX_BY_RULE
    return frozenset(first[:limit]), max(0, len(first) - limit)


def room_blocks(case: ReportInput, room: Conversation, chosen: Collection[str]) -> Iterator[Block]:
    """The chosen messages of one room with their context, and counts of the omitted ones."""
    paper, breaks = PaperReferences(case, room), GapBlocks(room, pauses=False)
    context = OFFICE_CONTEXT if case.is_short else CONTEXT
    for piece in select_excerpt(room.messages(), lambda message: message.message_id in chosen, context=context):
        if isinstance(piece, OmittedMessages):
            yield _elision(piece.first.no, piece.last.no, piece.count, len(list(breaks.before(piece.last))))
        else:
            yield from breaks.before(piece.item)
            limit = _OFFICE_LENGTHS[piece.star] if case.is_short else sys.maxsize
            yield message_block(piece.item, paper, star=piece.star, limit=limit)
    yield from breaks.rest()


def _elision(first: int, last: int, count: int, gaps: int) -> Interruption:
    numbers = f"No.{first}" if count == 1 else say("No.{first}から{last}", first=first, last=last)
    hidden = say("。この間に保存できなかった期間{gaps}か所(第9章)", gaps=gaps) if gaps else ""
    return Interruption(say("(中略 {count}件\u3000{numbers}{hidden})", count=count, numbers=numbers, hidden=hidden))


Item = TypeVar("Item")

CONTEXT = 5
"""Messages shown before and after each chosen one, as a quotation without context is not trusted."""


@dataclass(frozen=True)
class ExcerptMessage(Generic[Item]):
    """A message of the excerpt."""

    item: Item
    star: bool
    """Whether it was chosen itself, and is not only context."""


@dataclass(frozen=True)
class OmittedMessages(Generic[Item]):
    """Consecutive messages that are left out."""

    first: Item
    last: Item
    count: int


def select_excerpt(
    items: Iterable[Item], is_chosen: Callable[[Item], bool], *, context: int = CONTEXT
) -> Iterator[ExcerptMessage[Item] | OmittedMessages[Item]]:
    """Every item once and in order, either shown or counted as left out."""
    waiting: deque[Item] = deque()  # shown only if one of the next items is chosen
    omitted: OmittedMessages[Item] | None = None
    after = 0
    for item in items:
        if is_chosen(item):
            if omitted is not None:
                yield omitted
            yield from (ExcerptMessage(one, star=False) for one in waiting)
            yield ExcerptMessage(item, star=True)
            waiting.clear()
            omitted, after = None, context
        elif after:
            yield ExcerptMessage(item, star=False)
            after -= 1
        else:
            waiting.append(item)
            if len(waiting) > context:
                omitted = _extend_omitted(omitted, waiting.popleft())
    for left_over in waiting:
        omitted = _extend_omitted(omitted, left_over)
    if omitted is not None:
        yield omitted


def _extend_omitted(omitted: OmittedMessages[Item] | None, item: Item) -> OmittedMessages[Item]:
    return (
        OmittedMessages(item, item, 1) if omitted is None else OmittedMessages(omitted.first, item, omitted.count + 1)
    )
