"""Folds texts: for the search (forms, cases, spaces, commas in numbers), and for masking with their positions kept.

Masking folds to one width, case and form of each letter, without accents and invisible characters. So full-width
digits, half-width kana, other scripts' digits, zero-width marks, accents or variants of kanji (髙 for 高) keep nothing
from being found. What is replaced are the characters of the original.
The search of an exported transcript (`render/exported_page_search.py`) joins forms and cases only.
"""

from __future__ import annotations

import functools
import re
import unicodedata
from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

# Invisible characters that count as letters or symbols: Hangul fillers, the empty Braille pattern.
_INVISIBLE = frozenset("\u115f\u1160\u2800\u3164\uffa0")
_DASHES = frozenset("\u2010\u2011\u2012\u2013\u2014\u2015\u2212\u30fc\u2500\u2501\u2796\u207b\u208b")
_LOOK_ALIKES = str.maketrans("авекмнорстухіѕјαβεζηικμνορτυχ", "abekmhopctyxisjabezhikmnoptyx")
"""Small letters of other scripts whose small or capital form looks like a Latin one."""
_HALF_MARKS = frozenset("\uff9e\uff9f")
"""The marks of voiced kana, as half-width letters: ｶﾞ."""
_LINE_ENDS = frozenset("\n\r\x0b\x0c\x85\u2028\u2029")
_UNSEEN_CATEGORIES = ("Cf", "Cc", "Cs", "Mn", "Me")
_NUMBER_OF_ITEM = re.compile("(?<![0-9０-９①-⒛⓪-❿])[①-⒛❶-❿](?=[0-9０-９+@A-Za-z])")
"""The number of an item directly before another number or a word, which is no part of it: ①03-…, ②MIKU."""
_CONTROLS = re.compile("[\x00-\x09\x0b-\x1f\x7f]")


