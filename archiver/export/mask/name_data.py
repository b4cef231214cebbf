"""Data that help to find names: Japanese surnames and given names with their readings, words that are no names."""

from __future__ import annotations

import csv
import functools
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

_FOLDER = Path(__file__).with_name("data")


@dataclass(frozen=True, slots=True)
class Surnames:
    """Some two thousand Japanese surnames. Source: japanese-personal-name-dataset (`data/LICENSES.md`)."""

    kanji: frozenset[str]
    readings: Mapping[str, frozenset[str]]
    """Each reading in hiragana → the surnames that are read so."""
    romaji: frozenset[str]
    """Lower-case romanised forms, long vowels written out and not."""


@functools.cache
def surnames() -> Surnames:
    """The surnames with their readings."""
    rows = list(csv.reader(_read("surnames.csv").splitlines()))
    readings: dict[str, set[str]] = {}
    for kanji, _bearers, reading, _romaji in rows:
        readings.setdefault(reading, set()).add(kanji)
    return Surnames(
        kanji=frozenset(row[0] for row in rows),
        readings={reading: frozenset(names) for reading, names in readings.items()},
        romaji=frozenset(form for row in rows for form in _romanised_forms(row[3])),
    )


@dataclass(frozen=True, slots=True)
class GivenNames:
    """The readings of the most frequent given names. Source: as for the surnames."""

    readings: frozenset[str]
    """In hiragana."""
    romaji: frozenset[str]
    """Lower-case romanised forms, long vowels written out and not."""


@functools.cache
def given_names() -> GivenNames:
    """The given names."""
    rows = list(csv.reader(_read("given_names.csv").splitlines()))
    return GivenNames(
        readings=frozenset(row[0] for row in rows),
        romaji=frozenset(form for row in rows for form in _romanised_forms(row[1])),
    )


def _romanised_forms(romaji: str) -> set[str]:
    short = romaji.replace("ou", "o").replace("oo", "o").replace("uu", "u")
    return {
        romaji,
        short,
        romaji.replace("ou", "oh").replace("oo", "oh"),
        short + "h" if short.endswith("o") else short,
    }


@dataclass(frozen=True, slots=True)
class LeftoverWords:
    """Words that decide where a surname or a title makes no name; `data/leftover_words.toml` says what each is."""

    no_name_ends: frozenset[str]
    no_names: frozenset[str]
    common_surnames: frozenset[str]
    surname_characters: frozenset[str]
    given_name_ends: frozenset[str]
    latin_words: frozenset[str]
    person_words: frozenset[str]
    weak_words: frozenset[str]
    work_words: frozenset[str]
    spoken_surname_characters: frozenset[str]
    foreign_names: frozenset[str]
    foreign_latin_names: frozenset[str]
    no_handles: frozenset[str]
    kana_words: frozenset[str]
    doubled_words: frozenset[str]
    no_nicknames: frozenset[str]
    file_endings: frozenset[str]
    surname_ends: frozenset[str]
    people_words: frozenset[str]


@functools.cache
def leftover_words() -> LeftoverWords:
    """The words that the rules for leftovers need."""
    lists = tomllib.loads(_read("leftover_words.toml"))
    return LeftoverWords(**{name: frozenset(words.split()) for name, words in lists.items()})


def _read(name: str) -> str:
    return (_FOLDER / name).read_text("utf-8")
