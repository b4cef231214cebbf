"""One download: a short-lived address on another host, streamed to disk while it is hashed.

No token, no cookie and no `.netrc` goes to that host; at most two redirects, each to https or loopback. A cut
transfer keeps what came and goes on from there with `Range`.
"""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from http.client import HTTPException
from http.cookiejar import DefaultCookiePolicy
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import requests
import urllib3.exceptions

from archiver.chatwork.address import is_loopback
from archiver.errors import TransferFailed

MOST_REDIRECTS = 2
TIMEOUT = (10.0, 30.0)
"""Seconds to connect, and between two arrivals."""
CHUNK = 2**18

Progress = Callable[[int], None]
"""Told how many bytes of the file are here now."""


@dataclass(frozen=True, slots=True)
class Arrived:
    """How far a download has come."""

    size: int
    sha256: str
    whole: bool


def session() -> requests.Session:
    """A session for downloads: it carries nothing of the user's."""
    made = requests.Session()
    made.auth = _no_auth
    made.cookies.set_policy(DefaultCookiePolicy(allowed_domains=()))
    made.headers["Accept-Encoding"] = "identity"  # the bytes as uploaded, and lengths that can be compared
    return made


def fetch(
    over: requests.Session, url: str, part: Path, *, size: int, seconds: float | None = None, progress: Progress
) -> Arrived:
    """Bring `part` nearer to `size` bytes; stop after `seconds` (None = no limit) with what has come.

    Raises TransferFailed (its `reason` is a stable word, for the record) and OSError of the disk.
    """
    have, sofar = _begun(part, size)
    if have == size and size:
        return Arrived(have, sofar.hexdigest(), whole=True)
    try:
        with _open(over, url, have, _mark(part)) as response:
            if response.status_code == 200 and have:
                have, sofar = 0, hashlib.sha256()
            _check(response, have, size)
            _remember_mark(part, response)
            return _stream(response, part, have, sofar, size=size, seconds=seconds, progress=progress)
    except (requests.RequestException, urllib3.exceptions.HTTPError, HTTPException) as fault:
        raise TransferFailed(reason="cut", detail=type(fault).__name__) from None


def _stream(
    response: requests.Response,
    part: Path,
    have: int,
    sofar: hashlib._Hash,
    *,
    size: int,
    seconds: float | None,
    progress: Progress,
) -> Arrived:
    until = None if seconds is None else time.monotonic() + seconds
    with part.open("r+b" if have else "wb") as file:
        os.chmod(part, 0o600)  # noqa: PTH101 - before the first byte
        file.seek(have)
        file.truncate()
        for piece in response.iter_content(CHUNK):
            have += len(piece)
            if have > size:
                raise TransferFailed(reason="wrong_size", detail=f"> {size}")
            file.write(piece)
            sofar.update(piece)
            progress(have)
            if until is not None and time.monotonic() >= until and have < size:
                return Arrived(have, "", whole=False)
    if have != size:
        # The host ended the body in good order, so more would not come another time.
        raise TransferFailed(reason="wrong_size", detail=f"{have} / {size}")
    return Arrived(have, sofar.hexdigest(), whole=True)


def _begun(part: Path, size: int) -> tuple[int, hashlib._Hash]:
    """How many bytes are here from before, and their digest."""
    sofar = hashlib.sha256()
    if not part.exists() or part.stat().st_size > size:
        part.unlink(missing_ok=True)
        return 0, sofar
    have = 0
    with part.open("rb") as file:
        while piece := file.read(CHUNK):
            sofar.update(piece)
            have += len(piece)
    return have, sofar


def _open(over: requests.Session, url: str, have: int, mark: str | None) -> requests.Response:
    headers = {"Range": f"bytes={have}-"} if have else {}
    if have and mark:
        headers["If-Range"] = mark
    for _ in range(MOST_REDIRECTS + 1):
        _check_address(url)
        response = over.get(url, headers=headers, stream=True, allow_redirects=False, timeout=TIMEOUT)
        if response.status_code not in (301, 302, 303, 307, 308):
            return response
        url = urljoin(url, response.headers.get("location", ""))
        response.close()
    raise TransferFailed(reason="redirects", detail=f"> {MOST_REDIRECTS}")


def _check_address(url: str) -> None:
    """Only https, or http to this computer; nothing that hides a password."""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:
        raise TransferFailed(reason="address", detail="?") from None
    good = parts.scheme == "https" or (parts.scheme == "http" and is_loopback(host))
    if not good or not host or parts.username is not None:
        raise TransferFailed(reason="address", detail=parts.scheme)


def _check(response: requests.Response, have: int, size: int) -> None:
    status = response.status_code
    if status in (403, 404, 410):
        raise TransferFailed(reason="not_found", detail=str(status))
    if status not in (200, 206):
        raise TransferFailed(reason="status", detail=str(status))
    if status == 206 and response.headers.get("content-range", "").strip() != f"bytes {have}-{size - 1}/{size}":
        raise TransferFailed(reason="wrong_size", detail="content-range")


def _mark_file(part: Path) -> Path:
    return part.with_suffix(".etag")


def _mark(part: Path) -> str | None:
    try:
        return _mark_file(part).read_text("ascii") or None
    except (OSError, UnicodeDecodeError):
        return None


def _remember_mark(part: Path, response: requests.Response) -> None:
    """Keep a strong ETag, so that a resumed file is never made of two different ones."""
    tag = response.headers.get("etag", "")
    if tag.startswith('"') and tag.isascii() and len(tag) < 200:
        _mark_file(part).write_text(tag, "ascii")
    else:
        _mark_file(part).unlink(missing_ok=True)


def drop(part: Path) -> None:
    """Forget what came of a file."""
    part.unlink(missing_ok=True)
    _mark_file(part).unlink(missing_ok=True)


def _no_auth(request: requests.PreparedRequest) -> requests.PreparedRequest:
    return request
