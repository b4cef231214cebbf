"""The patterns for leftovers: names with a title, in brackets, behind a label; account holders; ways to reach people.

They are for text of one width (NFKC). Every repetition has a bound.
"""

from __future__ import annotations

import re


def _any(words: str) -> str:
    return "(?:" + "|".join(map(re.escape, words.split())) + ")"


KANJI = "一-鿿々〆ヶ\uf900-\ufaff\U00020000-\U0002fa1f"
KATAKANA = "ァ-ヴー"
_HIRAGANA = "ぁ-ん"

# --- names ------------------------------------------------------------------------------------------

_TITLES = (
    "さん(?!ざん|じゅう|まん)|さま(?!ざま)|様(?![々子式相態])|氏(?![名神族])|ちゃん|くん(?![でだなじのやか])|君|殿(?!堂)|先生"
    "|サン(?![プダタドセルケゴ])|チャン(?![スネ])"
)
TITLED = re.compile(
    rf"(?P<name>(?:[{KANJI}]{{1,4}}[ ・])?[{KANJI}]{{1,10}}|[{KATAKANA}]{{2,14}}(?:[ ・][{KATAKANA}]{{2,12}})?"
    rf"|(?:[A-Z]\. ?)?[A-Za-z][A-Za-z'-]{{1,20}}(?:[ .][A-Za-z][A-Za-z'-]{{1,20}})?"
    rf"|[{_HIRAGANA}ー]{{2,12}}|[{KANJI}]{{1,4}}[{_HIRAGANA}]{{1,4}})"
    rf" ?-?(?P<title>{_TITLES}|san\b|sama\b|sensei\b)"
)
_JOBS = _any(
    "社長 部長 課長 係長 主任 店長 専務 常務 代表 監督 マネージャー ディレクター プロデューサー リーダー "
    "次長 室長 所長 院長 園長 校長 会長 教授 編集長 担当"
)
WITH_JOB = re.compile(rf"(?P<name>[{KANJI}]{{1,6}}) ?{_JOBS}")
MISTER = re.compile(r"\b(?:Mr|Ms|Mrs|Miss|Dr)\.? ?(?P<name>[A-Z][A-Za-z'-]{1,20}(?: [A-Z][A-Za-z'-]{1,20})?)")
_LABEL = _any(
    "担当者 担当 責任者 代表者 代表 氏名 名前 本名 名義人 名義 ディレクター プロデューサー 編集者 編集 撮影者 撮影 "
    "出演者 出演 ナレーション 窓口 上司 "
    "宛名 差出人 文責 作成者 作成 記入者 署名 連絡先 From from FROM By by"
)
LABELLED = re.compile(
    rf"{_LABEL} ?(?:は|が|[:/・→]) ?(?P<name>[{KANJI}]{{1,6}}(?: [{KANJI}]{{1,4}})?"
    rf"|[{KATAKANA}]{{2,8}}(?:[ ・][{KATAKANA}]{{2,10}})?|[{_HIRAGANA}]{{2,5}} [{_HIRAGANA}]{{2,5}}"
    r"|[A-Z][a-z]{1,15}(?: [A-Z][a-z]{1,15})?)"
)
_HEAD = rf"(?P<name>[{KANJI}]{{1,4}}(?: [{KANJI}]{{1,3}}(?<![様氏君殿]))?)"
SPOKEN_TO = tuple(
    map(
        re.compile,
        (
            rf"(?:^|\n){_HEAD} ?(?=[:→>≫])(?!:[0-9])",
            rf"(?:^|[\s、。])@ ?{_HEAD}(?=[\s、。:]|$)",
            rf"(?i:\bcc|\bto) ?: ?{_HEAD}(?![{KANJI}])",
            rf"{_JOBS} ?[(「『] ?{_HEAD} ?[)」』]",
            rf"(?<![{KANJI}]){_HEAD}(?=(?:PM|AD|CD|[PDＰＤ])(?:[のにがはへともや、。\s]|$))",
            rf"(?<![{KANJI}]){_HEAD}(?=です(?:[。、！!\s]|$)|と申し|でござい|と言い|といい(?:ます|まし))",
            rf"(?<![{KANJI}]){_HEAD}(?=(?:に|へ|から|と|にも)(?:も)?(?:確認|聞|連絡|お願|頼|相談|伝|共有|引き?継|依頼|任せ|渡))",
            rf"(?<![{KANJI}]){_HEAD}(?=(?:が|は)(?:担当|対応|撮影|出演|不在|欠席|休|同席|退職|参加))",
            rf"(?:上司|部下|同僚|先輩|後輩|弊社|当社|外注|先方|友人|知人|妻|夫|弟|妹|兄|姉)の{_HEAD}(?![{KANJI}])",
        ),
    )
)
"""Where a run of kanji stands for a person by what is around it, whatever else the word may mean."""
HIRAGANA_RUN = re.compile(
    rf"(?<![{_HIRAGANA}{KANJI}ー])[{_HIRAGANA}]{{5,12}}?"
    rf"(?=(?:です|さん|ちゃん|くん|と申|の|が|は|に|へ|と|を|も|から|より)?(?![{_HIRAGANA}]))"
)
LONG_KATAKANA_RUN = re.compile(rf"(?<![{KATAKANA}・])[{KATAKANA}]{{5,12}}(?![{KATAKANA}・])")
LATIN_PAIR = re.compile(r"(?<![A-Za-z])([A-Za-z]{2,12})[ .,_]{1,2}([A-Za-z]{2,12})(?![A-Za-z])")
_OPEN, _CLOSE = r"[(\[【「『<〈]", r"[)\]】」』>〉]"
IN_BRACKETS = re.compile(
    rf"{_OPEN} ?(?:[^()\[\]【】「」『』<>〈〉\n]{{0,10}}[: ])?"
    rf"(?P<name>[{KANJI}]{{1,5}}(?: [{KANJI}]{{1,4}})?|[{_HIRAGANA}]{{2,5}}|[{KATAKANA}]{{2,6}}) ?{_CLOSE}"
)
KANJI_RUN = re.compile(rf"(?<![{KANJI}])[{KANJI}]{{2,6}}(?![{KANJI}])")
_LETTERS = f"{KANJI}{_HIRAGANA}{KATAKANA}"
SPACED_NAME = re.compile(
    rf"(?<![{KANJI}])(?P<surname>[{KANJI}]{{1,3}}) "
    rf"(?P<given>[{KANJI}]{{1,3}}|[{_HIRAGANA}]{{2,4}}|[{KATAKANA}]{{2,4}})(?![{_LETTERS}])"
)
_KANA = f"{KATAKANA}{_HIRAGANA}"
SPACED_KANA = re.compile(
    rf"(?<![{_KANA}])(?P<surname>[{KATAKANA}]{{2,6}}|[{_HIRAGANA}]{{2,6}})[ ・]"
    rf"(?P<given>[{KATAKANA}]{{2,6}}|[{_HIRAGANA}]{{2,6}})(?![{_KANA}])"
)
KATAKANA_RUN = re.compile(rf"(?<![{KATAKANA}・])[{KATAKANA}]{{3,6}}(?![{KATAKANA}・])")
LATIN_RUN = re.compile(r"(?<![A-Za-z])[A-Za-z]{3,12}(?![A-Za-z])")

