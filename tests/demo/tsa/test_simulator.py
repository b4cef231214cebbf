"""The simulated time-stamp authority answers as RFC 3161 says, and fails on order."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from tests.support.stamps.simulated_authority import SimulatedAuthority
from tests.support.world import Clock

QUERY = {"content-type": "application/timestamp-query"}


@pytest.fixture
def authority(clock: Clock) -> Iterator[SimulatedAuthority]:
    with SimulatedAuthority(now=clock) as running:
        yield running


@pytest.fixture
def query(tmp_path: Path) -> bytes:
    """As `openssl ts -query` makes it, of a file called `data`."""
    (tmp_path / "data").write_bytes(b"hello\n")
    openssl(tmp_path, "-query", "-data", "data", "-sha256", "-cert", "-out", "query.tsq")
    return (tmp_path / "query.tsq").read_bytes()


def openssl(folder: Path, *arguments: str) -> str:
    """What `openssl ts` prints."""
    done = subprocess.run(["openssl", "ts", *arguments], cwd=folder, capture_output=True, text=True, check=False)
    return done.stdout + done.stderr


def post(authority: SimulatedAuthority, query: bytes, timeout: float = 10) -> requests.Response:
    """Ask it over HTTP."""
    with requests.Session() as session:
        session.trust_env = False
        return session.post(authority.url, query, headers=QUERY, timeout=timeout, allow_redirects=False)


def test_openssl_asks_and_verifies(authority: SimulatedAuthority, query: bytes, tmp_path: Path, clock: Clock) -> None:
    """A request made by openssl gets a reply that openssl accepts, nonce included, with the clock's time in it."""
    (tmp_path / "reply.tsr").write_bytes(post(authority, query).content)
    (tmp_path / "root.pem").write_text(authority.root_pem)
    when = str(int(clock().timestamp()))

    verified = openssl(
        tmp_path, "-verify", "-queryfile", "query.tsq", "-in", "reply.tsr", "-CAfile", "root.pem", "-attime", when
    )
    output = openssl(tmp_path, "-reply", "-in", "reply.tsr", "-text")

    assert "Verification: OK" in verified
    assert "Time stamp: Jul  1 03:00:00 2026 GMT" in output


def test_other_requests_are_refused(authority: SimulatedAuthority, query: bytes, tmp_path: Path) -> None:
    """No POST, another type: 415; a body that is no request, or wants SHA-1: a rejection."""
    openssl(tmp_path, "-query", "-data", "data", "-sha1", "-out", "old.tsq")

    assert 415 == requests.get(authority.url, timeout=10).status_code
    assert 415 == requests.post(authority.url, query, timeout=10).status_code
    for body in (b"", b"nonsense", (tmp_path / "old.tsq").read_bytes()):
        (tmp_path / "reply.tsr").write_bytes(post(authority, body).content)
        assert "Status: Rejected" in openssl(tmp_path, "-reply", "-in", "reply.tsr", "-text")
    assert 3 == authority.count


def test_certificates_come_only_if_they_are_wanted(authority: SimulatedAuthority, query: bytes, tmp_path: Path) -> None:
    """A request without `certReq` gets a smaller reply."""
    openssl(tmp_path, "-query", "-data", "data", "-sha256", "-out", "bare.tsq")

    bare = authority.reply((tmp_path / "bare.tsq").read_bytes())

    assert len(bare) < len(authority.reply(query)) - 800
