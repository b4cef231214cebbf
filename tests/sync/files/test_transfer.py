"""One download: what goes to the other host, what comes back, and what is never taken for the file."""

from __future__ import annotations

import hashlib
import json
import socket
import stat
import time
from collections.abc import Iterator
from contextlib import suppress
from http.client import BadStatusLine
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from hypothesis import HealthCheck, given, settings, strategies

from archiver.chatwork.exchange_deadline import ExchangeOverdue, is_no_http
from archiver.errors import TransferFailed
from archiver.sync import transfer
from archiver.sync.transfer import DownloadState, Wanted, download
from tests.support.cases import cases_of
from tests.support.chatwork.scripted_server import NEVER_ENDING, ScriptedServer, Step, hang, repeat, reply
from tests.support.chatwork.simulator import Chatwork, Fault

BODY = bytes(range(256)) * 4000
SIZE = len(BODY)
SHA256 = hashlib.sha256(BODY).hexdigest()


class Host:
    """A download host with one file, and the part that arrives."""

    def __init__(self, chatwork: Chatwork, folder: Path, patched: pytest.MonkeyPatch) -> None:
        self.chatwork, self.patched = chatwork, patched
        self.part = folder / "1-2.part"
        self.mark = folder / "1-2.mark"
        self.room = chatwork.add_room("動画編集")
        self.file = chatwork.upload(self.room, chatwork.owner, "a.bin", data=BODY)
        self.session = transfer.harden(transfer.Session(), local=True)
        self.told: list[int] = []

    def hurry(self, seconds: float) -> None:
        """Wait no longer than this to connect, and between two chunks."""
        self.patched.setattr(transfer, "TIMEOUT_SECONDS", (seconds, seconds))

    def url(self) -> str:
        """A fresh address of the file."""
        return self.chatwork.download_url(self.chatwork.files[self.file])

    def fetch(self, url: str | None = None, *, size: int | None = SIZE, **given: Any) -> DownloadState:
        """Go on with the file."""
        given.setdefault("progress", self.told.append)
        address = self.url() if url is None else url
        return download(self.session, address, self.part, Wanted(size, **{"size_limit": 10**7, **given}))

    def failing(self, url: str | None = None, **given: Any) -> str:
        """The reason why it fails."""
        with pytest.raises(TransferFailed) as caught:
            self.fetch(url, **given)
        return str(caught.value.data["reason"])

    def ranges(self) -> list[str | None]:
        """What was asked for, request by request."""
        return [request.headers.get("range") for request in self.chatwork.downloads]


@pytest.fixture
def host(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Host]:
    """A running download host."""
    with Chatwork() as chatwork:
        made = Host(chatwork, tmp_path, monkeypatch)
        yield made
        made.session.close()


def test_a_file_is_streamed_hashed_and_readable_by_the_owner_only(host: Host) -> None:
    """Whole, with its digest; told how far it is."""
    actual = host.fetch()

    assert DownloadState(SIZE, SHA256, is_whole=True) == actual
    assert BODY == host.part.read_bytes()
    assert 0o600 == stat.S_IMODE(host.part.stat().st_mode)
    assert SIZE == host.told[-1]
    assert sorted(host.told) == host.told


