"""会話 › … › この会話をPDFかHTMLで見る: a whole chat as pages and volumes, in temporary files."""

from __future__ import annotations

import re
from gettext import gettext as _
from pathlib import Path
from tempfile import TemporaryDirectory

from flask import Blueprint, Response, abort, redirect, render_template, url_for
from werkzeug.wrappers import Response as AnyResponse

from archiver import errors
from archiver.export.package.pdf_files import print_chat
from archiver.report_language import JAPANESE, report_language
from archiver.web.console_context import console_context
from archiver.web.exports.package_orders import progress
from archiver.web.jobs import Job, JobLink, JobOutcome
from archiver.web.talk.room_header import chat

pages = Blueprint("printed", __name__, url_prefix="/room/<int:room>/printed")

TYPES = {".html": "text/html", ".js": "text/javascript", ".pdf": "application/pdf"}

_NAME = re.compile(r"(?:search/)?[A-Za-z0-9_-]{1,100}\.(?:html|js|pdf)")
_POLICY = re.compile(rb'http-equiv="Content-Security-Policy" content="([^"]*)"')


@pages.get("")
def index(room: int) -> str:
    """What it is, and how far it is. Raises UnknownRoom."""
    context = console_context()
    with context.archive.reading() as reading:
        room_chat = chat(reading, room)
    job = context.jobs.last
    return render_template("printed_chat.html", chat=room_chat, job=job if job and job.title == _title() else None)


@pages.post("")
def make(room: int) -> AnyResponse:
    """Write the pages and volumes anew. Raises UnknownRoom."""
    context, here = console_context(), url_for("printed.index", room=room)
    with context.archive.reading() as reading:
        contract = chat(reading, room).contracts[0]
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
                    links.append(JobLink(f"PDF {len(links)}" if links else "HTML", f"{here}/{name}"))
                    job.tell(_("Writing the PDF"))
            except (errors.PdfUnavailable, errors.PdfFailed) as error:
                lines.append(str(error))
        return JobOutcome(_("The chat is ready to be seen."), tuple(lines), tuple(links), is_complete=not lines)

    context.jobs.start(_title(), work)
    return redirect(here)


@pages.get("/<path:filename>")
def file(room: int, filename: str) -> Response:
    """A page, script or volume of what was written last."""
    made = console_context().printed.get(room)
    path = Path(made.name) / filename if made and _NAME.fullmatch(filename) else None
    if path is None or not path.is_file():
        abort(404)
    body = path.read_bytes()
    policy = _POLICY.search(body) if path.suffix == ".html" else None
    answer = Response(body, mimetype=TYPES[path.suffix])
    own = policy[1].decode() if policy else "default-src 'none'; object-src 'self'"
    answer.headers["Content-Security-Policy"] = f"{own}; frame-ancestors 'none'"
    return answer


def _title() -> str:
    return _("The whole chat as PDF and HTML")
