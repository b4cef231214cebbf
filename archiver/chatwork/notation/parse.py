"""Parses Chatwork's notation: a message body becomes a tree of nodes. Never fails.

A tag that is unknown, unbalanced, malformed or nested deeper than `NESTING_DEPTH` stays text, and the sources of all
nodes joined are exactly the body. The time is linear in the length, whatever the body holds: tags are found from left
to right, paired on a stack, and only then built into a tree.

Source: developer.chatwork.com/docs/message-notation; older spellings from public tools.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from archiver.chatwork.notation import nodes
from archiver.chatwork.notation.tokens import ID_PATTERN, NotationToken, canonical_id, tokens_of
from archiver.records import MessageId, RoomId

NESTING_DEPTH = 32
"""How deep quotes and boxes may be nested; nobody writes more, and recursion stays harmless."""


def build_tree(body: str, tokens: list[NotationToken]) -> tuple[nodes.Node, ...]:
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
        self._children: list[list[nodes.Node]] = [[]]

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

    def add(self, token: NotationToken, node: nodes.Node) -> None:
        """Append a leaf."""
        self._text_until(token.start)
        self._children[-1].append(node)
        self._position = token.end

    def mark(self, token: NotationToken) -> None:
        """Append an old quotation that has an opening tag only."""
        assert token.make is not None, "an end marks nothing"
        quote = token.make((), "")
        if isinstance(quote, nodes.Quote) and quote.account_id is not None:
            self.add(token, nodes.QuoteMark(quote.opening, quote.account_id, quote.time))

    def finish(self) -> tuple[nodes.Node, ...]:
        """The tree, with the text after the last node."""
        self._text_until(len(self._body))
        return tuple(self._children[0])

    def _text_until(self, end: int) -> None:
        if end > self._position:
            self._children[-1].append(nodes.PlainText(self._body[self._position : end]))


DELETED = "[deleted]"
"""The whole body of a message that Chatwork shows as deleted."""

_REFERENCE = re.compile(
    rf"\[(?:rp|返信|Reply) (?:[^\[\]]* )?to=(?P<room>{ID_PATTERN})-(?P<message>{ID_PATTERN})(?![0-9])"
    rf"|\#!rid(?P<rid>{ID_PATTERN})-(?P<mid>{ID_PATTERN})(?![0-9])"
)


def parse(body: str) -> tuple[nodes.Node, ...]:
    """The nodes of a message body, task text or room description, in order."""
    if body == DELETED:
        return (nodes.Deleted(body),)
    tokens = tokens_of(body)
    if not tokens:
        return (nodes.PlainText(body),) if body else ()
    return build_tree(body, tokens)


def walk(tree: Iterable[nodes.Node]) -> Iterator[nodes.Node]:
    """Every node, each before its children."""
    for node in tree:
        yield node
        if isinstance(node, nodes.Container):
            yield from walk(node.children)


def shown_files(body: str) -> Iterator[nodes.Download]:
    """The boxes of files in a text, as the post of a file has them; those in quotations are of other posts."""
    waiting = list(parse(body)) if "[download:" in body else []
    while waiting:
        node = waiting.pop(0)
        if isinstance(node, nodes.Download):
            yield node
        elif isinstance(node, nodes.Container) and not isinstance(node, nodes.Quote):
            waiting += node.children


def message_references(body: str) -> Iterator[tuple[RoomId, MessageId]]:
    """The messages that replies (`[rp]`, `[返信]`, `[Reply]`) and links (`#!rid1-2`) name, each once.

    Ids in `[code]` count too.
    """
    if "[rp " not in body and "[返信 " not in body and "[Reply " not in body and "#!rid" not in body:
        return
    references = set()
    for match in _REFERENCE.finditer(body):
        room, message = (match["room"], match["message"]) if match["room"] else (match["rid"], match["mid"])
        reference = (RoomId(int(room)), canonical_id(message))
        if reference not in references:
            references.add(reference)
            yield reference
