"""Joining a team with one's token, leaving it, and how all archives stand: times and numbers, no text, no name."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, NamedTuple

import requests

from archiver import errors
from archiver.chatwork.client import Client
from archiver.chatwork.transport import Transport
from archiver.corrected_clock import CorrectedClock
from archiver.team import account_rounds, sealed_tokens
from archiver.team.account_rounds import NOTHING_TO_SAVE
from archiver.team.ledger.database import find_archive, open_archive
from archiver.team.ledger.service_tables import Admission, ArchiveStanding, Saver, SealedRow, TeamLedger
from archiver.team.team_file import TeamSettings

FIRST_ROUND_REQUESTS = 30
"""About how many requests the first round of an account takes, by which first rounds are spread."""


def join(
    token: str, settings: TeamSettings, *, base_url: str, clock: CorrectedClock, sleep: Callable[[float], None]
) -> tuple[ArchiveStanding, bool]:
    """Check a token against Chatwork, open the archive of its account, and keep the token sealed; how it stands then.

    And whether a contract was ever entered in it; without one its rounds save nothing.

    Raises GivenTokenRefused, ChatworkError, BadTeamFile without a public key, LedgerUnavailable, TeamNotInstalled.
    """
    account = _owner_of(token, base_url, clock, sleep)
    try:
        row = sealed_tokens.seal_token(token, account, settings.public_key)
    except ValueError as error:
        raise errors.InstallationKeyUnusable(place="public_key", detail=error) from None
    archive = open_archive(settings.ledger, account)
    with closing(TeamLedger(settings.ledger)) as ledger:
        ledger.keep_token(archive, row, first_due=_first_round(ledger, settings))
        return ledger.standing(archive), ledger.has_contract(archive)


def wrap_anew(settings: TeamSettings, secret_key: str, public_key: str) -> tuple[int, list[int]]:
    """Wrap the keys of all tokens for another key of the installation: how many, and the accounts whose did not open.

    Those that are wrapped for it already are counted, so a call that was cut short is made again.
    Raises LedgerUnavailable, TeamNotInstalled.
    """
    unopened: list[int] = []

    def change(account: int, row: SealedRow) -> SealedRow:
        if row.key_id == sealed_tokens.key_id(public_key):
            return row
        try:
            return sealed_tokens.wrap_anew(row, account, secret_key, public_key)
        except sealed_tokens.NotOpened:
            unopened.append(account)
            return row

    with closing(TeamLedger(settings.ledger)) as ledger:
        standings = [standing for standing in ledger.overview() if standing.has_token]
        for standing in standings:
            ledger.wrap_anew(standing.archive, partial(change, standing.account))
    return len(standings) - len(unopened), unopened


def leave(account: int, settings: TeamSettings) -> tuple[ArchiveStanding, bool]:
    """Destroy the token of an account and close its archive, which its owner can still take home.

    What became of it, and whether there was a token: who has left before, or never joined, has none.

    Raises NoAccountToLeave, LedgerUnavailable, TeamNotInstalled.
    """
    try:
        archive = find_archive(settings.ledger, account)
    except errors.AccountNotInLedger as error:  # nobody who leaves is to enter an archive
        raise errors.NoAccountToLeave(**error.data) from None
    with closing(TeamLedger(settings.ledger)) as ledger:
        had_token = ledger.close_archive(archive)
        return ledger.standing(archive), had_token


def _owner_of(token: str, base_url: str, clock: CorrectedClock, sleep: Callable[[float], None]) -> int:
    """The account whose token it is, as Chatwork says."""
    with requests.Session() as session:
        transport = Transport(session, token=lambda: token, clock=clock, sleep=sleep, base_url=base_url)
        try:
            return int(Client(transport).me().model.account_id)
        except errors.TokenRefused:
            raise errors.GivenTokenRefused from None


def _first_round(ledger: TeamLedger, settings: TeamSettings) -> datetime:
    """When the first round of a new account is due: after those of the others that wait for theirs."""
    waiting = [one.next_due for one in ledger.overview() if one.next_due and waits_for_first_round(one)]
    apart = FIRST_ROUND_REQUESTS / settings.max_requests_per_second
    return account_rounds.first_round(datetime.now(UTC), max(waiting, default=None), apart)


LATE = timedelta(minutes=15)
"""A round that is overdue for longer than this is late."""


class TeamOverview(NamedTuple):
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
        host, at = ledger.host()
    is_held = host.admission(at) is Admission.HELD
    return TeamOverview(standings, at, host.opened_until if is_held else None, savers)


def waits_for_first_round(standing: ArchiveStanding) -> bool:
    """Whether an account that gave its token was never saved, and has something to save as far as is known."""
    return _is_saved(standing) and standing.last_round is None and standing.outcome != NOTHING_TO_SAVE


def _is_saved(standing: ArchiveStanding) -> bool:
    return standing.has_token and standing.closed_at is None


def _document(row: ArchiveStanding | Saver) -> dict[str, Any]:
    values = row._asdict()
    return {name: value.isoformat() if isinstance(value, datetime) else value for name, value in values.items()}
