"""Disputes that made page 1 false once, rebuilt from their description: what may be said, and what may not.

The others of the seven: both sides with an archive of their own (`tests/comparison`), and random worlds with each of
their oddities, among them a price that is edited back, a silent reporter, and a chat that closes (`test_truth.py`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from archiver.cli.contracts.contract_page import page_lines
from archiver.export.report import summary
from archiver.export.report.letters import inquiry_form_text
from archiver.platforms.job_platform import STRANGER
from archiver.records import ContractRoom, JsonObject, Observation, Role, RoomId
from archiver.report_language import LANGUAGES, report_language
from archiver.store import seals, user_statements
from archiver.store.queries import contracts
from tests.claims.artifacts import page_lines_of
from tests.claims.dispute import report_of
from tests.claims.test_played_disputes import DAY, words
from tests.support.archives.maker import CLIENT, OTHER_ROOM, OWNER, ROOM, ArchiveMaker, at, message_object

NAMES = {CLIENT: "田中", OWNER: "yamada"}
SATO, SUZUKI, TAKAHASHI = 8_200_001, 8_200_002, 8_200_003


def begun(home: Path, names: Mapping[int, str] = NAMES, **facts: Any) -> ArchiveMaker:
    """A job of these people in one chat."""
    maker = ArchiveMaker(home)
    maker.me()
    maker.room("案件のチャット")
    days = {"contracted_on": "2026-11-05", "contact_approved_on": "2026-11-05"}
    maker.contract("job1", **{"platform": "crowdworks", "client": "田中", **days, **facts})
    listed(maker, names)
    return maker


def listed(maker: ArchiveMaker, names: Mapping[int, str], room: int = ROOM, minutes: float = 5) -> None:
    """Let the lists of the chat show these names from now on."""
    for account, name in names.items():
        maker.account(account, name, room=room, minutes=minutes)
        maker.member(account, name, room=room, minutes=minutes)


def post(
    number: int, text: str, sent: float, account: int = CLIENT, name: str = "", *, updated: float = 0
) -> JsonObject:
    """A message of the client or of another one; `updated`: when it was edited."""
    update_time = int(at(updated).timestamp()) if updated else 0
    return message_object(
        number, text, sent=sent, account=account, name=name or NAMES[account], update_time=update_time
    )


def _told(maker: ArchiveMaker, minutes: float, job: str = "job1") -> tuple[str, str, str]:
    """Page 1, the text to paste, and what the screen says of the job."""
    seals.close_seals(maker.archive, now=at(minutes))
    with maker.archive.reading() as reading:
        case = report_of(reading, job, at=at(minutes))
        screen = "\n".join(page_lines(reading, contracts.find_contract(reading, job), now=at(minutes)))
    return "\n".join(page_lines_of([summary.chapter(case, "")])), inquiry_form_text(case), " ".join(screen.split())


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_changed_price_stands_before_a_lesser_deletion(tmp_path: Path, language: str) -> None:
    """And is not cut from the text to paste, which in English has less room."""
    maker = begun(tmp_path / "home", amount="8,000円")
    price, trifle, answer = (
        post(1, "1本8,000円でお願いします", 0),
        post(2, "よい天気ですね", 1),
        post(3, "はい", 2, OWNER),
    )
    maker.sync([price, trifle, answer], minutes=20)
    changed = [post(1, "1本5,000円でお願いします", 0, updated=DAY), post(2, "[deleted]", 1), answer]
    maker.sync(changed, changed={1: "edited", 2: "deleted"}, minutes=DAY + 30)
    with report_language(language):
        _page, form, _screen = _told(maker, 9 * DAY)

    assert re.search("\\n1[.] .*5,000円", form)


@pytest.mark.parametrize("beside", ["", "こちらもお願いします\n"])
@pytest.mark.parametrize("form", ["{}", "[task aid=1234567 st=done lt=0 ltype=none]{}[/task]"])
def test_the_box_of_a_deleted_task_is_no_edit(tmp_path: Path, beside: str, form: str) -> None:
    """Chatwork changed it, and nobody their words; whatever form the box then has."""
    maker = begun(tmp_path / "home")
    box, text = "[info][title][dtext:task_{}][/title]{}[/info]", "動画を出す 30,000円"
    task = box.format("added", f"[task aid=1234567 st=open lt=0 ltype=none]{text}[/task]")
    maker.sync([post(1, beside + task, 0)], minutes=20)
    removed = post(1, beside + box.format("deleted", form.format(text)), 0)
    maker.sync([removed], changed={1: "present"}, minutes=60)
    page, asked, screen = _told(maker, 9 * DAY)

    assert "編集され" not in page + asked
    assert "edited" not in screen


def test_an_own_edit_of_the_price_is_told_with_both_texts(tmp_path: Path) -> None:
    """As one of the client's would be, on page 1 and in the text to paste; one of other words is only counted."""
    maker = begun(tmp_path / "home")
    told = [post(1, "1本50,000円で承ります", 0, OWNER), post(2, "よろしくお願いします", 5, OWNER)]
    maker.sync(told, minutes=20)
    changed = [post(1, "1本30,000円で承ります", 0, OWNER, updated=DAY), post(2, "よろしく", 5, OWNER, updated=DAY)]
    maker.sync(changed, changed={1: "edited", 2: "edited"}, minutes=DAY + 5)
    page, form, _screen = _told(maker, 9 * DAY)

    for text in (page, form):
        assert "報告者の「1本50,000円で承ります」(2026年11月5日)は、" in text
        assert "は、2026年11月6日には「1本30,000円で承ります」になっていました。" in text
        assert "よろしく」" not in text


