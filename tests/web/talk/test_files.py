"""The files of the chats: what became of each is said, and their bytes leave only as something inert."""

from __future__ import annotations

import contextlib
import hashlib
import http.client
import io
import re
import wave
from pathlib import Path

import pytest
import requests
from PIL import Image

from archiver.cli.context import CliContext
from archiver.cli.reading.app import build_view_context
from archiver.records import Observation
from archiver.store import blobs
from archiver.store.queries.viewing import files_and_tasks
from archiver.web.server import THREADS, serve_pages
from archiver.web.talk.files import A_PIECE
from tests.support.archives.maker import ROOM, ArchiveMaker, file_object, story
from tests.support.viewer.client import HOST, Browser, open_viewer

HTML = b"<script>alert(1)</script>"
FILM = b"\0\0\0\x18ftypisom" + bytes(range(256)) * 40_000


def picture() -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (2000, 1000), (200, 30, 30)).save(buffer, "PNG")
    return buffer.getvalue()


def sound() -> bytes:
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(bytes(2000))
    return buffer.getvalue()


def add(
    maker: ArchiveMaker, number: int, name: str, body: bytes | None, *, reason: str = "404", state: str = "present"
) -> None:
    """List a file, and save its bytes if there are any."""
    size = 5_000_000 if body is None else len(body)
    listed = file_object(number, name, size, sent=number, message_id=2)
    maker.file(listed, body, reason=reason, state=state, minutes=number)


def make_files(home: Path) -> None:
    """The story with ten files more, of every kind and state."""
    maker = story(home)
    add(maker, 101, "ラフ案.png", picture())
    add(maker, 102, "ナレーション.wav", sound())
    add(maker, 103, "<script>alert(1)</script>.html", HTML)
    add(maker, 104, "evil\u202egpj.exe", b"MZ")
    add(maker, 105, '../../a"b\r\nSet-Cookie: x=1', b"root")
    add(maker, 106, "大きい.mov", None, reason="too_large")
    add(maker, 107, "消えた.pdf", b"%PDF-1.4", state="gone")
    add(maker, 108, "映像.mp4", FILM)
    add(maker, 109, "偽物.png", HTML)
    add(maker, 100, "見積_50000円.pdf", b"%PDF-1.4")
    renamed = {"object": file_object(100, "見積.pdf", 8, sent=100, message_id=2), "state": "present", "source": "list"}
    maker.append([Observation("file", "file/100", renamed, ROOM)], minutes=110)
    maker.archive.close()


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("files") / "home"
    make_files(made)
    return made


def answer(browser: Browser, path: str, **headers: str) -> tuple[int, dict[str, str], bytes]:
    found = browser.client.get(path, base_url=f"http://{HOST}", headers=headers)
    return found.status_code, {name.lower(): value for name, value in found.headers}, found.get_data()


