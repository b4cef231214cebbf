"""資料 > 引用を確かめる: what a file or text quotes, held against what is saved of a job; nothing of it is kept."""

from __future__ import annotations

from flask import Blueprint, render_template, request

from archiver.comparison.quoted_document import (
    LARGEST,
    UNREADABLE,
    check_text,
    document_text,
    saved_messages,
    standing_words,
)
from archiver.comparison.quoted_passages import QuoteStanding
from archiver.store.queries.contracts import contracts, named_or_only_contract
from archiver.web.console_context import console_context
from archiver.wording import gettext as _

pages = Blueprint("quotations", __name__, url_prefix="/quotations")


@pages.get("")
def index() -> str:
    """Choose a file, or paste a text. Raises UnknownContract."""
    return _page()


@pages.post("")
def check() -> str | tuple[str, int]:
    """Each passage with how it stands. Raises UnknownContract."""
    given = request.files.get("file")
    text = request.form.get("document", "")
    if given is not None and given.filename:
        text = document_text(given.stream.read(LARGEST + 1))
    if not text.strip():
        return _page(_(UNREADABLE)), 422
    return _page(text=text)


def _page(problem: str = "", *, text: str = "") -> str:
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
