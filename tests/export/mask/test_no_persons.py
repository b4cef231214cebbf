"""What is written like a name and names nobody, by what stands beside it; and people beside the same words."""

from __future__ import annotations

import pytest

from archiver.export.mask.leftovers import LeftoverFinder


def _pieces(text: str) -> list[str]:
    return [piece for piece, _kind, _sentence in LeftoverFinder(["山田"]).pieces(text)]


@pytest.mark.parametrize(
    "text",
    [
        "花屋「すみれ」さんのチラシを直しました",
        "美容室アンナさんのLPを直しました",
        "小説「源氏物語」の朗読です",
        "Juliaで書かれたコードです",
        "弥生からエクスポートしたデータです",
        "大久保のカレー屋の記事です",
        "見出しは筑紫明朝で組みました",
        "AさんとBさんの会話形式の台本です",
        "ダミーで「鈴木花子」と入れました",
        "https://www.pref.nagano.lg.jp/ の資料です",
        "ピクシブさんの規約を読みました",
    ],
)
def test_shops_programs_works_and_places_are_no_people(text: str) -> None:
    """Nothing of these sentences is offered."""
    assert [] == _pieces(text)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("花屋のすみれさんに聞きました", "すみれ"),
        ("小説の挿絵は桐山さんにお願いします", "桐山"),
        ("Juliaに確認します", "Julia"),
        ("弥生さんに確認します", "弥生"),
        ("大久保に確認します", "大久保"),
        ("動画_はると_運動会.mp4 を送ります", "はると"),
        ("script_Haruka_v2.docx を送ります", "Haruka"),
        ("Chihiro's iPadが待機室にいます", "Chihiro"),
        ("ｻﾄｳｻﾏ ﾖﾘ ﾆｭｳｷﾝ", "サトウ"),
        ("手伝ってくれたしょーへいさんです", "しょーへい"),
        ("ボーカルのLUNA(本名は内緒)です", "LUNA"),
        ("福ちゃんと呼ばれています", "福"),
    ],
)
def test_people_beside_the_same_words_are_offered(text: str, name: str) -> None:
    """A title, or what only people do, outweighs that a word is a shop, a program or a place too."""
    assert name in _pieces(text)
