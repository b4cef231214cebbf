"""Whatever the bytes, a reader ends soon, in bounded memory, with a result or an error of the program's own."""

from __future__ import annotations

import io
import signal
import struct
import sys
import time
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from PIL import ImageFile

from archiver.export.exhibit_names import MetadataState
from archiver.export.metadata_removal import MAX_PROPERTIES, NotRemovable, read_metadata, without_metadata
from archiver.export.picture_metadata import picture_metadata
from tests.hostile.readers import READERS
from tests.support.byte_mutation import ByteMutator
from tests.support.packages.files_with_metadata import AUTHOR, picture

KEPT = sorted(path for path in Path(__file__).with_name("kept").rglob("*") if path.is_file())
SHARE = 200
"""One input in so many is read in every run, the day's own."""


def complaints(name: str, seed: str, count: int, folder: Path) -> list[tuple[str, bytes]]:
    """What is wrong in how a reader took so many inputs, each with its bytes."""
    reader = READERS[name]
    mutator = ByteMutator(reader.samples(), reader.tokens, seed)
    inputs = (mutator.next() for _number in range(count))
    found = ((complaint(name, body, folder), body) for body in inputs)
    return [(text, body) for text, body in found if text]


@pytest.mark.parametrize("path", KEPT, ids=lambda path: f"{path.parent.name}: {path.name}")
def test_what_broke_a_reader_once_breaks_it_no_more(path: Path, tmp_path: Path) -> None:
    """Each input that something was found by."""
    assert "" == complaint(path.parent.name, path.read_bytes(), tmp_path)


def test_the_same_seed_gives_the_same_inputs() -> None:
    """So that a failure can be played again."""
    first, second = (ByteMutator([b"0123456789"], [b"token"], "seed") for _number in range(2))

    assert [first.next() for _number in range(50)] == [second.next() for _number in range(50)]


