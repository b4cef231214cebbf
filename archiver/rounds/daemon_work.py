"""What the daemon does, one duty at a time: the round that is due, the verification that is due.

`agenda` decides, this module does it and survives it: whatever the world does is said once a day and tried again.
No scheduler and no clock of its own, so that a year can be run through in a test.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import datetime, timedelta

from archiver import errors
from archiver.app import App
from archiver.rounds import due
from archiver.rounds.daemon_messages import OF_SETTINGS, SILENT, DaemonMessages, Reminders, as_error
from archiver.rounds.due import DueRound, Hold, RoundHistory
from archiver.rounds.round import run_round, upkeep_round
from archiver.rounds.scheduled_verification import ScheduledVerification
from archiver.settings.model import Settings
from archiver.store.archive import Reading
from archiver.store.queries import contracts, message_counter
from archiver.sync import message_rate
from archiver.sync.run import Options, ProgressCallbacks

RECENT = timedelta(days=7)
"""How far back a busy hour of a room counts."""

FIRST = timedelta(minutes=5)
"""So often a room is read that was first read within the last hour: nobody knows its pace yet."""

OF_TOKENS = (errors.TokenRefused, errors.WrongAccount)
"""Refusals that asking again with the same token does not change."""


class DaemonWork:
    """The daemon's work on one archive; `round` and `check` may run at the same time, each only once."""

    def __init__(
        self,
        load: Callable[[], Settings],
        build: Callable[[Settings], App],
        token: Callable[[Settings], str],
        *,
        now: Callable[[], datetime],
        voice: DaemonMessages = SILENT,
        step: Callable[[], None] = lambda: None,
    ) -> None:
        """Take what reads the settings, joins the parts and reads the token; `step` may raise to end a duty early.

        Raises SettingsError if the settings cannot be read now; later the last good ones stand in.
        """
        self._load, self._build, self._token = load, build, token
        self.now, self._step = now, step
        self.settings = load()
        self._said = Reminders(voice, now)
        self._inspection = ScheduledVerification(self.settings.home, self._said, now=now, step=step)
        self._app: App | None = None
        self._rounds = RoundHistory()
        self._paces: Mapping[int, timedelta] = {}
        self._hold: Hold | None = None
        self._refusal: errors.ArchiverError | None = None

    def check(self) -> bool:
        """Make the verification that is due, if there is one; whether there was. The first round goes before it."""
        return self._rounds.whole is not None and self._inspection.check()

    # --- rounds ----------------------------------------------------------------------------------

    def round(self) -> bool:
        """Make the round that is due, if there is one; whether there was. Raises NewerArchive: a new start helps."""
        self._settle()
        begun = self.now()
        made = self._due(begun)
        if made is None:
            return False
        try:
            self._make(made)
        except errors.ArchiveInUse:
            return False  # somebody saves by hand: at the next moment it is our turn
        except Exception as error:  # not even a bug in a round may end a year of saving: it is said and logged
            if isinstance(error, errors.NewerArchive) and not isinstance(error, errors.NoSpaceToMigrate):
                raise
            self._failed(as_error(error, self.settings.home))
        finally:
            self._rest()
        self._rounds = due.done(self._rounds, made, begun=begun)
        return True

    def _settle(self) -> None:
        """Take over changed settings; while they cannot be read the last good ones stand."""
        try:
            fresh = self._load()
        except errors.SettingsError as error:
            self._said.trouble(error)
            return
        self._said.over(*OF_SETTINGS)
        if fresh != self.settings:
            self._let_go()
            self.settings = fresh

    def _due(self, now: datetime) -> DueRound | None:
        every = self.settings.sync.every
        found = due.round_due(now, self._rounds, every=every, paces=self._paces)
        if found is None or found.rooms is None:
            return found
        with suppress(errors.ArchiverError):  # a contract may have ended since; a fault is met in the round itself
            self._paces = self._fast(now)
        return due.round_due(now, self._rounds, every=every, paces=self._paces)

    def _make(self, made: DueRound) -> None:
        if self._app is None:
            self._app = self._build(self.settings)
        app = self._app
        if self._refusal is not None and not due.may_ask(self._hold, self._mark(), self.now()):
            self._said.trouble(self._refusal)
            upkeep_round(app, upgraded=self._said.voice.upgraded)
            self._said.voice.unsaved(self._refusal)
            return
        options = Options(rooms=made.rooms, max_seconds=self.settings.sync.every.total_seconds())
        talk = ProgressCallbacks(step=self._at_step, file=self._at_step)
        report = run_round(app, options, talk, upgraded=self._said.voice.upgraded)
        self._hold = self._refusal = None
        self._said.saved()
        self._said.voice.round(report)
        if made.rooms is None:
            self._paces = self._fast(self.now())

    def _at_step(self, *_what: object) -> None:
        self._step()

    def _fast(self, now: datetime) -> dict[int, timedelta]:
        """Rooms that must be read more often than the settings say, and how often."""
        app, every = self._app, self.settings.sync.every
        if app is None:
            return {}
        with app.archive.reading() as reading:
            rooms = contracts.rooms_to_read(reading, now)
            found = {int(room): _pace(reading, room, every=every, now=now) for room in rooms}
        return {room: span for room, span in found.items() if span < every}

    def _mark(self) -> str:
        """What tells the token of now from another one; nothing if it cannot be read, which the round will say."""
        try:
            return hashlib.sha256(self._token(self.settings).encode()).hexdigest()
        except errors.SettingsError:
            return ""

    def _failed(self, fault: errors.ArchiverError) -> None:
        if isinstance(fault, OF_TOKENS):
            self._hold, self._refusal = due.refused(self._hold, self._mark(), self.now()), fault
        self._let_go()  # whatever is wrong with its connections, and a token that it remembers, is gone with it
        self._said.trouble(fault)
        self._said.voice.unsaved(fault)

    def _rest(self) -> None:
        """Between rounds the database is closed: it may be copied, and the disk be taken out."""
        if self._app is not None:
            self._app.archive.close()

    def _let_go(self) -> None:
        if self._app is not None:
            self._app.archive.close()
            self._app.downloads.close()
            self._app = None


def _pace(reading: Reading, room: int, *, every: timedelta, now: datetime) -> timedelta:
    counted = message_counter.counted(reading, room, since=now - RECENT)
    wished = message_rate.interval(message_rate.per_minute(counted), every=every)
    if counted and timedelta() <= now - counted[0][0] < message_rate.HOUR:
        return min(wished, FIRST)
    return wished
