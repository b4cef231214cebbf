"""What is written like a name and stands for no person by what is around it: a shop, a tool, a place, a work.

パン屋「ひだまり」さん, 弥生会計, Juliaで書かれたコード, 大久保の韓国料理店, 映画「源氏物語」. What a rule found is
weighed against it: a title or what only people do outweighs a tool and a place. Every repetition has a bound.
"""

from __future__ import annotations

import functools
import re

from archiver.export.mask.leftover_patterns import JOBS, KANJI, KATAKANA
from archiver.export.mask.name_checks import (
    in_hiragana,
    is_foreign,
    is_kana_person,
    is_katakana,
    is_name_reading,
    is_spoken_surname,
)
from archiver.export.mask.name_contexts import CLEARLY_BEHIND, PERSONS_THING, person_behind
from archiver.export.mask.name_data import given_names, leftover_words, ordinary_words, rare_names, surnames

_REACH = 24
_TRADE = (
    f"(?:[{KANJI}{KATAKANA}]{{1,8}}(?:[店館院堂園室]|(?<!部)屋)|カフェ|喫茶|レストラン|ビストロ|(?<![ァ-ヴー])バー|居酒屋|酒場|食堂|寿司|鮨|蕎麦|そば|うどん|ラーメン"
    "|焼肉|焼鳥|焼き鳥|割烹|料亭|和食|洋食|中華|フレンチ|イタリアン|(?<![ァ-ヴー])バル|スナック|ベーカリー|スイーツ|パティスリー|サロン|エステ"
    "|ネイル|ヘアー?|整体|クリニック|歯科|医院|薬局|保育園|幼稚園|教室|スクール|道場|(?<![ァ-ヴー])ジム|ヨガ|スタジオ|ギャラリー|工房|アトリエ|ホテル|民宿"
    "|ペンション|旅館|宿|ゲストハウス|キャンプ場|農園|牧場|酒造|酒蔵|ショップ|ストア|ブランド|メーカー|出版社?|印刷所?|印刷会社"
    "|通販|アプリ|サービス|ツール|ソフト|サイト|フォント|書体)"
)
_SHOP_QUOTED = re.compile(f'{_TRADE}(?:の)?[「『"]$')
_SHOP_BEFORE = re.compile(f"{_TRADE}$")
_SHOP_WITH_TRADE = re.compile(f"{_TRADE}[{KATAKANA}]{{2,9}}")
_STARTS_AS_SHOP = re.compile(
    f"[{KATAKANA}]{{0,6}}(?:サロン|カフェ|ショップ|ストア|ホテル|スタジオ|クリニック|レストラン|ベーカリー|スクール)[{KATAKANA}]"
)
_AS_FIRM = re.compile(
    "さん(?:で(?![すしはもなの、])|に(?:入稿|発注|注文|掲載)|を(?:利用|使|参考)"
    "|の(?:看板|規約|店内|店舗|売り?場|三脚|レンズ|カメラ|機材|棚|新作|新商品|納期|料金|手数料|テンプレート|公式|用紙|商品|製品|サイト|HP|アプリ|セール|キャンペーン"
    "|ロゴ|導入|事例|求人|クーポン|予約ページ|メニュー))"
)
"""Behind katakana or Latin letters that no list of names has they make it a firm."""
_WORK = re.compile(
    "(?:映画|ドラマ|小説|アニメ|漫画|マンガ|コミック|楽曲|名曲|主題歌|曲|アルバム|舞台|番組|書籍|著書|絵本|ゲーム|連載|作品|雑誌|童話|昔話|古典"
    "|短歌|俳句|童謡|唱歌|落語|歌舞伎|ミュージカル|オペラ|邦画|洋画|単行本|文庫)(?:の|は|で)?[「『]$"
)
_FICTION = re.compile(
    "(?:キャラ(?:クター)?|マスコット|ゆるキャラ|愛犬|愛猫|飼い犬|飼い猫|主人公|ヒロイン|登場人物|役名"
    "|ペルソナ)(?:の|は|:)? ?「?$"
)
_PLACEHOLDER = re.compile(
    "ダミー|サンプル|記入例|入力例|例:|例\\)|例】|見本|仮で|仮に|架空|プレースホルダ|テスト(?:用|データ|アカ)"
)
_PLACEHOLDER_NAME = re.compile("(?:太郎|花子|一郎|次郎|Taro|Hanako|タロウ|ハナコ|たろう|はなこ)$")
_LETTER = re.compile(r"[「『]?[A-DX-Z](?:さん|氏|君|くん|様)")
_LETTER_PAIR = re.compile(
    r"[A-DX-Z](?:さん|氏|君|くん|様)[」』]?(?:と|、|や|・|/|も|が|に|は|の)?[「『]?[一-鿿]{0,4}[A-DX-Z](?:さん|氏|君|くん|様|社)"
)
_MADE_UP = re.compile("ペルソナ|仮に|仮名|例えば|たとえば|架空|会話形式|登場人物|シナリオ|キャラ|台本|事例|ケース")
_FAMOUS = re.compile(
    "の(?:小説|詩集?|俳句|短歌|名言|年表|伝記|生涯|代表作|大河|墓|映画|絵画)|風[のなに]|作品(?:集|展)|記念館|美術館|文学館|文学賞|賞"
)
_TOOL = re.compile(
    r"(?:で|を使って|を使い|にて)[^。、\n]{0,4}?(?:書かれ|書いた(?:コード|下書き)|書き直|作成|作られ|開発|変換|開[いくけか]|生成|出力|保存|入力|計算|集計"
    r"|書き出|読み込|読み上げ|組[みん]|要約|下訳|実装|自動|経理|仕訳|管理)"
    r"|から(?:エクスポート|書き出|出力|ダウンロード|インポート|取得|移行|抽出|コピペ|CSV)"
    r"|に(?:変換|移植|書き出|取り込|インポート|移行|ログイン|課金|話しかけ|対応(?:した|する|してい)|[^。、\n]{1,4}させ|書かせ|考えさせ|入稿|発注)"
    r"|って(?:まだ|今も|どの)?(?:くらい)?(?:使|無料|有料|便利)|を(?:使[っいうわ]|インストール|アップデート|導入|起動|立ち上げ|契約し|解約|ダウンロード|アンインストール)"
    r"|の(?:スキル|API|アプリ|プラグイン|バージョン|最新版|無料版|有料版|体験版|プラン|料金|ライセンス|プロンプト|フォント|書体|ロゴ|公式"
    r"|広告|新作|商品|製品|古い|モニター|サブスク|スクリプト|拡張子|コスメ|香水|バッグ|時計|機能|仕様|画面|設定|ファイルは|ファイルが)"
    r"|版|対応"
)
"""Behind a word without a title it is a program, a language, a brand."""
_TITLE_BEHIND = re.compile(rf"[」』]? ?(?:さー{{0,2}}ん|さま|様|氏|ちゃん|くん|君|先生|{JOBS}|-?[Ss]an(?![a-z])|\()")
_TITLE_WITHIN = re.compile("(?:さん|さま|様|氏|ちゃん|くん|君|先生)$")
_SCENERY = re.compile(
    rf"の(?P<thing>[{KANJI}]{{2,6}}|[{KATAKANA}]{{2,8}}|海|空|蔵|桜|山|川|店|宿|街|町|滝|湖|島|城|寺|港|街並)"
)
_WITH_PLACE = re.compile(
    rf"(?:(?:と|や|、|・|~|から)[{KANJI}ァ-ヴー]{{2,5}})?(?:の(?:街|町|駅|観光|グルメ|物件|蔵|店舗|カフェ|写真スポット|商店街)|駅|線|方面|周辺|付近|界隈|近辺|エリア|あたり|辺り|沿い)"
)
_HOST = re.compile(r"https?://(?P<host>[A-Za-z0-9.-]{3,80})|(?<![A-Za-z0-9@.-])(?P<bare>www\.[A-Za-z0-9.-]{3,80})")
_OF_INSTITUTION = re.compile(r"\.(?:lg|go|ac|ed|co|or)\.jp$|\.[a-z]{3,12}\.jp$")
_FONT = re.compile(
    rf"[A-Z0-9]{{0,3}}[{KANJI}]{{0,3}}(?:ゴシック|明朝|丸ゴ|角ゴ|楷書|行書|教科書体|フォント|Pro|Std)|[A-Z][丸角](?![{KANJI}])"
)
_INSIDE = re.compile("[館店社園校駅市県町村院所室屋車機船港島寺城場国][内外中前後側]")
_NEXT_KANJI = re.compile(f"[{KANJI}]{{1,4}}")
_LANDMARK = re.compile("[城寺橋駅港峠滝岬湾湖島坂線街]$")
_RANK = re.compile("[0-9]位 ?[:は.] ?$")
_HIGH = 3


