"""Chapters 2, 3, 4, 7, 8, 12 and 13: what their rows hold, and that no untrusted text forges a line."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from archiver.export.pdf.blocks import Bullets, Chapter, Paragraph
from archiver.export.report import changes_and_limits, people_and_dates, timeline
from archiver.export.report.message_statistics import ReportInput
from archiver.export.report.report_sources import SealLine, about_text
from archiver.records import (
    Delivery,
    Enclosure,
    ExportedPackage,
    Handover,
    MessageId,
    Person,
    Seal,
    State,
    StatedTerm,
    WrongClock,
)
from archiver.render.times import local_time
from archiver.report_language import report_language
from tests.support.cases import cases_of
from tests.support.reports import report_inputs, sample_conversation
from tests.support.reports.report_inputs import rows
from tests.support.reports.sample_conversation import CLIENT, DAY, at


def words(chapter: Chapter) -> str:
    paragraphs = [one.text for one in chapter.blocks if isinstance(one, Paragraph)]
    return "\n".join([*paragraphs, *(item for one in chapter.blocks if isinstance(one, Bullets) for item in one.items)])


def crosscheck_rows(case: ReportInput) -> list[tuple[str, ...]]:
    return rows(people_and_dates.chapters(case)[0])


@pytest.mark.parametrize(
    ("delivery", "place", "said"),
    [
        (Delivery(1, "2026-11-06", "a", 1, "ee" * 32), 4, "一致なし"),
        (Delivery(1, "2026-11-06", "a.mp4", 1, "ee" * 32), 3, "本記録に同じファイルはありません"),
    ],
)
def test_a_delivery_that_is_not_the_same_is_not_called_so(delivery: Delivery, place: int, said: str) -> None:
    """Only equal bytes are the same file, and what was looked for is said to be missing."""
    assert said == crosscheck_rows(report_inputs.case(deliveries=(delivery,)))[-1][place]


def test_what_compares_nothing_is_no_row() -> None:
    """The contract, a delivery without a file or with one of Chatwork, a question, a request to end the contract."""
    contract = replace(report_inputs.CONTRACT, end_request_at="2026-11-20")
    deliveries = (Delivery(1, "2026-11-06", "a.mp4", 1), Delivery(2, "2026-11-06", file_id=11))
    case = report_inputs.case(contract=contract, deliveries=deliveries, clues={"IDの連絡": ""})

    assert ["相手の同一性", "契約日", "仮払い完了", "サービス外連絡申請"] == [row[1] for row in crosscheck_rows(case)]


def test_a_lost_file_equals_no_delivery_without_a_digest() -> None:
    """Two unknown digests are not one and the same."""
    room = replace(
        sample_conversation.sample(),
        attachments=(report_inputs.file(1, sample_conversation.message_id(1), sha256=None),),
    )
    case = report_inputs.case([room], deliveries=(Delivery(1, "2026-11-06"),))

    assert "SHA-256とも同じ" not in str(crosscheck_rows(case))
    assert "-" == rows(changes_and_limits.changes(case)[0])[0][6]
    unknown = "SHA-256が分からないため"
    assert unknown in str(changes_and_limits.changes(case))
    assert unknown not in str(changes_and_limits.changes(replace(case, deliveries=())))


def test_blank_facts_and_clues_and_enclosures_are_points_too() -> None:
    """A blank fact is no row, what the user told of the chat id is one, what the user added a list."""
    added = Enclosure(2, "notice", "承認\n.png", 1, "00" * 32, at(0), dated="2026-10-03", note="通知の写し")
    case = report_inputs.case(
        contract=report_inputs.BLANK_CONTRACT, clues={"IDの連絡": "「IDは tanaka_xx です」"}, enclosures=(added,)
    )

    chapter = people_and_dates.chapters(case)[0]

    assert ["IDの連絡", "納品物"] == [row[1] for row in rows(chapter)]
    assert "「IDは tanaka_xx です」" == rows(chapter)[0][2]
    assert "N-02 サービスの通知 承認[U+000A].png 2026-10-03 通知の写し" in words(chapter)


def test_a_contract_without_a_platform_speaks_of_papers() -> None:
    """Without an office between, the other source is what the user has in hand."""
    case = report_inputs.case(contract=replace(report_inputs.CONTRACT, platform=None))

    of_account = replace(case, contract=replace(case.contract, platform="stranger"))

    assert "3 書面・メール等の記録と照合できる点" == people_and_dates.chapters(case)[0].title
    titles = [people_and_dates.chapters(one)[2].title for one in (case, of_account)]
    assert ["5 契約の日付", "5 メッセージの日付"] == titles


def test_names_of_several_rooms_stand_in_order_of_time() -> None:
    """A room that still shows the name of before, or tells no time, never puts it behind a later one."""
    closed = Person(CLIENT, ("田中", "田中(解約済)"), (at(0), at(9 * DAY)))
    rooms = [
        report_inputs.room(["一"], people={CLIENT: closed}),
        report_inputs.room(["二"], number=2, people={CLIENT: Person(CLIENT, ("田中",), (at(5),))}),
        report_inputs.room(["三"], number=3, people={CLIENT: Person(CLIENT, ("田中",))}),
    ]
    case = report_inputs.case(rooms)

    assert "田中 →\n田中(解約済) (2026-11-14 10:14 に確認)" == rows(people_and_dates.chapters(case)[1])[0][1]
    assert "田中(解約済)\n　アカウントID 7654321" == crosscheck_rows(case)[0][3]


def test_a_term_is_told_with_the_number_and_the_beginning_of_its_message() -> None:
    """On one line and cut; a message outside the package has its id alone, and a deleted one the text saved before."""
    told = report_inputs.plain_message("月末締め\n翌月末払い" + "です" * 40, 1)
    gone = report_inputs.plain_message("[deleted]", 2, state=State.DELETED, versions=())
    terms = [("payment_day", told.message_id), ("work", MessageId("12345678")), ("amount", gone.message_id)]
    case = report_inputs.case(
        [report_inputs.room_of_messages([told, gone])],
        profile="lawyer",
        contract=replace(report_inputs.CONTRACT, terms=tuple(StatedTerm(item, one) for item, one in terms)),
    )

    places = {row[0]: row[1] for row in rows(people_and_dates.chapters(case)[2])}

    quoted = f"月末締め 翌月末払い{'です' * 15}…{'です' * 10}"
    assert f"No.1 メッセージID {told.message_id}\n「{quoted}」" == places["支払期日"]
    assert "メッセージID 12345678(この資料には含まれません)" == places["業務の内容"]
    assert places["報酬の額"].endswith("文面は分かりません)」")


@pytest.mark.parametrize(("profile", "where"), [("lawyer", "files.csv にあります"), ("support", "保管庫にはあります")])
def test_of_very_many_files_the_delivered_and_the_newest_are_printed(
    monkeypatch: pytest.MonkeyPatch, profile: str, where: str
) -> None:
    """The others are counted, with where they stand: a table of thousands would take a computer's memory."""
    monkeypatch.setattr(changes_and_limits, "MAX_FILES", 2)
    monkeypatch.setattr(changes_and_limits, "OFFICE_FILES", 2)
    case = report_inputs.case(profile=profile)
    newest = max(case.attachments[1:], key=lambda one: one.uploaded_at)

    chapter = changes_and_limits.changes(case)[0]

    assert ["F-0001", newest.number] == [row[0] for row in rows(chapter)]
    assert "全3点のうち、納品したものと新しいものを載せました。ほか1点は" in words(chapter)
    assert where in words(chapter)


