"""資料を作る: for whom → what would leave → make → open, copy, check; and the packages made so far."""

from __future__ import annotations

from gettext import gettext as _

from flask import Blueprint, Response, abort, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from archiver import errors
from archiver.custody.export_records import verify_here
from archiver.export.package.reading_step import Decision, keep_reviews, opened_messages, reviews_of
from archiver.records import ExportedPackage, ReadState
from archiver.render.invisible_characters import visible
from archiver.render.times import iso_date
from archiver.setup.written_days import EXAMPLE_DAY, read_day
from archiver.store import statements
from archiver.store.archive import Reading
from archiver.store.queries.contracts import contracts
from archiver.store.queries.runs import exports
from archiver.web.console_context import console_context
from archiver.web.exports.made_packages import file_in_package, made_packages, package_path
from archiver.web.exports.package_orders import (
    given_fields,
    order_address,
    read_order,
    request_words,
    who_words,
    without_people,
)
from archiver.web.exports.package_work import make_work, preview_work
from archiver.web.jobs import Job, JobLink, JobOutcome
from archiver.web.trouble.trouble_words import split_lines, trouble_words

pages = Blueprint("packages", __name__, url_prefix="/packages")

TYPES = {".pdf": "application/pdf", ".txt": "text/plain"}
"""The kinds of files in a package that a browser opens here."""


@pages.get("")
def index() -> str:
    """The packages made so far, and the way to the next one."""
    context = console_context()
    with context.archive.reading() as reading:
        every = contracts(reading)
    is_noted = bool(request.args.get("noted"))
    packages = made_packages(context)
    return render_template("packages.html", contracts=every, packages=packages, who=who_words(), is_noted=is_noted)


@pages.get("/order")
def order() -> AnyResponse | str:
    """Choose for whom, of which contract, and from when to when; before there is a contract, how to begin."""
    with console_context().archive.reading() as reading:
        if not contracts(reading):
            return redirect(url_for("packages.index"))
    return _order_page({}, "")


def _order_page(problems: dict[str, str], problem: str) -> str:
    context = console_context()
    with context.archive.reading() as reading:
        every = contracts(reading)
    return render_template(
        "package_order.html",
        contracts=every,
        given=request.values,
        who=who_words(),
        requests=request_words(),
        problems=problems,
        problem=problem,
    )


@pages.post("/preview")
def preview() -> AnyResponse | tuple[str, int]:
    """Count what would leave; nothing is made yet."""
    context = console_context()
    try:
        wanted = read_order(context, request.form)
    except errors.UsageError as error:
        return _order_page({}, trouble_words(error).together), 422
    context.jobs.start(_("What would leave"), preview_work(context, wanted, given_fields(request.form)))
    return redirect(url_for("job.index"))


@pages.get("/people")
def people() -> AnyResponse | str:
    """Ask who the other side is, where a chat has several other people."""
    context = console_context()
    try:
        opened_messages(context.archive, read_order(context, request.args), now=context.now())
    except errors.CounterpartUnknown as error:
        return render_template(
            "package_people.html", rooms=error.rooms, given=without_people(given_fields(request.args))
        )
    except errors.UsageError as error:
        return _order_page({}, trouble_words(error).together)
    return redirect(order_address("packages.order", given_fields(request.args)))


@pages.post("/make")
def make() -> AnyResponse | tuple[str, int]:
    """Make the package as it was shown."""
    context = console_context()
    try:
        wanted = read_order(context, request.form)
    except errors.UsageError as error:
        return _order_page({}, trouble_words(error).together), 422
    context.jobs.start(_("Making the export"), make_work(context, wanted))
    return redirect(url_for("job.index"))


@pages.post("/<number>/verify")
def verify(number: str) -> AnyResponse:
    """Check that nothing in a package was changed."""
    context = console_context()
    path = package_path(context, number)

    def work(job: Job) -> JobOutcome:
        verification = verify_here(
            path,
            context.home,
            progress=lambda _what, done, total: job.tell(_("Checking"), done, total),
            now=context.now(),
        )
        head, *lines = map(visible, context.words.verification_lines(verification))
        checked = split_lines(lines)
        return JobOutcome(head, checked.shown, links, is_complete=verification.ok, details=checked.folded)

    links = (JobLink(_("Exports"), url_for("packages.index")),)
    context.jobs.start(_("Checking the export"), work)
    return redirect(url_for("job.index"))


