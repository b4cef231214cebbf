"""The processes of a team: `team save` makes rounds until it is stopped, `team serve` shows members their pages."""

from __future__ import annotations

import threading
from collections.abc import Callable
from gettext import gettext as _
from pathlib import Path
from typing import TYPE_CHECKING

import click

from archiver.app import utc_now
from archiver.cli.commands import files
from archiver.cli.context import CliContext
from archiver.cli.output import echo, echo_lines
from archiver.errors import N_
from archiver.rounds.daemon import Stop
from archiver.team.commands.membership import savers_lines, settings_option, team_settings
from archiver.team.copies import Waiting
from archiver.team.ledger.database import LedgerPlace, find_archive, import_psycopg, make_copy_home, read_ledger_file
from archiver.team.team_file import ServeSettings, read_serve_file

if TYPE_CHECKING:
    from archiver.team.account_rounds import CareEnd, RoundEnd


@click.command(
    "save", help=N_("Save the archives of the team that are due, until it is stopped; one of several alike.")
)
@settings_option
@click.pass_obj
def team_save(obj: CliContext, team_file: str | None) -> None:
    """Make rounds until a signal comes."""
    import_psycopg()  # which says what to install, where the queue's library is missing too
    from archiver.team.round_queue import run_worker

    def tell_begun() -> None:
        if obj.verbose >= 0:
            echo(_("Making the rounds of the team's archives, as they are due. Stop with Ctrl-C."), err=True)

    settings = team_settings(obj, team_file)
    run_worker(
        settings,
        obj.environ,
        Stop(),
        now=utc_now,
        tell=lambda end: _tell_owner(obj, end),
        tell_care=_tell_care,
        tell_begun=tell_begun,
        tell_waiting=_tell_waiting,
    )
    if obj.verbose >= 0:
        echo(_("Stopped. What was saved until now is kept."), err=True)


def _tell_waiting(waiting: Waiting) -> None:
    """Say in the journal why nothing is saved after a restore, by names of computers and errors alone."""
    echo_lines(savers_lines(waiting.awaited), err=True)
    for number, error in waiting.failed.items():
        sentence = _("Archive {number}: its copy here could not be brought to the ledger ({error}).")
        echo(sentence, err=True, number=number, error=error)


def _tell_owner(obj: CliContext, end: RoundEnd) -> None:
    """Give notice to the owner by the ways of the archive's settings, and to the journal nothing of the archive."""
    from archiver.notices.round_notices import notify_owner

    try:
        notify_owner(end.settings, obj.environ, end.error, now=end.at)
    except Exception as error:  # noqa: BLE001 - a notice that fails must not fail the round, nor show its text
        echo(_("An alert could not be sent ({error})."), err=True, error=type(error).__name__)


def _tell_care(end: CareEnd) -> None:
    """Say in the journal what a verification or an upkeep came to, by the archive's number alone."""
    if end.error is not None:
        sentence = _("Archive {number}: it could not be verified or kept up ({error}).")
        echo(sentence, err=True, number=end.archive, error=end.error)
    else:
        sentence = _("Archive {number}: the verification found something wrong ({findings}).")
        echo(sentence, err=True, number=end.archive, findings=end.findings)


@click.command(
    "serve",
    help=N_(
        "Show each member their own archive, behind the organisation's sign-in proxy.\n\nThe file in TOML "
        "says where the ledger is, which proxy is believed, and whose archive is whose."
    ),
)
@click.argument("settings_file", metavar="SERVE.toml", shell_complete=files)
@click.pass_obj
def team_serve(obj: CliContext, settings_file: str) -> None:
    """Serve until a signal. It needs no token and no key; a login that may only read is enough for it."""
    from archiver.cli.reading.app import build_view_context, stop_on_signals
    from archiver.team.pages import ProxyGate, TeamPages, serve_team

    settings = read_serve_file(Path(settings_file).expanduser(), obj.environ)
    environ = {name: value for name, value in obj.environ.items() if not name.startswith("CHATWORK_")}
    pages = TeamPages(
        ProxyGate(settings.host, settings.secret, settings.trust, settings.people),
        home_finder(settings),
        lambda home: build_view_context(CliContext(home, obj.verbose, environ)),
    )
    host, _colon, port = settings.listen.rpartition(":")
    ended = threading.Event()
    with stop_on_signals(ended), serve_team(pages, host=host.strip("[]"), port=int(port)) as served:
        sentence = _("Serving at {host}:{port} for {n} people, until Ctrl-C.")
        echo(sentence, err=True, host=host, port=served, n=len(settings.people))
        ended.wait()


def home_finder(settings: ServeSettings) -> Callable[[int], Path]:
    """Finds the home of the copy of an account's archive, and makes it if there is none yet."""

    def find(account: int) -> Path:
        home = settings.cache / str(account)
        if read_ledger_file(home) is None:
            place = LedgerPlace(settings.ledger, find_archive(settings.ledger, account), settings.files)
            make_copy_home(home, place)
        return home

    return find
