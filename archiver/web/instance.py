"""The application that runs already: its address in a file that only the user can read.

A second start finds it there, opens the running one and ends. The key in the file works once; each use makes a new one.
What answers there has to prove itself first, since another program may have taken the port of one that was killed.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

from archiver.schedule.schedulers import program
from archiver.settings.child_environ import child_environ
from archiver.settings.other_archives import state_folder
from archiver.store.durable_files import write_durably
from archiver.web.access import OPEN, AccessGate
from archiver.web.server import is_ours

START_SECONDS = 20.0
"""How long the start of another archive's application may take."""


def instance_file(home: Path) -> Path:
    """Where the application of an archive says how to reach it: not in the home, which may not exist yet."""
    name = hashlib.sha256(str(home).encode("utf-8", "surrogatepass")).hexdigest()[:16]
    return state_folder() / f"app-{name}.json"


def running_address(file: Path) -> str | None:
    """The address that opens the application which runs already; None if none proves itself to be it."""
    try:
        document = json.loads(file.read_text(encoding="utf-8"))
        port, key, secret = int(document["port"]), str(document["key"]), str(document["secret"])
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return f"http://127.0.0.1:{port}{OPEN}?key={key}" if is_ours(port, secret) else None


def start_application(home: Path, environ: Mapping[str, str], *, seconds: float = START_SECONDS) -> bool:
    """Start the application of an archive, as a double-click would, and wait until it answers; whether it does.

    It outlives this program, and ends by itself when it is not used. One that runs already is left as it is. A token of
    this session is another archive's, and not handed on.
    """
    file, until = instance_file(home), time.monotonic() + seconds
    if running_address(file) is not None:
        return True
    words = (*program(sys.argv[0]), "--home", str(home), "app", "--no-browser")
    try:
        started = subprocess.Popen(  # noqa: S603 - words of our own, and a known folder
            words,
            env=child_environ(environ),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
    except OSError:
        return False
    while time.monotonic() < until and started.poll() is None:
        if running_address(file) is not None:
            return True
        time.sleep(0.1)
    return running_address(file) is not None


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
    """Write port, key and secret, readable for the user alone."""
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    write_durably(file, json.dumps({"port": gate.port, "key": gate.key, "secret": gate.secret}).encode())
