"""Third step of the first run: the first save, which continues while the next questions are answered."""

from __future__ import annotations

import sys
import threading
import time
from gettext import gettext as _

import click

from archiver.app import App, build_app
from archiver.cli.context import CliContext
from archiver.cli.terminal.output import echo
from archiver.cli.terminal.prompts import tell, tell_head
from archiver.cli.terminal.text import WIDTH
from archiver.rounds.round import last_round, run_round
from archiver.setup.work_words import count_saved, counts_line, left_out_sentence
from archiver.store.archive import Archive
from archiver.sync.run import Options, ProgressCallbacks

PATIENCE = 30.0
"""Seconds for which the counts are shown before the next question; large files take longer."""

GRACE = 5.0
"""Seconds to wait for a clean end of the round; it may be cut off anywhere without loss."""


class _RoundLeft(BaseException):
    """Ends the round between two steps because the first run ends; no `Exception`, so nothing else catches it."""


class BackgroundRound:
    """One save round in a thread beside the questions, with its own archive and connections."""

    def __init__(self, obj: CliContext) -> None:
        """Start the round at once."""
        self.app = build_app(obj.settings(), obj.environ, sleep=self._sleep)
        self.error: Exception | None = None
        self._leaving = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)  # a daemon: Ctrl-C must not wait for a file
        self._thread.start()

    def wait(self, seconds: float) -> bool:
        """Wait at most this long; whether the round has ended."""
        self._thread.join(seconds)
        return not self._thread.is_alive()

    def leave(self) -> None:
        """Ask the round to end between two steps; the next round fetches what is missing."""
        self._leaving.set()
        self._thread.join(GRACE)

    def check(self) -> None:
        """Raise the error that ended the round, if one did."""
        if self.error is not None:
            raise self.error

    def _run(self) -> None:
        try:
            run_round(self.app, Options(), ProgressCallbacks(on_step=self._step, on_file=self._step))
        except _RoundLeft:
            pass
        except Exception as error:  # noqa: BLE001 - raised again by `check`, in the thread of the questions
            self.error = error
        finally:
            self.app.archive.close()

    def _step(self, *_what: object) -> None:
        if self._leaving.is_set():
            raise _RoundLeft

    def _sleep(self, seconds: float) -> None:
        if self._leaving.wait(seconds):
            raise _RoundLeft


def begin_first_save(obj: CliContext, app: App) -> BackgroundRound | None:
    """Begin the first save and show its counts; None if an earlier call has already saved. Raises the round's error."""
    tell_head(3, _("The first save (it goes on while you answer the next questions)"))
    saving = None
    if last_round(app.archive) is None:
        saving = BackgroundRound(obj)
        show_counts(saving, app.archive, seconds=PATIENCE)
        saving.check()
    tell_counts(app.archive)
    if saving is not None and not saving.wait(0):
        tell(_("It goes on: large files take longer."))
    echo()
    return saving


def show_counts(saving: BackgroundRound, archive: Archive, *, seconds: float | None) -> None:
    """Show the counts while they grow, for at most `seconds`; None: until the round ends."""
    until = None if seconds is None else time.monotonic() + seconds
    is_terminal = sys.stdout.isatty()
    while not saving.wait(0.5):
        if until is not None and time.monotonic() >= until:
            break
        if is_terminal:
            click.echo("\r  " + counts_line(count_saved(archive))[: WIDTH - 4], nl=False)
    if is_terminal:
        click.echo("\r" + " " * (WIDTH - 1) + "\r", nl=False)


def tell_counts(archive: Archive) -> None:
    """Print the counts, what Chatwork's limit of 100 messages leaves out, and how to get that."""
    counts = count_saved(archive)
    tell(counts_line(counts))
    if counts.left_out:
        tell(left_out_sentence(counts))

        tell("archive guide old", indent=4)
