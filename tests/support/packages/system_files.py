"""Files as macOS puts them into the folders that somebody opens."""

from __future__ import annotations

from pathlib import Path

LEFT_BY_SYSTEMS = (
    ".DS_Store",
    "data/.DS_Store",
    "__MACOSX/._data",
    "__MACOSX/data/._report.pdf",
)


def put_system_files(package: Path) -> None:
    """Put one of each kind into a package."""
    for name in LEFT_BY_SYSTEMS:
        (package / name).parent.mkdir(parents=True, exist_ok=True)
        (package / name).write_bytes(b"x")
