"""How the archive of the application stands, which decides what pages there are: asked once for each request."""

from __future__ import annotations

import contextlib
import os
from enum import Enum, auto
from gettext import gettext as _
from pathlib import Path

from flask import g

from archiver import errors
from archiver.settings.other_archives import SeenArchive, last_seen, note_seen, state_folder
from archiver.setup.archive_setup import first_open_step
from archiver.setup.written_values import BEGUN, FINISHED, recall_answers
from archiver.store.working.remembered_values import LAST_BACKUP
from archiver.web.console_context import ConsoleContext, console_context
from archiver.web.trouble.trouble_words import TroubleWords, is_unreadable, trouble_words


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


def home_obstacle(home: Path) -> TroubleWords | None:
    """Why nothing can be written at the place of an archive, and what to do; None: it can, as far as can be seen."""
    nearest = next((path for path in (home, *home.parents) if os.path.lexists(path)), home)
    if not os.path.isdir(nearest):  # noqa: PTH112 - false, and no error, where it may not be looked at
        return _unseen(nearest)
    if os.access(nearest, os.W_OK | os.X_OK):
        return None
    return TroubleWords(
        _("Nothing can be written at the place of the archive now: this computer does not allow it."),
        _(
            "As long as that is so, no backup can be restored there and no new archive begun. Perhaps the "
            "disk is not connected or is write-protected, or the folder does not belong to you. Then look "
            "again."
        ),
    )


def can_restore(error: errors.ArchiverError | None, home: Path) -> bool:
    """Whether restoring from a copy may help: what is only not permitted, or newer, is not damaged.

    `error`: what kept the archive from being opened; None: damage that a page met, or no archive.
    """
    is_gone = error is None or isinstance(error, errors.ArchiveDamaged | errors.NoArchive)
    return is_gone and home_obstacle(home) is None


def _unseen(path: Path) -> TroubleWords:
    if path.is_symlink():
        sentence = _("The place of the archive leads to another folder, and that one is not there now.")
        advice = _("Is its disk connected? Connect it, then look again. Nothing was removed by this program.")
    else:
        sentence = _("A file lies where the archive's folder should be, so the archive is not found.")
        advice = _("Move that file elsewhere in the file manager of this computer, or rename it, then look again.")
    return TroubleWords(sentence, advice)
