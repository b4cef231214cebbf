"""One download: a short-lived address on another host, streamed to disk while it is hashed.

No token, no cookie and no `.netrc` goes to that host; at most two redirects, each to https or loopback. A cut
transfer keeps what came and goes on from there with `Range`; after a power cut only bytes that were known to
be on the disk count as come (`partial`).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http.client import HTTPException
from http.cookiejar import DefaultCookiePolicy
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import requests
import urllib3.exceptions

from archiver.chatwork.allowed_urls import is_loopback
from archiver.errors import TransferFailed
from archiver.sync.files.partial import SYNC_EVERY, Partial

Session = requests.Session

MOST_REDIRECTS = 2
TIMEOUT = (10.0, 30.0)
"""Seconds to connect, and between two arrivals."""
CHUNK = 2**18
UNTOLD_FACTOR = 9
"""A file of untold size cannot be fetched in slices: it gets so much more time at once."""

REDIRECTS = (301, 302, 303, 307, 308)

Progress = Callable[[int], None]
"""Told how many bytes of the file are here now."""


@dataclass(frozen=True, slots=True)
class Arrived:
    """How far a download has come."""

    size: int
    sha256: str
    whole: bool


def session() -> Session:
    """A session for downloads: it carries nothing of the user's."""
    return harden(requests.Session())


def harden(over: Session) -> Session:
    """Make any session one for downloads: no `.netrc`, no cookies, bytes as uploaded."""
    over.auth = _no_auth
    over.cookies.set_policy(DefaultCookiePolicy(allowed_domains=()))
    over.headers["Accept-Encoding"] = "identity"  # lengths that can be compared
    return over


def fetch(
    over: Session,
    url: str,
    part: Path,
    *,
    size: int | None,
    most: int,
    seconds: float | None = None,
    progress: Progress,
    timeout: tuple[float, float] = TIMEOUT,
    durable_every: int = SYNC_EVERY,
) -> Arrived:
    """Bring `part` nearer to `size` bytes (None = not told: as many as come, up to `most`).

    Stops after `seconds` (None = no limit) with what has come. Raises TransferFailed (its `reason` is a stable
    word, for the record) and OSError of the disk. What cannot become the file is dropped.
    """
    with Partial(part, size or 0, every=durable_every) as partial:
        if size and partial.have == size:
            partial.finish()
            return Arrived(size, partial.sha256, whole=True)
        try:
            response = _open(over, url, partial, timeout)
        except (requests.RequestException, urllib3.exceptions.HTTPError, HTTPException) as error:
            raise TransferFailed(reason="unreachable", detail=type(error).__name__) from None
        with response:
            _begin(response, partial, size)
            try:
                limit, told = (most, False) if size is None else (size, True)
                return _stream(response, partial, limit, told=told, seconds=seconds, progress=progress)
            except (requests.RequestException, urllib3.exceptions.HTTPError, HTTPException) as error:
                raise TransferFailed(reason="cut", detail=type(error).__name__) from None


def drop(part: Path) -> None:
    """Forget what came of a file. Raises OSError."""
    Partial.drop_at(part)


def _stream(
    response: requests.Response,
    partial: Partial,
    size: int,
    *,
    told: bool,
    seconds: float | None,
    progress: Progress,
) -> Arrived:
    until = None if seconds is None else time.monotonic() + seconds
    # As it arrives: whoever waits for whole pieces waits for a host that drips, and loses them when it is cut.
    while piece := response.raw.read1(CHUNK, decode_content=True):
        if partial.have + len(piece) > size:
            partial.drop()
            raise TransferFailed(reason="wrong_size", detail=f"> {size}")
        partial.add(piece)
        progress(partial.have)
        if until is not None and time.monotonic() >= until and partial.have < size:
            if told:
                return Arrived(partial.have, "", whole=False)
            if time.monotonic() >= until + UNTOLD_FACTOR * (seconds or 0):
                partial.drop()  # without a size nothing says where it would go on
                raise TransferFailed(reason="slow", detail=str(partial.have))
    if told and partial.have != size:
        # The host ended the body in good order, so more would not come another time.
        arrived = partial.have
        partial.drop()
        raise TransferFailed(reason="wrong_size", detail=f"{arrived} / {size}")
    partial.finish()
    return Arrived(partial.have, partial.sha256, whole=True)


