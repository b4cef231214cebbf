"""Fourth step of the first run: what the platform's contract says; Enter leaves a fact unknown."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from gettext import gettext as _
from typing import TYPE_CHECKING, Any

import click

from archiver import errors
from archiver.cli.stated import DAY, TIME
from archiver.cli.wizard_asking import Again, ask, tell, tell_head
from archiver.cli.wizard_memory import answered, note

if TYPE_CHECKING:
    from archiver.app import App
    from archiver.records import Contract

_NUMBER = re.compile(r"[0-9]{1,20}")
_NDA = {
    **dict.fromkeys(("yes", "y", "あり", "有", "はい"), "yes"),
    **dict.fromkeys(("no", "n", "なし", "無", "いいえ"), "no"),
    **dict.fromkeys(("", "不明", "unknown"), ""),
}

Facts = dict[str, Any]


def state_facts(app: App) -> None:
    """Ask for what is not known yet and was not asked; each answer is kept at once."""
    tell_head(4, _("The contract (Enter leaves a fact unknown; later: archive contract set)"))
    contract = the_first(app)
    if contract is None:
        return
    asked = {name.removeprefix("fact/") for name in answered(app.archive) if name.startswith("fact/")}
    for name, question, understand in _questions(app):
        if name in asked or getattr(contract, name) is not None:
            continue
        if name == "contact_approved_on":
            _tell_rule()
        contract = _ask_fact(app, contract, question, understand)
        note(app.archive, f"fact/{name}")
    click.echo()


def the_first(app: App) -> Contract | None:
    """The contract of the first run; None where the user has entered several: those are known better by `contract`."""
    from archiver.store.queries.contracts import contracts

    with app.archive.reading() as reading:
        held = contracts(reading)
    return held[0] if len(held) == 1 else None


def _ask_fact(app: App, contract: Contract, question: str, understand: Callable[[str], Facts]) -> Contract:
    from archiver.cli.case import state

    facts = ask(question, understand)
    stated = replace(contract, **facts)
    if stated != contract:
        state(app.archive, stated, None)
    return stated


def _questions(app: App) -> list[tuple[str, str, Callable[[str], Facts]]]:
    """The fact by which it is known that it was asked, the question, and how its answer is read."""

    def dated(name: str, example: str) -> Callable[[str], Facts]:
        return lambda said: read_time(said, name, example, app=app)

    return [
        ("platform_id", _("Contract page (URL) or number:"), read_page),
        ("escrowed_at", _("When the escrow was paid (such as 2026-10-02 14:05):"), dated("escrowed_at", TIME)),
        ("contact_approved_on", _("Day on which that was approved:"), dated("contact_approved_on", DAY)),
        ("nda", _("Did you promise secrecy (NDA)? [no/yes/unknown]:"), read_nda),
    ]


def _tell_rule() -> None:
    tell(
        _(
            "Talking outside of CrowdWorks has to be asked for, before and after a contract (its notice of "
            "2020-10-20; look at the rules of today)."
        )
    )


# --- answers -------------------------------------------------------------------------------------


def read_page(said: str) -> Facts:
    """A page's address, or a contract's number on CrowdWorks. Raises Again."""
    from archiver.cli.facts import from_url

    if not said:
        return {}
    if _NUMBER.fullmatch(said):
        return {"platform": "crowdworks", "platform_id": said}
    sentence = _("Please give it like this: https://crowdworks.jp/contracts/12345678 or 12345678")
    try:
        found = from_url(said)
    except errors.BadValue:
        raise Again(sentence) from None
    if not found and "crowdworks.jp" in said:  # a page there, but not that of a contract
        raise Again(sentence)
    return {"url": said, **found}


def read_time(said: str, name: str, example: str, *, app: App) -> Facts:
    """A day or time in Japan that has come. Raises Again."""
    from archiver.cli.facts import read_facts

    if not said:
        return {}
    try:
        return read_facts({name: said}, now=app.now())
    except errors.BadValue:
        raise Again(_("Please give it like this: {example}").format(example=example)) from None
    except errors.DayAhead:
        raise Again(_("That lies in the future. Look at the year, the month and the day once more.")) from None


def read_nda(said: str) -> Facts:
    """Whether secrecy was promised; unknown stays blank. Raises Again."""
    word = _NDA.get(said.casefold())
    if word is None:
        raise Again(_("Please answer no, yes or unknown."))
    return {"nda": word == "yes"} if word else {}
