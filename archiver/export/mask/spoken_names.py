"""Surnames without a title that stand for a person by what is around them, those too that are places or words.

「千葉に確認します」, 「経理の泉へ」, 「辻が来週まで不在」, 「【東】直しました」. Every repetition has a bound.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator

from archiver.export.mask import name_checks
from archiver.export.mask.kanji_names import are_words
from archiver.export.mask.leftover_patterns import JOBS, KANJI, any_of
from archiver.export.mask.name_data import leftover_words

_RUN = re.compile(f"(?<![{KANJI}])[{KANJI}]{{1,8}}(?![{KANJI}])")
_GIVEN = re.compile(rf" (?P<given>[{KANJI}]{{1,3}})(?<![様氏君殿])(?![{KANJI}:=→])")
_NEAR = 9
"""Characters, with the verb, in which one must follow that makes a single character a person."""
_REACH = 16
"""Characters before a name in which its context is looked for."""

# --- behind a name -----------------------------------------------------------------------------------

_TOLD = any_of(leftover_words().told_words)
_DOING = any_of(leftover_words().doing_words)
_OWNED = any_of(leftover_words().owned_words)
_INTRODUCED = (
    r"と申し|でござい|と言います|といい(?:ます|まし)|[」』]?(?:という|って(?:いう)?)(?:方|人|者|子|やつ|名前"
    r"|ライター|先生)"
)
_BEHIND = re.compile(
    rf"{_INTRODUCED}"
    rf"|(?:に|へ|から|と|にも|へも|より)も?[^。、\n!?]{{0,6}}?{_TOLD}"
    rf"|(?:が|は|も|、)[^。\n!?]{{0,12}}?{_DOING}"
    rf"|の{_OWNED}|まで(?=ご?連絡|ご?相談|お問|お電話)|拝(?![{KANJI}見啓])"
    r"|(?:より|から)(?:以上|です|伝言)|宛(?:に|て|で|の)|いわく|曰く|に代わ|に替わ|に変わりま|的には"
    r"|\((?:[^()]{0,8}(?:[課部室係]|担当|経理|営業|総務|広報|人事|旧姓|前任|後任|代表|社長|代理)[^()]{0,4}"
    r"|[0-9]{2}歳?|[ぁ-ん]{2,8})\)"
    r"|(?:PM|AD|CD|[PD])(?:[のにがはへともや、。\s確承修済案]|$)"
)
_DOES_WEAKLY = re.compile(r"です(?:[。、!~〜ー…♪^(\s]|けど|が|$)")
"""An introduction, but only where a sentence begins: 「辻です」, and not 「背景は森です」."""

# --- before a name -----------------------------------------------------------------------------------

_BELONGING = any_of(leftover_words().belonging_words)
_UNIT = (
    f"(?:[{KANJI}ァ-ヴー]{{1,10}}[部課室係店局社]|事務所|チーム|グループ|サポート|デスク|広報|経理|総務"
    f"|株式会社[^\\s]{{1,12}}|{JOBS})"
)
_BEFORE = re.compile(
    rf"(?:{_BELONGING}|[部課室係店局社])の$|(?:^|[\s、。])@ ?$|(?i:\bcc|\bto|\bfrom) ?: ?$|{JOBS} ?[(「『] ?$"
)
_NO_LETTER = re.compile(f"(?:^|[\\s。、「『>(!?…~〜・]|[{KANJI}ぁ-ん]の)$")
_UNIT_BEFORE = re.compile(rf"{_UNIT} $")
_LINE_BEFORE = re.compile(r"(?:^|\n) {0,4}$")
_MARK_BEFORE = re.compile(r"(?:^|\n) {0,4}[【\[]$")
_SIGN_BEFORE = re.compile(
    r"(?:[。!?…~〜♪]|ました|ます|です|した|ません|ください|済み?|[かねよぞわ]|とのこと|様子|まで|次第|す) ?\($"
    r"|[。!?] ?/ ?$|(?:です|ます|した|ください)/$"
)
_SIGN_BEHIND = re.compile(r"\)?[\s」』]{0,3}$|\)\n")
_LINE_BEHIND = re.compile(r" {0,4}(?:$|\n|[」』]\s{0,3}$)")
_COLON = re.compile(r" ?[:→>≫](?!:[0-9])")
_NO_SIGN = frozenset("日月火水木金土済計税中上下前後新旧仮株有代高低大小")
"""In brackets these are a day, a state, a size."""
_LABEL_BEFORE = re.compile(r"(?:^|\n)[^\n:=→、。]{1,12} ?[:=→] ?$|[/、] ?[^\n:=→、。/]{1,8}[:=→] ?$")
_OF_PLACE = re.compile(
    "場所|会場|エリア|地域|出身|[地元県市区町駅店宅先] ?[:=→]|産|行き|方面|ロケ|住|題|名 ?[:=→]|テーマ"
    "|キーワード ?[:=→]|カテゴリ|タグ"
)
_LABEL_BEHIND = re.compile(r" ?(?:$|\n|[、/,|(]|→)")
_WHO_BEFORE = re.compile(f"(?:した|いた|った|んだ|てる|くれた)の(?:は|って|が)?$|{JOBS}$")
_AT_JOB = re.compile(f"{JOBS}の?$")
_JOB_BEHIND = re.compile("です|と申|より|から|(?:が|は|に|も|へ)(?![ぁ-ん])|、")
_WHO_BEHIND = re.compile("らしい|だと|だった|です|かな|じゃ|みたい|だよ|だね|[がはもにのと、]|より|から")


def spoken_names(text: str) -> Iterator[tuple[int, int]]:
    """Where in a normalised text a surname stands for a person, with a given name that follows."""
    for match in _RUN.finditer(text):
        start = _start_in_run(match[0])
        if start is None and _is_unknown_at_job(text, match):
            yield match.span()
        if start is None or match[0] in leftover_words().sentence_characters:
            continue
        given = _GIVEN.match(text, match.end())
        has_given = given is not None and name_checks.is_given_name(given["given"])
        end = given.end() if given is not None and has_given else match.end()
        if _is_spoken_of(text, match.start() + start, end, has_words=start > 0):
            yield match.start() + start, end


def is_person_behind(text: str, end: int) -> bool:
    """Whether what stands behind a word makes it a person: 「…に確認」, 「…が担当」."""
    return _BEHIND.match(text, end) is not None


def _is_unknown_at_job(text: str, run: re.Match[str]) -> bool:
    """Whether kanji that are no known word stand behind a job, and a particle behind them: "
    "「プロデューサー鴨志田より」."""
    if not 2 <= len(run[0]) <= 4 or not _AT_JOB.search(text, max(0, run.start() - _REACH), run.start()):
        return False
    is_word = are_words(run[0]) or are_words(run[0][:2]) or are_words(run[0][-2:])
    return not is_word and _JOB_BEHIND.match(text, run.end()) is not None


