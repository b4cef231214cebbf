"""The result of a verification: findings, notes, and how much was checked.

Holds values only. Standard library and Python 3.8 syntax, because this module is also handed out inside packages.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from gettext import gettext as _
from gettext import ngettext
from itertools import islice
from typing import Any, Callable, Dict, Iterable, Iterator, List, NamedTuple, Optional, Tuple  # noqa: UP035 - Python 3.8 syntax

FINDINGS_LIMIT = 1_000
"""How many findings of one check are listed; the others are only counted."""

NAMED_SINGLY = 3
"""How many consecutive entries with the same error are named one by one; those after them as one range."""

LISTED_NAMES = 20
"""How many names a sentence has at the most."""

Progress = Callable[[str, int, int], None]
"""Called now and then with what is checked (`replies`, `entries`, `files` …), how many are done, of how many."""


class Finding(NamedTuple):
    """An error that a verification found (合わないところ): the check's name, the subject and a sentence."""

    check: str
    subject: str
    text: str


class Unchecked(NamedTuple):
    """Something that a verification could not check: the subject and a sentence that says so."""

    subject: str
    text: str


@dataclass
class Verification:
    """The result of a verification: what was checked, what is wrong, what is worth knowing, what was not checked."""

    checked: dict[str, int] = field(
        default_factory=lambda: {"entries": 0, "seals": 0, "stamps": 0, "files": 0, "messages": 0}
    )
    findings: list[Finding] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    unchecked: list[Unchecked] = field(default_factory=list)
    """What was not checked, and so is not covered by a result without findings."""
    stamped: list[StampedTime] = field(default_factory=list)
    """The times that its stamps state, as far as they are good."""
    compared: dict[str, int] = field(default_factory=dict)
    """What was not checked now, but found byte for byte as in an earlier copy that had been checked, by `entries` and
    `replies`; it is not among `checked`. Empty: nothing was only compared."""
    counts: dict[str, int] = field(default_factory=dict)
    """How many findings each check had, by its name; `findings` lists the first thousand of each."""

    @property
    def ok(self) -> bool:
        """Whether nothing was found wrong."""
        return not self.findings

    @property
    def times(self) -> List[StampedTime]:  # noqa: UP006 - Python 3.8 syntax
        """The times that are told; none of something that does not match, as it was not stamped as it is now."""
        return told_times(self.stamped) if self.ok else []

    def add_finding(self, check: str, subject: str, text: str) -> None:
        """Add a finding; a check that has very many lists the first thousand and counts the others."""
        self.counts[check] = self.counts.get(check, 0) + 1
        if self.counts[check] <= FINDINGS_LIMIT:
            self.findings.append(Finding(check, subject, text))

    def add_note(self, text: str) -> None:
        """Add something worth knowing that is not wrong."""
        self.notes.append(text)

    def add_counted(self, count: int, one: str, many: str, *, unchecked: str = "", **values: object) -> None:
        """Add a note that counts, or with a subject something `unchecked`; nothing if there are none."""
        if count <= 0:
            return
        text = ngettext(one, many, count).format(count=count, **values)
        if unchecked:
            self.add_unchecked(unchecked, text)
        else:
            self.add_note(text)

    def add_unchecked(self, subject: str, text: str) -> None:
        """Add something that could not be checked."""
        self.unchecked.append(Unchecked(subject, text))

    def closing_sentence(self) -> str:
        """The result in one sentence; it never says more than was checked."""
        count = len(self.findings) if self.findings else len(self.unchecked)
        if self.findings:
            sentence = ngettext("{n} thing does not match.", "{n} things do not match.", count)
            if "newer-format" in self.counts:
                sentence = _(
                    "This version of the program cannot check all of it, as a newer one made it: check it with that "
                    "one. Findings: {n}."
                )
        elif self.unchecked:
            sentence = ngettext(
                "No change was found in what was checked. This says nothing of the {n} thing that was not checked.",
                "No change was found in what was checked. This says nothing of the {n} things that were not checked.",
                count,
            )
        else:
            sentence = _("No change was found.")
        return sentence.format(n=count)

    @property
    def is_of_files_alone(self) -> bool:
        """Whether only files were held against their list, as of a package without records."""
        checked = self.checked
        return checked["files"] > 0 and not checked["entries"] + checked["seals"] + checked["messages"]

    def checked_sentence(self) -> str:
        """How much was checked; of what a package does not have it says nothing."""
        sentence = _(
            "Checked: records {entries}, seals {seals}, time stamps {stamps}, files {files}, messages {messages}."
        )
        if self.compared:
            sentence = _("Checked now: records {entries}, seals {seals}, time stamps {stamps}, files {files}.")
        elif self.is_of_files_alone:
            sentence = _("Files checked against the list: {files}.")
        return sentence.format(**self.checked)

    def result_lines(self, most: int | None = None) -> Iterator[str]:
        """What does not match (`most`: so many are named), the times that stamps state, the notes, the unchecked."""
        for finding in self.findings[:most]:
            yield f"[{finding.check}] {finding.subject}: {finding.text}"
        if most is not None and len(self.findings) > most:
            yield _("… and {n} more (see --json).").format(n=len(self.findings) - most)
        for stamped in self.times:
            yield _("Time: {text}").format(text=time_sentence(stamped))
        for note in self.notes:
            yield _("Note: {text}").format(text=note)
        for unchecked in self.unchecked:
            yield _("Not checked: {text}").format(text=unchecked.text)

    def document(self) -> dict[str, Any]:
        """The result as JSON."""
        return {
            "ok": self.ok,
            "checked": self.checked,
            "findings": [one._asdict() for one in self.findings],
            "notes": self.notes,
            "unchecked": [one._asdict() for one in self.unchecked],
            "times": [one._asdict() for one in self.times],
        }

    def close(self) -> None:
        """Add to each check's findings how many are not listed; called once, at the end."""
        for check, count in self.counts.items():
            unlisted = count - FINDINGS_LIMIT
            if unlisted > 0:
                sentence = ngettext("{count} more of this kind.", "{count} more of this kind.", unlisted).format(
                    count=unlisted
                )
                self.findings.append(Finding(check, "…", sentence))


