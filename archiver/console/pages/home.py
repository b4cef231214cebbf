"""概要: how things stand, a picture of each contract, and the button that saves now."""

from __future__ import annotations

from gettext import gettext as _
from pathlib import Path

from flask import Blueprint, current_app, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from archiver import errors
from archiver.claims.changes import changed_count, changed_notices
from archiver.claims.money_words import invoice_text, sums_text
from archiver.console.activity_strip import activity_strip
from archiver.console.context import console_context
from archiver.console.home_obstacle import home_obstacle
from archiver.console.pages.billing import standing_of
from archiver.console.saving import save_now
from archiver.console.trouble_words import TroubleWords, trouble_words
from archiver.records import ChangedMessages, ChangeKind, Contract
from archiver.render.invisible_characters import visible
from archiver.store.archive import Reading
from archiver.store.queries.status import Status
from archiver.web.context import view_context
from archiver.web.pages.overview import contract_boxes

pages = Blueprint("home", __name__)


@pages.get("/home")
def index() -> str:
    """The viewer's overview, with pictures and what can be done."""
    view, context = view_context(), console_context()
    with view.reading() as reading:
        status = view.status(reading)
        attention = view.attention(reading, status)
        boxes = contract_boxes(reading, status)
        strips = {
            box.contract.id: activity_strip(reading, [row.room.room_id for row in box.rows], now=context.now())
            for box in boxes
        }
        money = {box.contract.id: money_words(reading, box.contract) for box in boxes}
        mark = _mark(status)
    return render_template(
        "home.html",
        money=money,
        status=status,
        attention=attention,
        boxes=boxes,
        strips=strips,
        job=context.jobs.last,
        mark=mark,
        packages_page="packages" in current_app.blueprints,
        closed=_closed_words(home_obstacle(context.home), context.home),
    )


@pages.get("/home/pulse")
def pulse() -> str:
    """The part of the page that asks again and again whether anything new was saved."""
    view = view_context()
    with view.reading() as reading:
        mark = _mark(view.status(reading))
    before = request.args.get("mark", mark)
    return render_template("pulse.html", is_changed=before != mark, mark=mark)


@pages.post("/home/save")
def save() -> Response:
    """Save now; while a job runs, show that one."""
    context = console_context()
    context.jobs.start(_("Saving now"), save_now(context))
    return redirect(url_for("job.index"))


def _closed_words(obstacle: TroubleWords | None, home: Path) -> TroubleWords | None:
    """What is said beside the button where the folder can only be read: saving would fail, and does not begin."""
    if obstacle is None:
        return None
    return TroubleWords(obstacle.sentence, trouble_words(errors.HomeNotWritable(path=home)).advice)


def money_words(reading: Reading, contract: Contract) -> list[tuple[str, bool]]:
    """What is owed on a contract: the sums, then each invoice that is late; and whether a line is about that."""
    standing = standing_of(reading, contract)
    if standing is None:
        return []
    lang = view_context().language
    late = [invoice_text(one, lang, amount=True, shown=visible) for one in standing.overdue]
    return [(sums_text(standing, lang), False), *((line, True) for line in late)]


def _mark(status: Status) -> str:
    """Changes whenever a message, an edit, a deletion or an alert has come."""
    counts = (
        number
        for room in status.rooms
        for number in (
            room.messages,
            *_changed_counts(room.changed[room.contracts[0]]),
            bool(room.inaccessible_since),
        )
    )
    shut = [room for room in status.rooms if room.inaccessible_since]
    return "-".join(str(number) for number in (sum(counts), len(shut), len(status.alerts)))


def _changed_counts(changed: ChangedMessages) -> tuple[int, int]:
    return changed_count(changed, tuple(ChangeKind)), sum(changed_notices(changed, kind) for kind in ChangeKind)
