"""Finds third persons, gives them labels, and finds their names in typed text, in every spelling.

A name is found as it was shown, with or without the space inside. So are its parts, unless they name an office, in
kana and in Latin letters too, and a beginning or end before さん, 様 and the like. Names of the parties stay.
"""

from __future__ import annotations

import functools
import itertools
import re
import unicodedata
from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

from archiver.evidence.history import LIST_KINDS, EntryObject, number, text
from archiver.export.mask.patterns_by_kind import MaskHit, MaskKind, replacement
from archiver.export.mask.surnames import in_hiragana, in_katakana, kana_readings, romanised, surnames
from archiver.export.mask.word_analyser import readings, vocabulary, words
from archiver.letter_folding import FoldedText, folded_text, folded_word, join_variants

TITLE_WORDS = frozenset({"さん", "さま", "様", "氏", "くん", "君", "ちゃん", "殿", "先生"})
_OFFICE_WORDS = re.compile(
    "部|課|係|室|局|会|社|店|担当|事務|チーム|サポート|管理|株式|有限|代表|編集|制作|運営|スタッフ|アカウント|解約済|退職"
)
_SPLIT = re.compile(r"(?:[^\w']|_)+")
"""Everything between the parts of a name, emoji too."""
_KANJI = re.compile("[一-鿿々ヶ]+")
_KANJI_BEFORE = re.compile("[一-鿿々]+$")
_KANA = re.compile("[ぁ-ゖァ-ヶー]+")
_LATIN_SPELLING = re.compile("[A-Za-z]{2,}")
_MOST_READINGS = 4


def parts_of(name: str, *, with_words: bool = False) -> list[str]:
    """The parts of a name, as typed: surname and given name also where no space divides them, no word beside it.

    `with_words`: what follows a surname too if it is a common word, as さくら.
    """
    seen = "".join(one for one in unicodedata.normalize("NFKC", name) if unicodedata.category(one) != "Cf")
    found = [one for one in _SPLIT.split(join_variants(seen)) if one and one not in TITLE_WORDS]
    named = [one for one in found if not _OFFICE_WORDS.search(one)]
    if len(named) == 1 and len(named[0]) > 2 and _KANJI.match(named[0]):
        return _divided(named[0])
    if with_words and len(named) == 2 and "(" not in seen and named[0] in surnames().kanji:
        return named
    if not any(one in surnames().kanji for one in named):
        named = [part for one in named for part in (_divided(one) if _is_whole_name(one) else [one])]
    plain = vocabulary()
    return [one for one in named if one in surnames().kanji or one.lower() not in plain] or named


def _is_whole_name(part: str) -> bool:
    """Whether a part of a name, as 五十嵐健太郎＠ABC has it, is a surname and a given name."""
    persons = [one.is_person for one in words(part)] if _KANJI.fullmatch(part) else []
    return len(persons) > 1 and all(persons)


def _divided(whole: str) -> list[str]:
    """A whole name at the end of its surname."""
    known = (cut for cut in (4, 3, 2) if cut < len(whole) and whole[:cut] in surnames().kanji)
    persons = (one.end for one in words(whole) if one.is_person and one.start == 0 and one.end < len(whole))
    cut = next(itertools.chain(known, persons), 0)
    return [whole[:cut], whole[cut:]] if cut else [whole]


@functools.lru_cache(1024)
def other_spellings(name: str) -> tuple[frozenset[str], frozenset[str], frozenset[str]]:
    """Every other spelling of a name and its parts that their readings give, in hiragana and in small Latin letters.

    Those in Latin letters have no sign between them; then an initial and a part, in either order, with a space between.
    """
    read = [one for one in map(_readings, parts_of(name)) if one]
    kana = {reading for one in read for reading in one}
    latin = {form for reading in kana for form in romanised(reading)}
    initials: set[str] = set()
    for first, second in (pair for two in itertools.pairwise(read) for pair in (two, two[::-1])):
        for one, other in itertools.product(first, second):
            kana.add(one + other)
            for front, back in itertools.product(romanised(one), romanised(other)):
                latin.add(front + back)
                initials |= {f"{front[:1]} {back}", f"{front} {back[:1]}"}
    return frozenset(kana), frozenset(one for one in latin if len(one) > 2), frozenset(initials)


