"""Tables of the notation: Chatwork's system texts and emoticons.

Sources: the language table and the emoticon list of the official web client as kept in public copies of it,
and newer emoticons that several independent bots know. A key or emoticon that is not here stays as it was written.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

SYSTEM_TEXTS: Mapping[str, str] = MappingProxyType(
    {
        "chatroom_groupchat_created": "新しくグループチャットを作成しました。",
        "chatroom_mychat_created": "マイチャットを作成しました。",
        "chatroom_chatname_is": "チャット名を「",
        "chatroom_set": "」に設定しました。",
        "chatroom_description_is": "概要を「",
        "chatroom_changed": "」に変更しました。",
        "chatroom_chat_edited": "チャット情報を変更しました。",
        "chatroom_adminsetting_edited": "チャット設定を変更しました。",
        "chatroom_icon_updated": "グループチャットのアイコンを変更しました。",
        "chatroom_member_is": "メンバー「",
        "chatroom_added": "」を追加しました。",
        "chatroom_deleted": "」を削除しました。",
        "chatroom_leaved": "」が退席しました。",
        "chatroom_priv_changed": "」の権限を変更しました。",
        "chatroom_chat_joined": "チャットに参加しました。",
        "chatroom_contact_added": "コンタクトを追加しました。",
        "chatroom_contact_added_by_facebook": "Facebookの友達追加設定によりコンタクトが追加されました。",
        "chatroom_over_groupchatnum": "はグループチャット制限数を越えているため追加できませんでした。",
        "chatroom_disable_external": "は組織外ユーザーとのやりとりが禁止されているため追加できませんでした。",
        "chatroom_resigned_priv_change": (
            "」がチャットワークを解約したため、このチャットをダイレクトチャットからグループチャットへと変更しました。"
        ),
        "chatroom_resigned_priv_change_all": (
            "このチャットの管理者が存在しないため、メンバー全員の権限を管理者へと変更しました。"
        ),
        "file_uploaded": "ファイルをアップロードしました。",
        "file_edited": "ファイル名を編集しました。",
        "file_deleted": "このファイルは削除されました",
        "task_added": "タスクを追加しました。",
        "task_edited": "タスクを編集しました。",
        "task_done": "タスクを完了しました。",
        "task_reverted": "タスクを未完了に戻しました。",
        "task_deleted": "タスクを削除しました。",
        "live_start": "ChatWork Liveを開始しました",
        "nickname_suffix": "さん",
    }
)
"""The text for `[dtext:key]`, by key, as Chatwork's own Japanese client words it (state of about 2016 to 2018).

Only `task_deleted` is worded by us, after its neighbours: no copy of that table has it.
"""

EMOTICONS: Mapping[str, str] = MappingProxyType(
    {
        ":)": "笑顔",
        ":(": "悲しい",
        ":D": "大笑い",
        "8-)": "クール",
        ":o": "驚き",
        ";)": "ウインク",
        ";(": "泣く",
        "(sweat)": "汗",
        ":|": "無表情",
        ":*": "キス",
        ":p": "べー",
        "(blush)": "照れる",
        ":^)": "疑問",
        "|-)": "眠い",
        "(inlove)": "夢中",
        "]:)": "にやり",
        "(talk)": "話す",
        "(yawn)": "あくび",
        "(puke)": "気分が悪い",
        "(emo)": "かっこいい",
        "8-|": "めがね",
        ":#)": "内緒",
        "(nod)": "うなずく",
        "(shake)": "首をふる",
        "(^^;)": "苦笑い",
        "(whew)": "ほっとする",
        "(clap)": "拍手",
        "(bow)": "お辞儀",
        "(roger)": "了解",
        "(flex)": "筋肉",
        "(dance)": "ダンス",
        "(:/)": "困る",
        "(devil)": "悪魔",
        "(*)": "星",
        "(h)": "ハート",
        "(F)": "花",
        "(cracker)": "クラッカー",
        "(^)": "ケーキ",
        "(coffee)": "コーヒー",
        "(beer)": "ビール",
        "(handshake)": "握手",
        "(y)": "いいね",
        "(ec14)": "ec14",
        "(gogo)": "ゴーゴー",
        "(think)": "考える",
        "(please)": "お願い",
        "(quick)": "急ぐ",
        "(anger)": "怒り",
        "(lightbulb)": "ひらめき",
        "(eat)": "食べる",
    }
)
"""What an emoticon shows, in Japanese, by its characters."""
