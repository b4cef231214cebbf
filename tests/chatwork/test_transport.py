"""One request: token, budget, retry — against a server that misbehaves on order."""

import gzip
import io
import json
import logging
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext, suppress
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from itertools import chain, repeat
from pathlib import Path
from typing import Any

import pytest
import requests
import responses
from hypothesis import given, settings, strategies
from urllib3 import HTTPResponse

from archiver.chatwork import models
from archiver.chatwork.reply_headers import Budget
from archiver.chatwork.transport import ReplyLimits, Transport
from archiver.corrected_clock import CorrectedClock
from archiver.errors import (
    ArchiverError,
    BudgetSpent,
    ChatworkError,
    NotUnderstood,
    NotVisible,
    Refused,
    TokenRefused,
    Unreachable,
)
from archiver.records import Reply
from tests.support.certificate import loopback_certificate
from tests.support.chatwork.scripted_server import ScriptedServer, Step, drip, hang, reply, stall
from tests.support.world import Clock

NOW = datetime(2026, 11, 24, 13, 0, 0, tzinfo=UTC)
TOKEN = "c4naryc4naryc4naryc4naryc4nary00"
GOOD = reply(body=b'{"account_id":1}')
HALVES = GOOD[:-5], GOOD[-5:]
MINUTE = timedelta(minutes=1)
PATIENT = [0.5, 1.0, 2.0, 4.0]


def build(clock: Clock, url: str, **given: Any) -> Transport:
    """A transport without jitter, unless given otherwise."""
    usual: dict[str, Any] = {
        "session": requests.Session(),
        "base_url": url,
        "token": lambda: TOKEN,
        "clock": CorrectedClock(clock),
        "sleep": clock.sleep,
        "jitter": lambda: 0.0,
    }
    return Transport(**(usual | given))


@contextmanager
def serving(*steps: Step, **given: Any) -> Iterator[tuple[Transport, ScriptedServer, Clock]]:
    """A transport that leads to a server with these steps."""
    clock = Clock(NOW)
    with ScriptedServer(steps) as server:
        yield build(clock, server.url, **given), server, clock


def parse(reply: Reply) -> object:
    """Understand a reply as the client does: whatever is no JSON is not understood."""
    try:
        return models.parse_json(reply.body)
    except ValueError:
        raise NotUnderstood(path=reply.path, detail="not JSON") from None


def ask(transport: Transport) -> object:
    """Send any request."""
    return transport.get("/me", {}, parse)


def budget_headers(remaining: int, seconds: int, limit: int = 300) -> dict[str, str]:
    """Budget headers whose window ends so many seconds after the start."""
    return {
        "x_ratelimit_limit": str(limit),
        "x_ratelimit_remaining": str(remaining),
        "x_ratelimit_reset": str(int(NOW.timestamp()) + seconds),
    }


# --- what is sent ----------------------------------------------------------------------------


def test_a_request_is_a_get_with_the_token_in_its_header() -> None:
    """Path and query go below the base URL, the token only into its own header."""
    with serving(GOOD) as (transport, server, _):
        answer = transport.get("/rooms/1/messages", {"force": 1}, parse)

    head = server.heads[0]
    assert {"account_id": 1} == answer
    assert head.startswith("GET /v2/rooms/1/messages?force=1 HTTP/1.1\r\n")
    assert f"x-chatworktoken: {TOKEN}\r\n" in head
    assert 1 == head.count(TOKEN)


def test_a_reply_is_kept_as_it_came() -> None:
    """Path, status, bytes, worthwhile headers and the time of the last byte."""
    sent = reply(body=b'[ "\\ud83d" ]', Date="Tue, 24 Nov 2026 13:00:00 GMT", Server="x", Set_Cookie="a=b")
    with serving(sent) as (transport, _, _):
        answer = transport.get("/rooms", {"a": 1}, lambda reply: reply)

    headers = {"content-type": "application/json", "date": "Tue, 24 Nov 2026 13:00:00 GMT"}
    assert Reply("/rooms?a=1", 200, b'[ "\\ud83d" ]', headers, NOW) == answer


