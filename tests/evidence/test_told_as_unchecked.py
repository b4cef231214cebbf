"""Edits with lists made anew are found in the home that made the package, and told as unchecked elsewhere."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from archiver.custody.exported_package_check import compare_with_exports
from archiver.custody.verify import verify_path
from archiver.store.archive import Archive
from tests.support.cases import cases_of
from tests.support.packages.list_renewal_damage import LIST_RENEWAL_KINDS
from tests.support.packages.sample_package import lawyer_package

SAMPLE = tuple(cases_of(__file__, "sample"))


@pytest.fixture(scope="module")
def package_sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A lawyer's package without stamps, to be copied; its home lies above it."""
    return lawyer_package(tmp_path_factory.mktemp("made"))


def check_kind(package_sample: Path, folder: Path, kind: str) -> None:
    """Make the edit, check the package alone, then in the home that made it."""
    package = Path(shutil.copytree(package_sample, folder / package_sample.name))
    edit, subject = LIST_RENEWAL_KINDS[kind]
    edit(package)

    alone = verify_path(package)

    assert [] == alone.findings
    assert subject in [one.subject for one in alone.unchecked]
    assert "This says nothing of the" in alone.closing_sentence()
    compare_with_exports(alone, package, Archive(package_sample.parents[1] / "home"))
    assert {"export-record"} == {one.check for one in alone.findings}
    assert len(alone.findings) > 1  # the files that were changed are named


def test_there_are_enough_kinds() -> None:
    """Those that an outsider tried, and more."""
    assert len(LIST_RENEWAL_KINDS) >= 58


@pytest.mark.drawn(but=3)
@pytest.mark.parametrize("kind", SAMPLE)
def test_an_edit_is_told(package_sample: Path, tmp_path: Path, kind: str) -> None:
    """Alone nothing is found, what was not checked names it, and the home finds it."""
    check_kind(package_sample, tmp_path, kind)


@pytest.mark.slow
@pytest.mark.parametrize("kind", LIST_RENEWAL_KINDS)
def test_every_edit_is_told(package_sample: Path, tmp_path: Path, kind: str) -> None:
    """Alone nothing is found, what was not checked names it, and the home finds it."""
    check_kind(package_sample, tmp_path, kind)
