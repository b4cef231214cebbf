"""Words by which a message decides a dispute: how delivered work was found, money and days; and mere courtesies."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache, partial
from itertools import pairwise
from os.path import commonprefix

from archiver.records import WRITTEN_NUMBER, Message, Version, written_number

WordsOf = Callable[[str], Iterator[tuple[int, str]]]

# Of acceptances: what may say one, what takes it back, and what it then still waits for.
_NOTHING = "(?:ありません|ございません|ないです|なし|ないこと)"
_DONE = (
    r"(?:OK|ok|オッケー|オーケー|完了|終了|済(?!み?次第)|[しえ]ました|した(?![いくら])|終わりました|合格"
    rf"|問題[はも]?{_NOTHING})"
)
_TERMS = "件案積容額更期頼約長程"  # as 条件, 提案, 見積 and 納期 end: Coconala has the word 承諾 for work too
_ACCEPTED = re.compile(
    rf"(?<![未再])(?:(?:検収|受領)(?!期間|予定|作業|担当|依頼|[をもは]?(?:開始|着手))[^。!?、\n]{{0,12}}?{_DONE}|"
    r"(?:(?<![^\n])|(?<=[,.!] ))(?:[Aa]pproved|[Aa]ccepted)(?=[.!]| on [A-Z])|"  # a clause of its own
    r"受け?取りました|納品.{0,8}確認|(?<!不)合格(?=です|とし)|承認(?:いた|致)?しました|"
    rf"(?:納品物?を?|(?<![をはもが{_TERMS}])(?<![り{_TERMS}]、))承諾(?:いた|致)?しました|"
    rf"修正(?:点|箇所|[はも]|特に){{0,4}}(?:不要|{_NOTHING})|(?<!で)問題[はも]?{_NOTHING}|"
    r"(?:(?<!\w)|(?<=[^\W時程間週曜日月][はもが]))(?:これで|すべて|全て|全部)?(?:OK|ok|オッケー|オーケー)です)"
    r"(?!後|前|次第|期間|条件|日|中|待ち|担当|者|依頼|予定|基準|(?:いた|致)?します)"  # a time, a person, an intention
)
_FAULT = re.compile(
    r"修正(?:し|を|点|箇所|が|の?(?:ご?依頼|お願い))|直し(?:て|を|の)|(?:やり|作り)直|差し?戻|バグ|不具合|不備|品質"
    r"|\b(?i:quality|bugs?|revis|redo|fix)"
)
_REFUSED = (
    r"(?:大丈夫|完璧|採用|承諾|了承|合意|同意|OK)(?:とは|で|じゃ|は|し|き|て|い|あり|おり){1,5}(?:ません|ない|えない)"
)
_JUDGED = re.compile(rf"検収|承認|完璧|文句な[しい]|{_REFUSED}|(?i:approv|accept)|{_FAULT.pattern}")
_CONDITION = re.compile(r"なら|れば|たら|場合|まだ")
_TAKEN_BACK = re.compile(
    r"(?<!すみ)(?<!訳あり)ません|(?<!問題)ない|できず|せず|かねま|まだ|未|NG|拒否|保留|不可|不合格|取り?消|撤回|とは"
    r"|なら|れば|たら|場合|ください|下さい|お願い|間違い|誤り|たい(?:ところ|の[でだ])"
    r"|かどうか|いつ(?!も)|(?:か[ねな]?|よね|っけ)(?!\w)|\?"  # a question
)
_CLAUSE_END = re.compile(
    r"[。!?\n]+(?!と[言申])|(?:(?<=です|ます|した|せん|さい|OK|ok)、|(?<=[すたなだ])(?:ので|から|が|けど|ため)、?"
    r"|(?<=[Kk了み])(?:のため|につき)、?)(?!と)"
)
_MONEY = re.compile(
    r"(?<![0-9])(?<![0-9][,.])[0-9][0-9,.千万億]{0,30}"
    r"(?:円|ドル|ユーロ| ?(?:JPY|USD|EUR|yen)|(?<=[千万億])(?=[でにはがをと、。!?\s]|$))"
    r"|[一二三四五六七八九十百千壱弐参数][〇一二三四五六七八九十拾百千万億]{0,30}円"
    r"|(?:[¥$]|JPY|USD|EUR) ?[0-9][0-9,]*"
    r"|振り?込|(?:支払|(?<!意を)払[いえうわっ])(?:[^\s、。!?]{0,8}(?:ません|ない))?|報酬|料金|無料|半額|値引"
)
_NUMBER = re.compile(rf"(?<![0-9.,]){WRITTEN_NUMBER}(?![.,][0-9])")
_MONTH = r"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]{0,6}\b"
_DATE = re.compile(
    r"[0-9]{1,2}月(?:[0-9]{1,2}日|末)|[0-9]{1,2}/[0-9]{1,2}|[0-9]{1,2}日|(?:今|来|当|翌)?月末|納期|期限"
    rf"|\b[0-9]{{1,2}}(?:st|nd|rd|th)? {_MONTH}|\b{_MONTH} [0-9]{{1,2}}\b|[Ww]ithin [0-9]{{1,3}} days"
)
_PAY, _DAY_RULE = "(?:払|振り?込)", "(?:翌々?月|当月|月末|末日?締|[0-9]日締|[0-9]日(?:以内|後))"
PAYMENT_DAY = re.compile(
    rf"{_PAY}[^。!?\n]{{0,12}}{_DAY_RULE}|{_DAY_RULE}[^。!?\n]{{0,12}}{_PAY}|\b(?i:net) ?[0-9]{{1,3}}\b"
)
_DELIVERY = re.compile(f"{_DATE.pattern}|納品")
_TALK = re.compile(
    r"(?<![^。!?\n])(?:(?!納|期限|締|まで|払|検収)[^。!?\n]){0,60}?"
    r"(?:(?:打ち?合わ?せ|ミーティング|MTG|会議|面談|通話|電話|(?i:zoom))(?:の(?:日|時|件|予定)|[はがも])"
    r"|\b(?:[Cc]all|[Mm]eeting) (?:on|is|at|to)\b)(?:(?!納|期限|締|まで|払|検収)[^。!?\n]){0,60}(?![^。!?\n])"
)
"""A sentence about when people meet: its days are no terms of the work."""
_CODE, _QUOTED_LINE = re.compile(r"\[code\].*?\[/code\]", re.DOTALL), re.compile(r"^[>＞][^\n]*", re.MULTILINE)
_QUOTE = re.compile(r"(\[/?qt\]|\[引用 [^\[\]]*\]|\[/引用\])")
"""What others wrote is not the author's own word."""
NOTATION = re.compile(r"\[[^\[\]]{1,80}\]")


