"""Names and accounts told by where they stand: 「Haruto」, 打ち合わせ(川口), けんじチャンネル, a list below "LINE ID".

Every repetition has a bound.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from archiver.export.mask import name_checks
from archiver.export.mask.leftover_patterns import KANJI
from archiver.export.mask.name_data import given_names, leftover_words, ordinary_words, surnames

_LATIN = "(?:[A-Z][a-z]{2,10}|[A-Z]{3,10})"
_JOINT = r"(?: ?[&・/+×♡♥,] ?| and | to )"
_LATIN_ROW = re.compile(
    rf"(?:(?<=[「『“\"【《〈])|(?<=^))(?P<row>{_LATIN}(?:{_JOINT}{_LATIN}){{0,4}})(?=[」』”\"】》〉]|$)"
    rf"|(?<![A-Za-z@/._-])(?P<bare>{_LATIN}(?: ?[&×♡♥・/と、,] ?{_LATIN}){{1,4}})(?![A-Za-z@_-])"
)
_GREETED = re.compile(
    rf"(?:[Hh]appy|HAPPY) (?:[Bb]irthday|BIRTHDAY|[Ww]edding|WEDDING|[Aa]nniversary"
    rf"|ANNIVERSARY)[ ,!]{{1,3}}(?:[Tt]o )?(?P<first>{_LATIN})(?![A-Za-z])"
    rf"|(?<![A-Za-z])(?:Dear|DEAR|MC|DJ|Vo|Gt|Ba|Dr|Key|Cast|CAST|Model|MODEL|Guest|GUEST|VOICE"
    rf"|Voice)\.? ?[:/ ] ?(?P<name>{_LATIN})(?![A-Za-z])"
)
_CAPITAL = re.compile("[A-Z][A-Za-z]")
_LATIN_WORD = re.compile("[A-Za-z]+")
_DONE_BEFORE = re.compile(
    rf"(?:打ち?合わ?せ|面談|MTG|ミーティング|面接|商談|電話|通話|相談|確認|修正|編集|校正|校閲|納品|提出|作業|対応|連絡|返信|承認|監修|動画|原稿|記事|台本|作成"
    rf"|分担|休み|休暇|出張|当番|担当|司会|進行)"
    rf"(?:済み?|中|予定|会|者|分)?[(【〔〈「『《] ?(?P<name>[{KANJI}]{{2,4}}) ?[)】〕〉」』》](?![{KANJI}ァ-ヴ])"
)
_AT_PLACE = re.compile("打|面|M|ミ|商|通|納|作業|対応|連絡|動画|原稿|記事|分担|出張|休|司会|進行")
"""What is done may be done at a place: (千葉) behind it is one as likely."""
_SPACED_FILE = re.compile(
    rf"(?<![A-Za-z0-9@/._-])(?P<name>{_LATIN})(?= [^\s.。、/]{{1,20}}\.(?:mp[34]|mov|wav|png|jpe?g|psd"
    rf"|ai|pdf|docx?|xlsx?|zip)(?![A-Za-z0-9]))"
)
_BEFORE_GROUP = re.compile(
    r"(?<![ぁ-んー])(?P<always>[ぁ-ん]{3,5})(?=チャンネル|ちゃんねる|[cC]h(?![A-Za-z])|[宅側](?![一-鿿])|担当|[PD](?![A-Za-z0-9]))"
    r"|(?<![ぁ-んー])(?P<kana>[ぁ-ん]{3,5})(?=[組班分](?![一-鿿])|チーム|案件)"
    r"|(?<![ァ-ヴー])(?P<other>[ァ-ヴ]{3,5})(?=ちゃんねる|[cC]h(?![A-Za-z])|[組班宅分側](?![一-鿿])|担当(?![者])|案件)"
    r"|(?<![ァ-ヴー])(?P<channel>[ァ-ヴ]{3,5}?)(?=チャンネル|チーム)"
)
_KANA_PART = re.compile(
    r"(?:(?<=[_ -])|(?<=^))(?P<name>[ぁ-ん]{3,5}|[ァ-ヴ]{3,5})(?=[_ -][^\s。、/]{1,30}\.[A-Za-z0-9]{2,4}"
    r"(?![A-Za-z0-9])|\.[A-Za-z0-9]{2,4}(?![A-Za-z0-9]))"
)
_PAPER = "(?:請求書|見積書?|領収書|契約書|納品書|履歴書|職務経歴書|発注書|稟議書|議事録|経費|勤怠|シフト)"
_ON_PAPER = re.compile(
    rf"{_PAPER}[ _(-](?P<name>[{KANJI}]{{2,3}})(?=\)?\.[A-Za-z]{{2,4}}(?![A-Za-z0-9])"
    rf"|[ _-][^\s。、]{{1,20}}\.[A-Za-z]{{2,4}})"
    rf"|(?<![{KANJI}])(?P<before>[{KANJI}]{{2,3}})[ _-]{_PAPER}(?=[^\s。、]{{0,20}}\.[A-Za-z]{{2,4}}(?![A-Za-z0-9]))"
)
_WORK = (
    "(?:編集|撮影|デザイン|ナレ(?:ーション)?|ナレーター|カメラ|ライター|ディレクター|イラスト|録音|音声|構成|台本|校正|進行|経理|営業|監修|コーディング"
    "|翻訳|字幕|サムネ(?:イル)?)"
)
_KANA_AT_WORK = re.compile(
    rf"(?<![ぁ-んー])(?P<name>[ぁ-ん]{{3,5}}) ?(?:\({_WORK}(?:担当)?\)|/ ?{_WORK}(?![{KANJI}ァ-ヴー]))"
    rf"|(?<![{KANJI}ァ-ヴー]){_WORK}(?:担当)? ?[:→=/] ?(?P<behind>[ぁ-ん]{{3,5}})(?=[\s、。/)]|さん|$)"
)
_SHARED = re.compile(
    rf"(?<![{KANJI}])(?P<row>[{KANJI}]{{2,3}}(?: ?[・、/&と+] ?[{KANJI}]{{2,3}}){{1,5}})(?=[のでが]?"
    rf"(?:[2-9二三四]人(?!前)|分担|手分け|担当(?:し|します|です)|交代で|欠席|遅刻))"
)
_PEOPLE_LIST = re.compile(
    rf"(?:担当者?|参加者?|メンバー|出演者?|出席者?|欠席者?|スタッフ|編集者|候補者?|[連宛]絡?先|登壇者?|同席者?)(?:一覧|リスト|は?以下|は?下記)?[^\n。{KANJI}]{{0,8}}\n"
)
_PERSON_LINE = re.compile(rf" {{0,3}}[・*●○■◆-]? ?(?P<name>[{KANJI}]{{2,3}})(?: ?\([^()\n]{{1,12}}\))? {{0,3}}(?:\n|$)")
_SIGNED_BY = re.compile(
    rf"(?<![A-Za-z])(?:[Ff]rom|FROM|[Bb]y|BY|[Cc][Cc]|[Bb][Cc][Cc]) ?:? ?"
    rf"(?P<name>[{KANJI}]{{2,4}})(?=[\s、。,/)」』]|$)"
)
_HEADING = re.compile(
    r"(?i:chatwork|チャットワーク|line|ライン|zoom|instagram|インスタ(?:グラム)?|twitter|ツイッター|skype|slack|discord|tiktok"
    r"|facebook|github|スカイプ|ディスコード|アカウント|ユーザー|ハンドル)[^\n:。、]{0,10}"
    r"(?i:id|名|アカウント|アカ|ユーザー|ネーム|一覧|リスト)s?[^\n。、]{0,6}(?:\n|$)"
    r"|(?i:instagram|インスタ(?:グラム)?|twitter|ツイッター|skype|discord|tiktok|スカイプ)[ :>】)]{0,3}\n"
)
_LISTED = re.compile(
    r" {0,3}(?:[・*•●○■◆>→-]|[0-9]{1,2}[.)])? ?(?:[^\s:A-Za-z]{1,8} ?[:→] ?)?"
    r"(?P<handle>@?[A-Za-z0-9_.-]{3,30})(?: ?\([^()\n]{1,12}\)| ?さん| ?様)? {0,3}(?:\n|$)"
)
_PAY_OR_ID = re.compile(
    r"(?:(?i:paypay|ペイペイ) ?ID ?[:→はが]? ?|(?<![A-Za-z0-9一-鿿ァ-ヴー_?&/])ID )(?P<handle>"
    r"(?=[A-Za-z0-9.-]{0,30}[0-9_])[A-Za-z][A-Za-z0-9_.-]{3,30})"
)
_HAS_LATIN = re.compile("[A-Za-z]{2}")
_HAS_BRACKET = re.compile("[(【〔〈「『《]")
_HAS_GROUP = re.compile("ャンネル|ゃんねる|[cC]h|[宅側組班分]|担当|チーム|案件|[ぁ-んァ-ヴ][PD]")
_HAS_MARK = re.compile(r"[ぁ-ん] ?[(/]|[:→=/] ?[ぁ-ん]")
_HAS_SHARE = re.compile("[2-9二三四]人|分担|手分け|担当|交代|欠席|遅刻")
"""What every hit of the slower patterns contains, which is looked for first."""
_MOST_LISTED = 12


def names_told_by_place(text: str) -> Iterator[tuple[int, int]]:
    """Where in a normalised text names stand that hardly anything else than their place makes one."""
    if _CAPITAL.search(text):
        yield from _in_latin(text)
    yield from _in_kanji(text)
    yield from _in_kana(text)


def _in_latin(text: str) -> Iterator[tuple[int, int]]:
    for match in _LATIN_ROW.finditer(text):
        group = "row" if match["row"] else "bare"
        words = list(_LATIN_WORD.finditer(text, *match.span(group)))
        names = [one for one in words if one[0].lower() in given_names().romaji]
        is_row = len(names) == len([one for one in words if one[0] not in ("and", "to")])
        is_couple = len(names) > 1 and re.search("[&×♡♥]", match[0]) is not None and not any(map(_is_english, names))
        if is_row and (is_couple or any(_is_clear(one, least=3 + (len(names) == 1)) for one in names)):
            yield from (one.span() for one in names)
    for match in _GREETED.finditer(text):
        group = "first" if match["first"] else "name"
        if match[group].lower() in given_names().romaji and _is_clear(match, group, least=3):
            yield match.span(group)
    for match in _SPACED_FILE.finditer(text) if "." in text else ():
        if match["name"].lower() in given_names().romaji and _is_clear(match):
            yield match.span("name")


def _in_kanji(text: str) -> Iterator[tuple[int, int]]:
    for match in _DONE_BEFORE.finditer(text) if _HAS_BRACKET.search(text) else ():
        name = match["name"]
        is_word = name in leftover_words().no_names or name in ordinary_words().kanji
        is_place = name in leftover_words().prefectures and _AT_PLACE.match(match[0]) is not None
        if name_checks.is_spoken_surname(name) and not (is_word or is_place):
            yield match.span("name")
    for match in _SIGNED_BY.finditer(text) if _HAS_LATIN.search(text) else ():
        if name_checks.is_spoken_surname(match["name"]) or name_checks.is_full_name(match["name"]):
            yield match.span("name")
    for match in _ON_PAPER.finditer(text) if "." in text else ():
        group = "name" if match["name"] else "before"
        if _is_surname(match[group]):
            yield match.span(group)
    for match in _SHARED.finditer(text) if _HAS_SHARE.search(text) else ():
        names = list(re.finditer(f"[{KANJI}]+", match["row"]))
        if all(name_checks.is_spoken_surname(one[0]) for one in names):
            yield from ((match.start("row") + one.start(), match.start("row") + one.end()) for one in names)
    for heading in _PEOPLE_LIST.finditer(text) if "\n" in text else ():
        lines = list(_lines_below(_PERSON_LINE, text, heading.end()))
        if lines and all(name_checks.is_spoken_surname(one["name"]) for one in lines):
            yield from (one.span("name") for one in lines)


def _is_surname(word: str) -> bool:
    return name_checks.is_spoken_surname(word) and word not in leftover_words().no_names


def _in_kana(text: str) -> Iterator[tuple[int, int]]:
    for match in _BEFORE_GROUP.finditer(text) if _HAS_GROUP.search(text) else ():
        group = match.lastgroup or "kana"
        if _is_given_kana(match[group], is_channel=group == "always"):
            yield match.span(group)
    for match in _KANA_PART.finditer(text) if "." in text else ():
        if _is_given_kana(match["name"], is_channel=True):
            yield match.span("name")
    for match in _KANA_AT_WORK.finditer(text) if _HAS_MARK.search(text) else ():
        group = "name" if match["name"] else "behind"
        is_known = match[group] in surnames().readings and match[group] not in ordinary_words().hiragana
        if is_known and match[group] not in leftover_words().kana_words:
            yield match.span(group)


def listed_handles(text: str) -> Iterator[tuple[int, int]]:
    """Where accounts stand, each on a line of its own, below the word for them."""
    for heading in _HEADING.finditer(text) if "\n" in text else ():
        for line in _lines_below(_LISTED, text, heading.end()):
            if re.search("[A-Za-z]", line["handle"]):
                yield line.span("handle")
    for match in _PAY_OR_ID.finditer(text) if "ID" in text or "id" in text else ():
        yield match.span("handle")


def _lines_below(pattern: re.Pattern[str], text: str, position: int) -> Iterator[re.Match[str]]:
    """The lines from a position on that a pattern matches, up to the first that it does not."""
    for _ in range(_MOST_LISTED):
        line = pattern.match(text, position)
        if line is None:
            return
        yield line
        position = line.end()


def _is_english(word: re.Match[str]) -> bool:
    return word[0].lower() in leftover_words().latin_words or word[0].lower() in leftover_words().brand_people


def _is_clear(word: re.Match[str], group: int | str = 0, *, least: int = 4) -> bool:
    """Whether a Latin word is a given name and no English word, brand or piece of music."""
    lower, words = word[group].lower(), leftover_words()
    known = words.latin_words, words.file_words, words.latin_given_words, words.brand_people, words.brand_names
    return len(lower) >= least and not any(lower in one for one in known)


def _is_given_kana(word: str, *, is_channel: bool) -> bool:
    """Whether kana are a given name; that some are a word too (けんじ) counts for less at what only people have."""
    words, known = ordinary_words(), leftover_words()
    is_word = word in words.katakana or word in known.brand_names or word in known.no_names or word in known.kana_words
    is_word = is_word or (not is_channel and word in words.hiragana)
    return not is_word and name_checks.in_hiragana(word) in given_names().readings
