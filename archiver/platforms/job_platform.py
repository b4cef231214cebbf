"""Reads the facts of a platform from its file: its words, what its office can do at which stage, and its deadlines.

The files say where and when each rule was read. Rules change, so the texts ask and never claim.
"""

from __future__ import annotations

import tomllib
from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from importlib.resources import files
from typing import Any

UNKNOWN = "direct"
"""Name of the file for contracts without a platform, or with an unknown one."""
STRANGER = "stranger"
"""Name of the file for what was said with an account that nobody knows or that has somebody else's name: no work."""
NO_PLATFORM = frozenset({UNKNOWN, STRANGER})
EVERYWHERE = "everywhere"
"""Name of the file with the deadlines that apply on every platform."""


@dataclass(frozen=True, slots=True)
class RuleSource:
    """Where a rule was read, and when."""

    title: str
    by: str
    """`official`, `lawyer`, `press`, `user`, or `several`: independent pages of third parties."""
    read_on: date
    url: str = ""
    """Its address; empty for several pages."""


@dataclass(frozen=True, slots=True)
class Deadline:
    """A deadline: days or months after an event whose day the user stated or the archive knows."""

    rule: str
    """`review`, `nudge`, `end_request`, `hidden`, `closing`, `trade`, `payment`, `receipt`, `recommission`, `due`,
    `passed_on`, `plan`."""
    after: str
    """`contract`, `escrow`, `delivery`, `end_request`, `cancellation`, `first_client`, `unanswered`, `last_seen`,
    `unpaid`: the delivery whose pay is awaited, `passed_on`: the same of work that was passed on,
    `due`: the day entered for the delivery, as long as nothing was delivered or paid, or
    `receipt`: the last delivery, as long as no day of payment is known."""
    name: str
    advice: str
    source: RuleSource
    days: int = 0
    hours: int = 0
    """The same in hours, where the rule counts to the time of day; 0 where it counts whole days."""
    months: int = 0
    counts_first_day: bool = False
    """Whether the day of the event is day 1, so that the last day is one earlier."""
    extended_by: tuple[str, ...] = ()
    """Events that extend it, as `after` names them."""
    extended_months: int = 0
    """Months to which such an event extends it, if that is later."""
    weak: bool = False
    """Whether the rule is uncertain, so that the user should look it up."""
    urgent: bool = False
    """Whether waiting costs the user something, so that its alert is high from its first day on."""

    def day_after(self, days: Mapping[str, date]) -> date | None:
        """The deadline's day, given the days of events; None as long as the day of its own event is not known."""
        if self.after not in days:
            return None
        start = days[self.after] - timedelta(days=1 if self.counts_first_day else 0)
        extended = [_months_later(days[name], self.extended_months) for name in self.extended_by if name in days]
        return max([_months_later(start, self.months) + timedelta(days=self.days), *extended])


@dataclass(frozen=True, slots=True)
class OfficeStep:
    """A step that the platform's office can take."""

    stage: str
    """`contract`: from the contract on; `delivery`: once delivered there; `always`."""
    text: str
    source: RuleSource


