"""Claims about the dispute itself: the few changed or chosen messages of the other side that a first page quotes."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise, takewhile
from os.path import commonprefix

from archiver.claims.acceptance_and_terms import (
    DECIDING_WORDS,
    NOTATION,
    PAYMENT_DAY,
    amounts_and_days,
    is_corrected,
    letters,
    terms_of,
    terms_weight,
)
from archiver.claims.messages import NOTHING_MISSING, Claim, Knowledge, Missing
from archiver.claims.sentences import moment
from archiver.claims.table import word
from archiver.evidence.history import is_box_removal
from archiver.records import JST, Basis, ChangeKind, Message, State, Version
from archiver.report_language import is_covered, say

QUOTED = 3
"""So many messages are quoted in all."""

MOST_BETWEEN = 5
"""So many amounts and days of the texts in between are named."""

TASK_POST = "[dtext:task_"
"""What every post about a task has in its body."""

_SENTENCE_END = re.compile(r"[。!?！？]+(?![。!?！？」』)）])|[.!?](?= )|(?<=[^ -~、，])(?= )")
"""A space behind a Japanese character was the end of a line."""
ANSWER_WEIGHT = 4
"""What a message decides that says nothing alone, by what it answers: as much as a price."""
ORDER = (State.PRESENT, State.MISSING, State.EDITED, State.DELETED)
_BOX = re.compile(rf"{NOTATION.pattern}|【[^【】]{{1,80}}】")
_UNIT = re.compile(rf"{_BOX.pattern}|[¥￥$]?[0-9０-９][0-9０-９,，.]{{0,30}}[千万億]{{0,4}}円?")
_PART_END, _WORD = (
    re.compile("[、，]|[,;:](?= )"),
    re.compile(r"(?<= )(?=\S)|(?<=[ぁ-ん])(?<![おご])(?=[^\Wぁ-ん])|(?<=\w)(?=[おご][一-龠])"),
)
"""Where a clause ends; and where a word begins: in Japanese usually with no letter of hiragana but お and ご."""
_LETTERS = re.compile("[A-Za-z ]")
_CONTEXT, _MARKS, _FEW, _STEP = 8, 2, 10, 5
"""Characters shown before the words that matter where a text is cut, at most; what the marks of cuts take; so few are
not left out of a sentence; so far a cut is moved to where a word begins, with letters twice as far."""

Rank = tuple[int, int, datetime, int]


@dataclass(frozen=True, slots=True)
class Quotation:
    """A message with its first and last words, whatever came between them."""

    message: Message
    before: Version
    """Its first saved text; where the last one is the same again, with the times of that."""
    after: Version | None
    """The text that first named the terms of its last one, or else its last; None: it had no other, or it is back."""
    edits: int
    """How many changes of its text were seen; between two looks there may have been more."""
    became: State
    """Deleted, missing or edited; present: nothing changed, and the reporter chose it."""
    rank: Rank
    """How much it has to say."""
    beside: tuple[Message, ...] = ()
    """What it answers, the reporter's answer to it, and what its author wrote when it changed."""
    misquoted: tuple[str, Message] | None = None
    """Words that it quotes, and the message that it names as their source and that never had them."""

    @property
    def shown(self) -> tuple[Version, ...]:
        """The texts that are quoted."""
        return (self.before,) if self.after is None else (self.before, self.after)

    @property
    def is_back(self) -> bool:
        """Whether it was edited, and its last text is the first again."""
        return self.after is None and self.edits > 1

    @property
    def between(self) -> list[str]:
        """The amounts and days that it named in between, and that stand in no quoted text; some of them."""
        named = {words: None for one in self.message.texts for words in amounts_and_days(one.body)}
        quoted = {words for one in self.shown for words in amounts_and_days(one.body)}
        found = [words for words in named if words not in quoted]
        return found if len(found) <= MOST_BETWEEN else [*found[:MOST_BETWEEN], "…"]

    @property
    def change(self) -> str:
        """As what its change is counted."""
        if not self.message.texts:
            return ChangeKind.DELETED_BEFORE
        is_deleted = self.became is State.DELETED
        return ChangeKind.EDITED_DELETED if is_deleted and self.message.was_edited else str(self.became)

    @property
    def is_gone(self) -> bool:
        """Whether its words stand nowhere any more."""
        return self.became in (State.DELETED, State.MISSING)

    @property
    def is_corrected(self) -> bool:
        """Whether what its author wrote then stands for it (`is_corrected`)."""
        texts, author = self.message.texts, self.message.account_id
        own = (one.texts[-1].body for one in self.beside if one.texts and one.account_id == author)
        return bool(texts) and is_corrected(texts[-1].body, own)


