"""Nicknames in kana, and names of any kind that a sentence itself calls a name.

「みっきー」, 「まーくん」, 「なおたん」, 「もふ子」; 「ペンネーム「さくらもち」」, 「「あめ玉」という方」.
What an ordinary word ends like is in the lists of words.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from archiver.export.mask.leftover_patterns import KANJI
from archiver.export.mask.name_checks import in_hiragana, is_spoken_surname
from archiver.export.mask.name_data import beginnings_of_names, given_names, leftover_words, ordinary_words, surnames

_SMALL = "ゃゅょャュョ"
_HIRA = f"(?:(?![をのがへんっぁぃぅぇぉゃゅょ])[ぁ-ん][{_SMALL}]?)"
_KATA = f"(?:(?![ヲンッァィゥェォャュョ])[ァ-ヴ][{_SMALL}]?)"
_ENDS_OF_SENTENCE = (
    r"(?=さん|ちゃん|くん|[はがにのともへをや](?!ー)|から|です|って|より|まで|だ|こと|先生|先輩|[^ぁ-んァ-ヴー]|$)"
)
_NO_GRAMMAR = "(?!で(?!も)|だ|じゃ|けど|ので|のに|よ)"
_AFTER_STOP = "(?:っちー?|っぴー?|っきー|っしー|っつん|っぺ|っくん)(?![ゃゅょり])"
_CLEAR = "ちん(?!と)|きゅん|にゃん|ぴょん|ぽよ|のすけ"
_OTHER = "つん|みん|じー|ぴー?|やん|ぷー|みー|にー|きー|しー|ちー|ぼー|ちょ"
_PATTERN = re.compile(
    rf"(?<![ぁ-ん])(?<![ぁ-ん]ー)(?P<lead>[ぁ-ん]{{0,4}}[のとはがもにでへやね])??"
    rf"(?P<nickname>(?P<short>{_HIRA}[っー])(?:ちゃん(?!と)|くん{_NO_GRAMMAR})"
    rf"|(?P<stopped>{_HIRA}{{1,3}})(?:{_AFTER_STOP})"
    rf"|(?P<base>{_HIRA}[っー]|{_HIRA}{{2,3}}[っー]?)(?:{_CLEAR}|(?:りん|ぽん|ぱん|ぴん){_ENDS_OF_SENTENCE})"
    rf"|(?P<pair>{_HIRA}{{2}}|{_HIRA}ん(?=たん(?:先生|さん|ちゃん)))たん{_NO_GRAMMAR}"
    rf"|(?P<name>{_HIRA}{{3}}(?=[んち]{_ENDS_OF_SENTENCE})|{_HIRA}{{2,3}}っ?)(?:{_OTHER}"
    rf"|(?<=[ぁ-ん]{{3}})[んち]){_ENDS_OF_SENTENCE})"
)
_KATAKANA_ENDS = "ピー|ッチー?|ッキー|ッシー|ポン|リン|タン|チン|ニャン|ッピー|ッペ|ヤン|ッツン"
_IN_KATAKANA = re.compile(
    rf"(?<![ァ-ヴー・])(?:(?P<base>{_KATA}{{2,3}})(?:{_KATAKANA_ENDS})|{_KATA}(?:ッキー|ッシー"
    rf"|ッチー))(?![ァ-ヴー・]){_ENDS_OF_SENTENCE}"
)
_GATE = re.compile(
    "ち[んゃー]|くん|た[んぬ]|っ[ちぴきしつぺ]|[ぴぽに]ょ?[んー]|に[ゃー]|ぴ|ぽ|のすけ|りん|ぱん|つん|みん|じー"
    "|やん|[ぷみきぼし]ー|[ッピポリタチニヤ][ーチキシンピペャツ]|子"
)
_STOPPED_KATAKANA = re.compile(
    rf"(?<![ァ-ヴー])(?P<base>{_KATA}{{2,3}})っ(?:ちゃん(?!と)|ちん|ぴー|くん|ぺ|ち(?=さん|[がはにもの、。]|です|から|$))"
)
_TEACHER = re.compile("(?<![ぁ-ん])[ぁ-ん]{1,3}(?:たん|りん|ぽん|ぴょん|っち)(?=先生)")
_CHILD = re.compile(
    rf"(?<![ぁ-んァ-ヴー{KANJI}])(?:[ぁ-ん]{{2}}|[ァ-ヴー]{{2,3}})子(?=さん|ちゃん|[」』はがにのとをへ、]|から)"
)
_NO_CHILD = re.compile("^(?:.[のいなん]|[うあこそど]の|いい|よい|ひと|ふた|いる|する|した|てる|お.)子")
_SHORT_WORDS = frozenset("ばーじーにーねーかーとーあっせっいっかっ")
_KINDS_OF_NAMES = (
    "(?:(?:ライター|著者|作者|筆者|監修者|担当者?|投稿者|依頼者|応募者|署名|表示|ユーザー|アカウント|ペン|あだ|芸"
    "|源氏|振込人?|依頼人|出品者|購入者|出演者|本人の)名前?|ニックネーム|ペンネーム"
    "|ハンドルネーム|ハンドル|(?<![A-Za-z])[PH]N(?![A-Za-z])|通称|愛称|呼び名|あだ名|クレジット|氏名|お名前|名前(?:欄)?|差出人|名義)"
)
_SENTENCE = re.compile(
    f"[。!?、]|[{KANJI}][をがはに].|[{KANJI}ぁ-ん]{{2,}}[いうくすつぬむるた]$|■|\\.[A-Za-z0-9]{{2,4}}$"
)
_CALLED = (
    "という(?:方|人|子|者|ライター|アカウント|名前|ユーザー|出品者|お客)|って(?:いう)?(?:方|人|子|アカ|名前"
    "|ライター)|と名乗|さん|さま|様|氏(?![名神])"
)
_SAID = (
    re.compile(rf"{_KINDS_OF_NAMES}(?:に|は|が|の欄に|を|:|=|→)? ?[「『](?P<name>[^「」『』\n]{{1,16}})[」』]"),
    re.compile(rf"[「『](?P<name>[^「」『』\n\s]{{1,14}})[」』](?:{_CALLED})"),
    re.compile(
        r"(?P<name>(?<![ァ-ヴー])[ァ-ヴー]{2,9}|(?<![A-Za-z])[A-Z][a-z]{2,12}(?: [A-Z][a-z]{2,12})?"
        r"|(?<![ぁ-ん])[ぁ-んー]{2,6})"
        r"(?:という|って(?:いう)?)(?:方|人|あだ名|愛称|ニックネーム|呼ばれ|呼んで|呼ぶ)"
    ),
)


_AS_READ = re.compile("(?:読み|仮名|カナ|ルビ|発音)[^「『]{0,4}$")
"""Before a word in brackets: how a name is read, which may look like a verb (みない)."""
_CALLED_WITH_TITLE = re.compile(
    r"(?P<name>[^\s、。「」()!?]{1,6}?)(?:さん|様)(?:という|って(?:いう)?)(?:お?名前|方|人|名字|苗字|ライター|お客)"
)


_NAMED_SO = re.compile(
    rf"(?<![{KANJI}])(?P<who>[{KANJI}]{{1,4}})(?:さん|くん|君)?[がはを](?P<name>[ァ-ヴー]{{2,6}}|[ぁ-んー]{{2,6}}?)(?:って|と)呼"
)
_BEFORE_REAL_NAME = re.compile(
    rf"(?<![ぁ-んァ-ヴー{KANJI}])(?P<name>[ぁ-んー]{{2,6}}|[ァ-ヴー]{{2,8}}) ?"
    rf"\((?P<real>[{KANJI}]{{1,4}})(?:さん|くん|様|ちゃん|氏|先生)?\)"
)
"""What somebody is called, with the name in brackets: 「ばんちょー(番場さん)」."""


def nicknames(text: str) -> Iterator[tuple[int, int]]:
    """Where in a normalised text a nickname stands, or what the text calls a name."""
    for match in _BEFORE_REAL_NAME.finditer(text) if "(" in text else ():
        if is_spoken_surname(match["real"]) and len(match["real"]) > 1 and not _is_word(match["name"]):
            yield match.span("name")
    if _GATE.search(text):
        yield from _by_their_ends(text)
    if "」" in text or "』" in text or "って" in text or "という" in text:
        for pattern in _SAID:
            for match in pattern.finditer(text):
                name = match["name"]
                is_reading = name in given_names().readings or name in surnames().readings
                is_told = pattern is _SAID[0] or _AS_READ.search(text, max(0, match.start() - 8), match.start())
                is_sentence = not is_told and _SENTENCE.search(name) is not None
                if is_reading or not (_is_word(name) or is_sentence):
                    yield match.span("name")
        for match in _NAMED_SO.finditer(text) if "呼" in text else ():
            if is_spoken_surname(match["who"]):
                yield match.span("name")
        for match in _CALLED_WITH_TITLE.finditer(text):
            if match["name"] not in leftover_words().no_name_ends:
                yield match.span("name")


def _by_their_ends(text: str) -> Iterator[tuple[int, int]]:
    for match in _PATTERN.finditer(text):
        if (
            _is_clear(match)
            and not _is_word(match["nickname"])
            and not _is_word((match["lead"] or "") + match["nickname"])
        ):
            yield match.span("nickname")
    for match in _IN_KATAKANA.finditer(text):
        if (match["base"] is None or _is_base(match["base"])) and not _is_word(match[0]):
            yield match.span()
    for match in _STOPPED_KATAKANA.finditer(text) if "っ" in text else ():
        if _is_base(match["base"]):
            yield match.span()
    for match in _TEACHER.finditer(text) if "先生" in text else ():
        yield match.span()
    for match in _CHILD.finditer(text):
        if not _NO_CHILD.match(match[0]):
            yield match.span()


def _is_clear(match: re.Match[str]) -> bool:
    """Whether what stands before the end of a nickname is the beginning of a name; most ends say little alone."""
    if match["short"]:
        return match["short"] not in _SHORT_WORDS
    if match["name"]:
        bare = match["name"].rstrip("っ")
        return bare in given_names().readings or bare in surnames().readings
    return _is_base(match["stopped"] or match["base"] or match["pair"])


def _is_base(base: str) -> bool:
    bare = in_hiragana(base).rstrip("っー")
    return (
        len(re.sub(f"[{_SMALL}]", "", bare)) < 2 or bare[:2] in beginnings_of_names() or bare in given_names().readings
    )


def _is_word(word: str) -> bool:
    """Whether something is an ordinary word, or ends with one: アイキャッチ."""
    words = ordinary_words()
    known = word in words.hiragana or word in words.katakana or word in words.kanji
    is_compound = any(word[start:] in words.katakana for start in range(1, len(word) - 2))
    return known or is_compound or word in leftover_words().no_nicknames or word in leftover_words().doubled_words
