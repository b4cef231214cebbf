"""What is printed can be seen and copied: every character stands on paper or is named; lines break where they may."""

from __future__ import annotations

import re
import sys
import unicodedata
from collections.abc import Iterable
from functools import cache

import pytest
from fontTools.pens.recordingPen import RecordingPen
from fontTools.ttLib import TTFont
from hypothesis import given, strategies

from archiver.chatwork.notation.parse import parse
from archiver.export.pdf.blocks import (
    CELL,
    FONTS,
    MARK,
    WORD,
    FactList,
    Paragraph,
    Subheading,
    TableBlock,
    code_point_mark,
    mark_breaks,
    printable,
)
from archiver.render.message_body import plain_text
from tests.support.cases import cases_of
from tests.support.reports import pdf_reader
from tests.support.reports.sample_conversation import ATTACK, EVERY_TAG, UPLOAD

REGULAR, BOLD, EMOJI = "NotoSansJP-Regular.otf", "NotoSansJP-Bold.otf", "NotoEmoji-Regular.ttf"

SAMPLE = (
    *range(0x250),
    *range(0x2000, 0x2070),
    *range(0x3000, 0x3400),
    *range(0xFDD0, 0xFDF0),
    *range(0xFE00, 0x10000),
    *range(0x1F1E0, 0x1F700),
    *range(0xE0000, 0xE0200),
    *(0x4E00, 0x9AD9, 0x9AD8, 0x2F00, 0xF900, 0x20BB7, 0xD800, 0xDFFF, 0xE000, 0xF8FF, 0xFFFFF, 0x10FFFF),
)
"""Blocks in which characters are easily lost, and some of the others."""

SEQUENCES = tuple(cases_of(__file__, "sequences"))


@cache
def font(name: str) -> TTFont:
    return TTFont(FONTS / name)


def has_shape(name: str, code: int) -> bool:
    """Whether the font draws something for the character, or the character is a space."""
    glyph = font(name).getBestCmap().get(code)
    if glyph is None:
        return False
    writer = RecordingPen()
    font(name).getGlyphSet()[glyph].draw(writer)
    return bool(writer.value) or unicodedata.category(chr(code)) == "Zs"


def lost(codes: Iterable[int]) -> list[str]:
    """Characters that are neither named by a mark nor drawn by a font that the report uses."""
    faults = []
    for code in codes:
        character, printed = chr(code), printable(chr(code), lines=True)
        if character in "\t\n ":
            continue
        if printed == character and not any(has_shape(name, code) for name in (REGULAR, EMOJI)):
            faults.append(f"{code_point_mark(character)} has no shape")
        elif printed not in (character, code_point_mark(character)):
            faults.append(f"{code_point_mark(character)} became {printed!r}")
    return faults


def vanished(codes: Iterable[int]) -> list[str]:
    """Characters that the PDF of a report does not give back, or gives back as others."""
    expected = {code: printable(chr(code), lines=True) for code in codes if chr(code) not in "\t\n "}
    lines = [f"#{code:X}={shown}=" for code, shown in expected.items()]
    pieces = [" ".join(lines[at : at + 500]) for at in range(0, len(lines), 500)]
    made = pdf_reader.pdf_bytes(pdf_reader.report(*map(Paragraph, pieces), header="", reference="", footer=""))
    text = "".join(re.sub(r"\d+ / \d+\s*$", "", page) for page in pdf_reader.pages(made))
    found = dict(re.findall(r"#([0-9A-F]+)=(.*?)=(?=#|$)", pdf_reader.without_spaces(text)))
    return [
        f"{code:X}"
        for code, character in expected.items()
        if pdf_reader.without_spaces(character) != found.get(f"{code:X}")
    ]


@pytest.mark.parametrize(
    "codes",
    [pytest.param(SAMPLE, marks=pytest.mark.drawn), pytest.param(range(sys.maxunicode + 1), marks=pytest.mark.slow)],
)
def test_every_sign_is_drawn_or_named(codes: Iterable[int]) -> None:
    """No character of the sample, and no code point at all, prints as nothing."""
    assert [] == lost(codes)


@pdf_reader.needs_poppler
def test_every_sign_comes_back_from_the_page() -> None:
    """What the sample's characters print can be copied from the PDF."""
    assert [] == vanished(SAMPLE)


@pdf_reader.needs_poppler
@pytest.mark.slow
def test_every_assigned_sign_comes_back_from_the_page() -> None:
    """Each assigned code point can be copied from the PDF, as itself or as the mark that names it."""
    assigned = [code for code in range(sys.maxunicode + 1) if unicodedata.category(chr(code)) != "Cn"]

    faults = [one for at in range(0, len(assigned), 20_000) for one in vanished(assigned[at : at + 20_000])]

    assert [] == faults


