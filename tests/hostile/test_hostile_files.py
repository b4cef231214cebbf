"""Whatever the bytes, a reader ends soon, in bounded memory, with a result or an error of the program's own.

Each input is a good one, changed at random by a seed. What a run by hand found lies in `kept/`, a folder for each
reader, and is read every time. `docs/measured.md` says what was run and found.
"""

from __future__ import annotations

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.hostile.readers import READERS
from tests.support.byte_mutation import ByteMutator

KEPT = sorted(path for path in Path(__file__).with_name("kept").rglob("*") if path.is_file())
SHARE = 200
"""One input in so many is read in every run, the day's own."""


def complaints(name: str, seed: str, count: int, folder: Path) -> list[tuple[str, bytes]]:
    """What is wrong in how a reader took so many inputs, each with its bytes."""
    reader = READERS[name]
    mutator = ByteMutator(reader.samples(), reader.tokens, seed)
    inputs = (mutator.next() for _number in range(count))
    found = ((complaint(name, body, folder), body) for body in inputs)
    return [(text, body) for text, body in found if text]


@pytest.mark.parametrize("path", KEPT, ids=lambda path: f"{path.parent.name}: {path.name}")
def test_what_broke_a_reader_once_breaks_it_no_more(path: Path, tmp_path: Path) -> None:
    """Each input that something was found by."""
    assert "" == complaint(path.parent.name, path.read_bytes(), tmp_path)


def test_the_same_seed_gives_the_same_inputs() -> None:
    """So that a failure can be played again."""
    first, second = (ByteMutator([b"0123456789"], [b"token"], "seed") for _number in range(2))

    assert [first.next() for _number in range(50)] == [second.next() for _number in range(50)]


@pytest.mark.drawn
@pytest.mark.parametrize("name", READERS)
def test_a_few_changed_files_break_no_reader(name: str, tmp_path: Path) -> None:
    """The day's own, and good ones as they are."""
    day = datetime.now(UTC).date().isoformat()

    good = READERS[name].samples()[:3]

    assert [] == [text for text in (complaint(name, body, tmp_path) for body in good) if text]
    assert [] == complaints(name, day, max(2, READERS[name].inputs // SHARE), tmp_path), day


@pytest.mark.slow
@pytest.mark.parametrize("name", READERS)
def test_thousands_of_changed_files_break_no_reader(name: str, tmp_path: Path) -> None:
    """Always the same ones, so that a run can be compared with the last."""
    assert [] == complaints(name, name, READERS[name].inputs, tmp_path)


# --- watched as nobody's friend -------------------------------------------------------------------

SECONDS = 20
"""Of this process's own work for one input; most take milliseconds."""

MEMORY = 600
"""Megabytes that one input may take beside what the process had: a picture of 36 million pixels takes 300."""


class TooLongError(BaseException):
    """The deadline is over; nothing that catches every `Exception` catches it."""


def complaint(name: str, body: bytes, folder: Path) -> str:
    """What is wrong in how a reader took these bytes; empty: nothing. The folder is for it alone."""
    before = _peak()
    try:
        with _deadline():
            READERS[name].read(body, folder)
    except TooLongError:
        return f"{name}: not at its end after {SECONDS} s"
    except Exception as error:  # noqa: BLE001 - whatever it is, it is the finding
        return f"{name}: {type(error).__name__}: {error}"[:500]
    if _peak() - before > MEMORY:
        return f"{name}: took {_peak() - before} MB"
    left = sorted(path.name for path in folder.iterdir())
    return f"{name}: left {left}" if left else ""


@contextmanager
def _deadline() -> Iterator[None]:
    """Raise `TooLongError` after so much work, where the system has such a clock."""
    if not hasattr(signal, "setitimer"):
        yield
        return

    def ring(_number: int, _frame: object) -> None:
        raise TooLongError

    earlier = signal.signal(signal.SIGPROF, ring)
    signal.setitimer(signal.ITIMER_PROF, SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, earlier)


def _peak() -> int:
    """The most memory that this process ever had, in megabytes; 0 where it cannot be told."""
    if sys.platform != "linux":
        return 0
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
