"""The kinds of what is masked by its form, and the patterns for numbers and postal addresses."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Iterator, Mapping
from enum import Enum
from typing import NamedTuple

from archiver.letter_folding import TAG, folded_word

NO_DIGIT = "(?![0-9])"


def any_of(words: str | Iterable[str]) -> str:
    """A pattern for any of these words, the longer ones first; a text is divided at its spaces."""
    listed = words.split() if isinstance(words, str) else words
    return "(?:" + "|".join(map(re.escape, sorted(listed, key=lambda one: (-len(one), one)))) + ")"


def any_word(given: str) -> str:
    """A pattern for any of these words (divided by spaces), folded like the texts that are searched."""
    return "(?:" + "|".join(re.escape(folded_word(word)) for word in given.split()) + ")"


def up_to(count: int, besides: str = "") -> str:
    r"""A pattern for at most `count` characters of one line, none of `besides`."""
    return rf"[^\n{TAG}{besides}]{{0,{count}}}"


DWELLING_WORDS = any_word("住所 所在地")

ADDRESS_HINT = f"[0-9]|[一二三四五六七八九十](?:[のノ之-]|丁目|番)|{DWELLING_WORDS}"
"""What every address contains, checked first: a block may be written in kanji alone."""

_PREFECTURE = any_word(
    "北海道 青森県 岩手県 宮城県 秋田県 山形県 福島県 茨城県 栃木県 群馬県 埼玉県 千葉県 東京都 神奈川県 新潟県 富山県 "
    "石川県 福井県 山梨県 長野県 岐阜県 静岡県 愛知県 三重県 滋賀県 京都府 大阪府 兵庫県 奈良県 和歌山県 鳥取県 島根県 "
    "岡山県 広島県 山口県 徳島県 香川県 愛媛県 高知県 福岡県 佐賀県 長崎県 熊本県 大分県 宮崎県 鹿児島県 沖縄県"
)
_KANJI = "一-鿿"
_CHARACTER = f"[ァ-ヶ{_KANJI}々]"
_CHARACTER_OR_KANA = f"[ぁ-んァ-ヶ{_KANJI}々-]"


def _kanji_without(characters: str) -> str:
    """All kanji but these, as ranges of a character class."""
    ends = sorted(map(ord, characters))
    firsts = [ord(_KANJI[0]), *(end + 1 for end in ends)]
    lasts = [*(end - 1 for end in ends), ord(_KANJI[-1])]
    return "".join(f"{chr(one)}-{chr(other)}" for one, other in zip(firsts, lasts, strict=True) if one <= other)


# --- town ---------------------------------------------------------------------------------------

# Folded kana have lost their voicing marks: で is て, が is か, ば is は.
_PARTICLE = "[てにはへもと]"
_SENTENCE = (
    f"を|{any_word('から まで より です ある して した する お願')}"
    f"|(?<={_CHARACTER}){_PARTICLE}(?={_CHARACTER}|[0-9])"
    f"|(?<=[市区町村郡])(?:の(?={_CHARACTER}|[0-9])|て|へ|に(?![っし]))"
)
_NUMERAL = "[一二三四五六七八九十百〇]"
_NUMERALS = f"{_NUMERAL}{{1,4}}"
_LOT_IN_NUMERALS = f"番の?(?:{_NUMERALS}|[0-9]{{1,4}})号"
_NUMBERED = f"{_NUMERALS}(?:丁目|番地|{_LOT_IN_NUMERALS}|[-のノ之]{_NUMERALS}[-のノ之])|[東西南北][0-9]{{1,2}}条"
"""Where the numbers begin, so that matching a name needs no backtracking, which could take long."""
_LETTER = (
    f"(?:[ァ-ヶ々{_kanji_without('一二三四五六七八九十百東西南北')}]{{1,8}}+|(?!{_NUMBERED})[一二三四五六七八九十百東西南北]"
    f"|(?!{_SENTENCE})[ぁ-ん]|(?<=[ァ-ヶ])-(?={_CHARACTER}))"
)
_TOWN = f"{_LETTER}{{0,12}}+(?<!{_CHARACTER}[てにはへもとのかや])"
"""The name of a town, which may have kana but does not end with a particle."""
_WORD_OF_CITY = any_word(
    "役所 役場 民 議 街地 況 販 税 営 立小 立中 立高 立図 立病 内の 内に 内で 内は 内も 場の 場で 場は 場調"
)
_TOWN_BEGINS = f"(?!{_WORD_OF_CITY}|場[0-9])"
"""After 「市」 and the like a town begins, and not a word such as 「市役所」."""

_CITY_WITH_KANA = f"(?!{_PARTICLE}{_CHARACTER}|[のを]){_CHARACTER_OR_KANA}{{1,10}}"
# Without a prefecture before it, a sentence with kana could count as the name of a city.
_CITY = f"(?:{_CHARACTER}{{1,8}}|{any_word('さいたま つくば いわき うるま ひたちなか ふじみ野')})"
_TOWN_ALONE = (
    f"(?:{_CHARACTER}{{1,2}}の(?={_CHARACTER})|{_CHARACTER}{{1,4}}か(?=[丘関谷原島崎浜台野池沢])|[ぁ-ん]{{2,5}}(?=[野台丘町里園]))?"
    f"{_CHARACTER}{{1,8}}"
)
"""A town without its city."""

# --- block --------------------------------------------------------------------------------------

_SEPARATOR = "(?: ?-{1,2} ?|[のノ之])"
_LOT = f"(?:の?[0-9]{{1,4}}号?(?:-[0-9]{{1,4}})?|の?{_NUMERALS}号)"
_IN_NUMERALS = f"{_NUMERALS}(?:番地(?:の?{_NUMERALS})?|{_LOT_IN_NUMERALS})"
_BEHIND_CHOME = f"(?:[0-9]{{1,4}}(?:番地?{_LOT}?|(?:{_SEPARATOR}[0-9]{{1,4}}){{0,3}})|{_IN_NUMERALS})"
_CHOME = f"(?:[0-9]{{1,4}}|{_NUMERALS})丁目 ?の?{_BEHIND_CHOME}?"
_NO_DATE = "(?!(?:19|20)[0-9]{2}-|[0-9]{2}-0|[0-9]{2}-1[0-2]-0)"
_THREE_NUMBERS = (
    f"(?:{_NO_DATE}[0-9]{{1,4}}(?:{_SEPARATOR}[0-9]{{1,4}}){{2,3}}{NO_DIGIT}"
    f"|{_NUMERAL}{{1,3}}(?:[-のノ之]{_NUMERAL}{{1,3}}){{2}})"
)
_BLOCK = f"(?:{_CHOME}|[0-9]{{1,5}}番地?{_LOT}?|{_IN_NUMERALS}|{_THREE_NUMBERS})"
_SURE_BLOCK = f"(?:{_CHOME}|[0-9]{{1,5}}番(?:地{_LOT}?|{_LOT})|{_IN_NUMERALS}|{_THREE_NUMBERS})"
"""Not a mere 「3番」, which may be a number in a queue."""

_COUNT_UNIT = (
    f"[月名件割回時円万個枚週年%度話倍位階点分]|人(?!形)|日(?![本比野光])|本(?!{_CHARACTER})|社(?!宅)|店"
    f"|{any_word('か月 ヶ月 ヵ月 カ月 ケ月')}"
)
_TWO_NUMBERS = f"{_NO_DATE}[0-9]{{1,5}}{_SEPARATOR}[0-9]{{1,4}}(?![0-9-]| ?(?:{_COUNT_UNIT}))"
_ONE_NUMBER = f"[0-9]{{1,5}}(?:{_SEPARATOR}[0-9]{{1,4}}){{0,3}}(?![0-9-]| ?(?:{_COUNT_UNIT}))"
"""A single number, enough where the words before it leave no doubt."""
_ROW = "(?:[東西南北][0-9]{1,2}条(?:[東西南北]|通)?|[0-9]{1,2}条(?:[東西南北]|通))"
"""Rows of blocks, as Sapporo has them."""
_IN_ROWS = f"{_ROW} ?(?:{_CHOME}|[0-9]{{1,2}}(?:{_SEPARATOR}[0-9]{{1,4}}){{0,3}}{NO_DIGIT})"

# --- house --------------------------------------------------------------------------------------

_FLOOR = f"(?:{any_word('号室 号 階')}|f(?![a-z]))"
_BUILDING = any_word(
    "ビル ビルディング マンション ハイツ ハイム コーポ アパート 荘 タワー レジデンス メゾン パレス 館 棟 ハウス プラザ "
    "ヒルズ 団地 コート ガーデン テラス 倉庫"
)
_HOUSE = (
    rf"(?: ?[^\s{TAG}、。,「」()]{{1,24}}?[0-9]{{1,4}}{_FLOOR}"
    rf"|[ \n]?[ァ-ヶ一-鿿々a-z0-9・&-]{{0,20}}?{_BUILDING}"
    rf"(?:{_CHARACTER_OR_KANA}{{0,10}}? ?[a-z]?-?[0-9]{{1,5}}(?:-[0-9]{{1,4}})?{_FLOOR}?| ?[a-z](?![a-z]))?)?"
)

# --- all of it ----------------------------------------------------------------------------------

_ZIP = f"[0-9]{{3}} ?-? ?[0-9]{{4}}{NO_DIGIT}"
_LINE = f"(?:{_PREFECTURE}|{_CHARACTER_OR_KANA}{{1,8}}[市区郡]){up_to(60, '。、')}"
_KYOTO = "(?:京都市)?(?:上京|中京|下京|左京|右京|東山|山科|伏見|西京|(?<=京都市)[北南])区"
_STREET = rf"[^\n{TAG}、。]{{0,30}}?{any_word('上る 下る 上ル 下ル 東入 西入')}[るル]?"
"""The street directions that addresses in Kyoto have between the ward and the town."""
_LATIN = (
    "[0-9]{1,4}(?:-[0-9]{1,4}){1,3}[, ]{1,2}(?:[a-z-]{2,24}[, ]{1,2}){1,2}[a-z]{2,16}-(?:ku|shi|gun|cho|machi|mura)"
    "(?![a-z])(?:[, ]{1,2}(?:[a-z]{2,12}-(?:shi|ken|fu|to)|tokyo|osaka|kyoto|hokkaido|japan)(?![a-z])){0,4}"
)

_OF_PREFECTURE = rf"{_PREFECTURE}\s?{_CITY_WITH_KANA}[市区町村郡]\s?"
_NUMBERS_NEAR = rf"(?=[^0-9\n]{{2,44}}[0-9]|[^\n]{{2,44}}?(?:丁目|{_NUMERAL}[番のノ之-]))"
"""Numbers that follow soon, checked first, as most words are followed by none."""
_OF_CITIES = (
    f"[市区郡] ?{_TOWN_BEGINS}{_TOWN} ?(?:{_IN_ROWS}|{_SURE_BLOCK})",
    f"市{_CHARACTER}{{1,4}}区 ?{_TOWN_BEGINS}{_TOWN} ?{_TWO_NUMBERS}",
    f"[市区町村郡]{_CHARACTER}{{0,14}} ?{_BLOCK}",
    f"[市区町村郡](?:大字|字){_CHARACTER_OR_KANA}{{1,10}}{_ONE_NUMBER}",
)

ADDRESSES = (
    rf"(?:〒|郵便番号(?: ?[は:=])?) ?{_ZIP}(?:\s?{_LINE})?",
    rf"(?<![0-9-]){_ZIP}(?=\s{{0,2}}{_PREFECTURE})",
    f"{_OF_PREFECTURE}(?:{_TOWN} ?(?:{_IN_ROWS}|{_BLOCK})|{_TOWN_BEGINS}{_TOWN} ?{_TWO_NUMBERS}){_HOUSE}",
    f"{_OF_PREFECTURE}{_CHARACTER}{{0,6}}(?:大字|字){_CHARACTER_OR_KANA}{{1,10}}{_ONE_NUMBER}{_HOUSE}",
    f"{_NUMBERS_NEAR}{_CITY}(?:{'|'.join(_OF_CITIES)}){_HOUSE}",
    f"(?:京都府 ?)?{_KYOTO}{_STREET}{_CHARACTER_OR_KANA}{{0,14}} ?{_ONE_NUMBER}{_HOUSE}",
    f"{_TOWN_ALONE}(?:[0-9]{{1,2}}|{_NUMERAL}{{1,2}})丁目[0-9]{{1,3}}(?:-[0-9]{{1,3}}|番地?{_LOT}?){_HOUSE}",
    f"(?<![0-9a-z-]){_LATIN}",
    rf"{DWELLING_WORDS} ?[:=] ?(?P<value>[^\n{TAG}]{{1,80}})",
)


# --- numbers to call, addresses to write to ---------------------------------------------------------

_GAP = r"(?:[-. ()]{1,3}|-\n|\n-)"
_OPTIONAL_GAP = "[-. ()]{0,3}"
# A digit before makes it part of a longer number, eight hexadecimal digits part of a digest.
_NUMBER_START = "(?<![0-9])(?<![0-9a-f]{8})"
_AREA = f"0(?:[0-9]{_GAP}[0-9]{{4}}|[0-9]{{2}}{_GAP}[0-9]{{3}}|[0-9]{{3}}{_GAP}[0-9]{{2}}|[0-9]{{4}}{_GAP}[0-9])"

PHONES = (
    f"{_NUMBER_START}0[5-9]0(?:[-. ()\n]{{0,3}}[0-9]){{8}}{NO_DIGIT}",
    f"{_NUMBER_START}0(?:[-. ()]{{1,3}}[0-9]){{9,10}}(?![- .]?[0-9])",
    f"{_NUMBER_START}{_AREA}{_GAP}[0-9]{{4}}{NO_DIGIT}",
    f"{_NUMBER_START}0[0-9]{{3}}{_GAP}[0-9]{{3}}{_GAP}[0-9]{{3}}{NO_DIGIT}",
    f"{_NUMBER_START}0[1-9][0-9]{{8}}{NO_DIGIT}",
    rf"(?<![0-9])(?:\+ ?[0-9]{{1,3}}|0(?:0|10)-?81)(?:{_OPTIONAL_GAP}[0-9]){{8,12}}(?![0-9]| ?[円万億,])",
)

_AT = r" ?(?:@|\(at\)|\[at\]|<at>|\{at\}) ?"
MAILS = (rf"(?<![a-z0-9._%+-])[a-z0-9._%+-]+{_AT}[a-z0-9-]+(?:\.[a-z0-9-]+)*\.[a-z][a-z0-9-]+",)

MESSENGER = any_word("LINE ライン Skype スカイプ Telegram テレグラム Discord カカオ WeChat")
_SKYPE_NAME = r"live:[a-z0-9._-]{1,64}"
_ACCOUNT_NAME = rf"(?P<value>{_SKYPE_NAME}|[a-z0-9._@#-]{{4,64}})"
_ACCOUNT_WORD = f"(?: ?の)?(?: ?(?:id|{any_word('アイディー アカウント 名')}))"
SKYPE_NAME = r"live:(?:\.cid\.|[a-z])"
CONTACTS = (
    f"{MESSENGER}{_ACCOUNT_WORD}? ?(?:[:=→]|{any_word('は')}) ?{_ACCOUNT_NAME}",
    f"{MESSENGER}{_ACCOUNT_WORD} (?=[a-z._@#-]{{0,60}}[0-9]){_ACCOUNT_NAME}",
    rf"(?<![a-z0-9])(?={SKYPE_NAME}[a-z._-]{{0,60}}[0-9]){_SKYPE_NAME}",
)

# --- money and papers -------------------------------------------------------------------------------

_NO_AMOUNT = f"(?![0-9]|,[0-9]| ?{any_word('円 万 億 人 件')})"
_ACCOUNT = f"(?P<value>(?<![0-9])(?:[0-9]{{7}}|[0-9]{{3}}[- ][0-9]{{4}}){_NO_AMOUNT})"
_MONEY = any_word("普通 当座 貯蓄 (普) (当) 口座 店番 支店 銀行 信用金庫 信金 信用組合 ゆうちょ 農協")
_YUCHO = f"[0-9]{{5}}(?:{up_to(8, '0-9')}{any_word('番号')}?{up_to(6, '0-9')}|\n{any_word('番号')}\n)[0-9]{{1,8}}"
HOLDER_WORDS = any_word("名義 口座名")

_KIND_OF_ACCOUNT = any_word("普通 当座 貯蓄")
BANKS = (
    f"{_KIND_OF_ACCOUNT}\n(?:{any_word('番号')} ?[:=] ?)?(?P<value>[0-9]{{7}}){_NO_AMOUNT}",
    f"{any_word('口座番号')} ?(?:[:=]|{any_word('は が の')})?[ \n]?(?P<value>[0-9](?:[- ]?[0-9]){{4,12}}){_NO_AMOUNT}",
    f"{_MONEY}{up_to(16, '0-9')}(?:[0-9]{{3}}[^0-9\n{TAG}]{up_to(12, '0-9')})?{_ACCOUNT}",
    f"{any_word('記号')}(?:{up_to(6, '0-9')}|\n)(?P<value>{_YUCHO}){_NO_AMOUNT}",
    f"{any_word('ゆうちょ')}{up_to(10, '0-9')}(?P<value>[0-9]{{5}}-[0-9]{{5,8}}){_NO_AMOUNT}",
    rf"(?:{any_word('口座')}{HOLDER_WORDS}|{HOLDER_WORDS}{any_word('人')}?) ?[:=] ?(?P<value>[^\n{TAG}、。]{{1,40}})",
)

CARDS = (
    r"(?<![0-9-])[0-9]{4}([- ])[0-9]{4}\1[0-9]{4}\1[0-9]{4}(?![0-9-])",
    f"{any_word('カード')}{up_to(12, '0-9')}(?P<value>[0-9]{{14,16}}){NO_DIGIT}",
)

_TWELVE_DIGITS = "(?P<value>[0-9](?:[- ]?[0-9]){11})"
_DOCUMENT_NUMBER = "(?P<value>[a-z]{2}[0-9]{7,8}(?:[a-z]{2})?)(?![a-z0-9])"
_SIX_DIGITS = "(?P<value>[0-9](?:[- ]?[0-9]){5,11})"

IDENTITIES = (
    f"{any_word('マイナンバー 個人番号 免許証 免許番号')}{up_to(10, '0-9')}{_TWELVE_DIGITS}{NO_DIGIT}",
    f"{any_word('パスポート 旅券 在留カード')}{up_to(10, 'a-z0-9')}{_DOCUMENT_NUMBER}",
    f"{any_word('保険証 被保険者 年金番号')}{up_to(12, '0-9')}{_SIX_DIGITS}{_NO_AMOUNT}",
)

# --- secrets ----------------------------------------------------------------------------------------

SECRET_WORD = (
    f"(?:{any_word('パスワード パスコード 暗証番号 認証コード 合言葉 シークレット 秘密鍵 APIキー')}"
    f"|{any_word('ダウンロードキー DLキー ダウンロードパス 解凍キー 解凍パス 閲覧キー 閲覧パス')}"
    f"|{any_word('復号キー アクセスキー ログインキー')}"
    "|(?<![a-z?&#;_.-])(?:pass(?:word|wd|code|phrase)?|pwd?|pin(?: ?code)?|secret|credentials?"
    "|(?:api|access|secret|private|auth)[-_ ]?(?:key|token|secret)|token)(?![a-z]))"
)
PASS_WORD = any_word("パス")
"""Folded, it is also the word for a bus, so alone it needs a colon and no time, fare or file path after it."""
_NO_PATH = r"(?![a-z]:[\\/]|[\\/.~])"
_NO_BUS = "(?![0-9]{1,2}:[0-9]|[0-9,]{1,9} ?[円分時台人名])"
_SURE_PASS = f"(?:(?<![a-z])(?:dl|zip|rar|pdf|ftp|id|wi-?fi)[/・& ]?|{any_word('ログイン 仮 初期 共有')}){PASS_WORD}"
_OPENING_QUOTE = r"[\"'`「『(\[<]?"
_VALUE = "(?P<value>[!-~]+)"
_WITH_DIGIT = "(?=[!-~]{0,60}?[0-9])(?P<value>[!-~]{4,})"
_REMARK = rf"[^\S\n]{{0,4}}(?:\([^()\n{TAG}]{{0,20}}\))?[^\S\n]{{0,4}}"

PASSWORDS = (
    rf"{SECRET_WORD}{_REMARK}[:=→][\s{TAG}]{{0,4}}{_OPENING_QUOTE}{_VALUE}",
    f"{SECRET_WORD} ?{any_word('は が')} ?{_OPENING_QUOTE}{_VALUE}",
    rf"{_SURE_PASS}{_REMARK}(?:[:=→ \n]|{any_word('は')})[\s{TAG}]{{0,4}}{_OPENING_QUOTE}{_NO_PATH}{_WITH_DIGIT}",
    rf"(?<![ァ-ヶ-]){PASS_WORD}{_REMARK}[:=→][\s{TAG}]{{0,4}}{_OPENING_QUOTE}{_NO_PATH}{_NO_BUS}{_WITH_DIGIT}",
    f"{SECRET_WORD} {{0,3}}(?:{any_word('を')}| is |[-/ \n{TAG}])[ \n{TAG}]{{0,3}}{_OPENING_QUOTE}{_WITH_DIGIT}",
    rf"(?<![a-z])id ?[/・&] ?{SECRET_WORD} ?[:=][ \n{TAG}]{{0,3}}(?P<value>[^\n{TAG}。、]{{1,100}})",
)

_KEY = "(?:token|key|sig|signature|secret|password|passwd|passcode|pwd|pass|auth|credential|session|sid|sessionid)"
URL_KEYS = (
    rf"[?&#;][a-z0-9_.-]{{0,60}}?{_KEY}=(?P<value>[^\s{TAG}&#\"'<>、。」]+)",
    rf"https?://(?P<value>[^\s{TAG}/@:\"'<>]{{1,100}}:[^\s{TAG}/@\"'<>]{{1,100}})@",
)


class MaskKind(Enum):
    """A kind of what is masked; the value is the word in its replacement."""

    NAME = "氏名"
    USER = "指定"
    POSSIBLE = "隠した語"
    SECRET = "パスワード"  # noqa: S105 - the word for it, not one
    URL_KEY = "URLの鍵"
    IDENTITY = "身分証の番号"
    CARD = "カード番号"
    BANK = "口座情報"
    MAIL = "メールアドレス"
    PHONE = "電話番号"
    ADDRESS = "住所"
    CONTACT = "連絡先のID"
    ACCOUNT = "アカウントID"
    TOKEN = "APIトークン"  # noqa: S105 - the word for it, not one


_REASONS = {
    MaskKind.NAME: "ほかの人の氏名",
    MaskKind.USER: "報告者の指定",
    MaskKind.POSSIBLE: "報告者が隠した語、氏名・連絡先などの可能性がある語",
    MaskKind.ACCOUNT: "ほかの人のアカウントID",
}


class MaskHit(NamedTuple):
    """A range of a folded text that is masked, and the `label` that replaces it."""

    start: int
    end: int
    kind: MaskKind
    label: str


def reason(kind: MaskKind) -> str:
    """The reason for masking this kind, as chapter 13 prints it."""
    return _REASONS.get(kind, kind.value)


def replacement(kind: MaskKind) -> str:
    """The text that replaces this kind: 「■■(電話番号)」."""
    return f"■■({kind.value})"


def pattern_hits(text: str, kinds: frozenset[MaskKind]) -> Iterator[MaskHit]:
    """Every hit of these kinds in a folded text; hits may overlap."""
    for kind in (one for one in _PATTERNS if one in kinds):
        if _compiled(kind)[0].search(text):
            yield from _hits(text, kind)
    if MaskKind.PHONE in kinds and _KANJI_ZERO.search(text):
        yield from _hits(text.translate(_KANJI_DIGITS), MaskKind.PHONE)


@functools.cache
def _compiled(kind: MaskKind) -> tuple[re.Pattern[str], ...]:
    """What every hit contains, then the patterns."""
    hint, patterns = _PATTERNS[kind]
    return tuple(map(re.compile, (hint, *patterns)))


def _hits(text: str, kind: MaskKind) -> Iterator[MaskHit]:
    for pattern in _compiled(kind)[1:]:
        part = "value" if "value" in pattern.groupindex else 0
        for match in pattern.finditer(text):
            yield MaskHit(match.start(part), match.end(part), kind, replacement(kind))


_KANJI_ZERO = re.compile("[〇零]")
_KANJI_DIGITS = {ord(digit): str(value) for value, digit in enumerate("〇一二三四五六七八九")} | {ord("零"): "0"}


_DIGITS = "[0-9]{3}"
_PATTERNS: Mapping[MaskKind, tuple[str, tuple[str, ...]]] = {
    MaskKind.SECRET: (f"{SECRET_WORD}|{PASS_WORD}", PASSWORDS),
    MaskKind.URL_KEY: ("[=@]", URL_KEYS),
    MaskKind.IDENTITY: (_DIGITS, IDENTITIES),
    MaskKind.CARD: (_DIGITS, CARDS),
    MaskKind.BANK: (f"{_DIGITS}|{HOLDER_WORDS}", BANKS),
    MaskKind.MAIL: ("@|at[)}>\\]]", MAILS),
    MaskKind.PHONE: ("0.?[0-9]|[+]", PHONES),
    MaskKind.ADDRESS: (ADDRESS_HINT, ADDRESSES),
    MaskKind.CONTACT: (f"{MESSENGER}|{SKYPE_NAME}", CONTACTS),
}
"""Of each kind: a pattern that every hit contains, checked first, and the patterns, compiled when first needed."""

ALL_PATTERN_KINDS = frozenset(_PATTERNS)
"""The kinds that patterns find; the others are given by the caller."""
