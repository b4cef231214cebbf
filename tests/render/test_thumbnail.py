"""Thumbnails of untrusted pictures: small, upright, bare of all else, and none where none can be made."""

from __future__ import annotations

import io
import struct
import warnings
import zlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from archiver.render import thumbnail as module
from archiver.render.thumbnail import SIDE, thumbnail


def picture(path: Path, size: tuple[int, int] = (1000, 500), mode: str = "RGB", **options: Any) -> Path:
    Image.new(mode, size, 128 if mode in {"L", "P"} else None).save(path, **options)
    return path


def chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def bomb() -> bytes:
    """A PNG of a few kilobytes that says it has 60,000 × 60,000 pixels."""
    head = struct.pack(">IIBBBBB", 60_000, 60_000, 1, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(b"\0" * 10_000))
        + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize("name", ["a.png", "a.jpg", "a.gif", "a.webp"])
@pytest.mark.parametrize("mode", ["RGB", "L", "P"])
def test_a_picture_becomes_a_small_webp(tmp_path: Path, name: str, mode: str) -> None:
    """At most 320 pixels wide or high, in its own shape."""
    mode = "L" if mode == "P" and name in {"a.jpg", "a.webp"} else mode

    made = thumbnail(picture(tmp_path / name, mode=mode))

    assert made is not None
    with Image.open(io.BytesIO(made[0])) as small:
        assert ("WEBP", (SIDE, SIDE // 2)) == (small.format, small.size)
    assert (SIDE, SIDE // 2) == made[1:]


def test_a_small_picture_is_not_made_larger(tmp_path: Path) -> None:
    """It is drawn anew all the same."""
    made = thumbnail(picture(tmp_path / "a.png", (3, 2), "RGBA"))

    assert made is not None
    assert (3, 2) == made[1:]


def test_what_a_camera_wrote_is_not_handed_on(tmp_path: Path) -> None:
    """Turned as the camera says; place, device and colour profile stay behind."""
    exif = Image.Exif()
    exif[0x0112] = 6  # turned by a quarter
    exif[0x010F] = "CAMERA"

    made = thumbnail(picture(tmp_path / "a.jpg", exif=exif, icc_profile=b"PROFILE" * 99))

    assert made is not None
    assert (SIDE // 2, SIDE) == made[1:]
    with Image.open(io.BytesIO(made[0])) as small:
        assert {"exif", "icc_profile", "xmp"}.isdisjoint(small.info)
    assert b"CAMERA" not in made[0]


def half(path: Path) -> bytes:
    """A noisy PNG that ends in the middle."""
    whole = picture(path.with_suffix(".whole.png")).read_bytes()
    return whole[: len(whole) // 2]


@pytest.mark.parametrize("kind", ["bomb", "half", "empty", "svg", "bmp", "text", "large"])
def test_what_cannot_be_read_has_none(tmp_path: Path, kind: str) -> None:
    """Broken, much too large, or not one of the four formats, whatever its name says."""
    path = tmp_path / "a.png"
    bodies: dict[str, Callable[[], bytes]] = {
        "bomb": bomb,
        "half": lambda: half(path),
        "empty": lambda: b"",
        "text": lambda: b"GIF89a" + b"\xff" * 99,
    }
    bodies["svg"] = lambda: b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'
    if kind == "bmp":
        picture(path, format="BMP")
    elif kind == "large":
        picture(path, (6001, 6000), "1", format="PNG")
    else:
        path.write_bytes(bodies[kind]())

    assert thumbnail(path) is None


@pytest.mark.parametrize("name", ["a.png", "a.gif", "a.webp", "a.jpg"])
def test_no_format_is_read_into_memory_beyond_a_limit(
    tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A film may come as a picture of a few pixels; Pillow reads a WebP whole, however long it is."""
    path = picture(tmp_path / name, (40, 30))
    monkeypatch.setattr(module, "MAX_BYTES", path.stat().st_size)
    within = thumbnail(path)
    path.write_bytes(path.read_bytes() + b"\0")

    assert within is not None
    assert thumbnail(path) is None


@pytest.mark.parametrize("kind", ["chunks", "blocks"])
def test_pieces_without_an_end_keep_nobody_busy(tmp_path: Path, kind: str) -> None:
    """Each chunk of a PNG and each block of a GIF may hold nothing: a file of 50 MB would have millions."""
    path = tmp_path / "a"
    if kind == "chunks":
        whole = picture(tmp_path / "a.png", (40, 30)).read_bytes()
        path.write_bytes(whole[:33] + chunk(b"prVt", b"") * 250_000 + whole[33:])
    else:
        whole = picture(tmp_path / "a.gif", (40, 30), "P").read_bytes()
        place = whole.index(b",", 13 + 3 * 2 ** ((whole[10] & 7) + 1))
        path.write_bytes(whole[:place] + b"!\xfe\x01x\0" * 250_000 + whole[place:])

    assert thumbnail(path) is None


def scans(number: int, **options: Any) -> bytes:
    """A JPEG that draws over itself so many times more than it needs."""
    out = io.BytesIO()
    Image.new("L", (64, 64), 128).save(out, "JPEG", progressive=True, **options)
    whole = out.getvalue()
    last = whole[whole.rindex(b"\xff\xda") : -2]
    return whole[:-2] + last * number + whole[-2:]


def test_a_jpeg_that_draws_over_itself_again_and_again_has_none(tmp_path: Path) -> None:
    """A scan of some fifty bytes goes over every pixel: a file of a megabyte would keep us busy for minutes."""
    few, many = tmp_path / "few.jpg", tmp_path / "many.jpg"
    few.write_bytes(scans(10))
    many.write_bytes(scans(100))

    assert thumbnail(few) is not None
    assert thumbnail(many) is None
    with many.open("rb") as file:
        assert thumbnail(file) is None


def test_what_only_looks_like_a_scan_is_none(tmp_path: Path) -> None:
    """A small picture within a picture, and a film behind it (as telephones write them), are not drawn."""
    path = tmp_path / "a.jpg"
    path.write_bytes(scans(0, exif=b"Exif\0\0" + b"\xff\xda" * 100) + b"\xff\xda" * 100)

    assert thumbnail(path) is not None


def test_a_large_jpeg_is_drawn_only_if_it_need_not_be_held_as_a_whole(tmp_path: Path) -> None:
    """A telephone's 40 million pixels are read in small; with several scans they would all lie in memory."""
    plain = picture(tmp_path / "plain.jpg", (8000, 5000), "L")
    layered = picture(tmp_path / "layered.jpg", (8000, 5000), "L", progressive=True)

    assert thumbnail(plain) is not None
    assert thumbnail(layered) is None


def test_a_larger_one_can_be_asked_for_and_an_open_file_read(tmp_path: Path) -> None:
    """As the viewer does, which has opened and compared the bytes already."""
    with picture(tmp_path / "a.png").open("rb") as file:
        made = thumbnail(file, side=700)

    assert made is not None
    assert (700, 350) == made[1:]


def test_threads_do_not_lose_each_others_warnings(tmp_path: Path) -> None:
    """Drawn by several threads at once, the filters of warnings are those from before."""
    path = picture(tmp_path / "a.gif", (40, 30), "P")
    before = list(warnings.filters)

    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(thumbnail, [path] * 200))

    assert None not in made
    assert before == list(warnings.filters)
