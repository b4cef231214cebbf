"""An archive that an older version made: brought to this one's format by clicking, after a verified copy."""

from __future__ import annotations

from gettext import gettext as _

from flask import Blueprint, redirect, render_template, url_for
from werkzeug.wrappers import Response

from archiver import errors
from archiver.render.invisible_characters import visible
from archiver.rounds.round import upgrade_if_older
from archiver.store import migrate
from archiver.web.console_context import ConsoleContext, console_context
from archiver.web.jobs import Job, JobLink, JobOutcome, Work

pages = Blueprint("upgrading", __name__, url_prefix="/upgrade")


@pages.get("")
def index() -> str:
    """Whether the archive has an older format, and what updating it does."""
    return upgrade_page()


@pages.post("")
def begin() -> Response:
    """Update it; the copy stays beside it."""
    context = console_context()
    context.jobs.start(_("Updating the archive"), _update(context))
    return redirect(url_for("job.index"))


@pages.app_errorhandler(errors.OlderArchive)
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
