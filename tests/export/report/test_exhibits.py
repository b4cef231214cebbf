"""Appendix B: a draft whose purpose of proof is left to whoever files it."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from xml.etree import ElementTree

import pytest

from archiver.export.bag import zip_texts
from archiver.export.report.exhibits import (
    HEADS,
    UNNUMBERED,
    FiledFiles,
    era_date,
    evidence_document,
    evidence_list,
    exhibits,
)
from archiver.export.report.message_statistics import ReportInput
from archiver.records import Delivery, Enclosure
from archiver.render.invisible_characters import visible
from tests.support.reports import pdf_reader, report_inputs, sample_conversation
from tests.support.reports.sample_conversation import at, message_id


def lines(case: ReportInput) -> list[dict[str, str]]:
    return [dict(zip(HEADS, row, strict=True)) for row in exhibits(case, FILED)]


COURT = FiledFiles("甲001の1.pdf", ("甲001の2.pdf", "甲001の3.pdf"))
FILED = FiledFiles("report.pdf", ("report_all_messages-01.pdf",), {"report.pdf": (1_234_567, 9)}, missing={})


def test_a_number_stays_when_more_is_added() -> None:
    """The drafts for a lawyer and for a court number alike, whatever is added later or withdrawn."""
    added = [Enclosure(one, "screenshot", f"{one}.png", 1, f"{one:02}" * 32, at(0)) for one in (1, 2, 3)]
    drafts = []
    for profile, held in (("lawyer", added[:1]), ("lawyer", added), ("court", added), ("court", added[1:])):
        case = report_inputs.case(profile=profile, enclosures=tuple(held))
        drafts.append({row[1]: row[0] for row in exhibits(case, FILED)})

    first, second, court, withdrawn = drafts
    assert first == {title: second[title] for title in first}
    assert second == court
    assert withdrawn == {title: court[title] for title in withdrawn}
    assert "甲2" == first["スクリーンショット S-001 「1.png」"]


def test_what_the_user_added_is_listed() -> None:
    """Enclosures, and files that the user linked to a delivery, the own ones as the claimant's."""
    added = Enclosure(1, "screenshot", "契約画面.png", 1, "00" * 32, at(0), dated="2026-10-03", note="=1+1")
    room = report_inputs.room_of_messages(
        [report_inputs.plain_message("本文", 1)], attachments=(report_inputs.file(7, message_id(1)),)
    )
    case = report_inputs.case([room], deliveries=(Delivery(1, "2026-11-06", file_id=7),), enclosures=(added,))

    found = lines(case)

    assert ("ファイル F-0007 「movie07.mp4」", "報告者") == (found[-1]["標目"], found[-1]["作成者"])
    assert ("スクリーンショット S-001 「契約画面.png」", "令和8年10月3日") == (found[2]["標目"], found[2]["作成年月日"])
    assert "enclosures/S-001.png。1 KB。=1+1" == found[2]["備考"]


def test_a_courts_list_follows_its_files() -> None:
    """The numbers are the names of the files; what is no file of the package comes last, and that is said."""
    added = (
        Enclosure(1, "screenshot", "契約画面.PNG", 1, "00" * 32, at(0), note="契約の画面"),
        Enclosure(2, "mail", "通知.eml", 1, "01" * 32, at(0)),
        Enclosure(4, "notice", "大.pdf", 1, "02" * 32, at(0)),
    )
    case = report_inputs.case(profile="court", enclosures=added)

    filed = replace(COURT, missing={4: "30.0 MB で、上限を超えています"})
    found = list(exhibits(case, filed))

    assert ["甲1の1", "甲1の2", "甲1の3", "甲2", "甲3", "甲5", UNNUMBERED, UNNUMBERED] == [row[0] for row in found]
    notes = [row[-1] for row in found]
    assert ["甲001の1.pdf", "甲001の2.pdf", "甲001の3.pdf"] == [note.partition("。")[0] for note in notes[:3]]
    assert "甲002.png。1 KB。契約の画面" == notes[3]
    assert notes[4].startswith("甲003.eml。1 KB。裁判所の記録になる形式ではない")
    assert "30.0 MB で、上限を超えています" == notes[5]
    assert all(note.startswith("この資料にはありません") for note in notes[6:])


