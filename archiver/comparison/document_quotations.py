"""Pure: what a text quotes (words, amounts, days, message numbers), each held against saved messages.

Only kinds of spaces, widths and quotation marks count as alike; no digit and no word does.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from difflib import SequenceMatcher
from enum import StrEnum
from functools import cached_property
from itertools import accumulate, chain, pairwise
from operator import itemgetter
from typing import NamedTuple

from archiver.chatwork.notation import parse
from archiver.comparison.message_comparison import HeldMessage
from archiver.evidence.history import DELETED_BODY
from archiver.records import JST, written_number
from archiver.render.message_body import plain_text

_WIDE = re.compile("[\u2e9f\u2ef3\u2f00-\u2fdf\uff01-\uffef]+")
"""Widths, and radicals, which the text of a browser's PDF has in the place of 日, 月 or 金."""
_MARKS = str.maketrans(
    "『』“”„‘’〜　⺠⻄⻆⻑⻘⻝⻣⻤⻨⻩⻭⻲",
    '「」"""\'\'~ 民西角長青食骨鬼麦黄歯亀',
    "\0\1\u200b\u200c\u200d\u2060\ufeff\xad",
)
_JOINT = re.compile(r"(?<=[0-9A-Za-z])\s+(?=[0-9A-Za-z])")
_SPACE = re.compile(r"\s+")
_KEPT = re.compile(r"\S|(?<=[0-9A-Za-z])\s+(?=[0-9A-Za-z])")

_BLOCK = re.compile(r"^[ ]{0,3}>.*(?:\n[ ]{0,3}>.*)*", re.MULTILINE)
_BLOCK_HEAD = re.compile(r"^[ ]{0,3}(?:>[ ]?)+", re.MULTILINE)
_SIGNED = re.compile(r"\n[ \t]*(?:—|―|--)[^\n]*\Z")
_BRACKETED = re.compile(r"「[^「」]*(?:「[^「」]*(?:「[^「」]*」[^「」]*)*」[^「」]*)*」|\"[^\"\n]+\"")
_LINKED = re.compile(
    r"(?<![0-9A-Za-z])(?:rid[0-9]+-|m)?([0-9]{15,20})(?![0-9A-Za-z])|\b(?:rid[0-9]+-|m)([0-9]{5,14})\b"
)
_NUMBERED = re.compile(r"(?<![A-Za-z])(?:No\.? ?|№ ?)([0-9]{1,9})(?![0-9])")
_AMOUNT = re.compile(
    r"(?:([¥$]) ?)?(?<![0-9.,])((?:[0-9][0-9,]*(?:\.[0-9]+)?[億万千]?)+) ?(円|yen\b|JPY\b)?", re.IGNORECASE
)
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
    others: int = 0
    """How many more messages have these words."""


def widened(text: str) -> str:
    """The text with one width of each letter and one kind of quotation mark; nothing that is read changes."""
    return _WIDE.sub(lambda match: unicodedata.normalize("NFKC", match[0]), text).translate(_MARKS)


def _squeezed(text: str) -> str:
    return _SPACE.sub("", _JOINT.sub("\1", text)).replace("\1", " ")


def passages(document: str) -> list[Passage]:
    """Everything that a text quotes, in its order; at most 2,000. What stands within a quotation belongs to it."""
    text = widened(document)
    found: list[tuple[int, str, str]] = []
    taken = bytearray(len(text))

    def add(kind: str, words: str, start: int, end: int) -> None:
        if words.strip() and taken.find(1, start, end) < 0:
            taken[start:end] = b"\1" * (end - start)
            found.append((start, kind, words.strip()))

    for match in _BLOCK.finditer(text):
        words = _SIGNED.sub("", _BLOCK_HEAD.sub("", match[0])).strip()
        add("quotation", words[1:-1] if _BRACKETED.fullmatch(words) else words, *match.span())
    for match in _BRACKETED.finditer(text):
        add("quotation", match[0][1:-1], *match.span())
    for match in chain(_LINKED.finditer(text), _NUMBERED.finditer(text)):
        add("message", match[0], *match.span())
    for match in _DAY.finditer(text):
        if match[1] or "/" in match[0] or match[0].endswith("日"):
            add("day", match[0], *match.span())
    for match in _AMOUNT.finditer(text):
        if match[1] or match[3]:
            add("amount", match[0], *match.span())
    lines = [match.end() for match in re.finditer("\n", text)]
    return [Passage(kind, words, 1 + bisect_right(lines, at)) for at, kind, words in sorted(found)[:_MOST]]


