"""One whole round: seal what is due → sync → seal if something disappeared → daily exports.

`archive sync` and the daemon run the same round. It is the only thing that holds the round lock.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, replace
from datetime import timedelta
from gettext import gettext as _

from archiver.app import App
from archiver.export import daily
from archiver.schedule import log
from archiver.settings.model import Settings
from archiver.store import seal
from archiver.store.queries import contracts
from archiver.sync import run as sync
from archiver.sync.download import Limits
from archiver.sync.report import SyncReport


def run(app: App, options: sync.Options, talk: sync.Talk) -> SyncReport:
    """Run one round. Raises ArchiveInUse at once if another one runs, and what `sync.run.run` raises.

    What is due is sealed before Chatwork is asked, so that a round that fails later still leaves a seal.
    """
    with app.archive.round_lock():
        sealed = _seal_if_due(app)
        report = sync.run(
            app.archive, app.chatwork, app.downloads, now=app.now, options=_options(app.settings, options), talk=talk
        )
        if report.disappeared:
            sealed = _seal(app) or sealed
        report.sealed = sealed
        report.complaints = _dailies(app, at_once=report.disappeared)
        log.write(app.settings.home, report)
        return report


def _seal_if_due(app: App) -> int | None:
    with app.archive.reading() as reading:
        due = seal.is_due(reading, now=app.now())
    return _seal(app) if due else None


def _seal(app: App) -> int | None:
    made = seal.close(app.archive, now=app.now())
    return made[-1].number if made else None


def _options(settings: Settings, options: sync.Options) -> sync.Options:
    files = settings.files
    return replace(
        options,
        full_every=settings.sync.full_every,
        reread_every=timedelta(days=settings.sync.reread_days),
        limits=Limits(files.large_bytes, files.max_bytes, files.stop_when_free_bytes),
        settings=settings_digest(settings),
    )


def settings_digest(settings: Settings) -> str:
    """SHA-256 of the settings that decide what is read and kept; the record of a run names it."""
    chosen = {"sync": asdict(settings.sync), "files": asdict(settings.files)}
    told = json.dumps(chosen, sort_keys=True, default=_seconds)
    return hashlib.sha256(told.encode()).hexdigest()


def _seconds(value: timedelta) -> float:
    return value.total_seconds()


def _dailies(app: App, *, at_once: bool) -> tuple[str, ...]:
    """The daily exports that are due, and their copies elsewhere; what could not be written is told."""
    if not app.settings.exports.daily:
        return ()
    with app.archive.reading() as reading:
        names = [contract.id for contract in contracts.contracts(reading)]
    limit = app.settings.exports.daily_file_bytes
    for name in names:
        daily.daily(app.archive, name, now=app.now, file_limit_bytes=limit, at_once=at_once)
    failed = daily.copy_to(app.settings.home, app.settings.exports.also_to)
    sentence = _("No copy could be made in {folder}: {detail}")
    return tuple(sentence.format(folder=one.folder, detail=one.detail) for one in failed)
