"""`archive save` as a user calls it: each command a process of its own, over real HTTP."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from archiver.store.engine import DATABASE
from tests.support import recovery_files
from tests.support.chatwork.simulator import Chatwork, Fault
from tests.support.terminals.terminal import TOKEN, Terminal


@pytest.fixture
def chatwork() -> Iterator[Chatwork]:
    """A Chatwork with a large budget."""
    with Chatwork(token=TOKEN, limit=10_000) as chatwork:
        yield chatwork


class Job:
    """A room with posts before the newest 100, contracted and synced once."""

    def __init__(self, terminal: Terminal, chatwork: Chatwork) -> None:
        """Set it up."""
        self.terminal, self.chatwork = terminal, chatwork
        self.tanaka = chatwork.add_account("田中")
        self.room = chatwork.add_room("動画編集", members=[self.tanaka], announce=False)
        self.old = [chatwork.post(self.room, self.tanaka, f"前の約束 {index}") for index in range(4)]
        for index in range(100):
            chatwork.post(self.room, self.tanaka, f"あとの {index}")
        terminal.run("init", "--yes")
        terminal.run("job", "add", "job1", "--chat", self.room)
        terminal.run("sync")

    def places(self) -> list[recovery_files.MessagePlace]:
        """The old posts."""
        return [(self.room, post) for post in self.old]


@pytest.fixture
def job(tmp_path: Path, chatwork: Chatwork) -> Job:
    """A job whose first four messages no list shows."""
    return Job(Terminal(tmp_path / "home", chatwork), chatwork)


def test_a_saved_page_brings_the_old_messages_back(job: Job, tmp_path: Path) -> None:
    """Their texts come from Chatwork, not from the page; the archive verifies, and a second call asks for nothing."""
    page = tmp_path / "チャット.mhtml"
    page.write_bytes(recovery_files.mhtml(job.places()).replace(b"=E6=9C=AC=E6=96=87", b"=E5=81=BD"))

    first = job.terminal.json("save", page)
    output = job.terminal.run("search", "--chat", job.room)
    again = job.terminal.run("save", page)
    verified = job.terminal.json("verify", "--deep")
    status = job.terminal.json("status")

    expected = {"found": 4, "held": 0, "recovered": 4, "hidden_by_plan": 0, "not_readable": 0, "left": 0}
    assert expected | {"other_rooms": 0, "without_room": 0, "implausible": 0, "erased": 0, "requests": 5} == first
    assert 4 == output.count("前の約束")
    assert "偽" not in output
    assert "保存済み 4" in again
    assert verified["ok"]
    assert (104, [0]) == (status["rooms"][0]["messages"], [gap["missing"] for gap in status["rooms"][0]["gaps"]])


@pytest.mark.drawn
def test_it_says_what_was_found_and_what_has_become_of_it(job: Job, tmp_path: Path) -> None:
    """One line of counts; what was not used is named below."""
    job.chatwork.vanish(job.old[0])
    page = tmp_path / "list.txt"
    page.write_bytes(recovery_files.plain_list([*job.places()[:2]]) + b"#!rid999-394380493\n#!rid5-1764000000000\n")

    output = job.terminal.run("save", page)

    lines = output.splitlines()
    assert (
        "見つかった 2  保存済み 0  取り込んだ 1  プランの制限で見えない 0  取得できない 1  あとに残した 0" == lines[0]
    )
    assert ["仕事に入れていないチャットのもの", "メッセージのIDではありえない番号"] == [
        line.partition("(")[0] for line in lines[1:]
    ]


@pytest.mark.drawn
def test_what_is_left_over_is_exit_4_and_the_next_sync_goes_on(job: Job, tmp_path: Path) -> None:
    """When Chatwork does not answer."""
    page = tmp_path / "list.txt"
    page.write_bytes(recovery_files.plain_list(job.places()))
    job.chatwork.fail(Fault.REPLY, r"messages/[0-9]+$", times=None, status=400, body=b'{"errors":["x"]}')

    payload = job.terminal.json("save", page, code=4)

    assert (4, 0, 4) == (payload["found"], payload["recovered"], payload["left"])


@pytest.mark.drawn
def test_ids_without_a_room_need_one_when_there_are_two(job: Job, tmp_path: Path) -> None:
    """`--room` names it; a room of no contract is refused."""
    other = job.chatwork.add_room("別の仕事", members=[job.tanaka])
    job.terminal.run("job", "add", "job2", "--chat", other)
    page = tmp_path / "list.txt"
    page.write_text("\n".join(job.old), encoding="utf-8")

    untold = job.terminal.run("save", page, code=4)
    payload = job.terminal.json("save", page, "--chat", job.room)
    refused = job.terminal.run("save", page, "--chat", "999", code=2)

    assert "--chat" in untold
    assert (4, 4) == (payload["found"], payload["recovered"])
    assert "999" in refused


@pytest.mark.drawn
def test_a_file_that_is_not_there_is_wrong_usage(job: Job, tmp_path: Path) -> None:
    """Nothing was asked for."""
    count_before = len(job.chatwork.requests)

    output = job.terminal.run("save", tmp_path / "none.html", code=2)

    assert "none.html" in output
    assert count_before == len(job.chatwork.requests)


@pytest.mark.drawn
def test_a_file_without_ids_says_so(job: Job, tmp_path: Path) -> None:
    """In a sentence, not only with zeros."""
    page = tmp_path / "a.html"
    page.write_text("<html>ただのページ</html>", encoding="utf-8")

    assert "見つかりませんでした" in job.terminal.run("save", page)


@pytest.mark.drawn
def test_another_database_of_the_archive_is_taken_in(job: Job, tmp_path: Path) -> None:
    """The conflicted copy that a synchronised folder made: what only it holds is shown afterwards."""
    home = job.terminal.home
    shutil.copytree(home, tmp_path / "older")
    deleted = job.chatwork.post(job.room, job.tanaka, "検収OKです")
    job.terminal.run("sync")
    beside = home / "archive (1).sqlite3"
    for end in ("", "-wal"):
        (home / f"{DATABASE}{end}").rename(home / f"{beside.name}{end}")
        shutil.copy(tmp_path / "older" / f"{DATABASE}{end}", home)
    job.chatwork.delete(deleted)
    status = job.terminal.run("status")

    output = job.terminal.run("save", beside.name)  # by the name that is told, wherever that is typed

    assert "「archive (1).sqlite3」" in status
    assert "1件を後から取り込みました" in "".join(output.split())
    assert "検収OKです" in job.terminal.run("search", "--chat", job.room)
    assert job.terminal.json("verify", "--deep")["ok"]
