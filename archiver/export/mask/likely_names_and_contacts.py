"""Finds what looks like a person, or a way to reach one, in a text that is masked already, for whoever reads it.

Pieces are covered until the reader shows them; marked words are only pointed out. The finder promises nothing: no
rule knows every name, and what nobody read is covered whole. Names of the parties are neither.
"""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence

from archiver.export.mask.names import SPACED, closed_up, every_term, kana_alone, kanji_of, parts_of
from archiver.export.mask.patterns_by_kind import any_of
from archiver.export.mask.surnames import in_hiragana, surnames
from archiver.export.mask.word_analyser import KANA_IN_BRACKETS, Word, vocabulary, words
from archiver.letter_folding import folded_text, folded_word, join_variants
from archiver.platforms.job_platform import platforms

_SELECTOR = re.compile("[\ufe00-\ufe0f\U000e0100-\U000e01ef]")
"""What chooses a variant of the character before it."""
_NO_PERSON = re.compile(
    r"■■\([^()\n]{1,12}\)|参加者(?:[A-Z]{1,3}|\(不明\))|\[/?(?:[Tt][Oo]|TO|[Cc][Cc]|rp|qt|qtmeta|info|title|code"
    r"|url|hr|picon|pname|piconname|download|task|dtext|preview|toall|Reply)\b[^\[\]\n]{0,60}\]"
    "|三井住友|普(?= ?[)■0-9])"
)
"""What is masked already, a bank, and the short form of a kind of account."""
BACKWARDS = re.compile("\u202e([^\u202e\n]+)")
"""What a reader may see turned round: to the end of the line, as the sign that ends it may end one within it."""
_MASKED_SIGN = "\u25a1"
_MEASURE = re.compile(r"(?<=[0-9]) ?(?:[KMGTkmgt]i?[Bb]|[kMG]?Hz)(?![A-Za-z])")
"""A unit behind its number; alone, or with a title, the same letters may be somebody's initials."""
_TITLES = (
    "さん|さーん|さーーん|さま|様|氏|くん|君|ちゃん|殿|先生|サン"
    "|先輩|社長|部長|課長|係長|主任|店長|専務|常務|会長|院長|所長|室長|教授|監督"
)
_TITLE, _FOLDED_TITLE = re.compile(_TITLES), f"(?= ?(?:{folded_word(_TITLES)}))"
_FOR_PEOPLE = frozenset({"ちゃん", "くん", "君"})
"""Titles before which a common word is a name too."""
_OF_PLACES = frozenset("都道府県市区町村駅港城店") | {"本店", "支店", "空港", "公園"}
"""Words behind the name of a place, which is often a surname too."""
_MORE_OF_NAME = re.compile("(?<=[ァ-ヴー])[ァ-ヴー]|(?<=[A-Za-z] )[A-Z]")
"""Where a name goes on: within katakana, and with another capital."""
_LONGEST_KANA = 6
_KANA_BEFORE = re.compile("(?:(?<![ぁ-んー])|(?<=[のがはとにをもへや]))[ぁ-んー]{2,5}$")
_KANJI = "一-鿿々〆ヶ\uf900-\ufaff\U00020000-\U0002fa1f"
_JOINT = re.compile("[ \n・.,_=@-]")
_JOINTS = frozenset({"", " ", "・", "=", "　"})
_LETTERS = re.compile(r"[^\W\d_]{2}|[一-鿿]")


