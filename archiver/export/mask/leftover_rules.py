"""The rules for leftovers: which pieces of a text look like a person, or a way to reach one."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from typing import NamedTuple

from archiver.export.mask import leftover_patterns
from archiver.export.mask.folding import folded_text
from archiver.export.mask.name_data import given_names, leftover_words, surnames
from archiver.records import LeftoverKind


class FoundPiece(NamedTuple):
    """A piece found in a text at these positions of the normalised text."""

    start: int
    end: int
    kind: LeftoverKind


_FOREIGN_SURNAMES = frozenset("王金李陳張劉朴崔鄭姜趙尹黄呉周徐孫馬郭何高林楊許")
"""Chinese and Korean surnames of one character, some of which are words too."""
_PARTICLES = frozenset("はがをにとのでもへやねよ")


def found_pieces(text: str) -> Iterator[FoundPiece]:
    """Every piece of a normalised text that a rule offers; pieces may overlap."""
    yield from _titled_names(text)
    yield from _surnames(text)
    yield from _addressed_names(text)
    yield from _whole_names(text)
    yield from _account_holders(text)
    for kind, patterns in _DIRECT_RULES.items():
        for pattern in patterns:
            for match in pattern.finditer(text):
                yield FoundPiece(*match.span("name" if "name" in pattern.groupindex else 0), kind)


_DIRECT_RULES = {
    LeftoverKind.HANDLE: leftover_patterns.HANDLES,
    LeftoverKind.CONTACT: leftover_patterns.CONTACTS,
    LeftoverKind.NAME: (leftover_patterns.MISTER,),
}


def _titled_names(text: str) -> Iterator[FoundPiece]:
    for match in leftover_patterns.TITLED.finditer(text):
        start = _name_start(match["name"], match["title"])
        if start is not None:
            yield FoundPiece(match.start("name") + start, match.end("name"), LeftoverKind.NAME)
    for match in leftover_patterns.WITH_JOB.finditer(text):
        start = _surname_start(match["name"])
        if start is not None:
            yield FoundPiece(match.start("name") + start, match.end("name"), LeftoverKind.NAME)


def _name_start(name: str, title: str) -> int | None:
    """Where in the run of characters before a title the name begins; None: it is no name."""
    if re.fullmatch("[ぁ-んー]+", name):
        return _hiragana_start(name, title)
    if name[-1].isascii():
        last = name.split()[-1].casefold()
        return None if last in leftover_words().latin_words and last not in surnames().romaji else 0
    if _is_katakana(name[-1]):
        return None if any(name.endswith(word) for word in leftover_words().no_name_ends) else 0
    if re.search("[ぁ-ん]$", name):  # kanji, then hiragana: a given name such as 美さき, or a sentence
        head = re.match(f"[{leftover_patterns.KANJI}]+", name)
        return 0 if head and len(head[0]) > 1 and _surname_start(head[0]) == 0 else None
    start = _surname_start(name)
    if start is not None:
        return start
    if name in _FOREIGN_SURNAMES and title == "さん":
        return 0
    if name in leftover_words().no_names or any(name.endswith(word) for word in leftover_words().no_name_ends):
        return None
    return 0 if title not in ("君", "くん", "殿", "先生") and len(name.replace(" ", "")) <= 5 else None


def _hiragana_start(name: str, title: str) -> int | None:
    """The longest end of the run that is read as a surname; else, before さん and the like, what follows a particle."""
    for start in range(max(0, len(name) - 6), len(name) - 1):
        end = name[start:]
        if end in surnames().readings and end not in leftover_words().no_names:
            return start
        is_given = end in given_names().readings and end not in leftover_words().no_name_ends
        if is_given and (start == 0 or name[start - 1] in _PARTICLES):
            return start
    tail = re.search("[はがをにとのでもへやねよ](?P<tail>[ぁ-ん]{2,4})$", name)
    if "ー" in name and title in ("さん", "ちゃん", "くん"):
        return 0
    bare = name if len(name) <= 4 else (tail["tail"] if tail else "")
    is_word = (
        not bare
        or any(name.endswith(word) for word in leftover_words().no_name_ends)
        or bare in leftover_words().no_names
    )
    return None if is_word or title not in ("さん", "さま", "様", "ちゃん") else len(name) - len(bare)


def _surname_start(run: str) -> int | None:
    """Where in a run of kanji the surname begins that the run ends with, at most three characters before its end."""
    known, bare = surnames().kanji, run.replace(" ", "")
    offset = len(run) - len(bare)
    for length in range(min(6, len(bare)), 1, -1):
        end = bare[-length:]
        for cut in (3, 2):
            if (
                folded_text(end[:cut]) in _folded_surnames()
                and len(end) - cut <= 3
                and end not in leftover_words().no_names
            ):
                return 0 if offset else len(run) - length
    return len(run) - 1 if len(bare) == 1 and bare in known and bare in leftover_words().surname_characters else None


def _surnames(text: str) -> Iterator[FoundPiece]:
    """Surnames alone, with a given name, in brackets, behind a label, in kana and in Latin letters."""
    for match in leftover_patterns.KANJI_RUN.finditer(text):
        if _is_full_name(match[0]):
            yield FoundPiece(*match.span(), LeftoverKind.NAME)
    for match in leftover_patterns.SPACED_NAME.finditer(text):
        if _is_surname(match["surname"]) and _is_given_name(match["given"]):
            yield FoundPiece(*match.span(), LeftoverKind.NAME)
    for pattern in (leftover_patterns.LABELLED, leftover_patterns.IN_BRACKETS):
        for match in pattern.finditer(text):
            name = match["name"]
            if _looks_like_name(name, labelled=pattern is leftover_patterns.LABELLED):
                yield FoundPiece(*match.span("name"), LeftoverKind.NAME)
    for match in leftover_patterns.SPACED_KANA.finditer(text):
        if in_hiragana(match["surname"]) in surnames().readings and match["surname"] not in leftover_words().no_names:
            yield FoundPiece(*match.span(), LeftoverKind.NAME)
    for match in leftover_patterns.KATAKANA_RUN.finditer(text):
        if in_hiragana(match[0]) in surnames().readings and match[0] not in leftover_words().no_names:
            yield FoundPiece(*match.span(), LeftoverKind.NAME)
    for match in leftover_patterns.LATIN_RUN.finditer(text):
        if _is_romanised(match[0]):
            yield FoundPiece(*match.span(), LeftoverKind.NAME)


def _addressed_names(text: str) -> Iterator[FoundPiece]:
    """Surnames that stand for a person by what is around them, those that are places or words too."""
    for pattern in leftover_patterns.SPOKEN_TO:
        for match in pattern.finditer(text):
            first = match["name"].split()[0]
            if first not in leftover_words().no_names and (_is_surname(first) or _is_full_name(first)):
                yield FoundPiece(*match.span("name"), LeftoverKind.NAME)


def _whole_names(text: str) -> Iterator[FoundPiece]:
    """Surname and given name in kana without a space, and in Latin letters in either order."""
    for pattern in (leftover_patterns.HIRAGANA_RUN, leftover_patterns.LONG_KATAKANA_RUN):
        for match in pattern.finditer(text):
            if _is_kana_name(in_hiragana(match[0])):
                yield FoundPiece(*match.span(), LeftoverKind.NAME)
    for match in leftover_patterns.LATIN_PAIR.finditer(text):
        first, second = match[1].lower(), match[2].lower()
        if _is_pair(first, second) or _is_pair(second, first):
            yield FoundPiece(*match.span(), LeftoverKind.NAME)


def _is_kana_name(run: str) -> bool:
    return any(
        run[:cut] in surnames().readings and run[cut:] in given_names().readings for cut in range(2, len(run) - 1)
    )


def _is_pair(given: str, surname: str) -> bool:
    return given in given_names().romaji and surname in surnames().romaji


def _is_full_name(run: str) -> bool:
    """Whether a whole run of kanji is a surname that is no common word, or a surname with a likely given name."""
    if folded_text(run) in _folded_surnames():
        return run not in leftover_words().common_surnames and run not in leftover_words().no_names
    for cut in (3, 2):
        given = run[cut:]
        if folded_text(run[:cut]) in _folded_surnames() and 1 <= len(given) <= 3:
            return (
                given[-1] in leftover_words().given_name_ends
                and run not in leftover_words().no_names
                and len(given) > (run[:cut] in leftover_words().common_surnames)
            )
    return False


def _is_given_name(name: str) -> bool:
    if name in leftover_words().no_names:
        return False
    return re.match("[ぁ-んァ-ヴ]", name) is not None or name[-1] in leftover_words().given_name_ends


def _is_surname(name: str) -> bool:
    return folded_text(name) in _folded_surnames() and (len(name) > 1 or name in leftover_words().surname_characters)


def _looks_like_name(name: str, *, labelled: bool) -> bool:
    first = name.split()[0]
    if _is_katakana(first[0]) or re.match("[ぁ-ん]", first):
        return in_hiragana(first) in surnames().readings and name not in leftover_words().no_names
    if first[0].isascii():
        is_surname = first[0].isupper() and first.casefold() in surnames().romaji
        return labelled and (is_surname or first.casefold() not in leftover_words().latin_words)
    is_clear = labelled or len(first) == 1 or first not in leftover_words().common_surnames
    return (_is_surname(first) and is_clear) or _is_full_name(first)


def _is_romanised(word: str) -> bool:
    lower = word.lower()
    if lower in leftover_words().latin_words or lower not in surnames().romaji:
        return False
    return len(word) > (4 if word.islower() else 3)


def _account_holders(text: str) -> Iterator[FoundPiece]:
    for word in leftover_patterns.BANK_WORD.finditer(text):
        for match in leftover_patterns.HOLDER.finditer(text, word.end(), word.end() + leftover_patterns.BANK_REACH):
            yield FoundPiece(*match.span(), LeftoverKind.ACCOUNT_HOLDER)


@functools.cache
def _folded_surnames() -> frozenset[str]:
    known = leftover_words().surname_characters.union(one for one in surnames().kanji if len(one) > 1)
    return frozenset(map(folded_text, known))


def in_hiragana(text: str) -> str:
    """The text with hiragana in the place of katakana."""
    return "".join(chr(ord(one) - 0x60) if "ァ" <= one <= "ヶ" else one for one in text)


def _is_katakana(character: str) -> bool:
    return "ァ" <= character <= "ヴ" or character == "ー"
