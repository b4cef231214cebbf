"""Masking: texts and names as a package may show them, before anything is rendered; and the list of what was covered.

Message count, order, time and author ids never change. What the same text becomes depends on the text and the
policy alone, so it may be gone through as often as needed. Ids, dates and amounts stay.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from archiver.chatwork.notation.parse import DELETED
from archiver.export.mask import places
from archiver.export.mask.folding import TAG, Folded, fold, folded
from archiver.export.mask.kinds import MaskHit, MaskKind, hits, stand_in
from archiver.export.mask.names import Names, letters
from archiver.export.mask.places import MaskCounts, Masked, MaskedPlace
from archiver.export.mask.policy import POLICIES, Policy, policy
from archiver.records import Attachment, Contract, Conversation, Message, Person, Task, Version

__all__ = ["POLICIES", "Cover", "CoveredText", "Masked", "MaskedPlace", "Policy", "policy"]

_ID = "[0-9]{1,19}"
_MORE = "(?: (?:aid|to|time|st|lt|ltype|id|ht)=[0-9a-z,-]{1,200}){0,5}"
# Whole tags: what they hold is an id or a keyword. A link inside Chatwork is one too.
_TAGS = re.compile(
    rf"\[(?:(?:[Tt][Oo]|TO|[Cc][Cc]|picon|pname|piconname|download|task):(?P<id>{_ID})"
    rf"|(?:rp|返信|Reply) (?:to={_ID}-{_ID} )?aid=(?P<aid>{_ID})(?: to={_ID}-{_ID})?"
    rf"|(?:qtmeta|引用|task|preview){_MORE}|dtext:[a-z_]{{1,40}}"
    r"|toall|ToAll|TOALL|hr|/?(?:qt|code|info|title|url|引用|task|download))\]"
    rf"|#!rid{_ID}(?:-{_ID})?(?![0-9])"
)
_TYPED_NAME = re.compile(f" ?([^\\n{TAG}、。!?:]{{1,40}}?)(?= ?(?:{'|'.join(map(folded, ('さん', '様', 'さま')))}))")


class CoveredText(NamedTuple):
    """A text as it may be shown, and for which kinds of places it was changed."""

    text: str
    kinds: frozenset[MaskKind]


_NOTHING: frozenset[MaskKind] = frozenset()


class Cover:
    """Covers texts and names of one package and remembers where."""

    def __init__(self, policy: Policy, people: Mapping[int, Sequence[str]], third: Collection[int] = ()) -> None:
        """Take everybody with every name shown, in the order in which letters are to be given.

        `third`: who of them is no party (`mask_names.third_persons`). An account that is not among `people` is
        nobody we know, so it counts as a third person.
        """
        self.policy = policy
        chosen = [account for account in people if account in third or account in policy.masked]
        self._called = letters(chosen)
        """What third persons are called; letters do not move if the user shows one of them."""
        self._open = frozenset(people) - self._covered(chosen)
        hidden = {account: people[account] for account in people if account not in self._open}
        self._names = Names(hidden, [name for one in self._open for name in people[one]], self._called)
        self._by_name = _by_name(hidden, self._called, {name for one in self._open for name in people[one]})
        self._kinds = policy.kinds | policy.listed
        self._tally, self._left = MaskCounts(), MaskCounts()
        self._variants: dict[tuple[str, str], list[int]] = {}

    def _covered(self, chosen: Sequence[int]) -> frozenset[int]:
        wished = self.policy.masked if not self.policy.people else frozenset(chosen)
        return wished - self.policy.unmasked

    # --- what was found -----------------------------------------------------------------------------

    @property
    def found(self) -> list[Masked]:
        """What was covered so far, for chapter 13."""
        return self._tally.lines()

    @property
    def left(self) -> list[Masked]:
        """Sensitive places that were seen so far and left open."""
        return self._left.lines()

    def number(self, room: int, message: str, no: int) -> None:
        """Say which No. a message has in the package; asked for after its texts were gone through."""
        for tally in (self._tally, self._left):
            tally.number(room, int(message), no)

    # --- texts and names ----------------------------------------------------------------------------

    def hides(self, account: int) -> bool:
        """Whether this person is called by a letter."""
        if account in self._open or not account:
            return False
        if account in self.policy.unmasked:
            return False
        return self.policy.people or account in self.policy.masked

    def name(self, account: int, shown: str) -> str:
        """The name of a person as it may be shown; a party's may hold a number, or what the user wants covered."""
        if not self.hides(account):
            return self.text(shown, MaskedPlace("表示名"))
        label = self.called(account)
        self._tally.add(places.person(label), MaskKind.NAME, shown)
        return label

    def called(self, account: int) -> str:
        """What a person who is hidden is called."""
        return self._called.get(account) or f"参加者(ID {account})"

    def text(self, shown: str, place: MaskedPlace | None = None) -> str:
        """A text as it may be shown; what is covered is noted if its place is given."""
        return self.cover(shown, place).text

    def cover(self, shown: str, place: MaskedPlace | None = None, subject: str | None = None) -> CoveredText:
        """The same with the kinds of places; texts of one `subject` that differ stay different."""
        if not shown or shown == DELETED:
            return CoveredText(shown, _NOTHING)
        told = _fold(shown)
        covered: list[MaskHit] = []
        for hit in self._hits(told, shown):
            if hit.kind in self.policy.kinds or hit.kind in (MaskKind.NAME, MaskKind.USER):
                covered.append(hit)
            elif place is not None:
                self._left.add(place, hit.kind, told.text[hit.start : hit.end])
        if not covered:
            return CoveredText(shown, _NOTHING)
        parts, kinds, last = [], set(), 0
        for hit in _joined(covered, told.text):
            start, end = told.span(hit.start, hit.end)
            if start < last:  # one sign of the original that became several, all but the first covered already
                continue
            parts += [shown[last:start], hit.label]
            kinds.add(hit.kind)
            last = end
            if place is not None:
                self._tally.add(place, hit.kind, told.text[hit.start : hit.end])
        text = "".join([*parts, shown[last:]])
        return CoveredText(text if subject is None else self._varied(subject, shown, text), frozenset(kinds))

    def _hits(self, told: Folded, shown: str) -> Iterator[MaskHit]:
        yield from hits(told.text, self._kinds)
        yield from self._names.hits(told.text)
        for pattern in self.policy.patterns:
            for found in pattern.finditer(told.text):
                if found[0].strip(f" \n{TAG}"):
                    yield MaskHit(found.start(), found.end(), MaskKind.USER, stand_in(MaskKind.USER))
        yield from self._typed(told, shown)

    def _typed(self, told: Folded, shown: str) -> Iterator[MaskHit]:
        """The names that Chatwork types behind a mention, whatever the person was called then."""
        position = -1
        for tag in _TAGS.finditer(shown) if TAG in told.text else ():
            position = told.text.index(TAG, position + 1)
            account = int(tag["id"] or tag["aid"] or 0)
            if self.hides(account) and not tag[0].startswith(("[download", "[task")):
                found = _TYPED_NAME.match(told.text, position + 1)
                if found:
                    yield MaskHit(found.start(1), found.end(1), MaskKind.NAME, self.called(account))

    def _varied(self, subject: str, shown: str, text: str) -> str:
        """Two texts that only differ where they are covered would look as if nothing had been changed."""
        known = self._variants.setdefault((subject, text), [])
        if hash(shown) not in known:
            known.append(hash(shown))
        index = known.index(hash(shown))
        return text if index == 0 else f"{text}(伏せた部分が異なる文面{index + 1})"

    # --- values -------------------------------------------------------------------------------------

    def contract(self, shown: Contract) -> Contract:
        """What the user stated about the contract, as it may be shown."""
        names = ("title", "client", "url", "amount", "client_url", "worker_url")
        told = {name: getattr(shown, name) for name in names}
        texts: dict[str, Any] = {
            name: None if one is None else self.text(one, MaskedPlace("契約の記録")) for name, one in told.items()
        }
        return replace(shown, **texts)

    def conversation(self, shown: Conversation) -> Conversation:
        """The room as it may be shown; messages are covered as they come by."""
        room = int(shown.room_id)
        return replace(
            shown,
            room_name=self.cover(shown.room_name, MaskedPlace("チャット名", room), f"{room}/name").text,
            description=self.cover(shown.description, MaskedPlace("チャットの概要", room), f"{room}/description").text,
            messages=lambda: map(self._message, shown.messages()),
            people={account: self._person(one) for account, one in shown.people.items()},
            attachments=tuple(self._attachment(one) for one in shown.attachments),
            tasks=tuple(self._task(one) for one in shown.tasks),
        )

    def _message(self, shown: Message) -> Message:
        place = places.message(shown.room_id, int(shown.message_id))
        subject = f"{shown.room_id}/{shown.message_id}"
        versions = tuple(self._version(one, place, subject) for one in shown.versions)
        body = self.cover(shown.body, place, subject).text
        self.number(shown.room_id, shown.message_id, shown.no)
        return replace(shown, name=self.name(shown.account_id, shown.name), body=body, versions=versions)

    def _version(self, shown: Version, place: MaskedPlace, subject: str) -> Version:
        return replace(shown, body=self.cover(shown.body, place, subject).text)

    def _person(self, shown: Person) -> Person:
        names = (self.name(shown.account_id, name) for name in shown.names)
        return replace(shown, names=tuple(dict.fromkeys(names)))

    def _attachment(self, shown: Attachment) -> Attachment:
        account_name = self.name(shown.account_id, shown.account_name)
        name = self.text(shown.name, MaskedPlace(f"ファイル名 {shown.number}"))
        return replace(shown, account_name=account_name, name=name)

    def _task(self, shown: Task) -> Task:
        place = MaskedPlace(f"タスク(タスクID {shown.task_id})")
        return replace(
            shown,
            assignee=self._named(shown.assignee),
            assigned_by=self._named(shown.assigned_by),
            body=self.cover(shown.body, place, f"task/{shown.task_id}").text,
        )

    def _named(self, shown: str) -> str:
        """A name of which only the name is known, not whose it is."""
        return self._by_name.get(shown) or self.text(shown)


