"""The rules for leftovers: which pieces of a text look like a person, or a way to reach one."""

from __future__ import annotations

import re
from collections.abc import Iterator

from archiver.export.mask import leftover_patterns, name_checks
from archiver.export.mask.contact_forms import contact_patterns, handle_patterns
from archiver.export.mask.kana_names import kana_names
from archiver.export.mask.kanji_names import name_in_run
from archiver.export.mask.latin_names import latin_names
from archiver.export.mask.leftover_patterns import has_any, has_latin, longest_katakana
from archiver.export.mask.name_checks import in_hiragana
from archiver.export.mask.name_data import given_names, leftover_words, ordinary_words, surnames
from archiver.export.mask.name_forms.alike_lines import names_in_alike_lines
from archiver.export.mask.name_forms.bare_given import bare_given_names
from archiver.export.mask.name_forms.bare_unknown import bare_unknown_names
from archiver.export.mask.name_forms.called_names import called_names
from archiver.export.mask.name_forms.clear_forms import clear_forms
from archiver.export.mask.name_forms.doubtful_surnames import doubtful_surnames
from archiver.export.mask.name_forms.joined_surnames import joined_surnames
from archiver.export.mask.name_forms.katakana_given import is_begun_given, katakana_given_names
from archiver.export.mask.name_forms.mixed_scripts import mixed_names
from archiver.export.mask.name_forms.name_rows import marked_names, names_in_file_names, names_in_rows
from archiver.export.mask.name_forms.named_positions import named_positions
from archiver.export.mask.name_forms.names_from_abroad import names_from_abroad
from archiver.export.mask.name_forms.no_persons import is_no_person
from archiver.export.mask.name_forms.people_rows import names_in_people_rows
from archiver.export.mask.name_forms.quoted_names import quoted_names
from archiver.export.mask.name_forms.readings import told_readings
from archiver.export.mask.name_forms.told_by_place import listed_handles, names_told_by_place
from archiver.export.mask.name_forms.unknown_surnames import is_unfamiliar, is_unknown_full_name, is_unknown_surname
from archiver.export.mask.nicknames import nicknames
from archiver.export.mask.spoken_names import spoken_names
from archiver.export.mask.titled_names import initials_and_traders, names_at_jobs, titled_names


def found_pieces(text: str) -> Iterator[tuple[int, int]]:
    """Where each piece of a normalised text stands that a rule offers; pieces may overlap."""
    yield from _names(text)
    yield from _account_holders(text)
    yield from listed_handles(text)
    for is_contact, groups in _DIRECT_RULES if has_latin(text) or "#" in text else _DIRECT_RULES[1:]:
        for pattern in (one for group in groups if group.gate.search(text) for one in group.patterns):
            for match in pattern.finditer(text):
                start, end = match.span("name" if "name" in pattern.groupindex else 0)
                if is_contact or not _is_file_or_code(text[start:end].lower()):
                    yield start, end


_COUNTRIES = frozenset({"jp", "co", "me", "tv", "io", "us", "uk", "in", "id", "my", "ai", "fr", "de", "kr"})
"""Ends of hosts that an account with dots has too: @yuki.travel.jp."""


def _is_file_or_code(handle: str) -> bool:
    piece = handle.lstrip("@ ")
    name, dot, ending = piece.rpartition(".")
    words = leftover_words()
    if handle.startswith("@") and ending in _COUNTRIES and len(name) > 2:
        return False
    return piece in words.no_handles or bool(
        dot and ending in words.file_endings and "_" not in name and "@" not in name
    )


_DIRECT_RULES = (
    (False, handle_patterns.HANDLES),
    (True, contact_patterns.CONTACTS),
)
"""Every handle has a letter, or a # before its digits."""

_HAS_LATIN = re.compile("[A-Za-z]{2}")


def _names(text: str) -> Iterator[tuple[int, int]]:
    spans = dict.fromkeys(_found_names(text))
    return (span for span in spans if not (_is_counted(text, *span) or is_no_person(text, *span)))


def _is_counted(text: str, start: int, end: int) -> bool:
    """Whether what looks like a surname counts something: 3本目 is the third one."""
    return text[end - 1] == "目" and text[max(0, start - 1) : start].isdigit()


