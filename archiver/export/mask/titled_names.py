"""Names that stand before さん, 様 and the like, or before somebody's job (森社長, なおみ先生).

「店長さん」 and 「企業様」 name nobody: what stands before the title is an ordinary word, or ends with the part of one
that says what somebody does (者, 員, 店 …).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from archiver.export.mask import leftover_patterns, name_checks
from archiver.export.mask.folding import folded_text
from archiver.export.mask.kanji_names import folded_spoken_characters
from archiver.export.mask.name_checks import in_hiragana
from archiver.export.mask.name_data import (
    given_characters,
    given_names,
    leftover_words,
    ordinary_words,
    rare_names,
    surnames,
)
from archiver.export.mask.name_forms.unknown_surnames import (
    is_likely_given,
    is_unfamiliar,
    is_unknown_full_name,
    is_unknown_surname,
)

_NICKNAME_TITLES = ("ちゃん", "くん")
"""They are hidden with a name in kana, of which they may be a part."""
_ROLE_END = re.compile(
    "[者員長部社店家係業主人客元側方陣師士官役手屋課室局所院園館校会団班組隊署庁省先生徒親娘婦夫妻様々達連衆軍党派教嬢女]$"
)
_AGENT = re.compile(
    "(?:イスト|リスト|ワー|マネ|マー|ーター|ナー|ヤー|ャー|バー|ダー|マン|ーズ|ショップ|サロン|スクール|ホテル|レストラン"
    "|カフェ|ストア|メディア|チャンネル|グループ|プロダクション|スタジオ|オフィス|クリニック|ショッピング"
    "|ジャパン|システム|デザイン|ワークス|サービス|マーケット|センター|チーム|ファーム|クラブ|ラボ|テック|ネット"
    "|ロボ|モン)$"
)
"""What people and firms are called by what they do; surnames with such an end are among the foreign names."""
_FIRM = re.compile("(?:株式会社|有限会社|合同会社|社団法人|財団法人|\\(株\\)|\\(有\\))[^\\s、。「」]{0,12}$")
_FIRM_END = re.compile(
    f"[{leftover_patterns.KANJI}](?:製薬|製菓|食品|電機|電器|工業|建設|銀行|証券|書店|酒造|運輸|自動車|製作所|不動産|化学|化粧品"
    "|醤油|製粉|生命|海上|製鉄|乳業|重工|鉄道|新聞|放送|出版|印刷)$"
)
"""What firms are, behind the name of whoever began one: 小林製薬さん."""
_LEAST_FULL_NAME = 3
"""Characters of a surname with a given name; before 御中 a shorter one is a firm's."""
_OF_FIRM = re.compile(
    "の(?:公式|商品|製品|サービス|広告|ブランド|新作|新商品|キャンペーン|CM|アプリ|フリー素材|素材|音源|楽曲|BGM|サイト|株)"
)
"""Behind a name in katakana or Latin letters and its title they make it a firm: トヨタさんの公式チャンネル."""
_THINGS = ("人形", "ぬいぐるみ", "グッズ", "キャラ", "コーナー", "マーク", "印の")
"""Behind a name and its title they make it the name of a thing."""


def titled_names(text: str) -> Iterator[tuple[int, int]]:
    """Where in a normalised text a name stands before a title; a nickname with its title."""
    for match in leftover_patterns.TITLED.finditer(text):
        name, title = match["name"], match["title"]
        is_of_firm = not re.match(f"[{leftover_patterns.KANJI}ぁ-ん]", name) and _OF_FIRM.match(text, match.end())
        is_thing = (
            is_of_firm
            or text.startswith(_THINGS, match.end())
            or (len(name) == 1 and text[: match.start()].endswith("お"))
        )  # お月様
        is_thing = is_thing or _FIRM_END.search(name) is not None
        start = None if is_thing else _name_start(name, _title_as_read(match))
        if start is None and not is_thing and _is_stated(match):
            start = 0
        if start is None or (title in ("様", "さん") and _is_firm(text, match, start)):
            continue
        is_nickname = _is_nickname(name[start:], title)
        parent = 2 * text.startswith(("ママ", "パパ"), match.end())
        is_hidden = is_nickname or title.isascii()
        yield match.start("name") + start, match.end() + parent if is_hidden else match.end("name")