@pytest.mark.drawn
@pytest.mark.parametrize("name", READERS)
def test_a_few_changed_files_break_no_reader(name: str, tmp_path: Path) -> None:
    """The day's own, and good ones as they are."""
    day = datetime.now(UTC).date().isoformat()

    good = READERS[name].samples()[:3]

    assert [] == [text for text in (complaint(name, body, tmp_path) for body in good) if text]
    assert [] == complaints(name, day, max(2, READERS[name].inputs // SHARE), tmp_path), day


@pytest.mark.slow
@pytest.mark.parametrize("name", READERS)
def test_thousands_of_changed_files_break_no_reader(name: str, tmp_path: Path) -> None:
    """Always the same ones, so that a run can be compared with the last."""
    assert [] == complaints(name, name, READERS[name].inputs, tmp_path)


# --- watched as nobody's friend -------------------------------------------------------------------

SECONDS = 20
"""Of this process's own work for one input; most take milliseconds."""

MEMORY = 600
"""Megabytes that one input may take beside what the process had: a picture of 36 million pixels takes 300."""


class TooLongError(BaseException):
    """The deadline is over; nothing that catches every `Exception` catches it."""


def complaint(name: str, body: bytes, folder: Path) -> str:
    """What is wrong in how a reader took these bytes; empty: nothing. The folder is for it alone."""
    before = _peak()
    try:
        with _deadline():
            READERS[name].read(body, folder)
    except TooLongError:
        return f"{name}: not at its end after {SECONDS} s"
    except Exception as error:  # noqa: BLE001 - whatever it is, it is the finding
        return f"{name}: {type(error).__name__}: {error}"[:500]
    if _peak() - before > MEMORY:
        return f"{name}: took {_peak() - before} MB"
    left = sorted(path.name for path in folder.iterdir())
    return f"{name}: left {left}" if left else ""


@contextmanager
def _deadline() -> Iterator[None]:
    """Raise `TooLongError` after so much work, where the system has such a clock."""
    if not hasattr(signal, "setitimer"):
        yield
        return

    def ring(_number: int, _frame: object) -> None:
        raise TooLongError

    earlier = signal.signal(signal.SIGPROF, ring)
    signal.setitimer(signal.ITIMER_PROF, SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, earlier)


def _peak() -> int:
    """The most memory that this process ever had, in megabytes; 0 where it cannot be told."""
    if sys.platform != "linux":
        return 0
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


BEARABLE = 5.0
"""Seconds of this processor; each of these took minutes."""


def packed(parts: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """An Office file of these parts."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", method) as document:
        document.writestr("[Content_Types].xml", "<Types/>")
        for name, part in parts.items():
            document.writestr(name, part)
    return made.getvalue()


def unreadable(folder: Path, body: bytes) -> bool:
    """Whether it is told as unreadable, and no copy of it leaves."""
    path = folder / "file"
    path.write_bytes(body)
    with pytest.raises(NotRemovable):
        without_metadata(path)
    return read_metadata("S-001", path).state is MetadataState.DAMAGED


def test_a_part_packed_in_a_way_that_no_office_program_uses_is_not_unpacked(tmp_path: Path) -> None:
    """A damaged LZMA part raises an error of its own, and a whole one may ask for gigabytes."""
    body = bytearray(packed({"word/document.xml": b"x" * 1_000}, zipfile.ZIP_LZMA))
    place = body.index(b"\x09\x04\x05\x00") + 10
    body[place : place + 14] = b"\xff" * 14

    assert unreadable(tmp_path, bytes(body))


def test_names_in_another_encoding_are_not_said_to_be_removed(tmp_path: Path) -> None:
    """Word opens UTF-16 too: what cannot be searched for names is told as unreadable, and leaves in no copy."""
    comments = f'<w:comment w:id="0" w:author="{AUTHOR}">直す</w:comment>'

    assert unreadable(tmp_path, packed({"word/comments.xml": comments.encode("utf-16")}))


def test_a_document_type_is_seen_in_every_encoding(tmp_path: Path) -> None:
    """Entities could grow without end."""
    core = '<?xml version="1.0" encoding="UTF-16"?><!DOCTYPE a [<!ENTITY b "bb">]><a><creator>&b;</creator></a>'

    assert unreadable(tmp_path, packed({"docProps/core.xml": core.encode("utf-16")}))


def test_properties_of_millions_of_elements_are_not_read(tmp_path: Path) -> None:
    """A file of 20 KB took 300 MB; true properties have a few kilobytes."""
    path = tmp_path / "file"
    path.write_bytes(packed({"docProps/core.xml": b"<a>" + b"<b/>" * (MAX_PROPERTIES // 4) + b"</a>"}))

    assert MetadataState.DAMAGED is read_metadata("S-001", path).state


@pytest.mark.drawn
@pytest.mark.parametrize(
    "filling",
    [b" ", b"<cmAuthor ", b"<author " + b" " * 200, b' w:author="', b"<"],
    ids=["blanks", "openings", "long openings", "names", "brackets"],
)
def test_no_filling_makes_an_office_file_slow(tmp_path: Path, filling: bytes) -> None:
    """Two million characters cost no more than their number; such a file of 200 KB took many minutes."""
    path = tmp_path / "file"
    path.write_bytes(packed({"word/document.xml": filling * (2_000_000 // len(filling))}))

    begun = time.process_time()
    read_metadata("S-001", path)

    assert time.process_time() - begun < BEARABLE


def test_openings_of_xmp_without_an_end_cost_nothing() -> None:
    """Behind a small picture; each was searched for its end over 200,000 bytes."""
    begun = time.process_time()
    picture_metadata(picture("PNG") + b"<x:xmpmeta" * 100_000)

    assert time.process_time() - begun < BEARABLE


def test_the_metadata_of_a_png_is_read_without_its_pixels(monkeypatch: pytest.MonkeyPatch) -> None:
    """A PNG of 700 KB may have 170 million of them; what stands behind them is found all the same."""
    loaded = []
    load = ImageFile.ImageFile.load

    def load_and_note(self: ImageFile.ImageFile) -> object:
        loaded.append(self.size)
        return load(self)

    monkeypatch.setattr(ImageFile.ImageFile, "load", load_and_note)

    items = picture_metadata(png(13_000, 13_000, b"tEXt", b"Author\0" + AUTHOR.encode()))

    assert [AUTHOR] == [item.value for item in items or ()]
    assert {(1, 1)} >= set(loaded)


def png(width: int, height: int, kind: bytes, content: bytes) -> bytes:
    """A PNG that says it has these pixels, of which only the first are there, with a chunk behind them."""
    header = struct.pack(">IIBBBBB", width, height, 8, 6, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(b"\0" * 10_000)), (kind, content), (b"IEND", b""))
    parts = (
        struct.pack(">I", len(one)) + name + one + struct.pack(">I", zlib.crc32(name + one)) for name, one in chunks
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)
