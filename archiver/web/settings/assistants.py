"""設定 > アシスタント: what an assistant gets of a job, the consent to it, how one is connected, and what was asked."""

from __future__ import annotations

from importlib.util import find_spec

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from archiver.setup.assistant_consent import client_lines, consent_lines, last_calls, record_consent
from archiver.store.queries.contracts import contracts, find_contract
from archiver.store.working.remembered_values import ASSISTANTS
from archiver.web.console_context import console_context

pages = Blueprint("assistants", __name__, url_prefix="/settings/assistant")

CONSENTS = {"covered": False, "unmasked": True}
"""The name of a button → whether an assistant gets the job without covers; any other takes the consent back."""


@pages.get("")
def index() -> str:
    """The jobs and the last calls; or of one job what leaves, the consent, and the lines for a client."""
    context, name = console_context(), request.args.get("job", "")
    with context.archive.reading() as reading:
        jobs, allowed = contracts(reading), ASSISTANTS.recall(reading)
        job = find_contract(reading, name) if name else None
    return render_template(
        "assistants.html",
        jobs=jobs,
        job=job,
        allowed=allowed,
        words={how: consent_lines(is_unmasked=value) for how, value in CONSENTS.items()},
        clients=client_lines(context.home, job.id) if job else (),
        calls=() if job else last_calls(context.home),
        is_installed=find_spec("mcp") is not None,
    )


@pages.post("")
def decide() -> Response:
    """Keep the consent to a job, or take it back. Raises UnknownContract."""
    context = console_context()
    with context.archive.reading() as reading:
        job = find_contract(reading, request.form.get("job", "")).id
    record_consent(context.archive, job, CONSENTS.get(request.form.get("how", "")))
    return redirect(url_for("assistants.index", job=job))