class NameFinder:
    """Finds the names of a text; those of the parties are left alone."""

    def __init__(self, party_names: Iterable[str], hidden_names: Iterable[str] = ()) -> None:
        """Take every name of everybody who is shown, of the client as the user states it, and of who is hidden."""
        names = [name for name in party_names if name]
        self._party = frozenset(map(_bare, names))
        self._party_terms = frozenset(map(_bare, (term for name in names for term in every_term(name))))
        hidden = (one for name in hidden_names for one in (*kanji_of(name), *parts_of(name, with_words=True)))
        self._hidden = frozenset(folded_text(one) for one in hidden if _LETTERS.match(one))

    def proposals(self, original: str, mask_text: Callable[[str], str]) -> Iterator[str]:
        """What is covered of a text that `mask_text` masks, also turned round, and handles that hold a masked name."""
        masked = mask_text(original)
        for one in (masked, *(turned[::-1] for turned in BACKWARDS.findall(masked))):
            yield from self.pieces(one)
        if masked != original:
            reached = self._outermost(normalised_text(original), _reached)
            yield from (one for one in reached if "■■" not in mask_text(one))

    def pieces(self, text: str) -> Iterator[str]:
        """What is covered of a masked text until the reader shows it."""
        yield from self._outermost(_without_masks(normalised_text(text)), self._found)

    def _outermost(self, clean: str, find: Callable[[str], Iterator[tuple[int, int]]]) -> Iterator[str]:
        taken: list[tuple[int, int]] = []
        for start, end in sorted(find(clean), key=lambda one: (one[0], -one[1])):
            if not any(first <= start and end <= last for first, last in taken):
                taken.append((start, end))
                if not self.is_party(clean[start:end]):
                    yield clean[start:end]

    def marks(self, text: str) -> Iterator[str]:
        """The words that are no words of chats about work, each as it stands in the text."""
        clean = _MEASURE.sub(lambda match: _MASKED_SIGN * len(match[0]), _without_masks(text))
        for one in words(join_variants(clean)):
            word = clean[one.start : one.end]
            is_odd = one.may_name and (not _is_common(one) or folded_text(word) in self._hidden)
            if is_odd and _LETTERS.match(word) and not self.is_party(word):
                yield word
        for run in SPACED.finditer(clean):
            if run[0].isascii() and any(self.marks(closed_up(run[0]))):
                yield run[0]

    def is_party(self, piece: str) -> bool:
        """Whether a piece is a name of a party, or a part of one."""
        bare = _bare(piece)
        if any(bare in name if len(bare) > 1 else name.startswith(bare) for name in self._party):
            return True
        return bare in self._party_terms

    def _found(self, text: str) -> Iterator[tuple[int, int]]:
        listed = list(words(join_variants(text)))
        hidden = (one for one in listed if one.may_name and folded_text(text[one.start : one.end]) in self._hidden)
        yield from (one[:2] for one in hidden if one.is_person or not _is_common(one))
        for span in _persons(text, listed):
            reading = KANA_IN_BRACKETS.match(text, span[1])
            yield from (span, reading.span(1)) if reading else (span,)
        yield from _titled(text, listed)
        yield from _spaced(text)
        yield from _reached(text)


def _reached(text: str) -> Iterator[tuple[int, int]]:
    """Handles, other ways to reach somebody, and holders of accounts."""
    yield from holders(text)
    for pattern in _compiled((*HANDLES, *CONTACTS)):
        for match in pattern.finditer(text):
            yield match.span("name" if "name" in pattern.groupindex else 0)


def _bare(name: str) -> str:
    """A name without the signs between its parts, in one form of kana."""
    return in_hiragana(_JOINT.sub("", folded_text(name)))


def _is_common(word: Word) -> bool:
    return word.form in vocabulary()


def _persons(text: str, listed: Sequence[Word]) -> Iterator[tuple[int, int]]:
    """Surnames and given names, those that follow each other as one."""
    span: tuple[int, int] | None = None
    places = {one.start for one in listed if one.form in _OF_PLACES}
    for one in listed:
        is_other = one.end - one.start == 1 or _is_common(one) or not _is_name(one, text)
        is_next = span is not None and text[span[1] : one.start] in ("", " ") and not _is_common(one)
        is_rest = is_next and _MORE_OF_NAME.match(text, one.start)
        if one.end in places or (is_other and not one.is_person and not is_rest):
            continue
        if span and text[span[1] : one.start] in _JOINTS:
            span = span[0], one.end
        else:
            if span:
                yield span
            span = one.start, one.end
    if span:
        yield span


