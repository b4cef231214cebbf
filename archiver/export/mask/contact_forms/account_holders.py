"""The holders of bank accounts, in katakana and behind the words of a bank.

The patterns are for text of one width (NFKC). Every repetition has a bound.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

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
