"""A message as plain text and as safe HTML, and hidden characters that become visible."""

from __future__ import annotations

import re
import unicodedata
from typing import Any

import pytest
from hypothesis import given, strategies

from archiver.chatwork.notation.parse import parse
from archiver.records import AccountId, FileId, MessageId, MessageKind, RoomId, State, Task, TaskId, Version
from archiver.render.invisible_characters import visible, visible_html
from archiver.render.message_body import NOWHERE, Picture, ReferenceLink, References, html, plain_text
from archiver.render.message_html import EDITED_BEFORE, NOTICE, Surroundings, render_message, task_html
from archiver.render.snippet import own_words
from tests.support.cases import cases_of
from tests.support.html_safety import read_html
from tests.support.notation_pieces import PIECES
from tests.support.reports import sample_conversation
from tests.support.reports.sample_conversation import ATTACK, DAY, EVERY_TAG, OWNER, at


def name_of(account: AccountId) -> str | None:
    return {1: "田中", 2: "<i>\u202e"}.get(account)


def link_of(room: RoomId, message: MessageId) -> ReferenceLink | None:
    return ReferenceLink("No.12", 'p.html#m"3') if (room, message) == (5, "3") else None


def file_of(file: FileId) -> ReferenceLink | None:
    return {
        4: ReferenceLink("F-0004", "../files/F-0004.png", Picture("thumbnails/F-0004.webp", 320, 7)),
        5: ReferenceLink("F-0005"),
    }.get(file)


KNOWN = References(name_of, link_of, file_of)


@pytest.mark.parametrize(("body", "expected"), cases_of(__file__, "plain_text_has_readable_labels"))
def test_plain_text_has_readable_labels(body: str, expected: str) -> None:
    """Each tag is a label or a prefix that can be read without knowing the notation."""
    actual = plain_text(parse(body), KNOWN)

    assert expected == actual


REL = 'rel="noreferrer noopener nofollow"'


@pytest.mark.parametrize(
    ("body", "expected"),
    cases_of(__file__, "html"),
)
def test_html_is_ours_and_everything_else_is_escaped(body: str, expected: str) -> None:
    """Tags become our elements; what a sender typed never does."""
    actual = html(parse(body), KNOWN)

    assert expected == actual


@given(
    strategies.lists(strategies.sampled_from([*PIECES, "<script>", '"><img onerror=', "</div>", "[download:4]"])).map(
        "".join
    )
)
def test_html_is_well_formed_and_holds_nothing_active(body: str) -> None:
    """Whatever the body, each element of the result is one of ours and is ended."""
    actual = read_html(html(parse(body), KNOWN)).faults

    assert [] == actual


@pytest.mark.drawn(but=2)
@pytest.mark.parametrize("body", [EVERY_TAG, ATTACK, "[info]" * 10_000 + "[/info]" * 10_000, "\u202e" * 65_535])
def test_both_forms_can_always_be_written(body: str) -> None:
    """The sample's worst bodies are rendered, and the result is valid UTF-8."""
    markup, text = html(parse(body)), plain_text(parse(body))

    assert [] == read_html(markup).faults
    assert markup + text == (markup + text).encode().decode()
    assert "\x00" not in markup + text


def test_the_text_of_an_attack_is_still_readable() -> None:
    """Escaping shows what was typed; it does not remove it."""
    actual = "".join(read_html(html(parse('<script>alert("x")</script>'))).texts)

    assert '<script>alert("x")</script>' == actual


def html_of(*versions: Version, **changed: Any) -> str:
    """A message with these versions, oldest first, as an item of the list."""
    first = next(sample_conversation.sample().messages())
    first = first._replace(body=versions[-1].body, versions=versions, changed_at=at(9 * DAY))
    return render_message(first._replace(**changed), Surroundings(NOWHERE, OWNER, {}, {})).html


def text(html: str) -> str:
    """The words of a piece of HTML, with single spaces."""
    return re.sub(r"\s+", " ", " ".join(read_html(html).texts)).strip()