def quotation(message: Message, *, is_chosen: bool = False, amount: str | None = None) -> Quotation | None:
    """What is quoted of a message; None if nothing of it changed that can be shown, or its text was never seen, unless
    it was chosen.

    Of Chatwork's notices those are quoted that hold a task with terms.

    `amount`: the agreed one, as for `rank`.
    """
    texts = message.texts or message.versions * is_chosen
    bodies = [one.body for one in texts]
    became = standing(message.last_shown, bodies)
    if not texts or (became is State.PRESENT and not is_chosen):
        return None
    last, order = texts[-1], rank(became, bodies, message.send_time, int(message.message_id), amount)
    if message.is_notice and not (TASK_POST in bodies[0] and order[0]):
        return None
    is_other = became is not State.PRESENT and letters(texts[0].body) != letters(last.body)
    # Chatwork's time of an edit may change alone: the words are the same before and behind it.
    shown = [one.last_seen for one in texts if letters(one.body) == letters(texts[0].body)]
    since = [*takewhile(lambda one: one.body == last.body, reversed(texts))][-1].first_seen
    edits = sum(
        one.body != then.body and not is_box_removal(one.body, then.body, then.update_time)
        for one, then in pairwise(texts)
    )
    agreeing = [*takewhile(lambda one: terms_of(one.body) == terms_of(last.body), reversed(texts))]
    # What was added later, a greeting for example, is no change of the terms and does not date it.
    is_decided = agreeing[-1].body != last.body and terms_of(texts[0].body) != terms_of(last.body)
    after = (agreeing[-1] if is_decided else last._replace(first_seen=since)) if is_other else None
    is_back = after is None and became is State.EDITED
    before = texts[0]._replace(first_seen=since if is_back else texts[0].first_seen, last_seen=shown[-1])
    return Quotation(message, before, after, edits, became, order)


def best(quoted: Iterable[Quotation]) -> tuple[Quotation, ...]:
    """Those that have the most to say: acceptance, money and dates first, then what is gone, then the newest."""
    return tuple(sorted(quoted, key=lambda one: one.rank, reverse=True)[:QUOTED])


def quotations(
    quoted: Iterable[Quotation], missing: Missing = NOTHING_MISSING, *, unchanged: Iterable[Quotation] = ()
) -> Claim[tuple[Quotation, ...]]:
    """The messages to quote, also `unchanged` in the places left, these in the order of their time, and changes of what
    decides nothing behind them; what changed between two looks is not known.

    The last of three changes leaves its place where it is an edit that concerns none of this.
    """

    def place(one: Quotation) -> tuple[int, float]:
        is_unchanged = one.became is State.PRESENT
        return (1, one.message.send_time.timestamp()) if is_unchanged else (0 if one.rank[0] else 2, 0)

    changed, agreed = best(quoted), best(unchanged)
    if agreed and changed[QUOTED - 1 :] and changed[-1].became is State.EDITED and not changed[-1].rank[0]:
        changed = changed[:-1]
    chosen = sorted((*changed, *agreed)[:QUOTED], key=place)
    entries = tuple(one.message.entry_seq for one in chosen)
    return Claim(tuple(chosen), Knowledge.SAVED, Basis.REPLY, entries, missing)


def rank(state: State, bodies: Sequence[str], at: datetime, message_id: int, amount: str | None = None) -> Rank:
    """How much a message has to say by the texts that were saved of it; of an edited one what differs counts.

    The agreed `amount` stands before other prices.
    """
    became = standing(state, bodies)
    weight = terms_weight(bodies, is_edit=became is State.EDITED, amount=amount)
    return weight, ORDER.index(became), at, message_id


def excerpts(texts: Sequence[str], limit: int) -> list[str]:
    """Texts of one message cut to so many characters: from the words on that matter and no other of them has, or else
    from where they differ.
    """
    at = min((len(commonprefix(both)) for both in pairwise(texts)), default=0)  # noqa: RUF071 - letters are meant
    places = [_first_word(one, [other for other in texts if other != one], at) for one in texts]
    promise = PAYMENT_DAY.search(unicodedata.normalize("NFKC", texts[0])) if len(texts) == 1 else None
    upto = promise.end() if promise else 0
    return [excerpt(one, place, limit, upto) for one, place in zip(texts, places, strict=True)]


