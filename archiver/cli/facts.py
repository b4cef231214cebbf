"""The facts of a contract as options of a command, and how they are read and checked."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import fields
from datetime import date, datetime
from typing import Any

import click

from archiver import errors
from archiver.errors import N_
from archiver.records import Contract

PLATFORMS = (
    ("crowdworks", re.compile(r"https://(?:www\.)?crowdworks\.jp/contracts/(\d+)")),
    ("lancers", re.compile(r"https://(?:www\.)?lancers\.jp/work/proposals/(\d+)")),
    ("coconala", re.compile(r"https://(?:www\.)?coconala\.com/talkrooms/(\d+)")),
)
"""A contract page's address tells the platform and its number."""

_DAY, _TIME = "2026-10-02", "2026-10-02 14:05"
_DATES = {
    "contracted_on": _DAY,
    "escrowed_at": _TIME,
    "contact_requested_on": _DAY,
    "contact_approved_on": _DAY,
    "due_on": _DAY,
}


def options(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options that `add` and `set` share, in the order in which the help shows them."""
    shared = [
        click.option("--title", metavar=N_("TEXT"), help=N_("The job's name.")),
        click.option("--client", metavar=N_("TEXT"), help=N_("The client's name on the platform.")),
        click.option(
            "--platform",
            type=click.Choice(["crowdworks", "lancers", "coconala", "direct"]),
            help=N_("Where the job was agreed."),
        ),
        click.option("--platform-id", metavar="ID", help=N_("The contract's number there.")),
        click.option("--url", metavar="URL", help=N_("The contract's page; it sets platform and number.")),
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


def read_facts(given: dict[str, str | None]) -> dict[str, Any]:
    """The facts that were given, checked. Raises BadValue."""
    facts: dict[str, Any] = {name: value for name, value in given.items() if value is not None}
    for name, example in _DATES.items():
        if name in facts:
            facts[name] = read_date(facts[name], "--" + name.replace("_", "-"), example)
    if "nda" in facts:
        facts["nda"] = facts["nda"] == "yes"
    if "url" in facts:
        facts = {**from_url(facts["url"]), **facts}
    assert facts.keys() <= {field.name for field in fields(Contract)}
    return facts


def read_date(value: str, option: str, example: str) -> str:
    """A day as `2026-10-02`, or a time in Japan as `2026-10-02 14:05`. Raises BadValue."""
    text = value.strip().replace("/", "-").replace("T", " ")
    try:
        if len(text) > len(_DAY) and example == _TIME:
            return datetime.fromisoformat(text).strftime("%Y-%m-%d %H:%M")
        return date.fromisoformat(text).isoformat()
    except ValueError:
        raise errors.BadValue(value=value, option=option, example=example) from None


def from_url(url: str) -> dict[str, str]:
    """Platform and number that a contract page's address tells. Raises BadValue for what is no web address."""
    if not re.fullmatch(r"https?://[!-~]+", url):
        raise errors.BadValue(value=url, option="--url", example="https://crowdworks.jp/contracts/12345678")
    for platform, pattern in PLATFORMS:
        found = pattern.match(url)
        if found:
            return {"platform": platform, "platform_id": found[1]}
    return {}
