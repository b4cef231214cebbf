"""`delivery`: when work was handed over on the platform, which decides about the money, and with which file."""

from __future__ import annotations

from dataclasses import replace
from gettext import gettext as _
from gettext import ngettext
from typing import TYPE_CHECKING, Any

import click

from archiver import errors
from archiver.cli.completers import contract_ids, files
from archiver.cli.context import CliContext
from archiver.cli.contracts import statement_lines
from archiver.cli.terminal.text import visible
from archiver.errors import N_
from archiver.records import Contract, Delivery

if TYPE_CHECKING:
    from archiver.store.archive import Archive, Reading

NUMBER = click.IntRange(1)


def _options(command: Any) -> Any:
    """What `add` and `set` share beside the time."""
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
            help=N_("In its place: the number of the same file on Chatwork, if the file itself is gone."),
        ),
        click.option("--note", metavar=N_("TEXT"), help=N_("A few words; they are shown in packages to be handed in.")),
    ]
    for option in reversed(shared):
        command = option(command)
    return command


@click.group("delivery", help=N_("What you delivered on the platform, such as CrowdWorks, and when."))
def command_delivery() -> None:
    """What one can do with deliveries."""


@command_delivery.command(
    "add",
    help=N_(
        "Write down a delivery on the platform, such as:"
        ' archive delivery add job1 --at "2026-11-03 09:12" --file video.mp4\n\n'
        "The file is compared with those sent on Chatwork. Nothing is sent to anyone."
    ),
)
@click.argument("contract_id", metavar="CONTRACT", shell_complete=contract_ids)
@click.option("--at", required=True, metavar=N_("TIME"), help=N_("Its time on the platform's page: 2026-11-03 09:12"))
@_options
@click.pass_obj
def delivery_add(
    obj: CliContext, contract_id: str, at: str, path: str | None, file_id: int | None, note: str | None
) -> int:
    """Everything is checked before anything is written."""
    from archiver.app import utc_now
    from archiver.store import statements

    archive, contract = _contract(obj, contract_id)
    given = _given(obj, archive, contract, at=at, path=path, file_id=file_id, note=note)
    with archive.writing() as writing:
        made, fresh = statements.add_delivery(writing, contract.id, replace(Delivery(0, ""), **given), at=utc_now())
    sentence = _("Entered: delivery {number} of contract {contract}, {at}.")
    if not fresh:
        sentence = _("It was entered already: delivery {number} of contract {contract}, {at}.")
    click.echo(sentence.format(number=made.number, contract=visible(contract.label), at=made.at))
    _warn_of_sender(archive, contract, made)
    _tell_match(archive, contract, made)
    return 0


@command_delivery.command("list", help=N_("The deliveries of a contract with their numbers."))
@click.argument("contract_id", metavar="CONTRACT", shell_complete=contract_ids, required=False)
@click.pass_obj
def delivery_list(obj: CliContext, contract_id: str | None) -> int:
    """Each with what Chatwork has of it."""
    from archiver.store.archive import Archive
    from archiver.store.queries.contracts import the_contract
    from archiver.store.queries.statements import deliveries

    with Archive(obj.home).reading() as reading:
        contract = the_contract(reading, contract_id)
        lines = list(statement_lines.delivery_lines(reading, contract, deliveries(reading, contract.id)))
    if not lines:
        sentence = _("No delivery has been entered for {contract}. See: archive delivery add --help")
        lines = [sentence.format(contract=visible(contract.label))]
    click.echo("\n".join(lines))
    return 0


@command_delivery.command("set", help=N_("Correct a delivery; what was entered before stays on record."))
@click.argument("contract_id", metavar="CONTRACT", shell_complete=contract_ids)
@click.argument("number", type=NUMBER, metavar="N")
@click.option("--at", metavar=N_("TIME"), help=N_("Its time on the platform's page: 2026-11-03 09:12"))
@_options
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
    """Only what is given changes; a file takes the place of the one before, however that was given."""
    from archiver.app import utc_now
    from archiver.store import statements as writing_down

    archive, contract = _contract(obj, contract_id)
    with archive.reading() as reading:
        before = _find(reading, contract, number)
    if all(one is None for one in (at, path, file_id, note)):
        raise errors.UsageError(detail=_("Say what to change: --at, --file, --file-id or --note"))
    given = _given(obj, archive, contract, at=at, path=path, file_id=file_id, note=note)
    made = replace(before, **given)
    with archive.writing() as writing:
        writing_down.change(writing, contract.id, made, at=utc_now())
    sentence = _("Saved: delivery {number} of contract {contract}.")
    click.echo(sentence.format(number=number, contract=visible(contract.label)))
    if file_id is not None:
        _warn_of_sender(archive, contract, made)
    if path is not None:
        _tell_match(archive, contract, made)
    return 0


