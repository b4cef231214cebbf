"""Finding messages: by the index the same as by looking at every text, earlier texts and deleted ones too."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings, strategies

from archiver import errors
from archiver.letter_folding import fold_searched, fold_word
from archiver.records import ContractRoom, MessageId, Observation, RoomId, State, TermItem
from archiver.render.snippet import own_words
from archiver.store import engine, writer
from archiver.store.archive import Archive, Reading
from archiver.store.search import index
from archiver.store.search.index import INDEX_FORMAT
from archiver.store.search.query import SearchQuery, parse
from archiver.store.search.search import SearchResult, search, term_candidates
from tests.support.archives.maker import (
    OTHER_ROOM,
    OWNER,
    ROOM,
    ArchiveMaker,
    at,
    file_object,
    hidden_story,
    message_object,
)
from tests.support.cases import cases_of


def find(archive: Archive, text: str, **options: Any) -> SearchResult:
    """Search as the command does, without rebuilding the index."""
    with archive.reading() as reading:
        return search(reading, parse(text, now=at(0)), **options)


def ids(found: SearchResult) -> list[str]:
    """The ids of the hits, in order."""
    return [one.message_id for one in found.hits]


def ask(archive: Archive, statement: str) -> list[Any]:
    """Ask or change the database behind the program's back."""
    archive.close()
    with closing(sqlite3.connect(archive.database)) as database:
        rows = database.execute(statement).fetchall()
        database.commit()
        return rows


def is_current(archive: Archive) -> bool:
    """Whether the index can be used."""
    with archive.reading() as reading:
        return index.is_current(reading.sql)


# --- what is found -----------------------------------------------------------------------------


def test_earlier_texts_and_deleted_ones_are_found_and_say_so(story_maker: ArchiveMaker) -> None:
    """The state is the message's own, the text the one that was found; found in several, it counts once."""
    (edited,), (deleted,) = (find(story_maker.archive, text).hits for text in ("お願いします。 残り", "払え"))
    both = find(story_maker.archive, '"残り3本"')

    assert ("2", State.EDITED) == (edited.message_id, edited.state)
    assert ("残り3本もお願いします。", True) == (edited.text, edited.earlier)
    assert ("3", State.DELETED, "やっぱり今回の分は払えません") == (deleted.message_id, deleted.state, deleted.text)
    assert (1, ["残り3本は無しで。"]) == (both.total, [one.text for one in both.hits])


@pytest.mark.parametrize(
    ("text", "expected"),
    cases_of(__file__, "narrowed"),
)
def test_words_and_filters_narrow(story_maker: ArchiveMaker, text: str, expected: list[str]) -> None:
    """What was deleted, or is not shown any more, is found with its last text."""
    actual = find(story_maker.archive, text)

    assert (expected, len(expected)) == (ids(actual), actual.total)
    last = {"4": "承知しました。", "3": "やっぱり今回の分は払えません"}
    assert text != "has:delete" or last == {one.message_id: one.text for one in actual.hits}


def test_contracts_and_rooms_of_the_options_narrow_too(story_maker: ArchiveMaker) -> None:
    """One that is not in the archive is refused."""
    assert ["900"] == ids(find(story_maker.archive, "の", contracts=["job2"]))
    assert ["3"] == ids(find(story_maker.archive, "の", rooms=[ROOM], contracts=["job1"]))
    assert [] == ids(find(story_maker.archive, "の", rooms=[ROOM], contracts=["job2"]))
    assert ["900"] == ids(find(story_maker.archive, "の room:秘密", rooms=[ROOM, OTHER_ROOM]))
    with pytest.raises(errors.UnknownRoom):
        find(story_maker.archive, "の", rooms=[5])
    with pytest.raises(errors.UnknownContract):
        find(story_maker.archive, "の", contracts=["job9"])


