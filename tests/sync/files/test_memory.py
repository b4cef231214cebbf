"""A file of any size passes through a sync without passing through its memory."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from archiver.evidence.chain import digest_file
from tests.support.chatwork.simulator import Chatwork
from tests.support.terminals.terminal import TOKEN, Terminal

SIZE = 200_000_000
MOST = 150 * 2**20
"""Bytes of memory that the whole process may ever have held."""

PROGRAM = """
import pathlib, re, resource, sys
from archiver.cli.main import main
code = main(sys.argv[1:])
status = pathlib.Path("/proc/self/status")
if status.exists():
    peak = int(re.search(r"VmHWM:\\s*([0-9]+) kB", status.read_text())[1])
else:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
print("PEAK", peak)
sys.exit(code)
"""
"""`getrusage` only where there is nothing better: on Linux it counts what the process that started us held."""


@pytest.mark.drawn
def test_a_file_of_200_mb_is_streamed(tmp_path: Path) -> None:
    """`archive save` stays below 150 MiB, and the bytes are right."""
    with Chatwork(token=TOKEN, limit=10_000) as chatwork:
        tanaka = chatwork.add_account("田中")
        room = chatwork.add_room("動画編集", members=[tanaka])
        file = chatwork.upload(room, tanaka, "完成版.mp4", size=SIZE)
        terminal = Terminal(tmp_path / "home", chatwork)
        terminal.run("init", "--yes")
        terminal.run("job", "add", "job1", "--chat", room)

        process = subprocess.run(
            [sys.executable, "-c", PROGRAM, "sync"], env=terminal.environ, capture_output=True, text=True, check=False
        )

        assert (0, "") == (process.returncode, process.stderr)
        peak = int(process.stdout.rpartition("PEAK ")[2]) * 1024
        (path,) = (terminal.home / "files").glob("??/??/*")
        assert chatwork.content_digest(file) == digest_file(path)
        assert peak < MOST
