"""The addresses to which requests may go, https, and plain http only on this computer; and what is shown of a text."""

from __future__ import annotations

import re
from collections.abc import Mapping
from ipaddress import ip_address, ip_network
from urllib.parse import urlsplit

from archiver.errors import BadBaseUrl

BASE_URL = "https://api.chatwork.com/v2"
"""The base URL of the API; source: developer.chatwork.com/docs/endpoints."""

ERROR_TEXT_LIMIT = 200
"""The most characters of an error text that are shown."""

_LOOPBACK = (ip_network("127.0.0.0/8"), ip_network("::1/128"))


def base_url(environ: Mapping[str, str]) -> str:
    """CHATWORK_API_BASE_URL, as tests and the demo set it, or Chatwork's own. Raises BadBaseUrl."""
    return check_base_url(environ.get("CHATWORK_API_BASE_URL", "").strip() or BASE_URL)[0]


def check_base_url(url: str) -> tuple[str, bool]:
    """The base URL without capitals, usual port or closing slashes, and whether it leads to this computer.

    Allowed are https, and http to loopback, both without credentials, query or fragment. Raises BadBaseUrl.
    """
    # Backslashes and spaces are read in different ways by different programs: no host may hide behind one.
    good = all("!" <= character <= "~" and character not in '\\?#@<>"' for character in url)
    loopback = False
    try:
        parts = urlsplit(url)
        loopback = is_loopback(parts.hostname or "")
        good = good and bool(parts.hostname) and parts.port != 0
    except ValueError:
        good = False
    if not good or not (parts.scheme == "https" or (parts.scheme == "http" and loopback)):
        raise BadBaseUrl(url=printable(_without_secrets(url)))
    host = parts.netloc.lower().removesuffix(":443" if parts.scheme == "https" else ":80")
    return parts._replace(netloc=host).geturl().rstrip("/"), loopback


def is_loopback(host: str) -> bool:
    """Whether a host is this computer: `localhost` or a loopback address; no other name is looked up."""
    if host == "localhost":
        return True
    try:
        address = ip_address(host)
    except ValueError:
        return False
    return any(address in network for network in _LOOPBACK)


def proxies_to(url: str) -> dict[str, str] | None:
    """The proxies to a checked URL; None: as the environment says, as long as it does not stay on this computer."""
    return {"no_proxy": "*"} if is_loopback(urlsplit(url).hostname or "") else None


def _without_secrets(url: str) -> str:
    """The URL without a password or token in it, as neither may appear in a message."""
    return re.sub("[?#].*", "?…", re.sub("//[^/]*@", "//…@", url), flags=re.DOTALL)


def printable(text: str) -> str:
    """The text in one line of bounded length, everything invisible or unprintable made visible."""
    start = text[:ERROR_TEXT_LIMIT]
    line = "".join(character if character.isprintable() else f"[U+{ord(character):04X}]" for character in start)
    return line if len(text) <= ERROR_TEXT_LIMIT else line + "…"
