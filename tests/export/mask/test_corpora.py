"""How the finder is measured with messages of a stranger, and what it finds (`tests/benchmarks/finder.py`)."""

from __future__ import annotations

from pathlib import Path

import pytest

from archiver.export.mask.surnames import has_analyser
from tests.benchmarks.finder import (
    CORPUS,
    COVERS_BAR,
    FOUND_BAR,
    MARKS_BAR,
    drawn,
    interval,
    left,
    read_corpus,
    result_of,
)

FILES = sorted(CORPUS.glob("*.jsonl"))


def left_of(text: str, *names: str, members: tuple[str, ...] = ()) -> list[str]:
    """The names of a text that are not covered."""
    line = {"text": text, "names": list(names)}
    return left(line, drawn(text, members, names), with_marks=False)


def test_a_name_counts_only_if_nothing_of_it_is_left() -> None:
    """Neither the whole nor two letters of it; what is marked is not covered."""
    assert [] == left_of("編集の田村さんに確認", "田村")
    assert [] == left_of("花子さんに確認", "花子", members=("佐藤 花子",))
    assert ["謎名字"] == left_of("謎名字に確認", "謎名字")
    line = {"text": "tsuchidaに確認", "names": ["tsuchida"]}
    seen = drawn(line["text"])  # type: ignore[arg-type]
    assert (["tsuchida"], []) == (left(line, seen, with_marks=False), left(line, seen, with_marks=True))


def test_a_name_is_judged_where_it_stands_as_one() -> None:
    """The same character within a longer word is no name, unless it stands nowhere else."""
    assert [] == left_of("原さんの原稿は木曜に届きます", "原")
    assert ["稿"] == left_of("原さんの原稿は木曜に届きます", "稿")
    assert ["不在の名"] == left_of("ここには誰もいません", "不在の名")


def test_somebody_else_with_a_partys_name_is_a_third_person() -> None:
    """The message is then judged among parties of other names; else theirs stay."""
    assert [] == left_of("先方の田中様からまだです", "田中")
    assert "田中さん、yamadaです" == drawn("田中さん、yamadaです").text


def test_an_interval_lies_around_its_share() -> None:
    """Of few messages it is wide."""
    assert (0.81, 0.92) == tuple(round(one, 2) for one in interval(122, 139))


@pytest.mark.slow
@pytest.mark.skipif(not has_analyser(), reason="SudachiPy is not there")
@pytest.mark.parametrize("file", FILES, ids=lambda one: one.stem)
def test_the_finder_meets_its_bars(file: Path) -> None:
    """By the messages from which neither its rules nor its vocabulary were made."""
    result = result_of(read_corpus(file))

    assert (300, 600) == (result.naming, len(read_corpus(file)))
    assert FOUND_BAR <= result.found / result.naming
    assert (COVERS_BAR, MARKS_BAR) >= (result.covers, result.marks)


@pytest.mark.drawn
def test_a_sample_of_the_corpora_is_found() -> None:
    """Every tenth message."""
    result = result_of([line for file in FILES for line in read_corpus(file)[::10]])

    assert FOUND_BAR <= result.found / result.naming
