"""Folders whose names outlive a power cut."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

import pytest

from archiver.health.folders import check_home_folder, observe_home
from archiver.setup.archive_setup import make_home
from archiver.store.archive import Archive
from archiver.store.durable_files import keeps_names, make_durable_folder, write_durably


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