@pdf_reader.needs_poppler
@pytest.mark.parametrize("body", [EVERY_TAG, UPLOAD, ATTACK])
def test_every_tag_comes_back_from_the_page(body: str) -> None:
    """Each line of a message with every tag stands in the PDF."""
    text = plain_text(parse(body))

    page_text = pdf_reader.without_spaces(pdf_reader.text(pdf_reader.pdf_bytes(pdf_reader.report(Paragraph(text)))))

    for line in printable(text, lines=True).split("\n"):
        assert pdf_reader.without_spaces(line) in page_text


@pdf_reader.needs_poppler
@pytest.mark.parametrize("sequence", SEQUENCES)
def test_characters_of_several_parts_come_back_whole(sequence: str) -> None:
    """Families, flags, keycaps and chosen shapes of kanji are printed as one character and copied with their parts."""
    assert sequence == printable(sequence)

    page_text = pdf_reader.text(pdf_reader.pdf_bytes(pdf_reader.report(Paragraph(f"前{sequence}後"))))

    assert unicodedata.normalize("NFC", f"前{sequence}後") in unicodedata.normalize("NFC", page_text)


def test_a_shape_that_the_font_lacks_is_named() -> None:
    """A selector without a shape of its own after this kanji is not swallowed."""
    assert "漢[U+E01EF]" == printable("漢\U000e01ef")


def test_private_use_characters_are_named() -> None:
    """What means something else on every computer is named, also where a font of ours has a shape for it."""
    assert 0xFE4E5 in font(EMOJI).getBestCmap()
    assert "[U+FE4E5][U+E000]" == printable("\U000fe4e5\ue000")


def test_bold_holds_what_regular_holds() -> None:
    """A heading or label loses no character that a text keeps."""
    assert set() == set(font(REGULAR).getBestCmap()) - set(font(BOLD).getBestCmap())


@pdf_reader.needs_poppler
def test_a_heading_keeps_its_characters() -> None:
    """A chat's name with characters of every kind stands whole in a heading."""
    name = "𠮷野家🎉 ①㈱ｶﾅ\u202e[b]"

    page_text = pdf_reader.without_spaces(pdf_reader.text(pdf_reader.pdf_bytes(pdf_reader.report(Subheading(name)))))

    assert "𠮷野家🎉①㈱ｶﾅ[U+202E][b]" in page_text


def test_spaces_keep_their_width() -> None:
    """An indented line stays indented, a tab is four spaces, and a line feed stays only where lines are wanted."""
    assert "\u00a0\u00a0a b\n\u00a0\u00a0\u00a0\u00a0c" == printable("  a b\n\tc", lines=True)
    assert "a[U+000A]b" == printable("a\nb")


RUNS = tuple(cases_of(__file__, "runs"))

PAGE = 595.3
MARGIN_RIGHT = 51.1


@pytest.mark.parametrize("limit", [WORD, CELL])
@given(text=strategies.text())
def test_nothing_but_marks_is_added(limit: int, text: str) -> None:
    """Without the marks, a text is what it was before."""
    text = text.replace(MARK, "")

    assert text == mark_breaks(text, limit).replace(MARK, "")


def test_what_has_room_is_left_alone() -> None:
    """A date, a digest of sixteen digits and an address of Chatwork get no mark."""
    address = "https://www.chatwork.com/#!rid1234567890-18765432100000000001"

    assert address == mark_breaks(address)
    assert "2026-11-05 10:14:33" == mark_breaks("2026-11-05 10:14:33", CELL)


def test_what_belongs_to_a_character_stays_with_it() -> None:
    """No mark stands before a combining character or a selector."""
    marked = mark_breaks("q\u0301" * 100)

    assert MARK + "\u0301" not in marked
    assert MARK + "q\u0301" in marked


@pytest.mark.drawn(but=6)
@pdf_reader.needs_poppler
@pytest.mark.parametrize("run", RUNS)
def test_every_run_ends_within_the_page(run: str) -> None:
    """A run of 600 characters stays within the margins of page and cell; a copy of it has nothing added."""
    long = run * (600 // len(run))
    blocks = (Paragraph(f"始{long}終"), FactList(((f"始{long}終", f"始{long}終"),)))

    made = pdf_reader.pdf_bytes(
        pdf_reader.report(*blocks, TableBlock(("一", "二"), (1, 5), ((f"始{long}終", f"始{long}終"),)))
    )

    page_text = pdf_reader.without_spaces(pdf_reader.text(made))
    assert 5 == page_text.count("終")
    assert all(
        page_text.count(character) >= 5 * long.count(character) for character in set(pdf_reader.without_spaces(run))
    )
    assert pdf_reader.right_edge(made) <= PAGE - MARGIN_RIGHT + 2
    assert MARK not in page_text
