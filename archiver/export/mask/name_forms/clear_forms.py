"""Names told by what stands at them: 鏑様, 契約者樫村 和代, 辞めたさやかちゃん, 請求書(大塚).xlsx."""

from __future__ import annotations

import re
from collections.abc import Iterator

from archiver.export.mask import name_checks
from archiver.export.mask.leftover_patterns import KANJI, has_any
from archiver.export.mask.name_data import given_names, leftover_words, ordinary_words, surnames
from archiver.export.mask.name_forms.katakana_given import without_strokes
from archiver.export.mask.name_forms.unknown_surnames import (
    is_given_by_form,
    is_likely_given,
    is_unfamiliar,
    is_unknown_surname,
)

_NO_NAME_BEFORE = {
    "様": "名客神皆王月奥仏殿姫嫁孫母父兄姉爺婆娘主何誰方社店妹弟同多仕模異一二三有各今両別文"
    "紋態上下若貴子夫妻親逆左遠",
    "さ": "客神皆王月奥仏殿姫嫁孫母父兄姉爺婆娘主何誰方社店妹弟者屋医先"
    "猫犬象鳥魚虫豚羊狐狸亀蛙猿兎子夫妻親園寺局所国県市町村上人今色",
    "氏": "某同両諸各彼源平人",
    "殿": "御宮神本貴沈拝社内主",
}
"""Characters that are a word with a title, and no name."""
_SINGLE = re.compile(
    rf"(?<![{KANJI}お])(?P<name>[{KANJI}])(?=(?P<title>[様氏殿])(?![{KANJI}])|(?P<long>さ)(?:ん(?![ざぷ橋])|ま(?![ざで])))"
)
_SHORT_TITLES = frozenset("様氏殿")
_SPACED = re.compile(
    rf"(?<![{KANJI}])(?=(?P<first>[{KANJI}]{{1,8}}) (?P<second>[{KANJI}]{{1,3}}?)"
    rf"(?:(?![{KANJI}])|(?=[様氏殿君宛著作訳画記拝筆](?![{KANJI}])|先生|名義|社長|代表|監督|選手)))"
)
_SPACED_KANA_GIVEN = re.compile(rf"(?<![{KANJI}])(?P<first>[{KANJI}]{{2,8}}) (?P<second>[ぁ-ん]{{2,8}})")
_KANA_PAIR = re.compile(
    r"(?<![ぁ-ん])(?P<first>[ぁ-ん]{2,6}) (?P<second>[ぁ-ん]{2,5}?)(?=って|さん|です|[はがのにとをへも]|[^ぁ-ん]|$)"
)
_TITLED_KANA = re.compile(r"(?P<run>[ぁ-んー]{3,12}?)(?=ちゃん|くん|さん|先生)")
_IN_FILE = re.compile(rf"\((?P<name>[{KANJI}]{{1,4}})\)(?:[_-][^\s。、]{{0,20}})?\.[A-Za-z0-9]{{2,4}}(?![A-Za-z0-9])")
_ONE_IN_BRACKETS = re.compile(rf"\((?P<name>[{KANJI}])\)(?=[はがもにを、]|だけ|のみ)")
_KING = re.compile(
    rf"(?<![{KANJI}お])(?P<name>[王金馬])(?=様(?:と(?:の|打|電話|お?話)|に(?:確認|ご?連絡|送)|から(?:ご?連絡|お?電話|メール)|へ(?:の|ご)|より|宛))"
)
"""Surnames that are a word before 様, where somebody is met or written to."""
_SHORTENED = re.compile(rf"(?<![{KANJI}])(?![坊嬢])[{KANJI}]っ(?:ちゃん|つぁん|さん|くん)")
"""What somebody is called by the first character of a name: 松っちゃん."""
_CALLED_CHAN = re.compile(
    rf"(?<![{KANJI}])(?P<name>(?![赤坊兄姉嬢爺婆猫犬娘孫皆熊何母父妹弟])[{KANJI}])ちゃん(?=と(?:呼|会[いうっ]|話|打[ちつ]|一緒|相談|同[じ席]))"
)
_NO_ONE = frozenset("日月火水木金土祝休株有社代財他男女税仮済大中小前後左右上下新旧同注例案内外一二三四五六七八九十")
_SIGNED = re.compile(
    rf"[「『](?P<name>[{KANJI}]{{1,4}})[」』]と(?:だけ|しか|のみ)?(?:サイン|署名|記名|名乗|押印|捺印|手書き)"
)
_DOES = re.compile(
    rf"(?<![{KANJI}])(?P<name>[{KANJI}]{{2,3}})が[{KANJI}ァ-ヴー]{{1,6}}を"
    "(?:引い|引く|描|書|見て|見る|撮|作っ|直し|送っ|持っ|預|読|歌|弾|聞|話|教|訳|編|担当|受け持)"
)


