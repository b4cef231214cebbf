"""Verifies a package and compares it with the records of this home, for the terminal and the pages alike."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path

from archiver.custody.export_records import compare_with_exports, package_files
from archiver.custody.verify import verify_path
from archiver.evidence.verify.findings import Progress, Verification
from archiver.evidence.verify.package_files import READ_ERRORS
from archiver.export.package.remade_package import compare_with_remade
from archiver.store.archive import Archive


def verify_here(
    path: Path,
    home: Path,
    roots: Mapping[str, Sequence[bytes]],
    *,
    now: datetime,
    deep: bool = False,
    progress: Progress | None = None,
) -> Verification:
    """Verify what lies at a path, and compare a package with what the archive in `home` recorded when it made it.

    A package that is not as it was recorded is made anew, so that the files that were changed are named. `roots` are
    the pinned roots of each authority. Raises what `verify_path` raises.
    """
    verification, archive = verify_path(path, deep=deep, progress=progress, now=now), Archive(home)
    package = compare_with_exports(verification, path, archive)
    if package is not None:
        try:
            with package_files(path) as (tree, _packed):
                compare_with_remade(verification, tree, archive, package, roots)
        except READ_ERRORS:
            pass  # said already when it was verified
    return verification
