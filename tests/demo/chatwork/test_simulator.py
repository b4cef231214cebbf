"""The simulated Chatwork as a service: tokens, budget, record, speed, start and stop."""

from datetime import UTC, datetime

import pytest
import requests

from tests.support.chatwork.simulator import Chatwork
from tests.support.world import Clock


def test_a_wrong_or_missing_token_is_401(chatwork: Chatwork) -> None:
    """Only the right token in the right header opens anything."""
    url = f"{chatwork.base_url}/me"
    headers = [{}, {"x-chatworktoken": "wrong"}, {"Authorization": f"Bearer {chatwork.token}"}]

    replies = [requests.get(url, headers=one, timeout=10) for one in headers]
    in_query = requests.get(url, params={"x-chatworktoken": chatwork.token}, timeout=10)

    expected = (401, {"errors": ["Invalid API token"]})
    assert [expected] * 4 == [(reply.status_code, reply.json()) for reply in [*replies, in_query]]


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS"])
def test_whatever_is_not_a_get_is_refused_and_seen(method: str, chatwork: Chatwork) -> None:
    """A program that writes is found out by the record."""
    headers = {"X-ChatWorkToken": chatwork.token}

    reply = requests.request(method, f"{chatwork.base_url}/rooms?a=1", headers=headers, data="x", timeout=10)

    assert 405 == reply.status_code
    assert [(method, "/v2/rooms?a=1")] == [(seen.method, seen.path) for seen in chatwork.requests]
    assert chatwork.token == chatwork.requests[0].headers["x-chatworktoken"]


def test_the_budget_is_a_fixed_window_told_in_every_response(clock: Clock) -> None:
    """Over the limit is 429 with nothing remaining, until the moment that the headers name."""
    with Chatwork(now=clock, limit=2) as chatwork, requests.Session() as session:
        session.headers["x-chatworktoken"] = chatwork.token

        replies = []
        for seconds in (0, 10, 10, 279, 1):
            clock.pass_by(seconds=seconds)
            replies.append(session.get(f"{chatwork.base_url}/rooms", timeout=10))

    start = int(datetime(2026, 7, 1, 3, tzinfo=UTC).timestamp())
    told = [[int(one.headers[f"x-ratelimit-{name}"]) for name in ("limit", "remaining", "reset")] for one in replies]
    assert [200, 200, 429, 429, 200] == [reply.status_code for reply in replies]
    assert [[2, left, start + seconds] for left, seconds in ((1, 300), (0, 300), (0, 300), (0, 300), (1, 600))] == told
    assert {"errors": ["Rate limit exceeded"]} == replies[2].json()
