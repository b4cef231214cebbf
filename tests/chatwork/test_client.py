"""The calls: what is asked, and how replies are understood."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
import requests
import responses
from hypothesis import given, settings, strategies

from archiver import errors
from archiver.chatwork.allowed_urls import base_url
from archiver.chatwork.client import Client, _read_download_url, read_listing, read_single
from archiver.chatwork.models import Contact, File, Me, Member, Message, Model, Room, Task
from archiver.chatwork.transport import Transport
from archiver.corrected_clock import CorrectedClock
from archiver.errors import ArchiverError, NotUnderstood
from archiver.records import AccountId, FileId, MessageId, Reply, RoomId
from tests.support.cases import cases_of
from tests.support.chatwork.model_values import VALUES

BASE = "https://api.chatwork.com/v2"
NOW = datetime(2026, 11, 24, 13, 0, 0, tzinfo=UTC)
ROOM = RoomId(1)

Call = Callable[[Client], Any]


@pytest.fixture
def client() -> Client:
    """A client whose pauses take no time."""
    return Client(
        Transport(
            requests.Session(),
            token=lambda: "token",
            clock=CorrectedClock(lambda: NOW),
            sleep=lambda seconds: None,
            jitter=lambda: 0.0,
        )
    )


def message(number: object, body: str = "はい", **more: object) -> dict[str, Any]:
    """A message as the API shows it."""
    account = {"account_id": 3, "name": "yamada", "avatar_image_url": "https://appdata.example/a.png"}
    return {"message_id": number, "account": account, "body": body, "send_time": 5, "update_time": 0} | more


CALLS: dict[str, tuple[Call, object]] = {
    "/me": (lambda c: c.me(), {"account_id": 3}),
    "/rooms": (lambda c: c.rooms(), [{"room_id": 1}]),
    "/rooms/1": (lambda c: c.room(ROOM), {"room_id": 1}),
    "/rooms/1/members": (lambda c: c.members(ROOM), [{"account_id": 3}]),
    "/rooms/1/messages?force=1": (lambda c: c.messages(ROOM), [message("7")]),
    "/rooms/1/messages/7": (lambda c: c.message(ROOM, MessageId("7")), message("7")),
    "/rooms/1/tasks?status=open": (lambda c: c.tasks(ROOM, status="open"), [{"task_id": 4}]),
    "/rooms/1/tasks?status=done&account_id=3&assigned_by_account_id=5": (
        lambda c: c.tasks(ROOM, status="done", account_id=AccountId(3), assigned_by_account_id=AccountId(5)),
        [{"task_id": 4}],
    ),
    "/rooms/1/files": (lambda c: c.files(ROOM), [{"file_id": 6}]),
    "/rooms/1/files?account_id=3": (lambda c: c.files(ROOM, account_id=AccountId(3)), [{"file_id": 6}]),
    "/rooms/1/files/6?create_download_url=1": (
        lambda c: c.download_url(ROOM, FileId(6)),
        {"file_id": 6, "download_url": "https://files.example/x"},
    ),
    "/contacts": (lambda c: c.contacts(), [{"account_id": 3}]),
}

MAY_BE_EMPTY = {
    "/rooms/1/messages?force=1",
    "/rooms/1/tasks?status=open",
    "/rooms/1/tasks?status=done&account_id=3&assigned_by_account_id=5",
    "/rooms/1/files",
    "/rooms/1/files?account_id=3",
    "/contacts",
}


@pytest.mark.parametrize("path", CALLS)
@responses.activate
def test_each_call_asks_its_path_and_keeps_what_came(path: str, client: Client) -> None:
    """Path and query are those documented; the object as received stands beside its model."""
    call, body = CALLS[path]
    responses.get(BASE + path.partition("?")[0], json=body)

    answer = call(client)

    objects = [answer.object] if isinstance(body, dict) else [shown.object for shown in answer.items]
    assert [BASE + path] == [call.request.url for call in responses.calls]
    assert path == answer.reply.path
    assert (body if isinstance(body, list) else [body]) == objects


@pytest.mark.parametrize("path", CALLS)
@responses.activate
def test_204_is_an_empty_list_only_where_documented(path: str, client: Client) -> None:
    """Elsewhere an empty reply is a fault: rooms and members do not vanish by it."""
    call, _ = CALLS[path]
    responses.get(BASE + path.partition("?")[0], status=204)

    if path in MAY_BE_EMPTY:
        assert () == call(client).items
        responses.replace("GET", BASE + path.partition("?")[0], json=[])  # is understood like 204
        assert () == call(client).items
    else:
        with pytest.raises(NotUnderstood):
            call(client)


@pytest.mark.parametrize("path", CALLS)
@pytest.mark.parametrize("body", ["", "null", "1", "[1]", "[[]]", "[{}]", "{}", "<html>", '{"errors":["x"]}', "[{]"])
@responses.activate
def test_a_body_of_another_shape_is_not_understood(path: str, body: str, client: Client) -> None:
    """Status 200 alone makes no data."""
    call, _ = CALLS[path]
    responses.get(BASE + path.partition("?")[0], body=body)

    with pytest.raises(NotUnderstood):
        call(client)

    assert 5 == client.transport.unparsed


@responses.activate
def test_of_an_id_that_comes_twice_the_last_is_kept(client: Client) -> None:
    """A list shows each message once, each with its own object, by numeric id whatever its order and form."""
    responses.get(f"{BASE}/rooms/1/messages", json=[message("10"), message("7", "a"), message(9), message("007", "b")])

    answer = client.messages(ROOM)

    assert [("7", "b", "b"), ("9", "はい", "はい"), ("10", "はい", "はい")] == [
        (bodies.model.message_id, bodies.model.body, bodies.object["body"]) for bodies in answer.items
    ]
    assert 4 == answer.rows


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/rooms/1", {"room_id": 2}),
        ("/rooms/1/messages/7", message("8")),
        ("/rooms/1/files/6?create_download_url=1", {"file_id": 7, "download_url": "https://files.example/x"}),
        ("/rooms/1/files/6?create_download_url=1", {"file_id": 6}),
    ],
)
@responses.activate
def test_something_else_than_was_asked_for_is_not_understood(path: str, body: object, client: Client) -> None:
    """Another id, or a file without the address that was asked for."""
    call, _ = CALLS[path]
    responses.get(BASE + path.partition("?")[0], json=body)

    with pytest.raises(NotUnderstood):
        call(client)


def test_a_message_id_cannot_lead_elsewhere(client: Client) -> None:
    """What is no number is a mistake of ours and is not sent."""
    with pytest.raises(ValueError, match="invalid literal"):
        client.message(ROOM, MessageId("../../me"))

    assert 0 == client.transport.requests


KINDS = strategies.sampled_from([Me, Room, Member, Contact, Message, Task, File])
BODIES = strategies.one_of(
    strategies.binary(),
    strategies.text().map(str.encode),
    VALUES.map(lambda value: json.dumps(value).encode()),
    strategies.lists(VALUES, max_size=3).map(lambda value: json.dumps(value).encode()),
    strategies.integers(0, 3000).map(lambda levels: b"[" * levels + b"{}" + b"]" * levels),
    strategies.integers(0, 3000).map(lambda levels: b'{"account":' * levels + b"1" + b"}" * levels),
    strategies.integers(0, 6000).map(lambda digits: b'[{"message_id":' + b"9" * digits + b"}]"),
)


@pytest.mark.drawn
@settings(deadline=None)
@given(
    body=BODIES,
    status=strategies.sampled_from([200, 204]),
    kind=KINDS,
    number=strategies.none() | strategies.integers(),
)
def test_any_body_is_understood_or_one_of_our_errors(
    body: bytes, status: int, kind: type[Model], number: int | None
) -> None:
    """Nothing but an ArchiverError leaves, and it has a sentence to show."""
    whole = Reply("/x", status, body, {}, NOW)
    for understand in (
        lambda: read_listing(whole, kind),
        lambda: read_listing(whole, kind, may_be_empty=False),
        lambda: read_single(whole, kind, number=number),
        lambda: _read_download_url(whole, number=1),
    ):
        try:
            understand()
        except ArchiverError as error:
            told = f"{error} {error.advice()}"
            assert "/x" in told


@pytest.mark.parametrize(("url", "expected"), cases_of(__file__, "https_and_this_computer_are_allowed"))
def test_https_and_this_computer_are_allowed(url: str, expected: str) -> None:
    """Tests and the demo speak plain http to the own machine."""
    assert expected == base_url({"CHATWORK_API_BASE_URL": url})


@pytest.mark.parametrize("url", cases_of(__file__, "everything_else_is_refused"))
def test_everything_else_is_refused(url: str) -> None:
    """Whatever a reader of addresses could take for another host; what may be a secret in it is not repeated."""
    if url.strip() != url:
        url += "x"

    with pytest.raises(errors.BadBaseUrl) as raised:
        base_url({"CHATWORK_API_BASE_URL": url})

    assert "secret" not in str(raised.value)
