"""What people are called: あゆみママ, ペンネーム:月野うさこ, 夜空ミライさん, うさこ@翻訳さん, 佐〇木さん."""

from __future__ import annotations

import re
from collections.abc import Iterator

from archiver.export.mask import name_checks
from archiver.export.mask.kanji_names import are_words
from archiver.export.mask.leftover_patterns import KANJI, KATAKANA
from archiver.export.mask.name_data import given_names, leftover_words, ordinary_words, surnames
from archiver.export.mask.name_forms.unknown_surnames import is_likely_given

_FAMILY = (
    "(?:ママ|パパ|お?ば[あー]?(?:さん|ちゃん)|お?じ[いー]?(?:さん|ちゃん)|おばさん|おじさん|お?[兄姉]ちゃん|お?[兄姉]さん|姐さん|どん|姫|王子"
    "|師匠|番長|親方|隊長|店長|先生|先輩|役|社長|編集長|母さん|父さん)"
)
_IN_FAMILY = re.compile(
    rf"(?:(?<![ぁ-んー])|(?<=[のはがとも]))(?P<hira>[ぁ-んー]{{2,5}}?){_FAMILY}(?:さん)?(?!ー)"
    rf"|(?<![{KATAKANA}])(?P<kata>[{KATAKANA}]{{2,6}}?){_FAMILY}(?:さん)?(?![{KATAKANA}])"
    rf"|(?<![{KANJI}])(?P<kanji>[{KANJI}]{{2,3}}?)(?:ママ|パパ|お?[兄姉]ちゃん|おば(?:さん|ちゃん)|おじ(?:さん|ちゃん))(?:さん)?"
)
_IS_FAMILY = re.compile("(?:ママ|パパ|さん|ちゃん|どん|姫|王子)$")
"""What is hidden with the name; a role is not."""
_HAS_FAMILY = re.compile(
    "ママ|パパ|[ばあじい兄姉母父姐](?:さん|ちゃん)|どん|姫|王子|師匠|番長|親方|隊長|店長|先生|先輩|役|社長|編集長"
)
_SAID = re.compile(
    r"(?:ハンドルネーム|ハンドル名|ペンネーム|ラジオネーム|リングネーム|ニックネーム|(?<![A-Za-z])[PH]N(?![A-Za-z])|芸名|源氏名|活動名|筆名|雅号|あだ名|愛称"
    r"|(?:ワーカー|クライアント|アカウント|ユーザー|表示|登録|ライター|作家|投稿者|出品者|配信者|ランサー)名"
    r"|(?:[Vv][Tt]uber|VTUBER|ブイチューバー|配信者|声優|ライバー|YouTuber|ユーチューバー|インフルエンサー|ブロガー|歌い手|絵師|コスプレイヤー)の)"
    r"(?: ?[:=→] ?|は、?|が|に|を)?「?"
    r"(?P<name>(?![のはがをにでと])[^\s、。,「」()!?:/]{2,14}?)"
    r"(?=さん|様|氏|です|だ(?:そう|った|と|よ)|という|って|名義|で(?:す|登録|活動|公開|出|お)|に(?:変|し)|[」、。)\s]|の(?:方|人)|$)"
)
_NO_NICKNAME = re.compile("文字|以上|以内|半角|全角|任意|必須|未定|不明|空欄|変更|入力|記載|統一|表示|[をがは]")
_HAS_SAID = re.compile(
    "ネーム|名|[PH]N|[Tt]uber|TUBER|ューバーの|配信者|声優|ライバー|ルエンサー|ブロガー|歌い手|絵師|レイヤー|愛称|雅号"
)
_COVERED = re.compile(
    rf"(?:[{KANJI}]{{1,2}}[〇○◯●*×✕]{{1,2}}[{KANJI}]{{0,2}}|[〇○◯●]{{1,2}}[{KANJI}]{{1,2}})(?=さん|様|氏|くん|君)"
)
_HAS_COVER = re.compile("[〇○◯●*×✕]")
_HAS_TITLE = re.compile("[ぁ-んァ-ヴー](?:さん|様|氏|くん|ちゃん|先生)|[一-鿿](?:さん|様|氏|くん|先生|選手)|名義")
_NAMED_LATER = re.compile(
    r"(?:ペンネーム|芸名|ハンドルネーム|ニックネーム|活動名|表示名|筆名)[^「」\n。]{0,12}[「『](?P<name>[^「」『』\n]{2,12})[」』](?=に|で|と|を|が|って)"
    r"|[「『](?P<alias>[^「」『』\n]{2,14})[」』]こと(?=[^\s、。]{1,8}(?:さん|氏|様|くん|ちゃん))"
)
"""ペンネームを「月見うどん」に, 「おかゆP」こと志村さん."""
_AT_WORK = re.compile(r"(?P<name>(?<![^\s、。「(])[^\s、。@「」()]{2,10}@[^\s、。@A-Za-z「」()]{1,10})(?=さん|様|氏)")
_MIXED = re.compile(
    rf"(?<![{KANJI}])(?P<head>[{KANJI}]{{1,3}})(?P<tail>[{KATAKANA}]{{2,8}}|[ぁ-ん]{{2,4}})(?=さん|様|氏|くん|ちゃん|先生|選手|名義)"
    rf"|(?<![{KATAKANA}])(?P<stage>[{KATAKANA}]{{2,8}})(?P<surname>[{KANJI}]{{2,3}})(?=さん|様|氏|くん|選手|先生|名義)"
)
_THREE = re.compile(
    rf"(?<![{KATAKANA}])[{KATAKANA}]{{2,9}}(?:[ ・][{KATAKANA}]{{2,9}}){{1,3}}(?=と申|です(?![か])|より|から)"
)
_UNDER_NAME = re.compile(
    rf"(?<![{KANJI}])(?P<surname>[{KANJI}]{{2,3}}) (?P<given>[ぁ-ん]{{2,4}}|[{KATAKANA}]{{2,5}})(?=名義|さん|様"
    rf"|氏|先生|です|と申)"
)
_SAYS = re.compile(rf"(?<![{KANJI}])(?P<name>[{KANJI}]{{2,4}}|[ァ-ヴー]{{2,8}})(?=いわく|曰く|曰わく)")
_AT_LINE = re.compile(
    rf"(?:^|[\s、。])@ ?(?P<name>[{KANJI}]{{1,6}}|[ァ-ヴー]{{2,8}}|[ぁ-んー]{{2,7}})"
    r"(?=さん|くん|ちゃん|様|[\s、。!?]|$)"
)
_SHOP = re.compile(
    r"(?<![ぁ-んァ-ヴー一-鿿])(?P<name>[ぁ-んー]{2,8}|[ァ-ヴー]{2,8})(?:店長|社長|隊長|番長|師匠|親方|姫|王子|編集長|団長|部長)(?=さん)"
)
_STAGE_NAME = re.compile(
    rf"(?P<name>(?<![A-Za-z0-9])[A-Za-z][A-Za-z.'-]{{1,20}}|(?<![{KATAKANA}])[{KATAKANA}]{{2,12}}"
    rf"|(?:(?<![ぁ-んー])|(?<=[のはが]))[ぁ-んー]{{2,8}}?|(?<![{KANJI}])[{KANJI}]{{1,6}})"
    r" ?\((?:本名|実名|戸籍名|旧姓|芸名|別名|通称|旧名|ペンネーム)"
)
"""What somebody is called, with the true name in brackets: 「LUNA(本名…)」."""
_FOND = re.compile(
    "(?:(?<![ぁ-んー])|(?<=[のはがともへ]))(?P<name>[ぁ-ん]{3,5})(?:っち|たん|ちん|りん|っぴ|ぴょん|どん|やん|にゃん|ぽん|きゅん|のすけ)"
    "(?=[はがのにともへを]|さん|先生|から|です|、|。|$)"
)
_HAS_FOND = re.compile("っ[ちぴ]|[たちりどやぽゅょ]ん|にゃん|のすけ")
_ENUMERATED = re.compile(rf"(?:(?<![0-9])[1-9][.)]? ?[{KANJI}]{{1,4}}[、, ]?){{2,9}}")
_NUMBERED_ITEM = re.compile(f"[{KANJI}]{{1,4}}")
_TEACHER = re.compile("(?:(?<![ぁ-んー])|(?<=[のはがとも]))(?P<name>[ぁ-ん]{1,3}[ぁ-んー]{2,3})(?=先生)")


