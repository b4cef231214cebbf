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
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO

_SERVER = "import sys; from tests.support.forked_program import serve; serve(int(sys.argv[1]))"
_READ_AT_START = ("PYTHON", "LC_", "LANG")
_HEAVY = ("archiver.team", "archiver.ledger", "archiver.store.object_stores", "archiver.__main__")
"""What few calls need is imported by those; the last one would be the program itself."""

_ROOT = Path(__file__).parents[2]
_LENGTH = 8


def run_program(arguments: Sequence[str], environ: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    """Run `archive` with these arguments and nothing else in its environment; exit code and both outputs."""
    if sys.platform == "linux" and _start_values(environ) == _start_values(os.environ):
        return _server().run(arguments, environ)
    command = [sys.executable, "-m", "archiver", *arguments]
    return subprocess.run(command, env=environ, capture_output=True, text=True, encoding="utf-8", check=False)


def _start_values(environ: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in environ.items() if name.startswith(_READ_AT_START) and name != "LANGUAGE"}


class ForkServer:
    """The server as the tests see it; one for each process of tests."""

    def __init__(self) -> None:
        self._ours, theirs = socket.socketpair()
        os.set_inheritable(theirs.fileno(), True)
        self._process = subprocess.Popen(
            [sys.executable, "-c", _SERVER, str(theirs.fileno())], cwd=_ROOT, pass_fds=[theirs.fileno()]
        )
        theirs.close()
        self._lock = threading.Lock()

    def run(self, arguments: Sequence[str], environ: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
        """Run the program once, beside other calls."""
        asked = {"arguments": list(arguments), "environ": dict(environ), "folder": str(Path.cwd())}
        with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as errors:
            code = self._ask(json.dumps(asked).encode(), output, errors)
            return subprocess.CompletedProcess(list(arguments), code, _text(output), _text(errors))

    def _ask(self, asked: bytes, output: IO[bytes], errors: IO[bytes]) -> int:
        reply, theirs = socket.socketpair()
        with reply:
            with theirs, self._lock:
                streams = [0, output.fileno(), errors.fileno(), theirs.fileno()]
                socket.send_fds(self._ours, [len(asked).to_bytes(_LENGTH, "big")], streams)
                self._ours.sendall(asked)
            return int(reply.makefile("rb").read())

    def stop(self) -> None:
        """End the server."""
        self._ours.close()
        self._process.wait()


def _text(file: IO[bytes]) -> str:
    file.seek(0)
    return file.read().decode("utf-8").replace("\r\n", "\n")


_servers: dict[int, ForkServer] = {}
_starting = threading.Lock()


def _server() -> ForkServer:
    """The one of this process: a fork of it has none yet."""
    with _starting:
        if os.getpid() not in _servers:
            _servers[os.getpid()] = ForkServer()
            atexit.register(_servers[os.getpid()].stop)
        return _servers[os.getpid()]


# --- the server ------------------------------------------------------------------------------------


def serve(number: int) -> None:
    """Import the program, then fork for each call until the tests have ended."""
    import gc
    import importlib
    import pkgutil
    import signal

    import archiver

    for module in pkgutil.walk_packages(archiver.__path__, "archiver."):
        if not module.name.startswith(_HEAVY) and ".migrations." not in module.name:
            importlib.import_module(module.name)
    gc.freeze()  # the forks share what was imported
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
    import signal

    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    program = os.fork()
    if program == 0:
        os.close(streams[3])
        _become(json.loads(asked), streams[:3])
    _pid, status = os.waitpid(program, 0)
    os.write(streams[3], str(os.waitstatus_to_exitcode(status)).encode())
    os._exit(0)


def _become(asked: Mapping[str, object], streams: Sequence[int]) -> None:
    """Be the program of this call: it ends as the interpreter of the server ends, with all that this does."""
    import runpy
    import time

    for number, stream in enumerate(streams):
        os.dup2(stream, number)
        os.close(stream)
    os.chdir(str(asked["folder"]))
    environ, arguments = asked["environ"], asked["arguments"]
    assert isinstance(environ, dict)
    assert isinstance(arguments, list)
    os.environ.clear()
    os.environ.update(environ)
    time.tzset()
    sys.argv = ["-m", *arguments]
    runpy.run_module("archiver", run_name="__main__", alter_sys=True)
    sys.exit()
