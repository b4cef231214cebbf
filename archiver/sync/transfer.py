"""One download from a short-lived address on another host, streamed to disk while it is hashed.

No token, no cookie and no `.netrc` goes to that host; at most two redirects, each to https, or to this computer where
the API is on it too. A cut transfer keeps its bytes and is resumed with `Range`; after a power cut only bytes that were
surely on the disk count (`PartialFile`).
"""

from __future__ import annotations

import hashlib
import json
import math
import os
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO, NamedTuple, Self
from urllib.parse import urljoin, urlsplit

import requests
import urllib3.exceptions

from archiver.chatwork import exchange_deadline
from archiver.chatwork.allowed_urls import is_loopback
from archiver.chatwork.exchange_deadline import (
    NETWORK_ERRORS,
    AddressHere,
    ExchangeDeadline,
    ExchangeOverdue,
    watch_session,
)
from archiver.errors import TransferFailed
from archiver.store.durable_files import write_durably

SYNC_EVERY = 64 * 2**20
"""After so many bytes the data so far is made durable."""


class PartialFile:
    """A file that is being downloaded, as a context manager. Raises OSError."""

    def __init__(self, part: Path, size: int) -> None:
        """Resume what is here of a file of `size` bytes (0 = unknown: nothing is resumed)."""
        self.part_path = part
        self.size_here = 0
        self.etag = ""
        self._digest = hashlib.sha256()
        self._file: BinaryIO | None = None
        self._durable = 0
        self._whole = False
        marked, etag = _read_durable_mark(part)
        if 0 < marked <= size and part.exists() and part.stat().st_size >= marked:
            self._resume(marked, etag)

    def __enter__(self) -> Self:
        """Return the file itself."""
        return self

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        """Make the data so far durable, also when the transfer failed, but not on a disk error."""
        if self._file is None:
            return
        if isinstance(error, OSError):
            with suppress(OSError):
                self._file.close()
            return
        with self._file:
            if not self._whole and self.size_here > self._durable:
                self._make_durable()

    def set_whole(self) -> None:
        """Declare the file whole: whoever stores it makes it durable."""
        self._whole = True

    @property
    def sha256(self) -> str:
        """The SHA-256 of the data so far, lower-case hex."""
        return self._digest.hexdigest()

    def restart(self) -> None:
        """Begin with an empty file."""
        if self._file is not None:
            self._file.close()
        self.size_here, self._durable, self._digest = 0, 0, hashlib.sha256()
        _mark_path(self.part_path).unlink(missing_ok=True)
        handle = os.open(self.part_path, os.O_CREAT | os.O_TRUNC | os.O_RDWR | getattr(os, "O_BINARY", 0), 0o600)
        self._file = os.fdopen(handle, "r+b")

    def remember_etag(self, etag: str) -> None:
        """Remember a strong ETag, so that a resumed file is never made of two different versions."""
        strong = etag.startswith('"') and etag.isascii() and etag.isprintable() and len(etag) < 200
        self.etag = etag if strong else ""

    def append(self, chunk: bytes) -> None:
        """Append a chunk of data."""
        assert self._file is not None, "restart or take up first"
        self._file.write(chunk)
        self._digest.update(chunk)
        self.size_here += len(chunk)
        if self.size_here - self._durable >= SYNC_EVERY:
            self._make_durable()

    def discard(self) -> None:
        """Close and remove the file."""
        if self._file is not None:
            self._file.close()
            self._file = None
        self.size_here = 0
        discard_partial(self.part_path)

    def _resume(self, marked: int, etag: str) -> None:
        self._file = self.part_path.open("r+b")
        self._file.truncate(marked)
        while chunk := self._file.read(CHUNK_BYTES):
            self._digest.update(chunk)
        self.size_here = self._durable = marked
        self.etag = etag

    def _make_durable(self) -> None:
        assert self._file is not None
        self._file.flush()
        os.fsync(self._file.fileno())
        self._durable = self.size_here
        mark = json.dumps({"size": self.size_here, "etag": self.etag})
        write_durably(_mark_path(self.part_path), mark.encode("ascii"))


def _mark_path(part: Path) -> Path:
    return part.with_suffix(".mark")


def _read_durable_mark(part: Path) -> tuple[int, str]:
    """How many bytes are surely on the disk, and of which version; 0 if there is no valid mark."""
    try:
        mark = json.loads(_mark_path(part).read_bytes())
        return int(mark["size"]), str(mark["etag"])
    except (OSError, ValueError, LookupError, TypeError):
        return 0, ""


Session = requests.Session

