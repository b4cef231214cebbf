"""Chats with the same people that are not saved → sentences for what a record lacks. Only their numbers are known."""

from __future__ import annotations

from collections.abc import Sequence

from archiver.records import OtherChat

MOST = 10
"""Chats that are named one by one; the others are counted."""


def other_chat_texts(found: Sequence[OtherChat]) -> list[str]:
    """One sentence each; none where there is none."""
    shown = found[:MOST]
    told = [
        f"同じ相手との、保存対象外のチャット: アカウントID {one.account_id} と報告者の直接のチャット"
        f"(ルームID {one.room_id})があります。内容は保存していません。"
        for one in shown
    ]
    if len(found) > len(shown):
        told.append(f"同じ相手との、保存対象外のチャット: ほか{len(found) - len(shown)}件。")
    return told
