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
from archiver.cli.context import CliContext
from archiver.cli.evidence.backup import copy_progress
from archiver.cli.evidence.verify import FINDINGS, result_lines, tell_verification
from archiver.cli.terminal.output import echo
from archiver.cli.terminal.progress import ProgressScreen
from archiver.errors import N_
from archiver.wording import gettext as _

if TYPE_CHECKING:
    from archiver.evidence.verify.findings import Verification


@click.command(
    "verify", help=N_("Check the store of files, or take archives home into a folder that is thrown away, as a drill.")
)
@click.option("--store", "is_of_store", is_flag=True, help=N_("The store of files of the archive in the home."))
@click.option(
    "--sample",
    type=click.IntRange(1),
    metavar="N",
    help=N_("Take home so many archives, chosen by chance; verify."),
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
    from archiver.custody.store_check import check_store, place_with_store
    from archiver.store.archive import Archive

    place = place_with_store(obj.home)
    with closing(Archive(obj.home)) as archive, ProgressScreen(quiet=obj.verbose < 0) as progress:
        verification = check_store(archive, place, tell=copy_progress(progress))
    for line in store_lines(verification):
        echo(line)
    return 0 if verification.ok else FINDINGS


def store_lines(verification: Verification) -> Iterator[str]:
    """What was checked in the store and what was found; that nothing was found is said only where something was."""
    sentence = _("Checked in the store: {files} files, {seals} seals, {stamps} stamps, {dailies} daily copies.")
    yield sentence.format(**verification.checked)
    yield from result_lines(verification)
    if verification.ok and not any(verification.checked.values()):
        yield _("There was nothing to check: the records of this archive name nothing that would be in the store yet.")
    else:
        yield verification.closing_sentence()


def _drill(obj: CliContext, sample: int, address: str | None, files: str | None) -> int:
    from archiver.custody.team_copies import store_address, take_home
    from archiver.ledger.access_log import archive_numbers, record_access
    from archiver.ledger.ledger_file import LedgerPlace, read_ledger_file

    own = read_ledger_file(obj.home)
    address = address or (own.address if own is not None else None)
    if address is None:
        raise errors.UsageError(detail=_("Say which ledger: --ledger ADDRESS"))
    store = store_address(files) if files else (own.files if own is not None else None)
    numbers = archive_numbers(address)
    chosen = sorted(random.SystemRandom().sample(numbers, min(sample, len(numbers))))
    is_whole = True
    for number in chosen:
        place = LedgerPlace(address, number, store)
        record_access(place, who=user_name(), what="drill", reason="team verify --sample")
        with tempfile.TemporaryDirectory(prefix="archive-drill-") as folder:
            verification = take_home(place, Path(folder) / "home", obj.home)
        echo(_("Archive {number}:").format(number=number))
        tell_verification(verification)
        is_whole = is_whole and verification.ok
    echo(_("Taken home and verified: {n} of {total} archives.").format(n=len(chosen), total=len(numbers)))
    return 0 if is_whole else FINDINGS


def user_name() -> str:
    """Who runs the program on this machine, as the system names it."""
    import getpass

    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return str(os.getuid()) if hasattr(os, "getuid") else "?"
