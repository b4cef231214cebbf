"""Looks at what runs here: the program, Python, SQLite, and the form of the archive."""

from __future__ import annotations

from gettext import gettext as _
from importlib.metadata import version
from platform import python_version

from archiver.health.finding import Look, attention, good
from archiver.store import migrate as revision
from archiver.store.queries.database_health import Versions


def program() -> str:
    """The version of this program."""
    return version("chatwork-archiver")


def versions_look(seen: Versions | None, *, program: str) -> Look:
    """None: the database cannot be read."""
    told = f"archive {program}, Python {python_version()}"
    if seen is None:
        return good("versions", told)
    told += f", SQLite {seen.sqlite} ({'FTS5' if seen.fts5 else '-'}), " + _("archive {revision}").format(
        revision=seen.revision
    )
    if seen.revision != revision.HEAD:
        return attention("versions", f"{told}. " + _("Bring the archive to this version: archive migrate"))
    if not seen.fts5:
        sentence = _("SQLite lacks FTS5 here, which makes searching fast. Another Python has it.")
        return attention("versions", f"{told}. {sentence}")
    return good("versions", told)