REDIRECTS_LIMIT = 2
TIMEOUT_SECONDS = (10.0, 30.0)
"""Seconds to connect, and between two chunks; both together are the time for the headers, redirects included."""
SHORTEST_SECONDS = 1.0
"""Seconds that the headers get at least, however little time is left."""
CHUNK_BYTES = 2**18
UNKNOWN_SIZE_FACTOR = 10
"""A file of unknown size cannot be downloaded in slices, so it gets the time of so many of them at once."""

REDIRECT_STATUSES = (301, 302, 303, 307, 308)

Progress = Callable[[int], None]
"""Called with how many bytes of the file are here now."""


class DownloadState(NamedTuple):
    """How many bytes of a download are here, their digest if it is whole, and whether it is."""

    size: int
    sha256: str
    is_whole: bool


def harden(session: Session, *, local: bool) -> Session:
    """Make a session one for downloads: no `.netrc`, no cookies, bytes as uploaded.

    `local`: whether it may ask services of this computer, as where the API itself is one.
    """
    session.headers["Accept-Encoding"] = "identity"  # lengths that can be compared
    return watch_session(session, local=local)


class Wanted(NamedTuple):
    """What a download is to bring, and how long it may take."""

    size: int | None
    """In bytes; None: unknown, as many as come, up to `size_limit`."""
    size_limit: int
    progress: Progress
    seconds: float | None = None
    """After so many, headers included, it stops and keeps the bytes so far; None: no limit."""
    seconds_left: float | None = None

    def seconds_for_all(self) -> float:
        """A file of unknown size cannot go on later, so it gets longer at once, but only as long as the run."""
        seconds = math.inf if self.seconds is None else self.seconds
        if self.size is not None:
            return seconds
        return min(seconds * UNKNOWN_SIZE_FACTOR, math.inf if self.seconds_left is None else self.seconds_left)


def download(session: Session, url: str, part: Path, wanted: Wanted) -> DownloadState:
    """Download into `part`. Raises TransferFailed (its `reason` is a stable word, for the record) and OSError.

    Bytes that cannot become the file are removed.
    """
    with PartialFile(part, wanted.size or 0) as partial:
        if wanted.size and partial.size_here == wanted.size:
            partial.set_whole()
            return DownloadState(wanted.size, partial.sha256, is_whole=True)
        return _exchange(session, url, partial, wanted)


def discard_partial(part: Path) -> None:
    """Remove a partial download. Raises OSError."""
    part.unlink(missing_ok=True)
    _mark_path(part).unlink(missing_ok=True)


def _exchange(session: Session, url: str, partial: PartialFile, wanted: Wanted) -> DownloadState:
    """Request the file and stream it, within one deadline for the headers and a later one for all."""
    seconds = wanted.seconds_for_all()
    until, limit = time.monotonic() + seconds, min(sum(TIMEOUT_SECONDS), max(SHORTEST_SECONDS, seconds))
    has_answer = False
    try:
        with ExchangeDeadline(limit) as deadline, _follow_redirects(session, url, partial, limit) as response:
            has_answer = True
            _check_response(response, partial, wanted.size)
            deadline.end_at(until)
            return _stream(response, partial, wanted, deadline)
    except AddressHere:
        raise TransferFailed(reason="address", detail="here") from None
    except NETWORK_ERRORS as error:
        if has_answer and isinstance(error, ExchangeOverdue):
            return _end_slice(partial, wanted.size)
        without_answer = "not_understood" if exchange_deadline.is_no_http(error) else "unreachable"
        raise TransferFailed(reason="cut" if has_answer else without_answer, detail=type(error).__name__) from None


def _end_slice(partial: PartialFile, size: int | None) -> DownloadState:
    """The bytes that came in time; without a size they could not be resumed, and TransferFailed is raised."""
    arrived = partial.size_here
    if size is None:
        partial.discard()
        raise TransferFailed(reason="slow", detail=str(arrived)) from None
    return DownloadState(arrived, "", is_whole=False)


def _stream(
    response: requests.Response, partial: PartialFile, wanted: Wanted, deadline: ExchangeDeadline
) -> DownloadState:
    limit = wanted.size_limit if wanted.size is None else wanted.size
    # Read as it arrives: waiting for whole chunks would wait for slow hosts, and lose the bytes when cut.
    while chunk := response.raw.read1(CHUNK_BYTES, decode_content=True):
        if partial.size_here + len(chunk) > limit:
            partial.discard()
            raise TransferFailed(reason="wrong_size", detail=f"> {limit}")
        partial.append(chunk)
        wanted.progress(partial.size_here)
        if partial.size_here < limit:
            deadline.check()
    if wanted.size is not None and partial.size_here != wanted.size:
        deadline.check()  # cut by the watchdog, it looks like an end
        arrived = partial.size_here
        # Where only the end of the connection ends the body, one that breaks off looks like a whole one, also over TLS,
        # whose own end (close_notify) hosts leave out. What came encoded cannot be gone on with.
        if not any(name in response.headers for name in ("content-length", "transfer-encoding", "content-encoding")):
            raise TransferFailed(reason="cut", detail=f"{arrived} / {wanted.size}")
        # The host ended the body regularly, so no more would come another time.
        partial.discard()
        raise TransferFailed(reason="wrong_size", detail=f"{arrived} / {wanted.size}")
    partial.set_whole()
    return DownloadState(partial.size_here, partial.sha256, is_whole=True)


