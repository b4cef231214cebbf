"""`serve.toml`: where `team serve` listens, which proxy it believes, and whose archive is whose."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from gettext import gettext as _
from pathlib import Path

import msgspec

from archiver import errors
from archiver.settings.token import read_secret

SHORTEST_SECRET = 32
"""Signs that the proxy's secret has at least."""


class _Table(msgspec.Struct, forbid_unknown_fields=True):
    """The file as it is written."""

    ledger: str
    host: str
    secret: str
    people: dict[str, int]
    files: str = ""
    cache: str = "/var/cache/chatwork-archiver-serve"
    listen: str = "127.0.0.1:8700"
    trust: list[str] = msgspec.field(default_factory=lambda: ["127.0.0.1"])


@dataclass(frozen=True, slots=True)
class ServeSettings:
    """The settings of the viewer of a team."""

    ledger: str
    """The address of the database; a login that may only read is enough."""
    files: str | None
    """The store of files; None: there is none."""
    cache: Path
    """Where the copies are kept that are shown."""
    host: str
    """The `Host` by which browsers call the pages."""
    listen: tuple[str, int]
    """Address and port that the proxy connects to."""
    trust: frozenset[str]
    """Addresses that the proxy connects from."""
    secret: str
    """What the proxy proves itself by."""
    people: dict[str, int]
    """The name that the proxy gives → the number of a Chatwork account."""


def read_serve_file(path: Path, environ: Mapping[str, str]) -> ServeSettings:
    """Read the settings, and the secret from the file that they name, which nobody else may read.

    `environ` tells where systemd hands it over. Raises BadServeFile.
    """
    try:
        table = msgspec.toml.decode(path.read_bytes(), type=_Table)
    except (OSError, ValueError) as error:
        detail = error.strerror if isinstance(error, OSError) else str(error)
        raise errors.BadServeFile(path=path, detail=detail or type(error).__name__) from error
    secret = _read_proxy_secret(path, table.secret, environ)
    address, _colon, port = table.listen.rpartition(":")
    for name, is_good in {
        "listen": bool(address) and port.isdecimal() and int(port) <= 65_535,
        "secret": len(secret) >= SHORTEST_SECRET and secret.isascii() and secret.isprintable(),
        "host": bool(table.host),
        "trust": bool(table.trust),
        "people": all(table.people) and len(set(table.people.values())) == len(table.people),
    }.items():
        if not is_good:
            detail = _("{name} has a value that cannot be used").format(name=name)
            raise errors.BadServeFile(path=path, detail=detail)
    return ServeSettings(
        ledger=table.ledger,
        files=table.files or None,
        cache=_beside(path, table.cache),
        host=table.host,
        listen=(address.strip("[]"), int(port)),
        trust=frozenset(table.trust),
        secret=secret,
        people=dict(table.people),
    )


def _read_proxy_secret(path: Path, name: str, environ: Mapping[str, str]) -> str:
    place = _beside(path, name)
    try:
        return read_secret(place.parent, f"file:{place}", environ)
    except errors.TokenFileUnsafe as error:
        detail = _("other users may read the proxy's secret. Allow only the user of this program: chmod 600 {path}")
        raise errors.BadServeFile(path=path, detail=detail.format(path=place)) from error
    except errors.TokenMissing as error:
        detail = _("the proxy's secret cannot be read: {source}").format(source=error.data["source"])
        raise errors.BadServeFile(path=path, detail=detail) from error


def _beside(file: Path, text: str) -> Path:
    """A path of the file; a relative one is beside it."""
    return Path(os.path.normpath(file.absolute().parent / Path(text).expanduser()))
