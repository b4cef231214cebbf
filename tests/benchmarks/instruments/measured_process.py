"""Runs one function in this process and prints its seconds, its peak of memory and its result as a line of JSON."""

from __future__ import annotations

import importlib
import json
import re
import resource
import sys
import time
from pathlib import Path

_KIBIBYTES = 1024


def main(name: str, *arguments: str) -> None:
    """Run the function `name`, written `package.module:function`, and print its figures."""
    module, _, function = name.partition(":")
    found = getattr(importlib.import_module(module), function)
    begun = time.perf_counter()
    result = found(*arguments)
    seconds = time.perf_counter() - begun
    print()
    print(json.dumps({"seconds": seconds, "mebibytes": peak(), "result": result}))


def peak() -> float:
    """The peak of memory in MiB; the kernel's file first, as `ru_maxrss` also counts the parent's at `exec` (Linux)."""
    status = Path("/proc/self/status")
    found = re.search(r"VmHWM:\s+(\d+) kB", status.read_text(encoding="ascii")) if status.exists() else None
    peak = int(found[1]) if found else resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / _KIBIBYTES


if __name__ == "__main__":
    main(*sys.argv[1:])
