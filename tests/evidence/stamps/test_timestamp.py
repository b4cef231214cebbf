"""RFC 3161 stamps: a good reply is accepted here and by openssl; everything else is refused for the right reason."""

from __future__ import annotations

import contextlib
import re
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

import pytest
from asn1crypto import tsp
from hypothesis import given, settings, strategies
from rfc3161_client import decode_timestamp_response

from archiver.evidence.stamps import timestamp
from archiver.evidence.stamps.roots import REASONS, StampRefused, fingerprint
from archiver.evidence.stamps.timestamp import Authority, AuthorityAnswer, check_stamp, request_stamp
from tests.support.cases import cases_of
from tests.support.stamps.authorities import OpensslAuthority, authority_in_memory, authority_over_http, openssl_accepts
from tests.support.stamps.simulated_authority import AuthorityFault, SimulatedAuthority
from tests.support.world import Clock

SEAL = b'{"day":"2026-07-01","number":1}\n'


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def simulated(clock: Clock) -> Iterator[SimulatedAuthority]:
    with SimulatedAuthority(now=clock) as running:
        yield running


@pytest.fixture(scope="module")
def still() -> SimulatedAuthority:
    """One that is only asked in memory, at one instant."""
    return SimulatedAuthority(now=lambda: datetime(2026, 7, 1, 3, tzinfo=UTC))


@pytest.fixture(scope="module")
def good_reply(still: SimulatedAuthority) -> bytes:
    """A good reply."""
    return request_stamp(SEAL, authority_in_memory(still), now=authority_time).reply


@pytest.fixture(scope="module")
def foreign(tmp_path_factory: pytest.TempPathFactory) -> OpensslAuthority:
    return OpensslAuthority(tmp_path_factory.mktemp("openssl"))


def reason(authority: Authority, data: bytes = SEAL) -> str:
    """Why an authority's reply is refused."""
    with pytest.raises(StampRefused) as refused:
        request_stamp(data, authority, now=authority_time)
    assert refused.value.reason in REASONS
    return refused.value.reason


def noted(still: SimulatedAuthority, fault: AuthorityFault | None) -> tuple[Authority, list[bytes]]:
    """An authority whose replies have this fault, and those that it gave."""
    sent: list[bytes] = []

    def send(query: bytes) -> AuthorityAnswer:
        sent.append(still.reply(query, fault))
        return AuthorityAnswer(200, sent[-1])

    return Authority("a", send, (still.root_der,)), sent


def authority_time() -> datetime:
    return datetime(2026, 7, 1, 3, tzinfo=UTC)


# --- good replies ------------------------------------------------------------------------------


def test_a_good_reply_tells_its_time_and_root(simulated: SimulatedAuthority, clock: Clock) -> None:
    """The authority's time in UTC, held against this computer's clock, and the pinned root."""
    stamped = request_stamp(SEAL, authority_over_http(simulated), now=lambda: clock() + timedelta(minutes=3))

    assert -180.5 == stamped.offset_seconds  # the authority tells whole seconds
    assert datetime(2026, 7, 1, 3, tzinfo=UTC) == stamped.token.time
    assert fingerprint(simulated.root_der) == stamped.token.root
    assert stamped.token == check_stamp(stamped.reply, SEAL, [simulated.root_der])


def test_only_a_digest_and_a_number_are_sent(simulated: SimulatedAuthority, clock: Clock) -> None:
    """The request holds the SHA-256 of the data, asks for certificates, and has another nonce each time."""
    for _ in range(2):
        request_stamp(SEAL, authority_over_http(simulated), now=clock)

    queries = [tsp.TimeStampReq.load(query, strict=True) for query in simulated.queries]
    imprints = [query["message_imprint"] for query in queries]
    assert {sha256(SEAL).digest()} == {imprint["hashed_message"].native for imprint in imprints}
    assert {"sha256"} == {imprint["hash_algorithm"]["algorithm"].native for imprint in imprints}
    assert 2 == len({query["nonce"].native for query in queries})
    assert all(query["cert_req"].native for query in queries)
    assert not any(SEAL in query for query in simulated.queries)


