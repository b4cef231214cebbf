"""The facts of a contract as questions: their order, and how each answer is read and checked."""

from __future__ import annotations

import re
import unicodedata
from calendar import monthrange
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Any, NamedTuple

from archiver import errors
from archiver.claims.counterparts import counterparts
from archiver.contract_dates import has_meaning
from archiver.errors import N_
from archiver.evidence.history import text
from archiver.platforms.job_platform import STRANGER, UNKNOWN, platform_of, platforms
from archiver.records import Contract, contract_facts
from archiver.records.contract_facts import ContractFact, FactContext, FactKind
from archiver.report_language import in_program_language
from archiver.setup.answers import EXAMPLE_DAY, EXAMPLE_TIME, InvalidAnswer, displayable, fact_prefix, read_day
from archiver.store.archive import Reading
from archiver.store.queries import current_state
from archiver.store.queries.contracts import deliveries
from archiver.store.working.remembered_values import SETUP_ANSWERS
from archiver.wording import gettext as _

_BARE_ADDRESS = re.compile(r"[\w-]+(\.[\w-]+)+([:/?#].*)?", re.ASCII)

FIVE = ("url", "work", "contracted_on", "delivered_on", "contact_approved_on")
"""What page 1 of an export needs: the contract's page, what and how much, and three days."""


def missing_facts(reading: Reading, contract: Contract) -> list[str]:
    """Of the five things that page 1 of an export needs, those that are neither entered nor said to be unknown."""
    answers = SETUP_ANSWERS.recall(reading)
    has = {one: bool(getattr(contract, one)) for one in ("contracted_on", "contact_approved_on")}
    has |= {"url": bool(contract.url or contract.platform_id), "work": bool(contract.title and contract.amount)}
    has["delivered_on"] = bool(deliveries(reading, contract.id))
    return [one for one in five_facts(contract) if not (has[one] or answers.get(fact_prefix(contract.id) + one))]


def five_facts(contract: Contract) -> list[str]:
    """The things that page 1 of an export needs, as far as there are such on the job's platform."""
    platform = platform_of(contract.platform)
    meant = {fact.name for fact in contract_facts.FACTS if has_meaning(fact, contract, platform)}
    asked = set() if contract.platform == STRANGER else {*meant, "work", "delivered_on"}
    return [one for one in FIVE if one in asked]


def whole_address(typed: str) -> str:
    """An address with the https:// that people leave out; what looks otherwise stays as it is."""
    return f"https://{typed}" if _BARE_ADDRESS.fullmatch(typed) else typed


def read_facts(given: Mapping[str, str | None], *, now: datetime) -> dict[str, Any]:
    """The facts that were given, checked. Raises BadValue, DayAhead, UnknownPlatform."""
    facts: dict[str, Any] = {name: value for name, value in given.items() if value is not None}
    stated = [fact for fact in contract_facts.FACTS if fact.name in facts]
    assert len(stated) == len(facts)
    for fact in stated:
        if fact.is_day:
            limit = None if fact.may_lie_ahead else now
            facts[fact.name] = read_day(facts[fact.name], fact.option, EXAMPLE_TIME, now=limit, near=now)
        elif fact.kind is FactKind.YES_NO:
            facts[fact.name] = facts[fact.name] == "yes"
        elif fact.kind is FactKind.SIDE:
            facts[fact.name] = contract_facts.PUBLIC_SIDES.get(facts[fact.name], facts[fact.name])
        elif fact.is_prose or fact.kind is FactKind.NUMBER:
            try:
                facts[fact.name] = displayable(facts[fact.name].strip())
            except InvalidAnswer as error:
                raise errors.UsageError(detail=f"{fact.option}: {error}") from None
    for fact in stated:
        if fact.kind in (FactKind.ADDRESS, FactKind.PAGE):
            facts[fact.name] = whole_address(facts[fact.name])
            _check_address(facts[fact.name], fact.option)
    if "url" in facts:
        facts = {**platform_from_url(facts["url"]), **facts}
    if facts.get("platform", UNKNOWN) not in {*platforms(), STRANGER}:
        raise errors.UnknownPlatform(platform=facts["platform"], known=", ".join(platforms()))
    return facts


def check_client(reading: Reading, client: str | None) -> None:
    """Refuse the owner's own name as that of the other side. Raises ClientIsOwner."""
    owner = text((current_state.owner(reading) or {}).get("name"))
    if client and owner and counterparts(client, {1: [owner]}, owner=0):
        raise errors.ClientIsOwner(client=client)


def check_order(contract: Contract) -> None:
    """Check that days which must follow each other do; they may be the same day. Raises DaysInWrongOrder."""
    labels = {fact.name: _(fact.label) for fact in contract_facts.FACTS}
    for fact in contract_facts.FACTS:
        first, later = fact.follows and getattr(contract, fact.follows), getattr(contract, fact.name)
        if first and later and later[: len(EXAMPLE_DAY)] < first[: len(EXAMPLE_DAY)]:
            before, after = labels[fact.follows], labels[fact.name]
            raise errors.DaysInWrongOrder(first=first, later=later, before=before, after=after)


