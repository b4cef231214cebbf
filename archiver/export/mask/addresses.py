r"""The patterns for postal addresses: prefecture, city, town, block, house.

The name of a town may have hiragana, and so has every sentence. In a sentence a particle stands between two words of
kanji or before the number, in a name it does not. The less else is certain (no prefecture, fewer numbers), the more is
required of the rest. Every repetition has a bound.
"""

from __future__ import annotations

from archiver.export.mask.regex_parts import NO_DIGIT, any_word, up_to
from archiver.letter_folding import TAG

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
