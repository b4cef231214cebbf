"""Chapter 7: the files. Chapter 8: edits, deletions, departures and changes of accounts."""

from __future__ import annotations

from datetime import datetime

from archiver.chatwork.notation.parse import parse
from archiver.evidence.tables.events import ChangeRow
from archiver.export.pdf.blocks import Chapter
from archiver.export.report import templated
from archiver.export.report.input import ReportInput, about_text, kind_text, shorten, value_text
from archiver.export.report.message_block import PaperReferences
from archiver.export.report.statistics import MessageStatistics
from archiver.export.report.timeline import CHAT_CLOSED
from archiver.records import Attachment, CaseSide
from archiver.render.invisible_characters import visible
from archiver.render.message_body import NOWHERE, References, plain_text
from archiver.render.times import local_time
from archiver.report_language import say

MAX_EVENTS = 200
"""Changes printed at most; the others are counted."""
OFFICE_EVENTS, OFFICE_FILES = 20, 15
"""The same for an office, changes of the other side's messages first; and files."""

MAX_FILES = 1_000
"""Files printed at most, those delivered on the platform first, then the newest; the others are counted."""

_CUT = 200
"""Characters of a text in a line of chapter 8; chapter 6 has the whole text."""


def chapters(case: ReportInput, statistics: MessageStatistics) -> list[Chapter]:
    """Every file, and whether its bytes were saved; when each change was noticed, and what had been there before."""
    delivered = {one.sha256 for one in case.deliveries if one.sha256}
    printed = sorted(printed_files(case), key=lambda one: one.number)
    told = (one for one in case.events if not one.kind.startswith("保存できなかった期間"))
    changed = sorted(told, key=lambda one: (one.at, one.seq))
    sides = statistics.side_of
    ranked = sorted(changed, key=lambda one: case.is_short and sides.get(one.no or 0) is CaseSide.COUNTERPART)
    shown = sorted(ranked[-(OFFICE_EVENTS if case.is_short else MAX_EVENTS) :], key=lambda one: (one.at, one.seq))
    references_of = {int(room.room_id): PaperReferences(case, room).references for room in case.rooms}
    lists = {int(room.room_id): room.watch.last for room in case.rooms if room.inaccessible_since is not None}
    return templated.chapters(
        "report_changes.txt",
        case,
        statistics,
        delivered=delivered,
        files=[_file_row(case, one, delivered) for one in printed],
        left=len(changed) - len(shown),
        is_after=case.ends_at is not None and any(case.ends_at <= datetime.fromisoformat(one.at) for one in changed),
        changes=[
            _change_row(one, statistics, references_of.get(one.room_id, NOWHERE), lists.get(one.room_id))
            for one in shown
        ],
    )


def printed_files(case: ReportInput) -> list[Attachment]:
    """The files that are listed: those delivered on the platform, then the newest."""
    delivered = {one.sha256 for one in case.deliveries if one.sha256}
    ranked = sorted(case.attachments, key=lambda one: (one.sha256 in delivered, one.uploaded_at), reverse=True)
    return ranked[: OFFICE_FILES if case.is_short else MAX_FILES]


def _file_row(case: ReportInput, attachment: Attachment, delivered: set[str]) -> tuple[str, ...]:
    way = say("送信") if attachment.account_id == case.owner_id else say("受信")
    same = say("一致") if attachment.sha256 is not None and attachment.sha256 in delivered else "-"
    digest = (attachment.sha256 or "-")[:16]
    saved = local_time(attachment.saved_at) if attachment.saved_at else "-"
    return (
        attachment.number,
        way,
        visible(attachment.name),
        f"{attachment.size:,}",
        local_time(attachment.uploaded_at),
        saved,
        same,
        digest,
        _state_text(attachment),
    )


def _state_text(attachment: Attachment) -> str:
    words = (
        [say("保存済み")]
        if attachment.sha256 is not None
        else [say("保存できていません: {reason}", reason=say(attachment.reason or "理由は不明"))]
    )
    if attachment.gone_since is not None:
        words.append(say("{gone_since} 以降Chatworkに表示されません", gone_since=local_time(attachment.gone_since)))
    if attachment.sha256 is not None and attachment.reason:
        words.append(say(attachment.reason))
    return "\n".join(words)


def _change_row(
    event: ChangeRow, statistics: MessageStatistics, references: References, last_list: datetime | None
) -> tuple[str, ...]:
    """The row of a change; a chat was last seen open with its last list, where it is still closed."""
    about = about_text(event) if event.no is None else f"No.{event.no}{_author_text(event.no, statistics)}"
    before, after = (_cell_text(event, value, references) for value in (event.before, event.after))
    texts = f"{before or '-'} → {after or '-'}" if before or after else ""
    last = _time_text(event.last_before) if event.last_before else "-"
    if event.kind == CHAT_CLOSED and last_list is not None and last_list <= datetime.fromisoformat(event.at):
        last = local_time(last_list)
    return (_time_text(event.at), kind_text(event), about, texts, last)


def _author_text(no: int, statistics: MessageStatistics) -> str:
    return say("\n{side}のメッセージ", side=say(statistics.side_of[no])) if no in statistics.side_of else ""


def _time_text(at: str) -> str:
    return local_time(datetime.fromisoformat(at))


def _cell_text(event: ChangeRow, value: str, references: References) -> str:
    """A value as a cell shows it; in texts of messages, tasks and descriptions tags become words."""
    tagged = event.no is not None or event.kind.startswith(("タスク", "チャットの概要"))
    shown = value_text(event, value)
    return shorten(plain_text(parse(value), references) if tagged and shown == value else shown, _CUT)