def _readings(part: str) -> list[str]:
    """How a part of a name may be read, in hiragana."""
    if _KANA.fullmatch(part):
        return [in_hiragana(part)]
    if _LATIN_SPELLING.fullmatch(part):
        return kana_readings(part.lower())[:_MOST_READINGS]
    read = "".join(readings(part))
    found = [*surnames().kanji.get(part, ()), *([read] if _KANA.fullmatch(read) else [])]
    return list(dict.fromkeys(found))[:_MOST_READINGS]


def kanji_of(name: str) -> Iterator[str]:
    """The surnames in kanji that a part in kana or in Latin letters may stand for."""
    for part in parts_of(name):
        if not _KANJI.search(part):
            for reading in _readings(part):
                yield from surnames().by_reading.get(reading, ())


def folded_terms(name: str) -> list[str]:
    """A name and its parts, folded and without spaces."""
    whole = folded_text(name).replace(" ", "").replace("\n", "")
    parts = [folded_text(one) for one in parts_of(name)]
    return list(dict.fromkeys([whole, "".join(parts), *map("".join, itertools.pairwise(parts)), *parts]))


def every_term(name: str) -> Iterator[str]:
    """A name and its parts in every spelling, also a word behind a surname."""
    yield from (*folded_terms(name), *parts_of(name, with_words=True), *itertools.chain(*other_spellings(name)))


def kana_alone(term: str) -> str:
    """A pattern for folded kana where they are no part of a longer word; particles may stand around hiragana."""
    spaced = "[ \n・*.]?".join(map(re.escape, term))
    if "ァ" <= term[0] <= "ヶ":
        return f"(?<![ァ-ヶ]){spaced}(?![ァ-ヶ]|-(?![a-z0-9]))"  # ー is folded to a dash
    return f"(?:(?<![ぁ-ん])|(?<=[{_PARTICLES}])){spaced}{_KANA_END}"


TITLES = "(?:" + "|".join(sorted(map(folded_word, TITLE_WORDS), key=len, reverse=True)) + ")"
"""A pattern for any title, for folded text."""

_PARTICLES = "のとはもにへをかやてよ"
_KANA_END = f"(?= ?{TITLES}|[{_PARTICLES}]|って|まて|たけ|なら|しか|てす|[^ぁ-ん]|$)"
"""Folded: が is か, で is て, だけ is たけ."""

_BORDER_BEFORE = re.compile("(?<![ぁ-んー])|(?<=[のはとにもへや])")
_BORDER_BEHIND = re.compile("[がはのとへもをにや]|です|でし|で[はも、]|から|まで|より|って|だけ|なら|しか|[^ぁ-んー]|$")


def is_name_in_kana(text: str, start: int, end: int, is_shown: bool) -> bool:
    """Whether short hiragana without a title are a name: as it is shown or of three sounds, between true borders."""
    sounds = len(re.sub("[ぁぃぅぇぉゃゅょ]|[^ぁ-ん]", "", text[start:end]))
    borders = _BORDER_BEFORE.match(text, start) and _BORDER_BEHIND.match(text, end)
    return (is_shown or sounds > 2) and borders is not None


_BETWEEN = "[ \n・*._]"
"""What somebody may write between the characters of a name."""
SPACED = re.compile(
    "|".join(
        f"(?<![{script}])[{script}](?:{_BETWEEN}{{1,2}}[{script}]){{{least},12}}(?![{script}])"
        for script, least in (("A-Za-z", 3), ("一-鿿々", 1), ("ぁ-ん", 1), ("ァ-ヶ", 1))
    )
)
"""A word whose characters stand apart: m i u r a, 加・藤."""
_SHORT_KANA = re.compile("[ぁ-ん]{1,3}|[ァ-ヶ]{1,3}")
"""A part of many other words, so that it is found alone only."""
_LATIN_WORD = re.compile("[a-z]+")
_LATIN_JOINT = re.compile("[ ._,・-]{1,2}")
_TITLE_BEHIND = re.compile(f"[ -]?(?:{TITLES}|san|sama)")
_CJK = re.compile("[ぁ-ゖァ-ヶ一-鿿々]+")
_LATIN = re.compile("[a-z0-9]")
_LETTER = re.compile(r"[^\W\d_]")


