"""設定: the token, automatic saving, stamps, folders, versions; the assistant, the guides, sealing and checking."""

from __future__ import annotations

import sys
from contextlib import suppress
from datetime import timedelta
from functools import partial
from importlib.metadata import metadata, version
from importlib.util import find_spec
from operator import attrgetter
from pathlib import Path
from typing import Any

from flask import Blueprint, abort, current_app, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from archiver import app, errors
from archiver.custody.verify import record_verification, verify_archive
from archiver.health.snapshot import observe_starters
from archiver.health.words import IDLE_ADVICE, IDLE_SENTENCE, way_words
from archiver.render.invisible_characters import visible
from archiver.render.times import interval_words, minute_text
from archiver.rounds.round import seal_now
from archiver.settings.file import SettingValue, asked_settings, update_settings
from archiver.settings.model import OnPage, duration_text, exports_folder
from archiver.setup import archive_setup, menu_entry, unattended
from archiver.setup.answers import STAMPS, InvalidAnswer, note_answer
from archiver.setup.assistant_consent import client_lines, consent_lines, last_calls, record_consent
from archiver.standing.home_document import notices_words
from archiver.standing.outcome_words import sealing_lines, verification_lines
from archiver.standing.waiting_state import note_state
from archiver.store import seals
from archiver.store.archive import Reading
from archiver.store.queries.contracts import contracts, find_contract, rooms_to_read
from archiver.store.queries.current_state import owner
from archiver.store.queries.entries import last_seq
from archiver.store.working import remembered_values, verification_log
from archiver.web import home
from archiver.web.app import GATE, page_links
from archiver.web.background_work import Job, JobLink, JobOutcome
from archiver.web.console_context import Answer, ConsoleContext, begin_job, console_context, not_listed
from archiver.web.context import view_context
from archiver.web.settings.copies import is_folder_writable, read_folder, step_progress
from archiver.web.settings.guides import find_guide, guide_html, guides
from archiver.web.trouble_words import trouble_words
from archiver.wording import N_
from archiver.wording import gettext as _

pages = Blueprint("settings", __name__, url_prefix="/settings")


@pages.get("")
def index(change: str = "", *, said: str = "", problem: str = "") -> str:
    """How things are set; or, of one thing, the fields to change it.

    `change`: what alone is shown, so that no other button loses what is typed.
    """
    context, change = console_context(), change or request.args.get("change", "")
    settings, starters = context.settings(), observe_starters(context.home, context.environ)
    fields = [
        _field(page, default, attrgetter(key)(settings), is_typed=bool(problem))
        for key, page, default, _is_folder in asked_settings()
        if page.form != "notices"
    ]
    return render_template(
        "settings_change.html"
        if change in {"token", "automatic", "stamps", "waiting", *(one["form"] for one in fields)}
        else "settings.html",
        change=change,
        fields=fields,
        said=said,
        problem=problem,
        place=archive_setup.told_place(settings.token_source),
        starters=starters.names,
        is_idle=starters.is_idle,
        waits=menu_entry.login_entry(context).exists(),
        idle=[_(text).format(scheduler=starters.names) for text in (IDLE_SENTENCE, IDLE_ADVICE)],
        every=interval_words(settings.sync.every),
        authorities=[visible(one.name) for one in settings.timestamp.authorities],
        way_words=_(", ").join(map(way_words, settings.notify.ways)),
        is_placed=menu_entry.is_placed(context.home),
        language_hint="" if said else _variable_hint(),
        home=visible(str(context.home)),
        packages=visible(str(exports_folder(settings))),
        version=version("chatwork-archiver"),
        releases=_releases_page(),
        python=sys.version.split()[0],
        **_told_by_archive(context),
    )


