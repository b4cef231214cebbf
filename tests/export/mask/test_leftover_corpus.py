"""What counts as covered, when masking is measured with sentences of a stranger (`tests/benchmarks/leftovers.py`)."""

from __future__ import annotations

import pytest

from tests.benchmarks.leftovers import (
    CORPORA,
    COVERAGE_BAR,
    FALSE_OFFERS_BAR,
    coverage,
    false_offers,
    mask_sentence,
    read_corpus,
    uncovered,
)


def test_a_name_counts_only_if_nothing_of_it_is_left() -> None:
    """Neither the whole nor two letters of it."""
    assert [] == uncovered({"text": "編集の田村さんに確認", "names": ["田村"]})
    assert [] == uncovered({"text": "花子さんに確認", "names": ["花子"], "members": ["佐藤 花子"]})
    assert ["謎名字"] == uncovered({"text": "謎名字に確認", "names": ["謎名字"]})


def test_a_name_is_judged_where_it_stands_as_one() -> None:
    """The same character within a longer word is no name, unless it stands nowhere else."""
    assert [] == uncovered({"text": "原さんの原稿は木曜に届きます", "names": ["原"]})
    assert ["稿"] == uncovered({"text": "原さんの原稿は木曜に届きます", "names": ["稿"]})
    assert ["不在の名"] == uncovered({"text": "ここには誰もいません", "names": ["不在の名"]})


def test_the_parties_are_no_third_persons() -> None:
    """Their names stay and are not offered."""
    masking = mask_sentence("田中さん、yamadaです。よろしくお願いします")

    assert ("田中さん、yamadaです。よろしくお願いします", ()) == (masking.result, masking.offered)


def test_somebody_else_with_a_partys_name_is_a_third_person() -> None:
    """The sentence is then judged among parties of other names."""
    assert [] == uncovered({"text": "先方の田中様からまだです", "names": ["田中"]})


@pytest.mark.slow
@pytest.mark.parametrize("folder", CORPORA)
def test_the_corpora_meet_the_bars(folder: str) -> None:
    """Of sentences with names hardly any keeps one, and those without are left in peace; all were seen by now."""
    assert min(len(read_corpus(f"{folder}{name}")) for name in ("with.jsonl", "without.jsonl")) >= 200
    assert COVERAGE_BAR <= coverage(folder)
    assert FALSE_OFFERS_BAR >= false_offers(folder)


@pytest.mark.slow
def test_most_surnames_that_no_list_has_are_covered() -> None:
    """In many forms, drawn at random; nearly all that is left are surnames that hardly anybody has."""
    assert 0.97 <= coverage("own/")
    assert FALSE_OFFERS_BAR >= false_offers("own/")


@pytest.mark.drawn
def test_a_sample_of_rare_surnames_is_covered() -> None:
    """Every fourth of our own sentences."""
    lines = read_corpus("own/with.jsonl")[::4]

    assert 0.94 <= sum(not uncovered(line) for line in lines) / len(lines)


@pytest.mark.drawn
def test_a_sample_of_the_corpus_is_covered() -> None:
    """Every tenth sentence with names, of each corpus."""
    lines = [line for folder in CORPORA for line in read_corpus(f"{folder}with.jsonl")[::10]]

    assert [] == [line["text"] for line in lines if uncovered(line)]
