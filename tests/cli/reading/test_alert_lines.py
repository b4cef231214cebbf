"""Alerts on the user's own screens: equal ones as one line, each with the message that it is about."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from archiver.claims.sentences import day_text
from archiver.records import Contract, ContractRoom, RoomId
from archiver.records.alerts import Alert, AlertRule, Level
from archiver.schedule.schedulers import hold_daemon_lock
from archiver.settings import file
from archiver.standing.alert_lines import alert_lines, group_equal
from archiver.standing.home_document import home_document
from archiver.store import schema
from archiver.store.queries.status import status
from archiver.store.user_statements import state_contracts
from archiver.store.working import alerts
from tests.support.terminals.situations import NOW, ROOM, ago
from tests.support.terminals.terminal_world import TerminalWorld

LONG = "[To:1]yamadaさん\nお世話になっております。来月からはクラウドワークスを通さずに直接払いにしたいのですが"


@pytest.fixture
def world(desk: TerminalWorld) -> TerminalWorld:
    """An archive with messages of 田中 and open alerts about them: five of two kinds, and three of others."""
    first, second = desk.post("直接で"), desk.post(LONG)
    desk.sync()
    at = desk.clock()
    opened = [Alert(AlertRule.A6, Level.MEDIUM, at - timedelta(hours=n), desk.room, 2, first) for n in range(2, 6)]
    opened += [Alert(AlertRule.A5, Level.HIGH, at - timedelta(days=1), desk.room, 2, second)]
    opened += [Alert(rule, Level.MEDIUM, at, desk.room, 2, "99") for rule in (AlertRule.A1, AlertRule.A2)]
    with desk.archive.writing() as writing:
        for alert in opened:
            alerts.keep(writing, alert)
    return desk


def test_the_first_screen_counts_them_and_quotes_the_most_urgent(world: TerminalWorld) -> None:
    """Day, author and the words for which there is an alert; the list has the call that shows them."""
    with hold_daemon_lock(world.home):
        lines = world.both("status")[0].splitlines()

    place = lines.index("4 more things to look at: archive status --alerts")
    day, name, words = next(one for one in lines[place + 2 :] if "田中" in one).split()
    assert "a message mentions working outside the" in lines[place + 1]
    assert ("田中", "“…来月からはクラウドワークスを通さずに直接払いにしたいのですが”") == (name, words)
    listed = " ".join(world.both("status", "--alerts")[0].split())
    assert f"archive search --chat {world.room} --from {day} --to {day}" in listed
    assert "直接払い" in world.both("search", "--chat", str(world.room), "--from", day, "--to", day)[0]


def test_the_list_names_the_message_of_each_and_the_document_does_not(world: TerminalWorld) -> None:
    """What says the same of one message stands once with all its numbers; an unknown message is not named."""
    listed, document = world.both("status", "--alerts")[0], world.document("status", "--alerts")

    assert (2, 7) == (listed.count("田中"), len(document["alerts"]))
    assert "The same earlier: 3, 2, 1" in listed
    assert "Chat “動画編集”" in listed
    assert "田中" not in str(document)
    assert "動画編集" not in str(document)


def test_equal_alerts_are_put_aside_together(world: TerminalWorld) -> None:
    """All numbers or none: an unknown one leaves the others as they were."""
    world.both("status", "--done", "1", "--done", "99", code=2)
    before = [one["dismissed"] for one in world.document("status", "--alerts")["alerts"]]
    world.both("status", *(f"--done={number}" for number in (1, 2, 3, 4)))

    assert [False] * 7 == before
    assert [True] * 4 + [False] * 3 == [one["dismissed"] for one in world.document("status", "--alerts")["alerts"]]


def test_the_viewer_links_to_the_message(world: TerminalWorld) -> None:
    """The same sentences, with room and id in place of a call; the last line counts the others."""
    with world.archive.reading() as reading:
        document = home_document(reading, status(reading), file.load_settings(world.home, {}), {}, world.clock())

    assert [False, False, False, True] == ["and 1 more" in one.sentence for one in document["alerts"]]
    message = document["alerts"][0].message
    assert (world.room, True) == (message.room_id, "田中" in message.words)


def test_a_direct_chat_that_is_not_saved_goes_by_the_name_of_the_other_person(world: TerminalWorld) -> None:
    """A number that stands on no screen of Chatwork names nothing; somebody without a known name stays a number."""
    chats = [
        Alert(AlertRule.OTHER_CHAT, Level.MEDIUM, world.clock(), room, person)
        for room, person in ((77, world.tanaka), (78, 9))
    ]
    with world.archive.reading() as reading:
        lines = [line.sentence for line in alert_lines(reading, chats, {})]

    assert 1 == sum("not saved: chat “田中”" in line for line in lines)
    assert [] == [line for line in lines if "77" in line]
    assert 1 == sum("not saved: chat 78" in line for line in lines)


def test_a_file_with_another_name_is_told_with_all_its_names(desk: TerminalWorld) -> None:
    """In the words of page 1, each file for itself; files of another job's time and one's own are not told."""
    world, chatwork = desk, desk.chatwork
    before = world.clock() - timedelta(hours=2)
    other_job = chatwork.upload(world.room, world.tanaka, "前の仕事.pdf", data=b"1", at=before)
    first, second = (
        chatwork.upload(world.room, world.tanaka, name, data=b"1") for name in ("見積_5万円.pdf", "素材.zip")
    )
    own = chatwork.upload(world.room, chatwork.owner, "納品.mp4", data=b"1")
    with world.archive.writing() as writing:
        job = Contract("job1", (ContractRoom(RoomId(world.room), start=before + timedelta(hours=1)),))
        state_contracts(writing, [job], at=world.clock())
    world.sync()
    for one, name in ((other_job, "x"), (first, "見積_3万円.pdf"), (second, "素材2.zip"), (own, "y")):
        chatwork.replace_file(one, data=b"1", name=name)
    world.sync(full=True)
    chatwork.replace_file(first, data=b"1", name="見積.pdf")
    world.both("sync")

    listed = " ".join(world.both("status", "--alerts")[0].split()).replace("見積 _", "見積_")  # a line ended there

    day = day_text(world.clock())
    assert f"The file name changed from “見積_5万円.pdf” to “見積_3万円.pdf” (seen {day})" in listed
    assert f"The file name changed from “見積_3万円.pdf” to “見積.pdf” (seen {day})" in listed
    assert f"The file name changed from “素材.zip” to “素材2.zip” (seen {day})" in listed
    assert 2 == listed.count("a file from somebody else has a new name now. The earlier one is kept.")
    assert 3 == listed.count("The file name changed")
    assert 2 == listed.count("What is saved is from before the new name was seen; the content now was not looked at.")


def test_a_changed_name_is_told_with_the_one_before(desk: TerminalWorld) -> None:
    """Of somebody of the other side, and of the chat."""
    desk.post("お願いします")
    desk.sync()
    desk.chatwork.rename_account(desk.tanaka, "田中 一郎")
    desk.post("名前を変えました")
    desk.chatwork.rename_room(desk.room, "動画")
    desk.sync(full=True)
    desk.both("sync")

    listed = " ".join(desk.both("status", "--alerts")[0].split())

    assert "somebody else has a new name now. The earlier one is kept. “田中” → “田中 一郎”" in listed
    assert "→ “動画”" in listed


@pytest.mark.parametrize(
    ("comment", "words"), [("", "“ファイル「見積書_最終版.pdf"), ("納品です", "“納品です ファイル「見積書_最終版.pdf")]
)
def test_the_post_of_a_file_is_quoted_with_the_name_of_the_file(desk: TerminalWorld, comment: str, words: str) -> None:
    """Chatwork's own words of it would leave no place for the name."""
    desk.chatwork.upload(desk.room, desk.tanaka, "見積書_最終版.pdf", data=b"1", comment=comment)
    desk.sync()

    with desk.archive.reading() as reading:
        newest = select(schema.message.c.message_id).order_by(schema.message.c.seq.desc())
        message = reading.sql.execute(newest).scalar()
        alert = Alert(AlertRule.DELETIONS, Level.MEDIUM, desk.clock(), desk.room, desk.tanaka, message)
        (line,) = alert_lines(reading, [alert], {})

    assert line.message is not None
    assert words in line.message.words


