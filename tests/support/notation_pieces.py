"""Pieces of Chatwork's notation to put random message texts together from, and the text of a tree."""

from __future__ import annotations

from collections.abc import Iterable

from archiver.chatwork.notation.nodes import Container, Node

PIECES = [
    "[info]", "[/info]", "[title]", "[/title]", "[qt]", "[/qt]", "[qtmeta aid=1 time=2]", "[code]", "[/code]",
    "[task aid=1 st=open lt=0]", "[/task]", "[引用 aid=1 time=2]", "[/引用]", "[rp aid=1 to=2-3]", "[hr]",
    "[download:1]", "[/download]", "[url]", "[/url]", "https://a.jp/b", ":)", "]:)", "[", "]", "[To:1]", "。",
    "\n", " ", "\ud83d", "\x00", "𠮷",
]  # fmt: skip


def source_of(tree: Iterable[Node]) -> str:
    """The text that the nodes were read from."""
    return "".join(
        node.opening + source_of(node.children) + node.closing if isinstance(node, Container) else node.source
        for node in tree
    )
