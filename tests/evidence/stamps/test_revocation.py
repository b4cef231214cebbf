"""Lists of revoked certificates are taken only from the issuer, and what they say of a stamp's certificate is told."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from archiver.demo.tsa.simulator import SimulatedAuthority
from archiver.evidence.stamps.revocation import RevocationList, fetch_lists
from archiver.evidence.stamps.timestamp import request_stamp
from tests.support.stamps.authorities import authority_in_memory

NOW = datetime(2026, 11, 24, tzinfo=UTC)
ADDRESS = "http://tsa.example/list.crl"


@pytest.fixture
def simulated() -> SimulatedAuthority:
    """An authority whose certificate names a list."""
    simulated = SimulatedAuthority(now=lambda: NOW)
    simulated.renew_leaf(until=datetime(2031, 1, 1, tzinfo=UTC), list_address=ADDRESS)
    return simulated


def lists(simulated: SimulatedAuthority, body: bytes | OSError) -> list[RevocationList]:
    asked = list[str]()

    def fetch(address: str) -> bytes:
        asked.append(address)
        if isinstance(body, OSError):
            raise body
        return body

    authority = authority_in_memory(simulated)
    reply = request_stamp(b"data", authority, now=lambda: NOW).reply
    found = list(fetch_lists(reply, authority.roots, fetch))
    assert [ADDRESS] == asked
    return found


@pytest.mark.parametrize("is_revoked", [False, True])
def test_a_list_says_whether_the_certificate_stands_in_it(simulated: SimulatedAuthority, is_revoked: bool) -> None:
    """With the time at which it was issued, and its own bytes."""
    body = simulated.revocation_list(is_revoked=is_revoked)

    assert [RevocationList(body, NOW, is_revoked)] == lists(simulated, body)


def test_what_is_no_list_of_the_issuer_is_left_out(simulated: SimulatedAuthority) -> None:
    """Another's, a page, nothing, or no answer."""
    for body in (SimulatedAuthority(now=lambda: NOW).revocation_list(), b"<html>", b"", ConnectionError("down")):
        assert [] == lists(simulated, body)


def test_a_certificate_that_names_no_list_asks_nobody() -> None:
    """Nothing is fetched."""
    authority = authority_in_memory(SimulatedAuthority(now=lambda: NOW))
    reply = request_stamp(b"data", authority, now=lambda: NOW).reply

    assert [] == list(fetch_lists(reply, authority.roots, lambda address: pytest.fail(address)))
