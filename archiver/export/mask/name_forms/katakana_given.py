"""Given names in katakana as people are called, and names in katakana before a role.

「テツに頼む」, 「コージが言う」, 「ジュンジュン」, 「作曲 テツロー」, 「ハッサンシェフ」.

Long vowels are written with a stroke there: コージ is こうじ.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator

from archiver.export.mask import name_checks
from archiver.export.mask.leftover_patterns import KATAKANA, any_of
from archiver.export.mask.name_checks import in_hiragana
from archiver.export.mask.name_contexts import person_behind
from archiver.export.mask.name_data import beginnings_of_names, given_names, leftover_words, ordinary_words, surnames

_CALLED = re.compile(rf"(?<![{KATAKANA}・])[{KATAKANA}]{{2,7}}(?=[がはもにへと](?!ー)|から|より)")
_SPEAKS_OR_IS_ASKED = re.compile(
    r"が[「『]|(?:が|は|も)[^。\n!?「」]{0,8}?(?:言っ|言う|言わ|言い|ゆう|いう[てと]|しやが|してくれ|してもた|帰っ|来て|描い)"
    r"|(?:に|へ)[^。\n!?、]{0,12}?(?:もら|頼|聞[いくか]|聴|渡|伝え|お願い|任せ|見せ|投げ)"
)
_DOUBLED = re.compile(rf"(?<![{KATAKANA}])(?P<base>[{KATAKANA}]{{2,3}})(?P=base)(?=[がはもにと]|さん|から)")
_CREDIT = re.compile(
    rf"(?:作詞|作曲|編曲|原案|原作|作画|脚本|演奏|歌唱|歌|語り|朗読|出演|撮影|演出|録音|振付|声)[ :・]"
    rf"(?P<name>[{KATAKANA}]{{2,8}})(?=[/、,・\s]|$)"
)
_VOWELS = {
    **dict.fromkeys("おこそとのほもよろごぞどぼぽょうくすつぬふむゆるぐずづぶぷゅ", "う"),
    **dict.fromkeys("えけせてねへめれげぜでべぺいきしちにひみりぎじぢびぴ", "い"),
    **dict.fromkeys("あかさたなはまやらわがざだばぱゃ", "あ"),
}


def katakana_given_names(text: str) -> Iterator[tuple[int, int]]:
    """Where in a normalised text somebody is called by a name in katakana."""
    for match in _CALLED.finditer(text):
        if _is_called(match):
            yield match.span()
    for match in _DOUBLED.finditer(text):
        is_word = match[0] in ordinary_words().katakana or in_hiragana(match[0]) in leftover_words().doubled_words
        if in_hiragana(match["base"]) in given_names().readings and not is_word:
            yield match.span()
    for match in _CREDIT.finditer(text):
        is_word = match["name"] in ordinary_words().katakana
        if (is_given_reading(match["name"]) or name_checks.is_kana_person(match["name"])) and not is_word:
            yield match.span("name")
    for match in _before_role().finditer(text) if _katakana_roles().search(text) else ():
        if name_checks.is_kana_person(match[0]):
            yield match.span()


def _is_called(match: re.Match[str]) -> bool:
    """Whether a word is a given name, or one of another country, and somebody speaks or is asked."""
    text, word = match.string, match[0]
    speaks = _SPEAKS_OR_IS_ASKED.match(text, match.end()) or person_behind().match(text, match.end())
    if speaks is None or (word in ordinary_words().katakana and word not in leftover_words().foreign_names):
        return False
    if word in leftover_words().foreign_names:
        return _SPEAKS_OR_IS_ASKED.match(text, match.end()) is not None
    return is_given_reading(word)


def speaks_or_is_asked(text: str, end: int) -> bool:
    """Whether what stands behind a word says that somebody speaks, or is asked something."""
    return _SPEAKS_OR_IS_ASKED.match(text, end) is not None


def is_given_reading(word: str) -> bool:
    """Whether kana are a given name, also with strokes for long vowels, or the two kana with which many begin."""
    reading = without_strokes(in_hiragana(word))
    return reading in given_names().readings or reading in _short_forms()


def without_strokes(reading: str) -> str:
    """The reading with each stroke written as the vowel that it lengthens."""
    written = ""
    for kana in reading:
        written += _VOWELS.get(written[-1:], kana) if kana == "ー" else kana
    return written


@functools.cache
def _short_forms() -> frozenset[str]:
    """The beginnings of two kana that are called alone: テツ of てつろう, ヤス of やすひこ."""
    long = [one for one in given_names().readings if len(one) > 3]
    return frozenset(one[:2] for one in long if one[:2] not in surnames().readings)


def is_begun_given(word: str) -> bool:
    """Whether kana behind a surname are the beginning of a name."""
    return without_strokes(in_hiragana(word))[:2] in beginnings_of_names()


@functools.cache
def _katakana_roles() -> re.Pattern[str]:
    return re.compile(any_of(one for one in leftover_words().role_titles if name_checks.is_katakana(one[0])))


@functools.cache
def _before_role() -> re.Pattern[str]:
    return re.compile(rf"(?<![{KATAKANA}])[{KATAKANA}]{{2,9}}?(?={_katakana_roles().pattern}(?![{KATAKANA}]))")
