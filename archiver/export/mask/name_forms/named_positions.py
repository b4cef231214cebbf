"""Names at places where hardly anything else stands: 旧姓森崎, 姓:中塚 名:親典, 夫の充行, 森崎様方."""

from __future__ import annotations

import re
from collections.abc import Iterator

from archiver.export.mask import name_checks
from archiver.export.mask.kanji_names import are_words
from archiver.export.mask.leftover_patterns import KANJI, KATAKANA, any_of
from archiver.export.mask.name_contexts import leads_to_place
from archiver.export.mask.name_data import given_names, leftover_words, ordinary_words, rare_names, surnames
from archiver.export.mask.name_forms.unknown_surnames import (
    is_likely_given,
    is_unfamiliar,
    is_unknown_full_name,
    is_unknown_surname,
)

_FORM_FIELD = re.compile(
    rf"(?<![{KANJI}{KATAKANA}ぁ-ん])(?:姓名?|名|セイ|メイ|せい|めい|苗字|名字|氏名|お?名前|送信者|差出人"
    rf"|[Ff]irst ?[Nn]ame"
    rf"|[Ll]ast ?[Nn]ame)"
    rf"(?:\((?:カナ|ローマ字|漢字|かな)\))?(?: ?[:=] ?|(?<=氏名) "
    rf"|(?<=名前) )(?P<name>[{KANJI}]{{1,5}}(?: [{KANJI}]{{1,3}}(?![{KANJI}:=]))?"
    rf"|[{KATAKANA}]{{2,9}}(?: [{KATAKANA}]{{2,9}}(?![{KATAKANA}:=]))?|[ぁ-ん]{{2,7}}(?: [ぁ-ん]{{2,7}}(?![ぁ-ん:=]))?"
    r"|[A-Za-z]{2,14}(?: [A-Za-z]{2,14}(?![A-Za-z:=]))?)(?=[\s、。/,)」]|$)"
)
_FORMER = re.compile(
    rf"(?:旧姓|新姓|現姓|本姓|改姓後|結婚後)(?:は|が|の|[:=「])? ?(?P<name>[{KANJI}]{{1,4}})(?![{KANJI}])"
)
_RELATIVES = (
    "(?:夫|妻|息子|娘|弟|妹|兄|姉|父|母|長男|次男|三男|長女|次女|三女|旦那|主人|嫁|家内|友人|知人|友達|いとこ"
    "|従兄弟|従姉妹|[姪甥孫末双]っ子|姪|甥|孫|彼氏|彼女|相棒|相方)"
)
_RELATIVE = re.compile(
    rf"(?<![{KANJI}]){_RELATIVES}の(?P<name>[{KANJI}]{{1,3}}?(?=名義|[はがにもをへとの、。](?![ぁ-ん]{{0,1}}[いうえ])|です|から|より|さん|くん)"
    rf"|[ぁ-ん]{{2,5}}?(?=[がはもにとを](?![ぁ-ん])|です|から|より|さん|くん|ちゃん)|[{KATAKANA}]{{2,5}}(?=[がはもに]|です|から|より))"
)
_RELATIVE_QUOTED = re.compile(
    rf"(?<![{KANJI}]){_RELATIVES}(?:の名前)?(?:は|が)? ?"
    rf"(?:[「『](?P<name>[{KANJI}]{{1,3}}|[ぁ-んー]{{2,5}}|[{KATAKANA}]{{2,6}})[」』]"
    rf"|\((?P<kana>[ぁ-んー]{{2,5}}|[{KATAKANA}]{{2,6}})\))"
)
"""長男は「蓮」, 娘(ことね)."""
_DESTINATION = re.compile(rf"[」』)□] ?(?P<name>[{KANJI}]{{2,4}})(?:まで|宛)(?=[、。で]|お|$)")
_OWNS = re.compile(
    r"(?<![A-Za-z0-9@/._-])(?P<name>[A-Z][a-z]{2,10}|[A-Z]{3,10})"
    r"(?:の ?|'s )(?=i(?:Phone|Pad|Mac)|Mac|AirPods|Galaxy|Pixel)"
)
"""Devices are called by who has them."""
_LODGER = re.compile(
    rf"(?<![{KANJI}])(?P<name>[{KANJI}]{{2,4}}?)(?:様方|さん方|方(?= ?(?:気付|宛|[でにへ]|まで|$|\n|[。、])))"
)
_CREDIT = re.compile(
    rf"(?<![{KANJI}ぁ-んァ-ヴー])(?:文|作|絵|画|訳|原作|原案|写真|撮影|取材|構成|執筆|編集|語り|朗読|作詞|作曲|編曲|歌|脚本|演出)"
    rf"(?:・(?:文|作|絵|画|訳|写真|撮影|構成|編集))?(?: ?[/=:] ?"
    rf"| )(?P<name>[{KANJI}]{{2,6}}(?: [{KANJI}]{{1,3}})?)(?![{KANJI}])"
)
_NUMBERED = re.compile(
    rf"(?:^|\n|[①-⑳・◯○●▪■◆※]|[0-9][.)] ?) ?(?P<name>[{KANJI}]{{2,4}}?)(?:担当)?(?= ?[:→=②-⑳/]|さん)"
)
_ENGLISH = re.compile(
    r"(?:(?:[Tt]hanks|[Tt]hank you|[Hh]i|[Hh]ello|[Dd]ear|[Hh]ey|[Rr]egards|[Bb]est|[Ss]incerely|[Cc]heers"
    r"|[Aa]ttn|ATTN|[Ff]rom|[Bb]y|cc|CC|Cc"
    r"|[Tt]o|[Ff]rom|[Ss]igned)[,:!]?[ \n]|[@>＞])\s?(?P<name>[A-Z][A-Za-z]{2,12})(?![A-Za-z0-9._-])"
    r"|(?P<said>(?<![A-Za-z0-9@/._-])[A-Z][a-z]{2,12})(?= (?:wrote|said|asked|replied|added|commented|is typing)"
    r"|'s [A-Za-z])"
)
_HAS_ENGLISH = re.compile("[, \n@>＞][A-Z][A-Za-z]{2}|[a-z] (?:wrote|said|asked|replied|added|commented|is )|'s ")
_AFFIX = any_of(
    "修正 確認 作成 履歴書 請求書 契約書 見積書 納品書 領収書 資料 音声 動画 写真 撮影 編集 訳 案件 分 案 原稿 版 組 "
    "班 役 名義 宅 邸 家 様 氏 殿 担当 担当分 回 枠 待ち"
)
_JOINED_AFFIX = re.compile(rf"(?<![{KANJI}])(?P<name>[{KANJI}]{{2,5}}?)(?P<affix>{_AFFIX})(?![{KANJI}])")
_HAS_AFFIX = re.compile(rf"{_AFFIX}(?![{KANJI}])")
_HAS_RELATIVE = re.compile("[夫妻子娘弟妹兄姉父母男女那人嫁内達こ姪甥孫氏手方]の")
_HAS_CREDIT = re.compile("[文作絵画訳案真影材成筆集り読詞曲歌本出][/=: ]")
_HAS_NUMBERED = re.compile("[:→=②-⑳/]|さん")
_IN_TALK = re.compile(
    rf"(?:^|\n) {{0,2}}(?:[0-9]{{1,2}}:[0-9]{{2}} {{0,2}}(?P<name>[{KANJI}]{{1,4}})(?=[「: \n]|$)"
    rf"|(?P<other>[{KANJI}]{{2,4}})(?=「))"
)
_ADDRESSEE = re.compile(
    rf"(?:詳細|連絡|問い?合わ?せ先?|申し?込み?|返信|質問|相談|不明な?点|用命|提出|返却|送付|報告|返事"
    rf"|意見)先?[^。\n]{{0,6}}は[、 ]?(?P<name>[{KANJI}]{{1,4}})まで"
)
_SENT = re.compile(rf"(?:^|\n) {{0,2}}(?P<name>[{KANJI}]{{1,4}})より\s{{0,2}}$")
_EXTENSION = re.compile(
    rf"(?:担当|窓口|連絡先|[{KANJI}]{{1,3}}者) (?P<name>[{KANJI}]{{1,5}})(?= (?:内線|TEL|Tel|tel|電話|携帯|[0-9(]))"
)