def _follow_redirects(session: Session, url: str, partial: PartialFile, limit: float) -> requests.Response:
    """The response of the address after at most two redirects."""
    headers = {"Range": f"bytes={partial.size_here}-"} if partial.size_here else {}
    if partial.size_here and partial.etag:
        headers["If-Range"] = partial.etag
    for _ in range(REDIRECTS_LIMIT + 1):
        # A proxy would send a request to this computer off it.
        proxies = {"no_proxy": "*"} if check_address(url) else None
        response = _get_with_retry(session, url, headers, limit, proxies)
        if response.status_code not in REDIRECT_STATUSES:
            return response
        response.close()
        url = _join_location(url, response.headers.get("location", ""))
    raise TransferFailed(reason="redirects", detail=f"> {REDIRECTS_LIMIT}")


def _get_with_retry(
    session: Session, url: str, headers: Mapping[str, str], limit: float, proxies: dict[str, str] | None
) -> requests.Response:
    """Send the request, once more if the host closed the connection before it answered.

    It may have closed a kept connection just as this request was sent (RFC 9112 §9.3.1).
    """

    timeout = min(TIMEOUT_SECONDS[0], limit), min(TIMEOUT_SECONDS[1], limit)

    def ask() -> requests.Response:
        return session.get(url, headers=headers, stream=True, allow_redirects=False, timeout=timeout, proxies=proxies)

    try:
        return ask()
    except requests.ConnectionError as error:
        if not (error.args and isinstance(error.args[0], urllib3.exceptions.ProtocolError)):
            raise  # nobody answers, and another try would take as long
        return ask()


def _join_location(url: str, location: str) -> str:
    try:
        return urljoin(url, location)
    except ValueError:
        raise TransferFailed(reason="address", detail="?") from None


def check_address(url: str) -> bool:
    """Whether an address is on this computer; allowed are https, and http to this computer, without a password.

    Raises TransferFailed for every other address.
    """
    try:
        url.encode()  # raises for lone surrogates
        parts = urlsplit(url)
        host = parts.hostname or ""
        good = bool(host) and parts.username is None and parts.port != 0
    except ValueError:
        raise TransferFailed(reason="address", detail="?") from None
    loopback = is_loopback(host)
    if not good or not (parts.scheme == "https" or (parts.scheme == "http" and loopback)):
        raise TransferFailed(reason="address", detail=parts.scheme)
    return loopback


def _check_response(response: requests.Response, partial: PartialFile, size: int | None) -> None:
    """Check that the response is the file, or the rest of it, before the bytes so far are removed."""
    status, headers = response.status_code, response.headers
    if status == 403:  # an expired address or a closed file: they look alike
        raise TransferFailed(reason="refused", detail=str(status))
    if status in (404, 410):
        raise TransferFailed(reason="not_found", detail=str(status))
    if status == 206:
        if size is None or headers.get("content-range", "").strip() != f"bytes {partial.size_here}-{size - 1}/{size}":
            partial.discard()
            raise TransferFailed(reason="wrong_size", detail="content-range")
    elif status == 200:
        length = headers.get("content-length", "")
        is_plain = size is not None and "content-encoding" not in headers and length.isdecimal()
        if is_plain and int(length[:20]) != size:
            raise TransferFailed(reason="wrong_size", detail=f"{length[:20]} / {size}")
        if size is None and _is_html_page(headers):
            raise TransferFailed(reason="not_understood", detail="html")
        partial.restart()
    else:
        if status == 416:
            partial.discard()  # the file is shorter than the bytes here
        raise TransferFailed(reason="status", detail=str(status))
    partial.remember_etag(headers.get("etag", ""))


def _is_html_page(headers: Mapping[str, str]) -> bool:
    """Whether the response is an HTML page instead of a file; without a known size nothing else shows it."""
    kind = headers.get("content-type", "").strip().lower()
    return kind.startswith("text/html") and "attachment" not in headers.get("content-disposition", "").lower()
