"""One round of one archive, as a worker makes it: the token opened, the round run as it is, its end recorded.

What a round's end means for the next one is decided here: a refused token stops this account alone, a silent host is
told to the others, and everything else that went wrong is raised as `RoundFailed`, whose text holds nothing of an
archive and no secret, for the queue to try again.
When the next round is due is computed from the last one. Copies are verified and kept up beside the rounds: when an
archive was last verified is carried by the ledger, so one worker does it for all.
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import NamedTuple

from archiver import errors
from archiver.app import App, build_app
from archiver.rounds.daemon import Stop, Stopped
from archiver.rounds.daemon_work import TOKEN_REFUSALS
from archiver.rounds.round import run_round
from archiver.rounds.scheduled_duties import PROBES, DaemonMessages, Reminders, ScheduledDuties, as_error, nominal_begin
from archiver.settings.file import load_settings
from archiver.settings.model import SEALED, Settings, SyncSettings
from archiver.store.queries import contracts, looks_and_gaps
from archiver.store.working.alerts import open_alerts
from archiver.sync import plan
from archiver.sync.report import SyncReport
from archiver.sync.run_start import Options, ProgressCallbacks
from archiver.team import sealed_tokens
from archiver.team.copies import Copies
from archiver.team.ledger.archive_in_ledger import Ledger
from archiver.team.ledger.database import KeptConnections
from archiver.team.ledger.service_tables import Admission, ArchiveStanding, HostState, RoundOutcome, TeamLedger
from archiver.team.ledger_copy.keeper import LedgerKeeper
from archiver.team.sealed_tokens import wipe
from archiver.team.team_file import TeamSettings

MAX_SECONDS = 240.0
"""How long one round may take; what is left over is for the next one."""

IN_USE_PAUSE = timedelta(seconds=30)
"""When an account is tried again that somebody else was saving."""

LONGEST_RETRY = timedelta(minutes=15)


def pace(sync: SyncSettings, rooms: int) -> timedelta:
    """How far apart an account's rounds are, as the daemon's are."""
    return min(sync.every, plan.daemon_interval(rooms, share=sync.window_share))


def next_round(due: datetime | None, begun: datetime, every: timedelta) -> datetime:
    """When the round after this one is due: evenly after it was due itself, so that equal intervals stay equal."""
    nominal = nominal_begin(None if due is None else due - every, begun, every)
    return nominal + every


def token_pause(refusals: int) -> timedelta:
    """When a token is tried again that was refused so many times in a row."""
    return PROBES[min(max(refusals, 1), len(PROBES)) - 1]


def retry_pause(attempts: int, first: timedelta) -> timedelta:
    """The pause before a round is tried again that ended with an error, after so many attempts: it grows."""
    return min(LONGEST_RETRY, first * (1 << min(attempts, 10)))


def first_round(joined: datetime, last_planned: datetime | None, seconds_apart: float) -> datetime:
    """When the first round of a new account is due, which reads everything: not at the same time as another one."""
    after_it = joined if last_planned is None else last_planned + timedelta(seconds=seconds_apart)
    return max(joined, after_it)


OK = "ok"
NOTHING_TO_SAVE = errors.NoContract.__name__
"""How a round ended in which no chat is saved, as no contract is open: no error, and no saving either."""

APPS_KEPT = 200
"""How many archives' parts a worker keeps between rounds, so that it need not ask each time whose token it has."""

DECIDED = (*TOKEN_REFUSALS, errors.Unreachable, errors.ArchiveInUse, errors.NoContract)
"""Errors after which the ledger says when the next round is due, so that the queue need not try again."""


class RoundFailed(Exception):
    """A round ended with an error, by its name; the queue tries it again after a pause that grows."""


class _AccountLeft(Stopped):
    """The account of a round that is under way has left the team; its token is not used any more."""


class RoundEnd(NamedTuple):
    """How a round ended, for those who tell its owner."""

    settings: Settings
    error: errors.ArchiverError | None
    at: datetime


class _Begun(NamedTuple):
    """A round that may begin."""

    standing: ArchiveStanding
    is_probe: bool
    """Whether it is to find out whether the host answers again."""
    at: datetime
    """When it began, by the database's clock, by which all workers plan."""
    monotonic: float

    def now(self) -> datetime:
        """The time by the database's clock."""
        return self.at + timedelta(seconds=time.monotonic() - self.monotonic)


