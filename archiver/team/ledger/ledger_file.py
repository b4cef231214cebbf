"""`ledger.toml` in a home: says that the home is a copy of an archive in a ledger, and where the ledger is."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from archiver import errors
from archiver.settings.private_file import replace_file
from archiver.store.keeper import LEDGER_FILE

COPY_SETTINGS = b"[exports]\ndaily = false\n[notify]\ndesktop = false\n"
"""The `archive.toml` of a copy for which there is none: its machine has no desk and no folder of anybody's."""

_HEAD = "# This home is a copy of an archive of a team. Without this file it would be an archive of its own.\n"


@dataclass(frozen=True, slots=True)
class LedgerPlace:
    """An archive in a ledger."""

    address: str
    """As libpq takes it (postgresql.org/docs/17/libpq-connect.html); better without a password."""
    archive: int
    """The archive's number in the ledger."""
    files: str | None = None
    """The store of files: a folder that all machines of the team see, or `s3://…`; None: there is none."""


def read_ledger_file(home: Path) -> LedgerPlace | None:
    """The ledger of a home; None for an archive of its own. Raises BadLedgerFile, NotAllowed."""
    path = home / LEDGER_FILE
    try:
        text = path.read_text(encoding="utf-8")
        import tomllib

        table = tomllib.loads(text)
        files = table.get("files")
        return LedgerPlace(str(table["address"]), int(table["archive"]), None if files is None else str(files))
    except (FileNotFoundError, NotADirectoryError):
        return None
    except PermissionError as error:
        raise errors.NotAllowed(path=path, detail=error.strerror or str(error)) from error
    except (OSError, LookupError, TypeError, ValueError) as error:
        raise errors.BadLedgerFile(path=path, detail=error) from error


def make_copy_home(home: Path, place: LedgerPlace, settings: bytes = COPY_SETTINGS) -> None:
    """Make the home of a copy, or write its files anew where they differ.

    Raises BadLedgerFile, NotAllowed, DiskFull, DiskFailing, HomeNotWritable.
    """
    path = home / "archive.toml"
    if not path.is_file() or path.read_bytes() != settings:
        replace_file(path, settings)
    if read_ledger_file(home) != place:
        write_ledger_file(home, place)


def write_ledger_file(home: Path, place: LedgerPlace) -> None:
    """Write the file for the owner alone, whole or not at all. Raises DiskFull, DiskFailing, HomeNotWritable."""
    lines = [f"address = {_toml_text(place.address)}", f"archive = {place.archive}"]
    if place.files is not None:
        lines.append(f"files = {_toml_text(place.files)}")
    replace_file(home / LEDGER_FILE, (_HEAD + "\n".join(lines) + "\n").encode("utf-8"))


def _toml_text(text: str) -> str:
    """A basic string of TOML, whose escapes are those of JSON but for DEL (toml.io/en/v1.0.0)."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
