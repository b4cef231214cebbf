"""`status --full`: is everything set up for unattended work, one line for each check."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from datetime import timedelta

from archiver.app import App, build_app, require_archive, utc_now
from archiver.cli.context import INCOMPLETE, CliContext
from archiver.cli.output import beside, columns, echo, echo_json, echo_lines, pad, paged_output, visible
from archiver.cli.prompts import is_asked, tell
from archiver.cli.setup.wizard import try_ways
from archiver.errors import ArchiverError, DiskFull
from archiver.health import check_result, unattended_checks
from archiver.health.check_result import CHECK_NAMES, CheckResult
from archiver.health.snapshot import observe_starters
from archiver.health.token import is_readable
from archiver.health.unattended_checks import Computer, look_into_archive
from archiver.notices import delivery
from archiver.records.alerts import GRADE_WORDS, Grade, grade_word
from archiver.schedule import schedulers
from archiver.settings import other_archives
from archiver.settings.home import without_token
from archiver.setup.archive_setup import lasting_settings
from archiver.setup.unattended import is_trial_due
from archiver.standing.home_document import alert_count, late_payments
from archiver.standing.outcome_words import derived_day
from archiver.store.queries.contracts import rooms_to_read
from archiver.store.working.single_reads import SlowWork, slow_work_progress
from archiver.wording import gettext as _
from archiver.wording import ngettext

SCHEDULE = "schedule"


def check_setup(obj: CliContext, *, as_json: bool) -> int:
    """Ask Chatwork once whose token it is, and work without network and token all the same.

    On a terminal, the ways of notices are tried once a month, and the answers remembered; nothing else is written.
    """
    app = as_scheduled(obj)
    if not as_json and _is_trial_due(app):
        with suppress(DiskFull):  # what cannot be remembered is asked again
            try_ways(obj, app)
    look, damage = look_into_archive(app)
    computer = _computer(obj, app, look.snapshot.account if look else None)
    results = unattended_checks.run_all_checks(app, obj.environ, look, damage, computer)
    if as_json:
        echo_json(unattended_checks.document(results))
    else:
        snapshot, every = look.snapshot if look else None, app.settings.sync.every
        works = unattended_checks.works_unattended(snapshot, results, every=every, now=app.now())
        alerts, days, progress, late = 0, app.settings.sync.reread_days, None, []
        if snapshot is not None:
            with app.archive.reading() as reading:
                alerts, late = alert_count(reading, snapshot.alerts), late_payments(reading, app.now())
                rooms, since = rooms_to_read(reading, app.now()), app.now() - timedelta(days=days)
                progress = slow_work_progress(reading, rooms, since=since)
        with paged_output():
            tell_results(results, works=works, alerts=alerts)
            echo_lines(late)
            if progress is not None:
                tell_progress(progress, days=days)
    return 0 if check_result.is_ok(results) else INCOMPLETE


def _is_trial_due(app: App) -> bool:
    """Whether somebody sits at a terminal, and the ways of notices are to be tried, once a month."""
    if not is_asked():
        return False
    with suppress(ArchiverError):  # a database that cannot be read is for the checks to say
        return is_trial_due(app.archive, app.settings, now=app.now())
    return False


def _computer(obj: CliContext, app: App, account: int | None) -> Computer:
    """What the checks need to know of this computer."""
    state = other_archives.state_folder()
    homes = [] if account is None else other_archives.other_homes(obj.home, account, now=utc_now(), state=state)
    lacks_mail = schedulers.lacks_mail_program(obj.home, obj.environ)
    return Computer(
        starters=observe_starters(obj.home, obj.environ),
        other_homes=homes,
        others_count=other_archives.count_other_homes(obj.home, state=state),
        notices=delivery.check_notices(app.settings, obj.environ, lacks_mail=lacks_mail),
    )


def as_scheduled(obj: CliContext) -> App:
    """The archive as a scheduled run finds it: a token of this session counts only where the settings find none."""
    settings, lasting = obj.settings(), lasting_settings(obj)
    is_kept = is_readable(lasting, without_token(obj.environ))
    return require_archive(build_app(lasting if is_kept else settings, obj.environ))


def tell_results(results: Sequence[CheckResult], *, works: bool, alerts: int) -> None:
    """Print one line for each result, what has to be done first; a long sentence goes on below itself.

    `works`: whether the last run that nobody watched went through, and not long ago. `alerts`: how many things
    the open alerts tell.
    """
    left = max(columns(grade_word(grade)) for grade in GRADE_WORDS) + 2
    middle = max(columns(_(text)) for text in CHECK_NAMES.values()) + 2
    for grade in GRADE_WORDS:
        for result in results:
            if result.grade is grade:
                head = pad(grade_word(grade), left) + pad(_(CHECK_NAMES[result.name]), middle)
                echo("\n".join(beside(head, [visible(result.text)])))
    grades = [one.grade for one in results]
    if Grade.ACTION not in grades:
        _tell_working(grades, works=works)
    n = len(grades) - grades.count(Grade.GOOD)
    setup = ngettext("{n} in the setup", "{n} in the setup", n).format(n=n)
    told = ngettext("{n} alert: archive status --alerts", "{n} alerts: archive status --alerts", alerts)
    if found := [text for number, text in ((n, setup), (alerts, told.format(n=alerts))) if number]:
        tell(_("To look at: {what}"), indent=0, what=_(", ").join(found))


def _tell_working(grades: Sequence[Grade], *, works: bool) -> None:
    if not works:
        sentence = _(
            "Whether automatic saving works cannot be seen here, as no automatic save went through lately: "
            "look at the line “{name}”."
        )
        tell(sentence, indent=0, name=_(CHECK_NAMES[SCHEDULE]))
    elif Grade.ATTENTION in grades:
        echo(_("Automatic saving works. Look after the rest when you have time."))
    else:
        echo(_("Everything is set up."))


def tell_progress(progress: SlowWork, *, days: int) -> None:
    """Print what there is of the two; `days` is the time within which old messages are read again."""
    counts = progress.backfill
    if progress.old:
        sentence = ngettext(
            "{confirmed} of {old} old message seen again within {days} days",
            "{confirmed} of {old} old messages seen again within {days} days",
            progress.old,
        ).format(old=f"{progress.old:,}", confirmed=f"{progress.confirmed:,}", days=days)
        echo_lines(beside(_("Checked again") + "   ", [sentence]))
    words = (
        (_("waiting {n}"), counts.waiting),
        (_("saved {n}"), counts.read),
        (_("hidden by the plan {n}"), counts.hidden),
        (_("not readable {n}"), counts.unreadable),
    )
    if cells := [text.format(n=f"{number:,}") for text, number in words if number]:
        lines = ["  ".join(cells)]
        if counts.unseen is not None:
            first, last = map(derived_day, counts.unseen)
            lines.append(_("unseen ones: about {first} - {last} (derived from the ids)").format(first=first, last=last))
        echo_lines(beside(_("Back-fill") + "   ", lines))