def test_the_token_is_asked_for_once_until_it_is_forgotten() -> None:
    """At the first request; all of them go over one connection, and what a reply sets goes with none."""
    requests_of_token: list[str] = []

    def token() -> str:
        requests_of_token.append("asked")
        return TOKEN

    with serving(reply(body=b'{"account_id":1}', set_cookie="session=1; Path=/"), token=token) as (
        transport,
        server,
        _,
    ):
        numbers = [len(requests_of_token)]
        for _ in range(3):
            ask(transport)
        numbers.append(len(requests_of_token))
        transport.forget_token()
        ask(transport)

    assert [0, 1, 2] == [*numbers, len(requests_of_token)]
    assert (1, 4) == (server.connections, transport.requests)
    assert not [head for head in server.heads if "cookie" in head.lower()]


@pytest.mark.parametrize("token", ["", "a\nb", "a\r\nHost: x", "a b", "トークン", "a\0", "a\x7f", "token\n"])
def test_a_token_that_cannot_be_sent_is_refused(token: str) -> None:
    """Nothing is sent, and the token is not in the error."""
    with serving(GOOD, token=lambda: token) as (transport, server, _), pytest.raises(TokenRefused) as caught:
        ask(transport)

    assert [] == server.heads
    assert 0 == transport.requests
    assert not token or repr(token) not in repr(caught.value)


