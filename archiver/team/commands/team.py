"""The command `team`: the ledger of a team, archives entered in it, taken home, and verified."""

from __future__ import annotations

import os
import random
import tempfile
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from archiver import errors
from archiver.cli.commands import folders
from archiver.cli.context import FINDINGS, CliContext, completion_for
from archiver.cli.evidence.verify import copy_progress, tell_verification
from archiver.cli.output import ProgressScreen, echo, echo_lines, visible
from archiver.errors import N_
from archiver.team.commands.disclosure import team_audit, team_export, team_grant, team_revoke
from archiver.team.commands.membership import team_join, team_leave, team_new_key, team_restore, team_status
from archiver.team.commands.processes import team_save, team_serve
from archiver.wording import complete_with, ngettext
from archiver.wording import gettext as _

if TYPE_CHECKING:
    from archiver.evidence.verify.findings import Verification
    from archiver.team.ledger.database import LedgerPlace

ADDRESS = N_("The address of the PostgreSQL database, such as postgresql://machine@db/archives; without a password.")


@click.group("team", help=N_("Archives of a team in one ledger on PostgreSQL, so that no machine holds one alone."))
def command_team() -> None:
    """Group the commands about a team's ledger."""


_OTHERS = (
    *(team_join, team_leave, team_new_key, team_restore, team_save, team_status),
    *(team_grant, team_revoke, team_audit, team_export, team_serve),
)
for _command in _OTHERS:
    command_team.add_command(_command)


@command_team.command(
    "init",
    short_help=N_("Make or update the ledger in a database, or make the store of files."),
    help=N_(
        "Make the ledger in a database, or update it, as somebody who may create roles there; or make the store of "
        "files, where it is reached as all machines will reach it."
    ),
)
@click.option("--ledger", "address", metavar=N_("ADDRESS"), help=ADDRESS)
@click.option(
    "--files",
    metavar=N_("DIR"),
    shell_complete=folders,
    help=N_("Make this folder the store of files, or see that s3://BUCKET answers."),
)
def team_init(address: str | None, files: str | None) -> None:
    """Make the ledger, or the store of files, or both."""
    if address is None and files is None:
        raise errors.UsageError(detail=_("Say what to make: --ledger ADDRESS, or --files DIR"))
    if files is not None:
        from archiver.team.adopt_and_take_home import store_address
        from archiver.team.s3_store import make_store

        make_store(store := store_address(files))
        echo(_("{store} is a store of files now."), store=store)
    if address is not None:
        from archiver.team.ledger.database import install_ledger

        install_ledger(address)  # first: it tells what to install where the libraries of a team are not there
        from archiver.team.round_queue import install_queue

        install_queue(address)
        echo(_("The ledger is ready. Which users of the database it needs stands in: archive guide team"))


@command_team.command("adopt", help=N_("Enter an archive in the ledger; its folder becomes a copy of what is there."))
@click.argument("folder", metavar=N_("HOME"), shell_complete=folders)
@click.option("--ledger", "address", required=True, metavar=N_("ADDRESS"), help=ADDRESS)
@click.option(
    "--files",
    metavar=N_("DIR"),
    shell_complete=folders,
    help=N_("A folder that all machines see, or s3://BUCKET, for files; without it they stay on this machine."),
)
@click.pass_obj
def team_adopt(obj: CliContext, folder: str, address: str, files: str | None) -> None:
    """Verify in depth, ship all, write `ledger.toml`."""
    from archiver.team.adopt_and_take_home import adopt, store_address

    home = Path(folder).expanduser().absolute()
    complete_with(completion_for(home))  # also for an error's hint: it is about this archive
    shared = None if files is None else store_address(files)
    with ProgressScreen(quiet=obj.verbose < 0) as progress:
        place = adopt(home, address, shared, tell=copy_progress(progress))
    sentence = _(
        "{path} is now a copy of archive {number} in the ledger. Everything saved there goes to the ledger first."
    )
    echo(sentence, path=home, number=place.archive)


@command_team.command(
    "take-home",
    help=N_("Make an ordinary archive of what the ledger holds, of your own or of an account, and verify it."),
)
@click.argument("words", metavar=N_("[ACCOUNT] DIR"), nargs=-1, shell_complete=folders)
@click.option("--ledger", "address", metavar=N_("ADDRESS"), help=ADDRESS)
@click.option(
    "--files", metavar=N_("DIR"), shell_complete=folders, help=N_("The store of files; else that of the archive here.")
)
@click.pass_obj
def team_take_home(obj: CliContext, words: tuple[str, ...], address: str | None, files: str | None) -> int:
    """Make the archive, verify it in depth, and say what was found."""
    from archiver.team.adopt_and_take_home import place_of, store_address, take_home

    if len(words) not in (1, 2) or not all(word.isdecimal() for word in words[:-1]):
        raise errors.UsageError(detail=_("Say where to, such as: archive team take-home 1234567 FOLDER"))
    target = Path(words[-1]).expanduser().absolute()
    account = int(words[0]) if len(words) == 2 else None
    place = place_of(obj.home, address, account)
    if files is not None:
        place = replace(place, files=store_address(files))
    with ProgressScreen(quiet=obj.verbose < 0) as progress:
        verification = take_home(
            place, target, obj.home, account=account, tell=copy_progress(progress), who=user_name()
        )
    tell_verification(verification)
    if place.files is None and any(finding.check == "file-missing" for finding in verification.findings):
        echo(_("Where the team has a store of files, name it, for a folder that is not there yet: --files DIR"))
    echo(_("This is an archive of its own now: {path}"), path=target)
    return 0 if verification.ok else FINDINGS


