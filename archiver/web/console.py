"""Puts the application together: its context, its pages, and when it has been left alone."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from pathlib import Path

from flask import Blueprint

from archiver import errors
from archiver.app import utc_now
from archiver.rounds.run_log import note_bug
from archiver.store.statements import QUIET
from archiver.web import saving
from archiver.web.console_context import ConsoleContext
from archiver.web.exports import made_packages, message_use, packages, quotations
from archiver.web.first_run import start
from archiver.web.home import home
from archiver.web.job import contracts, erasing, evidence
from archiver.web.jobs import JobRunner, RunningNote, note_file
from archiver.web.security import base_pages
from archiver.web.settings import archives, assistants, copies, guides_page, notice_settings, settings
from archiver.web.trouble import emergency, lost
from archiver.web.trouble.trouble_words import TroubleWords, trouble_words

IDLE_MINUTES = 20

PAGES = (
    start.pages,
    lost.pages,
    home.pages,
    archives.pages,
    packages.pages,
    made_packages.pages,
    made_packages.printed_pages,
    quotations.pages,
    emergency.pages,
    contracts.pages,
    contracts.adding_pages,
    erasing.pages,
    message_use.pages,
    copies.pages,
    evidence.pages,
    settings.pages,
    lost.upgrading_pages,
    notice_settings.pages,
    assistants.pages,
    guides_page.pages,
    saving.pages,
)


def build_context(home: Path, environ: Mapping[str, str]) -> ConsoleContext:
    """The context of an application for one archive, which need not exist yet."""

    def note(error: BaseException) -> Path | None:
        """Keep a fault in the home's log, if there is a home."""
        return note_bug(home, error, at=utc_now()) if home.is_dir() else None

    damage_seen = threading.Event()

    def words_of(error: errors.ArchiverError) -> TroubleWords:
        """The words of an error that ended a job; damage that it met is remembered for the pages."""
        if isinstance(error, errors.ArchiveDamaged):
            damage_seen.set()
        return trouble_words(error)

    runner = JobRunner(utc_now, note, RunningNote(note_file(home)), words_of)
    context = ConsoleContext(home, environ, utc_now, runner, damage_seen=damage_seen)
    context.may_be_typed.set()  # an application that was killed left it so
    return context


def pages(context: ConsoleContext) -> tuple[Blueprint, ...]:
    """The blueprints that write, for `web.app.build_app`."""
    return (base_pages(context), *PAGES)


def is_left_alone(context: ConsoleContext) -> bool:
    """Whether nobody used it for long, and no job runs; called every few seconds, it also ends what was typed."""
    context.state_typed(QUIET)
    return not context.jobs.is_busy and context.activity.idle_seconds() > IDLE_MINUTES * 60
