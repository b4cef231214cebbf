"""The patterns for mail addresses and phone numbers in disguise, and for the holders of bank accounts."""

from __future__ import annotations

import re
from collections.abc import Iterator

from archiver.export.mask.handle_patterns import gated

_OPEN, _CLOSE = r"[(\[<{〔【「『《〈*_]", r"[)\]>}〕】」』》〉*_]"
_AT_WORD = "(?:@|アット・?(?:マーク)?|あっと(?:まーく)?|アトマーク|あとまーく)"
_AT = rf"(?: ?{_OPEN} ?(?:{_AT_WORD}|[Aa][Tt]?|AT) ?{_CLOSE} ?| ?{_AT_WORD}(?:マーク)? ?| at | AT |[☆★◎●◆▲#*])"
"""The sign for at, in words and in brackets."""
_DOT_WORD = "(?:ドット|どっと|ピリオド|てん|点)"
_DOT = rf"(?: ?{_OPEN} ?(?:[Dd]ot|DOT|{_DOT_WORD}|[.・]) ?{_CLOSE} ?| ?{_DOT_WORD} ?| (?:dot|DOT) |\.|・)"
_JOINT = rf"(?:{_DOT}|[._+%-]| ?(?:アンダーバー|アンダースコア|アンスコ|ハイフン) ?)"
_LOCAL = rf"[A-Za-z0-9]{{1,30}}(?:{_JOINT}[A-Za-z0-9]{{1,30}}){{0,4}}"
_DOMAIN = rf"[A-Za-z0-9-]{{2,30}}(?:{_DOT}[A-Za-z]{{2,12}}){{1,4}}"

_MAIL_HOSTS = (
    "(?:[Gg]mail|GMAIL|Gメール|ジーメール|ジメール|icloud|iCloud|アイクラウド|[Yy]ahoo|ヤフー|[Hh]otmail|ホットメール|[Oo]utlook"
    "|アウトルック|docomo|ドコモ|ezweb|softbank|ソフトバンク|[Pp]roton)"
)
_KANJI_DIGIT = "[〇零一二三四五六七八九]"
_DIGIT_WORD = (
    "(?:ゼロ|レイ|れい|ぜろ|マル|イチ|いち|ニ[ーイ]?|に[ーい]?|サン|さん|ヨン|よん|ゴー?|ごー?|ロク|ろく|ナナ"
    "|なな|シチ|ハチ|はち|キュウ|キュー|きゅう)"
)
_ZERO = "(?:[0〇零oO]|ゼロ|ぜろ|レイ|れい|まる|マル)"
_ANY_DIGIT = f"(?:[0-9〇零一二三四五六七八九]|{_DIGIT_WORD})"
_GAP = "[-ー~・. 、のノ()/]{0,2}(?:その後|次|続いて)?"
CONTACTS = (
    gated(
        "アット",
        r"(?<![A-Za-z0-9ァ-ヴー])[A-Za-z0-9ァ-ヴー][A-Za-z0-9ァ-ヴー._ +-]{1,58}アット(?:マーク)? ?"
        r"[A-Za-z0-9ァ-ヴー-]{2,30}(?: ?(?:ドット|\.) ?[A-Za-z0-9ァ-ヴー-]{2,12}){1,3}",
    ),
    gated(
        "@ ",
        r"(?<![A-Za-z0-9])(?:[A-Za-z0-9._-] ){2,40}@(?: [A-Za-z0-9._-]){3,40}(?![A-Za-z0-9])",
        r"(?<![A-Za-z0-9])[A-Za-z0-9_]{1,30}(?: ?[._-] ?[A-Za-z0-9_]{1,30}){0,4} ?@ ?[A-Za-z0-9-]{2,30}"
        r"(?: ?\. ?[A-Za-z]{2,10}){1,3}",
    ),
    gated(
        _AT,
        rf"(?<![A-Za-z0-9]){_LOCAL}{_AT}{_DOMAIN}(?![A-Za-z0-9])",
        rf"(?<![A-Za-z0-9]){_LOCAL}(?:{_AT}|[^A-Za-z0-9\n]{{0,10}}{_AT_WORD})[^A-Za-z0-9\n]{{0,8}}{_MAIL_HOSTS}",
    ),
    gated(
        _MAIL_HOSTS,
        rf"{_MAIL_HOSTS}[^\nA-Za-z0-9]{{1,6}}(?P<name>(?=[A-Za-z-]{{0,38}}[0-9._])[A-Za-z0-9][A-Za-z0-9._-]{{4,40}})",
        rf"(?<![A-Za-z0-9._-])(?P<name>(?=[A-Za-z-]{{0,38}}[0-9._])[A-Za-z0-9][A-Za-z0-9._-]{{3,40}})"
        rf"[^A-Za-z0-9\n]{{1,12}}{_MAIL_HOSTS}(?!\.)",
    ),
    gated("内線", r"内線(?:番号)?[^0-9\n]{0,4}[0-9]{2,5}(?![0-9])"),
    gated(
        "[0-9]",
        r"(?<![0-9A-Za-z])0[5-9]0[^0-9A-Za-z\n]{0,3}(?:[0-9][^0-9A-Za-z\n]{0,2}){7}[0-9](?![0-9])",
        r"(?<![0-9A-Za-z])0[5-9]0[^0-9A-Za-z\n]{0,10}[0-9]{4}[^0-9A-Za-z\n]{0,10}[0-9]{4}(?![0-9])",
        r"(?<![0-9A-Za-z])[oO0][5-9qg][oO0][^0-9A-Za-z\n]{0,4}[0-9lIoOzZsSbB]{4}"
        r"[^0-9A-Za-z\n]{0,4}[0-9lIoOzZsSbB]{4}(?![0-9A-Za-z])",
        rf"(?<![0-9])0[5-9]0[ -]?{_KANJI_DIGIT}{{4}}[ -]?{_KANJI_DIGIT}{{4}}",
        r"(?:電話|携帯|TEL|Tel|tel|☎|📞|FAX|Fax|内線)[^0-9\n]{0,8}(?P<name>[0-9][0-9 ().・_/-]{5,16}[0-9])",
    ),
    gated(
        _DIGIT_WORD + "[ -・]?" + _DIGIT_WORD,
        r"(?:ゼロ|レイ|れい|ぜろ|マル)(?:キュウ|きゅう|ハチ|はち|ナナ|なな)(?:ゼロ|レイ|れい|ぜろ|マル)"
        r"[^0-9\n]{0,8}[0-9]{4}[^0-9\n]{0,8}[0-9]{4}",
        f"(?:{_DIGIT_WORD}[ -・、の]?){{8,14}}",
    ),
    gated(
        f"{_ZERO}{_GAP}(?:{_DIGIT_WORD}|[5-9七八九五]){_GAP}{_ZERO}",
        f"(?<![0-9]){_ZERO}{_GAP}(?:{_ANY_DIGIT}{_GAP}){{9}}{_ANY_DIGIT}(?![0-9])",
    ),
    gated(
        _KANJI_DIGIT + "{2}|" + _KANJI_DIGIT + "[-ー・ の]",
        f"{_KANJI_DIGIT}(?:[-ー・ の]?{_KANJI_DIGIT}){{9,10}}",
    ),
)


