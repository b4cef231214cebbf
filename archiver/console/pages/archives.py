"""Every archive of this user on this computer: how each one stands, a search over all, and the way to each of them.

Each archive has an application of its own, with its own gate, key and jobs; this page only reads the others.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from flask import Blueprint, render_template, request

from archiver import errors
from archiver.console.context import ConsoleContext, console_context
from archiver.console.instance import instance_file, running_address
from archiver.render.invisible_characters import visible
from archiver.settings.file import load_settings
from archiver.settings.other_archives import known_homes, state_folder
from archiver.store.archive import Archive, Reading
from archiver.store.queries.current_state import owner
from archiver.store.search import index
from archiver.store.search.query import SearchQuery, parse
from archiver.store.search.search import search
from archiver.web.message_line import MessageLine, message_line
from archiver.web.shell_command import line

pages = Blueprint("archives", __name__, url_prefix="/archives")

HITS = 20
"""Messages of each archive that are shown; its own application shows all."""


@dataclass(frozen=True, slots=True)
class ArchivePart:
    """An archive as a part of the page."""

    path: str
    name: str
    """Whose account it saves; empty if it never was read."""
    is_own: bool
    lines: Sequence[str]
    """How it stands, or why it cannot be read."""
    hits: Sequence[MessageLine]
    address: str
    """Where its application runs; empty if it does not."""
    command: str
    """What opens it."""


@pages.get("")
def overview() -> str:
    """Every known archive, with what was searched for."""
    context, words = console_context(), request.args.get("q", "").strip()
    query, problem = None, ""
    try:
        query = parse(words, now=context.now()) if words else None
    except errors.UsageError as error:
        problem = visible(str(error))
    homes = known_homes(context.home, state=state_folder())
    parts = [_part(context, home, query) for home in homes]
    return render_template("archives.html", parts=parts, words=words, problem=problem, limit=HITS)


def _part(context: ConsoleContext, home: Path, query: SearchQuery | None) -> ArchivePart:
    is_own = home == context.home
    name, lines, hits = "", list[str](), list[MessageLine]()
    try:
        settings, archive = load_settings(home, context.environ), Archive(home)
        if query is not None:
            index.make_current(archive)
        with archive.reading() as reading:
            name = visible(str((owner(reading) or {}).get("name") or ""))
            lines = [visible(one.strip()) for one in context.words.saving_lines(reading, settings, context.environ)]
            hits = [] if query is None else _hits(reading, query)
    except errors.ArchiverError as error:
        lines = [visible(f"{error} {error.advice()}".strip())]
    address = "" if is_own else running_address(instance_file(home)) or ""
    command = line(("archive", "--home", str(home), "app"), platform=sys.platform)
    return ArchivePart(visible(str(home)), name, is_own, lines, hits, address, command)


def _hits(reading: Reading, query: SearchQuery) -> list[MessageLine]:
    found = search(reading, query, limit=HITS)
    return [message_line(one, found.rooms, words=query.words) for one in found.hits]
