"""Appendix B, 「証拠説明書(下書き)」: the list of exhibits, as a page, and as files of Word and Excel to fill in.

What each exhibit is to prove is for the user or the lawyer to say, so that column is left blank. The numbers are those
of the files of a package for a court, in every draft of a case: 甲1 are the report and the messages, 甲2 and so on the
user's own evidence in the order in which it was added; the number of what was withdrawn is not used again. What is
in no package gets its number when it is filed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from archiver.claims.messages import message_count
from archiver.claims.sentences import count_text
from archiver.claims.table import word
from archiver.export.bag import zip_texts
from archiver.export.exhibit_names import COURT_EXTENSIONS, exhibit_name, exhibit_number, file_name, label
from archiver.export.pdf.blocks import Chapter, Paragraph, Report, TableBlock
from archiver.export.report.message_statistics import ReportInput
from archiver.export.report.people_and_dates import KINDS, counterparts
from archiver.export.report.report_and_consultation import TITLE as REPORT
from archiver.export.report.report_and_consultation import framed
from archiver.export.report.report_sources import BLANK, day_of, platform_of
from archiver.records import JST, Attachment, CaseSide, Enclosure
from archiver.render.invisible_characters import visible
from archiver.render.page_templates import render_template
from archiver.render.times import date_text
from archiver.report_language import is_english, marked, say, stated_day

TITLE = "付録B　証拠説明書(下書き)"
HEADS = ("号証", "標目", "原本・写しの別", "作成年月日", "作成者", "立証趣旨", "備考")
TO_FILL = "(記入)"
UNNUMBERED = "甲(提出時に記入)"

_FORM = (
    ("left", "令和　　年(　　)第　　　　　号　　　　　　　　　　事件"),
    ("left", "原告"),
    ("left", "被告"),
    ("center", "証拠説明書"),
    ("right", "令和　　年　　月　　日"),
    ("left", "　　　　　　　裁判所　御中"),
    ("right", "原告(代理人)　　　　　　　　　　"),
)
"""What stands above the table in a court's form, with the side of the page."""

_WIDTHS = (12, 26, 10, 15, 17, 22, 28)
_PART = re.compile(r"<!-- part (\S+) -->\n")
_ESCAPE = re.compile("_(?=x[0-9A-Fa-f]{4}_)")
"""What Excel would read as a character by its number."""
_MAX_CELL = 32_000

_REIWA = date(2019, 5, 1)
_ALL_SPEAKERS = "各発言者(報告書の第4章)、出力 報告者"
_COPY, _ORIGINAL = "写し", "原本"
_SPEAKERS = "報告者及び相手方(各発言者)、出力 報告者"
_ONLY_NEW = "前に渡した後に保存・変更されたメッセージだけ"
_NOTES = (
    "下書きです。作成者、立証趣旨は、提出する方が記入・訂正してください。番号は、同じ事件の下書きでは変わりません(外した資料の番号は欠番)。",
    "立証趣旨は空欄にしてあります。一部だけを提出するときは、その旨を備考に書いてください。",
)


@dataclass(frozen=True, slots=True)
class FiledFiles:
    """The files of a package that its list of exhibits names."""

    report: str
    """Empty: it was handed in before."""
    volumes: Sequence[str]
    """The PDF volumes with all messages, in order."""
    extents: Mapping[str, tuple[int, int | None]] = field(default_factory=dict)
    """By name how many bytes these files have, and how many pages; None: not known."""
    missing: Mapping[int, str] = field(default_factory=dict)
    """Number of a piece of the user's evidence → why it is not in the package."""


def evidence_list(case: ReportInput, filed: FiledFiles) -> Report:
    """The report for the list of exhibits of a package."""
    rows = tuple(exhibits(case, filed))
    table = TableBlock(tuple(map(say, HEADS)), (0, 2.5, 0, 1.7, 1.6, 1.8, 2.6), rows, 8)
    notes = "\n".join([*map(say, _NOTES), *case.filed.sentences])
    chapter = Chapter(say("提出する証拠"), (Paragraph(notes), table))
    return framed(case, say(TITLE), [chapter], is_list=True)


