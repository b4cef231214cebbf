"""Whatever the bytes, a reader ends soon, in bounded memory, with a result or an error of the program's own.

Each input is a good one, changed at random by a seed. What a run by hand found lies in `kept/`, a folder for each
reader, and is read every time. `docs/measured.md` says what was run and found.
"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.hostile.readers import READERS
from tests.hostile.watched import complaint
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