@dataclass(frozen=True, slots=True)
class Platform:
    """The words and rules of a platform."""

    name: str
    """The name in headings: 「クラウドワークス側の記録」."""
    client: str
    worker: str
    contact: str
    """Rule for contact outside the platform: `approval`, `escrow` (after it, and with approval), `never` or `free`."""
    contract_screen: str
    message_screen: str
    delivery_screen: str
    reply_days: int
    """For how many days a message may be unanswered before it is told, as the source beside it in the file says."""
    prefix: str = ""
    """Before a contract's number in the names of packages; empty: the number is in none."""
    address: str | None = None
    """A pattern for the URL of a contract's page, with the contract's number as its group."""
    profile: str = ""
    """The beginning of the address of a profile, behind which a slash and the name of an account stand."""
    end_request: str | None = None
    """The name of a client's request there to end a contract early; None if it is not known to have one."""
    outside: str | None = None
    """The name of its permission for contact outside; None if it has none."""
    rule: str | None = None
    """A sentence about its rule for contact outside, if there is something to ask for."""
    operator: str | None = None
    """The company that runs it, named as author of its screens in a list of exhibits."""
    nudge: str | None = None
    """What the office does if the other side is silent."""
    review: str | None = None
    """What the user can ask for if a delivery is not reviewed in time."""
    warning: str | None = None
    """What the user must know before writing to the office, as long as nothing was delivered on the platform."""
    elsewhere: str | None = None
    """The words in place of a platform's name if there is no platform."""
    steps: tuple[OfficeStep, ...] = ()
    deadlines: tuple[Deadline, ...] = ()
    """The deadlines of this platform and those that apply everywhere."""

    @property
    def where(self) -> str:
        """The name as a place, as in 「クラウドワークス」での納品."""
        return self.elsewhere or self.name

    @property
    def side(self) -> str:
        """The name as a side, as in 「クラウドワークス側」の記録."""
        return self.elsewhere or f"{self.name}側"

    @property
    def end_request_name(self) -> str:
        """What a client's request to end a contract early is called in a report."""
        return self.end_request or "途中終了の申し出"

    @property
    def end_request_rule(self) -> Deadline | None:
        """The deadline for an answer to such a request; None if none is known."""
        return next((one for one in self.deadlines if one.after == "end_request"), None)

    @property
    def review_days(self) -> int:
        """Usual number of days for a review after a delivery; 7 if the platform gives none."""
        return next((one.days for one in self.deadlines if one.rule == "review"), 7)


def platforms() -> Mapping[str, Platform]:
    """Every platform that can be chosen for a job, by the name of its file, the unknown one last."""
    return {name: one for name, one in _every_platform().items() if name != STRANGER}


@cache
def english_texts() -> Mapping[str, str]:
    """The texts of all platforms in Japanese → in English, as each file has its own."""
    return {japanese: text for table in _tables().values() for japanese, text in table["english"].items()}


def _tables() -> dict[str, dict[str, Any]]:
    return {
        resource.name.removesuffix(".toml"): tomllib.loads(resource.read_text(encoding="utf-8"))
        for resource in files("archiver.platforms").iterdir()
        if resource.name.endswith(".toml")
    }


@cache
def _every_platform() -> Mapping[str, Platform]:
    read = {name: _with_sources(table) for name, table in _tables().items()}
    everywhere = read.pop(EVERYWHERE)["deadlines"]
    stranger = Platform(**read.pop(STRANGER))
    ordered = sorted(read, key=lambda name: (name == UNKNOWN, name != "crowdworks", name))
    found = {name: Platform(**read[name] | {"deadlines": read[name]["deadlines"] + everywhere}) for name in ordered}
    return {**found, STRANGER: stranger}


def platform_of(name: str | None) -> Platform:
    """The platform of this name; a contract without one, or with an unknown one, is a direct one."""
    known = _every_platform()
    return known.get(name or "", known[UNKNOWN])


def first_reader(name: str | None) -> str:
    """Whom an export is offered for after a loss: the platform's support; without one, somebody who advises."""
    if name == STRANGER:
        return "lawyer"
    return "consult" if platform_of(name).elsewhere else "support"


def _with_sources(table: dict[str, Any]) -> dict[str, Any]:
    """The words of a file, with steps and deadlines, and the source itself where the file has its name."""
    del table["english"]
    sources = {name: RuleSource(**one) for name, one in table.pop("sources", {}).items()}
    steps = tuple(OfficeStep(**one | {"source": sources[one["source"]]}) for one in table.get("steps", ()))
    deadlines = tuple(
        Deadline(**one | {"source": sources[one["source"]], "extended_by": tuple(one.get("extended_by", ()))})
        for one in table.get("deadlines", ())
    )
    return table | {"steps": steps, "deadlines": deadlines}


def _months_later(day: date, months: int) -> date:
    """The same day some months later, or the last one of a month that is too short."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
