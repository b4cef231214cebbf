"""Whole rounds of a world, and the notices that are due after them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from archiver import errors
from archiver.app import App
from archiver.notices import sentences
from archiver.rounds.round import run_round
from archiver.settings.model import FileSettings, NotifySettings, Settings
from archiver.sync.report import SyncReport
from archiver.sync.run_start import Options, ProgressCallbacks
from tests.support.world import World


def settings(world: World, **notify: Any) -> Settings:
    """The defaults, whatever space this computer has."""
    plain = Settings(world.home, files=FileSettings(stop_when_free_gb=0))
    return replace(plain, notify=NotifySettings(**notify))


def new_app(world: World, **changed: Any) -> App:
    """A newly built program, whose parts may be others than those of the world."""
    client = world.new_client()
    app = App(settings(world), world.archive, client, world.downloads, world.own_clock, world.clock.sleep)
    return replace(app, **changed)


def next_round(world: World, *, minutes: float = 10, **options: Any) -> SyncReport:
    """Run a whole round in a newly built program, some minutes after the last one."""
    world.clock.pass_by(minutes=minutes)
    return run_round(new_app(world), Options(**options), ProgressCallbacks())


def due_sentences(
    world: World, error: errors.ArchiverError | None = None, *, adapts: bool = False, **notify: Any
) -> list[str]:
    """The sentences of the notices that are due now."""
    file_settings = settings(world, **notify)
    return sentences.sentences(
        sentences.take_pending_notices(world.archive, file_settings, error, now=world.clock(), adapts=adapts)
    )
