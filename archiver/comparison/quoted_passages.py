"""Pure: what a text quotes (words, amounts, days, message numbers), each held against saved messages.

Only kinds of spaces, widths and quotation marks count as alike; no digit and no word does.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from difflib import SequenceMatcher
from enum import StrEnum
from functools import cached_property
from itertools import chain, pairwise
from typing import NamedTuple

from archiver.chatwork.notation import parse
from archiver.comparison.held_messages import DELETED, HeldMessage
from archiver.records import JST
from archiver.render.message_body import plain_text

_WIDE = re.compile("[\uff01-\uffef]+")
_MARKS = str.maketrans("『』“”„‘’〜　", '「」"""\'\'~ ', "\u200b\u200c\u200d\u2060\ufeff\xad")
_JOINT = re.compile(r"(?<=[0-9A-Za-z])\s+(?=[0-9A-Za-z])")
_SPACE = re.compile(r"\s+")
_KEPT = re.compile(r"\S|(?<=[0-9A-Za-z])\s+(?=[0-9A-Za-z])")

_BLOCK = re.compile(r"^[ ]{0,3}>.*(?:\n[ ]{0,3}>.*)*", re.MULTILINE)
_BLOCK_HEAD = re.compile(r"^[ ]{0,3}>[ ]?", re.MULTILINE)
_SIGNED = re.compile(r"\n[ \t]*(?:—|―|--)[^\n]*\Z")
_BRACKETED = re.compile(r"「[^「」]*(?:「[^「」]*(?:「[^「」]*」[^「」]*)*」[^「」]*)*」|\"[^\"\n]+\"")
_LINKED = re.compile(
    r"(?<![0-9A-Za-z])(?:rid[0-9]+-|m)?([0-9]{15,20})(?![0-9A-Za-z])|\b(?:rid[0-9]+-|m)([0-9]{5,14})\b"
)
_NUMBERED = re.compile(r"(?<![A-Za-z])(?:No\.? ?|№ ?)([0-9]+)(?![0-9])")
_AMOUNT = re.compile(
    r"(?:([¥$]) ?)?(?<![0-9.,])((?:[0-9][0-9,]*(?:\.[0-9]+)?[億万千]?)+) ?(円|yen\b|JPY\b)?", re.IGNORECASE
)
_FIGURE = re.compile(r"([0-9][0-9,]*(?:\.[0-9]+)?)([億万千]?)")
_UNITS = {"": 1, "千": 1_000, "万": 10_000, "億": 100_000_000}
_DAY = re.compile(
    r"(?<![0-9/.-])(?:([12][0-9]{3}) ?[年/.-] ?)?(1[0-2]|0?[1-9]) ?[月/.-] ?"
    r"(3[01]|[12][0-9]|0?[1-9])(?![0-9])(?![/.-][0-9])日?"
)
_OMISSION = re.compile(r"…+|\.{3,}|[(\[〔](?:前略|中略|後略|略|\.\.\.|…)[)\]〕]")

_ENDS = frozenset("。!?")
_BEGINS = frozenset("・■□●○◆◇※>|")
"""Marks before a line or an entry of a list, which a quotation may leave out."""
_DROPPED = "。．.、,"
"""Left out at the end of a quotation, or put there, as its writer likes."""
_LONGEST, _MOST = 500, 2_000
_LIKE = 0.5
"""Of the pairs of letters in a quotation so many stand in what is shown as its nearest."""
_NEAR_YEAR = timedelta(days=200)


class QuoteStanding(StrEnum):
    """How a passage stands in what is saved."""

    AS_QUOTED = "as_quoted"
    PART = "part"
    """A part of a sentence, or a text with omissions that it marks."""
    EARLIER = "earlier_only"
    """Only in a text that the message showed before it was edited or deleted."""
    OTHERWISE = "otherwise"
    NOT_FOUND = "not_found"


class Passage(NamedTuple):
    """What a text quotes: its kind (`quotation`, `amount`, `day`, `message`), its words, its line from 1."""

    kind: str
    words: str
    line: int