def test_a_report_without_messages_is_a_part_all_the_same() -> None:
    """Its file is called so."""
    case = report_inputs.case([sample_conversation.empty()], profile="court")

    first = next(exhibits(case, replace(COURT, volumes=())))

    assert ("甲1の1", "Chatworkやり取り記録 報告書") == first[:2]


@pytest.mark.parametrize(
    ("at_", "expected"),
    [
        (datetime(2026, 11, 24, 15, 0, tzinfo=UTC), "令和8年11月25日"),
        (datetime(2019, 4, 30, 15, 0, tzinfo=UTC), "令和元年5月1日"),
        (datetime(2019, 4, 30, 14, 0, tzinfo=UTC), "2019年4月30日"),
    ],
)
def test_days_are_told_in_years_of_the_era(at_: datetime, expected: str) -> None:
    """As courts write them, by the day in Japan."""
    assert expected == era_date(at_)


HOSTILE = Enclosure(1, "notice", "=1+1\x00\n_x0041_<!-- part a -->&\ud800.pdf", 1, "00" * 32, at(0), note="=cmd|'!A0")


def office_files() -> tuple[list[str], dict[str, bytes]]:
    """Every cell of the list with a hostile name, and the files of Word and Excel."""
    case = report_inputs.case(profile="court", enclosures=(HOSTILE,))
    rows = [HEADS, *exhibits(case, FILED)]
    cells = [visible(cell, lines=True) for row in rows for cell in row]
    kinds = ("docx", "xlsx")
    return cells, {one: evidence_document(case, FILED, one) for one in kinds}


def test_word_and_excel_hold_what_the_page_holds() -> None:
    """Each cell, as text whatever was typed, below a court's form; nothing tells of a maker or a time."""
    cells, files = office_files()

    assert files == office_files()[1]
    for kind, (name, cell, text) in {
        "docx": ("word/document.xml", "tc", "t"),
        "xlsx": ("xl/worksheets/sheet1.xml", "c", "t"),
    }.items():
        parts = pdf_reader.office_parts(files[kind])
        root = ElementTree.fromstring(parts[name])
        space = root.tag.partition("}")[0] + "}"
        told = ["".join(one.text or "" for one in found.iter(space + text)) for found in root.iter(space + cell)]
        assert cells == [one.replace("_x005F_", "_") for one in told[-len(cells) :]]
        assert "証拠説明書" in "".join(root.itertext())
        assert not [one for one in parts if "docProps" in one]
        assert not list(root.iter(space + "f"))


@pytest.mark.slow
@pdf_reader.needs_office
@pdf_reader.needs_poppler
@pytest.mark.parametrize("kind", ["docx", "xlsx"])
def test_libreoffice_opens_it_and_keeps_what_was_filled_in(tmp_path: Path, kind: str) -> None:
    """Printed there it reads as our own page; what was typed is printed and saved."""
    cells, files = office_files()
    filled = "報酬5万円の約束"
    parts = {name: body.decode() for name, body in pdf_reader.office_parts(files[kind]).items()}
    name = "word/document.xml" if kind == "docx" else "xl/worksheets/sheet1.xml"
    empty = '<w:t xml:space="preserve"></w:t>' if kind == "docx" else '<c r="F9" s="3"/>'
    typed = f"<w:t>{filled}</w:t>" if kind == "docx" else f'<c r="F9" s="3" t="inlineStr"><is><t>{filled}</t></is></c>'
    assert empty in parts[name]
    parts[name] = parts[name].replace(empty, typed, 1)
    source = tmp_path / f"list.{kind}"
    source.write_bytes(zip_texts(parts.items()))

    saved, page = (pdf_reader.converted(source, one, tmp_path / "made").read_bytes() for one in (kind, "pdf"))

    case = report_inputs.case(profile="court", enclosures=(HOSTILE,))
    ours = pdf_reader.pdf_bytes(evidence_list(case, FILED))
    pages = [pdf_reader.without_spaces(pdf_reader.text(one)) for one in (page, ours)]
    assert filled in pages[0]
    assert filled in re.sub("<[^>]*>", "", b"".join(pdf_reader.office_parts(saved).values()).decode(errors="replace"))
    for cell in cells:
        assert [] == [page for page in pages if pdf_reader.without_spaces(cell) not in page], cell
