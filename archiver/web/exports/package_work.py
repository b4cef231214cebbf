"""The work behind the pages of packages: what would leave, and the package itself."""

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
from archiver.export.package.reading_step import keep_sides
from archiver.export.package.recipe import PackagePreview
from archiver.render.invisible_characters import visible
from archiver.rounds.export_recheck import recheck_quoted
from archiver.web.console_context import ConsoleContext
from archiver.web.exports.package_orders import Given, order_address
from archiver.web.jobs import Job, JobLink, JobOutcome, Work

SHOWN_LIMIT = 20
STEP = 250
"""Messages between two updates of the progress."""


def preview_work(context: ConsoleContext, wanted: ExportOrder, given: Given) -> Work:
    """The work of counting what would leave, with the pieces about which the user may decide."""
    people_link = JobLink(_("Say who the client is"), order_address("packages.people", given))
    change = JobLink(_("Change the order"), order_address("packages.order", given))
    confirm = JobLink(_("Make this export"), order_address("packages.confirm", given))
    read = JobLink(_("Read these messages"), order_address("packages.reading", given))

    def work(job: Job) -> JobOutcome:
        previews: list[PackagePreview] = []

        def record(shown: PackagePreview) -> bool:
            previews.append(shown)
            return False

        try:
            with suppress(make_package.ExportDeclined):
                make_package.export(context.archive, wanted, now=context.now, progress=_progress(job), confirm=record)
        except errors.CounterpartUnknown as error:
            return JobOutcome(visible(str(error)), (), (people_link, change), is_complete=False)
        lines = [line for one in previews for line in context.words.preview_lines(one, wanted.profile)]
        links = (read, confirm, change) if any(one.opened for one in previews) else (confirm, change)
        return JobOutcome(_("What this export would contain:"), tuple(lines), links)

    return work


def make_work(context: ConsoleContext, wanted: ExportOrder) -> Work:
    """The work of making the package, once the quoted messages were read anew."""
    links = (JobLink(_("Open the export, and note to whom you give it"), url_for("packages.index")),)

    def work(job: Job) -> JobOutcome:
        app = context.app(job)
        if wanted.counterparts or wanted.thirds:
            keep_sides(context.archive, wanted, at=context.now())
        job.tell(_("Reading the quoted messages once more"))
        recheck = recheck_quoted(app, wanted).sentence()
        with suppress(errors.StorageError):  # from a home that cannot be written a package can be made all the same
            earlier_homes.settle(app.archive, now=app.now(), copies=app.settings.exports.also_to)
            erasures.go_on(app.archive, now=app.now, copies=app.settings.exports.also_to)
        report = make_package.export(
            app.archive, wanted, now=app.now, stamping=stamp_service(app), progress=_progress(job)
        )
        lacking = (*report.missing, *report.unheld, *report.unstamped, *report.too_large)
        lines = [
            visible(str(report.path)),
            report.contents(),
            *filter(None, (report.record_note(), recheck)),
            *report.unread_sentences(),
            *(visible(line) for line in lacking[:SHOWN_LIMIT]),
        ]
        if report.advice:
            lines.append(_("Before you send it: {advice}").format(advice=report.advice))
        head = _("The export is ready. It was sent to nobody.")
        return JobOutcome(
            head, tuple(lines), links, is_complete=not (report.incomplete or report.unheld or report.unread)
        )

    return work


def _progress(job: Job) -> Callable[[int, int], None]:
    def tell(done: int, total: int) -> None:
        if done % STEP == 1:
            job.tell(_("Reading the messages"), done, total)
        else:
            job.stop_if_left()

    return tell