def test_the_same_text_after_an_edit_that_nobody_saw(tmp_path: Path) -> None:
    """It is told beside the text: what stood there before is not known."""
    maker = begun(tmp_path / "home")
    edited = post(1, "検収OKです。30,000円です", 0, updated=10)
    maker.sync([edited], changed={1: "edited"}, minutes=20)
    maker.sync([edited], changed={}, minutes=DAY)
    _page, form, _screen = _told(maker, 9 * DAY)

    said = "相手の2026年11月5日のメッセージ(はじめて見たときには編集済み)「検収OKです。30,000円です」"
    assert f"{said}は、2026年11月6日にも同じ文でした。" in form


def test_an_edit_of_the_price_is_dated_by_itself(tmp_path: Path) -> None:
    """A later edit that adds a greeting alone does not date it, and its text is not called the present one."""
    maker = begun(tmp_path / "home")
    price, cut = "1本50,000円でお願いします", "1本30,000円でお願いします"
    maker.sync([post(1, price, 0)], minutes=20)
    for days, text in ((2, cut), (6, f"お世話になっております。{cut}")):
        edited = post(1, text, 0, updated=days * DAY)
        maker.sync([edited], changed={1: "edited"}, minutes=days * DAY + 5)
    page, form, _screen = _told(maker, 9 * DAY)

    assert f"相手の「{price}」(2026年11月5日)は、2026年11月7日には「{cut}」になっていました" in form
    assert f"変わった後の文(2026年11月7日 10:05に確認)\n{cut}" in page
    assert "編集されました(Chatworkの更新時刻 2026年11月7日 10:00)。確認できた編集は2回です" in page


