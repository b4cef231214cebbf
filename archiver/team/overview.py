"""How the archives of a team stand, as the organisation sees it: times and numbers, no text, no name, no room."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from archiver.team import host_breaker
from archiver.team.account_rounds import HOST, NOTHING_TO_SAVE
from archiver.team.host_breaker import Admission
from archiver.team.ledger.service import ArchiveStanding, Saver, TeamLedger

LATE = timedelta(minutes=15)
"""A round that is overdue for longer than this is late."""


@dataclass(frozen=True, slots=True)
class TeamOverview:
    """How all archives stand at a moment."""

    standings: tuple[ArchiveStanding, ...]
    at: datetime
    held_until: datetime | None
    """Until when nobody asks Chatwork, as it did not answer; None: it is asked."""
    savers: tuple[Saver, ...] = ()

    @property
    def waiting(self) -> int:
        """How many archives wait for their first round."""
        return sum(waits_for_first_round(one) for one in self.standings)

    @property
    def late(self) -> int:
        """How many archives' rounds are overdue for long."""
        return sum(
            one.next_due is not None and self.at - one.next_due > LATE for one in self.standings if _is_saved(one)
        )

    def document(self) -> dict[str, Any]:
        """The overview as JSON."""
        return {
            "at": self.at.isoformat(),
            "held_until": None if self.held_until is None else self.held_until.isoformat(),
            "archives": [_document(one) for one in self.standings],
            "savers": [_document(one) for one in self.savers],
        }


def read_overview(address: str) -> TeamOverview:
    """Read how everything stands. Raises LedgerUnavailable, TeamNotInstalled."""
    with closing(TeamLedger(address)) as ledger:
        standings, savers = tuple(ledger.overview()), tuple(ledger.savers())
        host, at = ledger.host(HOST)
    is_held = host_breaker.admission(host, at) is Admission.HELD
    return TeamOverview(standings, at, host.opened_until if is_held else None, savers)


def waits_for_first_round(standing: ArchiveStanding) -> bool:
    """Whether an account that gave its token was never saved, and has something to save as far as is known."""
    return _is_saved(standing) and standing.last_round is None and standing.outcome != NOTHING_TO_SAVE


def _is_saved(standing: ArchiveStanding) -> bool:
    return standing.has_token and standing.closed_at is None


def _document(row: ArchiveStanding | Saver) -> dict[str, Any]:
    values = row._asdict()
    return {name: value.isoformat() if isinstance(value, datetime) else value for name, value in values.items()}
