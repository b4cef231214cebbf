"""`team.toml`: where a team's ledger, store, key and cache are, and how fast its workers may go."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from gettext import gettext as _
from pathlib import Path

import msgspec

from archiver import errors

TEAM_FILE = "team.toml"
SYSTEM_FOLDER = Path("/etc/chatwork-archiver")
VARIABLE = "CHATWORK_ARCHIVER_TEAM"
"""The variable that names another file."""


class _Table(msgspec.Struct, forbid_unknown_fields=True, rename=lambda name: name):
    """The file as it is written."""

    ledger: str
    store: str
    public_key: str = ""
    key: str = ""
    cache: str = "/var/cache/chatwork-archiver"
    cache_gb: float = 20
    archives: str = ""
    max_requests_per_second: float = 5
    rounds_at_once: int = 8


@dataclass(frozen=True, slots=True)
class TeamSettings:
    """The settings of a team's service."""

    ledger: str
    """The address of the database, as libpq takes it."""
    store: str
    """Where the bytes of files lie that all machines share: a folder, or `s3://…`."""
    public_key: str
    """The public half of the installation's key, for which tokens are sealed; empty: none was made yet."""
    key: str
    """Where workers read the secret half: `file:PATH` or `command:COMMAND`; empty: where systemd or a container puts
    it."""
    cache: Path
    """Where a worker keeps its copies."""
    cache_bytes: int
    """How much its copies may take before the least recently used ones go."""
    archives: Path | None
    """A folder with `ACCOUNT.toml` and `default.toml`: the `archive.toml` of archives; None: all have the defaults."""
    max_requests_per_second: float
    """How many requests all workers together send to Chatwork in a second."""
    rounds_at_once: int
    """How many rounds one worker makes at a time."""


def find_team_file(environ: Mapping[str, str], named: str | None = None) -> Path:
    """The file that is meant: a named one, the variable's, the present folder's, the system's."""
    if named or environ.get(VARIABLE):
        return Path(named or environ[VARIABLE]).expanduser().absolute()
    own = Path(TEAM_FILE).absolute()
    return own if own.is_file() else SYSTEM_FOLDER / TEAM_FILE


def read_team_file(path: Path) -> TeamSettings:
    """Read the settings. Raises BadTeamFile."""
    try:
        table = msgspec.toml.decode(path.read_bytes(), type=_Table)
    except (OSError, ValueError) as error:
        detail = error.strerror if isinstance(error, OSError) else str(error)
        raise errors.BadTeamFile(path=path, detail=detail or type(error).__name__) from error
    for wrong in _wrong_values(table):
        raise errors.BadTeamFile(path=path, detail=wrong)
    return TeamSettings(
        ledger=table.ledger,
        store=table.store,
        public_key=table.public_key,
        key=table.key,
        cache=_path(path, table.cache),
        cache_bytes=int(table.cache_gb * 10**9),
        archives=_path(path, table.archives) if table.archives else None,
        max_requests_per_second=table.max_requests_per_second,
        rounds_at_once=table.rounds_at_once,
    )


def _wrong_values(table: _Table) -> list[str]:
    rules = {
        "ledger": bool(table.ledger),
        "store": bool(table.store),
        "key": not table.key or table.key.partition(":")[0] in ("file", "command"),
        "cache": bool(table.cache),
        "cache_gb": table.cache_gb > 0,
        "max_requests_per_second": 0 < table.max_requests_per_second <= 1_000,
        "rounds_at_once": 0 < table.rounds_at_once <= 64,
    }
    return [
        _("{name} has a value that cannot be used").format(name=name) for name, is_good in rules.items() if not is_good
    ]


def _path(file: Path, text: str) -> Path:
    """A path of the file; a relative one is beside it."""
    return Path(os.path.normpath(file.parent / Path(text).expanduser()))
