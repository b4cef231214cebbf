"""The facts of a contract as options of a command, and how they are read and checked."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

import click

from archiver import errors
from archiver.cli.contracts.statement_lines import EXAMPLE_DAY, EXAMPLE_TIME, read_day
from archiver.errors import N_
from archiver.platforms.job_platform import platforms
from archiver.records import Contract, contract_facts
from archiver.records.contract_facts import ContractFact, FactKind

_METAVARS = {
    FactKind.TEXT: N_("TEXT"),
    FactKind.NUMBER: "ID",
    FactKind.PLATFORM: N_("NAME"),
    FactKind.PAGE: "URL",
    FactKind.ADDRESS: "URL",
    FactKind.DAY: N_("DAY"),
    FactKind.TIME: N_("TIME"),
}


def options(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options that `add` and `set` share, in the order in which the help shows them."""
    note = click.option("--note", metavar=N_("TEXT"), help=N_("A note for yourself; it never leaves this archive."))
    command = note(command)
    for fact in reversed(contract_facts.FACTS):
        command = _fact_option(fact)(command)
    return command


def _fact_option(fact: ContractFact) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    if fact.kind is FactKind.YES_NO:
        return click.option(fact.option, type=click.Choice(["yes", "no"]), help=fact.help)
    return click.option(fact.option, metavar=_METAVARS[fact.kind], help=fact.help)


def read_facts(given: Mapping[str, str | None], *, now: datetime) -> dict[str, Any]:
    """The facts that were given, checked. Raises BadValue, DayAhead, UnknownPlatform."""
    facts: dict[str, Any] = {name: value for name, value in given.items() if value is not None}
    stated = [fact for fact in contract_facts.FACTS if fact.name in facts]
    assert len(stated) == len(facts)
    for fact in stated:
        if fact.is_day:
            limit = None if fact.may_lie_ahead else now
            facts[fact.name] = read_day(facts[fact.name], fact.option, EXAMPLE_TIME, now=limit)
        elif fact.kind is FactKind.YES_NO:
            facts[fact.name] = facts[fact.name] == "yes"
    for fact in stated:
        if fact.kind is FactKind.ADDRESS:
            _check_address(facts[fact.name], fact.option)
    if "url" in facts:
        facts = {**platform_from_url(facts["url"]), **facts}
    if facts.get("platform", "direct") not in platforms():
        raise errors.UnknownPlatform(platform=facts["platform"], known=", ".join(platforms()))
    return facts


def check_order(contract: Contract) -> None:
    """Check that days which must follow each other do; they may be the same day. Raises DaysInWrongOrder."""
    options_by_name = {fact.name: fact.option for fact in contract_facts.FACTS}
    for fact in contract_facts.FACTS:
        first, later = fact.follows and getattr(contract, fact.follows), getattr(contract, fact.name)
        if first and later and later[: len(EXAMPLE_DAY)] < first[: len(EXAMPLE_DAY)]:
            before = options_by_name[fact.follows]
            raise errors.DaysInWrongOrder(first=first, later=later, before=before, after=fact.option)


def platform_from_url(url: str) -> dict[str, str]:
    """Platform and contract number, as read from the URL of a contract page. Raises BadValue for what is no URL."""
    _check_address(url, "--url")
    for name, platform in platforms().items():
        match = re.match(platform.address, url) if platform.address else None
        if match:
            return {"platform": name, "platform_id": match[1]}
    return {}


def _check_address(url: str, option: str) -> None:
    if not re.fullmatch(r"https?://[!-~]+", url):
        raise errors.BadValue(value=url, option=option, example="https://crowdworks.jp/contracts/12345678")
