"""Appendix B, 「証拠説明書(下書き)」: the exhibits that a case gives, as a page and as a table for a spreadsheet.

What each is to prove is the user's or the lawyer's to say, so that column is left blank. For a court the list follows
the files of the package, whose names are the numbers; for a lawyer numbers may change, nothing else leans on them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from typing import NamedTuple

from archiver.evidence.tables.cells import csv_line
from archiver.export.attachments import RECORDED, exhibit_name, label
from archiver.export.attachments import exhibits as enclosures
from archiver.export.pdf.blocks import Chapter, Paragraph, Report, TableBlock
from archiver.export.report.chapters import COURT_MARGIN
from archiver.export.report.crosscheck import KINDS
from archiver.export.report.input import BLANK, ReportInput, day_of
from archiver.export.report.statistics import MessageStatistics
from archiver.platforms.platform import platform_of
from archiver.records import JST, Attachment, Enclosure
from archiver.render.times import stamp
from archiver.render.visible import visible

TITLE = "付録B　証拠説明書(下書き)"
HEADS = ("号証", "標目", "原本・写しの別", "作成年月日", "作成者", "立証趣旨", "備考")
TO_FILL = "(記入)"

_REIWA = date(2019, 5, 1)
_COPY, _ORIGINAL = "写し", "原本"
_SPEAKERS = "原告及び被告(各発言者)、出力 原告"
_NOTES = (
    "下書きです。号証の番号、作成者、立証趣旨は、提出する方が記入・訂正してください。",
    "立証趣旨は空欄にしてあります。一部だけを提出するときは、その旨を備考に書いてください。",
)


class Exhibit(NamedTuple):
    """A line of the list."""

    title: str
    copy: str
    dated: str
    author: str
    note: str = ""
    part: bool = False
    """Whether it is a part of the exhibit before it: 甲2の2 after 甲2の1."""
    parted: bool = False
    """Whether its file is called の1, even if no part follows."""


class Filed(NamedTuple):
    """The files of a court's package, after which its list is numbered."""

    volumes: int
    """PDFs of all messages."""
    missing: Mapping[int, str]
    """Why a file of the user's, by its number, is not in it."""


def evidence_list(case: ReportInput, found: MessageStatistics, filed: Filed | None = None) -> Report:
    """`evidence_list.pdf`, or the list of a court's package, which names its files."""
    rows = tuple(numbered(exhibits(case, found) if filed is None else filed_exhibits(case, found, filed)))
    table = TableBlock(HEADS, (0, 2.5, 0, 1.7, 1.6, 1.2, 2.6), rows, 8)
    return Report(
        title=TITLE,
        author=case.owner_name,
        header=TITLE,
        reference=f"管理番号 {case.name}",
        exhibit=None,
        footer=f"作成 {stamp(case.created_at)}(日本時間)",
        left_margin=COURT_MARGIN,
        chapters=(Chapter("証拠説明書(下書き)", (*map(Paragraph, _NOTES), table)),),
    )


def evidence_csv(case: ReportInput, found: MessageStatistics) -> bytes:
    """`evidence_list.csv`: UTF-8 with a byte order mark, CRLF, no cell a formula."""
    lines = [HEADS, *numbered(exhibits(case, found))]
    return ("\ufeff" + "".join(csv_line(line) for line in lines)).encode("utf-8")


def numbered(found: Iterable[Exhibit]) -> Iterator[tuple[str, ...]]:
    """The lines with 甲1, 甲2の1, 甲2の2 …"""
    lines = list(found)
    number = branch = 0
    for index, one in enumerate(lines):
        followed = index + 1 < len(lines) and lines[index + 1].part
        number, branch = (number, branch + 1) if one.part else (number + 1, 1)
        name = f"甲{number}の{branch}" if one.part or one.parted or followed else f"甲{number}"
        yield name, one.title, one.copy, one.dated, one.author, TO_FILL, one.note


