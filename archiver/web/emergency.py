"""困ったとき: save everything again, see what is kept, what not to do and what to do, and hand in what one has.

It works while Chatwork cannot be reached: what is kept is shown all the same.
"""

from __future__ import annotations

from collections.abc import Collection
from contextlib import suppress
from datetime import datetime, timedelta
from functools import partial
from gettext import gettext as _
from gettext import ngettext
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, BinaryIO, cast

from flask import Blueprint, Response, redirect, render_template, request, url_for
from werkzeug.datastructures import FileStorage
from werkzeug.wrappers import Response as AnyResponse

from archiver import errors
from archiver.platforms.job_platform import STRANGER, UNKNOWN
from archiver.records import JST, Contract, ContractRoom, Role, RoomId
from archiver.records.alerts import AlertRule
from archiver.records.conversation import posted_at
from archiver.render.invisible_characters import shorten, visible
from archiver.report_language import current_language, report_language
from archiver.rounds.recovery import recover_round, take_in_round, time_left
from archiver.rounds.round import rescue_round
from archiver.settings.other_archives import note_home
from archiver.settings.token import read_token
from archiver.standing.emergencies import Emergency, emergencies
from archiver.standing.emergency_words import not_kept_row
from archiver.standing.headlines import kept_words, older_words
from archiver.standing.home_document import NEVER, job_order, job_row
from archiver.standing.outcome_words import cut_mail_text, left_words, recovery_counts, round_lines, taken_in_words
from archiver.store.archive import Reading, Writing
from archiver.store.database_comparison import is_database_file
from archiver.store.keeper import KeptByTeam, keeper_of
from archiver.store.queries.contracts import contracts, required_rooms, rooms_to_read
from archiver.store.queries.current_state import last_payload, room_names
from archiver.store.queries.looks_and_gaps import last_read, unlisted_beginnings
from archiver.store.queries.people import known_people, twins
from archiver.store.queries.status import status
from archiver.store.user_statements import state_contracts, state_role
from archiver.store.working.remembered_values import PRACTICE, RESCUED, TICKED
from archiver.store.working.single_reads import MessagePlace, unsaved_places
from archiver.sync.found_ids import FoundIds, RecoveryResult
from archiver.sync.id_files import take_file
from archiver.web.background_work import Job, JobLink, JobOutcome
from archiver.web.console_context import ConsoleContext, begin_job, console_context
from archiver.web.home import failure_remembered, round_progress
from archiver.web.lost_archive import can_restore, home_obstacle
from archiver.web.trouble_words import trouble_words
from archiver.wording import N_

pages = Blueprint("emergency", __name__, url_prefix="/emergency")

LINKS = (JobLink(N_("Help now"), "emergency.index"),)

_OF_MONEY = (AlertRule.A8, AlertRule.A15)

PAUSE = timedelta(minutes=10)
"""The page begins to save by itself only so often."""


@pages.get("")
def index() -> AnyResponse | str:
    """What is kept, what happened, what not to do and what to do now; while it is being saved, how far that is."""
    job = console_context().jobs.last
    if "running" in request.args:  # the page asks by itself while it shows how far the saving is
        if job is None or not job.is_running or job.title != _title():
            return Response(headers={"HX-Refresh": "true"})
        return render_template("emergency_saving.html", job=job)
    return _older_page("") if request.args.get("change") else _page()


def _title() -> str:
    return _("Saving everything again")


@pages.post("/rescue")
def rescue() -> AnyResponse:
    """Save everything shared with the counterparts, without pacing; what the page asks by itself only now and then."""
    context = console_context()
    if "HX-Request" not in request.headers or _is_due(context):
        with suppress(errors.ArchiverError), context.archive.writing() as writing:
            RESCUED.remember(writing, context.now())
        context.jobs.start(_title(), partial(_rescue, context=context))
    if "HX-Request" in request.headers:
        return Response(headers={"HX-Refresh": "true"})
    return redirect(url_for("emergency.index"))


