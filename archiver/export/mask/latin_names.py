"""Names in Latin letters: romanised, with a given name in either order, in names of accounts and files."""

from __future__ import annotations

import re
from collections.abc import Iterator

from archiver.export.mask import leftover_patterns, name_checks
from archiver.export.mask.name_data import given_names, leftover_words, rare_names, surnames
from archiver.export.mask.name_forms.katakana_given import speaks_or_is_asked

_GIVEN = re.compile(
    r"(?<![A-Za-z0-9@/._-])(?:[A-Za-z][a-z]{2,10}|[A-Z]{4,10})(?= ?(?:から|より|って|とか|にも?|が|は|も|と|へ|の|で"
    r"|、|さん|ちゃん|くん))"
)
"""A word before a particle: a given name, if it is one and no English word."""
_BESIDE_MASKED = re.compile(r"(?<![A-Za-z])[A-Za-z]{3,16}(?=[._-]?□)|(?<=□[._-])[A-Za-z]{3,16}(?![A-Za-z])")
_WITH_INITIAL = re.compile(r"(?<![A-Za-z])(?P<name>[A-Z][a-z]{1,12}) [A-Z]\.(?![A-Za-z])")
_ASKED_WHO = re.compile("[「『](?P<name>[a-z]{4,12})[」』](?=って(?:誰|だれ|人|方)|という(?:人|方|名前))")
_WORD_BESIDE = re.compile(r" (?P<other>[A-Z][a-z]{1,11})(?![A-Za-z])")


_FILE_PART = re.compile(
    r"(?<=[_-])[A-Za-z]{3,4}(?=[_-][A-Za-z0-9_-]{0,30}\.[A-Za-z0-9]{2,4}(?![A-Za-z0-9])|\.[A-Za-z0-9]{2,4}(?![A-Za-z0-9]))|(?<![A-Za-z0-9._-])[A-Za-z]{3,4}(?=_[A-Za-z0-9_-]{1,30}\.[A-Za-z0-9]{2,4}(?![A-Za-z0-9]))"
)
"""A short part of the name of a file."""
_FILE_GIVEN = re.compile(
    r"(?:(?<=[_-])|(?<![A-Za-z0-9._-])(?=[A-Za-z]{3,10}_))(?P<name>[A-Z][a-z]{2,10}|[A-Z]{3,10}|[a-z]{4,10})"
    r"(?=[_-][^\s。、/]{0,40}\.[A-Za-z0-9]{2,4}(?![A-Za-z0-9])|\.[A-Za-z0-9]{2,4}(?![A-Za-z0-9]))"
)
"""A part of the name of a file that may be a given name: vocal_RINA_take4.wav."""
_PERFORMER = re.compile(r"(?i:vocals?|voice|narration|narrator|cast|actor|actress|model|singer)[_-]$")
"""Behind such a part the name of a file goes on with who it is, also where the name is a brand's or a word too."""
_HAS_DIGITS = re.compile("[A-Za-z]{4}[0-9]{2}")
_WITH_DIGITS = re.compile(r"(?<![A-Za-z0-9])(?P<name>[A-Za-z]{4,16})[0-9]{2,5}(?![A-Za-z0-9])")
_HAS_CAPITAL = re.compile("[A-Z]")
_HAS_CAMEL = re.compile("[a-z][A-Z][a-z]|[A-Z][a-z]{3,12}[A-Z0-9]")
_CAMEL = re.compile(
    r"(?:(?<![A-Za-z])|(?<=[a-z]))(?P<name>[A-Z][a-z]{3,11})(?=[A-Z0-9_])|(?<=[a-z])(?P<last>[A-Z][a-z]{3,11})(?![A-Za-z])"
)


def _with_digits(text: str) -> Iterator[tuple[int, int]]:
    """Names with digits behind, as accounts have them: uesugi201."""
    for match in _WITH_DIGITS.finditer(text):
        lower = match["name"].lower()
        is_word = lower in leftover_words().latin_words or lower in leftover_words().latin_given_words
        is_known = lower in surnames().romaji or lower in given_names().romaji or name_checks.is_romanised(lower)
        if is_known and not is_word:
            yield match.span()


