"""Appendix A, 「付録A 全メッセージ」: every message as PDF volumes, each made by a process of its own.

A volume is bounded by messages and by signs. Two are laid out at a time.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from archiver.export.pdf.blocks import Block, Chapter, MessageBlock, Paragraph, Report, Subheading
from archiver.export.pdf.worker import PdfJob
from archiver.export.report.chapters import COURT_MARGIN, MARGIN
from archiver.export.report.gap_blocks import GapBlocks
from archiver.export.report.input import ReportInput
from archiver.export.report.message_block import PaperReferences, message_block
from archiver.records import Conversation
from archiver.render.times import day, stamp
from archiver.render.visible import visible

MOST_MESSAGES = 2_500
MOST_SIGNS = 800_000
"""Of texts and heads in one volume: long messages take as much room as many."""

AT_ONCE = 2
"""Volumes that are laid out side by side; each takes up to half a gigabyte."""

_LINE = 3
"""What a line feed counts: a line takes room however short it is."""

TITLE = "付録A　全メッセージ"
NAME = "report_all_messages-{number:02}.pdf"


class _Volume(NamedTuple):
    """A block with the room and the day under which it stands."""

    room: Conversation
    day: str
    block: Block


def volumes(case: ReportInput, folder: Path) -> Iterator[Path]:
    """Make `report_all_messages-01.pdf` and so on in a folder, in order; a case without messages gives one.

    Raises PdfUnavailable, PdfFailed, OSError.
    """
    for number, made in enumerate(_made(volume_reports(case), case), 1):
        path = folder / NAME.format(number=number)
        path.write_bytes(made)
        yield path


def _made(reports: Iterable[Report], case: ReportInput) -> Iterator[bytes]:
    """The PDFs in the order of their reports. Raises PdfUnavailable, PdfFailed."""
    waiting: deque[PdfJob] = deque()
    try:
        for report in reports:
            waiting.append(PdfJob(report, at=case.created_at))
            if len(waiting) == AT_ONCE:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    finally:
        for one in waiting:
            one.drop()


def volume_reports(case: ReportInput) -> Iterator[Report]:
    """The volumes as values, one at a time."""
    number = 0
    for number, pieces in enumerate(_bounded(_pieces(case)), 1):
        yield _volume(case, number, pieces)
    if not number:
        yield _volume(case, 1, [])


def _pieces(case: ReportInput) -> Iterator[_Volume]:
    for room in case.rooms:
        around, breaks = PaperReferences(case, room), GapBlocks(room, pauses=True)
        shown = ""
        for message in room.messages():
            shown = day(message.send_time)
            yield from (_Volume(room, shown, one) for one in breaks.before(message))
            yield _Volume(room, shown, message_block(message, around))
        yield from (_Volume(room, shown, one) for one in breaks.rest())


def _bounded(pieces: Iterable[_Volume]) -> Iterator[list[_Volume]]:
    """The pieces in lists that make one volume each."""
    held: list[_Volume] = []
    messages = signs = 0
    for piece in pieces:
        is_message = isinstance(piece.block, MessageBlock)
        size = _signs(piece.block)
        if held and is_message and (messages == MOST_MESSAGES or signs + size > MOST_SIGNS):
            yield held
            held, messages, signs = [], 0, 0
        held.append(piece)
        messages, signs = messages + is_message, signs + size
    if held:
        yield held


def _signs(block: Block) -> int:
    if not isinstance(block, MessageBlock):
        return 0
    texts = [block.head, *(text for part in block.parts for text in (part.label, part.text)), *block.notes]
    return sum(len(text) + _LINE * text.count("\n") for text in texts)


def _volume(case: ReportInput, number: int, pieces: list[_Volume]) -> Report:
    numbers = [piece.block.number for piece in pieces if isinstance(piece.block, MessageBlock)]
    span = f"{numbers[0]} から {numbers[-1]}、{len(numbers):,}件" if numbers else "発言はありません"
    court = case.profile == "court"
    reference = f"管理番号 {case.name}"
    title = f"{TITLE} 第{number}巻"
    return Report(
        title=title,
        author=case.owner_name,
        header=f"{title}({span})" + (f"　{reference}" if court else ""),
        reference=reference,
        exhibit="甲第　　号証" if court else None,
        footer=f"作成 {stamp(case.created_at)}(日本時間)",
        left_margin=COURT_MARGIN if court else MARGIN,
        chapters=tuple(_chapters(case, pieces)),
    )


def _chapters(case: ReportInput, pieces: list[_Volume]) -> Iterator[Chapter]:
    """A chapter for each room of the volume, in it a heading for each day."""
    if not pieces:
        yield Chapter("発言はありません", (Paragraph("この報告書の範囲に、保存した発言はありません。"),))
    for room in case.rooms:
        blocks: list[Block] = []
        shown = None
        for piece in pieces:
            if piece.room is not room:
                continue
            if piece.day != shown:
                shown = piece.day
                blocks += [Subheading(shown)] if shown else []
            blocks.append(piece.block)
        if blocks:
            yield Chapter(f"チャット「{visible(room.room_name)}」(ルームID {room.room_id})", tuple(blocks))
