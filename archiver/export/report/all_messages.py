"""Appendix A, 「付録A 保存できたメッセージ」: every message as PDF volumes, each made by a process of its own.

A volume has limits for messages and for characters. Two volumes are laid out at a time.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from archiver.export.pdf.blocks import Block, Chapter, MessageBlock, Paragraph, Report, Subheading
from archiver.export.pdf.typst_pdf import PdfJob
from archiver.export.report.excerpt import GapBlocks, PaperReferences, message_block
from archiver.export.report.message_statistics import ReportInput
from archiver.export.report.report_and_consultation import framed
from archiver.export.report.report_sources import chat_text
from archiver.records import Conversation
from archiver.render.times import day_text
from archiver.report_language import say

MAX_MESSAGES = 2_500
MAX_CHARACTERS = 800_000
"""Characters of texts and heads in one volume: a few long messages take as much space as many short ones."""

AT_ONCE = 2
"""Volumes that are laid out in parallel; each takes up to half a gigabyte of memory."""

_LINE = 3
"""The characters that a line feed counts as, because a short line takes the space of a full one."""

TITLE = "付録A　保存できたメッセージ"
NAME = "report_all_messages-{number:02}.pdf"


class _PlacedBlock(NamedTuple):
    """A block with its room and the heading of its day."""

    room: Conversation
    day: str
    block: Block


def write_volumes(case: ReportInput, folder: Path) -> Iterator[Path]:
    """Write `report_all_messages-01.pdf` and so on into a folder, in order; without messages there is one volume.

    Raises PdfUnavailable, PdfFailed, OSError.
    """
    for number, content in enumerate(_make_pdfs(volume_reports(case), case), 1):
        path = folder / NAME.format(number=number)
        path.write_bytes(content)
        yield path


def _make_pdfs(reports: Iterable[Report], case: ReportInput) -> Iterator[bytes]:
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
        for job in waiting:
            job.stop()


def volume_reports(case: ReportInput) -> Iterator[Report]:
    """The reports of the volumes, one at a time."""
    number = 0
    for number, pieces in enumerate(_split_volumes(_placed_blocks(case)), 1):
        yield _volume_report(case, number, pieces)
    if not number:
        yield _volume_report(case, 1, [])


def _placed_blocks(case: ReportInput) -> Iterator[_PlacedBlock]:
    for room in case.rooms:
        paper, breaks = PaperReferences(case, room), GapBlocks(room, pauses=True)
        heading = ""
        for message in room.messages():
            heading, between = day_text(message.send_time), list(breaks.before(message))
            if message.entry_seq > case.filed.upto:
                yield from (_PlacedBlock(room, heading, block) for block in between)
                yield _PlacedBlock(room, heading, message_block(message, paper))
        yield from (_PlacedBlock(room, heading, block) for block in breaks.rest())


def _split_volumes(pieces: Iterable[_PlacedBlock]) -> Iterator[list[_PlacedBlock]]:
    """The blocks in lists, one for each volume."""
    volume: list[_PlacedBlock] = []
    messages = characters = 0
    for piece in pieces:
        is_message = isinstance(piece.block, MessageBlock)
        size = _count_characters(piece.block)
        if volume and is_message and (messages == MAX_MESSAGES or characters + size > MAX_CHARACTERS):
            yield volume
            volume, messages, characters = [], 0, 0
        volume.append(piece)
        messages, characters = messages + is_message, characters + size
    if volume:
        yield volume


def _count_characters(block: Block) -> int:
    if not isinstance(block, MessageBlock):
        return 0
    texts = [block.head, *(text for part in block.parts for text in (part.label, part.text)), *block.notes]
    return sum(len(text) + _LINE * text.count("\n") for text in texts)


def _volume_report(case: ReportInput, number: int, pieces: list[_PlacedBlock]) -> Report:
    numbers = [piece.block.number for piece in pieces if isinstance(piece.block, MessageBlock)]
    span = (
        say("{numbers} から {numbers2}、{n:,}件", numbers=numbers[0], numbers2=numbers[-1], n=len(numbers))
        if numbers
        else say("メッセージはありません")
    )
    title = say("{title} 第{number}巻", title=say(TITLE), number=number)
    reference = say("管理番号 {name}", name=case.name)
    court = say("\u3000{reference}", reference=reference) if case.profile == "court" else ""
    return framed(case, title, _chapters(case, pieces), head=f"{title}({span}){court}")


def _chapters(case: ReportInput, pieces: list[_PlacedBlock]) -> Iterator[Chapter]:
    """A chapter for each room of the volume, with a heading for each day."""
    if not pieces:
        yield Chapter(
            say("メッセージはありません"), (Paragraph(say("この報告書の範囲に、保存したメッセージはありません。")),)
        )
    for room in case.rooms:
        blocks: list[Block] = []
        current_day = None
        for piece in pieces:
            if piece.room is not room:
                continue
            if piece.day != current_day:
                current_day = piece.day
                blocks += [Subheading(current_day)] if current_day else []
            blocks.append(piece.block)
        if blocks:
            yield Chapter(chat_text(room), tuple(blocks))