@dataclass(frozen=True, slots=True)
class FoldedText:
    """A folded text, and the position in the original of each of its characters; None: the same positions."""

    text: str
    places: array[int] | None
    original: str

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The range of the original that gave these characters, with accents that belong to the last one."""
        if self.places is None:
            return start, end
        first, last = self.places[start], self.places[end - 1] + 1
        while last < len(self.original) and (
            self.original[last] in _HALF_MARKS or unicodedata.category(self.original[last])[0] == "M"
        ):
            last += 1
        return first, last


TAG = "\0"
"""Stands for a whole tag of the notation; no other text is folded to this character."""


def fold_letters(original: str, tags: Sequence[tuple[int, int]] = ()) -> FoldedText:
    """Fold a text by characters, in linear time: each becomes none, one or a few, each of the tags one `TAG`."""
    if not tags and original.isascii() and not _CONTROLS.search(original):
        return FoldedText(original.lower(), None, original)
    pieces = [_FOLDED_CHARACTERS[character] for character in original]
    for match in _NUMBER_OF_ITEM.finditer(original):
        pieces[match.start()] = " "
    for start, end in tags:
        pieces[start:end] = [TAG, *[""] * (end - start - 1)]
    text = "".join(pieces)
    if len(text) == len(original) and "" not in pieces:
        return FoldedText(text, None, original)
    places = array("I", (position for position, piece in enumerate(pieces) for _ in piece))
    return FoldedText(text, places, original)


def folded_text(original: str) -> str:
    """The folded text without positions, for names to be searched in folded texts."""
    return "".join([_FOLDED_CHARACTERS[character] for character in original])


def folded_word(original: str) -> str:
    """A word of our own patterns, folded while they are imported: none of its kanji is a variant of another."""
    return "".join([_fold_width(character) for character in original])


class _CharacterFolds(dict[str, str]):
    """A cache of folded characters."""

    def __missing__(self, character: str) -> str:
        width = _fold_width(character)
        self[character] = fold = "".join([kanji_variants().get(part, part) for part in width])
        return fold


def _fold_width(character: str) -> str:
    if character in _LINE_ENDS:
        return "\n"
    if character.isspace():
        return " "
    if character in _INVISIBLE or unicodedata.category(character) in _UNSEEN_CATEGORIES:
        return ""
    digit = unicodedata.decimal(character, None)
    if digit is not None:
        return str(digit)
    if character in _DASHES:
        return "-"
    parts = unicodedata.normalize("NFKD", character).casefold().translate(_LOOK_ALIKES)
    kept = [part for part in parts if unicodedata.category(part) not in _UNSEEN_CATEGORIES]
    return "".join("-" if part in _DASHES else part for part in kept)


_FOLDED_CHARACTERS = _CharacterFolds()


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


_KANA_LIKE_KANJI = str.maketrans("ーカニロタトエハオチヘリ", "一力二口夕卜工八才千へり")
"""Kana → the kanji or hiragana that looks like it; the folding knows Cyrillic and Greek letters of the usual kind."""
_LATIN = str.maketrans(
    "l10пгиьԁѵԝһӏոսօցհıɑɡᴀʙᴄᴅᴇꜰɢʜɪᴊᴋʟᴍɴᴏᴘʀꜱᴛᴜᴠᴡʏᴢøłđ", "iionrubdvwhinuoghiagabcdefghijkimnoprstuvwyzoid"
)
_BESIDE = (
    "公式 公式アカウント 本人 本物 正規 様 さん さま 氏 先生 解約済 退職 代表 代表取締役 社長 取締役 担当 担当者"
    " 新 旧 新アカウント 新アカ サブ 予備 業務用 仕事用 個人 アカウント official real new sub ceo account mr ms dr jr"
    " 株式会社 有限会社 合同会社 株 inc ltd llc"
)
"""Words beside a name that make it no other name."""
_BETWEEN = re.compile(r"[\W_]+")
_PARTS = re.compile(r"[\W_]+|(?<=[A-Za-z])(?=[一-鿿])|(?<=[一-鿿])(?=[A-Za-z])")
_LONGEST = 100
"""How many parts of a name count, and how many letters of a part."""
_DIGITS = re.compile(r"(?<=\D)\d{1,3}$")
_PERSON = re.compile("(?=.{4})[一-鿿][一-鿿々ヶぁ-ん]+(?: [一-鿿々ヶぁ-ん]+)?|[a-z]{3,} [a-z]{3,}")
_WORK = re.compile(
    "部|課|係|室|局|会|社|店|所|事務|窓口|管理|編集|制作|運営|動画|営業|経理|担当|募集|採用|通知|連絡|共有"
)
"""What is a name of surname and given name as far as its letters tell, and what belongs to no such name."""
_SHORTEST_TURNED = {"kanji": 3, "kana": 4, "latin": 8}
"""How many letters a name without a space must have so that its halves may be exchanged: 中田 is not 田中."""


def looks_like(name: str, known: str) -> bool:
    """Whether a name looks like a known one; a number may be added to it, but two different numbers tell apart.

    Of the name of a person one of the two may have more beside it: 田中太郎@ABC商事.
    """
    whole, without_number, persons = _forms(name)
    known_whole, _without_number, known_persons = _forms(known)
    return bool((whole | without_number | persons) & known_whole or known_persons & whole)


@lru_cache(4096)
def _forms(name: str) -> tuple[frozenset[str], frozenset[str], frozenset[str]]:
    """The forms by which a name is compared: whole, without a number at its end, and the parts that name a person.

    These are its first or last parts that are a whole personal name.
    """
    parts = [one for part in _PARTS.split(unicodedata.normalize("NFKC", name)) if (one := _folded(part))][:_LONGEST]
    named = [one for part in parts if (one := _without_words(part))] or parts
    digits = [*named[:-1], _DIGITS.sub("", named[-1])] if named else []
    if named and named[-1].isdigit():
        digits = named[:-1]
    ends = [end for cut in range(1, len(named)) for end in (named[:cut], named[cut:])]
    persons = [end for end in ends if _PERSON.fullmatch(" ".join(end)) and not _WORK.search("".join(end))]
    whole = _compared(named) or frozenset({name.strip()} - {""})  # of signs alone
    return whole, _compared(digits), frozenset().union(*map(_compared, persons))


def _folded(part: str) -> str:
    return _BETWEEN.sub("", folded_text(re.sub("(.)々", r"\1\1", part[:_LONGEST]).translate(_KANA_LIKE_KANJI)))


def _without_words(part: str) -> str:
    """A part of a name without the words beside it, at either end; of one letter only if they stand alone."""
    if part in _words():
        return ""
    for word in _words():
        if len(word) > 1 or word in "様氏":
            part = part.removesuffix(word) or part
        if len(word) > 1 and not word.isascii():
            part = part.removeprefix(word) or part
    return part


@cache
def _words() -> tuple[str, ...]:
    return tuple(sorted(map(_folded, _BESIDE.split()), key=len, reverse=True))


def _compared(parts: list[str]) -> frozenset[str]:
    alike = [one.translate(_LATIN).replace("rn", "m").replace("vv", "w") for one in parts]
    whole = "".join(alike)
    if not whole:
        return frozenset()
    kind = "latin" if whole.isascii() else "kanji" if re.search("[一-鿿]", whole) else "kana"
    turned = {min(whole[cut:] + whole[:cut] for cut in range(len(whole)))}
    may_turn = len(whole) >= _SHORTEST_TURNED[kind]
    return frozenset({whole, *(turned if may_turn else ()), *({" ".join(sorted(alike))} if len(alike) > 1 else ())})


_COMMAS = re.compile(r"(?<=[0-9]),(?=[0-9])")
"""Commas within numbers, as in 5,000."""
_OPEN_COMMA = re.compile(r"^,[0-9]|[0-9],$")
"""A comma at an end that may stand within a number."""
_BETWEEN_FORMS = "\U0010fffd"
"""Stands between the two forms of a text; a private character, so that no word goes across."""


def join_forms(text: str) -> str:
    """The text without differences of form and case (NFKC; `ß` = `ss`, `ｶ` = `カ`); spaces stay as they are."""
    return unicodedata.normalize("NFKC", text).lower().upper().lower().replace("ς", "σ")


def fold(text: str) -> str:
    """The text without differences of form, case, kind of space and variant of kanji, without spaces at its ends."""
    return " ".join(join_variants(join_forms(text)).split())


def fold_character(character: str) -> str:
    """One character of a text, with its accents, folded; a space stays what it is."""
    return join_variants(join_forms(character))


def fold_word(text: str) -> str:
    """A word that is searched for, folded; 5,000 is 5000, unless the word ends or begins within a number."""
    folded = fold(text)
    return folded if _OPEN_COMMA.search(folded) else join_numbers(folded)


def fold_searched(text: str) -> str:
    """A text that is searched, folded; one that has 5,000 also has 5000, so that every part of it is found."""
    folded = fold(text)
    joined = join_numbers(folded)
    return folded if joined == folded else f"{folded} {_BETWEEN_FORMS} {joined}"


def is_comma_in_number(folded: str, index: int) -> bool:
    """Whether the character at this place is a comma within a number."""
    return _COMMAS.match(folded, index) is not None


def join_numbers(folded: str) -> str:
    """A folded text without the commas in its numbers."""
    return _COMMAS.sub("", folded) if "," in folded else folded