def _titled(text: str, listed: Sequence[Word]) -> Iterator[tuple[int, int]]:
    """What stands before a title and is no word of chats."""
    by_end = {one.end: one for one in listed}
    within = {place: one for one in listed for place in range(one.start + 1, one.end)}
    for title in _TITLE.finditer(text):
        end = title.start() - (text[title.start() - 1 : title.start()] == " ")
        word, over = by_end.get(end), within.get(title.start())
        is_sound = word is not None and word.end - word.start == 1 and "ぁ" <= text[word.start] <= "ん"
        if over is not None or word is None or is_sound:
            run = _KANA_BEFORE.search(text, max(0, end - _LONGEST_KANA), end)
            if run and not (over and _is_common(over)) and f"{run[0]}{title[0]}" not in vocabulary():
                yield run.span()
        elif not _is_common(word) or _is_name(word, text) or title[0] in _FOR_PEOPLE:
            start = word.start
            while (
                (before := by_end.get(start)) and before.may_name and (_is_name(before, text) or not _is_common(before))
            ):
                start = before.start
            yield start, end


def _spaced(text: str) -> Iterator[tuple[int, int]]:
    """Names whose characters stand apart, judged as if they did not, before what follows."""
    for run in SPACED.finditer(text):
        closed = closed_up(run[0])
        judged = closed + text[run.end() :][:_LONGEST_KANA]
        listed = list(words(judged))
        if (0, len(closed)) in (*_persons(judged, listed), *_titled(judged, listed)):
            yield run.span()


def _is_name(word: Word, text: str) -> bool:
    """Whether a word is the name of a person, whatever else it may mean."""
    return word.is_person or text[word.start : word.end] in surnames().kanji


def _without_masks(text: str) -> str:
    return _NO_PERSON.sub(lambda match: _MASKED_SIGN * len(match[0]), text)


def normalised_text(text: str) -> str:
    """The text of one width, without characters that are not shown; for reading, not for writing."""
    if not text.isprintable():
        text = "".join(character for character in text if unicodedata.category(character) not in ("Cf", "Cs"))
    if _SELECTOR.search(text):
        text = _SELECTOR.sub("", text)
    return unicodedata.normalize("NFKC", text).replace("樣", "様").replace("\t", " ").replace("\r", "\n")


def piece_pattern(piece: str, *, is_chosen: bool = False) -> re.Pattern[str]:
    """The pattern that hides a piece wherever it stands; within other words no Latin letters and no short kana.

    A single letter is hidden only before a title or in brackets. A piece that somebody chose is hidden in any word.
    """
    folded = folded_text(piece).strip()
    spaced = " ?".join(re.escape(one) for one in folded if one != " ")
    if is_chosen:
        return re.compile(spaced)
    if len(folded) == 1:
        if re.match(f"[{_KANJI}]", folded):
            return re.compile(f"(?<![{_KANJI}]){spaced}(?:{_FOLDED_TITLE}|(?!の|[{_KANJI}]))")
        within = "a-z" if folded.isascii() else "ぁ-んァ-ヶ"
        return re.compile(f"(?<![{within}{_KANJI}]){spaced}{_FOLDED_TITLE}|(?<=\\(){spaced}(?=\\))")
    # so few kana are a part of many other words
    if len(folded) <= 3 and re.fullmatch("[ぁ-ん]+|[ァ-ヶ]+", folded):
        return re.compile(kana_alone(folded))
    before = "(?<![a-z0-9])" if re.match("[a-z0-9]", folded) else ""
    behind = "(?![a-z0-9])" if re.search("[a-z0-9]$", folded) else ""
    return re.compile(before + spaced + behind)


