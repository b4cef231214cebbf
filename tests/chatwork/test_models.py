"""What is accepted of a reply: bodies that pass as JSON, and the models of its objects."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings, strategies

from archiver.chatwork.allowed_urls import ERROR_TEXT_LIMIT, printable
from archiver.chatwork.models import (
    LARGEST_NUMBER,
    NESTING_LIMIT,
    NOBODY,
    Account,
    Contact,
    File,
    Me,
    Message,
    Model,
    Room,
    Task,
    WrongShape,
    error_texts,
    parse_json,
    read_model,
)
from archiver.records import AccountId, FileId, MessageId, RoomId, TaskId
from tests.support.cases import cases_of
from tests.support.chatwork.model_values import OWN, VALUES

YAMADA = {"account_id": 3, "name": "yamada", "avatar_image_url": "https://appdata.example/a.png"}
MESSAGE = {"message_id": "1948626525465219072", "account": YAMADA, "body": "はい", "send_time": 5, "update_time": 6}


def smallest(kind: type[Model]) -> dict[str, Any]:
    """The least that each kind must have."""
    return {OWN[kind]: "7" if kind is Message else 7} | ({"account": YAMADA} if kind is Message else {})


def test_a_message_is_read_as_documented() -> None:
    """Every field in its place, unknown ones passed over."""
    author = Account(AccountId(3), "yamada", "https://appdata.example/a.png")

    expected = Message(MessageId("1948626525465219072"), author, "はい", 5, 6)

    assert expected == read_model(MESSAGE | {"new": {"field": []}}, Message)


@pytest.mark.parametrize("kind", OWN)
def test_everything_but_ids_may_be_null(kind: type[Model]) -> None:
    """Or missing, which is the same: blanks are 0 and empty texts."""
    nulls = dict.fromkeys(kind.__struct_fields__) | smallest(kind)
    model = read_model(smallest(kind), kind)

    assert (7, model) == (model.number, read_model(nulls, kind))


@pytest.mark.parametrize("kind", OWN)
@pytest.mark.parametrize(
    "wrong",
    [None, 0, "0", -1, True, 1.0, "", "x", "-1", "１", "1\n", " 1", LARGEST_NUMBER + 1, "9" * 20, "9" * 5000, [], {}],
    ids=lambda wrong: ascii(wrong)[:20],
)
def test_an_own_id_must_be_one(kind: type[Model], wrong: object) -> None:
    """Missing, blank, negative, fractional, too large or of another kind is refused; many digits quickly."""
    with pytest.raises(WrongShape):
        read_model(smallest(kind) | {OWN[kind]: wrong}, kind)
    with pytest.raises(WrongShape):
        read_model({name: value for name, value in smallest(kind).items() if name != OWN[kind]}, kind)


@pytest.mark.parametrize("kind", OWN)
@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (12, 12),
        ("12", 12),
        ("0012", 12),
        ("0" * 5000 + "12", 12),
        (LARGEST_NUMBER, LARGEST_NUMBER),
        (str(LARGEST_NUMBER), LARGEST_NUMBER),
    ],
)
def test_ids_come_as_numbers_or_digits(kind: type[Model], given: object, expected: int) -> None:
    """Both forms mean the same."""
    assert expected == read_model(smallest(kind) | {OWN[kind]: given}, kind).number


@pytest.mark.parametrize("given", [7, "7", "007"])
def test_message_ids_are_kept_as_decimal_text(given: object) -> None:
    """Without leading zeros, also where a file or task names its message."""
    assert "7" == read_model(MESSAGE | {"message_id": given}, Message).message_id
    assert "7" == read_model({"file_id": 1, "message_id": given}, File).message_id
    assert "7" == read_model({"task_id": 1, "message_id": given}, Task).message_id


def test_tasks_and_files_may_name_nobody() -> None:
    """A blank person is nobody, not an error."""
    assert NOBODY == read_model({"file_id": 1, "account": None}, File).account
    assert NOBODY == read_model({"task_id": 1, "account": {"account_id": None, "name": None}}, Task).account
    assert (
        AccountId(3)
        == read_model({"task_id": 1, "assigned_by_account": {"account_id": "3"}}, Task).assigned_by_account.account_id
    )


NO_NUMBERS: tuple[object, ...] = (True, -1, 1.5, 1.0, float("nan"), "5", [], {}, LARGEST_NUMBER + 1, 10**400)
NOBODIES: tuple[object, ...] = (None, {}, {"name": "yamada"}, {"account_id": 0}, {"account_id": None}, "3", 3, [])
WRONG = {
    **dict.fromkeys([(Message, "send_time"), (File, "filesize"), (File, "upload_time")], NO_NUMBERS),
    (Message, "body"): (True, 5, 1.5, [], {}),
    (Message, "account"): NOBODIES,
}


@pytest.mark.parametrize(
    ("kind", "name", "wrong"), [(*field, wrong) for field, values in WRONG.items() for wrong in values]
)
def test_what_is_of_another_kind_is_not_guessed_at(kind: type[Model], name: str, wrong: object) -> None:
    """A time or size is a whole number that fits 64 bits, a text a text, and a message names who said it."""
    with pytest.raises(WrongShape):
        read_model(smallest(kind) | {name: wrong}, kind)


@pytest.mark.parametrize("wrong", [True, -1, 1.5, "5", [], {}, LARGEST_NUMBER + 1, 10**400])
def test_an_absurd_counter_of_a_room_or_limit_of_a_task_is_left_blank(wrong: object) -> None:
    """The one only tells when to look, the other is shown as it came; the room and the task are read all the same."""
    actual = read_model({"room_id": 1, "name": "動画", "message_num": 5, "last_update_time": wrong}, Room)

    assert Room(RoomId(1), name="動画", message_num=5) == actual
    assert Task(TaskId(1), body="初稿") == read_model({"task_id": 1, "body": "初稿", "limit_time": wrong}, Task)


@pytest.mark.parametrize("text", ["\ud83d", "\0", "\u202e", "x" * 65_535, "[" * 65_535, "𠮷"])
def test_texts_are_kept_exactly(text: str) -> None:
    """On the usual way and on the cleaning way, beside odd keys too."""
    assert text == read_model(MESSAGE | {"body": text}, Message).body
    assert text == read_model(MESSAGE | {"body": text, "update_time": None}, Message).body
    assert text == read_model(MESSAGE | {"body": text, "\ud83d": 1}, Message).body


def test_each_kind_keeps_its_ids_apart() -> None:
    """Ids of rooms, files, tasks and people are read from their own fields."""
    assert RoomId(2) == read_model({"account_id": 1, "room_id": "2"}, Contact).room_id
    assert RoomId(2) == read_model({"room_id": 2, "account_id": 1}, Room).room_id
    assert FileId(2) == read_model({"file_id": 2}, File).file_id
    assert TaskId(2) == read_model({"task_id": 2}, Task).task_id
    assert 5 == read_model({"account_id": 1, "organization_id": "5", "chatwork_id": "tanaka"}, Me).organization_id


def test_what_is_wrong_is_named_without_its_content() -> None:
    """The error may reach a log, the text of a message may not."""
    with pytest.raises(WrongShape) as caught:
        read_model(MESSAGE | {"send_time": "secret"}, Message)

    assert "send_time" in str(caught.value)
    assert "secret" not in str(caught.value)


@settings(deadline=None)
@given(
    source=VALUES,
    own=strategies.one_of(strategies.integers(1, LARGEST_NUMBER), VALUES),
    kind=strategies.sampled_from(list(OWN)),
)
def test_anything_is_read_or_of_wrong_shape(source: object, own: object, kind: type[Model]) -> None:
    """No other error leaves, and a model that was made is within its bounds."""
    if isinstance(source, dict):
        source = source | {OWN[kind]: own}
    try:
        model = read_model(source, kind)
    except WrongShape:
        return

    assert 0 < model.number <= LARGEST_NUMBER
    for name in kind.__struct_fields__:
        value = getattr(model, name)
        assert isinstance(value, str | Account) or (type(value) is int and 0 <= value <= LARGEST_NUMBER)


def test_texts_come_through_unharmed() -> None:
    """Lone surrogates, NUL and everything else that JSON can hold."""
    body = rb"""{"a":"\ud83d \u0000 \u202e","\ud83d":[1.5,9223372036854775808]}"""

    assert {"a": "\ud83d \0 \u202e", "\ud83d": [1.5, 2**63]} == parse_json(body)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"{}{}",
        b"NaN",
        b"[Infinity]",
        b"[-Infinity]",
        b"[1e400]",
        b"1" * 5000,
        b'"\xff"',
        b'"\xed\xa0\xbd"',
        b"\xef\xbb\xbf{}",
        '"utf-16"'.encode("utf-16"),
        b'"\0"',
        b"[" * 100_000,
        b"[" * 500 + b"]" * 500,
        b'{"a":' * 40 + b"1" + b"}" * 40,
    ],
)
def test_what_is_no_plain_json_is_refused(body: bytes) -> None:
    """Cut, infinite, too large, too deep, or not UTF-8."""
    with pytest.raises(ValueError, match=r".+"):
        parse_json(body)


@pytest.mark.parametrize("levels", [1, 3, NESTING_LIMIT])
def test_nesting_to_the_limit_is_allowed(levels: int) -> None:
    """The API has three levels; new ones may come."""
    body = b"[" * levels + b"]" * levels

    assert body == json.dumps(parse_json(body)).encode()


@settings(deadline=None)
@given(strategies.binary())
def test_any_bytes_are_a_value_or_a_value_error(body: bytes) -> None:
    """No other error leaves, and what passes can be written again."""
    try:
        value = parse_json(body)
    except ValueError:
        return

    assert value == json.loads(json.dumps(value, allow_nan=False))


@pytest.mark.parametrize(("body", "expected"), cases_of(__file__, "an_error_body_is_known_by_its_list"))
def test_an_error_body_is_known_by_its_list(body: bytes, expected: tuple[str, ...] | None) -> None:
    """Anything else is not Chatwork's own error."""
    assert expected == error_texts(body)


@settings(deadline=None)
@given(strategies.text(strategies.characters()))
def test_any_text_becomes_printable_and_short(text: str) -> None:
    """Nothing invisible or unprintable remains, and the length is bounded."""
    line = printable(text)

    assert line.isprintable()
    assert len(line) <= ERROR_TEXT_LIMIT * len("[U+10FFFF]") + 1
