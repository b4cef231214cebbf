"""How the archive of the application stands, asked once for each request; and what helps where it is lost."""

from __future__ import annotations

import contextlib
import os
from enum import Enum, auto
from functools import partial
from gettext import gettext as _
from pathlib import Path

from flask import Blueprint, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from archiver import errors
from archiver.render.invisible_characters import visible
from archiver.render.times import minute_text
from archiver.rounds.round import upgrade_if_older
from archiver.settings.other_archives import SeenArchive, last_seen, note_seen, state_folder
from archiver.setup.answers import BEGUN, FINISHED, recall_answers
from archiver.setup.archive_setup import begin_anew, begin_new_settings, first_open_step
from archiver.store import migrate
from archiver.store.working.remembered_values import LAST_BACKUP
from archiver.web.background_work import Job, JobLink, JobOutcome
from archiver.web.console_context import Answer, ConsoleContext, begin_job, console_context
from archiver.web.trouble_words import TroubleWords, is_closed_file, is_unreadable, trouble_words
from archiver.wording import N_

pages = Blueprint("lost", __name__, url_prefix="/lost")

LINKS = (JobLink(N_("Home"), "home.index"),)


SECRETS = {"token", "password", "address", "addresses"}
"""Fields that never come back into a page."""


@pages.get("")
def index() -> Answer:
    """Say that it is not found, and what can be done."""
    if archive_state() is not ArchiveState.LOST:
        return redirect(url_for("home.index"))
    return lost_page()


@pages.get("/anew")
def ask() -> Answer:
    """Ask once more before a new archive is begun."""
    if archive_state() is not ArchiveState.LOST:
        return redirect(url_for("home.index"))
    if home_obstacle(console_context().home) is not None:
        return redirect(url_for("lost.index"))
    return render_template("lost_anew.html")


@pages.post("/anew")
def begin() -> Answer:
    """Begin with an empty archive; what lies in the folder stays there, apart from it."""
    context = console_context()
    if archive_state() is ArchiveState.LOST:
        if home_obstacle(context.home) is not None:
            return lost_page(_("Nothing was begun.")), 409
        begin_anew(context)
    return redirect(url_for("start.index"))


def lost_page(dropped: str = "") -> str:
    """The page; `dropped` says what was asked for and not done."""
    context = console_context()
    seen = seen_archive(context)
    at = minute_text(seen.at) if seen else ""
    obstacle = home_obstacle(context.home)
    return render_template("lost.html", dropped=dropped, at=at, home=visible(str(context.home)), obstacle=obstacle)


def dropped_sentence() -> str:
    """What became of a form that was sent without an archive; empty if none was."""
    if not _is_form():
        return ""
    if request.endpoint in {"home.save", "emergency.rescue", "emergency.recover"}:
        return _("Nothing was saved: there is no archive to save in.")
    return _("What you asked for just now was not done: there is no archive to do it in.")


# --- an archive that cannot be opened --------------------------------------------------------------


def unreadable(error: errors.ArchiverError) -> tuple[str, int]:
    """In place of a page that needs the archive, or of a form that could not be kept."""
    context = console_context()
    if isinstance(error, errors.ArchiveDamaged):
        context.damage_seen.set()
    return _trouble(error, is_restorable=can_restore(error, context.home) and not _is_form()), 503


@pages.app_errorhandler(errors.NoArchive)
def vanished(error: errors.ArchiverError) -> tuple[str, int]:
    """The archive went while a page was made."""
    context = console_context()
    if seen_archive(context) is not None or isinstance(error, errors.DatabaseGone):
        return lost_page(dropped_sentence()), 503
    return _trouble(error, is_restorable=can_restore(error, context.home)), 503


def unanswered(error: errors.ArchiverError) -> tuple[str, int]:
    """In place of a page that asks Chatwork."""
    return _trouble(error, is_restorable=False), 503


