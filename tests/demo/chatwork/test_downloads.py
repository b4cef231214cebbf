"""Downloads of the simulated Chatwork: short-lived addresses on a second port, and parts of files."""

from hashlib import sha256
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
import requests
from hypothesis import given, strategies

from archiver.demo.loopback import ByteContent, held_content
from tests.support.chatwork.full_room import Get
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


@pytest.mark.parametrize(("seconds", "status"), [(30, 200), (31, 403)])
def test_an_address_ends_after_its_seconds(
    seconds: int, status: int, chatwork: Chatwork, room: int, clock: Clock, get: Get
) -> None:
    """Thirty seconds are honoured, one more is not."""
    url = address(get, room, chatwork.upload(room, chatwork.owner, "a", data=DATA))

    clock.pass_by(seconds=seconds)

    assert status == fetch(url).status_code


@pytest.mark.parametrize(
    ("old", "new"), [("Expires=", "Expires=9"), ("Signature=", "Signature=0"), (".dat?", ".dat?x=")]
)
def test_a_changed_address_is_refused(old: str, new: str, chatwork: Chatwork, room: int, get: Get) -> None:
    """Nobody can prolong or forge an address."""
    url = address(get, room, chatwork.upload(room, chatwork.owner, "a", data=DATA))

    reply = fetch(url.replace(old, new))

    assert (200 if "dat" in old else 403) == reply.status_code


def test_a_file_that_is_gone_cannot_be_fetched_any_more(chatwork: Chatwork, room: int, get: Get) -> None:
    """An address that is still young does not help."""
    tanaka = chatwork.add_account("田中")
    chatwork.add_member(room, tanaka)
    urls = [address(get, room, chatwork.upload(room, who, "a", data=DATA)) for who in (chatwork.owner, tanaka)]
    chatwork.remove_file(chatwork.upload(room, tanaka, "b", data=b""))

    chatwork.leave_room(room, tanaka)

    assert [200, 403] == [fetch(url).status_code for url in urls]


@pytest.mark.parametrize(
    ("range_header", "status", "span", "expected"),
    [
        ("bytes=100-199", 206, "bytes 100-199/2560", DATA[100:200]),
        ("bytes=2500-", 206, "bytes 2500-2559/2560", DATA[2500:]),
        ("bytes=2500-9999", 206, "bytes 2500-2559/2560", DATA[2500:]),
        ("bytes=-10", 206, "bytes 2550-2559/2560", DATA[-10:]),
        ("bytes=2560-", 416, "bytes */2560", b""),
        ("lines=1-2", 200, None, DATA),
    ],
)
def test_a_part_can_be_asked_for(
    range_header: str, status: int, span: str | None, expected: bytes, chatwork: Chatwork, room: int, get: Get
) -> None:
    """Range requests make it possible to go on after a cut."""
    url = address(get, room, chatwork.upload(room, chatwork.owner, "a", data=DATA))

    reply = fetch(url, Range=range_header)

    assert (status, span, expected) == (
        reply.status_code,
        reply.headers.get("content-range"),
        reply.content,
    )


def test_if_range_gives_the_whole_once_the_file_has_changed(chatwork: Chatwork, room: int, get: Get) -> None:
    """The tag of the old bytes does not fetch a part of the new ones."""
    file = chatwork.upload(room, chatwork.owner, "a", data=DATA)
    etag = fetch(address(get, room, file)).headers["etag"]
    part = fetch(address(get, room, file), Range="bytes=1-1", If_Range=etag)

    chatwork.replace_file(file, data=b"new")
    whole = fetch(address(get, room, file), Range="bytes=1-1", If_Range=etag)

    assert (206, DATA[1:2]) == (part.status_code, part.content)
    assert (200, b"new") == (whole.status_code, whole.content)


def test_a_replaced_file_keeps_its_id_and_a_post_says_so(chatwork: Chatwork, room: int, get: Get) -> None:
    """Size, name and bytes are new under the old number; the same size again is other bytes again."""
    file = chatwork.upload(room, chatwork.owner, "a.txt", size=10)
    digests = [chatwork.content_digest(file)]
    for name in ("b.txt", None):
        chatwork.replace_file(file, size=10, name=name)
        digests.append(chatwork.content_digest(file))

    listed = get(f"/rooms/{room}/files").json()
    last = get(f"/rooms/{room}/messages?force=1").json()[-1]["body"]

    assert [(file, "b.txt", 10)] == [(one["file_id"], one["filename"], one["filesize"]) for one in listed]
    assert 3 == len(set(digests))
    assert last.startswith("[info][title][dtext:file_edited][/title]")


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
    """The token must never be sent where files lie; a plain GET is no leak."""
    url = address(get, room, chatwork.upload(room, chatwork.owner, "a", data=DATA))

    requests.get(url, headers={header: "secret"} if header else {}, timeout=10)

    assert (header is not None) == chatwork.leaked


def test_a_token_in_an_address_is_noticed_too(chatwork: Chatwork, room: int, get: Get) -> None:
    """Also one that has been replaced since."""
    url = address(get, room, chatwork.upload(room, chatwork.owner, "a", data=DATA))
    old = chatwork.token
    chatwork.revoke_token(new="next")

    requests.get(f"{url}&t={old}", timeout=10)

    assert chatwork.leaked


def test_a_large_file_is_never_in_memory(chatwork: Chatwork, room: int, get: Get) -> None:
    """Its bytes are made on the way, always the same ones."""
    file = chatwork.upload(room, chatwork.owner, "movie.mp4", size=20_000_001)
    digest, size = sha256(), 0

    with requests.get(address(get, room, file), stream=True, timeout=10) as reply:
        for piece in reply.iter_content(1 << 16):
            digest.update(piece)
            size += len(piece)

    assert 20_000_001 == size
    assert chatwork.content_digest(file) == digest.hexdigest()


@pytest.mark.parametrize("name", ["../../etc/passwd", "a\r\nX-Evil: 1", "\ud800\0", "あ" * 300])
def test_a_hostile_name_is_an_ordinary_name(name: str, chatwork: Chatwork, room: int, get: Get) -> None:
    """It comes through the list as it is and harms no header."""
    file = chatwork.upload(room, chatwork.owner, name, data=DATA)

    reply = fetch(address(get, room, file))

    assert name == get(f"/rooms/{room}/files/{file}").json()["filename"]
    assert DATA == reply.content
    assert "X-Evil" not in reply.headers


@pytest.mark.drawn
@given(
    size=strategies.integers(0, 3_000_000),
    start=strategies.integers(0, 3_000_000),
    length=strategies.integers(0, 2_000_000),
)
def test_a_cut_of_grown_content_is_the_same_stretch_of_it(size: int, start: int, length: int) -> None:
    """Whatever part is asked for, it agrees with the whole."""
    content = ByteContent(7, 0, size)

    whole = b"".join(content.chunks())
    part = content.cut(start, start + length)

    assert size == len(whole)
    assert whole[start : start + length] == b"".join(part.chunks(70_000))
    assert part.size == held_content(whole).cut(start, start + length).size
