"""The notation parser: every tag, every way to break it, and what a body refers to."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, strategies

from archiver.chatwork.notation.nodes import (
    EMOTICONS,
    Box,
    Code,
    Container,
    Deleted,
    Download,
    Emoticon,
    Mention,
    MentionAll,
    Node,
    PersonTag,
    PlainText,
    PreviewTag,
    Quote,
    QuoteMark,
    ReplyTag,
    RuleTag,
    SystemText,
    TaskBox,
    TaskReference,
    Title,
    Url,
)
from archiver.chatwork.notation.parse import NESTING_DEPTH, message_references, parse, walk
from archiver.records import AccountId, FileId, MessageId, RoomId, TaskId
from tests.support.cases import cases_of
from tests.support.notation_pieces import PIECES, source_of

ONE, A = AccountId(1), (PlainText("a"),)
INNER = Quote("[qt][qtmeta aid=2 time=3]", (PlainText("b"),), "[/qt]", AccountId(2), 3)


@pytest.mark.parametrize(
    ("body", "nodes"),
    [
        ("[To:1]", Mention("[To:1]", ONE)),
        ("[to:1]", Mention("[to:1]", ONE)),
        ("[CC:1]", Mention("[CC:1]", ONE, copy=True)),
        ("[toall]", MentionAll("[toall]")),
        ("[rp aid=1 to=2-3]", ReplyTag("[rp aid=1 to=2-3]", ONE, RoomId(2), MessageId("3"))),
        ("[返信 aid=1 to=2-03]", ReplyTag("[返信 aid=1 to=2-03]", ONE, RoomId(2), MessageId("3"))),
        ("[Reply aid=1]", ReplyTag("[Reply aid=1]", ONE, None, None)),
        ("[引用 aid=1 time=2]", QuoteMark("[引用 aid=1 time=2]", ONE, 2)),
        ("[引用 aid=1 time=2]a[/引用]", Quote("[引用 aid=1 time=2]", A, "[/引用]", ONE, 2)),
        ("[qt][qtmeta aid=1 time=2]a[/qt]", Quote("[qt][qtmeta aid=1 time=2]", A, "[/qt]", ONE, 2)),
        ("[qt]a[/qt]", Quote("[qt]", A, "[/qt]", None, None)),
        ("[info]a[/info]", Box("[info]", A, "[/info]")),
        ("[info][title]a[/title]b[/info]", Box("[info]", (Title("[title]", A, "[/title]"), PlainText("b")), "[/info]")),
        ("[hr]", RuleTag("[hr]")),
        ("[code][hr] :)[/code]", Code("[code][hr] :)[/code]", "[hr] :)")),
        ("[picon:1]", PersonTag("[picon:1]", ONE, icon=True, name=False)),
        ("[pname:1]", PersonTag("[pname:1]", ONE, icon=False, name=True)),
        ("[piconname:1]", PersonTag("[piconname:1]", ONE, icon=True, name=True)),
        ("[url]https://a.jp/.[/url]", Url("[url]https://a.jp/.[/url]", "https://a.jp/.")),
        ("[dtext:nickname_suffix]", SystemText("[dtext:nickname_suffix]", "nickname_suffix", "さん")),
        ("[dtext:other]", SystemText("[dtext:other]", "other", None)),
        ("[preview id=4 ht=111]", PreviewTag("[preview id=4 ht=111]", FileId(4))),
        ("[download:4]a (1 KB)[/download]", Download("[download:4]a (1 KB)[/download]", FileId(4), "a (1 KB)")),
        (
            "[task aid=1,2 st=done lt=9 ltype=time]a[/task]",
            TaskBox("[task aid=1,2 st=done lt=9 ltype=time]", A, "[/task]", (ONE, AccountId(2)), "done", 9, "time"),
        ),
        (
            "[task aid=1 st=open lt=0]a[/task]",
            TaskBox("[task aid=1 st=open lt=0]", A, "[/task]", (ONE,), "open", 0, ""),
        ),
        ("[task:5]", TaskReference("[task:5]", TaskId(5))),
        ("[deleted]", Deleted("[deleted]")),
        ("(bow)", Emoticon("(bow)", "お辞儀")),
        ("]:)", Emoticon("]:)", "にやり")),
        ("https://a.jp/b", Url("https://a.jp/b", "https://a.jp/b")),
        (
            "https://www.chatwork.com/#!rid1-2",
            Url("https://www.chatwork.com/#!rid1-2", "https://www.chatwork.com/#!rid1-2", RoomId(1), MessageId("2")),
        ),
        (
            "https://kcw.kddi.ne.jp/#!rid1",
            Url("https://kcw.kddi.ne.jp/#!rid1", "https://kcw.kddi.ne.jp/#!rid1", RoomId(1)),
        ),
        ("[info][qt]a[/info]b[/qt]", (Box("[info]", (PlainText("[qt]a"),), "[/info]"), PlainText("b[/qt]"))),
        ("[info]a[title]b[/title][/info]", Box("[info]", (PlainText("a[title]b[/title]"),), "[/info]")),
        (
            "[qt]a[qt][qtmeta aid=2 time=3]b[/qt]c[/qt]",
            Quote("[qt]", (PlainText("a"), INNER, PlainText("c")), "[/qt]", None, None),
        ),
    ],
)
def test_each_tag_becomes_its_node(body: str, nodes: Node | tuple[Node, ...]) -> None:
    """Every form of the notation is recognised, with its arguments; of two pairs that overlap the outer one counts."""
    assert (nodes if isinstance(nodes, tuple) else (nodes,)) == parse(body)


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
