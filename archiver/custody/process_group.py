"""A program of others together with all that it starts: ended as one, whatever ends us."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from archiver.settings.child_environ import child_environ

GRACE_SECONDS = 2.0
"""So long the programs may tidy up, such as a lock in a repository; shorter than the daemon's own time to end."""

_SIGNALS = tuple(getattr(signal, name) for name in ("SIGTERM", "SIGHUP", "SIGBREAK") if hasattr(signal, name))


class ProcessGroup:
    """A program in a session of its own (POSIX), so that one signal reaches its children too."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None

    @classmethod
    @contextmanager
    def ended_by_signals(cls) -> Iterator[ProcessGroup]:
        """A group that is ended when the block is left, also by a signal that would end this process at once."""
        group = cls()
        with _signals_as_exit():
            try:
                yield group
            finally:
                group.end()

    def start(self, arguments: Sequence[str], *, cwd: Path, environ: Mapping[str, str], printed: IO[bytes]) -> None:
        """Start the program. Raises OSError, ValueError."""
        self._process = subprocess.Popen(  # noqa: S603 - the user's own settings name it
            arguments,
            cwd=cwd,
            env=child_environ(environ),
            stdin=subprocess.DEVNULL,
            stdout=printed,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )

    def wait(self, seconds: float) -> int | None:
        """Wait so long for the program's end; its exit code, None: it still runs."""
        assert self._process is not None
        try:
            return self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            return None

    def end(self) -> None:
        """End the program with its children, if it runs: first asked, then by force."""
        process = self._process
        if process is None or process.poll() is not None:
            return
        if sys.platform == "win32":
            _end_tree(process.pid)
        else:
            self._signal(signal.SIGTERM)
            self.wait(GRACE_SECONDS)
            self._signal(signal.SIGKILL)
        process.kill()
        process.wait()

    def _signal(self, number: int) -> None:
        assert self._process is not None
        with suppress(OSError):  # all of them have ended
            os.killpg(self._process.pid, number)


def _end_tree(pid: int) -> None:
    """End a process and its children on Windows (taskkill's /T)."""
    command = ["taskkill", "/T", "/F", "/PID", str(pid)]
    with suppress(OSError, subprocess.SubprocessError):
        subprocess.run(command, env=child_environ(), capture_output=True, timeout=10, check=False)  # noqa: S603 - a part of Windows


@contextmanager
def _signals_as_exit() -> Iterator[None]:
    """Let signals that would end this process at once raise SystemExit; those that are handled already stay so."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    ours = [number for number in _SIGNALS if signal.getsignal(number) is signal.SIG_DFL]
    for number in ours:
        signal.signal(number, _exit)
    try:
        yield
    finally:
        for number in ours:
            signal.signal(number, signal.SIG_DFL)


def _exit(number: int, _frame: object) -> None:
    raise SystemExit(128 + number)