def evidence_document(case: ReportInput, filed: FiledFiles, kind: str) -> bytes:
    """The list of exhibits in a court's form as a file of Word (`docx`) or Excel (`xlsx`), to be filled in."""
    rows = [tuple(map(say, HEADS)), *exhibits(case, filed)]
    shown = [[visible(one, lines=True)[:_MAX_CELL] for one in row] for row in rows]
    if kind == "xlsx":
        shown = [[_ESCAPE.sub("_x005F_", one) for one in row] for row in shown]
    form = [(side, marked(say(text)) if side == "center" else say(text)) for side, text in _FORM]
    made = render_template(f"evidence_list.{kind}.xml", form=form, widths=_WIDTHS, rows=shown)
    _before, *parts = _PART.split(made)
    return zip_texts(zip(parts[::2], parts[1::2], strict=True))


def exhibits(case: ReportInput, filed: FiledFiles) -> Iterator[tuple[str, ...]]:
    """The exhibits of a package by number, then those that whoever files them must add, in columns of `HEADS`."""
    ends = [one for one in (case.statistics.first, case.statistics.last) if one is not None]
    first, *later = dict.fromkeys(era_date(one.send_time) for one in ends) or [""]
    span = say("{first_date}から{last_date}", first_date=first, last_date=later[0]) if later else first
    branch, platform = case.filed.branch, platform_of(case.contract.platform)
    if filed.report:
        chapters = say("抜粋は第6章(一部)、記録の限界は第9章、取得方法は第10章。署名が必要です")
        title = say(REPORT) + word("noted", text="", notes=span) * bool(span)
        note = _note(filed.report, _extent_text(filed, filed.report), chapters)
        author, dated = say("報告者(メッセージは各発言者)"), era_date(case.created_at)
        yield _exhibit(_part_number(branch), title, dated, author, note, copy=_ORIGINAL)
    has_others = any(case.side(account) == CaseSide.OTHER for account in case.statistics.facts.authors)
    author = say(_ALL_SPEAKERS if has_others else _SPEAKERS)  # a third person is neither of the parties
    for number, name in enumerate(filed.volumes, 1):
        part = say(" その{number}", number=number) if len(filed.volumes) > 1 else ""
        context = say("{number}の抜粋の前後関係", number=_part_number(branch))
        count = say(_ONLY_NEW) if case.filed.upto else _count_text(case)
        title, note = _messages_title(case) + part, _note(name, _extent_text(filed, name), count, context)
        yield _exhibit(_part_number(branch + number), title, span or say(BLANK), author, note)
    for one in case.enclosures:
        if not case.filed.has(exhibit_name(one), one.sha256):
            kind, called = say(KINDS.get(one.kind, visible(one.kind))), label(one)
            title = say("{kind} {label} 「{name}」", kind=kind, label=called, name=visible(one.name))
            note = visible(_note(*_file_notes(case, one, filed), one.note or ""))
            number_text = say("甲{number}", number=exhibit_number(one))
            yield _exhibit(number_text, title, _stated_era_date(one.dated), say(TO_FILL), note)
    title, number_text = say(platform.contract_screen), visible(case.contract.platform_id or say(BLANK))
    if not platform.elsewhere:
        title = say("{contract_screen}(契約ID {platform_id})", contract_screen=title, platform_id=number_text)
    note = say("この資料にはありません。スクリーンショットは、提出する方が用意してください")
    dated, author = _stated_era_date(case.contract.contracted_on), platform.operator or say(BLANK)
    yield _exhibit(say(UNNUMBERED), title, dated, author, note)
    where = say("この資料にはありません(保管庫にあります)。") if case.profile == "court" else ""
    authors = {CaseSide.REPORTER: "報告者", CaseSide.COUNTERPART: "相手方"}
    for file in _delivered_files(case):
        author = say(authors.get(CaseSide(case.side(file.account_id)), TO_FILL))
        note = say("{note}SHA-256 先頭16桁 {sha256}", note=where, sha256=(file.sha256 or "-")[:16])
        title = say("ファイル {number} 「{name}」", number=file.number, name=visible(file.name))
        yield _exhibit(say(UNNUMBERED), title, era_date(file.uploaded_at), author, note)


