"""`job add` on a terminal: asks for the chats and the facts of a contract, and can be interrupted and resumed.

Each answer is kept at once: chats and facts as statements of the user. Which questions were asked is remembered too.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Any

import click

from archiver import errors
from archiver.app import App
from archiver.cli.context import INTERRUPTED, command_words, complete_commands
from archiver.cli.contracts.chat_choice import ask_jobs
from archiver.cli.output import echo, echo_lines, pad, visible
from archiver.cli.prompts import ask, ask_yes_no, tell
from archiver.contract_dates import unstated_facts
from archiver.platforms.job_platform import platform_of
from archiver.records import Contract
from archiver.records.contract_facts import FactContext
from archiver.setup import fact_questions
from archiver.setup.answers import InvalidAnswer, asked_facts, fact_prefix, note_answer, recall_answers
from archiver.setup.contract_rooms import choosable_rooms, read_bound
from archiver.setup.contracted_chats import NewJob, change_rooms, enter_contracts, keep_contract, released_to, rooms_of
from archiver.setup.fact_questions import Question, next_question
from archiver.store.queries.contracts import contracts
from archiver.wording import gettext as _
from archiver.wording import typed

ID = re.compile(r"[a-z0-9-]{1,32}")
BEGUN, DONE = "begun", "done"


def add_contract(app: App, name: str | None, given: Mapping[str, Any], remark: str | None) -> int:
    """Ask for the facts that `given` lacks and return the exit code. Raises ContractExists and Chatwork's errors."""
    contract_id = name
    try:
        if contract_id is None:
            contract_id = _offer_unfinished(app) or _ask_name(app)
        elif contract_id in _contracts_by_id(app) and contract_id not in _unfinished_ids(app):
            raise errors.ContractExists(contract=contract_id)
        note_answer(app.archive, f"add/{contract_id}", BEGUN)
        _ask_contract(app, contract_id, given, remark)
    except (click.Abort, KeyboardInterrupt):
        echo("\n" + _("Interrupted. Your answers so far are kept."))
        echo(_resume_hint(app, contract_id))
        return INTERRUPTED
    except errors.UsageError:
        raise
    except errors.ArchiverError:
        echo(_resume_hint(app, contract_id), err=True)
        raise
    return 0


def _ask_contract(app: App, name: str, given: Mapping[str, Any], remark: str | None) -> None:
    """Ask for the chats, then for one fact after the other, and print the facts that are still blank."""
    every = _contracts_by_id(app)
    existing = every.pop(name, None)
    jobs = [] if existing else [_ask_begins(job, every.values()) for job in _ask_chats(app, name)]
    if not existing and not jobs:
        return
    initial = existing or Contract(name, rooms_of(jobs[0]), title=jobs[0].title or None)
    updated = replace(initial, **given)
    fact_questions.check_order(updated)
    left = released_to([updated], list(every.values())) if jobs else []
    echo_lines(change_rooms(app.archive, [*left, updated], remark, at=app.now()))
    for one in [updated, *enter_contracts(app, jobs[1:])] if jobs else []:
        tell_added(one, list(every.values()), unchecked=False)
    tell(_("Now the facts. Enter leaves one unknown; Ctrl-C ends, and your answers are kept."), indent=0)
    contract = ask_facts(app, _contracts_by_id(app)[name])  # as it is with what came along with its chats
    note_answer(app.archive, f"add/{name}", DONE)
    _tell_end(contract)


def ask_blank_facts(app: App, contract: Contract) -> int:
    """Ask for every fact that is blank, also those that were left blank before; return the exit code."""
    tell(_("The blank facts of {contract}. Enter leaves one unknown."), indent=0, contract=contract.called)
    try:
        updated = ask_facts(app, contract, is_again=True)
    except (click.Abort, KeyboardInterrupt):
        echo("\n" + _("Interrupted. Your answers so far are kept."))
        return INTERRUPTED
    _tell_end(updated)
    return 0


def ask_facts(
    app: App,
    contract: Contract,
    choose: Callable[..., Question | None] = next_question,
    *,
    is_again: bool = False,
) -> Contract:
    """Ask question after question, each chosen by what is known by then; keep each answer, and return the contract.

    `is_again`: what was asked before is asked once more.
    """
    asked_names = set() if is_again else asked_facts(app.archive, contract.id)
    while question := choose(contract, asked_names, now=app.now()):
        rule = platform_of(contract.platform).rule
        if question.fact.context is FactContext.PERMISSION and rule is not None:
            tell(rule)
        tell(question.explanation)
        answer = ask(question.prompt, partial(_understand, app, question), exact=question.exact)
        if question.fact.is_day and answer.get(question.name):
            tell(_("Kept: {value}"), value=answer[question.name])  # a day may have been typed without its year
        updated = replace(contract, **answer)
        keep_contract(app.archive, contract, updated, at=app.now())
        note_answer(app.archive, fact_prefix(contract.id) + question.name)
        asked_names.add(question.name)
        contract = updated
    return contract


def _understand(app: App, question: Question, answer: str) -> dict[str, Any]:
    """The facts of an answer. Raises InvalidAnswer, and ClientIsOwner for the user's own name."""
    facts = question.understand(answer)
    app.archive.read(fact_questions.check_client, facts.get("client"))
    return facts


# --- which contract, which chats -------------------------------------------------------------------