def exhibits(case: ReportInput, found: MessageStatistics) -> Iterator[Exhibit]:
    """The contract, the messages in part and in whole, how they were taken, then files and what the user added."""
    yield _contract(case, "画面の写しは、提出する方が用意してください")
    span, shown = _spans(found)
    yield Exhibit(f"Chatworkメッセージ抜粋{shown}", _COPY, span, _SPEAKERS, "一部の抜粋。報告書の第6章")
    yield Exhibit(f"Chatworkメッセージ全部{shown}", _COPY, span, _SPEAKERS, "付録A。抜粋の前後関係", part=True)
    made = era(case.created_at)
    yield Exhibit("取得方法に関する報告書", _ORIGINAL, made, "原告", "報告書の第9章から第12章。署名が必要です")
    yield from (_file(case, one, "") for one in _delivered(case))
    yield from (_enclosed(one, one.note or "") for one in case.enclosures)


def filed_exhibits(case: ReportInput, found: MessageStatistics, filed: Filed) -> Iterator[Exhibit]:
    """The files of a court's package in the order of their numbers, then what the filer must still get."""
    span, shown = _spans(found)
    told = "甲001の1.pdf。抜粋は第6章(一部)、取得方法は第9章から第12章。署名が必要です"
    title = f"Chatworkやり取り記録 報告書{shown}"
    yield Exhibit(title, _ORIGINAL, era(case.created_at), "原告(発言は各発言者)", told, parted=True)
    for number in range(1, filed.volumes + 1):
        title = f"Chatworkメッセージ全部{shown}" + (f" その{number}" if filed.volumes > 1 else "")
        told = f"甲001の{number + 1}.pdf。甲1の1の抜粋の前後関係"
        yield Exhibit(title, _COPY, span, _SPEAKERS, told, part=True)
    for number, one in enclosures(case.enclosures):
        yield _enclosed(one, "。".join(filter(None, (_filed(number, one, filed), one.note))))
    yield _contract(case, "この資料にはありません。画面の写しは、提出する方が用意してください")
    yield from (_file(case, one, "この資料にはありません(保管庫にあります)。") for one in _delivered(case))


def _filed(number: int, one: Enclosure, filed: Filed) -> str:
    """The file of an exhibit; what a court's system does not take is said."""
    if one.number in filed.missing:
        return filed.missing[one.number]
    name = exhibit_name(number, one)
    taken = name.rpartition(".")[2] in RECORDED
    return name if taken else f"{name}。裁判所の記録になる形式ではないため、PDFにして提出してください"


def _contract(case: ReportInput, note: str) -> Exhibit:
    words = platform_of(case.contract.platform)
    title = f"{words.contract_screen}(契約ID {visible(case.contract.platform_id or BLANK)})"
    return Exhibit(title, _COPY, _era_of(case.contract.contracted_on), words.operator or BLANK, note)


def _file(case: ReportInput, one: Attachment, note: str) -> Exhibit:
    author = "原告" if one.account_id == case.owner_id else "被告"
    told = f"{note}SHA-256 先頭16桁 {(one.sha256 or '-')[:16]}"
    return Exhibit(f"ファイル {one.number} 「{visible(one.name)}」", _COPY, era(one.uploaded_at), author, told)


def _enclosed(one: Enclosure, note: str) -> Exhibit:
    title = f"{KINDS.get(one.kind, visible(one.kind))} {label(one)} 「{visible(one.name)}」"
    return Exhibit(title, _COPY, _era_of(one.dated), TO_FILL, visible(note))


def _spans(found: MessageStatistics) -> tuple[str, str]:
    """The days of the messages, and the same in brackets."""
    if found.first is None or found.last is None:
        return BLANK, ""
    span = _span(found.first.send_time, found.last.send_time)
    return span, f"({span})"


def era(at: datetime) -> str:
    """The day in Japan in the years of its era: 「令和8年11月3日」."""
    local = at.astimezone(JST)
    if local.date() < _REIWA:
        return f"{local.year}年{local.month}月{local.day}日"
    year = "元" if local.year == _REIWA.year else f"{local.year - _REIWA.year + 1}"
    return f"令和{year}年{local.month}月{local.day}日"


def _era_of(stated: str | None) -> str:
    at = day_of(stated)
    return visible(stated or BLANK) if at is None else era(at)


def _span(first: datetime, last: datetime) -> str:
    one, other = era(first), era(last)
    return one if one == other else f"{one}から{other}"


def _delivered(case: ReportInput) -> Iterator[Attachment]:
    """The files that were handed over on the platform too."""
    digests = {one.sha256 for one in case.deliveries if one.sha256}
    ids = {one.file_id for one in case.deliveries if one.file_id is not None}
    for one in case.attachments:
        if one.sha256 in digests or one.file_id in ids:
            yield one
