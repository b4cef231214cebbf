"""The report for a telephone consultation: two pages, whatever the case, with what such a desk asks first."""

from __future__ import annotations

import pytest

from archiver.export.report import consult
from archiver.export.report.case import BLANK
from archiver.records import Delivery
from tests.export.report.test_summary import LONG, WIDE, monstrous
from tests.support import cases, conversation, paper
from tests.support.conversation import message_id


def test_it_has_four_chapters() -> None:
    """Summary, terms, money and the course of things."""
    titles = [one.title for one in cases.told(consult.report, cases.case()).chapters]

    assert ["１　要約", "２　契約条件", "３　金額", "４　時系列"] == titles


@paper.needs_poppler
@pytest.mark.parametrize("text", ["短い", LONG, WIDE])
def test_it_is_two_pages(text: str) -> None:
    """However long what was typed and however much happened."""
    pages = paper.pages(paper.printed(cases.told(consult.report, monstrous(text))))

    assert 2 == len(pages)
    assert "３　金額".replace("　", "") in paper.squeezed(pages[1])


@paper.needs_poppler
def test_it_says_what_the_desk_asks() -> None:
    """Terms and sums are there, and what only the user knows is left to be filled in."""
    files = tuple(cases.file(number, message_id(1)) for number in range(1, 40))
    room = cases.of_messages([cases.said("本文", 1)], attachments=files)
    deliveries = (Delivery(1, "2026-11-03"), Delivery(2, "2026-11-06 09:12"))

    shown = paper.squeezed(
        paper.text(paper.printed(cases.told(consult.report, cases.case([room], deliveries=deliveries))))
    )

    for wanted in (
        "業務委託の日2026-10-01",
        "クラウドワークスでの納品2026-11-0609:12(最後。全2回)",
        "検収期限の目安2026-11-13(納品+7日)",
        f"秘密保持の約束{BLANK}",
        "契約金額50,000円(税込)",
        f"支払いを求める金額{BLANK}円",
        "読み上げるための2頁です。",
    ):
        assert wanted in shown


def test_an_empty_case_is_two_chapters_of_blanks() -> None:
    """Nothing stated, nothing held: blanks, no fault."""
    case = cases.case([conversation.empty()], contract=cases.BLANK_CONTRACT, deliveries=())

    assert 5 <= str(cases.told(consult.report, case)).count(BLANK)
