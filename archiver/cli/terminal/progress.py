"""The progress of a long run on stderr: bars on a terminal only, waits always."""

from __future__ import annotations

import sys
from datetime import timedelta
from gettext import gettext as _
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from archiver.cli.terminal.output import echo
from archiver.render.screen_text import shorten

if TYPE_CHECKING:
    from archiver.store.queries.files import WantedFile
    from archiver.sync.plan import PlanStep
    from archiver.sync.run import ProgressCallbacks

BIG_FILE_BYTES = 1_000_000
"""Size from which a file has its own bar."""


class ProgressScreen:
    """Shows steps, files and waits: no bars without a terminal, and nothing at all when quiet."""

    def __init__(self, *, quiet: bool) -> None:
        """Show bars only if stderr is a terminal and the call is not quiet."""
        self._quiet = quiet
        self._bars = sys.stderr.isatty() and not quiet
        self._progress: Any = None
        self._task: Any = None
        self._file: tuple[int, int] | None = None

    def __enter__(self) -> Self:
        """Return the screen; bars appear with the first step."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Remove the bars, so that the result stands alone."""
        self.clear()

    def clear(self) -> None:
        """Remove the bars, so that a question or the result stands alone; the next step begins new ones."""
        if self._progress is not None:
            self._progress.stop()
            self._progress = self._task = None

    def callbacks(self) -> ProgressCallbacks:
        """The callbacks by which a sync run reports its progress."""
        from archiver.sync.run import ProgressCallbacks

        return ProgressCallbacks(self._step, self._bytes) if self._bars else ProgressCallbacks()

    def wait(self, time: timedelta) -> None:
        """Print that the run waits because of Chatwork's limit of calls."""
        if not self._quiet:
            seconds = round(time.total_seconds())
            sentence = _("Chatwork allows only so many calls in 5 minutes. Going on in {seconds} seconds …")
            echo(sentence, err=True, seconds=seconds)

    def show_single_reads(self, done: int, total: int, minutes: int) -> None:
        """Show how many of the messages read one by one are done, and the minutes that the rest will take."""
        sentence = _("{done} of {total} messages, about {minutes} minutes left")
        self.show_part(sentence.format(done=done, total=total, minutes=minutes), done, total)

    def show_part(self, text: str, done: int, total: int) -> None:
        """Show how much of one part of the work is done."""
        if not self._bars:
            return
        if self._progress is None:
            self._task = self._begin().add_task(text, total=total)
        self._progress.update(self._task, description=text, completed=done, total=total)

    def _begin(self, *more: str) -> Any:
        """New bars; `more`: columns of rich after the bar."""
        from rich import progress
        from rich.console import Console

        text, bar = progress.TextColumn("{task.description}", markup=False), progress.BarColumn(bar_width=20)
        columns = [getattr(progress, name)() for name in more]
        console = Console(stderr=True, highlight=False)
        self._progress = progress.Progress(text, bar, *columns, console=console, transient=True)
        self._progress.start()
        return self._progress

    def _step(self, step: PlanStep, name: str) -> None:
        words = {"messages": _("Messages"), "files": _("List of files"), "people": _("People and tasks")}
        self._line(f"{words[step.kind]}  {shorten(name)}", total=None)

    def _bytes(self, file: WantedFile, have: int) -> None:
        if file.size < BIG_FILE_BYTES:
            return
        if self._file != (file.room_id, file.file_id):
            self._file = (file.room_id, file.file_id)
            self._line(_("File {number}").format(number=file.file_id), total=file.size)
        self._progress.update(self._task, completed=have)

    def _line(self, text: str, *, total: int | None) -> None:
        if self._progress is None:
            self._begin("DownloadColumn", "TimeRemainingColumn")
        if self._task is not None:
            self._progress.remove_task(self._task)
        self._task = self._progress.add_task(text, total=total)
