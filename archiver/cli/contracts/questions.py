"""The questions of `contract add` and the first run: their order, and how each answer is read.

Which are asked depends on what is known by then: a contract without a platform has no escrow.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from datetime import datetime
from gettext import gettext as _
from typing import Any, NamedTuple

from archiver import errors
from archiver.cli.contracts import fact_options
from archiver.cli.contracts.deadlines import fact_labels
from archiver.cli.terminal.prompts import InvalidAnswer
from archiver.cli.terminal.text import visible
from archiver.platforms.platform import UNKNOWN, platform_of, platforms
from archiver.records import Contract

Facts = dict[str, Any]

_NUMBER = re.compile(r"[0-9]{1,20}")
_NDA = {
    **dict.fromkeys(("yes", "y", "あり", "有", "はい"), "yes"),
    **dict.fromkeys(("no", "n", "なし", "無", "いいえ"), "no"),
    **dict.fromkeys(("", "不明", "unknown"), ""),
}


class Question(NamedTuple):
    """One question about a contract."""

    name: str
    """The fact's name, by which it is remembered that the question was asked."""
    explanation: str
    """One line before the question: what the fact is, and where it is seen."""
    prompt: str
    understand: Callable[[str], Facts]
    """Reads an answer as facts; none for Enter. Raises InvalidAnswer."""
    exact: bool = False
    """Whether the answer is kept as typed, full-width characters included."""


FIRST_RUN_FACTS = frozenset({"url", "platform", "platform_id", "escrowed_at", "contact_approved_on", "nda"})
"""Facts that the first run asks for: a reader looks for these before all else."""

PLATFORM_FACTS = frozenset({"platform_id", "escrowed_at", "contact_approved_on"})
"""Facts that have no meaning while the platform is not known."""


def first_question(contract: Contract, asked_names: Collection[str], *, now: datetime) -> Question | None:
    """The next question among the few that the first run asks; None if none is left."""
    skipped = set(asked_names) | {one.name for one in _questions(contract, now=now)} - FIRST_RUN_FACTS
    return next_question(contract, skipped if contract.platform else skipped | PLATFORM_FACTS, now=now)


def next_question(contract: Contract, asked_names: Collection[str], *, now: datetime) -> Question | None:
    """The first question that was not asked and whose fact is not known; None if none is left."""
    for question in _questions(contract, now=now):
        if question.name not in asked_names and getattr(contract, question.name) is None:
            return question
    return None


def _questions(contract: Contract, *, now: datetime) -> list[Question]:
    questions = _platform_questions(contract)
    if contract.platform != UNKNOWN:
        questions += _platform_day_questions(contract, now)
    else:
        questions += [_contract_day_question(contract, now)]
    return questions + _terms_questions(contract, now)


# --- where it was agreed -------------------------------------------------------------------------


def _platform_questions(contract: Contract) -> list[Question]:
    """Questions about the platform, the contract's number there, the job's name and the client."""
    platform = Question("platform", _("Where the job was agreed."), _platform_prompt(), read_platform)
    page_hint = _("Copy the address of the contract's page from your browser; it holds platform and number.")
    number_hint = _("It stands on the contract's page and in its address.")
    if contract.platform == UNKNOWN:
        platform_questions = []
    elif contract.platform_id is not None:
        platform_questions = [platform]
    else:
        platform_questions = [
            Question("url", page_hint, _("Contract page (URL) or number:"), read_page),
            platform,
            Question("platform_id", number_hint, _("The contract's number there:"), _text_reader("platform_id")),
        ]
    title_hint = _("As it stands there; it is printed on page 1 of packages.")
    client_hint = _("The name by which the platform shows the client.")
    return [
        *platform_questions,
        Question("title", title_hint, _("Name of the job:"), _text_reader("title"), exact=True),
        Question("client", client_hint, _("Name of the client:"), _text_reader("client"), exact=True),
    ]


def _platform_prompt() -> str:
    choices = [f"{number} {place_name(name)}" for number, name in enumerate(platforms(), 1)]
    return _("Number ({choices}):").format(choices=_(", ").join(choices))


def place_name(name: str) -> str:
    """The name of a platform as people write it."""
    return _("without a platform") if name == UNKNOWN else platform_of(name).name


def read_platform(answer: str) -> Facts:
    """The platform, given by its number in the list, its name, or its key. Raises InvalidAnswer."""
    if not answer:
        return {}
    names = list(platforms())
    by_word = {word: name for name in names for word in (name, place_name(name))}
    by_word |= {str(number): name for number, name in enumerate(names, 1)}
    if answer.casefold() not in by_word:
        raise InvalidAnswer(_("Please give a number from 1 to {n}, or press Enter.").format(n=len(names)))
    return {"platform": by_word[answer.casefold()]}


def read_page(answer: str) -> Facts:
    """The URL of a contract's page, or a number alone; then the platform is asked for next.

    Raises InvalidAnswer.
    """
    if not answer:
        return {}
    if _NUMBER.fullmatch(answer):
        return {"platform_id": answer}
    sentence = _("Please give it like this: https://crowdworks.jp/contracts/12345678 or 12345678")
    try:
        facts = fact_options.platform_from_url(answer)
    except errors.BadValue:
        raise InvalidAnswer(sentence) from None
    if not facts and "crowdworks.jp" in answer:  # a page there, but not that of a contract
        raise InvalidAnswer(sentence)
    return {"url": answer, **facts}


# --- days ----------------------------------------------------------------------------------------


