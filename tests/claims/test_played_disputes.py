"""Three disputes that were played from end to end, rebuilt from their description: what their reports must say."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import delete

from archiver.claims import messages
from archiver.cli.contracts.contract_page import page_lines
from archiver.export.pdf.blocks import Bullets, Chapter, FactList, MessageBlock, Paragraph, TableBlock
from archiver.export.report import changes_and_limits, excerpt, people_and_dates, summary
from archiver.export.report.excerpt import PaperReferences, message_block
from archiver.export.report.letters import inquiry_form_text
from archiver.records import ContractRoom, Observation, RoomId
from archiver.render.transcript_pages import Transcript
from archiver.store import schema, seals
from archiver.store.archive import Archive
from archiver.store.queries import contracts
from tests.claims.dispute import report_of
from tests.support.archives.maker import CLIENT, OWNER, ROOM, ArchiveMaker, at, message_object

DAY = 24 * 60
THIRDS = {
    8_100_001: "佐藤 花子", 8_100_002: "鈴木一郎", 8_100_003: "髙橋 健", 8_100_004: "Maria Sato", 8_100_005: "渡邊",
    8_100_006: "林", 8_100_007: "ノムラ ユキ", 8_100_008: "山﨑 結衣(制作)", 8_100_009: "k.ogawa",
    8_100_010: "中村さくら", 8_100_011: "小川デザイン 小川", 8_100_012: "まつもと",
}  # fmt: skip
"""The account ids and names of the twelve others in the group room."""

LEAVE = (
    "[info][title][dtext:chatroom_chat_edited][/title]"
    "[dtext:chatroom_member_is][piconname:7654321][dtext:chatroom_leaved][/info]"
)


def words(chapter: Chapter) -> str:
    """Every text of a chapter."""
    found: list[str] = []
    for block in chapter.blocks:
        if isinstance(block, FactList):
            found += [f"{label}: {text}" for label, text in block.rows]
        elif isinstance(block, Bullets):
            found += block.items
        elif isinstance(block, Paragraph):
            found.append(block.text)
        elif isinstance(block, TableBlock):
            found += ["\t".join(row) for row in block.rows]
    return "\n".join(found)


def begun(home: Path) -> ArchiveMaker:
    """An archive with its owner and a room."""
    maker = ArchiveMaker(home)
    maker.me()
    maker.room("案件のチャット")
    return maker


# --- (a) six weeks, two contracts in one group room, an outage with an edit inside, a cancellation -------------


def group_room(home: Path) -> ArchiveMaker:
    """Two contracts in one room of 14 people; the second one has the later half of the time."""
    maker = begun(home)
    facts = {"platform": "crowdworks", "client": "田中", "contact_approved_on": "2026-11-20"}
    later = ContractRoom(RoomId(ROOM), start=at(20 * DAY))
    maker.contract("job1", [ROOM], **facts)
    maker.contract("job2", [later], **facts)
    for account, name in THIRDS.items():
        maker.account(account, name)
    maker.account(CLIENT, "田中")
    told = [message_object(1, "はじめまして", sent=0), message_object(2, "お願いします", sent=21 * DAY)]
    maker.sync(told[:1], minutes=5)
    maker.account(CLIENT, "田中(解約済)", minutes=15 * DAY)
    maker.sync(told, changed={2: "present"}, minutes=22 * DAY)
    edited = message_object(2, "お願いしません", sent=21 * DAY, update_time=int(at(23 * DAY).timestamp()))
    maker.sync([told[0], edited], changed={2: "edited"}, minutes=22 * DAY + 84 * 60)
    leave = message_object(3, LEAVE, sent=42 * DAY)
    maker.sync([told[0], edited, leave], changed={3: "present"}, minutes=42 * DAY + 10)
    seals.close_seals(maker.archive, now=at(43 * DAY))
    return maker


@pytest.fixture(scope="module")
def group(tmp_path_factory: pytest.TempPathFactory) -> Archive:
    """The archive of the group room."""
    return group_room(tmp_path_factory.mktemp("group") / "home").archive


def test_what_an_earlier_job_of_the_chat_explains_is_no_early_contact_of_a_later_one(group: Archive) -> None:
    """The room's first message counts for the job that has no job before it; the later one names that job."""
    pages, screens = {}, {}
    with group.reading() as reading:
        for name in ("job1", "job2"):
            pages[name] = words(summary.chapter(report_of(reading, name), ""))
            lines = page_lines(reading, contracts.find_contract(reading, name), now=at(43 * DAY))
            screens[name] = " ".join(" ".join(lines).split())

    assert "Chatworkでの最初のメッセージ 2026年11月5日 10:00:00(承認日の15日前)" in pages["job1"]
    assert "2026-11-05 10:00 (15 days before the approval)" in screens["job1"]
    assert "この仕事の最初のメッセージ 2026年11月26日 10:00:00(承認後。" in pages["job2"]
    assert "(2026年11月5日から)は、報告者の入力では別の仕事のもの: job1 承認 2026年11月20日)" in pages["job2"]
    assert "job1, approved 2026-11-20" in screens["job2"]
    assert "はじめまして" not in pages["job1"] + pages["job2"]


