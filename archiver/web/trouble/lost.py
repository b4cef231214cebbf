"""保管庫が見つからないとき: an archive that was here last time is not here; back from a copy first, anew only if asked.

Also what every page says of an archive that is there and cannot be opened, and of settings that cannot be read.
"""

from __future__ import annotations

from gettext import gettext as _

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from archiver import errors
from archiver.render.invisible_characters import visible
from archiver.render.times import minute_text
from archiver.rounds.round import upgrade_if_older
from archiver.setup.archive_setup import begin_anew, begin_new_settings
from archiver.store import migrate
from archiver.web.console_context import ConsoleContext, console_context
from archiver.web.jobs import Job, JobLink, JobOutcome, Work
from archiver.web.trouble.archive_state import ArchiveState, archive_state, can_restore, home_obstacle, seen_archive
from archiver.web.trouble.trouble_words import is_closed_file, trouble_words

pages = Blueprint("lost", __name__, url_prefix="/lost")

Answer = str | Response | tuple[str, int]

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


@pages.app_errorhandler(errors.ArchiveDamaged)
@pages.app_errorhandler(errors.NewerArchive)
@pages.app_errorhandler(errors.NotAllowed)
@pages.app_errorhandler(errors.HomeNotWritable)
@pages.app_errorhandler(errors.DatabaseNotOpened)
@pages.app_errorhandler(errors.DiskFailing)
@pages.app_errorhandler(errors.DiskFull)
@pages.app_errorhandler(errors.ArchiveBusy)
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


@pages.app_errorhandler(errors.ChatworkError)
@pages.app_errorhandler(errors.TokenRefused)
@pages.app_errorhandler(errors.TokenMissing)
@pages.app_errorhandler(errors.TokenMalformed)
@pages.app_errorhandler(errors.TokenFileUnsafe)
@pages.app_errorhandler(errors.KeyringUnavailable)
def unanswered(error: errors.ArchiverError) -> tuple[str, int]:
    """In place of a page that asks Chatwork."""
    return _trouble(error, is_restorable=False), 503


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


@upgrading_pages.get("", endpoint="index")
def upgrade() -> str:
    """Whether the archive has an older format, and what updating it does."""
    return upgrade_page()


@upgrading_pages.post("", endpoint="begin")
def begin_upgrade() -> Response:
    """Update it; the copy stays beside it."""
    context = console_context()
    context.jobs.start(_("Updating the archive"), _update(context))
    return redirect(url_for("job.index"))


@upgrading_pages.app_errorhandler(errors.OlderArchive)
def older_archive(_error: errors.OlderArchive) -> tuple[str, int]:
    """In place of a page that needs the present format."""
    return upgrade_page(), 503


def upgrade_page() -> str:
    """The page with the button, or that there is nothing to do."""
    return render_template("upgrade.html", is_older=migrate.is_older(console_context().archive.database))


def _update(context: ConsoleContext) -> Work:
    links = (JobLink(_("Home"), url_for("home.index")),)

    def work(job: Job) -> JobOutcome:
        job.tell(_("Copying the archive as it is, and checking the copy"))
        copies: list[str] = []
        upgrade_if_older(context.app(job), lambda copy: copies.append(visible(str(copy))))
        if not copies:
            return JobOutcome(_("The archive is up to date; nothing was changed."), links=links)
        return JobOutcome(_("Done. The archive as it was before: {path}").format(path=copies[0]), links=links)

    return work
