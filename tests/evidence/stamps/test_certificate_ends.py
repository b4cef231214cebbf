"""When a stamp's certificates end is read out of the reply and its root, without a library."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from archiver.evidence.stamps.reply_claims import SHORT_KEY_END, StampEnd, stamp_end
from archiver.evidence.stamps.roots import der_to_pem
from archiver.evidence.stamps.timestamp import Authority, request_stamp
from tests.support.stamps.authorities import OpensslAuthority, authority_in_memory
from tests.support.stamps.simulated_authority import SimulatedAuthority

NOW = datetime(2026, 11, 24, tzinfo=UTC)


def end_of(authority: Authority) -> StampEnd | None:
    reply = request_stamp(b"data", authority, now=lambda: NOW).reply
    return stamp_end(reply, "".join(map(der_to_pem, authority.roots)).encode())


def test_the_earliest_end_of_the_chain_counts() -> None:
    """That of the leaf, where it ends before its issuers."""
    simulated = SimulatedAuthority(now=lambda: NOW)
    assert StampEnd("2049-12-31T00:00:00.000Z", None) == end_of(authority_in_memory(simulated))

    simulated.renew_leaf(until=datetime(2031, 3, 4, 5, 6, 7, tzinfo=UTC))

    assert StampEnd("2031-03-04T05:06:07.000Z", None) == end_of(authority_in_memory(simulated))


def test_a_short_key_has_an_end_of_its_own(tmp_path: Path) -> None:
    """Two thousand bits of RSA, as real openssl signs; the certificate ends first here."""
    end = end_of(OpensslAuthority(tmp_path).as_authority())

    assert end is not None
    assert SHORT_KEY_END == end.key
    assert end.certificate == end.earliest("2026-11-24T00:00:00.000Z")


@pytest.mark.parametrize("reply", [b"", b"0", bytes(200), b"\x30\x80\x00"])
def test_what_is_no_reply_has_no_end(reply: bytes) -> None:
    """Nothing is raised."""
    assert None is stamp_end(reply, b"")