def rows(page: str) -> dict[str, str]:
    """What stands in the row of each file, by its name, as a reader sees it."""
    found = re.findall(r"<tr>(.*?)</tr>", page, re.DOTALL)
    named = ((re.search(r"<bdi>(.*?)</bdi>", row, re.DOTALL), row) for row in found)
    return {name[1]: re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", row)) for name, row in named if name}


# --- the list ------------------------------------------------------------------------------------


def test_page_after_page_shows_each_file_once(browser: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where a page ends in the middle."""
    whole = files_and_tasks.file_page
    monkeypatch.setattr(files_and_tasks, "file_page", lambda *args, **options: whole(*args, limit=3, **options))
    pages = [*browser.pages(f"/room/{ROOM}/files")]
    found = [name for page in pages for name in rows(page)]

    assert 12 == len(found) == len(set(found))


def test_a_renamed_file_has_both_names_in_the_conversation(browser: Browser) -> None:
    """That it was sent with the first one is told, and the other, and when it was noticed."""
    page = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", browser.get(f"/room/{ROOM}")))

    assert re.search(r"見積_50000円\.pdf [^“]*“見積_50000円\.pdf” to “見積\.pdf”", page)


# --- bytes ---------------------------------------------------------------------------------------


def test_bytes_leave_as_something_that_no_browser_runs(browser: Browser) -> None:
    """An untrusted page is a download without a type, a script or an origin."""
    status, headers, body = answer(browser, f"/room/{ROOM}/file/103")

    assert (200, HTML) == (status, body)
    assert "application/octet-stream" == headers["content-type"]
    assert headers["content-disposition"].startswith("attachment; ")
    assert "nosniff" == headers["x-content-type-options"]
    assert "sandbox; default-src 'none'" == headers["content-security-policy"]
    assert "no-store" == headers["cache-control"]


def test_a_hostile_name_breaks_no_header(browser: Browser) -> None:
    """It becomes a name of one line without a path."""
    _status, headers, _body = answer(browser, f"/room/{ROOM}/file/105")

    assert "set-cookie" not in headers
    assert "filename*=UTF-8''__.._a_b__Set-Cookie_%20x%3D1" in headers["content-disposition"]


def test_a_part_can_be_asked_for_and_what_is_held_is_not_sent_again(browser: Browser) -> None:
    """RFC 9110: Range, If-Range, If-None-Match, HEAD."""
    path = f"/room/{ROOM}/file/108"
    status, headers, body = answer(browser, path, Range="bytes=4-11")
    assert (206, b"ftypisom", f"bytes 4-11/{len(FILM)}") == (status, body, headers["content-range"])

    assert FILM[-5:] == answer(browser, path, Range="bytes=-5")[2]
    assert 416 == answer(browser, path, Range=f"bytes={len(FILM)}-")[0]
    for odd in (f"bytes=-{len(FILM) + 5}", f"bytes=-{len(FILM)}", "lines=1-2", "bytes=x", "bytes=9-3", "nonsense"):
        assert (200, FILM) == answer(browser, path, Range=odd)[::2]
    etag = headers["etag"]
    assert (304, b"") == answer(browser, path, **{"If-None-Match": etag})[::2]
    assert FILM == answer(browser, path, Range="bytes=0-1", **{"If-Range": '"another"'})[2]
    head = browser.client.head(path, base_url=f"http://{HOST}")
    assert (200, len(FILM)) == (head.status_code, head.content_length)


@pytest.mark.parametrize("kind", ["absent", "cut", "changed"])
def test_damaged_bytes_are_said_and_not_sent(tmp_path: Path, kind: str) -> None:
    """With what was recorded about them."""
    maker = story(tmp_path / "home")
    body = f"damaged {kind}".encode()
    add(maker, 200, "壊れる.bin", body)
    maker.archive.close()
    place = blobs.blob_path(maker.home, hashlib.sha256(body).hexdigest())
    place.chmod(0o600)
    if kind == "absent":
        place.unlink()
    else:
        place.write_bytes(body[:-1] if kind == "cut" else body[::-1])

    with open_viewer(maker.home) as browser:
        page = browser.get(f"/room/{ROOM}/file/200", status=503)
        listed = browser.get("/files")

    assert "The file cannot be provided" in page
    assert "壊れる.bin" in page
    assert hashlib.sha256(body).hexdigest() in page
    expected = {"absent": "are no longer", "cut": "a different size", "changed": "a different hash"}
    assert expected[kind] in page
    assert ("cannot be read now" in listed) is (kind == "absent")


# --- looking and listening -----------------------------------------------------------------------


def test_a_picture_is_looked_at_drawn_anew(browser: Browser) -> None:
    """At most 1600 pixels wide on its page and 320 in a list; the file's own bytes are never shown."""
    page = browser.get(f"/room/{ROOM}/file/101/look")
    assert f'src="/room/{ROOM}/file/101/large"' in page
    for name, width in (("large", 1600), ("small", 320)):
        status, headers, body = answer(browser, f"/room/{ROOM}/file/101/{name}")
        assert (200, "image/webp") == (status, headers["content-type"])
        with Image.open(io.BytesIO(body)) as image:
            assert (width, width // 2) == image.size
        again = answer(browser, f"/room/{ROOM}/file/101/{name}", **{"If-None-Match": headers["etag"]})
        assert 304 == again[0]


@pytest.mark.parametrize("way", ["small", "large", "look", "play", "media"])
@pytest.mark.parametrize("number", [103, 109, 106, 9999])
def test_what_is_no_picture_is_not_looked_at(browser: Browser, way: str, number: int) -> None:
    """Whatever it is called."""
    browser.get(f"/room/{ROOM}/file/{number}/{way}", status=404)


def test_a_sound_is_played_without_a_script(browser: Browser) -> None:
    """By the browser's own means, and nothing is loaded before the user wants it."""
    page = browser.get(f"/room/{ROOM}/file/102/play")
    status, headers, body = answer(browser, f"/room/{ROOM}/file/102/media")

    assert re.search(r'<audio [^>]*controls preload="none" src="[^"]+/102/media"', page)
    assert (200, "audio/wav", sound()) == (status, headers["content-type"], body)
    assert "sandbox; default-src 'none'" == headers["content-security-policy"]


def test_a_film_comes_in_pieces(browser: Browser) -> None:
    """A browser that asks for all the rest gets some of it, so that a paused film holds nothing up."""
    _status, headers, body = answer(browser, f"/room/{ROOM}/file/108/media", Range="bytes=100-")

    assert FILM[100 : 100 + A_PIECE] == body
    assert f"bytes 100-{99 + A_PIECE}/{len(FILM)}" == headers["content-range"]
    assert '<video class="played" controls preload="none"' in browser.get(f"/room/{ROOM}/file/108/play")


def test_the_real_server_sends_whole_files_and_parts(home: Path) -> None:
    """Waitress takes the open file over; what arrives is what lies there."""
    context = build_view_context(CliContext(home, 0, {"HOME": str(home)}))
    with serve_pages(context) as gate:
        connection = http.client.HTTPConnection("127.0.0.1", gate.port, timeout=20)
        connection.request("GET", gate.address.partition(str(gate.port))[2])
        cookie = (connection.getresponse().headers["Set-Cookie"] or "").partition(";")[0]
        found = []
        for path, part in (("", {}), ("/media", {"Range": "bytes=7-"}), ("", {"Range": "bytes=-9"})):
            connection = http.client.HTTPConnection("127.0.0.1", gate.port, timeout=20)
            connection.request("GET", f"/room/{ROOM}/file/108{path}", headers={"Cookie": cookie, **part})
            response = connection.getresponse()
            found.append((response.status, response.read()))

    assert [(200, FILM), (206, FILM[7 : 7 + A_PIECE]), (206, FILM[-9:])] == found


def test_downloads_that_pause_hold_no_page_up(tmp_path: Path) -> None:
    """More of them than the server has threads, each taken up again in its middle and then not read on."""
    maker = story(tmp_path / "home")
    add(maker, 200, "大きい.bin", bytes(30_000_000))
    maker.archive.close()
    with serve_pages(build_view_context(CliContext(maker.home, 0, {}))) as gate, contextlib.ExitStack() as open_ones:
        site, session = f"http://127.0.0.1:{gate.port}", open_ones.enter_context(requests.Session())
        session.get(gate.address, timeout=10)
        for _number in range(THREADS + 1):
            part = session.get(f"{site}/room/{ROOM}/file/200", headers={"Range": "bytes=9-"}, stream=True, timeout=10)
            open_ones.callback(part.close)

        assert 200 == session.get(f"{site}/files", timeout=10).status_code
