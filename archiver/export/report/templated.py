"""Chapters from templates: every sentence stands in `render/templates/report_*.txt`, which read the case."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from archiver.claims import messages as claims
from archiver.claims import sentences as told
from archiver.export.pdf.blocks import Block, Bullets, Chapter, FactList, Paragraph, Subheading, TableBlock
from archiver.export.report.message_statistics import ReportInput
from archiver.export.report.report_sources import BLANK, BY_REPORTER, entered, platform_of, said, shown
from archiver.render.page_templates import TemplateRow, text_rows
from archiver.report_language import say


def chapters(name: str, case: ReportInput, **more: object) -> list[Chapter]:
    """The chapters of a template: each title with the blocks below it; a fact without a text is left out."""
    groups: list[list[TemplateRow]] = []
    for row in text_rows(name, **document(case), **more):
        if groups and row.mark == groups[-1][0].mark and row.mark != "#" and not row.more:
            groups[-1].append(row)
        else:
            groups.append([row])
    found: list[Chapter] = []
    for rows in groups:
        if rows[0].mark == "#":
            found.append(Chapter(rows[0].cells[0], (), rows[0].more == "new", rows[0].more == "keeps"))
        else:
            found[-1] = replace(found[-1], blocks=(*found[-1].blocks, *_blocks(rows, more)))
    return found


def document(case: ReportInput) -> dict[str, object]:
    """What the templates of reports and letters read."""
    return {
        "case": case,
        "contract": case.contract,
        "platform": platform_of(case.contract.platform),
        "statistics": case.statistics,
        "facts": case.statistics.facts,
        "claims": claims,
        "told": told,
        "shown": shown,
        "said": said,
        "entered": entered,
        "BLANK": say(BLANK),
        "BY_REPORTER": say(BY_REPORTER),
    }


def _blocks(rows: list[TemplateRow], tables: Mapping[str, Any]) -> Iterable[Block]:
    texts = ["\n".join(filter(None, "\n".join(row.cells).split("\n"))) for row in rows]
    match rows[0].mark:
        case ":":
            labelled = [text.partition("\n") for text in texts]
            return [FactList(tuple((label[:1].upper() + label[1:], text) for label, _, text in labelled if text))]
        case "*":
            return [Bullets(tuple(texts))]
        case "##":
            return map(Subheading, texts)
        case ">":
            return [Paragraph(text, row.more or "normal") for row, text in zip(rows, texts, strict=True) if text]
    return _table(*rows, tables=tables)


def _table(first: TemplateRow, *rows: TemplateRow, tables: Mapping[str, Any]) -> Iterable[Block]:
    """A table with the heads of its first row, their widths, the size of its letters and the name of more rows.

    Nothing without rows; a column of None, or for which rows have no cell, is left out.
    """
    form, _, name = first.more.partition("@")
    widths, _, size = form.partition(";")
    cells = [row.cells for row in rows] + list(tables[name] if name else ())
    columns = list(zip(first.cells, json.loads(f"[{widths}]"), *cells, strict=False))
    shown = [column for column in columns if None not in column]
    if cells:
        heads, shares, *lines = zip(*shown, strict=True)
        yield TableBlock(heads, shares, tuple(lines), json.loads(size or "8"))
