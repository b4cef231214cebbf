"""A message on paper: everything that identifies it, every text it had, and nothing that a name could forge."""

from __future__ import annotations

from dataclasses import replace

import pytest

from archiver.export.pdf.blocks import MessageBlock
from archiver.export.report.message_block import EMPTY_TEXT, UNKNOWN_TEXT, PaperReferences, message_block
from archiver.records import Message
from tests.support.reports import report_inputs, sample_conversation
from tests.support.reports.sample_conversation import OWNER, message_id


def block(message: Message, *, profile: str = "support", star: bool = False) -> MessageBlock:
    case = report_inputs.case(profile=profile)
    return message_block(message, PaperReferences(case, case.rooms[0]), star=star)


def sample(number: int) -> Message:
    return list(sample_conversation.sample().messages())[number - 1]


def test_it_says_when_who_and_where() -> None:
    """Date with weekday, time, role, name, account, star, state, link, id and the time it was saved are all there."""
    made = block(sample(4), star=True)

    assert "No.4" == made.number
    assert (
        "2026-11-05(木) 10:34:33　相手 田中(ID 7654321)　★　編集済み\n"
        f"https://www.chatwork.com/#!rid123456789-{message_id(4)}"
    ) == made.head
    times = "保存した時刻 2026-11-05 10:35:33　最後に確認した時刻 2026-11-25 10:14:33"
    assert f"メッセージID {message_id(4)}　{times}　記録番号 40" == made.notes[-1]


def test_every_text_has_its_interval() -> None:
    """Earlier texts come first, each with when it was last seen and when it was found changed."""
    parts = block(sample(4)).parts

    assert [
        (
            "【編集前の文面】最後に見えた 2026-11-11 10:14:33 / 変わっていた 2026-11-11 10:29:33",
            "残り3本もお願いします。",
        ),
        (
            "【編集前の文面】最後に見えた 2026-11-12 10:14:33 / 変わっていた 2026-11-12 10:29:33",
            "残り3本はどうしますか",
        ),
        ("編集後の文面(Chatworkの編集時刻 2026-11-11 18:40:00)", "残り3本は無しで。"),
    ] == [(part.label, part.text) for part in parts]


def test_a_deleted_message_keeps_its_words() -> None:
    """The text saved before the deletion mark is printed with the interval, and nobody is named."""
    (part,) = block(sample(5)).parts

    assert "【「削除」表示に変わる前に保存した文面】" in part.label
    assert "[To: yamada] やっぱり今回の分は払えません" == part.text


@pytest.mark.parametrize(
    ("number", "label", "text"),
    [
        (6, "", UNKNOWN_TEXT),
        (8, "保存時点で編集済み(それより前の文面は不明)", "承知しました。"),
        (9, "最後に見えた文面(見えなくなっていた 2026-11-13 10:14:33)", "このメッセージは途中で見えなくなりました"),
        (11, "", "後から1件だけ取得できたメッセージ"),
    ],
)
def test_what_is_known_of_a_text_is_said(number: int, label: str, text: str) -> None:
    """Each state has its own words, and a message that simply stands has none."""
    (part,) = block(sample(number)).parts

    assert (label, text) == (part.label, part.text)


def test_an_empty_body_is_said_to_be_empty() -> None:
    """A message without a text is not printed as a hole."""
    (part,) = block(report_inputs.plain_message("", 1)).parts

    assert EMPTY_TEXT == part.text


def test_a_name_cannot_forge_a_line() -> None:
    """Line feeds and direction marks in a name or file name are shown, not obeyed."""
    made = block(report_inputs.plain_message("本文", 1, name="田中\nNo.9 報告者 \u202eadamay"))
    with_file = block(sample(3))

    assert 2 == len(made.head.split("\n"))
    assert "田中[U+000A]No.9 報告者 [U+202E]adamay" in made.head
    assert (
        "ファイル F-0002 ../../etc/passwd[U+202E]gnp.mov[U+000A] 2,100,000,000バイト　保存できていません: "
        in with_file.notes[1]
    )


def test_the_reporters_own_are_marked_as_such() -> None:
    """Whose message it is stands in its head."""
    assert "　報告者 yamada(ID 1234567)" in block(sample(2)).head
    assert (
        "　参加者 x(ID 5)"
        in message_block(
            replace(sample(2), account_id=5, name="x"),  # type: ignore[arg-type]
            PaperReferences(report_inputs.case(), sample_conversation.sample()),
        ).head
    )
    assert OWNER == sample(2).account_id


def test_a_court_sees_the_entry_beside_the_text() -> None:
    """For a court the number of the entry stands in the margin, once, and of the times that of saving alone below."""
    made = block(sample(4), profile="court")

    assert "記録番号\n40" == made.beside
    assert "記録番号" not in "".join(made.notes)
    assert [False, True] == ["最後に確認した時刻" in one.notes[-1] for one in (made, block(sample(4)))]
    assert "" == block(sample(4)).beside
