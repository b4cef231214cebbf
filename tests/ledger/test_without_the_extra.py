"""One person's archive needs nothing of a team: neither its libraries nor a database."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.chatwork.simulator import Chatwork
from tests.support.terminals.terminal import TOKEN

COMMANDS = """
import sys
sys.modules.update(dict.fromkeys(("psycopg", "procrastinate", "boto3", "botocore")))  # as where they are not installed
from archiver.cli.main import main
for words in sys.argv[1:]:
    print(words, main(words.split()))
"""


def codes(home: Path, *commands: str) -> list[str]:
    """The exit code of each command, one after the other, in a program that has no library of the extra."""
    with Chatwork(token=TOKEN) as chatwork:
        room = chatwork.add_room("動画編集", members=[chatwork.add_account("田中")])
        environ = {"HOME": str(home.parent), "ARCHIVE_HOME": str(home), "ARCHIVE_LANG": "en"}
        environ |= {"CHATWORK_API_TOKEN": TOKEN, "CHATWORK_API_BASE_URL": chatwork.base_url}
        words = [command.format(room=room) for command in commands]
        program = [sys.executable, "-c", COMMANDS, *words]
        finished = subprocess.run(program, env=os.environ | environ, capture_output=True, text=True, check=False)
    assert "Traceback" not in finished.stderr, finished.stderr
    lines = finished.stdout.splitlines()
    return [line.rpartition(" ")[2] for word in words for line in lines if line.startswith(f"{word} ")]


@pytest.mark.drawn
def test_one_person_s_archive_is_saved_read_and_verified_without_the_libraries_of_a_team(tmp_path: Path) -> None:
    """From the first command to a package's check; a command of a team says what to install."""
    commands = ("init --yes", "job add job1 --chat {room}", "sync", "search --chat {room}", "verify --deep", "status")
    team = ("team init --ledger host=nowhere", "team save")

    assert ["0"] * len(commands) + ["5"] * len(team) == codes(tmp_path / "home", *commands, *team)
