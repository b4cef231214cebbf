"""The facts of a contract as options of a command, and how they are read and checked."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import fields
from datetime import datetime
from typing import Any

import click

from archiver import errors
from archiver.cli.contracts.statement_lines import DAY, TIME, read_day
from archiver.errors import N_
from archiver.platforms.platform import platforms
from archiver.records import Contract

_DATES = ("contracted_on", "escrowed_at", "contact_requested_on", "contact_approved_on", "due_on")
"""Each may have its time: it tells more where two fall on one day."""
_AHEAD = frozenset({"due_on"})
"""What may lie in the future."""
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
            ahead = name in _AHEAD
            facts[name] = read_day(facts[name], "--" + name.replace("_", "-"), TIME, now=None if ahead else now)
    if "nda" in facts:
        facts["nda"] = facts["nda"] == "yes"
    for name in ("client_url", "worker_url"):
        _check_address(facts.get(name), "--" + name.replace("_", "-"))
    if "url" in facts:
        facts = {**from_url(facts["url"]), **facts}
    if facts.get("platform", "direct") not in platforms():
        raise errors.UnknownPlatform(platform=facts["platform"], known=", ".join(platforms()))
    assert facts.keys() <= {field.name for field in fields(Contract)}
    return facts


def check_order(one: Contract) -> None:
    """That what must come first does. Raises DaysInWrongOrder; days without a time may be the same."""
    for before, after in _IN_ORDER:
        first, later = getattr(one, before), getattr(one, after)
        if first and later and later[: len(DAY)] < first[: len(DAY)]:
            options = {"before": "--" + before.replace("_", "-"), "after": "--" + after.replace("_", "-")}
            raise errors.DaysInWrongOrder(first=first, later=later, **options)


def from_url(url: str) -> dict[str, str]:
    """Platform and number that a contract page's address tells. Raises BadValue for what is no web address."""
    _check_address(url, "--url")
    for name, platform in platforms().items():
        found = re.match(platform.address, url) if platform.address else None
        if found:
            return {"platform": name, "platform_id": found[1]}
    return {}


def _check_address(url: str | None, option: str) -> None:
    if url is not None and not re.fullmatch(r"https?://[!-~]+", url):
        raise errors.BadValue(value=url, option=option, example="https://crowdworks.jp/contracts/12345678")
