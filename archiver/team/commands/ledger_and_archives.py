"""The command `team`: a team's ledger and its key, archives entered in it, taken home, verified, and restored."""

from __future__ import annotations

import getpass
import os
import random
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import click

from archiver import errors
from archiver.app import utc_now
from archiver.cli.commands import folders
from archiver.cli.context import FINDINGS, INCOMPLETE, CliContext, completion_for
from archiver.cli.evidence.verify import copy_progress, tell_verification
from archiver.cli.output import ProgressScreen, echo, echo_lines, visible
from archiver.custody.put_back_databases import take_in
from archiver.errors import N_
from archiver.evidence.verify.findings import Verification
from archiver.standing.outcome_words import result_lines
from archiver.store.archive import Archive
from archiver.team.adopt_and_take_home import adopt, ledger_and_store, place_of, store_address, take_home
from archiver.team.commands.disclosure import team_audit, team_export, team_grant, team_revoke
from archiver.team.commands.membership import (
    savers_lines,
    settings_option,
    team_join,
    team_leave,
    team_settings,
    team_status,
)
from archiver.team.commands.processes import team_save, team_serve
from archiver.team.copies import Copies, Gathering
from archiver.team.ledger.database import LedgerPlace, install_ledger
from archiver.team.ledger.service_tables import TeamLedger, archive_numbers, record_access
from archiver.team.ledger_copy.segments import bring_back
from archiver.team.s3_store import make_store
from archiver.team.store_check import check_store, place_with_store
from archiver.team.team_file import find_team_file
from archiver.wording import complete_with, ngettext
from archiver.wording import gettext as _

ADDRESS = N_("The address of the PostgreSQL database, such as postgresql://machine@db/archives; without a password.")


@click.group("team", help=N_("Archives of a team in one ledger on PostgreSQL, so that no machine holds one alone."))
def command_team() -> None:
    """Group the commands about a team's ledger."""


_OTHERS = (team_join, team_leave, team_save, team_status, team_grant, team_revoke, team_audit, team_export, team_serve)
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
        make_store(store := store_address(files))
        echo(_("{store} is a store of files now."), store=store)
    if address is not None:
        install_ledger(address)  # first: it tells what to install where the libraries of a team are not there
        from archiver.team.round_queue import install_queue

        install_queue(address)
        echo(_("The ledger is ready. Which users of the database it needs stands in: archive guide team"))


@command_team.command(
    "new-key",
    short_help=N_("Make the key of an installation: a file for its savers, and a line for team.toml."),
    help=N_(
        "Make the key of an installation: a file for its savers, and a line for team.toml.\n\nWhere team.toml names a "
        "key already, the tokens are kept for the new one too, so that nobody gives a token again; that is done on a "
        "saver's computer."
    ),
)
@click.argument("file", metavar=N_("FILE"))
@settings_option
@click.pass_obj
def team_new_key(obj: CliContext, file: str, team_file: str | None) -> None:
    """Write the secret half, print the public one; between the two, wrap what was wrapped for an earlier key."""
    from archiver.team.membership import wrap_anew
    from archiver.team.sealed_tokens import public_half_of, read_key, write_new_key

    path, unopened = Path(file).expanduser().absolute(), list[int]()
    settings = team_settings(obj, team_file) if team_file or find_team_file(obj.environ).is_file() else None
    if settings is None or not settings.public_key:
        public = write_new_key(path)
    else:
        secret = read_key(settings, obj.environ)
        public = public_half_of(path, obj.environ) if path.exists() else write_new_key(path)
        n, unopened = wrap_anew(settings, secret, public)
        sentence = ngettext(
            "{n} token goes with the new key now. Change team.toml, and start the savers again.",
            "{n} tokens go with the new key now. Change team.toml, and start the savers again.",
            n,
        )
        echo(sentence, err=True, n=n)
    if unopened:
        sentence = _("These accounts have to give their token again, as it was for neither key: {accounts}")
        echo(sentence, err=True, accounts=", ".join(map(str, unopened)))
    echo(_("The secret key is in {path}. Only savers need it; keep a copy in a safe place."), err=True, path=path)
    echo(_("This line belongs in team.toml:"), err=True)
    echo(f'public_key = "{public}"')


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
    if len(words) not in (1, 2) or not all(word.isdecimal() for word in words[:-1]):
        raise errors.UsageError(detail=_("Say where to, such as: archive team take-home 1234567 FOLDER"))
    target = Path(words[-1]).expanduser().absolute()
    account = int(words[0]) if len(words) == 2 else None
    place = place_of(obj.home, address, account, files)
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

    place = place_with_store(obj.home)
    with closing(Archive(obj.home)) as archive, ProgressScreen(quiet=obj.verbose < 0) as progress:
        verification = check_store(archive, place, tell=copy_progress(progress))
    echo_lines(store_lines(verification))
    return 0 if verification.ok else FINDINGS


