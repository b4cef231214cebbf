"""What stands around a surname and makes it a person, whatever else the word may mean.

The patterns are for text of one width (NFKC); those for what stands before end with the name's beginning. Every
repetition has a bound.
"""

from __future__ import annotations

import functools
import re

from archiver.export.mask.leftover_patterns import JOBS, KANJI, any_of
from archiver.export.mask.name_data import leftover_words, ordinary_words

# --- behind a name -----------------------------------------------------------------------------------

_INTRODUCED = (
    r"と申(?:す|し(?![訳込上合]))|でござい|と言います|といい(?:ます|まし)|[」』]?(?:とか?いう|って(?:いう)?)(?:方|人|者|子|やつ|名前"
    r"|ライター|先生)|って(?:誰|だれ|どな|知って|どんな)|とは(?:初|別|仲|知り|面識|以前|前に|何度|一度|話|連絡)"
)


@functools.cache
def person_behind() -> re.Pattern[str]:
    """What stands behind a name: somebody is told something, does something, has something, is introduced."""
    words = leftover_words()
    told, doing, owned = any_of(words.told_words), any_of(words.doing_words), any_of(words.owned_words)
    return re.compile(
        rf"{_INTRODUCED}"
        rf"|(?:に|へ|から|と|にも|へも|より)も?[^。、\n!?]{{0,6}}?{told}"
        rf"|(?:が|は|も|、)[^。\n!?]{{0,12}}?{doing}"
        rf"|の{owned}|まで(?=ご?連絡|ご?相談|お問|お電話)|拝(?![{KANJI}見啓])"
        r"|(?:より|から)(?:以上|です|伝言)|宛(?:に|て|で|の)|いわく|曰く|に代わ|に替わ|に変わりま|的には"
        r"|\((?:[^()]{0,8}(?:[課部室係]|担当|経理|営業|総務|広報|人事|旧姓|前任|後任|代表|社長|代理)[^()]{0,4}"
        r"|[0-9]{2}|[0-9]{1,2}歳|(?:[弟兄姉妹父母娘]|息子)(?:さん)?(?:の(?:ほう|方))?|[ぁ-ん]{2,8})\)"
        r"|(?:PM|AD|CD|[PD])(?:[のにがはへともや、。\s確承修済案]|から|より|です|さん|って|まで|$)"
    )


SAYS_NAME = re.compile(
    r"と呼(?:ん|び|ば|ぶ)|と申(?:す|し(?![訳込上合]))|でござい|と(?:言|い)います|(?:より|から)(?:以上|です|伝言|電話)"
)
"""Behind a name it is said to be one."""
DOES_WEAKLY = re.compile(r"です(?:[。、!~〜ー…♪^(\s]|けど|が|$)")
"""An introduction, but only where a sentence begins: 「辻です」, and not 「背景は森です」."""

CLEARLY_BEHIND = re.compile(
    r"(?:が|は|も)(?:窓口|担当|不在|休[みん]|退職|欠席|辞め|異動|入社|引き継|同席|遅れて|対応し|言って|話して)"
    r"|と(?:打ち合わせ|打合せ|話し|面談|電話|相談|連絡)|の(?:アカウント|携帯|連絡先|返信|返事|代わり|代理|後任|前任|せい|おかげ)"
    r"|(?:に|へ)(?:確認|連絡|聞|相談|伝え|お願い|頼|渡し|引き継)|から(?:連絡|返信|返事|メール|電話|聞|指示|依頼|届|OK)|宛(?:に|て|で|の)"
)
"""Behind a name these leave no doubt that a person is meant."""
FROM_UNIT = re.compile(f" ?@ ?(?:[{KANJI}ァ-ヴ]|[A-Z]{{2}})")

# --- before a name -----------------------------------------------------------------------------------

_UNIT = (
    f"(?:[{KANJI}ァ-ヴー]{{1,10}}[部課室係店局社]|事務所|チーム|グループ|サポート|デスク|広報|経理|総務"
    f"|株式会社[^\\s]{{1,12}}|{JOBS})"
)