def _platform_day_questions(contract: Contract, now: datetime) -> list[Question]:
    """Questions about days that only a platform has: the escrow, and the permission of outside contact."""
    escrow_hint = _("When the client had paid the fee in (仮払い). It tells what was before and what after.")
    escrow_prompt = _("When the escrow was paid (such as 2026-10-02 14:05):")
    questions = [
        _contract_day_question(contract, now),
        Question(
            "escrowed_at", escrow_hint, escrow_prompt, _day_reader(contract, "escrowed_at", "2026-10-02 14:05", now)
        ),
    ]
    permission = platform_of(contract.platform).outside
    if permission is None:
        return questions
    request = _("{permission}: the day on which you or the client asked for it.").format(permission=permission)
    approval = _("The day on which the office allowed it; its notice and mail give it.")
    explanations = {"contact_requested_on": request, "contact_approved_on": approval}
    examples = {"contact_requested_on": "2026-10-02", "contact_approved_on": "2026-10-03"}
    prompts = {
        "contact_requested_on": _("Asked for on (such as 2026-10-02):"),
        "contact_approved_on": _("Allowed on (such as 2026-10-03):"),
    }
    return questions + [
        Question(name, explanations[name], prompts[name], _day_reader(contract, name, examples[name], now))
        for name in explanations
    ]


def _contract_day_question(contract: Contract, now: datetime) -> Question:
    screen = platform_of(contract.platform).contract_screen
    explanation = _("The day on which both sides agreed (see: {screen}).").format(screen=screen)
    prompt = _("Day of the contract (such as 2026-10-01):")
    return Question("contracted_on", explanation, prompt, _day_reader(contract, "contracted_on", "2026-10-01", now))


def _day_reader(contract: Contract, name: str, example: str, now: datetime) -> Callable[[str], Facts]:
    """A reader of a day, which must fit the order of the days that are known. It raises InvalidAnswer."""

    def understand(answer: str) -> Facts:
        if not answer:
            return {}
        try:
            facts = fact_options.read_facts({name: answer}, now=now)
            fact_options.check_order(replace(contract, **facts))
        except errors.BadValue:
            raise InvalidAnswer(_("Please give it like this: {example}").format(example=example)) from None
        except errors.NoSuchDay:
            raise InvalidAnswer(
                _("There is no such day or time. Look at the month, the day and the time once more.")
            ) from None
        except errors.DayTooEarly:
            raise InvalidAnswer(_("That lies too far back. Look at the year once more.")) from None
        except errors.DayAhead:
            raise InvalidAnswer(
                _("That lies in the future. Look at the year, the month and the day once more.")
            ) from None
        except errors.DaysInWrongOrder as error:
            raise InvalidAnswer(_wrong_order_sentence(error.data)) from None
        return facts

    return understand


def _wrong_order_sentence(data: Mapping[str, object]) -> str:
    names = {key: fact_labels()[str(data[key]).removeprefix("--").replace("-", "_")] for key in ("before", "after")}
    sentence = _("{before} is {first}, so {after} cannot be {later}. Look at both; Enter leaves this one unknown.")
    return sentence.format(**names, first=data["first"], later=data["later"])


# --- what was promised -------------------------------------------------------------------------


def _terms_questions(contract: Contract, now: datetime) -> list[Question]:
    due_hint = _("The day by which you are to deliver; it may be to come.")
    amount_hint = _("As it was agreed, with or without tax; it is kept as you write it.")
    secrecy_hint = _("Whether you promised to show nothing to others; it is asked before packages are made.")
    questions = [
        Question(
            "due_on",
            due_hint,
            _("Delivery is due on (such as 2026-11-10):"),
            _day_reader(contract, "due_on", "2026-11-10", now),
        ),
        Question("amount", amount_hint, _("Amount:"), _text_reader("amount"), exact=True),
        Question("nda", secrecy_hint, _("Did you promise secrecy (NDA)? [no/yes/unknown]:"), read_nda),
    ]
    if contract.platform == UNKNOWN:
        return questions
    client_hint = _("The client's profile page there; it ties the account on Chatwork to the contract.")
    worker_hint = _("Your own profile page there.")
    return [
        *questions,
        Question("client_url", client_hint, _("Client's profile (URL):"), _url_reader("client_url", now)),
        Question("worker_url", worker_hint, _("Your profile (URL):"), _url_reader("worker_url", now)),
    ]


def _text_reader(name: str) -> Callable[[str], Facts]:
    """A reader that takes what is typed as it is, if it can be displayed. It raises InvalidAnswer."""

    def understand(answer: str) -> Facts:
        if visible(answer) != answer:
            raise InvalidAnswer(_("That holds signs that cannot be shown. Please type it once more."))
        return {name: answer} if answer else {}

    return understand


def _url_reader(name: str, now: datetime) -> Callable[[str], Facts]:
    """A reader of a URL. It raises InvalidAnswer."""

    def understand(answer: str) -> Facts:
        try:
            return fact_options.read_facts({name: answer}, now=now) if answer else {}
        except errors.BadValue:
            raise InvalidAnswer(_("Please give an address that begins with https://, or press Enter.")) from None

    return understand


def read_nda(answer: str) -> Facts:
    """Whether secrecy was promised; unknown leaves the fact blank. Raises InvalidAnswer."""
    word = _NDA.get(answer.casefold())
    if word is None:
        raise InvalidAnswer(_("Please answer no, yes or unknown."))
    return {"nda": word == "yes"} if word else {}
