"""Parses the body of a reply: JSON values, and the texts of an error.

Bodies are hostile input. Accepted values are finite and shallow, so that every program that later checks the archive
can write them as JSON again; lone surrogates and NUL are accepted as they are.
"""

from __future__ import annotations

import json
import math

NESTING_LIMIT = 32
"""The deepest nesting accepted; the API has three levels."""

ERROR_TEXT_LIMIT = 200
"""The most characters of an error text that are shown."""


def parse_json(body: bytes) -> object:
    """The JSON value of a body. Raises ValueError for whatever is not plain JSON in UTF-8."""
    try:
        value = json.loads(body.decode("utf-8"), parse_float=_parse_finite, parse_constant=_parse_finite)
    except RecursionError:
        raise ValueError("nested too deeply") from None
    _check_depth(value)
    return value


def error_texts(body: bytes) -> tuple[str, ...] | None:
    """The texts of `{"errors": [...]}` as received; None if the body is no such object.

    Source of the form: developer.chatwork.com/docs/endpoints.
    """
    try:
        value = parse_json(body)
    except ValueError:
        return None
    texts = value.get("errors") if isinstance(value, dict) else None
    if not isinstance(texts, list):
        return None
    return tuple(text for text in texts if isinstance(text, str))


def printable(text: str) -> str:
    """The text in one line of bounded length, everything invisible or unprintable made visible."""
    start = text[:ERROR_TEXT_LIMIT]
    line = "".join(character if character.isprintable() else f"[U+{ord(character):04X}]" for character in start)
    return line if len(text) <= ERROR_TEXT_LIMIT else line + "…"


def _parse_finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError("a number that JSON cannot hold")
    return number


def _check_depth(value: object) -> None:
    level = [value] if isinstance(value, (dict, list)) else []
    for _ in range(NESTING_LIMIT):
        level = [
            child
            for parent in level
            for child in (parent.values() if isinstance(parent, dict) else parent)
            if isinstance(child, (dict, list))
        ]
        if not level:
            return
    raise ValueError("nested too deeply")