_STATED = re.compile(f"(?:[:→=]|{leftover_patterns.JOBS}[はが、]) ?$")


def _is_stated(match: re.Match[str]) -> bool:
    """Whether short katakana before さん say who has a role, be they a word too: リーダーはフンさん."""
    name, words = match["name"], leftover_words()
    is_short = name_checks.is_katakana(name[0]) and len(name) < 4 and match["title"] in ("さん", "様")
    is_role = name in words.no_name_ends or name in words.role_titles or name in words.no_members
    return is_short and not is_role and _STATED.search(match.string, 0, match.start()) is not None


_INITIAL_TITLES = (
    "さん|さま|氏(?![名神])|様(?!式)|くん|君|ちゃん|たん|先生|先輩|嬢|姉|兄|殿|社長|部長|課長|係長|主任|店長|所長|室長|次長|専務|常務|会長|院長|園長|校長"
    "|教授|監督|弁護士|税理士|女史|夫人"
)
_INITIAL = re.compile(
    rf"(?<![A-Za-z0-9_.-])[A-Z](?:[.・][A-Z])?\.?(?:{_INITIAL_TITLES})"
    r"|(?<![A-Za-z0-9])[A-Z](?![社店案班組級群型部課室局校園館])[一-鿿]{1,2}(?=さん|氏(?![名神])|様(?!式)|くん|ちゃん)"
)
_KANA_PRODUCER = re.compile(r"(?<![ァ-ヴーぁ-んA-Za-z])[ァ-ヴー]{2,6}P(?=[のにがはへともや、。]|さん|から|$)")
_HAS_CAPITAL = re.compile("[A-Z]")
_HAS_TRADER = re.compile("[者様ーアター手](?:の|[:→「])")
_TRADER = re.compile(
    r"(?:出品者|購入者|お客様|依頼者|応募者|投稿者|ユーザー|ライター|落札者|フォロワー|リスナー|視聴者"
    r"|クライアント|ワーカー|取引相手)(?:の|[:→] ?|「)(?P<name>[^\s、。の「」:]{2,14}?)」?(?=さん|様"
    r"|氏(?![名神]))"
)


def initials_and_traders(text: str) -> Iterator[tuple[int, int]]:
    """Initials with their title (K氏), and what somebody who buys, sells or writes is called."""
    for match in _INITIAL.finditer(text) if leftover_patterns.has_latin(text) and _HAS_CAPITAL.search(text) else ():
        yield match.span()
    for match in _KANA_PRODUCER.finditer(text) if "P" in text else ():
        if match[0][:-1] not in ordinary_words().katakana:
            yield match.span()
    for match in _TRADER.finditer(text) if _HAS_TRADER.search(text) else ():
        is_people = match["name"] in leftover_words().no_name_ends or re.search(
            "[皆客方]$|みんな$|みな$", match["name"]
        )
        if not is_people and not re.search("[をがにはで]", match["name"]):
            yield match.span("name")


def names_at_jobs(text: str) -> Iterator[tuple[int, int]]:
    """Where a name stands before a job: in kanji, in kana and in Latin letters."""
    for role in leftover_patterns.role_title().finditer(text):
        reach = max(0, role.start() - leftover_patterns.BEFORE_ROLE_REACH)
        match = leftover_patterns.BEFORE_ROLE.search(text[reach : role.start()])
        if match is not None and leftover_patterns.is_role(role):
            start = _start_before_role(match["name"], role[0])
            if start is not None:
                yield reach + match.start("name") + start, reach + match.end("name")
    for match in leftover_patterns.KANA_WITH_JOB.finditer(text) if leftover_patterns.HAS_KANA_JOB.search(text) else ():
        if name_checks.is_kana_person(match[0]):
            yield match.span()


