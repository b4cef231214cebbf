"""Surnames without a title that stand for a person by what is around them, those too that are places or words.

「千葉に確認します」, 「経理の泉へ」, 「辻が来週まで不在」, 「【東】直しました」. Every repetition has a bound.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator

from archiver.export.mask import name_checks, name_contexts
from archiver.export.mask.kanji_names import are_words
from archiver.export.mask.leftover_patterns import KANJI
from archiver.export.mask.name_data import leftover_words

_RUN = re.compile(f"(?<![{KANJI}])[{KANJI}]{{1,8}}(?![{KANJI}])")
_GIVEN = re.compile(rf" (?P<given>[{KANJI}]{{1,3}})(?<![様氏君殿])(?![{KANJI}:=→])")
_NEAR = 9
"""Characters, with the verb, in which one must follow that makes a single character a person."""
_REACH = 16
"""Characters before a name in which its context is looked for."""


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
    return name_contexts.person_behind().match(text, end) is not None


def _is_unknown_at_job(text: str, run: re.Match[str]) -> bool:
    """Whether kanji that are no known word stand behind a job, and a particle behind them: "
    "「プロデューサー鴨志田より」."""
    if not 2 <= len(run[0]) <= 4 or not name_contexts.AT_JOB.search(text, max(0, run.start() - _REACH), run.start()):
        return False
    is_word = are_words(run[0]) or are_words(run[0][:2]) or are_words(run[0][-2:])
    return not is_word and name_contexts.JOB_BEHIND.match(text, run.end()) is not None


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
    behind = name_contexts.person_behind().match(text, end) if not has_words else None
    if behind is not None and (end - start > 1 or (len(behind[0]) < _NEAR and not before.endswith(("(", "の")))):
        return True
    if name_contexts.person_before().search(before) or (
        name_contexts.DOES_WEAKLY.match(text, end) and name_contexts.NO_LETTER.search(before)
    ):
        return True
    if name_contexts.LINE_BEFORE.search(before) and (
        name_contexts.COLON.match(text, end) or ("\n" in text and name_contexts.LINE_BEHIND.match(text, end))
    ):
        return True
    if (
        name_contexts.LABEL_BEFORE.search(before)
        and name_contexts.LABEL_BEHIND.match(text, end)
        and not name_contexts.OF_PLACE.search(before)
    ):
        return True
    if name_contexts.WHO_BEFORE.search(before) and name_contexts.WHO_BEHIND.match(text, end):
        return True
    return _is_signature(text, before, start, end)


def _is_signature(text: str, before: str, start: int, end: int) -> bool:
    """Whether a word signs what stands before or behind it: 「【東】直しました」, 「直しました(東)」, 「購買部 "
    "千葉」."""
    if name_contexts.UNIT_BEFORE.search(before) and (
        name_contexts.LINE_BEHIND.match(text, end) or text.startswith((" 拝", "拝"), end)
    ):
        return True
    if end - start == 1 and text[start] in name_contexts.NO_SIGN:
        return False
    is_place = text[start:end] in leftover_words().common_surnames
    if name_contexts.MARK_BEFORE.search(before) and re.compile(r"[】\]] ?[^\s\[【]").match(text, end) and not is_place:
        return True
    return (
        name_contexts.SIGN_BEFORE.search(before) is not None and name_contexts.SIGN_BEHIND.match(text, end) is not None
    )
