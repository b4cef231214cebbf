"""A conversation → the files of a package: which formats there are, and which profile holds which."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum

from archiver.export import csv, html, jsonl
from archiver.export.bag import Bag
from archiver.export.format_input import FormatInput, attachment_link

Format = Callable[[FormatInput, Bag], None]
"""Puts the files of one format into a bag. Raises OSError."""


class Form(Enum):
    """What a package is."""

    BAG = "a BagIt folder, also as a zip"
    ZIP = "the same in small, as a zip alone"
    SUBMISSION = "a zip of a few megabytes, with what is handed in beside it"


@dataclass(frozen=True, slots=True)
class Profile:
    """What a recipient gets."""

    formats: tuple[str, ...]
    raw: bool
    """Whether the replies of the API are in it, as they were received."""
    form: Form
    passes: int
    """How often its messages are gone through: for the tables, pages, survey, excerpt, and appendix that it holds."""
    report: bool = False
    """Whether a report on paper is in it."""
    max_mb: float | None = None
    """What it may be at most, unless the user says otherwise."""
    limit_each: bool = False
    """Whether that is said of each of its files."""

    @property
    def folder(self) -> bool:
        """Whether a folder stays; else a zip is all."""
        return self.form is not Form.ZIP


def _html(content: FormatInput, bag: Bag) -> None:
    folder = bag.path_for("data/transcript/index.html").parent
    for conversation in content.conversations():
        html.write(conversation, folder, attachment_link)
    bag.add_folder("data/transcript")


FORMATS: Mapping[str, Format] = {"html": _html, "jsonl": jsonl.write, "csv": csv.write}

PROFILES: Mapping[str, Profile] = {
    "support": Profile(("csv",), raw=False, form=Form.SUBMISSION, passes=3, report=True, max_mb=5),
    "lawyer": Profile(("jsonl", "csv", "html"), raw=True, form=Form.BAG, passes=5, report=True),
    "court": Profile((), raw=False, form=Form.SUBMISSION, passes=4, report=True, max_mb=20, limit_each=True),
    "consult": Profile((), raw=False, form=Form.SUBMISSION, passes=2, report=True),
    "daily": Profile(("jsonl", "html"), raw=False, form=Form.ZIP, passes=2),
}
