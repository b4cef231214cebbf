"""Builds a tree from the tokens of a message body; `parse` describes the whole.

Opening and closing tags are paired on a stack first, so that a tag without a partner is known before anything is built
and stays part of the text between its neighbours.
"""

from __future__ import annotations

from archiver.chatwork.notation.nodes import Node, PlainText, Quote, QuoteMark
from archiver.chatwork.notation.tokens import NotationToken

NESTING_DEPTH = 32
"""How deep quotes and boxes may be nested; nobody writes more, and recursion stays harmless."""


def build_tree(body: str, tokens: list[NotationToken]) -> tuple[Node, ...]:
    """The tree of a body, given its tokens from left to right."""
    builder = _TreeBuilder(body)
    ends = _pair_tags(tokens)
    open_ends = set()
    for index, token in enumerate(tokens):
        if token.leaf is not None:
            builder.add(token, token.leaf)
        elif index in ends and builder.fits(token):
            builder.open(token)
            open_ends.add(ends[index])
        elif index in open_ends:
            builder.close(token)
        elif token.name == "引用" and token.make is not None:
            builder.mark(token)
    return builder.finish()


def _pair_tags(tokens: list[NotationToken]) -> dict[int, int]:
    """The index of the closing tag by the index of its opening tag; the innermost that fits is taken."""
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


class _TreeBuilder:
    """The tree while it is built; everything between two nodes becomes text."""

    def __init__(self, body: str) -> None:
        self._body = body
        self._position = 0
        self._open: list[NotationToken] = []
        self._children: list[list[Node]] = [[]]

    def fits(self, token: NotationToken) -> bool:
        """Whether an opening tag is valid here: not too deep, a title only first in a box."""
        if token.name == "title":
            return bool(self._open) and self._open[-1].name == "info" and self._open[-1].end == token.start
        return len(self._open) < NESTING_DEPTH

    def open(self, token: NotationToken) -> None:
        """Begin a container with its opening tag."""
        self._text_until(token.start)
        self._open.append(token)
        self._children.append([])
        self._position = token.end

    def close(self, token: NotationToken) -> None:
        """End the innermost container with its closing tag."""
        self._text_until(token.start)
        children, make = tuple(self._children.pop()), self._open.pop().make
        assert make is not None, "only beginnings are opened"
        self._children[-1].append(make(children, self._body[token.start : token.end]))
        self._position = token.end

    def add(self, token: NotationToken, node: Node) -> None:
        """Append a leaf."""
        self._text_until(token.start)
        self._children[-1].append(node)
        self._position = token.end

    def mark(self, token: NotationToken) -> None:
        """Append an old quotation that has an opening tag only."""
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