def _found_names(text: str) -> Iterator[tuple[int, int]]:
    if leftover_patterns.HAS_TITLE.search(text):
        yield from titled_names(text)
        yield from mixed_names(text)
    yield from initials_and_traders(text)
    yield from names_at_jobs(text)
    yield from _surnames(text)
    yield from spoken_names(text)
    yield from names_in_rows(text)
    yield from names_in_people_rows(text)
    yield from names_in_alike_lines(text)
    yield from joined_surnames(text)
    yield from told_readings(text)
    yield from bare_unknown_names(text)
    yield from names_from_abroad(text)
    yield from names_in_file_names(text)
    yield from marked_names(text)
    if longest_katakana(text) > 1:
        yield from katakana_given_names(text)
    yield from kana_names(text)
    yield from clear_forms(text)
    yield from quoted_names(text)
    yield from called_names(text)
    yield from named_positions(text)
    yield from names_told_by_place(text)
    yield from doubtful_surnames(text)
    yield from bare_given_names(text)
    yield from nicknames(text)
    if has_latin(text) and _HAS_LATIN.search(text):
        yield from latin_names(text)


# --- in kanji ---------------------------------------------------------------------------------------


_LETTER_BEHIND = re.compile("(?!です|と|さん|様|、)[ぁ-んァ-ヴ]")
"""Behind one character they make it the beginning of a word: 「相手に見せる」."""
_OF_THINGS = re.compile(
    "みたいな|のような(?:形|色|もの)|ではなく「|と読[むま]|という(?:漢字|字|表現|言葉|地名|読み|単語)|[0-9]{1,4}年"
    "|の(?:陣|乱|変|役|戦い|合戦|実|花|木|葉|枝|種|根|欄干|川|山|森|海|橋|水|石|空|景色|風景|標高|地図|地名|方言|名産|特産|名物|郷土"
    "|観光|土産|気候|土手|河川敷|堤防|上流|下流|花火|海岸|温泉|城|駅|街|町|工場|倉庫|支店|本社|駐車場|会場|ホテル|旅館|宿|酒蔵|農園|市場|港|空港|役所|古民家|物件|天気|美術館|博物館|商店街|住宅"
    "|大仏|寺|神社|滝|湖|島|桜|紅葉|夜景|老舗|銘菓|新名所)(?![一-鿿])"
    "|が(?:流れ|咲|実|赤く|枯|茂|広がる)|から[一-鿿々]{1,5}(?:まで|に(?:移動|向)|へ(?![の一-鿿]))|まで(?:の(?:距離|時間|電車|切符|運賃|道)|[0-9]{1,3}分|徒歩|電車|車で)"
    "|で(?:乗り?換|下車|降り)|に(?:泊ま|到着|着い|着き|向か)|(?:方面|経由|在住|出身|行き|産の)"
)
"""Behind a surname they make it a word, a place, a plant."""


def _surnames(text: str) -> Iterator[tuple[int, int]]:
    """Surnames alone, among words that are written at names, with a given name, in brackets, behind a label."""
    runs = leftover_patterns.kanji_runs(text)
    for match in runs:
        if not 1 < len(match[0]) <= leftover_patterns.LONGEST_RUN or _is_polite(text, match.start()):
            continue
        span = name_in_run(match[0])
        if span is not None and not (span[1] == len(match[0]) and _is_of_thing(text, match.end())):
            yield match.start() + span[0], match.start() + span[1]
    for match in leftover_patterns.SPACED_NAME.finditer(text) if " " in text else ():
        if name_checks.is_surname(match["surname"]) and name_checks.is_given_name(match["given"]):
            yield match.start("surname"), match.end("given")
    surnames_alone = (run for run in runs if len(run[0]) in (2, 3) and name_checks.is_surname(run[0]))
    with_given = (leftover_patterns.WITH_KANA_GIVEN.match(text, run.start()) for run in surnames_alone)
    for match in filter(None, with_given):
        reading = in_hiragana(match["given"])
        is_given = len(reading) > 1 and reading in given_names().readings
        is_short = name_checks.is_katakana(match["given"][0]) and is_begun_given(match["given"])
        is_short = is_short and match["given"] not in ordinary_words().katakana
        is_clear = match["surname"] not in leftover_words().common_surnames
        if is_given or (is_short and is_clear):
            yield match.span()
    for pattern in (leftover_patterns.LABELLED, leftover_patterns.IN_BRACKETS):
        is_labelled = pattern is leftover_patterns.LABELLED
        is_possible = leftover_patterns.HAS_LABEL.search(text) if is_labelled else has_any(text, _BRACKETS)
        for match in pattern.finditer(text) if is_possible else ():
            is_doubtful = len(match["name"]) == 1 and text[match.start("name") - 1] in "にが"
            if not is_labelled and len(match["name"]) == 1 and text[match.start()] in "「『<〈":
                continue  # 「森」をテーマに
            if is_labelled and is_doubtful and _LETTER_BEHIND.match(text, match.end()):
                continue
            if _looks_like_name(match["name"], labelled=is_labelled) or (is_labelled and _is_unknown_name(text, match)):
                yield _span_of_name(match)


