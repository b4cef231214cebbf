"""Two versions of a message side by side as HTML: removed text is marked on the left, added text on the right."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape
from itertools import pairwise
from typing import NamedTuple

from markupsafe import Markup

from archiver.chatwork.notation.parse import DELETED, parse
from archiver.records import Message
from archiver.render.invisible_characters import visible
from archiver.render.message_body import References, plain_text
from archiver.report_language import say
from archiver.web.talk.text_diff import DiffPiece, difference

BYTES_LIMIT = 120_000
"""The limit for all pairs on one page; one pair always fits."""


class VersionPair(NamedTuple):
    """Two successive versions; numbers count from 1."""

    number: int
    """The number of the earlier version."""
    before: Markup | None
    """The earlier text; None if it is only the mark of a deletion."""
    after: Markup | None
    same: bool
    """Whether only the time of the edit differs."""
    by_source: bool
    """Whether the texts look alike and differ only in their tags, so that the tags are shown."""

    @property
    def has_marks(self) -> bool:
        """Whether anything is marked on the two sides."""
        return self.before is not None and self.after is not None and not self.same


def version_pairs(message: Message, references: References, upto: int) -> list[VersionPair]:
    """The pairs of successive versions of a message up to a number (from 1), the latest first, as many as fit."""
    found: list[VersionPair] = []
    size = 0
    for number, (before, after) in reversed(list(enumerate(pairwise(message.versions[:upto]), 1))):
        text_pair = version_pair(number, before.body, after.body, references)
        size += sum(len(side.encode()) for side in (text_pair.before, text_pair.after) if side is not None)
        if found and size > BYTES_LIMIT:
            break
        found.append(text_pair)
    return found


def version_pair(number: int, before: str, after: str, references: References) -> VersionPair:
    """The pair of two texts as Chatwork gave them."""
    if DELETED in (before, after):
        return VersionPair(
            number, _unmarked(before, references), _unmarked(after, references), before == after, by_source=False
        )
    old, new = (plain_text(parse(body), references) for body in (before, after))
    by_source = old == new and before != after
    if by_source:
        old, new = visible(before, lines=True), visible(after, lines=True)
    pieces = difference(old, new)
    return VersionPair(
        number, mark_side(pieces, later=False), mark_side(pieces, later=True), before == after, by_source
    )


def mark_side(pieces: Sequence[DiffPiece], *, later: bool) -> Markup:
    """One side of the pieces as HTML; their texts are not yet escaped, but hidden characters are visible already."""
    return Markup("".join(_side_parts(pieces, later=later)))  # noqa: S704 - escaped below


def _side_parts(pieces: Sequence[DiffPiece], *, later: bool) -> Iterator[str]:
    name = "ins" if later else "del"
    for piece in pieces:
        text = piece.after if later else piece.before
        if piece.is_common:
            yield escape(text, quote=False)
        elif text:
            yield f"<{name}>{_space_label(text)}{escape(text, quote=False)}</{name}>"


def _space_label(text: str) -> str:
    """A visible label for a text that is only spaces; empty for any other text."""
    if text.strip():
        return ""
    return say('<i class="u">[改行]</i>') if "\n" in text else say('<i class="u">[スペース]</i>')


def _unmarked(body: str, references: References) -> Markup | None:
    if body == DELETED:
        return None
    return Markup(escape(plain_text(parse(body), references), quote=False))  # noqa: S704 - just escaped
