"""Claims about the dispute itself: the few changed or chosen messages of the other side that a first page quotes."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache, partial
from itertools import pairwise, takewhile

from archiver.claims.messages import NOTHING_MISSING, Claim, Knowledge, Missing
from archiver.claims.sentences import moment
from archiver.claims.table import word
from archiver.evidence.history import is_box_removal
from archiver.records import Basis, Message, State, Version
from archiver.report_language import is_covered, say

QUOTED = 3
"""So many messages are quoted in all."""

MOST_BETWEEN = 5
"""So many amounts and days of the texts in between are named."""

# Of acceptances: what may say one, what takes it back, and what it then still waits for.
_NOTHING = "(?:ありません|ございません|ないです|なし|ないこと)"
_DONE = (
    r"(?:OK|ok|オッケー|オーケー|完了|終了|済(?!み?次第)|[しえ]ました|した(?![いくら])|終わりました|合格"
    rf"|問題[はも]?{_NOTHING})"
)
_ACCEPTED = re.compile(
    rf"(?<![未再])(?:(?:検収|受領)(?!期間|予定|作業|担当|依頼|[をもは]?(?:開始|着手))[^。!?、\n]{{0,12}}?{_DONE}|"
    r"(?:(?<![^\n])|(?<=[,.!] ))(?:[Aa]pproved|[Aa]ccepted)(?=[.!])|"  # a clause of its own: nothing takes it back
    r"受け?取りました|納品.{0,8}確認|(?<!不)合格(?=です|とし)|承認(?:いた|致)?しました|"
    rf"修正(?:点|箇所|[はも]|特に){{0,4}}(?:不要|{_NOTHING})|(?<!で)問題[はも]?{_NOTHING}|"
    r"(?:(?<!\w)|(?<=[^\W時程間週曜日月][はもが]))(?:これで|すべて|全て|全部)?(?:OK|ok|オッケー|オーケー)です)"
    r"(?!後|前|次第|期間|条件|日|中|待ち|担当|者|依頼|予定|基準|(?:いた|致)?します)"  # a time, a person, an intention
)
_CONDITION = re.compile(r"なら|れば|たら|場合|まだ")
_TAKEN_BACK = re.compile(
    r"(?<!すみ)(?<!訳あり)ません|(?<!問題)ない|できず|せず|かねま|まだ|未|NG|拒否|保留|不可|不合格|取り?消|撤回|とは"
    r"|なら|れば|たら|場合|ください|下さい|お願い|間違い|誤り|たい(?:ところ|の[でだ])"
    r"|かどうか|いつ(?!も)|(?:か[ねな]?|よね|っけ)(?!\w)|\?"  # a question
)
_CLAUSE_END = re.compile(
    r"[。!?\n]+(?!と[言申])|(?:(?<=です|ます|した|せん|OK|ok)、|(?<=[すたなだ])(?:ので|から|が|けど|ため)、?"
    r"|(?<=[Kk了み])(?:のため|につき)、?)(?!と)"
)
_MONEY = re.compile(
    r"(?<![0-9])(?<![0-9][,.])[0-9][0-9,.千万億]{0,30}"
    r"(?:円|ドル|ユーロ| ?(?:JPY|USD|EUR)|(?<=[千万億])(?=[でにはがをと、。!?\s]|$))"
    r"|[一二三四五六七八九十百千壱弐参数][〇一二三四五六七八九十拾百千万億]{0,30}円"
    r"|[¥$] ?[0-9][0-9,]*|振り?込|(?:支払|(?<!意を)払[いえうわっ])(?:[^\s、。!?]{0,8}(?:ません|ない))?|報酬|半額|値引"
)
_DATE = re.compile(r"[0-9]{1,2}月(?:[0-9]{1,2}日|末)|[0-9]{1,2}/[0-9]{1,2}|[0-9]{1,2}日|(?:今|来|当|翌)?月末|納期|期限")
_DELIVERY = re.compile(f"{_DATE.pattern}|納品")
_CODE, _QUOTED_LINE = re.compile(r"\[code\].*?\[/code\]", re.DOTALL), re.compile(r"^[>＞][^\n]*", re.MULTILINE)
_QUOTE = re.compile(r"(\[/?qt\]|\[引用 [^\[\]]*\]|\[/引用\])")
"""What others wrote is not the author's own word."""
_SENTENCE_END = re.compile(r"[。!?！？]+(?![。!?！？」』)）])|[.!?](?= )|(?<=[^ -~、，])(?= )")
"""A space behind a Japanese character was the end of a line."""
ORDER = (State.PRESENT, State.MISSING, State.EDITED, State.DELETED)
_NOTATION = re.compile(r"\[[^\[\]]{1,80}\]")
_UNIT = re.compile(rf"{_NOTATION.pattern}|[¥￥$]?[0-9０-９][0-9０-９,，.]{{0,30}}[千万億]{{0,4}}円?")
_PART_END, _WORD = re.compile("[、，]|[,;:](?= )"), re.compile(r"(?<= )(?=\S)|(?<=[ぁ-ん])(?=[^\Wぁ-ん])")
"""Where a clause ends; and where a word begins: in Japanese usually with no letter of hiragana."""
_LETTERS = re.compile("[A-Za-z ]")
_CONTEXT, _MARKS, _FEW, _STEP = 8, 2, 10, 5
"""Characters shown before the words that matter where a text is cut, at most; what the marks of cuts take; so few are
not left out of a sentence; so far a cut is moved to where a word begins."""

