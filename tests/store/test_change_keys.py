"""Which facts of a received object count, and how a text is stored in a readable column."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import example, given, strategies

from archiver.store import change_keys
from tests.support.json_strategies import ANY_TEXT, JSON

PERSON = {"account_id": 7, "name": "田中", "avatar_image_url": "https://example.com/a.png"}
OBJECTS: dict[str, dict[str, Any]] = {
    "message": {"account": PERSON, "body": "はい", "send_time": 5, "update_time": 0},
    "account": {"name": "田中", "avatar_image_url": "a"},
    "member": {"role": "member", "name": "田中", "chatwork_id": "c", "organization_name": "o", "department": "d"},
    "room": {"name": "n", "description": "d", "type": "group", "role": "admin", "icon_path": "i"},
    "task": {"account": PERSON, "assigned_by_account": PERSON, "body": "b", "limit_type": "none", "status": "open"}
    | {"limit_time": 0, "message_id": "5"},
    "file": {"account": PERSON, "filesize": 1, "upload_time": 2, "filename": "f", "message_id": "5"},
}


def changed_value(value: Any) -> Any:
    """Another value of the same kind."""
    if isinstance(value, dict):
        return value | {"account_id": value["account_id"] + 1}
    return value + 1 if isinstance(value, int) else value + "x"


@pytest.mark.parametrize("kind", OBJECTS)
def test_every_fact_of_a_kind_counts(kind: str) -> None:
    """Another value in any of them gives another fingerprint; order, unknown fields, an author's name do not."""
    received = OBJECTS[kind]
    same = change_keys.fingerprint(kind, received)
    other = dict(reversed([*received.items(), ("unheard_of", [1])]))
    if "account" in received:
        other["account"] = {"name": "田中(解約済)", "account_id": "7"}

    changed = {
        change_keys.fingerprint(kind, received | {name: changed_value(value)}) for name, value in received.items()
    }

    assert len(received) == len(changed)
    assert same not in changed
    assert same == change_keys.fingerprint(kind, other)


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
@example("\ud83d", "\\ud83d")
def test_texts_differ_when_their_digests_do(text: str, other: str) -> None:
    """Also in an unprintable character, or where somebody typed its escape; the deletion mark has none."""
    assert (text == other) == (change_keys.text_digest(text) == change_keys.text_digest(other))
    assert "" == change_keys.text_digest("[deleted]")


@given(ANY_TEXT)
def test_a_readable_text_can_be_stored(value: str) -> None:
    """NUL and lone surrogates are shown by their code points; everything else stays as it is."""
    actual = change_keys.readable_text(value)

    assert "\x00" not in actual
    assert actual == actual.encode("utf-8").decode("utf-8")
    assert value == actual or any(character in value for character in "\x00" + "".join(map(chr, range(0xD800, 0xE000))))
    assert "a[U+0000][U+D83D]🎉" == change_keys.readable_text("a\x00\ud83d🎉")


@pytest.mark.parametrize(
    ("value", "expected"),
    [(5, 5), ("5", 5), (2**63 - 1, 2**63 - 1), (2**63, 0), (-1, 0), (None, 0), ("x", 0), (True, 0), (1.5, 0), ("٣", 0)],
)
def test_a_number_for_a_column_fits_it(value: object, expected: int) -> None:
    """A number that does not fit is 0 in the column."""
    assert expected == change_keys.storable_integer(value)
