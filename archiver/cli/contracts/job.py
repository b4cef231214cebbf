"""`job`: the jobs and the chats that belong to them. Each change becomes an entry of the record."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from typing import TYPE_CHECKING

import click

from archiver import errors
from archiver.cli.argument_completion import JOB, chat_option
from archiver.cli.context import CliContext
from archiver.cli.contracts import fact_options, room_periods
from archiver.cli.contracts.chats import job_chats
from archiver.cli.contracts.contract_added_messages import (
    ID,
    tell_added,
    tell_shared,
    tell_strangers,
    warn_of_shared_number,
)
from archiver.cli.contracts.enter import job_enter
from archiver.cli.contracts.roles import job_who
from archiver.cli.contracts.terms import job_terms
from archiver.cli.terminal.output import echo, paged_output
from archiver.cli.terminal.prompts import is_asked
from archiver.cli.terminal.saved_rooms import one_room
from archiver.cli.terminal.text import pad, visible
from archiver.errors import N_
from archiver.records import Contract, ContractRoom, RoomId
from archiver.wording import gettext as _
from archiver.wording import typed

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from archiver.app import App
    from archiver.store.archive import Archive


class _JobGroup(click.Group):
    """A group in which a single word that is none of its commands is a job to be shown."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        is_job = args[0] not in self.commands and not any(word.isalpha() for word in args[1:])
        return super().resolve_command(ctx, ["show", *args] if is_job else args)


@click.group(
    "job",
    cls=_JobGroup,
    invoke_without_command=True,
    help=N_("Your jobs and their chats; only chats of a job are saved. archive job alone lists them."),
)
@click.pass_context
def command_job(ctx: click.Context) -> None:
    """Print one line for each job, if no more was typed."""
    from archiver.app import utc_now
    from archiver.cli.contracts.contract_rows import state_words
    from archiver.store.archive import Archive
    from archiver.store.queries.contracts import contracts

    if ctx.invoked_subcommand is not None:
        return
    with Archive(ctx.obj.home).reading() as reading:
        all_contracts = contracts(reading)
    now = utc_now()
    for contract in all_contracts:
        rooms = ", ".join(str(room.room_id) for room in contract.rooms)
        number = f" ({visible(contract.platform_id)})" if contract.platform_id else ""
        name, state = pad(contract.id + number, 24), state_words(contract, now)
        echo(f"{name} {state}   {rooms}   {visible(contract.title or '')}".rstrip())
    if not all_contracts:
        echo(_("No job has been entered yet. See: archive job add --help"))


@command_job.command(
    "add",
    help=N_(
        "Enter a job, such as: archive job add job1 --chat 123456789\n\n"
        "On a terminal and without --chat it asks for everything; your answers are kept if you leave."
    ),
)
@click.argument("name", metavar="[NAME]", required=False)
@room_periods.options(N_("A chat: its number or a part of its name; repeatable."))
@fact_options.options
@click.pass_obj
def job_add(
    obj: CliContext,
    /,
    name: str | None,
    chats: tuple[str, ...],
    begins: room_periods.RoomDays,
    ends: room_periods.RoomDays,
    is_moved: bool,
    note: str | None,
    **given: str | None,
) -> int:
    """Check the chats with Chatwork once; if it cannot be asked, take them unchecked and say so."""
    from archiver.app import build_app, require_archive, utc_now
    from archiver.setup import contract_facts, fact_questions
    from archiver.store.queries.contracts import contracts

    if name is not None and not ID.fullmatch(name):
        raise errors.BadContractId(contract=name)
    facts = fact_questions.read_facts(given, now=utc_now())
    app = require_archive(build_app(obj.settings(), obj.environ))
    if not chats and sys.stdin.isatty():
        from archiver.cli.contracts import add_dialogue

        return add_dialogue.add_contract(app, name, facts, note)
    if name is None:
        raise errors.UsageError(detail=_("Say what to call it: archive job add NAME --chat CHAT"))
    with app.archive.reading() as reading:
        existing = contracts(reading)
        fact_questions.check_client(reading, facts.get("client"))
    if any(one.id == name for one in existing):
        raise errors.ContractExists(contract=name)
    if not chats:
        raise errors.UsageError(detail=_("Say which chats belong to the job: --chat CHAT (see: archive job chats)"))
    rooms, unchecked = _asked_chats(app, chats)
    contract = Contract(name, room_periods.with_periods(_parts(rooms), rooms, begins, ends), **facts)
    fact_questions.check_order(contract)
    every = contract_facts.with_rooms(existing, contract, contract.room_ids, is_moved=is_moved)
    for line in contract_facts.change_rooms(app.archive, every, note, at=app.now()):
        echo(line)
    tell_added(contract, existing, unchecked=unchecked)
    tell_shared(contract, every, contract.room_ids)
    if not unchecked:
        tell_strangers(app, contract)
    echo(_("Next: archive save"))
    return 0


def _parts(rooms: Mapping[int, str]) -> tuple[ContractRoom, ...]:
    return tuple(ContractRoom(RoomId(room)) for room in rooms)


def _asked_chats(app: App, typed: Sequence[str]) -> tuple[dict[int, str], bool]:
    """The chats by number with their names, and whether Chatwork could not be asked about them. Raises UnknownRoom."""
    from archiver.store.search.scope import room_names

    if not typed:
        return {}, False
    try:
        names = {int(one.model.room_id): one.model.name for one in app.chatwork.rooms().items}
        unchecked = False
    except (errors.ChatworkError, errors.TokenMissing):
        with app.archive.reading() as reading:
            names = room_names(reading) | {int(word): "" for word in typed if room_periods.is_number(word)}
        unchecked = True
    rooms = [one_room(names, word) for word in typed]
    return {room: names[room] for room in rooms}, unchecked


