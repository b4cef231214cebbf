"""Chapters from templates: every sentence stands in `render/templates/report_*.txt`, which read the case."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from itertools import groupby

from archiver.claims import messages as claims
from archiver.claims import words as told
from archiver.export.pdf.blocks import Block, Bullets, Chapter, FactList, Paragraph, Subheading, TableBlock
from archiver.export.report.input import BLANK, STATED, ReportInput, platform_of, shorten_line
from archiver.export.report.statistics import MessageStatistics
from archiver.render.invisible_characters import visible
from archiver.render.page_templates import TemplateRow, text_rows
from archiver.report_language import say, stated_day


def chapters(name: str, case: ReportInput, statistics: MessageStatistics, **more: object) -> list[Chapter]:
    """The chapters of a template: each title with the blocks below it; a fact without a text is left out."""
    found: list[Chapter] = []
    rows = text_rows(name, **document(case, statistics), **more)
    for mark, alike in groupby(rows, lambda row: row.mark):
        for row in alike if mark == "#" else ():
            found.append(Chapter(row.cells[0], (), new_page=row.more == "new"))
        if mark != "#":
            found[-1] = replace(found[-1], blocks=(*found[-1].blocks, *_blocks(mark, list(alike))))
    return found


def document(case: ReportInput, statistics: MessageStatistics) -> dict[str, object]:
    """What the templates of reports and letters read."""
    return {
        "case": case,
        "contract": case.contract,
        "platform": platform_of(case.contract.platform),
        "statistics": statistics,
        "facts": statistics.facts,
        "claims": claims,
        "told": told,
        "shown": shown,
        "said": said,
        "BLANK": say(BLANK),
        "STATED": say(STATED),
    }


def shown(stated: object, limit: int) -> str:
    """What the user stated, or somebody wrote, on one line; empty if it is not known."""
    return stated_day(shorten_line(visible(f"{stated}"), limit)) if stated else ""


def _blocks(mark: str, rows: list[TemplateRow]) -> Iterable[Block]:
    texts = ["\n".join(filter(None, "\n".join(row.cells).split("\n"))) for row in rows]
    match mark:
        case ":":
            labelled = [text.partition("\n") for text in texts]
            return [FactList(tuple((label, text) for label, _, text in labelled if text))]
        case "*":
            return [Bullets(tuple(texts))]
        case "##":
            return map(Subheading, texts)
        case ">":
            return [Paragraph(text, row.more or "normal") for row, text in zip(rows, texts, strict=True) if text]
    return [_table(rows)]


def said(words: str, stated: object, limit: int = 60) -> str:
    """A text with one stated fact in it; empty if it is not stated."""
    return say(words, fact=shown(stated, limit)) if stated else ""


def _table(rows: list[TemplateRow]) -> TableBlock:
    """A table whose first row has the heads, with the widths and the size of the letters if it is not the usual one."""
    (_mark, form, heads), *lines = rows
    widths, _, size = form.partition(";")
    cells = tuple(tuple(row.cells) for row in lines)
    return TableBlock(tuple(heads), tuple(map(float, widths.split(","))), cells, float(size or 8))
