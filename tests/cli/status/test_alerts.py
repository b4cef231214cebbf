"""`archive status --alerts` and the worst day on `archive status`, as a user sees them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from archiver.cli.terminal.output import columns
from tests.support.chatwork.simulator import Chatwork
from tests.support.terminals.terminal import TOKEN, Terminal


@pytest.fixture
def chatwork() -> Iterator[Chatwork]:
    """A Chatwork with a large budget."""
    with Chatwork(token=TOKEN, limit=10_000) as chatwork:
        yield chatwork


@pytest.fixture
def terminal(tmp_path: Path, chatwork: Chatwork) -> Terminal:
    """A terminal with an archive of one room, in which 田中 deleted two messages and left."""
    terminal = Terminal(tmp_path / "home", chatwork)
    tanaka = chatwork.add_account("田中")
    room = chatwork.add_room("動画編集", members=[tanaka], announce=False)
    posts = [chatwork.post(room, tanaka, f"メッセージ{number}") for number in range(4)]
    chatwork.upload(room, tanaka, "\x1b[31m納品.zip", data=b"zip")
    terminal.run("init", "--yes")
    terminal.run("job", "add", "job1", "--chat", room, "--url", "https://crowdworks.jp/contracts/12345678")
    terminal.run("sync")
    for post in posts[:2]:
        chatwork.delete(post, moves_room=True)
    chatwork.leave_room(room, tanaka, announce=False)
    terminal.room = room  # type: ignore[attr-defined]
    return terminal


@pytest.mark.drawn
def test_alerts_are_told_listed_and_put_aside(terminal: Terminal) -> None:
    """`sync` gives them in its document and exits as ever; the list keeps what was put aside."""
    opened = terminal.json("sync")["alerts"]
    listed = terminal.json("status", "--alerts")["alerts"]
    before = terminal.json("status")
    asking = terminal.run("status", "--alerts")
    terminal.run("status", "--done", 1, "--reason", "本人に確認した\x1b[31m")
    screen = terminal.run("status", "--alerts")
    after = terminal.json("status", "--alerts")["alerts"]

    assert {("deletions", "high"), ("member_gone", "high")} == {(one["rule"], one["level"]) for one in opened}
    assert opened == listed
    assert [terminal.room] * 2 == [one["room_id"] for one in listed]  # type: ignore[attr-defined]
    assert 2 == before["alerts_open"]
    assert [True, False] == [one["dismissed"] for one in after]
    assert 1 == terminal.json("status")["alerts_open"]
    assert "本人に確認した[U+001B]" in screen
    assert not [line for line in screen.splitlines() if columns(line) > 80]
    assert "田中" not in str(listed)
    assert " 田中 「" in asking
    assert [True, False] == ["archive job enter" in text for text in (asking, screen)]
    assert not [line for line in asking.splitlines() if columns(line) > 80]
    assert [] == terminal.json("sync")["alerts"]
    assert terminal.json("verify")["ok"]


@pytest.mark.drawn
def test_a_number_that_no_alert_has_is_wrong_usage(terminal: Terminal) -> None:
    """Exit 2 for an unknown number, also one that no column holds."""
    assert "99" in terminal.run("status", "--done", 99, code=2)
    terminal.run("status", "--done", 2**70, code=2)
    terminal.run("status", "--done", "x", code=2)


@pytest.mark.drawn
def test_status_shows_the_worst_day_until_the_alerts_are_put_aside(terminal: Terminal) -> None:
    """What is gone, what to do and what not within 80 columns."""
    terminal.run("sync")

    worst = terminal.run("status")
    terminal.run("status", "--done", 1)
    terminal.run("status", "--done", 2)
    calm = terminal.run("status")

    order = [worst.index(word) for word in ("消えた", "いますぐ", "しない ", "相談 ")]
    assert sorted(order) == order
    assert "のチャットに大きな変化がありました。" in worst
    assert "ほか1件。文面はあります" in worst
    assert "資料を作る: archive" in worst
    assert not [line for line in worst.splitlines() if columns(line) > 80 and str(terminal.home) not in line]
    assert "大きな変化" not in calm