def _is_due(context: ConsoleContext) -> bool:
    """Whether the page begins to save by itself: nothing runs, a token can be read, and it was not done just now."""
    job = context.jobs.last
    times = [] if job is None or job.title != _title() else [job.begun_at]
    with context.archive.reading() as reading:
        times += filter(None, [RESCUED.recall(reading)])
        is_practice = PRACTICE.recall(reading) is not None
    if is_practice or context.jobs.is_busy or any(context.now() - one < PAUSE for one in times):
        return False
    try:
        settings = context.settings()
        return settings.token_source.startswith("keyring") or bool(read_token(settings, context.environ))
    except errors.ArchiverError:
        return False


@pages.post("/stranger")
def stranger() -> AnyResponse:
    """Keep what was said with an account as a job of its own, and save it now."""
    context, account = console_context(), request.form.get("account", 0, type=int)
    is_entered = context.archive.write(enter_stranger, account, at=context.now())
    if is_entered:
        context.jobs.start(_title(), partial(_rescue, context=context))
    return redirect(url_for("emergency.index", job=job_id(account), what="stranger"))


@pages.post("/tick")
def tick() -> AnyResponse:
    """Keep which steps of a page are done."""
    of = request.form.get("of", "")[:80]
    with suppress(errors.HomeNotWritable), console_context().archive.writing() as writing:
        TICKED.remember(writing, {**TICKED.recall(writing), of: request.form.getlist("step")[:20]})
    is_quiet = "HX-Request" in request.headers
    return Response(status=204) if is_quiet else redirect(request.referrer or url_for("emergency.index"))


@pages.post("/recover")
def recover() -> AnyResponse | tuple[str, int] | str:
    """Take message ids from files that were handed in, say how many are new, and once asked to fetch those messages."""
    context = console_context()
    if "go" in request.form and context.handed_in:
        return _begin_recovery(context, context.handed_in.pop(), TemporaryDirectory())
    given = [one for one in request.files.getlist("files") if one.filename]
    if not given:
        return _older_page(_("Choose at least one file.")), 422
    copies = TemporaryDirectory()
    try:
        found = _take_files(context, given, request.form.get("room", ""), Path(copies.name))
    except errors.ArchiverError as error:
        copies.cleanup()
        return _older_page(trouble_words(error).together), 422
    places = context.archive.read(unsaved_places, found.places)
    if not places or any(Path(copies.name).iterdir()):  # of a database nothing is known before it is taken in
        return _begin_recovery(context, found, copies)
    copies.cleanup()
    context.handed_in[:] = [found]
    return _older_page("", places)


def _begin_recovery(context: ConsoleContext, found: FoundIds, copies: TemporaryDirectory[str]) -> AnyResponse:
    work = partial(_recover, context=context, found=found, copies=copies)
    return begin_job(_("Bringing in older messages"), work)


def _older_page(problem: str, places: Collection[MessagePlace] = ()) -> str:
    """Where files are handed in; `places`: those in them that are not saved, to be asked about."""
    context = console_context()
    with context.archive.reading() as reading:
        names = room_names(reading)
        rooms = {room: visible(names.get(room, "")) or f"{room}" for room in rooms_to_read(reading, context.now())}
        chosen = next(iter(rooms), None) if len(rooms) == 1 else request.values.get("room", type=int)
        older = unlisted_beginnings(reading, {chosen} if chosen else rooms)
        words = older_words(older, context.now()) if older.rooms else ""
    times = sorted(filter(None, (posted_at(position) for _room, position in places)))
    return render_template(
        "recover.html", rooms=rooms, chosen=chosen, older=words, problem=problem, new=len(places), times=times
    )


def _page() -> str:
    context = console_context()
    try:
        with context.archive.reading() as reading:
            document = _document(context, reading)
    except errors.ArchiverError as error:
        return _page_without_archive(context, error)
    job = context.jobs.last
    if job is not None and not job.is_running and job.title == _title():
        context.jobs.note_seen(job)
    with report_language(current_language(), hires=not document["does_work"]):
        return render_template("emergency.html", it=document, job=job, rescue_title=_title(), is_due=_is_due(context))


