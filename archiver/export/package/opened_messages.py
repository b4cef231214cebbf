"""Which messages a package opens, what of them was read, and what is covered.

Opened are the parties' messages that the report cites, with their neighbours, and what the user chose. Of these only
those leave whose texts somebody read as they are; every other text is covered (`PackageMask.cover_pieces`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import NamedTuple

from archiver.chatwork.notation.parse import DELETED
from archiver.claims.acceptance_and_terms import names_terms
from archiver.evidence.chain import canonical, digest
from archiver.evidence.history import field_text, text
from archiver.export import PROFILES
from archiver.export.mask.likely_names_and_contacts import NameFinder, piece_pattern
from archiver.export.mask.package_mask import PackageMask
from archiver.export.mask.policy_and_covers import Covers, Place, chat_id, place_of, quoted_moments, text_field
from archiver.export.package.package_input import PackageInput
from archiver.export.package.recipe import Recipe
from archiver.export.package.report_input import report_input
from archiver.export.package_scope import STATEMENTS
from archiver.export.report.excerpt import CONTEXT, OFFICE_CONTEXT, chosen_messages, excerpt_of
from archiver.export.report.message_statistics import CHANGED, ReportInput
from archiver.export.report.report_sources import ReviewedTexts
from archiver.export.report.request_to_office import request_sentence
from archiver.letter_folding import folded_text
from archiver.records import ChangeKind, Message, OpenedMessage, ReadState, Review
from archiver.render.times import local_time
from archiver.report_language import COVERED, say

_STATED_FIELDS = ("title", "name", "note", "reason")


def open_messages(package: PackageInput, mask: PackageMask, reviews: Sequence[Review]) -> Recipe:
    """The recipe with what the reviews (oldest first) let leave; the words that it covers are covered in `mask`.

    `package` has been read without a mask. Raises UsageError (a chosen message is not in it).
    """
    package.recipe.order.choice.check(package.statistics.chosen)
    case = report_input(package)
    words = _decided_words(reviews)
    chosen = {folded_text(word) for one in reviews for word in one.covered}
    reviewed = {one.message_id: one for one in reviews}
    left = {name for name, one in reviewed.items() if one.state is ReadState.COVERED}
    shown_words = {word for word, is_covered in words.items() if not is_covered}
    mask.show_words(shown_words)
    drawing = _Drawing(package, mask, list(_opened(package, case)), chosen, shown_words)
    read = {one.id: drawing.as_read(one, reviewed.get(one.id), words) for one in drawing.items}
    unread = [one for item in drawing.items if read[item.id] is None for one in (*item.texts, *item.beside)]
    proposed = drawing.proposals([*unread, *_names(package)])
    pieces = [one for one in dict.fromkeys([*words, *proposed]) if words.get(one, True)]
    mask.cover_pieces(pieces, chosen)
    messages = tuple(
        read[one.id] or drawing.draw(one, pieces, ReadState.COVERED if one.id in left else ReadState.UNREAD)
        for one in drawing.items
    )
    shown, waiting = (
        {(one.room, one.id) for one in messages if one.state is state} for state in (ReadState.READ, ReadState.UNREAD)
    )
    last = max((reviewed[one].at for _room, one in shown), default=None)
    covers = Covers(shown, waiting, drawing.sent, quoted=say(COVERED))
    read_texts = [one.texts for one in drawing.items if one.no and (one.room, one.id) in shown]
    hidden = sum(
        any(COVERED in one or mask.mask_text(covers.cover_quotes(one)) != one for one in texts) for texts in read_texts
    )
    asked = request_sentence(case) if case.profile == "support" else ""
    quoted = tuple(one.message.message_id for one in case.statistics.quotations.value)
    every = sum(one.no > 0 for one in messages)
    if PROFILES[package.recipe.order.profile].formats:  # it has rows of what it does not cite
        unknown = sum(one.changes[ChangeKind.DELETED_BEFORE] for one in case.statistics.facts.authors.values())
        every = package.statistics.count - unknown
    counts = ReviewedTexts(len(read_texts), hidden, every - len(read_texts), last, quoted)
    return replace(package.recipe, opened=messages, covers=covers, reviewed=counts, asked=asked)


def _opened(package: PackageInput, case: ReportInput) -> Iterator[Message]:
    """The messages that are opened, by their number."""
    order = package.recipe.order
    told = [*case.statistics.quotations.value, *case.statistics.task_posts.values(), case.statistics.heard]
    starred = {
        *chosen_messages(case)[0],
        *(one for one, reason in case.statistics.excerpt_reasons.items() if reason == CHANGED),
        *(one.message_id for quoted in filter(None, told) for one in (quoted.message, *quoted.beside)),
        *(one.message_id for one in (case.statistics.asked,) if one),
        *case.statistics.bound,
    }
    context = (OFFICE_CONTEXT if case.is_short else CONTEXT) if PROFILES[order.profile].formats else 0

    def is_opened(message: Message) -> bool:
        if order.every_message or message.message_id in case.chosen or message.account_id in case.reporters:
            return True
        return message.account_id not in case.thirds and (not case.bases or message.account_id in case.bases)

    for room in case.rooms:
        pieces = [] if order.every_message else excerpt_of(case, room, starred, context)
        near = room.messages() if order.every_message else (one for one, _last, omitted, _star in pieces if not omitted)
        yield from (one for one in near if is_opened(one) and one.texts)


def _quoted_places(
    package: PackageInput, mask: PackageMask, listed: Iterable[Message]
) -> Mapping[tuple[int, int], Collection[Place]]:
    """Author and second of what the opened messages, files, tasks and descriptions quote → what was sent then.

    Of a party's message that was deleted before it was seen no text is kept that the quotation could uncover.
    """
    others = package.source.everything
    bodies = [field_text(one, name) for one in others if (name := text_field(one))]
    bodies += [version.body for one in listed for version in one.versions]
    moments = {one for body in bodies for one in quoted_moments(body)}
    places: defaultdict[tuple[int, int], list[Place]] = defaultdict(list)
    for room in package.recipe.scope.rooms if moments else ():
        for one, _entries in package.statistics.kept.of_room(room):
            if (one.account_id, one.send_time) in moments:
                is_known = mask.is_hidden(one.account_id) or any(text.body != DELETED for text in one.versions)
                places[one.account_id, one.send_time] += [(room, one.message_id)] * is_known
    return places


def _names(package: PackageInput) -> Iterator[str]:
    """What leaves beside messages and is not the name of a person: names of chats, and what the user stated."""
    for entry in package.source.other:
        if entry["kind"] == "room":
            yield field_text(entry)
        elif entry["kind"] in STATEMENTS:
            yield from (text(entry["payload"].get(name)) for name in _STATED_FIELDS)


def _decided_words(reviews: Iterable[Review]) -> dict[str, bool]:
    """Word → whether it is covered everywhere, as it was decided last."""
    words: dict[str, bool] = {}
    for review in reviews:
        words |= dict.fromkeys(map(folded_text, (*review.drawn, *review.covered)), True)
        words |= dict.fromkeys(map(folded_text, review.shown), False)
    return words


class _Item(NamedTuple):
    """What is read as one, as it was typed: a message, or the description of a chat (No. 0)."""

    id: str
    room: int
    no: int
    sent: datetime
    name: str
    texts: Sequence[str]
    beside: Sequence[str] = ()
    """The names of its files and the texts of its tasks."""


class _Drawing:
    """Draws messages as they would leave."""

    def __init__(
        self,
        package: PackageInput,
        mask: PackageMask,
        listed: Sequence[Message],
        chosen: Collection[str],
        shown: Collection[str],
    ) -> None:
        self._mask = mask
        self._chosen = chosen
        self._shown = shown
        self._finder = NameFinder([*mask.open_names, package.recipe.contract.client or ""], mask.hidden_names)
        self.sent = _quoted_places(package, mask, listed)
        self._covers = Covers({(one.room_id, one.message_id) for one in listed}, (), self.sent)
        self._others: defaultdict[Place, dict[str, None]] = defaultdict(dict)
        """Message or chat → the texts of its files and tasks, or its descriptions."""
        for entry in package.source.other:
            if entry["kind"] in ("file", "task", "room"):
                original = field_text(entry, text_field(entry))
                self._others[place_of(entry)][self._covers.cover_quotes(original)] = None
        every = package.recipe.order.every_message
        self.items = [*self._descriptions(package, every=every), *map(self._message, listed)]

    def _descriptions(self, package: PackageInput, *, every: bool) -> Iterator[_Item]:
        """The descriptions that the report may quote: those that changed or name terms."""
        for room in package.conversations():
            place = room.room_id, chat_id(room.room_id)
            texts = list(filter(None, self._others[place]))
            if texts and (every or len(self._others[place]) > 1 or any(map(names_terms, texts))):
                yield _Item(place[1], room.room_id, 0, room.read_at, room.room_name, texts)

    def _message(self, message: Message) -> _Item:
        bodies = [self._covers.cover_quotes(one.body) for one in message.texts]
        texts = [*dict.fromkeys(reversed(bodies))][::-1]  # the present one is the last, also where it came back
        account, ident = message.account_id, str(message.message_id)
        name = self._mask.label_of(account) if self._mask.is_hidden(account) else message.name
        beside = list(self._others[message.room_id, ident])
        return _Item(ident, message.room_id, message.no, message.send_time, name, texts, beside)

    def as_read(self, item: _Item, review: Review | None, words: Mapping[str, bool]) -> OpenedMessage | None:
        """The item as it was read; None if nobody read it as it is now."""
        if review is None or review.state != "read":
            return None
        drawn = self.draw(item, [one for one in review.drawn if words[folded_text(one)]], ReadState.READ)
        return drawn if drawn.digest == review.digest else None

    def proposals(self, texts: Iterable[str]) -> list[str]:
        """What looks like a person or a way to reach one in these texts and is not masked, where those are."""
        if not self._mask.policy.people:
            return []
        found = (piece for one in dict.fromkeys(texts) for piece in self._finder.proposals(one, self._read_text))
        return list(map(folded_text, found))

    def _read_text(self, text: str) -> str:
        """A text as it is read, with the same labels for a package in any language."""
        return "".join(shown for shown, _word in self._mask.drawn_parts(text, ()))

    def _marks(self, drawn: Iterable[str]) -> Iterator[str]:
        """The words that may be names, but for those that somebody chose to show."""
        if self._mask.policy.people:
            found = (word for one in drawn for word in self._finder.marks(one))
            yield from (word for word in dict.fromkeys(found) if folded_text(word) not in self._shown)

    def draw(self, item: _Item, pieces: Iterable[str], state: ReadState) -> OpenedMessage:
        """The item with these pieces covered too."""
        originals = [*item.texts, *item.beside]
        folded = list(map(folded_text, originals))
        patterns = {one: piece_pattern(one, is_chosen=one in self._chosen) for one in pieces}
        own = {one: pattern for one, pattern in patterns.items() if any(map(pattern.search, folded))}
        parts = [tuple(self._mask.drawn_parts(one, own.values())) for one in originals]
        drawn = ["".join(shown for shown, _word in one) for one in parts]
        covers = [word for one in parts for _shown, word in one if word]
        texts, beside = drawn[: len(item.texts)], drawn[len(item.texts) :]
        return OpenedMessage(
            id=item.id,
            room=item.room,
            no=item.no,
            sent=local_time(item.sent),
            name=self._mask.mask_text(item.name),
            texts=tuple(texts),
            files=tuple(beside),
            covers=tuple(dict.fromkeys(covers)),
            marks=tuple(self._marks(drawn)),
            digest=digest(canonical([texts, beside])),
            state=state,
            drawn=tuple(own),
            parts=tuple(parts),
        )
