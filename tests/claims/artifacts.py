"""The artifacts that are handed out of a dispute, made as a user makes them and read back as a stranger reads them."""

from __future__ import annotations

import csv
import json
import os
import re
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from html import unescape
from pathlib import Path
from typing import Any
from unittest.mock import patch

from archiver.cli.contracts import contract_page
from archiver.cli.contracts.contract_page import page_document, page_lines
from archiver.cli.language_and_help import set_language
from archiver.cli.reading.status import status_document
from archiver.errors import CounterpartUnknown
from archiver.export.mask.policy_and_covers import masking_policy
from archiver.export.package import pdf_files
from archiver.export.package.daily_copy import write_daily_copy
from archiver.export.package.make_package import export
from archiver.export.package.order import ExportOrder
from archiver.export.pdf.blocks import (
    Bullets,
    Chapter,
    FactList,
    Interruption,
    MessageBlock,
    Paragraph,
    Subheading,
    TableBlock,
)
from archiver.export.pdf.typst_pdf import make_pdf, make_pdf_apart
from archiver.export.report.letters import inquiry_form_text
from archiver.export.report.message_statistics import ReportInput
from archiver.export.report.report_and_consultation import build_consultation, build_report
from archiver.records import JsonObject
from archiver.store import seals
from archiver.store.archive import Archive, Reading
from archiver.store.queries import contracts
from archiver.store.queries.contract_activity import ContractActivity, activity_of
from archiver.store.queries.status import status
from tests.claims.dispute import BEGIN, THIRD, Dispute
from tests.support.archives.maker import CLIENT, ArchiveMaker
from tests.support.packages.exported_archives import read_all
from tests.support.reports.pdf_reader import text, without_spaces

_ARTICLE = re.compile(
    r'<li class="m[^"]*" id="m(?P<id>\d+)">.*?<bdi>(?P<name>.*?)</bdi>.*?<time datetime="(?P<time>[^"]+)">'
    r'.*?<p class="sheet">[^<]* ID (?P<account>\d+) ',
    re.DOTALL,
)


@dataclass(frozen=True)
class Told:
    """What the artifacts of a dispute say; texts of pages have no spaces."""

    report: str
    consultation: str
    inquiry: str
    show: JsonObject
    page: str
    """`job show` as a person reads it."""
    status: JsonObject
    """`status --json`."""
    rows: list[dict[str, str]] = field(default_factory=list)
    """The table of messages in the package for the platform, masked."""
    lines: list[JsonObject] = field(default_factory=list)
    """`messages.jsonl` of the daily copy."""
    transcript: list[dict[str, str]] = field(default_factory=list)
    """The articles of the daily copy's pages."""
    is_chosen: bool = False
    """Whether the other side was named for the package."""
    sentences: frozenset[str] = frozenset()
    """Every sentence of every artifact and each row of a table, without spaces."""


_DAY_IN_WORDS = re.compile("(20[0-9]{2})年([0-9]{1,2})月([0-9]{1,2})日(?!\\s*氏名)")


def with_iso_days(page: str) -> str:
    """A page with its days as tables have them, as the judge reads them; not a signature's."""
    return _DAY_IN_WORDS.sub(lambda day: f"{day[1]}-{int(day[2]):02}-{int(day[3]):02}", page)


def told_at_once(
    reading: Reading,
    dispute: Dispute,
    case: ReportInput,
    activity: ContractActivity | None = None,
) -> Told:
    """What the same chapters and texts say before they are laid out and packed."""
    report = [*map(with_iso_days, page_lines_of(build_report(case).chapters))]
    sheet = build_consultation(replace(case, profile="consult"))
    consultation = [*map(with_iso_days, page_lines_of(sheet.chapters))]
    inquiry, shown = with_iso_days(inquiry_form_text(case)), _shown(reading, dispute, activity)
    page = re.sub(r"\n {10,}", "", shown["page"])  # a wrapped line is one sentence
    blocks = [*report, *consultation, *inquiry.splitlines(), *page.splitlines()]
    return Told(
        report=without_spaces("\n".join(report)),
        consultation=without_spaces("\n".join(consultation)),
        inquiry=inquiry,
        sentences=frozenset(without_spaces(one) for block in blocks for one in block.split("。")),
        **shown,
    )