def _document(context: ConsoleContext, reading: Reading) -> dict[str, Any]:
    """The job that is asked about, or the one in which most happened, with what happened as the archive shows it."""
    standing, now, by_team = status(reading), context.now(), keeper_of(reading.home).kept
    every = [job_row(reading, standing, one, NEVER, now) for one in standing.contracts]
    jobs = sorted(every, key=lambda one: (one["is_open"], *job_order(one)), reverse=True)
    job = next((one for one in jobs if one["id"] == request.args.get("job")), next(iter(jobs), None))
    contract = next((one for one in standing.contracts if job is not None and one.id == job["id"]), None)
    rooms = [] if job is None else [int(one.room_id) for one in job["rooms"]]
    asked = [one for one in standing.alerts if one.rule in _OF_MONEY and one.room_id in rooms and one.message_id]
    signs = job is not None and {
        "gone": job["gone"],
        "changed": job["changed"] or job["unseen"],
        "unpaid": job["money"] and job["money"]["state"] == "late",
        "stranger": any(one.rule is AlertRule.TWIN for one in standing.alerts),
        "asked": asked,
    }
    if contract is not None and contract.platform == STRANGER:
        signs = {"stranger": True}
    known = next((name for name, is_so in signs.items() if is_so), "") if signs else ""
    found = emergencies(reading, [contract], standing.alerts, always=True) if contract is not None else ()
    older = unlisted_beginnings(reading, set(rooms))
    not_kept = [line for row in map(not_kept_row, found) for line in (*row.lines, row.more) if line]
    return {
        "jobs": jobs,
        "job": job,
        "what": request.args.get("what", known),
        "is_direct": contract is not None and contract.platform == UNKNOWN,
        "url": contract.url if contract is not None else None,
        "asked": [(one.room_id, one.message_id) for one in asked],
        "older": older_words(older, now) if older.rooms > older.hidden else "",
        "kept": kept_words(standing.rooms, are_files_told=by_team is not KeptByTeam.RECORDS),
        "is_team": by_team is not KeptByTeam.NOTHING,
        "saved": standing.last_read if contract is None else last_read(reading, [contract]),
        "not_kept": not_kept,
        "strangers": stranger_rows(reading),
        "is_stranger": contract is not None and contract.platform == STRANGER,
        "is_removable": any(one.contract.platform == STRANGER and _is_whole_direct(reading, one) for one in found),
        "does_work": contract is None or contract.does_work,
        "is_undelivered": any(one.is_undelivered for one in found),
        "is_refused": any(one.is_refused for one in found),
        "is_removed": any(alert.rule is AlertRule.CONTACT_GONE for one in found for alert in one.alerts),
        "ticked": [] if job is None else TICKED.recall(reading).get(job["id"], []),
    }


def _is_whole_direct(reading: Reading, one: Emergency) -> bool:
    """Whether a job is direct chats alone of which nothing is missing: who deletes them on Chatwork loses nothing."""
    kept = one.holdings
    losses = (kept.gaps, kept.beginnings.rooms, kept.shut, kept.unheld, one.failing, one.unread)
    if not kept.last_seen or any(losses):
        return False
    rooms = [last_payload(reading, f"room/{room.room_id}", room.room_id) for room in one.contract.rooms]
    return all(room is not None and room.get("object", {}).get("type") == "direct" for room in rooms)


def _page_without_archive(context: ConsoleContext, error: errors.ArchiverError) -> str:
    """What can be done all the same, with why nothing is shown of what is kept."""
    if isinstance(error, errors.ArchiveDamaged):
        context.damage_seen.set()
    return render_template(
        "emergency_without.html",
        can_restore=can_restore(error, context.home),
        words=(isinstance(error, errors.NoArchive) and home_obstacle(context.home)) or trouble_words(error),
        is_older=isinstance(error, errors.OlderArchive),
        job=context.jobs.last,
    )


def _rescue(job: Job, context: ConsoleContext) -> JobOutcome:
    app = context.app(job)
    every = app.archive.read(contracts)
    if not every:
        raise errors.NoContract
    rooms = [room.room_id for contract in every for room in contract.rooms]
    try:
        with failure_remembered(app):
            report = rescue_round(app, rooms, round_progress(app, job))
    except errors.ArchiverError as error:
        sentence = _("Not everything could be saved again just now. What was saved before is kept.")
        return JobOutcome(sentence, tuple(filter(None, trouble_words(error)[:2])), LINKS, is_complete=False)
    note_home(context.home, report.account_id, at=app.now())
    lines = (*map(str.strip, round_lines(report)), *report.complaints)
    is_complete = report.complete and not (report.troubles or report.complaints)
    head = _("Everything that Chatwork shows was saved again.") if is_complete else _("Saved, but not everything.")
    return JobOutcome(head, lines, LINKS, is_complete=is_complete)


