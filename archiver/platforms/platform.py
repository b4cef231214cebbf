"""What a platform calls its things, what its office can do at which stage, and its deadlines, read from its file.

The files say where and when each rule was read; rules change, so the words only ever ask and never claim.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any

UNKNOWN = "direct"
"""The file for a contract without a platform between, or with one that is not known."""
EVERYWHERE = "everywhere"
"""The file of the deadlines that hold on every platform."""


@dataclass(frozen=True, slots=True)
class RuleSource:
    """Where a rule was read, and when."""

    title: str
    url: str
    by: str
    """`official`, `lawyer`, `press` or `user`."""
    seen: date


@dataclass(frozen=True, slots=True)
class Deadline:
    """So many days after something that the user or the archive knows the day of."""

    rule: str
    """`review`, `nudge`, `escrow`, `payment`, `plan`."""
    after: str
    """`contract`, `escrow`, `delivery`, `last_reply` or `last_seen`."""
    days: int
    name: str
    advice: str
    source: RuleSource
    weak: bool = False
    """Whether the user should look it up."""


@dataclass(frozen=True, slots=True)
class OfficeStep:
    """What the office can do."""

    stage: str
    """`contract`: from the contract on; `delivery`: once delivered there; `always`."""
    text: str
    source: RuleSource


@dataclass(frozen=True, slots=True)
class Platform:
    """One platform."""

    name: str
    """As it stands in headings: 「クラウドワークス側の記録」."""
    client: str
    worker: str
    contact: str
    """Contact outside: `approval`, `escrow` (after it, and with approval), `never` or `free`."""
    contract_screen: str
    message_screen: str
    delivery_screen: str
    address: str | None = None
    """A pattern of a contract page's address, with the contract's number as its group."""
    outside: str | None = None
    """What its permission for contact outside is called; None if it has none."""
    rule: str | None = None
    """What it says of contact outside, in a sentence, where there is something to ask for."""
    contact_source: RuleSource | None = None
    operator: str | None = None
    """Who runs it: the author of its screens in a list of exhibits."""
    nudge: str | None = None
    """What the office does when the other side is silent."""
    review: str | None = None
    """What may be asked for when a delivery is not reviewed in time."""
    warning: str | None = None
    """What the user must know before writing, while nothing was delivered there."""
    elsewhere: str | None = None
    """Where things are done and written down if there is no platform between."""
    steps: tuple[OfficeStep, ...] = ()
    deadlines: tuple[Deadline, ...] = ()
    """Those that hold everywhere included."""

    @property
    def where(self) -> str:
        """「クラウドワークス」での納品."""
        return self.elsewhere or self.name

    @property
    def side(self) -> str:
        """「クラウドワークス側」の記録."""
        return self.elsewhere or f"{self.name}側"

    @property
    def on(self) -> str:
        """「クラウドワークス上」 2026-11-03 09:12."""
        return self.elsewhere or f"{self.name}上"

    @property
    def review_days(self) -> int:
        """The usual time for a review after a delivery; 7 where the platform says nothing."""
        return next((one.days for one in self.deadlines if one.rule == "review"), 7)


@cache
def platforms() -> Mapping[str, Platform]:
    """Every platform by the name of its file, the unknown one last."""
    read = {
        place.name.removesuffix(".toml"): tomllib.loads(place.read_text(encoding="utf-8"))
        for place in files("archiver.platforms").iterdir()
        if place.name.endswith(".toml")
    }
    common = read.pop(EVERYWHERE)
    ordered = sorted(read, key=lambda name: (name == UNKNOWN, name != "crowdworks", name))
    return {name: _platform(read[name], common) for name in ordered}


def offices() -> tuple[str, ...]:
    """The platforms that have an office, by name."""
    return tuple(name for name in platforms() if name != UNKNOWN)


def platform_of(name: str | None) -> Platform:
    """The platform of this name; a contract without one, or with an unknown one, is a direct one."""
    known = platforms()
    return known.get(name or "", known[UNKNOWN])


def _platform(told: dict[str, Any], common: dict[str, Any]) -> Platform:
    sources = _sources(told)
    words = {name: value for name, value in told.items() if name not in ("sources", "steps", "deadlines")}
    if "contact_source" in words:
        words["contact_source"] = sources[words["contact_source"]]
    return Platform(
        **words,
        steps=tuple(OfficeStep(one["stage"], one["text"], sources[one["source"]]) for one in told.get("steps", ())),
        deadlines=(*_deadlines(told, sources), *_deadlines(common, _sources(common))),
    )


def _sources(told: dict[str, Any]) -> dict[str, RuleSource]:
    return {name: RuleSource(**one) for name, one in told.get("sources", {}).items()}


def _deadlines(told: dict[str, Any], sources: Mapping[str, RuleSource]) -> list[Deadline]:
    return [Deadline(**{**one, "source": sources[one["source"]]}) for one in told.get("deadlines", ())]
