"""What stands above every command's result while something urgent is open: one line each on stderr."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from archiver import errors
from archiver.settings.home import holds_archive

if TYPE_CHECKING:
    from archiver.cli.context import CliContext

UNDER = frozenset(
    {"export", "exports", "search", "show", "view", "contract", "delivery", "attach", "seal", "verify", "backup"}
)
"""Commands that have their mind on something else; the others tell of troubles themselves, or set things right."""


def tell(obj: CliContext, command: str) -> None:
    """Say what is urgent, unless the user wants to hear little; what cannot be read is the command's own to say."""
    if command not in UNDER or obj.verbose < 0 or not holds_archive(obj.home):
        return
    from archiver.app import utc_now
    from archiver.notices import sentences, troubles
    from archiver.store.archive import Archive

    archive = Archive(obj.home)
    try:
        made = troubles.warnings(archive, obj.settings(), now=utc_now())
    except errors.ArchiverError:
        return
    finally:
        archive.close()
    for sentence in sentences.sentences(*made):
        click.echo(sentence, err=True)
