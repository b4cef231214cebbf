"""A process that has imported the whole program and starts calls of it by forking, so that each costs no import.

Run by its path, with the program on PYTHONPATH. Each line on stdin is one call as JSON (`argv`, `environ`, `stdout`,
`stderr`, `waits`); the answers on stdout are the process's id, and after its end its exit code (negative: the signal).
With `waits` the call begins when it gets SIGUSR1, which gives a tracer the time to attach.
"""

from __future__ import annotations

import ctypes
import gc
import importlib
import json
import os
import pkgutil
import signal
import sys
from typing import Any

_SET_PTRACER = 0x59616D61
"""PR_SET_PTRACER of prctl(2): Yama lets only a parent trace a process, unless the process allows it."""


def import_program() -> None:
    """Import every module of the program that can be imported here, so that a call opens hardly any file itself."""
    import archiver

    for module in pkgutil.walk_packages(archiver.__path__, "archiver."):
        if not module.name.endswith(("__main__", ".env")) and ".versions." not in module.name:
            importlib.import_module(module.name)


def begin_call(call: dict[str, Any]) -> None:
    """Make this forked process what a fresh one would be: its environment, its folder, its three streams."""
    ctypes.CDLL(None).prctl(_SET_PTRACER, ctypes.c_ulong(-1), 0, 0, 0)
    os.environ.clear()
    os.environ.update(call["environ"])
    places = ((os.devnull, os.O_RDONLY), *((call[name], os.O_WRONLY | os.O_CREAT) for name in ("stdout", "stderr")))
    for number, (path, how) in enumerate(places):
        opened = os.open(path, how | os.O_TRUNC * (number > 0), 0o600)
        os.dup2(opened, number)
        os.close(opened)
    sys.stdin, sys.stdout, sys.stderr = (
        open(number, "r" if number == 0 else "w", encoding="utf-8", closefd=False)  # noqa: SIM115 - for its whole life
        for number in range(3)
    )
    if call["waits"]:
        signal.sigwait({signal.SIGUSR1})
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGUSR1})


def serve() -> int:
    """Fork for each call; a child returns the exit code of its call, as `python -m archiver` does."""
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGUSR1})
    for line in iter(sys.stdin.readline, ""):
        call = json.loads(line)
        child = os.fork()
        if child == 0:
            begin_call(call)
            from archiver.cli.main import main

            return main(call["argv"])
        print(child, flush=True)
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
    return 0


if __name__ == "__main__":
    import_program()
    gc.freeze()  # a child looks through no object that it did not make
    print("ready", flush=True)
    sys.exit(serve())