@responses.activate
def test_the_default_address_is_the_api_and_netrc_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a base URL the official one is asked; a password lying in .netrc stays there."""
    netrc = tmp_path / "netrc"
    netrc.write_text("default login somebody password secret\n", encoding="utf-8")
    monkeypatch.setenv("NETRC", str(netrc))
    responses.get("https://api.chatwork.com/v2/me", json={})
    clock = Clock(NOW)
    transport = Transport(requests.Session(), token=lambda: TOKEN, clock=CorrectedClock(clock), sleep=clock.sleep)

    ask(transport)

    assert "Authorization" not in responses.calls[0].request.headers


def test_who_answers_is_known_by_address_and_certificate(tmp_path: Path) -> None:
    """The name in the certificate of the connection, and who issued it: this one signed itself."""
    certificate = tmp_path / "server.pem"
    certificate.write_bytes(loopback_certificate())
    session = requests.Session()
    session.verify = str(certificate)
    with ScriptedServer([GOOD], certificate=certificate) as server:
        transport = build(Clock(NOW), server.url, session=session)
        before = transport.service
        ask(transport)

    assert (None, (server.url, "127.0.0.1", "127.0.0.1")) == (before, transport.service)


def test_loopback_is_reached_without_the_environments_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    """A proxy would carry the token off this computer."""
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    monkeypatch.setenv("no_proxy", "")

    with serving(GOOD) as (transport, server, _):
        ask(transport)

    assert 1 == len(server.heads)


def test_each_request_goes_the_way_that_the_environment_names_then(monkeypatch: pytest.MonkeyPatch) -> None:
    """A laptop changes its network while the daemon runs: proxy and certificates are asked for anew each time."""
    adapter = Adapter(lambda: HTTPResponse(io.BytesIO(b"{}"), status=200, preload_content=False))
    session = requests.Session()
    session.mount("https://", adapter)
    transport = build(Clock(NOW), "https://api.chatwork.com/v2", session=session)
    of_proxies = ("https_proxy", "HTTPS_PROXY", "no_proxy", "NO_PROXY", "all_proxy", "ALL_PROXY")
    for name in (*of_proxies, "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        monkeypatch.delenv(name, raising=False)

    ask(transport)
    monkeypatch.setenv("https_proxy", "http://proxy.example:8080")
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", "/etc/ssl/office.pem")
    ask(transport)

    assert [None, "http://proxy.example:8080"] == [one["proxies"].get("https") for one in adapter.settings]
    assert [True, "/etc/ssl/office.pem"] == [one["verify"] for one in adapter.settings]


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_never_followed(status: int) -> None:
    """Neither the token nor the request goes to another place."""
    with ScriptedServer([GOOD]) as other:
        away = reply(status, b"", location=other.url)
        with serving(away) as (transport, _, clock), pytest.raises(NotUnderstood):
            ask(transport)

    assert [] == other.heads
    assert PATIENT == clock.slept


# --- faults ----------------------------------------------------------------------------------


def chunked(body: bytes) -> bytes:
    """A reply in chunks, ended by whatever the body ends with."""
    return b"HTTP/1.1 200 X\r\ntransfer-encoding: chunked\r\nconnection: close\r\n\r\n" + body


FAULTS = {
    "cut by content-length": reply(body=b'{"account_id":1}', connection="close", content_length="17"),
    "cut within a chunk": chunked(b'20\r\n{"account_id":1}'),
    "cut between chunks": chunked(b'10\r\n{"account_id":1}\r\n'),
    "cut before the headers' end": b"HTTP/1.1 200 X\r\nconnection: close\r\n",
    "cut compressed": reply(body=gzip.compress(b'{"a":1}')[:-12], content_encoding="gzip"),
    "not compressed at all": reply(body=b'{"a":1}', content_encoding="gzip"),
    "no reply": b"connection: close",
    "empty": reply(body=b""),
    "HTML": reply(body=b"<html>maintenance</html>", content_type="text/html"),
    "cut JSON": reply(body=b'{"account_id":'),
    "not UTF-8": reply(body=b'{"name":"\xff"}'),
    "500": reply(500, b'{"errors":["x"]}'),
    "503 in HTML": reply(503, b"<html>"),
    "404 in HTML": reply(404, b"<html>not found</html>"),
    "404 empty": reply(404, b""),
    "403 in HTML": reply(403, b"<html>blocked</html>"),
    "403 without errors": reply(403, b'{"error":"x"}'),
    "206": reply(206, b"{}"),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_is_retried_and_never_data(name: str) -> None:
    """After one fault the next good reply is the answer."""
    with serving(FAULTS[name], GOOD) as (transport, _, clock):
        answer = ask(transport)

    assert {"account_id": 1} == answer
    assert [0.5] == clock.slept
    assert 2 == transport.requests


@pytest.mark.parametrize("name", FAULTS)
def test_after_four_retries_a_fault_is_an_error(name: str) -> None:
    """Five requests in all, then one of our errors: which one says whether there was a reply."""
    kind = Unreachable if name in {"no reply", "500", "503 in HTML"} else NotUnderstood
    with serving(FAULTS[name]) as (transport, _, clock), pytest.raises(kind) as caught:
        ask(transport)

    assert PATIENT == clock.slept
    assert 5 == transport.requests
    assert str(caught.value)
    assert (5 if isinstance(caught.value, NotUnderstood) else 0) == transport.unparsed


REFUSED, ENDED = (reply(429, b"{}", **budget_headers(0, seconds)) for seconds in (120, 0))
SPENT = Budget(300, 0, NOW + timedelta(seconds=30))
LATE, TURN = {"deadline": NOW + timedelta(seconds=3)}, {"take_turn": lambda: timedelta(seconds=5)}
PLAYS: dict[str, tuple[Sequence[Step], dict[str, Any], type[ChatworkError] | None, list[float], int]] = {
    # what the server does, the transport → what is raised, the sleeps, the requests
    "no longer than ten seconds": ([FAULTS["500"]], {"jitter": 16.0}, Unreachable, [4.5, 5.0], 3),
    "a retry past the deadline": ([FAULTS["500"]], LATE, Unreachable, [0.5, 1.0], 3),
    "a turn after the deadline": ([GOOD], LATE | TURN, BudgetSpent, [], 0),
    "a budget known from before": ([GOOD], LATE | {"budget": SPENT}, BudgetSpent, [], 0),
    "a wait past the deadline": ([REFUSED, GOOD], {"deadline": NOW + timedelta(seconds=119)}, BudgetSpent, [], 1),
    "a wait up to the deadline": ([REFUSED, GOOD], {"deadline": NOW + 2 * MINUTE}, None, [120.0], 2),
    "a 429 is no retry": (
        *([REFUSED, *[FAULTS["500"]] * 4, GOOD], {"jitter": 2.5}),
        *(None, [122.5, 1.125, 1.625, 2.625, 4.625], 6),
    ),
    "a 429 whose window has ended": ([ENDED, GOOD], {"jitter": 1.5}, None, [1.5], 2),
    "a fourth 429": ([reply(429, b"")], {}, BudgetSpent, [300.0] * 3, 4),
    "a refusal without a text": ([reply(410, b"<html>")], {}, Refused, [], 1),
}


@pytest.mark.parametrize("name", PLAYS)
def test_a_request_ends_as_it_should_after_its_waits(name: str) -> None:
    """Until the window is new, or for a pause; a wait for the window is told before it begins."""
    steps, given, raised, slept, number = PLAYS[name]
    waits: list[timedelta] = []
    with serving(*steps, on_wait=waits.append, jitter=lambda: given.get("jitter", 0.0)) as (transport, server, clock):
        vars(transport).update(given)
        with pytest.raises(raised) if raised else nullcontext():
            assert {"account_id": 1} == ask(transport)

    assert (slept, number) == (clock.slept, len(server.heads))
    assert [seconds for seconds in slept if seconds > 60] == [wait.total_seconds() for wait in waits if wait > MINUTE]


@pytest.mark.parametrize(
    ("step", "limits", "kind"),
    [
        (hang, ReplyLimits(answer=0.05), Unreachable),
        (drip(GOOD, seconds=10), ReplyLimits(answer=0.05), Unreachable),
        (stall(*HALVES, seconds=10), ReplyLimits(read=0.05), Unreachable),
        (drip(reply(body=b"[" + b" " * 5000), seconds=0.001), ReplyLimits(total=0.3), Unreachable),
        (reply(body=b"[" + b"1," * 5000 + b"1]"), ReplyLimits(size=10_000), NotUnderstood),
        (reply(body=gzip.compress(b" " * 10**7), content_encoding="gzip"), ReplyLimits(size=10**6), NotUnderstood),
    ],
)
def test_a_reply_that_lasts_too_long_or_is_too_large_is_given_up(
    step: Step, limits: ReplyLimits, kind: type[ChatworkError]
) -> None:
    """Silence, a trickle, and bodies past the cap end in an error, not in a hang or in full memory."""
    with serving(step, limits=limits) as (transport, _, clock):
        transport.deadline = clock()
        with pytest.raises(kind):
            ask(transport)

    assert 1 == transport.requests


def test_a_host_that_has_begun_to_answer_is_waited_for_longer() -> None:
    """Only one that sends no byte at all is given up soon: an outage. A body that pauses has the longer time."""
    with serving(stall(*HALVES, seconds=0.6), limits=ReplyLimits(answer=0.3)) as (transport, _, clock):
        answer = ask(transport)

    assert {"account_id": 1} == answer
    assert [] == clock.slept


def test_a_compressed_body_is_kept_decoded() -> None:
    """What is kept and hashed is the body after content decoding."""
    body = b'{"a":"' + b"x" * 10**6 + b'"}'
    with serving(reply(body=gzip.compress(body), content_encoding="gzip")) as (transport, _, _):
        answer = transport.get("/me", {}, lambda reply: reply.body)

    assert body == answer


def test_a_host_that_fails_is_asked_by_one_probe() -> None:
    """Who was asked again with patience is asked once until it answers; then with patience again."""
    outage = [FAULTS["500"]] * 6
    with serving(*outage, reply(404, b'{"errors":["x"]}'), *outage) as (transport, _, clock):
        tries = []
        for _request in range(4):
            before = transport.requests
            with pytest.raises((Unreachable, NotVisible)):
                ask(transport)
            tries.append(transport.requests - before)

    assert [5, 1, 1, 5] == tries
    assert [*PATIENT, *PATIENT] == clock.slept


def test_each_request_waits_for_its_turn_among_many_accounts() -> None:
    """Also each that is tried again; without others there is nothing to wait for."""
    turns = iter([timedelta(seconds=2), timedelta(), timedelta(seconds=3)])
    with serving(GOOD, FAULTS["500"], GOOD) as (transport, server, clock):
        transport.take_turn = lambda: next(turns)
        ask(transport)
        ask(transport)

    assert [2.0, 0.5, 3.0] == clock.slept
    assert 3 == len(server.heads)


def test_no_reply_is_waited_for_past_the_deadline() -> None:
    """Whatever the limits allow; a second is given in any case."""
    with serving(hang) as (transport, _, clock):
        transport.deadline = clock()
        begun = time.monotonic()
        with pytest.raises(Unreachable):
            ask(transport)

    assert time.monotonic() - begun < 30
    assert ReplyLimits() == ReplyLimits().within(None) == ReplyLimits().within(1000)
    assert ReplyLimits(connect=5, answer=5, read=5, total=5) == ReplyLimits().within(5)


# --- refusals --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "body",
    [b'{"errors":["Invalid API token"]}', b'{"error":"invalid_token","error_description":"expired"}', b"<html>", b""],
)
def test_a_401_is_a_refused_token_at_once(body: bytes) -> None:
    """Whatever text comes with it. There is no retry, and the next request asks for the token afresh."""
    tokens = iter(["old", "new"])
    with serving(reply(401, body), GOOD, token=lambda: next(tokens)) as (transport, server, clock):
        with pytest.raises(TokenRefused):
            ask(transport)
        ask(transport)

    assert [] == clock.slept
    assert ["old", "new"] == [head.partition("token: ")[2].partition("\r")[0] for head in server.heads]


def test_a_refused_token_may_be_one_that_the_organisation_no_longer_approves() -> None:
    """The hint names that cause too, as copying the token again does not help then."""
    assert "your organisation may have withdrawn its approval" in TokenRefused().advice()


@pytest.mark.parametrize("status", [403, 404])
def test_what_is_not_shown_is_told_with_its_reply(status: int) -> None:
    """With Chatwork's own error text 403 and 404 are an observation and keep the reply."""
    body = b'{"errors":["You don\'t have permission to get this room"]}'
    with serving(reply(status, body)) as (transport, _, clock), pytest.raises(NotVisible) as caught:
        transport.get("/rooms/1", {"a": 1}, parse)

    assert ("/rooms/1?a=1", status, body) == (caught.value.path, caught.value.status, caught.value.reply.body)
    assert [] == clock.slept
    hidden = reply(404, b"", chatwork_message_limitation="true")  # Chatwork's own header needs no text beside it
    with serving(hidden) as (transport, _, _), pytest.raises(NotVisible) as caught:
        ask(transport)
    assert caught.value.reply.limited