@pages.post("/token")
def replace_token() -> Answer:
    """Store another token, once Chatwork accepts it for this archive's account."""
    context = console_context()
    try:
        typed = archive_setup.clean_token(request.form.get("token", ""))
        archive_setup.check_token(context, typed, is_hurried=True)
    except InvalidAnswer as error:
        return index("token", problem=str(error)), 422
    except errors.ChatworkError as error:
        return index("token", problem=trouble_words(error).together), 502
    source = archive_setup.lasting_settings(context).token_source
    archive_setup.keep_token(context, typed, None if source.startswith("env:") else source)
    said = _("The token is stored.")
    return index(said=f"{said} {archive_setup.variable_wins_hint()}" if archive_setup.variable_token(context) else said)


@pages.post("/token/test")
def test_token() -> Answer:
    """Ask Chatwork whose token the stored one is."""
    try:
        name, account = archive_setup.token_account(console_context().hurried_app())
    except errors.ArchiverError as error:
        return index("token", problem=trouble_words(error).together), 422
    return index(said=_("The token works: {name}.").format(name=visible(name) or f"ID {account}"))


@pages.post("/automatic")
def change_automatic() -> Answer:
    """Register the job of this computer's scheduler, or remove it."""
    context, wanted = console_context(), request.form.get("automatic", "")
    if wanted not in {"on", "off"}:  # nothing but the button that says so stops the saving
        return index("automatic", problem=not_listed(wanted)), 422
    if wanted == "on":
        return begin_job(_("Automatic saving"), partial(home.set_up, context=context))
    unattended.remove_job(context)
    return index(said=_("Nothing on this computer starts the saving now."))


@pages.post("/stamps")
def change_stamps() -> Answer:
    """Turn third-party time on or off."""
    context = console_context()
    choice = "on" if request.form.get("stamps") == "on" else "off"
    sentence = archive_setup.choose_authorities(context.home, choice)
    note_answer(context.archive, STAMPS, choice)
    return index(said=sentence)


@pages.post("/waiting")
def change_waiting() -> Answer:
    """Show from each log-in on how saving goes, beside the clock, or no longer."""
    context = console_context()
    try:
        is_on = request.form.get("waiting") == "on"
        return index(said=menu_entry.begin_waiting(context, note_state) if is_on else menu_entry.end_waiting(context))
    except errors.ArchiverError as error:
        return index("waiting", problem=trouble_words(error).together), 422


@pages.post("/<form>")
def change_settings(form: str) -> Answer:
    """Keep the settings of a form; blank is the usual value, or none. Whether folders can be written to is tried."""
    context, home, asked = console_context(), console_context().home, asked_settings(form)
    if form == "notices" or not asked:
        abort(404)
    try:
        update_settings(
            home, {key: _typed(page, default, home if is_folder else None) for key, page, default, is_folder in asked}
        )
    except (errors.UsageError, errors.BadSettings) as error:
        return index(form, problem=visible(str(error.data.get("detail", error)))), 422
    settings = context.settings()
    folders = (exports_folder(settings), *settings.exports.also_to) if form == "folders" else ()
    if bad := [str(path) for path in folders if not is_folder_writable(path)]:
        sentence = _("It is kept, but nothing can be written here: {folders}. Is the disk connected?")
        return index(form, problem=sentence.format(folders=visible(", ".join(bad)))), 422
    return index(said=(form == "language" and _variable_hint()) or _(asked[0][1].said))


@pages.post("/icon")
def change_icon() -> Answer:
    """Put the application into this computer's menu and on its desktop, or take it away there."""
    is_wanted = request.form.get("icon") == "on"
    (menu_entry.place if is_wanted else menu_entry.remove)(console_context().home)
    return index(said=_("It stands in the menu now.") if is_wanted else _("It is taken out of the menu."))


@pages.post("/end")
def end() -> str:
    """End the application; a job that runs ends between two steps. Saving by the scheduler goes on.

    No browser gets in any more by the cookie that it has.
    """
    context = console_context()
    current_app.extensions[GATE].forget()
    context.ended.set()
    starters = observe_starters(context.home, context.environ)
    return render_template("ended.html", starters=None if starters.is_idle else starters.names)


