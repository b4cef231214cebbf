"""Finds what looks like a person, or a way to reach one, in a text that is masked already: the leftovers.

The rules offer, they decide nothing: the user sees each piece with its sentence. Names of the parties are no leftovers.
No rule knows every name, and the report never says that all were found.
"""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from archiver.export.mask import leftover_patterns
from archiver.export.mask.folding import folded_text
from archiver.export.mask.name_data import leftover_words, surnames
from archiver.records import Leftover, LeftoverKind


class FoundPiece(NamedTuple):
    """A piece found in a text at these positions of the normalised text."""

    start: int
    end: int
    kind: LeftoverKind


_SENTENCE_END = re.compile(r"(?<=[。!?！？])|\n")
_SENTENCE_WIDTH = 80


class LeftoverFinder:
    """Finds the leftovers of texts; the names of the parties are no leftovers."""

    def __init__(self, party_names: Iterable[str]) -> None:
        """Take every name of everybody who is shown, and of the client as the user states it."""
        self._party_names = frozenset(filter(None, (folded_text(name).replace(" ", "") for name in party_names)))
        self._party_readings = frozenset(
            reading
            for reading, kanji in surnames().readings.items()
            if any(name.startswith(folded_text(one)) for one in kanji if len(one) > 1 for name in self._party_names)
        )

    def pieces(self, text: str) -> Iterator[tuple[str, LeftoverKind, str]]:
        """Each piece with its kind and its sentence."""
        clean = leftover_patterns.MASKED.sub(lambda match: "\u25a1" * len(match[0]), normalised_text(text))
        taken: list[FoundPiece] = []
        for found in sorted(_find(clean), key=lambda one: (one.start, -one.end)):
            piece = clean[found.start : found.end]
            if not any(other.start <= found.start and found.end <= other.end for other in taken):
                taken.append(found)
                if not self.is_party(piece):
                    yield piece, found.kind, _sentence(clean, found)

    def is_party(self, piece: str) -> bool:
        """Whether a piece is a name of a party, or a part of one."""
        bare = folded_text(piece).replace(" ", "").lstrip("@")
        if any(bare in name if len(bare) > 1 else name.startswith(bare) for name in self._party_names):
            return True
        return _hiragana(piece.replace(" ", "")) in self._party_readings


def normalised_text(text: str) -> str:
    """The text of one width, without characters that are not shown; for reading, not for writing."""
    shown = "".join(character for character in text if unicodedata.category(character) not in ("Cf", "Cs"))
    return unicodedata.normalize("NFKC", shown).replace("\t", " ").replace("\r", "\n")


def distinct_leftovers(found: Iterable[tuple[str, LeftoverKind, str]]) -> tuple[Leftover, ...]:
    """Pieces of many texts, one for each distinct piece, in the order first found."""
    distinct: dict[str, Leftover] = {}
    for piece, kind, sentence in found:
        key = folded_text(piece)
        known = distinct.get(key)
        distinct[key] = (
            Leftover(piece, kind, sentence, 1)
            if known is None
            else Leftover(known.piece, known.kind, known.sentence, known.places + 1)
        )
    return tuple(distinct.values())


def piece_pattern(piece: str) -> re.Pattern[str]:
    """The pattern that hides a piece wherever it stands; a single character only before a title or in brackets."""
    folded = folded_text(piece).strip()
    before = "(?<![a-z0-9])" if re.match("[a-z0-9]", folded) else ""
    behind = "(?![a-z0-9])" if re.search("[a-z0-9]$", folded) else ""
    if len(folded) > 1:
        return re.compile(before + " ?".join(re.escape(one) for one in folded if one != " ") + behind)
    titles = "|".join(map(folded_text, ("さん", "さま", "様", "氏", "ちゃん", "くん", "君", "殿", "先生")))
    return re.compile(rf"{re.escape(folded)}(?= ?(?:{titles}))|(?<=[(「\[]){re.escape(folded)}(?=[)」\]])")


# --- rules -------------------------------------------------------------------------------------------


def _find(text: str) -> Iterator[FoundPiece]:
    yield from _titled_names(text)
    yield from _surnames(text)
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
    if re.fullmatch("[ぁ-ん]+", name):
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
    if name in leftover_words().no_names or any(name.endswith(word) for word in leftover_words().no_name_ends):
        return None
    return 0 if title not in ("君", "くん", "殿", "先生") and len(name.replace(" ", "")) <= 5 else None


def _hiragana_start(name: str, title: str) -> int | None:
    """The longest end of the run that is read as a surname; else, before さん and the like, what follows a particle."""
    for start in range(max(0, len(name) - 6), len(name) - 1):
        if name[start:] in surnames().readings and name[start:] not in leftover_words().no_names:
            return start
    tail = re.search("[はがをにとのでもへやねよ](?P<tail>[ぁ-ん]{2,4})$", name)
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
        if _hiragana(match["surname"]) in surnames().readings and match["surname"] not in leftover_words().no_names:
            yield FoundPiece(*match.span(), LeftoverKind.NAME)
    for match in leftover_patterns.KATAKANA_RUN.finditer(text):
        if _hiragana(match[0]) in surnames().readings and match[0] not in leftover_words().no_names:
            yield FoundPiece(*match.span(), LeftoverKind.NAME)
    for match in leftover_patterns.LATIN_RUN.finditer(text):
        if _is_romanised(match[0]):
            yield FoundPiece(*match.span(), LeftoverKind.NAME)


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
        return _hiragana(first) in surnames().readings and name not in leftover_words().no_names
    if first[0].isascii():
        return labelled and first.casefold() not in leftover_words().latin_words
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


# --- small helpers -----------------------------------------------------------------------------------


@functools.cache
def _folded_surnames() -> frozenset[str]:
    known = leftover_words().surname_characters.union(one for one in surnames().kanji if len(one) > 1)
    return frozenset(map(folded_text, known))


def _hiragana(text: str) -> str:
    return "".join(chr(ord(one) - 0x60) if "ァ" <= one <= "ヶ" else one for one in text)


def _is_katakana(character: str) -> bool:
    return "ァ" <= character <= "ヴ" or character == "ー"


def _sentence(text: str, found: FoundPiece) -> str:
    """The sentence around a piece, cut to the width."""
    begin = max((match.end() for match in _SENTENCE_END.finditer(text, 0, found.start)), default=0)
    end = _SENTENCE_END.search(text, found.end)
    stop = len(text) if end is None else end.start()
    half = (_SENTENCE_WIDTH - (found.end - found.start)) // 2
    begin, stop = max(begin, found.start - half), min(stop, found.end + half)
    return text[begin:stop].strip()
