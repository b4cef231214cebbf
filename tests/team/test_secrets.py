"""Where a token and the installation's key are never found: whoever has a dump, a log or a queue has neither."""

from __future__ import annotations

import base64
import subprocess
import sys
from pathlib import Path

import pytest

from archiver.team import membership
from tests.support.teams.team import wait_until
from tests.support.teams.team_service import running_service

pytestmark = pytest.mark.slow

ABORTING = """
import ctypes, os, resource, sys
from archiver.team.sealed_tokens import forbid_core_files
forbid_core_files()
print(resource.getrlimit(resource.RLIMIT_CORE), ctypes.CDLL(None).prctl(3, 0, 0, 0, 0))
"""


def all_bytes(folder: Path) -> dict[str, bytes]:
    """The content of every file below a folder."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def forms(secret: str) -> list[bytes]:
    """A secret as it may stand in a file: as text, in hexadecimal, in base64."""
    raw = secret.encode()
    return [raw, raw.hex().encode(), base64.b64encode(raw)[:-4]]


@pytest.mark.drawn
def test_neither_a_token_nor_the_key_is_in_anything_that_is_written(folder: Path) -> None:
    """Two accounts join, one token is refused, one leaves: in dumps, the database's files and logs, the queue, the
    workers' journals and copies is neither a token nor the key."""
    with running_service(folder, 2, rooms=1) as service:
        first, second = service.standings
        name = service.start_worker("computer")
        wait_until(lambda: all(one.last_round for one in service.overview().values()))
        dumps = [service.postgres.dump("--inserts")]
        service.chatworks.forget(second)
        wait_until(lambda: service.overview()[second].outcome == "TokenRefused")
        dumps.append(service.postgres.dump("--inserts"))
        membership.leave(first, service.settings())
        dumps.append(service.postgres.dump("--inserts"))
        service.stop_workers()
        secrets = [chatwork.token for chatwork in service.chatworks.accounts.values()]
        key = (folder / "key").read_text(encoding="utf-8").strip()
        service.postgres.stop()
        written = {path: data for path, data in all_bytes(folder).items() if path != "key"}
        written |= {f"database/{path}": data for path, data in all_bytes(service.postgres.folder).items()}
        written |= {f"dump {number}": data for number, data in enumerate(dumps)}
        service.postgres.start()
        sealed = service.overview()[first].has_token
        assert f"logs/{name}.log" in written

    found = [
        path for path, data in written.items() for secret in (*secrets, key) for form in forms(secret) if form in data
    ]
    raw_key = base64.b64decode(key)
    assert found == []
    assert [path for path, data in written.items() if raw_key in data] == []
    assert not sealed


@pytest.mark.drawn
@pytest.mark.skipif(sys.platform != "linux", reason="core files are forbidden by Linux's own means")
def test_a_worker_leaves_no_core_file_and_lets_nobody_read_its_memory() -> None:
    """The limit for core files is none, and the process is not dumpable (prctl(2), PR_GET_DUMPABLE)."""
    finished = subprocess.run([sys.executable, "-c", ABORTING], capture_output=True, text=True, check=True, timeout=60)

    assert finished.stdout == "(0, 0) 0\n"
