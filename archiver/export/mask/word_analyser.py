"""The words of a text, divided by the analyser, or by scripts where it is not installed; and how a name is read."""

from __future__ import annotations

import functools
import re
import threading
import unicodedata
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from archiver.export.mask.surnames import in_hiragana, surnames

if TYPE_CHECKING:
    from sudachipy import Dictionary, Tokenizer

_VOCABULARY = Path(__file__).with_name("data") / "chat_vocabulary.txt"
_OF_THREAD = threading.local()
_AT_ONCE = 1_500
"""Characters that are divided in one go; the analyser refuses more than 65,535 bytes, and one may become 33 of them."""
_HALF_CHARACTER = re.compile("[\ud800-\udfff]")
"""Half of a character, which a reply may hold and the analyser refuses."""
_LINE = re.compile(rf"[^\n]{{1,{_AT_ONCE}}}\n*|\n+")
KANA_IN_BRACKETS = re.compile("[(（]([ぁ-んー]+)[)）]")
"""What the analyser takes for the reading of the word before them; they may be a name: 妻(あかね)."""
_SIGNS = frozenset({"助詞", "助動詞", "補助記号", "空白", "記号"})
_NAMEABLE = frozenset({"名詞", "形状詞", "感動詞", "代名詞", "接尾辞", "副詞"})
_BEGINS_IN_KANJI = re.compile("[一-鿿々〆ヶ]+(?=[ぁ-ん]*$)")
_LONGEST = 6
_RUN = re.compile("(?P<kanji>[一-鿿々〆ヶ]+)|[ァ-ヴ][ァ-ヴー]*|[A-Za-zＡ-Ｚａ-ｚ]+")


class Word(NamedTuple):
    """A word of a text."""

    start: int
    end: int
    form: str
    """As it stands in a dictionary, in one width and small letters."""
    is_person: bool
    """Whether it is the name of a person."""
    may_name: bool
    """Whether it is of a kind that names somebody or something."""


def has_analyser() -> bool:
    """Whether texts are divided by the analyser."""
    return _tokenizer() is not None


@functools.cache
def vocabulary() -> frozenset[str]:
    """The words of chats about work that name nobody."""
    lines = _VOCABULARY.read_text(encoding="utf-8").splitlines()
    return frozenset(word for line in lines if not line.startswith("#") for word in line.split())


@functools.cache
def _dictionary() -> Dictionary | None:
    try:
        from sudachipy import Dictionary

        return Dictionary(dict="small")
    except Exception:  # noqa: BLE001 - without a wheel, without its dictionary or with a damaged one
        return None


def _tokenizer() -> Tokenizer | None:
    """One for each thread, as none may be used by two at once."""
    dictionary = _dictionary()
    if dictionary is not None and not hasattr(_OF_THREAD, "tokenizer"):
        _OF_THREAD.tokenizer = dictionary.tokenizer()
    return getattr(_OF_THREAD, "tokenizer", None)


def words(text: str) -> Iterator[Word]:
    """The words of a text with their places, particles and signs left out."""
    tokenizer = _tokenizer()
    if tokenizer is None:
        yield from _words_by_script(text)
        return
    for line in _LINE.finditer(_HALF_CHARACTER.sub(" ", text)):
        for one in tokenizer.tokenize(line[0]):
            kind, _more, sort, which, *_rest = one.part_of_speech()
            if kind not in _SIGNS:
                form = unicodedata.normalize("NFKC", one.dictionary_form()).lower()
                start, end = line.start() + one.begin(), line.start() + one.end()
                known = one.surface() if form.isascii() else form * (which == "一般")  # ライターさん counts as a name
                is_person = sort == "人名" and not (len(form) > 1 and known in vocabulary())
                behind = None if is_person else KANA_IN_BRACKETS.search(text, start, end)
                yield Word(start, behind.start() if behind else end, form, is_person, kind in _NAMEABLE)
                if behind:
                    yield Word(*behind.span(1), behind[1], is_person=False, may_name=True)


def readings(name: str) -> list[str]:
    """How the words of a name are read, in hiragana; nothing without the analyser."""
    tokenizer = _tokenizer()
    found = () if tokenizer is None else tokenizer.tokenize(_HALF_CHARACTER.sub(" ", name)[:_AT_ONCE])
    return [in_hiragana(one.reading_form()) for one in found if one.part_of_speech()[0] not in _SIGNS]


def _words_by_script(text: str) -> Iterator[Word]:
    for run in _RUN.finditer(text):
        start = run.start()
        for piece in _pieces(run[0]) if run["kanji"] else [run[0]]:
            form = unicodedata.normalize("NFKC", _known_kanji().get(piece, piece)).lower()
            is_person = bool(run["kanji"]) and piece in surnames().kanji
            yield Word(start, start + len(piece), form, is_person, may_name=True)
            start += len(piece)


@functools.cache
def _known_kanji() -> Mapping[str, str]:
    """What may stand in a run of kanji → its form: words, what verbs begin with (送 of 送る), surnames."""
    words_in_kanji = (match for match in map(_BEGINS_IN_KANJI.match, vocabulary()) if match)
    return {match[0]: match.string for match in words_in_kanji} | {name: name for name in surnames().kanji}


def _pieces(run: str) -> Iterator[str]:
    """A run of kanji, divided into the longest surnames and words that are known, and what lies between."""
    start = unknown = 0
    while start < len(run):
        ends = range(min(len(run), start + _LONGEST), start, -1)
        end = next((end for end in ends if run[start:end] in _known_kanji()), start)
        if end > start:
            if unknown < start:
                yield run[unknown:start]
            yield run[start:end]
            unknown = end
        start = max(end, start + 1)
    if unknown < len(run):
        yield run[unknown:]
