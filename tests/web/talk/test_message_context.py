"""What a message of the viewer knows of its surroundings: files with their pictures, faces, names."""

from __future__ import annotations

import io
import re
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
def files_browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """A picture, a text that pretends to be one, a file that was lost, a preview of each; one face is held."""
    maker = ArchiveMaker(tmp_path_factory.mktemp("around") / "home")
    maker.me()
    maker.contract()
    maker.account(CLIENT, "田中")
    body = "[preview id=11 ht=100][download:12]x[/download][preview id=13 ht=9][preview id=99 ht=9][To:7654321]"
    maker.sync([message_object(1, body), message_object(2, "ファイル", sent=1), message_object(3, "別の人", account=5)])
    image_bytes = picture()
    maker.file(file_object(11, "画面.png", len(image_bytes), message_id=2), image_bytes)
    maker.file(file_object(12, "画面2.png", 3, message_id=2), b"abc")
    maker.file(file_object(13, "lost.png", 5, message_id=2), None)
    payload: dict[str, object] = {
        "object": {"account_id": CLIENT, "name": "田中", "avatar_image_url": FACE},
        "state": "present",
    }
    maker.append([_account_observation(payload)], minutes=3)
    avatars.record_download(maker.archive, FACE, image_bytes, next_at=at(5))
    maker.archive.close()
    with open_viewer(maker.home) as browser:
        yield browser


def _account_observation(files_browser: dict[str, object]) -> Observation:
    return Observation("account", f"account/{ROOM}/{CLIENT}", files_browser | {"source": "list"}, ROOM)


def test_a_picture_is_shown_small_and_leads_to_its_file(files_browser: Browser) -> None:
    """Judged by its bytes: what only has the name of a picture has none."""
    found = read_html(_talk(files_browser))

    assert {f"/room/{ROOM}/file/11/small"} == {one for one in found.sources if "/file/" in one}
    assert f"/room/{ROOM}/file/11/look" in found.hrefs
    assert f"/room/{ROOM}/file/12" in found.hrefs


def test_what_is_not_held_leads_nowhere(files_browser: Browser) -> None:
    """A lost file and one that was never listed keep their numbers."""
    html = _talk(files_browser)

    unsaved = (f"/room/{ROOM}/file/13", f"/room/{ROOM}/file/99")
    assert not [href for href in read_html(html).hrefs if href.startswith(unsaved)]
    assert "ファイルID 13" in html
    assert "ファイルID 99" in html


def test_a_face_that_is_held_is_shown(files_browser: Browser) -> None:
    """People without a picture have the first character of the name."""
    html = _talk(files_browser)

    assert 1 == html.count('<img src="/face/')
    assert re.search('<span class="face h1 " aria-hidden="true">田</span>', html)


def test_people_are_called_as_last_shown(files_browser: Browser) -> None:
    """In what addresses them."""
    assert '<b class="to">To: 田中</b>' in _talk(files_browser)


def _talk(browser: Browser) -> str:
    html = browser.get(f"/room/{ROOM}")
    return html[html.index('<ol class="msgs"') : html.index("</ol>\n</div>\n<p")]