def store_lines(verification: Verification) -> Iterator[str]:
    """What was checked in the store and what was found; that nothing was found is said only where something was."""
    sentence = _(
        "Checked in the store: files {files}, seals {seals}, time stamps {stamps}, daily copies {dailies}, "
        "segments of records {segments}."
    )
    yield sentence.format(**verification.checked)

    yield from result_lines(verification)
    if verification.ok and not any(verification.checked.values()):
        yield _("There was nothing to check: the records of this archive name nothing that would be in the store yet.")
    else:
        yield verification.closing_sentence()


def _drill(obj: CliContext, sample: int, address: str | None, files: str | None) -> int:

    address, store = ledger_and_store(obj.home, address, files)
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


@command_team.command(
    "restore",
    short_help=N_("After the database was put back: bring in what the store and copies of this computer hold."),
    help=N_(
        "After the database was put back to an earlier time: bring in what the store of files has of records, say "
        "which savers are missing, and take in the messages of copies that lie aside on this computer, as late ones."
    ),
)
@click.option("--no-wait", is_flag=True, help=N_("Go on without the savers that are missing."))
@settings_option
@click.pass_obj
def team_restore(obj: CliContext, no_wait: bool, team_file: str | None) -> int:
    """Bring what the store has; give the word to go on, or say who is missing; then take in what lies aside."""
    settings = team_settings(obj, team_file)
    copies = Copies(settings)
    n, left = bring_back(settings.ledger, settings.store)
    sentence = ngettext("{n} record came from the store of files.", "{n} records came from the store of files.", n)
    echo(sentence.format(n=n))
    sentence = _(
        "Archive {number}: the store of files has segments up to record {last}, but none that goes on after record "
        "{end}, the last in the ledger. Start the savers that have a copy."
    )
    for number, (end, last) in left.items():
        echo(sentence, number=number, last=last, end=end)
    with closing(TeamLedger(settings.ledger)) as ledger:
        Gathering(copies, ledger).attend(is_told=True)
        if no_wait:
            ledger.wait_no_longer()
        missing = [saver for saver in ledger.savers() if saver.is_awaited]
        echo_lines(savers_lines(missing))
        if missing:
            return INCOMPLETE
        _take_in(copies)
        Gathering(copies, ledger).attend()  # which counts what lies aside
    echo(_("No saver that the ledger knows is missing, and no copy lies aside here that was not taken in."))
    return 0


def _take_in(copies: Copies) -> None:

    for home, others in copies.set_aside().items():
        for other in others:
            with closing(Archive(home)) as archive:
                n = take_in(archive, other.path, now=utc_now())
            sentence = ngettext(
                "Archive {number}: {n} record was made of the messages in {path}. Its other records are not taken in: "
                "keep that file.",
                "Archive {number}: {n} records were made of the messages in {path}. Its other records are not taken "
                "in: keep that file.",
                n,
            )
            echo(sentence, number=home.name, n=n, path=other.path)


def user_name() -> str:
    """Who runs the program on this machine, as the system names it."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return str(os.getuid()) if hasattr(os, "getuid") else "?"
