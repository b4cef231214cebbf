"""緊急: save everything shared with the other side now, see what is kept and what to do, and hand in what one has.

It works while Chatwork cannot be reached: what is kept is shown all the same.
"""

from __future__ import annotations

from gettext import gettext as _
from gettext import ngettext
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import BinaryIO, cast

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.datastructures import FileStorage
from werkzeug.wrappers import Response

from archiver import errors
from archiver.render.invisible_characters import visible
from archiver.rounds.recovery import minutes_left, recover_round, take_in_round
from archiver.rounds.round import rescue_round
from archiver.setup.work_words import recovery_counts, taken_in_words
from archiver.standing.emergencies import emergencies
from archiver.standing.emergency_words import emergency_text, general_text
from archiver.store.queries.contracts import contracts, required_rooms, rooms_to_read
from archiver.store.search.scope import room_names
from archiver.store.working.alerts import alerts
from archiver.store.working.other_databases import is_database_file
from archiver.store.working.remembered_values import TICKED
from archiver.sync.recover.files import take_file
from archiver.sync.recover.found_ids import FoundIds
from archiver.sync.recover.read_ids import RecoveryResult
from archiver.web.console_context import ConsoleContext, console_context
from archiver.web.jobs import Job, JobLink, JobOutcome, Work
from archiver.web.saving import failure_remembered, note_home, round_progress, waiting
from archiver.web.trouble.archive_state import can_restore, home_obstacle
from archiver.web.trouble.trouble_words import trouble_words

pages = Blueprint("emergency", __name__, url_prefix="/emergency")


@pages.get("")
def index() -> str:
    """What is kept and what is not, what not to do, and what to do now."""
    return _page("", request.args.get("change", ""))


@pages.post("/rescue")
def rescue() -> Response:
    """Save everything shared with the counterparts, without pacing."""
    context = console_context()
    context.jobs.start(_("Saving everything shared with the client"), _rescue(context))
    return redirect(url_for("job.index"))


@pages.post("/recover")
def recover() -> Response | tuple[str, int]:
    """Take message ids from files that were handed in, and fetch those messages."""
    context = console_context()
    given = [one for one in request.files.getlist("files") if one.filename]
    if not given:
        return _page(_("Choose at least one file."), "older"), 422
    copies = TemporaryDirectory()
    try:
        found = _take_files(context, given, request.form.get("room", ""), Path(copies.name))
    except errors.ArchiverError as error:
        copies.cleanup()
        return _page(trouble_words(error).together, "older"), 422
    context.jobs.start(_("Bringing in older messages"), _recover(context, found, copies))
    return redirect(url_for("job.index"))


def _page(problem: str, change: str = "") -> str:
    context = console_context()
    try:
        with context.archive.reading() as reading:
            found = emergencies(reading, contracts(reading), alerts(reading), always=True)
            blocks = [emergency_text(one, context.now()) for one in found]
            names = room_names(reading)
            rooms = [(room, visible(names.get(room, ""))) for room in rooms_to_read(reading, context.now())]
            has_contract = bool(contracts(reading))
    except errors.ArchiverError as error:
        return _page_without_archive(context, problem, error)
    return render_template(
        "emergency.html",
        blocks=blocks,
        rooms=rooms,
        change=change,
        chosen=request.form.get("room", type=int),
        has_contract=has_contract,
        problem=problem,
        job=context.jobs.last,
    )


def _page_without_archive(context: ConsoleContext, problem: str, error: errors.ArchiverError) -> str:
    """What can be done all the same, with why nothing is shown of what is kept."""
    if isinstance(error, errors.ArchiveDamaged):
        context.damage_seen.set()
    block, is_restorable = general_text(), can_restore(error, context.home)
    steps = [step for step in block.steps if is_restorable or "backup --restore" not in step.words]
    return render_template(
        "emergency_without.html",
        block=block,
        steps=steps,
        can_restore=is_restorable,
        words=(isinstance(error, errors.NoArchive) and home_obstacle(context.home)) or trouble_words(error),
        problem=problem,
        is_older=isinstance(error, errors.OlderArchive),
        job=context.jobs.last,
    )