def _fold(shown: str) -> Folded:
    return fold(shown, [found.span() for found in _TAGS.finditer(shown)] if "[" in shown or "#!" in shown else ())


def _by_name(hidden: Mapping[int, Sequence[str]], called: Mapping[int, str], shown: Collection[str]) -> dict[str, str]:
    """Each exact name → what stands in its place; a name that two people bear says of neither that it is meant."""
    found: dict[str, str] = {}
    for account, names in hidden.items():
        for name in names:
            unsure = name in shown or found.get(name, called[account]) != called[account]
            found[name] = stand_in(MaskKind.NAME) if unsure else called[account]
    return found


def _joined(found: list[MaskHit], text: str) -> Iterator[MaskHit]:
    """Places in order, those that overlap as one, called after the longest; never over a tag."""
    found.sort(key=lambda hit: (hit.start, -hit.end))
    held: list[MaskHit] = []
    end = 0
    for hit in found:
        if held and hit.start >= end:
            yield from _parts(held, end, text)
            held = []
        held.append(hit)
        end = max(end, hit.end) if len(held) > 1 else hit.end
    if held:
        yield from _parts(held, end, text)


def _parts(held: list[MaskHit], end: int, text: str) -> Iterator[MaskHit]:
    longest = max(held, key=lambda hit: hit.end - hit.start)
    start = held[0].start
    for part in re.finditer(f"[^{TAG}]+", text[start:end]):
        yield longest._replace(start=start + part.start(), end=start + part.end())
