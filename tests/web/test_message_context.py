"""What a message of the viewer knows of its surroundings: files with their pictures, faces, names."""

from __future__ import annotations

import io
from collections.abc import Iterator

import pytest
from PIL import Image

from archiver.records import Observation
from archiver.store import avatars
from tests.support.archives.maker import CLIENT, ROOM, ArchiveMaker, at, file_object, message_object
from tests.support.html_safety import read_html
from tests.support.viewer.client import Browser, open_viewer

FACE = "https://example.com/a.png"


def picture() -> bytes:
    """A small PNG."""
    out = io.BytesIO()
    Image.new("RGB", (40, 20), "red").save(out, "PNG")
    return out.getvalue()


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """A picture, a text that pretends to be one, a file that was lost, a preview of each; one face is held."""
    made = ArchiveMaker(tmp_path_factory.mktemp("around") / "home")
    made.me()
    made.contract()
    made.account(CLIENT, "田中")
    body = "[preview id=11 ht=100][download:12]x[/download][preview id=13 ht=9][preview id=99 ht=9][To:7654321]"
    made.sync([message_object(1, body), message_object(2, "ファイル", sent=1), message_object(3, "別の人", account=5)])
    shown = picture()
    made.file(file_object(11, "画面.png", len(shown), message_id=2), shown)
    made.file(file_object(12, "画面2.png", 3, message_id=2), b"abc")
    made.file(file_object(13, "lost.png", 5, message_id=2), None)
    told: dict[str, object] = {
        "object": {"account_id": CLIENT, "name": "田中", "avatar_image_url": FACE},
        "state": "present",
    }
    made.append([_seen(told)], minutes=3)
    avatars.record_download(made.archive, FACE, shown, next_at=at(5))
    made.archive.close()
    with open_viewer(made.home) as browser:
        yield browser


def _seen(told: dict[str, object]) -> Observation:
    return Observation("account", f"account/{ROOM}/{CLIENT}", told | {"source": "list"}, ROOM)


def test_a_picture_is_shown_small_and_leads_to_its_file(told: Browser) -> None:
    """Judged by its bytes: what only has the name of a picture has none."""
    found = read_html(_talk(told))

    assert {f"/room/{ROOM}/file/11/small"} == {one for one in found.sources if "/file/" in one}
    assert f"/room/{ROOM}/file/11/look" in found.hrefs
    assert f"/room/{ROOM}/file/12" in found.hrefs


def test_what_is_not_held_leads_nowhere(told: Browser) -> None:
    """A lost file and one that was never listed keep their numbers."""
    html = _talk(told)

    assert not [one for one in read_html(html).hrefs if one.startswith((f"/room/{ROOM}/file/13", f"/room/{ROOM}/file/99"))]
    assert "ファイルID 13" in html
    assert "ファイルID 99" in html


def test_a_face_that_is_held_is_shown(told: Browser) -> None:
    """Others have the first sign of the name."""
    html = _talk(told)

    assert 2 == html.count('<img src="/face/')
    assert '<span class="face f5" aria-hidden="true">田</span>' in html


def test_people_are_called_as_last_shown(told: Browser) -> None:
    """In what addresses them."""
    assert '<b class="to">To: 田中</b>' in _talk(told)


def _talk(browser: Browser) -> str:
    html = browser.get(f"/room/{ROOM}")
    return html[html.index('<div class="talk"') : html.index('<div class="break end"')]
