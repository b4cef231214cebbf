"""The command `team serve`: the viewer of every worker, behind the organisation's sign-in proxy."""

from __future__ import annotations

import threading
from collections.abc import Callable
from gettext import gettext as _
from pathlib import Path
from typing import TYPE_CHECKING

import click

from archiver.cli.argument_completion import files
from archiver.cli.context import CliContext
from archiver.cli.terminal.output import echo
from archiver.errors import N_

if TYPE_CHECKING:
    from archiver.settings.serve_file import ServeSettings


@click.command(
    "serve",
    help=N_(
        "Show each member their own archive, behind the organisation's sign-in proxy.\n\nThe file in TOML "
        "says where the ledger is, which proxy is believed, and whose archive is whose."
    ),
)
@click.argument("settings_file", metavar="SERVE.toml", shell_complete=files)
@click.pass_obj
def team_serve(obj: CliContext, settings_file: str) -> int:
    """Serve until a signal. It needs no token and no key; a login that may only read is enough for it."""
    from archiver.cli.reading.browser_entry import stop_on_signals
    from archiver.cli.reading.view_context import build_view_context
    from archiver.settings.serve_file import read_serve_file
    from archiver.team.ledger_copy.own_store import require_store_of_ledger
    from archiver.team.pages import TeamPages, serve_team
    from archiver.team.proxy_access import ProxyGate

    settings = read_serve_file(Path(settings_file).expanduser(), obj.environ)
    if settings.files is not None:
        require_store_of_ledger(settings.ledger, settings.files)
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
        echo(sentence.format(host=host, port=served, n=len(settings.people)), err=True)
        ended.wait()
    return 0


def home_finder(settings: ServeSettings) -> Callable[[int], Path]:
    """Finds the home of the copy of an account's archive, and makes it if there is none yet."""
    from archiver.team.ledger.installation import find_archive
    from archiver.team.ledger.ledger_file import LedgerPlace, make_copy_home, read_ledger_file

    def find(account: int) -> Path:
        home = settings.cache / str(account)
        if read_ledger_file(home) is None:
            place = LedgerPlace(settings.ledger, find_archive(settings.ledger, account), settings.files)
            make_copy_home(home, place)
        return home

    return find
