"""設定 > 記録の確定と点検: seals what was saved until now, and checks the whole archive."""

from __future__ import annotations

from functools import partial
from gettext import gettext as _

from flask import Blueprint
from werkzeug.wrappers import Response

from archiver import app, errors
from archiver.custody.verify import record_verification, verify_archive
from archiver.render.invisible_characters import visible
from archiver.render.times import minute_text
from archiver.rounds.round import seal_now
from archiver.setup.outcome_words import sealing_lines, verification_lines
from archiver.store import seals
from archiver.store.archive import Reading
from archiver.store.queries.entries import last_seq
from archiver.store.working import verification_log
from archiver.web.background_work import Job, JobLink, JobOutcome
from archiver.web.console_context import ConsoleContext, begin_job, console_context
from archiver.web.settings.copies import step_progress
from archiver.web.trouble.trouble_words import has_damage, trouble_words
from archiver.wording import N_

pages = Blueprint("sealing", __name__, url_prefix="/evidence")

LINKS = (JobLink(N_("Settings"), "settings.index", {"_anchor": "records"}),)
WAYS_BACK = (JobLink(N_("Restore a backup"), "copies.index"), JobLink(N_("Help now"), "emergency.index"))


@pages.post("/seal")
def seal() -> Response:
    """Seal everything now, and ask for the third-party time."""
    return begin_job(_("Sealing the records"), partial(_seal_work, context=console_context()))


@pages.post("/verify")
def verify() -> Response:
    """Check the whole archive."""
    work = partial(_verify_work, context=console_context())
    return begin_job(_("Checking the whole archive"), work, WAYS_BACK)


def standing(reading: Reading) -> dict[str, object]:
    """What the settings tell of seals and checks."""
    made, checked = seals.seals(reading), verification_log.last(reading)
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
    if has_damage(verification):
        context.damage_seen.set()
        return _damaged(lines)
    if not is_noted:
        lines.append(_("That it was checked could not be noted in the archive just now."))
    return JobOutcome(head, tuple(lines), LINKS, is_complete=verification.ok)


def _damaged(lines: list[str]) -> JobOutcome:
    """What the check of a damaged archive has brought; the ways on are those of a check that failed."""
    words = trouble_words(errors.ArchiveDamaged(path="", detail=""))
    return JobOutcome(words.sentence, (words.short_advice,), is_complete=False, details=tuple(lines))