def test_changes_are_told_in_words() -> None:
    """Tags of a changed message are words, long texts are cut, times are those of Japan, own changes are counted."""
    long = "[To:7654321]田中さん" + "あ" * 900
    event = report_inputs.change("編集された", "", long, no=5, last_before="2026-11-14T20:10:00Z")
    task = report_inputs.change(
        "タスクが表示されなくなった(理由不明)", "", "[hr]字幕", seq=3, at="2026-11-14T20:16:00Z"
    )
    gap = report_inputs.change("保存できなかった期間が生じた", "", "", seq=2, about="m1 から m2")
    case = report_inputs.case(events=[event, gap, task])

    chapter = changes_and_limits.changes(case)[1]

    row, last = rows(chapter)
    assert f"{'-' * 24}\n字幕 → -" == last[3]
    assert ("2026-11-15 05:15:00", "編集された", "No.5\n相手のメッセージ") == row[:3]
    assert row[3].startswith("[To: 田中(解約済)] 田中さん")
    assert row[3].endswith("(以下略) → -")
    assert "2026-11-15 05:10:00" == row[4]
    assert "報告者自身のメッセージの変更: 1件は、保存した時点で編集済みでした(それより前の文面は不明)" in words(chapter)


def test_a_chat_was_last_seen_open_with_its_last_list() -> None:
    """The closing is between that and when it was noticed; an earlier one, after which it opened again, is not."""
    early, late = (
        report_inputs.change(timeline.CHAT_CLOSED, "", "", at=when)
        for when in ("2026-11-10T00:00:00Z", "2026-11-24T01:14:33Z")
    )
    case = report_inputs.case(events=[early, late])
    last = case.rooms[0].watch.last
    assert last is not None

    told = [row[4] for row in rows(changes_and_limits.changes(case)[1])]

    assert ["-", local_time(last)] == told


