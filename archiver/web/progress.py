"""The job that runs, or the last one: its progress, what it brought, and the button that ends it."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from archiver.web.console_context import console_context
from archiver.web.context import view_context
from archiver.web.jobs import Job
from archiver.web.template_env import frame_facts

pages = Blueprint("job", __name__)


@pages.get("/job")
def index() -> str:
    """The whole page; without scripts it reloads itself while the job runs."""
    return render_template("job.html", job=_seen_job())


@pages.get("/job/progress")
def progress() -> str:
    """The part of a page that changes while a job runs; `brief`: of a page on which something else is asked."""
    template = "start_state.html" if request.args.get("brief") else "job_part.html"
    return render_template(template, job=_seen_job())


@pages.get("/pulse")
def pulse() -> str:
    """What an open page asks for every 20 seconds: how old the last save is; the answer says that the app runs."""
    return render_template("pulse.html", frame=frame_facts(view_context()))


def _seen_job() -> Job | None:
    """The job that is shown now; once it has ended, its result has been seen."""
    job = console_context().jobs.last
    if job is not None and not job.is_running:
        console_context().jobs.note_seen(job)
    return job


@pages.post("/job/cancel")
def cancel() -> Response:
    """Ask the job to end between two steps."""
    job = console_context().jobs.last
    if job is not None:
        job.cancel()
    return redirect(url_for("job.index"))
