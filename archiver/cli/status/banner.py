"""Prints one line on stderr for each urgent condition, above the results of commands that do not say it themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archiver import errors
from archiver.cli.terminal.output import echo
from archiver.settings.home import has_archive

if TYPE_CHECKING:
    from archiver.cli.context import CliContext

COMMANDS_WITH_BANNER = frozenset(
    {"export", "exports", "search", "show", "view", "contract", "delivery", "attach", "seal", "verify", "backup"}
)
"""Commands that print the banner; all others report how things stand themselves or mend it."""


def tell_banner(obj: CliContext, command: str) -> None:
    """Print what is urgent, unless `-q` was given; an archive that cannot be read is left to the command to report."""
    if command not in COMMANDS_WITH_BANNER or obj.verbose < 0 or not has_archive(obj.home):
        return
    from archiver.app import utc_now
    from archiver.notices import sentences, troubles
    from archiver.store.archive import Archive

    archive = Archive(obj.home)
    try:
        pending = troubles.urgent_notices(archive, obj.settings(), now=utc_now())
    except errors.ArchiverError:
        return
    finally:
        archive.close()
    for sentence in sentences.sentences(pending):
        echo(sentence, err=True)