Rank = tuple[int, int, datetime, int]
WordsOf = Callable[[str], Iterator[tuple[int, str]]]


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
    answered: Message | None = None
    """What it answers, if its first words name no amount and no day."""

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
        named = {words: None for one in self.message.texts for words in _amounts_and_days(one.body)}
        quoted = {words for one in self.shown for words in _amounts_and_days(one.body)}
        found = [words for words in named if words not in quoted]
        return found if len(found) <= MOST_BETWEEN else [*found[:MOST_BETWEEN], "…"]

    @property
    def is_deleted(self) -> bool:
        """Whether it shows as deleted now."""
        return self.became is State.DELETED

    @property
    def is_gone(self) -> bool:
        """Whether its words stand nowhere any more."""
        return self.became in (State.DELETED, State.MISSING)


def quotation(message: Message, *, is_chosen: bool = False, amount: str | None = None) -> Quotation | None:
    """What is quoted of a message; None if nothing of it changed that can be shown, unless it was chosen.

    `amount`: the agreed one, as for `rank`.
    """
    texts = message.texts
    bodies = [one.body for one in texts]
    became = _standing(message.last_shown, bodies)
    if not texts or message.is_notice or (became is State.PRESENT and not is_chosen):
        return None
    last = texts[-1]
    is_other = became is not State.PRESENT and _letters(texts[0].body) != _letters(last.body)
    # Chatwork's time of an edit may change alone: the words are the same before and behind it.
    shown = [one.last_seen for one in texts if _letters(one.body) == _letters(texts[0].body)]
    since = [*takewhile(lambda one: one.body == last.body, reversed(texts))][-1].first_seen
    edits = sum(
        one.body != then.body and not is_box_removal(one.body, then.body, then.update_time)
        for one, then in pairwise(texts)
    )
    agreeing = [*takewhile(lambda one: _terms(one.body) == _terms(last.body), reversed(texts))]
    # What was added later, a greeting for example, is no change of the terms and does not date it.
    is_decided = agreeing[-1].body != last.body and _terms(texts[0].body) != _terms(last.body)
    after = (agreeing[-1] if is_decided else last._replace(first_seen=since)) if is_other else None
    is_back = after is None and became is State.EDITED
    before = texts[0]._replace(first_seen=since if is_back else texts[0].first_seen, last_seen=shown[-1])
    order = rank(became, bodies, message.send_time, int(message.message_id), amount)
    return Quotation(message, before, after, edits, became, order)


def names_decision(message: Message) -> bool:
    """Whether its words name an acceptance or money: what was agreed."""
    return bool(message.texts) and decision_weight(message.texts[-1].body) > 1


def accepts(text: str) -> bool:
    """Whether a text accepts delivered work: more than that it was received, or was looked at."""
    return any(not words.startswith(("受", "納品")) for _at, words in _acceptances(_own_words(text)))


