"""A message on paper: everything that identifies it, every text it had, and nothing that a name could forge."""

from __future__ import annotations

from archiver.export.pdf.blocks import MessageBlock
from archiver.export.report.excerpt import EMPTY_TEXT, PaperReferences, message_block
from archiver.records import Message
from tests.support.reports import report_inputs, sample_conversation
from tests.support.reports.sample_conversation import OWNER


def block(message: Message, *, profile: str = "support", star: bool = False) -> MessageBlock:
    case = report_inputs.case(profile=profile)
    return message_block(message, PaperReferences(case, case.rooms[0]), star=star)


def sample(number: int) -> Message:
    return list(sample_conversation.sample().messages())[number - 1]


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
            sample(2)._replace(account_id=5, name="x"),  # type: ignore[arg-type]
            PaperReferences(report_inputs.case(), sample_conversation.sample()),
        ).head
    )
    assert OWNER == sample(2).account_id
