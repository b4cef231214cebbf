"""Finds what looks like a person, or a way to reach one, in a text that is masked already: the leftovers.

The rules offer, they decide nothing: whoever reads the text sees each piece covered. Names of the parties are no
leftovers. No rule knows every name, and the report never says that all were found.
"""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Iterable, Iterator

from archiver.export.mask import leftover_patterns
from archiver.export.mask.folding import folded_text
from archiver.export.mask.leftover_rules import found_pieces
from archiver.export.mask.name_checks import in_hiragana, spellings
from archiver.export.mask.name_data import leftover_words, surnames
from archiver.export.mask.name_forms.half_width_holders import half_width_holders
from archiver.export.mask.regex_parts import any_word

_SELECTOR = re.compile("[\ufe00-\ufe0f\U000e0100-\U000e01ef]")
"""What chooses a variant of the character before it."""
_FIRM_WORDS = (
    "商店 商会 商事 工務店 事務所 製作所 工房 工業 建設 企画 本舗 写真館 印刷 医院 歯科 農園 酒造 建築 塾 堂 屋 "
    "デザイン スタジオ オフィス クリニック"
)
_FIRM_END = re.compile(f"(?<=[一-鿿]{{2}}){any_word(_FIRM_WORDS)}$")
"""What a firm is called by behind the name of whoever has it: 田中商店 is 田中's."""
_REMEMBERED_LENGTH = 400
"""Characters up to which a text is remembered with what is found in it."""
_MANY = 10_000
"""Pieces that are remembered with whether they are a party's."""
_SHORT_KANA = 3
"""Characters up to which kana are a part of many other words."""
_PARTICLES = "のとはもにへをかやてよ"
_LONG_PARTICLES = "って|まて|たけ|なら|しか"
"""Both folded: が is か, で is て, だけ is たけ."""
_SPELLED_RUN = re.compile(
    "(?<![ァ-ヴー])[ァ-ヴー]{2,12}(?![ァ-ヴー])|(?<![A-Za-z])[A-Za-z]{3,16}(?![A-Za-z])"
    "|(?:(?<![ぁ-んー])|(?<=[はがにとも]))[ぁ-んー]{3,8}?(?=さん|[はがのにとをへもや、。]|です|から|より|$)"
)
"""Runs of one script that may be a name, within which no other begins."""
_KANJI = leftover_patterns.KANJI
_MASKED_SIGN = "\u25a1"
"""Stands for each character of what is masked already."""
_TITLE_BEHIND_MASK = re.compile(f"(?<={_MASKED_SIGN})(?:さん|さま|ちゃん|くん|です)")
"""The title of somebody whose name is masked, which is no name itself."""


class LeftoverFinder:
    """Finds the leftovers of texts; the names of the parties are no leftovers."""

    def __init__(self, party_names: Iterable[str], hidden_names: Iterable[str] = ()) -> None:
        """Take every name of everybody who is shown, of the client as the user states it, and of who is hidden."""
        self._spellings = spellings(hidden_names)
        self._judged: dict[str, bool] = {}
        self._party_names = frozenset(filter(None, (folded_text(name).replace(" ", "") for name in party_names)))
        beginnings = (name[:end] for name in self._party_names for end in range(1, len(name) + 1))
        self._party_readings = frozenset(reading for one in beginnings for reading in _surname_readings().get(one, ()))

    def pieces(self, text: str) -> Iterator[str]:
        """Each piece."""
        clean = leftover_patterns.MASKED.sub(lambda match: _MASKED_SIGN * len(match[0]), normalised_text(text))
        taken: list[tuple[int, int]] = []
        found_all = [*_found(clean), *self._spelled(clean), *_half_width(text, clean)]
        for start, end in sorted(found_all, key=lambda one: (one[0], -one[1])):
            if not any(first <= start and end <= last for first, last in taken):
                taken.append((start, end))
                if not (self.is_party(clean[start:end]) or _TITLE_BEHIND_MASK.match(clean, start)):
                    yield clean[start:end]

    def _spelled(self, text: str) -> Iterator[tuple[int, int]]:
        """Names of hidden people in another spelling than the one in which they are masked."""
        for match in _SPELLED_RUN.finditer(text) if self._spellings else ():
            if folded_text(match[0]) in self._spellings:
                yield match.span()

    def is_party(self, piece: str) -> bool:
        """Whether a piece is a name of a party, or a part of one."""
        known = self._judged.get(piece)
        if known is None:
            if len(self._judged) > _MANY:
                self._judged.clear()
            known = self._judged[piece] = self._is_of_party(piece)
        return known

    def _is_of_party(self, piece: str) -> bool:
        folded = folded_text(piece)
        bare = _FIRM_END.sub("", folded.replace(" ", "").lstrip("@")) or folded
        if any(bare in name if len(bare) > 1 else name.startswith(bare) for name in self._party_names):
            return True
        return bool(self._party_readings) and in_hiragana(piece.replace(" ", "")) in self._party_readings


