"""Data that help to find names: Japanese surnames and given names with their readings, words that are no names."""

from __future__ import annotations

import csv
import functools
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from archiver.platforms.job_platform import platforms

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
    more = [pair.split(":") for pair in _ipadic_lists()["surname_readings"].split()]
    readings |= {reading: set() for reading, _romaji in more}
    return Surnames(
        kanji=frozenset(row[0] for row in rows),
        readings={reading: frozenset(names) for reading, names in readings.items()},
        romaji=frozenset(
            form
            for romaji in (*(row[3] for row in rows), *(one for _, one in more))
            for form in _romanised_forms(romaji)
        ),
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


@functools.cache
def name_spellings() -> tuple[tuple[str, str], ...]:
    """Each reading of a surname or a given name in hiragana, with each of its romanised forms."""
    rows = [(row[2], row[3]) for row in csv.reader(_read("surnames.csv").splitlines())]
    rows += [(row[0], row[1]) for row in csv.reader(_read("given_names.csv").splitlines())]
    rows += [(reading, romaji) for reading, romaji in map(_pair, _ipadic_lists()["surname_readings"].split())]
    return tuple((reading, form) for reading, romaji in rows for form in _romanised_forms(romaji))


def _pair(text: str) -> tuple[str, str]:
    reading, _colon, romaji = text.partition(":")
    return reading, romaji


@functools.cache
def beginnings_of_names() -> frozenset[str]:
    """The first two kana of every name."""
    return frozenset(one[:2] for one in (*given_names().readings, *surnames().readings))


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
    single_given_names: frozenset[str]
    latin_given_words: frozenset[str]
    brand_names: frozenset[str]
    no_titled_words: frozenset[str]
    sentence_characters: frozenset[str]
    titled_characters: frozenset[str]
    more_surnames: frozenset[str]
    prefectures: frozenset[str]
    told_words: frozenset[str]
    doing_words: frozenset[str]
    belonging_words: frozenset[str]
    owned_words: frozenset[str]
    role_titles: frozenset[str]
    name_words: frozenset[str]
    papers: frozenset[str]
    organisations: frozenset[str]
    file_words: frozenset[str]
    bank_kana: frozenset[str]
    no_members: frozenset[str]
    duties: frozenset[str]
    brand_people: frozenset[str]


@dataclass(frozen=True, slots=True)
class OrdinaryWords:
    """Words that are hardly a name, and the less frequent surnames.

    Sources: mecab-ipadic, for surnames also UniDic, for words and places also SudachiDict (`data/LICENSES.md`).
    """

    kanji: frozenset[str]
    """Nouns of two kanji."""
    hiragana: frozenset[str]
    """Those that are also the reading of a name, or end like a nickname."""
    katakana: frozenset[str]
    """Short nouns, and what people are called by what they do."""
    rare_surnames: frozenset[str]
    town_surnames: frozenset[str]
    """Those that are also a place which is hardly known."""
    doubtful_surnames: frozenset[str]
    """Surnames that are also a known place or a word."""
    places: frozenset[str]
    """Places that are no surname of these lists."""
    stations: frozenset[str]
    """Surnames that are also the name of a railway station. Source: station_database (`data/LICENSES.md`)."""
    named: frozenset[str]
    """Nouns of two kanji that are a given name as well."""


@functools.cache
def ordinary_words() -> OrdinaryWords:
    """The ordinary words and less frequent surnames."""
    lists, more, last = _ipadic_lists(), _unidic_lists(), _sudachi_lists()
    return OrdinaryWords(
        kanji=_pairs(lists["kanji_words"])
        | _pairs(more["kanji_words"])
        | frozenset(more["long_kanji_words"].split())
        | _pairs(last["kanji_words"])
        | frozenset(last["long_kanji_words"].split()),
        hiragana=frozenset(lists["hiragana_words"].split()),
        katakana=frozenset(lists["katakana_words"].split()) | _begun(last["katakana_words"]),
        rare_surnames=_pairs(lists["rare_surnames"])
        | frozenset(lists["long_rare_surnames"].split())
        | _pairs(more["surnames"])
        | frozenset(more["long_surnames"].split()),
        town_surnames=_pairs(lists["town_surnames"]) | frozenset(lists["long_town_surnames"].split()),
        doubtful_surnames=_pairs(lists["doubtful_surnames"])
        | frozenset(lists["long_doubtful_surnames"].split())
        | _pairs(more["doubtful_surnames"])
        | frozenset(more["long_doubtful_surnames"].split()),
        places=_pairs(more["places"])
        | frozenset(more["long_places"].split())
        | _pairs(last["places"])
        | frozenset(last["long_places"].split())
        | frozenset(_stations()["places"].split()),
        stations=frozenset(_stations()["surnames"].split()),
        named=_pairs(last["named_words"]),
    )


@dataclass(frozen=True, slots=True)
class RareNames:
    """Names in kana that are no word, to be looked for where something says that a person is meant.

    Sources: SudachiDict, for Latin letters a census (`data/LICENSES.md`).
    """

    katakana: frozenset[str]
    """Names of persons in katakana, mostly from abroad."""
    surname_readings: frozenset[str]
    """In hiragana."""
    given_readings: frozenset[str]
    """In hiragana."""
    firms: frozenset[str]
    """Firms, works and products in katakana that are no name of a person."""
    latin: frozenset[str]
    """Lower-case given names from the census of the United States that are no English word."""


@functools.cache
def rare_names() -> RareNames:
    """The less frequent names in kana."""
    lists = _sudachi_lists()
    return RareNames(
        katakana=_begun(lists["katakana_persons"]),
        surname_readings=_begun(lists["surname_readings"]),
        given_readings=_begun(lists["given_readings"]),
        firms=_begun(lists["katakana_firms"]),
        latin=frozenset(_read("census_given_names.txt").partition("\n")[2].split()),
    )


@dataclass(frozen=True, slots=True)
class GivenCharacters:
    """The characters of which given names in kanji are made. Source: UniDic (`data/LICENSES.md`)."""

    single: frozenset[str]
    """Given names of one character."""
    beginnings: frozenset[str]
    ends: frozenset[str]


@functools.cache
def given_characters() -> GivenCharacters:
    """The characters of given names."""
    lists = _unidic_lists()
    single = frozenset("".join(lists["single_given_names"].split())) | leftover_words().single_given_names
    return GivenCharacters(
        single=single,
        beginnings=frozenset("".join(lists["given_name_beginnings"].split())),
        ends=frozenset("".join(lists["given_name_ends"].split())),
    )


@functools.cache
def _ipadic_lists() -> dict[str, str]:
    return tomllib.loads(_read("ipadic_words.toml"))


@functools.cache
def _unidic_lists() -> dict[str, str]:
    return tomllib.loads(_read("unidic_names.toml"))


@functools.cache
def _stations() -> dict[str, str]:
    return tomllib.loads(_read("stations.toml"))


@functools.cache
def _sudachi_lists() -> dict[str, str]:
    return tomllib.loads(_read("sudachi_words.toml"))


def _begun(groups: str) -> frozenset[str]:
    """Words of kana from groups of a beginning, a colon and the rest of each; - is no rest."""
    pairs = (group.partition(":") for group in groups.split())
    return frozenset(begin + rest.removesuffix("-") for begin, _colon, rests in pairs for rest in rests.split(","))


def _pairs(lines: str) -> frozenset[str]:
    """Words of two characters from lines of a first character with each of the second ones."""
    return frozenset(line[0] + second for line in lines.split() for second in line[1:])


@functools.cache
def leftover_words() -> LeftoverWords:
    """The words that the rules for leftovers need."""
    lists = tomllib.loads(_read("leftover_words.toml"))
    lists["no_name_ends"] += " ".join(one.name for one in platforms().values() if one.address)
    return LeftoverWords(**{name: frozenset(words.split()) for name, words in lists.items()})


def _read(name: str) -> str:
    return (_FOLDER / name).read_text("utf-8")
