"""The application that runs already, or ran last: its address in a file that only the user can read.

A second start finds it there, opens the running one and ends. The key in the file works once; each use makes a new one.
What answers there has to prove itself first, since another program may have taken the port of one that ended.
The file stays: the next run takes the same port and cookie, so that a page that is open comes back by itself.
"""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

from archiver.schedule.job_files import program
from archiver.settings.home import child_environ
from archiver.settings.other_archives import state_folder
from archiver.store.durable_files import write_durably
from archiver.web.access import OPEN, AccessGate, is_fresh
from archiver.web.server import is_ours

MAX_PORT = 65536
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


def last_entry(file: Path) -> tuple[int, str]:
    """Port and cookie of the last run; 0 and an empty cookie if none is known, no cookie if its time is over."""
    try:
        document = json.loads(file.read_text(encoding="utf-8"))
        port, cookie = int(document["port"]), str(document["cookie"])
    except (OSError, ValueError, KeyError, TypeError):
        return 0, ""
    return (port, cookie if is_fresh(cookie) else "") if 0 < port < MAX_PORT else (0, "")


def write_address(file: Path, gate: AccessGate) -> None:
    """Write port, key, secret and cookie, readable for the user alone: for a second start, and for the next run."""
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    document = {"port": gate.port, "key": gate.key, "secret": gate.secret, "cookie": gate.cookie}
    write_durably(file, json.dumps(document).encode())
