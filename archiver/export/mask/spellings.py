"""The parts of a display name, and how else they are written: in kana and in Latin letters, in either order."""

from __future__ import annotations

import functools
import itertools
import re
import unicodedata
from collections.abc import Iterator
from typing import NamedTuple

from archiver.export.mask import analyser
from archiver.export.mask.name_lists import in_hiragana, kana_readings, romanised, surnames
from archiver.letter_folding import folded_text, folded_word, join_variants

TITLE_WORDS = frozenset({"さん", "さま", "様", "氏", "くん", "君", "ちゃん", "殿", "先生", "씨", "님"})
_OFFICE_WORDS = re.compile(
    "部|課|係|室|局|会|社|店|担当|事務|チーム|サポート|管理|株式|有限|代表|編集|制作|運営|スタッフ|アカウント|解約済|退職"
)
_SPLIT = re.compile(r"(?:[^\w']|_)+")
"""Everything between the parts of a name, emoji too."""
_KANJI = re.compile("[一-鿿々ヶ]+")
_KANA = re.compile("[ぁ-ゖァ-ヶー]+")
_LATIN = re.compile("[A-Za-z]{2,}")
_MOST_READINGS = 4


class Spellings(NamedTuple):
    """How a name is written besides the form in which it is shown."""

    kana: frozenset[str]
    """In hiragana."""
    latin: frozenset[str]
    """In small letters, without a sign between them."""
    initials: frozenset[str]
    """An initial and a part, in either order, with a space between them."""


def parts_of(name: str, *, with_words: bool = False) -> list[str]:
    """The parts of a name, as typed: surname and given name also where no space divides them, no word beside it.

    `with_words`: what follows a surname too if it is a common word, as さくら.
    """
    seen = "".join(one for one in unicodedata.normalize("NFKC", name) if unicodedata.category(one) != "Cf")
    found = [one for one in _SPLIT.split(join_variants(seen)) if one and one not in TITLE_WORDS]
    named = [one for one in found if not _OFFICE_WORDS.search(one)]
    if len(named) == 1 and len(named[0]) > 2 and _KANJI.match(named[0]):
        return _divided(named[0])
    if with_words and len(named) == 2 and "(" not in seen and named[0] in surnames().kanji:
        return named
    vocabulary = analyser.vocabulary()
    return [one for one in named if one in surnames().kanji or one.lower() not in vocabulary] or named


def _divided(whole: str) -> list[str]:
    """A whole name at the end of its surname."""
    known = (cut for cut in (4, 3, 2) if cut < len(whole) and whole[:cut] in surnames().kanji)
    persons = (one.end for one in analyser.words(whole) if one.is_person and one.start == 0 and one.end < len(whole))
    cut = next(itertools.chain(known, persons), 0)
    return [whole[:cut], whole[cut:]] if cut else [whole]


@functools.lru_cache(1024)
def other_spellings(name: str) -> Spellings:
    """Every other spelling of a name and its parts that their readings give."""
    read = [one for one in map(_readings, parts_of(name)) if one]
    kana = {reading for one in read for reading in one}
    latin = {form for reading in kana for form in romanised(reading)}
    initials: set[str] = set()
    for first, second in itertools.permutations(read, 2) if len(read) == 2 else ():
        for one, other in itertools.product(first, second):
            kana.add(one + other)
            for front, back in itertools.product(romanised(one), romanised(other)):
                latin.add(front + back)
                initials |= {f"{front[:1]} {back}", f"{front} {back[:1]}"}
    return Spellings(frozenset(kana), frozenset(one for one in latin if len(one) > 2), frozenset(initials))


def _readings(part: str) -> list[str]:
    """How a part of a name may be read, in hiragana."""
    if _KANA.fullmatch(part):
        return [in_hiragana(part)]
    if _LATIN.fullmatch(part):
        return kana_readings(part.lower())[:_MOST_READINGS]
    read = "".join(analyser.readings(part))
    found = [*surnames().kanji.get(part, ()), *([read] if _KANA.fullmatch(read) else [])]
    return list(dict.fromkeys(found))[:_MOST_READINGS]


def kanji_of(name: str) -> Iterator[str]:
    """The surnames in kanji that a part in kana or in Latin letters may stand for."""
    for part in parts_of(name):
        if not _KANJI.search(part):
            for reading in _readings(part):
                yield from surnames().by_reading.get(reading, ())


def folded_terms(name: str) -> list[str]:
    """A name and its parts, folded and without spaces."""
    whole = folded_text(name).replace(" ", "").replace("\n", "")
    parts = [folded_text(one) for one in parts_of(name)]
    return list(dict.fromkeys([whole, "".join(parts), *parts]))


def kana_alone(term: str) -> str:
    """A pattern for folded kana where they are no part of a longer word; particles may stand around hiragana."""
    spaced = "[ \n・*.]?".join(map(re.escape, term))
    if "ァ" <= term[0] <= "ヶ":
        return f"(?<![ァ-ヶ]){spaced}(?![ァ-ヶ])"
    return f"(?:(?<![ぁ-ん])|(?<=[{_PARTICLES}])){spaced}{_KANA_END}"


TITLES = "(?:" + "|".join(sorted(map(folded_word, TITLE_WORDS), key=len, reverse=True)) + ")"
"""A pattern for any title, for folded text."""

_PARTICLES = "のとはもにへをかやてよ"
_KANA_END = f"(?= ?{TITLES}|[{_PARTICLES}]|って|まて|たけ|なら|しか|てす|[^ぁ-ん]|$)"
"""Folded: が is か, で is て, だけ is たけ."""

_BORDER_BEFORE = re.compile("(?<![ぁ-んー])|(?<=[のはとにもへや])")
_BORDER_BEHIND = re.compile("[がはのとへもをにや]|です|でし|で[はも、]|から|まで|より|って|だけ|なら|しか|[^ぁ-んー]|$")


def is_name_in_kana(text: str, start: int, end: int, is_shown: bool) -> bool:
    """Whether short hiragana without a title are a name: as it is shown or of three sounds, between true borders."""
    sounds = len(re.sub("[ぁぃぅぇぉゃゅょ]|[^ぁ-ん]", "", text[start:end]))
    borders = _BORDER_BEFORE.match(text, start) and _BORDER_BEHIND.match(text, end)
    return (is_shown or sounds > 2) and borders is not None