def excerpt(text: str, at: int, limit: int, upto: int = 0) -> str:
    """So many characters of a text around the place `at`, from a clause or a word on; letters are half as wide.

    With the whole sentence and the clauses before it where they fit, else with its end: it may deny the rest. A later
    sentence, in which `upto` is, stands there too if all up to it fits.
    """
    width, limit = limit, limit * 2 * len(text) // (2 * len(text) - len(_LETTERS.findall(text)) or 1)
    if len(text) <= limit + _MARKS or is_covered(text):
        return text
    end_length = limit // 3
    front, context = limit - end_length, min(_CONTEXT, end_length)
    sentences = _BOX.sub(lambda found: "-" * len(found[0]), text)
    ends = [0, *(found.end() for found in _SENTENCE_END.finditer(sentences)), len(text)]
    clauses = sorted({*ends[:-1], *(found.end() for found in _PART_END.finditer(sentences))})
    words = [found.start() for found in _WORD.finditer(sentences)]
    over, later = (next((one for one in ends if one > place), len(text)) for place in (at, max(at, upto)))
    over = later if any(one <= at and later - one <= limit for one in clauses) else over
    begins = [
        *(one for one in clauses if one <= at and over - one <= limit + min(_FEW, end_length)),
        *(one for one in clauses if one <= at <= one + front - context),
        *(one for one in words if at - context <= one <= at),
        _unit(text, max(0, min(at - context, len(text) - limit)))[0],
    ]
    begin = begins[0]
    start, stop = _unit(text, min(begin + front, len(text)))
    stop = start if start > at and text.startswith("[", start) else stop
    step = _STEP * limit // width
    stop = next((one for one in words if stop <= one <= stop + step), stop)
    end = next((one for one in ends if one >= max(stop, over)), len(text))
    begin_again = stop
    if end > begin + limit + _FEW:
        place = _unit(text, end - end_length)[1]
        begin_again = max(stop, next((one for one in reversed(words) if place - step <= one <= place), place))
    shown = text[begin:stop] + "…" * (begin_again > stop) + text[begin_again:end]
    return ("…" if begin else "") + shown.strip() + ("…" if end < len(text) else "")


def _unit(text: str, place: int) -> tuple[int, int]:
    """Where the number or the notation begins and ends in which the place lies: half of one is another."""
    return next((one.span() for one in _UNIT.finditer(text) if one.start() < place < one.end()), (place, place))


def standing(state: State, bodies: Sequence[str]) -> State:
    """What became of a message, as far as it can be shown."""
    if state in (State.DELETED, State.MISSING, State.PRESENT):  # another text of a present one lost only its file
        return state
    is_edited = any(
        letters(one) != letters(then) and not is_box_removal(one, then, state is State.EDITED)
        for one, then in pairwise(bodies)
    )
    return State.EDITED if is_edited else State.PRESENT


def _first_word(text: str, others: Iterable[str], otherwise: int) -> int:
    """Where the words that matter most begin, of those that stand in no other text; else another place.

    Where all texts have as many, it is the first that another has not at its place.
    """
    plain, *others = (unicodedata.normalize("NFKC", one) for one in (text, *others))
    for _points, words_of in DECIDING_WORDS:
        own, *there = ([*words_of(one)] for one in (plain, *others))
        known = {words for found in there for _at, words in found}
        new = [at for at, words in own if words not in known]
        if new and others and {len(own)} == {*map(len, there)}:
            return next(at for n, (at, words) in enumerate(own) if {words} != {found[n][1] for found in there})
        if new:
            return new[0]
    return otherwise


Time = Callable[[datetime], str]


def _minute(at: datetime) -> str:
    return moment(at, seconds=False)


