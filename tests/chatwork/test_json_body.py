"""Bodies: what passes as JSON, and what an error says."""

import json

import pytest
from hypothesis import given, settings, strategies

from archiver.chatwork.allowed_urls import ERROR_TEXT_LIMIT, printable
from archiver.chatwork.models import NESTING_LIMIT, error_texts, parse_json
from tests.support.cases import cases_of


def test_texts_come_through_unharmed() -> None:
    """Lone surrogates, NUL and everything else that JSON can hold."""
    body = rb"""{"a":"\ud83d \u0000 \u202e","\ud83d":[1.5,9223372036854775808]}"""

    assert {"a": "\ud83d \0 \u202e", "\ud83d": [1.5, 2**63]} == parse_json(body)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"{}{}",
        b"NaN",
        b"[Infinity]",
        b"[-Infinity]",
        b"[1e400]",
        b"1" * 5000,
        b'"\xff"',
        b'"\xed\xa0\xbd"',
        b"\xef\xbb\xbf{}",
        '"utf-16"'.encode("utf-16"),
        b'"\0"',
        b"[" * 100_000,
        b"[" * 500 + b"]" * 500,
        b'{"a":' * 40 + b"1" + b"}" * 40,
    ],
)
def test_what_is_no_plain_json_is_refused(body: bytes) -> None:
    """Cut, infinite, too large, too deep, or not UTF-8."""
    with pytest.raises(ValueError, match=r".+"):
        parse_json(body)


@pytest.mark.parametrize("levels", [1, 3, NESTING_LIMIT])
def test_nesting_to_the_limit_is_allowed(levels: int) -> None:
    """The API has three levels; new ones may come."""
    body = b"[" * levels + b"]" * levels

    assert body == json.dumps(parse_json(body)).encode()


@settings(deadline=None)
@given(strategies.binary())
def test_any_bytes_are_a_value_or_a_value_error(body: bytes) -> None:
    """No other error leaves, and what passes can be written again."""
    try:
        value = parse_json(body)
    except ValueError:
        return

    assert value == json.loads(json.dumps(value, allow_nan=False))


@pytest.mark.parametrize(("body", "expected"), cases_of(__file__, "an_error_body_is_known_by_its_list"))
def test_an_error_body_is_known_by_its_list(body: bytes, expected: tuple[str, ...] | None) -> None:
    """Anything else is not Chatwork's own error."""
    assert expected == error_texts(body)


@settings(deadline=None)
@given(strategies.text(strategies.characters()))
def test_any_text_becomes_printable_and_short(text: str) -> None:
    """Nothing invisible or unprintable remains, and the length is bounded."""
    line = printable(text)

    assert line.isprintable()
    assert len(line) <= ERROR_TEXT_LIMIT * len("[U+10FFFF]") + 1
