"""Finds what looks like a person, or a way to reach one, in a text that is masked already, for whoever reads it.

Pieces are covered until the reader shows them; marked words are only pointed out. The finder promises nothing: no
rule knows every name, and what nobody read is covered whole. Names of the parties are neither.
"""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence

from archiver.export.mask import contact_patterns, handle_patterns
from archiver.export.mask.name_lists import Word, in_hiragana, surnames, vocabulary, words
from archiver.export.mask.names import folded_terms, kana_alone, kanji_of, other_spellings, parts_of
from archiver.letter_folding import folded_text, join_variants

_SELECTOR = re.compile("[\ufe00-\ufe0f\U000e0100-\U000e01ef]")
"""What chooses a variant of the character before it."""
MASKED = re.compile(
    r"■■\([^()\n]{1,12}\)|参加者(?:[A-Z]{1,3}|\(不明\))|\[/?(?:[Tt][Oo]|TO|[Cc][Cc]|rp|qt|qtmeta|info|title|code"
    r"|url|hr|picon|pname|piconname|download|task|dtext|preview|toall|Reply)\b[^\[\]\n]{0,60}\]"
)
_MASKED_SIGN = "\u25a1"
_TITLE = re.compile(
    "さー{0,2}ん|さま|様|氏|くん|君|ちゃん|殿|先生|サン|先輩|社長|部長|課長|係長|主任|店長|専務|常務|会長|院長|所長|室長|教授|監督"
)
_FOR_PEOPLE = frozenset({"ちゃん", "くん", "君"})
"""Titles before which a common word is a name too."""
_LONGEST_KANA = 6
_KANA_BEFORE = re.compile("(?:(?<![ぁ-んー])|(?<=[のがはとにをもへや]))[ぁ-んー]{2,5}$")
_KANJI = "一-鿿々〆ヶ\uf900-\ufaff\U00020000-\U0002fa1f"
_SHORT_KANA = 3
"""Characters up to which kana are a part of many other words."""
_JOINT = re.compile("[ \n・.,_=@-]")
_JOINTS = frozenset({"", " ", "・", "=", "　"})
_LETTERS = re.compile(r"[^\W\d_]{2}|[一-鿿]")


class NameFinder:
    """Finds the names of a text; those of the parties are left alone."""

    def __init__(self, party_names: Iterable[str], hidden_names: Iterable[str] = ()) -> None:
        """Take every name of everybody who is shown, of the client as the user states it, and of who is hidden."""
        names = [name for name in party_names if name]
        self._party = frozenset(map(_bare, names))
        self._party_terms = frozenset(map(_bare, (term for name in names for term in _every_term(name))))
        hidden = (one for name in hidden_names for one in (*kanji_of(name), *parts_of(name, with_words=True)))
        self._hidden = frozenset(folded_text(one) for one in hidden if _LETTERS.match(one))

    def pieces(self, text: str) -> Iterator[str]:
        """What is covered until the reader shows it."""
        clean = _without_masks(normalised_text(text))
        taken: list[tuple[int, int]] = []
        for start, end in sorted(self._found(clean), key=lambda one: (one[0], -one[1])):
            if not any(first <= start and end <= last for first, last in taken):
                taken.append((start, end))
                if not self.is_party(clean[start:end]):
                    yield clean[start:end]

    def marks(self, text: str) -> Iterator[str]:
        """The words that are no words of chats about work, each as it stands in the text."""
        clean = _without_masks(text)
        for one in words(join_variants(clean)):
            word = clean[one.start : one.end]
            is_odd = one.may_name and (not _is_common(one) or folded_text(word) in self._hidden)
            if is_odd and _LETTERS.match(word) and not self.is_party(word):
                yield word

    def is_party(self, piece: str) -> bool:
        """Whether a piece is a name of a party, or a part of one."""
        bare = _bare(piece)
        if any(bare in name if len(bare) > 1 else name.startswith(bare) for name in self._party):
            return True
        return bare in self._party_terms

    def _found(self, text: str) -> Iterator[tuple[int, int]]:
        listed = list(words(join_variants(text)))
        hidden = (one for one in listed if one.may_name and folded_text(text[one.start : one.end]) in self._hidden)
        yield from (one[:2] for one in hidden if one.is_person or not _is_common(one))
        yield from _persons(text, listed)
        yield from _titled(text, listed)
        yield from contact_patterns.holders(text)
        for groups in (handle_patterns.HANDLES, contact_patterns.CONTACTS):
            for pattern in (one for group in groups if group.gate.search(text) for one in group.patterns):
                for match in pattern.finditer(text):
                    yield match.span("name" if "name" in pattern.groupindex else 0)


