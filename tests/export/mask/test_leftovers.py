"""What looks like a person and is not covered is offered, and ordinary sentences are left in peace."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, strategies

from archiver.export.mask.folding import folded_text
from archiver.export.mask.leftovers import LeftoverFinder, normalised_text, piece_pattern
from tests.support.archives.maker import ArchiveMaker, file_object, message_object, story
from tests.support.packages.exported_archives import FACTS, export_package, zip_files

FINDER = LeftoverFinder(["yamada", "田中 一郎", "株式会社△△ 田中"])


def pieces(text: str) -> list[str]:
    """The pieces that are offered of a text."""
    return list(FINDER.pieces(text))


@pytest.mark.parametrize(
    ("text", "piece"),
    [
        ("編集の田村さんに確認してください", "田村"),
        ("佐々木様にも共有済みです", "佐々木"),
        ("高橋 健二氏が撮影します", "高橋 健二"),
        ("みほちゃんに送って", "みほちゃん"),
        ("それはさとうさんに聞いて", "さとう"),
        ("森本君に頼んで", "森本"),
        ("本件は林さんが窓口です", "林"),
        ("担当:小林", "小林"),
        ("(吉岡)", "吉岡"),
        ("「担当 岡田」", "岡田"),
        ("中村に確認します", "中村"),
        ("山本太郎が担当します", "山本太郎"),
        ("佐藤部長に確認中", "佐藤"),
        ("宮﨑さんより", "宮﨑"),
        ("濵田先生", "濵田"),
        ("渡邉に連絡", "渡邉"),
        ("Johnさんにお願い", "John"),
        ("Suzukiさんの原稿", "Suzuki"),
        ("Sato-sanへ", "Sato-san"),
        ("Mr. Brownが来ます", "Mr. Brown"),
        ("tanabe_0312.pdfを見て", "tanabe"),
        ("タムラ ケンジ", "タムラ ケンジ"),
        ("口座名義は ｸﾘﾉｷ ﾊﾅｺ です", "クリノキ ハナコ"),
        ("https://twitter.com/hanako_s を見て", "hanako_s"),
        ("@hanako_edit に DM して", "@hanako_edit"),
        ("LINEは hanako99 です", "hanako99"),
        ("discord: hanako#1234", "hanako#1234"),
        ("hanako アット gmail ドット com", "hanako アット gmail ドット com"),
        ("gmailの hanako.sato1 です", "hanako.sato1"),
        ("090・1234・5678", "090・1234・5678"),
        ("〇九〇の一二三四の五六七八", "〇九〇の一二三四の五六七八"),
        ("上司の関に確認します", "関"),
        ("榊に聞いてください", "榊"),
        ("社長(大塚)", "大塚"),
        ("大塚Pに確認", "大塚"),
        ("小倉：修正お願いします", "小倉"),
        ("@小倉 確認お願いします", "小倉"),
        ("高見と申します", "高見"),
        ("ゆきさんの声", "ゆきさん"),
        ("ゆうすけくん", "ゆうすけくん"),
        ("みーちゃん", "みーちゃん"),
        ("ふじわらしょうたです", "ふじわらしょうた"),
        ("フジワラショウタ", "フジワラショウタ"),
        ("S.Moriさん", "S.Mori"),
        ("担当はMoriです", "Mori"),
        ("Kenji Mori からメール", "Kenji Mori"),
        ("王さんにも", "王"),
        ("xのアカウントは tom_h99", "tom_h99"),
        ("弊社高見の件", "高見"),
        ("契約書_栗田署名済.pdf", "栗田"),
        ("栗田邸ルームツアー", "栗田"),
        ("北部長の席", "北"),
        ("照明:杉 音声:久保", "杉"),
        ("承認者は原です", "原"),
        ("千葉の指示待ちです", "千葉"),
        ("西と栗田の二人", "西"),
        ("近藤カメラマン", "近藤"),
        ("陽子さんに確認", "陽子"),
        ("藪内さんの原稿", "藪内"),
        ("翔太くんに頼む", "翔太"),
        ("こまっさんに聞いて", "こまっさん"),
        ("あれ、ともきが撮った分", "ともき"),
        ("けんけんとの対談", "けんけん"),
        ("アンナ先生の動画", "アンナ"),
        ("Emilyから赤入れ", "Emily"),
        ("テイ・ミン・アン様", "テイ・ミン・アン"),
        ("カ)クリタデザイン", "クリタデザイン"),
        ("r.kurita.png", "r.kurita"),
        ("https://example.com/staff/kurita-mai.html", "kurita-mai"),
        ("mai_edit.worksさんに依頼", "mai_edit.works"),
        ("PSNはmai_gg77", "mai_gg77"),
        ("ID検索は m a i 0 5 です", "m a i 0 5"),
        ("mai_77[at]example[dot]com", "mai_77[at]example[dot]com"),
        ("080の1234、そのあと5678", "080の1234、そのあと5678"),
        ("o8o-1234-56ll", "o8o-1234-56ll"),
        ("電話は一二三四五六七八九〇です", "一二三四五六七八九〇"),
        ("経理の泉へお問い合わせください", "泉"),
        ("辻が来週まで不在です", "辻"),
        ("【東】直しました", "東"),
        ("集計を直しました(関)", "関"),
        ("原(経理)です", "原"),
        ("谷の方で対応します", "谷"),
        ("購買部 千葉", "千葉"),
        ("構成:冬木\n執筆:外注", "冬木"),
        ("穴沢里美は退会済み", "穴沢里美"),
        ("本間看護師の話", "本間"),
        ("勅使河原様のお名前", "勅使河原"),
        ("一ノ瀬さんから", "一ノ瀬"),
        ("プロデューサー鴨志田より", "鴨志田"),
        ("光くんのカット", "光"),
        ("Rie姉さんのラフ", "Rie"),
        ("K氏からの苦情", "K氏"),
        ("しほに任せた", "しほ"),
        ("おおやまに聞いて", "おおやま"),
        ("かおると申します", "かおる"),
        ("「ひろはる」という方", "ひろはる"),
        ("担当:teruyuki", "teruyuki"),
        ("テラオ マキトです", "テラオ マキト"),
        ("おおすぎ ともふみさん", "おおすぎ ともふみ"),
        ("TatsuyaのMacで再現", "Tatsuya"),
        ("tatsuya_s0921がDMした", "tatsuya_s0921"),
        ("LINE交換しましょう→ mika_0214", "mika_0214"),
        ("taro〔at〕example.jp", "taro〔at〕example.jp"),
        ("真田抜きで進める", "真田"),
        ("弊社林がご案内します", "弊社林"),
        ("千葉宛にお送りください", "千葉"),
        ("昨日千葉と話しました", "千葉"),
        ("依頼主は千葉だそうです", "千葉"),
        ("以上です。千葉", "千葉"),
        ("いつものみっきーに頼む", "みっきー"),
        ("まーくんの二人体制", "まーくん"),
        ("なおたん今月いっぱい", "なおたん"),
        ("りょーちんがまた", "りょーちん"),
        ("編集はオカピー", "オカピー"),
        ("ライター名「もふ子」で", "もふ子"),
        ("出品者の田んぼ猫さん", "田んぼ猫"),
        ("参加者→ちゃんりお、むーむー", "むーむー"),
        ("きむらです〜!", "きむら"),
        ("ケンジに頼む", "ケンジ"),
        ("ソフィーが直した", "ソフィー"),
        ("shotaに聞けば", "shota"),
        ("Yuto K.の承認", "Yuto K."),
        ("パク社長が来る", "パク"),
        ("Discordのもちもち#0088さん", "もちもち#0088"),
        ("ゲームのIDはZun0214", "Zun0214"),
        ("ラインのID、yuuki-0921", "yuuki-0921"),
        ("ゼロ九ゼロの4567の8901", "ゼロ九ゼロの4567の8901"),
        ("natsume(アットマーク)example.co.jp", "natsume(アットマーク)example.co.jp"),
        ("Phạm Minhさん", "Phạm Minh"),
    ],
)
def test_what_looks_like_a_person_is_offered(text: str, piece: str) -> None:
    """In every form in which people write names and addresses."""
    assert piece in pieces(text)


@pytest.mark.parametrize(
    "text",
    [
        "お疲れ様です。皆さん、ありがとうございます。お客様の声を集めました",
        "たくさんの素材をいただきました。仕様を確認します、同様に対応します",
        "クライアントさんに確認します。氏名を入力してください。CrowdWorks様の規約",
        "今日はちゃんとできました。行くんですが、少し遅れます",
        "素材は千葉の倉庫です。渋谷で撮影しました。中間報告です。平和な動画に。出口の案内",
        "田中さん、ありがとうございます。たなかさんへ。よろしくお願いいたします。田中様",
        "いち、に、さん、で撮影。タイトルは「夏の海」です。サムネイルを(修正版)にしました。金曜(金)までに",
        "納品データは https://example.com/file.zip です。バージョン1.2.3、1876543210987654321、2026-11-05 10:14",
        "https://youtube.com/watch?v=abc と https://x.com/status/1 と final_v2.mp4",
        "社長に確認します。先方に確認しますので少々お待ちください。タイトル:春の新作。場所:新宿駅。王様。たくさんの。みなさん",
        "よろしくおねがいいたします。By the way, please check it。アカウントは後日共有します。岡山県の案件です",
        "普通 フォント サイズ。BGMを変更 しました。カット 編集",
        "■■(氏名)さんと参加者Aさん、参加者(ID 9)様",
        "前田建設の資料。和田峠の映像。佐藤錦の旬。中村橋駅。小林製薬の引用。三浦半島。吉野家の牛丼。マツモトキヨシの棚",
        "はるか昔の話。まことにありがとう。のぞみの車内。きらきらの文字。アイキャッチ。ヤマダ電機。お中元。@media の中",
        "企業様の店舗さん。店長さん。管理人さん。受講生さん。大家さん。猫ちゃん。ワンちゃん。奥さん。神様。フォロワーさん",
        "高橋の欄干。中島みたいな形。金子ではなく「きんす」。青木の実。三浦半島。大野城市。小松空港。前の動画。今確認した",
        "アイキャッチ。めっちゃ早い。ぱっちり。かんたんです。直したんです。きちんと。もうちゃんと。ボタンを。コピーして",
        "マリオのグッズ。ダイアナの靴。マイクがミュート。iCloudだとWindows。React Nativeで。商品ID: ab1234。「森」を",
        "1本目の素材です。10本目は明後日に。３本目の初稿",
        "まこと申し訳ない。徳川家康の記事。長崎ちゃんぽん。荒川の土手。川崎大師。マキタの充電器。Vtuberさん",
        "千葉に行きます。福岡に出張。石川は雪。星が出た。相手に見せる。名前が長すぎる。メタデータ(ファイル)。「あり」",
        "千葉と長野の案件。池袋サンシャイン。場所:千葉。森の写真。東の空。南口。東側の入口。営業所。編集中です。部分修正",
    ],
)
def test_ordinary_sentences_are_left_in_peace(text: str) -> None:
    """Words with さん or 様 that name nobody, places, the parties, and what is masked already."""
    assert [] == pieces(text)


@pytest.mark.parametrize(
    ("piece", "text", "hidden"),
    [
        ("髙木", "高 木と髙木", ["高 木", "高木"]),
        ("林", "林さん、小林、山林、(林)", ["林", "林"]),
        ("sato", "sato satoshi SATO", ["sato", "sato"]),
        ("谷", "谷の返事、谷の底、谷さん", ["谷", "谷"]),
        ("ゆき", "ゆきが来た。ゆきます、うゆき、上司のゆきに", ["ゆき", "ゆき"]),
        ("マサ", "マサに、マサチューセッツ、ナマサ", ["マサ"]),
    ],
)
def test_hiding_a_piece_hides_all_like_it(piece: str, text: str, hidden: list[str]) -> None:
    """In every width and variant; a single character only where it is a name."""
    assert hidden == piece_pattern(piece).findall(folded_text(text))


@given(strategies.text(alphabet="田村さん様氏 (「担当:@.a09口座タムラ\n・-一二ー", max_size=300))
def test_every_piece_stands_in_its_text(text: str) -> None:
    """Whatever the text, and in time."""
    for piece in FINDER.pieces(text):
        assert piece.strip() in normalised_text(text)


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


@pytest.mark.parametrize(
    ("name", "text", "piece"),
    [
        ("KENJI", "ケンジ歓迎", "ケンジ"),
        ("Suzuki Jiro", "すずきとじろうの件", "じろう"),
        ("さとう はなこ", "const author = 'hanako'", "hanako"),
        ("佐藤 花子", "サトウ歓迎", "サトウ"),
    ],
)
def test_the_name_of_somebody_hidden_is_offered_in_every_spelling(name: str, text: str, piece: str) -> None:
    """In kana and in Latin letters, where nothing around it says that it is a name."""
    assert piece in list(LeftoverFinder(["yamada"], [name]).pieces(text))


def test_a_surname_beside_what_is_masked_is_offered() -> None:
    """A word that is as often a brand, too."""
    assert ["suzuki"] == pieces("// suzuki_参加者I と suzuki の車")


@pytest.mark.parametrize("text", ["担当は■■(指定)さんです", "担当は参加者Bさんですか", "担当:■■(指定)さんです"])
def test_the_title_behind_a_masked_name_is_no_name(text: str) -> None:
    """Who hid the name is not asked about what is left of its sentence."""
    assert [] == pieces(text)


def test_the_firm_of_a_party_is_no_leftover() -> None:
    """A room 田中商店様 of 田中 is the client's; the firm of somebody else is offered."""
    finder = LeftoverFinder(["田中 一郎", "受注者"])

    assert [] == list(finder.pieces("田中商店様 サイト制作"))
    assert ["中村商店"] == list(finder.pieces("中村商店様 サイト制作"))