def test_an_edited_amount_is_told_with_both_texts(world: TerminalWorld) -> None:
    """From where they differ; what is urgent stands first in the list, however old."""
    posted = world.post("報酬は3万円でお願いします")
    world.sync()
    world.chatwork.edit(posted, "報酬は2万円でお願いします")
    world.post("はい")
    world.both("sync")

    listed = world.both("status", "--alerts")[0]
    assert "“報酬は3万円でお願いします”→“報酬は2万円でお願いします”" in "".join(listed.split())
    assert (True, False) == ("Check" in listed, "Check" in listed.splitlines()[0])


def test_an_amount_that_was_edited_there_and_back_is_told_with_every_text(world: TerminalWorld) -> None:
    """The last two alone would tell another amount as the first one."""
    posted = world.post("8万円です")
    for text in ("7万円です", "6万円です", "8万円です"):
        world.both("sync")
        world.chatwork.edit(posted, text)
        world.post("はい")
    world.both("sync")

    listed = " ".join(world.both("status", "--alerts")[0].split())
    assert "“8万円です” → “7万円です” → “6万円です” → “8万円です”" in listed


def test_of_a_deleted_message_the_texts_before_its_last_one_are_told_too(world: TerminalWorld) -> None:
    """The decisive one may be an earlier one; what it showed last stands last."""
    posted = world.post("検収OKです")
    world.sync()
    world.chatwork.edit(posted, "検収はまだです")
    world.post("はい")
    world.sync()
    world.chatwork.delete(posted)
    world.post("はい")
    world.both("sync")

    listed = world.both("status", "--alerts")[0]
    deleted = "".join(listed.split()).partition("deleted")[2]
    assert "“検収OKです”→“検収はまだです”" in deleted


def test_notices_stay_without_names(world: TerminalWorld) -> None:
    """They appear on screens that others see."""
    assert "田中" not in world.both("-q", "sync")[1] + world.both("search", "x")[1]


def test_equal_alerts_are_one_group_under_the_newest() -> None:
    """Of one level, and with the same sentence: another room or contract is another line."""
    same = [Alert(AlertRule.A6, Level.MEDIUM, ago(hours=n), ROOM, number=n) for n in (3, 1, 2)]
    other = [
        Alert(AlertRule.A6, Level.MEDIUM, NOW, 5, number=4),
        Alert(AlertRule.A6, Level.HIGH, ago(days=9), ROOM, number=5),
    ]

    assert [[5], [4], [1, 2, 3]] == [[one.number for one in group] for group in group_equal([*same, *other], {})]