_OPEN, _CLOSE = r"[(\[<{〔【「『《〈*_]", r"[)\]>}〕】」』》〉*_]"
_AT_WORD = "(?:@|アット・?(?:マーク)?|あっと(?:まーく)?|アトマーク|あとまーく)"
_AT = rf"(?: ?{_OPEN} ?(?:{_AT_WORD}|[Aa][Tt]?|AT) ?{_CLOSE} ?| ?{_AT_WORD}(?:マーク)? ?| at | AT |[☆★◎●◆▲#*])"
"""The sign for at, in words and in brackets."""
_DOT_WORD = "(?:ドット|どっと|ピリオド|てん|点)"
_DOT = rf"(?: ?{_OPEN} ?(?:[Dd]ot|DOT|{_DOT_WORD}|[.・]) ?{_CLOSE} ?| ?{_DOT_WORD} ?| (?:dot|DOT) |\.|・)"
_CONTACT_JOINT = rf"(?:{_DOT}|[._+%-]| ?(?:アンダーバー|アンダースコア|アンスコ|ハイフン) ?)"
_LOCAL = rf"[A-Za-z0-9]{{1,30}}(?:{_CONTACT_JOINT}[A-Za-z0-9]{{1,30}}){{0,4}}"
_DOMAIN = rf"[A-Za-z0-9-]{{2,30}}(?:{_DOT}[A-Za-z]{{2,12}}){{1,4}}"

_MAIL_HOSTS = (
    "(?:[Gg]mail|GMAIL|Gメール|ジーメール|ジメール|icloud|iCloud|アイクラウド|[Yy]ahoo|ヤフー|[Hh]otmail|ホットメール|[Oo]utlook"
    "|アウトルック|docomo|ドコモ|ezweb|softbank|ソフトバンク|[Pp]roton)"
)
_KANJI_DIGIT = "[〇零一二三四五六七八九]"
_DIGIT_WORD = (
    "(?:ゼロ|レイ|れい|ぜろ|マル|イチ|いち|ニ[ーイ]?|に[ーい]?|サン|さん|ヨン|よん|ゴー?|ごー?|ロク|ろく|ナナ"
    "|なな|シチ|ハチ|はち|キュウ|キュー|きゅう)"
)
_ZERO = "(?:[0〇零oO]|ゼロ|ぜろ|レイ|れい|まる|マル)"
_ANY_DIGIT = f"(?:[0-9〇零一二三四五六七八九]|{_DIGIT_WORD})"
_GAP = "[-ー~・. 、のノ()/]{0,2}(?:その後|次|続いて)?"
_MAIL_NAME = "(?P<name>(?=[A-Za-z-]{0,38}[0-9._])[A-Za-z0-9][A-Za-z0-9._-]{3,40})"
_SPOKEN = "A-Za-z0-9ァ-ヴー"
_HOST = f"[{_SPOKEN}-]{{2,30}}"
_WORD = "[A-Za-z0-9_]{1,30}"
CONTACTS = (
    rf"(?<![{_SPOKEN}])[{_SPOKEN}._ +-]{{2,58}}アット(?:マーク)? ?{_HOST}(?: ?(?:ドット|\.) ?{_HOST}){{1,3}}",
    r"(?<![A-Za-z0-9])(?:[A-Za-z0-9._-] ){2,40}@(?: [A-Za-z0-9._-]){3,40}(?![A-Za-z0-9])",
    rf"(?<![A-Za-z0-9_]){_WORD}(?: ?[.-] ?{_WORD}){{0,4}} ?@ ?[A-Za-z0-9-]{{2,30}}(?: ?\. ?[A-Za-z]{{2,10}}){{1,3}}",
    rf"(?<![A-Za-z0-9]){_LOCAL}{_AT}{_DOMAIN}(?![A-Za-z0-9])",
    rf"(?<![A-Za-z0-9]){_LOCAL}(?:{_AT}|[^A-Za-z0-9\n]{{0,10}}{_AT_WORD})[^A-Za-z0-9\n]{{0,8}}{_MAIL_HOSTS}",
    rf"{_MAIL_HOSTS}[^\nA-Za-z0-9]{{1,6}}{_MAIL_NAME}",
    rf"(?<![A-Za-z0-9._-]){_MAIL_NAME}[^A-Za-z0-9\n]{{1,12}}{_MAIL_HOSTS}(?!\.)",
    r"内線(?:番号)?[^0-9\n]{0,4}[0-9]{2,5}(?![0-9])",
    r"(?<![0-9A-Za-z])0[5-9]0[^0-9A-Za-z\n]{0,10}[0-9]{4}[^0-9A-Za-z\n]{0,10}[0-9]{4}(?![0-9])",
    r"(?<![0-9A-Za-z])[oO0][5-9qg][oO0](?:[^0-9A-Za-z\n]{0,4}[0-9lIoOzZsSbB]{4}){2}(?![0-9A-Za-z])",
    r"(?:電[話番]|でんわ|携帯|[Tt][Ee][Ll]|☎|📞|[Ff][Aa][Xx])[^0-9\n]{0,8}(?P<name>[0-9][0-9 ().・_/-]{5,16}[0-9])",
    f"(?:{_DIGIT_WORD}[ -・、の]?){{8,14}}",
    f"(?<![0-9]){_ZERO}{_GAP}(?:{_ANY_DIGIT}{_GAP}){{9}}{_ANY_DIGIT}(?![0-9])",
    f"{_KANJI_DIGIT}(?:[-ー・ の]?{_KANJI_DIGIT}){{9,10}}",
)


