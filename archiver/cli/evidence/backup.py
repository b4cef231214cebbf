"""`backup` and `restore`: a second copy of the archive elsewhere, and an archive made of it again."""

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
from archiver.cli.saving.sync_report import jst
from archiver.cli.terminal.progress import Screen
from archiver.cli.terminal.text import visible
from archiver.errors import N_, SettingsError

if TYPE_CHECKING:
    from archiver.store.backup.copy import Copied
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
    from archiver.custody import backup as copies
    from archiver.store.archive import Archive

    folder = Path(place).expanduser().absolute()
    with Screen(quiet=obj.verbose < 0) as progress:
        made = copies.backup(Archive(obj.home), folder, now=utc_now, tell=_teller(progress))
    assert made.copied is not None
    if made.placed:
        click.echo(_("The copy is up to date: {path}").format(path=visible(str(folder))))
    else:
        _tell_not_placed(folder, made.copied, copies.WITH_FINDINGS)
    _tell_copied(made.copied)
    tell_verification(made.verification)
    if made.placed and not made.remembered:
        click.echo(_("The archive cannot be written now, so it does not remember this copy."), err=True)
    if made.same_disk:
        click.echo(_("This is the disk of the archive itself: if it breaks, the copy is lost too."), err=True)
    if _holds_addresses(obj):
        sentence = _("The notice addresses of [notify] urls are in the copy, with the passwords in them. See: {page}")
        click.echo(sentence.format(page="docs/how-to/notices.md"), err=True)
    return 0 if made.ok else FINDINGS


@click.command("restore", help=N_("Make an archive again of a copy made by backup. The copy is not changed."))
@click.argument("source", metavar=N_("SRC"), shell_complete=folders)
@click.pass_obj
def command_restore(obj: CliContext, source: str) -> int:
    """Goes to the folder of the archive (--home), which must not hold one yet."""
    from archiver.app import utc_now
    from archiver.cli.setup.init import make_home
    from archiver.custody import backup as copies
    from archiver.settings.home import check_home

    check_home(obj.home, obj.environ)
    folder = Path(source).expanduser().absolute()
    with Screen(quiet=obj.verbose < 0) as progress:
        made = copies.restore(folder, obj.home, now=utc_now, tell=_teller(progress))
    if made.copied is not None:
        _tell_copied(made.copied)
    tell_verification(made.verification)
    if made.placed:
        make_home(obj.home)
        _tell_restored(obj.home, folder)
    elif made.copied is None:
        click.echo(_("Nothing was restored: the copy is not as it was made."), err=True)
        _tell_in_place(folder)
    else:
        click.echo(_("The archive was not put in place: it did not arrive as it was sent. Try again."), err=True)
    return 0 if made.ok else FINDINGS


def _holds_addresses(obj: CliContext) -> bool:
    """Whether secrets stand in `archive.toml`; where that cannot be read, no address was ever used."""
    from archiver.settings.notify_urls import are_in_file

    try:
        return are_in_file(obj.settings().notify.urls)
    except SettingsError:
        return False


def _tell_restored(home: Path, source: Path) -> None:
    click.echo(_("The archive is there again: {path}").format(path=visible(str(home))))
    click.echo(_("The copy in {path} was not changed.").format(path=visible(str(source))))
    click.echo(_("Next: archive token set (the token was not part of the copy)   then: archive sync"))
    click.echo(_("Work on with one of the two only: an archive that goes on in two places cannot be joined again."))


def _tell_in_place(source: Path) -> None:
    sentence = _("What it holds can still be read where it lies: archive --home {path} status")
    click.echo(sentence.format(path=visible(str(source))), err=True)


def _tell_not_placed(folder: Path, copied: Copied, name: str) -> None:
    at = jst(copied.earlier, year=True) if copied.earlier else "-"
    click.echo(_("The earlier copy of {time} was left as it was: the new one has findings.").format(time=at))
    click.echo(_("The new database lies beside it: {path}").format(path=visible(str(folder / name))))


def _tell_copied(copied: Copied) -> None:
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


def _teller(screen: Screen) -> Callable[[str, int, int], None]:
    words = {
        "copy": _("Copying"),
        "replies": _("Checking the replies"),
        "entries": _("Checking the records"),
        "files": _("Checking the files"),
        "rows": _("Checking the tables"),
    }
    return lambda what, done, total: screen.part(words.get(what, what), done, total)
