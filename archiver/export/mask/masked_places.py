"""The places of masked content, which chapter 13 of a report counts."""

from __future__ import annotations

from typing import NamedTuple


class MaskedPlace(NamedTuple):
    """A text that is searched for what to mask; `room` and `message` are set for a message."""

    name: str
    """「本文」, 「ファイル名(ファイルID 1)」 …"""
    room: int = 0
    message: int = 0


def message_place(room: int, message_id: int) -> MaskedPlace:
    """The place of a message's texts, present and earlier ones."""
    return MaskedPlace("本文", room, message_id)


def person_place(label: str) -> MaskedPlace:
    """The place of the display names of a person under a letter."""
    return MaskedPlace(f"{label}の表示名")
