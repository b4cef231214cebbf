"""What is written like a name and names nobody, by what stands beside it; and people beside the same words."""

from __future__ import annotations

import pytest

from archiver.export.mask.leftovers import LeftoverFinder


def _pieces(text: str) -> list[str]:
    return list(LeftoverFinder(["山田"]).pieces(text))


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
        ("担当はMichael Chenさんで、日本語も話せます", "Michael Chen"),
        ("担当はMichael Chenさんに掲載を頼みました", "Michael Chen"),
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


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("打ち合わせ(川口)", ["川口"]),
        ("面談【川口】は15時です", ["川口"]),
        ("校正(千葉)", ["千葉"]),
        ("請求書 川口.pdf", ["川口"]),
        ("川口-請求書.pdf", ["川口"]),
        ("千葉・福島・石川で分担します", ["千葉", "福島", "石川"]),
        ("担当\n・柏木\n・千葉", ["柏木", "千葉"]),
        ("by 千葉", ["千葉"]),
        ("刺繍は「Haruto」でお願いします", ["Haruto"]),
        ("最後の文字は「Daiki & Nanami」です", ["Daiki", "Nanami"]),
        ("『Yuto・Sakura』と入れます", ["Yuto", "Sakura"]),
        ("KENTA、YUI、MAIの順で", ["KENTA", "YUI", "MAI"]),
        ("プレートは「Happy Birthday Haruto」です", ["Haruto"]),
        ("Haruto 誕生日.mp4", ["Haruto"]),
        ("MC: Kenta", ["Kenta"]),
        ("けんじチャンネル 編集部屋", ["けんじ"]),
        ("ケンタ班", ["ケンタ"]),
        ("けんじ_ナレ.wav", ["けんじ"]),
        ("うえだ(編集)", ["うえだ"]),
        ("ナレ:しのはら", ["しのはら"]),
        ("Chatwork ID\n・tkm_movie\n・nao0915\nです。", ["tkm_movie", "nao0915"]),
        ("インスタのアカウント\nsakura.cafe(店)\nhana_22", ["sakura.cafe", "hana_22"]),
        ("PayPay ID→nao0915", ["nao0915"]),
    ],
)
def test_names_and_accounts_are_told_by_their_place(text: str, names: list[str]) -> None:
    """A name that may be a town or a word, and an account, is offered where hardly anything else stands."""
    assert names == sorted(_pieces(text), key=text.index)


@pytest.mark.parametrize(
    "text",
    [
        "出張(千葉)",
        "「React」と「Android & Windows」に対応",
        "さくら組の写真です",
        "こどもチャンネルの件",
        "ゆっくりch",
        "LINE ID\nお願いします",
        "Instagram\nの投稿です",
        "ローマ字表記で入れます",
        "千葉・福島・石川で撮影します",
        "こだわり_A案.psd",
        "請求書 控え.pdf",
    ],
)
def test_the_same_places_with_other_words_name_nobody(text: str) -> None:
    """Nothing of these sentences is offered."""
    assert [] == _pieces(text)


@pytest.mark.parametrize(
    ("text", "names"),
    [("vocal_RINA_take4.wav", ["RINA"]), ("narration-mika-02.wav", ["mika"]), ("logo_RINA.png", [])],
)
def test_behind_a_performers_role_a_brands_name_is_a_person(text: str, names: list[str]) -> None:
    """In names of files; elsewhere in them such a word is the brand."""
    assert names == _pieces(text)
