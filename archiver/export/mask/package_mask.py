"""Masks the texts and names of a package before anything is rendered, and lists what was masked.

Message count, order, time and author ids never change; ids, dates and amounts stay. The masked form of a text depends
on the text and the policy alone, so masking the same text again gives the same result.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import count
from typing import Any, NamedTuple

from archiver.chatwork.notation.parse import DELETED
from archiver.export.mask.likely_names_and_contacts import BACKWARDS, piece_pattern
from archiver.export.mask.names import NameMatcher, letter_names
from archiver.export.mask.patterns_by_kind import MaskHit, MaskKind, pattern_hits, reason, replacement
from archiver.export.mask.policy_and_covers import Policy, Variants, distinguished, placeholder_pattern
from archiver.letter_folding import TAG, FoldedText, fold_letters, folded_text, folded_word
from archiver.records import Contract, contract_facts
from archiver.report_language import say

_ID = "[0-9]{1,19}"
_MORE = "(?: (?:aid|to|time|st|lt|ltype|id|ht)=[0-9a-z,-]{1,200}){0,5}"
# Whole tags, which hold an id or a keyword only. A link inside Chatwork counts as one.
_TAGS = re.compile(
    rf"\[(?:(?:[Tt][Oo]|TO|[Cc][Cc]|picon|pname|piconname|download|task):(?P<id>{_ID})"
    rf"|(?:rp|返信|Reply) (?:to={_ID}-{_ID} )?aid=(?P<aid>{_ID})(?: to={_ID}-{_ID})?"
    rf"|(?:qtmeta|引用|task|preview){_MORE}|dtext:[a-z_]{{1,40}}"
    r"|toall|ToAll|TOALL|hr|/?(?:qt|code|info|title|url|引用|task|download))\]"
    rf"|#!rid{_ID}(?:-{_ID})?(?![0-9])"
)
_TYPED_NAME = re.compile(
    f" ?([^\\n{TAG}、。!?:]{{1,40}}?)(?= ?(?:{'|'.join(map(folded_word, ('さん', '様', 'さま')))}))"
)
# Folded, で is て and が is か.
_OF_SENTENCE = re.compile("を|[ァ-ヶ一-鿿a-z0-9][はかにてもと][ァ-ヶ一-鿿a-z0-9]")
"""What stands in a sentence and in no name: the mention goes on without さん, and somebody else has one."""


_MAY_BE_TOKEN = re.compile("(?=([0-9a-f]{32}))")
"""Of folded text, wherever it begins. Chatwork's tokens are 32 hexadecimal digits, and one may be glued to a word."""


class MaskedText(NamedTuple):
    """A text as it may be shown, and the kinds of what was masked in it."""

    text: str
    kinds: frozenset[MaskKind]


_MOST_CHARACTERS = 10_000_000
"""Characters of all texts that are remembered as clean: about 30 MB."""

UNKNOWN_LABEL, LETTERED = "参加者(不明)", "参加者{letter}"
"""The label of a person of whom nothing but the account id was seen."""

_NOTHING: frozenset[MaskKind] = frozenset()


