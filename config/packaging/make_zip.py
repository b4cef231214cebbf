"""Packs a one-folder build: `python make_zip.py FOLDER ZIP`; programs stay programs on macOS and Linux."""

import sys
import zipfile
from pathlib import Path


def make_zip(folder: Path, target: Path) -> None:
    """Write every file of the folder, below the folder's name, in the order of names; links are kept as links."""
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(folder.rglob("*")):
            name = f"{folder.name}/{path.relative_to(folder).as_posix()}"
            if path.is_symlink():
                entry = zipfile.ZipInfo(name)
                entry.create_system, entry.external_attr = 3, 0o120777 << 16
                archive.writestr(entry, str(path.readlink()))
            elif path.is_file():
                archive.write(path, name)


if __name__ == "__main__":
    make_zip(Path(sys.argv[1]), Path(sys.argv[2]))
