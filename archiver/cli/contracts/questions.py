"""What `contract add` asks about a contract: which questions, in which order, and how each answer is read.

Which of them are asked depends on what is known by then: a contract without a platform has no escrow.
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
from archiver.cli.contracts.deadlines import labels
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
    """Of the fact; by it is remembered that it was asked."""
    told: str
    """One line before the question: what the fact is, where it is seen."""
    asked: str
    understand: Callable[[str], Facts]
    """What an answer states; nothing for Enter. Raises Again."""
    exact: bool = False
    """Whether the answer is kept as it was typed."""


FIRST = frozenset({"url", "platform", "platform_id", "escrowed_at", "contact_approved_on", "nda"})
"""What the first run asks: a reader looks for these before all else."""

OF_PLATFORMS = frozenset({"platform_id", "escrowed_at", "contact_approved_on"})
"""What has no meaning while the platform is not known."""


def first_question(contract: Contract, asked: Collection[str], *, now: datetime) -> Question | None:
    """As `next_question`, of the few that the first run asks."""
    others = set(asked) | {one.name for one in _questions(contract, now=now)} - FIRST
    return next_question(contract, others if contract.platform else others | OF_PLATFORMS, now=now)


def next_question(contract: Contract, asked: Collection[str], *, now: datetime) -> Question | None:
    """The first question that was neither asked nor is answered by what is known; None: there is none left."""
    for one in _questions(contract, now=now):
        if one.name not in asked and getattr(contract, one.name) is None:
            return one
    return None


def _questions(contract: Contract, *, now: datetime) -> list[Question]:
    found = _page(contract)
    if contract.platform != UNKNOWN:
        found += _days_there(contract, now)
    else:
        found += [_contracted(contract, now)]
    return found + _terms(contract, now)


# --- where it was agreed -------------------------------------------------------------------------


def _page(contract: Contract) -> list[Question]:
    """Place and number, the job's name, and who gives it."""
    place = Question("platform", _("Where the job was agreed."), _platform_choice(), read_platform)
    page = _("Copy the address of the contract's page from your browser; it holds platform and number.")
    number = _("It stands on the contract's page and in its address.")
    if contract.platform == UNKNOWN:
        there = []
    elif contract.platform_id is not None:
        there = [place]
    else:
        there = [
            Question("url", page, _("Contract page (URL) or number:"), read_page),
            place,
            Question("platform_id", number, _("The contract's number there:"), _text("platform_id")),
        ]
    named = _("As it stands there; it is printed on page 1 of packages.")
    theirs = _("The name by which the platform shows the client.")
    return [
        *there,
        Question("title", named, _("Name of the job:"), _text("title"), exact=True),
        Question("client", theirs, _("Name of the client:"), _text("client"), exact=True),
    ]


def _platform_choice() -> str:
    known = [f"{number} {place_name(name)}" for number, name in enumerate(platforms(), 1)]
    return _("Number ({choices}):").format(choices=_(", ").join(known))


def place_name(name: str) -> str:
    """A platform as people call it."""
    return _("without a platform") if name == UNKNOWN else platform_of(name).name


def read_platform(said: str) -> Facts:
    """A platform by its number in the list, by its name, or by the name of its file. Raises Again."""
    if not said:
        return {}
    known = list(platforms())
    by_word = {word: name for name in known for word in (name, place_name(name))}
    by_word |= {str(number): name for number, name in enumerate(known, 1)}
    if said.casefold() not in by_word:
        raise InvalidAnswer(_("Please give a number from 1 to {n}, or press Enter.").format(n=len(known)))
    return {"platform": by_word[said.casefold()]}


def read_page(said: str) -> Facts:
    """The address of a contract's page; a number alone does not tell whose it is, so the platform is asked for.

    Raises Again.
    """
    if not said:
        return {}
    if _NUMBER.fullmatch(said):
        return {"platform_id": said}
    sentence = _("Please give it like this: https://crowdworks.jp/contracts/12345678 or 12345678")
    try:
        found = fact_options.from_url(said)
    except errors.BadValue:
        raise InvalidAnswer(sentence) from None
    if not found and "crowdworks.jp" in said:  # a page there, but not that of a contract
        raise InvalidAnswer(sentence)
    return {"url": said, **found}


# --- days ----------------------------------------------------------------------------------------


