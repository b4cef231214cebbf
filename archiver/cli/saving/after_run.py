"""What a run does besides saving: it says that the archive was upgraded, and leaves word that this home saves."""

from __future__ import annotations

import contextlib
from gettext import gettext as _
from pathlib import Path

import click

from archiver.cli.terminal.text import visible


def tell_upgraded(copy: Path) -> None:
    """In quiet runs too: it happens once a version, and names a file that takes space."""
    sentence = _("The archive was brought to this version of the program. As it was before, it lies in {path}")
    click.echo(sentence.format(path=visible(str(copy))), err=True)


def leave_word(home: Path, account: int) -> None:
    """For `archive check`, which tells of several homes of one account."""
    from archiver.app import utc_now
    from archiver.settings import other_archives

    with contextlib.suppress(OSError):  # a user without a folder for it, as of a service: there is just no hint
        other_archives.note(home, account, at=utc_now(), state=other_archives.state_folder())
