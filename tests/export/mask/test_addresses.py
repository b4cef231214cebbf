"""Which addresses are covered, in all the ways in which they are written; and what people write that only looks so."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from archiver.export.mask.package_mask import PackageMask, masking_policy

WRITTEN = tomllib.loads(Path(__file__).with_name("texts.toml").read_text(encoding="utf-8"))

PLACE = "■■(住所)"


def covered(original: str) -> str:
    """The text as a platform's office may see it."""
    return PackageMask(masking_policy("support"), {1: ["yamada"], 2: ["田中"]}).mask_text(original)


@pytest.mark.parametrize("original", WRITTEN["addresses"])
def test_the_whole_of_an_address_is_covered_and_nothing_beside_it(original: str) -> None:
    """Alone and in the midst of a sentence."""
    assert PLACE == covered(original)
    assert f"住所は{PLACE}です" == covered(f"住所は{original}です")
    assert f"「{PLACE}」に送ってください" == covered(f"「{original}」に送ってください")


@pytest.mark.parametrize("between", [" ", "\n", "", "　"])
def test_a_post_code_is_covered_with_the_line_behind_it(between: str) -> None:
    """Of any width."""
    assert PLACE == covered(f"〒100-0005{between}東京都千代田区丸の内1-2-3")
    assert f"住所{PLACE}。" == covered(f"住所〒１００－０００５{between}東京都千代田区丸の内1-2-3。")


def test_a_post_code_without_its_sign_is_covered_too() -> None:
    """It is known by what follows, or by its name."""
    assert f"{PLACE} {PLACE}" == covered("100-0005 東京都千代田区丸の内1-2-3")
    assert f"{PLACE}です" == covered("郵便番号は100-0005です")


@pytest.mark.parametrize("original", WRITTEN["talk_of_places"])
def test_ordinary_talk_of_places_and_numbers_stays(original: str) -> None:
    """Dates, times, amounts, counts and lists are evidence, also beside the name of a town."""
    assert original == covered(original)
