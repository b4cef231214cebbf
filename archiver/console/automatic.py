"""Automatic saving as a job of the application: registered, given a token that it can read, run once, judged."""

from __future__ import annotations

from gettext import gettext as _

from flask import url_for

from archiver.console.context import ConsoleContext
from archiver.console.jobs import Job, JobLink, JobOutcome, Work
from archiver.health import error_reasons
from archiver.health.words import idle_advice, idle_sentence
from archiver.schedule import schedulers
from archiver.setup import job_trial, scheduled_job
from archiver.setup.answered_questions import note_answer
from archiver.setup.answers import TRIED


def set_up(context: ConsoleContext) -> Work:
    """The work of letting this computer save by itself."""
    links = (JobLink(_("Go on"), url_for("start.index")),)

    def work(job: Job) -> JobOutcome:
        kind = scheduled_job.choose(context)
        if scheduled_job.is_token_unreadable(context, kind):
            scheduled_job.move_token(context)
        warnings = scheduled_job.register(context, kind, is_typed=False)
        if scheduled_job.is_idle(kind):
            title = schedulers.title(kind)
            warnings += [sentence.format(scheduler=title) for sentence in (idle_sentence(), idle_advice())]
        job.tell(_("It is now run once in this way (a minute at most)."))
        return _judge(context, kind, job, warnings, links)

    return work


def _judge(context: ConsoleContext, kind: str, job: Job, warnings: list[str], links: tuple[JobLink, ...]) -> JobOutcome:
    app = context.app(job)
    trial = job_trial.try_job(context, app, kind, sleep=job.sleep)
    pace = schedulers.pace_words(scheduled_job.build(context), app.settings.sync.every, is_typed=False)
    registered = _("Registered with {scheduler}: {pace}.").format(scheduler=schedulers.title(kind), pace=pace)
    note_answer(app.archive, TRIED)
    if trial.has_saved:
        return JobOutcome(registered, (job_trial.success_sentence(kind), *warnings), links)
    if trial.error_name is not None:
        reason = error_reasons.reason(trial.error_name) or trial.error_name
        sentence = _("The automatic run failed: {reason}. {advice}")
        failed = sentence.format(reason=reason, advice=error_reasons.advice(trial.error_name))
        return JobOutcome(registered, (failed, *warnings), links, is_complete=False)
    unseen = _("It could not be seen yet whether it works there. This page says so as soon as it has saved.")
    return JobOutcome(registered, (unseen, *warnings), links, is_complete=trial.is_saving)
