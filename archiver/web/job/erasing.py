"""消去: a contract, or single messages of its chats, taken out of the archive for good."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import replace
from functools import partial
from gettext import gettext as _

from flask import Blueprint, redirect, render_template, request, url_for

from archiver import errors
from archiver.custody.erasures import ErasurePreview
from archiver.records import Contract
from archiver.records.evidence import ErasureReason
from archiver.render.invisible_characters import visible
from archiver.settings.model import exports_folder
from archiver.setup import erasing
from archiver.setup.erasing import ErasureOrder
from archiver.store.queries.contracts import find_contract, is_read
from archiver.store.queries.current_state import room_names
from archiver.store.user_statements import change_contract
from archiver.web.background_work import Job, JobLink, JobOutcome
from archiver.web.console_context import Answer, ConsoleContext, begin_job, console_context
from archiver.web.trouble_words import trouble_words
from archiver.wording import N_

pages = Blueprint("erasing", __name__, url_prefix="/contracts/<name>/erase")

LINKS = (JobLink(N_("Jobs"), "contracts.index"),)


@pages.get("")
def index(name: str, problem: str = "") -> str:
    """What would go and what would stay; nothing is erased yet."""
    context = console_context()
    preview, word, chat = None, "", ""
    with context.archive.reading() as reading:
        contract = find_contract(reading, name)
        try:
            order = _order(context, name)
            preview = erasing.preview_order(reading, order, now=context.now(), to_erase=False)
            word = _word(contract, order, preview)
            chat = "" if order.room is None else visible(room_names(reading).get(order.room, "")) or str(order.room)
        except errors.ArchiverError as error:
            problem = problem or trouble_words(error).together
        return render_template(
            "job_erase.html",
            contract=contract,
            is_read=is_read(contract, context.now()),
            preview=preview,
            choose=preview is None or bool(request.args.get("choose")),
            typed=request.form,
            lines=[] if preview is None else erasing.preview_lines(preview),
            word=word,
            messages=request.values.get("messages", ""),
            chat=chat,
            room=request.values.get("room", ""),
            problem=problem,
        )


@pages.post("/stop")
def stop(name: str) -> Answer:
    """End the saving of the contract's chats, which erasing needs."""
    context = console_context()
    change_contract(
        context.archive, name, lambda _reading, contract: replace(contract, state="stopped"), at=context.now()
    )
    return redirect(
        url_for("erasing.index", name=name, messages=request.form.get("messages"), room=request.form.get("room"))
    )


@pages.post("")
def erase(name: str) -> Answer:
    """Erase, if the word was typed and a warning was answered."""
    context = console_context()
    reason = request.form.get("reason", "")
    try:
        with context.archive.reading() as reading:
            order, contract = _order(context, name), find_contract(reading, name)
            preview = erasing.preview_order(reading, order, now=context.now(), to_erase=True)
    except errors.ArchiverError as error:
        return index(name, trouble_words(error).together), 422
    if preview.signs and request.form.get("despite") != "yes":
        return index(name, _("Answer the warning first.")), 422
    if _folded(request.form.get("word", "")) != _folded(_word(contract, order, preview)):
        return index(name, _("The word is another. Nothing was erased.")), 422
    why = ErasureReason(reason) if reason in set(ErasureReason) else ErasureReason.OWN
    return begin_job(_("Erasing"), partial(_work, context=context, order=order, reason=why))


def _order(context: ConsoleContext, name: str) -> ErasureOrder:
    """The messages that were named, a chat that no contract has, or the whole contract."""
    messages, room = request.values.get("messages", "").split(), request.values.get("room", "")
    with context.archive.reading() as reading:
        if not messages and re.fullmatch("[0-9]{1,18}", room):
            return erasing.read_order(reading, None, (), room=int(room))
        field = _("The message: its number or link")
        return erasing.read_order(reading, None if messages else name, messages, field=field)


def _word(contract: Contract, order: ErasureOrder, preview: ErasurePreview) -> str:
    """What is typed to confirm: the contract's number on the platform, else a plain word; of messages, their number."""
    if order.contract is None:
        return order.phrase(preview)
    return visible(contract.platform_id) if contract.platform_id else _("erase")


def _folded(word: str) -> str:
    """A word as it is compared: wide digits and capitals are no other word."""
    return unicodedata.normalize("NFKC", word).strip().casefold()


def _work(job: Job, context: ConsoleContext, order: ErasureOrder, reason: ErasureReason) -> JobOutcome:
    def tell(words: str, _number: int, _of: int) -> None:
        job.step = words

    context.forget_printed()
    app = context.app(job)
    outcome, path, trouble = erasing.erase(app, order, reason, exports_folder(app.settings), tell=tell)
    certificate = _("Certificate: {path}").format(path=visible(str(path)))
    line = certificate if trouble is None else visible(str(trouble))
    head = _("Erased (erasure {number}).").format(number=outcome.number)
    return JobOutcome(head, (line,), LINKS, is_complete=outcome.is_complete and trouble is None)
