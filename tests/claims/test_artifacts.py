"""Whole artifacts, as they are handed out: nothing in them is false, and no two of them contradict each other."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable
from pathlib import Path

import pytest

from tests.claims.artifact_judge import falsehoods, summed
from tests.claims.artifacts import PROFILES, made_artifacts, sealed
from tests.claims.dispute import NAMES, THIRD, Dispute, blank_archive, drawn
from tests.export.test_selective_disclosure import forms, layers
from tests.support.reports.pdf_reader import needs_poppler

pytestmark = needs_poppler


APART_EACH = 10
"""Of so many disputes one has its PDFs laid out in a process of their own."""

SEEDS = (3, 9, 11, 24, 28, 33)
"""A direct chat, edits and a wrong clock; colleagues and a taken name; a direct chat; a direct client and a period; two
chats, a plan and a restored copy; a closed chat of a direct client."""


def _wrong(seeds: Iterable[int], folder: Path) -> dict[int, list[str]]:
    """What is false in the artifacts of each dispute, and which of its third persons' names they hold."""
    found: dict[int, list[str]] = {}
    for index, seed in enumerate(seeds):
        dispute = Dispute(seed, drawn(seed))
        maker = blank_archive(folder / "blank", folder / str(seed))
        dispute.play(maker)
        sealed(maker, dispute)
        told = made_artifacts(maker, dispute, folder / "out", apart=index % APART_EACH == 0)
        wrong = [] if told is None else summed(falsehoods(dispute, told))
        is_third = THIRD not in dispute.counterparts
        wrong += _uncovered(folder / "out") if told is not None and told.is_chosen and is_third else ()
        if wrong:
            found[seed] = wrong
        maker.archive.close()
        for name in (str(seed), "out"):
            shutil.rmtree(folder / name, ignore_errors=True)  # of an empty job nothing was made
    return found


def _uncovered(out: Path) -> list[str]:
    """Which traces of a third person stand in any byte of the packages that cover them."""
    files = [path for profile in PROFILES for path in (out / profile).rglob("*") if path.is_file()]
    haystack = b"\n".join(layer for path in files for layer in layers(path))
    traces = (NAMES[THIRD], NAMES[THIRD][:2], f"{THIRD}")
    return [f"uncovered: {trace}" for trace in traces if any(form in haystack for form in forms(trace))]


def test_nothing_false_is_handed_out(tmp_path: Path) -> None:
    """Of six disputes that differ."""
    assert {} == _wrong(SEEDS, tmp_path)


@pytest.mark.drawn
def test_nothing_false_is_handed_out_of_more_disputes(tmp_path: Path) -> None:
    """The same for 40."""
    assert {} == _wrong(range(100, 140), tmp_path)


@pytest.mark.slow
def test_nothing_false_is_handed_out_of_many_disputes(tmp_path: Path) -> None:
    """The same for 500, or as many as the environment says."""
    number = int(os.environ.get("ARCHIVE_TEST_DISPUTES", "500"))

    assert {} == _wrong(range(2_000, 2_000 + number), tmp_path)
