"""The patterns: numbers to call or to pay to, addresses, secrets, keys; what is covered is the group `value`, if any.

They are for folded text (`mask_fold`), where kana have lost their marks, so every word goes through `_words`.
Each is linear in the length of the text: everything that repeats has a bound, or ends at a sign that it cannot
hold and begins where no such run goes on. Ids, dates and amounts are kept apart by what is asked for around digits.
"""

from __future__ import annotations

import re

from archiver.export.mask_fold import TAG, folded


def _words(given: str) -> str:
    """One of these words, divided by spaces."""
    return "(?:" + "|".join(re.escape(folded(word)) for word in given.split()) + ")"


def _upto(count: int, besides: str = "") -> str:
    r"""At most so many signs of one line, none of these."""
    return rf"[^\n{TAG}{besides}]{{0,{count}}}"


_NO_DIGIT = "(?![0-9])"

# --- numbers to call, addresses to write to ---------------------------------------------------------

_GAP = "[-. ()]{1,3}"
_MAY = "[-. ()]{0,3}"
# A digit before makes it part of a longer number, eight hexadecimal signs part of a digest.
_ALONE = "(?<![0-9])(?<![0-9a-f]{8})"
_AREA = f"0(?:[0-9]{_GAP}[0-9]{{4}}|[0-9]{{2}}{_GAP}[0-9]{{3}}|[0-9]{{3}}{_GAP}[0-9]{{2}}|[0-9]{{4}}{_GAP}[0-9])"

PHONES = (
    f"{_ALONE}0[5-9]0(?:{_MAY}[0-9]){{8}}{_NO_DIGIT}",
    f"{_ALONE}0(?:[- .][0-9]){{9,10}}(?![- .]?[0-9])",
    f"{_ALONE}{_AREA}{_GAP}[0-9]{{4}}{_NO_DIGIT}",
    f"{_ALONE}0[0-9]{{3}}{_GAP}[0-9]{{3}}{_GAP}[0-9]{{3}}{_NO_DIGIT}",
    f"{_ALONE}0[1-9][0-9]{{8}}{_NO_DIGIT}",
    rf"(?<![0-9])\+ ?[0-9]{{1,3}}(?:{_MAY}[0-9]){{8,12}}(?![0-9]| ?[円万億,])",
)

_AT = r" ?(?:@|\(at\)|\[at\]|<at>|\{at\}) ?"
MAILS = (rf"(?<![a-z0-9._%+-])[a-z0-9._%+-]+{_AT}[a-z0-9-]+(?:\.[a-z0-9-]+)*\.[a-z][a-z0-9-]+",)

MESSENGER = _words("LINE ライン Skype スカイプ Telegram テレグラム Discord カカオ WeChat")
_ACCOUNT_NAME = f"(?: ?(?:id|{_words('アイディー アカウント 名')}))?"
CONTACTS = (f"{MESSENGER}{_ACCOUNT_NAME} ?(?:[:=]|{_words('は')}) ?(?P<value>[a-z0-9._@#-]{{4,64}})",)

# --- where somebody lives ---------------------------------------------------------------------------

_PREFECTURE = _words(
    "北海道 青森県 岩手県 宮城県 秋田県 山形県 福島県 茨城県 栃木県 群馬県 埼玉県 千葉県 東京都 神奈川県 新潟県 富山県 "
    "石川県 福井県 山梨県 長野県 岐阜県 静岡県 愛知県 三重県 滋賀県 京都府 大阪府 兵庫県 奈良県 和歌山県 鳥取県 島根県 "
    "岡山県 広島県 山口県 徳島県 香川県 愛媛県 高知県 福岡県 佐賀県 長崎県 熊本県 大分県 宮崎県 鹿児島県 沖縄県"
)
DWELLING = _words("住所")
_SIGN = "[ァ-ヶ一-鿿々]"
_SIGN_OR_KANA = "[ぁ-んァ-ヶ一-鿿々-]"
_BEHIND = f"[市区町村郡]{_SIGN}{{0,14}} ?"
# Without a prefecture before it, kana would let a sentence count as the name of a town.
_CITY = f"(?:{_SIGN}{{1,8}}|{_words('さいたま つくば いわき うるま ひたちなか ふじみ野')}){_BEHIND}"
_LOTS = f"(?:{_words('番地 番')}(?:{_words('の')}?[0-9]{{1,4}}{_words('号')}?)?)"
_CHOME = f"[0-9一二三四五六七八九十]{{1,4}}{_words('丁目')} ?(?:[0-9]{{1,4}}(?:{_LOTS}|(?:-[0-9]{{1,4}}){{0,3}}))?"
_BLOCK = f"(?:{_CHOME}|[0-9]{{1,5}}{_LOTS}|[0-9]{{1,3}}-[0-9]{{1,3}}-[0-9]{{1,4}}{_NO_DIGIT})"
_TWO = f"[0-9]{{1,3}}-[0-9]{{1,4}}(?![0-9]|-|{_words('月')})"
_HOUSE = rf"(?: ?[^\s{TAG}、。,「」()]{{1,24}}?[0-9]{{1,4}}(?:{_words('号室 号 階')}|f(?![a-z])))?"
_LINE = f"(?:{_PREFECTURE}|{_SIGN_OR_KANA}{{1,8}}[市区郡]){_upto(60, '。、')}"

