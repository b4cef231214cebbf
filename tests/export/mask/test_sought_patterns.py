"""Patterns that are looked for only where the characters are which they need find what they find everywhere."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator
from random import Random
from unittest.mock import patch

import pytest
from hypothesis import given, settings, strategies
from hypothesis.strategies import SearchStrategy

from archiver.export import mask
from archiver.export.mask.folding import folded_text
from archiver.export.mask.leftover_rules import found_pieces
from archiver.export.mask.leftovers import normalised_text
from archiver.export.mask.sought import sought_pattern
from archiver.export.mask.sought.sought_pattern import SoughtPattern, sought
from tests.benchmarks.leftovers import CORPORA, read_corpus


def of_modules() -> list[SoughtPattern]:
    """Every such pattern of the modules that mask, also within tuples and tables."""
    modules = [importlib.import_module(one.name) for one in pkgutil.walk_packages(mask.__path__, f"{mask.__name__}.")]
    found = {id(one): one for module in modules for value in vars(module).values() for one in within(value)}
    return list(found.values())


def within(value: object) -> Iterator[SoughtPattern]:
    if isinstance(value, SoughtPattern):
        yield value
    elif isinstance(value, tuple | dict):
        parts = value.values() if isinstance(value, dict) else value
        yield from (one for part in parts for one in within(part))


@pytest.fixture(scope="module")
def sentences() -> list[str]:
    """Of each corpus some, with names and without, of one width; and of some the folded form, in which is masked."""
    lines = [
        line for folder in CORPORA for name in ("with", "without") for line in read_corpus(f"{folder}{name}.jsonl")
    ]
    some = [normalised_text(line["text"]) for line in Random(3).sample(lines, 400)]
    return [*some, *map(folded_text, some[:100])]


def test_no_pattern_is_in_a_text_that_lacks_what_it_needs(sentences: list[str]) -> None:
    """Of all patterns in texts of strangers."""
    patterns = of_modules()
    assert len(patterns) > 200

    skipped = [(one, text) for text in sentences for one in patterns if not one.may_be_in(text)]

    assert len(skipped) > len(patterns) * len(sentences) / 2
    assert [] == [(one.pattern, text) for one, text in skipped if one.regex.search(text)]


def joined(sentences: list[str], random: Random) -> str:
    """Pieces of some sentences, cut anywhere and put together."""
    parts = []
    for part in random.choices(sentences, k=random.randint(1, 4)):
        start, end = sorted(random.choices(range(len(part) + 1), k=2))
        parts.append(part[start:end])
    return random.choice(["", " ", "\n", "。"]).join(parts)


def test_the_rules_find_the_same_with_every_search_made(sentences: list[str]) -> None:
    """In sentences as they are, and in pieces of them put together at random."""
    seed = Random().randrange(1_000_000)
    random = Random(seed)
    texts = [*sentences[:150], *(joined(sentences, random) for _ in range(250))]

    found = [list(found_pieces(text)) for text in texts]

    with patch.object(sought_pattern, "_bits_of", lambda _text: -1):
        assert found == [list(found_pieces(text)) for text in texts], seed


ATOMS = strategies.sampled_from(
    ["a", "b", "あ", "[ab]", "[^a]", "[b-d]", r"[\sc]", r"\w", ".", "(?=b)", "(?!c)", "(?<=d)"]
)


def larger(parts: SearchStrategy[str]) -> SearchStrategy[str]:
    """Rows, alternatives, repetitions and looks around of smaller patterns."""
    rows = strategies.lists(parts, min_size=1, max_size=3).map("".join)
    return strategies.one_of(
        rows,
        strategies.lists(rows, min_size=2, max_size=3).map(lambda some: f"(?:{'|'.join(some)})"),
        rows.flatmap(lambda one: strategies.sampled_from([f"(?:{one}){{0,2}}", f"({one}){{1,2}}?", f"(?={one})"])),
        rows.flatmap(lambda one: strategies.sampled_from([f"(?!{one})", f"(?:{one})?c", f"(?P<n>{one})(?P=n)"])),
    ).filter(lambda pattern: pattern.count("(?P<n>") < 2)


@settings(max_examples=150, deadline=None)
@given(strategies.recursive(ATOMS, larger, max_leaves=5), strategies.lists(strategies.text("abcdあA", max_size=4)))
def test_what_is_derived_of_a_pattern_is_needed(pattern: str, texts: list[str]) -> None:
    """Of patterns made at random, in texts made at random."""
    one = sought(pattern)

    assert [] == [text for text in texts if one.regex.search(text) and not one.may_be_in(text)]
    assert [list(map(str, one.finditer(text))) for text in texts] == [
        list(map(str, one.regex.finditer(text))) for text in texts
    ]


def test_what_is_needed_depends_on_the_form_of_a_pattern() -> None:
    """Every literal, one of the rarest of alternatives, and nothing of what may be absent, negated or of any case."""
    texts = ["担当", "名義", "当名", "担", ""]

    def possible(pattern: str) -> list[str]:
        return [text for text in texts if sought(pattern).may_be_in(text)]

    assert possible("担当") == ["担当"]
    assert possible("担当|名義") != texts
    assert possible("(?<=担)x?") == ["担当", "担"]
    assert possible("x?|担") == texts
    assert possible("[^担]") == texts
    assert possible("(?i:担)") == texts