def decision_weight(text: str) -> int:
    """How much a text decides: two and more where it names an acceptance or money, one where it names only days."""
    return _weight([text], is_edit=False)


def best(quoted: Iterable[Quotation]) -> tuple[Quotation, ...]:
    """Those that have the most to say: acceptance, money and dates first, then what is gone, then the newest."""
    return tuple(sorted(quoted, key=lambda one: one.rank, reverse=True)[:QUOTED])


def quotations(
    quoted: Iterable[Quotation], missing: Missing = NOTHING_MISSING, *, unchanged: Iterable[Quotation] = ()
) -> Claim[tuple[Quotation, ...]]:
    """The messages to quote, also `unchanged` in the places left; what changed between two looks is not known.

    The last of three changes leaves its place where it is an edit that concerns none of this.
    """
    changed, agreed = best(quoted), best(unchanged)
    if agreed and changed[QUOTED - 1 :] and changed[-1].became is State.EDITED and not changed[-1].rank[0]:
        changed = changed[:-1]
    chosen = sorted((*changed, *agreed)[:QUOTED], key=lambda one: one.became is State.PRESENT)
    entries = tuple(one.message.entry_seq for one in chosen)
    return Claim(tuple(chosen), Knowledge.SAVED, Basis.REPLY, entries, missing)


def rank(state: State, bodies: Sequence[str], at: datetime, message_id: int, amount: str | None = None) -> Rank:
    """How much a message has to say by the texts that were saved of it; of an edited one what differs counts.

    The agreed `amount` stands before other prices.
    """
    became = _standing(state, bodies)
    weight = _weight(bodies, is_edit=became is State.EDITED, amount=amount)
    return weight, ORDER.index(became), at, message_id


def _terms(body: str) -> list[frozenset[str]]:
    """The words of a text that decide, by kind."""
    own = _own_words(body)
    return [frozenset(words for _at, words in words_of(own)) for _points, words_of in _WEIGHTS]


def changes_terms(texts: Sequence[str]) -> bool:
    """Whether an edit changed, added or took back words of acceptance, money or days."""
    return bool(texts) and _weight(texts, is_edit=True) > 0


def _weight(bodies: Sequence[str], *, is_edit: bool, amount: str | None = None) -> int:
    own, weight = [*map(_own_words, bodies)], 0
    if is_edit and len({_letters(one) for one in (*bodies[:1], *bodies[-1:])}) < 2:  # there and back: it stands
        return 0
    of_agreed: WordsOf = partial(_words_of, _forms_of(amount or ""))
    for points, words_of in (*_WEIGHTS, (4, of_agreed)):
        found = [frozenset(words for _at, words in words_of(one)) for one in own]
        weight += points * (len(set(found)) > 1 if is_edit else any(found))
    return weight


def _acceptances(text: str) -> Iterator[tuple[int, str]]:
    """Where delivered work is accepted, and the rest of that clause: its end may be what an edit changed."""
    begin = 0
    for end in (*(one.end() for one in _CLAUSE_END.finditer(text)), len(text)):
        found = _ACCEPTED.search(text, begin, end)
        if (
            found
            and not _CONDITION.search(text, begin, found.start())
            and not _TAKEN_BACK.search(text, found.end(), end)
        ):
            yield found.start(), text[found.start() : end].rstrip("、。!")
        begin = end


def _words_of(pattern: re.Pattern[str], text: str) -> Iterator[tuple[int, str]]:
    return ((one.start(), one.group()) for one in pattern.finditer(text))


_WEIGHTS: tuple[tuple[int, WordsOf], ...] = (
    *((8, _acceptances), (2, partial(_words_of, _MONEY)), (1, partial(_words_of, _DELIVERY))),
)
"""What decides a dispute, the first first."""


@lru_cache
def _forms_of(amount: str) -> re.Pattern[str]:
    """The usual forms of each number of a stated amount that is no mere count: 80,000, 80000 and 8万."""
    found = re.findall("([0-9][0-9,]{0,15})(万?)", unicodedata.normalize("NFKC", amount))
    sums = [int(digits.replace(",", "")) * (10_000 if unit else 1) for digits, unit in found]
    forms = "|".join(f"{one:,}|{one}|{one / 10_000:g}万" for one in sums if one >= 100)
    return re.compile(rf"(?<![0-9.,])(?:{forms or '(?!)'})(?![0-9万千億]|[.,][0-9])")