# Handles: addresses of profiles, names behind a messenger's, and what stands behind @.

_SITES = any_of(
    "twitter.com x.com instagram.com facebook.com tiktok.com threads.net youtube.com youtube.com/c youtube.com/user "
    "youtube.com/channel github.com linkedin.com/in line.me/ti/p line.me/R/ti/p lin.ee t.me wa.me discord.gg note.com "
    "ameblo.jp lit.link linktr.ee pixiv.net/users qiita.com zenn.dev wantedly.com/id bsky.app/profile"
)
"""Hosts, with the beginning of a path, behind which a slash and the name of an account stand."""
_PAGES = (
    "about blog hashtag help home intent items login my p privacy reel search settings share signup status terms watch"
)
_NO_PROFILE = f"(?!{any_of(_PAGES)}(?![A-Za-z0-9_.-]))"
"""Where a name of an account could stand, and a page of the site does."""
_MESSENGERS = any_of(
    "LINE ライン Skype skype スカイプ Discord discord ディスコード カカオ カカオトーク Kakao KakaoTalk WeChat WhatsApp "
    "Telegram テレグラム Signal Slack Zoom Chatwork チャットワーク Instagram instagram インスタグラム インスタ "
    "Twitter twitter ツイッター Facebook フェイスブック TikTok Threads YouTube note GitHub pixiv"
)
_ACCOUNT_WORD = "(?:ID|id|アカウント名?|アカ|垢|ユーザー名|ハンドル(?:ネーム|名)?|名前?)"
_HANDLE = "(?P<name>@?(?!https?:)(?=[0-9_.-]{0,20}[A-Za-z])[A-Za-z0-9_][A-Za-z0-9_.-]{2,40})"
_HANDLE_WITH_SIGN = "(?P<name>(?=[A-Za-z0-9.-]{0,30}[0-9_])[A-Za-z][A-Za-z0-9_.-]{3,40})"
"""A name with a digit or an underscore, which ordinary words lack."""
_HANDLE_OF_PARTS = "(?P<name>(?=[A-Za-z0-9]{1,30}[_.-])[A-Za-z][A-Za-z0-9_.-]{1,39}[A-Za-z0-9_])(?![A-Za-z0-9_])"
"""The last part of such a name alone, before a title, would look like a whole one."""


@functools.cache
def _compiled(patterns: tuple[str, ...]) -> tuple[re.Pattern[str], ...]:
    """The patterns, compiled when first needed, as the names of the platforms and where profiles stand there are."""
    known = [one for one in platforms().values() if one.profile]
    names, profiles = any_of(one.name for one in known), any_of(one.profile for one in known)
    return tuple(re.compile(one.replace("<platforms>", names).replace("<profiles>", profiles)) for one in patterns)


