"""The patterns for phone numbers, mail addresses, accounts, cards, identity papers, passwords and keys.

If a pattern has a group `value`, only that is masked. The patterns are for folded text (`folding`), where kana have
lost their marks, so every word goes through `any_word`. Each takes linear time: a repetition has a bound, or ends at a
character that it cannot contain and begins where no such run goes on. Ids, dates and amounts are excluded by the
context that the patterns require. Postal addresses are in `addresses`.
"""

from __future__ import annotations

from archiver.export.mask.regex_parts import NO_DIGIT, any_word, up_to
from archiver.letter_folding import TAG

# --- numbers to call, addresses to write to ---------------------------------------------------------

_GAP = "[-. ()]{1,3}"
_OPTIONAL_GAP = "[-. ()]{0,3}"
# A digit before makes it part of a longer number, eight hexadecimal digits part of a digest.
_NUMBER_START = "(?<![0-9])(?<![0-9a-f]{8})"
_AREA = f"0(?:[0-9]{_GAP}[0-9]{{4}}|[0-9]{{2}}{_GAP}[0-9]{{3}}|[0-9]{{3}}{_GAP}[0-9]{{2}}|[0-9]{{4}}{_GAP}[0-9])"

PHONES = (
    f"{_NUMBER_START}0[5-9]0(?:{_OPTIONAL_GAP}[0-9]){{8}}{NO_DIGIT}",
    f"{_NUMBER_START}0(?:[-. ()]{{1,3}}[0-9]){{9,10}}(?![- .]?[0-9])",
    f"{_NUMBER_START}0[0-9]{{1,4}} ?\\([0-9]{{2,4}}\\) ?(?:[- ]?[0-9]){{4}}{NO_DIGIT}",
    f"{_NUMBER_START}{_AREA}{_GAP}[0-9]{{4}}{NO_DIGIT}",
    f"{_NUMBER_START}0[0-9]{{3}}{_GAP}[0-9]{{3}}{_GAP}[0-9]{{3}}{NO_DIGIT}",
    f"{_NUMBER_START}0[1-9][0-9]{{8}}{NO_DIGIT}",
    rf"(?<![0-9])\+ ?[0-9]{{1,3}}(?:{_OPTIONAL_GAP}[0-9]){{8,12}}(?![0-9]| ?[円万億,])",
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
_MONEY = any_word("普通 当座 貯蓄 口座 店番 支店 銀行 信用金庫 信金 信用組合 ゆうちょ 農協")
_YUCHO = f"[0-9]{{5}}{up_to(8, '0-9')}{any_word('番号')}?{up_to(6, '0-9')}[0-9]{{1,8}}"
HOLDER_WORDS = any_word("名義 口座名")

_KIND_OF_ACCOUNT = any_word("普通 当座 貯蓄")
BANKS = (
    f"{_KIND_OF_ACCOUNT}\n{any_word('番号')} ?[:=] ?(?P<value>[0-9]{{7}}){_NO_AMOUNT}",
    f"{any_word('口座番号')} ?(?:[:=]|{any_word('は が の')})? ?(?P<value>[0-9](?:[- ]?[0-9]){{4,12}}){_NO_AMOUNT}",
    f"{_MONEY}{up_to(16, '0-9')}(?:[0-9]{{3}}[^0-9\n{TAG}]{up_to(12, '0-9')})?{_ACCOUNT}",
    f"{any_word('記号')}{up_to(6, '0-9')}(?P<value>{_YUCHO}){_NO_AMOUNT}",
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
