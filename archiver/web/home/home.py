"""ホーム: what stands first, one next step, the jobs; and the button that saves now."""

from __future__ import annotations

from gettext import gettext as _
from pathlib import Path

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from archiver import errors
from archiver.standing.home_document import departure_alerts, page_marks
from archiver.store.queries.contracts import find_contract
from archiver.store.queries.entries import last_seq
from archiver.store.working import alerts
from archiver.store.working.remembered_values import SEEN_CHANGES, SeenChanges
from archiver.web.console_context import console_context
from archiver.web.context import view_context
from archiver.web.saving import save_now
from archiver.web.trouble.archive_state import home_obstacle
from archiver.web.trouble.trouble_words import TroubleWords, trouble_words

pages = Blueprint("home", __name__)


@pages.get("/home")
def index() -> str | tuple[str, int]:
    """The whole page; where it asks by itself whether it is still true, only what stands first, or nothing."""
    view, context, mark = view_context(), console_context(), request.args.get("mark")
    with view.reading() as reading:
        if mark in page_marks(reading):
            return "", 204
        document = view.home_document(reading, view.status(reading))
    closed = _closed_words(home_obstacle(context.home), context.home)
    template = "home.html" if mark is None else "home_head.html"
    return render_template(template, home=document, job=context.jobs.last, closed=closed)


@pages.post("/home/seen")
def seen() -> Response:
    """Keep that the changes of a job up to an entry and an alert were seen; the first page then tells of later ones."""
    context = console_context()
    upto, last_alert = (request.form.get(name, 0, type=int) for name in ("upto", "last_alert"))
    with context.archive.writing() as writing:
        contract, now = find_contract(writing, request.form.get("job", "")), context.now()
        mark = SeenChanges(min(upto, last_seq(writing)), now)
        SEEN_CHANGES.remember(writing, {**SEEN_CHANGES.recall(writing), contract.id: mark})
        rooms = [int(room.room_id) for room in contract.rooms]
        shown = [one for one in alerts.open_alerts(writing) if one.number <= last_alert]
        for number in departure_alerts(shown, rooms):
            alerts.dismiss(writing, number, at=now, reason=None)
    return redirect(url_for("home.index"))


@pages.post("/home/save")
def save() -> Response:
    """Save now; while a job runs, show that one."""
    context = console_context()
    context.jobs.start(_("Saving now"), save_now(context))
    return redirect(url_for("job.index"))


def _closed_words(obstacle: TroubleWords | None, home: Path) -> TroubleWords | None:
    """What is said where the folder can only be read: saving would fail, and does not begin."""
    if obstacle is None:
        return None
    return TroubleWords(obstacle.sentence, trouble_words(errors.HomeNotWritable(path=home)).advice)