def _exhibit(number: str, title: str, dated: str, author: str, note: str, *, copy: str = _COPY) -> tuple[str, ...]:
    """A line whose purpose is left to whoever files it."""
    return number, title, say(copy), dated, author, "", note


def _part_number(branch: int) -> str:
    return say("甲{number}の{branch}", number=1, branch=branch)


def _file_notes(case: ReportInput, enclosure: Enclosure, filed: FiledFiles) -> Iterator[str]:
    """The file name of an exhibit and its size, or why it is missing, or that it must be handed in as a PDF."""
    if enclosure.number in filed.missing:
        yield filed.missing[enclosure.number]
        return
    name = exhibit_name(enclosure)
    yield name if case.profile == "court" else f"enclosures/{file_name(enclosure)}"
    yield _size_text(enclosure.size)
    if name.rpartition(".")[2] not in COURT_EXTENSIONS:
        yield say("裁判所の記録になる形式ではないため、PDFにして提出してください")


def _note(*parts: str) -> str:
    return say("。").join(filter(None, parts))


def _extent_text(filed: FiledFiles, name: str) -> str:
    """How many pages a file has and how large it is; empty if it could not be made."""
    if name not in filed.extents:
        return ""
    size, pages = filed.extents[name]
    return (say("{pages:,}頁、", pages=pages) if pages else "") + _size_text(size)


def _size_text(size: int) -> str:
    return f"{size / 1e6:.1f} MB" if size >= 100_000 else f"{max(1, round(size / 1000))} KB"


def _messages_title(case: ReportInput) -> str:
    """What a court calls printed messages: between whom; of several others the first known as the other side."""
    known = counterparts(case)[:1]
    stated = case.contract.client or "".join(person.name for _account, person in known)
    others = case.statistics.facts.authors.keys() - case.reporters - {account for account, _person in known}
    return say(
        "{name}と{other}の間のメッセージを印刷した書面",
        name=visible(case.owner_name),
        other=(visible(stated) or say(TO_FILL)) + (say("ほか{n}名", n=len(others)) if known and others else ""),
    )


def _count_text(case: ReportInput) -> str:
    """How many messages there are; never “all” beside a gap or of a period."""
    count = message_count(case.statistics.facts)
    if case.period:
        return say("Chatworkメッセージ この資料の期間の{count}", count=count_text(count))
    return (
        say("Chatworkメッセージ全部") if count.is_whole else say("Chatworkメッセージ {count}", count=count_text(count))
    )


def era_date(at: datetime) -> str:
    """The date in Japan with the year of the era: 「令和8年11月3日」."""
    local = at.astimezone(JST)
    if is_english():
        return date_text(at)
    if local.date() < _REIWA:
        return say("{year}年{month}月{day}日", year=local.year, month=local.month, day=local.day)
    year = say("元") if local.year == _REIWA.year else f"{local.year - _REIWA.year + 1}"
    return say("令和{year}年{month}月{day}日", year=year, month=local.month, day=local.day)


def _stated_era_date(stated: str | None) -> str:
    at = day_of(stated)
    return stated_day(visible(stated or say(BLANK))) if at is None else era_date(at)


def _delivered_files(case: ReportInput) -> Iterator[Attachment]:
    """The files of the record that were also delivered on the platform."""
    digests = {one.sha256 for one in case.deliveries if one.sha256}
    ids = {one.file_id for one in case.deliveries if one.file_id is not None}
    for attachment in case.attachments:
        if attachment.sha256 in digests or attachment.file_id in ids:
            yield attachment