def is_no_person(text: str, start: int, end: int) -> bool:
    """Whether what stands around a piece of a normalised text, or its form, says that no person is meant."""
    piece = text[start:end]
    if _RANK.search(text, max(0, start - 5), start) and piece in leftover_words().prefectures:
        return True
    return (
        _is_shop(text, piece, start, end)
        or _is_in_work(text, start)
        or _is_made_up(text, piece, start)
        or (text[start].isascii() and _is_in_host(text, start, end))
        or (not _has_title(text, piece, end) and _is_thing(text, piece, end))
    )


def _has_title(text: str, piece: str, end: int) -> bool:
    return _TITLE_BEHIND.match(text, end) is not None or _TITLE_WITHIN.search(piece) is not None


def _is_shop(text: str, piece: str, start: int, end: int) -> bool:
    """Whether a piece is a shop by the trade before it: a quoted one, or one in kana or Latin letters."""
    before = text[max(0, start - _REACH) : start]
    if before[-1:] in ("「", "『", '"'):
        return _SHOP_QUOTED.search(before) is not None
    if text[end : end + 1] in ("「", "『"):
        return _SHOP_BEFORE.search(before + piece) is not None
    if re.match(f"[{KANJI}]", piece):
        return is_katakana(piece[-1]) and _SHOP_WITH_TRADE.fullmatch(piece) is not None
    if _AS_FIRM.match(text, end) and not _is_known_person(piece):
        return True
    return _STARTS_AS_SHOP.match(piece) is not None or (
        text.startswith("さん", end) and _SHOP_BEFORE.search(before) is not None
    )


