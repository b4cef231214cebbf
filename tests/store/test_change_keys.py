"""Which facts of a received object count, and how a text is stored in a readable column."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, strategies

from archiver.store import change_keys
from tests.support.json_strategies import ANY_TEXT, JSON

PERSON = {"account_id": 7, "name": "田中", "avatar_image_url": "https://example.com/a.png"}
OBJECTS: dict[str, dict[str, Any]] = {
    "message": {"account": PERSON, "body": "はい", "send_time": 5, "update_time": 0},
    "account": {"name": "田中", "avatar_image_url": "a"},
    "member": {"role": "member", "name": "田中", "chatwork_id": "c", "organization_name": "o", "department": "d"},
    "room": {"name": "n", "description": "d", "type": "group", "role": "admin", "icon_path": "i"},
    "task": {
        "account": PERSON,
        "assigned_by_account": PERSON,
        "body": "b",
        "limit_type": "none",
        "status": "open",
        "limit_time": 0,
        "message_id": "5",
    },
    "file": {"account": PERSON, "filesize": 1, "upload_time": 2, "filename": "f", "message_id": "5"},
}


def changed_value(value: Any) -> Any:
    """Another value of the same kind."""
    if isinstance(value, dict):
        return value | {"account_id": value["account_id"] + 1}
    return value + 1 if isinstance(value, int) else value + "x"


@pytest.mark.parametrize("kind", OBJECTS)
def test_every_fact_of_a_kind_counts(kind: str) -> None:
    """Another value, null or nothing in any of them gives another fingerprint."""
    received = OBJECTS[kind]
    same = change_keys.fingerprint(kind, received)

    changed = {
        change_keys.fingerprint(kind, received | {name: changed_value(value)}) for name, value in received.items()
    }

    assert len(received) == len(changed)
    assert same not in changed


@pytest.mark.parametrize("kind", OBJECTS)
def test_what_is_no_fact_does_not_count(kind: str) -> None:
    """Unknown fields, the order of fields, ids as text, and for messages the name of the author."""
    received = OBJECTS[kind]
    other = dict(reversed([*received.items(), ("unheard_of", [1])]))
    if "account" in received:
        other["account"] = {"name": "田中(解約済)", "account_id": "7"}

    assert change_keys.fingerprint(kind, received) == change_keys.fingerprint(kind, other)


@given(
    kind=strategies.sampled_from(sorted(OBJECTS)),
    received=strategies.dictionaries(strategies.sampled_from(["body", "name", "account", "filesize"]), JSON),
)
def test_any_object_has_a_fingerprint(kind: str, received: dict[str, Any]) -> None:
    """32 hex digits, always the same, whatever was received."""
    actual = change_keys.fingerprint(kind, received)

    assert (32, actual) == (len(actual), change_keys.fingerprint(kind, dict(received)))
    assert int(actual, 16) >= 0


@given(ANY_TEXT, ANY_TEXT)
def test_texts_differ_when_their_digests_do(text: str, other: str) -> None:
    """Texts that differ only in an unprintable character have different digests; the deletion mark has none."""
    assert (text == other) == (change_keys.text_digest(text) == change_keys.text_digest(other))
    assert "" == change_keys.text_digest("[deleted]")


def test_a_lone_surrogate_and_its_escape_are_two_texts() -> None:
    """Somebody may have typed the escape."""
    assert change_keys.text_digest("\ud83d") != change_keys.text_digest("\\ud83d")


@given(ANY_TEXT)
def test_a_readable_text_can_be_stored(value: str) -> None:
    """No NUL, no lone surrogate; everything else stays as it is."""
    actual = change_keys.readable_text(value)

    assert "\x00" not in actual
    assert actual == actual.encode("utf-8").decode("utf-8")
    assert value == actual or any(character in value for character in "\x00" + "".join(map(chr, range(0xD800, 0xE000))))


def test_what_cannot_be_stored_is_made_visible() -> None:
    """NUL and lone surrogates are shown by their code points."""
    assert "a[U+0000][U+D83D]🎉" == change_keys.readable_text("a\x00\ud83d🎉")


@pytest.mark.parametrize(
    ("value", "expected"),
    [(5, 5), ("5", 5), (2**63 - 1, 2**63 - 1), (2**63, 0), (-1, 0), (None, 0), ("x", 0), (True, 0), (1.5, 0), ("٣", 0)],
)
def test_a_number_for_a_column_fits_it(value: object, expected: int) -> None:
    """A number that does not fit is 0 in the column."""
    assert expected == change_keys.storable_integer(value)