def test_nothing_of_the_users_goes_to_the_host(host: Host, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No token, no `.netrc`, no cookie that the host itself set; the bytes as uploaded."""
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login yamada password secret\n")
    monkeypatch.setenv("NETRC", str(netrc))
    with ScriptedServer([reply(body=BODY, set_cookie="a=b")]) as setting:
        host.fetch(setting.url)
        host.part.unlink()

        host.fetch(setting.url)

    heads = "".join(setting.heads).lower()
    assert 2 == len(setting.heads)
    assert [False] * 3 == [name in heads for name in ("authorization:", "cookie:", "token")]
    assert "accept-encoding: identity" in heads


def test_a_cut_transfer_goes_on_with_a_range(host: Host) -> None:
    """On a fresh address, bound to the same version of the file."""
    host.chatwork.fail(Fault.CUT_BODY, "/uploadfile/", size=300_000)

    reason = host.failing()
    have = host.part.stat().st_size
    actual = host.fetch()

    assert "cut" == reason
    assert 0 < have <= 300_000
    assert [None, f"bytes={have}-"] == host.ranges()
    assert host.chatwork.downloads[1].headers["if-range"].startswith('"')
    assert DownloadState(SIZE, SHA256, is_whole=True) == actual


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(cuts=strategies.lists(strategies.integers(0, SIZE), max_size=6))
def test_however_often_it_is_cut_the_bytes_are_right(host: Host, cuts: list[int]) -> None:
    """Each attempt builds on what is surely there."""
    host.part.unlink(missing_ok=True)
    host.mark.unlink(missing_ok=True)
    for cut in cuts:
        host.chatwork.fail(Fault.CUT_BODY, "/uploadfile/", size=cut)
        with suppress(TransferFailed):
            host.fetch()
        host.chatwork.heal()

    actual = host.fetch()

    assert (DownloadState(SIZE, SHA256, is_whole=True), BODY) == (actual, host.part.read_bytes())


def hang_up(connection: object, over: object) -> None:
    """Close without an answer, as a host does with a connection that was idle too long for it."""


def test_a_connection_that_was_closed_meanwhile_is_opened_again(host: Host) -> None:
    """The host closed what was kept from the file before just as the next request left: once more, at once."""
    with ScriptedServer([reply(body=BODY), hang_up, reply(body=BODY)]) as other:
        host.fetch(other.url)
        host.part.unlink()

        actual = host.fetch(other.url)

    assert (DownloadState(SIZE, SHA256, is_whole=True), 2) == (actual, other.connections)


@pytest.mark.parametrize(
    ("step", "reason"), [(hang_up, "unreachable"), (b"SSH-2.0-X\r\nconnection: close\r\n\r\n", "not_understood")]
)
def test_a_host_that_gives_no_answer_is_given_up(host: Host, step: Step, reason: str) -> None:
    """It is asked once more, no oftener; one that speaks no HTTP was reached: nobody may deny that."""
    with ScriptedServer([step]) as other:
        actual = host.failing(other.url)

    assert (reason, 2) == (actual, len(other.heads))


def test_a_file_that_changed_meanwhile_is_begun_anew(host: Host) -> None:
    """The same size, other bytes: no file is made of two."""
    host.chatwork.fail(Fault.CUT_BODY, "/uploadfile/", size=300_000)
    host.failing()
    other = bytes(reversed(BODY))
    host.chatwork.replace_file(host.file, data=other)

    actual = host.fetch()

    assert DownloadState(SIZE, hashlib.sha256(other).hexdigest(), is_whole=True) == actual
    assert other == host.part.read_bytes()


def test_bytes_that_were_not_surely_on_the_disk_are_fetched_again(host: Host) -> None:
    """After a power cut a file may be as long as before and end in zeros."""
    host.chatwork.fail(Fault.CUT_BODY, "/uploadfile/", size=300_000)
    host.failing()
    durable = json.loads(host.mark.read_bytes())["size"]
    with host.part.open("ab") as file:
        file.write(bytes(SIZE - durable))

    actual = host.fetch()

    assert DownloadState(SIZE, SHA256, is_whole=True) == actual
    assert f"bytes={durable}-" == host.ranges()[-1]


@pytest.mark.parametrize(
    "mark", [None, b"", b"[]", b'{"size": "x"}', b'{"size": 10}', b'{"size": 999999999, "etag": ""}']
)
def test_a_part_without_a_good_mark_is_begun_anew(host: Host, mark: bytes | None) -> None:
    """Nothing is built on bytes of which nobody knows."""
    host.part.write_bytes(b"\0" * 1000)
    if mark is not None:
        host.mark.write_bytes(mark)

    actual = host.fetch()

    assert (DownloadState(SIZE, SHA256, is_whole=True), [None]) == (actual, host.ranges())


def test_what_comes_is_made_durable_on_the_way(host: Host) -> None:
    """A killed process loses no more than the bytes since the last mark."""
    marks: list[int] = []

    def note(have: int) -> None:
        marks.append(json.loads(host.mark.read_bytes())["size"] if host.mark.exists() else 0)
        assert have - marks[-1] <= 200_000 + transfer.CHUNK_BYTES

    host.patched.setattr(transfer, "SYNC_EVERY", 200_000)
    host.fetch(size_limit=SIZE, progress=note)

    assert len(set(marks)) > 2


def test_a_file_that_is_here_already_is_not_asked_for(host: Host) -> None:
    """The last byte had come, and then the program was killed."""
    host.fetch()
    host.mark.write_text(json.dumps({"size": SIZE, "etag": ""}))

    actual = host.fetch()

    assert (DownloadState(SIZE, SHA256, is_whole=True), 1) == (actual, len(host.chatwork.downloads))


def test_a_file_of_untold_size_is_taken_as_it_comes(host: Host) -> None:
    """But no more than the most; a resumed one begins anew."""
    with ScriptedServer([reply(body=b""), reply(body=BODY), reply(body=BODY * 20)]) as other:
        empty = host.fetch(other.url, size=None)
        untold = host.fetch(other.url, size=None)
        reason = host.failing(other.url, size=None)

    assert [(0, True), (SIZE, True)] == [(one.size, one.is_whole) for one in (empty, untold)]
    assert ("wrong_size", False) == (reason, host.part.exists())


def test_an_empty_file_is_empty(host: Host) -> None:
    """Any byte is one too many."""
    chunked = b"HTTP/1.1 200 X\r\ntransfer-encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\n"
    with ScriptedServer([reply(body=b""), reply(body=b"["), chunked]) as other:
        empty = host.fetch(other.url, size=0)
        reasons = [host.failing(other.url, size=0) for _ in range(2)]

    assert (0, hashlib.sha256().hexdigest(), True) == (empty.size, empty.sha256, empty.is_whole)
    assert ["wrong_size", "wrong_size"] == reasons


# --- redirects and addresses ----------------------------------------------------------------------


def test_two_redirects_are_followed_and_no_third(host: Host) -> None:
    """To another name of this computer, without anything of the first request but its range; none in a circle."""
    elsewhere = host.url().replace("127.0.0.1", "localhost")
    host.chatwork.fail(Fault.REDIRECT, "/uploadfile/", times=2, to=elsewhere)
    actual = host.fetch()
    host.part.unlink()
    host.chatwork.fail(Fault.REDIRECT, "/uploadfile/", times=3, to=elsewhere)
    third = host.failing()
    host.chatwork.fail(Fault.REDIRECT_LOOP, "/uploadfile/", times=None)
    circle = host.failing()

    assert (True, "redirects", "redirects", 9) == (actual.is_whole, third, circle, len(host.chatwork.downloads))
    assert not host.chatwork.leaked


BAD = cases_of(__file__, "bad")


@pytest.mark.parametrize("address", BAD, ids=ascii)
def test_an_address_that_is_neither_https_nor_here_is_refused(host: Host, address: str) -> None:
    """Before anything is sent."""
    assert "address" == host.failing(address)
    assert not host.part.exists()


@pytest.mark.parametrize("address", ["http://files.example.com/a", "http://192.168.0.1/", "file:///etc/passwd"])
def test_a_redirect_to_such_an_address_is_refused(host: Host, address: str) -> None:
    """What was here before stays."""
    host.chatwork.fail(Fault.CUT_BODY, "/uploadfile/", size=300_000)
    host.failing()
    before = host.part.read_bytes()
    host.chatwork.fail(Fault.REDIRECT, "/uploadfile/", to=address)

    reason = host.failing()

    assert ("address", before) == (reason, host.part.read_bytes())


@pytest.mark.parametrize("name", ["127.0.0.1", "127.1.2.3", "localhost", "localhost.", "[::1]", "files.example.com"])
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_no_service_of_this_computer_is_asked_where_the_api_is_elsewhere(
    host: Host, monkeypatch: pytest.MonkeyPatch, scheme: str, name: str
) -> None:
    """Whatever its name, at the first address or behind a redirect: not one byte goes to it."""
    resolve = socket.getaddrinfo
    monkeypatch.setattr(
        socket, "getaddrinfo", lambda _name, port, *given, **more: resolve("127.0.0.1", port, *given, **more)
    )
    elsewhere = transfer.harden(transfer.Session(), local=False)
    with ScriptedServer([reply(body=BODY)]) as service, elsewhere:
        host.session = elsewhere
        reason = host.failing(f"{scheme}://{name}:{urlsplit(service.url).port}/a")

    assert ("address", []) == (reason, service.heads)


def test_a_service_of_this_computer_is_not_asked_through_a_proxy_either(
    host: Host, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The proxy may run on this computer; its own address is no reason to refuse what it leads to."""
    with ScriptedServer([reply(403), reply(403)]) as proxy, transfer.harden(transfer.Session(), local=False) as session:
        monkeypatch.setenv("HTTPS_PROXY", proxy.url)
        monkeypatch.setenv("https_proxy", proxy.url)
        host.session = session
        here, elsewhere = (host.failing(f"https://{name}/a") for name in ("127.0.0.1", "files.example.com"))

    assert ("address", "unreachable") == (here, elsewhere)
    assert ["CONNECT files.example.com:443"] == [head.partition(" HTTP/")[0] for head in proxy.heads]


def test_no_proxy_is_asked_for_this_computer(host: Host, monkeypatch: pytest.MonkeyPatch) -> None:
    """A proxy would send the address off it."""
    with ScriptedServer([reply(body=BODY)]) as proxy:
        monkeypatch.setenv("HTTP_PROXY", proxy.url)
        monkeypatch.setenv("http_proxy", proxy.url)

        actual = host.fetch()

    assert (True, []) == (actual.is_whole, proxy.heads)


# --- what is not the file -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fault", "reason"),
    cases_of(__file__, "not_the_file"),
)
def test_what_is_not_the_file_is_refused_and_what_came_before_it_stays(host: Host, fault: str, reason: str) -> None:
    """A page, an error, another length: never the file, and no reason to give up good bytes."""
    host.chatwork.fail(Fault.CUT_BODY, "/uploadfile/", size=300_000)
    host.failing()
    before = host.part.read_bytes()
    # An `If-Range` that does not fit any more makes the host send the whole: status 200.
    mark = json.loads(host.mark.read_bytes())
    host.mark.write_text(json.dumps(mark | {"etag": '"other"'}))
    host.chatwork.fail(Fault[fault], "/uploadfile/", times=None)

    actual = host.failing()

    assert (reason, before) == (actual, host.part.read_bytes())


