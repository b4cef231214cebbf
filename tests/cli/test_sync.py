"""`archive sync` as a user sees it: what a dry run tells, and what goes to stderr."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from archiver.cli.text import columns
from archiver.store import quests
from archiver.store.quests import Origin
from tests.support.desk import Desk, set_up


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """An archive in which nothing is saved yet."""
    with set_up(tmp_path / "home") as made:
        yield made


# --- the dry run ---------------------------------------------------------------------------------


def test_a_dry_run_tells_what_is_read_why_and_what_it_costs(desk: Desk) -> None:
    """One line a step on stdout, the total below it; the talk goes to stderr; only two requests are made."""
    told, talk = desk.both("sync", "--dry-run")

    lines = told.splitlines()
    assert [("Messages", "1"), ("List", "1"), ("People", "4")] == [
        (line.split()[0], line.split()[-1]) for line in lines[:3]
    ]
    assert all("first time" in line for line in lines[:3])
    assert "Together at least 9 requests." == lines[3]
    assert "Nothing was saved" in talk
    assert ["/me", "/rooms"] == desk.asked()
    assert [] == desk.rows("window")


def test_a_dry_run_lists_single_messages_with_cost_and_reason(desk: Desk) -> None:
    """What something named and what is to be read again stand below the lists."""
    named = desk.posts(3, "前の")
    desk.posts(100)
    desk.sync()
    with desk.archive.writing() as writing:
        found = {(desk.room, int(one)): Origin.REPLY for one in named}
        quests.learn(writing, found, rooms=[desk.room], at=desk.clock())

    told, _talk = desk.both("sync", "--dry-run")

    (line,) = [line for line in told.splitlines() if line.startswith("Back-fill")]
    assert "named somewhere" in line
    assert line.endswith(" 3")
    assert "Together at least 6 requests." == told.splitlines()[-1]
    assert not [line for line in told.splitlines() if columns(line) > 80]


def test_a_dry_run_with_nothing_to_do_says_so(desk: Desk) -> None:
    """After a run nothing has moved."""
    desk.sync()

    told, _talk = desk.both("sync", "--dry-run")

    assert told.startswith("Nothing has moved and nothing is due")


@pytest.mark.parametrize("seconds", ["0", "nan", "inf", "1e30", "99999999999"])
def test_a_run_without_end_is_refused(desk: Desk, seconds: str) -> None:
    """What no clock can count is wrong usage."""
    assert "--max-seconds" in desk.both("sync", "--max-seconds", seconds, code=2)[1]


# --- stderr --------------------------------------------------------------------------------------


def test_a_wrong_clock_is_told_on_stderr_alone(desk: Desk) -> None:
    """The document on stdout stays one, and the exit code is 0."""
    desk.clock.pass_by(seconds=200)

    told, talk = desk.both("sync", "--json")

    assert "seconds behind Chatwork's. Set it right." in talk
    assert json.loads(told)["clock_offset_ms"] > 60_000


def test_alerts_of_a_run_are_one_line_on_stderr(desk: Desk) -> None:
    """They name nobody and change no exit code."""
    post = desk.post("約束")
    desk.post("はい")
    desk.sync()
    desk.chatwork.delete(post, moves_room=True)

    told, talk = desk.both("sync")

    (line,) = talk.splitlines()
    assert line.startswith("Alerts: 1 new")
    assert "田中" not in talk
    assert "Alerts" not in told


def test_a_quiet_run_says_nothing_unless_something_is_wrong(desk: Desk) -> None:
    """Cron mails what it prints: one line without names where not everything was saved."""
    good = desk.both("-q", "sync")
    desk.chatwork.remove_owner(desk.room)
    bad, notice = desk.both("-q", "sync", code=4)

    assert ("", "") == good
    assert "" == bad
    assert "not everything was saved" in notice
    assert not [word for word in ("田中", "動画編集") if word in notice]


# --- show ----------------------------------------------------------------------------------------


def test_a_message_known_by_its_id_alone_is_shown_with_a_derived_time(desk: Desk) -> None:
    """Between the others, marked as derived; a period leaves it out when its derived time does."""
    at = desk.clock() - timedelta(days=3)
    gone = desk.chatwork.post(desk.room, desk.tanaka, "消える", at=at)
    desk.chatwork.vanish(gone)
    desk.post(f"[rp aid={desk.tanaka} to={desk.room}-{gone}]はい")
    desk.sync()
    local = at + timedelta(hours=9)

    shown, _ = desk.both("show", desk.room)
    later, _ = desk.both("show", desk.room, "--from", f"{local + timedelta(days=1):%Y-%m-%d}")

    (line,) = [line for line in shown.splitlines() if f"m{gone}" in line]
    assert line.startswith(f"about {local:%Y-%m-%d %H:%M} (derived from the id)")
    assert "not readable" in line
    assert shown.index(f"m{gone}") < shown.index("はい")
    assert f"m{gone}" not in later
