"""What is answered about revoked certificates counts only by the issuer's signature, and what it says is told."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.x509 import ocsp

from archiver.demo.tsa.simulator import AuthorityFault, SimulatedAuthority, StatusAnswer
from archiver.evidence.stamps.revocation import (
    AnswerKind,
    CertificateState,
    CertificateStatement,
    RevocationAnswer,
    RevocationQuestion,
    ask_for_revocation,
)
from archiver.evidence.stamps.timestamp import request_stamp
from archiver.tsa import ask_about_certificate
from tests.support.chatwork.scripted_server import NEVER_ENDING, ScriptedServer
from tests.support.stamps.authorities import authority_in_memory

NOW = datetime(2026, 11, 24, tzinfo=UTC)
LIST, RESPONDER = "http://tsa.example/list.crl", "http://ocsp.example/"
WEEK = timedelta(days=7)

Ask = Callable[[RevocationQuestion], bytes]


def authority(*, lists: bool = False, answers: bool = False) -> SimulatedAuthority:
    """An authority whose certificate names a list, a responder, both or none."""
    simulated = SimulatedAuthority(now=lambda: NOW)
    simulated.renew_leaf(
        until=datetime(2031, 1, 1, tzinfo=UTC),
        list_address=LIST if lists else None,
        status_address=RESPONDER if answers else None,
    )
    return simulated


def asked(simulated: SimulatedAuthority, ask: Ask, now: datetime | None = NOW) -> list[RevocationAnswer]:
    """What comes of asking about the certificates behind a stamp."""
    known = authority_in_memory(simulated)
    reply = request_stamp(b"data", known, now=lambda: NOW).reply
    return list(ask_for_revocation(reply, known.roots, ask, now=now))


def always(body: bytes | OSError) -> Ask:
    def ask(_question: RevocationQuestion) -> bytes:
        if isinstance(body, OSError):
            raise body
        return body

    return ask


def responder(simulated: SimulatedAuthority, kind: StatusAnswer) -> Ask:
    simulated.answers_with = kind
    return lambda question: simulated.status_answer(question.body or b"")


# --- lists ------------------------------------------------------------------------------------


@pytest.mark.parametrize("is_revoked", [False, True])
def test_a_list_says_whether_the_certificate_stands_in_it(is_revoked: bool) -> None:
    """With the time at which it was issued, and its own bytes."""
    simulated = authority(lists=True)
    body = simulated.revocation_list(is_revoked=is_revoked)

    (found,) = asked(simulated, always(body))

    state = CertificateState.REVOKED if is_revoked else CertificateState.GOOD
    assert (AnswerKind.LIST, 1, body) == (found.kind, found.number, found.body)
    assert CertificateStatement(state, NOW, NOW + WEEK, NOW if is_revoked else None) == found.statement
    assert simulated.root_der == found.chain[-1]


def test_what_is_no_list_of_the_issuer_does_not_count() -> None:
    """Another's, a page, nothing, or no answer: it is said that none came."""
    for body in (SimulatedAuthority(now=lambda: NOW).revocation_list(), b"<html>", b"", ConnectionError("down")):
        (found,) = asked(authority(lists=True), always(body))
        assert (None, None) == (found.body, found.statement)


def test_a_certificate_that_names_nobody_asks_nobody() -> None:
    """Nothing is fetched."""
    assert [] == asked(authority(), lambda question: pytest.fail(question.address))


# --- answers ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "state", "revoked_at"),
    [
        (StatusAnswer.GOOD, CertificateState.GOOD, None),
        (StatusAnswer.DELEGATED, CertificateState.GOOD, None),
        (StatusAnswer.UNKNOWN, CertificateState.UNKNOWN, None),
        (StatusAnswer.REVOKED, CertificateState.REVOKED, NOW - timedelta(days=3)),
    ],
)
def test_an_answer_says_how_it_is_with_the_certificate(
    kind: StatusAnswer, state: CertificateState, revoked_at: datetime | None
) -> None:
    """Signed by the issuer, or by a responder that the issuer appointed."""
    simulated = authority(answers=True)

    (found,) = asked(simulated, responder(simulated, kind))

    assert AnswerKind.ANSWER is found.kind
    reason = "keyCompromise" if revoked_at else None
    assert CertificateStatement(state, NOW, NOW + WEEK, revoked_at, reason) == found.statement
    assert found.body is not None


NOT_COUNTING = [kind for kind in StatusAnswer if list(StatusAnswer).index(kind) > 3]


@pytest.mark.parametrize("kind", NOT_COUNTING)
def test_an_answer_that_proves_nothing_does_not_count(kind: StatusAnswer) -> None:
    """Old, of tomorrow, about another, signed by another or by nobody, too large, or none at all."""
    simulated = authority(answers=True)

    (found,) = asked(simulated, responder(simulated, kind))

    assert (None, None) == (found.body, found.statement)


def test_an_answer_may_be_as_old_as_it_says_itself() -> None:
    """Up to the time at which it promises a newer one, and a quarter of an hour for the clocks."""
    simulated = authority(answers=True)
    end = NOW + WEEK + timedelta(minutes=15)

    for now, counts in ((end, True), (end + timedelta(seconds=1), False), (NOW - timedelta(minutes=16), False)):
        (found,) = asked(simulated, responder(simulated, StatusAnswer.GOOD), now)
        assert counts == (found.statement is not None)


def test_without_a_clock_only_what_it_proves_counts() -> None:
    """An answer that was kept is judged by its signature, however old it is."""
    simulated = authority(answers=True)

    (found,) = asked(simulated, responder(simulated, StatusAnswer.STALE), None)

    assert found.statement is not None
    assert NOW - 4 * WEEK == found.statement.issued


