"""The facts of a contract as somebody gave them, read and checked."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from archiver import errors
from archiver.claims.counterparts import counterparts
from archiver.evidence.history import text
from archiver.platforms.job_platform import platforms
from archiver.records import Contract, contract_facts
from archiver.records.contract_facts import FactKind
from archiver.setup.written_days import EXAMPLE_DAY, EXAMPLE_TIME, read_day
from archiver.store.archive import Reading
from archiver.store.queries import current_state
from archiver.wording import gettext as _

_BARE_ADDRESS = re.compile(r"[\w-]+(\.[\w-]+)+([:/?#].*)?", re.ASCII)


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
            facts[fact.name] = read_day(facts[fact.name], fact.option, EXAMPLE_TIME, now=limit)
        elif fact.kind is FactKind.YES_NO:
            facts[fact.name] = facts[fact.name] == "yes"
    for fact in stated:
        if fact.kind in (FactKind.ADDRESS, FactKind.PAGE):
            facts[fact.name] = whole_address(facts[fact.name])
            _check_address(facts[fact.name], fact.option)
    if "url" in facts:
        facts = {**platform_from_url(facts["url"]), **facts}
    if facts.get("platform", "direct") not in platforms():
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
