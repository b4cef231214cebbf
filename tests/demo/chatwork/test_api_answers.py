"""The read calls of the simulated Chatwork: limits of lists, filters, refusals, hiding."""

from datetime import UTC, datetime

import pytest

from tests.demo.conftest import FullRoom, Get
from tests.support.chatwork.simulator import Chatwork


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
