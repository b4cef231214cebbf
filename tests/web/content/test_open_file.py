"""Bytes are handed out only as recorded, from within the archive, under a harmless name and kind."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Callable
from pathlib import Path
from urllib.parse import unquote

import pytest
from hypothesis import given, strategies
from werkzeug.http import parse_options_header

from archiver.render.invisible_characters import visible
from archiver.store import blobs
from archiver.web.talk import message_links
from archiver.web.talk.files import LONGEST, content_disposition, safe_file_name
from archiver.web.talk.message_links import (
    Unsendable,
    UnsendableReason,
    file_head,
    is_picture,
    open_blob,
    open_face,
    playable_type,
)
from tests.support.cases import cases_of

BODY = b"bytes of a stranger"
HAS_PIPES = pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="only where there are pipes")
SHA256 = hashlib.sha256(BODY).hexdigest()


@pytest.fixture
def blob(tmp_path: Path) -> Path:
    path = blobs.blob_path(tmp_path / "home", SHA256)
    path.parent.mkdir(parents=True)
    path.write_bytes(BODY)
    return path


def unsendable_reason(home: Path, size: int = len(BODY), sha256: str = SHA256) -> UnsendableReason:
    with pytest.raises(Unsendable) as caught:
        open_blob(home, sha256, size)
    return caught.value.reason


def test_intact_bytes_are_opened_at_their_beginning(tmp_path: Path, blob: Path) -> None:
    """Twice, though they are compared only once."""
    for _time in range(2):
        with open_blob(tmp_path / "home", SHA256, len(BODY)) as file:
            assert BODY == file.read()
    assert BODY[:5] == file_head(tmp_path / "home", SHA256, 5)


def _link(moved: Path, outside: Path) -> None:
    moved.rename(outside)
    moved.symlink_to(outside)


def _become(blob: Path, make: Callable[[Path], object]) -> None:
    blob.unlink()
    make(blob)


@pytest.mark.parametrize(
    ("harm", "reasons"),
    [
        (lambda blob, _outside: blob.unlink(), {UnsendableReason.ABSENT}),
        (_link, {UnsendableReason.OUTSIDE}),
        (lambda blob, outside: _link(blob.parent, outside), {UnsendableReason.OUTSIDE}),
        (
            lambda blob, _outside: _become(blob, lambda it: it.symlink_to(it)),
            {UnsendableReason.UNREADABLE, UnsendableReason.ABSENT},
        ),
        (lambda blob, _outside: _become(blob, Path.mkdir), {UnsendableReason.OUTSIDE}),
        pytest.param(lambda blob, _outside: _become(blob, os.mkfifo), {UnsendableReason.OUTSIDE}, marks=HAS_PIPES),
    ],
    ids=["absent", "link", "link above", "circle", "folder", "pipe"],
)
def test_what_is_not_the_file_itself_is_not_sent(
    tmp_path: Path, blob: Path, harm: Callable[[Path, Path], object], reasons: set[UnsendableReason]
) -> None:
    """No link leads out, even to the very same bytes; nothing is waited for."""
    harm(blob, tmp_path / "outside")

    assert unsendable_reason(tmp_path / "home") in reasons
    assert unsendable_reason(tmp_path / "home", sha256="../../etc/passwd") is UnsendableReason.ABSENT
    assert b"" == file_head(tmp_path / "home", SHA256, 5)


def test_another_size(tmp_path: Path, blob: Path) -> None:
    """Cut, or longer."""
    blob.write_bytes(BODY[:-1])

    assert unsendable_reason(tmp_path / "home") is UnsendableReason.WRONG_SIZE


def test_a_change_is_found_though_it_was_intact_before(tmp_path: Path, blob: Path) -> None:
    """Same length, and the time of the change put back."""
    open_blob(tmp_path / "home", SHA256, len(BODY)).close()
    times = blob.stat()
    blob.write_bytes(BODY[::-1])
    os.utime(blob, ns=(times.st_atime_ns, times.st_mtime_ns))

    assert unsendable_reason(tmp_path / "home") is UnsendableReason.CHANGED


def test_of_a_large_file_the_size_alone_is_compared(
    tmp_path: Path, blob: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """To read two gigabytes before the first byte is sent would take too long; the pages say so."""
    monkeypatch.setattr(message_links, "CHECKED", len(BODY) - 1)
    blob.write_bytes(BODY[::-1])

    with open_blob(tmp_path / "home", SHA256, len(BODY)) as file:
        assert BODY[::-1] == file.read()


def test_a_face_is_compared_with_its_name(tmp_path: Path) -> None:
    """And one that is too large for a picture is none."""
    folder = tmp_path / "avatars"
    folder.mkdir()
    (folder / SHA256).write_bytes(BODY)
    large = b"\0" * (message_links.LARGEST_FACE + 1)
    name = hashlib.sha256(large).hexdigest()
    (folder / name).write_bytes(large)

    open_face(tmp_path, SHA256).close()
    with pytest.raises(Unsendable):
        open_face(tmp_path, name)
    (folder / SHA256).write_bytes(BODY[::-1])
    with pytest.raises(Unsendable):
        open_face(tmp_path, SHA256)


@pytest.mark.parametrize(("name", "expected"), cases_of(__file__, "names"))
def test_names(name: str, expected: str) -> None:
    """Paths, control and hidden characters, devices of Windows, leading dots, and empty names."""
    assert expected == safe_file_name(name, "file-7")


def test_a_long_name_keeps_its_ending() -> None:
    """A long name is cut at the end of a character."""
    file_name = safe_file_name("素材" * 300 + ".mp4", "file-7")

    assert file_name.startswith("素材素材")
    assert file_name.endswith(".mp4")
    assert LONGEST - 3 < len(file_name.encode()) <= LONGEST


@given(strategies.text(strategies.characters(codec=None, categories=None), max_size=300))
def test_any_name_can_be_saved_under_and_sent(name: str) -> None:
    """One header line of ASCII whose two names are no path, not hidden and not too long."""
    file_name = safe_file_name(name, "file-7")
    header = content_disposition(name, "file-7")

    assert file_name
    assert not re.search(r'[<>:"/\\|?*\x00-\x1f]', file_name)
    assert not file_name.startswith((".", " "))
    assert not file_name.endswith((".", " "))
    assert len(file_name.encode()) <= LONGEST
    assert header.isascii()
    assert header.isprintable()
    kind, options = parse_options_header(header)
    assert ("attachment", file_name) == (kind, options["filename"])
    assert file_name == unquote(header.partition("filename*=UTF-8''")[2])
    assert all(visible(character) == character for character in file_name)


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        (b"\0\0\0\x18ftypisom\0\0\2\0", "video/mp4"),
        (b"\0\0\0\x18ftypmp42", "video/mp4"),
        (b"\0\0\0\x14ftypqt  ", "video/mp4"),
        (b"\0\0\0\x1cftypM4A ", "audio/mp4"),
        (b"\0\0\0\x1cftypheic", None),
        (b"\x1a\x45\xdf\xa3\x9f\x42\x86\x81\x01\x42\xf7\x81\x01\x42\x82\x84webm", "video/webm"),
        (b"\x1a\x45\xdf\xa3\x9f\x42\x86\x81\x01\x42\xf7\x81\x01\x42\x82\x88matroska", None),
        (b"ID3\x04", "audio/mpeg"),
        (b"\xff\xfb\x90\x64", "audio/mpeg"),
        (b"\xff\xd8\xff\xe0", None),
        (b"OggS\0\2", "audio/ogg"),
        (b"OggS\0\2" + b"\0" * 22 + b"\x80theora", "video/ogg"),
        (b"RIFF\x24\0\0\0WAVEfmt ", "audio/wav"),
        (b"RIFF\x24\0\0\0AVI LIST", None),
        (b"<!DOCTYPE html><script>", None),
        (b"%PDF-1.7", None),
        (b"", None),
    ],
)
def test_what_is_played(head: bytes, expected: str | None) -> None:
    """Films and sounds that browsers know, and nothing that could hold a script."""
    assert expected == playable_type(head)


@pytest.mark.parametrize(("head", "expected"), cases_of(__file__, "what_is_a_picture"))
def test_what_is_a_picture(head: bytes, expected: bool) -> None:
    """The four formats that are drawn anew; a drawing that may hold a script is none."""
    assert expected is is_picture(head)