def check_page(contract: Contract) -> None:
    """Refuse a contract's page of another host than its platform's. Raises InvalidAnswer."""
    platform = platform_of(contract.platform)
    host = platform.profile.partition("/")[0]
    if host and contract.url and not re.match(rf"https?://([\w-]+\.)*{re.escape(host)}([/?#]|$)", contract.url):
        text = _("This is not a page of {platform}. Copy the address of the contract's page there.")
        raise InvalidAnswer(text.format(platform=in_program_language(platform.name)))


def platform_from_url(url: str) -> dict[str, str]:
    """Platform and contract number, as read from the URL of a contract page. Raises BadValue for what is no URL."""
    url = whole_address(url)
    _check_address(url, "--url")
    for name, platform in platforms().items():
        match = re.match(platform.address, url) if platform.address else None
        if match:
            return {"platform": name, "platform_id": match[1]}
    return {}


def _check_address(url: str, option: str) -> None:
    if not re.fullmatch(r"https?://[!-~]+", url):
        raise errors.BadValue(value=url, option=option, example="https://crowdworks.jp/contracts/12345678")


Facts = dict[str, Any]

_NUMBER = re.compile(r"[0-9]{1,20}")
_YES_NO = {
    **dict.fromkeys(("yes", "y", "あり", "有", "はい"), "yes"),
    **dict.fromkeys(("no", "n", "なし", "無", "いいえ"), "no"),
    **dict.fromkeys(("", "不明", "unknown"), ""),
}


class Question(NamedTuple):
    """One question about a contract."""

    fact: ContractFact
    explanation: str
    """One line before the question: what the fact is, and where it is seen."""
    prompt: str
    understand: Callable[[str], Facts]
    """Reads an answer as facts; none for Enter. Raises InvalidAnswer."""

    @property
    def name(self) -> str:
        """The fact's name, by which it is remembered that the question was asked."""
        return self.fact.name

    @property
    def exact(self) -> bool:
        """Whether the answer is kept as typed, full-width characters included."""
        return self.fact.kind is FactKind.TEXT


def first_question(contract: Contract, asked_names: Collection[str], *, now: datetime) -> Question | None:
    """The next question among the few that the first run asks; None if none is left."""
    known = [
        fact
        for fact in contract_facts.FIRST_ASKED
        if contract.platform or fact.context is FactContext.ALL or fact.kind is FactKind.PAGE
    ]
    return next_question(contract, asked_names, now=now, among=known)


def next_question(
    contract: Contract,
    asked_names: Collection[str],
    *,
    now: datetime,
    among: Sequence[ContractFact] = contract_facts.ASKED,
) -> Question | None:
    """The first question that was not asked and whose fact is not known; None if none is left."""
    for fact in among:
        is_known = fact.kind is FactKind.PAGE and contract.platform_id is not None  # the number tells the page
        is_open = fact.name not in asked_names and getattr(contract, fact.name) is None and not is_known
        if is_open and has_meaning(fact, contract, platform_of(contract.platform)):
            return _make_question(fact, contract, now)
    return None


def _make_question(fact: ContractFact, contract: Contract, now: datetime) -> Question:
    platform = platform_of(contract.platform)
    explanation = _(fact.explanation).format(screen=platform.contract_screen, permission=platform.outside)
    choices = _(", ").join(f"{number} {place_name(name)}" for number, name in enumerate(platforms(), 1))
    understand = partial(_READERS[fact.kind], fact=fact, contract=contract, now=now)
    return Question(fact, explanation, _(fact.prompt).format(choices=choices), understand)


def read_fact(fact: ContractFact, answer: str, contract: Contract, *, now: datetime) -> Facts:
    """An answer about a fact, as facts of the contract. Raises InvalidAnswer."""
    return _READERS[fact.kind](answer, fact=fact, contract=contract, now=now)


# --- how answers are read ------------------------------------------------------------------------


def place_name(name: str) -> str:
    """The name of a platform as people write it."""
    return _("without a platform") if name == UNKNOWN else in_program_language(platform_of(name).name)


def _read_word(answer: str, words: Mapping[str, Any], sentence: str) -> Any:
    """What a word means. Raises InvalidAnswer with the sentence for one that means nothing."""
    try:
        return words[answer.casefold()]
    except KeyError:
        raise InvalidAnswer(sentence) from None


