"""The facts of a contract as options of a command, and how they are read and checked."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import fields
from datetime import datetime
from typing import Any

import click

from archiver import errors
from archiver.cli.contracts.statement_lines import EXAMPLE_DAY, EXAMPLE_TIME, read_day
from archiver.errors import N_
from archiver.platforms.platform import platforms
from archiver.records import Contract

_DATES = ("contracted_on", "escrowed_at", "contact_requested_on", "contact_approved_on", "due_on")
"""Each may have a time of day, which orders two that fall on one day."""
_MAY_BE_AHEAD = frozenset({"due_on"})
"""Dates that may lie in the future."""
_IN_ORDER = (("contracted_on", "escrowed_at"), ("contact_requested_on", "contact_approved_on"))


def options(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options that `add` and `set` share, in the order in which the help shows them."""
    shared = [
        click.option("--title", metavar=N_("TEXT"), help=N_("The job's name.")),
        click.option("--client", metavar=N_("TEXT"), help=N_("The client's name on the platform.")),
        click.option(
            "--platform",
            metavar=N_("NAME"),
            help=N_("Where the job was agreed: crowdworks, lancers, coconala or direct."),
        ),
        click.option("--platform-id", metavar="ID", help=N_("The contract's number there.")),
        click.option("--url", metavar="URL", help=N_("The contract's page; it sets platform and number.")),
        click.option("--client-url", metavar="URL", help=N_("The client's profile on the platform.")),
        click.option("--worker-url", metavar="URL", help=N_("Your own profile on the platform.")),
        click.option("--contracted-on", metavar=N_("DAY"), help=N_("Day of the contract, such as 2026-10-01.")),
        click.option("--escrowed-at", metavar=N_("TIME"), help=N_("When the money was put in escrow (仮払い).")),
        click.option("--contact-requested-on", metavar=N_("DAY"), help=N_("Day you asked to talk outside.")),
        click.option("--contact-approved-on", metavar=N_("DAY"), help=N_("Day that was approved.")),
        click.option("--amount", metavar=N_("TEXT"), help=N_("The agreed amount.")),
        click.option("--due-on", metavar=N_("DAY"), help=N_("Day the work is due.")),
        click.option("--nda", type=click.Choice(["yes", "no"]), help=N_("Whether you promised secrecy.")),
        click.option("--note", metavar=N_("TEXT"), help=N_("A note for yourself; it never leaves this archive.")),
    ]
    for option in reversed(shared):
        command = option(command)
    return command


def read_facts(given: dict[str, str | None], *, now: datetime) -> dict[str, Any]:
    """The facts that were given, checked. Raises BadValue, DayAhead, UnknownPlatform."""
    facts: dict[str, Any] = {name: value for name, value in given.items() if value is not None}
    for name in _DATES:
        if name in facts:
            ahead = name in _MAY_BE_AHEAD
            facts[name] = read_day(facts[name], "--" + name.replace("_", "-"), EXAMPLE_TIME, now=None if ahead else now)
    if "nda" in facts:
        facts["nda"] = facts["nda"] == "yes"
    for name in ("client_url", "worker_url"):
        _check_address(facts.get(name), "--" + name.replace("_", "-"))
    if "url" in facts:
        facts = {**platform_from_url(facts["url"]), **facts}
    if facts.get("platform", "direct") not in platforms():
        raise errors.UnknownPlatform(platform=facts["platform"], known=", ".join(platforms()))
    assert facts.keys() <= {field.name for field in fields(Contract)}
    return facts


def check_order(contract: Contract) -> None:
    """Check that dates which must follow each other do; they may fall on one day. Raises DaysInWrongOrder."""
    for before, after in _IN_ORDER:
        first, later = getattr(contract, before), getattr(contract, after)
        if first and later and later[: len(EXAMPLE_DAY)] < first[: len(EXAMPLE_DAY)]:
            options = {"before": "--" + before.replace("_", "-"), "after": "--" + after.replace("_", "-")}
            raise errors.DaysInWrongOrder(first=first, later=later, **options)


def platform_from_url(url: str) -> dict[str, str]:
    """Platform and contract number, as read from the URL of a contract page. Raises BadValue for what is no URL."""
    _check_address(url, "--url")
    for name, platform in platforms().items():
        match = re.match(platform.address, url) if platform.address else None
        if match:
            return {"platform": name, "platform_id": match[1]}
    return {}


def _check_address(url: str | None, option: str) -> None:
    if url is not None and not re.fullmatch(r"https?://[!-~]+", url):
        raise errors.BadValue(value=url, option=option, example="https://crowdworks.jp/contracts/12345678")