def named_positions(text: str) -> Iterator[tuple[int, int]]:
    """Where in a normalised text names stand at such places."""
    if ":" in text or "=" in text:
        for match in _FORM_FIELD.finditer(text):
            if not _is_word(match["name"]):
                yield match.span("name")
    for match in _FORMER.finditer(text) if "姓" in text or "結婚後" in text else ():
        if name_checks.is_spoken_surname(match["name"]) or is_unfamiliar(match["name"]):
            yield match.span("name")
    for match in _RELATIVE.finditer(text) if _HAS_RELATIVE.search(text) else ():
        if _is_given(match["name"]):
            yield match.span("name")
    for match in _RELATIVE_QUOTED.finditer(text) if "「" in text or "『" in text or "(" in text else ():
        group = match.lastgroup or "name"
        if group == "name" or name_checks.is_name_reading(match[group]):
            yield match.span(group)
    for match in _OWNS.finditer(text) if "の" in text or "'s " in text else ():
        lower = match["name"].lower()
        if lower in given_names().romaji or lower in surnames().romaji or lower in rare_names().latin:
            yield match.span("name")
    is_sent = "まで" in text or "宛" in text
    for pattern, is_near in ((_LODGER, "方" in text), (_EXTENSION, " " in text), (_DESTINATION, is_sent)):
        for match in pattern.finditer(text) if is_near else ():
            if _is_surname(match["name"]) or is_unknown_full_name(match["name"]):
                yield match.span("name")
    for match in _CREDIT.finditer(text) if _HAS_CREDIT.search(text) else ():
        first = match["name"].split()[0]
        if is_unknown_full_name(first) or name_checks.is_full_name(first) or is_unknown_surname(first):
            yield match.start("name"), match.start("name") + len(first)
    for match in _NUMBERED.finditer(text) if _HAS_NUMBERED.search(text) else ():
        is_place = match["name"] in leftover_words().prefectures or leads_to_place(text, match.end())
        if is_unknown_surname(match["name"]) and not is_place:
            yield match.span("name")
    for match in _JOINED_AFFIX.finditer(text) if _HAS_AFFIX.search(text) else ():
        name = match["name"]
        is_known = name_checks.is_spoken_surname(name) and name not in leftover_words().prefectures
        is_known = (
            is_known
            and name not in ordinary_words().kanji
            and match["affix"] in ("案件", "原稿", "待ち", "担当", "名義")
        )
        is_unknown = not name_checks.is_spoken_surname(name) and (
            is_unknown_surname(name) or is_unknown_full_name(name)
        )
        is_word = name[-1] + match["affix"] in ordinary_words().kanji  # 乳成分
        if is_known or (is_unknown and not is_word):
            yield match.span("name")
    for match in _IN_TALK.finditer(text) if "「" in text or ":" in text else ():
        group = "name" if match["name"] else "other"
        if name_checks.is_spoken_surname(match[group]) or is_unknown_surname(match[group]):
            yield match.span(group)
    for match in _SENT.finditer(text) if "より" in text else ():
        if name_checks.is_spoken_surname(match["name"]):
            yield match.span("name")
    for match in _ADDRESSEE.finditer(text) if "まで" in text else ():
        if _is_surname(match["name"]) or (len(match["name"]) == 1 and name_checks.is_spoken_surname(match["name"])):
            yield match.span("name")
    for match in _ENGLISH.finditer(text) if _HAS_ENGLISH.search(text) else ():
        group = "name" if match["name"] else "said"
        lower = match[group].lower()
        is_word = lower in leftover_words().latin_given_words or (
            lower in leftover_words().latin_words and lower not in _PLACES
        )
        if not is_word and (
            lower in surnames().romaji
            or lower in given_names().romaji
            or lower in leftover_words().foreign_latin_names
            or (group == "said" and lower in rare_names().latin)
        ):
            yield match.span(group)


