"""The timeline of rooms and contracts: everything that happened, the newest first, page by page."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings, strategies

from archiver.evidence.history import Sightings
from archiver.evidence.tables import build
from archiver.evidence.tables.events import message_events, other_events
from archiver.records import Observation
from archiver.store import seals
from archiver.store.archive import Archive, Reading
from archiver.store.queries.entries import entries, message_entries
from archiver.store.queries.viewing.timeline import timeline
from archiver.store.queries.viewing.timeline_event import EventKind, TimelineEvent
from tests.support.archives.maker import CLIENT, OTHER_ROOM, ROOM, ArchiveMaker, at, file_object, story
from tests.support.archives.random_histories import HISTORY, archive_with_history

K = EventKind
_JAPANESE = {
    K.EDITED: "編集された",
    K.TOUCHED: "更新時刻だけが変わった",
    K.DELETED: "「削除」表示に変わった",
    K.MISSING: "表示されなくなった(理由不明)",
    K.HIDDEN: "プランの制限で見えなくなった",
    K.SHOWN_AGAIN: "再び表示された",
    K.FIRST_EDITED: "保存時点で編集済み(それより前の文面は不明)",
    K.FIRST_DELETED: "保存時点で「削除」表示(文面は不明)",
    K.JOINED: "参加者の一覧に加わった",
    K.LEFT: "参加者の一覧に表示されなくなった",
    K.RENAMED: "表示名が変わった",
    K.ROOM_RENAMED: "チャット名が変わった",
    K.ROOM_DESCRIBED: "チャットの概要が変わった",
    K.ROOM_TYPE: "チャットの種類が変わった",
    K.FILE_GONE: "ファイルが一覧に表示されなくなった",
    K.FILE_BACK: "ファイルが再び一覧に表示された",
    K.TASK_GONE: "タスクが表示されなくなった(理由不明)",
    K.TASK_BACK: "タスクが再び表示された",
    K.INACCESSIBLE: "チャットが開けなくなった(理由不明)",
    K.ACCESSIBLE: "チャットが再び開けるようになった",
    K.ERASED: "報告者が、保存したメッセージを消去した",
    K.GAP_OPENED: "保存できなかった期間が生じた",
    K.GAP_NARROWED: "保存できなかった期間が狭まった",
    K.GAP_CLOSED: "保存できなかった期間がなくなった",
}
_FIRST_GONE = {"保存時点で表示なし": _JAPANESE[K.MISSING], "保存時点でプランの制限により見えない": _JAPANESE[K.HIDDEN]}


def packed(reading: Reading) -> set[tuple[int, str]]:
    """What a package of everything tells, by entry and kind."""
    objects = [json.loads(one.line) for one in entries(reading)]
    sightings = build.sightings(objects)
    found = list(other_events(objects))
    for group in message_entries(reading, {1, 2}, upto=10**6):
        found += message_events(1, group, sightings.get(group[0]["room_id"]) or Sightings())
    return {(one.seq, _FIRST_GONE.get(one.kind, one.kind)) for one in found}


def whole(reading: Reading, rooms: list[int], *, limit: int = 50, **options: Any) -> list[TimelineEvent]:
    """All pages put together."""
    found: list[TimelineEvent] = []
    before: int | None = None
    while True:
        page = timeline(reading, rooms, before=before, limit=limit, **options)
        found += page.events
        before = page.next
        if before is None:
            return found


def hidden_in(found: list[TimelineEvent]) -> Counter[int | None]:
    """How many messages were hidden in each room, and that nothing which was joined is told twice."""
    counted: Counter[int | None] = Counter()
    for event in found:
        if event.kind is K.HIDDEN:
            counted[event.room_id] += event.number or 1
    return counted


@pytest.mark.drawn
@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(history=HISTORY, limit=strategies.integers(1, 9), looked_at=strategies.sampled_from([1, 4, 500]))
def test_it_tells_what_a_package_tells(
    blank: Archive, monkeypatch: pytest.MonkeyPatch, history: list[list[Observation]], limit: int, looked_at: int
) -> None:
    """Whatever happened; in falling order, and in pages of any size none is lost or told twice."""
    monkeypatch.setattr("archiver.store.queries.viewing.timeline.LOOKED_AT", looked_at)
    with archive_with_history(blank, history) as archive, archive.reading() as reading:
        found = whole(reading, [1, 2], limit=limit, hidden_singly=True)
        joined = whole(reading, [1, 2], limit=limit)

        assert packed(reading) == {(one.seq, _JAPANESE[one.kind]) for one in found if one.kind in _JAPANESE}
        assert [one.seq for one in found] == sorted((one.seq for one in found), reverse=True)
        assert len(set(found)) == len(found)
        assert found == whole(reading, [1, 2], hidden_singly=True)
        assert [one for one in found if one.kind is not K.HIDDEN] == [one for one in joined if one.kind is not K.HIDDEN]
        assert hidden_in(found) == hidden_in(joined)


@pytest.fixture
def story_maker(tmp_path: Path) -> Iterator[ArchiveMaker]:
    maker = story(tmp_path / "home")
    yield maker
    maker.archive.close()


def events_of(maker: ArchiveMaker, rooms: list[int], **options: Any) -> list[TimelineEvent]:
    with maker.archive.reading() as reading:
        return whole(reading, rooms, **options)


def test_a_message_comes_with_both_texts(story_maker: ArchiveMaker) -> None:
    """Before and after, as they were received; of one that vanished only the last."""
    by_kind = {one.kind: one for one in events_of(story_maker, [ROOM])}

    assert ("2", "残り3本もお願いします。", "残り3本は無しで。", at(120)) == (
        by_kind[K.EDITED].message_id,
        by_kind[K.EDITED].before,
        by_kind[K.EDITED].after,
        by_kind[K.EDITED].at,
    )
    assert ("やっぱり今回の分は払えません", "") == (by_kind[K.DELETED].before, by_kind[K.DELETED].after)
    assert ("承知しました。", "", "4") == (
        by_kind[K.MISSING].before,
        by_kind[K.MISSING].after,
        by_kind[K.MISSING].message_id,
    )


def test_a_room_tells_nothing_of_another(story_maker: ArchiveMaker) -> None:
    """Nor of contracts that were not asked for."""
    assert [] == events_of(story_maker, [OTHER_ROOM])
    assert [] == [one for one in events_of(story_maker, [ROOM]) if one.room_id != ROOM]


def test_people_and_things_change(story_maker: ArchiveMaker) -> None:
    """Roles, contacts, files under another name or with other bytes, and tasks."""
    member = {"account_id": CLIENT, "name": "田中", "role": "admin", "department": "制作"}
    for minutes, state in ((400, "present"), (401, "gone")):
        payload = {"object": member, "state": state}
        story_maker.append([Observation("member", f"member/{ROOM}/{CLIENT}", payload, ROOM)], minutes=minutes)
        story_maker.append(
            [Observation("contact", f"contact/{CLIENT}", {"account_id": CLIENT, "state": state})], minutes=402
        )
    listed = {"object": file_object(11, "別名.png", 10, sent=3), "state": "present"}
    story_maker.append([Observation("file", "file/11", listed, ROOM)], minutes=403)
    story_maker.task(55, "字幕の修正と音量", minutes=404)
    story_maker.task(55, "字幕の修正と音量", state="gone", minutes=405)

    actual = [(one.kind, one.number or one.account_id, one.before, one.after) for one in events_of(story_maker, [ROOM])]

    assert [
        (K.TASK_GONE, 55, "", ""),
        (K.TASK_TEXT, 55, "字幕の修正", "字幕の修正と音量"),
        (K.FILE_REPLACED, 11, "9", "10"),
        (K.FILE_RENAMED, 11, "画面.png", "別名.png"),
        (K.NO_CONTACT, CLIENT, "", ""),
        (K.LEFT, CLIENT, "", ""),
        (K.JOINED, CLIENT, "", ""),
    ] == actual[:7]
    assert (K.FILE_LOST, 12, "", "404") in actual


def test_statements_stand_with_their_contracts(story_maker: ArchiveMaker) -> None:
    """Those that were asked for, with what was handed out; a fact that was changed is named."""
    story_maker.contract("job1", [ROOM], platform="crowdworks", platform_id="12345678", title="動画", client="田中")
    delivery = {"contract": "job1", "number": 1, "state": "stated", "at": "2026-11-03", "name": "a.mp4", "note": None}
    delivery |= {"size": 1, "sha256": "0" * 64, "file_id": None}
    story_maker.append([Observation("delivery", "delivery/job1/1", delivery)])
    story_maker.append([Observation("delivery", "delivery/job1/1", delivery | {"state": "withdrawn"})])
    story_maker.append([Observation("mapping", f"mapping/job1/{CLIENT}", {"state": "client", "reason": "本人"})])
    story_maker.append([Observation("note", "note/job1", {"text": "電話した"})])
    for contract in ("job1", "job2"):
        payload = {"contract": contract, "profile": "support", "sha256": "1" * 64}
        story_maker.append([Observation("export", "export/{seq}", payload)])

    def statements(*contracts: str) -> list[tuple[EventKind, str | None, str]]:
        return [(one.kind, one.contract, one.about) for one in events_of(story_maker, [], contracts=contracts)]

    assert [
        (K.EXPORTED, "job1", "support"),
        (K.NOTE, "job1", ""),
        (K.PART, "job1", "本人"),
        (K.DELIVERY_WITHDRAWN, "job1", "a.mp4"),
        (K.DELIVERY, "job1", "a.mp4"),
        (K.CONTRACT_FACT, "job1", "title"),
        (K.CONTRACT, "job1", ""),
    ] == statements("job1")
    assert [(K.EXPORTED, "job2", "support"), (K.CONTRACT, "job2", "")] == statements("job2")
    assert statements("job1", "job2") == statements("job2", "job1")
    assert 9 == len(statements("job1", "job2"))


@pytest.mark.parametrize("limit", [1, 2, 50])
def test_seals_stand_at_their_last_entries(story_maker: ArchiveMaker, limit: int) -> None:
    """Only where they are asked for, each once."""
    seals.close_seals(story_maker.archive, now=at(60 * 24 * 3))

    actual = [one for one in events_of(story_maker, [ROOM], seals=True, limit=limit) if one.kind is K.SEALED]

    assert len(actual) == len({one.number for one in actual}) >= 1
    assert [] == [one for one in events_of(story_maker, [ROOM], limit=limit) if one.kind is K.SEALED]
