"""The command `team verify`: the store of files against the records, and the drill of taking archives home."""

from __future__ import annotations

import os
import random
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import click

from archiver import errors
from archiver.cli.context import FINDINGS, CliContext
from archiver.cli.evidence.verify import copy_progress, tell_verification
from archiver.cli.terminal.output import echo, echo_lines
from archiver.cli.terminal.progress import ProgressScreen
from archiver.cli.terminal.text import visible
from archiver.errors import N_
from archiver.wording import gettext as _
from archiver.wording import ngettext

if TYPE_CHECKING:
    from archiver.evidence.verify.findings import Verification
    from archiver.team.ledger.ledger_file import LedgerPlace


@click.command(
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
    sentence = _("Checked in the store: {files} files, {seals} seals, {stamps} time stamps, {dailies} daily copies.")
    yield sentence.format(**verification.checked)
    from archiver.setup.evidence_words import result_lines

    yield from result_lines(verification)
    if verification.ok and not any(verification.checked.values()):
        yield _("There was nothing to check: the records of this archive name nothing that would be in the store yet.")
    else:
        yield verification.closing_sentence()


def _drill(obj: CliContext, sample: int, address: str | None, files: str | None) -> int:
    from archiver.team.adoption import store_address
    from archiver.team.ledger.access_log import archive_numbers
    from archiver.team.ledger.ledger_file import LedgerPlace, read_ledger_file

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
    from archiver.team.adoption import take_home
    from archiver.team.ledger.access_log import record_access

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
