"""Variants of kanji, for finding and never for writing: 髙 for 高, 﨑 for 崎, 𠮷 for 吉."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from pathlib import Path

_MORE_VARIANTS = (
    *("吉𠮷", "橋𣘺", "斎斉", "檜桧", "館舘", "凛凜", "槙槇", "富冨", "崎嵜碕", "清淸"),
    *("鴎鷗", "薮藪籔", "遥遙", "醤醬", "頬頰", "祷禱", "繋繫", "侠俠", "剥剝", "呑吞", "噛嚙", "嚢囊", "填塡"),
    *("妍姸", "屏屛", "并幷", "掻搔", "掴摑", "溌潑", "涜瀆", "焔焰", "箪簞", "繍繡", "莱萊", "蒋蔣", "蝉蟬"),
    *("蝋蠟", "躯軀", "醗醱", "鯵鰺", "鹸鹼", "麹麴", "麺麵", "顛顚", "騨驒", "濤涛", "巌巖", "尭堯", "桝枡", "晃晄"),
)
"""Variants that names have and the map does not join, or joins with others: a character, then its variants."""


@functools.cache
def kanji_variants() -> Mapping[str, str]:
    """Each variant of a kanji → the character it stands for.

    Source: IPA's MJ縮退マップ, CC BY-SA 2.1 JP (the first lines of `data/kanji_variants.txt`).
    """
    text = (Path(__file__).with_name("data") / "kanji_variants.txt").read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    variants = {variant: line[0] for line in lines for variant in line[1:]}
    for group in _MORE_VARIANTS:
        variants |= dict.fromkeys(group[1:], variants.get(group[0], group[0]))
    return {variant: _last_target(variants, target) for variant, target in variants.items()}


def join_variants(text: str) -> str:
    """The text with one form of each kanji; every character stays at its place."""
    return text if kanji_variants().keys().isdisjoint(text) else text.translate(_translation())


@functools.cache
def _translation() -> dict[int, str]:
    return {ord(variant): target for variant, target in kanji_variants().items()}


def _last_target(variants: Mapping[str, str], character: str) -> str:
    """The end of a chain of variants; a circle ends where it began."""
    target = character
    while target in variants and variants[target] != character:
        target = variants[target]
    return target