class _SavedText:
    """A text of a message, and where in it sentences and lines begin and end."""

    def __init__(self, message: HeldMessage, text: str, *, is_shown: bool) -> None:
        """`is_shown`: it is the last text of a message that is not deleted."""
        self.message, self.text, self.is_shown = message, text, is_shown
        self.squeezed = _squeezed(text)

    @cached_property
    def _places(self) -> list[int]:
        """Where in the text each letter of the squeezed one stands."""
        return [match.start() for match in _KEPT.finditer(self.text)]

    def is_whole(self, start: int, end: int) -> bool:
        """Whether a place of the squeezed text begins and ends where a sentence or a line does."""
        while start and self.squeezed[start - 1] in _BEGINS:
            start -= 1
        is_end = self._is_break(end) or (self.squeezed[end] in "。." and self._is_break(end + 1))
        return is_end and self._is_break(start)

    def _is_break(self, at: int) -> bool:
        at -= self.squeezed[at - 1 : at] == " "  # before the space itself
        if at in (0, len(self.squeezed)) or self.squeezed[at - 1] in _ENDS:
            return True
        between = self.text[self._places[at - 1] + 1 : self._places[at + (self.squeezed[at] == " ")]]
        return "\n" in between or (self.squeezed[at - 1] == "." and bool(between))

    def cuts_a_number(self, start: int, end: int) -> bool:
        """Whether a place of the squeezed text begins or ends within a number, which then reads as another one."""
        first, last = self._places[start], self._places[end - 1] + 1
        before, after = self.text[max(0, first - 2) : first + 1], self.text[last - 1 : last + 2]
        return bool(re.search(r"[0-9][.,]?[0-9]\Z", before) or re.match(r"[0-9][.,]?[0-9]", after))

    def around(self, spans: Sequence[tuple[int, int]]) -> str:
        """The lines around places, with 【】 around what a quotation leaves out of them."""
        edges = [(self._places[start], self._places[end - 1] + 1) for start, end in spans]
        at, stop = self.text.rfind("\n", 0, edges[0][0]) + 1, self.text.find("\n", edges[-1][1])
        parts: list[tuple[str, bool]] = []
        for first, last in edges:
            parts += [(self.text[at:first], True), (self.text[first:last], False)]
            at = last
        return _marked([*parts, (self.text[at : len(self.text) if stop < 0 else stop], True)])


