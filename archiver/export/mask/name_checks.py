"""Judges whether a word is a name: a surname, a given name, both in kana or in Latin letters."""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Iterable

from archiver.export.mask.folding import folded_text
from archiver.export.mask.kanji_names import (
    are_words,
    folded_doubtful_surnames,
    folded_spoken_characters,
    folded_surnames,
    name_in_run,
)
from archiver.export.mask.name_data import (
    given_names,
    leftover_words,
    name_spellings,
    ordinary_words,
    rare_names,
    surnames,
)

__all__ = ["are_words"]

_PARTICLES = frozenset("はがをにとのでもへやねよ")
_MIN_JOINED_LENGTH = 8
_SYLLABLE = re.compile("(?P<double>[kstpcg])(?=(?P=double))|[bcdfghjkmnprstwyz]{0,2}[aiueo]|n")
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
_SMALL_ROWS = {
    "ky": "き",
    "sh": "し",
    "ch": "ち",
    "ny": "に",
    "hy": "ひ",
    "my": "み",
    "ry": "り",
    "gy": "ぎ",
    "j": "じ",
    "by": "び",
    "py": "ぴ",
}
_KANA_OF = (
    {first + vowel: kana for first, row in _ROWS.items() for vowel, kana in zip("aiueo", row, strict=True)}
    | {
        first + vowel: kana + small
        for first, kana in _SMALL_ROWS.items()
        for vowel, small in zip("auo", "ゃゅょ", strict=True)
    }
    | {
        "shi": "し",
        "chi": "ち",
        "tsu": "つ",
        "fu": "ふ",
        "ji": "じ",
        "ya": "や",
        "yu": "ゆ",
        "yo": "よ",
        "wa": "わ",
        "wo": "を",
    }
)
"""Each syllable in Latin letters, as Hepburn writes it, with its kana."""


def in_hiragana(text: str) -> str:
    """The text with hiragana in the place of katakana."""
    return "".join(chr(ord(one) - 0x60) if "ァ" <= one <= "ヶ" else one for one in text)


def is_katakana(character: str) -> bool:
    """Whether a character is one of katakana, or lengthens one."""
    return "ァ" <= character <= "ヴ" or character == "ー"


def is_surname(name: str) -> bool:
    """Whether kanji are a surname; of one character only those that are seldom words."""
    return folded_text(name) in folded_surnames()


def is_spoken_surname(name: str) -> bool:
    """Whether kanji are a surname where a person is spoken of."""
    folded = folded_text(name)
    return folded in folded_surnames() or folded in folded_spoken_characters() or folded in folded_doubtful_surnames()


def is_full_name(run: str) -> bool:
    """Whether a whole run of kanji is a surname that is no common word, or a surname with a likely given name."""
    return name_in_run(run) == (0, len(run))


def is_labelled_name(run: str) -> bool:
    """Whether kanji behind a label are a surname, with a likely given name or without."""
    if is_spoken_surname(run) or is_full_name(run):
        return run not in leftover_words().no_names
    return any(is_surname(run[:cut]) and run[cut:] and is_given_name(run[cut:]) for cut in (2, 3))


def is_given_name(name: str) -> bool:
    """Whether a word behind a surname is likely to be a given name: it is not if it is an ordinary word."""
    if name in leftover_words().no_names or name in leftover_words().work_words or name in ordinary_words().kanji:
        return False
    is_kana = re.match("[ぁ-んァ-ヴ]", name) is not None and name not in ordinary_words().katakana
    return is_kana or len(name) == 2 or name[-1] in leftover_words().given_name_ends


def is_kana_surname(word: str) -> bool:
    """Whether kana are the reading of a surname and no common word."""
    return in_hiragana(word) in surnames().readings and word not in leftover_words().no_names


def is_kana_person(word: str) -> bool:
    """Whether kana are a surname, a given name or a name from another country, whatever else they may mean."""
    reading = in_hiragana(word)
    if word in leftover_words().foreign_names or (
        reading in surnames().readings and word not in leftover_words().no_names
    ):
        return True
    is_word = word in ordinary_words().katakana or word in ordinary_words().hiragana
    return reading in given_names().readings and not is_word


def is_foreign(word: str) -> bool:
    """Whether katakana are a name of a person, mostly from abroad, and no known word."""
    return word in leftover_words().foreign_names or (len(word) > 2 and word in rare_names().katakana)


def is_name_reading(kana: str) -> bool:
    """Whether kana are the reading of a surname or a given name, however rare."""
    reading, rare = in_hiragana(kana), rare_names()
    known = (surnames().readings, given_names().readings, rare.surname_readings, rare.given_readings)
    return any(reading in one for one in known)


def is_rare_kana_name(run: str) -> bool:
    """Whether hiragana are a surname and a given name without a space, however rare."""
    rare = rare_names()
    first, second = (surnames().readings, rare.surname_readings), (given_names().readings, rare.given_readings)
    return any(
        any(run[:cut] in known for known in first) and any(run[cut:] in known for known in second)
        for cut in range(3, len(run) - 2)
    )


def is_kana_name(run: str) -> bool:
    """Whether hiragana are a surname and a given name without a space."""
    return any(
        run[:cut] in surnames().readings and run[cut:] in given_names().readings for cut in range(2, len(run) - 1)
    )


