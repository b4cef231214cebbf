"""Gives changed files to readers for some seconds each and prints how many: `python -m tests.hostile --seconds 90`.

They are those of the slow lane, from its first one on; another seed makes others. Ends with 1 if a reader was broken,
whose input is kept beside.
"""

from __future__ import annotations

import argparse
import hashlib
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from tests.hostile.readers import READERS
from tests.hostile.watched import complaint
from tests.support.byte_mutation import ByteMutator


def options(argv: Sequence[str] | None) -> argparse.Namespace:
    """What the call asks for."""
    parser = argparse.ArgumentParser(prog="python -m tests.hostile", description=__doc__)
    parser.add_argument("readers", nargs="*", help=f"of: {', '.join(READERS)}")
    parser.add_argument("--seconds", type=float, default=90, help="of each reader, and never more than the slow lane")
    parser.add_argument("--seed", help="another one than the slow lane's")
    parser.add_argument("--keep", type=Path, default=Path(), help="the folder for inputs that broke a reader")
    return parser.parse_args(argv)


def inputs(name: str, seed: str, seconds: float) -> Iterator[bytes]:
    """Changed files for a reader until its time is over."""
    reader = READERS[name]
    mutator = ByteMutator(reader.samples(), reader.tokens, seed)
    end = time.monotonic() + seconds
    for _number in range(reader.inputs):
        if time.monotonic() > end:
            return
        yield mutator.next()


def read_all(name: str, seed: str, seconds: float, keep: Path) -> tuple[int, int]:
    """How many inputs a reader was given, and how many broke it, which are kept."""
    read, broken = 0, 0
    with tempfile.TemporaryDirectory() as folder:
        for body in inputs(name, seed, seconds):
            text = complaint(name, body, Path(folder))
            read, broken = read + 1, broken + bool(text)
            if text:
                path = keep / f"{name} {hashlib.sha256(body).hexdigest()[:8]}"
                path.write_bytes(body)
                print(f"{path}: {text}", file=sys.stderr, flush=True)
    return read, broken


def main(argv: Sequence[str] | None = None) -> int:
    """Read, and print the table of the page."""
    asked = options(argv)
    print("| reader | inputs | wrong |\n|---|---|---|", flush=True)
    totals = [0, 0]
    for name in asked.readers or READERS:
        counts = read_all(name, asked.seed or name, asked.seconds, asked.keep)
        totals = [total + count for total, count in zip(totals, counts, strict=True)]
        print(f"| {name} | {counts[0]:,} | {counts[1]} |", flush=True)
    print(f"| all | {totals[0]:,} | {totals[1]} |")
    return int(totals[1] > 0)


if __name__ == "__main__":
    sys.exit(main())