def _start_before_role(name: str, role: str) -> int | None:
    """Where a name begins before what somebody is; None: it is no name, or a firm's (before 御中)."""
    start = name_checks.surname_start(name)
    if start is None:
        start = _unknown_start(name)
    if start is None or name + role in leftover_words().no_names:
        return None
    return None if role == "御中" and len(name) - start < _LEAST_FULL_NAME else start


def _unknown_start(name: str) -> int | None:
    """Where a surname that no list has begins behind known words: 企画課萩臺."""
    if is_unknown_surname(name):
        return 0
    starts = (start for start in range(1, len(name) - 1) if name_checks.are_words(name[:start]))
    return next((start for start in starts if is_unknown_surname(name[start:])), None)


def _title_as_read(match: re.Match[str]) -> str:
    """The title; くん and ちゃん that may be a part of the sentence (行くんです, ちゃんと) are said to be "
    "doubtful."""
    title, behind = match["title"], match.string[match.end() : match.end() + 1]
    is_kana = re.search("[ぁ-んー]$", match["name"]) is not None and not re.search("[ーっ]$", match["name"])
    if title == "くん" and behind and behind in ("でだじなのやか" if is_kana else "でだじ"):
        return "くんの"
    is_at_home = match.string.startswith("とこ", match.end()) and match["name"] in given_characters().single
    return "ちゃんと" if title == "ちゃん" and behind == "と" and not is_at_home else title


def _is_firm(text: str, match: re.Match[str], start: int) -> bool:
    """Whether the word before a title is the end of a firm's name that stands before it."""
    if re.match("[ぁ-ん]", match["name"]) and name_checks.is_katakana(text[match.start() - 1 : match.start()] or " "):
        return match["title"] == "様"
    return _FIRM.search(text, max(0, match.start() - 20), match.start("name") + start) is not None and not (
        name_checks.is_full_name(match["name"][start:])
    )


def _is_nickname(name: str, title: str) -> bool:
    """Whether a title belongs to what it stands at: 「ゆみちゃん」, 「まっさん」, and not 「さとうさん」."""
    if not re.fullmatch("[ぁ-んァ-ヴー]+", name):
        return len(name) == 1 and title == "ちゃん"
    reading = in_hiragana(name)
    is_known = len(name) > 2 and (reading in surnames().readings or reading in given_names().readings)
    return title in _NICKNAME_TITLES or (title == "さん" and not is_known and not name_checks.is_katakana(name[0]))


def _name_start(name: str, title: str) -> int | None:
    """Where in the run of characters before a title the name begins; None: it is no name."""
    if re.fullmatch("[ぁ-んー]+", name):
        return name_checks.hiragana_start(name, title)
    if name[-1].isascii():
        last = name.split()[-1].casefold()
        is_firm = name.isupper() and len(name) > 3 and not _is_romanised_name(last)
        if last in leftover_words().organisations or is_firm:
            return None
        return None if last in leftover_words().latin_words and last not in surnames().romaji else 0
    if name_checks.is_katakana(name[-1]):
        return None if name in ("ワン", "ニャン") and title.startswith("ちゃん") else _katakana_start(name, title)
    if re.search("[ぁ-ん]$", name):  # kanji, then hiragana: a given name such as 美さき, or a sentence
        head = re.match(f"[{leftover_patterns.KANJI}]+", name)
        if head is None or len(head[0]) < 2:
            return None
        is_given = is_unfamiliar(head[0]) and name[head.end() :] in given_names().readings
        return 0 if is_given or name_checks.surname_start(head[0]) == 0 else None
    if "ノ" in name:
        return 0
    start = name_checks.surname_start(name)
    if start is not None and not (name[-1] == "屋" and name[start:] not in surnames().kanji):
        return _with_words_before(name, start)
    return _start_without_surname(name, title)


def _is_romanised_name(word: str) -> bool:
    known = surnames().romaji, given_names().romaji, leftover_words().foreign_latin_names, rare_names().latin
    return any(word in one for one in known)


