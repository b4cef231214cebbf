"""Sentences about what is missing: files that could not be downloaded, direct chats not saved, records not sealed."""

from __future__ import annotations

from collections.abc import Sequence
from gettext import gettext as _

from archiver.records import OtherChat
from archiver.report_language import say


def reason(code: str) -> str:
    """The sentence for a reason code of a download (`too_large`); an unknown code is returned unchanged."""
    words = {
        "too_large": _("larger than the limit in the settings"),
        "no_space": _("not enough space on this computer"),
        "not_shown": _("Chatwork answered “not found”"),
        "not_found": _("the file's server answered “not found” (404)"),
        "refused": _("the file's server answered “not allowed” (403)"),
        "not_understood": _("the answer could not be understood"),
        "unreachable": _("no connection"),
        "cut": _("the transfer was cut off"),
        "slow": _("the transfer was too slow"),
        "wrong_size": _("the size differs from the one listed"),
        "redirects": _("too many redirections"),
        "address": _("it leads to an unsafe address"),
        "status": _("the file's server answered with an error"),
    }
    return words.get(code, code)


def unsaved_reason(code: str | None, *, given_up: bool) -> str:
    """Why the bytes of a file are not saved, and whether the download will be tried again."""
    if code is None:
        return _("not saved yet")
    sentence = _("given up: {reason}") if given_up else _("{reason}; it is tried again")
    return sentence.format(reason=reason(code))


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