def _open(over: Session, url: str, partial: Partial, timeout: tuple[float, float]) -> requests.Response:
    """The answer of the last of at most three addresses."""
    headers = {"Range": f"bytes={partial.have}-"} if partial.have else {}
    if partial.have and partial.etag:
        headers["If-Range"] = partial.etag
    for _ in range(MOST_REDIRECTS + 1):
        # A proxy would send what belongs on this computer off it.
        proxies = {"no_proxy": "*"} if checked_host(url) else None
        response = _get(over, url, headers, timeout, proxies)
        if response.status_code not in REDIRECTS:
            return response
        response.close()
        url = _joined(url, response.headers.get("location", ""))
    raise TransferFailed(reason="redirects", detail=f"> {MOST_REDIRECTS}")


def _get(
    over: Session,
    url: str,
    headers: Mapping[str, str],
    timeout: tuple[float, float],
    proxies: dict[str, str] | None,
) -> requests.Response:
    """Ask; once more if the host hung up before it answered.

    It may have closed a connection kept from the file before just as this request left (RFC 9112 §9.3.1).
    """

    def ask() -> requests.Response:
        return over.get(url, headers=headers, stream=True, allow_redirects=False, timeout=timeout, proxies=proxies)

    try:
        return ask()
    except requests.ConnectionError as error:
        if not (error.args and isinstance(error.args[0], urllib3.exceptions.ProtocolError)):
            raise  # nobody is there: that takes its time, and another try no less
        return ask()


def _joined(url: str, location: str) -> str:
    try:
        return urljoin(url, location)
    except ValueError:
        raise TransferFailed(reason="address", detail="?") from None


def checked_host(url: str) -> bool:
    """Whether an address is on this computer; only https, or http to this computer, and no password in it.

    Raises TransferFailed for every other address.
    """
    try:
        url.encode()  # a lone surrogate has no place in an address
        parts = urlsplit(url)
        host = parts.hostname or ""
        good = bool(host) and parts.username is None and parts.port != 0
    except ValueError:
        raise TransferFailed(reason="address", detail="?") from None
    loopback = is_loopback(host)
    if not good or not (parts.scheme == "https" or (parts.scheme == "http" and loopback)):
        raise TransferFailed(reason="address", detail=parts.scheme)
    return loopback


def _begin(response: requests.Response, partial: Partial, size: int | None) -> None:
    """Check that this is the file, or the rest of it, before anything that has come is given up."""
    status, headers = response.status_code, response.headers
    if status == 403:  # an address that is over, or a place that is closed: they look alike
        raise TransferFailed(reason="refused", detail=str(status))
    if status in (404, 410):
        raise TransferFailed(reason="not_found", detail=str(status))
    if status == 206:
        if size is None or headers.get("content-range", "").strip() != f"bytes {partial.have}-{size - 1}/{size}":
            partial.drop()
            raise TransferFailed(reason="wrong_size", detail="content-range")
    elif status == 200:
        length = headers.get("content-length", "")
        is_plain = size is not None and "content-encoding" not in headers and length.isdecimal()
        if is_plain and int(length[:20]) != size:
            raise TransferFailed(reason="wrong_size", detail=f"{length[:20]} / {size}")
        if size is None and _is_page(headers):
            raise TransferFailed(reason="not_understood", detail="html")
        partial.restart()
    else:
        if status == 416:
            partial.drop()  # the file ends before what is here
        raise TransferFailed(reason="status", detail=str(status))
    partial.remember(headers.get("etag", ""))


def _is_page(headers: Mapping[str, str]) -> bool:
    """Whether this is somebody's page rather than a file: where no size is told, nothing else tells."""
    kind = headers.get("content-type", "").strip().lower()
    return kind.startswith("text/html") and "attachment" not in headers.get("content-disposition", "").lower()


def _no_auth(request: requests.PreparedRequest) -> requests.PreparedRequest:
    return request
