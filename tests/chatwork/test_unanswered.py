"""A request whose answer never came was counted by Chatwork all the same."""

from __future__ import annotations

from datetime import timedelta

import requests

from archiver.chatwork.client import Client
from archiver.chatwork.transport import Transport
from archiver.corrected_clock import CorrectedClock
from tests.support.chatwork.simulator import Chatwork, Fault
from tests.support.world import BEGIN, Clock


def test_a_request_without_an_answer_is_taken_off_the_budget() -> None:
    """At the edge of the reserve the retry of a lost request waits for the next window."""
    clock = Clock()
    with Chatwork(now=clock, limit=20, window_seconds=300) as chatwork, requests.Session() as session:
        transport = Transport(
            session,
            token=lambda: chatwork.token,
            clock=CorrectedClock(clock),
            sleep=clock.sleep,
            base_url=chatwork.base_url,
            jitter=lambda: 0.5,
        )
        client = Client(transport)
        for _ in range(15):
            client.me()
        chatwork.fail(Fault.DROP, times=1)
        client.me()

        requests_made = [one.at - BEGIN < timedelta(seconds=300) for one in chatwork.requests]

    assert (16, 1) == (requests_made.count(True), requests_made.count(False))
