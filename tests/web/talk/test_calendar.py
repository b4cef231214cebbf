"""A month of a chat: how many messages each day has, and whether it was wholly seen."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, strategies

from archiver.records import JST, Gap, MessageId, Pause, Period, RoomId, begin_of_day
from archiver.records.conversation import first_id_after
from archiver.web.talk.calendar import DayCoverage, RoomReadings, day_coverage, unwatched_time
from tests.support.archives.maker import ROOM
from tests.support.viewer.client import Browser, open_viewer
from tests.support.world import running_world


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
    assert "4 - before saving began" == found["2026-11-04"]
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


def test_a_day_on_which_a_quiet_chat_was_read_is_no_day_to_come(tmp_path: Path) -> None:
    """Its list showed nothing new, so no record tells of it yet."""
    with running_world(tmp_path) as world:
        world.post("最初")
        world.sync()
        world.clock.pass_by(days=1)
        world.sync()
        with open_viewer(tmp_path) as browser:
            found = days(browser.get(f"/room/{world.room}/calendar?month=2026-07"))
        today = world.clock().astimezone(JST).date()

    assert "partly seen" in found[f"{today}"]


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


BEGIN = datetime(2026, 11, 2, 3, tzinfo=UTC)
"""Noon in Japan on the second."""
END = datetime(2026, 11, 20, 3, tzinfo=UTC)
COVERED = [Period(BEGIN, END)]


def on(day: int, hour: float = 0) -> datetime:
    """A time in Japan."""
    return datetime(2026, 11, 1, tzinfo=JST) + timedelta(days=day - 1, hours=hour)


def gap(start: datetime | None, end: datetime | None, *, after: str | None = "1", before: str = "2") -> Gap:
    message = None if after is None else MessageId(after)
    return Gap(RoomId(1), 1, message, MessageId(before), start, end, None, "window")


SIGNS = {"b": DayCoverage.BEFORE, "p": DayCoverage.PARTLY, "w": DayCoverage.WHOLLY, "g": DayCoverage.GAP}
SIGNS |= {"n": DayCoverage.NOT_YET, "a": DayCoverage.PAUSE}
IDS = [f"{first_id_after(on(day, 12))}" for day in (7, 8)]
NIGHT = Pause(on(7, 22), on(8, 6))


@pytest.mark.parametrize(
    ("known", "first", "expected"),
    [
        (RoomReadings([], [], []), 5, "b"),
        (RoomReadings(COVERED, [], []), 1, "bpw"),
        (RoomReadings(COVERED, [], []), 19, "wpn"),
        (RoomReadings(COVERED, [gap(on(7, 23.99), on(9, 0.01))], []), 6, "wgggw"),
        (RoomReadings(COVERED, [gap(None, None, after=IDS[0], before=IDS[1])], []), 6, "wggw"),
        (RoomReadings(COVERED, [gap(None, on(2, 12), after=None)], []), 1, "bp"),
        (RoomReadings(COVERED, [], [NIGHT]), 7, "aaw"),
    ],
    ids=["never read", "its begin", "its end", "a gap", "by its messages", "before the first list", "over midnight"],
)
def test_each_day_says_how_much_of_it_was_seen(known: RoomReadings, first: int, expected: str) -> None:
    """Days in a row: each that a gap or a pause touches has it, also where only ids tell when a gap was."""
    days = [date(2026, 11, first + number) for number in range(len(expected))]

    assert [SIGNS[sign] for sign in expected] == [day_coverage(day, known) for day in days]


def test_a_pause_is_told_with_its_length() -> None:
    """Over midnight it belongs to both days."""
    known = RoomReadings(COVERED, [], [NIGHT])

    assert [2, 6, 0] == [unwatched_time(date(2026, 11, day), known) / timedelta(hours=1) for day in (7, 8, 9)]


TIMES = strategies.integers(0, 40 * 24).map(lambda hour: on(1, hour))
SPANS = strategies.tuples(TIMES, TIMES).map(sorted)


@given(
    strategies.integers(0, 39),
    strategies.lists(SPANS.map(lambda span: Period(*span)), max_size=4),
    strategies.lists(SPANS.map(lambda span: gap(*span)), max_size=3),
    strategies.lists(SPANS.map(lambda span: Pause(span[0], span[1])), max_size=3),
)
def test_wholly_seen_is_never_said_of_an_hour_that_was_not(
    number: int, covered: list[Period], gaps: list[Gap], pauses: list[Pause]
) -> None:
    """Every hour of such a day lies in what was covered, in no gap and in no pause."""
    day = date(2026, 11, 1) + timedelta(days=number)
    begin = begin_of_day(day)
    state = day_coverage(day, RoomReadings(covered, gaps, pauses))
    hours = [begin + timedelta(hours=hour, minutes=30) for hour in range(24)]

    if state in {DayCoverage.WHOLLY, DayCoverage.PAUSE}:
        assert all(any(one.start <= hour < one.end for one in covered) for hour in hours)
        assert not any(one.start < hour < one.end for one in gaps for hour in hours if one.start and one.end)
    if state is DayCoverage.WHOLLY:
        assert not any(one.start < hour < one.end for one in pauses for hour in hours)
    if state in {DayCoverage.BEFORE, DayCoverage.NOT_YET}:
        assert not any(one.start < hour < one.end for one in covered for hour in hours)
