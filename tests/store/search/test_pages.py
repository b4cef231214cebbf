"""Hits beyond the first: page after page, each message once, as one long list has them."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings, strategies

from archiver.records import JST, Observation
from archiver.store.archive import Archive, Reading
from archiver.store.search import newest_hits
from archiver.store.search.newest_hits import HitPosition
from archiver.store.search.query import SearchQuery, parse
from archiver.store.search.search import SearchResult, search
from tests.support.archives.maker import CLIENT, ArchiveMaker, at, file_object, message_object
from tests.support.archives.random_histories import archive_with_history, shown
from tests.support.cases import cases_of

Seen = tuple[int, int, str]
"""A room, a message and a text that it has from then on."""

HISTORY = strategies.lists(
    strategies.tuples(
        strategies.integers(1, 2),
        strategies.integers(1, 12),
        strategies.sampled_from(["あい", "い", "うあ", "[deleted]"]),
    ),
    max_size=40,
)

LATE: list[Seen] = [(1, 5, "あい"), (1, 6, "あい"), (1, 7, "あい"), (1, 9, "い"), (1, 12, "い"), (1, 9, "あい")]
"""A message newer than those with the character gets it later."""


def seen_as(version: Seen) -> Observation:
    """A message that is simply there."""
    room, message, text = version
    return shown(message_object(message, text), room=room)


def pages(reading: Reading, text: str, limit: int) -> Iterator[SearchResult]:
    """Every page of a search."""
    older: HitPosition | None = None
    while True:
        found = search(reading, parse(text, now=at(0)), limit=limit, older_than=older)
        yield found
        older = found.older
        if older is None:
            return


@pytest.mark.drawn
@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    history=HISTORY,
    text=strategies.sampled_from(
        ["あ", "い", "あい", "い -あ", "-あ", "room:1 あ", "from:7654321", "has:edit い", "from:1 い"]
    ),
    limit=strategies.integers(1, 7),
    recent=strategies.sampled_from([0, 2, 5, 2_000]),
    few=strategies.sampled_from([0, 2_000]),
)
@example(history=LATE, text="あ", limit=1, recent=2_000, few=0)
def test_pages_put_together_are_the_one_list(
    blank: Archive, monkeypatch: pytest.MonkeyPatch, history: list[Seen], text: str, limit: int, recent: int, few: int
) -> None:
    """By the index or by a scan, whatever came late; each message stands once, with the same text."""
    monkeypatch.setattr(newest_hits, "RECENT", recent)
    monkeypatch.setattr(newest_hits, "FEW_LIMIT", few)
    with archive_with_history(blank, [[seen_as(one)] for one in history]) as archive, archive.reading() as reading:
        whole = search(reading, parse(text, now=at(0)), limit=100)
        parts = list(pages(reading, text, limit))

        assert whole.hits == tuple(hit for one in parts for hit in one.hits)
        assert whole.total == len(whole.hits) == parts[0].total
        assert whole.older is None


def test_a_sign_of_many_texts_that_came_late_is_found_without_the_index(
    blank: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The index has no single characters: to ask it for one took 166 ms among 1,000,000 messages."""
    monkeypatch.setattr(newest_hits, "RECENT", 10)
    history = [[seen_as((1, one, text))] for text in ("い", "あ") for one in range(1, 9)]
    with archive_with_history(blank, history) as archive, archive.reading() as reading:
        monkeypatch.delattr(SearchQuery, "expression")
        found = search(reading, parse("あ", now=at(0)), limit=2, older_than=HitPosition(6, 1, 0))

        assert [one.message_id for one in found.hits] == ["5", "4"]


@pytest.fixture(scope="module")
def maker() -> Iterator[ArchiveMaker]:
    """One hundred messages with あ, and nine without."""
    with tempfile.TemporaryDirectory() as folder:
        archive_maker = ArchiveMaker(Path(folder) / "home")
        archive_maker.room("動画")
        archive_maker.account(CLIENT, "田中")
        archive_maker.sync([message_object(number, f"あ{number}") for number in range(1, 101)])
        archive_maker.sync([message_object(number, "い") for number in range(201, 210)], minutes=2)
        archive_maker.file(file_object(7, "あい.png", 1, message_id=5), None)
        yield archive_maker
        archive_maker.archive.close()


@pytest.mark.parametrize(
    ("text", "count_limit", "expected"),
    cases_of(__file__, "counts"),
)
def test_more_than_enough_is_not_counted(
    maker: ArchiveMaker, text: str, count_limit: int | None, expected: tuple[int, bool]
) -> None:
    """`total` is then the number that is surely there, and says so."""
    with maker.archive.reading() as reading:
        actual = search(reading, parse(text, now=at(0)), limit=20, count_limit=count_limit)

    assert expected == (actual.total, actual.is_exact)


@pytest.mark.parametrize("few", [0, 2_000])
@pytest.mark.parametrize(("text", "expected"), cases_of(__file__, "few_messages_and_many_are_found_alike"))
def test_few_messages_and_many_are_found_alike(
    maker: ArchiveMaker, monkeypatch: pytest.MonkeyPatch, text: str, expected: int, few: int
) -> None:
    """Whether those with a filter are looked at one by one or the whole room is walked through."""
    monkeypatch.setattr(newest_hits, "FEW_LIMIT", few)
    with maker.archive.reading() as reading:
        found = search(reading, parse(text, now=at(0)))

    assert (expected, min(50, expected), True) == (found.total, len(found.hits), found.is_exact)


def test_later_pages_have_messages_alone(maker: ArchiveMaker) -> None:
    """Files and tasks stand on the first; nothing is counted again."""
    with maker.archive.reading() as reading:
        first = search(reading, parse("あ", now=at(0)), limit=60)
        second = search(reading, parse("あ", now=at(0)), limit=60, older_than=first.older)

    assert (1, 60, 100) == (len(first.others), len(first.hits), first.total)
    assert (0, 40, 0) == (len(second.others), len(second.hits), second.total)
    assert (None, False) == (second.older, second.is_exact)


def test_messages_before_a_day_are_found_though_ids_and_times_go_apart(
    blank: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Those of that day and the ones before, by id: in its week by the index of times, in earlier ones by theirs."""
    monkeypatch.setattr(newest_hits, "FEW_LIMIT", 0)
    a_day = 5 * 24 * 60
    days = [0, 3, 1, 4, 0, 2, 5, 1, 9, 2, 6, 1]
    seen = [shown(message_object(number, "あ", sent=day * a_day), room=1) for number, day in enumerate(days, 1)]
    with archive_with_history(blank, [seen]) as archive, archive.reading() as reading:
        for day in range(1, 8):
            until = at(day * a_day).astimezone(JST).date()
            parts = list(pages(reading, f"before:{until} -い", 2)) + list(pages(reading, f"before:{until}", 2))

            found = [int(hit.message_id) for one in parts for hit in one.hits]
            assert found == 2 * [number for number in range(12, 0, -1) if days[number - 1] <= day]
