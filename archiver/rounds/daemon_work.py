"""Does the work of the daemon: the round that is due, the verification that is due.

`scheduled_duties` decides what is due; this module does it. Errors are reported once a day, and the work is
tried again. It has no scheduler and no clock of its own, so that a test can run through a year.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import datetime, timedelta

from archiver import errors
from archiver.app import App
from archiver.rounds import scheduled_duties
from archiver.rounds.round import run_round, upkeep_round
from archiver.settings.model import Settings
from archiver.sync import plan
from archiver.sync.run_start import Options, ProgressCallbacks

LONGEST_ROUND = timedelta(minutes=5)
"""How long one round may take, waits for the allowance included; what is left over is for the next one."""

TOKEN_REFUSALS = (errors.TokenRefused, errors.WrongAccount)
"""Errors that stay while the token stays the same."""


class DaemonWork:
    """The daemon's work on one archive; `round` and `check` may run at the same time, but neither twice at once."""

    def __init__(
        self,
        load: Callable[[], Settings],
        build: Callable[[Settings], App],
        token: Callable[[Settings], str],
        *,
        now: Callable[[], datetime],
        messages: scheduled_duties.DaemonMessages = scheduled_duties.SILENT,
        step: Callable[[], None] = lambda: None,
        copy: Callable[[Settings], bool] = lambda _settings: False,
        longest_round: timedelta = LONGEST_ROUND,
    ) -> None:
        """Take the functions that load settings, build the app and read the token; `step` may raise to end a duty.

        `copy` makes the regular copy if it is due, and returns whether it did. `longest_round`: how long one may take.

        Raises SettingsError if the settings cannot be read now; later the last good ones are used.
        """
        self._load, self._build, self._token = load, build, token
        self.now, self._step, self._copy, self._longest_round = now, step, copy, longest_round
        self.settings = load()
        self._reminders = scheduled_duties.Reminders(messages, now)
        self._duties = scheduled_duties.ScheduledDuties(self._reminders, now=now, step=step)
        self._app: App | None = None
        self._begun: datetime | None = None
        self._rooms = 0
        self._hold: scheduled_duties.TokenHold | None = None
        self._refusal: errors.ArchiverError | None = None

    def check(self) -> bool:
        """Do the duty that is due beside rounds, if any, and return whether there was one; the first round precedes."""
        return self._begun is not None and self._duties.run_due(self.settings)

    def copy(self) -> bool:
        """Make the regular copy that is due, if any, and return whether there was one; a failure is reported."""
        try:
            return self._copy(self.settings)
        except Exception as error:  # noqa: BLE001 - as for a round: it is reported, and tried again
            self._reminders.unverified(scheduled_duties.as_error(error, self.settings.home))
            return False

    # --- rounds ----------------------------------------------------------------------------------

    def round(self) -> bool:
        """Make the round that is due, if any, and return whether there was one. Raises NewerArchive: restart."""
        self._reload_settings()
        begun, pace = self.now(), self.pace()
        if not self.is_round_due():
            return False
        try:
            self._run_round()
        except errors.ArchiveInUse:
            return False  # somebody saves by hand: at the next moment it is our turn
        except Exception as error:  # not even a bug in a round may end a year of saving: it is reported and logged
            if isinstance(error, errors.NewerArchive) and not isinstance(error, errors.NoSpaceToMigrate):
                raise
            self._handle_failure(scheduled_duties.as_error(error, self.settings.home))
        finally:
            if self._app is not None:  # between rounds the database can be copied, and the disk taken out
                self._app.archive.close()
        self._begun = scheduled_duties.nominal_begin(self._begun, begun, pace)
        return True

    def is_round_due(self) -> bool:
        """Whether a round is due, by the settings as they were last read."""
        pace = self.pace()
        return scheduled_duties.is_due(self._begun, self.now() + scheduled_duties.tolerance(pace), pace)

    def pace(self) -> timedelta:
        """How far apart rounds are: a minute or a few, by the number of rooms; `sync.every` where that is shorter."""
        settings = self.settings.sync
        return min(settings.every, plan.daemon_interval(self._rooms, share=settings.window_share))

    def _reload_settings(self) -> None:
        """Take over changed settings; while they cannot be read, keep the last good ones."""
        try:
            settings = self._load()
        except errors.SettingsError as error:
            self._reminders.trouble(error)
            return
        self._reminders.over(*scheduled_duties.SETTINGS_ERRORS)
        if settings != self.settings:
            self._release_app()
            self.settings = settings

    def _run_round(self) -> None:
        if self._app is None:
            self._app = self._build(self.settings)
        app = self._app
        if self._refusal is not None and not scheduled_duties.can_ask(
            self._hold, self._token_fingerprint(), self.now()
        ):
            self._reminders.trouble(self._refusal)
            upkeep_round(app, upgraded=self._reminders.messages.upgraded)
            self._reminders.messages.unsaved(self._refusal)
            return
        self._reminders.messages.begun()
        options = Options(pace=self.pace(), max_seconds=self._longest_round.total_seconds())
        progress = ProgressCallbacks(on_step=lambda *_what: self._step(), on_file=lambda *_what: self._step())
        report = run_round(app, options, progress, upgraded=self._reminders.messages.upgraded)
        self._hold = self._refusal = None
        self._reminders.saved()
        self._reminders.messages.round(report)
        self._rooms = len(report.rooms)

    def _token_fingerprint(self) -> str:
        """SHA-256 of the current token; empty if the token cannot be read, which the round reports."""
        try:
            return hashlib.sha256(self._token(self.settings).encode()).hexdigest()
        except errors.SettingsError:
            return ""

    def _handle_failure(self, error: errors.ArchiverError) -> None:
        if isinstance(error, TOKEN_REFUSALS):
            self._hold = scheduled_duties.record_refusal(self._hold, self._token_fingerprint(), self.now())
            self._refusal = error
        self._release_app()  # its connections, and the token that it remembers, go with it
        self._reminders.trouble(error)
        self._reminders.messages.unsaved(error)

    def _release_app(self) -> None:
        if self._app is not None:
            self._app.archive.close()
            self._app.downloads.close()
            self._app = None
