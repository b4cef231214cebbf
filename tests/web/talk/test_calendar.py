"""A month of a chat: how many messages each day has, and whether it was wholly seen."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from archiver.web.talk.calendar import month_of
from tests.support.archives.maker import ROOM, story
from tests.support.viewer.client import Browser, open_viewer
from tests.support.world import running_world


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    maker = story(tmp_path_factory.mktemp("calendar") / "home")
    maker.archive.close()
    return maker.home


def days(page: str) -> dict[str, str]:
    """What stands in the cell of each day, as a reader sees it."""
    found = re.findall(r"<td class=\"(?!out)[^\"]*\">(.*?)</td>", page, re.DOTALL)
    return {
        re.findall(r'datetime="([^"]+)"', cell)[0]: re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", cell)).strip()
        for cell in found
    }


def test_a_month_stands_in_weeks_from_monday_to_sunday(browser: Browser) -> None:
    """Thirty days, in rows of seven under their names."""
    page = browser.get(f"/room/{ROOM}/calendar")
    rows = re.findall(r"<tr>(.*?)</tr>", page, re.DOTALL)

    assert "<h2>2026年11月</h2>" in page
    assert 30 == len(days(page))
    assert ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"] == re.findall(r'<th scope="col">(\w+)</th>', rows[0])
    assert [0, 0, 0, 0, 0, 0, 1] == [one.count("<time") for one in re.findall(r"<td.*?</td>", rows[1], re.DOTALL)]


def test_a_day_leads_to_its_messages_and_says_how_much_was_seen(browser: Browser) -> None:
    """The coverage is in words and as a mark; a day without messages has no link."""
    page = browser.get(f"/room/{ROOM}/calendar?month=2026-11")
    found = days(page)

    assert "5 4 sent △ partly seen" == found["2026-11-05"]
    assert [f"/room/{ROOM}?day=2026-11-05"] == re.findall(r'href="([^"]+day=[^"]+)"', page)
    assert "4 - before the archive" == found["2026-11-04"]
    assert "6 ? not seen so far" == found["2026-11-06"]


def test_gaps_and_pauses_stand_on_their_days(tmp_path: Path) -> None:
    """As a round of the job finds them."""
    with running_world(tmp_path) as world:
        world.post("最初")
        world.sync()
        world.clock.pass_by(days=2)
        world.posts(150)
        world.sync()
        world.clock.pass_by(days=3)
        world.post("その後")
        world.sync()
        with open_viewer(tmp_path) as browser:
            page = browser.get(f"/room/{world.room}/calendar?month=2026-07")
        found = days(page)

    assert "has a gap" in found["2026-07-03"]
    assert "not watched for a time 24 hours" in found["2026-07-05"]


def test_the_months_of_the_year_stand_below_with_their_counts(browser: Browser) -> None:
    """The one shown is marked, and ways lead on only where something lies."""
    page = browser.get(f"/room/{ROOM}/calendar?month=2026-10")

    assert re.search(r'month=2026-11"[^>]*>[^<]+</a> <small>4</small>', page)
    assert re.search(r'month=2026-10" aria-current="page"', page)
    assert "month=2025" not in page
    assert 'month=2026-11">Month after</a>' in page
    assert "<span>Month before</span>" in page


@pytest.mark.parametrize(
    "month",
    ["", "2026-13", "2026-00", "0000-01", "1999-01", "9999-12", "2026-1", "2026-11-05", "٢٠٢٦-١١", "\0", "x" * 9],
)
def test_what_is_no_month_shows_the_one_of_the_last_message(browser: Browser, month: str) -> None:
    """Never a fault."""
    assert "<h2>2026年11月</h2>" in browser.get(f"/room/{ROOM}/calendar?month={month}".replace("\0", "%00"))


def test_far_months_are_empty(browser: Browser) -> None:
    """And lead back."""
    for month in ("2011-03", "9990-12"):
        page = browser.get(f"/room/{ROOM}/calendar?month={month}")
        assert "?day=" not in page
        assert "month=2026-11" in page


def test_an_unknown_chat_is_no_page(browser: Browser) -> None:
    """Not an empty month."""
    browser.get("/room/1/calendar", status=404)


def test_a_month_is_read() -> None:
    """As the address has it."""
    assert date(2026, 11, 1) == month_of("2026-11")
    assert datetime(2026, 11, 1, tzinfo=UTC).date() == month_of("2026-11")
