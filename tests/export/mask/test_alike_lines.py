"""Names told by the lines beside theirs, by what joins their kanji, and by what somebody is or has (`name_forms/`)."""

from __future__ import annotations

import pytest

from tests.export.mask.test_name_forms import offered


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("撮影の当日です\n・北川(照明)\n・リナ(メイク)", "リナ"),
        ("応募者です\n・大森 33歳\n・辻 28歳", "辻"),
        ("校閲:藤代\n翻訳:Novak", "Novak"),
        ("CC:北川、あさい", "あさい"),
        ("木ノ下に確認します", "木ノ下"),
        ("三ツ木様からの依頼です", "三ツ木"),
        ("次女は「凛」です", "凛"),
        ("息子(かなた)の送迎で遅れます", "かなた"),
        ("柏市柏3-4-5 メゾン柏201 北川方 へ送ってください", "北川"),
        ("芸名を使うので「月影ソーダ」に直してください", "月影ソーダ"),
        ("「もちもちP」こと北川さんの曲です", "もちもちP"),
        ("「Erikaの iPhone」が出てきます", "Erika"),
        ("西が来週いっぱい出張です", "西"),
        ("承認ルート:営業→林→社長", "林"),
        ("竹っちゃんに聞きました", "竹っちゃん"),
        ("「satoru」という人が入っています", "satoru"),
        ("rei.kita.works(インスタ)の写真です", "rei.kita.works"),
        ("名義は「ウエダ ミホ」、領収書は「ウエダ工房」です", "ウエダ"),
        ("リーダーはミンさんです", "ミン"),
    ],
)
def test_what_stands_at_a_name_makes_it_one(text: str, name: str) -> None:
    """A known name beside it at the same place, or a form that only names have."""
    assert name in offered(text)


@pytest.mark.parametrize(
    "text",
    [
        "1位:福岡\n2位:札幌\nの順です",
        "「会員Aさん」「会員Bさん」としてください",
        "悪役令嬢のラフです",
        "竹ノ塚の駅前で撮ります",
        "・表紙(カラー)\n・本文(モノクロ)",
        "三井アウトレットパークの広告です",
        "坊っちゃんを読みました",
        "ロゴ:済み\nバナー:未定",
    ],
)
def test_what_is_no_person_is_left_in_peace(text: str) -> None:
    """Rankings, placeholders, stations, malls and lists of things."""
    assert [] == list(offered(text))