class CheckedPassage(NamedTuple):
    """A passage, how it stands, and where; `given` and `saved` are both texts with 【】 around what differs."""

    passage: Passage
    standing: QuoteStanding
    message: HeldMessage | None = None
    given: str = ""
    saved: str = ""


class _SavedText(NamedTuple):
    message: HeldMessage
    is_shown: bool
    """Whether it is the last text of a message that is not deleted."""
    text: str


def widened(text: str) -> str:
    """The text with one width of each letter and one kind of quotation mark; nothing that is read changes."""
    return _WIDE.sub(lambda match: unicodedata.normalize("NFKC", match[0]), text).translate(_MARKS)


def _squeezed(text: str) -> str:
    return _SPACE.sub("", _JOINT.sub("\1", text)).replace("\1", " ")


def passages(document: str) -> list[Passage]:
    """Everything that a text quotes, in its order; at most 2,000. What stands within a quotation belongs to it."""
    text = widened(document)
    found: list[tuple[int, str, str]] = []
    covered: list[tuple[int, int]] = []

    def add(kind: str, words: str, start: int, end: int) -> None:
        if words.strip() and not any(start < last and first < end for first, last in covered):
            covered.append((start, end))
            found.append((start, kind, words.strip()))

    for match in _BLOCK.finditer(text):
        add("quotation", _SIGNED.sub("", _BLOCK_HEAD.sub("", match[0])), *match.span())
    for match in _BRACKETED.finditer(text):
        add("quotation", match[0][1:-1], *match.span())
    for pattern in (_LINKED, _NUMBERED):
        for match in pattern.finditer(text):
            add("message", match[0], *match.span())
    for match in _DAY.finditer(text):
        if match[1] or "/" in match[0] or match[0].endswith("日"):
            add("day", match[0], *match.span())
    for match in _AMOUNT.finditer(text):
        if match[1] or match[3]:
            add("amount", match[0], *match.span())
    lines = [match.end() for match in re.finditer("\n", text)]
    return [Passage(kind, words, 1 + bisect_right(lines, at)) for at, kind, words in sorted(found)[:_MOST]]