class AccountRounds:
    """The rounds that one worker makes, of any archive of the ledger; several threads may each make one."""

    def __init__(
        self,
        settings: TeamSettings,
        environ: Mapping[str, str],
        ledger: TeamLedger,
        secret_key: Callable[[], str],
        *,
        now: Callable[[], datetime],
        stop: Stop,
        tell: Callable[[RoundEnd], None] = lambda _end: None,
        tell_care: Callable[[CareEnd], None] = lambda _end: None,
    ) -> None:
        """Take what a round needs: `secret_key` reads the installation's key, `tell` gives notice to the owner.

        `tell_care` is told what a verification or an upkeep came to, for whoever looks after the worker.
        """
        self._settings, self._environ, self._ledger, self._secret_key = settings, environ, ledger, secret_key
        self._now, self._stop, self._tell, self._tell_care = now, stop, tell, tell_care
        self._looked: dict[int, datetime] = {}
        self.copies = Copies(settings)
        self._connections = KeptConnections(settings.ledger)
        self._apps: OrderedDict[int, App] = OrderedDict()
        self._rooms: dict[int, int] = {}
        self._opened: dict[int, list[str]] = {}
        self._one_at_a_time = threading.Lock()

    def run(self, archive: int, step: Callable[[], None] = lambda: None) -> bool:
        """Run the round of an archive, and record how it ended; False: it was not begun, or its account left in it.

        `step` is called between two steps of the round, and may raise Stopped. Before each request it is looked whether
        the account has left: then the round ends there, its token is forgotten, and nothing is recorded.

        Raises RoundFailed, and Stopped between two steps when the worker is to stop.
        """
        begun = self._begin(archive)
        if begun is None:
            return False
        failure: str | None = None
        try:
            with self.copies.use(archive, begun.standing.account) as home:
                failure = self._run_in(home, begun, step)
        except _AccountLeft:
            return False
        except Exception as error:  # noqa: BLE001 - whatever ends a round, it is tried again, and without its text
            failure = _name(as_error(error, self.copies.home(archive)))
            self._record_failure(begun, failure)
        if failure is not None:
            raise RoundFailed(failure)
        return True

    def close(self) -> None:
        """Give up the parts that were kept."""
        with self._one_at_a_time:
            while self._apps:
                _close(self._apps.popitem()[1])
        self._connections.close()

    def _begin(self, archive: int) -> _Begun | None:
        """The round of an archive that is to begin now; None: it may not."""
        host, at = self._ledger.host()
        admission = host.admission(at)
        if admission is Admission.PROBE:  # only one round is
            host = self._ledger.change_host(HostState.admit)
            admission = host.admission(at)
        standing = self._ledger.standing(archive)
        is_held = admission is Admission.HELD or self._ledger.is_awaited()
        if is_held or standing.closed_at is not None or not standing.has_token:
            return None
        return _Begun(standing, admission is Admission.PROBE, at, time.monotonic())

    def _run_in(self, home: Path, begun: _Begun, step: Callable[[], None]) -> str | None:
        """Run the round in a copy; the name of an error after which the queue is to try it again."""
        archive = begun.standing.archive
        settings = replace(load_settings(home, self._environ), token_source=SEALED)
        report: SyncReport | None = None
        failure: errors.ArchiverError | None = None
        with self._app(begun.standing, settings) as app:
            transport = app.chatwork.transport
            transport.begins_with_probe, transport.requests = begun.is_probe, 0
            try:
                options = Options(pace=self._pace(archive, settings), max_seconds=MAX_SECONDS)
                report = run_round(app, options, self._progress(step))
                self._rooms[archive] = len(report.rooms)
            except errors.ArchiverError as error:
                failure = error
            asked = bool(transport.requests or (report and report.requests))
            self._judge_host(archive, failed=transport.host_fails, asked=asked)
            self._ledger.record_round(archive, self._outcome(app, begun, failure))
            self._tell(RoundEnd(settings, failure, app.now()))
        self._care(archive, settings, step)
        return None if failure is None or isinstance(failure, DECIDED) else _name(failure)

    def _care(self, archive: int, settings: Settings, step: Callable[[], None]) -> None:
        """Do what is due for a copy that no round uses, one thing at a time."""
        now, last = self._now(), self._looked.get(archive)
        if last is not None and timedelta() <= now - last < LOOK_EVERY:
            return
        self._looked[archive] = now
        messages = DaemonMessages(
            findings=lambda verification: self._tell_care(CareEnd(archive, len(verification.findings), None)),
            unverified=lambda error: self._tell_care(CareEnd(archive, 0, _name(error))),
        )
        duties = ScheduledDuties(Reminders(messages, self._now), now=self._now, step=lambda: self._at_step(step))
        duties.run_due(settings)

    def _pace(self, archive: int, settings: Settings) -> timedelta:
        return pace(settings.sync, self._rooms.get(archive, 0))

    def _progress(self, step: Callable[[], None]) -> ProgressCallbacks:
        def at_step(*_what: object) -> None:
            self._at_step(step)

        return ProgressCallbacks(on_step=at_step, on_file=at_step)

    def _at_step(self, step: Callable[[], None]) -> None:
        self._stop.step()
        step()

    def _judge_host(self, archive: int, *, failed: bool, asked: bool) -> None:
        """Tell the others whether the host answered; a round that did not ask it has no more to say."""
        if not asked:
            self._ledger.change_host(HostState.after_no_request)
        elif not failed and self._ledger.host()[0] == HostState():
            return  # nothing stands there that an answer would change, as nearly always
        elif failed:
            self._ledger.change_host(partial(HostState.after_failure, archive=archive))
        else:
            self._ledger.change_host(lambda _host, _at: HostState())

    def _outcome(self, app: App, begun: _Begun, failure: errors.ArchiverError | None) -> RoundOutcome:
        """What is recorded of the round."""
        standing, at = begun.standing, begun.now()
        every, failures = self._pace(standing.archive, app.settings), standing.failures + 1
        match failure:
            case None:
                with app.archive.reading() as reading:
                    outcome = OK if contracts.rooms_to_read(reading, app.now()) else NOTHING_TO_SAVE
                    gaps, alerts = len(looks_and_gaps.holes(reading)), len(list(open_alerts(reading)))
                due = next_round(standing.next_due, begun.at, every)
                return RoundOutcome(outcome, due, at=at, gaps=gaps, alerts=alerts)
            case errors.NoContract():
                return RoundOutcome(NOTHING_TO_SAVE, at + app.settings.sync.every)
            case errors.TokenRefused() | errors.WrongAccount():
                refusals = failures if standing.outcome == _name(failure) else 1
                return RoundOutcome(_name(failure), at + token_pause(refusals), refusals)
            case errors.ArchiveInUse():
                return RoundOutcome(_name(failure), at + IN_USE_PAUSE, failures)
            case _:
                return RoundOutcome(_name(failure), at + every, failures)

    def _record_failure(self, begun: _Begun, name: str) -> None:
        """Record an error that kept the round from its own end; where the ledger is the trouble it cannot be."""
        outcome = RoundOutcome(name, begun.standing.next_due or begun.at, begun.standing.failures + 1)
        with contextlib.suppress(errors.ArchiverError):
            self._ledger.record_round(begun.standing.archive, outcome)

    # --- parts -----------------------------------------------------------------------------------

    @contextlib.contextmanager
    def _app(self, standing: ArchiveStanding, settings: Settings) -> Iterator[App]:
        """The parts of an archive's round, kept from the last one if the settings are the same; the token is not."""
        with self._one_at_a_time:
            app = self._apps.pop(standing.archive, None)
        if app is not None and app.settings != settings:
            _close(app)
            app = None
        app = app or self._build(standing, settings)
        is_usable = False
        try:
            yield app
            is_usable = True
        finally:
            app.chatwork.transport.forget_token()
            self._wipe_tokens(standing.archive)
            app.archive.close()
            if is_usable:
                self._keep(standing.archive, app)
            else:
                _close(app)

    def _build(self, standing: ArchiveStanding, settings: Settings) -> App:
        app = build_app(
            settings,
            self._environ,
            now=self._now,
            sleep=self._stop.sleep,
            token=lambda: self._open_token(standing.archive, standing.account),
        )
        app.chatwork.transport.take_turn = partial(self._take_turn, standing.archive)
        if isinstance(keeper := app.archive.keeper, LedgerKeeper):
            keeper.ledger = Ledger(keeper.place, open_connection=self._connections.take)
        return app

    def _keep(self, archive: int, app: App) -> None:
        with self._one_at_a_time:
            self._apps[archive] = app
            surplus = [self._apps.popitem(last=False)[1]] if len(self._apps) > APPS_KEPT else []
        for one in surplus:
            _close(one)

    def _take_turn(self, archive: int) -> timedelta:
        """How long the next request waits. Raises _AccountLeft."""
        wait = self._ledger.take_turn(archive, self._settings.max_requests_per_second)
        if wait is None:
            raise _AccountLeft
        return wait

    def _open_token(self, archive: int, account: int) -> str:
        """The token of an account. Raises _AccountLeft, SealedWithAnotherKey, InstallationKeyUnusable."""
        row = self._ledger.sealed_token(archive)
        if row is None:  # as the round began, it was there
            raise _AccountLeft
        try:
            token = sealed_tokens.open_token(row, account, self._secret_key())
            self._opened.setdefault(archive, []).append(token)
            return token
        except sealed_tokens.NotOpened:
            pass
        raise errors.SealedWithAnotherKey(archive=archive)

    def _wipe_tokens(self, archive: int) -> None:
        """Leave nothing of an archive's tokens in freed memory, as its owner may leave while no round runs."""
        for token in self._opened.pop(archive, ()):
            wipe(token)


def _name(error: errors.ArchiverError) -> str:
    return type(error).__name__


def _close(app: App) -> None:
    app.archive.close()
    app.downloads.close()


LOOK_EVERY = timedelta(hours=1)
"""A worker looks so seldom whether something is due for a copy that a quiet round costs no more."""


class CareEnd(NamedTuple):
    """What a verification or an upkeep came to, for the worker's journal: numbers, and nothing of what is there."""

    archive: int
    findings: int
    error: str | None
    """The name of the error that kept it from being made."""