def read_platform(answer: str, **_known: object) -> Facts:
    """The platform, given by its number in the list, its name, or its key. Raises InvalidAnswer."""
    names = list(platforms())
    words = {word: name for name in names for word in (name, platform_of(name).name, place_name(name))}
    words |= {str(number): name for number, name in enumerate(names, 1)} | {"": ""}
    sentence = _("Please give a number from 1 to {n}, or leave it empty.").format(n=len(names))
    name = _read_word(answer, words, sentence)
    return {"platform": name} if name else {}


def read_page(answer: str, contract: Contract, **_known: object) -> Facts:
    """The URL of a contract's page, or a number alone; then the platform is asked for next.

    Raises InvalidAnswer.
    """
    if not answer:
        return {}
    if _NUMBER.fullmatch(answer):
        return {"platform_id": answer}
    sentence = _("Please give it like this: https://crowdworks.jp/contracts/12345678 or 12345678")
    try:
        facts = platform_from_url(answer)
    except errors.BadValue:
        raise InvalidAnswer(sentence) from None
    if not facts and "crowdworks.jp" in answer:  # a page there, but not that of a contract
        raise InvalidAnswer(sentence)
    page: Facts = {"url": whole_address(answer), **facts}
    check_page(replace(contract, **page))
    return page


def _read_day(answer: str, fact: ContractFact, contract: Contract, now: datetime) -> Facts:
    """A day, which must fit the order of the days that are known. Raises InvalidAnswer."""
    if not answer:
        return {}
    try:
        facts = read_facts({fact.name: answer}, now=now)
        check_order(replace(contract, **facts))
    except errors.DaysInWrongOrder as error:
        sentence = _("{before} is {first}, so {after} cannot be {later}. Check both.")
        raise InvalidAnswer(sentence.format(**error.data)) from None
    except tuple(_DAY_SENTENCES) as error:
        sentence = short_month(answer) or _(_DAY_SENTENCES[type(error)])
        raise InvalidAnswer(sentence.format(example=fact.example.strip('"'))) from None
    return facts


def short_month(answer: str) -> str:
    """That a month has fewer days than the day that was typed; empty if that is not what is wrong."""
    plain = unicodedata.normalize("NFKC", answer)
    match = re.search(r"(?<![0-9])(?:([0-9]{4})[-/.年])?([0-9]{1,2})[-/.月]([0-9]{1,2})(?![0-9])", plain)
    year, month, day = map(int, (match[1] or LEAP_YEAR, match[2], match[3])) if match else (0, 0, 0)
    days = monthrange(year, month)[1] if 1 <= month <= 12 and year else day
    return _("Month {month} has {days} days.").format(month=month, days=days) if day > days else ""


LEAP_YEAR = 2024

_DAY_SENTENCES = {
    errors.BadValue: N_("Please give it like this: {example}"),
    errors.NoSuchDay: N_("There is no such day or time. Please check the month, the day and the time."),
    errors.DayTooEarly: N_("That is too long ago. Please check the year."),
    errors.DayTooLate: N_("That is too far in the future. Please check the year."),
    errors.DayAhead: N_("That is in the future. Please check the year, the month and the day."),
}


def _read_text(answer: str, fact: ContractFact, **_known: object) -> Facts:
    """What is typed as it is, if it can be displayed. Raises InvalidAnswer."""
    return {fact.name: answer} if displayable(answer) else {}


def _read_address(answer: str, fact: ContractFact, now: datetime, **_known: object) -> Facts:
    """A URL. Raises InvalidAnswer."""
    try:
        return read_facts({fact.name: answer}, now=now) if answer else {}
    except errors.UsageError:
        raise InvalidAnswer(_("Please give an address such as https://example.com, or leave it empty.")) from None


def _read_yes_no(answer: str, fact: ContractFact, **_known: object) -> Facts:
    """Yes or no; unknown leaves the fact blank. Raises InvalidAnswer."""
    word = _read_word(answer, _YES_NO, _("Please answer no, yes or unknown."))
    return {fact.name: word == "yes"} if word else {}


def _read_side(answer: str, fact: ContractFact, **_known: object) -> Facts:
    """Where the user stands, by its key or its number; unknown leaves it blank. Raises InvalidAnswer."""
    sides = [(word, key) for number, key in enumerate(contract_facts.SIDES, 1) for word in (key, str(number))]
    sentence = _("Please answer worker, client, passed-on or unknown.")
    side = _read_word(answer, {"": "", "unknown": ""} | dict(sides) | contract_facts.PUBLIC_SIDES, sentence)
    return {fact.name: side} if side else {}


_READERS: Mapping[FactKind, Callable[..., Facts]] = {
    FactKind.TEXT: _read_text,
    FactKind.NUMBER: _read_text,
    FactKind.PLATFORM: read_platform,
    FactKind.PAGE: read_page,
    FactKind.ADDRESS: _read_address,
    FactKind.DAY: _read_day,
    FactKind.TIME: _read_day,
    FactKind.YES_NO: _read_yes_no,
    FactKind.SIDE: _read_side,
}