@pages.post("/<number>/folder")
def open_folder(number: str) -> AnyResponse:
    """Show the package in the file manager of this desktop."""
    context = console_context()
    path = package_path(context, number)
    context.words.open_folder(path if path.is_dir() else path.parent)
    return redirect(url_for("packages.index"))


@pages.get("/<number>/note")
def note(number: str) -> str:
    """Ask to whom a package was handed."""
    return _note_page(number, "")


def _note_page(number: str, problem: str) -> str:
    context = console_context()
    with context.archive.reading() as reading:
        package = _package(reading, number)
    today = iso_date(context.now())
    return render_template("package_note.html", package=package, given=request.form, today=today, problem=problem)


def _package(reading: Reading, number: str) -> ExportedPackage:
    package = next((one for one in exports(reading) if str(one.number) == number), None)
    return package or abort(404)


@pages.post("/<number>/note")
def note_handover(number: str) -> AnyResponse | tuple[str, int]:
    """Write down to whom a package was handed, when and how; later packages of the contract say so."""
    context = console_context()
    to, how = request.form.get("to", "").strip(), request.form.get("how", "").strip()
    try:
        if not to:
            raise errors.UsageError(detail=_("Say to whom it was handed."))
        day = read_day(request.form.get("on", ""), _("the day"), EXAMPLE_DAY, now=context.now())
    except errors.UsageError as error:
        return _note_page(number, trouble_words(error).together), 422
    with context.archive.writing() as writing:
        statements.state_handover(writing, _package(writing, number), to=to, on=day, how=how, at=context.now())
    return redirect(url_for("packages.index", noted=number, _anchor=f"package-{number}"))


@pages.get("/<number>/file/<name>")
def file(number: str, name: str) -> Response:
    """A document of a package; nothing else in it can be opened."""
    path = file_in_package(console_context(), number, name)
    kind = TYPES.get("" if path is None else path.suffix)
    if path is None or kind is None:
        abort(404)
    answer = Response(path.read_bytes(), mimetype=kind)
    answer.headers["Content-Security-Policy"] = "default-src 'none'; object-src 'self'; frame-ancestors 'none'"
    return answer


@pages.get("/read")
def reading() -> AnyResponse | str:
    """Each message that would leave, with its covers drawn, to be read before."""
    context, given = console_context(), given_fields(request.args)
    try:
        opened = opened_messages(context.archive, read_order(context, request.args), now=context.now())
    except errors.CounterpartUnknown:
        return redirect(order_address("packages.people", given))
    except errors.UsageError as error:
        return _order_page({}, trouble_words(error).together)
    return render_template(
        "package_reading.html", opened=opened, given=given, confirm=order_address("packages.confirm", given)
    )


@pages.post("/read")
def keep_reading() -> AnyResponse | tuple[str, int]:
    """Keep what was read, and what words are to be covered or shown."""
    context, form = console_context(), request.form
    try:
        wanted = read_order(context, form)
        opened = opened_messages(context.archive, wanted, now=context.now())
    except errors.UsageError as error:
        return _order_page({}, trouble_words(error).together), 422
    words = {name: tuple(filter(None, form.getlist(name))) for name in ("covered", "shown")}
    state = next((one for one in ReadState if one == form.get("state")), ReadState.UNREAD)
    read = [one.partition(" ") for one in form.getlist("message")]
    decisions = [Decision(message, digest, state, **words) for message, _space, digest in read]
    keep_reviews(context.archive, wanted.contract, reviews_of(opened, decisions, at=context.now()), at=context.now())
    return redirect(order_address("packages.reading", given_fields(form)))


@pages.get("/confirm")
def confirm() -> str:
    """The last look before the package is made."""
    job = console_context().jobs.last
    outcome = None if job is None else job.outcome
    is_of_this_order = outcome is not None and any(link.address == request.full_path for link in outcome.links)
    return render_template(
        "package_confirm.html",
        given=given_fields(request.args),
        outcome=outcome if is_of_this_order else None,
    )
