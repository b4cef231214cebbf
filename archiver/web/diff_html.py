"""Two texts of a message beside each other as HTML: what gave way is marked on the left, what came on the right."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape
from itertools import pairwise
from typing import NamedTuple

from markupsafe import Markup

from archiver.chatwork.notation.parse import DELETED, parse
from archiver.records import Message
from archiver.render.body import References, plain_text
from archiver.render.visible import visible
from archiver.web.text_diff import DiffPiece, difference

BYTES_LIMIT = 120_000
"""Of all texts beside each other on one page; one pair always fits."""


class VersionPair(NamedTuple):
    """Two versions that follow each other; numbers count from 1."""

    number: int
    """Of the earlier one."""
    before: Markup | None
    """None: the mark of a deletion, which is no text."""
    after: Markup | None
    same: bool
    """Whether only the time of the edit differs."""
    by_source: bool
    """Whether the texts look alike and differ in their tags alone, so these are shown."""

    @property
    def has_marks(self) -> bool:
        """Whether anything on the two sides is marked."""
        return self.before is not None and self.after is not None and not self.same


def version_pairs(message: Message, references: References, upto: int) -> list[VersionPair]:
    """The versions of a message up to a number (from 1) two by two, the latest first, as many as fit."""
    found: list[VersionPair] = []
    size = 0
    for number, (before, after) in reversed(list(enumerate(pairwise(message.versions[:upto]), 1))):
        made = version_pair(number, before.body, after.body, references)
        size += sum(len(side.encode()) for side in (made.before, made.after) if side is not None)
        if found and size > BYTES_LIMIT:
            break
        found.append(made)
    return found


def version_pair(number: int, before: str, after: str, references: References) -> VersionPair:
    """Two texts as Chatwork gave them."""
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
    """One side of the pieces; texts are ours to escape, and have their hidden signs made visible already."""
    return Markup("".join(_side_parts(pieces, later=later)))  # noqa: S704 - escaped below


def _side_parts(pieces: Sequence[DiffPiece], *, later: bool) -> Iterator[str]:
    name = "ins" if later else "del"
    for piece in pieces:
        text = piece.after if later else piece.before
        if piece.stayed:
            yield escape(text, quote=False)
        elif text:
            yield f"<{name}>{_space_label(text)}{escape(text, quote=False)}</{name}>"


def _space_label(text: str) -> str:
    """A sign for what is only space."""
    if text.strip():
        return ""
    return '<i class="u">[改行]</i>' if "\n" in text else '<i class="u">[空白]</i>'


def _unmarked(body: str, references: References) -> Markup | None:
    if body == DELETED:
        return None
    return Markup(escape(plain_text(parse(body), references), quote=False))  # noqa: S704 - just escaped