def _katakana_start(name: str, title: str) -> int | None:
    is_given = in_hiragana(name) in given_names().readings and name not in leftover_words().no_name_ends
    if is_given or name_checks.is_kana_person(name):
        return 0
    is_word = name in ordinary_words().katakana or name in rare_names().firms
    is_word = is_word or any(name.endswith(word) for word in leftover_words().no_name_ends)
    is_word = is_word or _is_compound(name)
    if title == "ちゃん" and len(name) == 2 and name not in leftover_words().no_name_ends:
        return 0
    return None if is_word or _AGENT.search(name) else 0


def _is_compound(name: str) -> bool:
    """Whether katakana are two known words: ヘアメイク."""
    words = ordinary_words().katakana
    return any(name[:cut] in words and name[cut:] in words for cut in range(2, len(name) - 1))


def _with_words_before(name: str, start: int) -> int:
    """The whole run, if what stands before a surname is no ordinary word: 勅使河原, and not 先方河原."""
    before = name[:start]
    is_rest = len(name) <= 5 and before and not name_checks.are_words(before) and " " not in name
    return 0 if is_rest else start


def _start_without_surname(name: str, title: str) -> int | None:
    """Where a name in kanji begins that is no known surname."""
    words, bare = leftover_words(), name.replace(" ", "")
    if title == "ちゃん" and len(bare) == 2 and bare[-1] not in _NO_CHAN and _is_called(bare):
        return 0
    if len(bare) == 1:
        return _single_start(bare, title)
    if bare in words.name_words or (title in ("先生", "君", "くん", "殿") and is_unknown_surname(bare)):
        return 0
    is_given = len(bare) < 4 and is_likely_given(bare) and _ROLE_END.search(bare) is None
    if title != "ちゃんと" and (is_unknown_full_name(bare) or (is_given and name not in words.no_name_ends)):
        return 0
    if name in words.no_names or name in words.no_name_ends or len(bare) > 5 or _is_ordinary(bare):
        return None
    if len(bare) in (2, 3) and bare[-1] in words.given_name_ends and bare not in words.people_words:
        return None if title in ("ちゃんと", "殿", "先生") else 0
    ends = words.no_name_ends - words.surname_ends if title == "さん" else words.no_name_ends
    is_word = any(name.endswith(word) for word in ends) or _ROLE_END.search(bare)
    return None if is_word or title in ("君", "くん", "くんの", "殿", "先生") else 0


def _is_ordinary(bare: str) -> bool:
    """Whether a run of kanji is a word, or ends with one behind another: 企画, 取引先企業."""
    kanji = ordinary_words().kanji
    is_role = len(bare) == 3 and bare[:2] in kanji and _ROLE_END.search(bare)
    return bare in kanji or (len(bare) > 3 and bare[-2:] in kanji) or bool(is_role)


def _is_called(bare: str) -> bool:
    """Whether two kanji before ちゃん are made like a given name, and say nothing of what somebody is."""
    words, known = leftover_words(), given_characters()
    is_role = bare in words.no_name_ends or bare in words.people_words or _ROLE_END.search(bare) is not None
    return not is_role and bare[0] in known.beginnings and bare[1] in known.ends


_NO_CHAN = frozenset("赤坊兄姉嬢爺婆猫犬娘孫皆熊何母父妹弟子祖若婿姪甥")
"""Before ちゃん these are anybody."""


def _single_start(character: str, title: str) -> int | None:
    words = leftover_words()
    if character in words.no_name_ends - words.surname_ends:
        return None
    if title == "ちゃん" and character not in _NO_CHAN:
        return 0
    is_known = character in words.single_given_names or character in words.titled_characters
    if is_known or folded_text(character) in folded_spoken_characters():
        is_clear = title in (
            "さん",
            "さま",
            "くん",
            "ちゃん",
            "君",
            "先生",
            "サン",
            "チャン",
            "先輩",
            "姉さん",
            "兄さん",
            "氏",
        )
        return 0 if is_clear or (title in "様氏" and character not in words.no_names) else None
    return None
