"""Builds the context of the viewer's pages: the archive, and the document of how things stand."""

from __future__ import annotations

import contextlib
import signal
import tempfile
import threading
from collections.abc import Iterator, Mapping
from html import escape
from pathlib import Path
from typing import Any

from archiver.app import utc_now
from archiver.cli.context import CliContext
from archiver.cli.terminal.language import current_language
from archiver.cli.terminal.typed_command import command_line, command_words, complete_own_text
from archiver.health.rooms_and_runs import round_interval
from archiver.health.snapshot import known_time
from archiver.setup.menu_entry import has_desktop
from archiver.standing.home_document import home_document
from archiver.store.archive import Reading
from archiver.store.queries.contracts import rooms_to_read
from archiver.store.queries.status import RememberedStatus, Status
from archiver.web.context import ViewContext
from archiver.wording import Completion, own_completion


def build_view_context(obj: CliContext, *, are_settings_needed: bool = True) -> ViewContext:
    """The context of the archive that this command was called for.

    Raises BadSettings, but not where the settings are read later: the application has a page for settings that cannot
    be read.
    """
    remembered = RememberedStatus()
    program = command_words(obj.home)
    completion = Completion(complete_own_text, command_line(program)) if len(program) > 1 else None
    if are_settings_needed:
        obj.settings()

    def authorities() -> list[str]:
        return [one.name for one in obj.settings().timestamp.authorities]

    def document(reading: Reading, status: Status) -> Mapping[str, Any]:
        with own_completion(completion):  # the thread of a page has none
            return home_document(reading, status, obj.settings(), obj.environ, known_time(reading, utc_now()))

    return ViewContext(
        home=obj.home,
        now=utc_now,
        status=lambda reading: remembered.status(reading, authorities=authorities()),
        home_document=document,
        patience=lambda reading: 3 * round_interval(len(rooms_to_read(reading, utc_now())), obj.settings()),
        command=program,
        language=current_language(),
        record_language=current_language(),
    )


@contextlib.contextmanager
def stop_on_signals(ended: threading.Event) -> Iterator[None]:
    """Set the event at Ctrl-C or a signal to stop, so that the command ends without an error."""
    names = [name for name in ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK") if hasattr(signal, name)]
    before = {name: signal.signal(getattr(signal, name), lambda *_args: ended.set()) for name in names}
    try:
        yield
    finally:
        for name, handler in before.items():
            signal.signal(getattr(signal, name), handler)


@contextlib.contextmanager
def entry_page(address: str) -> Iterator[Path]:
    """A file that redirects to the address, readable by this user alone, since every user can see command lines."""
    with tempfile.TemporaryDirectory(prefix="archive-view-") as folder:  # made with mode 0700
        page = Path(folder) / "open.html"
        page.write_text(_redirect_html(address), encoding="utf-8")
        yield page


def has_screen(environ: Mapping[str, str]) -> bool:
    """Whether there is a desktop for a browser; a text browser would take over this terminal."""
    return has_desktop(environ) or bool(environ.get("BROWSER"))


def _redirect_html(address: str) -> str:
    link = escape(address)
    return (
        '<!DOCTYPE html><meta charset="utf-8"><meta name="referrer" content="no-referrer">'
        f'<meta http-equiv="refresh" content="0;url={link}"><title>Chatwork archive</title><a href="{link}">OK</a>'
    )