def test_the_question_is_about_the_certificate_and_says_nothing_else() -> None:
    """It goes where the certificate says, and names it by its issuer and its number."""
    simulated, questions = authority(answers=True), list[RevocationQuestion]()

    def ask(question: RevocationQuestion) -> bytes:
        questions.append(question)
        return b""

    asked(simulated, ask)

    (question,) = questions
    sent = ocsp.load_der_ocsp_request(question.body or b"")
    assert (RESPONDER, 1) == (question.address, question.number)
    assert isinstance(sent.hash_algorithm, hashes.SHA1)
    assert [] == list(sent.extensions)


def test_both_are_asked_and_one_that_is_silent_hides_nothing_of_the_other() -> None:
    """The list comes although the responder is down."""
    simulated = authority(lists=True, answers=True)

    def ask(question: RevocationQuestion) -> bytes:
        if question.kind is AnswerKind.ANSWER:
            raise TimeoutError
        return simulated.revocation_list()

    first, second = asked(simulated, ask)

    assert first.statement is not None
    assert (AnswerKind.ANSWER, None) == (second.kind, second.statement)


def test_a_host_that_is_silent_is_asked_once() -> None:
    """However many certificates name it: an export does not wait for each."""
    simulated, hosts = SimulatedAuthority(now=lambda: NOW), list[str | None]()
    simulated.renew_leaf(until=NOW + WEEK, list_address=RESPONDER, status_address=RESPONDER)

    def ask(question: RevocationQuestion) -> bytes:
        hosts.append(urlsplit(question.address).hostname)
        raise TimeoutError

    assert [None, None] == [one.statement for one in asked(simulated, ask)]
    assert ["ocsp.example"] == hosts


def test_only_what_leads_to_the_pinned_root_is_asked_about() -> None:
    """A reply may hold any certificates, with any address in them."""
    simulated = authority(lists=True, answers=True)
    strangers = SimulatedAuthority(now=lambda: NOW)
    reply = request_stamp(b"data", authority_in_memory(simulated), now=lambda: NOW).reply

    assert [] == list(ask_for_revocation(reply, [strangers.root_der], lambda one: pytest.fail(one.address), now=NOW))
    assert [] == list(ask_for_revocation(b"junk", [simulated.root_der], lambda one: pytest.fail(one.address), now=NOW))


def test_an_address_that_is_none_of_the_web_is_not_asked() -> None:
    """Such as a file of this computer."""
    for address in ("file:///etc/passwd", "ldap://tsa.example/cn=list", "HTTP//tsa", ""):
        simulated = SimulatedAuthority(now=lambda: NOW)
        simulated.renew_leaf(until=NOW + WEEK, list_address=address, status_address=address)
        assert [] == asked(simulated, lambda question: pytest.fail(question.address))


def test_a_cross_signed_reply_leads_to_the_pinned_root() -> None:
    """Although it holds the root once more, signed by somebody else."""
    simulated = authority(answers=True)
    known = authority_in_memory(simulated, AuthorityFault.CROSS_SIGNED)
    reply = request_stamp(b"data", known, now=lambda: NOW).reply

    (found,) = ask_for_revocation(reply, known.roots, responder(simulated, StatusAnswer.GOOD), now=NOW)

    assert simulated.root_der == found.chain[-1]
    assert 3 == len(found.chain)


# --- over the network -------------------------------------------------------------------------


@pytest.fixture
def running() -> Iterator[SimulatedAuthority]:
    with SimulatedAuthority(now=lambda: NOW) as simulated:
        simulated.renew_leaf(until=NOW + WEEK, status_address=simulated.status_url)
        yield simulated


def test_the_responder_is_asked_over_http(running: SimulatedAuthority) -> None:
    """A question by POST, and its answer's bytes."""
    (found,) = asked(running, ask_about_certificate)

    assert found.statement is not None
    assert 1 == len(running.questions)


@pytest.mark.parametrize("kind", [StatusAnswer.TOO_LARGE, StatusAnswer.HTML, StatusAnswer.EMPTY])
def test_over_http_too_what_is_no_answer_does_not_count(running: SimulatedAuthority, kind: StatusAnswer) -> None:
    """A page, nothing, or more than is read."""
    running.answers_with = kind

    (found,) = asked(running, ask_about_certificate)

    assert found.statement is None


@pytest.mark.parametrize("what", NEVER_ENDING)
def test_a_responder_that_never_ends_is_given_up(what: str) -> None:
    """One deadline is over the whole of it, headers included."""
    begun = time.monotonic()

    with ScriptedServer([NEVER_ENDING[what]]) as endless, pytest.raises(OSError):  # noqa: PT011 - whichever it is
        ask_about_certificate(RevocationQuestion(AnswerKind.ANSWER, 1, endless.url, b"question"), seconds=0.3)

    assert time.monotonic() - begun < 5


def test_an_answer_whose_responder_has_an_extension_twice_does_not_count() -> None:
    """Such a certificate is damaged, and no bug of this program; `verify` reads it out of packages of others."""
    simulated = authority(answers=True)
    whole = responder(simulated, StatusAnswer.DELEGATED)
    key_usage, constraints = bytes.fromhex("0603551d0f"), bytes.fromhex("0603551d13")

    (good,) = asked(simulated, whole)
    (found,) = asked(simulated, lambda question: whole(question).replace(key_usage, constraints))

    assert good.statement is not None
    assert (None, None) == (found.body, found.statement)
