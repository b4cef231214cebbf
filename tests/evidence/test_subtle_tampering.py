"""Edits in the form alone, and those that two programs could read differently, are found, or told as unchecked.

The program and `verify.py` say the same of each; `verify.html` is held to it in `export/verify_page`.
"""

from __future__ import annotations

import shutil
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from archiver.custody.verify import verify_path
from tests.support.packages.sample_package import load_script
from tests.support.packages.subtle_damage import SUBTLE_KINDS, zip_with_a_folder_that_has_bytes
from tests.support.stamps.stamped_archives import stamped_package


@pytest.fixture(scope="module")
def package_sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A stamped package to be copied."""
    return Path(stamped_package(tmp_path_factory.mktemp("made")).path)


@pytest.fixture(scope="module")
def script(package_sample: Path) -> ModuleType:
    """The package's own script."""
    script = load_script(package_sample / "verify.py")
    script.speak("en")
    return script


@pytest.fixture(scope="module")
def check(script: ModuleType) -> Any:
    """The script's own judge of stamps, who is asked about each only once."""
    return cache(script.openssl_check())


@pytest.mark.drawn(but=18)
@pytest.mark.parametrize("kind", SUBTLE_KINDS)
def test_a_subtle_edit_is_named(
    package_sample: Path, tmp_path: Path, script: ModuleType, check: Any, kind: str
) -> None:
    """Never does a verification end with nothing but that no change was found."""
    package = Path(shutil.copytree(package_sample, tmp_path / package_sample.name))
    edit, named = SUBTLE_KINDS[kind]
    edit(package)

    ours, theirs = verify_path(package), script.verify_package_at(package, check=check)

    found = [f"{one.check} {one.subject}" for one in ours.findings]
    assert found == [f"{one.check} {one.subject}" for one in theirs.findings]
    assert ours.unchecked == [tuple(one) for one in theirs.unchecked]
    assert any(one.startswith(named) for one in [*found, *(one.subject for one in ours.unchecked)]), found


def test_bytes_in_the_place_of_a_folder_are_found(package_sample: Path, tmp_path: Path, script: ModuleType) -> None:
    """No program that unpacks a zip shows them."""
    package = Path(shutil.copytree(package_sample, tmp_path / package_sample.name))
    path = tmp_path / "x.zip"
    zip_with_a_folder_that_has_bytes(package, path)

    for verification in (verify_path(path), script.verify_package_at(path)):
        assert [("zip-form", "P/data/x/")] == [(one.check, one.subject) for one in verification.findings]
