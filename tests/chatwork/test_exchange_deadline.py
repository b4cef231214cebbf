"""One deadline over an exchange: what it cuts, what it leaves alone, and that nothing of it stays."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from archiver.chatwork.exchange_deadline import ExchangeDeadline, ExchangeOverdue, watch_session
from tests.support.certificate import loopback_certificate
from tests.support.chatwork.scripted_server import NEVER_ENDING, ScriptedServer, hang, reply

SHORT = 0.2
LONG = 5.0
"""Seconds after which a loaded machine too has noticed."""


@pytest.fixture
def session() -> Iterator[requests.Session]:
    """A watched session that knows no proxy of this computer."""
    with requests.Session() as made:
        made.trust_env = False
        yield watch_session(made)


def test_a_kept_connection_outlives_the_deadlines_of_its_exchanges(session: requests.Session) -> None:
    """The watchdog of an exchange that ended has nothing to shut."""
    with ScriptedServer([reply()]) as server:
        with ExchangeDeadline(SHORT):
            session.get(server.url)
        time.sleep(SHORT * 2)
        with ExchangeDeadline(LONG):
            actual = session.get(server.url).status_code

    assert (200, 1) == (actual, server.connections)


def test_a_kept_connection_is_watched_by_the_exchange_that_uses_it(session: requests.Session) -> None:
    """Not by the one that opened it."""
    with ScriptedServer([reply(), NEVER_ENDING["headers"]]) as server:
        with ExchangeDeadline(LONG):
            session.get(server.url)
        with pytest.raises(ExchangeOverdue), ExchangeDeadline(SHORT):
            session.get(server.url, timeout=LONG)

    assert 1 == server.connections


def test_no_thread_is_left(session: requests.Session) -> None:
    """Neither of an exchange that ended in time nor of one that did not."""
    before = set(threading.enumerate())
    with ScriptedServer([reply(), hang]) as server:
        with ExchangeDeadline(LONG):
            session.get(server.url)
        with pytest.raises(ExchangeOverdue), ExchangeDeadline(SHORT):
            session.get(server.url, timeout=LONG)

    for thread in set(threading.enumerate()) - before:
        if isinstance(thread, threading.Timer):
            thread.join(LONG)
            assert not thread.is_alive()


def _read_body(session: requests.Session, url: str, seconds: float) -> bytes:
    """The body of an answer, within a deadline."""
    body = b""
    with ExchangeDeadline(seconds), session.get(url, stream=True, timeout=LONG) as response:
        while part := response.raw.read1(100):
            body += part
    return body


def test_what_was_cut_is_never_taken_for_whole(session: requests.Session) -> None:
    """A body that ends with its connection looks whole however it ended."""
    with ScriptedServer([NEVER_ENDING["body without a length"]]) as server, pytest.raises(ExchangeOverdue):
        _read_body(session, server.url, SHORT)


def _wait_for_cut(deadline: ExchangeDeadline) -> None:
    until = time.monotonic() + LONG
    while not deadline.has_cut and time.monotonic() < until:
        time.sleep(0.01)


def _fill_disk() -> None:
    with ExchangeDeadline(0) as deadline:
        _wait_for_cut(deadline)
        raise OSError("full")


def test_another_error_passes_as_it_is() -> None:
    """A full disk stays one."""
    with pytest.raises(OSError, match="full"):
        _fill_disk()


def test_a_deadline_can_be_put_off_until_it_is_over() -> None:
    """The body of a large file has its own; what was cut stays cut."""
    with pytest.raises(ExchangeOverdue), ExchangeDeadline(SHORT) as deadline:  # noqa: PT012 - its end raises
        deadline.end_at(time.monotonic() + 1.5)
        time.sleep(SHORT * 2)
        early = deadline.has_cut
        _wait_for_cut(deadline)
        deadline.end_at(time.monotonic() + LONG)

    assert (False, True) == (early, deadline.has_cut)


@pytest.mark.drawn(but=1)
@pytest.mark.parametrize("what", ["100 Continue, quickly", "headers", "body without a length", "trailers"])
def test_an_encrypted_answer_that_never_ends_is_cut_too(session: requests.Session, tmp_path: Path, what: str) -> None:
    """The socket that was opened is another than the encrypted one."""
    certificate = tmp_path / "loopback.pem"
    certificate.write_bytes(loopback_certificate())
    session.verify = str(certificate)
    with ScriptedServer([NEVER_ENDING[what]], certificate=certificate) as server:
        begun = time.monotonic()
        with pytest.raises(ExchangeOverdue):
            _read_body(session, server.url, 1)
        lasted = time.monotonic() - begun

    assert 1 == len(server.heads)
    assert lasted < LONG