def test_a_body_that_only_the_connection_ends_goes_on_where_it_broke_off(host: Host) -> None:
    """The size that Chatwork told shows that it is not whole; what came stays, and the rest is asked for."""
    untold = b"HTTP/1.1 200 X\r\nconnection: close\r\n\r\n" + BODY[:300_000]
    rest = reply(206, BODY[300_000:], content_range=f"bytes 300000-{SIZE - 1}/{SIZE}")
    with ScriptedServer([untold, rest]) as other:
        reason = host.failing(other.url)
        actual = host.fetch(other.url)

    assert "cut" == reason
    assert "range: bytes=300000-" in other.heads[1].lower()
    assert (DownloadState(SIZE, SHA256, is_whole=True), BODY) == (actual, host.part.read_bytes())


def test_a_page_is_no_file_of_untold_size(host: Host) -> None:
    """Where no length can tell, its kind does; a file that is a page comes as an attachment."""
    page = b"<html></html>"
    attached = "attachment;filename=a.html"
    kinds = [
        reply(body=page, content_type="text/html; charset=utf-8"),
        reply(body=page, content_type="text/html", content_disposition=attached),
    ]
    with ScriptedServer(kinds) as other:
        reason = host.failing(other.url, size=None)
        actual = host.fetch(other.url, size=None)

    assert ("not_understood", True, page) == (reason, actual.is_whole, host.part.read_bytes())


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (b"HTTP/1.1 200 X\r\nconnection: close\r\n\r\n" + BODY + b"!", "wrong_size"),
        (b"HTTP/1.1 200 X\r\ntransfer-encoding: chunked\r\n\r\n4\r\nabcd\r\n0\r\n\r\n", "wrong_size"),
        (reply(416, body=b""), "status"),
    ],
    ids=["more bytes than listed", "fewer in good order, so no more would come", "ends before what is here"],
)
def test_of_what_is_not_the_file_nothing_stays(host: Host, answer: bytes, reason: str) -> None:
    """The next attempt begins anew."""
    host.chatwork.fail(Fault.CUT_BODY, "/uploadfile/", size=300_000)
    host.failing()
    with ScriptedServer([answer]) as other:
        actual = host.failing(other.url)

    assert (reason, False) == (actual, host.part.exists())


