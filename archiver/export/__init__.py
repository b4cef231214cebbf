"""A conversation → the files of a package: which formats there are, and which profile holds which."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from archiver.export import csv, html, jsonl
from archiver.export.bag import Bag
from archiver.export.content import Content, link

Format = Callable[[Content, Bag], None]
"""Puts the files of one format into a bag. Raises OSError."""


@dataclass(frozen=True, slots=True)
class Profile:
    """What a recipient gets."""

    formats: tuple[str, ...]
    raw: bool
    """Whether the replies of the API are in it, as they were received."""
    folder: bool
    """Whether the folder stays beside the zip; else the zip is all."""


def _html(content: Content, bag: Bag) -> None:
    folder = bag.place("data/transcript/index.html").parent
    for conversation in content.conversations():
        html.write(conversation, folder, link)
    bag.scan("data/transcript")


FORMATS: Mapping[str, Format] = {"html": _html, "jsonl": jsonl.write, "csv": csv.write}

PROFILES: Mapping[str, Profile] = {
    "lawyer": Profile(("jsonl", "csv", "html"), raw=True, folder=True),
    "daily": Profile(("jsonl", "html"), raw=False, folder=False),
}
