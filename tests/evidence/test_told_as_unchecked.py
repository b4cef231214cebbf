"""Edits with lists made anew are found in the home that made the package, and told as unchecked elsewhere."""

from __future__ import annotations

from pathlib import Path

import pytest

from archiver.custody.exported_package_check import compare_with_exports
from archiver.custody.verify import verify_path
from archiver.store.archive import Archive
from tests.support.packages.list_renewal_damage import LIST_RENEWAL_KINDS


@pytest.mark.drawn(but=3)
@pytest.mark.parametrize("kind", LIST_RENEWAL_KINDS)
def test_an_edit_is_told(sample: Path, package: Path, kind: str) -> None:
    """Alone nothing is found, what was not checked names it, and the home finds it."""
    edit, subject = LIST_RENEWAL_KINDS[kind]
    edit(package)

    alone = verify_path(package)

    assert [] == alone.findings
    assert subject in [one.subject for one in alone.unchecked]
    assert "This says nothing of the" in alone.closing_sentence()
    compare_with_exports(alone, package, Archive(sample.parents[1] / "home"))
    assert {"export-record"} == {one.check for one in alone.findings}
    assert len(alone.findings) > 1  # the files that were changed are named