def quotation_line(
    quoted: Quotation, texts: Sequence[str], *, time: Time, who: str | None = None, is_letter: bool = False
) -> str:
    """The change in one sentence without its end; `texts`: what is shown of the quotation's texts, none if covered.

    `is_letter`: to the author, to whom nothing is said of words that stand as they were.
    """
    who, sent, seen = who or say("相手"), time(quoted.message.send_time), time(seen_at(quoted))
    if sent == seen and quoted.became is not State.PRESENT:
        seen = word("quote.same_day", time=f"{seen_at(quoted).astimezone(JST):%H:%M}")
    if not quoted.message.texts:
        return word("quote.line.unseen", who=who, sent=sent)
    is_edit = quoted.became is State.EDITED
    # A text that was seen only after an edit is not what was said on that day.
    key = "quote.said.edited" if quoted.before.update_time > 0 else "quote.said"
    if not texts:
        end = ".covered" if is_edit else ""
        return word(f"quote.line.{quoted.became}{end}", said=word("quote.said.covered", sent=sent), seen=seen)
    said = word(key + ".letter" * is_letter, who=who, before=texts[0], sent=sent)
    if quoted.became is State.PRESENT and (is_letter or seen == sent):
        return said
    if is_edit and quoted.is_back:
        line = word("quote.line.back", said=said, seen=seen)
        return word("noted", text=line, notes=_between_text(quoted)) if quoted.between else line
    between = "edited_" if quoted.after is not None and not is_edit else ""
    return word(f"quote.line.{between}{quoted.became}", said=said, after=texts[-1], seen=seen)


def quotation_head(quoted: Quotation, name: str, answered: str = "") -> str:
    """Who wrote it when, and what became of it; `answered`: what is told of the message that it answers."""
    message = quoted.message
    what = "".join(_happened(quoted)).rstrip()
    head = word("quote.head", sent=_minute(message.send_time), name=name, no=message.no, what=what)
    return f"{head}\n{answered}" if answered else head


def quotation_parts(quoted: Quotation, texts: Sequence[str]) -> Iterator[tuple[str, str]]:
    """The texts with their labels, what stands there now last."""
    if quoted.became is State.EDITED and quoted.is_back:
        yield _label("after", _minute(quoted.before.first_seen), _minute(quoted.before.last_seen)), texts[0]
        return
    if texts:
        yield word("quote.label.before", seen=_minute(quoted.before.last_seen)), texts[0]
    if quoted.after is not None:
        is_still = quoted.became is State.EDITED and quoted.after.body == quoted.message.texts[-1].body
        last = quoted.after.last_seen if is_still else quoted.after.first_seen
        yield _label("after", _minute(quoted.after.first_seen), _minute(last)), texts[-1]
    elif quoted.became is State.DELETED:
        last = quoted.message.versions[-1].last_seen
        yield _label("gone", _minute(seen_at(quoted)), _minute(last)), word("quote.gone")


def _label(kind: str, seen: str, last: str) -> str:
    return word(f"quote.label.{kind}" if seen == last else f"quote.label.{kind}.still", seen=seen, last=last)


def _happened(quoted: Quotation) -> Iterator[str]:
    if not quoted.message.texts:
        yield word("quote.unseen")
        return
    if quoted.message.texts[0].update_time > 0:
        yield word("quote.was_edited")
    if quoted.edits or quoted.became is State.EDITED:
        updated = (quoted.after or quoted.message.texts[-1]).update_time
        is_told = 0 < updated < 2**36  # as far as a calendar holds it
        at = {"updated": _minute(datetime.fromtimestamp(updated, UTC))} if is_told else {}
        yield word("quote.edited.at" if at else "quote.edited", **at)
    if quoted.edits > 1:
        key = "quote.edits.between" if quoted.between else "quote.edits"
        yield word(key, n=quoted.edits, between=_between_text(quoted))
    if quoted.is_back:
        yield word("quote.back")
    is_seen_later = _minute(seen_at(quoted)) != _minute(quoted.message.send_time)
    if quoted.is_gone or (quoted.became is State.PRESENT and is_seen_later):
        yield word(f"quote.{quoted.became}", seen=_minute(seen_at(quoted)))


def _between_text(quoted: Quotation) -> str:
    return word("quote.between", terms=say("、").join(quoted.between))


def seen_at(quoted: Quotation) -> datetime:
    """When its present standing was first seen; of an unchanged message when it was last seen."""
    if quoted.became is State.PRESENT:
        return quoted.before.last_seen
    if quoted.became is State.EDITED:
        return (quoted.after or quoted.before).first_seen
    is_deleted = quoted.became is State.DELETED
    return quoted.message.versions[-1].first_seen if is_deleted else quoted.message.changed_at