def test_the_leave_notice_is_no_reply_and_the_cancellation_before_the_period_is_told(group: Archive) -> None:
    """The silence counts from the last speech; what was seen before the contract's period still stands on page 1."""
    with group.reading() as reading:
        case = report_of(reading, "job2")
        page, form = words(summary.chapter(case, "")), inquiry_form_text(case)

    assert "相手の最後のメッセージは2026年11月26日 10:00:00です(No.1)" in page
    assert "返信がありません" not in page  # they wrote last, and nobody asked them anything since
    assert (
        "その後、Chatworkの自動メッセージの形のもの(相手の名義。この形は誰でも書けます)2026年12月17日 10:00:00" in page
    )
    closed = "2026年11月20日 10:00 に、相手の表示名に、Chatworkアカウントの解約を示す「(解約済)」が付いていることを確認"
    assert closed in page
    assert f"{closed}しました。" in form


# --- (b) installed on the worst day ----------------------------------------------------------------------------


def worst_day(home: Path) -> ArchiveMaker:
    """566 messages: 100 in the window, 390 recovered, 4 ids refused, 3 of the window deleted before."""
    maker = begun(home)
    maker.contract("job1", platform="crowdworks", contact_approved_on="2026-11-06", contracted_on="2026-11-06")
    maker.account(CLIENT, "田中")
    posts = [
        message_object(
            number,
            f"メッセージ{number}",
            sent=number * 10,
            account=(CLIENT, OWNER)[number % 2],
            name=("田中", "yamada")[number % 2],
        )
        for number in range(1, 567)
    ]
    for post in posts[500:503]:
        post["body"] = "[deleted]"
    states = dict.fromkeys(range(467, 567), "present") | {501: "deleted", 502: "deleted", 503: "deleted"}
    maker.sync(posts[466:], changed=states, minutes=6000, beginning=False, joins=False)
    payload = {"number": 1, "after": None, "before": "467", "from": None, "to": "2026-11-08T06:50:00.000Z"}
    maker.append(
        [Observation("gap", f"gap/{ROOM}/1", payload | {"missing": 466, "reason": "first_sync"}, ROOM)], minutes=6000
    )
    refused = dict.fromkeys(("10", "11", "12", "13", "400"), "unreadable")  # 400 was given all the same
    maker.append([Observation("reading", f"reading/{ROOM}/5", {"ids": [], "refused": refused}, ROOM)], minutes=6099)
    for post in posts[76:466]:
        recovered = {"object": post, "state": "present", "source": "recovered"}
        maker.append([Observation("message", f"message/{post['message_id']}", recovered, ROOM)], minutes=6100)
    maker.append(
        [Observation("gap.narrowed", f"gap/{ROOM}/1", payload | {"missing": 76, "reason": "first_sync"}, ROOM)],
        minutes=6101,
    )
    seals.close_seals(maker.archive, now=at(6200))
    return maker


@pytest.fixture(scope="module")
def worst(tmp_path_factory: pytest.TempPathFactory) -> Archive:
    """The archive of the worst day."""
    return worst_day(tmp_path_factory.mktemp("worst") / "home").archive


