"""Bytes are handed out only as they were recorded, and only from within the archive's folder."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest

from archiver.store import blobs
from archiver.web.talk import message_context
from archiver.web.talk.message_context import Unsendable, UnsendableReason, file_head, open_blob, open_face

BODY = b"bytes of a stranger"
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


def test_absent_bytes(tmp_path: Path, blob: Path) -> None:
    """Removed from the disk, or never there."""
    blob.unlink()

    assert unsendable_reason(tmp_path / "home") is UnsendableReason.ABSENT
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
    monkeypatch.setattr(message_context, "CHECKED", len(BODY) - 1)
    blob.write_bytes(BODY[::-1])

    with open_blob(tmp_path / "home", SHA256, len(BODY)) as file:
        assert BODY[::-1] == file.read()


@pytest.mark.parametrize("what", ["file", "folder"])
def test_no_link_leads_out(tmp_path: Path, blob: Path, what: str) -> None:
    """Neither that of a file nor that of a folder above it, even to the very same bytes."""
    outside = tmp_path / "outside"
    outside.mkdir()
    moved = blob if what == "file" else blob.parent
    moved.rename(outside / "there")
    moved.symlink_to(outside / "there")

    assert unsendable_reason(tmp_path / "home") is UnsendableReason.OUTSIDE
    assert b"" == file_head(tmp_path / "home", SHA256, 5)


def test_a_link_in_a_circle_and_a_folder_are_no_file(tmp_path: Path, blob: Path) -> None:
    """Nothing is waited for."""
    blob.unlink()
    blob.symlink_to(blob)
    assert unsendable_reason(tmp_path / "home") in {UnsendableReason.UNREADABLE, UnsendableReason.ABSENT}

    blob.unlink()
    blob.mkdir()
    assert unsendable_reason(tmp_path / "home") is UnsendableReason.OUTSIDE


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="only where there are pipes")
def test_a_pipe_is_not_waited_for(tmp_path: Path, blob: Path) -> None:
    """What is no plain file is not opened."""
    blob.unlink()
    os.mkfifo(blob)

    assert unsendable_reason(tmp_path / "home") is UnsendableReason.OUTSIDE


def test_a_face_is_compared_with_its_name(tmp_path: Path) -> None:
    """And one that is too large for a picture is none."""
    folder = tmp_path / "avatars"
    folder.mkdir()
    (folder / SHA256).write_bytes(BODY)
    large = b"\0" * (message_context.LARGEST_FACE + 1)
    name = hashlib.sha256(large).hexdigest()
    (folder / name).write_bytes(large)

    open_face(tmp_path, SHA256).close()
    with pytest.raises(Unsendable):
        open_face(tmp_path, name)
    (folder / SHA256).write_bytes(BODY[::-1])
    with pytest.raises(Unsendable):
        open_face(tmp_path, SHA256)