def _is_known_person(piece: str) -> bool:
    """Whether a list has what kana or Latin letters say, or one of its words, as a name: Michael Chen."""
    return any(map(_is_known_name, (piece, *re.split("[ ・]", piece))))


def _is_known_name(piece: str) -> bool:
    reading = in_hiragana(piece)
    is_kana = is_kana_person(piece) or is_foreign(piece) or is_name_reading(reading)
    latin = surnames().romaji, given_names().romaji, rare_names().latin, leftover_words().foreign_latin_names
    return is_kana or any(piece.lower() in one for one in latin)


def _is_in_work(text: str, start: int) -> bool:
    """Whether a piece stands within the title of a work that is said to be one."""
    opening = max(text.rfind(sign, max(0, start - _REACH), start) for sign in "「『")
    if opening < 0 or any(sign in text[opening:start] for sign in "」』"):
        return False
    return _WORK.search(text, max(0, opening - 8), opening + 1) is not None


def _is_made_up(text: str, piece: str, start: int) -> bool:
    """Whether a piece is a person of a story, a placeholder or a letter that stands for anybody."""
    before = text[max(0, start - _REACH) : start]
    if _FICTION.search(before):
        return True
    if _LETTER.fullmatch(piece):
        return _MADE_UP.search(text) is not None or _LETTER_PAIR.search(text) is not None
    return _PLACEHOLDER_NAME.search(piece) is not None and _PLACEHOLDER.search(text) is not None


def _is_thing(text: str, piece: str, end: int) -> bool:
    """Whether a piece without a title is a program, a brand, a place or somebody of whom everybody has read."""
    is_kanji = re.match(f"[{KANJI}]", piece) is not None
    if is_kanji and len(piece) > _HIGH and _FAMOUS.match(text, end):
        return True
    if is_kanji:
        return _is_place(text, piece, end)
    return _is_tool(text, piece, end)


def _is_tool(text: str, piece: str, end: int) -> bool:
    is_brand = piece in leftover_words().brand_people or piece.lower() in leftover_words().brand_people
    if is_brand and not (CLEARLY_BEHIND.match(text, end) or person_behind().match(text, end)):
        return PERSONS_THING.match(text, end) is None
    return _TOOL.match(text, end) is not None and CLEARLY_BEHIND.match(text, end) is None


def _is_place(text: str, piece: str, end: int) -> bool:
    """Whether a surname that is a station too has beside it what a place has, and nothing that a person has."""
    if _FONT.match(text, end) or _INSIDE.fullmatch(piece) or _WITH_PLACE.match(text, end):
        return True
    if piece in leftover_words().brand_people:
        goes_on = _NEXT_KANJI.match(text, end)
        return _TOOL.match(text, end) is not None or (goes_on is not None and not _is_owned(goes_on[0]))
    if _LANDMARK.search(piece) and _is_known_place(piece[:-1]) and not is_spoken_surname(piece):
        return True
    if not _is_known_place(piece):
        return False
    scenery = _SCENERY.match(text, end)
    return scenery is not None and PERSONS_THING.match(text, end) is None and not _is_owned(scenery["thing"])


def _is_known_place(word: str) -> bool:
    words = ordinary_words()
    return any(word in one for one in (words.stations, words.places, leftover_words().common_surnames))


@functools.lru_cache(4096)
def _is_owned(thing: str) -> bool:
    """Whether a thing is what people have, do or are: 木村の請求書, 木村の部長."""
    words = leftover_words()
    known = words.owned_words | words.work_words | words.papers | words.person_words | words.role_titles
    return any(thing.startswith(one) for one in known if len(one) > 1) or re.match(JOBS, thing) is not None


def _is_in_host(text: str, start: int, end: int) -> bool:
    """Whether Latin letters stand within the host of a body's address."""
    for match in _HOST.finditer(text):
        group = "host" if match["host"] else "bare"
        if match.start(group) <= start and end <= match.end(group):
            return _OF_INSTITUTION.search(match[group]) is not None
    return False