class SavedMessages:
    """Messages that are held of a job or in a package, with all their texts."""

    def __init__(self, messages: Iterable[HeldMessage], *, has_numbers: bool) -> None:
        """Take the messages; `has_numbers`: their numbers are those that a reader of the package knows."""
        self._has_numbers = has_numbers
        self._messages: list[HeldMessage] = []
        self._texts: list[_SavedText] = []
        for message in messages:
            self._messages.append(message)
            bodies = dict.fromkeys(one.body for one in message.versions if one.body != DELETED)
            last = message.versions[-1].body if message.versions else None
            for body in bodies:
                for form in dict.fromkeys((body, plain_text(parse.parse(body)))):
                    self._texts.append(_SavedText(message, body == last, widened(form)))
        self._squeezed = [_squeezed(one.text) for one in self._texts]
        self._all = "\0".join(self._squeezed)
        self._starts = [0]
        for one in self._squeezed:
            self._starts.append(self._starts[-1] + len(one) + 1)

    def check(self, passage: Passage) -> CheckedPassage:
        """How one passage stands in them."""
        if passage.kind == "message":
            return self._check_number(passage)
        if passage.kind == "quotation":
            return self._check_words(passage)
        places = self._amounts if passage.kind == "amount" else self._days
        wanted = next(iter(_amounts(passage.words) if passage.kind == "amount" else _days(passage.words, None)), None)
        shown, earlier = places.get((wanted, True)), places.get((wanted, False))
        standing = QuoteStanding.AS_QUOTED if shown else QuoteStanding.EARLIER if earlier else QuoteStanding.NOT_FOUND
        return CheckedPassage(passage, standing, shown or earlier)

    def _check_number(self, passage: Passage) -> CheckedPassage:
        is_id = _LINKED.fullmatch(passage.words)
        wanted = int(is_id[1] or is_id[2]) if is_id else int(re.sub(r"\D", "", passage.words))
        held = (one for one in self._messages if (one.position if is_id else self._has_numbers and one.no) == wanted)
        message = next(held, None)
        return CheckedPassage(passage, QuoteStanding.AS_QUOTED if message else QuoteStanding.NOT_FOUND, message)

    def _check_words(self, passage: Passage) -> CheckedPassage:
        quoted = _squeezed(passage.words).rstrip(_DROPPED)
        best: tuple[tuple[bool, bool], int, int] | None = None
        for index, at in self._occurrences(quoted):
            ranked = (self._is_whole(index, at, at + len(quoted)), self._texts[index].is_shown), index, at
            best = ranked if best is None or ranked[0] > best[0] else best
            if ranked[0] == (True, True):
                break
        if best is None:
            return self._with_omissions(passage) or self._nearest(passage)
        (is_whole, is_shown), index, at = best
        standing = (
            QuoteStanding.PART if not is_whole else QuoteStanding.AS_QUOTED if is_shown else QuoteStanding.EARLIER
        )
        saved = "" if is_whole else self._sentence(index, at, at + len(quoted))
        return CheckedPassage(passage, standing, self._texts[index].message, passage.words if saved else "", saved)

    def _occurrences(self, squeezed: str) -> Iterator[tuple[int, int]]:
        at = self._all.find(squeezed) if squeezed else -1
        while at >= 0:
            index = bisect_right(self._starts, at) - 1
            yield index, at - self._starts[index]
            at = self._all.find(squeezed, at + 1)

    def _is_whole(self, index: int, start: int, end: int) -> bool:
        """Whether a place begins and ends where a sentence or a line does."""
        text, squeezed = self._texts[index].text, self._squeezed[index]
        begin = start
        while begin and squeezed[begin - 1] in _BEGINS:
            begin -= 1
        places = [match.start() for match in _KEPT.finditer(text)]
        if not _is_break(text, squeezed, places, begin):
            return False
        if _is_break(text, squeezed, places, end):
            return True
        return squeezed[end] in "。." and _is_break(text, squeezed, places, end + 1)

    def _sentence(self, index: int, start: int, end: int) -> str:
        """The line around a place, with 【】 around what a quotation leaves out of it."""
        text = self._texts[index].text
        places = [match.start() for match in _KEPT.finditer(text)]
        first, last = places[start], places[end - 1] + 1
        begin, stop = text.rfind("\n", 0, first) + 1, text.find("\n", last)
        before, after = text[begin:first], text[last : len(text) if stop < 0 else stop]
        return _marked(((before, True), (text[first:last], False), (after, True)))

    def _with_omissions(self, passage: Passage) -> CheckedPassage | None:
        """The text that has all parts of a quotation between its marks of omission, in their order."""
        parts = [part for one in _OMISSION.split(passage.words) if (part := _squeezed(one).rstrip(_DROPPED))]
        for saved, squeezed in zip(self._texts, self._squeezed, strict=True) if _OMISSION.search(passage.words) else ():
            at = 0
            for part in parts:
                found = squeezed.find(part, at)
                at = found + len(part) if found >= 0 else len(squeezed) + 1
            if parts and at <= len(squeezed):
                return CheckedPassage(passage, QuoteStanding.PART, saved.message, passage.words, saved.text)
        return None

    def _nearest(self, passage: Passage) -> CheckedPassage:
        """What is most like the words, if anything is: both with what differs between them."""
        given = passage.words
        if len(given) > _LONGEST:  # from shortly before the first letter that stands nowhere
            squeezed = _squeezed(given)
            first = bisect_left(range(len(squeezed)), True, key=lambda end: squeezed[: end + 1] not in self._all)
            given = squeezed[max(0, first - _LONGEST // 5) :][:_LONGEST]
        pairs = set(map("".join, pairwise(_squeezed(given))))
        scores = Counter(chain.from_iterable(self._with_pair.get(one, ()) for one in pairs))
        best = [index for index, score in scores.most_common(3) if score >= _LIKE * len(pairs)]
        compared = [(self._aligned(given, self._texts[index].text), index) for index in best]
        if not compared:
            return CheckedPassage(passage, QuoteStanding.NOT_FOUND)
        (_ratio, told, saved), index = max(compared, key=lambda one: one[0][0])
        return CheckedPassage(passage, QuoteStanding.OTHERWISE, self._texts[index].message, told, saved)

    @staticmethod
    def _aligned(given: str, text: str) -> tuple[float, str, str]:
        size = 2 * len(given)
        windows = [text[at : at + size] for at in range(0, max(1, len(text) - len(given)), max(1, len(given)))]
        pairs = {a + b for a, b in pairwise(given)}
        window = max(windows, key=lambda one: sum(pair in one for pair in pairs))
        matcher = SequenceMatcher(None, given, window, autojunk=False)
        blocks = [one for one in matcher.get_matching_blocks() if one.size]
        if not blocks:
            return 0.0, given, window
        start = max(0, blocks[0].b - blocks[0].a)
        end = blocks[-1].b + blocks[-1].size + len(given) - blocks[-1].a - blocks[-1].size
        matcher.set_seq2(window[start:end])
        steps = [(tag != "equal", span) for tag, *span in matcher.get_opcodes()]
        told = _marked((given[a:b], differs) for differs, (a, b, _c, _d) in steps)
        return matcher.ratio(), told, _marked((window[start:end][c:d], differs) for differs, (_a, _b, c, d) in steps)

    @cached_property
    def _with_pair(self) -> dict[str, list[int]]:
        """Two letters that stand together → the texts in which they do."""
        found: dict[str, list[int]] = {}
        for index, text in enumerate(self._squeezed):
            for pair in set(map("".join, pairwise(text))):
                found.setdefault(pair, []).append(index)
        return found

    @cached_property
    def _amounts(self) -> dict[tuple[object, bool], HeldMessage]:
        found: dict[tuple[object, bool], HeldMessage] = {}
        for one in self._texts:
            for amount in _amounts(one.text):
                found.setdefault((amount, one.is_shown), one.message)
        return found

    @cached_property
    def _days(self) -> dict[tuple[object, bool], HeldMessage]:
        """(day or (month, day), whether a text names it that is shown, or a message is of it) → the first such."""
        found: dict[tuple[object, bool], HeldMessage] = {}
        for message in self._messages:
            sent = _sent_day(message)
            for day in (sent, (sent.month, sent.day)):
                found.setdefault((day, True), message)
        for one in self._texts:
            for named in _days(one.text, _sent_day(one.message)):
                found.setdefault((named, one.is_shown), one.message)
        return found


def _sent_day(message: HeldMessage) -> date:
    return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=message.send_time)).astimezone(JST).date()


