"""`team.toml`: where a team's ledger, store, key and cache are, and how fast its workers may go."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Annotated

import msgspec

from archiver import errors
from archiver.settings.serve_file import path_in_file

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
    try:
        return msgspec.toml.decode(path.read_bytes(), type=TeamSettings, dec_hook=partial(path_in_file, path))
    except (OSError, ValueError) as error:
        detail = error.strerror if isinstance(error, OSError) else str(error)
        raise errors.BadTeamFile(path=path, detail=detail or type(error).__name__) from error
