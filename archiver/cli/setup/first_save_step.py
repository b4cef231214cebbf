"""Third step of the first run: the first save, which goes on while the next questions are answered."""

from __future__ import annotations

import sys
import threading
import time
from gettext import gettext as _
from gettext import ngettext
from typing import TYPE_CHECKING, NamedTuple

import click

from archiver.cli.answers import was_saved
from archiver.cli.terminal.prompts import WIDTH, tell, tell_head

if TYPE_CHECKING:
    from archiver.app import App
    from archiver.cli.context import CliContext
    from archiver.store.archive import Archive

PATIENCE = 30.0
"""Seconds for which the user is shown what comes, before the next question; large files take longer."""

GRACE = 5.0
"""Seconds for a good place to stop; it may be cut off at any place without loss."""


class _Enough(BaseException):
    """The round was left at a good place because the first run ends; no error, so nobody else catches it."""


class Came(NamedTuple):
    """What the archive holds now."""

    messages: int
    left_out: int
    """Older messages that Chatwork's lists do not show, by its own counter."""
    files: int
    files_known: int


class Saving:
    """One round beside the questions, on an archive and connections of its own."""

    def __init__(self, obj: CliContext) -> None:
        """Begin at once."""
        from archiver.app import build_app

        self.app = build_app(obj.settings(), obj.environ, sleep=self._sleep)
        self.fault: Exception | None = None
        self._enough = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)  # a daemon: Ctrl-C must not wait for a file
        self._thread.start()

    def wait(self, seconds: float) -> bool:
        """Wait so long at most; whether it has ended."""
        self._thread.join(seconds)
        return not self._thread.is_alive()

    def leave(self) -> None:
        """Ask it to end at a good place; what is lacking then is fetched by the next round."""
        self._enough.set()
        self._thread.join(GRACE)

    def check(self) -> None:
        """Raise what ended it, if it was a fault."""
        if self.fault is not None:
            raise self.fault

    def _run(self) -> None:
        from archiver.rounds.round import run_round
        from archiver.sync.run import Options, ProgressCallbacks

        try:
            run_round(self.app, Options(), ProgressCallbacks(step=self._step, file=self._step))
        except _Enough:
            pass
        except Exception as error:  # noqa: BLE001 - raised again by `check`, in the thread of the questions
            self.fault = error
        finally:
            self.app.archive.close()

    def _step(self, *_what: object) -> None:
        if self._enough.is_set():
            raise _Enough

    def _sleep(self, seconds: float) -> None:
        if self._enough.wait(seconds):
            raise _Enough


def save(obj: CliContext, app: App) -> Saving | None:
    """Begin the first save and show what comes; None if an earlier call has already saved. Raises what ended it."""
    tell_head(3, _("The first save (it goes on while you answer the next questions)"))
    saving = None
    if was_saved(app.archive) is None:
        saving = Saving(obj)
        watch(saving, app.archive, seconds=PATIENCE)
        saving.check()
    tell_came(app.archive)
    if saving is not None and not saving.wait(0):
        tell(_("It goes on: large files take longer."))
    click.echo()
    return saving


def watch(saving: Saving, archive: Archive, *, seconds: float | None) -> None:
    """Show the counts while they grow, for so long at most; None: to the end."""
    until = None if seconds is None else time.monotonic() + seconds
    live = sys.stdout.isatty()
    while not saving.wait(0.5):
        if until is not None and time.monotonic() >= until:
            break
        if live:
            click.echo("\r  " + _line(came(archive))[: WIDTH - 4], nl=False)
    if live:
        click.echo("\r" + " " * (WIDTH - 1) + "\r", nl=False)


def came(archive: Archive) -> Came:
    """Count what is held."""
    from archiver.store.queries.status import status

    with archive.reading() as reading:
        rooms = status(reading).rooms
    begun = [gap["missing"] or 0 for room in rooms for gap in room.gaps if gap["after"] is None]
    return Came(
        sum(room.messages for room in rooms),
        sum(begun),
        sum(room.files.saved for room in rooms),
        sum(room.files.known for room in rooms),
    )


def tell_came(archive: Archive) -> None:
    """What came, what the limit of 100 leaves out, and how to get that."""
    found = came(archive)
    tell(_line(found))
    if found.left_out:
        sentence = ngettext(
            "Chatwork's list shows only the newest 100. To get {n} older message: scroll up to the beginning of the "
            "chat in your browser, save the page, then:",
            "Chatwork's list shows only the newest 100. To get {n} older messages: scroll up to the beginning of the "
            "chat in your browser, save the page, then:",
            found.left_out,
        )
        tell(sentence.format(n=found.left_out))
        tell("archive recover " + _("FILE"), indent=4)


def _line(found: Came) -> str:
    messages = _("Messages {n}")
    if found.left_out:
        messages = _("Messages {n} (Chatwork counts {all})")
    return (
        messages.format(n=found.messages, all=found.messages + found.left_out)
        + "  "
        + _("files {saved}/{known}").format(saved=found.files, known=found.files_known)
    )