def made_artifacts(maker: ArchiveMaker, dispute: Dispute, out: Path, *, apart: bool = True) -> Told | None:
    """Both packages and a daily copy, made and read back; None if nobody can say who the other side is.

    `apart`: each PDF is laid out in a process of its own, as in the program; to start one takes ten times as long as
    the layout itself, so most disputes do without.
    """
    is_chosen = any(post.author == THIRD for post in dispute.saved) and not dispute.so.accounts
    is_named = dispute.names.keys() >= {CLIENT}
    layout = make_pdf_apart if apart else make_pdf
    with patch.object(pdf_files, "make_pdf_apart", layout):
        try:
            packages = _packages(maker.archive, dispute, out, chosen=is_chosen and is_named)
        except CounterpartUnknown:
            if is_chosen or not is_named:
                return None
            is_chosen = True  # the user is asked, and answers
            try:
                packages = _packages(maker.archive, dispute, out, chosen=True)
            except CounterpartUnknown:  # of another chat, in which the client never wrote
                return None
    with zipfile.ZipFile(packages["support"]) as support, zipfile.ZipFile(packages["consult"]) as consult:
        report, table = support.read(_name(support, "01_report.pdf")), support.read(_name(support, "02_messages.csv"))
        consultation = consult.read(_name(consult, "01_consult.pdf"))
    inquiry = next(packages["support"].parent.glob("03*")).read_text("utf-8-sig")
    lines, transcript = _daily(maker.archive, dispute, out)
    with maker.archive.reading() as reading:
        return Told(
            report=with_iso_days(without_spaces(text(report))),
            consultation=with_iso_days(without_spaces(text(consultation))),
            inquiry=with_iso_days(inquiry),
            rows=list(csv.DictReader(table.decode("utf-8-sig").splitlines(keepends=True))),
            lines=lines,
            transcript=transcript,
            is_chosen=is_chosen,
            **_shown(reading, dispute),
        )


PROFILES = ("support", "consult")


def after(dispute: Dispute) -> datetime:
    """A moment after everything that the archive saw."""
    return BEGIN + timedelta(seconds=dispute.recovery_at + 120)


def sealed(maker: ArchiveMaker, dispute: Dispute) -> None:
    """Close the seals, as a package is the state of a seal."""
    seals.close_seals(maker.archive, now=after(dispute) - timedelta(minutes=1))


def _packages(archive: Archive, dispute: Dispute, out: Path, *, chosen: bool) -> dict[str, Path]:
    return {profile: _package(archive, dispute, profile, out, chosen=chosen) for profile in PROFILES}


def _package(archive: Archive, dispute: Dispute, profile: str, out: Path, *, chosen: bool) -> Path:
    order = ExportOrder(
        profile=profile,
        contract="job1",
        out=out / profile,
        policy=masking_policy(profile),
        counterparts={CLIENT} if chosen else (),
    )
    made = export(archive, read_all(archive, order), now=lambda: after(dispute)).zip
    assert made is not None
    return Path(made)


def _daily(archive: Archive, dispute: Dispute, out: Path) -> tuple[list[JsonObject], list[dict[str, str]]]:
    made = write_daily_copy(archive, "job1", now=lambda: after(dispute), file_limit_bytes=10**6, at_once=True)
    if made is None:
        return [], []
    with zipfile.ZipFile(made) as packed:
        pages = "".join(
            packed.read(name).decode() for name in sorted(packed.namelist()) if re.search(r"/R\d+-\d+\.html$", name)
        )
        lines = packed.read(_name(packed, "messages.jsonl")).decode().splitlines()
    articles = [{key: unescape(value) for key, value in one.groupdict().items()} for one in _ARTICLE.finditer(pages)]
    return [json.loads(line) for line in lines], articles


def _name(packed: zipfile.ZipFile, end: str) -> str:
    return next(name for name in packed.namelist() if name.endswith(end))


def _shown(reading: Reading, dispute: Dispute, activity: ContractActivity | None = None) -> dict[str, Any]:
    contract = contracts.find_contract(reading, "job1")
    activity = activity or activity_of(reading, contract, now=after(dispute))  # once for both faces of `job show`
    with patch.object(contract_page, "activity_of", lambda *_, **__: activity):
        show = page_document(reading, contract, now=after(dispute))
        with patch.dict(os.environ):
            set_language("ja")
            page = "\n".join(page_lines(reading, contract, now=after(dispute)))
    # A screen says to the reporter what a report says of them: the judge reads one as the other.
    page = re.sub("あなた(?=の(?:メッセージ|ファイル|タスク)|が送った)", "報告者", page).replace(
        "あなたの入力", "報告者による入力"
    )
    return {
        "show": show,
        "page": page,
        "status": status_document(status(reading), warnings=[], pauses={}),
    }


def page_lines_of(chapters: Iterable[Chapter]) -> Iterator[str]:
    """The texts of chapters, a block or a row each."""
    yield from (line for chapter in chapters for line in (chapter.title, *_chapter_lines(chapter)))


def _chapter_lines(chapter: Chapter) -> Iterator[str]:
    for block in chapter.blocks:
        match block:
            case FactList():
                yield from (f"{label}\n{words}" for label, words in block.rows)
                for one in block.quoted:
                    yield from (one.head, *(f"{part.label}\n{part.text}" for part in one.parts))
            case Bullets():
                yield from block.items
            case TableBlock():
                yield from ("\n".join(row) for row in (block.heads, *block.rows))
            case Paragraph() | Subheading() | Interruption():
                yield block.text
            case MessageBlock():
                yield f"{block.number}\n{block.head}"
                yield from (f"{part.label}\n{part.text}" for part in block.parts)
                yield from block.notes
