"""`--messages`: ids, links and numbers as people paste them, and nothing else."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies

from archiver import errors
from archiver.export.package_scope import NOTHING, MessageChoice, parse_choice

ID = "1876543210987654321"
LINK = f"https://www.chatwork.com/#!rid123456789-{ID}"
FULL_WIDTH = {code: code + 0xFEE0 for code in range(0x21, 0x7F)}
"""Latin characters and digits -> as a Japanese keyboard gives them."""


@pytest.mark.parametrize(
    ("given", "ids", "numbers"),
    [
        (None, (), ()),
        ("", (), ()),
        (ID, (ID,), ()),
        (f"m{ID}", (ID,), ()),
        (LINK, (ID,), ()),
        (f"#!rid123456789-{ID}", (ID,), ()),
        (LINK.replace("www.chatwork.com", "kcw.kddi.ne.jp"), (ID,), ()),
        ("No.12", (), (12,)),
        ("no 12,NO12、№12 No. 13", (), (12, 13)),
        ("12", (), (12,)),
        ("12345678", ("12345678",), ()),
        ("m12", ("12",), ()),
        ("\uff2e\uff4f\uff0e\uff11\uff12\uff0c87654321、34\u300056\n78", ("87654321",), (12, 34, 56, 78)),
        ("00000012345678", ("12345678",), ()),
        (f"{LINK}、{LINK} ,, No.007", (ID,), (7,)),
    ],
)
def test_the_three_forms_are_understood(given: str | None, ids: tuple[str, ...], numbers: tuple[int, ...]) -> None:
    """Alone and mixed, with commas of any width, line ends and leading zeros."""
    found = parse_choice(given)

    assert (frozenset(ids), frozenset(numbers)) == (found.ids, found.numbers)


@pytest.mark.parametrize(
    "given",
    ["No.", "No.1-5", "abc", "12x", "-5", "1.5", f"{LINK}/evil", "https://example.com/", "No.1;2", "m", "①a", "1" * 21],
)
def test_junk_is_refused_by_name(given: str) -> None:
    """With exit 2, before anything is made."""
    with pytest.raises(errors.UsageError) as refused:
        parse_choice(f"No.1, {given}")

    assert 2 == refused.value.code


WORDS = strategies.one_of(
    strategies.integers(10**7, 10**19 - 1).map(lambda one: (str(one), f"{one}")),
    strategies.integers(10**7, 10**19 - 1).map(lambda one: (str(one), f"m{one}")),
    strategies.integers(1, 10**19 - 1).map(lambda one: (str(one), f"https://www.chatwork.com/#!rid5-{one}")),
    strategies.integers(1, 10**9 - 1).map(lambda one: (one, f"No.{one}")),
    strategies.integers(1, 10**7 - 1).map(lambda one: (one, f"{one}")),
)


@given(
    words=strategies.lists(WORDS, max_size=12),
    between=strategies.sampled_from([",", "、", ",", " ", "\u3000", ", ", "\r\n", " 、\n"]),
    wide=strategies.booleans(),
)
def test_whatever_is_listed_is_found_again(words: list[tuple[str | int, str]], between: str, *, wide: bool) -> None:
    """In full width too, as a Japanese keyboard gives it."""
    listed = between.join(word for _meant, word in words)

    found = parse_choice(listed.translate(FULL_WIDTH) if wide else listed)

    assert found.ids | found.numbers == {meant for meant, _word in words}


@given(strategies.text(max_size=60))
def test_no_text_breaks_it(given: str) -> None:
    """It is understood or refused."""
    try:
        found = parse_choice(given)
    except errors.UsageError:
        return
    assert all(one.isascii() and one.isdigit() for one in found.ids)


def test_what_is_not_in_the_package_is_named() -> None:
    """Ids and numbers alike; what is there passes."""
    choice = MessageChoice(frozenset({"11", "12"}), frozenset({1, 2}))

    with pytest.raises(errors.UsageError, match=r"12, No\.2"):
        choice.check({"11": 1})
    choice.check({"11": 1, "12": 2})
    NOTHING.check({})
