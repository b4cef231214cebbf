"""What `job`, `job add`, `set`, `end` and `chats` do."""

from __future__ import annotations

import sys
from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace

from archiver import errors
from archiver.app import App, utc_now
from archiver.cli.context import CliContext
from archiver.cli.contracts import add_dialogue
from archiver.cli.contracts.contract_page import state_words
from archiver.cli.output import echo, echo_json, echo_lines, pad, visible
from archiver.cli.prompts import is_asked, one_room
from archiver.records import Contract, ContractRoom, RoomId
from archiver.setup import contract_rooms, contracted_chats, fact_questions
from archiver.setup.answers import InvalidAnswer
from archiver.setup.contract_rooms import read_bound
from archiver.standing.alert_lines import contract_names
from archiver.store.archive import Archive
from archiver.store.queries.contracts import contracts, named_or_only_contract
from archiver.store.queries.current_state import room_names
from archiver.store.user_statements import state_contract
from archiver.wording import gettext as _
from archiver.wording import typed

RoomDays = Sequence[tuple[str, str]]
"""Pairs of a chat and a day, as typed."""
NO_BOUND = "-"


def list_jobs(obj: CliContext) -> None:
    """Print one line for each job."""
    every = Archive(obj.home).read(contracts)
    for contract in every:
        rooms = ", ".join(str(room.room_id) for room in contract.rooms)
        number = f" ({visible(contract.platform_id)})" if contract.platform_id else ""
        name, state = pad(contract.id + number, 24), state_words(contract, utc_now())
        echo(f"{name} {state}   {rooms}   {visible(contract.title or '')}".rstrip())
    if not every:
        echo(_("No job has been entered yet. See: archive job add --help"))


def list_chats(obj: CliContext, *, as_json: bool) -> None:
    """Print all chats that Chatwork shows, with the jobs that have them."""
    app = obj.app(needs_archive=True)
    rooms = [one.model for one in app.chatwork.rooms().items]
    every = app.archive.read(contracts)
    ids_by_room = {room.room_id: [one.id for one in every if room.room_id in one.room_ids] for room in rooms}
    if as_json:
        documents = [
            {"room_id": room.room_id, "name": room.name, "type": room.type}
            | {"messages": room.message_num, "files": room.file_num, "jobs": ids_by_room[room.room_id]}
            for room in rooms
        ]
        echo_json({"rooms": documents})
        return
    names = contract_names(every)
    kinds = {"group": _("group"), "direct": _("direct"), "my": _("my chat")}
    width = max([10, *(len(str(room.room_id)) for room in rooms)]) + 2
    echo(pad(_("Number"), width) + pad(_("Kind"), 14) + pad(_("Messages"), 12) + pad(_("Files"), 10) + _("Name"))
    for room in rooms:
        cells = pad(str(room.room_id), width) + pad(kinds.get(room.type, visible(room.type)), 14)
        named = ", ".join(names[contract] for contract in ids_by_room[room.room_id])
        line = f"{cells}{room.message_num:<11} {room.file_num:<9} {visible(room.name)}"
        echo(f"{line}  ({named})" if named else line)


def add(
    obj: CliContext,
    name: str | None,
    chats: tuple[str, ...],
    begins: RoomDays,
    ends: RoomDays,
    is_moved: bool,
    note: str | None,
    **given: str | None,
) -> int:
    """Enter a job; on a terminal and without chats, ask for everything."""
    if name is not None and not add_dialogue.ID.fullmatch(name):
        raise errors.BadContractId(contract=name)
    facts = fact_questions.read_facts(given, now=utc_now())
    app = obj.app(needs_archive=True)
    if not chats and sys.stdin.isatty():
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
    contract = Contract(name, _with_periods(_parts(rooms), rooms, begins, ends), **facts)
    _check_page(contract)
    every = _keep(app, contract, existing, contract.room_ids, note, is_moved=is_moved)
    add_dialogue.tell_added(contract, existing, unchecked=unchecked)
    _tell_shared(contract, every, contract.room_ids)
    if not unchecked:
        _tell_strangers(app, contract)
    echo(_("Next: archive save"))
    return 0


def _check_page(contract: Contract) -> None:
    try:
        fact_questions.check_page(contract)
    except InvalidAnswer as error:
        raise errors.UsageError(detail=str(error)) from None


def change(
    obj: CliContext,
    job: str | None,
    chats: tuple[str, ...],
    begins: RoomDays,
    ends: RoomDays,
    is_moved: bool,
    without: tuple[str, ...],
    note: str | None,
    **given: str | None,
) -> int:
    """Change the facts and chats that are given; on a terminal, without any, ask for the facts that are blank."""
    nothing_given = not (chats or begins or ends or without) and all(one is None for one in (note, *given.values()))
    if nothing_given and not is_asked():
        detail = _("Say what to change, such as --title, --client, --url, --amount, --chat or --note.")
        all_of_them = _("All that can be given: archive job set --help")
        raise errors.UsageError(detail=f"{detail} {all_of_them}")
    facts = fact_questions.read_facts(given, now=utc_now())
    app = obj.app(needs_archive=True)
    with app.archive.reading() as reading:
        before = named_or_only_contract(reading, job)
        fact_questions.check_client(reading, facts.get("client"))
        existing, saved_names = contracts(reading), room_names(reading)
    if nothing_given:
        return add_dialogue.ask_blank_facts(app, before)
    fact_questions.check_order(replace(before, **facts))
    if "url" in facts:
        _check_page(replace(before, **facts))
    rooms, unchecked = _asked_chats(app, chats)
    names = {int(room): saved_names.get(room, "") for room in before.room_ids} | rooms
    added = _parts(room for room in rooms if room not in before.room_ids)
    after = replace(before, rooms=_with_periods(before.rooms + added, names, begins, ends), **facts)
    for word in without:
        after = contracted_chats.released(after, ContractRoom(RoomId(one_room(names, word))))
    moved = set(map(RoomId, rooms)) if is_moved else {room.room_id for room in added}
    every = _keep(app, after, existing, moved, note, is_moved=is_moved)
    echo(_("Saved: {job}."), job=before.id)
    _tell_shared(after, every, {*rooms, *(one_room(names, word) for word, _day in begins)})
    if added and not unchecked:
        _tell_strangers(app, after)
    add_dialogue.warn_of_shared_number(after, every)
    if unchecked:
        echo(_("The chats were not checked (unchecked), as Chatwork could not be asked."))
    return 0


