"""Names without a title where only people stand, though they are places or words too (`export/mask/name_forms/`)."""

from __future__ import annotations

import pytest

from tests.export.mask.test_name_forms import offered


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("【当番】\n月(梅原)\n火(西)", "西"),
        ("弊社経理(大宮)よりご連絡します", "大宮"),
        ("外注(立川)のデータが壊れていました", "立川"),
        ("渋谷不在のため明日にします", "渋谷"),
        ("辻待ちです", "辻"),
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
        "王様のレストランの感想です",
    ],
)
def test_a_place_or_a_word_is_none_there(text: str) -> None:
    """A place has a bracket and a rest too."""
    assert [] == offered(text)
