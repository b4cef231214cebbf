"""Copies of daily copies, seals, stamps and roots in the folders of `[exports] also_to`."""

from __future__ import annotations

from pathlib import Path

from archiver.custody import copies_elsewhere
from archiver.export.package.daily_copy import write_daily_copy
from tests.support.archives.maker import at, story

DAY = 24 * 60


def test_copies_go_elsewhere_once(tmp_path: Path) -> None:
    """Dailies and seals; what is there stays; a folder that is not there or cannot be written is a complaint."""
    maker = story(tmp_path / "home")
    write_daily_copy(maker.archive, "job1", now=lambda: at(DAY), file_limit_bytes=100)
    usb, gone, full = (tmp_path / name for name in ("usb", "gone", "full"))
    for folder in (usb, full):
        folder.mkdir()
    (full / "daily").touch()

    first = copies_elsewhere.copy_to_folders(maker.home, (gone, full, usb))
    (usb / "daily/job1/2026-11-05_job1_daily.zip").write_bytes(b"kept")
    copies_elsewhere.copy_to_folders(maker.home, (usb,))

    assert [(gone, False), (full, True)] == [(one.folder, bool(one.detail)) for one in first]
    assert not gone.exists()
    assert {
        "daily/job1/2026-11-05_job1_daily.zip": b"kept",
        "seals/000001-2026-11-05.json": (maker.home / "seals/000001-2026-11-05.json").read_bytes(),
    } == {path.relative_to(usb).as_posix(): path.read_bytes() for path in usb.rglob("*") if path.is_file()}


def test_stamps_and_their_roots_go_elsewhere_too(tmp_path: Path) -> None:
    """As they come; roots that were added later are added there, and what was put in their place stays."""
    home, usb = tmp_path / "home", tmp_path / "usb"
    seals = home / "seals"
    for folder in (seals, usb):
        folder.mkdir(parents=True)
    (seals / "000001-2026-11-05.json").write_bytes(b"seal")
    (seals / "a.pem").write_bytes(b"first")
    copies_elsewhere.copy_to_folders(home, (usb,))
    for name, body in {
        "000001-2026-11-05.json.a.tsr": b"stamp",
        "000001-2026-11-05.json.b.tsr.new": b"half",
        "a.pem": b"first, second",
        "b.pem": b"other",
    }.items():
        (seals / name).write_bytes(body)
    (usb / "seals" / "b.pem").write_bytes(b"kept")

    complaints = copies_elsewhere.copy_to_folders(home, (usb,))

    assert [] == complaints
    assert {
        "000001-2026-11-05.json": b"seal",
        "000001-2026-11-05.json.a.tsr": b"stamp",
        "a.pem": b"first, second",
        "b.pem": b"kept",
    } == {path.name: path.read_bytes() for path in (usb / "seals").iterdir()}