def is_pair(given: str, surname: str) -> bool:
    """Whether lower-case Latin words are a given name and a surname."""
    return given in given_names().romaji and surname in surnames().romaji


@functools.lru_cache(8192)
def is_romanised(word: str) -> bool:
    """Whether a Latin word is a surname and no common word, or a surname and a given name written together."""
    lower = word.lower()
    if lower in leftover_words().latin_words:
        return False
    if lower in surnames().romaji:
        return len(word) > (4 if word.islower() else 3)
    if len(word) > 6 and any(one in rare_names().surname_readings for one in romaji_readings(lower)):
        return True
    return len(word) >= _MIN_JOINED_LENGTH and any(
        is_pair(lower[:cut], lower[cut:]) or is_pair(lower[cut:], lower[:cut]) for cut in range(3, len(word) - 2)
    )


@functools.lru_cache(8192)
def romaji_readings(word: str) -> tuple[str, ...]:
    """The kana that a lower-case Latin word may stand for, with a long vowel at the end or without; none: no kana."""
    kana, rest = "", re.sub("m(?=[bp])", "n", word).replace("tch", "cch")
    while rest:
        match = _SYLLABLE.match(rest)
        if match is None:
            return ()
        kana += "っ" if match["double"] else "ん" if match[0] == "n" else _KANA_OF.get(match[0], "")
        if not match["double"] and match[0] != "n" and match[0] not in _KANA_OF:
            return ()
        rest = rest[match.end() :]
    return (kana, kana + "う") if word.endswith(("o", "u")) else (kana,)


def surname_start(run: str) -> int | None:
    """Where in a run of kanji the surname begins that the run ends with, at most three characters before its end."""
    bare = run.replace(" ", "")
    offset = len(run) - len(bare)
    for length in range(min(8, len(bare)), 1, -1):
        end = bare[-length:]
        for cut in (5, 4, 3, 2):
            is_known = is_surname(end[:cut]) or folded_text(end[:cut]) in folded_doubtful_surnames()
            if is_known and len(end) - cut <= 3 and end not in leftover_words().no_names:
                return 0 if offset else len(run) - length
    return len(run) - 1 if len(bare) == 1 and bare in leftover_words().surname_characters else None


def hiragana_start(name: str, title: str) -> int | None:
    """The longest end of the run that is read as a surname; else, before さん and the like, what follows a particle."""
    is_reading = name in given_names().readings or name in surnames().readings
    is_word = name in leftover_words().no_name_ends or name in leftover_words().no_titled_words
    if len(name) > 3 and name in leftover_words().no_titled_words:
        return None
    if is_reading and not is_word and title in ("ちゃん", "さん", "さま", "様", "氏", "くん", "君"):
        return 0
    if len(name) > 3 and is_name_reading(name) and not is_word:
        return 0
    if title == "ちゃんと" and not is_word and _is_short_name(name):
        return 0
    for start in range(max(0, len(name) - 6), len(name) - 1):
        end = name[start:]
        if end in surnames().readings and end not in leftover_words().no_names:
            return start
        is_given = end in given_names().readings and end not in leftover_words().no_name_ends
        if is_given and (start == 0 or name[start - 1] in _PARTICLES):
            return start
    return None if title in ("くんの", "ちゃんと") else _bare_start(name, title)


def _is_short_name(name: str) -> bool:
    """Whether two or three kana are a given name or its beginning, and no word: 「だいちゃんとともくん」."""
    is_begun = len(name) == 2 and any(one.startswith(name) for one in given_names().readings)
    return (is_begun or name in given_names().readings) and name not in ordinary_words().hiragana


def _bare_start(name: str, title: str) -> int | None:
    words = leftover_words()
    if any(name.endswith(word) for word in words.no_name_ends):
        return None
    if ("ー" in name or name.endswith("っ")) and len(name) <= 5 and title in ("さん", "ちゃん", "くん"):
        return 0
    tail = re.search("[はがをにとのでもへやねよ](?P<tail>[ぁ-ん]{2,4})$", name)
    bare = name if len(name) <= 4 else (tail["tail"] if tail else "")
    is_word = not bare or bare in words.no_names
    return None if is_word or title not in ("さん", "さま", "様", "ちゃん") else len(name) - len(bare)


def spellings(names: Iterable[str]) -> frozenset[str]:
    """The other spellings of names that the data know, folded: kana of kanji and Latin letters, Latin of kana."""
    found: set[str] = set()
    for part in (part for name in names for part in re.split(r"[\s・/_.()（）]+", name)):
        kana, latin = in_hiragana(unicodedata.normalize("NFKC", part)), folded_text(part)
        readings = {reading for reading, romaji in name_spellings() if romaji == latin}
        readings |= {reading for reading, kanji in surnames().readings.items() if part in kanji}
        known = readings | ({kana} if re.fullmatch("[ぁ-んー]{2,}", kana) else set())
        found |= readings | {romaji for reading, romaji in name_spellings() if reading in known}
    hiragana = {one for one in found if not one.isascii()}
    katakana = {"".join(chr(ord(kana) + 0x60) if "ぁ" <= kana <= "ゖ" else kana for kana in one) for one in hiragana}
    return frozenset(map(folded_text, found | katakana))
