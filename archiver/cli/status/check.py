"""`status --full`: is everything set up for unattended work, one line for each check."""

from __future__ import annotations

import json
from collections.abc import Sequence
from contextlib import suppress
from datetime import timedelta
from typing import TYPE_CHECKING

import click

from archiver.cli.context import CliContext
from archiver.cli.exit_codes import INCOMPLETE
from archiver.cli.terminal.output import echo, paged_output
from archiver.cli.terminal.prompts import is_asked
from archiver.cli.terminal.text import WIDTH, columns, pad, visible, wrap
from archiver.errors import N_, ArchiverError
from archiver.records.alerts import Level
from archiver.records.grades import GRADE_WORDS, Grade, grade_word
from archiver.wording import gettext as _
from archiver.wording import ngettext

if TYPE_CHECKING:
    from archiver.app import App
    from archiver.health.check import Computer
    from archiver.health.check_result import CheckResult
    from archiver.records.alerts import Alert


SCHEDULE = "schedule"

_NAMES = {
    "token": N_("API token"),
    "account": N_("Account"),
    "clock": N_("Clock"),
    "schedule": N_("Schedule"),
    "ledger": N_("Team's ledger"),
    "last_run": N_("Last save"),
    "pace": N_("Pace"),
    "plan": N_("Chatwork's plan"),
    "budget": N_("Chatwork's limit"),
    "notices": N_("Alerts"),
    "database": N_("Database"),
    "stamps": N_("Time stamps"),
    "rollback": N_("Database put back"),
    "service": N_("Data from"),
    "verification": N_("Verification"),
    "backup": N_("Backup"),
    "also_to": N_("Daily copies"),
    "disk": N_("Disk"),
    "home": N_("Folder"),
    "permissions": N_("Permissions"),
    "exports": N_("Exports"),
    "versions": N_("Versions"),
}


def check_setup(obj: CliContext, *, as_json: bool) -> int:
    """Ask Chatwork once whose token it is, and work without network and token all the same.

    On a terminal, the ways of notices are tried once a month, and the answers remembered; nothing else is written.
    """
    from archiver.cli.setup import notices_step
    from archiver.health import check, check_result
    from archiver.health.check_facts import look_into_archive

    app = as_scheduled(obj)
    if not as_json and _is_trial_due(app):
        notices_step.try_ways(obj, app)
    look, damage = look_into_archive(app)
    computer = _computer(obj, app, look.snapshot.account if look else None)
    results = check.run_all_checks(app, obj.environ, look, damage, computer)
    if as_json:
        click.echo(json.dumps(check.document(results), ensure_ascii=False))
    else:
        snapshot, every = look.snapshot if look else None, app.settings.sync.every
        works = check.works_unattended(snapshot, results, every=every, now=app.now())
        with paged_output():
            tell_results(results, works=works, urgent=_urgent_count(app, snapshot.alerts) if snapshot else 0)
            if snapshot is not None:
                _tell_slow_work(app)
    return 0 if check_result.is_ok(results) else INCOMPLETE


def _is_trial_due(app: App) -> bool:
    """Whether somebody sits at a terminal, and the ways of notices are to be tried, once a month."""
    from archiver.setup.notice_ways import is_trial_due

    if not is_asked():
        return False
    with suppress(ArchiverError):  # a database that cannot be read is for the checks to say
        return is_trial_due(app.archive, app.settings, now=app.now())
    return False


def _computer(obj: CliContext, app: App, account: int | None) -> Computer:
    """What the checks need to know of this computer."""
    from archiver.app import utc_now
    from archiver.health.check import Computer
    from archiver.health.snapshot import observe_starters
    from archiver.notices import url_check
    from archiver.schedule import schedulers
    from archiver.settings import other_archives

    state = other_archives.state_folder()
    homes = [] if account is None else other_archives.other_homes(obj.home, account, now=utc_now(), state=state)
    notices_state = url_check.observe_notices(app.settings, obj.environ)
    lacks_mail = schedulers.lacks_mail_program(obj.home, obj.environ)
    return Computer(
        starters=observe_starters(obj.home, obj.environ),
        other_homes=homes,
        scheduled_homes=[home for home in homes if schedulers.show(home, obj.environ)],
        others_count=other_archives.count_other_homes(obj.home, state=state),
        notices=url_check.check_notices(notices_state._replace(lacks_mail_program=lacks_mail)),
    )


