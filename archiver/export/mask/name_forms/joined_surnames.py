"""Surnames with ノ, ツ, ケ or 之 between their kanji, told by the form without it: 竹ノ内, 三ツ矢, 井ノ上."""

from __future__ import annotations

import re
from collections.abc import Iterator

from archiver.export.mask.leftover_patterns import KANJI, KATAKANA, has_any
from archiver.export.mask.name_checks import is_spoken_surname
from archiver.export.mask.name_contexts import CLEARLY_BEHIND, person_behind
from archiver.export.mask.name_data import ordinary_words

_JOINTS = "ノツケ"
_KATAKANA_JOINTS = frozenset(_JOINTS)
_JOINED = re.compile(
    rf"(?<![{KANJI}{KATAKANA}])(?P<head>[{KANJI}]{{1,2}})[{_JOINTS}](?P<tail>[{KANJI}]{{1,2}}?)"
    rf"(?![{KATAKANA}]|(?!様|氏|君|先生|先輩|殿|宛|社長|部長|課長|店長)[{KANJI}])"
)
_TITLE = re.compile("さん|さま|様|氏|くん|君|ちゃん|先生|先輩|殿|宛|[社部課店]長|です(?![か])|と申")
_BESIDE = re.compile(f" ?[・、,/と→] ?(?P<other>[{KANJI}]{{2,3}})(?![{KANJI}])")


def joined_surnames(text: str) -> Iterator[tuple[int, int]]:
    """Where in a normalised text such a surname stands for a person, rather than for a station or a town."""
    for match in _JOINED.finditer(text) if has_any(text, _KATAKANA_JOINTS) else ():
        if _is_surname(match["head"], match["tail"]) and _is_person(text, match):
            yield match.span()


def _is_surname(head: str, tail: str) -> bool:
    return any(is_spoken_surname(head + joint + tail) for joint in ("", "之", "ノ", "ヶ", "ツ", "の"))


def _is_person(text: str, match: re.Match[str]) -> bool:
    if _TITLE.match(text, match.end()):
        return True
    words = ordinary_words()
    if match[0] in words.places or match[0] in words.stations:
        return CLEARLY_BEHIND.match(text, match.end()) is not None
    beside = _BESIDE.match(text, match.end())
    is_in_row = beside is not None and is_spoken_surname(beside["other"]) and beside["other"] not in words.places
    return is_in_row or person_behind().match(text, match.end()) is not None
