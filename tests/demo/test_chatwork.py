"""The simulated Chatwork: its calls and the shapes of its replies, people and rooms, posts, files, downloads."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from hashlib import sha256
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
import requests

from tests.demo.conftest import FullRoom, Get, message_texts
from tests.support.chatwork.reply_shapes import SHAPES
from tests.support.chatwork.simulator import Chatwork
from tests.support.world import Clock


def test_a_wrong_or_missing_token_is_401(chatwork: Chatwork) -> None:
    """Only the right token in the right header opens anything."""
    url = f"{chatwork.base_url}/me"
    headers = [{}, {"x-chatworktoken": "wrong"}, {"Authorization": f"Bearer {chatwork.token}"}]

    replies = [requests.get(url, headers=one, timeout=10) for one in headers]
    in_query = requests.get(url, params={"x-chatworktoken": chatwork.token}, timeout=10)

    expected = (401, {"errors": ["Invalid API token"]})
    assert [expected] * 4 == [(reply.status_code, reply.json()) for reply in [*replies, in_query]]


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS"])
def test_whatever_is_not_a_get_is_refused_and_seen(method: str, chatwork: Chatwork) -> None:
    """A program that writes is found out by the record."""
    headers = {"X-ChatWorkToken": chatwork.token}

    reply = requests.request(method, f"{chatwork.base_url}/rooms?a=1", headers=headers, data="x", timeout=10)

    assert 405 == reply.status_code
    assert [(method, "/v2/rooms?a=1")] == [(seen.method, seen.path) for seen in chatwork.requests]
    assert chatwork.token == chatwork.requests[0].headers["x-chatworktoken"]


def test_the_budget_is_a_fixed_window_told_in_every_response(clock: Clock) -> None:
    """Over the limit is 429 with nothing remaining, until the moment that the headers name."""
    with Chatwork(now=clock, limit=2) as chatwork, requests.Session() as session:
        session.headers["x-chatworktoken"] = chatwork.token

        replies = []
        for seconds in (0, 10, 10, 279, 1):
            clock.pass_by(seconds=seconds)
            replies.append(session.get(f"{chatwork.base_url}/rooms", timeout=10))

    start = int(datetime(2026, 7, 1, 3, tzinfo=UTC).timestamp())
    told = [[int(one.headers[f"x-ratelimit-{name}"]) for name in ("limit", "remaining", "reset")] for one in replies]
    assert [200, 200, 429, 429, 200] == [reply.status_code for reply in replies]
    assert [[2, left, start + seconds] for left, seconds in ((1, 300), (0, 300), (0, 300), (0, 300), (1, 600))] == told
    assert {"errors": ["Rate limit exceeded"]} == replies[2].json()


@pytest.mark.parametrize(
    "path",
    ["/contacts", "/incoming_requests"]
    + [f"/rooms/{{room}}/{part}" for part in ("messages?force=1", "tasks", "tasks?status=done", "files")],
)
def test_an_empty_list_is_204_with_no_body(path: str, chatwork: Chatwork, get: Get) -> None:
    """Nothing to list is said by the status, not by an empty array."""
    room = chatwork.add_room("空", announce=False)

    reply = get(path.format(room=room))

    assert (204, b"") == (reply.status_code, reply.content)


def test_rooms_that_are_not_the_owners_look_alike(chatwork: Chatwork, full: FullRoom, get: Get) -> None:
    """Put out, deleted, or never there: each is 403 with the same text, and absent from the list."""
    deleted = chatwork.add_room("消える")
    chatwork.remove_room(deleted)
    chatwork.remove_owner(full.room)

    paths = [f"/rooms/{room}{part}" for room in (full.room, deleted, 1) for part in ("", "/messages?force=1")]
    replies = [get(path) for path in paths]
    listed = [room["room_id"] for room in get("/rooms").json()]

    refusal = (403, {"errors": ["You don't have permission to get this room"]})
    assert [refusal] * 6 == [(reply.status_code, reply.json()) for reply in replies]
    assert [chatwork.my_room, full.direct] == listed


@pytest.mark.parametrize(
    "path", ["{direct}/messages/{message}", "{room}/messages/1", "{room}/tasks/1", "{room}/files/1"]
)
def test_what_is_not_in_the_room_is_404_with_errors(path: str, full: FullRoom, get: Get) -> None:
    """A single thing that is unknown, or of another room, answers 404 in the error shape."""
    reply = get(f"/rooms/{path.format(**vars(full))}")

    assert 404 == reply.status_code
    assert ["errors"] == list(reply.json())


@pytest.mark.parametrize(
    "path", ["nothing", "messages/abc", "messages/-1", "tasks/1.5", "files/10000000000000000000", ""]
)
def test_a_wrong_path_or_a_malformed_id_is_400(path: str, full: FullRoom, get: Get) -> None:
    """Chatwork says so of an address that it does not know; 404 is only for a thing that is not there."""
    reply = get(f"/rooms/{full.room}/{path}")

    assert (400, {"errors": ["Invalid Endpoint or HTTP method"]}) == (reply.status_code, reply.json())


@pytest.mark.parametrize(
    ("query", "status"),
    [("force=2", 400), ("force=1&limit=7&offset=3", 200), ("force=", 400)],
)
def test_unknown_parameters_are_ignored_and_bad_values_are_400(
    query: str, status: int, full: FullRoom, get: Get
) -> None:
    """A parameter nobody documented changes nothing; a documented one must make sense."""
    reply = get(f"/rooms/{full.room}/messages?{query}")

    assert status == reply.status_code


def test_tasks_are_open_unless_asked_otherwise_and_can_be_filtered(
    chatwork: Chatwork, full: FullRoom, get: Get
) -> None:
    """Open and done are two lists; both can be cut down to an assignee or a giver."""
    limit = datetime(2026, 7, 10, tzinfo=UTC)
    given = chatwork.add_task(full.room, chatwork.owner, full.tanaka, "素材を送る", limit=limit)
    chatwork.finish_task(full.task)

    def ids(query: str) -> list[int]:
        reply = get(f"/rooms/{full.room}/tasks?{query}")
        return [task["task_id"] for task in reply.json()] if reply.status_code == 200 else []

    assert [[given], [full.task]] == [ids(""), ids("status=done")]
    for name, asked in (("account_id", full.tanaka), ("assigned_by_account_id", chatwork.owner)):
        other = chatwork.owner if asked == full.tanaka else full.tanaka
        assert [[given], []] == [ids(f"{name}={one}") for one in (asked, other)]
    assert 400 == get(f"/rooms/{full.room}/tasks?status=maybe").status_code
    single = get(f"/rooms/{full.room}/tasks/{given}").json()
    assert ("time", int(limit.timestamp())) == (single["limit_type"], single["limit_time"])


def shape(value: object, expected: object) -> object:
    """The wanted shape if the value has it, else what the value is instead."""
    match expected:
        case dict() if isinstance(value, dict):
            return {name: shape(part, expected.get(name, "no such field")) for name, part in value.items()}
        case list() if isinstance(value, list) and value:
            found = [shape(item, expected[0]) for item in value]
            return next(([item] for item in found if item != expected[0]), [expected[0]])
        case set():
            return expected if value in expected else value
        case type():
            return type(value)
        case _:
            return value


@pytest.mark.parametrize("path", SHAPES)
def test_every_reply_has_exactly_the_fields_of_the_documentation(path: str, full: FullRoom, get: Get) -> None:
    """Each call answers with the fields and types of the official schema."""
    address = path.format(**vars(full))

    reply = get(address)

    assert (200, SHAPES[path]) == (reply.status_code, shape(reply.json(), SHAPES[path]))


def test_a_direct_chat_becomes_a_group_when_the_other_account_is_cancelled(
    chatwork: Chatwork, full: FullRoom, get: Get
) -> None:
    """A post in the other person's name says so; a group that has an administrator left is told nothing."""
    before = len(get(f"/rooms/{full.room}/messages?force=1").json())

    chatwork.cancel_account(full.tanaka)

    (*_, last) = get(f"/rooms/{full.direct}/messages?force=1").json()
    assert "group" == get(f"/rooms/{full.direct}").json()["type"]
    assert full.tanaka == last["account"]["account_id"]
    assert (
        f"[info][title][dtext:chatroom_member_is][piconname:{full.tanaka}][dtext:chatroom_resigned_priv_change]"
        "[/title][/info]" == last["body"]
    )
    assert before == len(get(f"/rooms/{full.room}/messages?force=1").json())


