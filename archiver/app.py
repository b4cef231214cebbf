"""Builds the whole from the settings; the only place where the real network, clock and sleep are chosen."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

import requests

from archiver import tsa
from archiver.chatwork.client import Client
from archiver.chatwork.transport import Transport
from archiver.errors import BadRoots, NoArchive
from archiver.evidence.stamps.timestamp import Authority
from archiver.settings.model import Settings
from archiver.settings.token import token
from archiver.store.archive import Archive


@dataclass(frozen=True, slots=True)
class App:
    """What a whole round works with; held by `schedule`, `cli` and the demo's story alone."""

    settings: Settings
    archive: Archive
    chatwork: Client
    """Asks for the token at its first request."""
    downloads: requests.Session
    """Carries no token, no cookies, no `.netrc`."""
    now: Callable[[], datetime]
    sleep: Callable[[float], None]
    authorities: tuple[Authority, ...] = ()
    """Who stamps the seals, every one of the settings; one whose root cannot be read has none, and only waits."""
    root_faults: tuple[BadRoots, ...] = ()
    """What is wrong with those roots: a warning for whoever saves, an error for whoever only wants to stamp."""


def utc_now() -> datetime:
    """The clock of this machine, aware."""
    return datetime.now(UTC)


def build_app(
    settings: Settings,
    environ: Mapping[str, str],
    *,
    downloads: requests.Session | None = None,
    now: Callable[[], datetime] = utc_now,
    sleep: Callable[[float], None] = time.sleep,
) -> App:
    """Join the parts; nothing is sent or asked yet, and only pinned roots are read. Raises BadBaseUrl."""
    client = Client(
        Transport(
            requests.Session(),
            token=lambda: token(settings, environ),
            now=now,
            sleep=sleep,
            base_url=settings.base_url,
            reserve=settings.sync.reserve,
        )
    )
    authorities, faults = tsa.ready(settings.home, settings.timestamp.authorities)
    over = downloads or requests.Session()
    return App(settings, Archive(settings.home), client, over, now, sleep, authorities, faults)


def require_archive(app: App) -> App:
    """The same, if its home holds an archive. Raises NoArchive."""
    if not app.archive.exists():
        raise NoArchive(path=app.settings.home)
    return app
