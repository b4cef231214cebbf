"""Sentences about direct chats with the same people that are not saved; only account and room ids are known."""

from __future__ import annotations

from collections.abc import Sequence

from archiver.records import OtherChat
from archiver.report_language import say

MAX_NAMED = 10
"""Chats that are named one by one; the others are counted."""


def other_chat_texts(chats: Sequence[OtherChat]) -> list[str]:
    """One sentence for each chat, and one that counts those above `MAX_NAMED`."""
    named = chats[:MAX_NAMED]
    sentences = [
        say(
            "同じ相手との、保存対象外のチャット: アカウントID "
            "{account_id} と報告者の直接のチャット(ルームID {room_id})があります。"
            "内容は保存していません。",
            account_id=chat.account_id,
            room_id=chat.room_id,
        )
        for chat in named
    ]
    if len(chats) > len(named):
        sentences.append(say("同じ相手との、保存対象外のチャット: ほか{n}件。", n=len(chats) - len(named)))
    return sentences