def test_if_the_last_admin_goes_all_become_admins(chatwork: Chatwork, get: Get) -> None:
    """A group never stays without an admin."""
    boss = chatwork.add_account("boss")
    room = chatwork.add_room("組", owner_role="member")
    chatwork.add_member(room, boss, "admin")

    chatwork.cancel_account(boss)

    assert ["admin"] == [member["role"] for member in get(f"/rooms/{room}/members").json()]
    (*_, last) = get(f"/rooms/{room}/messages?force=1").json()
    assert "[info][dtext:chatroom_resigned_priv_change_all][/info]" == last["body"]


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


DATA = bytes(range(256)) * 10


@pytest.fixture
def room(chatwork: Chatwork) -> int:
    return chatwork.add_room("動画編集")


def address(get: Get, room: int, file: int) -> str:
    """A fresh address of a file."""
    return str(get(f"/rooms/{room}/files/{file}?create_download_url=1").json()["download_url"])


def fetch(url: str, **headers: str) -> requests.Response:
    """A plain GET, as an archiver would make it."""
    return requests.get(url, headers={name.replace("_", "-"): value for name, value in headers.items()},
                        timeout=10)  # fmt: skip


def test_an_address_looks_like_chatworks_and_gives_the_bytes(
    chatwork: Chatwork, room: int, clock: Clock, get: Get
) -> None:
    """It is on the second port, names the room and the file, and says when it ends."""
    name = "納品 [最終].mov"
    file = chatwork.upload(room, chatwork.owner, name, data=DATA)

    url = urlsplit(address(get, room, file))
    reply = fetch(url.geturl())

    query = parse_qs(url.query, keep_blank_values=True)
    assert url.netloc not in chatwork.base_url
    assert ["", "uploadfile", str(room)[:-3], str(room)] == url.path.split("/")[:-1]
    assert str(int(clock.time.timestamp()) + 30) == query["Expires"][0]
    assert "" == query["response-content-type"][0]
    assert f"attachment;filename*=UTF-8''{name}" == unquote(query["response-content-disposition"][0])
    assert (200, DATA) == (reply.status_code, reply.content)
    assert sha256(DATA).hexdigest() == chatwork.content_digest(file)


def test_the_second_port_only_answers_get(chatwork: Chatwork, room: int, get: Get) -> None:
    """Other methods are refused and recorded."""
    url = address(get, room, chatwork.upload(room, chatwork.owner, "a", data=DATA))

    reply = requests.post(url, data="x", timeout=10)

    assert 405 == reply.status_code
    assert ["POST"] == [request.method for request in chatwork.downloads]


@pytest.mark.parametrize("header", ["X-ChatWorkToken", "Cookie", "Authorization", None])
def test_a_secret_that_comes_to_the_second_port_is_noticed(
    header: str | None, chatwork: Chatwork, room: int, get: Get
) -> None:
    """The token must never be sent where files lie, nor in an address one that was replaced; a plain GET is no leak."""
    url = address(get, room, chatwork.upload(room, chatwork.owner, "a", data=DATA))

    requests.get(url, headers={header: "secret"} if header else {}, timeout=10)

    assert (header is not None) == chatwork.leaked
    old = chatwork.token
    chatwork.revoke_token(new="next")
    requests.get(f"{url}&t={old}", timeout=10)
    assert chatwork.leaked
