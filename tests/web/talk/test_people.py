"""Everybody who was seen in a chat, with every name they had and since when."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import pytest

from archiver.records import Role
from archiver.store import user_statements
from archiver.web.talk import people
from tests.support.archives.maker import BEGIN, CLIENT, OWNER, ROOM, story
from tests.support.viewer.client import Browser, open_viewer, page_of, spoken


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    maker = story(tmp_path_factory.mktemp("people") / "home")
    maker.account(77, "<b>鈴木</b>\u202e", minutes=300)
    with maker.archive.writing() as writing:
        user_statements.state_role(
            writing, "job1", CLIENT, Role.CLIENT, "契約画面の氏名", at=BEGIN + timedelta(hours=6)
        )
    maker.archive.close()
    return maker.home


def person_texts(page: str) -> dict[int, str]:
    """What stands about each person, by account, in the order of the page."""
    found = re.findall(r'<li id="p(\d+)">(.*?)</li>', page, re.DOTALL)
    return {int(number): re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", row)).strip() for number, row in found}


def test_names_and_membership_are_told_with_their_times(browser: Browser) -> None:
    """A name that says that the account was closed stands as it is, without a cause; who left is named last."""
    found = person_texts(browser.get(f"/room/{ROOM}/people"))

    assert [77, OWNER, CLIENT] == list(found)
    gone, closed = found[CLIENT], spoken("2026-11-05 12:01")
    assert gone.startswith(
        f"田 田中(解約済) ID 7654321 Seen {closed}: not listed as a member any more (reason unknown)"
    )
    assert f"Names 田中(解約済) since {closed} 田中 since {spoken('2026-11-05 10:00')} Role member" in gone
    assert f"The name ends with the mark of a closed account, such as “(解約済)”, since {closed}" in gone


def test_a_closed_account_that_is_renamed_was_closed_before(tmp_path: Path) -> None:
    """Since the first of the names that end so, not since the last of them."""
    maker = story(tmp_path / "home")
    for name, minutes in (("鈴木", 300), ("鈴木(解約済)", 310), ("すずき(解約済)", 320)):
        maker.account(77, name, minutes=minutes)
    maker.archive.close()
    found, renamed = person_texts(page_of(maker.home, f"/room/{ROOM}/people"))[77], spoken("2026-11-05 15:10")

    assert f"The name ends with the mark of a closed account, such as “(解約済)”, since {renamed}" in found


def test_it_says_who_is_who(browser: Browser) -> None:
    """Whose archive it is, and who the user said somebody is in the contract."""
    found = person_texts(browser.get(f"/room/{ROOM}/people"))

    assert " You " in found[OWNER]
    assert " You " not in found[CLIENT]
    assert "Job 動画編集 the client (as you entered: 契約画面の氏名)" in found[CLIENT]
    assert "Job 1" not in found[77]


def test_very_many_people_are_shown_page_by_page(browser: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each once."""
    monkeypatch.setattr(people, "PERSONS_LIMIT", 2)

    assert [[77, OWNER], [CLIENT]] == [list(person_texts(page)) for page in browser.pages(f"/room/{ROOM}/people")]


@pytest.mark.parametrize("begin", ["x", "-1", "3", f"{2**63}"])
def test_a_wrong_place_is_no_fault(browser: Browser, begin: str) -> None:
    """The first page."""
    assert 3 == len(person_texts(browser.get(f"/room/{ROOM}/people?from={begin}")))


@pytest.mark.drawn
def test_a_page_of_long_names_that_hide_signs_stays_small(tmp_path: Path) -> None:
    """Below 0.4 MB; everybody is on one of the pages, and older names are counted."""
    maker = story(tmp_path / "home")
    for number in range(100, 160):
        for turn in range(20):
            maker.account(number, f"{turn}" + "\u202e<" * 150, minutes=300 + turn)
    maker.archive.close()
    with open_viewer(maker.home) as browser:
        pages = [*browser.pages(f"/room/{ROOM}/people")]

    assert max(len(page.encode()) for page in pages) < 400_000
    assert all(" more</small>" in page for page in pages)
    assert [*range(100, 160), OWNER, CLIENT] == [person for page in pages for person in person_texts(page)]
