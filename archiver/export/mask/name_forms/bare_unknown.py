"""Kanji that no list has, as a word or as a name, where a name could stand: 薩埋に確認します, 担当は太夫本へ.

Most words of a sentence are known; of those that are not, most are names. What stands around need not say so, but must
not say that a word goes on, that something is counted, or that a place is meant.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator

from archiver.export.mask import name_checks
from archiver.export.mask.kanji_names import are_words, name_in_run
from archiver.export.mask.leftover_patterns import kanji_runs
from archiver.export.mask.name_contexts import person_behind
from archiver.export.mask.name_data import leftover_words, ordinary_words
from archiver.export.mask.name_forms.unknown_surnames import HEROES, is_likely_given, is_unfamiliar

_LONGEST_RUN = 8
_NO_BEFORE = frozenset("おご0123456789〇")
_BEHIND = re.compile(
    r"(?:[がはもにへとを])(?=[^ぁ-ん]|ご|お|も[^ぁ-ん]|は[^ぁ-ん]|よ|き[いかき]|い[いた]|し[かま]|で[すき]|や|つ[いか]|ど|た|ま|な[るっら]|け|の|$)"
    r"|さん|様|氏|くん|ちゃん|です|って(?:いう|人|方|誰|だれ|どな)|から(?!い|く)|より|まで|宛|だ(?:け|っ|そ|と|よ|か)|じゃ|いわく|曰く|的には|ら(?=[がにとはの])|本人|名義|担当|案|分(?=[のはをがも、])"
    r"|[、。:@＠/・→!?」』)】\]]|\s|$"
)
_AFFIX = re.compile(
    "(?:邸|宅|家|分|名義|宛|側|案|組|班|以下|本人|経由|担当|夫妻|夫婦|親子|母|父|記|談|著|訳|曰|個人|本人分|両名|両氏|様方)$"
)
"""Behind a name they are no part of it."""
_NO_END = frozenset("色幅株校屋読紋前後中外内系的性化風式型版用類等達毎別順率量数値額費料金代賃点面側目時室館員者")
"""The end of kanji that are a thing."""
_NUMERALS = frozenset("一二三四五六七八九十百千万数両各毎全半")


def bare_unknown_names(text: str) -> Iterator[tuple[int, int]]:
    """Where in a normalised text such kanji stand."""
    for match in kanji_runs(text):
        if not 1 < len(match[0]) <= _LONGEST_RUN or text[match.start() - 1 : match.start()] in _NO_BEFORE:
            continue
        affix = _AFFIX.search(match[0])
        is_word = len(match[0]) > 2 and are_words(match[0][-2:])
        if (
            affix
            and not is_word
            and len(match[0]) - len(affix[0]) > 1
            and _is_unknown(match[0][: affix.start()], is_clear=False)
        ):
            yield match.start(), match.start() + affix.start()
        is_clear = len(match[0]) == 3 and person_behind().match(text, match.end()) is not None
        if _is_unknown(match[0], is_clear=is_clear) and (
            _BEHIND.match(text, match.end()) or _is_owner(text, match.end())
        ):
            yield match.span()


def _is_owner(text: str, end: int) -> bool:
    return text.startswith("の", end) and _owned().match(text, end + 1) is not None


@functools.cache
def _owned() -> re.Pattern[str]:
    words = sorted(map(re.escape, leftover_words().owned_words), key=len, reverse=True)
    return re.compile("|".join(words))


@functools.lru_cache(8192)
def _is_unknown(run: str, *, is_clear: bool) -> bool:
    """Whether kanji are no known word, place or surname, and could be a surname or a full name."""
    words = ordinary_words()
    is_known = are_words(run) or run in words.places or name_checks.is_spoken_surname(run)
    is_known = is_known or run in words.named or run in HEROES or are_words(run[1:])
    if is_known or run[0] in _NUMERALS or run in leftover_words().no_names:
        return False
    if run[-1] in _NO_END:
        return False
    if len(run) < 4:
        return is_unfamiliar(run) and (is_clear or len(run) == 2 or not (_is_part(run[1:]) or _is_part(run[:2])))
    has_word = any(run[at : at + 2] in words.kanji for at in range(len(run) - 1))
    return not (has_word or name_in_run(run)) and any(
        (name_checks.is_spoken_surname(run[:cut]) or is_unfamiliar(run[:cut]))
        and is_likely_given(run[cut:])
        and not name_checks.is_spoken_surname(run[cut:])
        for cut in (2, 3)
        if len(run) - cut in (2, 3)
    )


def _is_part(word: str) -> bool:
    """Whether two kanji are a word, a place or a surname, so that a third belongs to it: 桜並木."""
    words = ordinary_words()
    return word in words.places or word in words.named or name_checks.is_spoken_surname(word)
