"""Builds the application from the settings; only here the real network, clock and sleep are chosen."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

import requests

from archiver import tsa
from archiver.chatwork.client import Client
from archiver.chatwork.transport import Transport
from archiver.corrected_clock import CorrectedClock
from archiver.errors import BadRoots
from archiver.evidence.stamps.timestamp import Authority
from archiver.settings.model import Settings
from archiver.settings.token import read_token
from archiver.store.archive import Archive


@dataclass(frozen=True, slots=True)
class App:
    """The parts with which a round of saving works: settings, archive, network, clock, authorities."""

    settings: Settings
    archive: Archive
    chatwork: Client
    """Reads the token at its first request."""
    downloads: requests.Session
    """Sends no token, no cookies and no passwords of `.netrc`."""
    now: Callable[[], datetime]
    """The time by Chatwork's clock, as far as its offset is known."""
    sleep: Callable[[float], None]
    authorities: tuple[Authority, ...] = ()
    """All time-stamp authorities of the settings. One whose root cannot be read has no roots, and its stamps wait."""
    root_errors: tuple[BadRoots, ...] = ()
    """Errors of unreadable roots: warnings in a round of saving, errors in a command that only stamps."""


def utc_now() -> datetime:
    """The time of this machine's clock, aware."""
    return datetime.now(UTC)


def build_app(
    settings: Settings,
    environ: Mapping[str, str],
    *,
    downloads: requests.Session | None = None,
    now: Callable[[], datetime] = utc_now,
    monotonic: Callable[[], float] | None = time.monotonic,
    clock: CorrectedClock | None = None,
    sleep: Callable[[float], None] = time.sleep,
    token: Callable[[], str] | None = None,
) -> App:
    """Build the parts. Nothing is sent yet, and only pinned roots are read. Raises BadBaseUrl.

    `now` is this computer's clock, `monotonic` one that nobody can set (None: `now` is not set either). `clock`: the
    one of this process, in place of both, where it outlives the parts. `token`: reads the token, where the settings do
    not name its place.
    """
    clock = clock or CorrectedClock(now, monotonic)
    client = Client(
        Transport(
            requests.Session(),
            token=token or (lambda: read_token(settings, environ)),
            clock=clock,
            sleep=sleep,
            base_url=settings.base_url,
            reserve=settings.sync.reserve,
        )
    )
    authorities, root_errors = tsa.build_authorities(settings.home, settings.timestamp.authorities, environ)
    session = downloads or requests.Session()
    return App(settings, Archive(settings.home, clock=clock), client, session, clock, sleep, authorities, root_errors)


def require_archive(app: App) -> App:
    """Return the app if its home holds an archive. Raises NoArchive."""
    if not app.archive.exists():
        raise app.archive.absence()
    return app