def names_decision(message: Message) -> bool:
    """Whether its words name an acceptance, money or a fault: what was agreed, and how it ended."""
    return bool(message.texts) and terms_weight([message.texts[-1].body]) > 1


def accepts(text: str) -> bool:
    """Whether a text accepts delivered work: more than that it was received, was looked at, or is agreed to (承諾)."""
    return any(not words.startswith(("受", "納品", "承諾")) for _at, words in _acceptances(_own_words(text)))


_ANSWER = re.compile(
    "[同合]意|承[知諾]|了承|了解|かしこまりました|お受け|お?断り|辞退|ません(?!か)|できかね|それで(?:よろしく)?お願い"
    r"|(?<!\w)(?:はい|OK|[Yy]es|[Ss]ure)(?!\w)|[Aa]gree|[Aa]ccept|[Nn][o']t\b|cannot"
)


def answers(text: str) -> bool:
    """Whether a text agrees to something or refuses it, or names a sum or a day of its own."""
    own = _own_words(text)
    return _ANSWER.search(own) is not None or any(amounts_and_days(own))


def names_payment_day(text: str) -> bool:
    """Whether a text tells by a rule of months or days when pay is due."""
    return PAYMENT_DAY.search(_own_words(text)) is not None


def judges_work(text: str) -> bool:
    """Whether a text speaks of accepting delivered work, or of what is wrong with it."""
    return accepts(text) or _JUDGED.search(_own_words(text)) is not None


