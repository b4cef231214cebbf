"""Names from other countries, told by their form: グエン（ベトナム出身）, ファム・ティ・ラン, Maria Lopez.

Their words are in no list of Japanese names, and seldom in one of ordinary words.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from archiver.export.mask import name_checks
from archiver.export.mask.leftover_patterns import KANJI, KATAKANA
from archiver.export.mask.name_contexts import PERSONS_THING
from archiver.export.mask.name_data import leftover_words, ordinary_words, rare_names

_WORD = rf"(?:[{KATAKANA}]{{2,10}})"
_COUNTRIES = (
    "ベトナム|中国|韓国|台湾|香港|フィリピン|ネパール|ミャンマー|インドネシア|インド|タイ|スリランカ|バングラデシュ|パキスタン|モンゴル|カンボジア|ラオス"
    "|マレーシア|シンガポール|米国|アメリカ|カナダ|メキシコ|ブラジル|ペルー|英国|イギリス|フランス|ドイツ|イタリア|スペイン|ポルトガル|オランダ|ベルギー"
    "|スイス|スウェーデン|ノルウェー|フィンランド|ポーランド|ウクライナ|ロシア|トルコ|イラン|エジプト|ナイジェリア|ケニア|ガーナ|オーストラリア|ニュージーランド"
)
_IN_BRACKETS = re.compile(
    rf"(?P<name>(?<![{KATAKANA}・])[{KATAKANA}]{{2,10}}(?:[・ =][{KATAKANA}]{{1,10}}){{0,4}}"
    rf"|(?<![A-Za-z0-9@/._-])[A-Z][a-z]{{1,12}}(?: [A-Z][a-z]{{1,12}}){{0,3}}|(?<![{KANJI}])[{KANJI}]{{1,4}})"
    rf" ?\((?:[^()\n]{{0,8}}(?:{_COUNTRIES})(?:人|籍|出身|在住|国籍|語|の方|から|支社|拠点|チーム|側|担当|オフィス)?"
    rf"|[^()\n]{{0,8}}(?:通訳|実習生|留学生|技能実習|特定技能|出身|在住|人|さん|担当|本名|通称|愛称|呼び名|[0-9]{{2}}歳?))[^()\n]{{0,6}}\)"
)
_DOTTED = re.compile(rf"(?<![{KATAKANA}・]){_WORD}(?:[・=]{_WORD}|・[A-Z]\.?(?=・)){{1,4}}(?![{KATAKANA}・])")
_LATIN_ROW = re.compile(
    r"(?<![A-Za-z0-9@/._-])[A-Z][a-z]{1,12}(?: [A-Z]\.?)?(?:[ -][A-Z][a-z]{1,12}){1,3}(?![A-Za-z0-9@/_-])"
)
_HAS_CAPITALS = re.compile("[A-Z][a-z.]+[ -][A-Z]")
_OF_THING = re.compile(f"(?!案件|宛|経由|宅|名義|以外|含め|担当|著|訳|本人|不在|側の|待ち)[{KANJI}ァ-ヴー](?<![様氏])")
"""Behind a name they make it a part of a longer word."""


def names_from_abroad(text: str) -> Iterator[tuple[int, int]]:
    """Where in a normalised text such names stand."""
    for match in _IN_BRACKETS.finditer(text) if "(" in text else ():
        if _is_told_from_abroad(match["name"]):
            yield match.span("name")
    for match in _DOTTED.finditer(text) if "・" in text or "=" in text else ():
        words = re.split("[・=]", match[0])
        unknown = [word for word in words if word not in ordinary_words().katakana and len(word) > 1]
        known = [word for word in unknown if name_checks.is_foreign(word)]
        is_name = known and len(unknown) == len(words)
        is_thing = _OF_THING.match(text, match.end()) or (
            text.startswith("の", match.end()) and PERSONS_THING.match(text, match.end()) is None
        )
        if is_name and not is_thing:
            yield match.span()
    for match in _LATIN_ROW.finditer(text) if _HAS_CAPITALS.search(text) else ():
        words = [word.lower() for word in re.split("[ -]", match[0].replace(".", ""))]
        is_known = len(words[0]) > 2 and (_is_given(words[0]) or _is_given(words[-1]))
        is_word = any(word in leftover_words().latin_words for word in words)
        if is_known and not is_word:
            yield match.span()


def _is_given(word: str) -> bool:
    return word in leftover_words().foreign_latin_names or word in rare_names().latin


def _is_told_from_abroad(name: str) -> bool:
    if name[0].isascii():
        return not all(word.lower() in leftover_words().latin_words for word in name.split())
    if name_checks.is_katakana(name[0]):
        words = re.split("[・ =]", name)
        return not any(word in ordinary_words().katakana or word in leftover_words().role_titles for word in words)
    return name_checks.is_spoken_surname(name) and name not in ordinary_words().kanji
