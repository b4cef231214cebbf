"""One exchange with a host: a deadline over all of it, headers included, and what is told if it fails."""

from __future__ import annotations

import socket
import ssl
import time
from collections.abc import Iterator
from contextlib import suppress
from contextvars import ContextVar
from gettext import gettext as _
from http.client import HTTPException, IncompleteRead
from http.cookiejar import DefaultCookiePolicy
from ipaddress import ip_address
from threading import Lock, Timer
from typing import Any, Self
from urllib.parse import urlsplit

import requests
import urllib3
import urllib3.connection
import urllib3.exceptions
from requests.adapters import HTTPAdapter

from archiver.chatwork.allowed_urls import is_loopback
from archiver.errors import ChatworkError, NotUnderstood, Unreachable

NETWORK_ERRORS = (requests.RequestException, urllib3.exceptions.HTTPError, HTTPException)
"""What the libraries raise for a connection that fails; none of them is an error of the disk."""

LONGEST_WAIT = 3600.0
"""Seconds after which the watchdog of an exchange without an end looks again."""


class AddressHere(ValueError):
    """Raised where a session that may not ask services of this computer would: before anything is sent."""


class ExchangeOverdue(requests.Timeout):
    """Raised when the deadline of an exchange has passed, in place of what the cut connection led to."""


class ExchangeDeadline:
    """The seconds that all exchanges of a `with` block may take together; its session must be a watched one.

    Once they are over, the connection is shut down and the block ends with ExchangeOverdue instead of a value or an
    error of the network libraries: what was cut by the watchdog can look whole. Other errors pass as they are.
    For one thread; once the block has ended, no connection is touched.
    """

    def __init__(self, seconds: float) -> None:
        self._until = time.monotonic() + seconds
        self._lock = Lock()
        self._connection: Any = None
        self._socket: object = None
        self._has_ended = False
        self.has_cut = False
        """Whether the watchdog has shut the connection down, so that no end can be believed."""

    def __enter__(self) -> Self:
        """Begin to watch the connections that this thread uses."""
        self._outer = _CURRENT.set(self)
        self._start_timer()
        return self

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        """End the watch. Raises ExchangeOverdue."""
        with self._lock:
            self._has_ended = True
            self._timer.cancel()
        _CURRENT.reset(self._outer)
        if self.has_cut and (error is None or isinstance(error, NETWORK_ERRORS)):
            raise ExchangeOverdue() from None

    def check(self) -> None:
        """Raise ExchangeOverdue once the deadline has passed."""
        if self.has_cut or time.monotonic() >= self._until:
            raise ExchangeOverdue() from None

    def end_at(self, until: float) -> None:
        """Let the exchange go on until this time of the monotonic clock, if it is not over already.

        An earlier time than before holds for `check` at once, and for the watchdog from the time before.
        """
        with self._lock:
            self._until = until

    def watch(self, connection: Any) -> None:
        """Shut the `sock` of this connection down when the time is over. Raises ExchangeOverdue if it is."""
        with self._lock:
            self._connection = connection
            self._socket = connection.sock or self._socket
            if self.has_cut:
                self._shut_down()
        self.check()

    def let_reads_wait(self, seconds: float) -> None:
        """Let each later read from the connection in use take so long, in place of the time-out it began with."""
        for used in self._sockets():
            with suppress(OSError):  # closed already
                used.settimeout(seconds)

    def _start_timer(self) -> None:
        left = max(0.0, self._until - time.monotonic())
        self._timer = Timer(min(left, LONGEST_WAIT), self._end_or_wait)
        self._timer.daemon = True
        self._timer.start()

    def _end_or_wait(self) -> None:
        """In the watchdog's thread: end the exchange, or wait on if its deadline was extended."""
        with self._lock:
            if self._has_ended:
                return
            if time.monotonic() < self._until:
                self._start_timer()
                return
            self.has_cut = True
            self._shut_down()

    def _shut_down(self) -> None:
        """Shut the sockets down, so that a read that waits in another thread ends."""
        for used in self._sockets():
            with suppress(OSError):  # closed already
                # Not the method of `SSLSocket`: after it, a read would take encrypted bytes for plain ones.
                socket.socket.shutdown(used, socket.SHUT_RDWR)

    def _sockets(self) -> list[socket.socket]:
        """Those of the connection in use: without keep-alive it lets go of its own when the body begins."""
        used = (self._socket, self._connection and self._connection.sock)  # of TLS: another
        innermost = (getattr(one, "socket", one) for one in used)  # of TLS within TLS
        return [one for one in innermost if isinstance(one, socket.socket)]


def watch_session(session: requests.Session, *, local: bool = True) -> requests.Session:
    """Let deadlines end the exchanges of this session, keep no cookies, and look for no password in `.netrc`.

    Its connections, and adapters of other kinds, stay.
    Without `local`, it raises AddressHere in place of an exchange with this computer itself, whatever the host's name.
    """
    for prefix, adapter in list(session.adapters.items()):
        if type(adapter) is HTTPAdapter:
            session.mount(prefix, _WatchedAdapter() if local else _ElsewhereAdapter())
    session.auth = lambda request: request
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=()))
    return session


_CURRENT: ContextVar[ExchangeDeadline | None] = ContextVar("exchange_deadline", default=None)


