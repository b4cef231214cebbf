"""Attachments are stored under their digest: complete, read-only and once; files that last."""

from __future__ import annotations

import errno
import hashlib
import os
import stat
from pathlib import Path

import pytest

from archiver.health.folders import check_home_folder, observe_home
from archiver.setup.archive_setup import make_home
from archiver.store import blobs
from archiver.store.archive import Archive
from archiver.store.durable_files import keeps_names, make_durable_folder, write_durably

BODY = b"bytes" * 100
SHA256 = hashlib.sha256(BODY).hexdigest()


def write_part(home: Path, file: int = 2) -> Path:
    """Write bytes as an arrived file."""
    part = blobs.incoming_path(home, 1, file)
    part.write_bytes(BODY)
    return part


def permissions(path: Path) -> int:
    """Permissions of a file or folder."""
    return stat.S_IMODE(path.stat().st_mode)


def test_bytes_lie_read_only_under_their_digest(tmp_path: Path) -> None:
    """Their folders can be opened by the owner only, and the arrived file is gone."""
    part = write_part(tmp_path)

    place = blobs.keep(tmp_path, part, SHA256)

    folders = [tmp_path / "files", tmp_path / "files" / "incoming", place.parent, place.parent.parent]
    assert tmp_path / "files" / SHA256[:2] / SHA256[2:4] / SHA256 == place == blobs.blob_path(tmp_path, SHA256)
    assert (BODY, 0o400) == (place.read_bytes(), permissions(place))
    assert {0o700} == set(map(permissions, folders))
    assert (False, True) == (part.exists(), blobs.is_held(tmp_path, SHA256))


def test_the_same_bytes_lie_once_and_are_never_written_again(tmp_path: Path) -> None:
    """Bytes that arrive a second time are deleted; a stored file whose bytes do not have its digest is replaced."""
    place = blobs.keep(tmp_path, write_part(tmp_path), SHA256)
    before = place.stat()

    again = blobs.keep(tmp_path, write_part(tmp_path, file=3), SHA256)

    after = place.stat()
    assert (place, before.st_ino, before.st_mtime_ns) == (again, after.st_ino, after.st_mtime_ns)
    assert [place] == list((tmp_path / "files").glob("??/??/*"))
    place.chmod(0o600)
    place.write_bytes(b"damaged")
    blobs.keep(tmp_path, write_part(tmp_path), SHA256)
    assert (BODY, 0o400) == (place.read_bytes(), permissions(place))


def test_each_folder_that_is_made_is_for_the_owner_alone(tmp_path: Path) -> None:
    """Those above it that were not there, too; what was there stays as it was, and a second time changes nothing."""
    above = tmp_path / "above"
    above.mkdir(mode=0o755)

    for _time in range(2):
        make_durable_folder(above / "between" / "folder")

    modes = [path.stat().st_mode & 0o777 for path in (above, above / "between", above / "between" / "folder")]
    assert [0o755, 0o700, 0o700] == modes


def refuse_folders(monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    """Let the system answer this where a folder is synced."""
    sync = os.fsync

    def refuse(handle: int) -> None:
        if stat.S_ISDIR(os.fstat(handle).st_mode):
            raise OSError(number, os.strerror(number))
        sync(handle)

    monkeypatch.setattr(os, "fsync", refuse)


@pytest.mark.parametrize("number", [errno.EINVAL, errno.EBADF, errno.ENOTSUP])
def test_a_drive_that_syncs_no_folders_takes_an_archive(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    """What is not promised there is told; nothing else is in the way."""
    refuse_folders(monkeypatch, number)
    archive = Archive(tmp_path / "home")
    make_home(archive.home)

    archive.create()
    write_durably(archive.home / "x", b"text")

    assert not keeps_names(archive.home)
    assert not archive.is_older()
    archive.close()
    home = observe_home(archive.home, {}, mounts=list)
    assert ("after a power cut" in check_home_folder(home).text, home.is_writable) == (True, True)


def test_an_error_of_the_disk_is_no_drive_without_that(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is told where something is written."""
    assert keeps_names(tmp_path)
    refuse_folders(monkeypatch, errno.EIO)

    with pytest.raises(OSError, match=os.strerror(errno.EIO)):
        write_durably(tmp_path / "x", b"text")

    assert keeps_names(tmp_path)