def _releases_page() -> str:
    """Where new versions are published, as whoever built this program says (`Releases` of its URLs); empty: nowhere."""
    urls = (one.partition(", ") for one in metadata("chatwork-archiver").get_all("Project-URL") or ())
    return next((url for label, _comma, url in urls if label == "Releases" and url.startswith("https://")), "")


def _field(page: OnPage, default: object, value: object, *, is_typed: bool) -> dict[str, Any]:
    """A setting as a field: as it is set, or as it was typed."""
    lines = value if isinstance(value, tuple) else [] if value is None or value is False else [value]
    words = (
        duration_text(one) if isinstance(one, timedelta) else f"{one:g}" if isinstance(one, float) else str(one)
        for one in lines
    )
    given = "\n".join(words)
    shown = {"True": N_("on"), "": N_("off")} if isinstance(default, bool) else page.options
    return page._asdict() | {
        "shown": _(shown[given]) if shown else visible(given),
        "given": request.form.get(page.name, "") if is_typed else given,
        "choice": "True" if isinstance(default, bool) else "",
        "rows": 2 if isinstance(default, tuple) else 0,
    }


def _typed(page: OnPage, default: object, home: Path | None) -> SettingValue:
    """What was typed or chosen; a blank number is the usual one. Raises UsageError for no folder, or no choice."""
    typed = request.form.get(page.name, "").strip()
    if page.options and typed not in page.options:
        raise errors.UsageError(detail=not_listed(typed))
    if isinstance(default, bool):
        return bool(typed)
    if isinstance(default, timedelta):
        return typed or duration_text(default)
    if isinstance(default, int | float):
        for number in (int, float):
            with suppress(ValueError):
                return number(typed or str(default))
    lines = [line.strip() for line in typed.splitlines() if line.strip()]
    values = [str(read_folder(one, home)) for one in lines] if home else lines
    return values if isinstance(default, tuple) else "".join(values)


def _variable_hint() -> str:
    """That the choice of a language shows nothing, where a variable of this computer decides; else empty."""
    value = console_context().environ.get("ARCHIVE_LANG", "")  # it wins over the settings
    sentence = _(
        "The variable ARCHIVE_LANG of this computer says “{value}” and decides the language. Your choice here is kept, "
        "and counts once that variable is removed."
    )
    return sentence.format(value=visible(value)) if value else ""


def _told_by_archive(context: ConsoleContext) -> dict[str, object]:
    """The last save and copy, whose archive it is, what was seen, and its records; nothing, where it cannot be read."""
    with suppress(errors.ArchiverError), context.archive.reading() as reading:
        saved, failure = remembered_values.last_saved_at(reading), remembered_values.standing_error(reading)
        is_late = saved is None or context.now() - saved > view_context().patience(reading)
        return {
            "saved": saved,
            "failure": failure or "",
            "is_connected": not failure and not is_late,
            "copy": remembered_values.LAST_BACKUP.recall(reading),
            "notices": notices_words(context.settings().notify.ways, remembered_values.NOTICE_TRIAL.recall(reading)),
            "owner": visible(str((owner(reading) or {}).get("name") or "")),
            "chats": len(rooms_to_read(reading, context.now())),
            **standing(reading),
        }
    return dict.fromkeys(("saved", "owner", "chats", "is_connected", "notices"))


assistant_pages = Blueprint("assistants", __name__, url_prefix="/settings/assistant")

CONSENTS = {"covered": False, "unmasked": True}
"""The name of a button → whether an assistant gets the job without covers; any other takes the consent back."""


@assistant_pages.get("", endpoint="index")
def assistant() -> str:
    """The jobs and the last calls; or of one job what leaves, the consent, and the lines for a client."""
    context, name = console_context(), request.args.get("job", "")
    with context.archive.reading() as reading:
        jobs, allowed = contracts(reading), remembered_values.ASSISTANTS.recall(reading)
        job = find_contract(reading, name) if name else None
    return render_template(
        "assistants.html",
        jobs=jobs,
        job=job,
        allowed=allowed,
        words={how: consent_lines(is_unmasked=value) for how, value in CONSENTS.items()},
        clients=client_lines(context.home, job.id) if job else (),
        calls=() if job else last_calls(context.home),
        is_installed=find_spec("mcp") is not None,
    )


