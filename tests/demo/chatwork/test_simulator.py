"""The simulated Chatwork as a service: tokens, budget, record, speed, start and stop."""

import re
import threading
import time
from datetime import UTC, datetime

import pytest
import requests

from tests.support.chatwork.full_room import FullRoom, Get
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


def test_a_revoked_token_stops_and_a_new_one_works(chatwork: Chatwork, get: Get) -> None:
    """Issuing a token again makes the old one invalid."""
    old = chatwork.token

    chatwork.revoke_token(new="next")
    with_new = get("/me")
    with_old = requests.get(f"{chatwork.base_url}/me", headers={"x-chatworktoken": old}, timeout=10)
    chatwork.revoke_token()
    with_none = get("/me")

    assert [200, 401, 401] == [reply.status_code for reply in (with_new, with_old, with_none)]


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
    budgets = [
        (
            reply.status_code,
            *(int(reply.headers[f"x-ratelimit-{name}"]) for name in ("limit", "remaining", "reset")),
        )
        for reply in replies
    ]
    first, second = start + 300, start + 600
    assert [
        (200, 2, 1, first),
        (200, 2, 0, first),
        (429, 2, 0, first),
        (429, 2, 0, first),
        (200, 2, 1, second),
    ] == budgets
    assert {"errors": ["Rate limit exceeded"]} == replies[2].json()


def test_every_response_has_the_servers_date(clock: Clock, get: Get) -> None:
    """The date follows the clock that was handed in."""
    clock.pass_by(hours=1)

    reply = get("/me")

    assert "Wed, 01 Jul 2026 04:00:00 GMT" == reply.headers["date"]


@pytest.mark.drawn
def test_a_hundred_thousand_posts_cost_seconds_and_listing_stays_quick(chatwork: Chatwork, get: Get) -> None:
    """Filling and listing a long room do not depend on its length."""
    room = chatwork.add_room("長い")
    began = time.perf_counter()
    for number in range(100_000):
        chatwork.post(room, chatwork.owner, f"第{number}稿")
    filled = time.perf_counter()

    for _ in range(20):
        get(f"/rooms/{room}/messages?force=1")

    assert filled - began < 10
    assert time.perf_counter() - filled < 2


def test_keep_alive_costs_no_nagle_delay(get: Get) -> None:
    """Fifty requests on one connection are far quicker than fifty times 44 ms."""
    began = time.perf_counter()

    for _ in range(50):
        get("/me")

    assert time.perf_counter() - began < 1.5


def test_it_can_be_driven_while_it_answers(chatwork: Chatwork, full: FullRoom, get: Get) -> None:
    """Posts from several threads and reading at the same time lose nothing."""

    def fill() -> None:
        for _ in range(200):
            chatwork.post(full.direct, full.tanaka, "x")

    threads = [threading.Thread(target=fill) for _ in range(4)]
    for thread in threads:
        thread.start()
    statuses = {get(f"/rooms/{full.direct}/messages?force=1").status_code for _ in range(20)}
    for thread in threads:
        thread.join()

    assert {200} == statuses
    assert 801 == get(f"/rooms/{full.direct}").json()["message_num"]


def test_it_comes_back_on_the_same_ports(chatwork: Chatwork, get: Get) -> None:
    """While stopped nothing answers; afterwards the addresses are as before."""
    url = chatwork.base_url

    chatwork.stop()
    with pytest.raises(requests.ConnectionError):
        get("/me")
    chatwork.start()

    assert url == chatwork.base_url
    assert 200 == get("/me").status_code


def test_pictures_come_from_the_second_port(chatwork: Chatwork, full: FullRoom, get: Get) -> None:
    """Avatars and icons are absolute addresses of a tiny PNG."""
    room = get(f"/rooms/{full.room}").json()
    person = get("/me").json()

    pictures = [requests.get(url, timeout=10) for url in (room["icon_path"], person["avatar_image_url"])]

    assert ["image/png"] * 2 == [picture.headers["content-type"] for picture in pictures]
    assert all(re.match(rb"\x89PNG\r\n", picture.content) for picture in pictures)
    assert len(chatwork.downloads) == 2
