"""Names that no list has are found by their form, and words of the same form are not (`export/mask/name_forms/`)."""

from __future__ import annotations

import pytest

from archiver.export.mask.leftovers import LeftoverFinder


def offered(text: str) -> list[str]:
    """The pieces of a text that are offered between parties of other names."""
    return [piece for piece, _kind, _sentence in LeftoverFinder(["受注者", "発注者"]).pieces(text)]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("鷹沼先生から赤字が戻りました", "鷹沼"),
        ("お世話になります、鷹沼です。", "鷹沼"),
        ("制作の鷹沼から連絡が来ます", "鷹沼"),
        ("早瀬住職のお話を載せます", "早瀬"),
        ("真壁監事と水上理事の署名待ちです", "真壁"),
        ("高はしさんに聞いてください", "高はし"),
        ("すず木さんの原稿です", "すず木"),
        ("戸張→早瀬→平野の順で見ます", "平野"),
        ("0412_平野_仮.wav を聞いてください", "平野"),
        ("シンジにロゴを頼んでおきます", "シンジ"),
        ("リョーコが「もう無理」と言うてます", "リョーコ"),
        ("作曲 シンタロー／編曲 未定", "シンタロー"),
        ("オルガシェフの献立を訳しました", "オルガ"),
        ("Rikoに素材を渡してあります", "Riko"),
        ("Jun-ko が確認します", "Jun-ko"),
        ("鞆様のご自宅にお届けします", "鞆"),
        ("契約者笹岡 信代、保証人は別です", "笹岡 信代"),
        ("昨日来たあゆみちゃんの席です", "あゆみ"),
        ("見積書(古賀).xlsx が開けません", "古賀"),
        ("名簿の（東）は早番、（南）は遅番です", "東"),
        ("「森」とだけサインがありました", "森"),
        ("名簿の「柏木」は別の方です", "柏木"),
        ("「水谷」で検索すると出てきます", "水谷"),
        ("（藤野）とある行は消してください", "藤野"),
        ("【樗谷】修正版を上げました", "樗谷"),
        ("来週から樗谷が窓口になります", "樗谷"),
        ("採用した饗庭 悠、今日から入ります", "饗庭 悠"),
        ("相手方が岩田 みなみになっています", "岩田 みなみ"),
        ("福島@経理です。請求書まだですか", "福島"),
        ("旧姓樗谷、現姓は別です", "樗谷"),
        ("姓:中塚 名:親典", "親典"),
        ("夫の充行名義の口座です", "充行"),
        ("岩井_早絵_履歴書.pdf を送ります", "岩井_早絵"),
        ("voice_ono_0521.mp3 の音量です", "ono"),
        ("MorinagaInterview.mp4 を見てください", "MorinagaInterview"),
        ("Photo by Haruka Mizuno とフッターに", "Haruka Mizuno"),
        ("Thanks, Mitsuhiro", "Mitsuhiro"),
        ("よしこおばさんに頼みました", "よしこおばさん"),
        ("ハンドルネームは青空レモンだそうです", "青空レモン"),
        ("夜空ハルカさんの案件です", "夜空ハルカ"),
        ("うさこ@翻訳さんに依頼しました", "うさこ@翻訳"),
        ("佐〇木さんと書かれています", "佐〇木"),
        ("辻\U000e0100さんに確認", "辻"),
        ("柳沢樣", "柳沢"),
        ("アヤさんに確認します", "アヤ"),
        ("サクラちゃんの席です", "サクラちゃん"),
        ("カナ ﾁﾊﾞ ﾕｳｶ", "チバ ユウカ"),
        ("https://qiita.com/haru_miz/items/1a2b", "haru_miz"),
        ("https://harumiz.booth.pm/items/1", "harumiz"),
        ("m i z u @ e x a m p l e . c o m です", "m i z u @ e x a m p l e . c o m"),
        ("ゼロキュウゼロ、イチニイサンヨン、ゴーロクナナハチ", "ゼロキュウゼロ、イチニイサンヨン、ゴーロクナナハチ"),
    ],
)
def test_a_name_is_found_by_its_form(text: str, name: str) -> None:
    """Built like a surname before a title, half in kana, in a row, in the name of a file, in katakana."""
    assert name in offered(text)


@pytest.mark.parametrize(
    "text",
    [
        "担任の先生と保健室の先生に渡します",
        "会計処理と作家紹介の欄を直しました",
        "株式会社の請求書は御中でお願いします",
        "会場→控室→出口の順に撮ります",
        "0412_議事録_修正版.docx を上げました",
        "NTTさんとJRさんの申請書です",
        "ネイリストさんとトリマーさんの予約表です",
        "お星様とお月様のイラストです",
        "おはようさんです",
        "人さまざまで、お待ち遠様でした",
        "（男）は2名、（女）は3名",
        "仕入れ先さんの夏季休業は8/10からです",
        "住所の表記は「丁目」に統一してください",
        "「未定」とある行は飛ばしてください",
        "路線図は渋谷→恵比寿→目黒の順です",
        "犬用と猫用が混ざっています",
        "8月分は9日までにお願いします",
        "https://qiita.com/tags/python を見てください",
        "松屋と吉野家の比較表です",
        "ユーザー名は半角英数字8文字以上",
        "土佐清水のカツオです",
    ],
)
def test_words_of_the_same_form_are_left(text: str) -> None:
    """Roles, bodies, greetings, parts of file names that are words."""
    assert [] == offered(text)
