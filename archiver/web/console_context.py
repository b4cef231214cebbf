"""What the pages of the application work with: the archive's home, the jobs, and when it was used last."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from flask import current_app, redirect, url_for
from werkzeug.wrappers import Response

from archiver.app import App, build_app
from archiver.errors import ArchiverError
from archiver.settings.file import load_settings
from archiver.settings.model import Settings
from archiver.store import statements
from archiver.store.archive import Archive
from archiver.web.background_work import Job, JobLink, JobRunner, Work

CONSOLE = "console"
"""The key of the context among Flask's extensions."""


@dataclass(frozen=True, slots=True)
class ConsoleContext:
    """One running application."""

    home: Path
    environ: Mapping[str, str]
    now: Callable[[], datetime]
    jobs: JobRunner
    ended: threading.Event = field(default_factory=threading.Event)
    """Set to end the application."""
    is_noted: threading.Event = field(default_factory=threading.Event)
    """Set once it is remembered outside the home that there is an archive."""
    damage_seen: threading.Event = field(default_factory=threading.Event)
    """Set once a page or a job found that the archive is damaged, which need not show in every page."""
    may_be_typed: threading.Event = field(default_factory=threading.Event)
    """Set while a page of a job may have kept something of which no entry was made; so also after a start."""
    activity: LastActivity = field(default_factory=lambda: LastActivity())
    printed: dict[int, TemporaryDirectory[str]] = field(default_factory=dict)
    """Chat → what was written of it to be seen; of one at a time."""

    def settings(self) -> Settings:
        """Read the settings now. Raises BadSettings, BadBaseUrl; an absent file gives the defaults."""
        return load_settings(self.home, self.environ)

    def app(self, job: Job | None = None) -> App:
        """The parts of a round by the settings as they are now; a job can cancel their waits. Raises SettingsError."""
        sleep = time.sleep if job is None else job.sleep
        return build_app(self.settings(), self.environ, sleep=sleep, now=self.now)

    def hurried_app(self) -> App:
        """The same for a page: what it asks of Chatwork is tried once, since somebody waits before it."""
        app = self.app()
        app.chatwork.transport.hurry()
        return app

    @property
    def archive(self) -> Archive:
        """The archive of the home."""
        return Archive(self.home)

    def forget_printed(self) -> None:
        """Remove what was written of a chat to be seen."""
        while self.printed:
            self.printed.popitem()[1].cleanup()

    def state_typed(self, quiet: timedelta = timedelta()) -> None:
        """Make entries of what was typed on the pages of jobs; where it cannot be, it is tried again later."""
        if not self.may_be_typed.is_set():
            return
        if not quiet:
            self.may_be_typed.clear()
        try:
            statements.state_all_typed(self.archive, at=self.now(), quiet=quiet)
        except ArchiverError:
            self.may_be_typed.set()


class LastActivity:
    """When a page was last asked for."""

    def __init__(self) -> None:
        """Begin with now."""
        self._at = time.monotonic()

    def note(self) -> None:
        """A page is asked for."""
        self._at = time.monotonic()

    def idle_seconds(self) -> float:
        """Seconds since then."""
        return time.monotonic() - self._at


def begin_job(title: str, work: Work, ways_on: tuple[JobLink, ...] = ()) -> Response:
    """Start a job and lead to its page; while another one runs, to that one's."""
    console_context().jobs.start(title, work, ways_on)
    return redirect(url_for("job.index"))


def console_context() -> ConsoleContext:
    """The context of the application that answers the current request."""
    context: ConsoleContext = current_app.extensions[CONSOLE]
    return context