def test_files_tasks_descriptions_and_attachments_are_found_beside_messages(story_maker: ArchiveMaker) -> None:
    """Each text that a description had; an attachment by its name and its note."""
    payload: dict[str, Any] = {"contract": "job1", "number": 1, "state": "stated", "kind": "notice", "size": 1}
    payload |= {"name": "notice.png", "sha256": "0" * 64, "dated": None, "message_id": None, "note": "違反報告の控え"}
    story_maker.append([Observation("attachment", "attachment/job1/1", payload)], minutes=300)
    for minutes, text in ((301, "最初の概要"), (302, "次の概要")):
        listed = {"room_id": ROOM, "name": "動画", "description": text, "type": "group", "role": "member"}
        story_maker.append([Observation("room", f"room/{ROOM}", {"object": listed}, ROOM)], minutes=minutes)

    def other_texts(text: str, **options: Any) -> list[tuple[str, str]]:
        return [(one.kind, one.text) for one in find(story_maker.archive, text, **options).others]

    assert [("description", "次の概要"), ("description", "最初の概要")] == other_texts("概要")
    assert [("attachment", "notice.png 違反報告の控え")] == other_texts("違反 ＮＯＴＩＣＥ")
    assert ([("task", "字幕の修正")], [("file", "画面.png")]) == (other_texts("字幕"), other_texts("png 画面"))
    assert ([], []) == (other_texts("違反", contracts=["job2"]), other_texts("概要 from:田中"))
    assert [("file", "秘密.pdf")] == other_texts("秘密 has:file") == other_texts("秘密 has:file", rooms=[OTHER_ROOM])


def test_the_newest_come_first_whenever_they_were_kept(story_maker: ArchiveMaker) -> None:
    """Messages that were recovered later have later entries and are older all the same."""
    story_maker.sync([message_object(number, f"やあ {number}") for number in range(1001, 1100)], minutes=400)
    story_maker.sync([message_object(number, f"やあ {number}") for number in range(501, 520)], minutes=401)

    for text, total in (("やあ", 118), ("や", 119)):  # やっぱり
        actual = find(story_maker.archive, text, limit=50)
        assert (total, [str(number) for number in range(1099, 1049, -1)]) == (actual.total, ids(actual))


def test_a_time_that_no_calendar_holds_is_none(story_maker: ArchiveMaker) -> None:
    """Whatever Chatwork gives, the message is found."""
    story_maker.sync([message_object(970, "遠い未来") | {"send_time": 2**60}], minutes=400)

    (hit,) = find(story_maker.archive, "遠い未来").hits

    assert ("970", None) == (hit.message_id, hit.sent)


# --- equal to a scan ---------------------------------------------------------------------------

HOSTILE = (
    "請求書の税込東京都ｶﾞがガか゛㍿①Ａaß ſıİΣςσ"
    "　\t\n\r\x1c\x01\x7f\"'*():-^+\\/%_[]{}🙂👩‍👧é\u0301\u200b\u202e\ufeff한각\u1100\u1161"
)
TEXTS = strategies.lists(
    strategies.text(strategies.sampled_from(HOSTILE), max_size=12) | strategies.text(max_size=8),
    min_size=1,
    max_size=12,
)


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=strategies.data(), texts=TEXTS, later=TEXTS)
@example(data=None, texts=["a b", "ab", "b c", "xb c", '"'], later=["か", "か゛"])
def test_any_piece_of_any_text_is_found_where_a_scan_finds_it(
    tmp_path_factory: pytest.TempPathFactory, data: strategies.DataObject | None, texts: list[str], later: list[str]
) -> None:
    """Texts of 1 to 10 characters, over every version: the index and the scan agree in hits, order and number."""
    maker = ArchiveMaker(tmp_path_factory.mktemp("search") / "home")
    messages = [message_object(number, text) for number, text in enumerate(texts, 1)]
    maker.sync(messages, minutes=1)
    edited = [message_object(number, text, update_time=9) for number, text in enumerate(later, 1)]
    maker.sync(edited, minutes=2, changed=dict.fromkeys(range(1, len(later) + 1), "edited"))
    pieces = [text[begin : begin + size] for text in texts + later for begin in range(3) for size in range(1, 11)]
    chosen = pieces if data is None else [data.draw(strategies.sampled_from(pieces or [""])) for _ in range(10)]
    words = [word for word in map(fold_word, chosen) if word]

    with maker.archive.reading() as reading:
        assert index.is_current(reading.sql)
        by_index = [search(reading, SearchQuery(word, (word,))) for word in words]
    ask(maker.archive, "DELETE FROM memory WHERE key = 'search'")
    with maker.archive.reading() as reading:
        by_scan = [search(reading, SearchQuery(word, (word,))) for word in words]
    saved = ask(maker.archive, "SELECT message_id, body FROM message JOIN message_version USING (room_id, position)")
    maker.archive.close()

    expected = [{name for name, body in saved if word in fold_searched(body)} for word in words]
    assert by_scan == by_index
    assert expected == [set(ids(one)) for one in by_index]


