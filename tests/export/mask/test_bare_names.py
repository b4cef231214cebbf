"""Names without a title where only people stand, though they are places or words too (`export/mask/name_forms/`)."""

from __future__ import annotations

import pytest

from archiver.export.mask.folding import folded_text
from archiver.export.mask.leftovers import piece_pattern
from tests.export.mask.test_name_forms import offered


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("【当番】\n月(梅原)\n火(西)", "西"),
        ("弊社経理(大宮)よりご連絡します", "大宮"),
        ("外注(立川)のデータが壊れていました", "立川"),
        ("渋谷不在のため明日にします", "渋谷"),
        ("辻待ちです", "辻待"),
        ("千葉含め4名です", "千葉"),
        ("次の窓口は南です", "南"),
        ("以上、成田でした。", "成田"),
        ("株式会社あおぞら 石川より", "石川"),
        ("CC 北", "北"),
        ("部屋名:【三田】", "三田"),
        ("梅原か川崎のどちらかが行きます", "川崎"),
        ("見積書_乾.pdf が開けません", "乾"),
        ("「大森」が入ってきました", "大森"),
        ("明細がウエダ ミホの分だけ合いません", "ウエダ ミホ"),
        ("ヨウスケ案件の素材です", "ヨウスケ"),
        ("新婦ちひろの手紙です", "ちひろ"),
        ("水(さくら)", "さくら"),
        ("①Daisuke", "Daisuke"),
        ("担当はたけしです", "たけし"),
        ("参考は@mika.room.jpです", "@mika.room.jp"),
        ("東不在のため明日にします", "東不在"),
        ("文責 林、編集 西", "林"),
        ("辻以外は提出済みです", "辻以外"),
        ("けんじまでご連絡ください", "けんじ"),
        ("編集のまゆこです", "まゆこ"),
        ("マユミ経由で届きました", "マユミ"),
        ("新郎悠斗と", "悠斗"),
        ("南 健太以外は来ます", "南 健太"),
        ("明細にサラ ジョンソンとあります", "サラ ジョンソン"),
        ("CC Mori", "Mori"),
        ("友人の紗英がモデルをします", "紗英"),
        ("うちの妹(24歳・奈緒)が見ました", "奈緒"),
        ("訳:ミラー由紀でお願いします", "ミラー由紀"),
        ("くま助さんの依頼です", "くま助"),
        ("順番です。①RINA ②トークです", "RINA"),
        ("次は川口というものが伺います", "川口"),
        ("担当が梅原から鴇沢に代わります", "鴇沢"),
        ("配役です\n兄:たろべえ\n弟:未定", "たろべえ"),
        ("連絡先の名前は「Yuta.M」でした", "Yuta.M"),
        ("suzuki@ は間違いです", "suzuki@"),
        ("事務所の内線412です", "内線412"),
        ("「比嘉 千春」さんを足してください", "比嘉 千春"),
        ("王様との打ち合わせは来週です", "王"),
    ],
)
def test_a_name_is_offered_where_only_people_stand(text: str, name: str) -> None:
    """Whatever else the word means."""
    assert name in offered(text)


@pytest.mark.parametrize(
    "text",
    [
        "会場(大宮)の下見は来週です",
        "千葉出張の新幹線が取れました",
        "西側の入口から入ってください",
        "長崎ちゃんぽんの動画です",
        "撮影地(川崎)へ向かいます",
        "竹林のカットがきれいです",
        "更新したら表示が崩れました",
        "50名様にご応募いただきました",
        "何度も直してすみません",
        "大正製薬さんのような名前です",
        "原材料の乳成分を赤字にします",
        "弥生会計のデータを出力します",
        "検索語は「渋谷 ランチ」です",
        "文章作成→デザイン→公開の順です",
        "西口と東口の写真が逆でした",
        "宮崎牛の写真です",
        "王様のレストランの感想です",
    ],
)
def test_a_place_or_a_word_is_none_there(text: str) -> None:
    """A place has a bracket and a rest too."""
    assert [] == offered(text)


def test_a_short_name_in_kana_is_hidden_before_a_longer_particle() -> None:
    """As in けんじまで, and not within another word."""
    hidden = piece_pattern("けんじ")

    assert hidden.search(folded_text("けんじまでご連絡ください"))
    assert hidden.search(folded_text("けんじって人から"))
    assert not hidden.search(folded_text("だけんじょ"))