@assistant_pages.post("")
def decide() -> Response:
    """Keep the consent to a job, or take it back. Raises UnknownContract."""
    context = console_context()
    job = context.archive.read(find_contract, request.form.get("job", "")).id
    record_consent(context.archive, job, CONSENTS.get(request.form.get("how", "")))
    return redirect(url_for("assistants.index", job=job))


help_pages = Blueprint("help", __name__, url_prefix="/help")


@help_pages.get("", endpoint="index")
def help_list() -> str:
    """The guides, or those that have the words that are looked for."""
    words = request.args.get("q", "")[:200]
    return render_template("help.html", guides=guides(view_context().language, words), words=words)


@help_pages.get("/<topic>")
def topic(topic: str) -> str:
    """One guide, in the language of the pages or in the one that a guide's link names."""
    guide = find_guide(topic, request.args.get("lang", view_context().language))
    if guide is None:
        abort(404)
    html = guide_html(guide, lambda name, lang: url_for("help.topic", topic=name, lang=lang or None), page_links)
    return render_template("guide.html", guide=guide, html=html)


sealing_pages = Blueprint("sealing", __name__, url_prefix="/evidence")

LINKS = (JobLink(N_("Settings"), "settings.index", {"_anchor": "records"}),)
WAYS_BACK = (JobLink(N_("Restore a backup"), "copies.index"), JobLink(N_("Help now"), "emergency.index"))


@sealing_pages.post("/seal")
def seal() -> Response:
    """Seal everything now, and ask for the third-party time."""
    return begin_job(_("Sealing the records"), partial(_seal_work, context=console_context()))


@sealing_pages.post("/verify")
def verify() -> Response:
    """Check the whole archive."""
    work = partial(_verify_work, context=console_context())
    return begin_job(_("Checking the whole archive"), work, WAYS_BACK)


def standing(reading: Reading) -> dict[str, object]:
    """What the settings tell of seals and checks."""
    made, checked = seals.seals(reading), verification_log.last_verification(reading)
    return {
        "unsealed": last_seq(reading) - seals.last_sealed(reading),
        "last_seal": minute_text(made[-1].closed_at) if made else "",
        "checked": checked,
        "checked_at": minute_text(checked.at) if checked else "",
    }


def _seal_work(job: Job, context: ConsoleContext) -> JobOutcome:
    app = context.app(job)
    job.tell(_("Sealing, and asking for the time stamp"))
    sealing = seal_now(app)
    head, *lines = (visible(line.strip()) for line in sealing_lines(sealing))
    lines += [*map(visible, sealing.told), *(visible(f"{one} {one.advice()}".strip()) for one in app.root_errors)]
    return JobOutcome(head, tuple(lines), LINKS, is_complete=not (app.root_errors or sealing.told))


def _verify_work(job: Job, context: ConsoleContext) -> JobOutcome:
    verification = verify_archive(
        context.archive,
        progress=step_progress(job),
        authorities=app.build_authorities(context.home, context.settings().timestamp.authorities)[0],
        now=context.now(),
    )
    is_noted = record_verification(context.archive, verification, deep=False, at=context.now())
    head, *lines = map(visible, verification_lines(verification))
    if verification.counts.get("database"):
        context.damage_seen.set()
        words = trouble_words(errors.ArchiveDamaged(path="", detail=""))
        return JobOutcome(words.sentence, (words.advice,), is_complete=False, details=tuple(lines))
    if not is_noted:
        lines.append(_("That it was checked could not be noted in the archive just now."))
    return JobOutcome(head, tuple(lines), LINKS, is_complete=verification.ok)