_PLACES = frozenset(
    {"nagasaki", "miyazaki", "fukushima", "ishikawa", "nagano", "yamaguchi", "yamagata", "akita", "toyama", "okayama"}
    | {"miyagi", "fukuoka", "kumamoto", "shibuya", "ono", "oda", "abe", "ito", "hara", "seki", "imai", "ueno", "chiba"}
)
"""Of the Latin words that make no name alone those that are surnames as well."""


def _is_word(name: str) -> bool:
    first, _space, second = name.partition(" ")
    words = leftover_words()
    if second and is_likely_given(second) and len(first) < 4:
        return False
    if first in words.no_names or first in words.no_name_ends or first in ordinary_words().katakana:
        return True
    if first[0].isascii():
        return all(word.lower() in words.latin_words for word in name.split())
    return are_words(first) and not name_checks.is_spoken_surname(first) and not is_likely_given(first)


def _is_surname(word: str) -> bool:
    return len(word) > 1 and (name_checks.is_spoken_surname(word) or is_unknown_surname(word))


_NO_CHILD = frozenset(
    {"こえ", "ゆめ", "うた", "こころ", "かおり", "すがた", "みらい", "のぞみ", "ねがい", "いのち", "ちから"}
)
"""What people have, and a given name as well: 息子のゆめ."""


def _is_given(word: str) -> bool:
    if re.match("[ぁ-ん]", word) and word not in _NO_CHILD and word in leftover_words().kana_words:
        return True
    if re.match("[ぁ-んァ-ヴ]", word):
        is_word = (
            word in ordinary_words().hiragana
            or word in ordinary_words().katakana
            or word in leftover_words().kana_words
        )
        return name_checks.in_hiragana(word) in given_names().readings and not is_word
    return is_likely_given(word) and not are_words(word)