# --- the index ---------------------------------------------------------------------------------


def test_the_index_comes_with_the_first_messages_and_grows_with_them(story_maker: ArchiveMaker) -> None:
    """Each version but the mark of a deletion has its row, named as its entry."""
    actual = ask(story_maker.archive, "SELECT seq FROM search_version")

    versions = ask(story_maker.archive, "SELECT seq FROM message_version WHERE body <> '[deleted]' ORDER BY seq")
    assert (versions, [(INDEX_FORMAT,)]) == (
        actual,
        ask(story_maker.archive, "SELECT value FROM memory WHERE key = 'search'"),
    )


def test_what_a_transaction_takes_back_is_not_in_the_index_either(story_maker: ArchiveMaker) -> None:
    """It is kept in the ingest's own transaction."""
    payload = {"object": message_object(950, "取り消される"), "state": "present", "source": "list"}
    with story_maker.archive.writing() as writing:
        writer.append(writing, [Observation("message", "message/950", payload, ROOM)], account_id=OWNER, at=at(500))
        assert 1 == search(writing, parse("取り消される", now=at(0))).total
        writing.sql.rollback()

    actual = find(story_maker.archive, "取り消される")

    assert 0 == actual.total


@pytest.mark.parametrize(
    "harm",
    [
        "DROP TABLE search",
        "UPDATE memory SET value = '0/1.1.0' WHERE key = 'search'",
        "DELETE FROM memory WHERE key = 'search'",
        "DELETE FROM search_version WHERE position = 2",
    ],
)
def test_a_missing_or_older_index_is_scanned_past_and_made_anew(story_maker: ArchiveMaker, harm: str) -> None:
    """By the next messages, or by the next search that can write; one that lost texts is not believed either."""
    words = ["は", "お願い", "い", "お願い has:edit", "has:link"]
    before = [find(story_maker.archive, one) for one in words]
    ask(story_maker.archive, harm)

    assert (False, before) == (is_current(story_maker.archive), [find(story_maker.archive, one) for one in words])
    index.make_current(story_maker.archive)
    assert (True, before) == (is_current(story_maker.archive), [find(story_maker.archive, one) for one in words])

    ask(story_maker.archive, harm)
    story_maker.sync([message_object(951, "これも")], minutes=500)
    assert ["951"] == ids(find(story_maker.archive, "これも"))
    assert is_current(story_maker.archive) or "search_version" in harm
    assert before == [find(story_maker.archive, one) for one in words]


@pytest.mark.parametrize(
    "harm", ["DROP TABLE search_data", "DELETE FROM search_data", "UPDATE search_data SET block = x'ff' WHERE id > 99"]
)
def test_a_damaged_index_stops_neither_a_search_nor_a_run(story_maker: ArchiveMaker, harm: str) -> None:
    """The texts are looked through until the index can be made anew."""
    before = find(story_maker.archive, "は")
    ask(story_maker.archive, harm)

    assert before == find(story_maker.archive, "は")
    story_maker.sync([message_object(953, "壊れた後に")], minutes=500)
    assert ["953"] == ids(find(story_maker.archive, "壊れた後"))
    assert before == find(story_maker.archive, "は")