class PackageMask:
    """Masks the texts and names of one package and counts where."""

    def __init__(self, policy: Policy, people: Mapping[int, Sequence[str]], third: Collection[int] = ()) -> None:
        """Take everybody with every name shown, in the order in which they get letters.

        `third`: who of them is no party. An unknown account, not among `people`, counts as a
        third person.
        """
        self.policy = policy
        self._people = people
        chosen = [account for account in people if account in third or account in policy.masked]
        self._labels = letter_names(chosen)
        """The label of each third person; the other letters stay if the user shows one of them."""
        masked = frozenset(chosen) if policy.people else policy.masked
        self._open_accounts = frozenset(people) - (masked - policy.unmasked)
        self._parties = frozenset(people).difference(third)
        self._stand_ins = StandIns(
            chosen if policy.people else (),
            hidden=[account for account in chosen if account in third and account not in self._open_accounts],
            known=people,
        )
        hidden = {account: people[account] for account in people if account not in self._open_accounts}
        self._names = NameMatcher(hidden, [name for one in self._open_accounts for name in people[one]], self._labels)
        self._pieces: tuple[re.Pattern[str], ...] = ()
        self._placeholders = placeholder_pattern()
        self._shown: tuple[re.Pattern[str], ...] = (self._placeholders,)
        self._counts: dict[tuple[MaskedPlace, MaskKind], set[int]] = {}
        self._variants: Variants = {}
        self._clean: set[str] = set()
        """Texts in which nothing was found, as a package looks at each text several times."""
        self._room = _MOST_CHARACTERS

    # --- counts -----------------------------------------------------------------------------

    @property
    def masked_lines(self) -> list[tuple[str, str, int]]:
        """Each place masked so far, the reason, and how many different contents were masked there."""
        found = self._counts.items()
        return sorted((place.name, reason(kind), len(contents)) for (place, kind), contents in found)

    # --- texts and names ----------------------------------------------------------------------------

    @property
    def open_names(self) -> frozenset[str]:
        """Every name of everybody who is shown."""
        return frozenset(name for one in self._open_accounts for name in self._people[one])

    @property
    def hidden_names(self) -> frozenset[str]:
        """Every name of everybody who is shown under a letter."""
        return frozenset(name for one in self._people if one not in self._open_accounts for name in self._people[one])

    def cover_pieces(self, pieces: Iterable[str], chosen: Collection[str] = ()) -> None:
        """Cover these pieces of text too, everywhere, the chosen ones in any word; before anything is masked."""
        self._clean.clear()
        self._pieces = tuple(piece_pattern(one, is_chosen=one in chosen) for one in pieces)

    def show_words(self, words: Iterable[str]) -> None:
        """Cover nothing of these words, whatever they look like; to be called before anything is masked."""
        self._clean.clear()
        shown = (re.compile(re.escape(folded)) for one in words if (folded := folded_text(one).strip()))
        self._shown = (self._placeholders, *shown)

    def drawn_parts(self, original: str, pieces: Iterable[re.Pattern[str]]) -> list[tuple[str, str]]:
        """A text with these pieces covered too, in parts as they may be shown, with what stands under each cover."""
        parts, last = [], 0
        for start, end, hit in self._covers(original, pieces):
            parts += [(self._shown_part(original[last:start]), ""), (hit.label, original[start:end])]
            last = end
        return [one for one in (*parts, (self._shown_part(original[last:]), "")) if one[0]]

    def _shown_part(self, text: str) -> str:
        return self._stand_ins.replace_in_tags(text, _TAGS, self.shown_account)

    def is_hidden(self, account: int) -> bool:
        """Whether a person is shown under a letter."""
        if account in self._open_accounts or not account:
            return False
        if account in self.policy.unmasked:
            return False
        return self.policy.people or account in self.policy.masked

    def shown_name(self, account: int, original: str) -> str:
        """The name of a person as it may be shown; in a party's name, numbers and the user's patterns are masked."""
        if not self.is_hidden(account):
            return self.mask_text(original, MaskedPlace("表示名"))
        label = self.label_of(account)
        self._counts.setdefault((MaskedPlace(f"{label}の表示名"), MaskKind.NAME), set()).add(hash(original))
        return said_label(label)

    def label_of(self, account: int) -> str:
        """The label of a person who is hidden, in Japanese as somebody reads it before."""
        return self._labels.get(account) or UNKNOWN_LABEL

    def shown_account(self, account: int) -> int:
        """The account id as it may be shown: that of a third person is a number of this package."""
        if not self.policy.people or account in self._parties or not self.is_hidden(account):
            return account
        return self._stand_ins.number(account)

    @property
    def stand_ins(self) -> frozenset[int]:
        """The numbers that stand for the account ids of third persons in this package."""
        return self._stand_ins.numbers

    def mask_text(self, original: str, place: MaskedPlace | None = None) -> str:
        """A text as it may be shown; what is masked is counted if its place is given."""
        return self.mask_with_kinds(original, place).text

    def is_known_as_clean(self, text: str) -> bool:
        """Whether a text needs no look, as nothing in it is masked or counted."""
        return not text or text == DELETED or text in self._clean

    def mask_with_kinds(
        self, original: str, place: MaskedPlace | None = None, subject: str | None = None
    ) -> MaskedText:
        """A text as it may be shown, with the kinds masked; different texts of one `subject` stay different."""
        if self.is_known_as_clean(original):
            return MaskedText(original, _NOTHING)
        parts: list[str] = []
        kinds: set[MaskKind] = set()
        last = 0
        for start, end, hit in self._covers(original, ()):
            parts += [original[last:start], said_label(hit.label)]
            kinds.add(hit.kind)
            last = end
            if place is not None:
                self._counts.setdefault((place, hit.kind), set()).add(hash(folded_text(original[start:end])))
        covered = "".join([*parts, original[last:]])
        text = self._stand_ins.replace_in_tags(covered, _TAGS, self.shown_account)
        if text != covered:
            kinds.add(MaskKind.ACCOUNT)
        if not kinds:
            if self._room > 0:
                self._clean.add(original)
                self._room -= len(original)
            return MaskedText(original, _NOTHING)
        shown = text if subject is None else distinguished(self._variants, (subject, text), original)
        return MaskedText(shown, frozenset(kinds))

    def _covers(self, original: str, pieces: Iterable[re.Pattern[str]]) -> Iterator[tuple[int, int, MaskHit]]:
        """Where a text is covered, in order, and by what."""
        folded = _fold_with_tags(original)
        last = 0
        hits = _merge_overlaps(self._hits(folded, original, pieces), folded.text)
        whole = [_with_rest_of_handle(one, folded.text) for one in hits]
        for hit in _merge_overlaps(whole, folded.text):
            start, end = folded.span(hit.start, hit.end)
            if start >= last:  # else one character became several, all but the first masked already
                yield start, end, hit
                last = end

    def _hits(self, folded: FoldedText, original: str, pieces: Iterable[re.Pattern[str]] = ()) -> Iterator[MaskHit]:
        """What is found in a text but within placeholders and words that the reader shows; the own token is none."""
        shown = [match.span() for one in self._shown for match in one.finditer(folded.text)]
        for hit in self._all_hits(folded, original, pieces):
            if hit.kind is MaskKind.TOKEN or not any(start <= hit.start and hit.end <= end for start, end in shown):
                yield hit

    def _all_hits(self, folded: FoldedText, original: str, pieces: Iterable[re.Pattern[str]]) -> Iterator[MaskHit]:
        is_own_token = self.policy.is_own_token
        for match in _MAY_BE_TOKEN.finditer(folded.text) if is_own_token is not None else ():
            if is_own_token is not None and is_own_token(match[1]):  # first, as it counts as this rather than as others
                yield MaskHit(match.start(1), match.end(1), MaskKind.TOKEN, replacement(MaskKind.TOKEN))
        yield from pattern_hits(folded.text, self.policy.kinds)
        yield from self._names.hits(folded)
        yield from self._stand_ins.hits(folded.text, self._labels)
        given = ((MaskKind.USER, self.policy.patterns), (MaskKind.POSSIBLE, (*self._pieces, *pieces)))
        for kind, pattern in ((kind, one) for kind, patterns in given for one in patterns):
            for match in pattern.finditer(folded.text):
                if match[0].strip(f" \n{TAG}"):
                    yield MaskHit(match.start(), match.end(), kind, replacement(kind))
        yield from self._typed_names(folded, original)
        for part in BACKWARDS.finditer(original):
            turned = _fold_with_tags(part[1][::-1])
            for hit in self._all_hits(turned, turned.original, pieces):
                first, last = turned.span(hit.start, hit.end)
                start, end = (bisect_left(folded.places or (), part.end() - place) for place in (last, first))
                yield hit._replace(start=start, end=end)

    def _typed_names(self, folded: FoldedText, original: str) -> Iterator[MaskHit]:
        """The names that Chatwork adds after a mention, whatever the person's name was then."""
        position = -1
        for tag in _TAGS.finditer(original) if TAG in folded.text else ():
            position = folded.text.index(TAG, position + 1)
            account = int(tag["id"] or tag["aid"] or 0)
            if self.is_hidden(account) and not tag[0].startswith(FILE_TAGS):
                match = _TYPED_NAME.match(folded.text, position + 1)
                if match and not _OF_SENTENCE.search(match[1]):
                    yield MaskHit(match.start(1), match.end(1), MaskKind.NAME, self.label_of(account))

    # --- values -------------------------------------------------------------------------------------

    def contract(self, contract: Contract) -> Contract:
        """The contract with the user's texts as they may be shown."""
        values = {fact.name: getattr(contract, fact.name) for fact in contract_facts.FACTS if fact.is_prose}
        texts: dict[str, Any] = {name: self._stated_text(value) for name, value in values.items()}
        invoices = tuple(replace(one, name=self._stated_text(one.name)) for one in contract.invoices)
        reminders = tuple(replace(one, how=self._stated_text(one.how)) for one in contract.reminders)
        terms = tuple(replace(one, note=self._stated_text(one.note)) for one in contract.terms)
        return replace(contract, **texts, invoices=invoices, reminders=reminders, terms=terms)

    def _stated_text(self, text: str | None) -> str | None:
        return None if text is None else self.mask_text(text, MaskedPlace("仕事の記録"))


