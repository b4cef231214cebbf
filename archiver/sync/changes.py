"""Pure: compares received objects with known ones: which are new, changed or gone.

States what differs, never why.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from archiver.records import JsonObject, KnownMessage, State
from archiver.store.fingerprints import DELETED, account_id_of, body_of, edited_at, fingerprint, text_digest
from archiver.store.queries.current_state import KnownObject


@dataclass(frozen=True, slots=True)
class Change:
    """A changed message that becomes an entry, and how it is counted."""

    position: int
    object: JsonObject
    state: State
    counted: str | None
    """`new`, `edited`, `deleted`, or None for a change that is not counted."""


@dataclass(frozen=True, slots=True)
class Differences:
    """Objects of one kind that differ from what is known, by id."""

    new: dict[int, JsonObject] = field(default_factory=dict)
    changed: dict[int, JsonObject] = field(default_factory=dict)
    gone: tuple[int, ...] = ()

    @property
    def new_and_changed(self) -> dict[int, JsonObject]:
        """New and changed objects together."""
        return self.new | self.changed


def state_of(received: JsonObject, known: KnownMessage | None) -> State:
    """The state of a received message, given what was known of it before.

    `[deleted]` is a deletion whether or not `update_time` moved (chatwork-api §15, 4); a text that differs
    from the last one is an edit even when `update_time` says otherwise; once edited stays edited.
    """
    body = body_of(received)
    if body == DELETED:
        return State.DELETED
    if edited_at(received) > 0:
        return State.EDITED
    if known is not None and (known.was_edited or known.text_digest not in ("", text_digest(body))):
        return State.EDITED
    return State.PRESENT


def compare_message(position: int, received: JsonObject, known: KnownMessage | None) -> Change | None:
    """Compare a received message with what is known; None if nothing differs."""
    state = state_of(received, known)
    if known is None:
        return Change(position, received, state, "new")
    if state is known.state and fingerprint("message", received) == known.fingerprint:
        return None
    return Change(position, received, state, _count_name(received, state, known))


def _count_name(received: JsonObject, state: State, known: KnownMessage) -> str | None:
    if state is State.DELETED:
        return "deleted" if known.state is not State.DELETED and known.text_digest else None
    if fingerprint("message", received) != known.fingerprint:
        return "edited"
    return None  # shown again, unchanged


def compare_messages(received: Mapping[int, JsonObject], known: Mapping[int, KnownMessage]) -> list[Change]:
    """The changes of all received messages, by position."""
    found = (compare_message(position, received[position], known.get(position)) for position in sorted(received))
    return [change for change in found if change is not None]


def absent_messages(received: Iterable[int], known: Mapping[int, KnownMessage]) -> list[int]:
    """Known messages inside the range of a list that are not in it, oldest first."""
    return sorted(known.keys() - set(received))


def compare_objects(
    kind: str, received: Mapping[int, JsonObject], known: Mapping[int, KnownObject], *, complete: bool
) -> Differences:
    """Compare members, tasks or files with what is known; only a complete list shows that one is gone."""
    new = {ident: element for ident, element in received.items() if ident not in known}
    changed = {
        ident: element
        for ident, element in received.items()
        if ident in known and (known[ident].gone or known[ident].fingerprint != fingerprint(kind, element))
    }
    gone = sorted(ident for ident, mark in known.items() if not mark.gone and ident not in received) if complete else []
    return Differences(new, changed, tuple(gone))


def people_in(objects: Sequence[JsonObject], fields: Sequence[str] = ("account",)) -> dict[int, JsonObject]:
    """The account objects inside the objects of a list, the last one of each person."""
    found: dict[int, JsonObject] = {}
    for received in objects:
        for name in fields:
            account = received.get(name)
            if isinstance(account, dict) and account_id_of(account):
                found[account_id_of(account)] = account
    return found
