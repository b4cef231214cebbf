"""Surnames in brackets that are said to be written, searched or meant: 「小川」で検索, (中野)とある行."""

from __future__ import annotations

import re
from collections.abc import Iterator

from archiver.export.mask import name_checks
from archiver.export.mask.leftover_patterns import KANJI
from archiver.export.mask.name_data import leftover_words, ordinary_words
from archiver.export.mask.name_forms.unknown_surnames import is_unfamiliar, is_unknown_full_name

_QUOTED = re.compile(rf"[「『(【\[<〈《〔〖](?P<name>[{KANJI}]{{1,5}})[」』)】\]>〉》〕〗]")
_CLEARLY_BEHIND = re.compile(
    r"と(?:だけ|しか|のみ)?(?:書[いか]|サイン|署名|記名|名乗|申|押|彫|呼)|は(?:別の[方人]|別人|どなた|誰|だれ|旧姓|本名|仮名|担当|新しい[方人])"
    r"|の(?:印|はんこ|ハンコ|判|名札|表札|名刺|苗字|名字)|って(?:誰|だれ|どなた|人|方)|という(?:人|方|名前|苗字|名字)"
)
_BEHIND = re.compile(
    r"で(?:検索|探|ヒット|登録|予約|申込|申し込)|と(?:ある|あり|あっ|表示|入って|入力|印字|記[載入]|出て|なって|なった|見え)"
    r"|の(?:発言(?:部分|箇所|内容)|ところ|箇所|行|列|欄|枠|案件|件|シフト|方|分|アカウント|フォルダ|発言|コメント)(?![一-鿿])"
    r"|に(?:変更|変え|差し替え|差替|統一|直し|修正)|を(?:消し|削除|外し|伏せ)|宛(?:に|て|で|の)"
)
_CLEARLY_BEFORE = re.compile(
    r"(?:名[前簿札刺]|氏名|署名|記名|宛名?|印[鑑影]?|苗字|名字|旧姓|差出人|サイン|クレジット|ハンコ|はんこ|判子|表札|[担相]当者?|窓口"
    r"|[作記更承確編筆著話]{1,2}[成入新認集]?者|議事録|シフト表?|出欠表?|勤怠|領収書|メンバー|参加者|出席者"
    r"|欠席者)(?:欄|一覧|名|覧)?(?:の|に|は|が|を|で|:)? ?$"
)
_REACH = 10


def quoted_names(text: str) -> Iterator[tuple[int, int]]:
    """Where in a normalised text such surnames stand in brackets."""
    for match in _QUOTED.finditer(text):
        name = match["name"]
        is_known = name_checks.is_spoken_surname(name) and name not in leftover_words().no_names
        if is_known or is_unfamiliar(name) or is_unknown_full_name(name):
            is_clear = _CLEARLY_BEHIND.match(text, match.end()) or _CLEARLY_BEFORE.search(
                text, max(0, match.start() - _REACH), match.start()
            )
            is_place = (
                name in leftover_words().prefectures
                or name in ordinary_words().kanji
                or name in ordinary_words().places
                or len(name) == 1
            )
            if is_clear or (not is_place and _BEHIND.match(text, match.end())):
                yield match.span("name")
