"""One call of the program under strace: which of its calls to the system change something, and one of them failing."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

STARTER = Path(__file__).with_name("process_starter.py")

CHANGING = (
    *("write", "pwrite64", "writev", "pwritev", "sendfile", "copy_file_range", "fallocate", "ftruncate"),
    *("fsync", "fdatasync", "rename", "renameat", "renameat2", "link", "linkat", "unlink", "unlinkat", "rmdir"),
    *("mkdir", "mkdirat", "chmod", "fchmod", "fchmodat", "openat"),
)
"""Calls that change a file or folder; of `openat` only those for writing."""

_LINE = re.compile(r"(?P<thread>\d+) +(<\.\.\. )?(?P<name>[a-z0-9_]+)(?P<rest>\(.*| resumed>.*)")
_WRITES = re.compile(r"O_(WRONLY|RDWR|CREAT)")


@dataclass(frozen=True, slots=True)
class SystemCall:
    """One call to the system: the `number`-th of this name in its thread, counted from 1."""

    name: str
    number: int
    text: str
    """As strace wrote it."""
    thread: int = 0

    def paths(self) -> list[str]:
        """The paths it names, by themselves and of its open files."""
        return re.findall(r'[<"](/[^>"]*)', self.text)

    @property
    def changes(self) -> bool:
        """Whether it can change a file or folder."""
        return self.name != "openat" or _WRITES.search(self.text) is not None

    @property
    def is_injected(self) -> bool:
        """Whether strace let it fail, or killed the process in it."""
        return "(INJECTED)" in self.text


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one call of the program ended."""

    code: int
    """Negative: the signal."""
    stdout: str
    stderr: str
    calls: tuple[SystemCall, ...] = ()


class ProcessStarter:
    """Starts calls of one version of the program, plain or traced."""

    def __init__(self, folder: Path, program: Path) -> None:
        """`folder` is for the outputs of the calls; `program` is the folder that `archiver` lies in."""
        self.folder = folder
        environ = os.environ | {"PYTHONPATH": str(program), "PYTHONHASHSEED": "0", "PYTHONDONTWRITEBYTECODE": "1"}
        self._process = subprocess.Popen(
            [sys.executable, "-P", str(STARTER)],
            env=environ,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._read() == "ready"

    def __enter__(self) -> Self:
        """Give the starter."""
        return self

    def __exit__(self, *_error: object) -> None:
        """End it."""
        self._process.communicate()

    def run(self, argv: Sequence[str], environ: Mapping[str, str]) -> Outcome:
        """Run one call to its end."""
        self._send(argv, environ, waits=False)
        return self._outcome()

    def trace(self, argv: Sequence[str], environ: Mapping[str, str], *options: str) -> Outcome:
        """Run one call under strace with further options of it, such as `-e` and `inject=…`."""
        trace = self.folder / "trace"
        child = self._send(argv, environ, waits=True)
        tracer = subprocess.Popen(
            [
                *("strace", "-f", "-y", "-s", "0", "-o", str(trace), "-e", f"trace={','.join(CHANGING)}"),
                *("-e", "signal=none", *options, "-p", str(child)),
            ],
            stderr=subprocess.PIPE,
            text=True,
        )
        assert tracer.stderr is not None
        said = next((line for line in tracer.stderr if "attached" in line), None)
        os.kill(child, signal.SIGUSR1)
        assert said is not None, f"strace could not attach to {child}"
        outcome = self._outcome()
        tracer.communicate()
        calls = tuple(numbered_calls(trace.read_text(encoding="utf-8", errors="replace")))
        return Outcome(outcome.code, outcome.stdout, outcome.stderr, calls)

    def _send(self, argv: Sequence[str], environ: Mapping[str, str], *, waits: bool) -> int:
        outputs = {name: str(self.folder / name) for name in ("stdout", "stderr")}
        call = {"argv": list(argv), "environ": dict(environ), "waits": waits, **outputs}
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(call) + "\n")
        self._process.stdin.flush()
        return int(self._read())

    def _outcome(self) -> Outcome:
        code = int(self._read())
        stdout, stderr = (
            (self.folder / name).read_text(encoding="utf-8", errors="replace") for name in ("stdout", "stderr")
        )
        return Outcome(code, stdout, stderr)

    def _read(self) -> str:
        assert self._process.stdout is not None
        return self._process.stdout.readline().strip()


def numbered_calls(trace: str) -> list[SystemCall]:
    """The calls of a trace in their order, each with its number within its thread."""
    counts: Counter[tuple[str, str]] = Counter()
    found: dict[tuple[str, str, int], SystemCall] = {}
    for match in filter(None, map(_LINE.match, trace.splitlines())):
        thread, name, rest = match["thread"], match["name"], match["rest"]
        is_begun = rest.startswith("(")
        counts[thread, name] += is_begun
        number = counts[thread, name]
        begun = "" if is_begun else found[thread, name, number].text
        found[thread, name, number] = SystemCall(name, number, begun + rest, int(thread))
    return list(found.values())
