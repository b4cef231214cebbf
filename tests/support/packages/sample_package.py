"""A lawyer's package of the story, its zip and script, and lists of digests renewed as a forger would."""

from __future__ import annotations

import shutil
import sys
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

from archiver.evidence.chain import digest_file, write_manifest
from archiver.export.package.make_package import export
from archiver.export.package.order import ExportOrder
from archiver.store import seals
from archiver.store.archive import Archive
from tests.support.archives.maker import at, message_object, story

NOW = datetime(2026, 11, 24, 13, 31, tzinfo=UTC)

HOSTILE = '=1+1\r\n"引用"\n\ud83d 半分\x00\u2028🎉'
"""The text of message 5."""


def archive_of_the_story(home: Path) -> Archive:
    """The story, sealed three times, with hostile texts; the third seal comes with the export."""
    maker = story(home)
    seals.close_seals(maker.archive, now=at(300))
    maker.sync([message_object(5, HOSTILE, sent=1500)], minutes=1501)
    seals.close_seals(maker.archive, now=at(3000))
    maker.sync([message_object(6, "確認しました", sent=4500), message_object(7, "では", sent=4501)], minutes=4502)
    return maker.archive


_MADE: dict[Callable[[Path], Path], tuple[Path, Path]] = {}


def made_once(make: Callable[[Path], Path], folder: Path) -> Path:
    """What `make` puts into a folder: a copy of what it made beside the first folder of a session that asked."""
    if make not in _MADE:
        kept = folder.parent / f"kept-{make.__name__}"
        _MADE[make] = kept, make(kept).relative_to(kept)
    kept, path = _MADE[make]
    return Path(shutil.copytree(kept, folder, dirs_exist_ok=True)) / path


def lawyer_package(folder: Path) -> Path:
    """The folder of a lawyer's package of the story; its zip lies beside it, and its archive beside both."""
    return made_once(_make_lawyer_package, folder)


def _make_lawyer_package(folder: Path) -> Path:
    archive = archive_of_the_story(folder / "home")
    report = export(archive, ExportOrder(contract="job1", profile="lawyer", out=folder / "out"), now=lambda: NOW)
    archive.close()
    return Path(report.path)


def renew_lists(package: Path) -> None:
    """Write every list of digests anew for the files as they are now."""
    data, info = package / "data", package / "bag-info.txt"
    content = data / "content-sha256.txt"
    write_manifest(content, _digests(data, lambda name: name != content.name))
    payload = [path for path in data.rglob("*") if path.is_file()]
    oxum = f"Payload-Oxum: {sum(path.stat().st_size for path in payload)}.{len(payload)}"
    lines = info.read_text(encoding="utf-8").splitlines()
    new_lines = [oxum if line.startswith("Payload-Oxum") else line for line in lines]
    info.write_text("".join(f"{line}\n" for line in new_lines), encoding="utf-8", newline="\n")
    payload_digests = _digests(package, lambda name: name.startswith("data/"))
    for path in [package / "manifest-sha256.txt", *package.glob("manifest2*.txt")]:
        write_manifest(path, payload_digests)
    tags = _digests(package, lambda name: not name.startswith(("data/", "tagmanifest")))
    write_manifest(package / "tagmanifest-sha256.txt", tags)


def load_script(path: Path) -> ModuleType:
    """Load the `verify.py` of a package as a module, without writing bytecode."""
    spec = spec_from_file_location("package_verify", path)
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    sys.modules["package_verify"] = module
    sys.dont_write_bytecode, before = True, sys.dont_write_bytecode
    spec.loader.exec_module(module)
    sys.dont_write_bytecode = before
    return module


def zip_package(package: Path, target: Path, *, root: str = "P/") -> Path:
    """Zip the folder of a package."""
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as packed:
        for path in sorted(package.rglob("*")):
            packed.write(path, root + path.relative_to(package).as_posix())
    return target


def _digests(folder: Path, is_listed: Callable[[str], bool]) -> dict[str, str]:
    paths = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if path.is_file()}
    return {name: digest_file(path) for name, path in paths.items() if is_listed(name)}