ADDRESSES = (
    rf"〒 ?[0-9]{{3}} ?-? ?[0-9]{{4}}{_NO_DIGIT}(?:\s?{_LINE})?",
    f"{_PREFECTURE} ?{_SIGN_OR_KANA}{{1,10}}{_BEHIND}(?:{_BLOCK}|{_TWO}){_HOUSE}",
    f"{_CITY}{_BLOCK}{_HOUSE}",
    f"{_SIGN}{{1,8}}[0-9]{{1,2}}{_words('丁目')}[0-9]{{1,3}}(?:-[0-9]{{1,3}}|{_LOTS}){_HOUSE}",
    rf"{DWELLING} ?[:=] ?(?P<value>[^\n{TAG}]{{1,80}})",
)

# --- money and papers -------------------------------------------------------------------------------

_NO_AMOUNT = f"(?![0-9]|,[0-9]| ?{_words('円 万 億 人 件')})"
_ACCOUNT = f"(?P<value>(?<![0-9])(?:[0-9]{{7}}|[0-9]{{3}}[- ][0-9]{{4}}){_NO_AMOUNT})"
_MONEY = _words("普通 当座 貯蓄 口座 店番 支店 銀行 信用金庫 信金 信用組合 ゆうちょ 農協")
_YUCHO = f"[0-9]{{5}}{_upto(8, '0-9')}{_words('番号')}?{_upto(6, '0-9')}[0-9]{{1,8}}"
HOLDER = _words("名義 口座名")

BANKS = (
    f"{_MONEY}{_upto(16, '0-9')}(?:[0-9]{{3}}[^0-9\n{TAG}]{_upto(12, '0-9')})?{_ACCOUNT}",
    f"{_words('記号')}{_upto(6, '0-9')}(?P<value>{_YUCHO}){_NO_AMOUNT}",
    rf"(?:{_words('口座')}{HOLDER}|{HOLDER}{_words('人')}?) ?[:=] ?(?P<value>[^\n{TAG}、。]{{1,40}})",
)

CARDS = (
    r"(?<![0-9-])[0-9]{4}([- ])[0-9]{4}\1[0-9]{4}\1[0-9]{4}(?![0-9-])",
    f"{_words('カード')}{_upto(12, '0-9')}(?P<value>[0-9]{{14,16}}){_NO_DIGIT}",
)

_TWELVE = "(?P<value>[0-9](?:[- ]?[0-9]){11})"
_PAPER = "(?P<value>[a-z]{2}[0-9]{7,8}(?:[a-z]{2})?)(?![a-z0-9])"
_SIX = "(?P<value>[0-9](?:[- ]?[0-9]){5,11})"

IDENTITIES = (
    f"{_words('マイナンバー 個人番号 免許証 免許番号')}{_upto(10, '0-9')}{_TWELVE}{_NO_DIGIT}",
    f"{_words('パスポート 旅券 在留カード')}{_upto(10, 'a-z0-9')}{_PAPER}",
    f"{_words('保険証 被保険者 年金番号')}{_upto(12, '0-9')}{_SIX}{_NO_AMOUNT}",
)

# --- secrets ----------------------------------------------------------------------------------------

SECRET = (
    f"(?:{_words('パスワード パスコード 暗証番号 認証コード 合言葉 シークレット 秘密鍵 APIキー')}"
    "|(?<![a-z?&#;_.-])(?:pass(?:word|wd|code|phrase)?|pwd?|pin(?: ?code)?|secret|credentials?"
    "|(?:api|access|secret|private|auth)[-_ ]?(?:key|token|secret)|token)(?![a-z]))"
)
_OPEN = r"[\"'`「『(\[<]?"
_VALUE = "(?P<value>[!-~]+)"
_WITH_DIGIT = "(?=[!-~]{0,60}?[0-9])(?P<value>[!-~]{4,})"
_REMARK = rf"[^\S\n]{{0,4}}(?:\([^()\n{TAG}]{{0,20}}\))?[^\S\n]{{0,4}}"

PASSWORDS = (
    rf"{SECRET}{_REMARK}[:=→][\s{TAG}]{{0,4}}{_OPEN}{_VALUE}",
    f"{SECRET} ?{_words('は が')} ?{_OPEN}{_VALUE}",
    f"{SECRET} {{0,3}}(?:{_words('を')}| is |[-/ \n{TAG}])[ \n{TAG}]{{0,3}}{_OPEN}{_WITH_DIGIT}",
    rf"(?<![a-z])id ?[/・&] ?{SECRET} ?[:=][ \n{TAG}]{{0,3}}(?P<value>[^\n{TAG}。、]{{1,100}})",
)

_KEY = "(?:token|key|sig|signature|secret|password|passwd|passcode|pwd|pass|auth|credential|session|sid|sessionid)"
URL_KEYS = (
    rf"[?&#;][a-z0-9_.-]{{0,60}}?{_KEY}=(?P<value>[^\s{TAG}&#\"'<>、。」]+)",
    rf"https?://(?P<value>[^\s{TAG}/@:\"'<>]{{1,100}}:[^\s{TAG}/@\"'<>]{{1,100}})@",
)
