"""The work behind the pages of packages: what would leave, and the package itself."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from gettext import gettext as _
from gettext import ngettext

from flask import url_for

from archiver import errors
from archiver.console.context import ConsoleContext
from archiver.console.jobs import Job, JobLink, JobOutcome, Work
from archiver.console.package_orders import Given, order_address
from archiver.custody import earlier_homes, erasures
from archiver.custody.export_stamps import stamp_service
from archiver.export.package import make_package
from archiver.export.package.order import ExportOrder, LeftoverWish
from archiver.export.package.recipe import PackagePreview
from archiver.records import Leftover
from archiver.render.invisible_characters import visible
from archiver.rounds.export_recheck import recheck_quoted
from archiver.setup.leftover_answers import recall_answers

SHOWN_LIMIT = 20
STEP = 250
"""Messages between two updates of the progress."""


def find_out_people(context: ConsoleContext, wanted: ExportOrder) -> None:
    """Look who would be in the package; nothing is made. Raises CounterpartUnknown if somebody has to be named."""
    with suppress(make_package.ExportDeclined):
        make_package.export(context.archive, wanted, now=context.now, confirm=lambda _preview: False)


def preview_work(context: ConsoleContext, wanted: ExportOrder, given: Given) -> Work:
    """The work of counting what would leave, with the pieces about which the user may decide."""
    people_link = JobLink(_("Say who the other side is"), order_address("packages.people", given))
    change = JobLink(_("Change the order"), order_address("packages.order", given))
    confirm = JobLink(_("Make this package"), order_address("packages.confirm", given))
    anew = JobLink(_("Decide anew what is hidden"), order_address("packages.leftovers", given))
    decide = JobLink(_("Decide about each of these pieces"), order_address("packages.leftovers", given))

    def work(job: Job) -> JobOutcome:
        previews: list[PackagePreview] = []

        def record(shown: PackagePreview) -> bool:
            previews.append(shown)
            return False

        try:
            with suppress(make_package.ExportDeclined):
                listing = replace(wanted, leftovers=LeftoverWish.LIST)
                make_package.export(context.archive, listing, now=context.now, progress=_progress(job), confirm=record)
        except errors.CounterpartUnknown as error:
            return JobOutcome(visible(str(error)), (), (people_link, change), is_complete=False)
        lines = [line for one in previews for line in context.words.preview_lines(one, wanted.profile)]
        leftovers = [leftover for one in previews for leftover in one.leftovers]
        lines += _leftover_lines(leftovers)
        links = (decide, confirm, change) if leftovers else (confirm, change)
        if not leftovers and recall_answers(context.archive, wanted.contract):
            links = (confirm, change, anew)
        head = _("What this package would hand over:")
        return JobOutcome(head, tuple(lines), links, found=tuple(leftovers))

    return work


def _leftover_lines(leftovers: list[Leftover]) -> list[str]:
    if not leftovers:
        return []
    sentence = ngettext(
        "{n} piece looks like a name or a way to reach somebody: {pieces}. It is masked too unless you decide "
        "otherwise.",
        "{n} pieces look like names or ways to reach somebody: {pieces}. They are masked too unless you decide "
        "otherwise.",
        len(leftovers),
    )
    pieces = "、".join(visible(one.piece) for one in leftovers[:SHOWN_LIMIT])
    return [sentence.format(n=len(leftovers), pieces=pieces + (" …" if len(leftovers) > SHOWN_LIMIT else ""))]


def make_work(context: ConsoleContext, wanted: ExportOrder) -> Work:
    """The work of making the package, once the quoted messages were read anew."""
    links = (JobLink(_("Open the package, and note to whom you give it"), url_for("packages.index")),)

    def work(job: Job) -> JobOutcome:
        app = context.app(job)
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
            *(visible(line) for line in lacking[:SHOWN_LIMIT]),
        ]
        if report.advice:
            lines.append(_("Before you send it: {advice}").format(advice=report.advice))
        head = _("The package is ready. It was sent to nobody.")
        return JobOutcome(head, tuple(lines), links, is_complete=not (report.incomplete or report.unheld))

    return work


def _progress(job: Job) -> Callable[[int, int], None]:
    def tell(done: int, total: int) -> None:
        if done % STEP == 1:
            job.tell(_("Reading the messages"), done, total)
        else:
            job.stop_if_left()

    return tell