def test_three_employees_and_a_name_that_one_of_them_took(tmp_path: Path) -> None:
    """Nobody is taken for the client, what was deleted is a participant's, and no silence is told."""
    maker = begun(tmp_path / "home", NAMES | {SATO: "田中商店 佐藤", SUZUKI: "鈴木", TAKAHASHI: "高橋"})
    told = [post(1, "10本お願いします", 0), post(2, "承知しました", 10, OWNER)]
    maker.sync(told, minutes=DAY)
    listed(maker, {SUZUKI: "田中"}, minutes=2 * DAY)
    told += [
        post(5, "検収OKです", 2 * DAY + 10, SUZUKI, "田中"),
        post(6, "お支払いはいつですか", 2 * DAY + 20, OWNER),
    ]
    told += [post(7, "確認します", 5 * DAY, TAKAHASHI, "高橋")]
    maker.sync(told, changed=dict.fromkeys((5, 6, 7), "present"), minutes=6 * DAY)
    told[2] = post(5, "[deleted]", 2 * DAY + 10, SUZUKI, "田中")
    maker.sync(told, changed={5: "deleted"}, minutes=7 * DAY)
    page, form, screen = _told(maker, 20 * DAY)

    for text in (page, form):
        assert "参加者のメッセージ1件が、保存した後に削除されました" in text
        assert "返信がありません" not in text
    assert "1 message of other people" in screen
    assert "Chatworkでの相手 " not in page
    assert "相手のアカウントが未入力" in page
    assert "表示名が「鈴木」から「田中」に変わりました" in page
    assert f"{SUZUKI} 田中" in screen


@pytest.mark.parametrize("is_entered", [False, True])
def test_another_account_with_the_clients_name_writes_after_they_left(tmp_path: Path, *, is_entered: bool) -> None:
    """Who alone had the name until then stays the client; an answer to the other one is no silence of theirs."""
    maker = begun(tmp_path / "home")
    told = [post(1, "翻訳をお願いします", 0), post(2, "検収OKです", DAY)]
    maker.sync(told, minutes=DAY + 5)
    listed(maker, {SATO: "田中"}, minutes=5 * DAY)
    noted = {"account_id": SATO, "name": "田中", "known": CLIENT, "place": "room", "room_id": ROOM}
    days = {"known_since": "2026-11-01T00:00:00.000Z", "since": f"{at(5 * DAY).isoformat()}"}
    maker.append([Observation("twin", f"twin/{SATO}/{CLIENT}", noted | days)], minutes=5 * DAY)
    told += [post(3, "前のやりとりは無効です", 5 * DAY, SATO, "田中"), post(4, "ご本人ですか?", 5 * DAY + 9, OWNER)]
    maker.sync(told, changed=dict.fromkeys((3, 4), "present"), minutes=19 * DAY)
    with maker.archive.writing() as writing:
        for account, role in ((CLIENT, Role.CLIENT), (SATO, Role.THIRD)) if is_entered else ():
            user_statements.state_role(writing, "job1", account, role, "契約画面の氏名", at=at(19 * DAY))
    page, form, screen = _told(maker, 20 * DAY)

    twin = f"別のアカウント(ID {SATO})を{at(5 * DAY):%Y年%-m月%-d日}から確認しています(メッセージ 1件)"
    for text in (page, form):
        assert twin in text
        assert "返信がありません" not in text
        assert "返信がないため" not in text
        assert "立場が未入力" not in text
    assert "検収OKです" in page
    assert f"Another account with the client's name or one like it (ID {SATO}) has been seen since 2026-11-" in screen


def test_work_that_was_passed_on_between_the_same_two(tmp_path: Path) -> None:
    """In one job the reporter is asked for work, in the other they ask for it: nobody is called by the wrong side."""
    maker = begun(tmp_path / "home", title="動画編集", side="worker")
    maker.contract("job2", [OTHER_ROOM], platform="direct", side="client", title="字幕", contracted_on="2026-11-10")
    maker.room("字幕", room=OTHER_ROOM)
    listed(maker, NAMES, room=OTHER_ROOM)
    maker.sync([post(1, "編集をお願いします", 0), post(2, "納品しました", DAY, OWNER)], minutes=DAY + 5)
    passed_on = [post(11, "字幕をお願いします", 2 * DAY, OWNER), post(12, "承知しました", 3 * DAY)]
    maker.sync(passed_on, room=OTHER_ROOM, minutes=3 * DAY + 5)
    work, _form, work_screen = _told(maker, 15 * DAY)
    order, form, order_screen = _told(maker, 15 * DAY, "job2")

    assert "編集をお願いします" not in order + form + order_screen
    assert "報告者(ワーカー): yamada" in work
    assert "報告者(依頼主): yamada" in order
    assert "当事者\nChatworkでの相手 田中" in order
    assert f"account {CLIENT} 田中: " in work_screen
    assert f"account {CLIENT} 田中 is who does the work" in order_screen
    assert "受託者: 未入力" in form


