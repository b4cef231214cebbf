"""`archive` in a process of its own without the second that a new interpreter needs for its imports.

On Linux a server that has imported the program once forks for each call: arguments, environment, folder and the
three streams are those of the call, and what the program leaves in memory ends with it. Nothing happens at import
(`tests/test_import_is_quiet.py`), so such a process is as fresh as a new one. Elsewhere, and where a call changes what
an interpreter reads at its start, each call gets a new interpreter.
"""

from __future__ import annotations

import atexit
import json
import os
import select
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from io import BufferedReader, BufferedWriter, FileIO, TextIOWrapper
from pathlib import Path
from typing import IO, Any

_SERVER = "import sys; from tests.support.terminals.forked_program import serve; serve(int(sys.argv[1]))"
_READ_AT_START = ("PYTHON", "LC_", "LANG")
_HEAVY = ("archiver.team", "archiver.team.ledger", "archiver.team.s3_store", "archiver.__main__")
"""What few calls need is imported by those; the last one would be the program itself."""

_ROOT = Path(__file__).parents[3]
_LENGTH = 8


def run_program(arguments: Sequence[str], environ: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    """Run `archive` with these arguments and nothing else in its environment; exit code and both outputs."""
    return run_command(program(*arguments), environ)


def run_command(
    command: Sequence[str],
    environ: Mapping[str, str],
    *,
    folder: Path | None = None,
    before: Callable[[], None] | None = None,
) -> subprocess.CompletedProcess[str]:
    """Run a command line with nothing else in its environment: a fork if it is the program of this folder.

    `before`: what its process, or the server of such ones, does before it is that program.
    """
    if not is_forkable(command, environ):
        streams: dict[str, Any] = {"capture_output": True, "text": True, "encoding": "utf-8"}
        return subprocess.run(command, env=environ, cwd=folder, preexec_fn=before, check=False, **streams)
    arguments = command[len(program()) :]
    with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as errors:
        descriptors = (0, output.fileno(), errors.fileno())
        code = fork_program(arguments, environ, descriptors, folder=folder, before=before).wait()
        return subprocess.CompletedProcess(command, code, _text(output), _text(errors))


def program(*arguments: str) -> list[str]:
    """The command line of one call in an interpreter of its own."""
    return [sys.executable, "-m", "archiver", *arguments]


def is_forkable(command: Sequence[str], environ: Mapping[str, str]) -> bool:
    """Whether a fork would do what this command does."""
    is_program = list(command[:3]) == program()
    return sys.platform == "linux" and is_program and _start_values(environ) == _start_values(os.environ)


def fork_program(
    arguments: Sequence[str],
    environ: Mapping[str, str],
    streams: tuple[int, int, int],
    *,
    folder: Path | None = None,
    on_terminal: bool = False,
    before: Callable[[], None] | None = None,
) -> ForkedProgram:
    """Start `archive` with these three streams; `on_terminal`: in a session of its own, whose terminal they are."""
    call = {"arguments": list(arguments), "environ": dict(environ), "folder": str(folder or Path.cwd())}
    return _server(before).start(call | {"on_terminal": on_terminal}, streams)


def used_cpu() -> float:
    """The seconds of CPU of all programs that were forked so far and have ended."""
    return sum(_used)


def _start_values(environ: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in environ.items() if name.startswith(_READ_AT_START) and name != "LANGUAGE"}


class ForkedProgram:
    """A process that the server started, as far as its watcher tells of it: its number, then its exit code."""

    def __init__(self, reply: socket.socket) -> None:
        self._reply = reply
        self._code: int | None = None
        self._said = b""
        while b"\n" not in self._said:
            self._said += reply.recv(64)
        self._number = int(self._said.partition(b"\n")[0])

    def poll(self) -> int | None:
        """The exit code; None while it runs."""
        with suppress(subprocess.TimeoutExpired):
            self.wait(0)
        return self._code

    def wait(self, timeout: float | None = None) -> int:
        """The exit code once it has ended; TimeoutExpired when it has not within so many seconds."""
        until = None if timeout is None else time.monotonic() + timeout
        while self._code is None:
            left = None if until is None else max(0.0, until - time.monotonic())
            if not select.select([self._reply], [], [], left)[0]:
                raise subprocess.TimeoutExpired("archive", timeout or 0)
            self._take(self._reply.recv(64))
        return self._code

    def _take(self, said: bytes) -> None:
        self._said += said
        if not said:
            self._reply.close()
            code, seconds = self._said.partition(b"\n")[2].split()
            self._code = int(code)
            _used.append(float(seconds))

    def kill(self) -> None:
        """End it at once."""
        with suppress(ProcessLookupError):  # it has just ended, and its watcher has not told yet
            if self.poll() is None:
                os.kill(self._number, signal.SIGKILL)


class ForkServer:
    """The server as the tests see it; one for each process of tests, and for what is done before it begins."""

    def __init__(self, before: Callable[[], None] | None) -> None:
        self._ours, theirs = socket.socketpair()
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-c", _SERVER, str(theirs.fileno())],
                cwd=_ROOT,
                pass_fds=[theirs.fileno()],
                preexec_fn=before,
            )
        self._lock = threading.Lock()

    def start(self, call: Mapping[str, object], streams: tuple[int, int, int]) -> ForkedProgram:
        """Start the program once, beside other calls."""
        asked = json.dumps(call).encode()
        reply, theirs = socket.socketpair()
        with theirs, self._lock:
            socket.send_fds(self._ours, [len(asked).to_bytes(_LENGTH, "big")], [*streams, theirs.fileno()])
            self._ours.sendall(asked)
        return ForkedProgram(reply)

    def is_alive(self) -> bool:
        """Whether it can still start programs."""
        return self._process.poll() is None

    def stop(self) -> None:
        """End the server."""
        self._ours.close()
        self._process.wait()


