"""Avatars and icons, best effort: after everything else, a few a run, never counted and never a trouble.

The requests carry no token and no cookie, follow no redirect and go to https or this computer only.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection
from contextlib import suppress
from datetime import datetime, timedelta
from http.client import HTTPException

import requests
import urllib3.exceptions

from archiver.errors import StorageError, TransferFailed
from archiver.store import avatars
from archiver.store.archive import Archive
from archiver.sync.files.transfer import checked_host

MOST = 10
"""Pictures tried in one run."""

SECONDS = 5.0
"""For one picture."""

LARGEST = 2**20
"""Bytes of one picture."""

AGAIN = timedelta(days=1)
"""Until one that could not be had is asked for again."""

MOST_FAILURES = 2
"""In a row: then nobody answers today, and the rest waits for another run."""


def fetch(
    archive: Archive,
    over: requests.Session,
    rooms: Collection[int],
    *,
    now: Callable[[], datetime],
    most: int = MOST,
    seconds: float = SECONDS,
) -> None:
    """Get some pictures of these rooms and their people that are not held; `over` is a session for downloads.

    Raises StorageError only where the archive itself cannot be read.
    """
    with archive.reading() as reading:
        urls = avatars.due_urls(reading, rooms, at=now(), limit=most)
    failures = 0
    for url in urls:
        body = _get(over, url, seconds)
        failures = 0 if body is not None else failures + 1
        with suppress(OSError, StorageError):  # a picture is not worth a word
            avatars.record_download(archive, url, body, next_at=now() + AGAIN)
        if failures >= MOST_FAILURES:
            return


def _get(over: requests.Session, url: str, seconds: float) -> bytes | None:
    """A picture's bytes; None if it could not be had whole in time."""
    if not _is_allowed(url):
        return None
    try:
        with over.get(url, stream=True, allow_redirects=False, timeout=seconds) as response:
            is_picture = response.headers.get("content-type", "").strip().lower().startswith("image/")
            return _body(response, seconds) if response.status_code == 200 and is_picture else None
    except (requests.RequestException, urllib3.exceptions.HTTPError, HTTPException, OSError, ValueError):
        return None


def _body(response: requests.Response, seconds: float) -> bytes | None:
    until = time.monotonic() + seconds
    body = bytearray()
    while piece := response.raw.read1(2**16, decode_content=True):
        body += piece
        if len(body) > LARGEST or time.monotonic() > until:
            return None
    length = response.headers.get("content-length", "")
    whole = "content-encoding" in response.headers or not length.isdecimal() or int(length[:20]) == len(body)
    return bytes(body) if body and whole else None


def _is_allowed(url: str) -> bool:
    """The same addresses as for files."""
    try:
        checked_host(url)
    except TransferFailed:
        return False
    return True