@command_job.command("set", help=N_("Change or add facts of a job; what was entered before stays on record."))
@JOB
@room_periods.options(N_("Add this chat: its number or a part of its name; repeatable."))
@chat_option(N_("Take this chat out; repeatable. What is saved of it stays."), "--without-chat", "without")
@fact_options.options
@click.pass_obj
def job_set(
    obj: CliContext,
    /,
    job: str | None,
    chats: tuple[str, ...],
    begins: room_periods.RoomDays,
    ends: room_periods.RoomDays,
    is_moved: bool,
    without: tuple[str, ...],
    note: str | None,
    **given: str | None,
) -> int:
    """Change only the facts that are given; on a terminal, without any, ask for those that are blank."""
    from archiver.app import build_app, require_archive, utc_now
    from archiver.setup import contract_facts, fact_questions
    from archiver.store.queries.contracts import contracts
    from archiver.store.search.scope import room_names

    nothing_given = not (chats or begins or ends or without) and all(one is None for one in (note, *given.values()))
    if nothing_given and not is_asked():
        detail = _("Say what to change, such as --title, --client, --url, --amount, --chat or --note.")
        all_of_them = _("All that can be given: archive job set --help")
        raise errors.UsageError(detail=f"{detail} {all_of_them}")
    facts = fact_questions.read_facts(given, now=utc_now())
    app = require_archive(build_app(obj.settings(), obj.environ))
    before = _find_contract(app.archive, job)
    if nothing_given:
        from archiver.cli.contracts.add_dialogue import ask_blank_facts

        return ask_blank_facts(app, before)
    with app.archive.reading() as reading:
        fact_questions.check_client(reading, facts.get("client"))
        every, saved_names = contracts(reading), room_names(reading)
    fact_questions.check_order(replace(before, **facts))
    rooms, unchecked = _asked_chats(app, chats)
    names = {int(room): saved_names.get(room, "") for room in before.room_ids} | rooms
    added = _parts({room: name for room, name in rooms.items() if room not in before.room_ids})
    parts = room_periods.with_periods(before.rooms + added, names, begins, ends)
    after = replace(before, rooms=parts, **facts)
    for word in without:
        after = contract_facts.released(after, ContractRoom(RoomId(one_room(names, word))))
    moved = set(map(RoomId, rooms)) if is_moved else {room.room_id for room in added}
    every = contract_facts.with_rooms(every, after, moved, is_moved=is_moved)
    for line in contract_facts.change_rooms(app.archive, every, note, at=app.now()):
        echo(line)
    echo(_("Saved: {job}.").format(job=visible(before.id)))
    tell_shared(after, every, {*rooms, *(one_room(names, word) for word, _day in begins)})
    if added and not unchecked:
        tell_strangers(app, after)
    with app.archive.reading() as reading:
        warn_of_shared_number(after, contracts(reading))
    if unchecked:
        echo(_("The chats were not checked (unchecked), as Chatwork could not be asked."))
    return 0


@command_job.command("show", help=N_("One job on one screen: what was agreed, delivered, billed, and what is near."))
@JOB
@click.option("--phone", is_flag=True, help=N_("Notes for a phone call: names in place of numbers."))
@click.option("--json", "as_json", is_flag=True, help=N_("Give the result as one JSON document."))
@click.pass_obj
def job_show(obj: CliContext, job: str | None, phone: bool, as_json: bool) -> int:
    """Print one job; blank facts are shown as blank, as they will be in a package."""
    from archiver.app import utc_now
    from archiver.cli.contracts.contract_page import page_document, page_lines
    from archiver.store.archive import Archive
    from archiver.store.queries.contracts import named_or_only_contract

    with Archive(obj.home).reading() as reading:
        contract = named_or_only_contract(reading, job)
        if as_json:
            echo(json.dumps(page_document(reading, contract, now=utc_now()), ensure_ascii=False))
            return 0
        with paged_output():
            for line in page_lines(reading, contract, now=utc_now(), ids=not phone):
                echo(line)
    return 0


@command_job.command("end", help=N_("The job is done: its chats are saved for 180 more days, then no more."))
@JOB
@click.option("--now", "is_stopped", is_flag=True, help=N_("Stop saving its chats at once; what is saved stays."))
@click.option("--undo", is_flag=True, help=N_("Save its chats again."))
@click.pass_obj
def job_end(obj: CliContext, job: str | None, is_stopped: bool, undo: bool) -> int:
    """Change only the state of a job."""
    from archiver.app import utc_now
    from archiver.store.archive import Archive
    from archiver.store.statements import state_contract

    if is_stopped and undo:
        raise errors.UsageError(detail=_("Give either --now or --undo, not both."))
    archive = Archive(obj.home)
    before = _find_contract(archive, job)
    state, sentence = "closed", _("Ended: {job}. Its chats are saved for 180 more days. Stop at once: {command}")
    if undo:
        state, sentence = "open", _("Not ended: {job}. Its chats are saved again.")
    elif is_stopped:
        state, sentence = "stopped", _("Stopped: {job}. What is saved stays.")
    closed_at = utc_now() if state == "closed" else None
    state_contract(archive, replace(before, state=state, closed_at=closed_at), None, at=utc_now())
    echo(sentence.format(job=visible(before.label), command=typed(f"archive job end {before.id} --now")))
    return 0


for _command in (job_enter, job_who, job_terms, job_chats):
    command_job.add_command(_command)


def _find_contract(archive: Archive, name: str | None) -> Contract:
    from archiver.store.queries.contracts import named_or_only_contract

    with archive.reading() as reading:
        return named_or_only_contract(reading, name)
