"""The rows of a talk: no break is lost between two pages."""

from __future__ import annotations

from collections import Counter

from hypothesis import given, strategies

from archiver.records import Gap, Message, MessageId, Pause
from archiver.render.gap_breaks import GapBreaks, GapEnd
from archiver.web.talk.flow import break_rows, gaps_on_page, places_outward
from tests.support.reports import sample_conversation
from tests.support.reports.sample_conversation import ROOM, at

ONE = next(sample_conversation.sample().messages())


def message(number: int, minutes: float | None = None) -> Message:
    """A message whose id is a small number, sent so many minutes after the beginning."""
    sent = at(number if minutes is None else minutes)
    return ONE._replace(message_id=MessageId(f"{number}"), send_time=sent)


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


def walk(
    messages: list[Message], gaps: list[Gap], pauses: list[Pause], size: int
) -> list[list[Message | Pause | Gap | GapEnd]]:
    """All pages, each made of what it alone is given."""
    found = []
    for begin in range(0, len(messages), size):
        page, before = messages[begin : begin + size], messages[begin - 1] if begin else None
        is_last = begin + size >= len(messages)
        page_pauses = [one for one in pauses if before is None or one.start > before.send_time]
        page_pauses = [one for one in page_pauses if is_last or one.start <= page[-1].send_time]
        breaks = GapBreaks(gaps_on_page(gaps, before, page, is_last=is_last), page_pauses)
        rows = [row for one in page for row in (*breaks.due(one), one)]
        found.append([*rows, *(breaks.left() if is_last else ())])
    return found


@given(rooms())
def test_every_break_stands_where_it_should(room: tuple[list[Message], list[Gap], list[Pause], int]) -> None:
    """Pages together show each message and pause once, each gap once and again where a page begins inside it."""
    messages, gaps, pauses, size = room

    rows = [row for page in walk(messages, gaps, pauses, size) for row in page]

    borders = [int(messages[place - 1].message_id) for place in range(size, len(messages), size)]
    assert messages == [row for row in rows if isinstance(row, Message)]
    assert Counter(pauses) == Counter(row for row in rows if isinstance(row, Pause))
    for one in gaps:
        begin, end = int(one.after or -1), int(one.before)
        assert 1 + sum(begin < border < end for border in borders) == rows.count(one)


@given(rooms())
def test_a_break_stands_before_what_followed_it(room: tuple[list[Message], list[Gap], list[Pause], int]) -> None:
    """Where no page begins inside a gap, the pages together say what one page for all would say."""
    messages, gaps, pauses, _size = room
    (whole,) = walk(messages, gaps, pauses, len(messages))

    for size in (1, 2, 3):
        borders = [int(messages[place - 1].message_id) for place in range(size, len(messages), size)]
        if not any(int(one.after or -1) < border < int(one.before) for one in gaps for border in borders):
            assert whole == [row for page in walk(messages, gaps, pauses, size) for row in page]


@given(strategies.integers(1, 30), strategies.data())
def test_outward_reaches_every_place_once(count: int, data: strategies.DataObject) -> None:
    """From the centre on, neighbours of those before."""
    centre = data.draw(strategies.integers(0, count - 1))

    places = list(places_outward(count, centre))

    assert list(range(count)) == sorted(places)
    assert all(max(places[:n]) - min(places[:n]) == n - 1 for n in range(1, count + 1))


def test_an_empty_chat_has_all_its_breaks() -> None:
    """A gap of a chat without messages is not lost."""
    assert [1] == [one.number for one in gaps_on_page([gap(1, None, 5)], None, [], is_last=True)]


def test_many_pauses_in_a_row_are_folded_up() -> None:
    """Each is still there, and that one of them cost messages."""
    pauses = [Pause(at(begin), at(begin + 5)) for begin in range(0, 100, 10)]
    hole = gap(1, 1, 2)._replace(start=at(31), end=at(32))

    (row,) = break_rows(pauses, [hole], at(0))

    assert "Saving had stopped 10 times" == row["text"]
    assert [False] * 3 + [True] + [False] * 6 == ["Not all messages" in line for line in row["lines"]]
