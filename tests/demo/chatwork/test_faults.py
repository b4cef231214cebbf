"""The simulated Chatwork fails on order, in each way that a client has to bear."""

import time

import pytest
import requests

from tests.support.chatwork.full_room import Get
from tests.support.chatwork.simulator import Chatwork, Fault
from tests.support.world import Clock

DATA = b"0123456789" * 100


@pytest.fixture
def room(chatwork: Chatwork) -> int:
    room = chatwork.add_room("動画編集")
    chatwork.post(room, chatwork.owner, "よろしくお願いします。")
    return room


@pytest.fixture
def download(chatwork: Chatwork, room: int, get: Get) -> str:
    file = chatwork.upload(room, chatwork.owner, "a.bin", data=DATA)
    return str(get(f"/rooms/{room}/files/{file}?create_download_url=1").json()["download_url"])


@pytest.mark.parametrize(
    ("fault", "status", "kind", "begins"),
    [
        (Fault.SERVER_ERROR, 500, "application/json", b'{"errors":["'),
        (Fault.MAINTENANCE, 503, "text/html", b"<!DOCTYPE html>"),
        (Fault.HTML, 200, "text/html", b"<!DOCTYPE html>"),
        (Fault.UNAUTHORIZED, 401, "application/json", b'{"errors":["Invalid API token"]}'),
        (Fault.FORBIDDEN, 403, "application/json", b'{"errors":["You don\'t have permission to get this'),
        (Fault.NOT_FOUND, 404, "application/json", b'{"errors":["'),
    ],
)
def test_another_answer_comes_once(
    fault: Fault, status: int, kind: str, begins: bytes, chatwork: Chatwork, get: Get
) -> None:
    """The ordered answer comes in place of the true one, with the rate headers, and then no more."""
    chatwork.fail(fault, r"^/v2/rooms$")

    untouched, spoilt, after = get("/me"), get("/rooms"), get("/rooms")

    assert [200, status, 200] == [reply.status_code for reply in (untouched, spoilt, after)]
    assert spoilt.headers["content-type"].startswith(kind)
    assert spoilt.content.startswith(begins)
    assert "998" == spoilt.headers["x-ratelimit-remaining"]
    assert isinstance(after.json(), list)


def test_a_body_can_be_cut_off(chatwork: Chatwork, room: int, get: Get) -> None:
    """The connection closes before the announced length has come."""
    chatwork.fail(Fault.CUT_BODY, "messages")

    with pytest.raises(requests.exceptions.ChunkedEncodingError):
        get(f"/rooms/{room}/messages?force=1")
    assert 200 == get(f"/rooms/{room}/messages?force=1").status_code


def test_json_can_end_early_with_a_length_that_agrees(chatwork: Chatwork, get: Get) -> None:
    """HTTP is satisfied and the JSON is not."""
    chatwork.fail(Fault.CUT_JSON)

    reply = get("/rooms")

    assert str(len(reply.content)) == reply.headers["content-length"]
    with pytest.raises(requests.exceptions.JSONDecodeError):
        reply.json()


def test_a_body_can_be_empty_where_204_was_due_or_not(chatwork: Chatwork, get: Get) -> None:
    """200 with nothing in it is not an empty list."""
    chatwork.fail(Fault.EMPTY, times=2)

    replies = [get("/rooms"), get("/contacts")]

    assert [(200, b"")] * 2 == [(reply.status_code, reply.content) for reply in replies]


@pytest.mark.parametrize(
    ("path", "body", "expected"),
    [("/rooms", None, b"{}"), ("/me", None, b"[]"), ("/contacts", None, b"{}"), ("/rooms", b"7", b"7")],
)
def test_a_reply_can_have_the_wrong_shape(
    path: str, body: bytes | None, expected: bytes, chatwork: Chatwork, get: Get
) -> None:
    """An object for a list, a list for an object, or anything else that is JSON."""
    chatwork.fail(Fault.WRONG_SHAPE, path, body=body)

    reply = get(path)

    assert (200, expected) == (reply.status_code, reply.content)


def test_the_budget_can_be_gone_by_someone_elses_doing(chatwork: Chatwork, clock: Clock, get: Get) -> None:
    """429 names the moment at which it returns."""
    chatwork.fail(Fault.RATE_LIMIT, seconds=120)

    reply = get("/rooms")

    names = ("x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset")
    reset = int(clock.time.timestamp() + 120)
    assert (429, ["1000", "0", str(reset)]) == (
        reply.status_code,
        [reply.headers[name] for name in names],
    )


