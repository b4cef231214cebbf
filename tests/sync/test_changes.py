"""What is shown against what is known: new, changed, absent, gone."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, strategies

from archiver.records import KnownMessage, MessageId, State
from archiver.store.change_keys import DELETED, fingerprint, text_digest
from archiver.store.queries.current_state import KnownObject
from archiver.sync import changes

TANAKA = {"account_id": 7, "name": "田中", "avatar_image_url": ""}


def received_message(body: str, *, update_time: int | None = 0, **more: Any) -> dict[str, Any]:
    """A message as a list gives it."""
    return {"message_id": "5", "account": TANAKA, "body": body, "send_time": 9, "update_time": update_time} | more


def known_message(
    body: str, state: State, *, update_time: int = 0, last: str | None = None, edited: bool = False
) -> KnownMessage:
    """What is held of a message; `last` is the last text that was not the deletion mark."""
    digest = text_digest(body if last is None else last)
    return KnownMessage(
        MessageId("5"), state, fingerprint("message", received_message(body, update_time=update_time)), digest, edited
    )


CASES = {
    "new": (received_message("はい"), None, ("present", "new")),
    "new, edited before": (received_message("はい", update_time=10), None, ("edited", "new")),
    "new, deleted before": (received_message(DELETED), None, ("deleted", "new")),
    "unchanged": (received_message("はい"), known_message("はい", State.PRESENT), None),
    "unchanged, edited before": (
        received_message("はい", update_time=10),
        known_message("はい", State.EDITED, update_time=10),
        None,
    ),
    "edited": (received_message("いいえ", update_time=10), known_message("はい", State.PRESENT), ("edited", "edited")),
    "edited, time not moved": (received_message("いいえ"), known_message("はい", State.PRESENT), ("edited", "edited")),
    "only the time moved": (
        received_message("はい", update_time=10),
        known_message("はい", State.PRESENT),
        ("edited", "edited"),
    ),
    "edited back, time not moved": (
        received_message("はい"),
        known_message("いいえ", State.EDITED, edited=True),
        ("edited", "edited"),
    ),
    "deleted": (received_message(DELETED), known_message("はい", State.PRESENT), ("deleted", "deleted")),
    "deleted, time moved": (
        received_message(DELETED, update_time=10),
        known_message("はい", State.EDITED),
        ("deleted", "deleted"),
    ),
    "still deleted": (received_message(DELETED), known_message(DELETED, State.DELETED, last="はい"), None),
    "still deleted, time moved": (
        received_message(DELETED, update_time=9),
        known_message(DELETED, State.DELETED),
        ("deleted", None),
    ),
    "deleted while it was missing": (
        received_message(DELETED),
        known_message("はい", State.MISSING),
        ("deleted", "deleted"),
    ),
    "text back": (received_message("はい"), known_message(DELETED, State.DELETED, last="はい"), ("present", "edited")),
    "other text back": (
        received_message("いいえ"),
        known_message(DELETED, State.DELETED, last="はい"),
        ("edited", "edited"),
    ),
    "text back, edited before": (
        received_message("はい"),
        known_message(DELETED, State.DELETED, last="はい", edited=True),
        ("edited", "edited"),
    ),
    "shown again": (received_message("はい"), known_message("はい", State.MISSING), ("present", None)),
    "shown again, edited before": (
        received_message("はい"),
        known_message("はい", State.MISSING, edited=True),
        ("edited", None),
    ),
    "not hidden any more": (received_message("はい"), known_message("はい", State.HIDDEN), ("present", None)),
    "shown again with another text": (
        received_message("いいえ"),
        known_message("はい", State.HIDDEN),
        ("edited", "edited"),
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_a_shown_message_becomes_a_change_or_none(case: str) -> None:
    """Its state and what it counts as follow from what is known, never from `update_time` alone."""
    object_shown, known, expected = CASES[case]

    actual = changes.compare_message(5, object_shown, known)

    assert expected == (None if actual is None else (actual.state, actual.counted))


@pytest.mark.parametrize(
    "received",
    [
        received_message("はい", unheard_of={"a": 1}),
        received_message("はい", account=TANAKA | {"name": "他の名前", "avatar_image_url": "x"}),
        received_message("はい", account={"account_id": "7"}),
        received_message("はい", update_time=None),
        {"message_id": 5, "account": TANAKA, "body": "はい", "send_time": 9},
    ],
    ids=["unknown field", "renamed author", "id as text", "null", "missing field"],
)
def test_what_is_no_fact_of_a_message_changes_nothing(received: dict[str, Any]) -> None:
    """Unknown fields, names, ids in another form, nulls and missing fields make no entry."""
    actual = changes.compare_message(5, received, known_message("はい", State.PRESENT))

    assert actual is None


@given(
    body=strategies.text() | strategies.just("\ud83d half\x00"),
    update_time=strategies.integers(0, 2**40),
    state=strategies.sampled_from(State),
    edited=strategies.booleans(),
)
def test_a_change_is_seen_once(body: str, update_time: int, state: State, edited: bool) -> None:
    """What was appended is known: the same object again is no change."""
    received = received_message(body, update_time=update_time)
    known = known_message("前の文面", state, edited=edited)

    first = changes.compare_message(5, received, known)
    assert first is not None
    last = "前の文面" if body == DELETED else body
    then = known_message(
        body, first.state, update_time=update_time, last=last, edited=edited or first.state is State.EDITED
    )

    assert changes.compare_message(5, received, then) is None


def test_known_messages_inside_the_span_that_are_not_shown_are_absent() -> None:
    """Also one newer than the newest shown: the last post may be the one that vanished."""
    known = {position: known_message("はい", State.PRESENT) for position in (3, 4, 5, 9)}

    actual = changes.absent_messages([3, 5, 6], known)

    assert [4, 9] == actual


def file(size: int) -> dict[str, Any]:
    """A file as a list gives it."""
    return {"file_id": 1, "account": TANAKA, "filename": "a.pdf", "filesize": size, "upload_time": 3, "message_id": "5"}


def test_lists_are_compared_by_id() -> None:
    """New, changed, back again and unchanged objects of a list are told apart."""
    same = fingerprint("file", file(1))
    known = {2: KnownObject(same, gone=False), 3: KnownObject("other", gone=False), 4: KnownObject(same, gone=True)}
    known[5] = KnownObject(same, gone=False)

    actual = changes.compare_objects("file", dict.fromkeys((1, 2, 3, 4), file(1)), known, complete=True)

    assert ({1}, {3, 4}, (5,)) == (set(actual.new), set(actual.changed), actual.gone)
    assert {1, 3, 4} == set(actual.new_and_changed)


def test_only_a_complete_list_tells_that_something_is_gone() -> None:
    """A list at its cap may just not reach so far."""
    known = {2: KnownObject("any", gone=False)}

    actual = changes.compare_objects("file", {}, known, complete=False)

    assert () == actual.gone


def test_people_in_objects_are_found_by_their_fields() -> None:
    """The last one of each person; what is no account object, or has no id, is passed over."""
    suzuki = {"account_id": "8", "name": "suzuki"}
    objects: list[dict[str, Any]] = [
        {"account": TANAKA, "assigned_by_account": suzuki},
        {"account": TANAKA | {"name": "田中(解約済)"}, "assigned_by_account": None},
        {"account": {"name": "nobody"}},
        {"account": "text"},
    ]

    actual = changes.people_in(objects, ("account", "assigned_by_account"))

    assert {7: TANAKA | {"name": "田中(解約済)"}, 8: suzuki} == actual