def end(obj: CliContext, job: str | None, *, is_stopped: bool, undo: bool) -> None:
    """Change the state of a job, and say what follows."""
    if is_stopped and undo:
        raise errors.UsageError(detail=_("Give either --now or --undo, not both."))
    archive = Archive(obj.home)
    before = archive.read(named_or_only_contract, job)
    state, sentence = "closed", _("Ended: {job}. Its chats are saved for 180 more days. Stop at once: {command}")
    if undo:
        state, sentence = "open", _("Not ended: {job}. Its chats are saved again.")
    elif is_stopped:
        state, sentence = "stopped", _("Stopped: {job}. What is saved stays.")
    closed_at = utc_now() if state == "closed" else None
    state_contract(archive, replace(before, state=state, closed_at=closed_at), at=utc_now())
    echo(sentence, job=before.id, command=typed(f"archive job end {before.id} --now"))


def _parts(rooms: Iterable[int]) -> tuple[ContractRoom, ...]:
    return tuple(ContractRoom(RoomId(room)) for room in rooms)


def _asked_chats(app: App, words: Sequence[str]) -> tuple[dict[int, str], bool]:
    """The chats by number with their names, and whether Chatwork could not be asked about them. Raises UnknownRoom."""
    if not words:
        return {}, False
    try:
        names, unchecked = {int(one.model.room_id): one.model.name for one in app.chatwork.rooms().items}, False
    except (errors.ChatworkError, errors.TokenMissing):
        numbers = {int(word): "" for word in words if word.isdecimal() and 0 < int(word) < 2**63}
        names, unchecked = app.archive.read(room_names) | numbers, True
    rooms = [one_room(names, word) for word in words]
    return {room: names[room] for room in rooms}, unchecked


def _with_periods(
    rooms: Sequence[ContractRoom], names: Mapping[int, str], begins: RoomDays, ends: RoomDays
) -> tuple[ContractRoom, ...]:
    """The rooms with the periods that the options give. Raises UnknownRoom, BadValue, UsageError."""
    return contract_rooms.with_periods(
        rooms,
        [(one_room(names, word), read_bound(day.removeprefix(NO_BOUND), "--chat-from")) for word, day in begins],
        [
            (one_room(names, word), read_bound(day.removeprefix(NO_BOUND), "--chat-to", is_last=True))
            for word, day in ends
        ],
    )


def _keep(
    app: App,
    contract: Contract,
    existing: Sequence[Contract],
    moved: Collection[RoomId],
    note: str | None,
    *,
    is_moved: bool,
) -> list[Contract]:
    """State the job, and tell what became of chats of others; all jobs as they are then."""
    fact_questions.check_order(contract)
    every = contracted_chats.with_rooms(existing, contract, moved, is_moved=is_moved)
    echo_lines(contracted_chats.change_rooms(app.archive, every, note, at=app.now()))
    return every


def _tell_shared(contract: Contract, every: Iterable[Contract], rooms: Collection[int]) -> None:
    """Print which of these chats go on in another contract once this one's part has begun, and how to end them there.

    A part of another contract that begins later is left alone.
    """
    parts = [(other, part) for other in every if other.id != contract.id for part in other.rooms]
    begun = [(one.room_id, one.start) for one in contract.rooms if one.room_id in rooms and one.start]
    for room, start in begun:
        for other, part in parts:
            if part.room_id == room and (not part.start or part.start < start) and (not part.end or part.end > start):
                day = contract_rooms.last_day(ContractRoom(room, end=start))
                sentence = _("Chat {room} stays in {contract} after {day} too. To end it there: {command}")
                command = typed(f"archive job set {other.id} --chat-to {room} {day.replace(' ', 'T')}")
                echo(sentence, room=room, contract=other.id, day=day, command=command)


def _tell_strangers(app: App, contract: Contract) -> None:
    """Print which rooms of a contract have no person in common, as those are another client's as a rule, and whether
    somebody else than its client is alone in them.
    """
    with suppress(errors.ChatworkError):  # it is entered already, and this is only a hint
        people = contract_rooms.people_of_rooms(app, [int(room.room_id) for room in contract.rooms])
        everybody = {account: name for listed in people.values() for account, name in listed.items()}
        asked = contract_rooms.strangers_sentence(people, {}), contract_rooms.other_name_sentence(contract, everybody)
        alone = [_("Nobody else was seen in this chat: {room}").format(room=one) for one in people if not people[one]]
        echo_lines([*filter(None, asked), *alone], err=True)
