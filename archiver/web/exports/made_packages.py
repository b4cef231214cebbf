"""できあがり: the packages on record, what to do with each; a whole chat as pages; and quotations, held against it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import partial
from gettext import gettext as _
from gettext import ngettext
from pathlib import Path
from tempfile import TemporaryDirectory

from flask import Blueprint, Response, abort, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from archiver import errors
from archiver.comparison.document_quotations import QuoteStanding
from archiver.comparison.quoted_document import (
    LARGEST,
    UNREADABLE,
    check_text,
    document_text,
    saved_messages,
    standing_words,
)
from archiver.custody.exported_package_check import verify_here
from archiver.export.mask.policy_and_covers import POLICIES
from archiver.export.package.pdf_files import print_chat
from archiver.export.pdf.drawn_pages import page_count
from archiver.platforms.job_platform import platform_of
from archiver.records import ExportedPackage
from archiver.render.invisible_characters import visible
from archiver.render.times import iso_date
from archiver.report_language import JAPANESE, report_language
from archiver.settings.model import exports_folder
from archiver.setup.answers import EXAMPLE_DAY, read_day
from archiver.setup.menu_entry import show_folder
from archiver.standing.outcome_words import handover_sentence, verification_lines
from archiver.store import user_statements
from archiver.store.queries.authors_and_changes import changed_places
from archiver.store.queries.contract_activity import case_sides
from archiver.store.queries.contracts import contracts, named_or_only_contract
from archiver.store.queries.entries import exports
from archiver.store.working.remembered_values import TICKED
from archiver.web.background_work import Job, JobLink, JobOutcome
from archiver.web.console_context import ConsoleContext, begin_job, console_context
from archiver.web.context import Row, chat
from archiver.web.exports.package_orders import progress, reader_word
from archiver.web.trouble_words import split_lines, trouble_words
from archiver.wording import N_

pages = Blueprint("made", __name__, url_prefix="/packages")

LINKS = (JobLink(N_("Exports"), "packages.index"),)

TYPES = {".pdf": "application/pdf", ".txt": "text/plain"}
"""The kinds of files in a package that a browser opens here."""


def made_packages(context: ConsoleContext) -> list[Row]:
    """The packages as rows, the last one first."""
    folder, found = exports_folder(context.settings()), []
    with context.archive.reading() as reading:
        jobs = {one.id: one for one in contracts(reading)}
        for one in exports(reading):
            job, path = jobs.get(one.contract), folder / Path(one.name).name
            platform = platform_of(None if job is None else job.platform)
            n = 0 if job is None else len(changed_places(reading, job, case_sides(reading, job), after=one.seq))
            found.append(
                {
                    "number": one.number,
                    "at": one.at,
                    "name": visible(one.name),
                    "path": visible(str(path)),
                    "contract_id": one.contract,
                    "contract": visible(one.contract if job is None else job.called),
                    "reader": reader_word(one.profile, platform),
                    "is_direct": bool(platform.elsewhere),
                    "is_read": one.profile in POLICIES,
                    "read": one.making.get("read"),
                    "is_english": one.lang == "en",
                    "sha256": one.sha256,
                    "is_there": path.exists(),
                    "outdated": bool(n) * ngettext("made before {n} change", "made before {n} changes", n).format(n=n),
                    "handovers": [*map(handover_sentence, one.handovers)],
                }
            )
    return found[::-1]


@pages.get("/<int:number>")
def one(number: int, problem: str = "") -> str:
    """What was made, and what to do with it."""
    context = console_context()
    row = next((one for one in made_packages(context) if one["number"] == number), None) or abort(404)
    documents = _documents(package_path(context, number)) if row["is_there"] else []
    pdfs = [one for one in documents if one.suffix == ".pdf"]
    inquiry = next((one for one in documents if one.name.endswith("inquiry_text.txt")), None)
    job, here = context.jobs.last, url_for("made.one", number=number)
    outcome = job.outcome if job is not None and job.outcome is not None else None
    ticked = context.archive.read(TICKED.recall).get(f"package {number}", [])
    return render_template(
        "package_made.html",
        it=row,
        documents=_documents_in_words([one.name for one in pdfs]),
        pages=sum(page_count(one.read_bytes()) for one in pdfs if row["is_read"]),  # of the others there are hundreds
        size=sum(one.stat().st_size for one in pdfs),
        inquiry="" if inquiry is None else inquiry.read_text(encoding="utf-8-sig", errors="replace"),
        outcome=outcome if outcome is not None and [link.address for link in outcome.links] == [here] else None,
        ticked=ticked,
        today=iso_date(context.now()),
        given=request.form,
        problem=problem,
    )


def package_path(context: ConsoleContext, number: int) -> Path:
    """Where a package on record lies in the folder of packages. Answers 404 if it is not there."""
    path = exports_folder(context.settings()) / Path(_package(context, number).name).name
    if not path.exists():
        abort(404)
    return path


def _package(context: ConsoleContext, number: int) -> ExportedPackage:
    return next((row for row in context.archive.read(exports) if row.number == number), None) or abort(404)


@pages.post("/<int:number>/verify")
def verify(number: int) -> AnyResponse:
    """Check that nothing in a package was changed."""
    context = console_context()
    work = partial(_verify, context=context, path=package_path(context, number))
    return begin_job(_("Checking the export"), work)


def _verify(job: Job, context: ConsoleContext, path: Path) -> JobOutcome:
    verification = verify_here(
        path,
        context.home,
        progress=lambda _what, done, total: job.tell(_("Checking"), done, total),
        now=context.now(),
    )
    head, *lines = map(visible, verification_lines(verification))
    shown, folded = split_lines(lines)
    return JobOutcome(head, shown, LINKS, is_complete=verification.ok, details=folded)


@pages.post("/<int:number>/folder")
def open_folder(number: int) -> AnyResponse:
    """Show the package in the file manager of this desktop."""
    context = console_context()
    path = package_path(context, number)
    show_folder(path if path.is_dir() else path.parent)
    return redirect(url_for("made.one", number=number))


@pages.post("/<int:number>/note")
def note_handover(number: int) -> AnyResponse | tuple[str, int]:
    """Write down to whom a package was handed and when; later packages of the job say so."""
    context = console_context()
    to, how = request.form.get("to", "").strip(), request.form.get("how", "").strip()
    try:
        if not to:
            raise errors.UsageError(detail=_("Say to whom it was handed."))
        day = read_day(request.form.get("on", ""), _("the day"), EXAMPLE_DAY, now=context.now())
    except errors.UsageError as error:
        return one(number, trouble_words(error).together), 422
    package = _package(context, number)
    context.archive.write(user_statements.state_handover, package, to=to, on=day, how=how, at=context.now())
    return redirect(url_for("made.one", number=number, _anchor="handed"))


@pages.get("/<int:number>/file/<name>")
def file(number: int, name: str) -> Response:
    """A document of a package; nothing else in it can be opened."""
    path = next((one for one in _documents(package_path(console_context(), number)) if one.name == name), None)
    kind = TYPES.get("" if path is None else path.suffix)
    if path is None or kind is None:
        abort(404)
    answer = Response(path.read_bytes(), mimetype=kind)
    answer.headers["Content-Security-Policy"] = "default-src 'none'; object-src 'self'; frame-ancestors 'none'"
    return answer


def _documents_in_words(names: Sequence[str]) -> list[tuple[str, str]]:
    """A name that is no word of the language of the pages gets one; the report comes first, then the others by name."""
    words = {"report": _("Report"), "evidence_list": _("List of exhibits"), "report_all_messages": _("All messages")}
    found = []
    for name in sorted(names, key=lambda one: ("report." not in one, one)):
        stem, _dash, volume = name.removesuffix(".pdf").partition("-")
        stem = stem.removeprefix("01_")
        found.append((name, f"{words[stem]} {volume.lstrip('0')}".strip() if stem in words else visible(name)))
    return found


def _documents(path: Path) -> list[Path]:
    """What can be opened, at the top and in `data`, where a package with proofs has its reports."""
    places = [folder for folder in (path, path / "data") if folder.is_dir() and not folder.is_symlink()]
    found = [one for folder in places for one in folder.iterdir() if one.suffix in (".pdf", ".txt")]
    return sorted(one for one in found if one.is_file() and not one.is_symlink())


printed_pages = Blueprint("printed", __name__, url_prefix="/room/<int:room>/printed")

PRINTED_TYPES = {".html": "text/html", ".js": "text/javascript", ".pdf": "application/pdf"}

_NAME = re.compile(r"(?:search/)?[A-Za-z0-9_-]{1,100}\.(?:html|js|pdf)")
_POLICY = re.compile(rb'http-equiv="Content-Security-Policy" content="([^"]*)"')


@printed_pages.get("")
def index(room: int) -> str:
    """What it is, and how far it is. Raises UnknownRoom."""
    context = console_context()
    room_chat = context.archive.read(chat, room)
    job = context.jobs.last
    return render_template("printed_chat.html", chat=room_chat, job=job if job and job.title == _title() else None)


@printed_pages.post("")
def make(room: int) -> AnyResponse:
    """Write the pages and volumes anew. Raises UnknownRoom."""
    context, here = console_context(), url_for("printed.index", room=room)
    contract = context.archive.read(chat, room).contracts[0]
    files = url_for("files.bytes", room=room, file=0).removesuffix("0")

    def work(job: Job) -> JobOutcome:
        context.forget_printed()
        made = context.printed[room] = TemporaryDirectory(prefix="chat-")
        links: list[JobLink] = []
        lines: list[str] = []
        with context.archive.reading() as reading, report_language(JAPANESE):
            names = print_chat(
                reading,
                contract,
                room,
                Path(made.name),
                lambda file: None if file.sha256 is None else f"{files}{file.file_id}",
                now=context.now(),
                progress=progress(job),
            )
            try:
                for name in names:
                    word, place = f"PDF {len(links)}" if links else "HTML", {"room": room, "filename": name}
                    links.append(JobLink(word, "printed.file", place))
                    job.tell(_("Writing the PDF"))
            except (errors.PdfUnavailable, errors.PdfFailed) as error:
                lines.append(str(error))
        return JobOutcome(_("The chat is ready to be seen."), tuple(lines), tuple(links), is_complete=not lines)

    context.jobs.start(_title(), work)
    return redirect(here)


@printed_pages.get("/<path:filename>", endpoint="file")
def printed_file(room: int, filename: str) -> Response:
    """A page, script or volume of what was written last."""
    made = console_context().printed.get(room)
    path = Path(made.name) / filename if made and _NAME.fullmatch(filename) else None
    if path is None or not path.is_file():
        abort(404)
    body = path.read_bytes()
    policy = _POLICY.search(body) if path.suffix == ".html" else None
    answer = Response(body, mimetype=PRINTED_TYPES[path.suffix])
    own = policy[1].decode() if policy else "default-src 'none'; object-src 'self'"
    answer.headers["Content-Security-Policy"] = f"{own}; frame-ancestors 'none'"
    return answer


def _title() -> str:
    return _("The whole chat as PDF and HTML")


quotation_pages = Blueprint("quotations", __name__, url_prefix="/quotations")


@quotation_pages.get("", endpoint="index")
def quotations(problem: str = "", *, text: str = "") -> str:
    """Choose a file, or paste a text. Raises UnknownContract."""
    name = request.values.get("contract") or None
    with console_context().archive.reading() as reading:
        jobs = contracts(reading)
        job = named_or_only_contract(reading, name) if name or text else None
        held = saved_messages(reading, job) if job and text else []
    found = check_text(text, held)
    odd = [one for one in found if one.standing is not QuoteStanding.AS_QUOTED]
    return render_template(
        "quotations.html",
        jobs=jobs,
        job=job,
        problem=problem,
        is_checked=bool(text),
        messages=len(held),
        odd=odd,
        faithful=[one for one in found if one.standing is QuoteStanding.AS_QUOTED],
        has_numbers=any(one.passage.words.startswith(("No", "№")) for one in odd),
        standing_words=standing_words,
    )


@quotation_pages.post("")
def check() -> str | tuple[str, int]:
    """Each passage with how it stands. Raises UnknownContract."""
    given = request.files.get("file")
    text = request.form.get("document", "")
    if given is not None and given.filename:
        text = document_text(given.stream.read(LARGEST + 1))
    if not text.strip():
        return quotations(_(UNREADABLE)), 422
    return quotations(text=text)