def _is_polite(text: str, start: int) -> bool:
    """Whether お or ご stands before a word: ご確認, but not なお."""
    return text[start - 1 : start] in ("お", "ご") and text[start - 2 : start - 1] != "な"


_BRACKETS = frozenset(")]】」』>〉")
_KATAKANA_BEHIND = re.compile("[ァ-ヴー]{2,12}")


def _is_of_thing(text: str, end: int) -> bool:
    """Whether what stands behind a surname makes it a place, a plant, a brand: 八木アンテナ."""
    thing = _KATAKANA_BEHIND.match(text, end)
    words = leftover_words()
    is_brand = (
        thing is not None
        and _is_katakana_word(thing[0])
        and not any(thing[0] in known for known in (words.papers, words.role_titles, words.foreign_names))
    )
    return is_brand or _OF_THINGS.match(text, end) is not None


def _is_katakana_word(word: str) -> bool:
    """Whether katakana are a word, or two written together: アウトレットパーク."""
    words = ordinary_words().katakana
    return word in words or any(word[:cut] in words and word[cut:] in words for cut in range(2, len(word) - 1))


def _span_of_name(match: re.Match[str]) -> tuple[int, int]:
    """Where a name stands; a second word belongs to it only if that may be a given name."""
    start, end = match.span("name")
    first, _, second = match["name"].partition(" ")
    is_last = _ENDS_LABEL.match(match.string, end) is not None and second not in leftover_words().work_words
    is_given = second and (
        name_checks.is_given_name(second) or (is_last and second not in leftover_words().person_words)
    )
    return (start, start + len(first)) if second and not is_given else (start, end)


_ENDS_LABEL = re.compile(r"[(、。\n]|$")
_NO_WORD_BEHIND = re.compile("(?![ぁ-ん])|です|さん|から|より|まで|って|[がはにのをともへ](?![ぁ-ん])")


def _is_unknown_name(text: str, match: re.Match[str]) -> bool:
    """Whether what stands behind a label is built like a name, and no word goes on behind it."""
    first = match["name"].split()[0]
    end = match.start("name") + len(first)
    is_name = first not in ordinary_words().katakana and (
        is_unknown_full_name(first)
        or is_unknown_surname(first)
        or (text[end - len(first) - 1] in ":=→ " and is_unfamiliar(first))
    )
    return is_name and _NO_WORD_BEHIND.match(text, end) is not None


def _looks_like_name(name: str, *, labelled: bool) -> bool:
    first, words = name.split()[0], leftover_words()
    if name_checks.is_katakana(first[0]) or re.match("[ぁ-ん]", first):
        is_word = name in words.no_names or first in ordinary_words().hiragana
        is_foreign = labelled and name_checks.is_foreign(first) and first not in ordinary_words().katakana
        return (name_checks.is_kana_surname(first) or is_foreign) and not is_word
    if first[0].isascii():
        lower = first.casefold()
        if first.islower():
            return (
                labelled and len(lower) > 3 and lower in given_names().romaji and lower not in words.latin_given_words
            )
        return labelled and (lower in surnames().romaji or lower not in words.latin_words)
    if labelled:
        second = name.partition(" ")[2]
        is_full = second and len(name) < 7 and not (name_checks.are_words(second) or name_checks.are_words(first))
        return bool(is_full) or name_checks.is_labelled_name(first)
    is_clear = first not in words.common_surnames
    is_name = name_checks.is_surname(first) or is_unknown_surname(first)
    return (is_name and is_clear) or name_checks.is_full_name(first)


# --- accounts ---------------------------------------------------------------------------------------


def _account_holders(text: str) -> Iterator[tuple[int, int]]:
    words = list(leftover_patterns.BANK_WORD.finditer(text))
    for word in words:
        for match in leftover_patterns.HOLDER.finditer(text, word.end(), word.end() + leftover_patterns.BANK_REACH):
            yield match.span()
    has_word = bool(words) or "送金先" in text
    for match in leftover_patterns.SAID_HOLDER.finditer(text) if has_word else ():
        if match["name"] not in ordinary_words().katakana:
            yield match.span("name")
    for match in leftover_patterns.BEFORE_HOLDER_WORD.finditer(text) if "名義" in text or "の口座" in text else ():
        if not any(word in ordinary_words().katakana for word in re.split("[ ・.]", match["name"])):
            yield match.span("name")
    for match in leftover_patterns.FIRM_HOLDER.finditer(text) if "(" in text or ")" in text else ():
        yield match.span(match.lastgroup or 0)
