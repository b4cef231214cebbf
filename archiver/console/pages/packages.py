"""提出資料を作る: for whom → what would leave → make → open, copy, check; and the packages made so far."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from gettext import gettext as _
from urllib.parse import urlencode

from flask import Blueprint, Response, abort, redirect, render_template, request, url_for
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response as AnyResponse

from archiver import errors
from archiver.console.context import ConsoleContext, console_context
from archiver.console.jobs import Job, JobLink, JobOutcome, Work
from archiver.console.made_packages import file_in_package, made_packages, package_path
from archiver.custody.export_stamps import stamp_service
from archiver.custody.verify import verify_path
from archiver.export.chosen_messages import parse_choice
from archiver.export.mask.package_mask import masking_policy
from archiver.export.package import make_package
from archiver.export.package.order import ExportOrder, LeftoverWish
from archiver.export.package.recipe import PackagePreview
from archiver.records import JST, RequestKind
from archiver.render.invisible_characters import visible
from archiver.settings.model import exports_folder
from archiver.setup.written_days import EXAMPLE_DAY, read_day
from archiver.store import orphaned_seals
from archiver.store.queries.contracts import contracts

pages = Blueprint("packages", __name__, url_prefix="/packages")

WHO = ("support", "lawyer", "court", "consult")
"""The readers that a package can be made for by hand; daily copies are made by the rounds."""

FIELDS = ("for", "contract", "from", "to", "masks", "request", "messages", "counterpart", "candidate")
"""The fields of an order; others are left out of addresses."""

SHOWN_LIMIT = 20
STEP = 250
"""Messages between two updates of the progress."""

TYPES = {".pdf": "application/pdf", ".txt": "text/plain"}
"""The kinds of files in a package that a browser opens here."""


@pages.get("")
def index() -> str:
    """The packages made so far, and the way to the next one."""
    context = console_context()
    with context.archive.reading() as reading:
        every = contracts(reading)
    return render_template("packages.html", contracts=every, packages=made_packages(context), who=_who_words())


@pages.get("/order")
def order() -> str:
    """Choose for whom, of which contract, and from when to when."""
    return _order_page({}, "")


def _order_page(problems: dict[str, str], problem: str) -> str:
    context = console_context()
    with context.archive.reading() as reading:
        every = contracts(reading)
    return render_template(
        "package_order.html",
        contracts=every,
        given=request.values,
        who=_who_words(),
        requests=_request_words(),
        problems=problems,
        problem=problem,
    )


@pages.post("/preview")
def preview() -> AnyResponse | tuple[str, int]:
    """Count what would leave; nothing is made yet."""
    context = console_context()
    try:
        wanted = _read_order(context, request.form)
    except errors.UsageError as error:
        return _order_page({}, visible(f"{error} {error.advice()}".strip())), 422
    context.jobs.start(_("What would leave"), _preview(context, wanted, _given(request.form)))
    return redirect(url_for("job.index"))


@pages.get("/people")
def people() -> AnyResponse | str:
    """Ask who the other side is, where a chat has several other people."""
    context = console_context()
    try:
        _find_out(context, _read_order(context, request.args))
    except errors.CounterpartUnknown as error:
        return render_template("package_people.html", rooms=error.rooms, given=_hidden(request.args))
    except errors.UsageError as error:
        return _order_page({}, visible(f"{error} {error.advice()}".strip()))
    return redirect(_address("packages.order", _given(request.args)))


@pages.post("/make")
def make() -> AnyResponse | tuple[str, int]:
    """Make the package as it was shown."""
    context = console_context()
    try:
        wanted = _read_order(context, request.form)
    except errors.UsageError as error:
        return _order_page({}, visible(f"{error} {error.advice()}".strip())), 422
    context.jobs.start(_("Making the package"), _make(context, wanted))
    return redirect(url_for("job.index"))


@pages.post("/<number>/verify")
def verify(number: str) -> AnyResponse:
    """Check that nothing in a package was changed."""
    context = console_context()
    path = package_path(context, number)

    def work(job: Job) -> JobOutcome:
        verification = verify_path(path, progress=lambda _what, done, total: job.tell(_("Checking"), done, total))
        head = _("No change was found.") if verification.ok else _("Something does not match.")
        lines = tuple(visible(line) for line in context.words.verification_lines(verification))
        return JobOutcome(head, lines, links, is_complete=verification.ok)

    links = (JobLink(_("Packages"), url_for("packages.index")),)
    context.jobs.start(_("Checking the package"), work)
    return redirect(url_for("job.index"))


@pages.post("/<number>/folder")
def open_folder(number: str) -> AnyResponse:
    """Show the package in the file manager of this desktop."""
    context = console_context()
    path = package_path(context, number)
    context.words.open_folder(path if path.is_dir() else path.parent)
    return redirect(url_for("packages.index"))


@pages.get("/<number>/file/<name>")
def file(number: str, name: str) -> Response:
    """A document of a package; only those that lie at its top can be opened."""
    path = file_in_package(console_context(), number, name)
    kind = TYPES.get("" if path is None else path.suffix)
    if path is None or kind is None:
        abort(404)
    answer = Response(path.read_bytes(), mimetype=kind)
    answer.headers["Content-Security-Policy"] = "default-src 'none'; object-src 'self'; frame-ancestors 'none'"
    return answer


# --- the order -----------------------------------------------------------------------------------


def _read_order(context: ConsoleContext, fields: MultiDict[str, str]) -> ExportOrder:
    """The order as the form gives it. Raises UsageError for a day or a reader that cannot be."""
    profile = fields.get("for", "support")
    if profile not in WHO:
        raise errors.UsageError(detail=_("Choose for whom the package is."))
    settings = context.settings()
    masks = tuple(line.strip() for line in fields.get("masks", "").splitlines() if line.strip())
    return ExportOrder(
        contract=fields.get("contract") or None,
        profile=profile,
        since=_day(fields.get("from", "")),
        until=_day(fields.get("to", ""), after=1),
        out=exports_folder(settings),
        zip=False,
        policy=masking_policy(profile, masks=masks, no_mask=False, mask_people=(), unmask_people=()),
        counterparts=frozenset(_accounts(fields, "counterpart")) or None,
        thirds=frozenset(_accounts(fields, "candidate")) - frozenset(_accounts(fields, "counterpart")),
        leftovers=LeftoverWish.HIDE,  # the page asks about none singly; whoever wants some shown has the command
        request=_request_kind(fields.get("request", "")),
        choice=parse_choice(fields.get("messages") or None),
        every=settings.sync.every,
    )


def _request_kind(value: str) -> RequestKind | None:
    try:
        return RequestKind(value) if value else None
    except ValueError:
        raise errors.UsageError(detail=_("Choose what you ask for from the list.")) from None


def _accounts(fields: MultiDict[str, str], name: str) -> list[int]:
    return [int(value) for value in fields.getlist(name) if value.isdecimal() and len(value) < 19]


def _day(text: str, *, after: int = 0) -> datetime | None:
    if not text.strip():
        return None
    day = read_day(text, "--from", EXAMPLE_DAY, now=None)
    return datetime.fromisoformat(day).replace(tzinfo=JST) + timedelta(days=after)


def _hidden(fields: MultiDict[str, str]) -> list[tuple[str, str]]:
    return [(name, value) for name, value in _given(fields) if name not in {"counterpart", "candidate"}]


def _given(fields: MultiDict[str, str]) -> list[tuple[str, str]]:
    """What of the form is part of an order."""
    return [(name, value) for name, value in fields.items(multi=True) if name in FIELDS and value]


def _address(endpoint: str, given: list[tuple[str, str]]) -> str:
    return f"{url_for(endpoint)}?{urlencode(given)}"


def _find_out(context: ConsoleContext, wanted: ExportOrder) -> None:
    """Raise CounterpartUnknown if somebody has to be named first; nothing is made."""
    with suppress(make_package.ExportDeclined):
        make_package.export(context.archive, wanted, now=context.now, confirm=lambda _preview: False)


def _preview(context: ConsoleContext, wanted: ExportOrder, given: list[tuple[str, str]]) -> Work:
    people_link = JobLink(_("Say who the other side is"), _address("packages.people", given))
    change = JobLink(_("Change the order"), _address("packages.order", given))
    confirm = JobLink(_("Make this package"), _address("packages.confirm", given))

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
        leftovers = [visible(leftover.piece) for one in previews for leftover in one.leftovers]
        if leftovers:
            sentence = _("Masked too, as it looks like a name or a way to reach somebody: {pieces}")
            lines.append(sentence.format(pieces="、".join(leftovers)))
        return JobOutcome(_("What this package would hand over:"), tuple(lines), (confirm, change))

    return work


@pages.get("/confirm")
def confirm() -> str:
    """The last look before the package is made."""
    job = console_context().jobs.last
    outcome = None if job is None else job.outcome
    is_of_this_order = outcome is not None and any(link.address == request.full_path for link in outcome.links)
    return render_template(
        "package_confirm.html",
        given=_given(request.args),
        outcome=outcome if is_of_this_order else None,
    )


def _make(context: ConsoleContext, wanted: ExportOrder) -> Work:
    links = (JobLink(_("Open the package"), url_for("packages.index")),)

    def work(job: Job) -> JobOutcome:
        app = context.app(job)
        with suppress(errors.StorageError):  # from a home that cannot be written a package can be made all the same
            orphaned_seals.settle_seals(app.archive, now=app.now(), copies=app.settings.exports.also_to)
        report = make_package.export(
            app.archive, wanted, now=app.now, stamping=stamp_service(app), progress=_progress(job)
        )
        numbers = _("It covers {messages} messages, {files} files, {gaps} gaps, up to seal {seal}")
        lacking = (*report.missing, *report.unheld, *report.unstamped, *report.too_large)
        lines = [
            visible(str(report.path)),
            numbers.format(messages=report.messages, files=report.files, gaps=report.gaps, seal=report.seal),
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


def _request_words() -> list[tuple[str, str]]:
    """Each thing that can be asked for: its value and its words."""
    return [
        ("", _("What the dates and amounts that you entered suggest")),
        (RequestKind.PAYMENT.value, _("Payment")),
        (RequestKind.REVIEW.value, _("A review of what was delivered")),
        (RequestKind.REPLY.value, _("A reply")),
        (RequestKind.TERMS.value, _("That the terms of the work are stated")),
        (RequestKind.STOP_WORK.value, _("To pause the work")),
    ]


def _who_words() -> list[tuple[str, str, str]]:
    """Each reader: its value, its word, and what such a package is."""
    return [
        (
            "support",
            _("The platform's office"),
            _("a report and the conversation, names and addresses of others masked"),
        ),
        ("lawyer", _("A lawyer"), _("everything, with the records that prove it")),
        ("court", _("A court"), _("numbered documents and the list of evidence")),
        ("consult", _("A consultation by telephone"), _("one page to read aloud")),
    ]