def _ask_chats(app: App, name: str) -> list[NewJob]:
    """The chats that the user chose, as this contract and further ones; empty if there is none to choose from."""
    rooms = choosable_rooms(app)
    if rooms:
        tell(_("Which chats belong to this job? (Separate several numbers with spaces.)"), indent=0)
    jobs = ask_jobs(app, rooms)
    if not jobs:
        echo(_resume_hint(app, name))
    return jobs


def _ask_begins(job: NewJob, contracts: Collection[Contract]) -> NewJob:
    """The job with the first day of each chat that another one has too; without a day the chat moves."""
    begins: dict[int, datetime] = {}
    for room in job.rooms:
        holders = [one.id for one in contracts if room in one.room_ids]
        if holders:
            sentence = _("The chat {room} belongs to {contracts} now and moves to the new job.")
            tell(sentence, room=room, contracts=", ".join(holders))
            tell(_("If it belongs to both: the first day of the new job; up to the day before it stays as it is."))
            begin = ask(_("First day (Enter: it moves):"), lambda answer: read_bound(answer, _("the first day")))
            begins |= {room: begin} if begin else {}
    return job._replace(begins=begins)


def _offer_unfinished(app: App) -> str | None:
    """The id of the last contract whose questions are not finished, if the user wants to go on with it."""
    begun = _unfinished_ids(app)
    if not begun:
        return None
    tell(_("The questions about job {contract} are not finished."), indent=0, contract=begun[-1])
    return begun[-1] if ask_yes_no(_("Go on with them?"), default=True) else None


def _ask_name(app: App) -> str:
    taken_ids = {*_contracts_by_id(app), *_unfinished_ids(app)}
    default = next(f"job{number}" for number in range(1, len(taken_ids) + 2) if f"job{number}" not in taken_ids)
    tell(_("A short name for it in this archive: a-z, 0-9 and “-”."))
    prompt = _("Short name [{usual}]:").format(usual=default)
    return ask(prompt, lambda answer: read_contract_id(answer or default, taken_ids))


def read_contract_id(answer: str, taken_ids: Collection[str]) -> str:
    """The typed contract id, if it is valid and still free. Raises InvalidAnswer."""
    if not ID.fullmatch(answer):
        raise InvalidAnswer(str(errors.BadContractId(contract=visible(answer))))
    if answer in taken_ids:
        raise InvalidAnswer(_("This name is already taken."))
    return answer


def _contracts_by_id(app: App) -> dict[str, Contract]:
    return {one.id: one for one in app.archive.read(contracts)}


def _unfinished_ids(app: App) -> list[str]:
    """Ids of the contracts whose questions were begun and not finished."""
    answers = recall_answers(app.archive).items()
    return [key.removeprefix("add/") for key, state in answers if key.startswith("add/") and state == BEGUN]


# --- closing words ---------------------------------------------------------------------------------


def _resume_hint(app: App, name: str | None) -> str:
    command = complete_commands(f"archive job add {name or ''}".rstrip(), command_words(app.settings.home))
    return _("To go on: {command}").format(command=command)


def _tell_end(contract: Contract) -> None:
    """Print the facts that are still blank, each with the option that fills it."""
    echo()
    blank_facts = unstated_facts(contract, platform_of(contract.platform))
    if blank_facts:
        command = typed(f"archive job set {contract.id}")
        tell(_("Not filled in yet. When you know it: {command}"), indent=0, command=command + " ...")
        for fact in blank_facts:
            label = _(fact.label)
            echo(f"  {pad(label, 28)} {fact.option} {fact.example}")
    else:
        echo(_("Everything that a reader looks for first is filled in."))
    echo(_("To change anything: {command}"), command=typed(f"archive job set {contract.id} --help"))
    echo(_("All on one screen: {command}"), command=typed(f"archive job show {contract.id}"))
    echo(_("Next: archive save"))


def tell_added(contract: Contract, contracts: list[Contract], *, unchecked: bool) -> None:
    """Print what was entered, and which of its rooms belong to other contracts too."""
    rooms = ", ".join(str(room.room_id) for room in contract.rooms)
    echo(_("Entered: {contract}, chats {rooms}."), contract=contract.id, rooms=rooms)
    if unchecked:
        echo(_("The chats were not checked (unchecked), as Chatwork could not be asked."))
    for room in (one for one in contract.rooms if one.start is None):  # `_tell_shared` tells of one with a first day
        others = [one.id for one in contracts if room.room_id in one.room_ids]
        if others:
            sentence = _("Chat {room} also belongs to {contracts}; that is allowed.")
            echo(sentence, room=room.room_id, contracts=", ".join(others))
            command = typed(f"archive job set {contract.id} --chat-from {room.room_id} 2026-11-01")
            echo(_("Its exports contain the whole chat. For this job's part only: {command}"), command=command)
    warn_of_shared_number(contract, contracts)


def warn_of_shared_number(contract: Contract, contracts: list[Contract]) -> None:
    """Print a warning if another contract has the same number on the platform."""
    others = [one.id for one in contracts if one.id != contract.id and one.platform_id == contract.platform_id]
    if contract.platform_id is not None and others:
        sentence = _(
            "The number {number} also belongs to {contracts}. If that is right, use the jobs' names in this archive."
        )
        echo(sentence, err=True, number=contract.platform_id, contracts=", ".join(others))
