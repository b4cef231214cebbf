"""Pure: when Chatwork counts as out of order for all archives, how long nobody asks it, and who tries it again.

Without it each round of each account would find out for itself, and spend its patience on it. Three accounts in a row
are needed: what fails one account alone, such as a page of its proxy, stops nobody else.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from enum import Enum

from archiver.team.ledger.service import HostState

ACCOUNTS = 3
"""Rounds of so many accounts in a row in which the host failed are an outage."""

PAUSES = tuple(timedelta(minutes=minutes) for minutes in (1, 2, 4, 8, 15))
"""How long nobody asks the host, after the first failure and after each probe that failed."""

PROBE_LIMIT = timedelta(minutes=5)
"""How long a probe may take; a worker that died with it is not waited for longer."""


class Admission(Enum):
    """Whether a round may begin."""

    FREE = "free"
    PROBE = "probe"
    """It may, to find out whether the host answers again."""
    HELD = "held"


def admission(host: HostState, at: datetime) -> Admission:
    """Whether a round may begin at this time of the database."""
    if host.opened_until is None:
        return Admission.FREE
    is_probed = host.probed_until is not None and at < host.probed_until
    return Admission.HELD if at < host.opened_until or is_probed else Admission.PROBE


def admit(host: HostState, at: datetime) -> HostState:
    """The state after a round asked to begin: where it is the probe, the others wait for its result."""
    return replace(host, probed_until=at + PROBE_LIMIT) if admission(host, at) is Admission.PROBE else host


def after_failure(host: HostState, at: datetime, *, archive: int) -> HostState:
    """The state after a round in which the host failed.

    One that had begun before the outage was known makes the pause no longer.
    """
    failing = host.failing if archive in host.failing else (*host.failing, archive)
    if host.opened_until is not None and host.probed_until is None:
        return host
    if host.opened_until is None and len(failing) < ACCOUNTS:
        return replace(host, failing=failing)
    pause = PAUSES[min(host.openings, len(PAUSES) - 1)]
    return HostState(failing[:ACCOUNTS], host.openings + 1, at + pause)


def after_answer(_host: HostState, _at: datetime) -> HostState:
    """The state after a round in which the host answered: nothing is held any more."""
    return HostState()


def after_no_request(host: HostState, _at: datetime) -> HostState:
    """The state after a round that asked the host for nothing: if it was to be the probe, another one may be."""
    return replace(host, probed_until=None)
