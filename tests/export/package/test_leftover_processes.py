"""Many texts searched for leftovers by two processes: the same pieces in the same order as by one."""

from __future__ import annotations

import multiprocessing

import pytest

from archiver.export import helper_process
from archiver.export.mask.leftovers import LeftoverFinder
from archiver.export.package.leftover_processes import found_in_texts
from tests.benchmarks.leftovers import read_corpus

NAMES = ({"田中 一郎", "yamada"}, {"佐藤 花子"})


@pytest.mark.drawn
def test_two_processes_find_what_one_finds(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of more texts than the helper is asked for at once; and nobody is left behind."""
    monkeypatch.setattr(helper_process, "BATCH", 10)
    monkeypatch.setattr(helper_process, "has_core_for_helper", lambda: True)
    texts = [line["text"] for name in ("with", "without") for line in read_corpus(f"{name}.jsonl")[:80]]
    finder = LeftoverFinder(*NAMES)

    found = list(found_in_texts(texts, NAMES, is_long=True))

    assert found == [one for text in texts for one in finder.pieces(text)]
    assert multiprocessing.active_children() == []