def called_names(text: str) -> Iterator[tuple[int, int]]:
    """Where in a normalised text somebody is called by more than a name, or by none that a list has."""
    for match in _IN_FAMILY.finditer(text) if _HAS_FAMILY.search(text) else ():
        if _is_called_in_family(match):
            group = match.lastgroup or "kanji"
            yield match.span() if _IS_FAMILY.search(match[0]) else match.span(group)
    for match in _SAID.finditer(text) if _HAS_SAID.search(text) else ():
        if not _is_word(match["name"]) and _NO_NICKNAME.search(match["name"]) is None:
            yield match.span("name")
    for match in _STAGE_NAME.finditer(text) if "(" in text else ():
        if not _is_word(match["name"]):
            yield match.span("name")
    for match in _COVERED.finditer(text) if _HAS_COVER.search(text) else ():
        yield match.span()
    for match in _NAMED_LATER.finditer(text) if "」" in text or "』" in text else ():
        if _NO_NICKNAME.search(match[match.lastgroup or "name"]) is None:
            yield match.span(match.lastgroup or "name")
    for match in _AT_WORK.finditer(text) if "@" in text else ():
        yield match.span("name")
    for match in _MIXED.finditer(text) if _HAS_TITLE.search(text) else ():
        if _is_mixed(match):
            yield match.span()
    for match in _THREE.finditer(text) if " " in text or "・" in text else ():
        first = re.split("[ ・]", match[0])[0]
        if first in leftover_words().foreign_names or name_checks.is_kana_person(first):
            yield match.span()
    for match in _UNDER_NAME.finditer(text) if " " in text else ():
        if name_checks.is_spoken_surname(match["surname"]) and not _is_word(match["given"]):
            yield match.span()
    yield from _addressed(text)
    for match in _TEACHER.finditer(text) if "先生" in text else ():
        if not _is_word(match["name"]) and match["name"] not in leftover_words().kana_words:
            yield match.span("name")