def _every_term(name: str) -> Iterator[str]:
    yield from (*folded_terms(name), *parts_of(name, with_words=True))
    other = other_spellings(name)
    yield from (*other.kana, *other.latin, *other.initials)


def _bare(name: str) -> str:
    """A name without the signs between its parts, in one form of kana."""
    return in_hiragana(_JOINT.sub("", folded_text(name)))


def _is_common(word: Word) -> bool:
    return word.form in vocabulary()


def _persons(text: str, listed: Sequence[Word]) -> Iterator[tuple[int, int]]:
    """Surnames and given names, those that follow each other as one."""
    span: tuple[int, int] | None = None
    for one in listed:
        if not one.is_person and (one.end - one.start == 1 or _is_common(one) or not _is_name(one, text)):
            continue
        if span and text[span[1] : one.start] in _JOINTS:
            span = span[0], one.end
        else:
            if span:
                yield span
            span = one.start, one.end
    if span:
        yield span


def _titled(text: str, listed: Sequence[Word]) -> Iterator[tuple[int, int]]:
    """What stands before a title and is no word of chats."""
    by_end = {one.end: one for one in listed}
    within = {place: one for one in listed for place in range(one.start + 1, one.end)}
    for title in _TITLE.finditer(text):
        end = title.start() - (text[title.start() - 1 : title.start()] == " ")
        word, over = by_end.get(end), within.get(title.start())
        if over is not None or word is None:
            run = _KANA_BEFORE.search(text, max(0, end - _LONGEST_KANA), end)
            if run and not (over and _is_common(over)) and f"{run[0]}{title[0]}" not in vocabulary():
                yield run.span()
        elif not _is_common(word) or _is_name(word, text) or title[0] in _FOR_PEOPLE:
            start = word.start
            while (
                (before := by_end.get(start)) and before.may_name and (_is_name(before, text) or not _is_common(before))
            ):
                start = before.start
            yield start, end


def _is_name(word: Word, text: str) -> bool:
    """Whether a word is the name of a person, whatever else it may mean."""
    return word.is_person or text[word.start : word.end] in surnames().kanji


def _without_masks(text: str) -> str:
    return MASKED.sub(lambda match: _MASKED_SIGN * len(match[0]), text)


def normalised_text(text: str) -> str:
    """The text of one width, without characters that are not shown; for reading, not for writing."""
    if not text.isprintable():
        text = "".join(character for character in text if unicodedata.category(character) not in ("Cf", "Cs"))
    if _SELECTOR.search(text):
        text = _SELECTOR.sub("", text)
    return unicodedata.normalize("NFKC", text).replace("樣", "様").replace("\t", " ").replace("\r", "\n")


def piece_pattern(piece: str, *, is_chosen: bool = False) -> re.Pattern[str]:
    """The pattern that hides a piece wherever it stands; within other words no Latin letters and no short kana.

    A single character is hidden only before a title or in brackets. A piece that somebody chose is hidden in any word.
    """
    folded = folded_text(piece).strip()
    spaced = " ?".join(re.escape(one) for one in folded if one != " ")
    if is_chosen:
        return re.compile(spaced)
    if len(folded) == 1:
        return re.compile(f"(?<![{_KANJI}]){spaced}(?:(?= ?(?:{_folded_titles()}))|(?!の|[{_KANJI}]))")
    if len(folded) <= _SHORT_KANA and re.fullmatch("[ぁ-ん]+|[ァ-ヶ]+", folded):
        return re.compile(kana_alone(folded))
    before = "(?<![a-z0-9])" if re.match("[a-z0-9]", folded) else ""
    behind = "(?![a-z0-9])" if re.search("[a-z0-9]$", folded) else ""
    return re.compile(before + spaced + behind)


@functools.cache
def _folded_titles() -> str:
    return folded_text(_TITLE.pattern.replace("さー{0,2}ん", "さん|サン|クン|チャン|サマ"))
