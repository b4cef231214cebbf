"""A time-stamp authority of the settings, made ready to ask: its pinned roots are read, its server is asked by HTTP.

Only a request with a digest and a random number goes there: no token, no cookies, no `.netrc`. Plain http is
allowed, as replies are signed. A root that cannot be read stops nothing but its stamps.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from gettext import gettext as _
from http.client import HTTPException
from http.cookiejar import DefaultCookiePolicy
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import requests
import urllib3.exceptions

from archiver.chatwork.allowed_urls import is_loopback
from archiver.errors import BadRoots
from archiver.evidence.stamps import roots
from archiver.evidence.stamps.timestamp import Authority, AuthorityAnswer
from archiver.settings.home import SETTINGS_FILE
from archiver.settings.model import AuthoritySetting
from archiver.store.seals import FOLDER

SECONDS = 20.0
"""For the whole of one request."""
MOST_BYTES = 2**20
MOST_REDIRECTS = 2

_CERTIFI = "certifi:"
_HEADERS = {
    "Content-Type": "application/timestamp-query",
    "Accept": "application/timestamp-reply",
    "Accept-Encoding": "identity",
}


def ready(home: Path, settings: Iterable[AuthoritySetting]) -> tuple[tuple[Authority, ...], tuple[BadRoots, ...]]:
    """The authorities in their order, and what is wrong with the roots of those that have none now."""
    authorities, faults = [], []
    for setting in settings:
        try:
            pinned = pinned_roots(home, setting)
        except BadRoots as error:
            pinned = ()
            faults.append(error)
        authorities.append(Authority(setting.name, sender(setting.url), pinned))
    return tuple(authorities), tuple(faults)


def pinned_roots(home: Path, setting: AuthoritySetting) -> tuple[bytes, ...]:
    """The roots that the user named: a PEM file, relative to the home, or one of certifi's. Raises BadRoots."""
    try:
        if setting.roots.startswith(_CERTIFI):
            return (_by_fingerprint(home, setting),)
        return roots.pem_to_der((home / Path(setting.roots).expanduser()).read_text(encoding="ascii"))
    except (OSError, ValueError, RuntimeError) as error:  # RuntimeError: there is no such user's home (~name)
        detail = getattr(error, "strerror", None) or _reason(setting.roots)
        raise BadRoots(name=setting.name, detail=detail, path=home / SETTINGS_FILE) from error


def sender(url: str, *, seconds: float = SECONDS) -> Callable[[bytes], AuthorityAnswer]:
    """A function that sends a request to `url` and gives the whole answer; it raises OSError, nothing else."""

    def send(query: bytes) -> AuthorityAnswer:
        try:
            return _sent(url, query, time.monotonic() + seconds)
        except (urllib3.exceptions.HTTPError, HTTPException, ValueError) as error:
            raise ConnectionError(type(error).__name__) from error

    return send


def _by_fingerprint(home: Path, setting: AuthoritySetting) -> bytes:
    """As certifi has it, or as the archive kept it at the first stamp: certifi drops roots over the years."""
    wanted = setting.roots.removeprefix(_CERTIFI)
    try:
        return roots.certifi_root(wanted)
    except ValueError:
        kept = home / FOLDER / f"{setting.name}.pem"
        found = roots.pem_to_der(kept.read_text(encoding="ascii")) if kept.is_file() else ()
        for der in found:
            if roots.is_fingerprint(wanted, der):
                return der
        raise


def _reason(source: str) -> str:
    if source.startswith(_CERTIFI):
        return _("certifi holds no root with this fingerprint.")
    return _("it is not a certificate in PEM form.")


def _sent(url: str, query: bytes, until: float) -> AuthorityAnswer:
    """The answer of the last of at most three addresses, all of one host."""
    host = urlsplit(url).hostname
    with _session() as session:
        for _attempt in range(MOST_REDIRECTS + 1):
            with _post(session, url, query, until) as response:
                if not response.is_redirect:
                    return AuthorityAnswer(response.status_code, _body(response, until), _date(response))
                url = urljoin(url, response.headers["location"])
            parts = urlsplit(url)
            if parts.hostname != host or parts.scheme not in ("http", "https"):
                raise ConnectionError("redirected to another host")
    raise ConnectionError("too many redirects")


def _session() -> requests.Session:
    session = requests.Session()
    session.auth = _no_auth  # otherwise requests looks into `.netrc`
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=()))
    return session


def _no_auth(request: requests.PreparedRequest) -> requests.PreparedRequest:
    return request


def _post(session: requests.Session, url: str, query: bytes, until: float) -> requests.Response:
    left = max(0.1, until - time.monotonic())
    # A proxy would send what belongs on this computer off it.
    proxies = {"no_proxy": "*"} if is_loopback(urlsplit(url).hostname or "") else None
    return session.post(url, query, headers=_HEADERS, stream=True, allow_redirects=False, timeout=left, proxies=proxies)


def _body(response: requests.Response, until: float) -> bytes:
    body = bytearray()
    while part := response.raw.read1(2**14):
        body += part
        if len(body) > MOST_BYTES:
            raise ConnectionError("the reply is too large")
        if time.monotonic() > until:
            raise TimeoutError("the reply took too long")
    return bytes(body)


def _date(response: requests.Response) -> datetime | None:
    """The server's clock, aware and UTC; None if it did not say."""
    try:
        date = parsedate_to_datetime(response.headers.get("date", ""))
    except ValueError:
        return None
    return date.replace(tzinfo=date.tzinfo or UTC).astimezone(UTC)
