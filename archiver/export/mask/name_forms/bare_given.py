"""Names in kana and Latin letters where only people stand, or that are no other word: ケンジ案件, 火(さくら), CC Kenji.

Names that are words as well need a place that leaves no doubt. Every repetition has a bound.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator

from archiver.export.mask import name_checks
from archiver.export.mask.leftover_patterns import KANJI, any_of, kanji_runs
from archiver.export.mask.name_data import given_names, leftover_words, ordinary_words, rare_names, surnames
from archiver.export.mask.name_forms.unknown_surnames import is_likely_given

_BEHIND_KANA = (
    "案件|分(?:の|は|も|を|が|$|、)|宅|宛|経由|名義|待ち|含め|以外|側の|担当|組|班|様|氏|先生|本人"
    "|不在|休み|欠席|立ち会い|立会い|同席|撮影分"
)
_KATAKANA = re.compile(rf"(?<![ァ-ヴー・])(?P<name>[ァ-ヴー]{{3,8}})(?![ァ-ヴー・])(?=(?:{_BEHIND_KANA})|[^{KANJI}]|$)")
_KATAKANA_FULL = re.compile(r"(?<![ァ-ヴー・])(?P<first>[ァ-ヴー]{2,7}) (?P<second>[ァ-ヴー]{2,7})(?![ァ-ヴー・])")
_KATAKANA_JOINED = re.compile("(?<![ァ-ヴー・])(?P<first>[ァ-ヴー]{3,7})(?P<kind>チャンネル|ちゃんねる)")
_HIRAGANA = re.compile(
    rf"(?<![ぁ-んー{KANJI}ァ-ヴ])(?P<name>[ぁ-ん]{{3,5}}?)"
    rf"(?=(?:{_BEHIND_KANA}|[がはもにへとをの](?![ぁ-んー])|から|より|まで|だけ|経由|です|って"
    rf"(?:人|方|誰)|ちゃんねる|チャンネル)|[^ぁ-んー{KANJI}ァ-ヴ]|$)"
)
_NO_NAMES = frozenset({"したら", "しいの", "セレナ"})
_LATIN = re.compile(
    r"(?<![A-Za-z0-9@/._&'-])(?P<name>[A-Z][a-z]{3,10}|[A-Z]{4,10})(?![A-Za-z0-9@_&'-]|\.[A-Za-z0-9]|/[A-Za-z])"
)
_LATIN_SURNAMES = frozenset(
    {"mori", "abe", "ito", "hara", "seki", "imai", "oki", "tani", "oda", "ueno", "chiba", "fukui", "nagano", "soma"}
    | {"yamaguchi", "ishikawa", "miyazaki", "fukushima", "honda", "suzuki", "goto", "sudo", "doi", "ono"}
)
"""Of the Latin words that make no name alone those that are surnames as well."""
_ENGLISH = re.compile("[a-z]{2} [a-z]{2,}|[A-Za-z]{2} [A-Z][a-z]+ [A-Za-z]{2}")
"""Words in a row that are a sentence or a title."""

# --- where only people stand --------------------------------------------------------------------------

_PEOPLE = any_of(
    "後任 前任 名字 苗字 旧姓 予約名 名札 上長 上司 主担当 副担当 確認者 承認者 作成者 更新者 "
    "記入者 文責 窓口 担当者 担当 責任者 紹介者 依頼者 "
    "送信者 差出人 宛名 名義人 名義 お名前 氏名 名前 撮影者 編集者 話者 著者 モデル キャスト "
    "ゲスト 出演 ナレーション ナレーター ライター デザイナー "
    "カメラマン ディレクター マネージャー アシスタント 聞き手 新郎 新婦 新人 講師 外注 メンバー "
    "スタッフ 撮影 編集 経理 総務 営業 広報 参加 出席 欠席 "
    "参加者 出席者 欠席者 インタビュー イラスト 通訳 秘書 Photo photo 写真 生徒 主役 主演 "
    "店長 社長 代表 院長 園長 オーナー 部長 課長 先生 コーチ DJ MC"
)
_GIVEN_KANJI = f"(?<![{KANJI}])(?P<name>[{KANJI}]{{2,3}})"
_AFTER = r"(?=[\s、。,/()「」』!?]|です|でした|から|より|まで|さん|様|が|に|は|も|$)"
_NAME = "(?P<name>[ぁ-んー]{2,5}?|[ァ-ヴー]{2,8}|[A-Z][a-z]{2,10}|[A-Z]{3,10})"
_TOLD = re.compile(
    rf"(?:{_PEOPLE}(?:担当)?(?: ?[:/=・] ?|は(?! )| )"
    rf"|(?<![A-Za-z])(?:[Bb]y|BY|[Cc][Cc]|[Ff]rom|FROM|To|TO|Re|RE|Dear|DEAR|[Bb]irthday)(?:: ?| )"
    rf"|(?:^|[\n、/ ])[月火水木金土日](?:曜日?)?(?: |:|\()|(?:^|\n)[0-9]{{1,2}}/[0-9]{{1,2}}"
    rf"(?:\([月火水木金土日]\))? |(?:^|[\s。、:])[1-9](?=[A-Zァ-ヴぁ-ん])"
    rf"|(?:営業|経理|総務|外注|話|本目|章|班|番目|者|部|さん|様)\(){_NAME}(?:担当)?{_AFTER}"
)
_SURE = re.compile(
    rf"(?:(?<![ぁ-んーァ-ヴ{KANJI}A-Za-z0-9・])){_NAME}(?: (?=OK|NG|ok)|(?=含め|以外(?:は|の人)|と一緒"
    r"|との?(?:打ち?合わ?せ|MTG|ミーティング|面談|通話|撮影)|を(?:呼[んば]|招待|グループ)|不在"
    r"|同席|だけ(?:まだ|未|欠席|不参加)|のところ[にで]"
    r"|名義|案件|宛|経由|宅(?:に|の|へ)|バージョン|チャンネル|の件(?:、|は|です|で)|まで(?:ご?連絡"
    r"|お願い|お問)|より(?:ご?連絡|ご?依頼|メール)"
    r"|の(?:名義|口座|連絡先|原稿|声|カット|インタビュー|PC|誕生日|結婚式|返信|返事|写真|分[をはがも])"
    r"|\((?:株式会社|有限会社|合同会社|仮名|営業|経理|総務|編集|制作|広報|担当)|を(?:追加|招待)しました"
    r"|って(?:誰|だれ|人|方)|に(?:もらっ|送金|確認|連絡|任せ|聞い|渡し|お願い|伝え)|へ(?:の返|送金)"
    r"|から(?:聞|連絡|もら|の(?:入金|連絡|メール|依頼))|(?:が|は|も)(?:担当|参加|欠席|不参加"
    r"|お?休み|今日|言って)|が(?:言って|送って)"
    r"|で(?:入金|振込|振り込)|「))"
)
_OF_UNIT = re.compile(
    rf"(?:編集|営業|経理|総務|広報|人事|制作|担当|デザイン|撮影|[{KANJI}ァ-ヴ][部課室係社]"
    rf"|事務所|チーム)の{_NAME}(?=(?:ちゃん|くん)?(?:です|と申|より|でございます))"
)
_ON_A_LINE = re.compile(
    r"(?:^|\n)(?P<name>[ぁ-んー]{3,5}|[ァ-ヴー]{3,8}|[A-Z][a-z]{3,10})(?= ?:[^/0-9]"
    r"|、(?:了解|承知|OK|お疲れ|ありがと))"
)
_AT_WEDDING = re.compile(rf"(?:新郎|新婦|旧姓) ?{_NAME}(?=の|{_AFTER})")
_KANJI_TOLD = re.compile(
    rf"{_GIVEN_KANJI}(?=の(?:声|インタビュー|PC|誕生日|結婚式|名義|手紙|連絡先"
    rf"|返事|返信)|含め[0-9全]|以外(?:は|の人)|と一緒"
    r"|にもらっ|で入金|のところ|「|案件|バージョン|チャンネル|社長|\((?:株式会社|有限会社|合同会社"
    r"|仮名|営業|経理|総務|編集)|を(?:呼[んば]|招待))"
    rf"|(?:新郎|新婦|[0-9](?=[{KANJI}]{{2,3}}(?:\n|$)))(?P<behind>[{KANJI}]{{2,3}})(?=[のとはへ\n、]|$)"
)
_OF_SOMEBODY = re.compile(
    rf"(?:スタッフ|友人|知人|同僚|後輩|先輩|部下|新人|バイト|うち|社員|担当|[妹姉兄弟娘母父妻夫師者])の"
    rf"(?P<name>[{KANJI}]{{2,3}})(?=[がはもにとを、]|という|って|です)"
    rf"|(?<![{KANJI}])(?P<called>[{KANJI}]{{2,3}})(?=(?:という|って(?:いう)?)(?:もの|者|子|人|方|名前))"
    rf"|(?:[妹姉兄弟娘母父妻夫]|息子|友人|知人)"
    rf"\((?:[^()\n]{{1,8}}[・、 /])?(?P<bracketed>[{KANJI}]{{2,3}})"
    rf"(?:[・、 /][^()\n]{{1,8}})?\)"
)
_MIXED_NAME = re.compile(rf"(?<![ァ-ヴー・])(?P<first>[ァ-ヴー]{{2,8}})(?P<second>[{KANJI}]{{2,3}})(?![{KANJI}])")
_QUOTED_FULL = re.compile(rf"[「『](?P<name>[{KANJI}]{{1,4}} [{KANJI}]{{1,3}})[」』](?:さん|様|氏)")
_ANIMAL = re.compile(r"(?<![ぁ-んー])(?P<name>[ぁ-んー]{2,4}[丸助太吉郎蔵斎])(?=さん|くん|ちゃん|様|氏)")
_HAS_ANIMAL = re.compile("[丸助太吉郎蔵斎](?:さん|くん|ちゃん|様|氏)")
_INITIAL_BEHIND = re.compile(r"(?<![A-Za-z0-9@/._-])(?P<name>[A-Z][a-z]{1,9}\.[A-Z])(?![A-Za-z0-9.@])")
_CAST = re.compile("キャスト|配役|出演者?|声優|クレジット|スタッフ一覧|登場人物")
_PART = re.compile(
    rf"(?:^|\n) {{0,3}}[・●]?[^\s:、。]{{1,8}} ?: ?(?P<name>[ぁ-んー]{{2,8}}|[ァ-ヴー]{{2,8}}"
    rf"|[{KANJI}]{{2,4}}(?: [{KANJI}]{{1,3}})?)(?=\n|$)"
)
_KANJI_FULL = re.compile(
    rf"(?<![{KANJI}])(?P<surname>[{KANJI}]{{1,4}}) (?P<given>[{KANJI}]{{2,3}}?)(?=以外|含め"
    rf"|[様氏殿君宛]|[^{KANJI}]|$)"
)
_QUOTED = re.compile(
    rf"[「『【(]{_NAME}[」』】)](?=名義|って(?:誰|だれ|人|方)|が(?:入って|参加|入室|待機|ログイン"
    rf"|います)|を|と(?:書|署名|いう)|[^\n]{{0,4}}(?:チーム|案件|編集)|\.[a-z]{{3}}|に(?:なっ"
    rf"|変))"
    rf"|(?:部屋名?|ルーム名?) ?[:は] ?[【「\[](?P<room>[ぁ-んー]{{2,5}}|[ァ-ヴー]{{2,8}})[】」\]]"
)


def bare_given_names(text: str) -> Iterator[tuple[int, int]]:
    """Where in a normalised text such names stand."""
    has_given = any(len(run[0]) > 1 and _may_hold_given(run[0]) for run in kanji_runs(text))
    yield from _told_of_somebody(text, has_given=has_given)
    for match in _KANJI_TOLD.finditer(text) if has_given else ():
        if is_likely_given(match["name"] or match["behind"]):
            yield match.span("name" if match["name"] else "behind")
    for match in _KANJI_FULL.finditer(text) if " " in text else ():
        if name_checks.is_spoken_surname(match["surname"]) and is_likely_given(match["given"]):
            yield match.span()
    if any(_may_hold_name(run) for run in _RUN.findall(text)):
        yield from _in_kana_or_latin(text)


@functools.lru_cache(16_384)
def _may_hold_given(run: str) -> bool:
    """Whether a run of kanji begins or ends with what may be a given name."""
    return any(is_likely_given(part) for part in (run[:2], run[:3], run[-2:], run[-3:]))


_RUN = re.compile("[ぁ-んー]{2,}|[ァ-ヴー]{2,}|[A-Z][A-Za-z]{1,10}")


@functools.lru_cache(16_384)
def _may_hold_name(run: str) -> bool:
    """Whether a run of one script holds what may be a name, so that the patterns need to be looked for."""
    if run[0].isascii():
        return _is_latin(run, told=True)
    if not "ぁ" <= run[0] <= "ん":
        return _is_told(run) or _is_no_other_word(run) or run.endswith(("チャンネル", "バージョン"))
    known, others = given_names().readings, surnames().readings
    starts = (0, *(match.end() for match in re.finditer("[はもがの]", run)))
    return any(
        run[start:end] in known or (end - start > 2 and run[start:end] in others)
        for start in starts
        for end in range(start + 2, min(len(run), start + 5) + 1)
    )


def _in_kana_or_latin(text: str) -> Iterator[tuple[int, int]]:
    for match in _KATAKANA.finditer(text):
        if _is_no_other_word(match["name"]):
            yield match.span("name")
    for match in _KATAKANA_FULL.finditer(text) if " " in text else ():
        if _is_full(match["first"], match["second"]):
            yield match.span()
    for match in _KATAKANA_JOINED.finditer(text):
        if _is_no_other_word(match["first"]):
            yield match.span("first")
    for match in _HIRAGANA.finditer(text):
        if _is_no_other_word(match["name"]):
            yield match.span("name")
    for match in _LATIN.finditer(text) if not _ENGLISH.search(text) else ():
        if _is_latin(match["name"], told=False):
            yield match.span("name")
    for pattern in (_TOLD, _SURE, _AT_WEDDING, _OF_UNIT, _ON_A_LINE, _QUOTED):
        for match in pattern.finditer(text):
            for group, name in match.groupdict().items():
                if name and _is_told(name):
                    yield match.span(group)


def _told_of_somebody(text: str, *, has_given: bool) -> Iterator[tuple[int, int]]:
    """Given names in kanji of somebody who is mentioned, and names of two scripts."""
    for match in _OF_SOMEBODY.finditer(text) if has_given else ():
        group = match.lastgroup or "name"
        if is_likely_given(match[group]) and not name_checks.are_words(match[group]):
            yield match.span(group)
    for match in _MIXED_NAME.finditer(text) if has_given else ():
        if name_checks.is_foreign(match["first"]) and is_likely_given(match["second"]):
            yield match.span()
    for match in _ANIMAL.finditer(text) if _HAS_ANIMAL.search(text) else ():
        yield match.span("name")
    for match in _QUOTED_FULL.finditer(text) if " " in text and "「" in text else ():
        if name_checks.is_spoken_surname(match["name"].split()[0]):
            yield match.span("name")
    for match in _INITIAL_BEHIND.finditer(text) if "." in text else ():
        if match["name"][:-2].lower() in given_names().romaji:
            yield match.span("name")
    for match in _PART.finditer(text) if _CAST.search(text) else ():
        word = match["name"].split()[0]
        is_word = word in ordinary_words().katakana or word in ordinary_words().hiragana or name_checks.are_words(word)
        if not is_word and word not in leftover_words().no_members:
            yield match.span("name")


@functools.lru_cache(8192)
def _is_no_other_word(kana: str) -> bool:
    """Whether kana are a given name or a surname, and no word that a list has."""
    reading, words, known = name_checks.in_hiragana(kana), ordinary_words(), leftover_words()
    if not (reading in given_names().readings or (len(reading) > 2 and reading in surnames().readings)):
        return False
    lists = [known.no_names, known.no_name_ends, known.kana_words, known.brand_names, known.brand_people]
    lists += [known.no_titled_words, known.doubled_words, known.no_nicknames, known.bank_kana, rare_names().firms]
    is_word = kana in _NO_NAMES or kana in words.katakana or kana in words.hiragana or any(kana in one for one in lists)
    return not (is_word or (reading == kana and (reading in known.kana_words or reading in known.no_names)))


def _is_full(first: str, second: str) -> bool:
    """Whether two words in katakana are a surname and a given name, in either order."""
    words = ordinary_words().katakana
    readings = name_checks.in_hiragana(first), name_checks.in_hiragana(second)
    is_japanese = readings[0] in surnames().readings and readings[1] in given_names().readings
    is_foreign = name_checks.is_foreign(first) and (
        name_checks.is_foreign(second) or (first not in words and second not in words)
    )
    return (is_japanese and not (first in words and second in words)) or is_foreign


@functools.lru_cache(8192)
def _is_told(name: str) -> bool:
    """Whether a word is a name where only people stand, whatever else it may mean."""
    if name[0].isascii():
        return _is_latin(name, told=True)
    reading, words, known = name_checks.in_hiragana(name), ordinary_words(), leftover_words()
    if name in _NO_NAMES or name in known.no_members or name in known.role_titles or name in known.no_name_ends:
        return False
    if name_checks.is_foreign(name):
        return name not in words.katakana
    is_name = reading in given_names().readings or (len(reading) > 2 and reading in surnames().readings)
    is_word = name in words.katakana or (
        len(reading) < 3 and (reading in words.hiragana or reading in known.kana_words)
    )
    return is_name and not is_word and not (len(reading) < 3 and name in known.no_names)


def _is_latin(name: str, *, told: bool) -> bool:
    lower, known = name.lower(), leftover_words()
    if told and lower in _LATIN_SURNAMES:
        return True
    lists = [known.latin_words, known.brand_people, known.organisations, known.file_endings]
    lists += [] if told else [known.latin_given_words, known.file_words]
    if any(lower in one for one in lists):
        return False
    foreign = lower in known.foreign_latin_names or (told and lower in rare_names().latin)
    return lower in given_names().romaji or lower in surnames().romaji or (foreign and not name.isupper())