def test_other_refusals_carry_chatworks_texts() -> None:
    """They are shortened and fit for a terminal, and a token repeated in them is covered."""
    texts = ["Parameter x is required", "a\x1b\u202eb\ud83d", f"no {TOKEN}", "長" * 5000, 5]
    body = json.dumps({"errors": texts})
    with serving(reply(400, body.encode())) as (transport, _, _), pytest.raises(Refused) as caught:
        ask(transport)

    text = str(caught.value)
    assert "(400): Parameter x is required; a[U+001B][U+202E]b[U+D83D]; no ***; 長長" in text
    assert len(text) < 300
    assert 1 == transport.requests


# --- the budget ------------------------------------------------------------------------------


def test_at_the_reserve_the_wait_comes_before_the_request() -> None:
    """The reserve is for the person's other tools; whoever needs it sets it to 0."""
    first, second = (reply(200, b"{}", **budget_headers(left, 90)) for left in (61, 60))
    with serving(first, second, GOOD) as (transport, server, clock):
        for _ in range(2):
            ask(transport)
        transport.reserve = 0
        ask(transport)
        slept_without_reserve = list(clock.slept)
        transport.reserve = 60
        ask(transport)

    assert [] == slept_without_reserve
    assert [90.0] == clock.slept
    assert 4 == len(server.heads)