def _in_camel_case(text: str) -> Iterator[tuple[int, int]]:
    """Words with capitals inside of which a part is a surname: MorinagaInterview; the whole is hidden."""
    for match in _CAMEL.finditer(text):
        start, end = match.span()
        while text[start - 1 : start].isascii() and text[start - 1 : start].isalpha():
            start -= 1
        while text[end : end + 1].isascii() and text[end : end + 1].isalpha():
            end += 1
        if name_checks.is_romanised(match["name"] or match["last"]):
            yield start, end


def latin_names(text: str) -> Iterator[tuple[int, int]]:
    """Where names in Latin letters stand in a normalised text."""
    for match in _FILE_PART.finditer(text) if "." in text and ("_" in text or "-" in text) else ():
        if match[0].lower() in surnames().romaji and match[0].lower() not in leftover_words().file_words:
            yield match.span()
    for match in _FILE_GIVEN.finditer(text) if "." in text and ("_" in text or "-" in text) else ():
        is_performer = _PERFORMER.search(text, 0, match.start()) is not None
        if _is_given_in_file(match["name"].lower(), is_performer=is_performer):
            yield match.span("name")
    if _HAS_DIGITS.search(text):
        yield from _with_digits(text)
    if _HAS_CAMEL.search(text):
        yield from _in_camel_case(text)
    for match in leftover_patterns.LATIN_RUN.finditer(text):
        if name_checks.is_romanised(match[0]) or (_is_given_in_file_name(match) and match[0].islower()):
            yield match.start(), _end_with_given(text, match)
    for match in leftover_patterns.LATIN_PAIR.finditer(text):
        first, second = match[1].lower(), match[2].lower()
        is_known = name_checks.is_pair(first, second) or name_checks.is_pair(second, first)
        if is_known or _is_given_with_unknown(match[1], match[2]) or _is_given_with_unknown(match[2], match[1]):
            yield match.start(1), match.end(2)
    for match in _WITH_HYPHEN.finditer(text) if "-" in text else ():
        if match["first"].lower() + match["second"] in given_names().romaji:
            yield match.span()
    has_capital = _HAS_CAPITAL.search(text) is not None
    for match in leftover_patterns.MISTER.finditer(text) if has_capital else ():
        yield match.span()
    for match in leftover_patterns.INITIALLED.finditer(text) if has_capital else ():
        lower = match["surname"].lower()
        is_word = lower in leftover_words().latin_words or lower in leftover_words().brand_names
        if lower in surnames().romaji or (not is_word and " " not in match[0]):
            yield match.span()
    for match in leftover_patterns.LATIN_NAME.finditer(text) if has_capital else ():
        lower = match[0].lower()
        is_told = (
            lower in rare_names().latin
            and lower not in leftover_words().organisations
            and _STANDS_ALONE.match(text, match.end()) is not None
        )
        if is_told or lower in leftover_words().foreign_latin_names:
            yield match.span()
    for match in _GIVEN.finditer(text):
        is_known = len(match[0]) > 3 - match[0][0].isupper() and _is_given(match[0])
        if is_known or _is_asked(text, match):
            yield match.span()
    for match in _ASKED_WHO.finditer(text) if "」" in text or "』" in text else ():
        if match["name"] in given_names().romaji or match["name"] in surnames().romaji:
            yield match.span("name")
    for match in _BESIDE_MASKED.finditer(text) if "□" in text else ():
        if match[0].lower() in surnames().romaji or match[0].lower() in given_names().romaji:
            yield match.span()
    for match in _WITH_INITIAL.finditer(text) if has_capital else ():
        if _is_given(match["name"]):
            yield match.span()
    for match in leftover_patterns.LATIN_PARTS.finditer(text):
        yield from _named_parts(match)


_STANDS_ALONE = re.compile("[がはにもとへの、。」](?![ァ-ヴ])|さん|から|より|です|って|$")
"""Behind a name in Latin letters among Japanese."""
_WITH_HYPHEN = re.compile(r"(?<![A-Za-z0-9@/._-])(?P<first>[A-Z][a-z]{1,6})-(?P<second>[a-z]{2,6})(?![A-Za-z0-9@/._-])")
_SYLLABLES = re.compile(
    "(?:(?:[kgsztdnhbpmrwyjf]|[kgnhbpmrsjt]y|sh|ch|ts)?[aiueo]{1,2}|n(?![aiueoy])|m(?=[bp])"
    "|(?P<double>[kstp])(?=(?P=double)))+"
)
"""A Latin word that may be Japanese."""


