"""Background work, one job at a time: a thread of its own, with progress, that can be cancelled between two steps.

A closed browser ends nothing: what a job has brought is kept until somebody has seen it.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from gettext import gettext as _
from pathlib import Path
from typing import Any, NamedTuple

from flask import url_for

from archiver import errors
from archiver.render.invisible_characters import visible
from archiver.render.times import minute_text
from archiver.settings.other_archives import read_note, stated_time, write_note
from archiver.web.server import instance_file
from archiver.web.trouble_words import TroubleWords, trouble_words


class JobState(StrEnum):
    """Whether a job runs, and how it ended."""

    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"
    CUT_OFF = "cut off"
    """The program or the computer ended while it ran."""


class JobLink(NamedTuple):
    """A page to go on with."""

    words: str
    """Not yet translated."""
    endpoint: str
    values: Mapping[str, Any] = {}

    @property
    def address(self) -> str:
        """Its address, for the request that shows it."""
        return url_for(self.endpoint, **self.values)


class JobOutcome(NamedTuple):
    """What a job has brought, in sentences."""

    head: str
    lines: tuple[str, ...] = ()
    links: tuple[JobLink, ...] = ()
    is_complete: bool = True
    """Whether all of it could be done."""
    hint: str = ""
    """What to do about it, said on every page that shows the head."""
    details: tuple[str, ...] = ()
    """Lines for whoever mends something, which are folded."""


class JobCancelled(BaseException):
    """Ends a job between two steps; no `Exception`, so nothing on the way takes it for a failure."""


@dataclass(slots=True)
class Job:
    """A job and how far it is."""

    number: int
    title: str
    begun_at: datetime
    step: str = ""
    done: int = 0
    total: int | None = None
    state: JobState = JobState.RUNNING
    outcome: JobOutcome | None = None
    is_seen: bool = False
    not_begun: tuple[str, ...] = ()
    """Titles of jobs that were asked for while this one ran."""
    ways_on: tuple[JobLink, ...] = ()
    """Where to go on if it does not succeed and brings no links itself."""
    _leaving: threading.Event = field(default_factory=threading.Event, repr=False)

    def tell(self, step: str | None, done: int = 0, total: int | None = None) -> None:
        """Keep how far the work is. Raises JobCancelled if it shall end."""
        self.step, self.done, self.total = step or self.step, done, total
        self.stop_if_left()

    def stop_if_left(self) -> None:
        """Raise JobCancelled if the work shall end."""
        if self._leaving.is_set():
            raise JobCancelled

    def sleep(self, seconds: float) -> None:
        """Wait as a round does between two calls. Raises JobCancelled at once if the work shall end."""
        if self._leaving.wait(seconds):
            raise JobCancelled

    def wait(self, time: timedelta) -> None:
        """Tell that Chatwork's limit is waited for."""
        sentence = _("Chatwork allows only so many calls in 5 minutes. Going on in {seconds} s …")
        self.tell(sentence.format(seconds=round(time.total_seconds())))

    def cancel(self) -> None:
        """Ask the work to end between two steps."""
        self._leaving.set()

    @property
    def is_leaving(self) -> bool:
        """Whether it was asked to end."""
        return self._leaving.is_set()

    @property
    def is_running(self) -> bool:
        """Whether it runs."""
        return self.state is JobState.RUNNING

    @property
    def is_cut_off(self) -> bool:
        """Whether it ended with the program or the computer."""
        return self.state is JobState.CUT_OFF

    @property
    def links(self) -> tuple[JobLink, ...]:
        """Where to go on, once it has ended."""
        if self.outcome is None:
            return ()
        return self.outcome.links or (() if self.outcome.is_complete else self.ways_on)

    @property
    def percent(self) -> int | None:
        """How much is done, if that is known."""
        return min(100, self.done * 100 // self.total) if self.total else None


Work = Callable[[Job], JobOutcome]

NoteBug = Callable[[BaseException], Path | None]
"""Keeps a fault of this program in a log, and returns which; None: nowhere."""


class JobRunner:
    """Runs at most one job at a time, and keeps the last one."""

    def __init__(
        self,
        now: Callable[[], datetime],
        note_bug: NoteBug = lambda _error: None,
        file: Path | None = None,
        words_of: Callable[[errors.ArchiverError], TroubleWords] = trouble_words,
    ) -> None:
        """Begin without a job, or with the one that was cut off; `file`: where the job that runs is noted."""
        self._now = now
        self._note_bug = note_bug
        self._words_of = words_of
        self._file = file
        self._turn = threading.Lock()
        self._last: Job | None = None if file is None else cut_off_job(file)
        self._thread: threading.Thread | None = None

    @property
    def last(self) -> Job | None:
        """The job that runs, or the last one."""
        return self._last

    @property
    def is_busy(self) -> bool:
        """Whether a job runs."""
        return self._last is not None and self._last.is_running

    def start(self, title: str, work: Work, ways_on: tuple[JobLink, ...] = ()) -> Job:
        """Start a job and return it; while another one runs, return that one, which names what was not begun.

        `ways_on`: links for one that does not succeed.
        """
        with self._turn:
            if self._last is not None and self._last.is_running:
                self._last.not_begun = tuple(dict.fromkeys((*self._last.not_begun, title)))
                return self._last
            job = Job(1 if self._last is None else self._last.number + 1, title, self._now(), ways_on=ways_on)
            self._last = job
            if self._file is not None:
                note_job(self._file, job.title, job.begun_at)
            self._thread = threading.Thread(target=self._run, args=(job, work), name="job", daemon=True)
            self._thread.start()
            return job

    def note_seen(self, job: Job) -> None:
        """Keep that the result of a job that has ended was shown."""
        job.is_seen = True
        if job.is_cut_off:
            self._remove_note()

    def _run(self, job: Job, work: Work) -> None:
        try:
            _run(job, work, self._note_bug, self._words_of)
        finally:
            with self._turn:
                if self._last is job:  # another one's note stays
                    self._remove_note()

    def _remove_note(self) -> None:
        if self._file is not None:
            with contextlib.suppress(OSError):
                self._file.unlink()

    def leave(self, seconds: float) -> None:
        """Ask the job to end, and wait at most this long; a round may be cut off anywhere without loss."""
        if self._last is not None:
            self._last.cancel()
        if self._thread is not None:
            self._thread.join(seconds)


def cut_off_job(file: Path) -> Job | None:
    """The job that ran when the application ended without having ended it; None without a readable note of one."""
    noted = read_note(file, lambda note: (str(note["title"]), stated_time(note["begun_at"])))
    if noted is None:
        return None
    title, begun_at = noted
    sentence = _("This was begun at {time} and cut off: the program or this computer ended while it ran.")
    advice = _("What was saved before is kept. Do it again if you still need it.")
    outcome = JobOutcome(sentence.format(time=minute_text(begun_at)), (advice,), is_complete=False)
    return Job(0, title, begun_at, state=JobState.CUT_OFF, outcome=outcome)


def _run(job: Job, work: Work, note_bug: NoteBug, words_of: Callable[[errors.ArchiverError], TroubleWords]) -> None:
    try:
        job.outcome = work(job)
    except JobCancelled:
        job.outcome = JobOutcome(_("Ended as you asked. What was done so far is kept."), is_complete=False)
        job.state = JobState.CANCELLED
    except errors.ArchiverError as error:
        words = words_of(error)
        job.outcome = JobOutcome(words.sentence, (words.advice,) if words.advice else (), is_complete=False)
        job.state = JobState.FAILED
    except BaseException as error:
        lines = [_("What was saved before is kept. Please try it again.")]
        if log := note_bug(error):
            place = _(
                "What went wrong is the last line of {file}, without names and texts. Whoever helps you needs it."
            )
            lines.append(place.format(file=visible(str(log))))
        head = _("Something in this program is wrong, and this could not be finished.")
        job.outcome = JobOutcome(head, tuple(lines), is_complete=False)
        job.state = JobState.FAILED
        raise
    else:
        job.state = JobState.DONE


def note_file(home: Path) -> Path:
    """Where the application of an archive notes its job: beside its address, since a home may go away."""
    address = instance_file(home)
    return address.with_name(address.stem + "-job.json")


def note_job(file: Path, title: str, begun_at: datetime) -> None:
    """Note the job that runs; a note that cannot be written ends none, it only is not told of later."""
    with contextlib.suppress(errors.StorageError):
        write_note(file, {"title": title, "begun_at": begun_at.isoformat()})