def test_only_so_many_changes_are_printed() -> None:
    """The latest are printed, the older ones counted, and where they stand is said."""
    events = [report_inputs.change("表示名が変わった")] * (timeline.MAX_EVENTS + 3)
    cases = (report_inputs.case(profile=one, events=events) for one in ("support", "lawyer"))
    support, lawyer = (changes_and_limits.changes(case)[1] for case in cases)

    assert (timeline.OFFICE_EVENTS, timeline.MAX_EVENTS) == (len(rows(support)), len(rows(lawyer)))
    assert "古いもの3件は events.csv にあります。" in words(lawyer)
    assert "ほかの183件はこの資料に載せていません(保管庫にはあります)。" in words(support)


def test_an_office_sees_the_first_and_the_last_seal_a_lawyer_each_with_a_stamp() -> None:
    """The support report counts those between and says how far stamps reach; the lawyer's lists each that has one."""
    seals = tuple(
        SealLine(
            Seal(number, number, number, "0f" * 32, at(0), "2026-11-05"),
            [(at(number), "a")] if number in (2, 90) else (),
        )
        for number in range(1, 101)
    )
    room = report_inputs.room(["一"])

    support, lawyer, single = (
        changes_and_limits.method(case)[2]
        for case in (
            *(report_inputs.case([room], profile=profile, seals=seals) for profile in ("support", "lawyer")),
            report_inputs.case([room], seals=seals[1:2]),
        )
    )

    assert ["第1号", "第100号"] == [row[0].partition("\n")[0] for row in rows(support)]
    assert ["第1号", "第2号", "第90号", "第100号"] == [row[0].partition("\n")[0] for row in rows(lawyer)]
    assert 1 == len(rows(single))
    assert "最初と最後、タイムスタンプのある確定記録です。ほかの96件は data/seals/ にあります。" in words(lawyer)
    assert "最初と最後の確定記録です。間の98件は省略しました(保管庫にあります)。" in words(support)
    assert "時刻が付いているのは 第2号(2026-11-05 10:16:33)から 第90号(2026-11-05 11:44:33)までです。" in words(lawyer)
    assert "時刻が付いているのは 第2号(2026-11-05 10:16:33)だけです。" in words(single)


def test_masked_places_are_listed_or_said_to_be_none() -> None:
    """Each kind has its numbers of messages and places; without any the chapter says so."""
    case = report_inputs.case(masked_passages=(("電話番号", 2), ("電話番号", 1)))

    assert [("電話番号", "2", "3")] == rows(changes_and_limits.method(case)[3])
    assert "伏せ字はありません。" == words(changes_and_limits.method(replace(case, masked_passages=()))[3])


def test_the_statement_says_who_chose_and_when_the_clock_was_doubtful() -> None:
    """The excerpt is chosen by the user or by the rule; what was measured beside wrong times is left out."""
    case = report_inputs.case()
    doubtful = replace(case, doubtful_dates=(WrongClock(at(0), at(60), timedelta(hours=9)),))
    chosen = replace(case, chosen=("1",))
    rule, user, clock = (words(changes_and_limits.method(one)[0]) for one in (case, chosen, doubtful))
    assert ("プログラムが第6章の規則で選びました。" in rule, "私が選びました。" in user) == (True, True)
    left_out = "0.8 秒でした。応答の時刻が大きくずれていた間は除きます(第9章)。"
    assert (False, True) == (left_out in rule, left_out in clock)


def test_without_an_authority_there_is_no_stamp_and_none_is_awaited() -> None:
    """What a stamp means is said where there is one."""
    case = report_inputs.case(stamping=False)
    plain = replace(case, seals=())

    assert ("なし", "-") == rows(changes_and_limits.method(case)[2])[1][4:]
    assert "タイムスタンプ(RFC 3161)は付いていません。" in words(changes_and_limits.method(plain)[1])


def test_chapter_10_lists_it() -> None:
    """With the name and the digest of the package, as stated by the user."""
    handover = Handover("クラウドワークス 運営", "2026-11-24", "")
    package = ExportedPackage(1, 9, at(0), "job1", "support", "CW1_x_support", "ab" * 32, (handover,))
    case = report_inputs.case(handed_over=(package,))

    (bullets,) = (one for one in changes_and_limits.method(case)[0].blocks if isinstance(one, Bullets))

    assert ("2026-11-24　クラウドワークス 運営: CW1_x_support　SHA-256 先頭16桁 " + "ab" * 8,) == bullets.items


@pytest.mark.parametrize(("about", "english"), cases_of(__file__, "a_gap_is_told_in_the_language_of_the_report"))
def test_a_gap_is_told_in_the_language_of_the_report(about: str, english: str) -> None:
    """Names stay as they are, whatever they look like."""
    row = report_inputs.change("", about=about)

    assert about_text(row) == about
    with report_language("en"):
        assert about_text(row) == english