def finds_fault(text: str) -> bool:
    """Whether a text asks for delivered work to be put right, or says what is wrong with it."""
    return _FAULT.search(_own_words(text)) is not None


def terms_of(body: str) -> list[frozenset[str]]:
    """The words of a text that decide, by kind."""
    own = _own_words(body)
    return [frozenset(words for _at, words in words_of(own)) for _points, words_of in DECIDING_WORDS]


def terms_weight(bodies: Sequence[str], *, is_edit: bool = False, amount: str | None = None) -> int:
    """How much the words of texts decide: of an edit those that stand in some of them alone, else any.

    The agreed `amount` stands before other prices.
    """
    own, weight = [*map(_own_words, bodies)], 0
    if is_edit and len({letters(one) for one in (*bodies[:1], *bodies[-1:])}) < 2:  # there and back: it stands
        return 0
    of_agreed: WordsOf = partial(_agreed, amount or "")
    for points, words_of in (*DECIDING_WORDS, (8, of_agreed)):
        found = [frozenset(re.sub(r"(?<=\d),(?=\d{3})", "", words) for _at, words in words_of(one)) for one in own]
        weight += points * (len(set(found)) > 1 if is_edit else any(found))
    return weight


def _clauses(text: str, pattern: re.Pattern[str]) -> Iterator[tuple[str, int, re.Match[str], int]]:
    """A text without what stands in code, as that was said elsewhere (amounts and days hold there too), and of each
    clause that has such words where it begins, these, and where it ends.
    """
    begin, (*closed, rest) = 0, text.rpartition("[/code]")  # behind it no code ends, however many begin
    text = _CODE.sub(lambda found: " " * len(found[0]), "".join(closed)) + rest
    for end in (*(one.end() for one in _CLAUSE_END.finditer(text)), len(text)):
        if found := pattern.search(text, begin, end):
            yield text, begin, found, end
        begin = end


def _acceptances(text: str) -> Iterator[tuple[int, str]]:
    """Where delivered work is accepted, and the rest of that clause: its end may be what an edit changed."""
    for own, begin, found, end in _clauses(text, _ACCEPTED):
        if not _CONDITION.search(own, begin, found.start()) and not _TAKEN_BACK.search(own, found.end(), end):
            yield found.start(), own[found.start() : end].rstrip("、。!")


def _judgements(text: str) -> Iterator[tuple[int, str]]:
    """The words between commas that speak of it, or of what is wrong, in a text that accepts nothing: in English “not”
    is before.
    """
    if not any(_acceptances(text)):
        for own, begin, found, end in _clauses(text, _JUDGED):
            start = max(begin, own.rfind("、", begin, found.start()) + 1)
            yield found.start(), own[start:end].partition("、")[0].strip("。! ")


def _words_of(pattern: re.Pattern[str], text: str) -> Iterator[tuple[int, str]]:
    return ((one.start(), one.group()) for one in pattern.finditer(text))


def _days(text: str) -> Iterator[tuple[int, str]]:
    """Days and deliveries, without the days on which people meet."""
    return _words_of(_DELIVERY, _TALK.sub(lambda found: " " * len(found[0]), text))


DECIDING_WORDS: tuple[tuple[int, WordsOf], ...] = (
    (16, _acceptances),
    (4, partial(_words_of, _MONEY)),
    (2, _judgements),
    (1, _days),
)
"""What decides a dispute, the first first."""


@lru_cache
def _sums(amount: str) -> frozenset[int]:
    """The numbers of a stated amount that are no mere counts."""
    numbers = (round(written_number(one[0])) for one in _NUMBER.finditer(unicodedata.normalize("NFKC", amount)))
    return frozenset(one for one in numbers if one >= 100)


