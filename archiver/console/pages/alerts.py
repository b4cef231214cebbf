"""確認していただきたいこと: every alert with the message that it is about; one can be put aside."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from archiver.console.context import console_context
from archiver.store.fingerprints import readable_text
from archiver.store.working import alerts

pages = Blueprint("alerts", __name__, url_prefix="/alerts")


@pages.get("")
def index() -> str:
    """Every alert, the newest first; those that were put aside last."""
    context = console_context()
    with context.archive.reading() as reading:
        rows = context.words.alert_rows(reading)
    newest = sorted(rows, key=lambda row: (row.is_dismissed, -row.number))
    return render_template("alerts.html", rows=newest)


@pages.post("/<int:number>/dismiss")
def dismiss(number: int) -> Response:
    """Put an alert aside; it stays listed, marked so. Raises UnknownAlert."""
    context, reason = console_context(), request.form.get("reason", "").strip()
    with context.archive.writing() as writing:
        alerts.dismiss(writing, number, at=context.now(), reason=readable_text(reason) if reason else None)
    return redirect(url_for("alerts.index"))