def test_a_sqlite_without_fts5_keeps_and_finds_everything_and_the_next_with_it_catches_up(
    story_maker: ArchiveMaker,
) -> None:
    """What such a run passed over makes the index stale."""
    payload = {"object": message_object(952, "索引なしで保存"), "state": "present", "source": "list"}
    with story_maker.archive.writing() as writing:
        _without_fts5(writing)
        writer.append(writing, [Observation("message", "message/952", payload, ROOM)], account_id=OWNER, at=at(500))
        found = search(writing, parse("索引なし", now=at(0)))

    assert (["952"], False) == (ids(found), is_current(story_maker.archive))
    story_maker.archive.close()
    index.make_current(story_maker.archive)
    assert (True, ["952"]) == (is_current(story_maker.archive), ids(find(story_maker.archive, "索引なし")))


def _without_fts5(writing: Any) -> None:
    """Let SQLite say of itself that it was built without."""
    engine.driver_connection(writing.sql).create_function("sqlite_compileoption_used", 1, lambda _name: 0)


def test_an_archive_that_cannot_be_written_is_searched_as_it_lies_there(story_maker: ArchiveMaker) -> None:
    """With its index, and by a scan if it has none; nothing is written."""
    expected = find(story_maker.archive, "は")
    for harm in ("SELECT 1", "DROP TABLE search"):
        ask(story_maker.archive, harm)
        bytes_before = story_maker.archive.database.read_bytes()
        still = Archive(story_maker.home, unchanging=True)

        index.make_current(still)

        assert (expected, bytes_before) == (find(still, "は"), story_maker.archive.database.read_bytes())
        still.close()


def test_a_deletion_is_found_also_after_the_plan_hid_the_message(tmp_path: Path) -> None:
    """The state is the present one; that it showed as deleted, or was edited, is known beside it."""
    maker = hidden_story(tmp_path / "home")

    gone, edited = find(maker.archive, "has:delete"), find(maker.archive, "has:edit")
    (before,) = find(maker.archive, "払え").hits
    (earlier,) = find(maker.archive, "お願い 残り").hits
    maker.archive.close()

    assert (["4", "3"], ["2"]) == (ids(gone), ids(edited))
    assert (State.HIDDEN, True, True) == (before.state, before.was_deleted, before.before_deletion)
    assert (State.HIDDEN, True, False) == (earlier.state, earlier.was_edited, earlier.before_deletion)
    assert (True, True) == (before.earlier, earlier.earlier)


def test_a_room_or_file_is_found_by_a_name_it_had(story_maker: ArchiveMaker) -> None:
    """And by the present one; a file once under each, though it was listed more often."""
    story_maker.room("短くした名前", minutes=300)
    for name, size in (("見積_旧.pdf", 5), ("見積_新.pdf", 6), ("見積_新.pdf", 7)):
        story_maker.file(file_object(21, name, size), b"x" * size, minutes=300)

    former, present = find(story_maker.archive, "room:田中様 お願い"), find(story_maker.archive, "room:短く お願い")
    found = find(story_maker.archive, "見積").others

    assert ids(former) == ids(present) != []
    assert [("21", "見積_新.pdf"), ("21", "見積_旧.pdf")] == sorted((one.id, one.text) for one in found)


@pytest.mark.parametrize(
    "harm",
    [
        "UPDATE search_version SET position = position + 5000",
        "UPDATE search_version SET room_id = 1",
        "DELETE FROM search_config",
    ],
)
def test_an_index_that_says_what_is_not_there_is_no_fault(story_maker: ArchiveMaker, harm: str) -> None:
    """However it is damaged, a search ends and names no message that does not exist."""
    ask(story_maker.archive, harm)

    assert set(ids(find(story_maker.archive, "お願い"))) <= {"1", "2"}


def candidates(reading: Reading, rooms: Sequence[ContractRoom], *words: str, **how: Any) -> list[tuple[MessageId, str]]:
    """The candidates for one term with these words."""
    return term_candidates(reading, rooms, [TermItem("amount", "報酬の額", words)], **how)["amount"]