for _unreadable in (
    *(errors.ArchiveDamaged, errors.NewerArchive, errors.NotAllowed, errors.HomeNotWritable),
    *(errors.DatabaseNotOpened, errors.DiskFailing, errors.DiskFull, errors.ArchiveBusy),
):
    pages.app_errorhandler(_unreadable)(unreadable)
for _unanswered in (
    *(errors.ChatworkError, errors.TokenRefused, errors.TokenMissing),
    *(errors.TokenMalformed, errors.TokenFileUnsafe, errors.KeyringUnavailable),
):
    pages.app_errorhandler(_unanswered)(unanswered)


# --- settings that cannot be read ------------------------------------------------------------------


@pages.app_errorhandler(errors.BadSettings)
def settings_unread(error: errors.ArchiverError) -> tuple[str, int]:
    """In place of a page that needs the settings: look again, or begin with new ones."""
    if is_closed_file(error):
        return _trouble(error, is_restorable=False), 503
    return render_template("lost_settings.html", detail=visible(str(error)), back=request.path), 503


@pages.post("/settings")
def begin_settings() -> Answer:
    """Begin with new settings; those that cannot be read are kept under another name."""
    context = console_context()
    begin_new_settings(context, at=context.now())
    return redirect(url_for("settings.index"))


def _trouble(error: errors.ArchiverError, *, is_restorable: bool) -> str:
    typed = [] if SECRETS.intersection(request.form) else request.form.items(multi=True)
    return render_template(
        "trouble.html",
        words=trouble_words(error),
        can_restore=is_restorable,
        is_form=_is_form(),
        back=request.path,
        given=[one for one in typed if one[0] != "csrf_token"],
    )


def _is_form() -> bool:
    """Whether something was to be done, and not only shown."""
    return request.method not in {"GET", "HEAD"}


upgrading_pages = Blueprint("upgrading", __name__, url_prefix="/upgrade")


@upgrading_pages.post("", endpoint="begin")
def begin_upgrade() -> Response:
    """Update it; the copy stays beside it."""
    return begin_job(_("Updating the archive"), partial(_update, context=console_context()))


@upgrading_pages.app_errorhandler(errors.OlderArchive)
def older_archive(_error: errors.OlderArchive) -> tuple[str, int]:
    """In place of a page that needs the present format."""
    return upgrade_page(), 503


@upgrading_pages.get("", endpoint="index")
def upgrade_page() -> str:
    """Whether the archive has an older format, with the button to update it, or that there is nothing to do."""
    return render_template("upgrade.html", is_older=migrate.is_older(console_context().archive.database))


def _update(job: Job, context: ConsoleContext) -> JobOutcome:
    job.tell(_("Copying the archive as it is, and checking the copy"))
    copies: list[str] = []
    upgrade_if_older(context.app(job), lambda copy: copies.append(visible(str(copy))))
    if not copies:
        return JobOutcome(_("The archive is up to date; nothing was changed."), links=LINKS)
    return JobOutcome(_("Done. The archive as it was before: {path}").format(path=copies[0]), links=LINKS)


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
    with contextlib.suppress(errors.StorageError):  # only a hint would be missing
        note_seen(context.home, at=context.now(), state=state_folder(), copy=copy)


def _observe(context: ConsoleContext) -> ArchiveState:
    if not context.archive.exists():
        was_here = seen_archive(context) is not None or isinstance(context.archive.absence(), errors.DatabaseGone)
        return ArchiveState.LOST if was_here else ArchiveState.NONE
    try:
        answers = recall_answers(context.archive)  # they tell it of most without asking where the token lies
        is_first_run = BEGUN in answers and FINISHED not in answers and first_open_step(context) is not None
        state = ArchiveState.FIRST_RUN if is_first_run else ArchiveState.READY
    except errors.OlderArchive:
        state = ArchiveState.READY
    except errors.ArchiverError as error:
        g.archive_error = error
        return ArchiveState.UNREADABLE if is_unreadable(error) else ArchiveState.READY
    if not context.is_noted.is_set():
        context.is_noted.set()
        note_archive(context, _last_copy(context))
    return ArchiveState.UNREADABLE if context.damage_seen.is_set() else state


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
