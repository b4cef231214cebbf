"""The notation parser: every tag, every way to break it, and what a body refers to."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, strategies

from archiver.chatwork.notation.nodes import EMOTICONS, Container, Emoticon, Node, PersonTag, PlainText, SystemText, Url
from archiver.chatwork.notation.parse import NESTING_DEPTH, message_references, parse, walk
from tests.support.cases import cases_of
from tests.support.notation_pieces import PIECES, source_of


@pytest.mark.parametrize("case", cases_of(__file__, "each_tag_becomes_its_node"))
def test_each_tag_becomes_its_node(case: tuple[str, ...]) -> None:
    """Every form of the notation is recognised, with its arguments; of two pairs that overlap the outer one counts."""
    body, *nodes = case

    assert nodes == [repr(node) for node in parse(body)]


@pytest.mark.parametrize("body", cases_of(__file__, "what_is_no_tag_stays_text"))
def test_what_is_no_tag_stays_text(body: str) -> None:
    """Unknown, unbalanced and malformed tags are one piece of text, character by character."""
    actual = parse(body)

    assert (PlainText(body),) == actual


@pytest.mark.parametrize("sign", sorted(EMOTICONS))
def test_each_emoticon_is_found_in_a_sentence(sign: str) -> None:
    """Every sign is recognised whole between Japanese words, never a shorter one inside it."""
    actual = parse(f"あ{sign}い")

    assert (PlainText("あ"), Emoticon(sign, EMOTICONS[sign]), PlainText("い")) == actual


@pytest.mark.parametrize("body", ["https://a.jp/;):)(bow)/x", "[code]:) (bow)[/code]"])
def test_no_emoticon_in_addresses_and_code(body: str) -> None:
    """What stands in an address or in code is no emoticon."""
    assert [] == [node for node in walk(parse(body)) if isinstance(node, Emoticon)]


@pytest.mark.parametrize(("body", "expected"), cases_of(__file__, "addresses_end_where_japanese_begins"))
def test_addresses_end_where_japanese_begins(body: str, expected: tuple[str, ...]) -> None:
    """An address is ASCII, and the signs that end the sentence around it are not its own."""
    actual = tuple(node.url for node in walk(parse(body)) if isinstance(node, Url))

    assert expected == actual


def test_references_come_from_replies_and_links_once_each() -> None:
    """Replies in three spellings and links name messages; large numbers stay exact, too large ones are none."""
    body = (
        "[rp aid=1 to=10-1876543210987654321][返信 aid=1 to=10-7][Reply to=10-8 aid=2][rp aid=1 to=10-7]"
        "https://www.chatwork.com/#!rid11-9 #!rid12-99999999999999999999 [rp aid=1] to=1-2 #!rid5"
    )

    actual = list(message_references(body))

    assert [(10, "1876543210987654321"), (10, "7"), (10, "8"), (11, "9")] == actual


@given(strategies.lists(strategies.sampled_from(PIECES) | strategies.text(max_size=5)).map("".join))
def test_the_sources_of_all_nodes_are_the_body(body: str) -> None:
    """Nothing is lost, added or moved, whatever the body is."""
    actual = source_of(parse(body))

    assert body == actual


@given(strategies.lists(strategies.sampled_from(PIECES)).map("".join))
def test_text_is_never_in_two_pieces_and_never_empty(body: str) -> None:
    """Neighbouring texts are one node, so that the same body always gives the same tree."""
    nodes = parse(body)
    rows = [nodes, *(node.children for node in walk(nodes) if isinstance(node, Container))]

    actual = [
        row
        for row in rows
        for left, right in zip((None, *row), row, strict=False)
        if isinstance(right, PlainText) and (not right.source or isinstance(left, PlainText))
    ]

    assert [] == actual


def depth(nodes: tuple[Node, ...]) -> int:
    return max((1 + depth(node.children) for node in nodes if isinstance(node, Container)), default=0)


LONGEST = 65_535


@pytest.mark.drawn(but="-http://a;")
@pytest.mark.parametrize(
    "piece",
    ["[info]", "[/info]", "[qt][qtmeta aid=1 time=2]", "[info][qt][/info][/qt]", "[code]", "[download:1]",
     "[url]http://a", "[rp aid=1 to=", "[task aid=1,", "[", "(", ":)", "http://a;", "http://", "[info][title]",
     "[引用 aid=1 time=2]", "[dtext:", "[rp ", "[qt][qtmeta ", "to=1-", "#!rid1", "file_id=1&"],
)  # fmt: skip
@pytest.mark.parametrize("end", ["", "[/code][/url][/download]", "[/info]" * 9_000, "[/qt]" * 9_000])
def test_hostile_bodies_take_linear_time(piece: str, end: str) -> None:
    """The longest body of any one piece takes well under a second, four times it about four; nested, it is flat."""
    body = piece * (LONGEST // len(piece)) + end

    begun = time.process_time()
    nodes = parse(body * 4)
    list(message_references(body * 4))
    taken = time.process_time() - begun

    assert body * 4 == source_of(nodes)
    assert depth(nodes) <= NESTING_DEPTH
    assert taken < 2


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