class StampedTime(NamedTuple):
    """A time that a stamp states."""

    subject: str
    seal: Optional[int]  # noqa: UP045
    """The number of the seal that is stamped; None: the package itself is."""
    authority: str
    """The name by which the package calls the authority."""
    time: str
    """RFC 3339 UTC."""
    root: Optional[str]  # noqa: UP045
    """SHA-256 of the root to which the signature leads; None: the signature could not be checked here."""
    known: Optional[str]  # noqa: UP045
    """The name of that root if it is one that this program knows."""
    is_ahead: bool
    """Whether the time is later than the clock of this computer."""


def told_times(stamped: Iterable[StampedTime]) -> List[StampedTime]:  # noqa: UP006
    """What is told of the stamps: for each authority its stamp on the latest seal, and that on the package.

    Those of known authorities come first, those whose signature could not be checked last.
    """
    latest: Dict[Tuple[bool, str, Optional[str]], StampedTime] = {}  # noqa: UP006, UP045
    for one in stamped:
        place = (one.seal is None, one.authority, one.root)
        before = latest.get(place)
        if before is None or (one.seal or 0) > (before.seal or 0):
            latest[place] = one
    return sorted(latest.values(), key=_rank)


def time_sentence(stamped: StampedTime) -> str:
    """A stamped time as a sentence that names who says it."""
    if stamped.is_ahead:
        sentence = _(
            "{subject}: the time stamp of “{authority}” states {time}. That is later than the clock of this computer: "
            "one of the two is wrong. {who}"
        )
    elif stamped.known is not None and stamped.seal is not None:
        sentence = _("The records up to seal {seal} existed at {time}: so says the time stamp of “{authority}”. {who}")
    elif stamped.known is not None:
        sentence = _(
            "The whole package existed at {time}: so says the time stamp of “{authority}” over its list. {who}"
        )
    elif stamped.seal is not None:
        sentence = _("The time stamp of “{authority}” on seal {seal} states {time}. {who}")
    else:
        sentence = _("The time stamp of “{authority}” on the whole package states {time}. {who}")
    return sentence.format(
        subject=stamped.subject,
        seal=stamped.seal,
        time=time_in_japan(stamped.time),
        authority=stamped.authority,
        who=_who_says_it(stamped),
    )


def span_subject(kind: str, first: int, last: int) -> str:
    """The subject of a finding about the records or seals with these numbers."""
    return f"{kind}/{first}" if first == last else f"{kind}/{first}-{last}"


def first_names(names: Iterable[object]) -> str:
    """The first of some names as they stand in a sentence."""
    first = [str(name) for name in islice(names, LISTED_NAMES + 1)]
    return ", ".join(first[:LISTED_NAMES]) + (" …" if len(first) > LISTED_NAMES else "")


def time_in_japan(time: str) -> str:
    """A time of the archive as it is told in sentences: in Japan's own time, or as it stands if it is no time."""
    try:
        at = datetime.fromisoformat(time[:19]) + timedelta(hours=9)
    except (ValueError, OverflowError):
        return time
    return _("{time} (Japan time)").format(time=at.isoformat(" "))


def _who_says_it(stamped: StampedTime) -> str:
    if stamped.root is None:
        return _("Its signature was not checked, only that it is over these bytes: this check does not prove the time.")
    if stamped.known is not None:
        sentence = _("It leads to the root certificate {root}, which this program knows.")
        return sentence.format(root=stamped.known)
    sentence = _(
        "Its root certificate (SHA-256 {root}) is none that this program knows. Anybody can make one of any name: "
        "compare it with what the authority publishes."
    )
    return sentence.format(root=stamped.root)


def _rank(stamped: StampedTime) -> Tuple[bool, bool, bool, str, str]:  # noqa: UP006
    is_own = stamped.seal is None
    return (stamped.root is None, stamped.known is None, is_own, stamped.authority, stamped.root or "")