def test_a_request_without_an_answer_was_counted_all_the_same() -> None:
    """At the edge of the reserve the retry of a lost request waits for the next window."""
    with serving(reply(200, b"{}", **budget_headers(61, 90)), FAULTS["no reply"], GOOD) as (transport, _, clock):
        for _ in range(2):
            ask(transport)

    assert [0.5, 89.5] == clock.slept


def test_budget_and_clocks_are_learnt_from_every_reply() -> None:
    """Also from a refusal; of the clocks' differences the largest is kept."""
    dates = [NOW + timedelta(seconds=seconds) for seconds in (3, -40, 5)]
    steps = [reply(400, b"{}", date=format_datetime(date, usegmt=True), **budget_headers(100, 60)) for date in dates]
    with serving(*steps) as (transport, _, _):
        for _ in steps:
            with pytest.raises(Refused):
                ask(transport)

    assert timedelta(seconds=-40) == transport.dates.largest_offset
    assert Budget(300, 100, NOW + timedelta(seconds=55)) == transport.budget


# --- what must hold always -------------------------------------------------------------------


@pytest.mark.parametrize("name", [*FAULTS, "401", "400", "429"])
def test_the_token_is_in_no_error_and_no_log(name: str, caplog: pytest.LogCaptureFixture) -> None:
    """Neither in the text, nor in a trace with every local variable, nor in the most talkative log."""
    more = {"401": reply(401), "400": reply(400), "429": reply(429)}
    caplog.set_level(logging.DEBUG)
    with serving((FAULTS | more)[name]) as (transport, _, _), pytest.raises(ArchiverError) as caught:
        ask(transport)

    trace = traceback.TracebackException.from_exception(caught.value, capture_locals=True)
    texts = [repr(caught.value), str(caught.value), repr(transport), caplog.text]
    assert TOKEN not in "".join([*texts, *trace.format(chain=True)])


