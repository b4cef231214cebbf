"""Persons are covered, what is no word of chats is marked, ordinary sentences stay; also over whole corpora."""

from __future__ import annotations

import tomllib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given, settings, strategies

from archiver.export.mask import word_analyser
from archiver.export.mask.likely_names_and_contacts import NameFinder, normalised_text, piece_pattern
from archiver.export.mask.package_mask import PackageMask
from archiver.export.mask.policy_and_covers import masking_policy
from archiver.export.mask.word_analyser import has_analyser
from archiver.letter_folding import folded_text
from archiver.platforms.job_platform import Platform, platforms
from tests.benchmarks.finder import CORPUS, COVERS_BAR, FOUND_BAR, MARKS_BAR, drawn, left, read_corpus, result_of

WRITTEN = tomllib.loads(Path(__file__).with_name("texts.toml").read_text(encoding="utf-8"))

needs_analyser = pytest.mark.skipif(not word_analyser.has_analyser(), reason="SudachiPy is not there")

FINDER = NameFinder(["yamada", "田中 一郎", "株式会社△△ 田中"])


def pieces(text: str) -> list[str]:
    """The pieces of a text that are covered."""
    return list(FINDER.pieces(text))


def marks(text: str) -> list[str]:
    """The words of a text that are marked."""
    return list(FINDER.marks(text))


NAMES = WRITTEN["names"]


@pytest.mark.parametrize("platform", [one for one in platforms().values() if one.operator], ids=lambda one: one.client)
def test_the_data_file_of_a_platform_alone_says_where_its_accounts_stand(platform: Platform) -> None:
    """Behind its page of a profile, and behind its name."""
    texts = f"https://{platform.profile}/3847261 です", f"{platform.name}のIDは hanako_88 です"

    assert [["3847261"], ["hanako_88"]] == [pieces(one) for one in texts]


@pytest.mark.parametrize(
    ("text", "piece"),
    [
        *NAMES,
        pytest.param("高橋 健二氏が撮影します", "高橋 健二", marks=needs_analyser),
        pytest.param("山本太郎が担当します", "山本太郎", marks=needs_analyser),
        ("みほちゃんに送って", "みほ"),
        ("それはさとうさんに聞いて", "さとう"),
        ("(吉岡)", "吉岡"),
        ("中村に確認します", "中村"),
        ("渡邉に連絡", "渡邉"),
        ("Suzukiさんの原稿", "Suzuki"),
        pytest.param("Ask Brown about the brown one", "Brown", marks=needs_analyser),
        pytest.param("タムラ ケンジ", "タムラ ケンジ", marks=needs_analyser),
        ("みーちゃん", "みー"),
        ("もちこさんに依頼", "もちこ"),
        pytest.param("加・藤に確認", "加・藤", marks=needs_analyser),
        pytest.param("佐 々 木さんの指示", "佐 々 木", marks=needs_analyser),
        pytest.param("m i u r a さんへ", "m i u r a", marks=needs_analyser),
        pytest.param("勅使河原(てしがわら)です", "てしがわら", marks=needs_analyser),
        pytest.param("Our CFO Robert Klein has to approve", "Robert Klein", marks=needs_analyser),
        pytest.param("名義 スギモトショウ", "スギモトショウ", marks=needs_analyser),
        ("三菱UFJ 普通 1234567 ツジムラサチコ", "ツジムラサチコ"),
        ("口座はカツラギケンタ名義です", "カツラギケンタ"),
    ],
)
def test_what_looks_like_a_person_is_covered(text: str, piece: str) -> None:
    """Names with a title, surnames, names that the analyser knows, and ways to reach somebody."""
    assert piece in pieces(text)


