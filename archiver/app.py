"""Builds the application from the settings; only here the real network, clock and sleep are chosen.

The time-stamp authorities of the settings are built here too: pinned roots, and requests by HTTP (RFC 3161).
A request holds only a digest and a random number: no token, no cookies, no passwords of `.netrc`. Plain http is
allowed, as replies are signed; a name and password of the settings go by https alone, and are read only
when a request is sent. A root that cannot be read stops only the stamps of its authority.

A fresh install stamps nothing until the user agrees to one of the offers or both, which are of different owners. Each
root is pinned by its SHA-256 fingerprint and must be in the `certifi` bundle, so that anybody finds it in any browser
too. None of them was contacted while this was written: URL and chain are as their owners and users describe them. If a
root is not the right one, the stamps of its authority wait and `archive status --full` reports it.

Neither authority promises anything for documents, and neither is accredited by the Japanese minister (総務大臣認定)."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from gettext import gettext as _
from http.client import HTTPException
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import requests
import urllib3.exceptions
from requests.auth import HTTPBasicAuth

from archiver.chatwork.allowed_urls import proxies_to
from archiver.chatwork.client import Client
from archiver.chatwork.exchange_deadline import ExchangeDeadline, watch_session
from archiver.chatwork.transport import Transport
from archiver.corrected_clock import CorrectedClock
from archiver.errors import BadRoots, SettingsError, TokenFileUnsafe
from archiver.evidence.stamps import roots
from archiver.evidence.stamps.roots import StampRefused
from archiver.evidence.stamps.timestamp import Authority, AuthorityAnswer
from archiver.settings.home import SETTINGS_FILE
from archiver.settings.model import AuthoritySetting, Settings
from archiver.settings.token import read_secret, read_token
from archiver.store.archive import Archive
from archiver.store.seals import FOLDER


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
    authorities, root_errors = build_authorities(settings.home, settings.timestamp.authorities, environ)
    session = downloads or requests.Session()
    return App(settings, Archive(settings.home, clock=clock), client, session, clock, sleep, authorities, root_errors)


def leaving_backup(app: App) -> App:
    """The same; of a backup everything is only read, so that it stays the file that its archive remembers."""
    from archiver.store import backup_folder  # here, as a quiet run makes no package

    if not backup_folder.is_copy(app.archive.home):
        return app
    return replace(app, archive=Archive(app.archive.home, read_only=True, clock=app.archive.clock))


def require_archive(app: App) -> App:
    """Return the app if its home holds an archive. Raises NoArchive."""
    if not app.archive.exists():
        raise app.archive.absence()
    return app


REQUEST_SECONDS = 20.0
"""Time limit of a whole request with its answer and its redirects."""

MAX_BYTES = 2**20
MAX_REDIRECTS = 2

Login = tuple[bytes, bytes]
"""Name and password, in UTF-8."""

_CERTIFI = "certifi:"
_HEADERS = {
    "Content-Type": "application/timestamp-query",
    "Accept": "application/timestamp-reply",
    "Accept-Encoding": "identity",
}


def build_authorities(
    home: Path, settings: Iterable[AuthoritySetting], environ: Mapping[str, str] | None = None
) -> tuple[tuple[Authority, ...], tuple[BadRoots, ...]]:
    """The authorities in the order of the settings, and the errors of those whose roots cannot be read.

    `environ` may hold their passwords; None: none of them is asked for anything.
    """
    authorities, root_errors = [], []
    for setting in settings:
        try:
            pinned = pinned_roots(home, setting)
        except BadRoots as error:
            pinned = ()
            root_errors.append(error)
        sender = build_sender(setting.url, login=partial(_read_login, home, setting, environ or {}))
        authorities.append(Authority(setting.name, sender, pinned, is_offered(setting)))
    return tuple(authorities), tuple(root_errors)


def pinned_roots(home: Path, setting: AuthoritySetting) -> tuple[bytes, ...]:
    """The pinned roots of an authority: a PEM file, relative to the home, or a root of certifi. Raises BadRoots."""
    try:
        if setting.roots.startswith(_CERTIFI):
            return (_root_by_fingerprint(home, setting),)
        return roots.pem_to_der((home / Path(setting.roots).expanduser()).read_text(encoding="ascii"))
    except (OSError, ValueError, RuntimeError) as error:  # RuntimeError: there is no such user's home (~name)
        unfit = _("it is not a certificate in PEM form.")
        if setting.roots.startswith(_CERTIFI):
            unfit = _("certifi holds no root with this hash.")
        detail = getattr(error, "strerror", None) or unfit
        raise BadRoots(name=setting.name, detail=detail, path=home / SETTINGS_FILE) from error


def build_sender(
    url: str, *, seconds: float = REQUEST_SECONDS, login: Callable[[], Login | None] = lambda: None
) -> Callable[[bytes], AuthorityAnswer]:
    """A function that sends a request to `url` and returns the whole answer. It raises only OSError and StampRefused.

    `login` reads what the server asks for; it raises StampRefused.
    """

    def send(query: bytes) -> AuthorityAnswer:
        allowed = login()
        try:
            with ExchangeDeadline(seconds) as deadline:
                return _fetch_answer(url, query, time.monotonic() + seconds, deadline, allowed)
        except (urllib3.exceptions.HTTPError, HTTPException, ValueError) as error:
            raise ConnectionError(type(error).__name__) from error

    return send


def _read_login(home: Path, setting: AuthoritySetting, environ: Mapping[str, str]) -> Login | None:
    """The name and password of an authority. Raises StampRefused, which names no secret."""
    if not setting.user:
        return None
    try:
        password = read_secret(home, setting.password_source, environ)
    except TokenFileUnsafe:
        raise StampRefused("exposed") from None
    except SettingsError as error:
        raise StampRefused("access", type(error).__name__) from None
    if not password:
        raise StampRefused("access", "no password")
    return setting.user.encode(), password.encode()


def _root_by_fingerprint(home: Path, setting: AuthoritySetting) -> bytes:
    """A root of certifi or, as certifi drops roots over the years, one that the archive stored with its first stamp."""
    fingerprint = setting.roots.removeprefix(_CERTIFI)
    try:
        return roots.certifi_root(fingerprint)
    except ValueError:
        kept = home / FOLDER / f"{setting.name}.pem"
        pinned = roots.pem_to_der(kept.read_text(encoding="ascii")) if kept.is_file() else ()
        for der in pinned:
            if roots.is_fingerprint(fingerprint, der):
                return der
        raise


def _fetch_answer(
    url: str, query: bytes, until: float, deadline: ExchangeDeadline, login: Login | None
) -> AuthorityAnswer:
    """Send a request, follow at most two redirects within the host, and return the last answer."""
    host = urlsplit(url).hostname
    with watch_session(requests.Session()) as session:
        if login:
            session.auth = HTTPBasicAuth(*login)
        post = partial(session.post, headers=_HEADERS, stream=True, allow_redirects=False)
        for _attempt in range(MAX_REDIRECTS + 1):
            left = max(0.1, until - time.monotonic())
            with post(url, query, timeout=left, proxies=proxies_to(url)) as response:
                if not response.is_redirect:
                    return AuthorityAnswer(response.status_code, _read_body(response, deadline))
                url = urljoin(url, response.headers["location"])
            parts = urlsplit(url)
            if parts.hostname != host or parts.scheme not in ("http", "https"):
                raise ConnectionError("redirected to another host")
            if login is not None and parts.scheme != "https":
                raise ConnectionError("redirected to where a password could be read on the way")
    raise ConnectionError("too many redirects")


def _read_body(response: requests.Response, deadline: ExchangeDeadline) -> bytes:
    body = bytearray()
    while part := response.raw.read1(2**14):
        body += part
        if len(body) > MAX_BYTES:
            raise ConnectionError("the reply is too large")
        deadline.check()
    return bytes(body)


@dataclass(frozen=True, slots=True)
class Offer:
    """An authority as it is offered."""

    name: str
    url: str
    root: str
    """SHA-256 fingerprint of its root, lower-case hex."""

    @property
    def setting(self) -> AuthoritySetting:
        """The authority as a setting of `archive.toml`."""
        return AuthoritySetting(self.name, self.url, f"certifi:{self.root}")


OFFERS = (
    # Well known: DigiCert names this root for its time stamps, and users checked tokens of 2026 with it. Its replies
    # also carry the same root signed by an older one, which does not disturb whoever pinned this one. Until 2038.
    Offer(
        name="digicert",
        url="http://timestamp.digicert.com",
        root="552f7bdcf1a7af9e6ce672017f4f12abf77240c78e761ac203d1d9d20ac89988",
    ),
    # Well known: others published in October 2026 that its reply was verified against this root of certifi. Until 2034.
    Offer(
        name="identrust",
        url="http://timestamp.identrust.com",
        root="5d56499be4d2e08bcfcad08a3e38723d50503bde706948e42f55603019e528ae",
    ),
    # Not offered, as the pair of address and root is less certain: GlobalSign (http://timestamp.globalsign.com/tsa/
    # r6advanced1, GlobalSign Root CA - R6: 2cabeafe37d06ca22aba7391c0033d25982952c453647349763a3ab5ad6ccf69).
)
"""The offers; the user may accept one or both."""


def is_offered(setting: AuthoritySetting) -> bool:
    """Whether an authority of the settings is one of the offers, with its address and root."""
    return any((one.url, one.setting.roots) == (setting.url, setting.roots) for one in OFFERS)
