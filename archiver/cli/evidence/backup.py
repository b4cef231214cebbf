"""`backup`: a second copy of the archive elsewhere, made while it is in use and checked."""

from __future__ import annotations

from collections.abc import Callable
from gettext import gettext as _
from gettext import ngettext
from pathlib import Path
from typing import TYPE_CHECKING

import click

from archiver.cli.completers import folders
from archiver.cli.context import CliContext
from archiver.cli.evidence.verify import FINDINGS, tell_verification
from archiver.cli.terminal.progress import Screen
from archiver.cli.terminal.text import visible
from archiver.cli.terminal.times import jst
from archiver.errors import N_, SettingsError

if TYPE_CHECKING:
    from archiver.store.backup.copy import CopyReport
    from archiver.store.backup.transfer import Kept

MEGABYTE = 10**6
MOST_SHOWN = 20
"""Files that were not copied, shown on the screen."""


@click.command("backup", help=N_("Copy the archive to another disk, also while it is in use, and check the copy."))
@click.argument("place", metavar=N_("DEST"), shell_complete=folders)
@click.pass_obj
def command_backup(obj: CliContext, place: str) -> int:
    """Needs no token and no network; the token is not copied."""
    from archiver.app import utc_now
    from archiver.custody import backup
    from archiver.store.archive import Archive

    folder = Path(place).expanduser().absolute()
    with Screen(quiet=obj.verbose < 0) as progress:
        made = backup.backup(Archive(obj.home), folder, now=utc_now, tell=copy_progress(progress))
    assert made.copied is not None
    if made.placed:
        click.echo(_("The copy is up to date: {path}").format(path=visible(str(folder))))
    else:
        _tell_not_placed(folder, made.copied, backup.WITH_FINDINGS)
    tell_copied(made.copied)
    tell_verification(made.verification)
    if made.placed and not made.remembered:
        click.echo(_("The archive cannot be written now, so it does not remember this copy."), err=True)
    if made.same_disk:
        click.echo(_("This is the disk of the archive itself: if it breaks, the copy is lost too."), err=True)
    if _holds_addresses(obj):
        sentence = _("The notice addresses of [notify] urls are in the copy, with the passwords in them. See: {page}")
        click.echo(sentence.format(page="docs/how-to/notices.md"), err=True)
    return 0 if made.ok else FINDINGS


def _tell_not_placed(folder: Path, copied: CopyReport, name: str) -> None:
    at = jst(copied.earlier, year=True) if copied.earlier else "-"
    click.echo(_("The earlier copy of {time} was left as it was: the new one has findings.").format(time=at))
    click.echo(_("The new database lies beside it: {path}").format(path=visible(str(folder / name))))


def tell_copied(copied: CopyReport) -> None:
    """Print how much was copied, and what could not be."""
    told = ngettext(
        "Newly copied: {n} file and the database, {size} MB.",
        "Newly copied: {n} files and the database, {size} MB.",
        copied.files,
    )
    click.echo(told.format(n=copied.files, size=f"{copied.bytes / MEGABYTE:.1f}"))
    for one in copied.kept[:MOST_SHOWN]:
        click.echo(_kept(one))
    more = len(copied.kept) - MOST_SHOWN
    if more > 0:
        click.echo(ngettext("{n} more like these.", "{n} more like these.", more).format(n=more))


def _kept(one: Kept) -> str:
    if one.detail is None:
        said = _("Not copied: {name}. What lies there is another file; it was left as it is.")
    else:
        said = _("Not copied: {name}. It cannot be read here: {detail}")
    return said.format(name=visible(one.name), detail=visible(one.detail or ""))


def copy_progress(screen: Screen) -> Callable[[str, int, int], None]:
    """What a copy calls with its step, how far it is and how far it goes, so that a bar shows it."""
    words = {
        "copy": _("Copying"),
        "replies": _("Checking the replies"),
        "entries": _("Checking the records"),
        "files": _("Checking the files"),
        "rows": _("Checking the tables"),
    }
    return lambda what, done, total: screen.part(words.get(what, what), done, total)


def _holds_addresses(obj: CliContext) -> bool:
    """Whether secrets stand in `archive.toml`; where that cannot be read, no address was ever used."""
    from archiver.settings.notify_urls import are_in_file

    try:
        return are_in_file(obj.settings().notify.urls)
    except SettingsError:
        return False