def _text(file: IO[bytes]) -> str:
    file.seek(0)
    return file.read().decode("utf-8").replace("\r\n", "\n")


_servers: dict[object, ForkServer] = {}
_used: list[float] = []
_starting = threading.Lock()


def _server(before: Callable[[], None] | None) -> ForkServer:
    """The one of this process: a fork of it has none yet, and one that has died has a successor."""
    with _starting:
        server = _servers.get((os.getpid(), before))
        if server is None or not server.is_alive():
            server = _servers[os.getpid(), before] = ForkServer(before)
            atexit.register(server.stop)
        return server


# --- the server ------------------------------------------------------------------------------------


def serve(number: int) -> None:
    """Import the program, then fork for each call until the tests have ended."""
    import gc
    import importlib
    import pkgutil

    import archiver
    from archiver.store import engine
    from archiver.store.engine import SmallStatement

    for library in ("alembic.command", "apprise", "pypdf"):
        importlib.import_module(library)  # the program does so where it needs them
    for module in pkgutil.walk_packages(archiver.__path__, "archiver."):
        if not module.name.startswith(_HEAVY) and ".migrations." not in module.name:
            importlib.import_module(module.name)
    engine._shared_engine()
    for statement in (one for one in gc.get_objects() if isinstance(one, SmallStatement)):
        statement._compiled  # noqa: B018
    gc.freeze()  # the forks share what was imported and compiled
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    with socket.socket(fileno=number) as calls:
        while (call := _receive(calls)) is not None:
            asked, streams = call
            if os.fork() == 0:
                calls.close()
                _watch(asked, streams)
            for one in streams:
                os.close(one)


def _receive(calls: socket.socket) -> tuple[bytes, list[int]] | None:
    head, streams, _flags, _address = socket.recv_fds(calls, _LENGTH, 4)
    if not head:
        return None
    size, asked = int.from_bytes(head, "big"), bytearray()
    while len(asked) < size:
        asked += calls.recv(size - len(asked))
    return bytes(asked), streams


def _watch(asked: bytes, streams: Sequence[int]) -> None:
    """Fork once more, wait for the program, and tell its exit code as `subprocess` does."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    number = os.fork()
    if number == 0:
        os.close(streams[3])
        _become(json.loads(asked), streams[:3])
    for one in streams[:3]:
        os.close(one)
    os.write(streams[3], f"{number}\n".encode())
    _number, status, usage = os.wait4(number, 0)
    os.write(streams[3], f"{os.waitstatus_to_exitcode(status)} {usage.ru_utime + usage.ru_stime}".encode())
    os._exit(0)


def _become(asked: Mapping[str, object], streams: Sequence[int]) -> None:
    """Be the program of this call: it ends as the interpreter of the server ends, with all that this does."""
    import fcntl
    import runpy
    import termios

    if asked["on_terminal"]:
        os.setsid()
        fcntl.ioctl(streams[0], termios.TIOCSCTTY)
        signal.signal(signal.SIGINT, signal.default_int_handler)  # ignored where the tests run in the background
    for target, stream in enumerate(streams):
        os.dup2(stream, target)
        os.close(stream)
    sys.stdin = sys.__stdin__ = TextIOWrapper(BufferedReader(FileIO(0, closefd=False)))  # type: ignore[misc]
    sys.stdout = sys.__stdout__ = _output(1, sys.stdout.errors, by_line=os.isatty(1))  # type: ignore[misc]
    sys.stderr = sys.__stderr__ = _output(2, sys.stderr.errors, by_line=True)  # type: ignore[misc]
    os.chdir(str(asked["folder"]))
    environ, arguments = asked["environ"], asked["arguments"]
    assert isinstance(environ, dict)
    assert isinstance(arguments, list)
    os.environ.clear()
    os.environ.update(environ)
    time.tzset()
    sys.argv = ["-m", *arguments]
    code = 0
    try:
        runpy.run_module("archiver", run_name="__main__", alter_sys=True)
    except SystemExit as ended:
        code = _exit_code(ended.code)
    except BaseException:  # noqa: BLE001 (what an interpreter does with it at its end)
        sys.excepthook(*sys.exc_info())
        code = 1
    threading._shutdown()  # type: ignore[attr-defined]
    atexit._run_exitfuncs()
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except OSError:
        code = 120  # as an interpreter says it
    os._exit(code)  # taking the server's objects apart would copy them first: half of a short command's time


def _exit_code(code: object) -> int:
    """What an interpreter makes of the value of SystemExit."""
    if code is None or isinstance(code, int):
        return (code or 0) & 0xFF
    print(code, file=sys.stderr)
    return 1


def _output(number: int, errors: str | None, *, by_line: bool) -> TextIOWrapper:
    """A new stream: one of the server's remembers what can be done with the server's file."""
    return TextIOWrapper(BufferedWriter(FileIO(number, "w", closefd=False)), errors=errors, line_buffering=by_line)