@pytest.mark.parametrize("content_range", ["bytes 0-9/10", f"bytes 5-{SIZE - 1}/{SIZE}", f"bytes 300000-{SIZE}/*", ""])
def test_another_part_than_asked_for_is_not_the_file(host: Host, content_range: str) -> None:
    """Bytes that lie elsewhere in the file must not be joined; the next attempt begins anew."""
    host.chatwork.fail(Fault.CUT_BODY, "/uploadfile/", size=300_000)
    host.failing()
    with ScriptedServer([reply(206, body=b"x" * 10, content_range=content_range)]) as other:
        reason = host.failing(other.url)

    again = host.fetch()

    assert ("wrong_size", DownloadState(SIZE, SHA256, is_whole=True)) == (reason, again)


def test_a_host_that_does_not_answer_is_given_up(host: Host) -> None:
    """In time, with its own reason; a dead port too."""
    host.hurry(0.2)
    with ScriptedServer([hang]) as silent:
        silent_reason = host.failing(silent.url)

    assert ("unreachable", "unreachable") == (silent_reason, host.failing("http://127.0.0.1:9/a"))


def test_a_host_that_stops_in_the_middle_is_cut(host: Host) -> None:
    """What came is kept."""
    host.hurry(0.2)
    whole = reply(body=BODY, etag='"x"')

    def half(connection: object, over: object) -> None:
        connection.sendall(whole[:600_000])  # type: ignore[attr-defined]
        over.wait(5)  # type: ignore[attr-defined]

    with ScriptedServer([half]) as other:
        reason = host.failing(other.url)

    assert "cut" == reason
    assert BODY.startswith(host.part.read_bytes())
    assert host.part.stat().st_size


