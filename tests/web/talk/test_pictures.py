"""Pictures are drawn anew, kept within a bound, and of people only those that the archive holds."""

from __future__ import annotations

import hashlib
import io
from pathlib import Path

from PIL import Image

from archiver.store.queries.people import AVATARS
from archiver.web.talk.files import FACE
from tests.support.archives.maker import story
from tests.support.viewer.client import HOST, open_viewer


def test_a_face_is_small_and_known_by_its_name(tmp_path: Path) -> None:
    """Every other name leads nowhere, also out of the folder."""
    maker = story(tmp_path / "home")
    buffer = io.BytesIO()
    Image.new("RGB", (300, 200)).save(buffer, "JPEG")
    name = hashlib.sha256(buffer.getvalue()).hexdigest()
    (maker.home / AVATARS).mkdir()
    (maker.home / AVATARS / "archive.toml").write_bytes(buffer.getvalue())
    maker.archive.close()

    with open_viewer(maker.home) as browser:
        browser.get(f"/face/{name}", status=404)  # that it was absent is not kept
        (maker.home / AVATARS / name).write_bytes(buffer.getvalue())
        answer = browser.client.get(f"/face/{name}", base_url=f"http://{HOST}")
        for other in ("0" * 64, "archive.toml", "..%2Farchive.toml", "%00", name.upper()):
            browser.get(f"/face/{other}", status=404)

    assert (200, "image/webp") == (answer.status_code, answer.mimetype)
    with Image.open(io.BytesIO(answer.get_data())) as image:
        assert (FACE, FACE * 2 // 3) == image.size