@pytest.mark.parametrize(("text", "piece"), NAMES)
def test_without_the_analyser_names_are_found_by_scripts_and_lists(
    text: str, piece: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Fewer of them, but no contact is lost with it."""
    monkeypatch.setattr(word_analyser, "_tokenizer", lambda: None)

    assert not word_analyser.has_analyser()
    assert piece in pieces(text)


@needs_analyser
def test_a_handle_is_covered_whole_though_a_name_in_it_is_masked() -> None:
    """What a name is masked in is still a way to reach somebody; numbers to call stay what they are masked as."""
    text = "インスタ @yumi-miura.photo、TEL 06-6345-1289 / 06-6345-1290、旧 ミウラ ユミ名義"

    assert "インスタ ■■(隠した語)、TEL ■■(電話番号) / ■■(電話番号)、旧 参加者A名義" == drawn(text, ["三浦 由美"]).text


@needs_analyser
def test_a_name_in_brackets_is_no_reading() -> None:
    """The analyser takes kana there for the reading of the word before them."""
    assert ["あかね"] == marks("うちの妻(あかね)の意見も")
    assert ["m i u r a"] == marks("担当はm i u r aです")


@pytest.mark.parametrize("has_analyser", [True, False])
def test_words_of_no_chat_are_marked(has_analyser: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """As they stand in the text; no particle, no number, no word of chats, no party."""
    if not has_analyser:
        monkeypatch.setattr(word_analyser, "_tokenizer", lambda: None)

    assert ["Ｔｓｕｃｈｉｄａ"] == marks("Ｔｓｕｃｈｉｄａに確認。納品は3件、田中さんとyamadaへ")
    assert [] == marks("お世話になっております。修正版を送りますので、ご確認をお願いいたします。")
    assert [] == marks("■■(氏名)と参加者Aさん")


def test_units_kinds_of_files_and_abbreviations_are_no_names() -> None:
    """As in the name and size of a file; initials without a number are marked, and covered before a title."""
    assert [] == marks("台本_01.docx (12.5 KB) 200kB 48 kHz 3GB a.aep b.gif c.prproj USB、UI/UX、FHD、KPI、ASAP")
    assert ["KB"] == marks("KB に確認")
    assert ["KB"] == list(FINDER.pieces("KB様に確認"))


@pytest.mark.parametrize(
    "text",
    [
        "お疲れ様です。皆さん、ありがとうございます。お客様の声を集めました",
        "たくさんの素材をいただきました。仕様を確認します、同様に対応します",
        "クライアントさんに確認します。氏名を入力してください。CrowdWorks様の規約",
        pytest.param("今日はちゃんとできました。行くんですが、少し遅れます", marks=needs_analyser),
        "田中さん、ありがとうございます。たなかさんへ。よろしくお願いいたします。田中様",
        pytest.param("Tanaka Ichiro様", marks=needs_analyser),
        "If only I could read it. Read page 3 of the brown draft, I hope. Due 10 June",
        "Zoom: https://zoom.us/j/222 LINEは https://example.com/a",
        "納品データは https://example.com/file.zip です。バージョン1.2.3、1876543210987654321、2026-11-05 10:14",
        "■■(氏名)さんと参加者Aさん、参加者(ID 9)様",
        "担当は■■(指定)さんです",
        "月・水・金、土 日 祝、大・中・小、A B Cの3案、春・夏・秋・冬",
        "三井住友 (普)■■(口座情報)、普 ■■(口座情報)",
        pytest.param("石川県の金沢駅、松本城、福島県伊達市、三菱UFJ 梅田支店", marks=needs_analyser),
        pytest.param("ライターさん、インフルエンサーさん、店員さん", marks=needs_analyser),
        pytest.param("銀行口座はクラウドワークスに、クレジットカードも", marks=needs_analyser),
    ],
)
def test_ordinary_sentences_are_left_in_peace(text: str) -> None:
    """Words with さん or 様 that name nobody, the parties in every spelling, and what is masked already."""
    assert [] == pieces(text)


@pytest.mark.parametrize(
    ("piece", "text", "hidden"),
    [
        ("髙木", "高 木と髙木", ["高 木", "高木"]),
        ("林", "林さん、小林、山林、(林)", ["林", "林"]),
        ("sato", "sato satoshi SATO", ["sato", "sato"]),
        ("谷", "谷の底、谷さん", ["谷"]),
        ("ゆき", "ゆきが来た。ゆきます、うゆき、上司のゆきに", ["ゆき", "ゆき"]),
        ("マサ", "マサに、マサチューセッツ、ナマサ、マサー", ["マサ"]),
        ("s", "のsさん、(S)、https、ss様、s", ["s", "s"]),
    ],
)
def test_hiding_a_piece_hides_all_like_it(piece: str, text: str, hidden: list[str]) -> None:
    """In every width and variant; a single character only where it is a name."""
    assert hidden == piece_pattern(piece).findall(folded_text(text))


@given(strategies.text(alphabet="田村さん様氏 (「担当:@.a09口座タムラ\n・-一二ー", max_size=300))
def test_every_piece_stands_in_its_text(text: str) -> None:
    """Whatever the text, and in time; so does every mark, as it was typed."""
    for piece in FINDER.pieces(text):
        assert piece.strip() in normalised_text(text)
    assert all(mark in text for mark in FINDER.marks(text))


@pytest.mark.drawn(but=3)
@pytest.mark.parametrize("repeated", ["あ", "田中", "さん", "a.", "\n", "ﾀ", "𠮷", "㍿", "\ud83d"])
def test_a_long_text_is_divided(repeated: str) -> None:
    """Beyond what the analyser takes at once, with characters that it refuses or that become many, and in time."""
    assert list(FINDER.pieces(repeated * 20_000)) is not None
    assert list(FINDER.marks(repeated * 20_000)) is not None
    assert not NameFinder([repeated * 3_000]).is_party("佐藤")


@needs_analyser
def test_several_threads_look_for_names_at_once() -> None:
    """As pages are made by several; the analyser refuses to be used by two."""
    text = "先ほど田所さんから連絡があり、納品は金曜で問題ないとのことでした。" * 20

    with ThreadPoolExecutor(4) as threads:
        found = list(threads.map(pieces, [text] * 200))

    assert [["田所"] * 20] * 200 == found


def test_the_firm_of_a_party_is_left_alone() -> None:
    """A chat 田中商店様 of 田中 is the client's; the firm of somebody else is covered."""
    assert [] == list(FINDER.pieces("田中商店様 サイト制作"))
    assert "中村" in "".join(FINDER.pieces("中村商店様 サイト制作"))


OWNER, CLIENT, THIRD = 1234567, 7654321, 8000001
PEOPLE = {OWNER: ["yamada"], CLIENT: ["田中 一郎"], THIRD: ["佐藤 花子"]}
PARTS = strategies.sampled_from(
    [
        *("泉", "ｻﾄｳ", "サトウ", "さとう", "K氏", "ｋ氏", "髙橋", "高橋", "①", "Ａ", "が", "は", " ", "\n"),
        *("LINEのID: yuuki_0921", "yuuki_0921", "ＹＵＵＫＩ＿0921", "か\u3099", "ﾊﾟ", "パ", "\u200b", "様"),
        *("[To:8000001]", "経理の", "[hr]"),
    ]
)
TEXTS = strategies.lists(PARTS, min_size=1, max_size=8).map("".join)
PIECES = strategies.lists(TEXTS.filter(lambda text: bool(text.strip(" \n\u200b"))), max_size=3)


@pytest.mark.drawn
@settings(max_examples=150, deadline=None)
@given(strategies.lists(TEXTS, min_size=1, max_size=6), PIECES, PIECES)
def test_pieces_are_covered_in_texts_found_clean_before(texts: list[str], pieces: list[str], more: list[str]) -> None:
    """As by a mask that had seen no text before the pieces were added."""
    used, fresh = (PackageMask(masking_policy("support"), PEOPLE, {THIRD}) for _ in range(2))
    for text in texts:
        fresh.mask_text(text)
        used.mask_text(text)
    for mask in (used, fresh):
        mask.cover_pieces(pieces)
        if mask is fresh:
            mask._clean.clear()

    assert [used.mask_with_kinds(text) for text in texts] == [fresh.mask_with_kinds(text) for text in texts]

    for mask in (used, fresh):
        mask.cover_pieces(more)
        if mask is fresh:
            mask._clean.clear()

    assert [used.mask_with_kinds(text) for text in texts] == [fresh.mask_with_kinds(text) for text in texts]


@pytest.mark.parametrize("sign", ["①", "⑫", "⑴", "⒈", "❶"])
def test_the_number_of_an_item_is_no_digit_of_a_phone_number(sign: str) -> None:
    """Behind ① a phone number is masked as behind a space."""
    assert "1154" not in drawn(f"{sign}090-8372-1154 予約変更").text
    assert "2017" not in drawn(f"{sign}03-5843-2017 営業電話").text


def test_circled_digits_of_a_number_stay_digits() -> None:
    """A number that is written in such signs is found."""
    assert "⑧" not in drawn("連絡は⓪⑨⓪-⑧③⑦②-①①⑤④です").text


_GROUPS = """
高髙 辺邊邉 浜濵濱 斉齋齊斎 徳德 柳栁 島嶋嶌 沢澤 桜櫻 広廣 圀國国 真眞 恵惠 栄榮 寿壽 竜龍
滝瀧 芸藝 清淸 槙槇 富冨 館舘 桧檜 凛凜 吉𠮷 橋𣘺 弥彌 礼禮 静靜 豊豐 実實 宝寶 寛寬 県縣
峰峯 岳嶽 塩鹽 円圓 与與 余餘 万萬 会會 学學 応應 伝傳 仮假 価價 倹儉 剣劍 剣劒 勲勳 区區
巻卷 参參 団團 囲圍 図圖 増增 壮壯 壱壹 奥奧 嬢孃 専專 将將 尚尙 厩廐 庁廳 彦彥 従從 恋戀
戸戶 抜拔 摂攝 収收 教敎 数數 暁曉 晋晉 条條 桟棧 楽樂 様樣 枢樞 横橫 欧歐 歩步 歳歲 残殘
毎每 気氣 渉涉 浄淨 渓溪 温溫 満滿 渋澁 済濟 瀬瀨 湾灣 灯燈 為爲 犠犧 狭狹 独獨 産產 画畫
痩瘦 稲稻 穂穗 並竝 粋粹 糸絲 経經 緑綠 緒緖 聡聰 声聲 粛肅 台臺 旧舊 荘莊 萌萠 園薗 薫薰
蔵藏 薬藥 虚虛 蛍螢 衛衞 装裝 覚覺 譲讓 予豫 贒賢 頼賴 賛贊 逓遞 郷鄕 釈釋 録錄 錬鍊 鎮鎭
鉄鐵 関關 陥陷 雑雜 顕顯 駆驅 髪髮 闘鬪 鶏鷄 麦麥 黄黃 黒黑 黙默 点點 党黨 歯齒 臈﨟 兎兔
曽曾 松枩 杉杦 楳梅 桧檜 渊淵渕 湧涌 尓爾 珍珎 略畧 祿禄 秋秌 群羣 船舩 萼蕚 讓譲 隣鄰 間閒
鶴靏 靹鞆 飲飮 餅餠 雁鴈 鼠鼡 併倂 偽僞 単單 即卽 嘱囑 場塲 婿壻 奨奬 強强 径徑 悦悅 慎愼
払拂 拡擴 既旣 晩晚 概槪 栄榮 歴歷 澄澂 状狀 畳疊 盗盜 研硏 税稅 青靑 験驗 鴎鷗 薮藪籔 遥遙 醤醬 頬頰 祷禱
繋繫 侠俠 剥剝 呑吞 噛嚙 嚢囊 填塡 妍姸 屏屛 并幷 掻搔 掴摑 溌潑 涜瀆 焔焰 箪簞 繍繡 莱萊 蒋蔣 蝉蟬
蝋蠟 躯軀 醗醱 鯵鰺 鹸鹼 麹麴 麺麵 顛顚 騨驒 濤涛 巌巖 尭堯 桝枡 晃晄 崎碕嵜
"""
"""A usual character, then variants of it that names have and a Japanese Windows PC can type; 261 in all."""

PAIRS = [(group[0], variant) for group in _GROUPS.split() for variant in group[1:]]


@pytest.mark.parametrize(("usual", "variant"), PAIRS)
def test_a_variant_is_found_as_the_usual_character(usual: str, variant: str) -> None:
    """In a name, in either direction."""
    assert folded_text(f"{usual}田") == folded_text(f"{variant}田")


FILES = sorted(CORPUS.glob("*.jsonl"))


def left_of(text: str, *names: str, members: tuple[str, ...] = ()) -> list[str]:
    """The names of a text that are not covered."""
    line = {"text": text, "names": list(names)}
    return left(line, drawn(text, members, names), with_marks=False)


def test_a_name_counts_only_if_nothing_of_it_is_left() -> None:
    """Neither the whole nor two letters of it; what is marked is not covered."""
    assert [] == left_of("編集の田村さんに確認", "田村")
    assert [] == left_of("花子さんに確認", "花子", members=("佐藤 花子",))
    assert ["謎名字"] == left_of("謎名字に確認", "謎名字")
    line = {"text": "tsuchidaに確認", "names": ["tsuchida"]}
    seen = drawn(line["text"])  # type: ignore[arg-type]
    assert (["tsuchida"], []) == (left(line, seen, with_marks=False), left(line, seen, with_marks=True))


def test_a_name_is_judged_where_it_stands_as_one() -> None:
    """The same character within a longer word is no name, unless it stands nowhere else."""
    assert [] == left_of("原さんの原稿は木曜に届きます", "原")
    assert ["稿"] == left_of("原さんの原稿は木曜に届きます", "稿")
    assert ["不在の名"] == left_of("ここには誰もいません", "不在の名")


def test_somebody_else_with_a_partys_name_is_a_third_person() -> None:
    """The message is then judged among parties of other names; else theirs stay."""
    assert [] == left_of("先方の田中様からまだです", "田中")
    assert "田中さん、yamadaです" == drawn("田中さん、yamadaです").text


@pytest.mark.slow
@pytest.mark.skipif(not has_analyser(), reason="SudachiPy is not there")
@pytest.mark.parametrize("file", FILES, ids=lambda one: one.stem)
def test_the_finder_meets_its_bars(file: Path) -> None:
    """By the messages from which neither its rules nor its vocabulary were made."""
    result = result_of(read_corpus(file))

    assert (300, 600) == (result.naming, len(read_corpus(file)))
    assert FOUND_BAR <= result.found / result.naming
    assert (COVERS_BAR, MARKS_BAR) >= (result.covers, result.marks)


@pytest.mark.drawn
def test_a_sample_of_the_corpora_is_found() -> None:
    """Every tenth message."""
    result = result_of([line for file in FILES for line in read_corpus(file)[::10]])

    assert FOUND_BAR <= result.found / result.naming
