"""Downloads of the simulated Chatwork: short-lived addresses on a second port, and parts of files."""

from hashlib import sha256
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
import requests

from tests.demo.conftest import Get
from tests.support.chatwork.simulator import Chatwork
from tests.support.world import Clock

DATA = bytes(range(256)) * 10


@pytest.fixture
def room(chatwork: Chatwork) -> int:
    return chatwork.add_room("動画編集")


def address(get: Get, room: int, file: int) -> str:
    """A fresh address of a file."""
    return str(get(f"/rooms/{room}/files/{file}?create_download_url=1").json()["download_url"])


def fetch(url: str, **headers: str) -> requests.Response:
    """A plain GET, as an archiver would make it."""
    return requests.get(url, headers={name.replace("_", "-"): value for name, value in headers.items()},
                        timeout=10)  # fmt: skip


def test_an_address_looks_like_chatworks_and_gives_the_bytes(
    chatwork: Chatwork, room: int, clock: Clock, get: Get
) -> None:
    """It is on the second port, names the room and the file, and says when it ends."""
    name = "納品 [最終].mov"
    file = chatwork.upload(room, chatwork.owner, name, data=DATA)

    url = urlsplit(address(get, room, file))
    reply = fetch(url.geturl())

    query = parse_qs(url.query, keep_blank_values=True)
    assert url.netloc not in chatwork.base_url
    assert ["", "uploadfile", str(room)[:-3], str(room)] == url.path.split("/")[:-1]
    assert str(int(clock.time.timestamp()) + 30) == query["Expires"][0]
    assert "" == query["response-content-type"][0]
    assert f"attachment;filename*=UTF-8''{name}" == unquote(query["response-content-disposition"][0])
    assert (200, DATA) == (reply.status_code, reply.content)
    assert sha256(DATA).hexdigest() == chatwork.content_digest(file)


def test_the_second_port_only_answers_get(chatwork: Chatwork, room: int, get: Get) -> None:
    """Other methods are refused and recorded."""
    url = address(get, room, chatwork.upload(room, chatwork.owner, "a", data=DATA))

    reply = requests.post(url, data="x", timeout=10)

    assert 405 == reply.status_code
    assert ["POST"] == [request.method for request in chatwork.downloads]


@pytest.mark.parametrize("header", ["X-ChatWorkToken", "Cookie", "Authorization", None])
def test_a_secret_that_comes_to_the_second_port_is_noticed(
    header: str | None, chatwork: Chatwork, room: int, get: Get
) -> None:
    """The token must never be sent where files lie, nor in an address one that was replaced; a plain GET is no leak."""
    url = address(get, room, chatwork.upload(room, chatwork.owner, "a", data=DATA))

    requests.get(url, headers={header: "secret"} if header else {}, timeout=10)

    assert (header is not None) == chatwork.leaked
    old = chatwork.token
    chatwork.revoke_token(new="next")
    requests.get(f"{url}&t={old}", timeout=10)
    assert chatwork.leaked
