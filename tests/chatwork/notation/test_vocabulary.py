"""System texts are worded as Chatwork's own client words them."""

from __future__ import annotations

import pytest

from archiver.chatwork.notation.nodes import PersonTag, SystemText
from archiver.chatwork.notation.parse import parse, walk


def worded(body: str) -> str:
    """A system post as a reader sees it, its people all called 田中."""
    parts = []
    for node in walk(parse(body)):
        match node:
            case SystemText(text=text):
                parts.append(text or "?")
            case PersonTag():
                parts.append("田中")
    return "".join(parts)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("[dtext:chatroom_member_is][piconname:1][dtext:chatroom_leaved]", "メンバー「田中」が退席しました。"),
        ("[dtext:chatroom_member_is][piconname:1][dtext:chatroom_added]", "メンバー「田中」を追加しました。"),
        ("[dtext:chatroom_member_is][piconname:1][dtext:chatroom_deleted]", "メンバー「田中」を削除しました。"),
        (
            "[dtext:chatroom_member_is][piconname:1][dtext:chatroom_priv_changed]",
            "メンバー「田中」の権限を変更しました。",
        ),
        (
            "[dtext:chatroom_member_is][piconname:1][dtext:chatroom_resigned_priv_change]",
            "メンバー「田中」がチャットワークを解約したため、このチャットをダイレクトチャットからグループチャットへと変更しました。",
        ),
        (
            "[dtext:chatroom_resigned_priv_change_all]",
            "このチャットの管理者が存在しないため、メンバー全員の権限を管理者へと変更しました。",
        ),
        (
            "[piconname:1][dtext:chatroom_over_groupchatnum]",
            "田中はグループチャット制限数を越えているため追加できませんでした。",
        ),
        ("[dtext:chatroom_adminsetting_edited]", "チャット設定を変更しました。"),
        ("[dtext:chatroom_icon_updated]", "グループチャットのアイコンを変更しました。"),
        ("[dtext:file_edited]", "ファイル名を編集しました。"),
        ("[dtext:file_deleted]", "このファイルは削除されました"),
        ("[dtext:task_reverted]", "タスクを未完了に戻しました。"),
        ("[dtext:live_start]", "ChatWork Liveを開始しました"),
    ],
)
def test_a_system_post_reads_as_on_chatworks_own_screen(body: str, expected: str) -> None:
    """Sentences of two texts around a name come out whole."""
    assert expected == worded(body)
