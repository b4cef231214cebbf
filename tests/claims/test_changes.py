"""Changes of Chatwork's notices are counted apart from those of what people wrote, by query and by fold alike."""

from __future__ import annotations

from pathlib import Path

import pytest

from archiver.claims.messages import DELETIONS, EDITS, changed_count, changed_notices
from archiver.claims.sentences import change_lines
from archiver.export.report.letters import inquiry_form_text
from archiver.records import ChangeKind, ContractRoom, RoomId
from archiver.report_language import report_language
from archiver.store import seals
from archiver.store.queries import contracts, new_texts_and_changes
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
    """What is in the form of a notice counts as the reporter's speech where the reporter wrote it."""
    maker = _archive(tmp_path / "home")
    with maker.archive.reading() as reading:
        contract = contracts.find_contract(reading, "job1")
        case = report_of(reading)
        whole_room = changed_messages(reading, contract.rooms, case_sides(reading, contract))
        found = [activity_of(reading, contract).facts.changed, case.statistics.facts.changed, whole_room]
    maker.archive.close()

    whose = "相手のメッセージ2件、報告者のメッセージ1件、Chatworkの自動メッセージの形のもの1件"
    line = f"{whose}が、保存した後に削除されました"
    for changed in found:
        assert [line] == [text for _kind, text in change_lines(changed)]
        assert (3, 1) == (changed_count(changed, DELETIONS), changed_notices(changed, ChangeKind.DELETED))


@pytest.mark.parametrize("lang", ["ja", "en"])
def test_notices_alone_are_told(tmp_path: Path, lang: str) -> None:
    """Where only notices changed, the count of messages is 0 and the notices are told all the same."""
    maker = _archive(tmp_path / "home")
    with maker.archive.reading() as reading:
        contract = contracts.find_contract(reading, "job1")
        changed = changed_messages(reading, contract.rooms, case_sides(reading, contract))
    maker.archive.close()
    for author in changed.authors.values():
        author.changes.clear()
    with report_language(lang):
        (line,) = (text for _kind, text in change_lines(changed))

    wanted = {
        "ja": "Chatworkの自動メッセージの形のもの1件が、保存した後に削除されました",
        "en": "1 automatic message of Chatwork deleted after saving",
    }
    assert wanted[lang] == line


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
