"""One message in the transcript: its states, its earlier texts, its files."""

from __future__ import annotations

import re

import pytest

from archiver.records import Message, MessageId, MessageKind, ObservedBy, State, Version
from archiver.render.message_body import NOWHERE
from archiver.render.message_html import EDITED_BEFORE, NOTICE, Surroundings, render_message
from tests.support.html_safety import read_html
from tests.support.reports import sample_conversation
from tests.support.reports.sample_conversation import DAY, OWNER, at

AROUND = Surroundings(NOWHERE, OWNER, {}, {})


def message(*versions: Version, state: State = State.PRESENT, source: ObservedBy = ObservedBy.LIST) -> Message:
    """A message with these versions, oldest first."""
    first = next(sample_conversation.sample().messages())
    return first._replace(
        body=versions[-1].body,
        versions=versions,
        state=state,
        source=source,
        changed_at=at(9 * DAY),
        first_seen=versions[0].first_seen,
    )


def html_of(one: Message) -> str:
    """A message as an item of the list."""
    return render_message(one, AROUND).html


def text(html: str) -> str:
    """The words of a piece of HTML, with single spaces."""
    return re.sub(r"\s+", " ", " ".join(read_html(html).texts)).strip()


def test_a_message_says_who_when_and_where() -> None:
    """Number, name, account id, Japanese time, message id with its link, and when it was saved."""
    markup = html_of(message(sample_conversation.version("はい", 1, 2)))

    actual = text(markup)

    assert (
        "田 田中 10:14 はい No.1 2026-11-05 10:14:33 ID 7654321 メッセージID 1876543210060000000"
        " 保存した時刻 2026-11-05 10:15:33" == actual
    )
    assert ["https://www.chatwork.com/#!rid123456789-1876543210060000000"] == read_html(markup).hrefs


def test_every_earlier_text_has_its_interval() -> None:
    """Two edits show two former texts, each with when it was last and when it was no longer there."""
    versions = (
        sample_conversation.version("一", 0, 10),
        sample_conversation.version("二", 20, 30, 1793841273),
        sample_conversation.version("三", 40, 50, 1793842000),
    )

    actual = text(html_of(message(*versions, state=State.EDITED)))

    assert "編集済み" in actual
    assert (
        "編集前の文面 2/2 最後に見えた 2026-11-05 10:44:33 / 変わっていた 2026-11-05 10:54:33"
        "(Chatworkの編集時刻 2026-11-05 10:26:40) 二" in actual
    )
    assert "編集前の文面 1/2 最後に見えた 2026-11-05 10:24:33 / 変わっていた 2026-11-05 10:34:33" in actual
    assert EDITED_BEFORE not in actual


def test_first_seen_edited_says_what_is_not_known() -> None:
    """A message edited before it was saved has no former text, and that is said."""
    actual = text(html_of(message(sample_conversation.version("はい", 0, 1, 5), state=State.EDITED)))

    assert "保存時点で編集済み(それより前の文面は不明)" in actual
    assert "編集前の文面" not in actual


def test_a_moved_edit_time_alone_shows_no_second_text() -> None:
    """When only the edit time moved, the same text is not printed twice."""
    versions = (sample_conversation.version("はい", 0, 1), sample_conversation.version("はい", 2, 3, 5))

    actual = text(html_of(message(*versions, state=State.EDITED)))

    assert actual.count("はい") == 1
    assert "文面は同じまま、編集時刻だけが変わりました。最後に見えた 2026-11-05 10:15:33 / 変わっていた" in actual


def test_a_deletion_keeps_the_text_before_it() -> None:
    """The saved text stands in its place, with the interval in which it went; nobody is named for it."""
    versions = (sample_conversation.version("払えません", 0, 1), sample_conversation.version("[deleted]", 2, 3))

    actual = text(html_of(message(*versions, state=State.DELETED)))

    assert "「削除」表示に変わった" in actual
    assert (
        "払えません 「削除」表示に変わりました。 この文面は、その前に保存したものです。"
        "最後に見えた 2026-11-05 10:15:33 / 変わっていた 2026-11-05 10:16:33" in actual
    )


def test_first_seen_deleted_says_that_the_text_is_not_known() -> None:
    """Nothing is claimed about a text that was never shown to us."""
    actual = text(html_of(message(sample_conversation.version("[deleted]", 0, 1), state=State.DELETED)))

    assert "保存した時点で「削除」表示でした。文面は分かりません。" in actual


@pytest.mark.parametrize(
    ("state", "words"),
    [(State.MISSING, "表示されなくなった(理由不明)"), (State.HIDDEN, "プランの制限で見えない")],
)
def test_a_vanished_message_keeps_its_text(state: State, words: str) -> None:
    """Its last text is shown, with when it was last seen and first not seen."""
    actual = text(html_of(message(sample_conversation.version("はい", 0, 1), state=state)))

    assert f"{words} 最後に見えた 2026-11-05 10:15:33 / 見えなくなっていた 2026-11-14 10:14:33" in actual
    assert "この文面は、その前に保存したものです。" in actual


@pytest.mark.parametrize(
    ("source", "words"),
    [
        (ObservedBy.LIST, "10:14:33"),
        (ObservedBy.SINGLE, "1件ずつの取得"),
        (ObservedBy.RECOVERED, "古いメッセージの取り込み"),
    ],
)
def test_how_a_message_was_got_is_said(source: ObservedBy, words: str) -> None:
    """What did not come from the list is marked so."""
    actual = text(html_of(message(sample_conversation.version("はい", 0, 1), source=source)))

    assert actual.endswith(words)


def test_a_post_of_the_system_is_called_so() -> None:
    """Beside the person in whose name it was made."""
    notice = message(Version("[dtext:live_start]", 0, at(1), at(2)))._replace(kind=MessageKind.NOTICE)

    assert NOTICE in text(html_of(notice))
    assert NOTICE not in text(html_of(notice._replace(kind=MessageKind.SPEECH)))


def test_a_message_id_cannot_leave_its_attribute() -> None:
    """Even an id that is no number stays inside the quotes."""
    hostile = message(sample_conversation.version("はい", 0, 1))._replace(message_id=MessageId('1"><script>'))

    actual = read_html(html_of(hostile).replace('メッセージID 1"><script>', ""))

    assert [] == actual.faults
