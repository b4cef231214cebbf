"""Puts the tokens of a message body into a tree; part of `chatwork.notation`, which describes the whole.

Beginnings and ends are paired on a stack first, so that what finds no partner is known before anything is
built and simply stays part of the text between its neighbours.
"""

from __future__ import annotations

from archiver.chatwork.notation.nodes import Node, PlainText, Quote, QuoteMark
from archiver.chatwork.notation.tokens import NotationToken

DEEPEST = 32
"""How many quotes and boxes may stand in each other; nobody writes more, and recursion stays harmless."""


def build(body: str, tokens: list[NotationToken]) -> tuple[Node, ...]:
    """The tree over a body, given everything active in it from left to right."""
    builder = _Builder(body)
    ends = _pairs(tokens)
    wanted = set()
    for index, token in enumerate(tokens):
        if token.leaf is not None:
            builder.add(token, token.leaf)
        elif index in ends and builder.fits(token):
            builder.open(token)
            wanted.add(ends[index])
        elif index in wanted:
            builder.close(token)
        elif token.name == "引用" and token.make is not None:
            builder.mark(token)
    return builder.finish()


def _pairs(tokens: list[NotationToken]) -> dict[int, int]:
    """Index of each beginning that has an end → index of that end; the innermost fitting one is taken."""
    pairs: dict[int, int] = {}
    waiting: list[int] = []
    count: dict[str, int] = {}
    for index, token in enumerate(tokens):
        if token.leaf is not None:
            continue
        if token.make is not None:
            waiting.append(index)
            count[token.name] = count.get(token.name, 0) + 1
            continue
        while count.get(token.name):  # what was opened inside and has no end is dropped on the way
            last = waiting.pop()
            count[tokens[last].name] -= 1
            if tokens[last].name == token.name:
                pairs[last] = index
                break
    return pairs


class _Builder:
    """The tree as far as it is built; what was passed over up to the next node becomes text."""

    def __init__(self, body: str) -> None:
        self._body = body
        self._position = 0
        self._open: list[NotationToken] = []
        self._children: list[list[Node]] = [[]]

    def fits(self, token: NotationToken) -> bool:
        """Whether a beginning may be one here: not too deep, a title only first in a box."""
        if token.name == "title":
            return bool(self._open) and self._open[-1].name == "info" and self._open[-1].end == token.start
        return len(self._open) < DEEPEST

    def open(self, token: NotationToken) -> None:
        """Begin a container."""
        self._text_until(token.start)
        self._open.append(token)
        self._children.append([])
        self._position = token.end

    def close(self, token: NotationToken) -> None:
        """End the innermost container."""
        self._text_until(token.start)
        children, make = tuple(self._children.pop()), self._open.pop().make
        assert make is not None, "only beginnings are opened"
        self._children[-1].append(make(children, self._body[token.start : token.end]))
        self._position = token.end

    def add(self, token: NotationToken, node: Node) -> None:
        """Put a leaf."""
        self._text_until(token.start)
        self._children[-1].append(node)
        self._position = token.end

    def mark(self, token: NotationToken) -> None:
        """Put an old quotation that was begun and has no end."""
        assert token.make is not None, "an end marks nothing"
        quote = token.make((), "")
        if isinstance(quote, Quote) and quote.account_id is not None:
            self.add(token, QuoteMark(quote.opening, quote.account_id, quote.time))

    def finish(self) -> tuple[Node, ...]:
        """The tree, with the text after the last node."""
        self._text_until(len(self._body))
        return tuple(self._children[0])

    def _text_until(self, end: int) -> None:
        if end > self._position:
            self._children[-1].append(PlainText(self._body[self._position : end]))
