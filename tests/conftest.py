"""The environment of every test: texts in English, none of the variables that the program reads; and a world."""

from __future__ import annotations

import ast
import gettext
import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

from tests.support.lanes import (  # noqa: F401 (hooks of pytest)
    pytest_addoption,
    pytest_collection,
    pytest_collection_modifyitems,
    pytest_configure,
    pytest_report_header,
    pytest_runtest_setup,
    pytest_runtest_teardown,
    pytest_terminal_summary,
)
from tests.support.schedules.scheduler_programs import CRONTAB
from tests.support.viewer.compiled_pages import compile_pages_once
from tests.support.world import World, running_world

# No property is a matter of milliseconds: on a busy computer every example may take its time.
settings.register_profile(
    "unhurried",
    settings.get_profile(settings.get_current_profile_name()),
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("unhurried")
# Each commit has its own seed, so few examples of a commit are many of a week.
settings.register_profile("fast", settings.get_profile("unhurried"), max_examples=30)


@pytest.fixture(autouse=True)
def _plain_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep a test from speaking the language, or finding the archive, of the last one or of the user."""
    monkeypatch.setenv("LANGUAGE", "en")
    for name in ("ARCHIVE_HOME", "ARCHIVE_LANG", "CHATWORK_API_TOKEN", "CHATWORK_API_BASE_URL"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(autouse=True, scope="session")
def _pages_compiled_once() -> Iterator[None]:
    """Spare each application what another one has compiled: two tenths of a second for most of them."""
    with pytest.MonkeyPatch.context() as patch:
        compile_pages_once(patch)
        yield


@pytest.fixture(autouse=True, scope="session")
def _refused_trees_parsed_again() -> Iterator[None]:
    """Python 3.11 counts the levels of trees once for all, so one is refused during which another is made.

    That is so for two threads, and where a pass of the garbage collector prints a traceback, which parses its line.
    """
    parse = ast.parse

    def parse_again(*given: Any, **named: Any) -> Any:
        for _attempt in range(5):
            with suppress(SystemError):
                return parse(*given, **named)
        return parse(*given, **named)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ast, "parse", parse_again)
        yield


@pytest.fixture(autouse=True, scope="session")
def _catalogues_found_once() -> Iterator[None]:
    """Spare each text a look at four files: that makes a thirtieth of a page's time."""
    find, found = gettext.find, dict[object, Any]()

    def find_once(*given: Any, **named: Any) -> Any:
        key = (*map(os.environ.get, ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG")), repr((given, named)))
        if key not in found:
            found[key] = find(*given, **named)
        return found[key]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(gettext, "find", find_once)
        yield


@pytest.fixture(autouse=True, scope="session")
def _own_state_and_crontab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keep notes of archives and lines of cron out of what belongs to the user who runs the tests."""
    folder = tmp_path_factory.mktemp("state-of-the-user")
    crontab = folder / "bin" / "crontab"
    crontab.parent.mkdir()
    crontab.write_text(CRONTAB.format(state=folder))
    crontab.chmod(0o755)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_STATE_HOME", str(folder))
        patch.setenv("PATH", str(crontab.parent), prepend=os.pathsep)
        yield


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """A Chatwork that answers and an archive with one contracted room."""
    with running_world(tmp_path / "home") as made:
        yield made