def people_in(entries: Iterable[EntryObject]) -> tuple[dict[int, list[str]], dict[int, set[int]]]:
    """Everybody seen in the entries with every name and Chatwork ID, as first seen; and the accounts of each room.

    Only `account` and `member` entries are read: every author, uploader and assignee has one.
    """
    people: dict[int, list[str]] = {}
    rooms: dict[int, set[int]] = {}
    for entry in entries:
        if entry["kind"] in ("account", "member"):
            account = number(entry["key"].rpartition("/")[2])
            person = entry["payload"]["object"]
            rooms.setdefault(entry["room_id"], set()).add(account)
            names = people.setdefault(account, [])
            names += [
                name for name in (text(person.get("name")), text(person.get("chatwork_id"))) if name not in ("", *names)
            ]
    return people, rooms


def letter_names(accounts: Iterable[int]) -> dict[int, str]:
    """The labels 「参加者A」, 「参加者B」 … for accounts in this order."""
    return {account: f"参加者{_letter(index)}" for index, account in enumerate(dict.fromkeys(accounts))}


def _letter(index: int) -> str:
    """The letters for an index from 0: A, B … Z, AA, AB …."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


class NameMatcher:
    """Finds the names to be masked in folded text."""

    def __init__(
        self, names_to_mask: Mapping[int, Sequence[str]], open_names: Iterable[str], labels: Mapping[int, str]
    ) -> None:
        """Take every name to be masked by account, every name that stays, and the labels of the accounts."""
        staying = list(open_names)
        self._stays = {_strip_spaces(name) for name in staying}
        self._whole: dict[str, str] = {}
        self._short: dict[str, str] = {}
        self._kana: dict[str, str] = {}
        self._sounds: set[str] = set()
        self._latin: dict[str, str] = {}
        self._shown_kana = {term for names in names_to_mask.values() for name in names for term in _terms(name)}
        terms = (term for name in staying for term in (*every_term(name), *_short_terms(name)))
        others = set(map(folded_text, terms)) if names_to_mask else set()
        for account, names in names_to_mask.items():
            for name in names:
                (kana, latin, initials), label = other_spellings(name), labels[account]
                self._sounds |= kana
                _add_terms(self._whole, (one for one in _terms(name) if not _SHORT_KANA.fullmatch(one)), label, others)
                _add_terms(self._short, _short_terms(name, others), label, others)
                _add_terms(self._kana, map(folded_text, kana), label, others)
                _add_terms(self._latin, (*latin, *initials), label, others)
        self._pattern = self._build() if self._whole or self._short else None
        self._kana_pattern = _kana_pattern(self._kana)

    def hits(self, folded: FoldedText) -> Iterator[MaskHit]:
        """Every name to be masked in a folded text."""
        text = folded.text
        for match in self._pattern.finditer(text) if self._pattern else ():
            bare = match[0].replace(" ", "")
            forms = (one for one in (bare, closed_up(match[0])) if one not in self._stays)
            found = (self._whole.get(one) or self._short.get(one) for one in forms)
            label = next(filter(None, found), None)
            start, end = _with_its_words(text, *match.span())
            if label is not None and bare not in self._stays and start < end:
                is_whole = (start, end) == match.span()
                yield MaskHit(start, end, MaskKind.NAME, label if is_whole else replacement(MaskKind.NAME))
        for match in self._kana_pattern.finditer(text) if self._kana_pattern else ():
            term = closed_up(match[0])
            is_short = "ぁ" <= term[0] <= "ん" and len(term) <= 3 and not _TITLE_BEHIND.match(text, match.end())
            span = folded.span(*match.span())
            sounds = in_hiragana(closed_up(unicodedata.normalize("NFKC", folded.original[slice(*span)])))
            if len(term) <= 3 and sounds not in self._sounds:  # バナ is folded as ハナ
                continue
            if not is_short or is_name_in_kana(folded.original, *span, term in self._shown_kana):
                yield MaskHit(match.start(), match.end(), MaskKind.NAME, self._kana[in_hiragana(term)])
        for run in SPACED.finditer(text):
            term = closed_up(run[0])
            label = self._whole.get(term) or self._kana.get(in_hiragana(term)) or self._latin.get(term)
            if label is not None:
                yield MaskHit(run.start(), run.end(), MaskKind.NAME, label)
        yield from self._latin_hits(text) if self._latin else ()

    def _latin_hits(self, text: str) -> Iterator[MaskHit]:
        """The spellings in Latin letters: two words with a sign between them, or one that is no common word."""
        before: re.Match[str] | None = None
        for word in _LATIN_WORD.finditer(text):
            if before is not None and _LATIN_JOINT.fullmatch(text, before.end(), word.start()):
                label = self._latin.get(before[0] + word[0]) or self._latin.get(f"{before[0]} {word[0]}")
                if label is not None:
                    yield MaskHit(before.start(), word.end(), MaskKind.NAME, label)
            label = self._latin.get(word[0])
            if label is not None and (word[0] not in vocabulary() or _TITLE_BEHIND.match(text, word.end())):
                yield MaskHit(word.start(), word.end(), MaskKind.NAME, label)
            before = word

    def _build(self) -> re.Pattern[str]:
        """The pattern, longer names first; names that stay are in it, so that nothing inside them is found."""
        stays = {term for term in self._stays if _is_searchable(term)}
        whole = {term: _spaced_pattern(term) for term in (*self._whole, *stays)}
        short = {term: f"{_spaced_pattern(term)}(?= ?{TITLES})" for term in self._short if term not in whole}
        ordered = sorted((whole | short).items(), key=lambda one: (-len(one[0]), one[0]))
        firsts = "".join(sorted({re.escape(term[0]) for term, _ in ordered}))
        return re.compile(f"(?=[{firsts}])(?:{'|'.join(pattern for _, pattern in ordered)})")


def _with_its_words(text: str, start: int, end: int) -> tuple[int, int]:
    """The range with the names that cross its ends (真由美 of 由美); empty if a word does (上司 of 村上)."""
    before, behind = _KANJI_BEFORE.search(text, max(0, start - 4), start), _KANJI.match(text, end, end + 4)
    first, last = before.start() if before else start, behind.end() if behind else end
    ends = _ends_of_words(text[first:last], start - first, end - first)
    return first + ends[0], first + ends[1]


@functools.lru_cache(4096)
def _ends_of_words(run: str, start: int, end: int) -> tuple[int, int]:
    crossing = [one for one in words(run) if one.start < start < one.end or one.start < end < one.end]
    if any(one.form in vocabulary() for one in crossing):
        return start, start
    return min([start, *(one.start for one in crossing)]), max([end, *(one.end for one in crossing)])


def closed_up(spaced: str) -> str:
    """A word whose characters stand apart as it is usually written."""
    return re.sub(_BETWEEN, "", spaced)


def _kana_pattern(terms: Iterable[str]) -> re.Pattern[str] | None:
    """The pattern for readings where they are no part of a longer word; common words are names before a title only."""
    found = []
    for term in sorted(terms, key=lambda one: (-len(one), one)):
        title = f"(?= ?{TITLES})" if term in _common_kana() or len(term) < 2 else ""
        found += [kana_alone(one) + title for one in (term, in_katakana(term))]
    return re.compile("|".join(found)) if found else None


@functools.cache
def _common_kana() -> frozenset[str]:
    return frozenset(map(folded_text, vocabulary()))


def _add_terms(labels: dict[str, str], terms: Iterable[str], label: str, others: Collection[str]) -> None:
    """Add terms with their label, a neutral one where it may mean two people; no term that may mean a party."""
    for term in terms:
        if term not in others:
            labels[term] = replacement(MaskKind.NAME) if labels.get(term, label) != label else label


def _spaced_pattern(term: str) -> str:
    """The pattern for a term, with or without spaces; no Latin letter may precede or follow a Latin one."""
    before = "(?<![a-z0-9])" if _LATIN.match(term[0]) else ""
    if len(term) == 1:
        before = "(?<![一-鿿々a-z])" if "一" <= term <= "鿿" else r"(?<!\w)"
    behind = "(?![a-z0-9])" if _LATIN.match(term[-1]) else ""
    is_short = len(term) == 2 and not term.isascii()  # closed up, as 以上 田中 is not 上田
    between = "" if is_short else f"{_BETWEEN}?" if _CJK.fullmatch(term) else " ?"
    return before + between.join(map(re.escape, term)) + behind


def _strip_spaces(name: str) -> str:
    return folded_text(name).replace(" ", "").replace("\n", "")


def _terms(name: str) -> list[str]:
    """A name and its parts, folded and without spaces, as far as they are distinctive enough."""
    return [term for term in folded_terms(name) if _is_searchable(term)]


def _short_terms(name: str, others: Collection[str] = ()) -> list[str]:
    """What is masked before a title only: beginnings and ends of a name without a space, parts of one character."""
    found = []
    for part in _terms(name):
        if part not in others and _CJK.fullmatch(part) and 3 <= len(part) <= 6:
            found += [cut for length in range(2, len(part)) for cut in (part[:length], part[-length:])]
    parts = map(folded_text, parts_of(name, with_words=True))
    found += [one for one in parts if len(one) == 1 and _CJK.fullmatch(one)]
    whole = _strip_spaces(name)
    return found if _is_searchable(whole) or not whole or whole.isdigit() else [*found, whole]


def _is_searchable(term: str) -> bool:
    """Whether a term is distinctive enough to search for: two characters with a letter, three if Latin."""
    return len(term) >= (3 if term.isascii() else 2) and _LETTER.search(term) is not None


REASON = "期間外のメッセージID"
"""Why such a record is masked, as its line says."""

_GAP_KINDS = ("gap", "gap.narrowed", "gap.closed")
_LIST_FIELDS = ("first", "last", "times", "longest_s", "looks", "window")
"""Fields of a reading that tell when, and nothing of what it showed."""


class PeriodIds:
    """The ids of the messages in a package of a period, by room in ascending order."""

    def __init__(self, ids: Mapping[int, Sequence[int]]) -> None:
        """Take the ids."""
        self._ids = ids

    def holds(self, room: int, message: object) -> bool:
        """Whether a message is in the package."""
        ids, position = self._ids.get(room, ()), number(message)
        index = bisect_left(ids, position)
        return index < len(ids) and ids[index] == position

    def is_shown_in(self, reading: EntryObject) -> bool:
        """Whether a reading showed a message of the package, whenever it was: so it tells when that was last seen."""
        shown = self.cover(reading)["payload"]
        return bool(shown.get("oldest" if reading["kind"] in LIST_KINDS else "ids"))

    def cover(self, entry: EntryObject) -> EntryObject:
        """The entry without the ids of messages outside; the same entry if it names none."""
        payload = self._covered_payload(entry["kind"], entry["room_id"], entry["payload"])
        return entry if payload is None else {**entry, "payload": payload}

    def _covered_payload(self, kind: str, room: int, payload: Mapping[str, Any]) -> dict[str, Any] | None:
        if kind in LIST_KINDS:
            return self._covered_list(room, payload)
        if kind == "reading":
            return self._covered_reading(room, payload)
        if kind in _GAP_KINDS:
            return self._covered_gap(room, payload)
        named = payload["object"].get("message_id") if kind == "task" else None
        if not number(named) or self.holds(room, named):
            return None
        return {**payload, "object": {**payload["object"], "message_id": ""}}

    def _covered_reading(self, room: int, payload: Mapping[str, Any]) -> dict[str, Any] | None:
        """Ids that were refused are of no known time, so they count as outside until a reading showed them."""
        inside: dict[str, Any] = {"ids": [one for one in payload["ids"] if self.holds(room, one)]}
        if "refused" in payload:
            inside |= {"refused": {one: how for one, how in payload["refused"].items() if self.holds(room, one)}}
        return None if inside == payload else inside

    def _covered_list(self, room: int, payload: Mapping[str, Any]) -> dict[str, Any] | None:
        absent = payload.get("absent", ())
        if self._all_inside(room, (payload["oldest"], payload["newest"], *absent)):
            return None
        covered = {name: payload[name] for name in _LIST_FIELDS if name in payload}
        ids = self._ids.get(room, ())
        first = bisect_left(ids, number(payload["oldest"]))
        last = bisect_right(ids, number(payload["newest"])) - 1
        if first <= last:
            covered |= {"oldest": str(ids[first]), "newest": str(ids[last])}
            covered["absent"] = [one for one in absent if self.holds(room, one)]
        return covered

    def _covered_gap(self, room: int, payload: Mapping[str, Any]) -> dict[str, Any] | None:
        ends = {name: payload[name] for name in ("after", "before")}
        outside = {name for name, message in ends.items() if not self._all_inside(room, (message,))}
        return {name: value for name, value in payload.items() if name not in outside} if outside else None

    def _all_inside(self, room: int, messages: Iterable[object]) -> bool:
        return all(self.holds(room, one) for one in messages if one is not None)
