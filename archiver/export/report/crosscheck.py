"""Chapter 2: what the reader can compare with the platform's own records, and on which screen.

A support agent cannot check a digest but can open the contract: these rows are what convinces first.
"""

from __future__ import annotations

from collections.abc import Iterator

from archiver.contract_dates import Agreement, Point, points
from archiver.export.attachments import exhibits, label
from archiver.export.pdf.blocks import Block, Bullets, Chapter, Paragraph, TableBlock
from archiver.export.report.input import BLANK, STATED, ReportInput
from archiver.export.report.outside_contact import BEFORE, begun
from archiver.export.report.people import PersonSummary, counterparts
from archiver.export.report.statistics import MessageStatistics
from archiver.platforms.platform import Platform, platform_of
from archiver.records import Enclosure
from archiver.render.times import stamp
from archiver.render.visible import visible

_HEADS = ("番号", "照合項目", "{name}の記録(日時)", "本記録(番号)", "一致", "確認できる画面")
_AGREE = {
    Agreement.SAME_BYTES: "サイズ・SHA-256とも同じ",
    Agreement.STATED: "報告者による対応づけ",
    Agreement.NONE: "-",
}
_MOST_PEOPLE = 5
KINDS = {"screenshot": "画面の写し", "notice": "通知", "mail": "メール", "invoice": "請求書", "other": "その他"}


def chapter(case: ReportInput, found: MessageStatistics) -> Chapter:
    """A table of points, and what the user enclosed."""
    words = platform_of(case.contract.platform)
    rows = [(f"K-{number}", *row) for number, row in enumerate(_points(case, found, words), 1)]
    heads = tuple(head.format(name=words.where) for head in _HEADS)
    told = f"「{words.where}の記録」の列は{STATED}です。右端の列の画面で確認できます。"
    blocks: list[Block] = [Paragraph(told), TableBlock(heads, (0, 1.2, 2, 2, 1.1, 1.3), tuple(rows))]
    numbers = (
        {one.number: f"甲{number}" for number, one in exhibits(case.enclosures)} if case.profile == "court" else {}
    )
    enclosed = [_enclosed(one, numbers.get(one.number, label(one))) for one in case.enclosures]
    if enclosed:
        blocks += [Paragraph("報告者が添えた資料", "strong"), Bullets(tuple(enclosed))]
    return Chapter(f"２　{words.side}の記録と照合できる点", tuple(blocks), new_page=True)


def _points(case: ReportInput, found: MessageStatistics, words: Platform) -> Iterator[tuple[str, str, str, str, str]]:
    one = case.contract
    yield (
        "契約",
        f"契約ID {one.platform_id or BLANK}\n仕事名「{one.title or BLANK}」",
        "この報告書の対象",
        "-",
        words.contract_screen,
    )
    yield (
        "相手の同一性",
        f"表示名「{one.client or BLANK}」",
        _counterpart(case),
        "報告者による対応づけ",
        words.message_screen,
    )
    for clue, told in case.clues.items():
        yield clue, told or BLANK, _counterpart(case), "報告者による対応づけ", words.message_screen
    yield "契約日", one.contracted_on or BLANK, _first(case, found), "-", words.contract_screen
    yield "仮払い完了", one.escrowed_at or BLANK, _same(case, found), "-", words.contract_screen
    if words.outside:
        asked = f"申請 {one.contact_requested_on or BLANK}\n承認 {one.contact_approved_on or BLANK}"
        yield words.outside, asked, _same(case, found), "-", f"{words.message_screen}の申請ステータス"
    for point in points(case.deliveries, case.attachments):
        yield _delivery(point, words)
    if not case.deliveries:
        yield "納品物", BLANK, f"送信したファイル {_sent(case)}点(第7章)", "-", words.delivery_screen


def _delivery(point: Point, words: Platform) -> tuple[str, str, str, str, str]:
    one = point.delivery
    size = "" if one.size is None else f" {one.size:,}バイト"
    stated = f"{one.at} {visible(one.name or 'ファイル名の記録なし')}{size}"
    return "納品物", stated, _where(point), _AGREE[point.agreement], words.delivery_screen


def _where(point: Point) -> str:
    """The file of the record; without a digest or a file of the user's there was nothing to compare it with."""
    if point.file is not None:
        return f"{point.file.number} {stamp(point.file.uploaded_at)}"
    if point.delivery.sha256 is None and point.delivery.file_id is None:
        return "ファイルの入力なし(照合していません)"
    return "本記録に同じファイルはありません"


def _counterpart(case: ReportInput) -> str:
    others = counterparts(case)
    shown = [f"{visible(one.name)}{_ids(account, one)}" for account, one in others[:_MOST_PEOPLE]]
    more = len(others) - len(shown)
    return "\n".join([*shown, *([f"ほか{more}名(第3章)"] if more else [])]) or "なし"


def _ids(account: int, one: PersonSummary) -> str:
    """The Chatwork ID first: it is what is exchanged on the platform."""
    known = f"\n　Chatwork ID {visible(one.chatwork_ids[-1].text)}" if one.chatwork_ids else ""
    return f"{known}\n　アカウントID {account}"


def _first(case: ReportInput, found: MessageStatistics) -> str:
    sent = begun(case, found)
    if sent is not None and (found.first is None or sent != found.first.send_time):
        return f"最初の発言 {stamp(sent)}({BEFORE})"
    return "発言なし" if found.first is None else f"最初の発言 No.{found.first.no} {stamp(found.first.send_time)}"


def _same(case: ReportInput, found: MessageStatistics) -> str:
    """The first message again, short: it was told one row above."""
    is_here = found.first is not None and begun(case, found) == found.first.send_time
    return f"同上(No.{found.first.no})" if found.first is not None and is_here else _first(case, found)


def _sent(case: ReportInput) -> int:
    return sum(1 for one in case.attachments if one.account_id == case.owner_id)


def _enclosed(one: Enclosure, called: str) -> str:
    """Under the number that its file has in the package."""
    words = [f"{called} {KINDS.get(one.kind, visible(one.kind))} {visible(one.name)}", one.dated, one.note]
    return " ".join(word for word in words if word)
