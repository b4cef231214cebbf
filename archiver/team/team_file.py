"""`team.toml`, by which workers go, and `serve.toml`, by which `team serve` shows archives behind a sign-in proxy."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from gettext import gettext as _
from pathlib import Path
from typing import Annotated

import msgspec

from archiver import errors
from archiver.settings.token import read_secret

TEAM_FILE = "team.toml"
SYSTEM_FOLDER = Path("/etc/chatwork-archiver")
VARIABLE = "CHATWORK_ARCHIVER_TEAM"
"""The variable that names another file."""


class TeamSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The settings of a team's service, as the file has them."""

    ledger: Annotated[str, msgspec.Meta(min_length=1)]
    """The address of the database, as libpq takes it."""
    store: Annotated[str, msgspec.Meta(min_length=1)]
    """Where the bytes of files lie that all machines share: a folder, or `s3://…`."""
    public_key: str = ""
    """The public half of the installation's key, for which tokens are sealed; empty: none was made yet."""
    key: Annotated[str, msgspec.Meta(pattern="^$|^(file|command):")] = ""
    """Where workers read the secret half: `file:PATH` or `command:COMMAND`; empty: where systemd or a container puts
    it."""
    cache: Path = Path("/var/cache/chatwork-archiver")
    """Where a worker keeps its copies."""
    cache_gb: Annotated[float, msgspec.Meta(gt=0)] = 20
    """How much its copies may take before the least recently used ones go."""
    archives: Path | None = None
    """A folder with `ACCOUNT.toml` and `default.toml`: the `archive.toml` of archives; None: all have the defaults."""
    max_requests_per_second: Annotated[float, msgspec.Meta(gt=0, le=1_000)] = 5
    """How many requests all workers together send to Chatwork in a second."""
    rounds_at_once: Annotated[int, msgspec.Meta(gt=0, le=64)] = 8
    """How many rounds one worker makes at a time."""


def find_team_file(environ: Mapping[str, str], named: str | None = None) -> Path:
    """The file that is meant: a named one, the variable's, the present folder's, the system's."""
    if named or environ.get(VARIABLE):
        return Path(named or environ[VARIABLE]).expanduser().absolute()
    own = Path(TEAM_FILE).absolute()
    return own if own.is_file() else SYSTEM_FOLDER / TEAM_FILE


def read_team_file(path: Path) -> TeamSettings:
    """Read the settings; a relative path in them is beside the file. Raises BadTeamFile."""
    with _faults_raised(path, errors.BadTeamFile):
        return msgspec.toml.decode(path.read_bytes(), type=TeamSettings, dec_hook=partial(path_in_file, path))


@contextmanager
def _faults_raised(path: Path, kind: type[errors.ArchiverError]) -> Iterator[None]:
    try:
        yield
    except (OSError, ValueError) as error:
        detail = error.strerror if isinstance(error, OSError) else str(error)
        raise kind(path=path, detail=detail or type(error).__name__) from error


SHORTEST_SECRET = 32
"""Signs that the proxy's secret has at least."""


class ServeSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The settings of the viewer of a team, as the file has them."""

    ledger: str
    """The address of the database; a login that may only read is enough."""
    host: Annotated[str, msgspec.Meta(min_length=1)]
    """The `Host` by which browsers call the pages."""
    secret: str
    """What the proxy proves itself by; in the file, where it lies."""
    people: dict[Annotated[str, msgspec.Meta(min_length=1)], int]
    """The name that the proxy gives → the number of a Chatwork account."""
    files: Annotated[str, msgspec.Meta(min_length=1)] | None = None
    """The store of files; None: there is none."""
    cache: Path = Path("/var/cache/chatwork-archiver-serve")
    """Where the copies are kept that are shown."""
    listen: Annotated[str, msgspec.Meta(pattern="^.+:[0-9]{1,5}$")] = "127.0.0.1:8700"
    """Address and port that the proxy connects to."""
    trust: Annotated[frozenset[str], msgspec.Meta(min_length=1)] = frozenset(("127.0.0.1",))
    """Addresses that the proxy connects from."""


def read_serve_file(path: Path, environ: Mapping[str, str]) -> ServeSettings:
    """Read the settings, and the secret from the file that they name, which nobody else may read.

    `environ` tells where systemd hands it over. Raises BadServeFile.
    """
    with _faults_raised(path, errors.BadServeFile):
        settings = msgspec.toml.decode(path.read_bytes(), type=ServeSettings, dec_hook=partial(path_in_file, path))
    secret = _read_proxy_secret(path, settings.secret, environ)
    for name, is_good in {
        "listen": int(settings.listen.rpartition(":")[2]) <= 65_535,
        "secret": len(secret) >= SHORTEST_SECRET and secret.isascii() and secret.isprintable(),
        "people": len(set(settings.people.values())) == len(settings.people),
    }.items():
        if not is_good:
            detail = _("{name} has a value that cannot be used").format(name=name)
            raise errors.BadServeFile(path=path, detail=detail)
    return msgspec.structs.replace(settings, secret=secret)


def path_in_file(file: Path, _kind: object, text: object) -> Path:
    """A path that a file of settings names; a relative one is beside it. Raises ValueError for what is no text."""
    if not isinstance(text, str) or not text:
        raise ValueError(text)
    return Path(os.path.normpath(file.absolute().parent / Path(text).expanduser()))


def _read_proxy_secret(path: Path, name: str, environ: Mapping[str, str]) -> str:
    place = path_in_file(path, Path, name)
    try:
        return read_secret(place.parent, f"file:{place}", environ)
    except errors.TokenFileUnsafe as error:
        detail = _("other users may read the proxy's secret. Allow only the user of this program: chmod 600 {path}")
        raise errors.BadServeFile(path=path, detail=detail.format(path=place)) from error
    except errors.TokenMissing as error:
        detail = _("the proxy's secret cannot be read: {source}").format(source=error.data["source"])
        raise errors.BadServeFile(path=path, detail=detail) from error
