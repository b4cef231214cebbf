"""What the daemon does, one duty at a time: the round that is due, the verification that is due.

`agenda` decides, this module does it and survives it: whatever the world does is said once a day and tried again.
No scheduler and no clock of its own, so that a year can be run through in a test.
"""

from __future__ import annotations

import hashlib
import traceback
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from archiver import errors
from archiver.app import App
from archiver.evidence.finding import Verification
from archiver.schedule import agenda, log, sampling
from archiver.schedule import round as rounds
from archiver.schedule.agenda import Check, Checks, Hold, Round, Rounds
from archiver.schedule.verification import verify_archive
from archiver.settings.model import Settings
from archiver.store import verifications, work
from archiver.store.archive import Archive, Reading
from archiver.store.clock import moment, stamp
from archiver.store.disk import storage_error
from archiver.store.queries import contracts
from archiver.store.queries import pace as pace_queries
from archiver.store.verifications import Verified
from archiver.sync import pace
from archiver.sync import run as sync
from archiver.sync.report import SyncReport

CHECKED = "daemon-checked"
"""Remembers when a sample and when everything was last verified by the daemon."""

RECENT = timedelta(days=7)
"""How far back a busy hour of a room counts."""

FINDINGS = "findings"
"""What stands for the findings of verifications among the troubles that were said."""

OF_SETTINGS = (errors.BadSettings.__name__, errors.BadBaseUrl.__name__)

STANDING = (FINDINGS, *OF_SETTINGS)
"""Troubles that a good round does not end."""

OF_TOKENS = (errors.TokenRefused, errors.WrongAccount)
"""Refusals that asking again with the same token does not change."""


@dataclass(frozen=True, slots=True)
class Voice:
    """How the user is told; the defaults say nothing."""

    round: Callable[[SyncReport], None] = lambda _report: None
    """After each round that went through."""
    trouble: Callable[[errors.ArchiverError], None] = lambda _fault: None
    """At once when it is new, then once a day."""
    over: Callable[[str], None] = lambda _name: None
    """Once, when it is over; the name of the error's class."""
    findings: Callable[[Verification], None] = lambda _told: None
    """A verification found something wrong."""