def _days_there(contract: Contract, now: datetime) -> list[Question]:
    """The days that only a platform has: when the money was there, and when contact outside was allowed."""
    escrow = _("When the client had paid the fee in (仮払い). It tells what was before and what after.")
    escrowed = _("When the escrow was paid (such as 2026-10-02 14:05):")
    found = [
        _contracted(contract, now),
        Question("escrowed_at", escrow, escrowed, _day(contract, "escrowed_at", "2026-10-02 14:05", now)),
    ]
    permission = platform_of(contract.platform).outside
    if permission is None:
        return found
    request = _("{permission}: the day on which you or the client asked for it.").format(permission=permission)
    approval = _("The day on which the office allowed it; its notice and mail give it.")
    told = {"contact_requested_on": request, "contact_approved_on": approval}
    days = {"contact_requested_on": "2026-10-02", "contact_approved_on": "2026-10-03"}
    words = {
        "contact_requested_on": _("Asked for on (such as 2026-10-02):"),
        "contact_approved_on": _("Allowed on (such as 2026-10-03):"),
    }
    return found + [Question(name, told[name], words[name], _day(contract, name, days[name], now)) for name in told]


def _contracted(contract: Contract, now: datetime) -> Question:
    screen = platform_of(contract.platform).contract_screen
    told = _("The day on which both sides agreed (see: {screen}).").format(screen=screen)
    asked = _("Day of the contract (such as 2026-10-01):")
    return Question("contracted_on", told, asked, _day(contract, "contracted_on", "2026-10-01", now))


def _day(contract: Contract, name: str, example: str, now: datetime) -> Callable[[str], Facts]:
    """Reads a day, which must fit to the days that are known. Raises Again."""

    def understand(said: str) -> Facts:
        if not said:
            return {}
        try:
            found = fact_options.read_facts({name: said}, now=now)
            fact_options.check_order(replace(contract, **found))
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
            raise InvalidAnswer(_wrong_order(error.data)) from None
        return found

    return understand


def _wrong_order(data: Mapping[str, object]) -> str:
    names = {key: labels()[str(data[key]).removeprefix("--").replace("-", "_")] for key in ("before", "after")}
    sentence = _("{before} is {first}, so {after} cannot be {later}. Look at both; Enter leaves this one unknown.")
    return sentence.format(**names, first=data["first"], later=data["later"])


# --- what was promised -------------------------------------------------------------------------


def _terms(contract: Contract, now: datetime) -> list[Question]:
    due = _("The day by which you are to deliver; it may be to come.")
    amount = _("As it was agreed, with or without tax; it is kept as you write it.")
    secret = _("Whether you promised to show nothing to others; it is asked before packages are made.")
    found = [
        Question(
            "due_on", due, _("Delivery is due on (such as 2026-11-10):"), _day(contract, "due_on", "2026-11-10", now)
        ),
        Question("amount", amount, _("Amount:"), _text("amount"), exact=True),
        Question("nda", secret, _("Did you promise secrecy (NDA)? [no/yes/unknown]:"), read_nda),
    ]
    if contract.platform == UNKNOWN:
        return found
    theirs = _("The client's profile page there; it ties the account on Chatwork to the contract.")
    own = _("Your own profile page there.")
    return [
        *found,
        Question("client_url", theirs, _("Client's profile (URL):"), _address("client_url", now)),
        Question("worker_url", own, _("Your profile (URL):"), _address("worker_url", now)),
    ]


def _text(name: str) -> Callable[[str], Facts]:
    """Takes what is typed as it is, if it can be shown. Raises Again."""

    def understand(said: str) -> Facts:
        if visible(said) != said:
            raise InvalidAnswer(_("That holds signs that cannot be shown. Please type it once more."))
        return {name: said} if said else {}

    return understand


def _address(name: str, now: datetime) -> Callable[[str], Facts]:
    """Takes a web address. Raises Again."""

    def understand(said: str) -> Facts:
        try:
            return fact_options.read_facts({name: said}, now=now) if said else {}
        except errors.BadValue:
            raise InvalidAnswer(_("Please give an address that begins with https://, or press Enter.")) from None

    return understand


def read_nda(said: str) -> Facts:
    """Whether secrecy was promised; unknown stays blank. Raises Again."""
    word = _NDA.get(said.casefold())
    if word is None:
        raise InvalidAnswer(_("Please answer no, yes or unknown."))
    return {"nda": word == "yes"} if word else {}
