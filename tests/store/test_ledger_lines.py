"""The lines of entries that are brought from a team's ledger are read as the rest of the program reads them."""

from __future__ import annotations

import json
import math

import pytest

from archiver.team.ledger_copy.bringing import _object

LINES = [
    '{"a":1,"a":2}',
    '{"a":123456789012345678901234567890,"b":-9223372036854775809,"c":18446744073709551616}',
    '{"a":1e400,"b":-0.0,"c":3.141592653589793238462643}',
    r'{"a":"\ud800","b":"\ud83d\ude00","\u0061\u0000":"\u007f"}',
    ' {"a" : [ null , true ] } ',
    "[]",
]


@pytest.mark.parametrize("line", LINES)
def test_a_line_gives_what_json_gives(line: str) -> None:
    """Large numbers, halves of characters and keys that stand twice included."""
    assert repr(json.loads(line)) == repr(_object(line))


def test_not_a_number_is_one() -> None:
    """As for the rest of the program, which leaves it to the verification."""
    assert math.isnan(_object('{"a":NaN}')["a"])


@pytest.mark.parametrize("line", ["", "{", "[1,2,]", '{"a":"\t"}', "{} {}", "01"])
def test_what_is_no_json_is_refused(line: str) -> None:
    """With the error that JSON's own reader gives."""
    with pytest.raises(json.JSONDecodeError):
        _object(line)
