"""The work of making a package, once the quoted messages were read once more."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from gettext import gettext as _

from flask import url_for

from archiver import errors
from archiver.custody import earlier_homes, erasures
from archiver.custody.export_stamps import stamp_service
from archiver.export.package import make_package
from archiver.export.package.order import ExportOrder
from archiver.render.invisible_characters import visible
from archiver.rounds.export_recheck import recheck_quoted
from archiver.store.queries.runs import exports
from archiver.web.console_context import ConsoleContext
from archiver.web.jobs import Job, JobLink, JobOutcome, Work

SHOWN_LIMIT = 20
STEP = 250
"""Messages between two updates of the progress."""


def make_work(context: ConsoleContext, wanted: ExportOrder) -> Work:
    """The work of making the package; its first link is the page of what was made."""
    every = url_for("packages.index")

    def work(job: Job) -> JobOutcome:
        app = context.app(job)
        job.tell(_("Reading the quoted messages once more"))
        recheck = recheck_quoted(app, wanted).sentence()
        with suppress(errors.StorageError):  # from a home that cannot be written a package can be made all the same
            earlier_homes.settle(app.archive, now=app.now(), copies=app.settings.exports.also_to)
            erasures.go_on(app.archive, now=app.now, copies=app.settings.exports.also_to)
        report = make_package.export(
            app.archive, wanted, now=app.now, stamping=stamp_service(app), progress=progress(job)
        )
        lacking = (*report.missing, *report.unheld, *report.unstamped, *report.too_large)
        lines = [
            report.contents(),
            *filter(None, (report.record_note(), recheck)),
            *report.unread_sentences(),
            *(visible(line) for line in lacking[:SHOWN_LIMIT]),
        ]
        if report.advice:
            lines.append(_("Before you send it: {advice}").format(advice=report.advice))
        links = (JobLink(_("Open the export"), f"{every}/{_number(context)}"),) if report.recorded else ()
        if not links:
            lines.insert(0, visible(str(report.path)))
        is_complete = not (report.incomplete or report.unheld or report.unread)
        return JobOutcome(_("The export is ready. It was sent to nobody."), tuple(lines), links, is_complete)

    return work


def _number(context: ConsoleContext) -> int:
    with context.archive.reading() as reading:
        return max(one.number for one in exports(reading))


def progress(job: Job) -> Callable[[int, int], None]:
    """Tells a job how many messages were read."""

    def tell(done: int, total: int) -> None:
        if done % STEP == 1:
            job.tell(_("Reading the messages"), done, total)
        else:
            job.stop_if_left()

    return tell