@command_team.command(
    "verify", help=N_("Check the store of files, or take archives home into a folder that is thrown away, as a drill.")
)
@click.option("--store", "is_of_store", is_flag=True, help=N_("The store of files of the archive in the home."))
@click.option(
    "--sample",
    type=click.IntRange(1),
    metavar="N",
    help=N_("Export so many archives, chosen by chance, to your own disk; verify."),
)
@click.option("--ledger", "address", metavar=N_("ADDRESS"), help=N_("The address of the database, for a drill."))
@click.option("--files", metavar=N_("DIR"), help=N_("The store of files, for a drill."))
@click.pass_obj
def team_verify(obj: CliContext, is_of_store: bool, sample: int | None, address: str | None, files: str | None) -> int:
    """Run the one or the other, and say what was found."""
    if is_of_store == (sample is not None):
        raise errors.UsageError(detail=_("Say which: archive team verify --store, or archive team verify --sample 20"))
    return _verify_store(obj) if sample is None else _drill(obj, sample, address, files)


def _verify_store(obj: CliContext) -> int:
    from archiver.store.archive import Archive
    from archiver.team.store_check import check_store, place_with_store

    place = place_with_store(obj.home)
    with closing(Archive(obj.home)) as archive, ProgressScreen(quiet=obj.verbose < 0) as progress:
        verification = check_store(archive, place, tell=copy_progress(progress))
    echo_lines(store_lines(verification))
    return 0 if verification.ok else FINDINGS


def store_lines(verification: Verification) -> Iterator[str]:
    """What was checked in the store and what was found; that nothing was found is said only where something was."""
    sentence = _(
        "Checked in the store: {files} files, {seals} seals, {stamps} time stamps, {dailies} daily copies, {segments} "
        "segments of records."
    )
    yield sentence.format(**verification.checked)
    from archiver.setup.outcome_words import result_lines

    yield from result_lines(verification)
    if verification.ok and not any(verification.checked.values()):
        yield _("There was nothing to check: the records of this archive name nothing that would be in the store yet.")
    else:
        yield verification.closing_sentence()


def _drill(obj: CliContext, sample: int, address: str | None, files: str | None) -> int:
    from archiver.team.adopt_and_take_home import store_address
    from archiver.team.ledger.database import LedgerPlace, read_ledger_file
    from archiver.team.ledger.service_tables import archive_numbers

    own = read_ledger_file(obj.home)
    address = address or (own.address if own is not None else None)
    if address is None:
        raise errors.UsageError(detail=_("Say which ledger: --ledger ADDRESS"))
    store = store_address(files) if files else (own.files if own is not None else None)
    numbers = archive_numbers(address)
    chosen = sorted(random.SystemRandom().sample(numbers, min(sample, len(numbers))))
    outcomes = [_take_home_and_tell(LedgerPlace(address, number, store), obj.home) for number in chosen]
    taken = sum(outcome is not None for outcome in outcomes)
    echo(_("Taken home and verified: {n} of {total} archives."), n=taken, total=len(numbers))
    if taken < len(chosen):
        sentence = ngettext(
            "{n} archive could not be taken home, as said above.",
            "{n} archives could not be taken home, as said above.",
            len(chosen) - taken,
        )
        echo(sentence, n=len(chosen) - taken)
    return 0 if all(outcomes) else FINDINGS


def _take_home_and_tell(place: LedgerPlace, home: Path) -> bool | None:
    """Take one archive home and say what was found; whether it is whole, None: the ledger's rows make no archive."""
    from archiver.team.adopt_and_take_home import take_home
    from archiver.team.ledger.service_tables import record_access

    record_access(place, who=user_name(), what="drill", reason="team verify --sample")
    try:
        with tempfile.TemporaryDirectory(prefix="archive-drill-") as folder:
            verification = take_home(place, Path(folder) / "home", home)
    except errors.BadLedger as error:
        echo(_("Archive {number}:"), number=place.archive)
        echo(visible(f"{error} {error.advice()}"))
        return None
    echo(_("Archive {number}:"), number=place.archive)
    tell_verification(verification)
    return verification.ok


def user_name() -> str:
    """Who runs the program on this machine, as the system names it."""
    import getpass

    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return str(os.getuid()) if hasattr(os, "getuid") else "?"