def _amounts_and_days(body: str) -> Iterator[str]:
    """The amounts and days that a text names, without what is only about some."""
    words = _own_words(body)
    for pattern in (_MONEY, _DATE):
        yield from (one for _at, one in _words_of(pattern, words) if re.search("[0-9円末]", one))


def states_terms(body: str) -> bool:
    """Whether a text names an amount or a day itself: a mere yes says nothing without what it answers."""
    return any(_amounts_and_days(body))


def _letters(body: str) -> str:
    """A text without its spaces and line ends: what else differs is a change to be quoted."""
    return "".join(body.split())


def _own_words(body: str) -> str:
    own: list[str] = []
    opened: list[int] = []
    *closed, rest = body.rpartition("[/code]")  # behind it no code ends, however many begin
    for part in _QUOTE.split(_QUOTED_LINE.sub("", _CODE.sub(" ", "".join(closed)) + rest)):
        if opened and part in ("[/qt]", "[/引用]"):
            del own[opened.pop() :]
            continue
        if part.startswith(("[qt]", "[引用 ")):
            opened.append(len(own))
        own.append(part)
    return unicodedata.normalize("NFKC", "\n".join(own))


_THANKS = (
    "(?:いつも|本当に|大変|どうも|ご?(?:確認|返信|連絡|対応|依頼)|お?(?:支払い?|振込)|お忙しいところ)*"
    "(?:いただき|頂き|くださり|下さり)?ありがとう(?:ございま(?:す|した))?"
)
_COURTESY_LENGTH = 120
"""Characters at most of a message that can be nothing else."""
_COURTESY = re.compile(
    rf"(?:\w{{1,16}}(?:さん|様|さま))?(?:はい|{_THANKS}|(?:了解|承知)(?:です|(?:いた|致)?しました)|かしこまりました|[わ分]かりました"
    "|お(?:疲れ|つかれ)(?:様|さま)(?:です|でした)|お世話に(?:なって(?:おり|い)ます|なりました)|失礼(?:いた|致)?します"
    "|(?:引き続き|今後とも|また|では|どうぞ|何卒|こちらこそ)*よろしくお願い(?:(?:いた|致)?します|申し上げます)"
    "|thanks|thankyou(?:verymuch|somuch)?|ok(?:ay)?|gotit|noted)*",
    re.IGNORECASE,
)


def is_courtesy(body: str) -> bool:
    """Whether a message is nothing but thanks, a yes or a greeting, so that it waits for no answer."""
    if len(body) > _COURTESY_LENGTH:
        return False
    own = re.sub(r"\([a-z*^]{1,12}\)", "", _NOTATION.sub("", _own_words(body)))
    return "?" not in own and _COURTESY.fullmatch(re.sub(r"\W", "", own)) is not None


def names_terms(text: str) -> bool:
    """Whether a text names money or days."""
    plain = unicodedata.normalize("NFKC", text)
    return any(words.search(plain) for words in (_MONEY, _DATE))


def excerpts(texts: Sequence[str], limit: int) -> list[str]:
    """Texts of one message cut to so many characters: from the words on that matter and no other of them has, or else
    from where they differ.
    """
    at = min((_first_difference(*both) for both in pairwise(texts)), default=0)
    places = [_first_word(one, [other for other in texts if other != one], at) for one in texts]
    return [excerpt(one, place, limit) for one, place in zip(texts, places, strict=True)]


