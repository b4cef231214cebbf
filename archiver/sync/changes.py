"""Pure: what is shown against what is known -> what is new, changed or not shown any more.

Says what differs, never why.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from archiver.records import JsonObject, KnownMessage, State
from archiver.store.fingerprints import DELETED, body_of, edited_at, fingerprint, person_of, text_digest
from archiver.store.queries.current_state import KnownObject


@dataclass(frozen=True, slots=True)
class Change:
    """A message that is to become an entry, and how it is counted."""

    position: int
    object: JsonObject
    state: State
    counted: str | None
    """`new`, `edited`, `deleted`, or None for a change that no count names."""


@dataclass(frozen=True, slots=True)
class Differences:
    """Objects of one kind that differ from what is known, by id."""

    new: dict[int, JsonObject] = field(default_factory=dict)
    changed: dict[int, JsonObject] = field(default_factory=dict)
    gone: tuple[int, ...] = ()

    @property
    def shown(self) -> dict[int, JsonObject]:
        """New and changed together."""
        return self.new | self.changed


def state_of(shown: JsonObject, known: KnownMessage | None) -> State:
    """The state of a message that Chatwork shows, in the light of what was seen before.

    `[deleted]` is a deletion whether or not `update_time` moved (chatwork-api §15, 4); a text that differs
    from the last one is an edit even when `update_time` says otherwise; once edited stays edited.
    """
    body = body_of(shown)
    if body == DELETED:
        return State.DELETED
    if edited_at(shown) > 0:
        return State.EDITED
    if known is not None and (known.was_edited or known.text_digest not in ("", text_digest(body))):
        return State.EDITED
    return State.PRESENT


def compare_message(position: int, shown: JsonObject, known: KnownMessage | None) -> Change | None:
    """One shown message against what is known; None if nothing differs."""
    state = state_of(shown, known)
    if known is None:
        return Change(position, shown, state, "new")
    if state is known.state and fingerprint("message", shown) == known.fingerprint:
        return None
    return Change(position, shown, state, _counted(shown, state, known))


def _counted(shown: JsonObject, state: State, known: KnownMessage) -> str | None:
    if state is State.DELETED:
        return "deleted" if known.state is not State.DELETED and known.text_digest else None
    if fingerprint("message", shown) != known.fingerprint:
        return "edited"
    return None  # shown again, unchanged


def compare_messages(shown: Mapping[int, JsonObject], known: Mapping[int, KnownMessage]) -> list[Change]:
    """Every shown message that differs, by position."""
    found = (compare_message(position, shown[position], known.get(position)) for position in sorted(shown))
    return [change for change in found if change is not None]


def absent(shown: Iterable[int], known: Mapping[int, KnownMessage]) -> list[int]:
    """Known messages inside the span of a list that the list does not show, oldest first."""
    return sorted(known.keys() - set(shown))


def compare(
    kind: str, shown: Mapping[int, JsonObject], known: Mapping[int, KnownObject], *, complete: bool
) -> Differences:
    """Members, tasks or files against what is known; only a complete list can tell that one is gone."""
    new = {ident: one for ident, one in shown.items() if ident not in known}
    changed = {
        ident: one
        for ident, one in shown.items()
        if ident in known and (known[ident].gone or known[ident].fingerprint != fingerprint(kind, one))
    }
    lost = sorted(ident for ident, mark in known.items() if not mark.gone and ident not in shown) if complete else []
    return Differences(new, changed, tuple(lost))


def people_in(objects: Sequence[JsonObject], fields: Sequence[str] = ("account",)) -> dict[int, JsonObject]:
    """The account objects inside a list's objects, the last one of each person."""
    found: dict[int, JsonObject] = {}
    for one in objects:
        for name in fields:
            account = one.get(name)
            if isinstance(account, dict) and person_of(account):
                found[person_of(account)] = account
    return found
