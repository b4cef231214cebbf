"""The simulated time-stamp authority answers as RFC 3161 says, and fails on order."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from tests.support.stamps.simulated_authority import AuthorityFault, SimulatedAuthority
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


def test_each_token_has_its_own_number(authority: SimulatedAuthority, query: bytes) -> None:
    """Serial numbers rise, and every request is kept."""
    replies = {post(authority, query).content for _ in range(3)}

    assert 3 == len(replies)
    assert (3, [query] * 3) == (authority.count, authority.queries)


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


def test_a_failure_comes_once_and_in_its_turn(authority: SimulatedAuthority, query: bytes) -> None:
    """`after` good replies, `times` bad ones, then good ones again; a name will do for the fault."""
    authority.fail("500", times=2, after=1)

    assert [200, 500, 500, 200] == [post(authority, query).status_code for _ in range(4)]


def test_a_failure_without_end_is_healed(authority: SimulatedAuthority, query: bytes) -> None:
    """`times=None` lasts until `heal`."""
    authority.fail(AuthorityFault.SERVER_ERROR, times=None)
    before = [post(authority, query).status_code for _ in range(3)]

    authority.heal()

    assert ([500] * 3, 200) == (before, post(authority, query).status_code)


def test_a_page_comes_with_status_200(authority: SimulatedAuthority, query: bytes) -> None:
    """As a captive portal would answer."""
    authority.fail(AuthorityFault.HTML)

    answer = post(authority, query)

    assert (200, b"<!DOCTYPE") == (answer.status_code, answer.content[:9])


def test_a_timeout_is_as_long_as_ordered(authority: SimulatedAuthority, query: bytes) -> None:
    """Nothing comes for so many seconds, then the true answer."""
    authority.fail(AuthorityFault.TIMEOUT, seconds=0.3)
    started = time.monotonic()

    answer = post(authority, query)

    assert 200 == answer.status_code
    assert time.monotonic() - started >= 0.3


def test_it_comes_back_on_the_same_port_with_the_same_root(authority: SimulatedAuthority, query: bytes) -> None:
    """After a stop nobody is there; after a start everything is as before."""
    url, root = authority.url, authority.root_pem
    authority.stop()
    with pytest.raises(requests.ConnectionError):
        post(authority, query)

    authority.start()

    assert (url, root) == (authority.url, authority.root_pem)
    assert 200 == post(authority, query).status_code


def test_two_authorities_have_nothing_in_common() -> None:
    """Each has a root of its own, named after it."""
    authority, other = SimulatedAuthority(name="One"), SimulatedAuthority(name="Other")

    assert authority.root_pem != other.root_pem
