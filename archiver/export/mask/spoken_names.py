"""Surnames without a title that stand for a person by what is around them, those too that are places or words.

「千葉に確認します」, 「経理の泉へ」, 「辻が来週まで不在」, 「【東】直しました」. Every repetition has a bound.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator

from archiver.export.mask import name_checks
from archiver.export.mask import name_contexts as contexts
from archiver.export.mask.kanji_names import are_words
from archiver.export.mask.leftover_patterns import KANJI, kanji_runs
from archiver.export.mask.name_data import leftover_words, ordinary_words
from archiver.export.mask.name_forms.unknown_surnames import (
    is_given_by_form,
    is_unfamiliar,
    is_unknown_full_name,
    is_unknown_surname,
)

_LONGEST_RUN = 8
_GIVEN = re.compile(rf" (?P<given>[{KANJI}]{{1,3}})(?<![様氏君殿])(?![{KANJI}:=→])")
_NEAR = 9
"""Characters, with the verb, in which one must follow that makes a single character a person."""
_TIMES = frozenset(
    {"昨日", "今日", "明日", "先日", "先週", "今週", "来週", "今朝", "本日", "当日", "毎回", "次回", "前回", "今回"}
    | {"今月", "来月", "先月", "昨夜", "今夜", "結局", "多分", "全部"}
)
"""Words before a name that say when."""
_REACH = 16
"""Characters before a name in which its context is looked for."""


def spoken_names(text: str) -> Iterator[tuple[int, int]]:
    """Where in a normalised text a surname stands for a person, with a given name that follows."""
    for match in kanji_runs(text):
        if len(match[0]) > _LONGEST_RUN or (match[0][-1] != "宛" and _is_nobody(match[0])):
            continue
        run = match[0].removesuffix("宛") if contexts.ADDRESSED.match(text, match.end() - 1) else match[0]
        begin, end = match.start(), match.start() + len(run)
        start = _start_in_run(run)
        if start is None and _is_unknown_person(text, begin, end):
            yield begin, end
        if start is None or run in leftover_words().sentence_characters:
            continue
        given = _GIVEN.match(text, end)
        if given is not None and name_checks.is_given_name(given["given"]):
            end = given.end()
        has_words = start > 0 and run[:start] not in _TIMES
        if _is_spoken_of(text, begin + start, end, has_words=has_words):
            yield begin + start, end


@functools.lru_cache(8192)
def _is_nobody(run: str) -> bool:
    """Whether a run of kanji can be no person, whatever stands around it."""
    return _start_in_run(run) is None and not _may_be_unknown_person(run)


def is_person_behind(text: str, end: int) -> bool:
    """Whether what stands behind a word makes it a person: 「…に確認」, 「…が担当」."""
    return contexts.person_behind().match(text, end) is not None


def _is_unknown_person(text: str, start: int, end: int) -> bool:
    """Whether kanji that no list has are a person by their form and what stands around them, or stand at a job."""
    run = text[start:end]
    if not _may_be_unknown_person(run):
        return False
    before = text[max(0, start - _REACH) : start]
    if before and before[-1].isdigit():
        return False  # 8月分は
    if not (is_unknown_surname(run) or is_given_by_form(run) or is_unknown_full_name(run)):
        return _is_unknown_at_job(text, start, end) or (
            is_unfamiliar(run) and _is_clearly_person(text, before, start, end)
        )
    if is_given_by_form(run):
        return before == "" or contexts.NO_LETTER.search(before) is not None
    if run in ordinary_words().places:
        return _introduces(text, before, end) or contexts.SAYS_NAME.match(text, end) is not None
    is_person = (
        _introduces(text, before, end)
        or contexts.SAYS_NAME.match(text, end) is not None
        or (contexts.person_before().search(before) is not None and contexts.WHO_BEHIND.match(text, end) is not None)
        or _is_told_or_does(text, before, start, end)
        or _is_on_a_line(text, before, end)
        or _is_signature(text, before, start, end)
        or _is_from_unit(text, before, end)
    )
    return is_person or _is_unknown_at_job(text, start, end)


@functools.lru_cache(8192)
def _may_be_unknown_person(run: str) -> bool:
    """Whether kanji could be a person at all, whatever stands around them."""
    is_built = is_unknown_surname(run) or is_given_by_form(run) or is_unknown_full_name(run) or is_unfamiliar(run)
    return is_built or not _is_made_of_words(run)


def _is_made_of_words(run: str) -> bool:
    return not 2 <= len(run) <= 4 or are_words(run) or are_words(run[:2]) or are_words(run[-2:])


def _is_clearly_person(text: str, before: str, start: int, end: int) -> bool:
    """Whether what stands around makes anything a person that is no known word: 「来週から樗谷が窓口」."""
    behind = contexts.CLEARLY_BEHIND.match(text, end)
    return (
        (behind is not None and (before == "" or before[-1] in "はがのをにとらで、。 \n「たいる"))
        or contexts.SAYS_NAME.match(text, end) is not None
        or _introduces(text, before, end)
        or _is_signature(text, before, start, end)
    )


def _is_unknown_at_job(text: str, start: int, end: int) -> bool:
    """Whether kanji that are no known word stand behind a job and before a particle: 「プロデューサー鴨志田より」."""
    run = text[start:end]
    if _is_made_of_words(run) or contexts.JOB_BEHIND.match(text, end) is None:
        return False
    return contexts.AT_JOB.search(text, max(0, start - _REACH), start) is not None


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
    return (
        (not has_words and _is_told_or_does(text, before, start, end))
        or (not has_words and _is_met(text, start, end))
        or contexts.person_before().search(before) is not None
        or _introduces(text, before, end)
        or (contexts.WHO_BEFORE.search(before) is not None and contexts.WHO_BEHIND.match(text, end) is not None)
        or _is_on_a_line(text, before, end)
        or _is_signature(text, before, start, end)
        or _is_from_unit(text, before, end)
    )


def _is_met(text: str, start: int, end: int) -> bool:
    """Whether somebody meets or calls whom a word stands for, and the word is no prefecture."""
    is_place = text[start:end] in leftover_words().prefectures
    return not is_place and contexts.CLEARLY_BEHIND.match(text, end) is not None


def _is_from_unit(text: str, before: str, end: int) -> bool:
    """Whether a word stands at the beginning of a line before the sign for at: 「福島@経理です」."""
    return contexts.NO_LETTER.search(before) is not None and contexts.FROM_UNIT.match(text, end) is not None


def _is_told_or_does(text: str, before: str, start: int, end: int) -> bool:
    behind = contexts.person_behind().match(text, end)
    is_near = behind is not None and len(behind[0]) < _NEAR and not before.endswith(("(", "の"))
    return behind is not None and (end - start > 1 or is_near)


def _introduces(text: str, before: str, end: int) -> bool:
    return contexts.DOES_WEAKLY.match(text, end) is not None and contexts.NO_LETTER.search(before) is not None


def _is_on_a_line(text: str, before: str, end: int) -> bool:
    """Whether a word stands at the beginning of a line before a colon, alone on it, or behind a label."""
    is_alone = contexts.COLON.match(text, end) or ("\n" in text and contexts.LINE_BEHIND.match(text, end))
    if contexts.LINE_BEFORE.search(before) and is_alone and not contexts.leads_to_place(text, end):
        return True
    is_value = contexts.LABEL_BEFORE.search(before) and contexts.LABEL_BEHIND.match(text, end)
    is_place = contexts.OF_PLACE.search(before) or contexts.leads_to_place(text, end)
    return bool(is_value) and not is_place


def _is_signature(text: str, before: str, start: int, end: int) -> bool:
    """Whether a word signs what stands beside it: 「【東】直しました」, 「直しました(東)」, 「購買部 千葉」."""
    is_last = contexts.LINE_BEHIND.match(text, end) or text.startswith((" 拝", "拝"), end)
    if contexts.UNIT_BEFORE.search(before) and is_last:
        return True
    word, words = text[start:end], leftover_words()
    if word in contexts.NO_SIGN:
        return False
    mark = contexts.MARK_OF_PERSON if word in words.common_surnames else contexts.MARK_BEHIND
    if contexts.MARK_BEFORE.search(before) and mark.match(text, end) and word not in words.prefectures:
        return True
    return contexts.SIGN_BEFORE.search(before) is not None and contexts.SIGN_BEHIND.match(text, end) is not None
