"""Sentences about direct chats with the same people that are not saved; only account and room ids are known."""

from __future__ import annotations

from collections.abc import Sequence

from archiver.records import OtherChat

MAX_NAMED = 10
"""Chats that are named one by one; the others are counted."""


def other_chat_texts(chats: Sequence[OtherChat]) -> list[str]:
    """One sentence for each chat, and one that counts those above `MAX_NAMED`."""
    named = chats[:MAX_NAMED]
    sentences = [
        f"同じ相手との、保存対象外のチャット: アカウントID {chat.account_id} と報告者の直接のチャット"
        f"(ルームID {chat.room_id})があります。内容は保存していません。"
        for chat in named
    ]
    if len(chats) > len(named):
        sentences.append(f"同じ相手との、保存対象外のチャット: ほか{len(chats) - len(named)}件。")
    return sentences