def test_candidates_for_a_term_are_the_earliest_messages_with_one_of_its_words(tmp_path: Path) -> None:
    """Recovered and edited messages stand where they were sent, each with the text that holds the word."""
    maker = ArchiveMaker(tmp_path / "home")
    assert (0, ()) == (find(maker.archive, "報酬").total, find(maker.archive, "報酬").others)
    texts = ((10, "報酬は五万円"), (20, "はい"), (30, "金額の件"), (40, "報酬の話"), (50, "よろしく"))
    maker.sync([message_object(number, body, sent=number) for number, body in texts], minutes=60)
    edited = message_object(20, "はい、金額も", sent=20, update_time=1_800_000_000)
    maker.sync([edited], changed={20: "edited"}, minutes=70)
    maker.sync([message_object(5, "報酬について", sent=5)], minutes=80)

    with maker.archive.reading() as reading:
        found = [candidates(reading, [ContractRoom(RoomId(ROOM))], "報酬", "金額", limit=limit) for limit in (1, 3, 9)]

    assert [["5", "10", "20", "30", "40"][:limit] for limit in (1, 3, 9)] == [
        [number for number, _excerpt in ones] for ones in found
    ]
    assert ["報酬について", "報酬は五万円", "はい、金額も"] == [excerpt for _number, excerpt in found[1]]


def test_the_excerpt_of_a_candidate_is_as_chatwork_shows_it(tmp_path: Path) -> None:
    """Without its marks, unless only they hold the word."""
    maker = ArchiveMaker(tmp_path / "home")
    bodies = ("[info][title][dtext:file_deleted][/title]発注書.pdf[/info]", "[info]よろしく[/info]")
    maker.sync([message_object(number, body, sent=number) for number, body in enumerate(bodies, 10)], minutes=60)

    with maker.archive.reading() as reading:
        found = candidates(reading, [ContractRoom(RoomId(ROOM))], "発注", "info", limit=9, readable=own_words)

    assert ["【このファイルは削除されました】 発注書.pdf", "[info]よろしく[/info]"] == [
        excerpt for _number, excerpt in found
    ]


def test_candidates_for_a_term_are_of_the_time_of_the_job_in_each_chat(tmp_path: Path) -> None:
    """However late it begins; one that begins after everything has none."""
    maker = ArchiveMaker(tmp_path / "home")
    maker.sync([message_object(number, "報酬の件", sent=number) for number in range(10, 60, 10)], minutes=60)
    maker.sync([message_object(number, "報酬の件", sent=number) for number in (5, 35)], minutes=60, room=OTHER_ROOM)
    times = [(20, 30), (40, None), (100, None)]
    parts = [ContractRoom(RoomId(ROOM), at(start), None if end is None else at(end)) for start, end in times]

    with maker.archive.reading() as reading:
        found = candidates(reading, [*parts, ContractRoom(RoomId(OTHER_ROOM), at(30))], "報酬", limit=9)
        late = candidates(reading, parts[2:], "報酬", limit=9)
        assert [] == candidates(reading, [], "報酬", limit=9)

    assert (["20", "35", "40", "50"], []) == ([number for number, _excerpt in found], late)


def test_a_word_of_a_term_is_found_and_shown_in_each_of_its_forms(tmp_path: Path) -> None:
    """Half-width letters are the same word, and the excerpt is around it."""
    maker = ArchiveMaker(tmp_path / "home")
    texts = ((10, "はい" * 40 + "ﾎﾟｲﾝﾄでのお支払いです"), (20, "ポイントの件"), (30, "ﾎﾟｲﾝﾄ"))
    maker.sync([message_object(number, body, sent=number) for number, body in texts], minutes=60)

    with maker.archive.reading() as reading:
        found = [candidates(reading, [ContractRoom(RoomId(ROOM))], "ポイント", limit=limit) for limit in (1, 2, 9)]

    assert [["10"], ["10", "20"], ["10", "20", "30"]] == [[number for number, _excerpt in ones] for ones in found]
    assert "ﾎﾟｲﾝﾄでのお支払い" in found[0][0][1]