def _agreed(amount: str, text: str) -> Iterator[tuple[int, str]]:
    """Where a text names a number of the agreed amount: 80,000, 80000, 8万 or 八万."""
    for found in _NUMBER.finditer(text) if (sums := _sums(amount)) else ():
        if (number := round(written_number(found[0]))) in sums:
            yield found.start(), f"{number}"


def amounts_and_days(body: str) -> Iterator[str]:
    """The amounts and days that a text names, without what is only about some."""
    words = _own_words(body)
    for pattern in (_MONEY, _DATE):
        yield from (one for _at, one in _words_of(pattern, words) if re.search("[0-9円末]", one))


def letters(body: str) -> str:
    """A text without its spaces and line ends: what else differs is a change to be quoted."""
    return "".join(body.split())


def has_words(texts: Iterable[Version], words: str) -> bool:
    """Whether texts have all sentences and lines of a quotation, which may leave some out; spaces and widths apart."""
    saved, parts = [unicodedata.normalize("NFKC", letters(one.body)) for one in texts], re.split(r"(?<=。)|\n", words)
    return all(any(unicodedata.normalize("NFKC", letters(part)) in one for one in saved) for part in parts)


def _own_words(body: str) -> str:
    own: list[str] = []
    opened: list[int] = []
    for part in _QUOTE.split(_QUOTED_LINE.sub("", body)):
        if opened and part in ("[/qt]", "[/引用]"):
            del own[opened.pop() :]
            continue
        if part.startswith(("[qt]", "[引用 ")):
            opened.append(len(own))
        own.append(part)
    return unicodedata.normalize("NFKC", "\n".join(own))


_THANKS = (
    "(?:いつも|本当に|大変|どうも|ご?(?:確認|返信|連絡|対応|依頼)|お?(?:支払い?|振込)|お忙しいところ)*"
    "(?:いただき|頂き|くださり|下さり)?ありがとう(?:ございま(?:す|した))?"
)
_RECEIPT = (
    "(?:[^\\W検納]{0,8}の)?(?:ご?入金|お?振り?込み?|お?支払い?|内容|資料|素材|データ|メール|ご?連絡)[をは]?(?:(?:確か|たし)かに)?"
    "(?:(?:確認|受領|拝受|拝見)(?:いた|致)?し|確認でき|受け?取り)ました"
)
"""Of what was to come from the other side; of the work it would be an acceptance."""
_COURTESY_LENGTH = 120
"""Characters at most of a message that can be nothing else."""
_YES = (
    "(?:(?:以上|上記|全て|すべて|全部|[一二三四五1-5]点とも|(?:[^\\W0-9]{1,8}の)?(?:内容|条件)|それで|その件|日程)[はもで]?)*"
    "(?:(?:了解|承知)(?:です|(?:いた|致)?しました)|かしこまりました|[わ分]かりました"
    "|お待ちして(?:おり|い)ます)"
    "|ご?(?:返信|連絡|対応)は[^\\W時日月]{0,10}(?:で|ても)(?:大丈夫|結構)です"
    "|(?:それ|その[^\\W0-9]{1,6}|上記)で(?:よろしく)?お願い(?:いた|致)?します"
    "|(?:では|早速|すぐに?|後ほど|のちほど|内容を)*(?:(?:確認|対応|検討|着手)(?:いた|致)?します|進めます|取りかかります)"
)
_GREETING = (
    "お(?:疲れ|つかれ)(?:様|さま)(?:です|でした)|お世話に(?:なって(?:おり|い)ます|なり(?:ました|ます))|失礼(?:いた|致)?します"
    "|おはようございます|こん(?:にち|ばん)は"
    "|(?:引き続き|今後とも|今年も|また|ぜひ|では|どうぞ|何卒|こちらこそ)*よろしくお願い(?:(?:いた|致)?します|申し上げます)"
)
_COURTESY = re.compile(
    rf"(?:\w{{1,16}}(?:さん|様|さま))?(?:はい|いえいえ|とんでもない(?:です)?|{_YES}|{_THANKS}|{_RECEIPT}|{_GREETING}"
    "|助かります|(?:頑張|がんば)ります|楽しみに(?:して(?:おり|い)|お待ちして(?:おり|い))ます"
    "|(?:お気をつけて)?(?:い|行)ってらっしゃい(?:ませ)?|お気をつけて|お大事に|良いお年を|よいお年を"
    "|(?:また)?ぜひ(?:お願い(?:いた|致)?します)?"
    "|thanks|thankyou(?:verymuch|somuch)?|(?:my)?pleasure|perfect|sure|ok(?:ay)?|gotit|noted|soundsgood|noproblem)*",
    re.IGNORECASE,
)


