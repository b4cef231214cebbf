"""Sentences about what a package lacks: direct chats that are not saved, records that were not sealed."""

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


def unsealed_sentence(count: int) -> str:
    """That so many records are 確定前, why, and what covers them."""
    return say(
        "確定前の記録 {count:,}件: 保管庫に書き込めない状態で作成したため、"
        "確定記録がまだありません。これらには、この資料そのものに付いたタイムスタンプ(あれば)"
        "だけが及びます。",
        count=count,
    )
