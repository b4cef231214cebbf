"""Measures functions in turns beside each other, or each alone in a process of its own.

Run as a program it is that process: it prints the function's time, its peak of memory and its result as JSON.
"""

from __future__ import annotations

import importlib
import json
import re
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

MEBIBYTE = 2**20
_KIBIBYTES = 1024


@dataclass(frozen=True, slots=True)
class Figure:
    """One row of the table."""

    what: str
    bar: str
    """The bar in words; `–` if there is none."""
    measured: str
    met: bool | None
    """None where there is no bar."""


@dataclass(frozen=True, slots=True)
class AloneResult:
    """Time, memory and result of a function that ran in a process of its own."""

    seconds: float
    """Of the function: neither the start of Python nor the imports at the head of its module count."""
    cpu: float
    """Seconds of the processor, of it and of every process that it started and that has ended."""
    mebibytes: float
    """The most memory that the process ever held, Python itself included."""
    result: Any


def run_alone(function: Callable[..., object], *arguments: str) -> AloneResult:
    """Run a function of a module's top level in a fresh Python; it takes texts and gives what JSON can say."""
    name = f"{function.__module__}:{function.__qualname__}"
    command = [sys.executable, "-m", __name__, name, *arguments]
    done = subprocess.run(command, stdout=subprocess.PIPE, check=True, cwd=Path(__file__).parents[3])
    return AloneResult(**json.loads(done.stdout.splitlines()[-1]))


def run_python(environ: Mapping[str, str], *arguments: str) -> str:
    """Run a Python of its own; what it printed."""
    command = [sys.executable, *arguments]
    done = subprocess.run(command, env=environ, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, check=True)
    return done.stdout.decode()


def median_seconds(
    *functions: Callable[[], object], times: int, each: int = 1, clock: Callable[[], float] = time.perf_counter
) -> tuple[float, ...]:
    """The median seconds of each function; they take turns, so that a slow moment of the machine hits all alike.

    Each runs `each` times in its turn: with very short ones, what the others leave in the processor's caches
    would count for more than the function itself.
    """
    taken: list[list[float]] = [[] for _function in functions]
    for _turn in range(times):
        for function, seconds in zip(functions, taken, strict=True):
            for _run in range(each):
                begun = clock()
                function()
                seconds.append(clock() - begun)
    return tuple(median(seconds) for seconds in taken)


def peak() -> float:
    """The peak of memory in MiB; the kernel's file first, as `ru_maxrss` also counts the parent's at `exec` (Linux)."""
    status = Path("/proc/self/status")
    found = re.search(r"VmHWM:\s+(\d+) kB", status.read_text(encoding="ascii")) if status.exists() else None
    return (int(found[1]) if found else resource.getrusage(resource.RUSAGE_SELF).ru_maxrss) / _KIBIBYTES


def cpu_of_children() -> float:
    """Seconds of the processor, user and system, of all processes that were started and have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def size_of(folder: Path) -> int:
    """Bytes of all files below a folder; what is only linked does not count."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file() and not path.is_symlink())


def _measure_alone(name: str, *arguments: str) -> None:
    module, _, function = name.partition(":")
    found = getattr(importlib.import_module(module), function)
    begun, used = time.perf_counter(), time.process_time() + cpu_of_children()
    result = found(*arguments)
    seconds, cpu = time.perf_counter() - begun, time.process_time() + cpu_of_children() - used
    print()
    print(json.dumps({"seconds": seconds, "cpu": cpu, "mebibytes": peak(), "result": result}))


if __name__ == "__main__":
    _measure_alone(*sys.argv[1:])
