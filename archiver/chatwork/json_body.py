"""What the body of a reply says: JSON values, and the texts of an error.

Bodies are hostile input. What passes here is finite and shallow, so that it can be written again as JSON by
every program that later checks the archive; lone surrogates and NUL pass as they are.
"""

from __future__ import annotations

import json
import math

DEEPEST = 32
"""Levels of nesting allowed; the API has three."""

LONGEST = 200
"""Characters of an error text that are shown."""


def parse(body: bytes) -> object:
    """The JSON value of a body; raises ValueError for whatever is not plain JSON in UTF-8."""
    try:
        value = json.loads(body.decode("utf-8"), parse_float=_finite, parse_constant=_finite)
    except RecursionError:
        raise ValueError("nested too deeply") from None
    _check_depth(value)
    return value


def error_texts(body: bytes) -> tuple[str, ...] | None:
    """The texts of `{"errors": [...]}` as they came; None if the body is no such object.

    Source of the form: developer.chatwork.com/docs/endpoints.
    """
    try:
        value = parse(body)
    except ValueError:
        return None
    texts = value.get("errors") if isinstance(value, dict) else None
    if not isinstance(texts, list):
        return None
    return tuple(text for text in texts if isinstance(text, str))


def printable(text: str) -> str:
    """The text in one line of bounded length, everything invisible or unprintable made visible."""
    shown = "".join(sign if sign.isprintable() else f"[U+{ord(sign):04X}]" for sign in text[:LONGEST])
    return shown if len(text) <= LONGEST else shown + "…"


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError("a number that JSON cannot hold")
    return number


def _check_depth(value: object) -> None:
    level = [value] if isinstance(value, (dict, list)) else []
    for _ in range(DEEPEST):
        level = [
            child
            for parent in level
            for child in (parent.values() if isinstance(parent, dict) else parent)
            if isinstance(child, (dict, list))
        ]
        if not level:
            return
    raise ValueError("nested too deeply")