def clear_forms(text: str) -> Iterator[tuple[int, int]]:
    """Where in a normalised text a name stands in a form that hardly anything else has."""
    for match in _SINGLE.finditer(text) if has_any(text, _SHORT_TITLES) or "さん" in text or "さま" in text else ():
        if match["name"] not in _NO_NAME_BEFORE[match["title"] or match["long"]]:
            yield match.span("name")
    for match in _SHORTENED.finditer(text) if "っ" in text else ():
        yield match.span()
    for match in _KING.finditer(text) if "様" in text else ():
        yield match.span("name")
    if " " in text:
        yield from _spaced_names(text)
    if "さん" in text or "ちゃん" in text or "くん" in text or "先生" in text:
        yield from _titled_kana(text)
    if "(" in text:
        yield from _in_brackets(text)
    for match in _CALLED_CHAN.finditer(text) if "ちゃんと" in text else ():
        yield match.span("name")
    for match in _SIGNED.finditer(text) if "」と" in text or "』と" in text else ():
        if name_checks.is_spoken_surname(match["name"]) or match["name"] in surnames().kanji:
            yield match.span("name")
    for match in _DOES.finditer(text) if "が" in text and "を" in text else ():
        if _is_rarer_surname(match["name"]):
            yield match.span("name")


def _spaced_names(text: str) -> Iterator[tuple[int, int]]:
    for match in _SPACED.finditer(text):
        start = name_checks.surname_start(match["first"])
        if start is not None and (_may_be_given(match["second"]) or is_likely_given(match["second"])):
            yield match.start("first") + start, match.end("second")
        elif is_unfamiliar(match["first"]) and is_likely_given(match["second"]):
            yield match.start("first"), match.end("second")
    for match in _SPACED_KANA_GIVEN.finditer(text):
        start = name_checks.surname_start(match["first"])
        end = _end_of_given(match["second"]) if start is not None else None
        if start is not None and end is not None:
            yield match.start("first") + start, match.start("second") + end
    readings = given_names().readings
    for match in _KANA_PAIR.finditer(text):
        first, second = match.groups()
        is_surname = first in surnames().readings or (len(first) > 2 and first not in ordinary_words().hiragana)
        if second in readings and is_surname and (len(second) > 2 or first in surnames().readings):
            yield match.span()


_BEHIND_GIVEN = re.compile(
    "に(?:なっ|変|し|お|確|頼|連|は|も|て)|[がはをもとへのや]|さん|さま|ちゃん|です|から|より|まで|って|という|宛|名義|$"
)


def _end_of_given(kana: str) -> int | None:
    """Where the longest given name ends with which hiragana behind a surname begin, before a particle."""
    for length in range(min(5, len(kana)), 1, -1):
        given = kana[:length]
        if given in given_names().readings and _BEHIND_GIVEN.match(kana, length):
            return length
    return None


def _may_be_given(word: str) -> bool:
    """Whether kanji behind a surname and a space are a given name, or end like one."""
    words = leftover_words()
    if is_given_by_form(word) or word in words.name_words:
        return True
    if len(word) == 1:
        return word in words.single_given_names
    is_word = word in words.people_words or word in ordinary_words().kanji
    return word[-1] in words.given_name_ends and not is_word


def _titled_kana(text: str) -> Iterator[tuple[int, int]]:
    """The longest end of a run of hiragana before a title that is the reading of a name."""
    known = given_names().readings, surnames().readings
    for match in _TITLED_KANA.finditer(text):
        run = match["run"]
        for length in range(min(6, len(run) - (0 if "ー" in run else 1)), 2, -1):
            if any(without_strokes(run[-length:]) in readings for readings in known):
                yield match.end() - length, match.end()
                break


def _in_brackets(text: str) -> Iterator[tuple[int, int]]:
    for match in _IN_FILE.finditer(text):
        is_one = match["name"] in surnames().kanji and match["name"] not in _NO_ONE
        if is_one or (len(match["name"]) > 1 and name_checks.is_spoken_surname(match["name"])):
            yield match.span("name")
    ones = [one for one in _ONE_IN_BRACKETS.finditer(text) if one["name"] not in _NO_ONE]
    if len(ones) > 1 and all(name_checks.is_spoken_surname(one["name"]) for one in ones):
        yield from (one.span("name") for one in ones)


def _is_rarer_surname(word: str) -> bool:
    words = ordinary_words()
    is_known = name_checks.is_spoken_surname(word) or is_unknown_surname(word)
    return is_known and word not in words.kanji and word not in leftover_words().prefectures
