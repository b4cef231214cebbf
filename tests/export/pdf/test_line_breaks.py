"""No line of a report runs over the edge of its page, and no mark of ours is ever copied from it."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies

from archiver.export.pdf.blocks import CELL, MARK, WORD, FactList, Paragraph, TableBlock, mark_breaks
from tests.support.reports import pdf_reader

RUNS = (
    "a",
    "W",
    "é",
    "ж",
    "。",
    "！",
    "ー",
    "ぁ",
    "…",
    "「",
    "\u00a0",
    "・",
    "々",
    "-",
    "―",
    "1,",
    "あ\u00a0",
    "\u00e9\u0323",
)

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