def is_courtesy(body: str) -> bool:
    """Whether a message is nothing but thanks, a yes or a greeting, so that it waits for no answer."""
    if len(body) > _COURTESY_LENGTH:
        return False
    own = re.sub(r"\([a-z*^]{1,12}\)", "", NOTATION.sub("", _own_words(body)))
    return "?" not in own and _COURTESY.fullmatch(re.sub(r"\W", "", own)) is not None


_ASKING = re.compile(
    r"\?|(?:ます|でしょう|ません|(?<!そう)です|(?<!そうで)した)か(?!\w)"
    r"|(?:返信|返事|連絡|回答|確認|検収|修正|知らせ|教え|聞かせ|見せ|送っ|直し)\w{0,8}?"
    r"(?:(?:くだ|下)さい(?!ま)|お願い(?!(?:いた)?し(?:[たて]|まし))|ほしい|欲しい)"
    r"|(?<!からの)(?<!から)ご?(?:連絡|返信|返事|回答)[がは]\w{0,4}(?:ありません|ございません)"
    r"|\b(?i:please) (?:reply|answer|confirm|check|review|send|fix|tell|let)"
)
_ONLY_IF = re.compile(r"場合|れば|たら|なら|次第|不明|何か|気軽|いつでも|\b(?i:if|when|once)\b")


def asks(text: str) -> bool:
    """Whether a text asks a question, or for an answer, a look or a correction, whatever may come later."""
    own = re.sub(r"https?://\S+", "", NOTATION.sub("", _own_words(text)))
    sentences = re.split(r"(?<=[。!?\n])", own)
    return any(_ASKING.search(one) and ("?" in one or not _ONLY_IF.search(one)) for one in sentences)


_MARKS = "[\\s、。,.!・:「」『』【】()\U0001f600-\U0001f644]"
"""Without those that say yes or no (○, ×, a thumb), ask, quote, or bound a number."""
_SIGNS = rf"(?:いた|致)(?=し)|(?<=\d),(?=\d{{3}})|(?<!\d){_MARKS}|{_MARKS}(?!\d)"
_DECORATIONS = [*map(re.compile, (_SIGNS, f"{_THANKS}|{_GREETING}|お待たせして|すみません|{_SIGNS}"))]
_TYPO = re.compile("(?P<was>[ぁ-ん]{2,3})/(?P<now>[ぁ-ん]{2,3})|[a-z]{1,2}/[ぁ-ん]{1,2}")
_FEW_LETTERS = re.compile("[a-zぁ-んァ-ヶー]{0,3}/[ぁ-んァ-ヶー]{0,3}(?P<was>)(?P<now>)")


def is_slip(before: str, after: str, typo: re.Pattern[str] = _TYPO) -> bool:
    """Whether an edit changed no more than signs, thanks, a greeting, or letters that were in the wrong order."""
    if terms_weight([before, after], is_edit=True):
        return False
    for decoration in _DECORATIONS:
        both = [decoration.sub("", unicodedata.normalize("NFKC", one)) for one in (before, after)]
        begun = len(commonprefix(both))  # noqa: RUF071 - letters are meant
        rest = [one[begun:] for one in both]
        ended = len(commonprefix([one[::-1] for one in rest]))  # noqa: RUF071
        changed = "/".join(one[: len(one) - ended] for one in rest)
        found = typo.fullmatch(changed)
        if changed == "/" or (found and sorted(found["was"] or "") == sorted(found["now"] or "")):
            return True
    return False