class SavedMessages:
    """Messages that are held of a job or in a package, with all their texts."""

    def __init__(self, messages: Iterable[HeldMessage], *, has_numbers: bool) -> None:
        """Take the messages; `has_numbers`: their numbers are those that a reader of the package knows."""
        self._has_numbers = has_numbers
        self._messages = list(messages)
        self._texts: list[_SavedText] = []
        for message in self._messages:
            last = message.versions[-1].body if message.versions else None
            for body in dict.fromkeys(one.body for one in message.versions if one.body != DELETED_BODY):
                for form in dict.fromkeys((body, plain_text(parse.parse(body)))):
                    self._texts.append(_SavedText(message, widened(form), is_shown=body == last))
        self._all = "\0".join(one.squeezed for one in self._texts)
        self._starts = [0, *accumulate(len(one.squeezed) + 1 for one in self._texts)]

    def check(self, passage: Passage) -> CheckedPassage:
        """How one passage stands in them."""
        if passage.kind == "quotation":
            return self._check_words(passage)
        if passage.kind == "message":
            shown, earlier = self._numbered(passage.words), None
        else:
            named = _amounts(passage.words) if passage.kind == "amount" else _days(passage.words, None)
            wanted = next(named, None)
            shown, earlier = self._named.get((wanted, True)), self._named.get((wanted, False))
        standing = QuoteStanding.AS_QUOTED if shown else QuoteStanding.EARLIER if earlier else QuoteStanding.NOT_FOUND
        return CheckedPassage(passage, standing, shown or earlier)

    def _numbered(self, words: str) -> HeldMessage | None:
        is_id = _LINKED.fullmatch(words)
        wanted = int(is_id[1] or is_id[2]) if is_id else int(re.sub(r"\D", "", words))
        room = re.match("rid([0-9]+)", words)
        held = (one for one in self._messages if (one.position if is_id else self._has_numbers and one.no) == wanted)
        return next((one for one in held if not room or room[1] == str(one.room_id)), None)

    def _check_words(self, passage: Passage) -> CheckedPassage:
        quoted = _squeezed(passage.words).rstrip(_DROPPED)
        size = len(quoted)
        found = [
            (is_whole, is_whole and one.is_shown, one, at)
            for one, at in self._occurrences(quoted)
            if not one.cuts_a_number(at, at + size)
            for is_whole in (one.is_whole(at, at + size),)
        ]
        if not found:
            return self._with_omissions(passage) or self._nearest(passage)
        is_whole, is_shown, one, at = max(found, key=itemgetter(0, 1))  # of a part the first, also if it was deleted
        standing = QuoteStanding.AS_QUOTED if is_shown else QuoteStanding.EARLIER if is_whole else QuoteStanding.PART
        texts = ("", "") if is_whole else (passage.words, one.around([(at, at + size)]))
        others = len({text.message.position for _is_whole, _is_shown, text, _at in found}) - 1
        return CheckedPassage(passage, standing, one.message, *texts, others)

    def _occurrences(self, squeezed: str) -> Iterator[tuple[_SavedText, int]]:
        at = self._all.find(squeezed) if squeezed else -1
        while at >= 0:
            index = bisect_right(self._starts, at) - 1
            yield self._texts[index], at - self._starts[index]
            at = self._all.find(squeezed, at + 1)

    def _with_omissions(self, passage: Passage) -> CheckedPassage | None:
        """The text that has all parts of a quotation between its marks of omission, in their order."""
        parts = [part for one in _OMISSION.split(passage.words) if (part := _squeezed(one).rstrip(_DROPPED))]
        for one in self._texts if parts and _OMISSION.search(passage.words) else ():
            spans, at = [], 0
            for part in parts:
                found = one.squeezed.find(part, at)
                if found < 0:
                    break
                at = found + len(part)
                spans.append((found, at))
            else:
                return CheckedPassage(passage, QuoteStanding.PART, one.message, passage.words, one.around(spans))
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
        best = [self._texts[index] for index, score in scores.most_common(3) if score >= _LIKE * len(pairs)]
        compared = [(*_aligned(given, one.text), one.message) for one in best]
        if not compared:
            return CheckedPassage(passage, QuoteStanding.NOT_FOUND)
        _ratio, told, saved, message = max(compared, key=itemgetter(0))
        return CheckedPassage(passage, QuoteStanding.OTHERWISE, message, told, saved)

    @cached_property
    def _with_pair(self) -> dict[str, list[int]]:
        """Two letters that stand together → the texts in which they do."""
        found: dict[str, list[int]] = {}
        for index, text in enumerate(self._texts):
            for pair in set(map("".join, pairwise(text.squeezed))):
                found.setdefault(pair, []).append(index)
        return found

    @cached_property
    def _named(self) -> dict[tuple[object, bool], HeldMessage]:
        """(amount, or day with and without its year; whether a text names it that is shown, or a message is of it)."""
        found: dict[tuple[object, bool], HeldMessage] = {}
        for message in self._messages:
            day = message.sent.astimezone(JST).date()
            for form in (day, (day.month, day.day)):
                found.setdefault((form, True), message)
        for one in self._texts:
            for named in chain(_amounts(one.text), _days(one.text, one.message.sent.astimezone(JST).date())):
                found.setdefault((named, one.is_shown), one.message)
        return found


def _aligned(given: str, text: str) -> tuple[float, str, str]:
    """How like a quotation is to the nearest stretch of a text, and both with what differs."""
    size, pairs = 2 * len(given), set(pairwise(given))
    windows = [text[at : at + size] for at in range(0, max(1, len(text) - len(given)), len(given))]
    window = max(windows, key=lambda one: len(pairs.intersection(pairwise(one))))
    matcher = SequenceMatcher(None, given, window, autojunk=False)
    blocks = [one for one in matcher.get_matching_blocks() if one.size]
    if not blocks:
        return 0.0, given, window
    start = max(0, blocks[0].b - blocks[0].a)
    window = window[start : blocks[-1].b + len(given) - blocks[-1].a]
    matcher.set_seq2(window)
    steps = [(tag != "equal", span) for tag, *span in matcher.get_opcodes()]
    told = _marked((given[a:b], differs) for differs, (a, b, _c, _d) in steps)
    return matcher.ratio(), told, _marked((window[c:d], differs) for differs, (_a, _b, c, d) in steps)


def _marked(parts: Iterable[tuple[str, bool]]) -> str:
    return "".join(f"【{text}】" if differs and text else text for text, differs in parts)


def _amounts(text: str) -> Iterator[object]:
    """Every sum of money that a text names, with whether it is in dollars."""
    for match in _AMOUNT.finditer(text):
        if match[1] or match[3]:
            yield written_number(match[2]), match[1] == "$"


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