@functools.lru_cache(8192)
def _start_in_run(run: str) -> int | None:
    """Where in a run of kanji a surname begins with which it ends, behind known words; a full name counts too."""
    for start in range(len(run)):
        name = run[start:]
        is_name = name_checks.is_spoken_surname(name) and (len(name) > 1 or start == 0)
        if (is_name or name_checks.is_full_name(name)) and name not in leftover_words().no_names:
            return start if are_words(run[:start]) else None
    return None


def _is_spoken_of(text: str, start: int, end: int, *, has_words: bool) -> bool:
    """Whether what stands around a word makes it a person."""
    before = text[max(0, start - _REACH) : start]
    behind = _BEHIND.match(text, end) if not has_words else None
    if behind is not None and (end - start > 1 or (len(behind[0]) < _NEAR and not before.endswith(("(", "の")))):
        return True
    if _BEFORE.search(before) or (_DOES_WEAKLY.match(text, end) and _NO_LETTER.search(before)):
        return True
    if _LINE_BEFORE.search(before) and (_COLON.match(text, end) or ("\n" in text and _LINE_BEHIND.match(text, end))):
        return True
    if _LABEL_BEFORE.search(before) and _LABEL_BEHIND.match(text, end) and not _OF_PLACE.search(before):
        return True
    if _WHO_BEFORE.search(before) and _WHO_BEHIND.match(text, end):
        return True
    return _is_signature(text, before, start, end)


def _is_signature(text: str, before: str, start: int, end: int) -> bool:
    """Whether a word signs what stands before or behind it: 「【東】直しました」, 「直しました(東)」, 「購買部 "
    "千葉」."""
    if _UNIT_BEFORE.search(before) and (_LINE_BEHIND.match(text, end) or text.startswith((" 拝", "拝"), end)):
        return True
    if end - start == 1 and text[start] in _NO_SIGN:
        return False
    is_place = text[start:end] in leftover_words().common_surnames
    if _MARK_BEFORE.search(before) and re.compile(r"[】\]] ?[^\s\[【]").match(text, end) and not is_place:
        return True
    return _SIGN_BEFORE.search(before) is not None and _SIGN_BEHIND.match(text, end) is not None
