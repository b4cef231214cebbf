"""`archive save --all` on the worst day: with and without network, with a room that is gone, again and again."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from archiver.cli.terminal.output import columns
from tests.support.chatwork.simulator import Chatwork, Fault
from tests.support.terminals.forked_program import run_command
from tests.support.terminals.terminal import TOKEN, Terminal

ORDER = ("残っている", "しない", "いますぐ")


@pytest.fixture
def chatwork() -> Iterator[Chatwork]:
    """A Chatwork with a large budget."""
    with Chatwork(token=TOKEN, limit=10_000) as chatwork:
        yield chatwork


class Worst(Terminal):
    """A terminal with one contract, a room and 田中 in it."""

    def __init__(self, home: Path, chatwork: Chatwork) -> None:
        """Set the archive up and save once."""
        super().__init__(home, chatwork)
        self.tanaka = chatwork.add_account("田中")
        self.room = chatwork.add_room("動画編集", members=[self.tanaka], announce=False)
        chatwork.post(self.room, self.tanaka, "よろしく")
        self.run("init", "--yes")
        self.run("job", "add", "job1", "--chat", self.room)
        self.run("sync")

    def rescue(self, *arguments: object, code: int = 0, **environ: str) -> tuple[str, str]:
        """What a rescue prints on stdout and stderr."""
        completed = run_command(self.command("save", "--all", *arguments), self.environ | environ)
        assert code == completed.returncode, completed.stdout + completed.stderr
        assert "Traceback" not in completed.stderr
        return completed.stdout, completed.stderr


@pytest.fixture
def worst(tmp_path: Path, chatwork: Chatwork) -> Worst:
    """A terminal whose archive holds one message."""
    return Worst(tmp_path / "home", chatwork)


def in_order(screen: str) -> bool:
    """Whether the screen says what happened, what is kept, what not to do and what to do, in this order."""
    found = [screen.find(f"\n{word}  ") for word in ORDER]
    return -1 not in found and found == sorted(found)


def test_rescue_saves_everything_and_tells_it_again_and_again(worst: Worst, chatwork: Chatwork) -> None:
    """A new message, a large file, a task: all here; what could not be had stands there with its reason."""
    chatwork.post(worst.room, worst.tanaka, "もう一つ")
    chatwork.upload(worst.room, worst.tanaka, "大きい.mov", size=25_000_000)
    chatwork.add_task(worst.room, worst.tanaka, chatwork.owner, "編集する")
    bad = chatwork.upload(worst.room, worst.tanaka, "参考.mov", size=100)
    chatwork.fail(Fault.NOT_FOUND, f"/files/{bad}", times=None)

    first, _ = worst.rescue("--job", "job1", code=4)
    second, _ = worst.rescue(code=4)

    status = worst.json("status")["rooms"][0]
    assert (5, 2, 1, 1) == tuple(status[name] for name in ("messages", "files", "files_saved", "tasks"))
    assert in_order(first)
    assert in_order(second)
    assert "ファイル1点(2点のうち)" in second
    assert "参考.mov" in second
    assert "再試行を続けます" in "".join(second.split())
    assert not [line for line in second.splitlines() if line.startswith(" ") and columns(line) > 80]
    assert worst.json("verify")["ok"]


@pytest.mark.drawn
def test_the_document_is_that_of_sync(worst: Worst, chatwork: Chatwork) -> None:
    """`--json` prints one document: rooms, alerts, the seal."""
    chatwork.post(worst.room, worst.tanaka, "もう一つ")

    payload = worst.json("save", "--all")

    assert [(worst.room, 1)] == [(room["room_id"], room["new"]) for room in payload["rooms"]]
    assert (True, [], int) == (payload["complete"], payload["alerts"], type(payload["sealed"]))


@pytest.mark.drawn
def test_chats_that_cannot_be_read_are_named_every_time(worst: Worst, chatwork: Chatwork) -> None:
    """On this day nothing is said only once a day; the chats after them are read all the same."""
    rooms = [chatwork.add_room(f"別の仕事{one}", members=[worst.tanaka]) for one in range(3)]
    worst.run("job", "add", "job2", *(word for room in rooms for word in ("--chat", room)))
    chatwork.fail(Fault.FORBIDDEN, f"/rooms/({rooms[0]}|{rooms[1]})/messages", times=None)
    worst.run("sync", code=4)

    first, _ = worst.rescue("--job", "job2", code=4)
    second, _ = worst.rescue("--job", "job2", code=4)

    for output in (first, second):
        assert f"{rooms[0]} 別の仕事0、{rooms[1]} 別の仕事1。もう一度: archive save --all" in output.replace("\n", "")
        assert "別の仕事2  保存済み" in first  # by the run before, which reads on past the two
        assert "未保存はありません" not in output
        assert f"読めなかったチャットの新しい内容: {rooms[0]}, {rooms[1]}" in output


@pytest.mark.drawn
def test_without_network_it_tells_what_is_kept(worst: Worst, chatwork: Chatwork) -> None:
    """Exit 1, and the whole page: nothing new, but nothing lost."""
    chatwork.stop()

    out, err = worst.rescue(code=1)
    chatwork.start()

    assert "いまは保存できないものがありました" in out
    assert in_order(out)
    assert "メッセージ1件" in out
    assert err.startswith("エラー: ")


@pytest.mark.drawn
def test_without_a_token_that_works_it_tells_what_is_kept(worst: Worst) -> None:
    """Exit codes as `sync`: 10 for a refused token; the document is not half a one."""
    out, _ = worst.rescue(code=10, CHATWORK_API_TOKEN="0" * 32)
    document, _ = worst.rescue("--json", code=10, CHATWORK_API_TOKEN="0" * 32)

    assert in_order(out)
    assert "" == document


@pytest.mark.drawn
def test_a_room_that_is_gone_is_told_with_what_is_kept(worst: Worst, chatwork: Chatwork) -> None:
    """The first time the run is incomplete (4); later the page still stands."""
    chatwork.remove_owner(worst.room)

    first, err = worst.rescue(code=4)
    second, _ = worst.rescue()

    assert "archive status --alerts" in err
    for screen in (first, second):
        assert in_order(screen)
        assert "チャット1件を開けなくなりました" in screen
        assert "メッセージ1件" in screen


@pytest.mark.drawn
def test_contracts_that_share_people_are_told_too_each_for_itself(worst: Worst, chatwork: Chatwork) -> None:
    """Their rooms were saved with it; a contract with other people is not mentioned."""
    other, sato = chatwork.add_room("別の仕事", members=[worst.tanaka], announce=False), chatwork.add_account("佐藤")
    apart = chatwork.add_room("無関係", members=[sato], announce=False)
    worst.run("job", "add", "job2", "--chat", other)
    worst.run("job", "add", "job3", "--chat", apart)
    chatwork.post(other, worst.tanaka, "一つ")
    chatwork.post(other, worst.tanaka, "二つ")
    worst.run("sync")

    screen, _ = worst.rescue("--job", "job1")

    first, second = screen.index("job1"), screen.index("job2")
    assert first < second
    assert "メッセージ1件" in screen[first:second]
    assert "メッセージ2件" in screen[second:]
    assert "job3" not in screen


@pytest.mark.drawn
def test_what_was_given_up_is_tried_once_more(worst: Worst, chatwork: Chatwork) -> None:
    """However often it failed before: on the worst day everything is asked for that is not held."""
    file = chatwork.upload(worst.room, worst.tanaka, "参考.mov", size=100)
    chatwork.fail(Fault.NOT_FOUND, "/uploadfile/", times=None)
    worst.run("sync", code=4)
    with closing(sqlite3.connect(worst.home / "archive.sqlite3")) as database, database:
        database.execute("UPDATE retry SET attempts = 9, next_at = '2026-01-01T00:00:00.000Z'")
    worst.run("sync")  # known trouble makes exit 4 once a day
    chatwork.heal()
    count_before = len(chatwork.downloads)
    worst.run("sync")
    asked_in_vain = len(chatwork.downloads) - count_before

    screen, _ = worst.rescue()

    assert 0 == asked_in_vain
    assert "ファイル1点" in screen
    assert file in chatwork.files


@pytest.mark.drawn
def test_what_cannot_be_meant_is_wrong_usage(worst: Worst, tmp_path: Path, chatwork: Chatwork) -> None:
    """An unknown contract or none at all: exit 2; no archive: exit 5."""
    empty = Terminal(tmp_path / "empty", chatwork)
    empty.run("save", "--all", code=5)
    empty.run("init", "--yes")

    worst.rescue("--job", "job9", code=2)
    empty.run("save", "--all", code=2)