def excerpt(text: str, at: int, limit: int) -> str:
    """So many characters of a text around the place `at`, from a clause or a word on; letters are half as wide.

    With the whole sentence and the clauses before it where they fit, else with its end: it may deny the rest.
    """
    limit = limit * 2 * len(text) // (2 * len(text) - len(_LETTERS.findall(text)) or 1)
    if len(text) <= limit + _MARKS or is_covered(text):
        return text
    end_length = limit // 3
    front, context = limit - end_length, min(_CONTEXT, end_length)
    sentences = _NOTATION.sub(lambda found: "-" * len(found[0]), text)
    ends = [0, *(found.end() for found in _SENTENCE_END.finditer(sentences)), len(text)]
    clauses = sorted({*ends[:-1], *(found.end() for found in _PART_END.finditer(sentences))})
    words = [found.start() for found in _WORD.finditer(sentences)]
    over = next((one for one in ends if one > at), len(text))
    begins = [
        *(one for one in clauses if one <= at and over - one <= limit + min(_FEW, end_length)),
        *(one for one in clauses if one <= at <= one + front - context),
        *(one for one in words if at - context <= one <= at),
        _unit(text, max(0, min(at - context, len(text) - limit)))[0],
    ]
    begin = begins[0]
    start, stop = _unit(text, min(begin + front, len(text)))
    stop = start if start > at and text.startswith("[", start) else stop
    stop = next((one for one in words if stop <= one <= stop + _STEP), stop)
    end = next((one for one in ends if one >= stop and one > at), len(text))
    begin_again = stop
    if end > begin + limit + _FEW:
        place = _unit(text, end - end_length)[1]
        begin_again = max(stop, next((one for one in reversed(words) if place - _STEP <= one <= place), place))
    shown = text[begin:stop] + "…" * (begin_again > stop) + text[begin_again:end]
    return ("…" if begin else "") + shown.strip() + ("…" if end < len(text) else "")


def _unit(text: str, place: int) -> tuple[int, int]:
    """Where the number or the notation begins and ends in which the place lies: half of one is another."""
    return next((one.span() for one in _UNIT.finditer(text) if one.start() < place < one.end()), (place, place))


def is_quotable(state: State, bodies: Sequence[str]) -> bool:
    """Whether a message changed in a way that can be shown."""
    return bool(bodies) and _standing(state, bodies) is not State.PRESENT


def _standing(state: State, bodies: Sequence[str]) -> State:
    if state in (State.DELETED, State.MISSING, State.PRESENT):  # another text of a present one lost only its file
        return state
    is_edited = any(
        _letters(one) != _letters(then) and not is_box_removal(one, then, state is State.EDITED)
        for one, then in pairwise(bodies)
    )
    return State.EDITED if is_edited else State.PRESENT


def _first_difference(one: str, other: str) -> int:
    return next((at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))


def _first_word(text: str, others: Iterable[str], otherwise: int) -> int:
    """Where the words that matter most begin, of those that stand in no other text; else another place.

    Where all texts have as many, it is the first that another has not at its place.
    """
    plain, *others = (unicodedata.normalize("NFKC", one) for one in (text, *others))
    for _points, words_of in _WEIGHTS:
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


def quotation_line(quoted: Quotation, texts: Sequence[str], *, time: Time, who: str | None = None) -> str:
    """The change in one sentence without its end; `texts`: what is shown of the quotation's texts, none if covered."""
    sent, seen = time(quoted.message.send_time), time(seen_at(quoted))
    is_edit = quoted.became is State.EDITED
    # A text that was seen only after an edit is not what was said on that day.
    key = "quote.said.edited" if quoted.before.update_time > 0 else "quote.said"
    if not texts:
        end = ".covered" if is_edit else ""
        return word(f"quote.line.{quoted.became}{end}", said=word(f"{key}.covered", sent=sent), seen=seen)
    said = word(key if who else f"{key}.client", who=who, before=texts[0], sent=sent)
    if quoted.became is State.PRESENT and seen == sent:
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
    if quoted.message.texts[0].update_time > 0:
        yield word("quote.was_edited")
    if quoted.edits or quoted.became is State.EDITED:
        updated = _update_time(quoted.after or quoted.message.texts[-1])
        yield word("quote.edited") if updated is None else word("quote.edited.at", updated=_minute(updated))
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
    return quoted.message.versions[-1].first_seen if quoted.is_deleted else quoted.message.changed_at


def _update_time(version: Version) -> datetime | None:
    """Chatwork's own time of an edit, as far as a calendar holds it."""
    return datetime.fromtimestamp(version.update_time, UTC) if 0 < version.update_time < 2**36 else None
