"""Nothing that the program writes, prints or sends elsewhere contains the token."""

from __future__ import annotations

from pathlib import Path

from tests.support.archives.byte_search import files_with
from tests.support.chatwork.simulator import Chatwork, Fault
from tests.support.terminals.forked_program import run_command
from tests.support.terminals.terminal import TOKEN, Terminal


def test_the_token_is_nowhere_after_a_full_run_with_every_kind_of_trouble(tmp_path: Path) -> None:
    """Neither on the screen nor in a file, a table, a package, a log, or a request to another host."""
    output: list[str] = []
    with Chatwork(token=TOKEN, limit=10_000) as chatwork:
        tanaka = chatwork.add_account("田中")
        room = chatwork.add_room("動画編集", members=[tanaka])
        chatwork.post(room, tanaka, "こんにちは")
        chatwork.upload(room, tanaka, "a.bin", data=b"x" * 1_000)
        terminal = Terminal(tmp_path / "home", chatwork)
        terminal.run("init", "--yes")
        terminal.run("job", "add", "job1", "--chat", room)
        chatwork.fail(Fault.REDIRECT, "/messages", times=1, to=chatwork.files_url + "/uploadfile/x")
        chatwork.fail(Fault.REPLY, "/members", times=1, status=400, body=f'{{"errors":["{TOKEN}"]}}'.encode())
        for arguments in (
            ["-v", "sync", "--full"],
            ["sync", "--json"],
            ["status"],
            ["export", "job1", "--out", str(tmp_path / "out")],
            ["verify", "--deep", "--json"],
            ["init", "token", "--test"],
            ["status", "--full", "--json"],
        ):
            process = run_command(terminal.command(*arguments), terminal.environ)
            output += [process.stdout, process.stderr]
        chatwork.revoke_token(new="another")
        process = run_command(terminal.command("sync"), terminal.environ)
        output += [process.stdout, process.stderr]

        assert 10 == process.returncode
        assert not chatwork.leaked
        assert [] == [request for request in chatwork.requests if TOKEN in request.path]
        assert [] == [one for one in chatwork.downloads if TOKEN in one.path + str(one.headers)]
    assert [] == [text for text in output if TOKEN in text]
    assert set() == files_with(tmp_path, TOKEN)
