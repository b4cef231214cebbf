"""The address of the API: Chatwork's own, or another one for tests and the demo."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping
from urllib.parse import urlsplit

from archiver import errors
from archiver.settings.model import BASE_URL


def base_url(environ: Mapping[str, str]) -> str:
    """CHATWORK_API_BASE_URL or Chatwork's own; one way to write each address: no capitals, usual port or final slash.

    The token is sent there, so it must be https, or plain http to this computer (127.0.0.0/8, ::1,
    localhost), without a user, a query or a fragment. Raises BadBaseUrl.
    """
    url = environ.get("CHATWORK_API_BASE_URL", "").strip()
    if not url:
        return BASE_URL
    if not _is_safe(url):
        raise errors.BadBaseUrl(url=re.sub(r"//.*@", "//", url))
    parts = urlsplit(url)
    host = parts.netloc.lower().removesuffix(":443" if parts.scheme == "https" else ":80")
    return parts._replace(netloc=host).geturl().rstrip("/")


def _is_safe(url: str) -> bool:
    if not re.fullmatch(r"[!-~]+", url) or re.search(r"[\\@?#]", url):
        return False
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:  # no IPv6 address within [ ], or no port after the colon
        return False
    if not host or port == 0:
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and is_this_computer(host))


def is_this_computer(host: str) -> bool:
    """Whether a host is this computer: `localhost` or a loopback address; no other name is looked up."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
