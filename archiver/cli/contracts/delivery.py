"""`delivery`: when work was handed over on the platform, and with which file; the payment depends on it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import click

from archiver import errors
from archiver.cli.argument_completion import contract_ids, files
from archiver.cli.context import CliContext
from archiver.cli.contracts import statement_lines
from archiver.cli.terminal.output import echo
from archiver.cli.terminal.prompts import ask, is_asked
from archiver.cli.terminal.text import visible
from archiver.errors import N_
from archiver.records import Contract, Delivery
from archiver.setup import written_days
from archiver.wording import gettext as _
from archiver.wording import ngettext

if TYPE_CHECKING:
    from archiver.store.archive import Archive, Reading

NUMBER = click.IntRange(1)


def _add_options(command: Any) -> Any:
    """Add the options that `add` and `set` share, all but the time."""
    shared = [
        click.option(
            "--file",
            "path",
            metavar=N_("PATH"),
            shell_complete=files,
            help=N_(
                "The file you delivered, on this computer. Its name, size and fingerprint are kept, not its content."
            ),
        ),
        click.option(
            "--file-id",
            type=NUMBER,
            metavar="N",
            help=N_("Instead of --file: the number of the same file on Chatwork, if the file itself is gone."),
        ),
        click.option("--note", metavar=N_("TEXT"), help=N_("A few words; they are shown in packages.")),
    ]
    for option in reversed(shared):
        command = option(command)
    return command


@click.group("delivery", help=N_("What you delivered on the platform, such as CrowdWorks, and when."))
def command_delivery() -> None:
    """Group the commands about deliveries."""


@command_delivery.command(
    "add",
    help=N_(
        'Enter a delivery made on the platform, such as: archive delivery add job1 --at "2026-11-03 09:12" --file '
        "video.mp4\n\n"
        "The file is compared with those sent on Chatwork. Nothing is sent to anyone."
    ),
)
@click.argument("contract_id", metavar="CONTRACT", required=False, shell_complete=contract_ids)
@click.option("--at", metavar=N_("TIME"), help=N_("Its time on the platform's page, such as 2026-11-03 09:12"))
@_add_options
@click.pass_obj
def delivery_add(
    obj: CliContext, contract_id: str | None, at: str | None, path: str | None, file_id: int | None, note: str | None
) -> int:
    """Check everything before anything is written; ask on a terminal for the time."""
    from archiver.app import utc_now
    from archiver.store import statements

    archive, contract = _find_contract(obj, contract_id)
    if at is None:
        at = _ask_time()
    fields = _read_fields(obj, archive, contract, at=at, path=path, file_id=file_id, note=note)
    with archive.writing() as writing:
        delivery, is_new = statements.add_delivery(
            writing, contract.id, replace(Delivery(0, ""), **fields), at=utc_now()
        )
    sentence = _("Entered: delivery {number} of contract {contract}, {at}.")
    if not is_new:
        sentence = _("Already entered: delivery {number} of contract {contract}, {at}.")
    echo(sentence.format(number=delivery.number, contract=visible(contract.label), at=delivery.at))
    _warn_of_sender(archive, contract, delivery)
    _tell_match(archive, contract, delivery)
    return 0


@command_delivery.command("list", help=N_("The deliveries of a contract with their numbers."))
@click.argument("contract_id", metavar="CONTRACT", shell_complete=contract_ids, required=False)
@click.pass_obj
def delivery_list(obj: CliContext, contract_id: str | None) -> int:
    """Print each delivery with what Chatwork has of its file."""
    from archiver.store.archive import Archive
    from archiver.store.queries.contracts import named_or_only_contract
    from archiver.store.queries.statements import deliveries

    with Archive(obj.home).reading() as reading:
        contract = named_or_only_contract(reading, contract_id)
        lines = list(statement_lines.delivery_lines(reading, contract, deliveries(reading, contract.id)))
    if not lines:
        sentence = _("No delivery has been entered for {contract}. See: archive delivery add --help")
        lines = [sentence.format(contract=visible(contract.label))]
    echo("\n".join(lines))
    return 0


@command_delivery.command("set", help=N_("Correct a delivery; what was entered before stays on record."))
@click.argument("contract_id", metavar="CONTRACT", shell_complete=contract_ids)
@click.argument("number", type=NUMBER, metavar="N")
@click.option("--at", metavar=N_("TIME"), help=N_("Its time on the platform's page, such as 2026-11-03 09:12"))
@_add_options
@click.pass_obj
def delivery_set(
    obj: CliContext,
    contract_id: str,
    number: int,
    at: str | None,
    path: str | None,
    file_id: int | None,
    note: str | None,
) -> int:
    """Change only what is given; a new file replaces the one before, whichever option gave that."""
    from archiver.app import utc_now
    from archiver.store import statements

    archive, contract = _find_contract(obj, contract_id)
    with archive.reading() as reading:
        before = _find_delivery(reading, contract, number)
    if all(one is None for one in (at, path, file_id, note)):
        raise errors.UsageError(detail=_("Say what to change: --at, --file, --file-id or --note"))
    fields = _read_fields(obj, archive, contract, at=at, path=path, file_id=file_id, note=note)
    after = replace(before, **fields)
    with archive.writing() as writing:
        statements.restate_delivery(writing, contract.id, after, at=utc_now())
    sentence = _("Saved: delivery {number} of contract {contract}.")
    echo(sentence.format(number=number, contract=visible(contract.label)))
    if file_id is not None:
        _warn_of_sender(archive, contract, after)
    if path is not None:
        _tell_match(archive, contract, after)
    return 0


@command_delivery.command("remove", help=N_("Take back a delivery entered by mistake; the record of it stays."))
@click.argument("contract_id", metavar="CONTRACT", shell_complete=contract_ids)
@click.argument("number", type=NUMBER, metavar="N")
@click.pass_obj
def delivery_remove(obj: CliContext, contract_id: str, number: int) -> int:
    """Take a delivery back; its number is not used again."""
    from archiver.app import utc_now
    from archiver.store import statements

    archive, contract = _find_contract(obj, contract_id)
    with archive.writing() as writing:
        statements.withdraw_statement(writing, contract.id, _find_delivery(writing, contract, number), at=utc_now())
    sentence = _("Taken back: delivery {number} of contract {contract}. The record that it was entered stays.")
    echo(sentence.format(number=number, contract=visible(contract.label)))
    return 0


# --- options -----------------------------------------------------------------------------------


def _find_contract(obj: CliContext, contract_id: str | None) -> tuple[Archive, Contract]:
    from archiver.store.archive import Archive
    from archiver.store.queries.contracts import named_or_only_contract

    archive = Archive(obj.home)
    with archive.reading() as reading:
        return archive, named_or_only_contract(reading, contract_id)


def _ask_time() -> str:
    """Ask when it was delivered. Raises UsageError where nobody can be asked."""
    from archiver.app import utc_now

    if not is_asked():
        raise errors.UsageError(detail=_("Say when it was delivered: --at TIME"))

    def understand(answer: str) -> str:
        return written_days.read_day(answer, "--at", written_days.EXAMPLE_TIME, now=utc_now())

    return ask(_("When was it delivered, as the platform's page says (such as 2026-11-03 09:12):"), understand)


def _find_delivery(reading: Reading, contract: Contract, number: int) -> Delivery:
    from archiver.store.queries.statements import deliveries

    for delivery in deliveries(reading, contract.id):
        if delivery.number == number:
            return delivery
    raise errors.UnknownDelivery(contract=contract.id, number=number)


def _read_fields(
    obj: CliContext,
    archive: Archive,
    contract: Contract,
    *,
    at: str | None,
    path: str | None,
    file_id: int | None,
    note: str | None,
) -> dict[str, Any]:
    """The fields of a delivery that the options give, checked. Raises UsageError and its subclasses."""
    from archiver.app import utc_now

    if path is not None and file_id is not None:
        raise errors.UsageError(detail=_("Give either --file or --file-id, not both."))
    fields: dict[str, Any] = {}
    if at is not None:
        fields["at"] = written_days.read_day(at, "--at", written_days.EXAMPLE_TIME, now=utc_now())
    if note is not None:
        fields["note"] = note or None
    if path is not None:
        fields |= _measure_file(obj, path)
    if file_id is not None:
        _check_file(archive, contract, file_id)
        # Name, size and digest would be those of Chatwork's file: nobody has compared the delivered one with it.
        fields |= {"name": None, "size": None, "sha256": None, "file_id": file_id}
    return fields


def _measure_file(obj: CliContext, path: str) -> dict[str, Any]:
    from archiver.store import local_files

    local_file = local_files.measure(statement_lines.file_to_read(obj, path), limit=obj.settings().files.max_bytes)
    return {"name": local_file.name, "size": local_file.size, "sha256": local_file.sha256, "file_id": None}


def _check_file(archive: Archive, contract: Contract, file_id: int) -> None:
    from archiver.store.queries.statements import sent_file

    with archive.reading() as reading:
        if sent_file(reading, statement_lines.room_ids(contract), file_id) is None:
            raise errors.UnknownFile(contract=contract.id, file=file_id)


def _warn_of_sender(archive: Archive, contract: Contract, delivery: Delivery) -> None:
    """Print a warning if somebody else sent the file: a delivery is the user's own work."""
    from archiver.store.queries.roles import sides
    from archiver.store.queries.statements import sender_of

    if delivery.file_id is None:
        return
    with archive.reading() as reading:
        sender = sender_of(reading, statement_lines.room_ids(contract), delivery.file_id)
        mine = sides(reading, contract.id).mine
    if sender is not None and sender not in mine:
        sentence = _(
            "[Note] File {file} was sent on Chatwork by account {account}, not by you. "
            "If it is not what you delivered: archive delivery remove {contract} {number}"
        )
        warning = sentence.format(file=delivery.file_id, account=sender, contract=contract.id, number=delivery.number)
        echo(warning, err=True)


def _tell_match(archive: Archive, contract: Contract, delivery: Delivery) -> None:
    """Print whether the delivered file was sent on Chatwork, and how many unsaved files could not be compared."""
    from archiver.store.queries.files import file_counts
    from archiver.store.queries.statements import same_bytes

    if delivery.sha256 is None:
        return
    rooms = statement_lines.room_ids(contract)
    with archive.reading() as reading:
        sent = same_bytes(reading, rooms, delivery.sha256)
        unsaved = sum(one.known - one.saved for room, one in file_counts(reading).items() if room in rooms)
    if sent:
        echo(statement_lines.same_file_sentence(sent))
        return
    echo(statement_lines.no_same_file_sentence())
    if unsaved:
        sentence = ngettext(
            "{count} file of these rooms is not saved and could not be compared.",
            "{count} files of these rooms are not saved and could not be compared.",
            unsaved,
        )
        echo(sentence.format(count=unsaved))
