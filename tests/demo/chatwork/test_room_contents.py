"""Posts, files and tasks of the simulated Chatwork: how they come, change and go."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
import requests
from hypothesis import given, strategies

from tests.support.chatwork.full_room import FullRoom, Get, message_texts
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


@pytest.fixture(scope="module")
def lasting() -> Iterator[Chatwork]:
    """One Chatwork for many examples."""
    with Chatwork(limit=1_000_000) as running:
        yield running


@given(text=strategies.text(strategies.characters(codec=None, exclude_categories=[]), max_size=50))
def test_any_text_comes_through_escaped_to_ascii(lasting: Chatwork, text: str) -> None:
    """NUL, lone surrogates and everything else survive, as `\\u` escapes on the wire."""
    posted = lasting.post(lasting.my_room, lasting.owner, text)
    headers = {"x-chatworktoken": lasting.token}
    url = f"{lasting.base_url}/rooms/{lasting.my_room}/messages/{posted}"

    reply = requests.get(url, headers=headers, timeout=10)

    assert reply.content.isascii()
    # A high and a low surrogate side by side become one character in JSON.
    joined = text.encode("utf-16", "surrogatepass").decode("utf-16", "surrogatepass")
    assert joined == reply.json()["body"]


def test_an_edit_replaces_the_body_and_moves_update_time_if_wished(
    chatwork: Chatwork, clock: Clock, full: FullRoom, get: Get
) -> None:
    """`update_time` is 0 until an edit; the room's counters and time stand still unless told."""
    before = get(f"/rooms/{full.room}").json()
    clock.pass_by(minutes=5)

    chatwork.edit(full.message, "silently", moves_update_time=False)
    silent = get(f"/rooms/{full.room}/messages/{full.message}").json()
    chatwork.edit(full.message, "訂正します")
    edited = get(f"/rooms/{full.room}/messages/{full.message}").json()
    still = get(f"/rooms/{full.room}").json()
    chatwork.edit(full.message, "もう一度", moves_room=True)
    moved = get(f"/rooms/{full.room}").json()

    assert ("silently", 0) == (silent["body"], silent["update_time"])
    assert ("訂正します", int(clock.time.timestamp())) == (edited["body"], edited["update_time"])
    assert before == still
    assert int(clock.time.timestamp()) == moved["last_update_time"]


def test_a_deleted_post_keeps_its_place_as_deleted(chatwork: Chatwork, clock: Clock, full: FullRoom, get: Get) -> None:
    """The body becomes the literal `[deleted]`, with or without a time."""
    count = get(f"/rooms/{full.room}").json()["message_num"]
    second = chatwork.post(full.room, full.tanaka, "二つ目")

    chatwork.delete(full.message)
    chatwork.delete(second, moves_update_time=True, moves_room=True)
    message = {one["message_id"]: one for one in get(f"/rooms/{full.room}/messages?force=1").json()}

    now = int(clock.time.timestamp())
    assert ("[deleted]", 0) == (message[full.message]["body"], message[full.message]["update_time"])
    assert ("[deleted]", now) == (message[second]["body"], message[second]["update_time"])
    assert count == get(f"/rooms/{full.room}").json()["message_num"]


def test_a_vanished_post_is_in_no_list_and_404(chatwork: Chatwork, full: FullRoom, get: Get) -> None:
    """The other way to go that an archiver must expect."""
    chatwork.vanish(full.message)

    listed = [one["message_id"] for one in get(f"/rooms/{full.room}/messages?force=1").json()]

    assert full.message not in listed
    assert 404 == get(f"/rooms/{full.room}/messages/{full.message}").status_code


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
    """The box names the file by id, with a preview if it has one; a comment stands outside."""
    picture = chatwork.upload(full.room, full.tanaka, "a.png", size=3707, comment="どうぞ")
    movie = chatwork.upload(full.room, full.tanaka, "b.mp4", size=200_000_000)

    texts = message_texts(get(f"/rooms/{full.room}/messages?force=1"))[-2:]
    listed = get(f"/rooms/{full.room}/files").json()[-1]

    box = "[info][title][dtext:file_uploaded][/title]"
    assert [
        f"どうぞ\n{box}[preview id={picture} ht=111][download:{picture}]a.png (3.62 KB)[/download][/info]",
        f"{box}[download:{movie}]b.mp4 (190.73 MB)[/download][/info]",
    ] == texts
    assert (movie, 200_000_000) == (listed["file_id"], listed["filesize"])
    assert chatwork.message_of_file(movie) == listed["message_id"]
    assert 1 <= int(clock.time.timestamp()) - listed["upload_time"] <= 13


def test_a_removed_file_is_gone_and_its_box_says_so(chatwork: Chatwork, full: FullRoom, get: Get) -> None:
    """List and single call forget it; the post that carried it changes without a time."""
    post = chatwork.message_of_file(full.file)

    chatwork.remove_file(full.file)
    message = get(f"/rooms/{full.room}/messages/{post}").json()

    assert ["[info][title][dtext:file_deleted][/title]仕様書.pdf[/info]", 0] == [
        message["body"],
        message["update_time"],
    ]
    assert [204, 404] == [get(f"/rooms/{full.room}/files{part}").status_code for part in ("", f"/{full.file}")]


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


def test_the_post_of_a_file_can_be_deleted_alone(chatwork: Chatwork, full: FullRoom, get: Get) -> None:
    """The file stays in the list and can be fetched; its post reads `[deleted]`, read singly too."""
    post = chatwork.message_of_file(full.file)

    chatwork.delete(post)

    single = get(f"/rooms/{full.room}/messages/{post}")
    assert (200, "[deleted]") == (single.status_code, single.json()["body"])
    assert full.file in [file["file_id"] for file in get(f"/rooms/{full.room}/files").json()]


def test_an_edited_and_a_done_task_are_announced(chatwork: Chatwork, full: FullRoom, get: Get) -> None:
    """The box has the task as it is then."""
    chatwork.edit_task(full.task, "字幕を直す")
    chatwork.finish_task(full.task)

    *_, edited, done = [message["body"] for message in get(f"/rooms/{full.room}/messages?force=1").json()]
    assert edited.startswith("[info][title][dtext:task_edited][/title][task aid=")
    assert "st=open" in edited
    assert "]字幕を直す[/task]" in edited
    assert "[dtext:task_done]" in done
    assert "st=done" in done


def test_the_size_of_a_file_is_written_as_chatwork_writes_it(chatwork: Chatwork, full: FullRoom, get: Get) -> None:
    """In bytes without a fraction, else with two."""
    for size in (0, 1023, 3700):
        chatwork.upload(full.room, full.tanaka, "a.txt", size=size)

    bodies = [message["body"] for message in get(f"/rooms/{full.room}/messages?force=1").json()[-3:]]
    assert ["0 B", "1023 B", "3.61 KB"] == [body.partition("a.txt (")[2].partition(")")[0] for body in bodies]
