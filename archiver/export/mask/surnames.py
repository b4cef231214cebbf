"""Japanese surnames with their readings, and the spellings of a reading in kana and in Latin letters."""

from __future__ import annotations

import csv
import functools
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

_FILE = Path(__file__).with_name("data") / "surnames.csv"
_VOWELS = "aiueo"
_ROWS = {
    "": "あいうえお",
    "k": "かきくけこ",
    "s": "さしすせそ",
    "t": "たちつてと",
    "n": "なにぬねの",
    "h": "はひふへほ",
    "m": "まみむめも",
    "r": "らりるれろ",
    "g": "がぎぐげご",
    "z": "ざじずぜぞ",
    "d": "だぢづでど",
    "b": "ばびぶべぼ",
    "p": "ぱぴぷぺぽ",
}
_KANA = {kana: first + vowel for first, row in _ROWS.items() for vowel, kana in zip(_VOWELS, row, strict=True)}
_KANA |= {"や": "ya", "ゆ": "yu", "よ": "yo", "わ": "wa", "を": "o", "ん": "n", "ゔ": "vu", "ー": ""}
_HEPBURN = {"し": "shi", "ち": "chi", "つ": "tsu", "ふ": "fu", "じ": "ji", "ぢ": "ji", "づ": "zu"}
_SMALL = {"ゃ": "a", "ゅ": "u", "ょ": "o"}
_SYLLABLE = re.compile("[^ゃゅょっ][ゃゅょ]?")
_LATIN_SYLLABLE = re.compile("(?P<double>[kstpcg])(?=(?P=double))|n(?![aiueoy])|[bcdfghjkmnprstwyz]{0,2}[aiueo]")
_LONG = "おこそとのほもよろごぞどぼぽょうくすつぬふむゆるぐずぶぷゅ"
_MOST = 8
"""Readings of Latin letters that are tried."""


@dataclass(frozen=True, slots=True)
class Surnames:
    """Some two thousand Japanese surnames. Source: japanese-personal-name-dataset (`data/LICENSES.md`)."""

    kanji: Mapping[str, tuple[str, ...]]
    """Each surname with its readings in hiragana."""
    by_reading: Mapping[str, tuple[str, ...]]


@functools.cache
def surnames() -> Surnames:
    """The surnames with their readings."""
    kanji: dict[str, tuple[str, ...]] = {}
    by_reading: dict[str, tuple[str, ...]] = {}
    for name, _bearers, reading, _romaji in csv.reader(_FILE.read_text(encoding="utf-8").splitlines()):
        kanji[name] = (*kanji.get(name, ()), reading)
        by_reading[reading] = (*by_reading.get(reading, ()), name)
    return Surnames(kanji, by_reading)


def in_hiragana(text: str) -> str:
    """The text with hiragana in the place of katakana."""
    return "".join(chr(ord(one) - 0x60) if "ァ" <= one <= "ヶ" else one for one in text)


def in_katakana(text: str) -> str:
    """The text with katakana in the place of hiragana."""
    return "".join(chr(ord(one) + 0x60) if "ぁ" <= one <= "ゖ" else one for one in text)


@functools.lru_cache(4096)
def romanised(reading: str) -> frozenset[str]:
    """How a reading in hiragana is written in small Latin letters, long vowels written out and not."""
    found = set()
    for is_hepburn in (True, False):
        plain = "".join(_syllables(reading, is_hepburn=is_hepburn))
        for nasal in (plain, re.sub("n(?=[bmp])", "m", plain)):
            short = re.sub("ou|oo", "o", nasal).replace("uu", "u")
            found |= {nasal, short, re.sub("ou|oo", "oh", nasal)}
    return frozenset(found)


def _syllables(reading: str, *, is_hepburn: bool) -> Iterator[str]:
    """The syllables of a reading; nothing of what is no kana."""
    doubles = False
    for part in re.findall("っ|" + _SYLLABLE.pattern, reading):
        if part == "っ":
            doubles = True
            continue
        kana = _KANA.get(part[0], "")
        if is_hepburn:
            kana = _HEPBURN.get(part[0], kana)
        if len(part) > 1:
            stem = kana[:-1]
            kana = stem + ("" if stem in ("sh", "ch", "j") else "y") + _SMALL[part[1]]
        yield ("t" if kana.startswith("ch") else kana[:1]) + kana if doubles else kana
        doubles = False


@functools.lru_cache(1024)
def kana_readings(romaji: str) -> list[str]:
    """The readings in hiragana that small Latin letters may stand for, with long vowels and without; none: no kana."""
    found = [""]
    rest = re.sub("m(?=[bmp])", "n", romaji).replace("tch", "cch")
    while rest:
        match = _LATIN_SYLLABLE.match(rest)
        if match is None:
            return []
        kana = "っ" if match["double"] else _syllable_kana().get(match[0], "")
        if not kana:
            return []
        is_long = kana[-1] in _LONG and rest[match.end() :][:1] not in ("u", "o")
        found = [one + more for one in found for more in ((kana, kana + "う") if is_long else (kana,))][:_MOST]
        rest = rest[match.end() :]
    return sorted(found, key=lambda one: one not in surnames().by_reading)


@functools.cache
def _syllable_kana() -> Mapping[str, str]:
    """Each syllable in Latin letters, as either way of writing has it, with its kana."""
    plain = [one for one in _KANA if one not in "ーをぢづ"]
    kana = [*plain, *(one + small for one in "きしちにひみりぎじびぴ" for small in _SMALL)]
    return {"".join(_syllables(one, is_hepburn=is_hepburn)): one for one in kana for is_hepburn in (True, False)}