def test_the_worst_day_says_what_is_missing(worst: Archive) -> None:
    """490 of 566 are never all; the first saved one is early; deletions before the saving are told apart."""
    with worst.reading() as reading:
        case = report_of(reading)
        page, form = words(summary.chapter(case, "")), inquiry_form_text(case)
        heads = [block.head for block in excerpt.chapter(case).blocks if isinstance(block, MessageBlock)]

    assert "保存できた490件(ほかに保存できていないもの 約76件)" in page
    assert "保存できた490件(ほかに保存できていないもの 約76件)" in form
    assert "全490件" not in page + form
    assert "保存できた最初のメッセージ 2026年11月5日 22:50:00(承認日の1日前。それ以前に" in page
    assert "相手のメッセージ1件、報告者のメッセージ2件は、保存した時点で削除されていました(文面は不明)" in page
    assert "保存した後に" not in page
    assert 3 == sum("保存時点で「削除」表示" in head for head in heads)
    assert not [head for head in heads if "に変わった" in head]
    assert not messages.first_message(case.statistics.facts).is_whole


@pytest.mark.drawn
def test_the_screen_names_the_worker_who_is_on_no_list_of_the_room(worst: Archive) -> None:
    """By the name of the token's owner, as the report does."""
    with worst.reading() as reading:
        screen = list(page_lines(reading, contracts.find_contract(reading, "job1"), now=at(6200)))

    (line,) = (one for one in screen if f"(ID {OWNER})" in one)
    assert f"yamada (ID {OWNER})" in line


@pytest.mark.drawn
def test_nobody_is_said_to_have_entered_what_is_blank(worst: Archive) -> None:
    """In the dates of a contract that was hardly filled in."""
    with worst.reading() as reading:
        (table,) = people_and_dates.chapters(report_of(reading))[2].blocks
    assert isinstance(table, TableBlock)

    bases = {label: basis for label, _value, basis in table.rows}
    assert ("報告者入力", "-", "-") == tuple(bases[one] for one in ("契約", "仮払い完了", "納期"))


def test_the_recovery_and_every_refused_id_are_told(worst: Archive) -> None:
    """Chapter 9 has each id, the statement to be signed says how the messages came."""
    with worst.reading() as reading:
        case = report_of(reading)

    chapter = words(changes_and_limits.limits(case))
    assert f"{ROOM}\t2026-11-09\t「見つからない」(404)と応答。理由は分かりません\t4件\t10、11、\n12、13" in chapter
    assert (
        "一覧によらずに取得したメッセージ: 報告者が保存していた資料にあったメッセージIDから1件ずつ取得 390件" in chapter
    )
    assert "上の保存できなかった件数は、これを除いた見積もりです。" in chapter
    assert "最後にメッセージの一覧を確認した時刻 2026-11-09 14:00:00。" in chapter  # a recovered one was seen later
    statement = words(changes_and_limits.method(case)[0])
    assert "一覧で取得 100件、報告者が保存していた資料にあったメッセージIDから1件ずつ取得 390件" in statement


def test_the_refused_ids_of_a_seal_do_not_depend_on_what_is_only_for_the_next_run(worst: Archive) -> None:
    """Two reports at one seal have the same table, though the queue of ids was cleared between them."""
    tables = []
    for _ in range(2):
        with worst.reading() as reading:
            tables.append(words(changes_and_limits.limits(report_of(reading))))
        with worst.writing() as writing:
            writing.sql.execute(delete(schema.quest))

    assert tables[0] == tables[1]


# --- (c) a direct client -----------------------------------------------------------------------------------------


def test_an_old_message_names_nobody_by_a_later_name(tmp_path: Path) -> None:
    """A message of October that speaks to somebody shows the name of October, on paper and on the pages."""
    maker = begun(tmp_path / "home")
    maker.contract("job1", platform="direct")
    maker.account(CLIENT, "田中")
    told = [message_object(1, f"[To:{CLIENT}]さん", sent=2), message_object(2, f"[To:{CLIENT}]さん", sent=51 * DAY)]
    maker.sync(told[:1], minutes=5)
    maker.account(CLIENT, "田中商店", minutes=50 * DAY)
    maker.sync(told, changed={2: "present"}, minutes=51 * DAY + 5)
    seals.close_seals(maker.archive, now=at(52 * DAY))
    with maker.archive.reading() as reading:
        case = report_of(reading)
        paper = PaperReferences(case, case.rooms[0])
        texts = [message_block(message, paper).parts[0].text for message in case.rooms[0].messages()]
        (page,) = Transcript(case.rooms[0], lambda _attachment: None).pages()

    assert ["[To: 田中] さん", "[To: 田中商店] さん"] == [" ".join(text.split()) for text in texts]
    assert (1, 1) == (page.content.count("To: 田中<"), page.content.count("To: 田中商店<"))
