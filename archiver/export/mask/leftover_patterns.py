"""The patterns for leftovers: names with a title, in brackets, behind a label; account holders; ways to reach people.

They are for text of one width (NFKC). Every repetition has a bound.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable

from archiver.export.mask.name_data import leftover_words


def any_of(words: str | Iterable[str]) -> str:
    """A pattern for any of these words, the longer ones first; a text is divided at its spaces."""
    listed = words.split() if isinstance(words, str) else words
    return "(?:" + "|".join(map(re.escape, sorted(listed, key=lambda one: (-len(one), one)))) + ")"


KANJI = "一-鿿々〆ヶ\uf900-\ufaff\U00020000-\U0002fa1f"
KATAKANA = "ァ-ヴー"
LATIN = "A-Za-zÀ-ÖØ-öø-ɏḀ-ỿ"
_HIRAGANA = "ぁ-ん"

# --- what a text has at all -------------------------------------------------------------------------

_RUN_OF_KANJI = re.compile(f"[{KANJI}]+")
_RUN_OF_KATAKANA = re.compile(f"[{KATAKANA}]+")
_LATIN_LETTERS = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")
_LOOKED_AT = 8
"""Texts of which is remembered what they have, while every rule looks at the same one."""


@functools.lru_cache(_LOOKED_AT)
def kanji_runs(text: str) -> tuple[re.Match[str], ...]:
    """Every whole run of kanji in a text."""
    return tuple(_RUN_OF_KANJI.finditer(text))


@functools.lru_cache(_LOOKED_AT)
def longest_katakana(text: str) -> int:
    """How many characters the longest run of katakana in a text has."""
    return max(map(len, _RUN_OF_KATAKANA.findall(text)), default=0)


@functools.lru_cache(_LOOKED_AT)
def _characters(text: str) -> frozenset[str]:
    return frozenset(text)


def has_any(text: str, characters: frozenset[str]) -> bool:
    """Whether a text has any of these characters: a pattern each of whose hits contains one needs no search else."""
    return not characters.isdisjoint(_characters(text))


def has_latin(text: str) -> bool:
    """Whether a text has a Latin letter without accents."""
    return has_any(text, _LATIN_LETTERS)


def has_joint(text: str) -> bool:
    """Whether a text has a sign that joins words in names of files and accounts."""
    return "_" in text or "-" in text or "." in text


# --- names ------------------------------------------------------------------------------------------

_TITLES = (
    "さー{0,2}ん(?!ざん|じゅう|まん)|さま(?!ざま)|様(?![々子式相態])|氏(?![名神族物姓])|ちゃん(?!ぽん|こ鍋)|くん|君|殿(?!堂)|先生"
    "|サン(?![ァ-ヴー])|チャン(?![ァ-ヴー])|姉さん|兄さん|姐さん|先輩|(?<!令)嬢(?![王様])"
)
HAS_TITLE = re.compile(
    "さ[んまー]|様|氏|ちゃん|くん|君|殿|先生|サン|チャン|先輩|嬢|兄さ|姉さ|姐さ|[- ](?:[Ss]|[KkCc]h?[ua]n)"
)
TITLED = re.compile(
    rf"(?P<name>(?<![{KANJI}])(?:[{KANJI}]{{1,4}}[ ・]|[{KANJI}]{{1,2}}ノ)?[{KANJI}]{{1,12}}"
    rf"|(?<![{KATAKANA}])[{KATAKANA}]{{2,14}}(?:[ ・=][{KATAKANA}]{{1,12}}){{0,4}}"
    rf"|(?<![{LATIN}0-9_])(?:[A-Z]\. ?)?[{LATIN}][{LATIN}'-]{{0,19}}[{LATIN}]"
    rf"(?:[ .][{LATIN}][{LATIN}'-]{{0,20}}){{0,3}}\.?"
    rf"|(?<![A-Za-z0-9_.-])[A-Za-z0-9_][A-Za-z0-9_.-]{{2,30}}"
    rf"|(?:(?<![{_HIRAGANA}ー])|(?<=さん)|(?<=さま)|(?<=ゃん)|(?<=くん))[{_HIRAGANA}ー]{{2,16}}?"
    rf"|(?<![{KANJI}])[{KANJI}]{{1,4}}[{_HIRAGANA}]{{1,4}})"
    rf" ?-?(?P<title>{_TITLES}|(?i:(?<=-)(?:san|sama|sensei|kun|chan)|(?<= )(?:san|sama|sensei))(?![a-z]))"
)
_JOB_WORDS = (
    "社長 部長 課長 係長 主任 店長 専務 常務 代表 監督 マネージャー ディレクター プロデューサー リーダー "
    "次長 室長 所長 院長 園長 校長 会長 教授 編集長 担当 "
    "取締役 副社長 本部長 支店長 チーフ カメラマン "
    "デザイナー ライター "
    "エンジニア ナレーター イラストレーター プロデューサ トレーナー コーチ アナウンサー アナ スタイリスト "
    "オーナー シェフ ドクター "
    "クリニック チーム"
)
JOBS = any_of(_JOB_WORDS)
_SURE_JOBS = frozenset(_JOB_WORDS.split())


@functools.cache
def role_title() -> re.Pattern[str]:
    """What somebody is, behind a name."""
    return re.compile(any_of(leftover_words().role_titles | _SURE_JOBS))


_ROLE_ENDS = re.compile(rf"[様殿氏宛ご]|[^{KANJI}]|$")


def is_role(match: re.Match[str]) -> bool:
    """Whether no longer word begins with what is written like a role (会計処理)."""
    return match[0] in _SURE_JOBS or _ROLE_ENDS.match(match.string, match.end()) is not None


BEFORE_ROLE = re.compile(rf"(?P<name>[{KANJI}]{{1,6}}) ?$")
BEFORE_ROLE_REACH = 7
MISTER = re.compile(
    r"(?<![A-Za-z])(?:(?:Mr|Ms|Mrs|Miss|Dr|MC|VJ|DJ)\.? ?|(?:[Bb]y|Dir\.|Cam\.|feat\.|Prod\.)"
    r"(?: [A-Z]\.)? ?(?=[A-Z][A-Za-z'-]* ?[\n,/.]))"
    r"[A-Z][A-Za-z'-]{1,20}(?: [A-Z][A-Za-z'-]{1,20})?"
)
INITIALLED = re.compile(r"(?<![A-Za-z.])[A-Z]\. ?(?P<surname>[A-Z][A-Za-z]{2,12})(?![A-Za-z])")
FOREIGN_NAME = re.compile(
    rf"(?<![{KATAKANA}・])[{KATAKANA}]{{2,9}}(?=[はがをにものへとやだ、。」』)\s]|から|まで|です|って|$)"
)
LATIN_NAME = re.compile(r"(?<![A-Za-z@/._-])[A-Z][a-z]{2,10}(?![A-Za-z@_-]|\.[A-Za-z])")
_LABELS = (
    "担当 代表 氏名 名前 本名 名義人 名義 ディレクター プロデューサー 編集 撮影 出演 ナレーション "
    "ナレーター ライター デザイナー "
    "カメラマン イラスト デザイン "
    "モデル 窓口 上司 "
    "宛名 差出人 文責 作成 署名 連絡先 校閲 校正 "
    "校了 監修 照明 音声 録音 カメラ "
    "ヘアメイク "
    "メイク 演出 進行 司会 受付 経理 写真 構成 台本 作画 作詞 作曲 衣装 スタイリスト 講師 コーディング "
    "緊急時 管理 紹介 "
    "インタビュイー インタビュアー ゲスト 聞き手 話し手 From from FROM By by PM CC Cc To"
)
_LABEL = any_of(_LABELS) + rf"|[{KANJI}]{{0,3}}[者係役師手主](?:名|欄)?"
HAS_LABEL = re.compile(f"[者係役師手主名欄{''.join(sorted({one[-1] for one in _LABELS.split()}))}] ?[はが:/・→=に]")
"""The end of a label, and what stands behind it."""
LABELLED = re.compile(
    rf"(?:{_LABEL}) ?(?:は|が|[:/・→=]|に) ?(?P<name>[{KANJI}]{{1,6}}(?: [{KANJI}]{{1,4}}(?![{KANJI}:=→]))?"
    rf"|[{KATAKANA}]{{2,8}}(?:[ ・][{KATAKANA}]{{2,10}})?|[{_HIRAGANA}]{{2,5}} [{_HIRAGANA}]{{2,5}}"
    r"|[A-Z][a-z]{1,15}(?: [A-Z][a-z]{1,15})?|(?<=[:=→] |.[:=→])[a-z]{4,12}(?![A-Za-z0-9._@-]))"
)
DOUBLED = re.compile(
    rf"(?:(?<![{_HIRAGANA}{KANJI}ー])|(?<=んと))(?P<base>[{_HIRAGANA}]{{2,3}})(?P=base)"
    rf"(?=[はがともの](?![{_HIRAGANA}])|さん|から|との|に[{KANJI}]|と[{_HIRAGANA}]{{4}}|は[{_HIRAGANA}]|[」』、])"
)
KANA_GIVEN = re.compile(
    rf"(?<![{_HIRAGANA}{KANJI}ー])[{_HIRAGANA}]{{3,5}}?(?=(?:が|は|も|に|へ|と|から)(?![{_HIRAGANA}])|\()"
)
WITH_KANA_GIVEN = re.compile(
    rf"(?P<surname>[{KANJI}]{{2,3}})(?P<given>[{_HIRAGANA}]{{2,4}}?|[{KATAKANA}]{{2,5}})"
    rf"(?=さん|様|氏|ちゃん|くん|です|(?:が|は|も|に|の|と|を)(?![{_HIRAGANA}])|[^{_HIRAGANA}{KATAKANA}{KANJI}]|$)"
)
KANA_WITH_JOB = re.compile(
    rf"(?<![{_HIRAGANA}ー])[{_HIRAGANA}]{{2,5}}(?:ちゃん|くん)?(?=家|邸|夫妻|社長|部長|課長|店長|院長|先生|先輩|監督)"
    rf"|(?<![{KATAKANA}])[{KATAKANA}]{{2,9}}(?=邸|夫妻|社長|部長|課長|店長|院長|会長|専務|常務|教授|監督|先輩|コーチ)"
)
HAS_KANA_JOB = re.compile("家|邸|夫妻|[社部課店院会]長|先生|先輩|監督|専務|常務|教授|コーチ")
HIRAGANA_RUN = re.compile(
    rf"(?<![{_HIRAGANA}{KANJI}ー])[{_HIRAGANA}]{{5,12}}?"
    rf"(?=(?:です|さん|ちゃん|くん|と申|の|が|は|に|へ|と|を|も|から|より)?(?![{_HIRAGANA}]))"
)
LONG_KATAKANA_RUN = re.compile(rf"(?<![{KATAKANA}・])[{KATAKANA}]{{5,12}}(?![{KATAKANA}・])")
LATIN_PAIR = re.compile(r"(?<![A-Za-z])(?=([A-Za-z]{2,12})[ .,_-]{1,2}([A-Za-z]{2,12})(?![A-Za-z]))")
_OPEN, _CLOSE = r"[(\[【「『<〈〔《〖]", r"[)\]】」』>〉〕》〗]"
IN_BRACKETS = re.compile(
    rf"{_OPEN} ?(?:[^()\[\]【】「」『』<>〈〉\n]{{0,10}}[: ])?"
    rf"(?P<name>[{KANJI}]{{1,5}}(?: [{KANJI}]{{1,4}})?|[{_HIRAGANA}]{{2,5}}|[{KATAKANA}]{{2,6}}) ?{_CLOSE}"
)
LONGEST_RUN = 16
_LETTERS = f"{KANJI}{_HIRAGANA}{KATAKANA}"
SPACED_NAME = re.compile(
    rf"(?<![{KANJI}])(?=(?P<surname>[{KANJI}]{{1,3}}) "
    rf"(?P<given>[{KANJI}]{{1,3}}(?![{_LETTERS}]|[様氏])"
    rf"|[{KANJI}]{{1,3}}(?=[様氏]|さん|です|って|という|から|より|[はがにのをとへも、。])"
    rf"|[{_HIRAGANA}]{{2,4}}(?![{_LETTERS}])|[{KATAKANA}]{{2,4}}(?![{_LETTERS}])))"
)
"""A look-ahead, as 「担当者 尾形 真一」 has two of them."""
_KANA = f"{KATAKANA}{_HIRAGANA}"
SPACED_KANA = re.compile(
    rf"(?<![{_KANA}])(?P<surname>[{KATAKANA}]{{2,6}}|[{_HIRAGANA}]{{2,6}})[ ・]"
    rf"(?P<given>[{KATAKANA}]{{2,6}}|[{_HIRAGANA}]{{2,6}}?)"
    rf"(?=(?:さん|ちゃん|くん|さま|です|と申|より|から|[はがにのを])?(?![{_KANA}])"
    rf"|さん|ちゃん|くん|さま|です[^{_HIRAGANA}])"
)
KATAKANA_RUN = re.compile(
    rf"(?<![{KATAKANA}・])[{KATAKANA}]{{3,6}}(?![{KATAKANA}・]|(?!名義|様|氏|君|先生|社長|部長|店長)[{KANJI}])"
)
LATIN_RUN = re.compile(r"(?<![A-Za-z])[A-Za-z]{3,22}(?![A-Za-z])")
LATIN_PARTS = re.compile(r"(?<![A-Za-z0-9._-])[A-Za-z0-9]{1,20}(?:[._-][A-Za-z0-9]{1,20}){1,6}(?![A-Za-z0-9])")

# --- accounts ---------------------------------------------------------------------------------------

BANK_WORD = re.compile(
    "口座|名義|振込|振り込|銀行|信金|支店|普通 ?(?=[□0-9(])|当座 ?(?=[□0-9(])|ゆうちょ|受取人|フリガナ|ふりがな"
    "|カナ(?=[ :()(]|名)"
    "|ヨミ(?=[ :])|よみ(?=[ :])|シメイ|セイメイ"
)
HOLDER = re.compile(
    rf"(?<![{KATAKANA}])(?!(?:カナ|フリガナ|ヨミ|シメイ|セイメイ|メイギ|メイギニン|コウザ|セイ|メイ"
    rf"|ウケトリニン)[ ・.])"
    rf"[{KATAKANA}]{{2,8}}(?:[ ・.][{KATAKANA}]{{2,10}}){{1,4}}(?![{KATAKANA}])"
    rf"|(?<=\()[{KATAKANA}]{{4,14}}(?=\))"
)
BEFORE_HOLDER_WORD = re.compile(
    rf"(?<![{KATAKANA}])(?P<name>[{KATAKANA}]{{2,9}}(?:[ ・.][{KATAKANA}]{{2,10}}){{0,4}})(?=様?(?:名義|の口座))"
)
SAID_HOLDER = re.compile(
    rf"(?:名義人?|口座名|受取人|送金先|フリガナ|ふりがな|(?<![{KATAKANA}])(?:カナ|ヨミ|シメイ|メイギ(?:ニン)?))名?(?:\((?:カナ|全角|半角)\)|カナ)?"
    rf" ?[:はが→] ?[「]?(?P<name>[{KATAKANA}]{{4,16}})(?![{KATAKANA}])"
)
FIRM_HOLDER = re.compile(
    rf"(?<![{KATAKANA}A-Za-z])(?:カブシキガイシャ|カブ|ユウ|ドウ|[カユドシメフ])\)(?P<name>[{KATAKANA}]{{3,30}})"
    rf"|(?P<other>[{KATAKANA}]{{3,30}})\([カユドシメフ](?:\)|(?=\s|$))"
)
BANK_REACH = 60
"""Characters behind a bank's word in which kana may be the holder of the account."""

# --- what is masked already -------------------------------------------------------------------------

MASKED = re.compile(
    r"■■\([^()\n]{1,12}\)|参加者(?:[A-Z]{1,3}|\(不明\))|\[/?(?:[Tt][Oo]|TO|[Cc][Cc]|rp|qt|qtmeta|info|title|code"
    r"|url|hr|picon|pname|piconname|download|task|dtext|preview|toall|Reply)\b[^\[\]\n]{0,60}\]"
)
"""Labels that stand for what is masked, and tags of the notation."""
