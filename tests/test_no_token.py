"""Nothing that the program writes, prints or sends elsewhere contains the token, or an address of notices."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.archives.byte_search import files_with
from tests.support.chatwork.simulator import Chatwork, Fault
from tests.support.receivers.mail_server import running_mail_server
from tests.support.receivers.notice_receiver import running_receiver
from tests.support.receivers.ping_receiver import running_ping_receiver
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


CANARY = "canary-6f1d0c9e"

BROKEN = (
    f"ping = ['{CANARY}']",
    f"mail_password = '{CANARY}'",
    f"mail_host = '{CANARY} '",
    f"urls = ['json://{CANARY}'",
    f"urls = '{CANARY}'",
    f"urls = [1, '{CANARY}']",
)
"""Settings that are wrong, with a secret in them."""

COMMANDS = (
    ["-v", "sync", "--full"],
    ["-q", "sync"],
    ["status", "--full"],
    ["init", "alerts", "--test"],
    ["export", "job1", "--zip"],
    ["verify", "--json"],
)


@pytest.mark.drawn
def test_an_address_is_nowhere_but_where_the_user_put_it(tmp_path: Path) -> None:
    """Whether it is taken, refused, not understood or in a file: neither on the screen nor in any file beside it."""
    home, output = tmp_path / "home", ""
    with (
        Chatwork(token=TOKEN, limit=10_000) as chatwork,
        running_receiver() as place,
        running_mail_server() as mail,
        running_ping_receiver() as pings,
    ):
        room = chatwork.add_room("動画編集", members=[chatwork.add_account("田中")])
        terminal = Terminal(home, chatwork)
        terminal.run("init", "--yes")
        terminal.run("job", "add", "job1", "--chat", room)
        urls = [
            place.address(secret=CANARY),
            place.address(f"refuse?a={CANARY}"),
            f"discord://{CANARY}",
            f"nonsense-{CANARY}",
            f"json://127.0.0.1:9/{CANARY}",
            "file:address",
            "env:ADDRESS",
        ]
        (home / "address").write_text(place.address("file", secret=CANARY), encoding="utf-8")
        (home / "address").chmod(0o600)
        mail_lines = mail.settings().replace("file:mail-password", "env:MAIL_PASSWORD")
        terminal.environ["MAIL_PASSWORD"] = f"{CANARY}-wrong"
        ping_line = f"ping = '{pings.address(CANARY)}'\n"
        _write_settings(home, "urls = [" + ", ".join(f"'{one}'" for one in urls) + "]\n" + mail_lines + ping_line)
        terminal.environ |= {"ARCHIVE_LANG": "en", "ADDRESS": place.address("variable", secret=CANARY)}
        for arguments in COMMANDS:
            output += _run_output(terminal, *arguments)
        chatwork.revoke_token(new="another")
        output += _run_output(terminal, "-q", "sync")
        reached = [one["message"] for one in place.notices]
        called = {path for path, _query, _body in pings.calls}
        for broken in BROKEN:
            _write_settings(home, broken)
            output += _run_output(terminal, "status", "--full")
        (home / "archive.toml").unlink()

    assert [4, 4] == [sum(word in one for one in reached) for word in ("test alert", "token is not accepted")]
    assert {f"/{CANARY}"} == called
    assert "does not accept name and password" in output
    assert CANARY not in output
    assert {f"{home.name}/address"} == files_with(tmp_path, CANARY)


def _write_settings(home: Path, line: str) -> None:
    (home / "archive.toml").write_text(f"[notify]\ndesktop = false\n{line}\n", encoding="utf-8")
    (home / "archive.toml").chmod(0o644)


def _run_output(terminal: Terminal, *arguments: str) -> str:
    process = run_command(terminal.command(*arguments), terminal.environ)
    return process.stdout + process.stderr