@functools.cache
def person_before() -> re.Pattern[str]:
    """What stands before a name: a firm or a family it belongs to, an address, a job with a bracket."""
    belonging = any_of(leftover_words().belonging_words)
    return re.compile(
        rf"(?:{belonging}|[部課室係店局社])の$|(?:^|[\s、。])@ ?$|(?i:\bcc|\bto|\bfrom) ?: ?$|{JOBS} ?[(「『] ?$"
    )


PERSONS_THING = re.compile(
    "の(?:ナレーション|演技|曲|レビュー|デザイン|イラスト|記事|請求|振込|口座|メール|電話|携帯|名刺|履歴書|契約|字幕|指示|返事|返信|コメント|原稿|確認|件|担当|声|分|方|作業|番|連絡|スケジュール|都合|OK|許可|チェック"
    "|英語|翻訳|発言|アカウント|意見|案|動画|チャンネル|カット|パート|インタビュー|バージョン|プロフィール|アイコン|サムネ|ファイル|データ|フォルダ|ナレ|セリフ|PC|パソコン|マイク|スマホ|ギャラ|ブログ|インスタ"
    "|ツイート|アカ|ポートフォリオ|リアクション|クレジット|テロップ|シーン)"
)
"""What a person has, behind a name."""

NO_LETTER = re.compile(f"(?:^|[\\s。、「『>(!?…~〜・\u25a1\\]]|[{KANJI}ぁ-ん]の)$")
UNIT_BEFORE = re.compile(rf"(?:{_UNIT}|[{KANJI}]{{1,4}}[者名]|文責|代表(?:取締役)?|監修|校閲|担当) $")
LINE_BEFORE = re.compile(r"(?:^|\n) {0,4}$")
MARK_BEFORE = re.compile(r"(?:^|\n) {0,4}[【\[]$")
SIGN_BEFORE = re.compile(
    r"(?:[。!?…~〜♪]|ました|ます|です|した|ません|ください|済み?|[かねよぞわ]|とのこと|様子|まで|次第|す) ?\($"
    r"|(?:^|\n)\($|[。!?] ?$|[。!?] ?/ ?$|(?:です|ます|した|ください)/$"
)
MARK_BEHIND = re.compile(r"[】\]] ?[^\s\[【]")
MARK_OF_PERSON = re.compile(r"[】\]][^\n]{0,30}(?:ました|します|済み|お願い|です)")
ADDRESSED = re.compile("宛(?:に|て|の|で)")
SIGN_BEHIND = re.compile(r"\)?[\s」』]{0,3}$|\)\n")
LINE_BEHIND = re.compile(r" {0,4}(?:$|\n|[」』]\s{0,3}$)")
COLON = re.compile(r" ?[:→>≫](?!:[0-9])")
NO_SIGN = frozenset("日月火水木金土済計税中上下前後新旧仮株有代高低大小")
"""In brackets these are a day, a state, a size."""
LABEL_BEFORE = re.compile(r"(?:^|\n)[^\n:=→、。]{1,12} ?[:=→] ?$|[/、] ?[^\n:=→、。/]{1,8}[:=→] ?$")
OF_PLACE = re.compile(
    "場所|会場|エリア|地域|出身|[地元県市区町駅店宅先] ?[:=→]|産|行き|方面|ロケ|住|題|名 ?[:=→]|テーマ"
    "|キーワード ?[:=→]|カテゴリ|タグ"
)
LABEL_BEHIND = re.compile(r" ?(?:$|\n|[、/,|(]|→)")
WHO_BEFORE = re.compile(f"(?:した|いた|った|んだ|てる|くれた)の(?:は|って|が)?$|{JOBS}$")
AT_JOB = re.compile(f"{JOBS}の?$")
JOB_BEHIND = re.compile("です|と申|より|から|(?:が|は|に|も|へ)(?![ぁ-ん])|、")
WHO_BEHIND = re.compile("らしい|だと|だった|です|かな|じゃ|みたい|だよ|だね|[がはもにのと、]|より|から")
_TO_PLACE = re.compile(rf" ?[→>≫] ?(?P<place>[{KANJI}]{{2,5}})")


def leads_to_place(text: str, end: int) -> bool:
    """Whether an arrow behind a word leads to a place: 青森→秋田."""
    match = _TO_PLACE.match(text, end)
    return match is not None and (
        match["place"] in leftover_words().prefectures or match["place"] in ordinary_words().places
    )