@pytest.mark.parametrize("fault", [None, AuthorityFault.UNSORTED, AuthorityFault.CROSS_SIGNED, AuthorityFault.BRIEF])
def test_openssl_accepts_what_is_accepted_here(
    fault: AuthorityFault | None, tmp_path: Path, still: SimulatedAuthority
) -> None:
    """Each good reply is also good for `openssl ts -verify` at the token's time, and is kept as it came."""
    authority, sent = noted(still, fault)

    stamped = request_stamp(SEAL, authority, now=authority_time)

    assert sent == [stamped.reply]
    assert stamped.token == check_stamp(stamped.reply, SEAL, [still.root_der])
    assert openssl_accepts(tmp_path, stamped.reply, SEAL, [still.root_der], at=stamped.token.time)
    assert not openssl_accepts(tmp_path, stamped.reply, SEAL + b" ", [still.root_der], at=stamped.token.time)
    if fault is AuthorityFault.UNSORTED:  # which the library itself refuses
        with pytest.raises(ValueError, match="InvalidSetOrdering"):
            decode_timestamp_response(stamped.reply)


@pytest.mark.parametrize("ess", ["sha1", "sha256"])
def test_tokens_made_by_openssl_are_accepted(ess: str, tmp_path: Path, foreign: OpensslAuthority) -> None:
    """RSA, a chain in whatever order, fractions of a second, and both ways to name the certificate."""
    authority = foreign.as_authority(ess=ess, accuracy="secs:1, millisecs:500")

    stamped = request_stamp(SEAL, authority, now=lambda: datetime.now(UTC))

    assert abs(stamped.offset_seconds) < 60
    assert openssl_accepts(tmp_path, stamped.reply, SEAL, [foreign.root], at=stamped.token.time)


def test_a_stamp_stays_good_after_its_certificate_has_ended(tmp_path: Path, still: SimulatedAuthority) -> None:
    """The chain is judged at the token's time; openssl must be told that time, or it says no."""
    stamped = request_stamp(SEAL, authority_in_memory(still, AuthorityFault.BRIEF), now=authority_time)

    assert stamped.token == check_stamp(stamped.reply, SEAL, [still.root_der])
    assert openssl_accepts(tmp_path, stamped.reply, SEAL, [still.root_der], at=stamped.token.time)
    assert not openssl_accepts(tmp_path, stamped.reply, SEAL, [still.root_der])


def test_each_root_is_tried_by_itself(good_reply: bytes, still: SimulatedAuthority) -> None:
    """Of several pinned roots the one that fits is named, wherever it stands; roots of one call never help another."""
    others = [SimulatedAuthority().root_der for _ in range(2)]

    roots = {
        check_stamp(good_reply, SEAL, [*others[:place], still.root_der, *others[place:]]).root for place in range(3)
    }

    assert {fingerprint(still.root_der)} == roots
    with pytest.raises(StampRefused) as refused:
        check_stamp(good_reply, SEAL, others)
    assert "untrusted" == refused.value.reason


# --- what is refused ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fault", "expected"),
    cases_of(__file__, "bad_tokens"),
)
def test_a_bad_token_is_refused_for_what_is_wrong_with_it(
    fault: str, expected: str, still: SimulatedAuthority, tmp_path: Path
) -> None:
    """Each fault has its reason; what is wrong with the signer is no whim of ours."""
    authority, sent = noted(still, AuthorityFault[fault])

    assert expected == reason(authority)
    if expected in ("signature", "expired", "purpose"):
        assert not openssl_accepts(tmp_path, sent[0], SEAL, [still.root_der], at=authority_time())


@pytest.mark.parametrize(
    ("fault", "expected"),
    cases_of(__file__, "bad_answers"),
)
def test_a_bad_answer_is_refused(fault: str, expected: str, simulated: SimulatedAuthority, clock: Clock) -> None:
    """What goes wrong on the way is told apart, and the next request is answered as ever."""
    simulated.fail(AuthorityFault[fault])

    with pytest.raises(StampRefused) as refused:
        request_stamp(SEAL, authority_over_http(simulated), now=clock)

    assert expected == refused.value.reason
    assert fault != "REJECTED" or "Not today." in refused.value.detail
    assert request_stamp(SEAL, authority_over_http(simulated), now=clock).token
    simulated.stop()
    assert "unreachable" == reason(authority_over_http(simulated))


