"""Which addresses are covered, in all the ways in which they are written; and what people write that only looks so."""

from __future__ import annotations

import pytest

from archiver.export.mask.package_mask import PackageMask, masking_policy

PLACE = "■■(住所)"


def covered(original: str) -> str:
    """The text as a platform's office may see it."""
    return PackageMask(masking_policy("support"), {1: ["yamada"], 2: ["田中"]}).mask_text(original)


@pytest.mark.parametrize(
    "original",
    [
        # hiragana in the name of the town
        "東京都千代田区丸の内1-2-3",
        "東京都目黒区自由が丘1-2-3",
        "東京都千代田区霞が関3-1-1",
        "神奈川県横浜市青葉区あざみ野1-2-3",
        "長野県松本市丸の内3-7",
        "沖縄県那覇市おもろまち4-1-1",
        "千葉県千葉市緑区おゆみ野中央3-4-5",
        "神奈川県横浜市西区みなとみらい2-2-1",
        "埼玉県さいたま市中央区新都心さくら1-2-3",
        "横浜市青葉区あざみ野1-2",
        "横浜市青葉区美しが丘2-3-4",
        "横浜市青葉区もえぎ野1-2-3",
        "川崎市麻生区はるひ野1-2-3",
        "つくば市みどりの1-2-3",
        "坂戸市にっさい花みず木1-2-3",
        "仙台市青葉区あおば1-2-3",
        # blocks by name
        "自由が丘1丁目2番3号",
        "目黒区自由が丘1丁目2番3号",
        "東京都目黒区自由が丘一丁目二番三号",
        "東京都港区虎ノ門1丁目",
        "埼玉県さいたま市見沼区大字片柳1234番地の5",
        "東京都北区王子一の二の三",
        # as keyboards write them
        "東京都目黒区自由が丘１丁目２番３号",
        "東京都千代田区丸の内１－２－３",
        "東京都千代田区丸の内1ー2ー3",
        "東京都千代田区丸の内1‐2‐3",
        "東京都千代田区丸の内１の２の３",
        "東京都千代田区丸の内1 - 2 - 3",
        "東京都 千代田区 丸の内 1-2-3",
        "東京都　千代田区　丸の内　１－２－３",
        "東\u200b京都千代田区丸の内1-2-3",
        # with a house
        "東京都千代田区丸の内1丁目2-3 丸の内ビルディング5F",
        "東京都千代田区丸の内1-2-3\nサンハイツ丸の内203号室",
        "東京都目黒区自由が丘1-2-3 グリーンヒルズ自由が丘203",
        "東京都世田谷区北沢２丁目３４番５号コーポ北沢１０１",
        "東京都港区芝公園4丁目2番8号 東京タワー",
        "東京都千代田区九段南1-2-1 九段第3合同庁舎17階",
        "大阪府大阪市北区梅田1-2-2-1400",
        # the country
        "埼玉県さいたま市見沼区大字片柳1234-5",
        "岩手県滝沢市巣子1234-56",
        "長野県北安曇郡白馬村大字北城1234",
        "京都府相楽郡精華町光台1-7",
        # Kyoto and Sapporo
        "京都市中京区…下る虎屋町566-1",
        "京都市中京区烏丸通四条下る虎屋町566-1",
        "京都府京都市中京区寺町通御池上る上本能寺前町488",
        "京都市下京区四条通烏丸東入長刀鉾町8",
        "下京区四条通り烏丸東入る長刀鉾町8",
        "北海道札幌市北区北7条西2丁目6",
        "札幌市中央区南1条西5",
        "北海道旭川市6条通9丁目46",
        # in Latin letters
        "1-2-3 Marunouchi, Chiyoda-ku, Tokyo",
    ],
)
def test_the_whole_of_an_address_is_covered_and_nothing_beside_it(original: str) -> None:
    """Alone and in the midst of a sentence."""
    assert PLACE == covered(original)
    assert f"住所は{PLACE}です" == covered(f"住所は{original}です")
    assert f"「{PLACE}」に送ってください" == covered(f"「{original}」に送ってください")


@pytest.mark.parametrize("between", [" ", "\n", "", "　"])
def test_a_post_code_is_covered_with_the_line_behind_it(between: str) -> None:
    """Of any width."""
    assert PLACE == covered(f"〒100-0005{between}東京都千代田区丸の内1-2-3")
    assert f"住所{PLACE}。" == covered(f"住所〒１００－０００５{between}東京都千代田区丸の内1-2-3。")


def test_a_post_code_without_its_sign_is_covered_too() -> None:
    """It is known by what follows, or by its name."""
    assert f"{PLACE} {PLACE}" == covered("100-0005 東京都千代田区丸の内1-2-3")
    assert f"{PLACE}です" == covered("郵便番号は100-0005です")


@pytest.mark.parametrize(
    "original",
    [
        "東京都でお願いします",
        "東京都の市場1-2割です、市場1-2割、市販の1-2-3セット",
        "東京都港区の会議室で1-2-3の順に",
        "港区で会議は1-2-3の順、新宿区から1-2-3の順に回る",
        "東京都渋谷区内の店舗3-4店、都内3-4店舗、東京都内1-2箇所",
        "東京都渋谷区で11-05に会う、東京都港区で2026-11-05に打合せ",
        "渋谷区のイベントについて1-2-3の順で",
        "東京都渋谷区在住の方1-2名、横浜市青葉区の方1-2名、東京都千代田区 3-4件",
        "東京都の会議は10:00-11:00、東京都港区は50,000円、東京都の最低賃金は1163円",
        "東京都新宿区周辺で1-2-3案、東京都23区内で3-4件、東京都北区のロケ2-3日",
        "渋谷区役所の窓口3番です、渋谷区一番の店",
        "市民の方3-4人、町内会で2-3日、町の人2-3人に聞いた",
        "週2-3日、1日2-3時間、月1-2回、動画は2-3行でまとめて、第1-2章、3-1案",
        "京都市でロケを3-1-2の順に、北区のロケは12-3-4案で、大阪市北区に1-2ヶ月",
        "札幌市の条例6条2項、第7条2項、契約書6条の2",
        "東京都中央区にて3-5回撮影、東京都港区まで1-2時間かかります、福岡市の案件1-2本",
        "区切りは1-2-3でお願いします、地区の集まり1-2-3、工区は1-2-3の順、区間1-2-3",
        "丁目まで書いてください。番地は不要です。カット番号1-2-3",
        "町田さんの案1-2-3、市川さんに1-2-3を送る、市村さんの修正1-2-3、郡司さん1-2-3",
        "村上です。修正1-2-3を送ります。坂を下る3人、京都市左京区の話",
    ],
)
def test_ordinary_talk_of_places_and_numbers_stays(original: str) -> None:
    """Dates, times, amounts, counts and lists are evidence, also beside the name of a town."""
    assert original == covered(original)
