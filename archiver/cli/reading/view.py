"""The command `view`: read-only pages of the archive in this computer's own browser, until Ctrl-C."""

from __future__ import annotations

import threading
import webbrowser
from gettext import gettext as _
from typing import TYPE_CHECKING

import click

from archiver.cli.reading.browser_entry import entry_page, has_screen, stop_on_signals
from archiver.cli.terminal.output import echo
from archiver.errors import N_

if TYPE_CHECKING:
    from archiver.cli.context import CliContext

FIRST_PORT = 1024


@click.command(
    "view",
    help=N_(
        "Look at what is kept in your browser: conversations with earlier and deleted texts, search, files.\n\n"
        "The pages come from this computer alone and change nothing; end it with Ctrl-C."
    ),
)
@click.option(
    "--port",
    type=click.IntRange(FIRST_PORT, 65535),
    metavar="N",
    help=N_("The port on this computer; left out: a free one."),
)
@click.option("--no-browser", is_flag=True, help=N_("Open no browser; only print the address."))
@click.pass_obj
def command_view(obj: CliContext, port: int | None, no_browser: bool) -> int:
    """Serve the pages until a signal; no token, no network. The search index is rebuilt if that is due and possible."""
    from archiver.cli.reading.view_context import build_view_context
    from archiver.store.archive import Archive
    from archiver.store.search import current_index
    from archiver.web.server import serve_pages

    current_index.make_current(Archive(obj.home))
    context = build_view_context(obj)
    with context.reading():  # an archive that cannot be read fails here, and not in the browser
        pass
    ended = threading.Event()
    with stop_on_signals(ended), serve_pages(context, port=port or 0) as gate, entry_page(gate.address) as page:
        is_opened = not no_browser and has_screen(obj.environ) and webbrowser.open(page.as_uri())
        if is_opened:
            echo(_("A page opens in your browser. If not, open this address; it works once:"), err=True)
        else:
            echo(_("Open this address in the browser of this computer; it works once:"), err=True)
        echo(gate.address)
        echo(_("The pages stay until you press Ctrl-C. Looking changes nothing."), err=True)
        ended.wait()
    return 0