HANDLES = (
    rf"(?<![A-Za-z0-9.-])(?:(?:www|m|mobile)\.)?(?:{_SITES}|<profiles>)/{_NO_PROFILE}(?P<name>[@~]?[A-Za-z0-9_.%-]{{2,60}})",
    rf"/(?:users?|profile|members?|staff|people)/{_NO_PROFILE}(?P<name>[A-Za-z0-9_-]{{3,40}})",
    r"/[~@](?P<name>[A-Za-z0-9_.-]{2,40})",
    rf"(?:{_MESSENGERS}|<platforms>) ?の? ?{_ACCOUNT_WORD}[^A-Za-z0-9_@\n。]{{0,6}}{_HANDLE}",
    rf"(?:{_MESSENGERS}|<platforms>) ?(?:[:=→]|は|が)[ 、「]{{0,2}}(?=[@A-Za-z_]){_HANDLE}",
    rf"(?:{_MESSENGERS}|<platforms>)(?:[^A-Za-z0-9_\n。]{{0,12}}[:=→])? ?{_HANDLE_WITH_SIGN}",
    r"(?<![A-Za-z0-9._%+/-])@[A-Za-z0-9_][A-Za-z0-9_.-]{1,29}(?<=[A-Za-z0-9_])(?![A-Za-z0-9@])",
    rf"{_ACCOUNT_WORD}(?:は|が|[:=→]) ?[「]?@?{_HANDLE_WITH_SIGN}",
    rf"(?<![A-Za-z0-9._@/-]){_HANDLE_OF_PARTS} ?(?:さん|様|くん|ちゃん|氏)",
    r"(?<![A-Za-z0-9#_])(?:[A-Za-z0-9_.]{2,32}#[0-9]{4}(?![0-9])|(?:live|id):[A-Za-z0-9_.-]{3,50})",
)


_KATAKANA = "ァ-ヴー"
_BANK_WORD = re.compile(
    "口座|名義|振込|振り込|銀行|信金|支店|普通 ?(?=[□0-9(])|当座 ?(?=[□0-9(])|ゆうちょ|受取人|フリガナ|ふりがな"
    "|カナ(?=[ :()(]|名)|ヨミ(?=[ :])|よみ(?=[ :])|シメイ|セイメイ"
)
_HOLDER = re.compile(
    rf"(?<![{_KATAKANA}])(?!(?:カナ|フリガナ|ヨミ|シメイ|セイメイ|メイギ|メイギニン|コウザ|セイ"
    r"|メイ|ウケトリニン)[ ・.])"
    rf"[{_KATAKANA}]{{2,8}}(?:[ ・.][{_KATAKANA}]{{2,10}}){{1,4}}(?![{_KATAKANA}])"
    rf"|(?<![{_KATAKANA}])[{_KATAKANA}]{{5,16}}(?![{_KATAKANA}]|銀行|支店)"
)
_FIRM = re.compile(
    rf"(?<![{_KATAKANA}A-Za-z])(?:カブシキガイシャ|カブ|ユウ|ドウ|[カユドシメフ])\)(?P<name>[{_KATAKANA}]{{3,30}})"
    rf"|(?P<other>[{_KATAKANA}]{{3,30}})\([カユドシメフ](?:\)|(?=\s|$))"
)


def holders(text: str) -> Iterator[tuple[int, int]]:
    """Where the holders of accounts stand: what is no word within 15 characters before a bank's word, or 60 behind."""
    for word in _BANK_WORD.finditer(text):
        for match in _HOLDER.finditer(text, max(0, word.start() - 15), word.end() + 60):
            if not (match[0].isalnum() and all(map(_is_common, words(match[0])))):
                yield match.span()
    for match in _FIRM.finditer(text) if "(" in text or ")" in text else ():
        yield match.span(match.lastgroup or 0)
