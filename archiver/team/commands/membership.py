"""The commands `team join`, `leave`, `status`, `restore` and `new-key`."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import click

from archiver.cli.commands import folders
from archiver.cli.context import INCOMPLETE, CliContext
from archiver.cli.output import echo, echo_lines, visible
from archiver.cli.setup.token import ask_token
from archiver.errors import N_
from archiver.render.times import minute_text
from archiver.wording import gettext as _
from archiver.wording import ngettext

if TYPE_CHECKING:
    from archiver.team.copies import Copies
    from archiver.team.ledger.service_tables import ArchiveStanding, Saver
    from archiver.team.team_file import TeamSettings


settings_option = click.option(
    "--settings",
    "team_file",
    metavar=N_("FILE"),
    shell_complete=folders,
    help=N_("The team's settings (team.toml); else the variable CHATWORK_ARCHIVER_TEAM, this folder, the system."),
)


def team_settings(obj: CliContext, team_file: str | None) -> TeamSettings:
    """Read the team's settings. Raises BadTeamFile."""
    from archiver.team.team_file import find_team_file, read_team_file

    return read_team_file(find_team_file(obj.environ, team_file))


@click.command("join", help=N_("Give your own API token to the team's savers, which save your archive from now on."))
@settings_option
@click.pass_obj
def team_join(obj: CliContext, team_file: str | None) -> None:
    """Ask for the token, check it with Chatwork, and keep it sealed."""
    from archiver.app import utc_now
    from archiver.chatwork.allowed_urls import base_url
    from archiver.corrected_clock import CorrectedClock
    from archiver.team.membership import has_contract, join

    settings = team_settings(obj, team_file)
    rule = _("Only for an account of your own organisation: Chatwork asks that a token is shown to nobody else.")
    echo(rule, err=True)
    token = ask_token(_("Paste the token and press Enter (it will not be shown)"))
    clock = CorrectedClock(utc_now, time.monotonic)
    standing = join(token, settings, base_url=base_url(obj.environ), clock=clock, sleep=time.sleep)
    sentence = _(
        "Account {account} is archive {number} of the team now. Only savers can open its token; with "
        "`archive team leave {account}` it is destroyed."
    )
    echo(sentence, account=standing.account, number=standing.archive)
    if not has_contract(standing.archive, settings):
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


@click.command(
    "new-key",
    short_help=N_("Make the key of an installation: a file for its savers, and a line for team.toml."),
    help=N_(
        "Make the key of an installation: a file for its savers, and a line for team.toml.\n\nWhere team.toml names a "
        "key already, the tokens are kept for the new one too, so that nobody gives a token again; that is done on a "
        "saver's computer."
    ),
)
@click.argument("file", metavar=N_("FILE"))
@settings_option
@click.pass_obj
def team_new_key(obj: CliContext, file: str, team_file: str | None) -> None:
    """Write the secret half, print the public one; between the two, wrap what was wrapped for an earlier key."""
    from archiver.team.membership import wrap_anew
    from archiver.team.sealed_tokens import public_half_of, read_key, write_new_key
    from archiver.team.team_file import find_team_file

    path, unopened = Path(file).expanduser().absolute(), list[int]()
    settings = team_settings(obj, team_file) if team_file or find_team_file(obj.environ).is_file() else None
    if settings is None or not settings.public_key:
        public = write_new_key(path)
    else:
        secret = read_key(settings, obj.environ)
        public = public_half_of(path, obj.environ) if path.exists() else write_new_key(path)
        n, unopened = wrap_anew(settings, secret, public)
        sentence = ngettext(
            "{n} token goes with the new key now. Change team.toml, and start the savers again.",
            "{n} tokens go with the new key now. Change team.toml, and start the savers again.",
            n,
        )
        echo(sentence, err=True, n=n)
    if unopened:
        sentence = _("These accounts have to give their token again, as it was for neither key: {accounts}")
        echo(sentence, err=True, accounts=", ".join(map(str, unopened)))
    echo(_("The secret key is in {path}. Only savers need it; keep a copy in a safe place."), err=True, path=path)
    echo(_("This line belongs in team.toml:"), err=True)
    echo(f'public_key = "{public}"')


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
    from archiver.health.error_reasons import reason

    if standing.closed_at is not None:
        return _("closed")
    if not standing.has_token:
        return _("no token")
    if standing.outcome == "NoContract":
        return _("no open job: no chat is saved")
    if standing.outcome in (None, "ok"):
        return _("in order") if standing.outcome else _("not saved yet")
    why = reason(standing.outcome) or standing.outcome
    return _("{number} rounds failed ({error})").format(number=standing.failures, error=why)


@click.command(
    "restore",
    short_help=N_("After the database was put back: bring in what the store and copies of this computer hold."),
    help=N_(
        "After the database was put back to an earlier time: bring in what the store of files has of records, say "
        "which savers are missing, and take in the messages of copies that lie aside on this computer, as late ones."
    ),
)
@click.option("--no-wait", is_flag=True, help=N_("Go on without the savers that are missing."))
@settings_option
@click.pass_obj
def team_restore(obj: CliContext, no_wait: bool, team_file: str | None) -> int:
    """Bring what the store has; give the word to go on, or say who is missing; then take in what lies aside."""
    from archiver.team.copies import Copies, Gathering
    from archiver.team.ledger.service_tables import TeamLedger
    from archiver.team.ledger_copy.segments import bring_back

    settings = team_settings(obj, team_file)
    copies = Copies(settings)
    n, left = bring_back(settings.ledger, settings.store)
    sentence = ngettext("{n} record came from the store of files.", "{n} records came from the store of files.", n)
    echo(sentence.format(n=n))
    sentence = _(
        "Archive {number}: the store of files has segments up to record {last}, but none that goes on after record "
        "{end}, the last in the ledger. Start the savers that have a copy."
    )
    for number, (end, last) in left.items():
        echo(sentence, number=number, last=last, end=end)
    with closing(TeamLedger(settings.ledger)) as ledger:
        Gathering(copies, ledger).attend(is_told=True)
        if no_wait:
            ledger.wait_no_longer()
        missing = [saver for saver in ledger.savers() if saver.is_awaited]
        echo_lines(savers_lines(missing))
        if missing:
            return INCOMPLETE
        _take_in(copies)
        Gathering(copies, ledger).attend()  # which counts what lies aside
    echo(_("No saver that the ledger knows is missing, and no copy lies aside here that was not taken in."))
    return 0


def _take_in(copies: Copies) -> None:
    from archiver.app import utc_now
    from archiver.custody.put_back_databases import take_in
    from archiver.store.archive import Archive

    for home, others in copies.set_aside().items():
        for other in others:
            with closing(Archive(home)) as archive:
                n = take_in(archive, other.path, now=utc_now())
            sentence = ngettext(
                "Archive {number}: {n} record was made of the messages in {path}. Its other records are not taken in: "
                "keep that file.",
                "Archive {number}: {n} records were made of the messages in {path}. Its other records are not taken "
                "in: keep that file.",
                n,
            )
            echo(sentence, number=home.name, n=n, path=other.path)


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
