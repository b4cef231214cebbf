"""Every address of the application, taken from its own map, so that no page and no form can be forgotten."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from flask import Flask

from archiver import web

EXAMPLES = {
    "name": "job1",
    "number": "1",
    "room": "123456789",
    "message_id": "1",
    "file": "11",
    "field": "title",
    "filename": "app.css",
    "topic": "application",
    "way": "desktop",
    "form": "folders",
}
"""A value for each part of an address that varies. A new kind of part needs one here: without, all tests of it fail."""

_FIELD = re.compile(r"""(?:request\.(?:form|values|args)|typed|given|fields|files)\.get(?:list)?\("([a-z_]+)\"""")


def addresses(app: Flask, method: str, values: Mapping[str, str] = EXAMPLES) -> Iterator[str]:
    """The address of each route with this method."""
    for rule in sorted(app.url_map.iter_rules(), key=str):
        if method in (rule.methods or ()):
            yield re.sub(r"<(?:\w+:)?(\w+)>", lambda part: values[part[1]], rule.rule)


def field_names() -> set[str]:
    """The name of every field that a page of the application reads."""
    sources = Path(str(web.__file__)).parent.rglob("*.py")
    return {name for path in sources for name in _FIELD.findall(path.read_text(encoding="utf-8"))}