@command_delivery.command("remove", help=N_("Take back a delivery entered by mistake; the record that it was stays."))
@click.argument("contract_id", metavar="CONTRACT", shell_complete=contract_ids)
@click.argument("number", type=NUMBER, metavar="N")
@click.pass_obj
def delivery_remove(obj: CliContext, contract_id: str, number: int) -> int:
    """Its number is not given to another one."""
    from archiver.app import utc_now
    from archiver.store import statements as writing_down

    archive, contract = _contract(obj, contract_id)
    with archive.writing() as writing:
        writing_down.withdraw(writing, contract.id, _find(writing, contract, number), at=utc_now())
    sentence = _("Taken back: delivery {number} of contract {contract}. The record that it was entered stays.")
    click.echo(sentence.format(number=number, contract=visible(contract.label)))
    return 0


# --- what is given -----------------------------------------------------------------------------


def _contract(obj: CliContext, name: str) -> tuple[Archive, Contract]:
    from archiver.store.archive import Archive
    from archiver.store.queries.contracts import contract

    archive = Archive(obj.home)
    with archive.reading() as reading:
        return archive, contract(reading, name)


def _find(reading: Reading, contract: Contract, number: int) -> Delivery:
    from archiver.store.queries.statements import deliveries

    for one in deliveries(reading, contract.id):
        if one.number == number:
            return one
    raise errors.UnknownDelivery(contract=contract.id, number=number)


def _given(
    obj: CliContext,
    archive: Archive,
    contract: Contract,
    *,
    at: str | None,
    path: str | None,
    file_id: int | None,
    note: str | None,
) -> dict[str, Any]:
    """The fields that the options give, checked. Raises UsageError and its kinds."""
    from archiver.app import utc_now

    if path is not None and file_id is not None:
        raise errors.UsageError(detail=_("Give either --file or --file-id, not both."))
    given: dict[str, Any] = {}
    if at is not None:
        given["at"] = statement_lines.read_day(at, "--at", statement_lines.TIME, now=utc_now())
    if note is not None:
        given["note"] = note or None
    if path is not None:
        given |= _measured(obj, path)
    if file_id is not None:
        _check_file(archive, contract, file_id)
        # Name, size and digest would be those of Chatwork's file: nobody has compared the delivered one with it.
        given |= {"name": None, "size": None, "sha256": None, "file_id": file_id}
    return given


def _measured(obj: CliContext, path: str) -> dict[str, Any]:
    from archiver.store import local_files

    found = local_files.measure(statement_lines.file_to_read(obj, path), most=obj.settings().files.max_bytes)
    return {"name": found.name, "size": found.size, "sha256": found.sha256, "file_id": None}


def _check_file(archive: Archive, contract: Contract, file_id: int) -> None:
    from archiver.store.queries.statements import sent_file

    with archive.reading() as reading:
        if sent_file(reading, statement_lines.rooms_of(contract), file_id) is None:
            raise errors.UnknownFile(contract=contract.id, file=file_id)


def _warn_of_sender(archive: Archive, contract: Contract, made: Delivery) -> None:
    """Say that somebody else sent the file of this id: a delivery is the user's own work."""
    from archiver.store.queries.roles import sides
    from archiver.store.queries.statements import sender_of

    if made.file_id is None:
        return
    with archive.reading() as reading:
        sender = sender_of(reading, statement_lines.rooms_of(contract), made.file_id)
        mine = sides(reading, contract.id).mine
    if sender is not None and sender not in mine:
        said = _(
            "[Note] File {file} was sent on Chatwork by account {account}, not by you. "
            "If it is not what you delivered: archive delivery remove {contract} {number}"
        )
        told = said.format(file=made.file_id, account=sender, contract=contract.id, number=made.number)
        click.echo(told, err=True)


def _tell_match(archive: Archive, contract: Contract, made: Delivery) -> None:
    """Whether the delivered file is one that was sent on Chatwork; and of how many that cannot be said."""
    from archiver.store.queries.files import counts
    from archiver.store.queries.statements import same_bytes

    if made.sha256 is None:
        return
    rooms = statement_lines.rooms_of(contract)
    with archive.reading() as reading:
        sent = same_bytes(reading, rooms, made.sha256)
        unsaved = sum(one.known - one.saved for room, one in counts(reading).items() if room in rooms)
    if sent:
        click.echo(statement_lines.same_on_chatwork(sent))
        return
    click.echo(statement_lines.none_on_chatwork())
    if unsaved:
        said = ngettext(
            "{count} file of these rooms is not saved and could not be compared.",
            "{count} files of these rooms are not saved and could not be compared.",
            unsaved,
        )
        click.echo(said.format(count=unsaved))