# --- older messages --------------------------------------------------------------------------------


def _take_files(context: ConsoleContext, given: list[FileStorage], room: str, copies: Path) -> FoundIds:
    """The ids in the files; their names are only a hint at the room. Databases are put into the folder `copies`.

    Raises NoContract, FileTooLarge, NotAllowed.
    """
    now = context.now()
    rooms = context.archive.read(required_rooms, now)
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


def _recover(job: Job, context: ConsoleContext, found: FoundIds, copies: TemporaryDirectory[str]) -> JobOutcome:
    app = context.app(job)

    def tell(done: int, total: int) -> None:
        job.tell(left_words(done, total, time_left(app, total - done)), done, total)

    with copies as folder:
        taken = [taken_in_words(take_in_round(app, one), one.name) for one in sorted(Path(folder).iterdir())]
    if taken and not found.places:
        return JobOutcome(" ".join(taken), links=LINKS)
    if not found.places:
        sentence, cut = _("It contains no message id from your work chats."), cut_mail_text(found)
        return JobOutcome(sentence, (cut,) if cut else (), LINKS, is_complete=False)
    recovered = recover_round(app, found.places, tell)
    head = ngettext("{n} message was brought in.", "{n} messages were brought in.", recovered.recovered)
    lines = (*taken, *_result_lines(recovered, found))
    return JobOutcome(head.format(n=recovered.recovered), lines, LINKS, recovered.is_whole(found))


def _result_lines(recovered: RecoveryResult, found: FoundIds) -> tuple[str, ...]:
    lines = [f"{word}: {number}" for word, number in recovery_counts(recovered)]
    if found.elsewhere:
        lines.append(_("Of chats without a job, not used: {n}").format(n=len(found.elsewhere)))
    if found.roomless:
        lines.append(_("Without a chat: {n}. Choose the chat beside the files.").format(n=len(found.roomless)))
    if found.cut_mails:
        lines.append(cut_mail_text(found))
    if recovered.left:
        lines.append(_("The next saves go on with what is left."))
    return tuple(lines)


def stranger_rows(reading: Reading) -> list[dict[str, Any]]:
    """Each such account once, the newest first, with its job if it has one; `rooms`: the chats with it."""
    people, jobs = known_people(reading), {one.id for one in contracts(reading)}
    rows: dict[int, dict[str, Any]] = {}
    for twin in reversed(twins(reading)):
        account = twin.noted["account_id"]
        seen = people[account].rooms if account in people else set()
        rooms = sorted((seen | {twin.noted["room_id"]}) - {None})
        days = {one: datetime.fromisoformat(at) for one in ("since", "known_since") if (at := twin.noted[one])}
        row = {**twin.noted, **days, "name": shorten(twin.noted["name"], 60), "rooms": rooms, "job": job_id(account)}
        rows.setdefault(account, row | {"is_saved": job_id(account) in jobs})
    return list(rows.values())


def job_id(account: int) -> str:
    """The id of the job about an account."""
    return f"id{account}"


def enter_stranger(writing: Writing, account: int, *, at: datetime) -> bool:
    """State the job, with the account as its other side and why; False if it has no chat, or was not noted."""
    row = next((one for one in stranger_rows(writing) if one["account_id"] == account and one["rooms"]), None)
    if row is None:
        return False
    rooms = tuple(ContractRoom(RoomId(room)) for room in row["rooms"])
    title = _("{name} (ID {account})").format(name=row["name"], account=account)
    state_contracts(writing, [Contract(row["job"], rooms, title=title, platform=STRANGER)], at=at)
    known_since, since = (one.astimezone(JST).date() for one in (row["known_since"], row["since"] or at))
    reason = (
        f"ID {row['known']}({known_since}から)と同じ名前の別のアカウント({since}から)。"
        f"画像のSHA-256: このアカウント {row['picture'] or '-'}、ID {row['known']} {row['known_picture'] or '-'}"
    )
    state_role(writing, row["job"], account, Role.CLIENT, reason, at=at)
    return True
