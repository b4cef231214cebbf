"""The rules for leftovers: which pieces of a text look like a person, or a way to reach one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from archiver.export.mask import handle_patterns, leftover_patterns, name_checks
from archiver.export.mask.kanji_names import name_in_run
from archiver.export.mask.name_checks import in_hiragana
from archiver.export.mask.name_data import given_names, leftover_words, surnames
from archiver.export.mask.kana_names import kana_names
from archiver.export.mask.latin_names import latin_names
from archiver.export.mask.nicknames import nicknames
from archiver.export.mask.spoken_names import spoken_names
from archiver.export.mask.titled_names import names_at_jobs, titled_names
from archiver.records import LeftoverKind


class FoundPiece(NamedTuple):
    """A piece found in a text at these positions of the normalised text."""

    start: int
    end: int
    kind: LeftoverKind


def found_pieces(text: str) -> Iterator[FoundPiece]:
    """Every piece of a normalised text that a rule offers; pieces may overlap."""
    for start, end in _names(text):
        yield FoundPiece(start, end, LeftoverKind.NAME)
    yield from _account_holders(text)
    for kind, groups in _DIRECT_RULES:
        for pattern in (one for group in groups if group.gate.search(text) for one in group.patterns):
            for match in pattern.finditer(text):
                start, end = match.span("name" if "name" in pattern.groupindex else 0)
                if not _is_file_or_code(text[start:end].lstrip("@ ").lower()):
                    yield FoundPiece(start, end, kind)


def _is_file_or_code(piece: str) -> bool:
    name, dot, ending = piece.rpartition(".")
    words = leftover_words()
    return piece in words.no_handles or bool(
        dot and ending in words.file_endings and "_" not in name and "@" not in name
    )


_DIRECT_RULES = (
    (LeftoverKind.HANDLE, handle_patterns.HANDLES),
    (LeftoverKind.CONTACT, handle_patterns.CONTACTS),
)


def _names(text: str) -> Iterator[tuple[int, int]]:
    if leftover_patterns.HAS_TITLE.search(text):
        yield from titled_names(text)
    yield from names_at_jobs(text)
    yield from _surnames(text)
    yield from spoken_names(text)
    yield from _rows_of_names(text)
    yield from kana_names(text)
    yield from nicknames(text)
    if re.search("[A-Za-z]{2}", text):
        yield from latin_names(text)


# --- in kanji ---------------------------------------------------------------------------------------


def _surnames(text: str) -> Iterator[tuple[int, int]]:
    """Surnames alone, among words that are written at names, with a given name, in brackets, behind a label."""
    for match in leftover_patterns.KANJI_RUN.finditer(text):
        span = name_in_run(match[0])
        if span is not None:
            yield match.start() + span[0], match.start() + span[1]
    for match in leftover_patterns.SPACED_NAME.finditer(text):
        if name_checks.is_surname(match["surname"]) and name_checks.is_given_name(match["given"]):
            yield match.span()
    for match in leftover_patterns.WITH_KANA_GIVEN.finditer(text):
        reading = in_hiragana(match["given"])
        if name_checks.is_surname(match["surname"]) and len(reading) > 1 and reading in given_names().readings:
            yield match.span()
    for pattern in (leftover_patterns.LABELLED, leftover_patterns.IN_BRACKETS):
        for match in pattern.finditer(text):
            if _looks_like_name(match["name"], labelled=pattern is leftover_patterns.LABELLED):
                yield _span_of_name(match)


def _span_of_name(match: re.Match[str]) -> tuple[int, int]:
    """Where a name stands; a second word belongs to it only if that may be a given name."""
    start, end = match.span("name")
    first, _, second = match["name"].partition(" ")
    return (start, start + len(first)) if second and not name_checks.is_given_name(second) else (start, end)


def _looks_like_name(name: str, *, labelled: bool) -> bool:
    first, words = name.split()[0], leftover_words()
    if name_checks.is_katakana(first[0]) or re.match("[ぁ-ん]", first):
        return name_checks.is_kana_surname(first) and name not in words.no_names
    if first[0].isascii():
        is_surname = first[0].isupper() and first.casefold() in surnames().romaji
        return labelled and (is_surname or first.casefold() not in words.latin_words)
    if labelled:
        return name_checks.is_labelled_name(first)
    is_clear = len(first) == 1 or first not in words.common_surnames
    return (name_checks.is_surname(first) and is_clear) or name_checks.is_full_name(first)


def _rows_of_names(text: str) -> Iterator[tuple[int, int]]:
    """Surnames beside full names: 「和田悠人、石田」."""
    for match in leftover_patterns.ROW_OF_NAMES.finditer(text):
        one, other = match["first"], match["second"]
        if name_checks.is_full_name(one) and name_checks.is_spoken_surname(other):
            yield match.span("second")
        if name_checks.is_full_name(other) and name_checks.is_spoken_surname(one):
            yield match.span("first")


# --- accounts ---------------------------------------------------------------------------------------


def _account_holders(text: str) -> Iterator[FoundPiece]:
    for word in leftover_patterns.BANK_WORD.finditer(text):
        for match in leftover_patterns.HOLDER.finditer(text, word.end(), word.end() + leftover_patterns.BANK_REACH):
            yield FoundPiece(*match.span(), LeftoverKind.ACCOUNT_HOLDER)
    for match in leftover_patterns.FIRM_HOLDER.finditer(text) if "(" in text or ")" in text else ():
        yield FoundPiece(*match.span(match.lastgroup or 0), LeftoverKind.ACCOUNT_HOLDER)
