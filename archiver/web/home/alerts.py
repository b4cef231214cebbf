"""確認していただきたいこと: every alert with the message that it is about; one can be put aside."""

from __future__ import annotations

from collections.abc import Sequence
from gettext import gettext as _
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from archiver.alerts.sentences import alert_sentence, level_word
from archiver.records.alerts import Alert
from archiver.render.invisible_characters import visible
from archiver.standing.alert_lines import named_messages, room_labels
from archiver.standing.contract_names import contract_names
from archiver.store.archive import Reading
from archiver.store.fingerprints import readable_text
from archiver.store.queries.contracts import contracts
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
        rows = _rows(reading, every[place : place + ON_A_PAGE])
    return render_template("alerts.html", rows=rows, aside=aside, place=place, total=len(every), on_a_page=ON_A_PAGE)


def _rows(reading: Reading, chosen: Sequence[Alert]) -> list[dict[str, Any]]:
    """The alerts in words, with the message that each is about."""
    names, rooms = contract_names(contracts(reading)), room_labels(reading, chosen)
    return [
        {
            "number": one.number,
            "state": _("put aside") if one.dismissed else level_word(one.level),
            "at": one.at,
            "sentence": alert_sentence(one, names, rooms),
            "message": message,
            "is_dismissed": one.dismissed,
            "reason": visible(one.reason or ""),
        }
        for one, message in zip(chosen, named_messages(reading, chosen), strict=True)
    ]


@pages.post("/<int:number>/dismiss")
def dismiss(number: int) -> Response:
    """Put an alert aside; it stays listed, marked so. Raises UnknownAlert."""
    context, reason = console_context(), request.form.get("reason", "").strip()
    with context.archive.writing() as writing:
        alerts.dismiss(writing, number, at=context.now(), reason=readable_text(reason) if reason else None)
    return redirect(url_for("alerts.index"))
