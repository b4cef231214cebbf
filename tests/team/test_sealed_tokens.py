"""Tokens sealed for workers: only the installation's key opens them, each for its own account alone."""

from __future__ import annotations

import base64
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archiver.team import membership, sealed_tokens
from archiver.team.ledger.service_tables import SealedRow
from tests.support.teams.team import wait_until
from tests.support.teams.team_service import running_service

SECRET = sealed_tokens.new_secret_key()
PUBLIC = sealed_tokens.public_half(SECRET)
TOKEN = "0123456789abcdef0123456789abcdef"
ROW = sealed_tokens.seal_token(TOKEN, 42, PUBLIC)


@given(
    token=st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=64), account=st.integers(1)
)
def test_what_is_sealed_opens_with_the_secret_half(token: str, account: int) -> None:
    """Sealing needs the public half only."""
    row = sealed_tokens.seal_token(token, account, PUBLIC)

    assert token == sealed_tokens.open_token(row, account, SECRET)
    assert row.key_id == sealed_tokens.key_id(PUBLIC)


def test_the_same_token_is_never_sealed_alike() -> None:
    """Nobody sees in the ledger that two accounts have one token, or that one was given again."""
    again = sealed_tokens.seal_token(TOKEN, 42, PUBLIC)

    assert ROW.sealed != again.sealed
    assert ROW.wrapped_key != again.wrapped_key


@pytest.mark.parametrize(
    ("row", "account", "secret"),
    [
        (ROW, 43, SECRET),
        (ROW, 42, sealed_tokens.new_secret_key()),
        (SealedRow(b"", b"", "x"), 42, SECRET),
        (SealedRow(b"x" * 60, b"\0" * 92, "x"), 42, SECRET),
    ],
    ids=["another account", "another installation", "empty", "points of low order"],
)
def test_a_row_opens_for_its_account_with_its_key_alone(row: SealedRow, account: int, secret: str) -> None:
    """Whoever can write to the ledger cannot let a worker use one person's token for another's archive."""
    with pytest.raises(sealed_tokens.NotOpened):
        sealed_tokens.open_token(row, account, secret)


def test_wrapped_anew_it_opens_with_the_new_key_alone() -> None:
    """The sealed token is the same; who has neither key wraps nothing."""
    secret = sealed_tokens.new_secret_key()
    again = sealed_tokens.wrap_anew(ROW, 42, SECRET, sealed_tokens.public_half(secret))

    assert (ROW.sealed, TOKEN) == (again.sealed, sealed_tokens.open_token(again, 42, secret))
    for row, account, key in ((again, 42, SECRET), (ROW, 43, SECRET), (ROW, 42, secret)):
        with pytest.raises(sealed_tokens.NotOpened):
            sealed_tokens.wrap_anew(row, account, key, PUBLIC)


@given(place=st.integers(0), is_key=st.booleans())
def test_no_changed_byte_is_opened(place: int, is_key: bool) -> None:
    """A row that somebody changed gives nothing, and the error holds nothing of it."""
    data = bytearray(ROW.wrapped_key if is_key else ROW.sealed)
    data[place % len(data)] ^= 1
    changed = ROW._replace(wrapped_key=bytes(data)) if is_key else ROW._replace(sealed=bytes(data))

    with pytest.raises(sealed_tokens.NotOpened) as raised:
        sealed_tokens.open_token(changed, 42, SECRET)

    assert TOKEN not in str(raised.value)
    assert raised.value.__context__ is None


@pytest.mark.parametrize("key", ["", "x", "é" * 44, base64.b64encode(b"short").decode()])
def test_what_is_no_key_is_refused_without_its_text(key: str) -> None:
    """A key that somebody mistyped is not shown again."""
    with pytest.raises(ValueError, match="not 32 bytes in base64"):
        sealed_tokens.public_half(key)


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
