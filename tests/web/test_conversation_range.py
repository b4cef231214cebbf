"""Which messages a page has, and that no break is lost between two pages."""

from __future__ import annotations

import dataclasses
import re
from collections import Counter

from hypothesis import given, strategies

from archiver.records import Gap, Message, MessageId, Pause
from archiver.render.times import local_time
from archiver.web import conversation_range
from archiver.web.conversation_range import PageBreaks, fit_messages, gaps_on_page, pauses_html, places_outward
from tests.support.reports import sample_conversation
from tests.support.reports.sample_conversation import ROOM, at

ONE = next(sample_conversation.sample().messages())


def message(number: int, minutes: float | None = None) -> Message:
    """A message whose id is a small number, sent so many minutes after the beginning."""
    sent = at(number if minutes is None else minutes)
    return dataclasses.replace(ONE, message_id=MessageId(f"{number}"), send_time=sent)


def gap(number: int, after: int | None, before: int) -> Gap:
    """A gap between two ids."""
    last = None if after is None else MessageId(f"{after}")
    return Gap(ROOM, number, last, MessageId(f"{before}"), None, None, None, "window")


NUMBERS = strategies.lists(strategies.integers(1, 40), unique=True, min_size=1, max_size=20).map(sorted)
ENDS = strategies.lists(strategies.tuples(strategies.integers(0, 41), strategies.integers(1, 6)), max_size=6)


@strategies.composite
def rooms(draw: strategies.DrawFn) -> tuple[list[Message], list[Gap], list[Pause], int]:
    """Messages in order, gaps and pauses anywhere, and how many messages a page has."""
    messages = [message(number) for number in draw(NUMBERS)]
    gaps = [gap(n, begin or None, begin + length) for n, (begin, length) in enumerate(draw(ENDS), 1)]
    starts = draw(strategies.lists(strategies.integers(0, 84), unique=True, max_size=6).map(sorted))
    pauses = [Pause(at(begin / 2), at(begin / 2 + 0.25)) for begin in starts]
    return messages, gaps, pauses, draw(strategies.integers(1, 5))


def walk(messages: list[Message], gaps: list[Gap], pauses: list[Pause], size: int) -> list[str]:
    """All pages, each made of what it alone is given."""
    found = []
    for begin in range(0, len(messages), size):
        page, before = messages[begin : begin + size], messages[begin - 1] if begin else None
        is_last = begin + size >= len(messages)
        page_pauses = [one for one in pauses if before is None or one.start > before.send_time]
        page_pauses = [one for one in page_pauses if is_last or one.start <= page[-1].send_time]
        breaks = PageBreaks(gaps_on_page(gaps, before, page, is_last=is_last), page_pauses, gaps)
        found.append("".join(f"{breaks.before(one)}<m{one.message_id}>" for one in page))
        found[-1] += breaks.rest() if is_last else ""
    return found


@given(rooms())
def test_every_break_stands_where_it_should(room: tuple[list[Message], list[Gap], list[Pause], int]) -> None:
    """Pages together show each message and pause once, each gap once and again where a page begins inside it."""
    messages, gaps, pauses, size = room

    pages = walk(messages, gaps, pauses, size)

    text = "".join(pages)
    counts = Counter(int(one) for one in re.findall(r'id="gap(\d+)"', text))
    assert [f"{one.message_id}" for one in messages] == re.findall(r"<m(\d+)>", text)
    borders = [int(messages[place - 1].message_id) for place in range(size, len(messages), size)]
    for gap in gaps:
        begin, end = int(gap.after or -1), int(gap.before)
        assert 1 + sum(begin < border < end for border in borders) == counts[gap.number]
    assert len(pauses) == text.count("<b>確認していない時間帯</b>") - text.count("<details") + text.count("<li>")
    for pause in pauses:
        assert 1 == len(re.findall(f"{local_time(pause.start)} から {local_time(pause.end)} まで(?!に)", text))


@given(rooms())
def test_a_break_stands_before_what_followed_it(room: tuple[list[Message], list[Gap], list[Pause], int]) -> None:
    """Where no page begins inside a gap, the pages together say what one page for all would say."""
    messages, gaps, pauses, _size = room
    whole = walk(messages, gaps, pauses, len(messages))

    for size in (1, 2, 3):
        borders = [int(messages[place - 1].message_id) for place in range(size, len(messages), size)]
        if not any(int(one.after or -1) < border < int(one.before) for one in gaps for border in borders):
            assert whole == ["".join(walk(messages, gaps, pauses, size))]


@given(strategies.integers(1, 30), strategies.data())
def test_outward_reaches_every_place_once(count: int, data: strategies.DataObject) -> None:
    """From the centre on, neighbours of those before."""
    centre = data.draw(strategies.integers(0, count - 1))

    places = list(places_outward(count, centre))

    assert list(range(count)) == sorted(places)
    assert all(max(places[:n]) - min(places[:n]) == n - 1 for n in range(1, count + 1))


@given(strategies.lists(strategies.integers(1, 200_000), min_size=1, max_size=12), strategies.data())
def test_a_page_has_what_fits_and_at_least_one(sizes: list[int], data: strategies.DataObject) -> None:
    """The message that was asked for is there, with as many around it as fit."""
    centre = data.draw(strategies.integers(0, len(sizes) - 1))
    messages = [message(number) for number in range(1, len(sizes) + 1)]

    kept, html_by_place = fit_messages(messages, centre, lambda one: "x" * sizes[int(one.message_id) - 1])

    total = sum(len(html) for html in html_by_place.values())
    assert centre in kept
    assert list(kept) == sorted(html_by_place)
    assert len(kept) == 1 or total <= conversation_range.BYTES_LIMIT
    assert len(kept) == len(sizes) or total + max(sizes) > conversation_range.BYTES_LIMIT


def test_nothing_is_made_of_no_messages() -> None:
    """An empty room has an empty page, with all its breaks."""
    kept, html_by_place = fit_messages([], 0, lambda _one: "x")

    assert (0, {}) == (len(kept), html_by_place)
    assert [1] == [one.number for one in gaps_on_page([gap(1, None, 5)], None, [], is_last=True)]


def test_many_pauses_in_a_row_are_folded_up() -> None:
    """Each is still there, and that one of them cost messages."""
    pauses = [Pause(at(begin), at(begin + 5)) for begin in range(0, 100, 10)]
    hole = dataclasses.replace(gap(1, 1, 2), start=at(31), end=at(32))

    actual = pauses_html(pauses, [hole])

    assert 1 == actual.count("<summary>")
    assert 10 == actual.count("<li>")
    assert 1 == actual.count("(保存できなかった期間があります)")
    assert "10回" in actual
