"""A scheduled run that nobody watches: what it says on stderr and on the desktop, and how often."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.desk import Desk, set_up


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """A computer whose `notify-send` writes down what it is given."""
    program = tmp_path / "bin" / "notify-send"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nprintf "%s\\n" "$@" >> {tmp_path}/shown\n', encoding="utf-8")
    program.chmod(0o755)
    with set_up(tmp_path / "home") as made:
        made.post("こんにちは")
        made.sync()
        made.terminal.environ |= {"PATH": str(program.parent)}
        yield made


def shown(desk: Desk) -> str:
    """What the desktop was told so far."""
    path = desk.home.parent / "shown"
    return path.read_text(encoding="utf-8") if path.exists() else ""


def test_a_refused_token_is_told_once_and_so_is_its_end(desk: Desk) -> None:
    """Each run ends with 10, but only the first says it; names and texts stand nowhere."""
    wrong = {"CHATWORK_API_TOKEN": "f" * 32}

    first = desk.both("-q", "sync", code=10, **wrong)
    second = desk.both("-q", "sync", code=10, **wrong)
    watched = desk.both("sync", code=10, **wrong)

    assert (True, ("", ""), True) == ("401" in first[1], second, "401" in watched[1])
    assert (1, False) == (shown(desk).count("Saving does not work"), "田中" in shown(desk))
    assert "That is over" in desk.both("-q", "sync")[1]
    assert ("", "") == desk.both("-q", "sync")
    assert 1 == shown(desk).count("That is over")


def test_the_settings_turn_the_desktop_off(desk: Desk) -> None:
    """The line on stderr stays."""
    (desk.home / "archive.toml").write_text("[notify]\ndesktop = false\n", encoding="utf-8")

    told = desk.both("-q", "sync", code=10, CHATWORK_API_TOKEN="f" * 32)

    assert (True, "") == ("401" in told[1], shown(desk))


def test_who_watches_is_not_told_twice(desk: Desk) -> None:
    """Without -q there is somebody before the screen."""
    desk.both("sync", code=10, CHATWORK_API_TOKEN="f" * 32)

    assert "" == shown(desk)


def test_a_stopped_archive_is_said_above_every_result(desk: Desk) -> None:
    """On stderr, so that no script that reads the result is disturbed; a help page and -q stay as they are."""
    desk.remember("last_sync", {"at": "2026-01-01T00:00:00.000Z", "complete": True})

    out, told = desk.both("search", "こんにちは", "--json")

    assert (True, True) == (out.startswith("{"), "[Stopped] Nothing was saved for" in told)
    assert "Stopped" not in desk.both("search", "--help")[1] + desk.both("-q", "search", "こんにちは")[1]


def test_a_good_archive_has_no_banner_and_a_broken_one_only_its_own_error(desk: Desk) -> None:
    """The command itself says what is wrong."""
    assert "" == desk.both("contract", "list")[1]
    (desk.home / "archive.toml").write_text("[[[", encoding="utf-8")
    assert 1 == desk.both("export", code=5)[1].count("archive.toml")
