"""Pictures are drawn anew, kept within a bound, and of people only those that the archive holds."""

from __future__ import annotations

import hashlib
import io
from pathlib import Path

import pytest
from PIL import Image

from archiver.store.avatars import FOLDER
from archiver.web.talk.files import BYTES_PER_ENTRY, FACE, PictureCache
from tests.support.archives.maker import story
from tests.support.viewer.client import HOST, open_viewer


def test_what_was_drawn_last_is_kept_up_to_a_number_of_bytes() -> None:
    """The one that was not asked for longest goes first; an empty one takes a place too."""
    cache, draws = PictureCache(3 * (100 + BYTES_PER_ENTRY)), list[str]()

    def ask(name: str, size: int = 100) -> bytes:
        def draw() -> bytes:
            draws.append(name)
            return bytes(size)

        return cache.get((name, 1), draw)

    for name in "abcabcdab":
        ask(name)

    assert list("abcdab") == draws
    assert cache.size <= 3 * (100 + BYTES_PER_ENTRY)
    ask("huge", 10_000)
    assert cache.size == 0


def test_what_raises_is_asked_again() -> None:
    """Bytes that were put back are found."""
    drawn = PictureCache(1000)

    with pytest.raises(OSError, match="absent"):
        drawn.get(("a", 1), lambda: _raise())

    assert b"x" == drawn.get(("a", 1), lambda: b"x")


def _raise() -> bytes:
    raise OSError("absent")


def test_a_face_is_small_and_known_by_its_name(tmp_path: Path) -> None:
    """Every other name leads nowhere, also out of the folder."""
    maker = story(tmp_path / "home")
    buffer = io.BytesIO()
    Image.new("RGB", (300, 200)).save(buffer, "JPEG")
    name = hashlib.sha256(buffer.getvalue()).hexdigest()
    (maker.home / FOLDER).mkdir()
    (maker.home / FOLDER / name).write_bytes(buffer.getvalue())
    (maker.home / FOLDER / "archive.toml").write_bytes(buffer.getvalue())
    maker.archive.close()

    with open_viewer(maker.home) as browser:
        answer = browser.client.get(f"/face/{name}", base_url=f"http://{HOST}")
        for other in ("0" * 64, "archive.toml", "..%2Farchive.toml", "%00", name.upper()):
            browser.get(f"/face/{other}", status=404)

    assert (200, "image/webp") == (answer.status_code, answer.mimetype)
    with Image.open(io.BytesIO(answer.get_data())) as image:
        assert (FACE, FACE * 2 // 3) == image.size
