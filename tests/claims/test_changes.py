"""Changes of what people wrote are counted, and none of Chatwork's notices, by query and by fold alike."""

from __future__ import annotations

from pathlib import Path

import pytest

from archiver.claims.messages import DELETIONS, EDITS, changed_count
from archiver.claims.sentences import change_lines
from archiver.export.report.letters import inquiry_form_text
from archiver.export.report.summary import gone_lines, quotation_lines
from archiver.records import ContractRoom, RoomId
from archiver.store import seals
from archiver.store.queries import contracts, new_texts_and_changes
from archiver.store.queries.authors_and_changes import changed_places
from archiver.store.queries.contract_activity import activity_of, case_sides, changed_messages
from archiver.store.queries.status import status
from tests.claims.dispute import report_of
from tests.support.archives.maker import CLIENT, OWNER, ROOM, ArchiveMaker, at, message_object

FILE = "[info][title][dtext:file_uploaded][/title][download:7]a.png (1 KB)[/download][/info]"


def _archive(home: Path) -> ArchiveMaker:
    """The client deletes two posts, and each side the notice of a file."""
    maker = ArchiveMaker(home)
    maker.me()
    maker.room("案件のチャット")
    maker.contract("job1", platform="direct")
    maker.account(CLIENT, "田中")
    posts = [message_object(number, f"メッセージ{number}", sent=number) for number in (1, 2)]
    posts += [message_object(3, FILE, sent=3), message_object(4, FILE, sent=4, account=OWNER, name="yamada")]
    maker.sync(posts, minutes=5)
    gone = [post | {"body": "[deleted]"} for post in posts]
    maker.sync(gone, changed=dict.fromkeys((1, 2, 3, 4), "deleted"), minutes=10)
    seals.close_seals(maker.archive, now=at(20))
    return maker


def test_a_deleted_notice_is_no_deleted_message(tmp_path: Path) -> None:
    """Its file tells of it; what is in the form of one counts as the reporter's speech where the reporter wrote it."""
    maker = _archive(tmp_path / "home")
    with maker.archive.reading() as reading:
        contract = contracts.find_contract(reading, "job1")
        case = report_of(reading)
        whole_room = changed_messages(reading, contract.rooms, case_sides(reading, contract))
        found = [activity_of(reading, contract).facts.changed, case.statistics.facts.changed, whole_room]
    maker.archive.close()

    whose = "相手のメッセージ2件、報告者のメッセージ1件"
    line = f"{whose}が、保存した後に削除されました"
    for changed in found:
        assert [line] == [text for _kind, text in change_lines(changed)]
        assert 3 == changed_count(changed, DELETIONS)


@pytest.mark.parametrize("is_back", [False, True])
def test_a_task_that_is_gone_is_told_with_its_words_once(tmp_path: Path, *, is_back: bool) -> None:
    """Its first text and its last, and not a second time as its deleted post; one that is back is not told as gone."""
    maker = ArchiveMaker(tmp_path / "home")
    maker.me()
    maker.room("案件のチャット")
    maker.contract("job1", platform="direct", client="田中")
    maker.account(CLIENT, "田中")
    texts = [f"LP {amount}円、検収後に払います" for amount in ("45,000", "30,000")]
    box = "[info][title][dtext:task_added][/title][task aid=1 st=open lt=0]{}[/task][/info]"
    post = message_object(1, box.format(texts[0]), sent=1)
    maker.sync([post], minutes=5)
    for minute, text in enumerate(texts, 6):
        maker.task(9, text, minutes=minute)
    maker.sync([post | {"body": "[deleted]"}], changed={1: "deleted"}, minutes=10)
    for minute, state in enumerate(["gone", *["present"] * is_back], 11):
        maker.task(9, texts[1], state=state, minutes=minute)
    seals.close_seals(maker.archive, now=at(20))
    with maker.archive.reading() as reading:
        contract = contracts.find_contract(reading, "job1")
        case = report_of(reading)
        told = inquiry_form_text(case)
        places = changed_places(reading, contract, case_sides(reading, contract))
    maker.archive.close()

    line = f"相手のタスク「{texts[0]}」は「{texts[1]}」に変わり、{{}}には表示されなくなっていました"
    changed = f"相手のタスク「{texts[0]}」は、2026-11-05には「{texts[1]}」になっていました"
    assert [changed if is_back else line.format("2026-11-05")] == list(gone_lines(case))
    assert is_back == bool(places)
    assert not any("45,000円" in one for one in quotation_lines(case, 60)[0])
    assert (not is_back) == (line.format("2026年11月5日") in told)


def test_a_message_that_was_edited_and_then_deleted_counts_once(tmp_path: Path) -> None:
    """It is one message, of which both is told; by query and by fold alike."""
    maker = ArchiveMaker(tmp_path / "home")
    maker.me()
    maker.room("案件のチャット")
    maker.contract("job1", platform="direct", client="田中")
    maker.account(CLIENT, "田中")
    post = message_object(1, "12,000円でお願いします", sent=1)
    maker.sync([post], minutes=5)
    edited = post | {"body": "8,000円でお願いします", "update_time": post["send_time"] + 360}
    maker.sync([edited], changed={1: "edited"}, minutes=10)
    maker.sync([edited | {"body": "[deleted]"}], changed={1: "deleted"}, minutes=15)
    seals.close_seals(maker.archive, now=at(20))
    with maker.archive.reading() as reading:
        contract = contracts.find_contract(reading, "job1")
        case = report_of(reading)
        found = [activity_of(reading, contract).facts.changed, case.statistics.facts.changed]
        told = inquiry_form_text(case)
    maker.archive.close()

    for changed in found:
        assert ["相手のメッセージ1件が、編集された後に削除されました"] == [
            text for _kind, text in change_lines(changed)
        ]
        assert (0, 1) == (changed_count(changed, EDITS), changed_count(changed, DELETIONS))
    assert "12,000円でお願いします」" in told
    assert "1件" not in told.replace("全1件", "").partition("【お願い】")[0]
    assert "相手のメッセージ1件が、編集された後に「削除」表示に変わったため" in told


def test_what_changed_outside_every_period_belongs_to_no_contract(tmp_path: Path) -> None:
    """Neither `status` counts it nor do alerts hear of it; what was said within the period counts."""
    maker = _archive(tmp_path / "home")
    maker.contract("job1", [ContractRoom(RoomId(ROOM), start=at(2), end=at(3))], platform="direct")
    with maker.archive.reading() as reading:
        sides = new_texts_and_changes.sides_by_room(reading)
        vanished = new_texts_and_changes.observed_changes(reading, sides, after=0).vanished
        texts = list(new_texts_and_changes.new_texts(reading, sides, after=0))
        (room,) = status(reading).rooms
    maker.archive.close()

    assert {"2"} == {one.message_id for one in vanished}
    assert ["2"] == [one.message_id for one in texts]
    assert 1 == changed_count(room.changed["job1"], DELETIONS)