# --- accounts ---------------------------------------------------------------------------------------

BANK_WORD = re.compile("口座|名義|振込|振り込|銀行|信金|支店|(?:普通|当座) ?(?=[□0-9(])|ゆうちょ|受取人|フリガナ")
HOLDER = re.compile(
    rf"(?<![{KATAKANA}])[{KATAKANA}]{{2,8}}[ ・][{KATAKANA}]{{2,10}}(?![{KATAKANA}])|(?<=\()[{KATAKANA}]{{4,14}}(?=\))"
)
BANK_REACH = 60
"""Characters behind a bank's word in which kana may be the holder of the account."""

# --- handles ----------------------------------------------------------------------------------------

_SITES = "|".join(
    (
        r"twitter\.com|(?<![A-Za-z0-9.])x\.com|instagram\.com|facebook\.com|fb\.com|tiktok\.com|github\.com|threads\.net",
        r"linkedin\.com/in|line\.me/(?:R/)?ti/p|lin\.ee|t\.me|wa\.me|discord\.gg|ameblo\.jp|lit\.link|linktr\.ee",
        r"note\.com|bsky\.app/profile|pixiv\.net/users|soundcloud\.com|vimeo\.com|twitch\.tv|behance\.net|skeb\.jp",
        r"youtube\.com/(?:c|user|channel)|youtube\.com(?=/@)",
        r"crowdworks\.jp/public/employees|lancers\.jp/profile|coconala\.com/users",
    )
)
_NO_PROFILE = "(?!(?:p|reel|watch|status|hashtag|share|explore|intent|search|stories|video)/)"
_MESSENGERS = _any(
    "LINE ライン Skype スカイプ Discord ディスコード カカオ Telegram テレグラム Signal WeChat Slack "
    "インスタグラム インスタ Instagram Twitter ツイッター "
    "Threads TikTok Facebook Chatwork チャットワーク"
)
_ACCOUNT_WORDS = "(?: ?の ?)?(?:ID|id|アカウント名?|ユーザー名|名前)?"
_WITH_SIGN = "(?=[A-Za-z0-9.-]{0,30}[0-9_])"
HANDLES = tuple(
    map(
        re.compile,
        (
            r"(?<![A-Za-z0-9._%+/-])@[A-Za-z0-9_][A-Za-z0-9_.]{2,29}(?![A-Za-z0-9@])",
            rf"(?:{_SITES})/{_NO_PROFILE}(?P<name>@?[A-Za-z0-9_.%~-]{{2,60}})",
            rf"{_MESSENGERS}{_ACCOUNT_WORDS} ?(?:[:=→]|は|が) ?(?P<name>[A-Za-z0-9][A-Za-z0-9_.-]{{3,40}})",
            rf"{_MESSENGERS}{_ACCOUNT_WORDS} ?(?P<name>{_WITH_SIGN}[A-Za-z][A-Za-z0-9_.-]{{3,40}})",
            r"(?<![A-Za-z0-9#])[A-Za-z0-9_.]{2,32}#[0-9]{4}(?![0-9])",
            r"(?:アカウント名?|ユーザー名|ハンドル(?:ネーム)?)(?:は|が|[:=]) ?@?(?P<name>[A-Za-z][A-Za-z0-9_.-]{2,40})",
            rf"(?<![A-Za-z0-9._/-])(?P<name>{_WITH_SIGN}[A-Za-z][A-Za-z0-9_.-]{{3,40}}) ?(?:という|って|の)アカウント",
            rf"{_MESSENGERS}{_ACCOUNT_WORDS}(?:に|で|の)?[^A-Za-z0-9\n]{{0,12}}?(?P<name>@[A-Za-z0-9_.-]{{2,40}})",
        ),
    )
)

