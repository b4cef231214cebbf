"""Posts, files and tasks of the simulated Chatwork: how they come, change and go."""

from datetime import UTC, datetime, timedelta

from tests.demo.conftest import FullRoom, Get, message_texts
from tests.support.chatwork.simulator import Chatwork
from tests.support.world import Clock


def test_an_id_carries_its_time_and_orders_posts_of_one_moment(chatwork: Chatwork, get: Get) -> None:
    """The id holds the milliseconds, `send_time` is their floor, and equal moments keep their order."""
    room = chatwork.add_room("時刻", announce=False)
    at = datetime(2026, 6, 30, 23, 59, 59, 987_000, tzinfo=UTC)
    late, early = chatwork.post(room, chatwork.owner, "二", at=at), ""
    early = chatwork.post(room, chatwork.owner, "一", at=at - timedelta(hours=1))
    chatwork.post(room, chatwork.owner, "三", at=at)

    messages = get(f"/rooms/{room}/messages?force=1").json()

    assert ["一", "二", "三"] == [message["body"] for message in messages]
    assert (early, late) == (messages[0]["message_id"], messages[1]["message_id"])
    assert round(at.timestamp() * 1000) == (int(late) >> 22) + 1276473600000
    assert int(at.timestamp()) == messages[1]["send_time"]


def test_the_counters_of_a_room_count_what_came(chatwork: Chatwork, full: FullRoom, get: Get) -> None:
    """Posts, files and tasks are counted, also those that are gone; unread ones are not read by reading."""
    chatwork.post(full.room, full.tanaka, f"[To:{chatwork.owner}]yamadaさん")
    chatwork.remove_file(full.file)
    chatwork.delete_task(full.task, announce=False)
    get(f"/rooms/{full.room}/messages")

    room = get(f"/rooms/{full.room}").json()

    names = ["message_num", "file_num", "task_num", "unread_num", "mention_num", "mytask_num"]
    assert [5, 1, 1, 4, 1, 0] == [room[name] for name in names]


def test_an_upload_is_a_post_with_a_box(chatwork: Chatwork, clock: Clock, full: FullRoom, get: Get) -> None:
    """The box names the file by id and its size in words, with a preview if it has one; a comment stands outside."""
    for size in (0, 1023):
        chatwork.upload(full.room, full.tanaka, "a.txt", size=size)
    picture = chatwork.upload(full.room, full.tanaka, "a.png", size=3707, comment="どうぞ")
    movie = chatwork.upload(full.room, full.tanaka, "b.mp4", size=200_000_000)

    texts = message_texts(get(f"/rooms/{full.room}/messages?force=1"))[-4:]
    listed = get(f"/rooms/{full.room}/files").json()[-1]

    box = "[info][title][dtext:file_uploaded][/title]"
    assert [
        f"どうぞ\n{box}[preview id={picture} ht=111][download:{picture}]a.png (3.62 KB)[/download][/info]",
        f"{box}[download:{movie}]b.mp4 (190.73 MB)[/download][/info]",
    ] == texts[2:]
    assert ["a.txt (0 B)" in texts[0], "a.txt (1023 B)" in texts[1]] == [True, True]
    assert (movie, 200_000_000) == (listed["file_id"], listed["filesize"])
    assert chatwork.message_of_file(movie) == listed["message_id"]
    assert 1 <= int(clock.time.timestamp()) - listed["upload_time"] <= 13


def test_what_happens_to_a_task_is_posted(chatwork: Chatwork, full: FullRoom, get: Get) -> None:
    """Several assignees share one announcement; ending and deleting have their own posts."""
    both = chatwork.add_tasks(full.room, chatwork.owner, [chatwork.owner, full.tanaka], "見積もり")
    chatwork.finish_task(both[1])
    chatwork.delete_task(both[0])

    messages = get(f"/rooms/{full.room}/messages?force=1").json()[-3:]
    task = get(f"/rooms/{full.room}/tasks/{both[1]}").json()

    people = f"{chatwork.owner},{full.tanaka}"
    assert [
        (f"[info][title][dtext:task_added][/title][task aid={people} st=open lt=0 ltype=none]見積もり[/task][/info]"),
        (
            f"[info][title][dtext:task_done][/title][task aid={full.tanaka} st=done lt=0 ltype=none]"
            "見積もり[/task][/info]"
        ),
        (
            f"[info][title][dtext:task_deleted][/title][task aid={chatwork.owner} st=open lt=0 ltype=none]"
            "見積もり[/task][/info]"
        ),
    ] == [message["body"] for message in messages]
    assert ("done", messages[0]["message_id"]) == (task["status"], task["message_id"])
    assert 404 == get(f"/rooms/{full.room}/tasks/{both[0]}").status_code
