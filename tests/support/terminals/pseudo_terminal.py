"""A command on a pseudo-terminal: its output, and answers typed to its questions."""

from __future__ import annotations

import os
import re
import select
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Self

from tests.support.terminals.forked_program import ForkedProgram, fork_program, is_forkable

CTRL_C, CTRL_D = "\x03", "\x04"
_CONTROLS = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


class PseudoTerminal:
    """One command of 80 columns; each answer waits for its question."""

    def __init__(self, command: Sequence[str], environ: Mapping[str, str], *, folder: Path | None = None) -> None:
        self.shown = ""
        self._read_to = 0
        ours, theirs = os.openpty()
        self._pty = ours
        environ = {"PAGER": "cat", **environ, "COLUMNS": "80", "TERM": "xterm"}
        self._process = _start(command, environ, theirs, folder)
        os.close(theirs)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_what: object) -> None:
        if self._process.poll() is None:
            self._process.kill()
            self._process.wait()
        os.close(self._pty)

    def see(self, text: str, *, seconds: float = 40) -> None:
        """Wait until this is shown, after all that was waited for before."""
        until = time.monotonic() + seconds
        while text not in self.shown[self._read_to :]:
            assert self._read(until), f"{text!r} does not come after:\n{self.shown}"
        self._read_to = self.shown.index(text, self._read_to) + len(text)

    def answer(self, question: str, *keys: str) -> None:
        """Wait for a question, then type; a line end follows what is no control."""
        self.see(question)
        time.sleep(0.1)  # a hidden question throws away what was typed before it was ready
        for text in keys:
            os.write(self._pty, (text if text in (CTRL_C, CTRL_D) else text + "\n").encode())

    def end(self, *, seconds: float = 90) -> int:
        """Wait for the end; the exit code."""
        until = time.monotonic() + seconds
        while self._read(until):
            pass
        return self._process.wait(max(0.1, until - time.monotonic()))

    def type(self, keys: str) -> None:
        """Type without waiting for a question."""
        os.write(self._pty, keys.encode())

    def has_ended(self) -> bool:
        """Whether the command has ended."""
        return self._process.poll() is not None

    def read_until_quiet(self, until: float, *, quiet: float) -> str:
        """All that was shown once nothing more came for so many seconds, the command ended, or the time is over.

        The command has until then for its first word.
        """
        if self._read(until):
            while time.monotonic() < until and self._read(min(until, time.monotonic() + quiet)):
                pass
        return self.shown

    def _read(self, until: float) -> bool:
        """Take what comes; False at the end, and when the time is over."""
        ready, _, _ = select.select([self._pty], [], [], max(0.0, until - time.monotonic()))
        if not ready:
            return False
        try:
            data = os.read(self._pty, 65536)
        except OSError:  # Linux: the other side was closed
            return False
        self.shown += _CONTROLS.sub("", data.decode("utf-8", "replace")).replace("\r\n", "\n")
        return bool(data)


def _start(
    command: Sequence[str], environ: Mapping[str, str], terminal: int, folder: Path | None
) -> ForkedProgram | subprocess.Popen[bytes]:
    if is_forkable(command, environ):
        streams = (terminal, terminal, terminal)
        return fork_program(command[3:], environ, streams, folder=folder, on_terminal=True)
    return subprocess.Popen(
        command,
        cwd=folder,
        env=environ,
        stdin=terminal,
        stdout=terminal,
        stderr=terminal,
        start_new_session=True,
        preexec_fn=_take_terminal,
    )


def _take_terminal() -> None:
    """Let Ctrl-C reach the process: the terminal becomes the one of its session."""
    import fcntl
    import termios

    fcntl.ioctl(0, termios.TIOCSCTTY, 0)
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # ignored where the tests run in the background
