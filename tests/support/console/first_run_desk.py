"""A user's computer on the first day: a Chatwork with chats, a scheduler that takes a job, no archive yet."""

from __future__ import annotations

import sys
from pathlib import Path

from tests.support.chatwork.simulator import Chatwork
from tests.support.schedules.scheduler_programs import CRONTAB
from tests.support.terminals.terminal import TOKEN

ROOT = Path(__file__).parents[3]

PROGRAM = """#!{python}
import os, sys
sys.path.insert(0, {root!r})
os.environ["CHATWORK_API_BASE_URL"] = {address!r}
from archiver.cli.main import main
sys.exit(main())
"""


class FirstDayDesk:
    """The computer, with the environment in which the application runs."""

    def __init__(self, folder: Path, chatwork: Chatwork, *, messages: int = 103) -> None:
        """Make the chats, and programs that stand in for the scheduler's."""
        self.folder, self.chatwork, self.home = folder, chatwork, folder / "home"
        self.tanaka = chatwork.add_account("田中")
        self.group = chatwork.add_room("動画編集_田中様", members=[self.tanaka], announce=False)
        self.direct = chatwork.add_room("田中", members=[self.tanaka], type="direct", announce=False)
        self.sato = chatwork.add_account("佐藤")
        self.other = chatwork.add_room("記事作成チーム", members=[self.sato], announce=False)
        self.posts = [chatwork.post(self.group, self.tanaka, f"メッセージ {index}") for index in range(messages)]
        programs = folder / "bin"
        programs.mkdir()
        crontab = CRONTAB.format(state=folder).replace("\n", "\nPATH=/usr/bin:/bin\n", 1)
        program = PROGRAM.format(python=sys.executable, root=str(ROOT), address=chatwork.base_url)
        for name, text in {"crontab": crontab, "archive": program}.items():
            (programs / name).write_text(text, encoding="utf-8")
            (programs / name).chmod(0o755)
        self.environ = {
            "ARCHIVE_HOME": str(self.home),
            "ARCHIVE_LANG": "ja",
            "CHATWORK_API_BASE_URL": chatwork.base_url,
            "HOME": str(folder),
            "PATH": str(programs),
            "PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring",
        }


def new_chatwork() -> Chatwork:
    """A Chatwork that accepts the token of the tests."""
    return Chatwork(token=TOKEN, limit=100_000)
