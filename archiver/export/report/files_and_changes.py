"""Chapter 7: the files. Chapter 8: edits, deletions, departures and changes of accounts."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from archiver.chatwork.notation.parse import parse
from archiver.claims.words import change_lines, own_changes_text
from archiver.evidence.tables.events import ChangeRow
from archiver.export.pdf.blocks import Block, Bullets, Chapter, Paragraph, TableBlock
from archiver.export.report.input import ReportInput, about_text, kind_text, shorten, value_text
from archiver.export.report.message_block import PaperReferences
from archiver.export.report.statistics import MessageStatistics
from archiver.export.report.timeline import CHAT_CLOSED
from archiver.records import Attachment, CaseSide
from archiver.render.invisible_characters import visible
from archiver.render.message_body import NOWHERE, References, plain_text
from archiver.render.times import local_time
from archiver.report_language import is_english, say

MAX_EVENTS = 200
"""Changes printed at most; the others are counted."""
OFFICE_EVENTS, OFFICE_FILES = 20, 15
"""The same for an office, changes of the other side's messages first; and files."""

MAX_FILES = 1_000
"""Files printed at most, those delivered on the platform first, then the newest; the others are counted."""

_FILES = "７　納品・ファイルの一覧"
_FILE_HEADS = (
    "番号",
    "方向",
    "元のファイル名",
    "大きさ(バイト)",
    "送信日時",
    "保存日時",
    "納品",
    "SHA-256先頭16桁",
    "状態",
)
_ENGLISH_FILE_WIDTHS = (0, 0, 1.8, 0, 1.8, 1.8, 0, 0, 2.2)
"""Dates are longer in English."""
_FILE_WIDTHS = (0, 0, 2.6, 0, 1.35, 1.35, 0, 0, 2.4)

_CUT = 200
"""Characters of a text in a line of chapter 8; chapter 6 has the whole text."""


def files(case: ReportInput, _statistics: MessageStatistics) -> Chapter:
    """Chapter 7: every file, and whether its bytes were saved."""
    delivered = {one.sha256 for one in case.deliveries if one.sha256}
    attachments = case.attachments
    if not attachments:
        return Chapter(say(_FILES), (Paragraph(say("ファイルはありません。")),))
    printed = printed_files(case)
    rows = tuple(_file_row(case, one, delivered) for one in sorted(printed, key=lambda one: one.number))
    note = (
        say("「納品」の列は、報告者が納品物とするファイルと、SHA-256が一致するかどうかです。")
        if delivered
        else say("納品したファイルの入力がないため、「納品」の列の照合はしていません。")
    )
    blocks = [Paragraph(note, "small"), *_left_out_note(case, len(attachments) - len(rows))]
    return Chapter(
        say(_FILES),
        (
            *blocks,
            TableBlock(tuple(map(say, _FILE_HEADS)), _ENGLISH_FILE_WIDTHS if is_english() else _FILE_WIDTHS, rows, 7),
        ),
    )


def printed_files(case: ReportInput) -> list[Attachment]:
    """The files that are listed: those delivered on the platform, then the newest."""
    delivered = {one.sha256 for one in case.deliveries if one.sha256}
    ranked = sorted(case.attachments, key=lambda one: (one.sha256 in delivered, one.uploaded_at), reverse=True)
    return ranked[: OFFICE_FILES if case.is_short else MAX_FILES]


def _left_out_note(case: ReportInput, count: int) -> Iterator[Paragraph]:
    if count:
        where = _where_text(case, "files.csv")
        text = say(
            "全{n:,}点のうち、納品したものと新しいものを載せました。ほか{count:,}点は{where}。",
            n=len(case.attachments),
            count=count,
            where=where,
        )
        yield Paragraph(text)


def _where_text(case: ReportInput, name: str) -> str:
    """Where the rest of a table can be read, in words; only a package for a lawyer has the tables."""
    return (
        say(" {name} にあります", name=name)
        if case.profile == "lawyer"
        else say("この資料に載せていません(保管庫にはあります)")
    )


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


def changes(case: ReportInput, statistics: MessageStatistics) -> Chapter:
    """Chapter 8: when each change was noticed, and what had been there before."""
    blocks: list[Block] = [
        Paragraph(
            say(
                "変更の時刻は、最後に変更前を確認した時刻(「-」は不明)と、変更を検知した時刻の間です。"
                "だれが変更したかは、応答に含まれません。"
            )
        ),
        Paragraph(own_changes_text(statistics.facts)),
        Bullets(tuple(line for _kind, line in change_lines(statistics.facts.changed))),
    ]
    changed = sorted(
        (one for one in case.events if not one.kind.startswith("保存できなかった期間")),
        key=lambda one: (one.at, one.seq),
    )
    sides = statistics.side_of
    ranked = sorted(
        changed, key=lambda one: (case.is_short and sides.get(one.no or 0) is CaseSide.COUNTERPART, one.at, one.seq)
    )
    printed = sorted(ranked[-(OFFICE_EVENTS if case.is_short else MAX_EVENTS) :], key=lambda one: (one.at, one.seq))
    left = len(changed) - len(printed)
    if left:
        text = "ほかの{n}件は{where}。" if case.is_short else "古いもの{n}件は{where}。"
        blocks.append(Paragraph(say(text, n=left, where=_where_text(case, "events.csv"))))
    references_of = {int(room.room_id): PaperReferences(case, room).references for room in case.rooms}
    lists = {int(room.room_id): room.watch.last for room in case.rooms if room.inaccessible_since is not None}
    rows = tuple(
        _change_row(event, statistics, references_of.get(event.room_id, NOWHERE), lists.get(event.room_id))
        for event in printed
    )
    if case.ends_at is not None and any(case.ends_at <= datetime.fromisoformat(one.at) for one in changed):
        text = "期間の後に検知した変更は、期間の後の確認をこの資料に含めないため、期間内の最後の確認を記しています。"
        blocks.append(Paragraph(say(text)))
    heads = (say("検知日時"), say("種類"), say("対象"), say("前の内容 → 後の内容"), say("最後に変更前を確認した日時"))
    blocks.append(
        TableBlock(heads, (1.15, 1.3, 1.2, 3, 1.15), rows, 7.5) if rows else Paragraph(say("変更の記録はありません。"))
    )
    return Chapter(say("８\u3000編集・削除・退席・アカウント変更の記録"), tuple(blocks))


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