class Adapter(requests.adapters.HTTPAdapter):
    """Answers in memory."""

    def __init__(self, make: Callable[[], HTTPResponse]) -> None:
        """Answer every request with what this makes."""
        super().__init__()
        self._make = make
        self.settings: list[dict[str, Any]] = []
        """How each request was to be sent."""

    def send(self, request: requests.PreparedRequest, *given: Any, **more: Any) -> requests.Response:
        """Send the canned answer."""
        self.settings.append(more)
        return self.build_response(request, self._make())


def in_memory(clock: Clock, make: Callable[[], HTTPResponse]) -> Transport:
    """A transport without any socket."""
    session = requests.Session()
    session.mount("https://", Adapter(make))
    return build(clock, "https://api.chatwork.com/v2", session=session)


def test_an_interrupt_by_the_user_passes() -> None:
    """Ctrl-C during a request is not taken for a fault."""

    def interrupt() -> HTTPResponse:
        raise KeyboardInterrupt

    clock = Clock(NOW)
    with pytest.raises(KeyboardInterrupt):
        ask(in_memory(clock, interrupt))

    assert [] == clock.slept


STATUSES = strategies.one_of(
    strategies.sampled_from([200, 204, 301, 400, 401, 403, 404, 429, 500]), strategies.integers(100, 999)
)


@settings(deadline=None)
@given(
    answers=strategies.lists(strategies.tuples(STATUSES, strategies.binary(max_size=50)), min_size=1, max_size=12),
    header=strategies.text(strategies.characters(min_codepoint=32, max_codepoint=126)),
)
def test_any_reply_is_data_or_one_of_our_errors(answers: list[tuple[int, bytes]], header: str) -> None:
    """Whatever comes, the end comes within eight requests and bounded waits."""
    replies = chain(answers, repeat(answers[-1]))

    def make() -> HTTPResponse:
        status, body = next(replies)
        headers = {"x-ratelimit-reset": header, "date": header, "x-ratelimit-remaining": "100"}
        return HTTPResponse(io.BytesIO(body), headers, status, preload_content=False)

    clock = Clock(NOW)
    transport = in_memory(clock, make)
    with suppress(ArchiverError):
        ask(transport)

    assert 1 <= transport.requests <= 8
    assert sum(clock.slept) <= 10 + 3 * 300