def test_two_jobs_in_one_chat_at_one_time(tmp_path: Path) -> None:
    """Whoever reads of one is told that messages of the other may be among these; not of what ended before it."""
    maker = begun(tmp_path / "home", title="歌詞")
    maker.contract("job0", [ContractRoom(RoomId(ROOM), end=at(0))], title="下書き")
    maker.contract("id5", title="知らない人", platform=STRANGER)  # no job: what is saved of an account
    maker.contract("job2", [ContractRoom(RoomId(ROOM), at(0))], platform="coconala", title="アイコン")
    maker.sync([post(1, "歌詞とアイコンをお願いします", 5)], minutes=10)

    for job, others in (("job1", ["job0", "job2"]), ("job2", ["job1"])):
        page, form, screen = _told(maker, DAY, job)
        for text in (page, form):
            assert f"別の仕事({'、'.join(others)})も同じチャットを使っている" in text
        assert f"Another job ({', '.join(others)}) uses the same chat" in screen


def test_whoever_thanked_last_waits_for_no_answer(tmp_path: Path) -> None:
    """Nobody is to be reminded, and the last word is not said to be the other side's either."""
    maker = begun(tmp_path / "home")
    told = [post(1, "検収OKです。お振込しました", DAY), post(2, "ありがとうございました。", DAY + 5, OWNER)]
    maker.sync(told, minutes=DAY + 10)
    maker.sync(told, changed={}, minutes=19 * DAY)
    page, form, screen = _told(maker, 20 * DAY)

    for text in (page, form, screen):
        assert "返信がありません" not in text
        assert "返信のないメッセージ" not in text
        assert "連絡催促をお願い" not in text
        assert "最後のメッセージは相手" not in text


def test_a_chat_that_was_shut_and_opened_again(tmp_path: Path) -> None:
    """That it could not be opened is told with both times; nobody failed to look then, but only in the days before."""
    maker = begun(tmp_path / "home")
    told = [post(1, "お願いします", 0), post(2, "承知しました", 10, OWNER)]
    maker.sync(told, minutes=20)
    for minutes in (30, 40, 5 * DAY):
        maker.sync(told, changed={}, minutes=minutes)
    for kind, minutes in (("room.inaccessible", 5 * DAY + 10), ("room.accessible", 8 * DAY)):
        maker.append([Observation(kind, f"room/{ROOM}", {}, ROOM)], minutes=minutes)
    maker.sync([*told, post(3, "戻しました", 8 * DAY - 5)], changed={3: "present"}, minutes=8 * DAY)
    page, form, _screen = _told(maker, 8 * DAY + 30)

    refused = (
        "2026年11月10日 10:10:00 にチャットが開けなくなっていることを確認し、2026年11月13日 10:00:00 に再び開けました"
    )
    assert refused in page
    assert refused in form
    assert "Chatworkを確認していない時間が1回(最長およそ4日23時間)あります" in page


def test_under_a_promise_of_secrecy_only_what_was_chosen_is_quoted(tmp_path: Path) -> None:
    """The message without a reply too stands there only if it was chosen; that there is none is told all the same."""
    maker = begun(tmp_path / "home", nda="yes")
    told = [post(1, "お願いします", 0), post(2, "未発表の商品名の件です", 30, OWNER)]
    maker.sync(told, minutes=60)
    maker.sync(told, changed={}, minutes=9 * DAY)
    seals.close_seals(maker.archive, now=at(10 * DAY))
    with maker.archive.reading() as reading:
        case = report_of(reading, at=at(10 * DAY))
        pages = [
            words(summary.chapter(one, "")) for one in (replace(case, chosen=("1",)), replace(case, chosen=("1", "2")))
        ]

    assert ["返信がありません" in page for page in pages] == [True, True]
    assert ["未発表の商品名の件です" in page for page in pages] == [False, True]
