"""The commands `team join`, `leave` and `status`."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Sequence

import click

from archiver.app import utc_now
from archiver.chatwork.allowed_urls import base_url
from archiver.cli.commands import folders
from archiver.cli.context import CliContext
from archiver.cli.output import echo, echo_lines, visible
from archiver.cli.setup.token import ask_token
from archiver.corrected_clock import CorrectedClock
from archiver.errors import N_
from archiver.health.error_reasons import reason
from archiver.render.times import minute_text
from archiver.team.ledger.service_tables import ArchiveStanding, Saver
from archiver.team.team_file import TeamSettings, find_team_file, read_team_file
from archiver.wording import gettext as _
from archiver.wording import ngettext

settings_option = click.option(
    "--settings",
    "team_file",
    metavar=N_("FILE"),
    shell_complete=folders,
    help=N_("The team's settings (team.toml); else the variable CHATWORK_ARCHIVER_TEAM, this folder, the system."),
)


def team_settings(obj: CliContext, team_file: str | None) -> TeamSettings:
    """Read the team's settings. Raises BadTeamFile."""
    return read_team_file(find_team_file(obj.environ, team_file))


@click.command("join", help=N_("Give your own API token to the team's savers, which save your archive from now on."))
@settings_option
@click.pass_obj
def team_join(obj: CliContext, team_file: str | None) -> None:
    """Ask for the token, check it with Chatwork, and keep it sealed."""
    from archiver.team.membership import join

    settings = team_settings(obj, team_file)
    rule = _("Only for an account of your own organisation: Chatwork asks that a token is shown to nobody else.")
    echo(rule, err=True)
    token = ask_token(_("Paste the token and press Enter (it will not be shown)"))
    clock = CorrectedClock(utc_now, time.monotonic)
    standing, has_job = join(token, settings, base_url=base_url(obj.environ), clock=clock, sleep=time.sleep)
    sentence = _(
        "Account {account} is archive {number} of the team now. Only savers can open its token; with "
        "`archive team leave {account}` it is destroyed."
    )
    echo(sentence, account=standing.account, number=standing.archive)
    if not has_job:
        echo(_("It has no job: nothing is saved until one is entered. How that is done: archive guide team"))


@click.command("leave", help=N_("Destroy an account's token in the ledger; its archive is closed, and stays."))
@click.argument("account", type=int, metavar=N_("ACCOUNT"))
@settings_option
@click.pass_obj
def team_leave(obj: CliContext, account: int, team_file: str | None) -> None:
    """Destroy the token and its wrapped key."""
    from archiver.team.membership import leave

    standing, had_token = leave(account, team_settings(obj, team_file))
    destroyed = _(
        "The token of account {account} is destroyed, and archive {number} is closed. What was saved "
        "stays, and can be exported to your own archive. Backups of the database hold the sealed token "
        "until they are gone: make a new token in Chatwork."
    )
    nothing_to_destroy = _(
        "The ledger holds no token of account {account}, so none was destroyed. Archive {number} is "
        "closed. What was saved stays, and can be exported to your own archive."
    )
    echo(destroyed if had_token else nothing_to_destroy, account=standing.account, number=standing.archive)


@click.command("status", help=N_("How every archive of the team stands: times and numbers, nothing of what is in it."))
@click.option("--json", "as_json", is_flag=True, help=N_("Print one JSON document."))
@settings_option
@click.pass_obj
def team_status(obj: CliContext, as_json: bool, team_file: str | None) -> None:
    """Print the standings, and whether Chatwork is being asked."""
    from archiver.team.membership import read_overview

    overview = read_overview(team_settings(obj, team_file).ledger)
    if as_json:
        click.echo(json.dumps(overview.document()))
        return
    for standing in overview.standings:
        echo(_standing_line(standing))
    sentence = _("archives: {archives}; waiting for their first round: {waiting}; more than 15 minutes late: {late}.")
    echo(sentence, archives=len(overview.standings), waiting=overview.waiting, late=overview.late)
    echo_lines(savers_lines(overview.savers))
    if overview.held_until is not None:
        sentence = _("Chatwork did not answer several accounts; nobody asks it before {time}.")
        echo(sentence, time=minute_text(overview.held_until))


def _standing_line(standing: ArchiveStanding) -> str:
    """An archive on one line."""
    sentence = _("{account}: last saved {time}, gaps {gaps}, alerts {alerts}, {state}")
    unknown = "-"
    return sentence.format(
        account=standing.account,
        time=unknown if standing.last_round is None else minute_text(standing.last_round),
        gaps=unknown if standing.gaps is None else standing.gaps,
        alerts=unknown if standing.alerts is None else standing.alerts,
        state=_state(standing),
    )


def _state(standing: ArchiveStanding) -> str:

    if standing.closed_at is not None:
        return _("closed")
    if not standing.has_token:
        return _("no token")
    if standing.outcome == "NoContract":
        return _("no open job: no chat is saved")
    if standing.outcome in (None, "ok"):
        return _("in order") if standing.outcome else _("not saved yet")
    why = reason(standing.outcome) or standing.outcome
    return _("failed rounds: {number} ({error})").format(number=standing.failures, error=why)


def savers_lines(savers: Sequence[Saver]) -> Iterator[str]:
    """Which savers are missing after a restore, and where copies lie aside."""
    if awaited := [visible(saver.host) for saver in savers if saver.is_awaited]:
        sentence = _(
            "The ledger was put back to an earlier time. Nothing is saved until these savers have brought what their "
            "copies hold: {hosts}. Start them. Without them it goes on by: archive team restore --no-wait"
        )
        yield sentence.format(hosts=", ".join(awaited))
    for saver in savers:
        if saver.set_aside:
            sentence = ngettext(
                "On {host} {n} copy lies aside that holds what the ledger does not. Take its messages in there with: "
                "archive team restore",
                "On {host} {n} copies lie aside that hold what the ledger does not. Take their messages in there with: "
                "archive team restore",
                saver.set_aside,
            )
            yield sentence.format(host=visible(saver.host), n=saver.set_aside)
