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
from archiver.rounds.round_parts import IDLE_PARTS_LIMIT, LOCK_PATIENCE_SECONDS, LOCK_PAUSE_SECONDS
from archiver.store.working import remembered_values
from archiver.store.working.backfill_queue import MessagePlace
from archiver.sync.found_ids import RecoveryResult, allowance_wait, estimate_minutes, read_recovered
from archiver.sync.run import Options, ProgressCallbacks


def recover_round(app: App, places: Collection[MessagePlace], tell: Callable[[int, int], None]) -> RecoveryResult:
    """Read recovered ids; it ends with a seal and stamps, however it ends.

    `tell` is called with how many of a part were read and how many it has. Raises ArchiveInUse at once if another run
    holds the lock, and what `found_ids.read_recovered` raises.
    """
    app.chatwork.transport.may_wait = False
    try:
        return _read_all(app, places, tell)
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


def _read_all(app: App, places: Collection[MessagePlace], tell: Callable[[int, int], None]) -> RecoveryResult:
    result: RecoveryResult | None = None
    idle_parts = 0
    while True:
        try:
            part = _read_part(app, places, tell, is_first=result is None and not idle_parts)
        except errors.BudgetSpent:
            idle_parts += 1
            if idle_parts >= IDLE_PARTS_LIMIT:
                raise
        else:
            idle_parts = 0 if part.report.requests > 1 else idle_parts + 1  # one tells the account
            result = part.after(result)
            if not part.must_wait or idle_parts >= IDLE_PARTS_LIMIT:
                return result
        _wait_for_allowance(app)
        _save_meanwhile(app)


def _read_part(
    app: App, places: Collection[MessagePlace], tell: Callable[[int, int], None], *, is_first: bool
) -> RecoveryResult:
    """Read until the allowance is used up, with budget, saved messages and queue as they are now."""
    until = app.now() + timedelta(seconds=LOCK_PATIENCE_SECONDS)
    while True:
        try:
            with hold_round(app, TELL_NOBODY):
                settle_seals(app)
                seal_if_due(app)
                digest = settings_digest(app.settings)
                part = read_recovered(app.archive, app.chatwork, places, now=app.now, progress=tell, settings=digest)
                run_log.write(app.settings.home, part.report)
                return part
        except errors.ArchiveInUse:
            if is_first or app.now() > until:
                raise
        app.sleep(LOCK_PAUSE_SECONDS)


def _wait_for_allowance(app: App) -> None:
    """Wait, without the lock, until the allowance is there again."""
    wait = allowance_wait(app.chatwork) + timedelta(seconds=1)
    if app.chatwork.transport.on_wait is not None:
        app.chatwork.transport.on_wait(wait)
    app.sleep(wait.total_seconds())


def _save_meanwhile(app: App) -> None:
    """Run a whole round if no other run did for as long as rounds are apart; its troubles are said by the next one."""
    every = app.settings.sync.every
    with app.archive.reading() as reading:
        last = remembered_values.last_saved_at(reading)
    if last is not None and timedelta() <= app.now() - last < every:
        return
    with contextlib.suppress(errors.ArchiveInUse, errors.ChatworkError):
        run_round(app, Options(max_seconds=int(every.total_seconds())), ProgressCallbacks())


def minutes_left(app: App, number: int) -> int:
    """The minutes that so many single reads take within the allowance, as the last reply of any run told it."""
    transport = app.chatwork.transport
    budget = transport.budget
    if budget.remaining is None:
        with app.archive.reading() as reading:
            stored = remembered_values.BUDGET.recall(reading)
        if stored is not None:
            budget = replace(budget, limit=stored.limit, remaining=stored.remaining, reset=stored.reset)
    return estimate_minutes(number, budget, reserve=app.settings.sync.reserve, now=transport.clock.own())