_DAY = re.compile(r"([0-9]{1,2})[月/]([0-9]{1,2})日?(?:\([月火水木金土日]\))?")
_TAKEN_OFF = re.compile("払|振込|入金|引|手数料|負担|返金|違約|罰")


def is_better_paid(before: str, after: str) -> bool:
    """Whether an edit changed nothing but numbers: more is paid, no number fell, and no other one, such as of pieces or
    days, rose more.
    """
    both = [unicodedata.normalize("NFKC", one) for one in (before, after)]
    both = [_DAY.sub(lambda day: f"{31 * int(day[1]) + int(day[2])}", one) for one in both]
    rest, rest_now = (re.split(WRITTEN_NUMBER, one) for one in both)
    if rest != rest_now or _TAKEN_OFF.search(both[0]):
        return False
    was, now = ([written_number(one) for one in re.findall(WRITTEN_NUMBER, text)] for text in both)
    rates = [new / (old or 1) for old, new in zip(was, now, strict=True)]
    paid = [rate for rate, behind in zip(rates, rest[1:], strict=True) if behind.startswith("円")]
    return max(paid, default=0) > 1 and min(rates) >= 1 and min(paid) >= max(rates)


_YES_OR_NO = re.compile(f"{_ANSWER.pattern}|はい|いい?え|大丈夫|結構|OK|ok|[○◯×✕👍👎🙆🙅]")


def is_harmless(bodies: Sequence[str], *, does_work: bool) -> bool:
    """Whether the edits between these texts are mere news: no text names terms, agrees, refuses or quotes, and but for
    when people meet no number changed; or who does the work is better paid, or only signs changed.
    """
    own = [*map(_own_words, bodies)]
    is_quoting = own != [unicodedata.normalize("NFKC", one) for one in bodies]
    is_cut = 2 * len(own[-1]) < len(own[0])  # as good as deleted
    is_worded = terms_weight(bodies) or changes_figures(bodies) or any(map(_YES_OR_NO.search, own))
    if not (is_quoting or is_cut or is_worded):
        return True
    return all(is_slip(*both) or (does_work and is_better_paid(*both)) for both in pairwise(bodies))


_SENSE = re.compile(f"{_YES_OR_NO.pattern}|{_TAKEN_BACK.pattern}|[なんずぬた]|やめ")
_ASTRAY = re.compile(
    "(?:送り先|送信先|宛先|送る(?:相手|チャット))[をが]?(?:間違|まちが)|(?:別|他|ほか)の(?:方|人|お客様|案件|チャット)(?:宛|あて|への)"
    "|誤送信|誤爆|(?i:wrong (?:chat|person|window))|(?i:meant for (?:another|someone))"
)


def is_corrected(gone: str, around: Iterable[str]) -> bool:
    """Whether what its author wrote around a message that is gone says the same, but for a few letters that decide
    nothing, or that a message without terms, a yes or a no went astray.
    """
    own = NOTATION.sub("", _own_words(gone))
    is_worded = terms_weight([gone]) or _YES_OR_NO.search(own) or re.search("[0-9](?![0-9]?(?:時|:[0-9]))", own)
    for one in around:
        is_strict = len(own) < 9 or names_money(gone) or _SENSE.findall(gone) != _SENSE.findall(one)
        is_astray = not is_worded and _ASTRAY.search(_own_words(one))
        if is_astray or is_slip(gone, one, _TYPO if is_strict else _FEW_LETTERS):
            return True
    return False


def changes_figures(bodies: Sequence[str]) -> bool:
    """Whether the texts of a message name different numbers, but for when people meet: how much is promised."""
    return len({tuple(re.findall("[0-9]+", _TALK.sub("", _own_words(one)))) for one in bodies}) > 1


def names_terms(text: str) -> bool:
    """Whether a text names money or days."""
    return names_money(text) or _DATE.search(_own_words(text)) is not None


def names_money(text: str) -> bool:
    """Whether a text names an amount or a payment."""
    return _MONEY.search(_own_words(text)) is not None
