"""A user's terminal: each command is a process of its own, with the environment of one archive."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, TypeVar

from archiver.demo.chatwork import DemoChatwork
from archiver.store.archive import Archive
from tests.support.chatwork.simulator import Chatwork
from tests.support.terminals.forked_program import program, run_command

TOKEN = "0123456789abcdef0123456789abcdef"
T = TypeVar("T")


class Terminal:
    """Runs `archive` against a simulated Chatwork."""

    def __init__(self, home: Path, chatwork: DemoChatwork) -> None:
        """Point every command at the archive in `home`."""
        self.home = home
        self.environ = {
            **os.environ,
            "ARCHIVE_HOME": str(home),
            "ARCHIVE_LANG": "ja",
            "CHATWORK_API_TOKEN": TOKEN,
            "CHATWORK_API_BASE_URL": chatwork.base_url,
            "HOME": str(home.parent),
        }
        for name in ("XDG_STATE_HOME", "DISPLAY", "WAYLAND_DISPLAY"):  # this user's state is in that HOME
            self.environ.pop(name, None)

    def command(self, *arguments: object) -> list[str]:
        """The command line of one call."""
        return program(*map(str, arguments))

    def run(self, *arguments: object, code: int = 0, **environ: str) -> str:
        """Run `archive` and give what it printed; its exit code must be the expected one."""
        stdout, stderr = self.both(*arguments, code=code, **environ)
        return stdout if code in (0, 3, 4) else stderr

    def both(self, *arguments: object, code: int = 0, **environ: str) -> tuple[str, str]:
        """What a command prints on stdout and stderr."""
        process = run_command(self.command(*arguments), self.environ | environ)
        assert code == process.returncode, process.stdout + process.stderr
        assert "Traceback" not in process.stderr
        return process.stdout, process.stderr

    def begin(self, chatwork: Chatwork, *posts: str) -> tuple[int, int]:
        """Set a job up in whose chat 田中 posted this; nothing is saved yet. 田中 and the chat."""
        client = chatwork.add_account("田中")
        room = chatwork.add_room("動画編集", members=[client], announce=False)
        for text in posts:
            chatwork.post(room, client, text)
        self.run("init", "--yes")
        self.run("job", "add", "job1", "--chat", room)
        return client, room

    @contextmanager
    def serving(self, *arguments: object, **environ: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
        """A command that goes on, as a process that opens no browser by itself, and the first line that it prints."""
        own = {name: value for name, value in self.environ.items() if name not in ("DISPLAY", "BROWSER")} | environ
        streams: dict[str, Any] = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "encoding": "utf-8"}
        with subprocess.Popen(self.command(*arguments), env=own, **streams) as process:
            assert process.stdout is not None
            try:
                yield process, process.stdout.readline().strip()
            finally:
                process.kill()

    def kept(self, query: Callable[..., T], *arguments: object) -> T:
        """What a question to the archive finds."""
        with closing(Archive(self.home)) as archive, archive.reading() as reading:
            return query(reading, *arguments)

    def json(self, *arguments: object, code: int = 0) -> dict[str, Any]:
        """Run a command with `--json`."""
        document: dict[str, Any] = json.loads(self.run(*arguments, "--json", code=code))
        return document
