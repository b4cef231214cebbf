"""The screens take what became of messages and accounts from `claims`, and have no second source for it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ARCHIVER = Path(__file__).parents[2] / "archiver"

READERS: tuple[str, ...] = (
    "alerts",
    "cli/contracts",
    "cli/reading",
    "console",
    "export/report",
    "export/package/readme.py",
    "health",
    "render/templates",
)
READERS += ("web", "setup", "notices", "store/queries/status.py", "store/queries/room_holdings.py")
"""Where a reader of a case is told something: status, alerts, viewer, application, reports, texts, notices."""

SOURCES = re.compile(
    r"解約済|\bCancell?ed\)|\bwas_(?:edited|deleted)\b|State\.(?:EDITED|DELETED|MISSING|HIDDEN)|DELETED_BODY"
    r"|state (?:<>|= :|IN)"
)
"""How a module finds changed messages and closed accounts by itself, or names what it found."""

ALLOWED = {
    "alerts/change_rules.py": "one event of one message, as it was noticed",
    "export/report/excerpt.py": "the marks of one quoted message",
    "export/report/letters.py": "what became of one message that a letter names",
    "export/report/message_statistics.py": "gathers the facts of which claims are made",
    "cli/reading/search.py": "the marks of one found message; the marks of one message",
    "cli/reading/assistant.py": "the marks of one message",
    "web/talk/message_links.py": "the marks of one message",
    "web/exports/package_orders.py": "the marks of one message that is read",
    "web/talk/flow.py": "the marks of one message",
    "web/templates/people.html": "an example of the mark",
    "store/queries/room_holdings.py": "whether a text was lost, without a count",
}
"""Modules that look at one message, or gather the facts, and what they do with them."""


def _found(root: Path) -> Iterator[tuple[str, str]]:
    """Every line of a reader that has a source of its own."""
    for reader in READERS:
        place = root / reader
        paths = [place] if place.suffix else [one for end in ("py", "html", "txt") for one in place.rglob(f"*.{end}")]
        for path in sorted(filter(Path.exists, paths)):
            for line in path.read_text("utf-8").splitlines():
                if SOURCES.search(line):
                    yield path.relative_to(root).as_posix(), line.strip()


def test_screens_and_reports_have_no_second_source() -> None:
    """Edits, deletions and closed accounts are counted and dated by `claims` alone; each exception has its reason."""
    found = list(_found(ARCHIVER))

    assert [] == [one for one in found if one[0] not in ALLOWED]
    assert set() == ALLOWED.keys() - {name for name, _line in found}


@pytest.mark.parametrize(
    "line",
    [
        "_CLOSED = re.compile('[((]解約済み?[))]')",
        "query = query.where(table.state == State.DELETED)",
        "text('SELECT count(*) FROM message WHERE state = :state')",
        "edited = sum(message.was_edited for message in messages)",
    ],
)
def test_a_planted_source_is_found(tmp_path: Path, line: str) -> None:
    """A pattern of names, a state in a query, a flag that is counted."""
    (tmp_path / "alerts").mkdir()
    (tmp_path / "alerts" / "planted.py").write_text(line, encoding="utf-8")

    assert [("alerts/planted.py", line)] == list(_found(tmp_path))
