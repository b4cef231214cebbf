"""What looks like a person is covered for the reader, what is no word of chats is marked, ordinary sentences stay."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given, strategies

from archiver.export.mask import surnames
from archiver.export.mask.finder import NameFinder, normalised_text, piece_pattern
from archiver.letter_folding import folded_text
from archiver.platforms.job_platform import Platform, platforms
from tests.support.archives.maker import ArchiveMaker, file_object, message_object, story
from tests.support.packages.exported_archives import FACTS, export_package, zip_files

needs_analyser = pytest.mark.skipif(not surnames.has_analyser(), reason="SudachiPy is not there")

FINDER = NameFinder(["yamada", "田中 一郎", "株式会社△△ 田中"])


def pieces(text: str) -> list[str]:
    """The pieces of a text that are covered."""
    return list(FINDER.pieces(text))


def marks(text: str) -> list[str]:
    """The words of a text that are marked."""
    return list(FINDER.marks(text))


NAMES = [
    ("編集の田村さんに確認してください", "田村"),
    ("佐々木様にも共有済みです", "佐々木"),
    ("森本君に頼んで", "森本"),
    ("本件は林さんが窓口です", "林"),
    ("担当:小林", "小林"),
    ("佐藤部長に確認中", "佐藤"),
    ("宮﨑さんより", "宮﨑"),
    ("Johnさんにお願い", "John"),
    ("口座名義は ｸﾘﾉｷ ﾊﾅｺ です", "クリノキ ハナコ"),
    ("https://twitter.com/hanako_s を見て", "hanako_s"),
    ("@hanako_edit に DM して", "@hanako_edit"),
    ("LINEは hanako99 です", "hanako99"),
    ("discord: hanako#1234", "hanako#1234"),
    ("hanako アット gmail ドット com", "hanako アット gmail ドット com"),
    ("gmailの hanako.sato1 です", "hanako.sato1"),
    ("090・1234・5678", "090・1234・5678"),
    ("〇九〇の一二三四の五六七八", "〇九〇の一二三四の五六七八"),
    ("xのアカウントは tom_h99", "tom_h99"),
    ("カ)クリタデザイン", "クリタデザイン"),
    ("https://example.com/staff/kurita-mai.html", "kurita-mai"),
    ("mai_edit.worksさんに依頼", "mai_edit.works"),
    ("PSNはmai_gg77", "mai_gg77"),
    ("ID検索は m a i 0 5 です", "m a i 0 5"),
    ("mai_77[at]example[dot]com", "mai_77[at]example[dot]com"),
    ("080の1234、そのあと5678", "080の1234、そのあと5678"),
    ("o8o-1234-56ll", "o8o-1234-56ll"),
    ("電話は一二三四五六七八九〇です", "一二三四五六七八九〇"),
    ("LINE交換しましょう→ mika_0214", "mika_0214"),
    ("taro〔at〕example.jp", "taro〔at〕example.jp"),
    ("ゲームのIDはZun0214", "Zun0214"),
    ("ラインのID、yuuki-0921", "yuuki-0921"),
    ("ゼロ九ゼロの4567の8901", "ゼロ九ゼロの4567の8901"),
    ("natsume(アットマーク)example.co.jp", "natsume(アットマーク)example.co.jp"),
]


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
        pytest.param("タムラ ケンジ", "タムラ ケンジ", marks=needs_analyser),
        ("みーちゃん", "みー"),
        ("もちこさんに依頼", "もちこ"),
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
    monkeypatch.setattr(surnames, "_tokenizer", lambda: None)

    assert not surnames.has_analyser()
    assert piece in pieces(text)


@pytest.mark.parametrize("has_analyser", [True, False])
def test_words_of_no_chat_are_marked(has_analyser: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """As they stand in the text; no particle, no number, no word of chats, no party."""
    if not has_analyser:
        monkeypatch.setattr(surnames, "_tokenizer", lambda: None)

    assert ["Ｔｓｕｃｈｉｄａ"] == marks("Ｔｓｕｃｈｉｄａに確認。納品は3件、田中さんとyamadaへ")
    assert [] == marks("お世話になっております。修正版を送りますので、ご確認をお願いいたします。")
    assert [] == marks("■■(氏名)と参加者Aさん")


@pytest.mark.parametrize(
    "text",
    [
        "お疲れ様です。皆さん、ありがとうございます。お客様の声を集めました",
        "たくさんの素材をいただきました。仕様を確認します、同様に対応します",
        "クライアントさんに確認します。氏名を入力してください。CrowdWorks様の規約",
        pytest.param("今日はちゃんとできました。行くんですが、少し遅れます", marks=needs_analyser),
        "田中さん、ありがとうございます。たなかさんへ。よろしくお願いいたします。田中様",
        pytest.param("Tanaka Ichiro様", marks=needs_analyser),
        "納品データは https://example.com/file.zip です。バージョン1.2.3、1876543210987654321、2026-11-05 10:14",
        "■■(氏名)さんと参加者Aさん、参加者(ID 9)様",
        "担当は■■(指定)さんです",
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
        ("マサ", "マサに、マサチューセッツ、ナマサ", ["マサ"]),
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


# --- packages ------------------------------------------------------------------------------------


@pytest.fixture
def maker(tmp_path: Path) -> ArchiveMaker:
    """The story of two people who speak of others."""
    archive_maker = story(tmp_path / "home")
    archive_maker.contract("job1", platform="crowdworks", client="田中", **FACTS)
    second = message_object(31, "髙木は https://twitter.com/takagi_k にいます", sent=201)
    archive_maker.sync([message_object(30, "編集の高木さんに渡します", sent=200), second], minutes=202)
    archive_maker.file(file_object(41, "請求書_栗本様.pdf", 9, sent=203), b"pdf bytes", minutes=204)
    return archive_maker


@pytest.mark.drawn
def test_what_looks_like_a_name_is_drawn_covered_and_leaves_so(maker: ArchiveMaker, tmp_path: Path) -> None:
    """In every spelling, in texts and in names of files; the readme does not call that the user's wish."""
    table = zip_files(report := export_package(maker, "support", tmp_path / "out"))["02_messages.csv"].decode(
        "utf-8-sig"
    )

    assert "編集の■■(隠した語)さんに渡します" in table
    assert not [word for word in ("高木", "髙木", "takagi", "栗本") if word in table]
    readme = zip_files(report)["00_README.txt"].decode("utf-8-sig")
    assert "報告者が隠した語、氏名・連絡先などの可能性がある語は隠しています" in readme
    assert "報告者が指定した" not in readme
