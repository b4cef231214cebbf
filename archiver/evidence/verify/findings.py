"""What a verification says: findings, notes, and how much was looked at.

Values only. Standard library and Python 3.8 syntax, because this module is also handed out inside packages.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from gettext import ngettext
from typing import Callable, NamedTuple  # noqa: UP035 - Python 3.8 syntax

MOST = 1_000
"""Findings of one check that are listed; of what goes beyond only the number is told."""

ALONE = 3
"""Consecutive entries with the same fault that are named one by one; those after them as one stretch."""

Progress = Callable[[str, int, int], None]
"""Told now and then: what is looked at (`replies`, `entries`, `files`, `rows`), how far, of how many."""


class Finding(NamedTuple):
    """One thing that verification found wrong (食い違い): the check's name, what it is about, one sentence."""

    check: str
    subject: str
    text: str


@dataclass
class Verification:
    """The outcome of a verification: what was looked at, what is wrong, what is worth knowing."""

    checked: dict[str, int] = field(
        default_factory=lambda: {"entries": 0, "seals": 0, "stamps": 0, "files": 0, "messages": 0}
    )
    findings: list[Finding] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    found: dict[str, int] = field(default_factory=dict)
    """How many findings each check had, by its name; listed are the first thousand of each."""

    @property
    def ok(self) -> bool:
        """Whether nothing was found wrong."""
        return not self.findings

    def find(self, check: str, subject: str, text: str) -> None:
        """Add a finding; a check that has very many lists the first thousand and counts the others."""
        self.found[check] = self.found.get(check, 0) + 1
        if self.found[check] <= MOST:
            self.findings.append(Finding(check, subject, text))

    def note(self, text: str) -> None:
        """Add something worth knowing that is not wrong."""
        self.notes.append(text)

    def close(self) -> None:
        """Say of each check how many findings are not listed; called once, at the end."""
        for check, count in self.found.items():
            more = count - MOST
            if more > 0:
                said = ngettext("{count} more of this kind.", "{count} more of this kind.", more).format(count=more)
                self.findings.append(Finding(check, "…", said))
