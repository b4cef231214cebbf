"""確認していただきたいこと: every alert with the message that it is about; one can be put aside."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from archiver.store.fingerprints import readable_text
from archiver.store.working import alerts
from archiver.web.console_context import console_context

ON_A_PAGE = 50
"""Alerts on one page."""

pages = Blueprint("alerts", __name__, url_prefix="/alerts")


@pages.get("")
def index() -> str:
    """The alerts, the newest first and those that were put aside last, a page of them; or the one to put aside."""
    context, place = console_context(), max(0, request.args.get("after", 0, type=int))
    aside = request.args.get("aside", 0, type=int)
    with context.archive.reading() as reading:
        chosen = [one for one in alerts.alerts(reading) if aside in {0, one.number}]
        every = sorted(chosen, key=lambda one: (one.dismissed, -one.number))
        rows = context.words.alert_rows(reading, every[place : place + ON_A_PAGE])
    return render_template("alerts.html", rows=rows, aside=aside, place=place, total=len(every), on_a_page=ON_A_PAGE)


@pages.post("/<int:number>/dismiss")
def dismiss(number: int) -> Response:
    """Put an alert aside; it stays listed, marked so. Raises UnknownAlert."""
    context, reason = console_context(), request.form.get("reason", "").strip()
    with context.archive.writing() as writing:
        alerts.dismiss(writing, number, at=context.now(), reason=readable_text(reason) if reason else None)
    return redirect(url_for("alerts.index"))
