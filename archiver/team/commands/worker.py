"""The command `team worker`: makes rounds of the team's archives until it is stopped."""

from __future__ import annotations

from gettext import gettext as _
from typing import TYPE_CHECKING

import click

from archiver.cli.context import CliContext
from archiver.cli.terminal.output import echo
from archiver.errors import N_
from archiver.team.commands.membership import savers_lines
from archiver.team.commands.settings_option import settings_option, team_settings

if TYPE_CHECKING:
    from archiver.team.account_rounds import RoundEnd
    from archiver.team.copy_care import CareEnd
    from archiver.team.gathering import Waiting


@click.command(
    "worker", help=N_("Save the archives of the team that are due, until it is stopped; one of several alike.")
)
@settings_option
@click.pass_obj
def team_worker(obj: CliContext, team_file: str | None) -> int:
    """Make rounds until a signal comes."""
    from archiver.app import utc_now
    from archiver.rounds.stop import Stop
    from archiver.team.worker import run_worker

    settings = team_settings(obj, team_file)
    run_worker(
        settings,
        obj.environ,
        Stop(),
        now=utc_now,
        tell=lambda end: _tell_owner(obj, end),
        tell_care=_tell_care,
        tell_begun=lambda: _tell_begun(obj),
        tell_waiting=_tell_waiting,
    )
    if obj.verbose >= 0:
        echo(_("Stopped. What was saved until now is kept."), err=True)
    return 0


def _tell_begun(obj: CliContext) -> None:
    if obj.verbose >= 0:
        echo(_("Making the rounds of the team's archives, as they are due. Stop with Ctrl-C."), err=True)


def _tell_waiting(waiting: Waiting) -> None:
    """Say in the journal why nothing is saved after a restore, by names of computers and errors alone."""
    for sentence in savers_lines(waiting.awaited):
        echo(sentence, err=True)
    for number, error in waiting.failed.items():
        sentence = _("Archive {number}: its copy here could not be brought to the ledger ({error}).")
        echo(sentence.format(number=number, error=error), err=True)


def _tell_owner(obj: CliContext, end: RoundEnd) -> None:
    """Give notice to the owner by the ways of the archive's settings, and to the journal nothing of the archive."""
    from archiver.cli.status.notice_delivery import deliver_after_round

    try:
        deliver_after_round(end.settings, obj.environ, end.error, now=end.at)
    except Exception as error:  # noqa: BLE001 - a notice that fails must not fail the round, nor show its text
        echo(_("An alert could not be sent ({error}).").format(error=type(error).__name__), err=True)


def _tell_care(end: CareEnd) -> None:
    """Say in the journal what a verification or an upkeep came to, by the archive's number alone."""
    if end.error is not None:
        sentence = _("Archive {number}: it could not be verified or kept up ({error}).")
        echo(sentence.format(number=end.archive, error=end.error), err=True)
    else:
        sentence = _("Archive {number}: the verification found something wrong ({findings}).")
        echo(sentence.format(number=end.archive, findings=end.findings), err=True)