NEVER_ENDING_HEADERS = ("status line", "headers", "100 Continue", "100 Continue, quickly")


@pytest.mark.drawn(but=2)
@pytest.mark.parametrize("what", NEVER_ENDING_HEADERS)
def test_headers_that_never_end_are_given_up(host: Host, what: str) -> None:
    """Each byte comes in time, and still there is one deadline; the host is not asked a second time."""
    host.hurry(0.2)
    begun = time.monotonic()
    with ScriptedServer([NEVER_ENDING[what]]) as endless:
        reason = host.failing(endless.url)
        lasted = time.monotonic() - begun

    assert "unreachable" == reason
    assert len(endless.heads) <= 1
    assert lasted < 5


def test_a_head_that_our_deadline_cut_is_not_taken_for_a_strange_one() -> None:
    """The half line that is left of it is none of the host's fault."""
    overdue = ExchangeOverdue()
    overdue.__context__ = BadStatusLine("HTTP/1.1 10")

    assert not is_no_http(overdue)
    assert is_no_http(BadStatusLine("HTTP/1.1 10"))


@pytest.mark.parametrize("what", sorted(NEVER_ENDING.keys() - set(NEVER_ENDING_HEADERS)))
def test_a_slice_ends_even_if_the_body_never_does(host: Host, what: str) -> None:
    """What came is kept, as of any slow file. Of a file of unknown size nothing stays: cut by us, it is not whole."""
    begun = time.monotonic()
    with ScriptedServer([NEVER_ENDING[what]]) as endless:
        actual = host.fetch(endless.url, size=100_000, seconds=0.3)
        kept = host.part.read_bytes()
        untold = host.failing(endless.url, size=None, seconds=60, seconds_left=0.3)

    assert (False, True) == (actual.is_whole, kept.startswith(b"{"))
    assert ("slow", False) == (untold, host.part.exists())
    assert time.monotonic() - begun < 30


def test_a_large_file_that_comes_slowly_is_no_fault(host: Host) -> None:
    """The deadline of the headers is no deadline of the body."""
    host.hurry(0.3)
    slow = repeat(BODY[: SIZE // 16], after=reply(body=BODY, etag='"x"')[:-SIZE], seconds=0.1)

    with ScriptedServer([slow]) as other:
        actual = host.fetch(other.url, seconds=30)

    assert (True, SIZE) == (actual.is_whole, actual.size)
