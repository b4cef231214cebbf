"""Conversations → the files of a package, and the profiles that say which formats a package has."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum


class PackageForm(Enum):
    """The form in which a package is handed over."""

    BAG = "a BagIt folder, also as a zip, with the replies of the API as they were received"
    ZIP = "the same in small, as a zip alone, without those replies and without a report"
    SUBMISSION = "a zip of a few megabytes, with what is handed in beside it"


@dataclass(frozen=True, slots=True)
class PackageProfile:
    """What a package for one kind of recipient holds."""

    formats: tuple[str, ...]
    form: PackageForm
    passes: int
    """Passes over its messages: for the tables, pages, statistics, excerpt and appendix that it holds."""
    max_mb: float | None = None
    """Its size limit in megabytes, unless the user says otherwise."""
    limit_each: bool = False
    """Whether the limit is for each of its files."""


PROFILES: Mapping[str, PackageProfile] = {
    "support": PackageProfile(("csv",), PackageForm.SUBMISSION, passes=2, max_mb=5),
    "lawyer": PackageProfile(("jsonl", "csv", "html"), PackageForm.BAG, passes=4),
    "court": PackageProfile((), PackageForm.SUBMISSION, passes=3, max_mb=20, limit_each=True),
    "consult": PackageProfile((), PackageForm.SUBMISSION, passes=2),
    "daily": PackageProfile(("jsonl", "html"), PackageForm.ZIP, passes=2),
}

READERS = tuple(name for name in PROFILES if name != "daily")
"""The readers that a package can be made for by hand; daily copies are made by the rounds."""