@pytest.mark.parametrize(("reply", "expected"), cases_of(__file__, "replies_without_a_token_are_told_apart"))
def test_replies_without_a_token_are_told_apart(reply: str, expected: str, still: SimulatedAuthority) -> None:
    """A rejection is one however short; anything else, a grant without a token too, is no stamp."""
    with pytest.raises(StampRefused) as refused:
        check_stamp(bytes.fromhex(reply), SEAL, [still.root_der])

    assert expected == refused.value.reason


def test_a_kept_reply_fits_its_bytes_and_its_root_alone(good_reply: bytes, still: SimulatedAuthority) -> None:
    """Other bytes, something behind the reply, and bytes that are no certificate."""
    other, more = SEAL.replace(b"1}", b"2}"), good_reply + b"\0"
    for reply, data, root, expected in (
        (good_reply, other, still.root_der, "imprint"),
        (more, SEAL, still.root_der, "not_a_token"),
        (good_reply, SEAL, b"no certificate", "signature"),
    ):
        with pytest.raises(StampRefused) as refused:
            check_stamp(reply, data, [root])
        assert expected == refused.value.reason


def test_a_reply_of_countless_parts_costs_little(still: SimulatedAuthority) -> None:
    """A megabyte of nothing, well formed, is refused at once."""
    many = b"\x05\x00" * 500_000
    started = time.process_time()

    with pytest.raises(StampRefused) as refused:
        check_stamp(b"\x30\x83" + len(many).to_bytes(3, "big") + many, SEAL, [still.root_der])

    assert "not_a_token" == refused.value.reason
    assert time.process_time() - started < 10


def test_every_reason_has_its_words() -> None:
    """What can be a reason can be told."""
    sources = "".join(path.read_text(encoding="utf-8") for path in Path(timestamp.__file__).parent.glob("*.py"))
    meanings = sources.partition("_MEANINGS: ")[2].partition("\n)\n")[0]
    reasons = {*re.findall(r'StampRefused\("(\w+)"', sources), *re.findall(r'", "(\w+)"\)', meanings)}

    assert {"denied", "untrusted", "purpose"} <= reasons <= REASONS.keys()


# --- circumstances -----------------------------------------------------------------------------


def test_without_a_readable_root_nothing_is_asked(simulated: SimulatedAuthority, clock: Clock) -> None:
    """An authority whose root is missing is refused before anything is sent."""
    with pytest.raises(StampRefused) as refused:
        request_stamp(SEAL, authority_over_http(simulated, roots=()), now=clock)

    assert ("roots", 0) == (refused.value.reason, simulated.count)


def test_without_the_library_stamps_are_not_to_be_had(
    simulated: SimulatedAuthority, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the library cannot be installed, asking and checking say so, and nothing is sent."""
    monkeypatch.setattr(timestamp, "find_spec", lambda name: None)

    with pytest.raises(StampRefused) as requested:
        request_stamp(SEAL, authority_over_http(simulated), now=clock)
    with pytest.raises(StampRefused) as checked:
        check_stamp(b"", SEAL, [simulated.root_der])

    assert ("unsupported", "unsupported", 0) == (requested.value.reason, checked.value.reason, simulated.count)
    assert not timestamp.can_stamp()


@settings(max_examples=50, deadline=None)
@given(
    edits=strategies.lists(strategies.tuples(strategies.floats(0, 1), strategies.integers(0, 255)), max_size=4),
    part=strategies.floats(0, 1),
)
def test_hostile_bytes_raise_nothing_else(
    edits: Sequence[tuple[float, int]], part: float, good_reply: bytes, still: SimulatedAuthority
) -> None:
    """A reply with any bytes changed is either refused or says the same as before; a part of one is refused."""
    spoilt = bytearray(good_reply)
    for place, value in edits:
        spoilt[int(place * (len(spoilt) - 1))] = value

    with contextlib.suppress(StampRefused):
        assert check_stamp(good_reply, SEAL, [still.root_der]) == check_stamp(bytes(spoilt), SEAL, [still.root_der])
    with pytest.raises(StampRefused):
        check_stamp(bytes(spoilt[: int(part * (len(spoilt) - 1))]), SEAL, [still.root_der])