def _urgent_count(app: App, alerts: Sequence[Alert]) -> int:
    from archiver.standing.alert_lines import group_equal
    from archiver.standing.contract_names import contract_names
    from archiver.standing.emergencies import emergencies
    from archiver.standing.home_document import other_alerts
    from archiver.store.queries.contracts import contracts

    if not any(one.level is Level.HIGH for one in alerts):
        return 0
    with app.archive.reading() as reading:
        every = contracts(reading)
        found = emergencies(reading, every, alerts)
    urgent = [one for one in other_alerts(alerts, found) if one.level is Level.HIGH]
    return len(found) + len(group_equal(urgent, contract_names(every)))


def _tell_slow_work(app: App) -> None:
    """How far old messages were read again, and those that were brought in."""
    from archiver.cli.status.reread_and_backfill_lines import tell_progress
    from archiver.store.queries.contracts import rooms_to_read
    from archiver.store.queries.reread_and_backfill_progress import slow_work_progress

    days = app.settings.sync.reread_days
    with app.archive.reading() as reading:
        rooms = rooms_to_read(reading, app.now())
        progress = slow_work_progress(reading, rooms, since=app.now() - timedelta(days=days))
    tell_progress(progress, days=days)


def as_scheduled(obj: CliContext) -> App:
    """The archive as a scheduled run finds it: a token of this session counts only where the settings find none."""
    from archiver.app import build_app, require_archive
    from archiver.health.token import is_readable
    from archiver.settings import file
    from archiver.settings.child_environ import TOKEN_VARIABLE

    settings = obj.settings()
    environ = {name: value for name, value in obj.environ.items() if name != TOKEN_VARIABLE}
    if len(environ) < len(obj.environ):
        lasting = file.load_settings(obj.home, environ)
        settings = lasting if is_readable(lasting, environ) else settings
    return require_archive(build_app(settings, obj.environ))


def tell_results(results: Sequence[CheckResult], *, works: bool, urgent: int) -> None:
    """Print one line for each result, what has to be done first; a long sentence goes on below itself.

    `works`: whether the last run that nobody watched went through, and not long ago. `urgent`: how many emergencies
    and alerts `status` marks as needing something now.
    """
    left = max(columns(grade_word(grade)) for grade in GRADE_WORDS) + 2
    middle = max(columns(_(text)) for text in _NAMES.values()) + 2
    for grade in GRADE_WORDS:
        for result in results:
            if result.grade is grade:
                head = pad(grade_word(grade), left) + pad(_(_NAMES[result.name]), middle)
                lines = wrap(visible(result.text), WIDTH - left - middle)
                echo(head + ("\n" + " " * (left + middle)).join(lines))
    grades = [one.grade for one in results]
    actions = grades.count(Grade.ACTION)
    if not actions:
        _tell_working(grades, works=works)
    setup = ngettext("{n} in the setup", "{n} in the setup", actions).format(n=actions)
    alerts = ngettext("{n} alert (see: archive)", "{n} alerts (see: archive)", urgent).format(n=urgent)
    if told := [text for n, text in ((actions, setup), (urgent, alerts)) if n]:
        echo(_("To look at: {things}").format(things=_(", ").join(told)))


def _tell_working(grades: Sequence[Grade], *, works: bool) -> None:
    if not works:
        sentence = _(
            "Whether automatic saving works cannot be seen here, as no automatic save went through lately: "
            "look at the line “{name}”."
        )
        echo("\n".join(wrap(sentence.format(name=_(_NAMES[SCHEDULE])), WIDTH)))
    elif Grade.ATTENTION in grades:
        echo(_("Automatic saving works. Look after the rest when you have time."))
    else:
        echo(_("Everything is set up."))
