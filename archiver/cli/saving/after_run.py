"""What every saving command does besides saving: report an upgrade, and note that this home saves the account."""

from __future__ import annotations

import contextlib
from gettext import gettext as _
from pathlib import Path

from archiver.cli.terminal.output import echo
from archiver.cli.terminal.text import visible


def tell_upgraded(copy: Path) -> None:
    """Print that the archive was upgraded, also with `-q`: it happens once a version, and the copy takes space."""
    sentence = _("The archive was updated to this version of the program. A copy of it as it was before: {path}")
    echo(sentence.format(path=visible(str(copy))), err=True)


def note_home(home: Path, account: int) -> None:
    """Note the home in the user's state folder: `archive status --full` warns of several homes of one account."""
    from archiver.app import utc_now
    from archiver.settings import other_archives

    with contextlib.suppress(OSError):  # a user without a folder for it, as of a service: there is just no hint
        other_archives.note_saving(home, account, at=utc_now(), state=other_archives.state_folder())
