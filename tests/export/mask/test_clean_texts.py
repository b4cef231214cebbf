"""What is remembered of texts that were found clean changes nothing of what is masked later."""

from __future__ import annotations

import pytest
from hypothesis import given, settings, strategies

from archiver.export.mask.package_mask import PackageMask, masking_policy

OWNER, CLIENT, THIRD = 1234567, 7654321, 8000001
PEOPLE = {OWNER: ["yamada"], CLIENT: ["田中 一郎"], THIRD: ["佐藤 花子"]}
PARTS = strategies.sampled_from(
    [
        *("泉", "ｻﾄｳ", "サトウ", "さとう", "K氏", "ｋ氏", "髙橋", "高橋", "①", "Ａ", "が", "は", " ", "\n"),
        *("LINEのID: yuuki_0921", "yuuki_0921", "ＹＵＵＫＩ＿0921", "か\u3099", "ﾊﾟ", "パ", "\u200b", "様"),
        *("[To:8000001]", "経理の", "[hr]"),
    ]
)
TEXTS = strategies.lists(PARTS, min_size=1, max_size=8).map("".join)
PIECES = strategies.lists(TEXTS.filter(lambda text: bool(text.strip(" \n\u200b"))), max_size=3)


@pytest.mark.drawn
@settings(max_examples=150, deadline=None)
@given(strategies.lists(TEXTS, min_size=1, max_size=6), PIECES, PIECES)
def test_pieces_are_covered_in_texts_found_clean_before(texts: list[str], pieces: list[str], more: list[str]) -> None:
    """As by a mask that had seen no text before the pieces were added, contacts of the texts included."""
    used, fresh = (PackageMask(masking_policy("support"), PEOPLE, {THIRD}) for _ in range(2))
    for text in texts:
        fresh.mask_text(text)
        used.mask_text(text)
    for mask in (used, fresh):
        mask.cover_pieces([*mask.contacts, *pieces])
        if mask is fresh:
            mask._clean.clear()

    assert [used.mask_with_kinds(text) for text in texts] == [fresh.mask_with_kinds(text) for text in texts]

    for mask in (used, fresh):
        mask.cover_pieces(more)
        if mask is fresh:
            mask._clean.clear()

    assert [used.mask_with_kinds(text) for text in texts] == [fresh.mask_with_kinds(text) for text in texts]
