"""System texts are worded as Chatwork's own client words them."""

from __future__ import annotations

import pytest

from archiver.chatwork.notation.nodes import PersonTag, SystemText
from archiver.chatwork.notation.parse import parse, walk
from tests.support.cases import cases_of


def worded(body: str) -> str:
    """A system post as a reader sees it, its people all called 田中."""
    parts = []
    for node in walk(parse(body)):
        match node:
            case SystemText(text=text):
                parts.append(text or "?")
            case PersonTag():
                parts.append("田中")
    return "".join(parts)


@pytest.mark.parametrize(("body", "expected"), cases_of(__file__, "a_system_post_reads_as_on_chatworks_own_screen"))
def test_a_system_post_reads_as_on_chatworks_own_screen(body: str, expected: str) -> None:
    """Sentences of two texts around a name come out whole."""
    assert expected == worded(body)
