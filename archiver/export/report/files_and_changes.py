"""Chapters 7 and 8: the files, and what changed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from archiver.chatwork.notation.parse import parse
from archiver.evidence.tables.events import ChangeRow
from archiver.export.pdf.blocks import Block, Chapter, Paragraph, TableBlock
from archiver.export.report.input import ReportInput
from archiver.export.report.message_block import PaperReferences
from archiver.export.report.statistics import MessageStatistics
from archiver.export.report.truncate import short
from archiver.platforms.platform import platform_of
from archiver.records import Attachment
from archiver.render.body import NOWHERE, References, plain
from archiver.render.times import stamp
from archiver.render.visible import visible

MOST_EVENTS = 200
"""Changes printed; the others are counted."""

MOST_FILES = 1_000
"""Files printed, those handed over on the platform first, then the newest; the others are counted."""

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
_FILE_WIDTHS = (0, 0, 2.6, 0, 1.35, 1.35, 0, 0, 2.4)

_CUT = 200
"""Signs of a text that a line of chapter 8 shows; chapter 6 has the whole."""


def files(case: ReportInput, _found: MessageStatistics) -> Chapter:
    """Every file with what became of its bytes."""
    name = platform_of(case.contract.platform).where
    delivered = {one.sha256 for one in case.deliveries if one.sha256}
    every = case.attachments
    if not every:
        return Chapter(_FILES, (Paragraph("ファイルはありません。"),))
    shown = sorted(every, key=lambda one: (one.sha256 in delivered, one.uploaded_at), reverse=True)[:MOST_FILES]
    rows = tuple(_file(case, one, delivered) for one in sorted(shown, key=lambda one: one.number))
    told = f"「納品」の列は、{name}で納品したファイルとSHA-256が一致するかどうかです。"
    blocks = [Paragraph(told, "small"), *_left_out(case, len(every) - len(rows))]
    return Chapter(_FILES, (*blocks, TableBlock(_FILE_HEADS, _FILE_WIDTHS, rows, 7)))


def _left_out(case: ReportInput, count: int) -> Iterator[Paragraph]:
    if count:
        where = _elsewhere(case, "files.csv")
        told = "点のうち、納品したものと新しいものを載せました。ほか"
        yield Paragraph(f"全{count + MOST_FILES:,}{told}{count:,}点は{where}。")


def _elsewhere(case: ReportInput, name: str) -> str:
    """Where that is which a table has no room for: only a lawyer's package has the tables."""
    return f" {name} にあります" if case.profile == "lawyer" else "この資料に載せていません(保管庫にはあります)"


def _file(case: ReportInput, one: Attachment, delivered: set[str]) -> tuple[str, ...]:
    way = "送信" if one.account_id == case.owner_id else "受信"
    same = "一致" if one.sha256 is not None and one.sha256 in delivered else "-"
    digest = (one.sha256 or "-")[:16]
    saved = stamp(one.saved_at) if one.saved_at else "-"
    return (
        one.number,
        way,
        visible(one.name),
        f"{one.size:,}",
        stamp(one.uploaded_at),
        saved,
        same,
        digest,
        _state(one),
    )


def _state(one: Attachment) -> str:
    words = ["保存済み"] if one.sha256 is not None else [f"未取得: {one.reason or '理由の記録なし'}"]
    if one.gone_since is not None:
        words.append(f"{stamp(one.gone_since)} 以降Chatworkに表示されません")
    if one.sha256 is not None and one.reason:
        words.append(one.reason)
    return "\n".join(words)


def changes(case: ReportInput, found: MessageStatistics) -> Chapter:
    """Edits, deletions, departures, names: when each was noticed and what had been there last."""
    blocks: list[Block] = [
        Paragraph(
            "変更の時刻は、最後に変更前を確認した時刻と、変更を検知した時刻の間です。だれが変更したかは、応答に含まれません。"
        ),
        Paragraph(f"報告者自身の発言で、編集または「削除」表示になったもの: {found.own_edits}件"),
    ]
    told = [event for event in case.events if not event.kind.startswith("空白")]
    shown = told[-MOST_EVENTS:]
    if len(told) > len(shown):
        blocks.append(Paragraph(f"古いもの{len(told) - len(shown)}件は{_elsewhere(case, 'events.csv')}。"))
    around = {int(room.room_id): PaperReferences(case, room).references for room in case.rooms}
    rows = tuple(_change(event, found, around.get(event.room_id, NOWHERE)) for event in shown)
    heads = ("検知日時", "種類", "対象", "前の内容 → 後の内容", "最後に変更前を確認した日時")
    blocks.append(
        TableBlock(heads, (1.15, 1.3, 1.2, 3, 1.15), rows, 7.5) if rows else Paragraph("変更の記録はありません。")
    )
    return Chapter("８　編集・削除・退席・アカウント変更の記録", tuple(blocks))


def _change(event: ChangeRow, found: MessageStatistics, references: References) -> tuple[str, ...]:
    about = event.about if event.no is None else f"No.{event.no}{_whose(event.no, found)}"
    before, after = (_text(event, told, references) for told in (event.before, event.after))
    texts = f"{before or '-'} → {after or '-'}" if before or after else ""
    last = _stamp(event.last_before) if event.last_before else "-"
    return (_stamp(event.at), event.kind, about, texts, last)


def _whose(no: int, found: MessageStatistics) -> str:
    return f"\n{found.whose[no]}の発言" if no in found.whose else ""


def _stamp(at: str) -> str:
    return stamp(datetime.fromisoformat(at))


def _text(event: ChangeRow, told: str, references: References) -> str:
    """Of a message, a task or a description with its tags as words, like in chapter 6."""
    tagged = event.no is not None or event.kind.startswith(("タスク", "チャットの概要"))
    return short(plain(parse(told), references) if tagged else told, _CUT)