def _addressed(text: str) -> Iterator[tuple[int, int]]:
    """Who is quoted, addressed behind an @, called fondly, or stands in a numbered row."""
    for match in _SAYS.finditer(text) if "いわく" in text or "曰" in text else ():
        if not _is_word(match["name"]):
            yield match.span("name")
    for match in _AT_LINE.finditer(text) if "@" in text else ():
        is_known = name_checks.is_spoken_surname(match["name"]) or name_checks.is_name_reading(match["name"])
        is_place = match["name"] in ordinary_words().places or match["name"] in leftover_words().prefectures
        if is_known or not (_is_word(match["name"]) or is_place):
            yield match.span("name")
    for match in _SHOP.finditer(text) if "さん" in text else ():
        if match["name"][-1] not in "のなはがでいるたしとも":
            yield match.span()
    for match in _FOND.finditer(text) if _HAS_FOND.search(text) else ():
        if name_checks.is_name_reading(match["name"]) and not _is_word(match[0]):
            yield match.span()
    for row in _ENUMERATED.finditer(text) if "1" in text and "2" in text else ():
        items = list(_NUMBERED_ITEM.finditer(text, *row.span()))
        names = [item for item in items if name_checks.is_spoken_surname(item[0])]
        if len(items) > 1 and len(names) == len(items) and any(len(item[0]) > 1 for item in items):
            yield from (item.span() for item in items)


def _is_called_in_family(match: re.Match[str]) -> bool:
    if match["kanji"]:
        return is_likely_given(match["kanji"]) and not are_words(match["kanji"])
    word = match["hira"] or match["kata"]
    reading = name_checks.in_hiragana(word)
    is_known = reading in given_names().readings or reading in surnames().readings
    if len(reading) > 2 and reading in given_names().readings and match[0].endswith(("ママ", "パパ")):
        return True
    return is_known and len(reading) > 1 and not _is_word(word) and reading not in leftover_words().no_titled_words


def _is_mixed(match: re.Match[str]) -> bool:
    words = leftover_words()
    if match["stage"]:
        is_role = match["stage"] in words.role_titles or match["stage"] in words.belonging_words
        return not is_role and (name_checks.is_spoken_surname(match["surname"]) or is_likely_given(match["surname"]))
    head = match["head"]
    if (
        head in words.person_words
        or head in words.work_words
        or head in words.belonging_words
        or head in words.role_titles
    ):
        return False
    reading = name_checks.in_hiragana(match["tail"])
    return reading in given_names().readings and not _is_word(match["tail"])


def _is_word(word: str) -> bool:
    words, known = ordinary_words(), leftover_words()
    is_ours = word in known.no_names or word in known.no_name_ends or word in known.role_titles
    return is_ours or word in words.hiragana or word in words.katakana or are_words(word)