def _rescue(context: ConsoleContext) -> Work:
    links = (JobLink(_("What is kept, and what to do now"), url_for("emergency.index")),)

    def work(job: Job) -> JobOutcome:
        app = context.app(job)
        app.chatwork.transport.on_wait = waiting(job)
        with app.archive.reading() as reading:
            every = contracts(reading)
        if not every:
            raise errors.NoContract
        rooms = [room.room_id for contract in every for room in contract.rooms]
        try:
            with failure_remembered(app):
                report = rescue_round(app, rooms, round_progress(app, job))
        except errors.ArchiverError as error:
            sentence = _("Not everything could be saved again just now. What was saved before is kept.")
            return JobOutcome(sentence, tuple(filter(None, trouble_words(error)[:2])), links, is_complete=False)
        note_home(app, report.account_id)
        lines = (*context.words.round_lines(report), *report.complaints)
        is_complete = report.complete and not (report.troubles or report.complaints)
        head = _("Everything that Chatwork shows was saved again.") if is_complete else _("Saved, but not everything.")
        return JobOutcome(head, lines, links, is_complete=is_complete)

    return work


# --- older messages --------------------------------------------------------------------------------


def _take_files(context: ConsoleContext, given: list[FileStorage], room: str, copies: Path) -> FoundIds:
    """The ids in the files; their names are only a hint at the room. Databases are put into the folder `copies`.

    Raises NoContract, FileTooLarge, NotAllowed.
    """
    now = context.now()
    with context.archive.reading() as reading:
        rooms = required_rooms(reading, now)
    chosen = int(room) if room.isdecimal() and int(room) in rooms else None
    found = FoundIds(frozenset(rooms), chosen or (rooms[0] if len(rooms) == 1 else None), now)
    for one in given:
        name = Path(Path(one.filename or "").name)
        try:
            if is_database_file(cast("BinaryIO", one.stream)):
                one.save(copies / name)
            else:
                take_file(cast("BinaryIO", one.stream), name, found)
        except OSError as error:
            raise errors.NotAllowed(path=name, detail=error.strerror or str(error)) from error
    return found


def _recover(context: ConsoleContext, found: FoundIds, copies: TemporaryDirectory[str]) -> Work:
    links = (JobLink(_("Help now"), url_for("emergency.index")),)

    def work(job: Job) -> JobOutcome:
        app = context.app(job)
        app.chatwork.transport.on_wait = waiting(job)

        def tell(done: int, total: int) -> None:
            sentence = _("{done} of {total} messages, about {minutes} minutes left")
            minutes = minutes_left(app, total - done)
            job.tell(sentence.format(done=done, total=total, minutes=minutes), done, total)

        with copies as folder:
            taken = [taken_in_words(take_in_round(app, one), one.name) for one in sorted(Path(folder).iterdir())]
        if taken and not found.places:
            return JobOutcome(" ".join(taken), links=links)
        if not found.places:
            return JobOutcome(_("It contains no message id from your work chats."), links=links, is_complete=False)
        recovered = recover_round(app, found.places, tell)
        is_complete = not (recovered.left or found.roomless or found.is_cut)
        head = ngettext("{n} message was brought in.", "{n} messages were brought in.", recovered.recovered)
        lines = (*taken, *_result_lines(recovered, found))
        return JobOutcome(head.format(n=recovered.recovered), lines, links, is_complete)

    return work


def _result_lines(recovered: RecoveryResult, found: FoundIds) -> tuple[str, ...]:
    lines = [f"{word}: {number}" for word, number in recovery_counts(recovered)]
    if found.elsewhere:
        lines.append(_("Of chats without a job, not used: {n}").format(n=len(found.elsewhere)))
    if found.roomless:
        lines.append(_("Without a chat: {n}. Choose the chat beside the files.").format(n=len(found.roomless)))
    if recovered.left:
        lines.append(_("The next saves go on with what is left."))
    return tuple(lines)


@pages.post("/tick")
def tick() -> tuple[str, int] | Response:
    """Keep which steps of a page are done."""
    of = request.form.get("of", "")[:80]
    with console_context().archive.writing() as writing:
        TICKED.remember(writing, {**TICKED.recall(writing), of: request.form.getlist("step")[:20]})
    return ("", 204) if "HX-Request" in request.headers else redirect(request.referrer or url_for("emergency.index"))
