"""The command `restore`: makes an archive from a copy made by `backup`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from archiver.cli.argument_completion import folders
from archiver.cli.context import CliContext
from archiver.cli.evidence.backup import tell_copied
from archiver.cli.evidence.verify import copy_progress, tell_verification
from archiver.cli.exit_codes import FINDINGS
from archiver.cli.terminal.output import echo
from archiver.cli.terminal.progress import ProgressScreen
from archiver.cli.terminal.prompts import asked_path
from archiver.cli.terminal.text import visible
from archiver.errors import N_
from archiver.wording import gettext as _

if TYPE_CHECKING:
    from archiver.custody.backup import BackupOutcome


@click.command("restore", help=N_("Restore an archive from a copy made by backup. The copy is not changed."))
@click.argument("source", metavar=N_("SRC"), required=False, shell_complete=folders)
@click.pass_obj
def command_restore(obj: CliContext, source: str | None) -> int:
    """Restore into the archive's folder (--home), which must not hold an archive yet."""
    from archiver.app import utc_now
    from archiver.custody import backup
    from archiver.settings.home import check_home
    from archiver.setup.archive_setup import make_home

    check_home(obj.home, obj.environ)
    otherwise = _("Say which copy: archive restore FOLDER")
    place = source or asked_path(_("Which copy (drag its folder into this window):"), otherwise=otherwise)
    folder = Path(place).expanduser().absolute()
    if obj.home.is_dir():  # one that is not there yet is made for its owner alone
        make_home(obj.home)
    with ProgressScreen(quiet=obj.verbose < 0) as progress:
        outcome = backup.restore(folder, obj.home, now=utc_now, tell=copy_progress(progress))
    if outcome.report is not None:
        tell_copied(outcome.report)
    tell_verification(outcome.verification)
    if outcome.is_placed:
        for sentence in outcome.erased:
            echo(sentence)
        _tell_restored(obj.home, folder, outcome)
    elif outcome.report is None:
        echo(_("Nothing was restored: the copy was changed after it was made."), err=True)
        _tell_in_place(folder)
    else:
        echo(_("The archive was not put in place: what arrived differs from the copy. Try again."), err=True)
    return 0 if outcome.ok else FINDINGS


def _tell_restored(home: Path, source: Path, outcome: BackupOutcome) -> None:
    from archiver.setup.erasing import restored_line

    echo(_("The archive is restored: {path}").format(path=visible(str(home))))
    echo(_("The copy in {path} was not changed.").format(path=visible(str(source))))
    sentence = _("Next: archive token set (the token was not part of the copy)   then: archive sync")
    echo(sentence)
    echo(restored_line(outcome))
    echo(_("Go on with only one of the two: archives that go on in two places cannot be joined again."))


def _tell_in_place(source: Path) -> None:
    sentence = _("Its contents can still be read where it is: archive --home {path} status")
    echo(sentence.format(path=visible(str(source))), err=True)