class Duties:
    """The daemon's work on one archive; `round` and `check` may run at the same time, each only once."""

    def __init__(
        self,
        load: Callable[[], Settings],
        build: Callable[[Settings], App],
        token: Callable[[Settings], str],
        *,
        now: Callable[[], datetime],
        voice: Voice = Voice(),
        step: Callable[[], None] = lambda: None,
    ) -> None:
        """Take what reads the settings, joins the parts and reads the token; `step` may raise to end a duty early.

        Raises SettingsError if the settings cannot be read now; later the last good ones stand in.
        """
        self._load, self._build, self._token = load, build, token
        self.now, self._voice, self._step = now, voice, step
        self.settings = load()
        self._app: App | None = None
        self._rounds = Rounds()
        self._paces: Mapping[int, timedelta] = {}
        self._hold: Hold | None = None
        self._tried: datetime | None = None
        self._checks: Checks | None = None
        self._said: dict[str, datetime] = {}

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
        except errors.NewerArchive as fault:
            if not isinstance(fault, errors.NoSpaceToMigrate):
                raise
            self._failed(fault)
        except errors.ArchiverError as fault:
            self._failed(fault)
        except OSError as fault:
            self._failed(storage_error(fault, self.settings.home))
        except Exception as bug:  # noqa: BLE001 - one round with a bug in it must not end a year of saving: it is said and logged
            self._failed(_told(bug))
        finally:
            self._rest()
        self._rounds = agenda.done(self._rounds, made, begun=begun)
        return True

    def _settle(self) -> None:
        """Take over changed settings; while they cannot be read the last good ones stand."""
        try:
            fresh = self._load()
        except errors.SettingsError as fault:
            self._trouble(fault)
            return
        self._over(*OF_SETTINGS)
        if fresh != self.settings:
            self.settings, self._app = fresh, None

    def _due(self, now: datetime) -> Round | None:
        every = self.settings.sync.every
        found = agenda.round_due(now, self._rounds, every=every, paces=self._paces)
        if found is None or found.rooms is None:
            return found
        with suppress(errors.ArchiverError):  # a contract may have ended since; a fault is met in the round itself
            self._paces = self._fast(now)
        return agenda.round_due(now, self._rounds, every=every, paces=self._paces)

    def _make(self, made: Round) -> None:
        if self._app is None:
            self._app = self._build(self.settings)
        app = self._app
        if not agenda.may_ask(self._hold, self._mark(), self.now()):
            self._trouble(errors.TokenRefused())
            rounds.upkeep(app)
            return
        options = sync.Options(rooms=made.rooms, max_seconds=self.settings.sync.every.total_seconds())
        report = rounds.run(app, options, sync.Talk(step=self._at_step, file=self._at_step))
        self._hold = None
        self._over(*(name for name in list(self._said) if name not in STANDING))
        self._voice.round(report)
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
            self._hold = agenda.refused(self._hold, self._mark(), self.now())
        self._app = None  # whatever is wrong with its connections is gone with it
        log.note(self.settings.home, f"error={type(fault).__name__}", at=self.now())
        self._trouble(fault)

    def _rest(self) -> None:
        """Between rounds the database is closed: it may be copied, and the disk be taken out."""
        if self._app is not None:
            self._app.archive.close()

    # --- verifications ---------------------------------------------------------------------------

    def check(self) -> bool:
        """Make the verification that is due, if there is one; whether there was. The first round goes before it."""
        now = self.now()
        if self._rounds.whole is None:
            return False
        archive = Archive(self.settings.home)
        try:
            if self._checks is None:
                self._checks = _remembered(archive)
            due = agenda.check_due(now, Checks(self._checks.sample, self._checks.whole, self._tried))
            if due is None:
                return False
            self._tried = now
            self._checked(archive, due, now)
        except errors.ArchiverError as fault:
            self._trouble(fault)
        except OSError as fault:
            self._trouble(storage_error(fault, self.settings.home))
        except Exception as bug:  # noqa: BLE001 - as for a round
            self._trouble(_told(bug))
        finally:
            archive.close()
        return True

    def _checked(self, archive: Archive, due: Check, now: datetime) -> None:
        if due.whole:
            told = verify_archive(archive, deep=True, progress=self._at_step)
        else:
            told = sampling.verify_sample(archive, sampling.part_of(now.date()), step=self._step)
        assert self._checks is not None
        self._checks = Checks(now, now if due.whole else self._checks.whole)
        self._keep(archive, told, due, now)
        if told.ok:
            self._over(*([FINDINGS] if due.whole else []))
        elif agenda.is_to_say(self._said.get(FINDINGS), now):
            self._said[FINDINGS] = now
            self._voice.findings(told)

    def _keep(self, archive: Archive, told: Verification, due: Check, now: datetime) -> None:
        """Remember it, in the archive and in the log: counts and the checks' names."""
        kind = "whole" if due.whole else "sample"
        counts = " ".join(f"{name}={number}" for name, number in told.checked.items())
        log.note(archive.home, f"verified={kind} findings={len(told.findings)} {counts}", at=now)
        made = {"sample": self._checks and self._checks.sample, "whole": self._checks and self._checks.whole}
        with archive.writing() as writing:
            work.remember(writing, CHECKED, {name: at and stamp(at) for name, at in made.items()})
            if due.whole:
                verifications.keep(writing, Verified(now, True, told.checked, len(told.findings), sorted(told.found)))

    # --- what is said ----------------------------------------------------------------------------

    def _trouble(self, fault: errors.ArchiverError) -> None:
        name, now = type(fault).__name__, self.now()
        if agenda.is_to_say(self._said.get(name), now):
            self._said[name] = now
            self._voice.trouble(fault)

    def _over(self, *names: str) -> None:
        for name in names:
            if self._said.pop(name, None) is not None:
                self._voice.over(name)


def _pace(reading: Reading, room: int, *, every: timedelta, now: datetime) -> timedelta:
    rate = pace.per_minute(pace_queries.counted(reading, room, since=now - RECENT))
    return pace.interval(rate, every=every)


def _remembered(archive: Archive) -> Checks:
    with archive.reading() as reading:
        told = work.recall(reading, CHECKED, {})
    sample, whole = (told.get(name) for name in ("sample", "whole"))
    return Checks(sample and moment(sample), whole and moment(whole))


def _told(bug: Exception) -> errors.ArchiverError:
    """A bug as an error that can be said: its kind and place, never its text, which may be somebody's message."""
    frame = traceback.extract_tb(bug.__traceback__)[-1]
    return errors.ArchiverError(detail=f"{type(bug).__name__} ({Path(frame.filename).name}:{frame.lineno})")