def said_label(label: str) -> str:
    """A label in the language of the package; what somebody reads before has the Japanese one, whatever that is."""
    if label == UNKNOWN_LABEL:
        return say(label)
    kind = label.removeprefix("■■(").removesuffix(")")
    return f"■■({say(kind)})" if kind != label else say(LETTERED, letter=label.removeprefix("参加者"))


def _fold_with_tags(original: str) -> FoldedText:
    return fold_letters(
        original, [match.span() for match in _TAGS.finditer(original)] if "[" in original or "#!" in original else ()
    )


_HANDLE_BEFORE = re.compile("(?<![a-z0-9_])(?=[0-9_]*[a-z])[a-z0-9_]*_$")
_HANDLE_BEHIND = re.compile("_[a-z0-9_]{1,40}")
_END_OF_FILE_NAME = re.compile(r"[\w.()-]{0,60}\.[a-z][a-z0-9]{1,3}(?![a-z0-9])")


def _with_rest_of_handle(hit: MaskHit, text: str) -> MaskHit:
    """A name with what an underscore joins to it, as in a handle; the rest of the name of a file stays."""
    if hit.kind not in (MaskKind.NAME, MaskKind.POSSIBLE) or _END_OF_FILE_NAME.match(text, hit.end):
        return hit
    before = text[hit.start].isascii() and _HANDLE_BEFORE.search(text, max(0, hit.start - 40), hit.start)
    behind = _HANDLE_BEHIND.match(text, hit.end)
    return hit._replace(start=before.start() if before else hit.start, end=behind.end() if behind else hit.end)


