"""Says whether two display names look like one: for names that another account took, and never for who somebody is.

Width, case, kanji variants, spaces, signs, letters of other scripts that look alike, the order of surname and given
name, and words such as 公式 make no difference. Of a surname alone nothing else may be left.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache, lru_cache
from typing import NamedTuple

from archiver.letter_folding import folded_text

_LOOK_ALIKES = str.maketrans("ーカニロタトエハオチヘリ", "一力二口夕卜工八才千へり")
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
    one, other = _forms(name), _forms(known)
    return bool((one.whole | one.without_number | one.persons) & other.whole or other.persons & one.whole)


class _Forms(NamedTuple):
    """The forms by which a name is compared."""

    whole: frozenset[str]
    without_number: frozenset[str]
    """Without a number at its end."""
    persons: frozenset[str]
    """Those of its first or last parts that are a whole personal name."""


@lru_cache(4096)
def _forms(name: str) -> _Forms:
    parts = [one for part in _PARTS.split(unicodedata.normalize("NFKC", name)) if (one := _folded(part))][:_LONGEST]
    named = [one for part in parts if (one := _without_words(part))] or parts
    digits = [*named[:-1], _DIGITS.sub("", named[-1])] if named else []
    if named and named[-1].isdigit():
        digits = named[:-1]
    ends = [end for cut in range(1, len(named)) for end in (named[:cut], named[cut:])]
    persons = [end for end in ends if _PERSON.fullmatch(" ".join(end)) and not _WORK.search("".join(end))]
    whole = _compared(named) or frozenset({name.strip()} - {""})  # of signs alone
    return _Forms(whole, _compared(digits), frozenset().union(*map(_compared, persons)))


def _folded(part: str) -> str:
    return _BETWEEN.sub("", folded_text(re.sub("(.)々", r"\1\1", part[:_LONGEST]).translate(_LOOK_ALIKES)))


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
