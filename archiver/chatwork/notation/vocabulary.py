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
        "chatroom_adminsetting_edited": "権限の設定を変更しました。",
        "chatroom_icon_updated": "アイコンを変更しました。",
        "chatroom_member_is": "メンバー: ",
        "chatroom_added": " を追加しました。",
        "chatroom_deleted": " を削除しました。",
        "chatroom_leaved": " が退席しました。",
        "chatroom_priv_changed": " の権限を変更しました。",
        "chatroom_chat_joined": "チャットに参加しました。",
        "chatroom_contact_added": "コンタクトに追加しました。",
        "chatroom_contact_added_by_facebook": "Facebookを通じてコンタクトに追加しました。",
        "chatroom_over_groupchatnum": "グループチャット数の上限のため、追加できませんでした。",
        "chatroom_disable_external": "外部との利用が制限されているため、追加できませんでした。",
        "chatroom_resigned_priv_change": "相手が解約したため、グループチャットに変わりました。",
        "chatroom_resigned_priv_change_all": "管理者がいなくなったため、全員が管理者になりました。",
        "file_uploaded": "ファイルをアップロードしました。",
        "file_edited": "ファイルを変更しました。",
        "file_deleted": "ファイルを削除しました。",
        "task_added": "タスクを追加しました。",
        "task_edited": "タスクを編集しました。",
        "task_done": "タスクを完了しました。",
        "task_reverted": "タスクを未完了に戻しました。",
        "task_deleted": "タスクを削除しました。",
        "live_start": "通話を開始しました。",
        "nickname_suffix": "さん",
    }
)
"""The text that a Japanese client shows for `[dtext:key]`, by key; our own words where only the sense is known."""

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