def _merge_overlaps(mask_hits: Iterable[MaskHit], text: str) -> Iterator[MaskHit]:
    """The hits in order, overlapping ones, and neighbours of one label, merged under that of the longest.

    They are split at tags.
    """
    merged: list[MaskHit] = []
    for hit in sorted(mask_hits, key=lambda one: (one.start, -one.end)):
        last = merged[-1] if merged else hit._replace(end=-1)
        if hit.start < last.end or (hit.start, hit.label) == (last.end, last.label):
            longest = max(last, hit, key=lambda one: one.end - one.start)
            merged[-1] = longest._replace(start=last.start, end=max(last.end, hit.end))
        else:
            merged.append(hit)
    for hit in merged:
        for part in re.finditer(f"[^{TAG}]+", text[hit.start : hit.end]):
            yield hit._replace(start=hit.start + part.start(), end=hit.start + part.end())


FILE_TAGS = ("[download", "[task:", "[/task")
"""Beginnings of tags whose number is no account id."""

_IDS = re.compile(r"(?<=:)[0-9]{1,19}(?=\])|(?<=aid=)[0-9]{1,19}(?:,[0-9]{1,19})*")
_NUMBER = re.compile("[0-9]+")
_MIN_DIGITS = 4
"""Digits of an account id from which on it is searched for in texts; shorter numbers are mostly something else."""


class StandIns:
    """The numbers of the third persons of a package; 0 stands for everybody who is not known."""

    def __init__(self, ordered: Sequence[int], *, hidden: Collection[int], known: Collection[int]) -> None:
        """Number the accounts in this order; nobody who is `known` has such a number as the account id."""
        numbers = (number for number in count(1) if number not in known)
        numbered = dict(zip(ordered, numbers, strict=False))
        self._numbers = {account: numbered[account] for account in hidden if account in numbered}
        self.numbers = frozenset(self._numbers.values())
        """The numbers in use."""
        typed = [str(account) for account in self._numbers if len(str(account)) >= _MIN_DIGITS]
        self._typed = re.compile(rf"(?<![0-9])(?:{'|'.join(typed)})(?![0-9])") if typed else None

    def number(self, account: int) -> int:
        """The number of a third person; a number that stands for one already stays."""
        return account if account in self.numbers else self._numbers.get(account, 0)

    def hits(self, text: str, labels: Mapping[int, str]) -> Iterator[MaskHit]:
        """Every account id of a third person that was typed in a folded text."""
        for match in self._typed.finditer(text) if self._typed is not None else ():
            yield MaskHit(match.start(), match.end(), MaskKind.ACCOUNT, labels[int(match[0])])

    def replace_in_tags(self, text: str, tags: re.Pattern[str], shown: Callable[[int], int]) -> str:
        """The text with the account ids in these tags as they may be shown."""
        if "[" not in text:
            return text

        def replace_tag(tag: re.Match[str]) -> str:
            if tag[0].startswith(FILE_TAGS):
                return tag[0]
            return _IDS.sub(lambda ids: _NUMBER.sub(lambda one: str(shown(int(one[0]))), ids[0]), tag[0])

        return tags.sub(replace_tag, text)


class MaskedPlace(NamedTuple):
    """A text that is searched for what to mask; `room` and `message` are set for a message."""

    name: str
    """「本文」, 「ファイル名(ファイルID 1)」 …"""
    room: int = 0
    message: int = 0
