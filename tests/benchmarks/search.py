"""How fast the first 50 hits come in an archive of a million messages, and whether a scan finds more."""

from __future__ import annotations

import sqlite3
from functools import partial
from itertools import islice
from pathlib import Path
from random import Random
from statistics import median

from archiver.letter_folding import fold
from archiver.store.archive import Reading
from archiver.store.engine import driver_connection
from archiver.store.search.index import is_current
from archiver.store.search.newest_hits import HitRequest, count_hits, newest_hits
from archiver.store.search.query import SearchQuery, SearchScope, parse
from archiver.store.search.search import SearchResult, search
from tests.benchmarks.instruments import corpus
from tests.benchmarks.instruments.measure import Figure, median_seconds
from tests.benchmarks.instruments.million_messages import COUNT, million_messages

BAR, BAR_OF_FILTERS = 5, 20
"""Milliseconds."""

SHOWN = 50
LENGTHS = range(1, 11)
EACH = 6
"""Pieces of each length that are searched for."""

COMMON = ("す", "。", "の", "です", "納品", "よろしく", "お願いします", "ありえない語")
TIMES = 5

COUNTED = 200
"""More messages than this the viewer does not count."""

FILTERS = (
    "has:link",
    "has:file",
    "has:task",
    "has:edit",
    "has:delete",
    "納品 has:link",
    "from:1234567",
    "from:1",
    "after:2100-01-01",
    "after:2026-12-01",
    "before:2026-12-01",
)
"""None of the messages has a link, a file or a task."""


def measure(folder: Path) -> list[Figure]:
    """Each query several times, warm; the slowest median counts. One pass over all texts says what must be found."""
    archive = million_messages(folder / "home")
    queries = [SearchQuery(word, (word,)) for word in _pieces()]
    with archive.reading() as reading:
        assert is_current(reading.sql)
        source = driver_connection(reading.sql)
        first = {query.text: median_seconds(partial(_first_page, reading, query), times=TIMES)[0] for query in queries}
        filtered = {
            text: median_seconds(partial(_first_page, reading, parse(text)), times=TIMES)[0] for text in FILTERS
        }
        counted = {
            one.text: median_seconds(partial(count_hits, HitRequest(source, one, SearchScope(), SHOWN)), times=TIMES)[0]
            for one in queries
        }
        plain = median_seconds(partial(_instr, source, "納品"), times=TIMES)[0]
        wrong = _differences(source, queries)
    archive.close()
    return [_figure(first, counted, plain, wrong), _figure_of_filters(filtered, plain)]


def _first_page(reading: Reading, query: SearchQuery) -> SearchResult:
    """What the viewer asks for: the first messages, everything else that has the words, and how many there are."""
    return search(reading, query, limit=SHOWN, count_limit=COUNTED)


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


def _figure(first: dict[str, float], counted: dict[str, float], plain: float, wrong: list[str]) -> Figure:
    worst, slowest = max(first, key=lambda one: first[one]), max(counted, key=lambda one: counted[one])
    milliseconds = first[worst] * 1000
    measured = (
        f"{len(first)} queries, {len(wrong)} unlike a scan; "
        f"first {SHOWN}: {milliseconds:.1f} ms at worst (「{worst}」), "
        f"{median(first.values()) * 1000:.1f} ms in the middle; "
        f"exact number: {counted[slowest] * 1000:.0f} ms at worst (「{slowest}」), "
        f"{median(counted.values()) * 1000:.0f} ms in the middle; one plain `instr` over all: {plain * 1000:.0f} ms"
    )
    bar = f"every hit that a scan finds; first {SHOWN} in ≤ {BAR} ms"
    numbers = {"milliseconds": milliseconds, "count_milliseconds": counted[slowest] * 1000, "unlike": len(wrong)}
    return Figure(f"search in {COUNT:,} messages", bar, measured, milliseconds <= BAR and not wrong, numbers)


def _figure_of_filters(filtered: dict[str, float], plain: float) -> Figure:
    worst = max(filtered, key=lambda one: filtered[one])
    texts = "; ".join(f"{text} {seconds * 1000:.1f} ms" for text, seconds in filtered.items())
    measured = f"{texts}; one plain `instr` over all: {plain * 1000:.0f} ms"
    numbers = {text: seconds * 1000 for text, seconds in filtered.items()}
    what = f"the filters of the search in {COUNT:,} messages"
    return Figure(what, f"≤ {BAR_OF_FILTERS} ms", measured, filtered[worst] * 1000 <= BAR_OF_FILTERS, numbers)
