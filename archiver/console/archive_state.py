"""How the archive of the application stands, which decides what pages there are: asked once for each request."""

from __future__ import annotations

import contextlib
from enum import Enum, auto

from flask import g

from archiver import errors
from archiver.console.context import ConsoleContext, console_context
from archiver.console.home_obstacle import can_restore
from archiver.console.trouble_words import TroubleWords, is_unreadable, trouble_words
from archiver.settings.other_archives import state_folder
from archiver.settings.seen_archive import SeenArchive, last_seen, note_seen
from archiver.setup.answered_questions import recall_answers
from archiver.setup.answers import BEGUN, FINISHED
from archiver.setup.first_run import first_open_step
from archiver.store.working.remembered_values import LAST_BACKUP


class ArchiveState(Enum):
    """How the archive stands."""

    NONE = auto()
    """There is none, and none is known to have been here."""
    LOST = auto()
    """There is none, but one was here."""
    UNREADABLE = auto()
    """It is there and cannot be read, or not everywhere."""
    FIRST_RUN = auto()
    """The first run is not finished."""
    READY = auto()


def archive_state() -> ArchiveState:
    """The state, for the current request."""
    if "archive_state" not in g:
        g.archive_state = _observe(console_context())
    state: ArchiveState = g.archive_state
    return state


def unreadable_words() -> TroubleWords:
    """Why the archive cannot be read, for the current request; damage, if only a page or a job met it."""
    archive_state()
    return trouble_words(g.get("archive_error") or errors.ArchiveDamaged(path="", detail=""))


def may_restore() -> bool:
    """Whether restoring from a copy is offered, for the current request."""
    archive_state()
    return can_restore(g.get("archive_error"), console_context().home)


def seen_archive(context: ConsoleContext) -> SeenArchive | None:
    """What is remembered of the archive that was in the home; None if none was seen."""
    return last_seen(context.home, state=state_folder())


def note_archive(context: ConsoleContext, copy: str = "") -> None:
    """Remember that there is an archive, and the folder of its last copy, also where the home vanishes."""
    with contextlib.suppress(OSError):  # only a hint would be missing
        note_seen(context.home, at=context.now(), state=state_folder(), copy=copy)


def _observe(context: ConsoleContext) -> ArchiveState:
    if not context.archive.exists():
        was_here = seen_archive(context) is not None or isinstance(context.archive.absence(), errors.DatabaseGone)
        return ArchiveState.LOST if was_here else ArchiveState.NONE
    try:
        state = ArchiveState.FIRST_RUN if _is_first_run(context) else ArchiveState.READY
    except errors.OlderArchive:
        state = ArchiveState.READY
    except errors.ArchiverError as error:
        g.archive_error = error
        return ArchiveState.UNREADABLE if is_unreadable(error) else ArchiveState.READY
    if not context.is_noted.is_set():
        context.is_noted.set()
        note_archive(context, _last_copy(context))
    return ArchiveState.UNREADABLE if context.damage_seen.is_set() else state


def _is_first_run(context: ConsoleContext) -> bool:
    """Whether a step is open; the answers tell it of most archives without asking where the token lies."""
    answers = recall_answers(context.archive)
    return BEGUN in answers and FINISHED not in answers and first_open_step(context) is not None


def _last_copy(context: ConsoleContext) -> str:
    with contextlib.suppress(errors.ArchiverError), context.archive.reading() as reading:
        last = LAST_BACKUP.recall(reading)
        return last.path if last else ""
    return ""
