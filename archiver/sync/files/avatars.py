"""Downloads avatars and icons, best effort: after everything else, a few per run, never counted or reported.

The requests carry no token and no cookie, follow no redirect and go only to https, or to this computer where the API is
on it too.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from contextlib import suppress
from datetime import datetime, timedelta

import requests

from archiver.chatwork.exchange import NETWORK_ERRORS, ExchangeDeadline
from archiver.errors import StorageError, TransferFailed
from archiver.store import avatars
from archiver.store.archive import Archive
from archiver.sync.files.transfer import check_address

PICTURES_LIMIT = 10
"""The most pictures tried in one run."""

PICTURE_SECONDS = 5.0
"""The time for one picture."""

PICTURE_BYTES = 2**20
"""The largest size of one picture."""

RETRY_AFTER = timedelta(days=1)
"""The time until a picture that could not be downloaded is tried again."""

FAILURES_LIMIT = 2
"""After so many failures in a row nobody seems to answer, and the rest waits for another run."""


def fetch_avatars(
    archive: Archive,
    session: requests.Session,
    rooms: Collection[int],
    *,
    now: Callable[[], datetime],
    limit: int = PICTURES_LIMIT,
    seconds: float = PICTURE_SECONDS,
) -> None:
    """Download some missing pictures of these rooms and their people; `session` is one for downloads.

    Raises StorageError only where the archive itself cannot be read.
    """
    with archive.reading() as reading:
        urls = avatars.due_urls(reading, rooms, at=now(), limit=limit)
    failures = 0
    for url in urls:
        body = get_picture(session, url, seconds)
        failures = 0 if body is not None else failures + 1
        with suppress(OSError, StorageError):  # a picture is not worth a report
            avatars.record_download(archive, url, body, next_at=now() + RETRY_AFTER)
        if failures >= FAILURES_LIMIT:
            return


def get_picture(session: requests.Session, url: str, seconds: float = PICTURE_SECONDS) -> bytes | None:
    """A picture's bytes; None if it could not be downloaded whole in time."""
    if not _is_allowed(url):
        return None
    try:
        with (
            ExchangeDeadline(seconds) as deadline,
            session.get(url, stream=True, allow_redirects=False, timeout=seconds) as response,
        ):
            is_picture = response.headers.get("content-type", "").strip().lower().startswith("image/")
            return _read_picture(response, deadline) if response.status_code == 200 and is_picture else None
    except (*NETWORK_ERRORS, OSError, ValueError):
        return None


def _read_picture(response: requests.Response, deadline: ExchangeDeadline) -> bytes | None:
    body = bytearray()
    while chunk := response.raw.read1(2**16, decode_content=True):
        body += chunk
        if len(body) > PICTURE_BYTES:
            return None
        deadline.check()
    length = response.headers.get("content-length", "")
    whole = "content-encoding" in response.headers or not length.isdecimal() or int(length[:20]) == len(body)
    return bytes(body) if body and whole else None


def _is_allowed(url: str) -> bool:
    """Whether the address is allowed, as for files."""
    try:
        check_address(url)
    except TransferFailed:
        return False
    return True
