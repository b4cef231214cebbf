"""How a name is read, told in brackets or beside a word for reading: 朽網（くたみ）様, 読みは「とやま」.

A reading is a way to find somebody as the name is, and in kana it may look like any word.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from archiver.export.mask import name_checks
from archiver.export.mask.kanji_names import are_words
from archiver.export.mask.leftover_patterns import KANJI
from archiver.export.mask.name_data import leftover_words, ordinary_words
from archiver.export.mask.name_forms.unknown_surnames import is_unfamiliar, is_unknown_full_name, is_unknown_surname

_KANA = "(?:[ぁ-んー]{2,8}(?:[ ・][ぁ-んー]{2,8})?|[ァ-ヴー]{2,10}(?:[ ・][ァ-ヴー]{2,10})?)"
_WORD_OF_READING = (
    "(?:読み(?:方|仮名|がな)?|よみ(?:がな|かた)?|ヨミ(?:ガナ)?|ふりがな|フリガナ|振り仮名|ルビ|発音|カナ表記|かな表記)"
)
_BEHIND_NAME = re.compile(
    rf"(?<![{KANJI}])(?P<name>[{KANJI}]{{1,5}}(?: [{KANJI}]{{1,3}})?)(?P<title>さん|様|氏|先生|くん|君)? ?"
    rf"[(「『〈](?P<reading>{_KANA})(?:さん|さま|様|氏)?[)」』〉](?P<behind>さん|様|氏|先生|くん|君|ちゃん)?"
)
_GIVEN_IN_BRACKETS = re.compile(
    rf"(?<![{KANJI}])(?P<name>[{KANJI}]{{1,4}})\((?P<given>[{KANJI}]{{1,3}}|[ァ-ヴー]{{2,5}})\)"
    "(?=さん|様|氏|先生|くん|君|ちゃん)"
)
_TOLD = re.compile(
    rf"{_WORD_OF_READING}(?:は|が|を|も|で|の方?|:|=|→|、)? ?(?:[「『(]|(?=[ぁ-んァ-ヴー]{{2,8}}さん)|(?<=[:=→]))"
    rf"(?P<reading>{_KANA})(?=[」』)]|さん|$)"
    rf"|[「『(](?P<before>{_KANA})[」』)](?:さん|様)?(?:と|って|で|が|は)?"
    rf"(?:お?読[むみまんめ]|発音|{_WORD_OF_READING}|いう(?:読み|ふりがな))"
)
_QUOTED_AFTER = re.compile(rf"[^「『\n]{{0,12}}[「『](?P<reading>{_KANA})[」』]")
_ASKED = re.compile(
    rf"読[むめみ][^。\n]{{0,8}}?(?:[?。、!] ?|って)(?P<reading>[ぁ-んー]{{2,7}}|[ァ-ヴー]{{2,7}})"
    r"(?=さん|様|[?。、!]|って|$)"
    rf"|(?:さん|様|氏|先生)(?:って|は|の|が|、)[^「」\n。]{{0,8}}(?P<quoted>(?:[「『(]{_KANA}[」』)][、とかや/・]?){{1,3}})"
)
_KANA_WORD = re.compile(_KANA)
_OF_PERSON = re.compile("さん|さま|様|氏|君|先生|名前|氏名|苗字|名字|姓|ご本人|名義|名簿|名札|名刺")
_OF_THING = re.compile(
    "駅|町|村|地名|地区|商品|製品|ブランド|店名|社名|会社名|屋号|漢字|用語|単語|曲|作品|料理|植物|英単語"
)
_REACH = 24
_RUN = re.compile(f"[{KANJI}]{{1,8}}")


def told_readings(text: str) -> Iterator[tuple[int, int]]:
    """Where in a normalised text the reading of a name stands, and the name before it."""
    if "(" in text or "「" in text or "『" in text or "〈" in text:
        for match in _BEHIND_NAME.finditer(text):
            if _is_name_with_reading(match):
                yield match.span("name")
                yield match.span("reading")
    for match in _GIVEN_IN_BRACKETS.finditer(text) if ")" in text else ():
        if name_checks.is_spoken_surname(match["name"]) and not are_words(match["given"]):
            yield match.span("given")
    for match in _TOLD.finditer(text) if _HAS_WORD.search(text) else ():
        group = "reading" if match["reading"] else "before"
        start, end = match.span(group)
        around = text[max(0, start - _REACH) : start] + "|" + text[end : end + _REACH]
        is_person = _OF_PERSON.search(around) is not None and not _OF_THING.search(around)
        is_reading = _is_reading(match[group]) and not _OF_THING.search(around)
        if is_person or (is_reading and not _is_told_of_word(text, match.start())):
            yield match.span(group)
            yield from _others_told(text, end)
    for match in _ASKED.finditer(text) if "読" in text or "「" in text or "(" in text else ():
        if match["reading"] and _is_reading(match["reading"]):
            yield match.span("reading")
        for word in _KANA_WORD.finditer(text, *match.span("quoted")) if match["quoted"] else ():
            is_word = word[0] in ordinary_words().katakana or len(word[0]) < 2
            if _is_reading(word[0]) or (not is_word and match["quoted"].count("「") > 1):
                yield word.span()


def _others_told(text: str, end: int) -> Iterator[tuple[int, int]]:
    """Other readings behind one, which the name has not: 「とやま」です。「そとやま」ではない."""
    match = _QUOTED_AFTER.match(text, end)
    if match is not None:
        yield match.span("reading")
        yield from _others_told(text, match.end("reading"))


_HAS_WORD = re.compile("読|よみ|ヨミ|ふりがな|フリガナ|振り仮名|ルビ|発音|[カか][ナな]表記")


def _is_name_with_reading(match: re.Match[str]) -> bool:
    first = match["name"].split()[0]
    is_reading = _is_reading(match["reading"])
    if match["behind"] and len(first) == 1:
        return True
    if match["title"] or match["behind"] or " " in match["name"]:
        return is_reading or name_checks.is_labelled_name(first) or is_unfamiliar(first)
    if not is_reading or are_words(first):
        return is_reading and name_checks.is_spoken_surname(first) and first not in ordinary_words().kanji
    return name_checks.is_labelled_name(first) or is_unfamiliar(first) or is_unknown_full_name(first)


def _is_told_of_word(text: str, end: int) -> bool:
    """Whether the last kanji before a reading are no name: 三田牛の読みは「さんだ」."""
    if text.endswith(("ではなく", "じゃなく"), 0, end):
        return True
    runs = _RUN.findall(text, max(0, end - _REACH), end)
    return bool(runs) and not (name_checks.is_labelled_name(runs[-1]) or is_unknown_surname(runs[-1]))


def _is_reading(kana: str) -> bool:
    """Whether kana are read as a name, or as a surname and a given name."""
    parts = [name_checks.in_hiragana(part) for part in re.split("[ ・]", kana)]
    if len(parts) == 2:
        return name_checks.is_name_reading(parts[0]) or name_checks.is_name_reading(parts[1])
    reading = parts[0]
    is_word = reading in ordinary_words().hiragana or kana in leftover_words().kana_words
    return (name_checks.is_name_reading(reading) and not is_word) or name_checks.is_kana_name(reading)