def _is_break(text: str, squeezed: str, places: Sequence[int], at: int) -> bool:
    """Whether a sentence or line ends before this letter."""
    if at in (0, len(squeezed)) or squeezed[at - 1] in _ENDS:
        return True
    between = text[places[at - 1] + 1 : places[at]] if places[at] > places[at - 1] else ""
    if squeezed[at] == " ":  # the space itself stands at this place
        between = text[places[at] : places[at + 1]]
    return "\n" in between or (squeezed[at - 1] == "." and bool(between))


def _marked(parts: Iterable[tuple[str, bool]]) -> str:
    return "".join(f"【{text}】" if differs and text else text for text, differs in parts)


def _amounts(text: str) -> Iterator[object]:
    """Every sum of money that a text names, with whether it is in dollars."""
    for match in _AMOUNT.finditer(text):
        if match[1] or match[3]:
            figures = _FIGURE.findall(match[2])
            yield sum(float(figure.replace(",", "")) * _UNITS[unit] for figure, unit in figures), match[1] == "$"


def _days(text: str, sent: date | None) -> Iterator[object]:
    """Every day that a text names, with and without its year; without one, the year is that nearest to the sending."""
    for match in _DAY.finditer(text):
        month, day = int(match[2]), int(match[3])
        try:
            if match[1]:
                yield date(int(match[1]), month, day)
            elif sent is not None:
                near = (date(sent.year + step, month, day) for step in (0, -1, 1))
                yield from (one for one in near if abs(one - sent) <= _NEAR_YEAR)
        except ValueError:
            continue
        if sent is not None or not match[1]:
            yield month, day
