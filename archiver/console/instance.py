"""The application that runs already: its address in a file that only the user can read.

A second start finds it there, opens the running one and ends. The key in the file works once; each use makes a new one.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
from collections.abc import Iterator
from pathlib import Path

from archiver.settings.other_archives import state_folder
from archiver.store.durable_files import write_durably
from archiver.web.access import OPEN, AccessGate
from archiver.web.server import is_served


def instance_file(home: Path) -> Path:
    """Where the application of an archive says how to reach it: not in the home, which may not exist yet."""
    name = hashlib.sha256(str(home).encode("utf-8", "surrogatepass")).hexdigest()[:16]
    return state_folder() / f"app-{name}.json"


def running_address(file: Path) -> str | None:
    """The address that opens the application which runs already; None if none answers."""
    try:
        document = json.loads(file.read_text(encoding="utf-8"))
        port, key = int(document["port"]), str(document["key"])
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return f"http://127.0.0.1:{port}{OPEN}?key={key}" if is_served(port) else None


@contextlib.contextmanager
def announced(file: Path, gate: AccessGate) -> Iterator[None]:
    """Let a second start find this application as long as the `with` block runs."""
    write_address(file, gate)
    try:
        yield
    finally:
        with contextlib.suppress(OSError):
            file.unlink()


def write_address(file: Path, gate: AccessGate) -> None:
    """Write port and key, readable for the user alone."""
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    write_durably(file, json.dumps({"port": gate.port, "key": gate.key}).encode())