# --- mail and phone ---------------------------------------------------------------------------------

_AT = r"(?:@|アット(?:マーク)?|あっと(?:まーく)?|[☆★◎●]|\((?:a|@|アット)\)|\[(?:a|@|アット)\]|_at_| at )"
_DOT = r"(?:\.|ドット|どっと| dot |・|\(\.\))"
_MAIL_HOSTS = "(?:gmail|Gmail|GMAIL|ジーメール|icloud|iCloud|yahooメール|Yahooメール|hotmail|outlook)"
_KANJI_DIGIT = "[〇零一二三四五六七八九]"
_DIGIT_WORD = (
    "(?:ゼロ|レイ|れい|ぜろ|マル|イチ|いち|ニ|に|サン|さん|ヨン|よん|ゴ|ご|ロク|ろく|ナナ|なな|ハチ|はち|キュウ|きゅう)"
)
CONTACTS = tuple(
    map(
        re.compile,
        (
            rf"[A-Za-z0-9._%+-]{{2,40}} ?{_AT} ?[A-Za-z0-9-]{{2,30}} ?{_DOT} ?[A-Za-z]{{2,6}}(?:[. ]?[A-Za-z]{{2}})?",
            rf"{_MAIL_HOSTS}[^\nA-Za-z0-9]{{1,6}}(?P<name>[A-Za-z0-9][A-Za-z0-9._-]{{4,40}})",
            r"[A-Za-z0-9._%+-]{3,40} ?(?:@|アット) ?(?:gmail|icloud|yahoo|hotmail|outlook|docomo|ezweb|softbank)",
            r"(?<![0-9A-Za-z])0[5-9]0[^0-9A-Za-z\n]{0,3}(?:[0-9][^0-9A-Za-z\n]{0,2}){7}[0-9](?![0-9])",
            r"(?:電話|携帯|TEL|Tel|tel|☎|📞|FAX|Fax|内線)[^0-9\n]{0,8}(?P<name>[0-9][0-9 ().・_/-]{5,16}[0-9])",
            f"(?:{_DIGIT_WORD}[ -・]?){{8,14}}",
            f"{_KANJI_DIGIT}(?:[-ー・ の]?{_KANJI_DIGIT}){{9,10}}",
        ),
    )
)

# --- what is masked already -------------------------------------------------------------------------

MASKED = re.compile(r"■■\([^()\n]{1,12}\)|参加者(?:[A-Z]{1,3}|\(不明\))|\[/?[A-Za-z][^\[\]\n]{0,60}\]")
"""Labels that stand for what is masked, and tags of the notation."""