def _is_asked(text: str, match: re.Match[str]) -> bool:
    """Whether a given name that is a word too stands for somebody who is asked or speaks: 「Mariに渡して」."""
    lower = match[0].lower()
    is_given = match[0][0].isupper() and lower in given_names().romaji and lower not in leftover_words().latin_words
    return is_given and speaks_or_is_asked(text, match.end())


def _is_given_with_unknown(one: str, other: str) -> bool:
    """Whether of two capitalised words one is a given name and the other, that no list has, may be Japanese."""
    lower = other.lower()
    is_unknown = other[1:].islower() and len(other) > 3 and _SYLLABLES.fullmatch(lower) is not None
    is_word = lower in leftover_words().latin_words or lower in leftover_words().latin_given_words
    return is_unknown and not is_word and one[1:].islower() and len(one) > 3 and _is_given(one)


def _is_given_in_file(lower: str, *, is_performer: bool) -> bool:
    """Whether a part of the name of a file is a given name and no word, brand or piece of music.

    `is_performer`: a performer's role stands before it, so that it may be a brand's name or a word too.
    """
    words = leftover_words()
    known = words.latin_words, words.file_words, words.file_endings
    doubtful = () if is_performer else (words.latin_given_words, words.brand_people)
    if any(lower in one for one in (*known, *doubtful)):
        return False
    return any(lower in one for one in (given_names().romaji, words.foreign_latin_names, rare_names().latin))


def _is_given_in_file_name(word: re.Match[str]) -> bool:
    text, lower = word.string, word[0].lower()
    if len(lower) < 5 or lower not in given_names().romaji or lower in leftover_words().latin_words:
        return False
    return "_" in (text[max(0, word.start() - 1) : word.start()], text[word.end() : word.end() + 1])


def _named_parts(word: re.Match[str]) -> Iterator[tuple[int, int]]:
    """The parts of a word such as `r.maruyama` that are a name, with initials and a second name beside it."""
    parts = list(re.finditer("[A-Za-z0-9]+", word[0]))
    for index, part in enumerate(parts):
        if _is_name_part(part[0], length=4):
            first = last = index
            while first and _is_beside_name(parts[first - 1][0]):
                first -= 1
            while last + 1 < len(parts) and _is_beside_name(parts[last + 1][0]):
                last += 1
            bare = part[0].strip("0123456789").lower()
            is_alone = bare in surnames().romaji and bare not in leftover_words().latin_words
            if first != last or is_alone:
                yield word.start() + parts[first].start(), word.start() + parts[last].end()


def _is_name_part(part: str, *, length: int) -> bool:
    word = part.strip("0123456789").lower()
    return len(word) >= length and (word in surnames().romaji or word in given_names().romaji)


def _is_beside_name(part: str) -> bool:
    if part.lower() in leftover_words().file_endings or part.lower() in leftover_words().latin_words:
        return False
    is_number = re.fullmatch("(?!v)[a-z][0-9]{2,6}", part.lower()) is not None
    if 2 < len(part) < 10 and _SYLLABLES.fullmatch(part.lower()) and part.lower() not in leftover_words().file_words:
        return True
    return is_number or (len(part) <= 2 and part.isalpha()) or _is_name_part(part, length=3)


def _is_given(word: str) -> bool:
    lower, words = word.lower(), leftover_words()
    if lower in words.latin_words or lower in words.latin_given_words:
        return False
    return lower in given_names().romaji or (word[0].isupper() and lower in words.foreign_latin_names)


def _end_with_given(text: str, surname: re.Match[str]) -> int:
    """Where a romanised surname ends, with a given name that is not known but written like one."""
    other = _WORD_BESIDE.match(text, surname.end()) if surname[0][0].isupper() else None
    is_word = (
        other is None
        or other["other"].lower() in leftover_words().latin_words
        or other["other"].lower() in leftover_words().latin_given_words
    )
    return surname.end() if other is None or is_word else other.end()
