"""`attach`: keeps screenshots, notices, mails and invoices of a contract beside its conversation."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from archiver import errors
from archiver.cli.argument_completion import contract_ids, files
from archiver.cli.context import CliContext
from archiver.cli.contracts import statement_lines
from archiver.cli.contracts.room_periods import outside_lines
from archiver.cli.terminal.output import echo
from archiver.cli.terminal.prompts import asked_path
from archiver.cli.terminal.text import visible
from archiver.errors import N_
from archiver.records import Contract, Enclosure, MessageId
from archiver.setup import written_days
from archiver.setup.message_numbers import find_message
from archiver.wording import gettext as _

if TYPE_CHECKING:
    from datetime import datetime

    from archiver.store.archive import Archive

_RECEIVED = ("screenshot", "notice", "mail")
"""Kinds that cannot bear a future date; an invoice can."""


@click.command(
    "attach",
    help=N_(
        "Keep a screenshot, notice, mail or invoice with a contract, such as:"
        " archive attach notice.png --contract job1 --kind notice\n\n"
        "The file is copied, and its copy can be checked later. It becomes part of the packages made from then on:"
        " attach nothing that the reader should not see."
    ),
)
@click.argument("path", metavar=N_("FILE"), required=False, shell_complete=files)
@click.option(
    "--contract",
    "contract_id",
    metavar="ID",
    shell_complete=contract_ids,
    help=N_("The contract; may be left out if there is only one."),
)
@click.option("--message", metavar="ID", help=N_("The message that it shows: its number, or its link."))
@click.option(
    "--kind",
    type=click.Choice(statement_lines.KINDS),
    metavar=N_("KIND"),
    help=N_("screenshot, notice, mail, invoice or other; left out: judged by the file's name."),
)
@click.option("--date", "day", metavar=N_("DAY"), help=N_("Its date, such as 2026-11-03."))
@click.option("--note", metavar=N_("TEXT"), help=N_("A few words; they are shown in packages."))
@click.option(
    "--remove",
    type=click.IntRange(1),
    metavar="N",
    help=N_(
        "Take back number N (see: contract show). The file is left out from then on; name and note stay on record."
    ),
)
@click.pass_obj
def command_attach(
    obj: CliContext,
    path: str | None,
    contract_id: str | None,
    message: str | None,
    kind: str | None,
    day: str | None,
    note: str | None,
    remove: int | None,
) -> int:
    """Check everything before a byte is copied, and copy the bytes before a record names them."""
    from archiver.app import utc_now
    from archiver.store.archive import Archive
    from archiver.store.queries.contracts import named_or_only_contract

    archive, now, outside = Archive(obj.home), utc_now(), list[str]()
    with archive.reading() as reading:
        contract = named_or_only_contract(reading, contract_id)
        if remove is None and message is not None:
            message = find_message(reading, contract, message)
            outside = list(outside_lines(reading, contract, [MessageId(message)]))
    if remove is not None:
        if any(one is not None for one in (path, message, kind, day, note)):
            raise errors.UsageError(detail=_("With --remove, give only the contract."))
        return _remove_enclosure(archive, contract, remove, now)
    if path is None:
        otherwise = _("Say which file: archive attach FILE --contract ID")
        path = asked_path(_("Which file (drag it into this window):"), otherwise=otherwise)
    code = _attach_file(obj, archive, contract, path, message=message, kind=kind, day=day, note=note, now=now)
    for line in outside:
        echo(line)
    return code


def _attach_file(
    obj: CliContext,
    archive: Archive,
    contract: Contract,
    path: str,
    *,
    message: str | None,
    kind: str | None,
    day: str | None,
    note: str | None,
    now: datetime,
) -> int:
    from archiver.store import local_files, statements

    source = statement_lines.file_to_read(obj, path)
    chosen_kind = kind or statement_lines.kind_by_name(source)
    if day is not None:
        day = written_days.read_day(
            day, "--date", written_days.EXAMPLE_DAY, now=now if chosen_kind in _RECEIVED else None
        )
    copy = local_files.keep(obj.home, source, limit=obj.settings().files.max_bytes)
    message_id = None if message is None else MessageId(message)
    draft = Enclosure(0, chosen_kind, copy.name, copy.size, copy.sha256, now, day, message_id, note or None)
    with archive.writing() as writing:
        enclosure, is_new = statements.add_enclosure(writing, contract.id, draft, at=now)
    sentence = _("Kept with contract {contract} as number {number}: {file}, {kind}.")
    if not is_new:
        sentence = _("Already kept with contract {contract} as number {number}: {file}, {kind}.")
    file, kind_name = (
        statement_lines.name_and_size(enclosure.name, enclosure.size),
        statement_lines.kind_word(enclosure.kind),
    )
    echo(sentence.format(contract=visible(contract.label), number=enclosure.number, file=file, kind=kind_name))
    echo(_("Fingerprint (SHA-256): {sha256}").format(sha256=enclosure.sha256))
    return 0


def _remove_enclosure(archive: Archive, contract: Contract, number: int, now: datetime) -> int:
    from archiver.store import statements
    from archiver.store.queries.statements import enclosures

    with archive.writing() as writing:
        matching = [one for one in enclosures(writing, contract.id) if one.number == number]
        if not matching:
            raise errors.UnknownEnclosure(contract=contract.id, number=number)
        statements.withdraw_statement(writing, contract.id, matching[0], at=now)
    sentence = _(
        "Taken back: number {number} of contract {contract}. Packages leave the file out from now on;"
        " its name and note stay on record."
    )
    echo(sentence.format(number=number, contract=visible(contract.label)))
    return 0
