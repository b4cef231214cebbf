"""Chapter 5: at most 25 lines in order of time, the weightiest and youngest, each with its source."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given, strategies

from archiver.evidence.acts_seen_in_lists import listed_steps
from archiver.export.pdf.blocks import Paragraph
from archiver.export.report import excerpt, timeline
from archiver.export.report.message_statistics import ReportInput
from archiver.export.report.timeline import MAX_LINES
from archiver.records import Delivery, FileId
from tests.support.reports import report_inputs, sample_conversation
from tests.support.reports.sample_conversation import message_id


def rows(case: ReportInput) -> list[tuple[str, ...]]:
    return report_inputs.rows(timeline.chapter(case))


def with_files(count: int) -> ReportInput:
    files = tuple(report_inputs.file(number, message_id(1)) for number in range(1, count + 1))
    return report_inputs.case(
        [
            report_inputs.room_of_messages(
                [report_inputs.plain_message("一", 1), report_inputs.plain_message("二", 2)], attachments=files
            )
        ]
    )


def test_what_was_asked_for_stands_before_what_was_approved_on_the_same_day() -> None:
    """Facts of one day keep the order in which they can have happened."""
    contract = replace(report_inputs.CONTRACT, contact_requested_on="2026-10-03")

    told = [what for _, what, _ in rows(report_inputs.case(contract=contract))]

    assert ["サービス外連絡申請の提出", "サービス外連絡申請の承認"] == [one for one in told if "連絡申請" in one]


@given(count=strategies.integers(0, 80))
def test_there_are_never_more_lines_than_may_be(count: int) -> None:
    """However much happened, the table has at most 25 lines, in order, and says how many are not in it."""
    case = with_files(count)

    blocks = timeline.chapter(case).blocks

    assert len(rows(case)) == min(MAX_LINES, 7 + count)
    assert [row[0][:10] for row in rows(case)] == sorted(row[0][:10] for row in rows(case))
    note = [one.text for one in blocks if isinstance(one, Paragraph)]
    left = 7 + count - MAX_LINES
    assert note == ([f"ここに入らなかったもの: ファイル{left}件。"] if left > 0 else [])


def test_files_go_first_and_old_ones_before_young() -> None:
    """What was stated stays when there is too much; of the files the youngest stay."""
    sources = [source for _, _, source in rows(with_files(60))]

    assert 5 == sources.count("報告者入力")
    assert "F-0060" in sources
    assert "F-0001" not in sources


def test_a_file_with_its_message_and_a_task_with_its_course_are_one_line_each() -> None:
    """Both times stand where a list and a post tell one act; those left out are counted."""
    by = {"account_id": sample_conversation.OWNER, "name": "山田"}
    task = {"body": "字幕の\n修正", "message_id": message_id(2), "status": "open", "assigned_by_account": by}
    sent = {"filename": "movie01.mp4", "message_id": message_id(1), "account": by}
    steps = [
        ("task", 3, task),
        ("file", 4, {**sent, "upload_time": int(sample_conversation.at(1).timestamp()) - 60}),
        ("task", 600, {**task, "status": "done"}),
        ("task", 601, {**task, "status": "done", "body": "字幕の\n修正2本"}),
    ]
    entries = [
        {
            "kind": kind,
            "key": f"{kind}/9",
            "room_id": sample_conversation.ROOM,
            "seq": 9,
            "payload": {"object": said},
            "observed_at": sample_conversation.at(number).isoformat(),
        }
        for kind, number, said in steps
    ]
    case = replace(with_files(1), listed_steps=list(listed_steps(entries)))

    told = [row[1:] for row in rows(case)]

    given, done = (
        "タスク「字幕の 修正」の依頼(報告者、No.2、2026-11-05 10:16、2026-11-05 10:17に確認)",
        "完了(2026-11-05 20:14に確認)",
    )
    assert [
        ("報告者がファイル(F-0001 movie01.mp4)を送信", "F-0001、No.1"),
        (f"{given}、{done}、タスク「字幕の 修正」から「字幕の 修正2本」への変更(2026-11-05 20:15に確認)", "No.2"),
    ] == [row for row in told if "タスク" in row[0] or "F-0001" in row[1]]
    blocks = timeline.blocks(case, limit=8)
    assert isinstance(blocks[1], Paragraph)
    assert "ここに入らなかったもの: タスク1件。" == blocks[1].text


def test_what_was_replaced_later_was_not_sent_before() -> None:
    """The time of its upload is that of the bytes before: it is told when it was seen, and no post has its number."""
    sent, later = (report_inputs.file(number, message_id(1), file_id=FileId(7)) for number in (1, 2))
    later = later._replace(
        uploaded_at=sent.uploaded_at, replaced_at=sample_conversation.at(9 * sample_conversation.DAY)
    )
    post = report_inputs.plain_message("[download:7]movie01.mp4[/download]", 1)
    room = report_inputs.room_of_messages([post], attachments=[sent, later])
    case = report_inputs.case([room])

    told = [row[1:] for row in rows(case) if "F-000" in row[2]]

    assert [
        ("報告者がファイル(F-0001 movie01.mp4)を送信", "F-0001"),
        ("ファイルが差し替えられたことを確認(F-0002 movie02.mp4)", "F-0002"),
    ] == told
    assert "F-0001" in excerpt.quoted_text(case, post)


def test_changes_of_messages_are_one_line_a_day_and_kind() -> None:
    """Thirty deletions on a day are told once for each side, with their number, and with a time if all had it; a name's
    change says both names.
    """
    gone = [
        report_inputs.change(
            "「削除」表示に変わった", "", at=f"2026-11-06T0{1 + (no == 3)}:00:00.000000Z", seq=no, no=no
        )
        for no in range(1, 31)
    ]
    named = report_inputs.change("表示名が変わった", "乙", "甲", at="2026-11-06T16:00:00.000000Z", seq=99)

    messages = [report_inputs.plain_message("本文", number) for number in range(1, 30)]

    lines = rows(replace(report_inputs.case([report_inputs.room_of_messages(messages)]), events=[*gone, named]))

    assert ("2026-11-06", "相手のメッセージ15件 「削除」表示に変わった(確認)", "第8章") in lines
    assert ("2026-11-06 10:00", "報告者のメッセージ14件 「削除」表示に変わった(確認)", "第8章") in lines
    assert ("2026-11-06 10:00", "メッセージ1件 「削除」表示に変わった(確認)", "第8章") in lines
    assert ("2026-11-07 01:00", "表示名が変わった(確認): 甲 → 乙", "第8章") in lines


def test_a_message_changed_twice_is_one_message_and_a_name_changed_in_two_chats_one_change() -> None:
    """Four edits of one message are no four messages, and a person has one name in all chats."""
    edits = [report_inputs.change("編集された", "新", "旧", seq=no, no=1) for no in range(1, 5)]
    names = [report_inputs.change("表示名が変わった", "乙", "甲", seq=no) for no in (8, 9)]
    room = report_inputs.room_of_messages([report_inputs.plain_message("本文", number) for number in (1, 2)])

    told = [row[1] for row in rows(replace(report_inputs.case([room]), events=[*edits, *names]))]

    assert ["表示名が変わった(確認): 甲 → 乙", "相手のメッセージ1件 編集された(確認)"] == [
        one for one in told if "確認" in one
    ]


def test_a_chat_that_cannot_be_opened_is_one_line() -> None:
    """As what is still so, not also as an event; an earlier time, after which it could be opened again, stays one."""
    kind = "チャットが開けなくなった(理由不明)"
    events = [
        report_inputs.change(kind, "", "", at=f"2026-11-{day}T01:14:33.000Z", seq=day, about="ルームID 123456789")
        for day in (20, 24)
    ]

    lines = [row for row in rows(report_inputs.case(events=events)) if "開けなくなった" in row[1]]

    assert [
        ("2026-11-20 10:14", f"{kind}(確認): ルームID 123456789", "第8章"),
        ("2026-11-24 10:14", "チャット(ルームID 123456789)が開けなくなった(理由不明)", "第9章"),
    ] == lines


def test_what_is_no_date_is_left_out() -> None:
    """A stated day that no calendar knows makes no line and no fault."""
    case = report_inputs.case(
        contract=replace(report_inputs.CONTRACT, contracted_on="来月のどこか"), deliveries=(Delivery(1, "あとで"),)
    )

    assert not any(what in ("契約", "納品") for _, what, _ in rows(case))
