"""Automatic saving as a job of the application: registered, given a token that it can read, run once, judged."""

from __future__ import annotations

from flask import url_for

from archiver.health import error_reasons
from archiver.health.words import IDLE_ADVICE, IDLE_SENTENCE
from archiver.schedule import schedulers
from archiver.setup import scheduled_job
from archiver.setup.written_values import FAILED, TRIED, note_answer
from archiver.web.console_context import ConsoleContext
from archiver.web.jobs import Job, JobLink, JobOutcome, Work
from archiver.wording import gettext as _


def set_up(context: ConsoleContext) -> Work:
    """The work of letting this computer save by itself."""
    links = (JobLink(_("Go on"), url_for("start.index")),)

    def work(job: Job) -> JobOutcome:
        kind = scheduled_job.choose(context)
        if scheduled_job.is_token_unreadable(context, kind):
            scheduled_job.move_token(context)
        warnings = scheduled_job.register(context, kind, is_typed=False)
        is_idle = scheduled_job.is_idle(kind)
        if is_idle:
            title = schedulers.title(kind)
            warnings += [_(text).format(scheduler=title) for text in (IDLE_SENTENCE, IDLE_ADVICE)]
        job.tell(_("It is now run once in this way (a minute at most)."))
        trial = scheduled_job.try_job(context, context.app(job), kind, sleep=job.sleep)
        works = not is_idle and (trial.has_saved or trial.is_saving)
        note_answer(context.archive, TRIED, "" if works else FAILED)
        return JobOutcome(_head(context, kind, works), (_said(trial, kind), *warnings), links, is_complete=works)

    return work


def _head(context: ConsoleContext, kind: str, works: bool) -> str:
    if not works:
        return _("Automatic saving does not run yet.")
    pace = schedulers.pace_words(scheduled_job.build(context), context.settings().sync.every, is_typed=False)
    return _("Registered with {scheduler}: {pace}.").format(scheduler=schedulers.title(kind), pace=pace)


def _said(trial: scheduled_job.JobTrial, kind: str) -> str:
    if trial.has_saved:
        return scheduled_job.success_sentence(kind)
    if trial.error_name is None:
        return _("It could not be seen yet whether it works there. This page says so as soon as it has saved.")
    reason = error_reasons.reason(trial.error_name) or trial.error_name
    sentence = _("The automatic save failed: {reason}. {advice}")
    return sentence.format(reason=reason, advice=error_reasons.advice(trial.error_name))
