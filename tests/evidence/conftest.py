"""Packages that are made once for a module and copied to be damaged, and the script that lies in them."""

from __future__ import annotations

import shutil
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from tests.support.packages.sample_package import lawyer_package, load_script
from tests.support.stamps.stamped_archives import stamped_copy


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A lawyer's package without stamps; the home that made it lies above it."""
    return lawyer_package(tmp_path_factory.mktemp("made"))


@pytest.fixture
def package(sample: Path, tmp_path: Path) -> Path:
    """A copy of it to be damaged."""
    return Path(shutil.copytree(sample, tmp_path / sample.name))


@pytest.fixture(scope="module")
def stamped_sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A package with time stamps of the authorities `a` and `b`."""
    return stamped_copy(tmp_path_factory.mktemp("stamped"))


@pytest.fixture
def stamped(stamped_sample: Path, tmp_path: Path) -> Path:
    """A copy of it to be damaged."""
    return Path(shutil.copytree(stamped_sample, tmp_path / stamped_sample.name))


@pytest.fixture(scope="module")
def script(stamped_sample: Path) -> ModuleType:
    """The package's own script."""
    script = load_script(stamped_sample / "verify.py")
    script.speak("en")
    return script


@pytest.fixture(scope="module")
def check(script: ModuleType) -> Any:
    """The script's own judge of stamps, who is asked about each only once."""
    return cache(script.openssl_check())