def test_a_moved_edit_time_alone_shows_no_second_text() -> None:
    """When only the edit time moved, the same text is not printed twice."""
    versions = (sample_conversation.version("はい", 0, 1), sample_conversation.version("はい", 2, 3, 5))

    actual = text(html_of(*versions, state=State.EDITED))

    assert actual.count("はい") == 1
    assert "文面は同じまま、編集時刻だけが変わりました。最後に見えた 2026-11-05 10:15:33 / 変わっていた" in actual
    assert EDITED_BEFORE not in actual


def test_a_post_of_the_system_is_called_so() -> None:
    """Beside the person in whose name it was made."""
    posted = Version("[dtext:live_start]", 0, at(1), at(2))

    assert NOTICE in text(html_of(posted, kind=MessageKind.NOTICE))
    assert NOTICE not in text(html_of(posted, kind=MessageKind.SPEECH))


def test_a_message_id_cannot_leave_its_attribute() -> None:
    """Even an id that is no number stays inside the quotes."""
    hostile = html_of(sample_conversation.version("はい", 0, 1), message_id=MessageId('1"><script>'))

    assert [] == read_html(hostile.replace('メッセージID 1"><script>', "")).faults


@pytest.mark.parametrize(("text", "expected"), cases_of(__file__, "hidden_characters_are_shown_by_their_number"))
def test_hidden_characters_are_shown_by_their_number(text: str, expected: str) -> None:
    """Controls, direction marks, zero-width marks and lone surrogates appear as `[U+XXXX]`."""
    actual = visible(text)

    assert expected == actual


@pytest.mark.parametrize("text", cases_of(__file__, "marks_within_one_visible_sign_stay"))
def test_marks_within_one_visible_sign_stay(text: str) -> None:
    """Joined emoji, keycaps, flags and variants of kanji are shown as they are."""
    actual = visible(text)

    assert text == actual


def test_lines_are_kept_where_text_has_lines() -> None:
    """In a message line feeds and tabs stay, CR LF is a line feed, a lone CR is shown."""
    actual = visible("a\r\nb\n\tc\rd", lines=True)

    assert "a\nb\n\tc[U+000D]d" == actual


def test_html_is_escaped_and_marks_are_set_apart() -> None:
    """A mark that we put differs from the same characters typed by a sender."""
    actual = visible_html("<b>&\u202e[U+202E]")

    assert '&lt;b&gt;&amp;<i class="u">[U+202E]</i>[U+202E]' == actual


@given(strategies.text(strategies.characters(exclude_categories=())))
def test_nothing_of_these_kinds_remains(text: str) -> None:
    """No control, surrogate, or separator of lines is left, and the result is always valid UTF-8."""
    visible_text = visible(text)

    actual = {unicodedata.category(character) for character in visible_text} & {"Cc", "Cs", "Zl", "Zp"}

    assert set() == actual
    assert visible_text == visible_text.encode().decode()


@given(strategies.text(strategies.characters(exclude_categories=("Cc", "Cf", "Cs", "Cn", "Mn", "Zl", "Zp", "Lo"))))
def test_ordinary_text_is_unchanged(text: str) -> None:
    """What can be seen is shown as it is."""
    actual = visible(text)

    assert text == actual


def test_what_stands_around_a_file_or_a_task_is_left_out_of_one_line() -> None:
    """A screen that shows one line of a post has no room for ids, sizes and who a task is for."""
    file = "[info][title][dtext:file_uploaded][/title][download:17]photo.zip (1.86 KB)[/download][/info]"
    task = "[info][title][dtext:task_done][/title][task aid=5 st=done lt=1 ltype=date]色の修正[/task][/info]"

    shown = [own_words(one) for one in (file, task)]

    assert ["ファイル「photo.zip」", "【タスクを完了しました。】 タスク「色の修正」(期限 1970-01-01)"] == shown


def test_a_limit_that_is_a_day_has_no_time_of_day() -> None:
    """Chatwork sends midnight for it."""
    task = Task(*(TaskId(1), RoomId(1), MessageId("1"), "田中", "鈴木", "", at(0), "open", None, at(0)))

    assert "期限 2026-11-05 " in task_html(task)
    assert task_html(task._replace(limit_type="date")).endswith("期限 2026-11-05")
