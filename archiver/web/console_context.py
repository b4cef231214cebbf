"""What the pages of the application work with: the archive's home, the jobs, and files that were handed in.

These lie under a name of ours until their bytes are in the archive; their own names are text.
"""

from __future__ import annotations

import contextlib
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from gettext import gettext as _
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO, cast

from flask import Request, current_app, redirect, request, url_for
from werkzeug.datastructures import FileStorage
from werkzeug.wrappers import Response

from archiver import errors
from archiver.app import App, build_app
from archiver.errors import ArchiverError
from archiver.folder_sync import storage_error
from archiver.records import ENCLOSURE_KINDS, Contract, Enclosure, MessageId
from archiver.render.invisible_characters import visible
from archiver.settings.file import load_settings
from archiver.settings.model import Settings
from archiver.setup.answers import EXAMPLE_DAY, find_message, read_day
from archiver.store import blobs, user_statements
from archiver.store.archive import Archive
from archiver.sync.found_ids import FoundIds
from archiver.web.background_work import Job, JobLink, JobRunner, Work
from archiver.web.trouble_words import trouble_words

Answer = str | Response | tuple[str, int]
"""What a page gives back: its text, where to go on, or its text with a status."""

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
    handed_in: list[FoundIds] = field(default_factory=list)
    """What the last files for older messages name, until these are fetched."""

    def settings(self) -> Settings:
        """Read the settings now. Raises BadSettings, BadBaseUrl; an absent file gives the defaults."""
        return load_settings(self.home, self.environ)

    def app(self, job: Job | None = None) -> App:
        """The parts of a round by the settings as they are now; a job can cancel their waits. Raises SettingsError."""
        app = build_app(self.settings(), self.environ, sleep=time.sleep if job is None else job.sleep, now=self.now)
        app.chatwork.transport.on_wait = None if job is None else job.wait
        return app

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
            user_statements.state_all_typed(self.archive, at=self.now(), quiet=quiet)
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


def not_listed(value: str) -> str:
    """That a value is none of those that a page offers, as a program or an old page may send."""
    return _("“{value}” is not in the list. Please choose from it.").format(value=visible(value[:40]))


def begin_job(title: str, work: Work, ways_on: tuple[JobLink, ...] = ()) -> Response:
    """Start a job and lead to its page; while another one runs, to that one's."""
    console_context().jobs.start(title, work, ways_on)
    return redirect(url_for("job.index"))


def console_context() -> ConsoleContext:
    """The context of the application that answers the current request."""
    context: ConsoleContext = current_app.extensions[CONSOLE]
    return context


NAME_LIMIT = 200
"""Characters of a name that are kept."""

MEMORY_BYTES = 500_000
"""Up to this size a file that is handed in needs no file of its own."""


class StreamingRequest(Request):
    """A request whose files stream to the home's own file system, where they will be kept."""

    def _get_file_stream(self, *_sizes_and_names: object, **_named: object) -> IO[bytes]:
        folder = incoming_folder(console_context().home)
        place = None if folder is None else str(folder)
        return cast("IO[bytes]", tempfile.SpooledTemporaryFile(MEMORY_BYTES, "rb+", dir=place))

    def _load_form_data(self) -> None:
        with disk_errors():
            super()._load_form_data()


def incoming_folder(home: Path) -> Path | None:
    """Where files on their way in lie; None, this computer's usual place, where there is no home or none can be made.

    It is asked for each time: a home can go away and come back while the application runs.
    """
    folder = home / "incoming"
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
    except OSError:
        return None
    return folder


def plain_name(given: FileStorage) -> str:
    """The last part of the name that a browser gave, whatever separators stand in it."""
    name = (given.filename or "").replace("\\", "/").rpartition("/")[2].replace("\0", "").strip()
    return name[-NAME_LIMIT:] or "file"


@contextlib.contextmanager
def disk_errors() -> Iterator[None]:
    """Tell an error of the disk on which files on their way in lie as one of this program. Raises StorageError."""
    try:
        yield
    except OSError as error:
        folder = incoming_folder(console_context().home) or Path(tempfile.gettempdir())
        raise storage_error(error, folder) from error


@contextlib.contextmanager
def as_file(given: FileStorage) -> Iterator[Path]:
    """The bytes in a file of this program's own, removed at the end. Raises StorageError."""
    place = incoming_folder(console_context().home)
    with disk_errors(), tempfile.TemporaryDirectory(prefix="incoming-", dir=place) as folder:
        path = Path(folder) / "file"
        given.save(path)
        yield path


def stated_message(context: ConsoleContext, contract: Contract, name: str) -> MessageId | None:
    """The message that a field of the form names by its number or link; None if it names none.

    Raises BadValue, UnknownMessage.
    """
    typed = request.form.get(name, "").strip()
    if not typed:
        return None
    return context.archive.read(find_message, contract, typed, _("The message: its number or link"))


def take_enclosure(context: ConsoleContext, contract: Contract, mark: str = "", shows: MessageId | None = None) -> str:
    """Keep the file that a form hands in beside other fields, if it does; else the sentence why it is not kept.

    `mark`: the end of the names of its fields; `shows`: the message, where the form does not ask.
    """
    kind, note = request.form.get(f"kind{mark}", ""), request.form.get(f"note{mark}", "").strip() or None
    try:
        dated, message = stated_day(f"day{mark}"), stated_message(context, contract, f"message{mark}")
        chosen = kind if kind in ENCLOSURE_KINDS else "other"
        kept = keep_enclosure(context, contract, chosen, message or shows, dated, note, name=f"file{mark}")
    except errors.ArchiverError as error:
        return trouble_words(error).together
    is_missing = kept is None and (dated or message or note or kind not in {"", "screenshot"})
    return _("Choose at least one file.") if is_missing else ""


def keep_enclosure(
    context: ConsoleContext,
    contract: Contract,
    kind: str,
    message: MessageId | None,
    dated: str | None,
    note: str | None = None,
    *,
    name: str = "file",
) -> Enclosure | None:
    """Keep the file of a form's field with the contract; None if it has none. Raises StorageError, FileTooLarge."""
    given = request.files.get(name)
    if given is None or not given.filename:
        return None
    with as_file(given) as path:
        size, sha256 = blobs.copy_in(context.home, path, limit=context.settings().files.max_bytes)
    now = context.now()
    draft = Enclosure(0, kind, plain_name(given), size, sha256, now, dated, message, note)
    return context.archive.write(user_statements.add_enclosure, contract.id, draft, at=now)[0]


def stated_day(name: str) -> str | None:
    """The day in a field of the form; None if it is blank. Raises BadValue, NoSuchDay, DayTooEarly, DayTooLate."""
    day = request.form.get(name, "").strip()
    return read_day(day, _("the day"), EXAMPLE_DAY, now=None) if day else None
