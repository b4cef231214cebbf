"""How fast the first 50 hits come in an archive of a million messages, and whether a scan finds more."""

from __future__ import annotations

import sqlite3
import time
from datetime import timedelta
from functools import partial
from itertools import islice
from pathlib import Path
from random import Random
from statistics import median

from archiver.letter_folding import fold
from archiver.records import JST
from archiver.store.archive import Reading
from archiver.store.engine import driver_connection
from archiver.store.search.index import is_current
from archiver.store.search.newest_hits import HitPosition, HitRequest, count_hits, newest_hits
from archiver.store.search.query import SearchQuery, SearchScope, parse
from archiver.store.search.search import SearchResult, search
from tests.benchmarks.instruments import corpus
from tests.benchmarks.instruments.large_archives import COUNT, million_messages
from tests.benchmarks.instruments.measure import Figure, median_seconds

BAR, BAR_OF_DAYS = 5, 20
"""Milliseconds."""

SHOWN = 50
LENGTHS = range(1, 11)
EACH = 6
"""Pieces of each length that are searched for."""

COMMON = ("す", "。", "の", "です", "納品", "よろしく", "お願いします", "ありえない語")
SIGN = "す"
"""Of which the second page is asked for."""

PARTS = (0.1, 0.4, 0.6, 0.9, 0.99)
"""After which part of all the time the days lie before which messages are asked for."""

TIMES = 5

COUNTED = 200
"""More messages than this the viewer does not count."""


def measure(folder: Path) -> list[Figure]:
    """Each query several times, warm; the slowest median of CPU counts. One pass over all texts says what there is."""
    archive = million_messages(folder / "home")
    queries = [SearchQuery(word, (word,)) for word in _pieces()]
    with archive.reading() as reading:
        assert is_current(reading.sql)
        source = driver_connection(reading.sql)
        first = {query.text: _milliseconds(reading, query) for query in queries}
        older = _first_page(reading, SearchQuery(SIGN, (SIGN,))).older
        second = _milliseconds(reading, SearchQuery(SIGN, (SIGN,)), older)
        days = {
            part: _milliseconds(reading, parse(f"before:{_day(source, part)}", now=corpus.BEGIN.replace(tzinfo=JST)))
            for part in PARTS
        }
        plain = 1000 * median_seconds(partial(_instr, source, "納品"), times=TIMES, clock=time.process_time)[0]
        wrong = _differences(source, queries)
    archive.close()
    return [_figure(first, second, plain, wrong), _figure_of_days(days, plain)]


def _first_page(reading: Reading, query: SearchQuery, older: HitPosition | None = None) -> SearchResult:
    """What the viewer asks for: the first messages, everything else that has the words, and how many there are."""
    return search(reading, query, limit=SHOWN, count_limit=COUNTED, older_than=older)


def _milliseconds(reading: Reading, query: SearchQuery, older: HitPosition | None = None) -> float:
    asked = partial(_first_page, reading, query, older)
    return 1000 * median_seconds(asked, times=TIMES, clock=time.process_time)[0]


def _day(source: sqlite3.Connection, part: float) -> str:
    first, last = source.execute("SELECT min(send_time), max(send_time) FROM message").fetchone()
    begin = corpus.BEGIN.replace(tzinfo=JST)
    return f"{begin + timedelta(seconds=part * (last - first)):%Y-%m-%d}"


def _pieces() -> list[str]:
    random, pieces = Random(5), dict.fromkeys(COMMON)
    for length in LENGTHS:
        for text in map(fold, islice(corpus.sentences(length), EACH)):
            begin = random.randrange(len(text) - length)
            pieces[text[begin : begin + length].strip() or "の"] = None
    return list(pieces)


def _instr(source: sqlite3.Connection, word: str) -> int:
    number: int = source.execute("SELECT count(*) FROM message_version WHERE instr(body, ?)", (word,)).fetchone()[0]
    return number


def _differences(source: sqlite3.Connection, queries: list[SearchQuery]) -> list[str]:
    """Queries for which a look through all texts finds another number of messages, or other newest ones."""
    found: dict[str, list[int]] = {one.text: [] for one in queries}
    for position, body in source.execute("SELECT position, body FROM message_version ORDER BY position DESC"):
        folded = fold(body)
        for query in queries:
            if query.text in folded:
                found[query.text].append(position)
    return [one.text for one in queries if _by_index(source, one) != (len(found[one.text]), found[one.text][:SHOWN])]


def _by_index(source: sqlite3.Connection, query: SearchQuery) -> tuple[int, list[int]]:
    asked = HitRequest(source, query, SearchScope(), SHOWN)
    return count_hits(asked), [one.position for one in newest_hits(asked)]


def _figure(first: dict[str, float], second: float, plain: float, wrong: list[str]) -> Figure:
    worst = max(first, key=lambda one: first[one])
    middle = median(first.values())
    measured = (
        f"{len(first)} queries, {len(wrong)} unlike a scan; first {SHOWN}: {middle:.1f} ms in the middle, "
        f"{first[worst]:.1f} ms at worst (「{worst}」); second page of 「{SIGN}」 {second:.1f} ms; "
        f"one plain `instr` over all: {plain:.0f} ms"
    )
    bar = f"every hit that a scan finds; first {SHOWN} in ≤ {BAR} ms of CPU"
    return Figure(f"search in {COUNT:,} messages", bar, measured, first[worst] <= BAR and not wrong)


def _figure_of_days(days: dict[float, float], plain: float) -> Figure:
    texts = ", ".join(f"{taken:.1f} ms after {part:g}" for part, taken in days.items())
    measured = f"{texts} of the time; one plain `instr` over all: {plain:.0f} ms"
    what = f"messages before a day, of {COUNT:,}"
    return Figure(what, f"≤ {BAR_OF_DAYS} ms of CPU", measured, max(days.values()) <= BAR_OF_DAYS)
