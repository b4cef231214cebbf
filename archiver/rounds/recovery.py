"""Reads recovered ids part by part: between the parts, while the allowance is used up, the round lock is free.

Other runs may save meanwhile; if none does, a whole round is run here, so that every room is read at its pace.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Collection
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from archiver import errors
from archiver.app import App
from archiver.custody import stamp_requests
from archiver.custody.put_back_databases import take_in
from archiver.rounds import run_log
from archiver.rounds.round import TELL_NOBODY, hold_round, run_round, seal, seal_if_due, settings_digest, settle_seals
from archiver.rounds.round_parts import Part, run_in_parts
from archiver.store.working import remembered_values
from archiver.store.working.single_reads import MessagePlace
from archiver.sync.found_ids import RecoveryResult, estimate_minutes, read_recovered
from archiver.sync.run_start import Options, ProgressCallbacks


def recover_round(app: App, places: Collection[MessagePlace], tell: Callable[[int, int], None]) -> RecoveryResult:
    """Read recovered ids; it ends with a seal and stamps, however it ends.

    `tell` is called with how many of a part were read and how many it has. Raises ArchiveInUse at once if another run
    holds the lock, and what `found_ids.read_recovered` raises.
    """

    def read_part(earlier: RecoveryResult | None, _seconds: float | None) -> Part[RecoveryResult]:
        """Read until the allowance is used up, with budget, saved messages and queue as they are now."""
        with hold_round(app, TELL_NOBODY):
            settle_seals(app)
            seal_if_due(app)
            digest = settings_digest(app.settings)
            part = read_recovered(app.archive, app.chatwork, places, now=app.now, progress=tell, settings=digest)
            run_log.write(app.settings.home, part.report)
        has_read = part.report.requests > 1  # one tells the account
        return part.after(earlier), has_read, part.must_wait

    try:
        return run_in_parts(app, read_part, meanwhile=lambda: _save_meanwhile(app))
    finally:
        with contextlib.suppress(errors.StorageError):
            seal(app)
            stamp_requests.request_stamps(app, at_once=True)


def take_in_round(app: App, path: Path) -> int:
    """Take in the messages of another database of this archive and seal them; how many records that made.

    Raises NothingThere if it is none, ArchiveInUse at once if another run holds the lock, StorageError.
    """
    with app.archive.round_lock():
        taken = take_in(app.archive, path, now=app.now())
    seal(app)
    stamp_requests.request_stamps(app, at_once=True)
    return taken


def _save_meanwhile(app: App) -> None:
    """Run a whole round if no other run did for as long as rounds are apart; its troubles are said by the next one."""
    every = app.settings.sync.every
    last = app.archive.read(remembered_values.last_saved_at)
    if last is not None and timedelta() <= app.now() - last < every:
        return
    with contextlib.suppress(errors.ArchiveInUse, errors.ChatworkError):
        run_round(app, Options(max_seconds=int(every.total_seconds())), ProgressCallbacks())


def time_left(app: App, number: int) -> timedelta:
    """How long so many single reads take within the allowance, as the last reply of any run told it."""
    transport = app.chatwork.transport
    budget = transport.budget
    if budget.remaining is None:
        stored = app.archive.read(remembered_values.BUDGET.recall)
        if stored is not None:
            budget = replace(budget, limit=stored.limit, remaining=stored.remaining, reset=stored.reset)
    minutes = estimate_minutes(number, budget, reserve=app.settings.sync.reserve, now=transport.clock.own())
    return timedelta(minutes=minutes)