_KATAKANA = "ァ-ヴー"
_BANK_WORD = re.compile(
    "口座|名義|振込|振り込|銀行|信金|支店|普通 ?(?=[□0-9(])|当座 ?(?=[□0-9(])|ゆうちょ|受取人|フリガナ|ふりがな"
    "|カナ(?=[ :()(]|名)|ヨミ(?=[ :])|よみ(?=[ :])|シメイ|セイメイ"
)
_HOLDER = re.compile(
    rf"(?<![{_KATAKANA}])(?!(?:カナ|フリガナ|ヨミ|シメイ|セイメイ|メイギ|メイギニン|コウザ|セイ"
    r"|メイ|ウケトリニン)[ ・.])"
    rf"[{_KATAKANA}]{{2,8}}(?:[ ・.][{_KATAKANA}]{{2,10}}){{1,4}}(?![{_KATAKANA}])"
    rf"|(?<=\()[{_KATAKANA}]{{4,14}}(?=\))"
)
_BEFORE_WORD = re.compile(
    rf"(?<![{_KATAKANA}])(?P<name>[{_KATAKANA}]{{2,9}}(?:[ ・.][{_KATAKANA}]{{2,10}}){{0,4}})(?=様?(?:名義|の口座))"
)
_SAID = re.compile(
    rf"(?:名義人?|口座名|受取人|送金先|フリガナ|ふりがな|(?<![{_KATAKANA}])(?:カナ|ヨミ|シメイ|メイギ(?:ニン)?))名?"
    rf"(?:\((?:カナ|全角|半角)\)|カナ)? ?[:はが→] ?[「]?(?P<name>[{_KATAKANA}]{{4,16}})(?![{_KATAKANA}])"
)
_FIRM = re.compile(
    rf"(?<![{_KATAKANA}A-Za-z])(?:カブシキガイシャ|カブ|ユウ|ドウ|[カユドシメフ])\)(?P<name>[{_KATAKANA}]{{3,30}})"
    rf"|(?P<other>[{_KATAKANA}]{{3,30}})\([カユドシメフ](?:\)|(?=\s|$))"
)
_REACH = 60
"""Characters behind a bank's word in which kana may be the holder of the account."""


def holders(text: str) -> Iterator[tuple[int, int]]:
    """Where the holders of accounts stand."""
    listed = list(_BANK_WORD.finditer(text))
    for word in listed:
        for match in _HOLDER.finditer(text, word.end(), word.end() + _REACH):
            yield match.span()
    for pattern in (_SAID, _BEFORE_WORD) if listed or "送金先" in text else ():
        for match in pattern.finditer(text):
            yield match.span("name")
    for match in _FIRM.finditer(text) if "(" in text or ")" in text else ():
        yield match.span(match.lastgroup or 0)
