"""What a reply says is read without any library, as the library reads it; anything else is no reply."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import example, given, strategies

from archiver.evidence.stamps import timestamp
from archiver.evidence.stamps.reply_claims import (
    SHORT_KEY_END,
    StampEnd,
    claimed_time,
    earliest_covering,
    read_reply,
    stamp_end,
)
from archiver.evidence.stamps.roots import der_to_pem
from archiver.evidence.stamps.timestamp import Authority, request_stamp
from archiver.store.time_text import to_text
from tests.support.stamps.authorities import OpensslAuthority, authority_in_memory
from tests.support.stamps.simulated_authority import AuthorityFault, SimulatedAuthority

DATA = b"the bytes of a seal\n"
AT = datetime(2026, 11, 24, 13, 31, 5, 250_000, UTC)


@pytest.fixture(scope="module")
def stamped() -> timestamp.Stamped:
    return timestamp.request_stamp(DATA, authority_in_memory(SimulatedAuthority(now=lambda: AT)), now=lambda: AT)


def test_it_is_read_as_the_library_reads_it(stamped: timestamp.Stamped) -> None:
    """Time to the millisecond, and the digest."""
    claims = read_reply(stamped.reply)

    assert claims is not None
    assert to_text(stamped.token.time) == claims.time
    assert int(stamped.token.time.timestamp()) == claims.seconds
    assert claims.fits(DATA)
    assert not claims.fits(DATA + b"x")
    assert (claims.time, None) == (claimed_time(stamped.reply, DATA), claimed_time(stamped.reply, b""))


def test_a_reply_of_openssl_is_read(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Another maker, with decimals (which the library leaves out), accuracy and a chain."""
    foreign = OpensslAuthority(tmp_path_factory.mktemp("openssl"))
    made = timestamp.request_stamp(DATA, foreign.as_authority(accuracy="secs:1"), now=lambda: datetime.now(UTC))

    claims = claimed_time(made.reply, DATA)
    assert claims is not None
    assert to_text(made.token.time)[:19] == claims[:19]


@pytest.mark.parametrize("fault", [AuthorityFault.REJECTED, AuthorityFault.WRONG_IMPRINT, AuthorityFault.WRONG_DIGEST])
def test_a_reply_that_stamps_something_else_says_no_time(fault: AuthorityFault) -> None:
    """Refused, over other bytes, or over another digest than was asked for."""
    from rfc3161_client import HashAlgorithm, TimestampRequestBuilder

    request = TimestampRequestBuilder().data(DATA).hash_algorithm(HashAlgorithm.SHA256).build()
    reply = authority_in_memory(SimulatedAuthority(), fault).send(request.as_bytes()).body

    assert claimed_time(reply, DATA) is None


@given(strategies.binary(max_size=60))
@example(b"")
@example(b"0")
@example(b"0\x80")
@example(b"0\x84\xff\xff\xff\xff")
@example(b"0\x85\x01\x01\x01\x01\x01")
def test_other_bytes_are_no_reply(body: bytes) -> None:
    """Nothing is raised, whatever lies there."""
    assert read_reply(body) is None


@given(data=strategies.data())
def test_a_damaged_reply_is_read_or_refused(stamped: timestamp.Stamped, data: strategies.DataObject) -> None:
    """Cut anywhere, or with any byte changed."""
    body = bytearray(stamped.reply)
    body[data.draw(strategies.integers(0, len(body) - 1))] = data.draw(strategies.integers(0, 255))

    read_reply(bytes(body))

    assert read_reply(stamped.reply[: data.draw(strategies.integers(0, len(body) - 1))]) is None


@given(
    strategies.dictionaries(strategies.integers(1, 30), strategies.integers(1, 9).map(str)), strategies.integers(1, 40)
)
def test_a_stamp_covers_every_seal_up_to_its_own(times: dict[int, str], seal: int) -> None:
    """The earliest of those on it or on a later one."""
    later = [time for number, time in times.items() if number >= seal]

    assert min(later, default=None) == earliest_covering(times)(seal)


def test_a_seal_with_a_huge_number_costs_nothing() -> None:
    """A hostile name must not make anybody count to it."""
    assert "t" == earliest_covering({10**17: "t"})(10**16)
    assert earliest_covering({10**17: "t"})(None) is None


# --- when certificates end ------------------------------------------------------------------------

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