@functools.cache
def _surname_readings() -> dict[str, list[str]]:
    """How each surname of more than one kanji is read, by its folded form."""
    readings: dict[str, list[str]] = {}
    for reading, kanji in surnames().readings.items():
        for one in kanji:
            if len(one) > 1:
                readings.setdefault(folded_text(one), []).append(reading)
    return readings


def _found(clean: str) -> tuple[tuple[int, int], ...]:
    return _remembered(clean) if len(clean) <= _REMEMBERED_LENGTH else tuple(found_pieces(clean))


@functools.lru_cache(16_384)
def _remembered(clean: str) -> tuple[tuple[int, int], ...]:
    """What the rules find, remembered: short messages are sent again, and a text is looked at more than once."""
    return tuple(found_pieces(clean))


def _half_width(text: str, clean: str) -> Iterator[tuple[int, int]]:
    """Account holders that were typed in half-width kana, where they stand in the normalised text."""
    for name in half_width_holders(text):
        match = re.search("[ ・.]{1,2}".join(map(re.escape, name.split())), clean)
        if match is not None:
            yield match.span()


def normalised_text(text: str) -> str:
    """The text of one width, without characters that are not shown; for reading, not for writing."""
    if not text.isprintable():
        text = "".join(character for character in text if unicodedata.category(character) not in ("Cf", "Cs"))
    if _SELECTOR.search(text):
        text = _SELECTOR.sub("", text)
    return unicodedata.normalize("NFKC", text).replace("樣", "様").replace("\t", " ").replace("\r", "\n")


def piece_pattern(piece: str, *, is_chosen: bool = False) -> re.Pattern[str]:
    """The pattern that hides a piece wherever it stands; within other words no Latin letters and no short kana.

    A single character is hidden only before a title or in brackets. A piece that somebody chose is hidden in any word.
    """
    folded = folded_text(piece).strip()
    spaced = " ?".join(re.escape(one) for one in folded if one != " ")
    if is_chosen:
        return re.compile(spaced)
    if len(folded) == 1:
        return re.compile(rf"(?<![{_KANJI}]){spaced}(?:(?= ?(?:{_titles()}))|(?=の(?:{_owned()}))|(?!の|[{_KANJI}]))")
    if len(folded) <= _SHORT_KANA and re.fullmatch("[ぁ-ん]+|[ァ-ヶ]+", folded):
        return re.compile(f"{spaced}(?= ?(?:{_titles()}))|{_short_kana_alone(spaced)}")
    before = "(?<![a-z0-9])" if re.match("[a-z0-9]", folded) else ""
    behind = "(?![a-z0-9])" if re.search("[a-z0-9]$", folded) else ""
    return re.compile(before + spaced + behind)


def _short_kana_alone(spaced: str) -> str:
    """Short kana where they are no part of a longer word; particles may stand around hiragana."""
    if "ァ" <= spaced[0] <= "ヶ":
        return f"(?<![ァ-ヶ]){spaced}(?![ァ-ヶ-])"
    return f"(?:(?<![ぁ-ん])|(?<=[{_PARTICLES}])){spaced}(?=[{_PARTICLES}]|{_LONG_PARTICLES}|[^ぁ-ん]|$)"


@functools.cache
def _owned() -> str:
    """What people have, so that a single character before it with の is a name: 「谷の返事」."""
    return "|".join(
        sorted(
            map(re.escape, map(folded_text, leftover_words().owned_words)),
            key=len,
            reverse=True,
        )
    )


@functools.cache
def _titles() -> str:
    """What shows that a single character is a name; a name before any other word with の is left, as may be a "
    "word."""
    strong = leftover_words().person_words - leftover_words().weak_words
    roles = leftover_words().role_titles - {"家", "宅"}
    titles = {
        "さん",
        "さーん",
        "さーーん",
        "さぁん",
        "さま",
        "ちゃん",
        "くん",
        "サン",
        "チャン",
        "クン",
        "サマ",
        "宛",
        *strong,
        *roles,
    }
    return "|".join(sorted(map(re.escape, map(folded_text, titles)), key=len, reverse=True))