def _watch(connection: urllib3.connection.HTTPConnection) -> None:
    """Give a connection to the deadline of this thread, if there is one."""
    deadline = _CURRENT.get()
    if deadline is not None:
        deadline.watch(connection)


class _WatchedHttp(urllib3.connection.HTTPConnection):
    def connect(self) -> None:
        _watch(self)  # a proxy may drip before there is a connection to the host
        super().connect()
        _watch(self)

    def getresponse(self) -> urllib3.HTTPResponse:  # type: ignore[override]  # as urllib3's own
        _watch(self)  # it may have been kept from another exchange
        return super().getresponse()


class _WatchedHttps(_WatchedHttp, urllib3.connection.HTTPSConnection):
    pass


class _WatchedHttpPool(urllib3.HTTPConnectionPool):
    ConnectionCls = _WatchedHttp


class _WatchedHttpsPool(urllib3.HTTPSConnectionPool):
    ConnectionCls = _WatchedHttps


class _ElsewhereHttps(_WatchedHttps):
    def _new_conn(self) -> socket.socket:
        connected = super()._new_conn()
        peer = ip_address(connected.getpeername()[0])
        if is_loopback(str(getattr(peer, "ipv4_mapped", None) or peer)) or str(peer) == connected.getsockname()[0]:
            connected.close()
            raise AddressHere()
        return connected


class _ElsewhereHttpsPool(urllib3.HTTPSConnectionPool):
    ConnectionCls = _ElsewhereHttps


_POOLS = {"http": _WatchedHttpPool, "https": _WatchedHttpsPool}


class _WatchedAdapter(HTTPAdapter):
    """Makes watched connections, directly and through a proxy (not through SOCKS), and tells an end in time as one."""

    def init_poolmanager(self, *sizes: Any, **more: Any) -> None:
        super().init_poolmanager(*sizes, **more)
        self.poolmanager.pool_classes_by_scheme = _POOLS

    def proxy_manager_for(self, proxy: str, **more: Any) -> Any:
        manager = super().proxy_manager_for(proxy, **more)
        if not proxy.lower().startswith("socks"):
            manager.pool_classes_by_scheme = _POOLS
        return manager

    def send(self, request: requests.PreparedRequest, *given: Any, **more: Any) -> requests.Response:
        deadline = _CURRENT.get()
        try:
            response = super().send(request, *given, **more)
        except NETWORK_ERRORS:
            if deadline is not None:
                deadline.check()
            raise
        if deadline is not None and deadline.has_cut:  # headers that were cut look whole
            response.close()
            deadline.check()
        return response


class _ElsewhereAdapter(_WatchedAdapter):
    """Refuses this computer by its names, and by the address that a name led to (not that of a proxy)."""

    def init_poolmanager(self, *sizes: Any, **more: Any) -> None:
        super().init_poolmanager(*sizes, **more)
        self.poolmanager.pool_classes_by_scheme = {**_POOLS, "https": _ElsewhereHttpsPool}

    def send(self, request: requests.PreparedRequest, *given: Any, **more: Any) -> requests.Response:
        if is_loopback((urlsplit(request.url or "").hostname or "").rstrip(".")):
            raise AddressHere()
        return super().send(request, *given, **more)


def error_of(target: str, error: Exception) -> ChatworkError:
    """Our error for one that a request of the path `target` ended with."""
    if (no_answer := _lack_of_answer(error)) is not None:
        return Unreachable(path=target, detail=no_answer)
    if _has(error, IncompleteRead, ConnectionError):
        return NotUnderstood(path=target, detail=_("the reply was cut short"))
    return NotUnderstood(path=target, detail=_("the reply is damaged"))


def is_no_http(error: BaseException) -> bool:
    """Whether a host did answer, but not with a head of HTTP that can be read."""
    return not _has(error, ConnectionError, ExchangeOverdue) and _has(
        error, HTTPException, requests.exceptions.InvalidHeader
    )


def _lack_of_answer(error: Exception) -> str | None:
    """Why no answer has come; None if one has begun."""
    if isinstance(error, ExchangeOverdue):
        return _("the reply took too long")
    if isinstance(error, (requests.Timeout, urllib3.exceptions.TimeoutError, TimeoutError)):
        return _("no answer in time")
    has_begun = isinstance(error, (requests.exceptions.InvalidHeader, urllib3.exceptions.HTTPError, HTTPException))
    if has_begun and not isinstance(error, urllib3.exceptions.SSLError):
        return None
    if _has(error, ssl.SSLError, requests.exceptions.SSLError, urllib3.exceptions.SSLError):
        return _("no secure connection: this computer's clock, a proxy or a protection program may be the reason")
    if isinstance(error, requests.exceptions.ProxyError):
        return _("no way through the proxy")
    if is_no_http(error):
        return _("the answer is not HTTP")
    if _has(error, ConnectionResetError, ConnectionAbortedError, BrokenPipeError):
        return _("the connection was closed without an answer")
    return _("no connection")


def _has(error: BaseException, *kinds: type[BaseException]) -> bool:
    return any(isinstance(cause, kinds) for cause in _chain(error))


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    """The error and what it came of, as far as that is of the network."""
    while isinstance(error, (*NETWORK_ERRORS, OSError)):
        yield error
        error = error.__cause__ or error.__context__