def test_an_answer_can_hang_and_stopping_does_not_wait_for_it(chatwork: Chatwork, get: Get) -> None:
    """The client's own timeout ends it; a short hang ends in the true answer."""
    chatwork.fail(Fault.HANG, "/me", seconds=0.05)
    chatwork.fail(Fault.HANG, "/rooms", seconds=600)
    began = time.perf_counter()

    late = get("/me")
    with pytest.raises(requests.ReadTimeout):
        requests.get(f"{chatwork.base_url}/rooms", headers={"x-chatworktoken": chatwork.token}, timeout=0.1)
    chatwork.stop()

    assert 200 == late.status_code
    assert 0.15 < time.perf_counter() - began < 5


def test_a_connection_can_close_without_an_answer(chatwork: Chatwork, get: Get) -> None:
    """Not a byte comes."""
    chatwork.fail(Fault.DROP)

    with pytest.raises(requests.ConnectionError):
        get("/me")
    assert 200 == get("/me").status_code


def test_a_redirect_to_another_host_would_give_the_token_away(chatwork: Chatwork, get: Get) -> None:
    """Who follows it with the token is caught on the second port."""
    chatwork.fail(Fault.REDIRECT, times=2)

    response = get("/me", allow_redirects=False)
    assert not chatwork.leaked
    get("/me")

    assert 302 == response.status_code
    assert response.headers["location"].startswith("http://localhost:")
    assert chatwork.leaked


def test_any_reply_at_all_can_be_ordered(chatwork: Chatwork, get: Get) -> None:
    """Status and bytes are free."""
    chatwork.fail(Fault.REPLY, status=418, body=b'{"a":1e999}')

    reply = get("/me")

    assert (418, b'{"a":1e999}') == (reply.status_code, reply.content)


def test_orders_can_begin_later_last_and_be_dropped(chatwork: Chatwork, get: Get) -> None:
    """`after` lets some pass, `times` counts, None lasts until healed; the oldest order comes first."""
    chatwork.fail(Fault.NOT_FOUND, "/me", after=1, times=2)
    chatwork.fail(Fault.SERVER_ERROR, "/me", after=1, times=None)

    statuses = [get("/me").status_code for _ in range(6)]
    chatwork.heal()

    assert [200, 404, 404, 500, 500, 500] == statuses
    assert 200 == get("/me").status_code


def read_into(got: bytearray, reply: requests.Response) -> None:
    """Keep what comes, also when it ends in an error."""
    for piece in reply.iter_content(1):
        got += piece


def test_a_download_can_be_cut_after_some_bytes_and_taken_up_again(chatwork: Chatwork, download: str) -> None:
    """What had come before the cut is true, and a range gives the rest."""
    chatwork.fail(Fault.CUT_BODY, "^/uploadfile/", size=123)
    got = bytearray()

    with (
        requests.get(download, stream=True, timeout=10) as reply,
        pytest.raises(requests.exceptions.ChunkedEncodingError),
    ):
        read_into(got, reply)
    rest = requests.get(download, headers={"Range": "bytes=123-"}, timeout=10)

    assert DATA[:123] == bytes(got)
    assert DATA == bytes(got) + rest.content


def test_a_download_can_be_slow(chatwork: Chatwork, download: str) -> None:
    """A thousand bytes at five thousand a second take a fifth of a second."""
    chatwork.fail(Fault.SLOW, "^/uploadfile/", rate=5000)
    began = time.perf_counter()

    reply = requests.get(download, timeout=10)

    assert DATA == reply.content
    assert time.perf_counter() - began >= 0.19


@pytest.mark.parametrize(("size", "expected"), [(None, DATA[:-1]), (10, DATA[:10])])
def test_a_download_can_have_another_size_than_promised(
    size: int | None, expected: bytes, chatwork: Chatwork, download: str
) -> None:
    """HTTP is satisfied; only `filesize` tells that bytes are missing."""
    chatwork.fail(Fault.WRONG_SIZE, "^/uploadfile/", size=size)

    reply = requests.get(download, timeout=10)

    assert (200, expected) == (reply.status_code, reply.content)
    assert str(len(expected)) == reply.headers["content-length"]


def test_a_download_can_be_a_page_or_missing_or_lead_in_circles(chatwork: Chatwork, download: str) -> None:
    """What comes instead of the file is recognisable, and a loop is for the client to end."""
    chatwork.fail(Fault.HTML, "^/uploadfile/")
    chatwork.fail(Fault.NOT_FOUND, "^/uploadfile/")

    page, missing = (requests.get(download, timeout=10) for _ in range(2))
    chatwork.fail(Fault.REDIRECT_LOOP, "^/uploadfile/", times=None)

    assert page.headers["content-type"].startswith("text/html")
    assert [200, 404] == [page.status_code, missing.status_code]
    with pytest.raises(requests.TooManyRedirects):
        requests.get(download, timeout=10)
