"""After a restore of the ledger every saver first brings what its copies hold, and all wait for those that are known.

A ledger that was put back to an earlier time has another life (`ledger.life()`), and every saver that it knows is of an
earlier one. Whoever took work before all had come would give away the numbers of what another copy holds.
"""

from __future__ import annotations

import platform
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import NamedTuple

from archiver import errors
from archiver.team.copies import Copies
from archiver.team.ledger.service import Saver, TeamLedger

_CHECK_IN_EVERY = 3600.0


class Waiting(NamedTuple):
    """Why no work is taken."""

    awaited: Sequence[Saver]
    failed: dict[int, str]
    """Copies here that could not be brought to the ledger, and the names of the errors."""


class Gathering:
    """One saver's part in it."""

    def __init__(
        self, copies: Copies, ledger: TeamLedger, tell: Callable[[Waiting], None] = lambda _waiting: None
    ) -> None:
        """Take the copies; `tell` is told, once as long as nothing changes, why no work is taken."""
        self._copies, self._ledger, self._tell = copies, ledger, tell
        self._checked_in: float | None = None
        self._life: str | None = None
        self._told: Waiting | None = None

    def attend(self, *, is_told: bool = False) -> bool:
        """Bring what the copies hold if the ledger was put back or is new to this saver; say why the team waits.

        `is_told`: somebody says that it was put back.

        True: it was put back while this saver worked, so what it says of who works is of an earlier time.
        """
        life = self._life
        with suppress(errors.LedgerUnavailable, errors.StorageError):
            self._life = self._ledger.life()
            identity = self._copies.identity()
            self._close_again()
            own = next((saver for saver in self._ledger.savers() if saver.cache == identity), None)
            is_new = is_told or own is None or own.is_awaited
            failed = self._copies.bring_all() if is_new else {}
            if not failed and (is_new or self._is_time()):
                set_aside = sum(map(len, self._copies.set_aside().values()))
                self._ledger.check_in(identity, platform.node(), set_aside)
                self._checked_in = time.monotonic()
            self._tell_once(Waiting([saver for saver in self._ledger.savers() if saver.is_awaited], failed))
        return life not in (None, self._life)

    def _close_again(self) -> None:
        """Close what a restore has opened again: nobody is saved who had left, until they give a token again."""
        closed = self._ledger.closed_archives()
        life, known = self._copies.known_closed()
        if life not in ("", self._life):
            for archive in known - closed:
                self._ledger.close_archive(archive)
            closed |= known
        if (life, known) != (self._life, closed):
            self._copies.note_closed(str(self._life), closed)

    def _is_time(self) -> bool:
        return self._checked_in is None or time.monotonic() - self._checked_in > _CHECK_IN_EVERY

    def _tell_once(self, waiting: Waiting) -> None:
        if waiting != self._told and (waiting.awaited or waiting.failed):
            self._tell(waiting)
        self._told = waiting
