"""The patterns for handles of accounts, and for mail addresses and phone numbers that are written in disguise.

They are for text of one width (NFKC). Every repetition has a bound.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from archiver.export.mask.leftover_patterns import any_of
from archiver.export.mask.profile_sites import HOSTING_SITES, NO_PROFILES, PROFILE_SITES


class GatedPatterns(NamedTuple):
    """Patterns, and one that every hit of theirs contains, which is looked for first."""

    gate: re.Pattern[str]
    patterns: tuple[re.Pattern[str], ...]


def gated(gate: str, *patterns: str) -> GatedPatterns:
    """Compile patterns behind their gate."""
    return GatedPatterns(re.compile(gate), tuple(map(re.compile, patterns)))


# --- handles ----------------------------------------------------------------------------------------

_SITES = "|".join(
    (
        r"twitter\.com|(?<![A-Za-z0-9.])x\.com|instagram\.com|facebook\.com|fb\.com|tiktok\.com",
        r"github\.com|threads\.net",
        r"linkedin\.com/in|line\.me/(?:R/)?ti/p|lin\.ee|t\.me|wa\.me|discord\.gg|ameblo\.jp|lit\.link|linktr\.ee",
        r"note\.com|bsky\.app/profile|pixiv\.net/users|soundcloud\.com|vimeo\.com|twitch\.tv|behance\.net|skeb\.jp",
        r"youtube\.com/(?:c|user|channel)|youtube\.com(?=/@)",
        r"crowdworks\.jp/public/employees|lancers\.jp/profile|coconala\.com/users",
        any_of(PROFILE_SITES),
    )
)
_NO_PROFILE = rf"(?!{any_of(NO_PROFILES)}(?![A-Za-z0-9_.%~-]))"
_HOSTED = any_of(HOSTING_SITES)
_NO_HOST = "(?!(?:www|accounts?|help|support|blog|docs|api|status|about|m|app|dev|developers?|static|cdn|manage)\\.)"
_MESSENGERS = (
    any_of(
        "LINE ライン らいん Skype スカイプ すかいぷ Discord ディスコード ディスコ "
        "カカオ カカオトーク kakao Kakao KakaoTalk wechat telegram skype discord twitter instagram insta tiktok "
        "Telegram テレグラム Signal "
        "シグナル WeChat Slack WhatsApp Snapchat "
        "インスタグラム インスタ Instagram Insta "
        "Twitter ツイッター ツイ Threads スレッズ TikTok ティックトック Facebook "
        "フェイスブック FB "
        "Chatwork チャットワーク PSN Steam Xbox Switch Zoom YouTube ユーチューブ note Pinterest Bluesky mixi "
        "ココナラ ランサーズ クラウドワークス GitHub github"
    )[:-1]
    + "|イン.タ|[カヵ].[オォ]|(?<![A-Za-z])IG(?![A-Za-z]))"
)
_ACCOUNT_WORDS = "(?: ?の ?| )?(?:ID|id|アカウント名?|ユーザー名|名前)?"
_WITH_SIGN = "(?=[A-Za-z0-9.-]{0,30}[0-9_])"
_WORD_OF_PARTS = (
    r"(?=[A-Za-z0-9]{0,30}[_.-])(?=[0-9_.-]{0,20}[A-Za-z])"
    r"[A-Za-z0-9_](?:[A-Za-z0-9_.-]{1,38}[A-Za-z0-9_])(?![A-Za-z0-9_])"
)
"""A word of several parts, as names of accounts are."""
_ID_OF_PEOPLE = (
    r"(?:ゲーム|出品者|購入者|ユーザー?|会員|本人|相手|先方|お客様|取引|連絡用|個人|アプリ|検索|フレンド"
    r"|プレイヤー|配信|サブ|公式|裏|本)(?: ?の)? ?(?:ID|アカウント名?|アカ|垢)"
    "|ハンドル(?:ネーム|名)?|ユーザーネーム|ユーザー名|アカウント名|スクリーンネーム|(?<![A-Za-z一-鿿ァ-ヴー])ID検索"
)
HANDLES = (
    gated(
        _MESSENGERS,
        rf"{_MESSENGERS}(?: ?の ?|で使ってる| )?(?:ID|id|アカウント名?|ユーザー名|アカ|垢"
        rf"|名前?)[^A-Za-z0-9_\n。]{{0,6}}"
        rf"(?P<name>@?[A-Za-z0-9_][A-Za-z0-9_.-]{{2,40}})",
        rf"{_MESSENGERS}(?: ?の ?|で |だと|は)?(?P<name>[^\s#、。」「A-Za-z]{{2,16}}#[0-9]{{4}})(?![0-9])",
        rf"{_MESSENGERS}[^A-Za-z0-9\n。]{{0,15}}[→:=] ?(?P<name>{_WORD_OF_PARTS})",
        rf"{_MESSENGERS}{_ACCOUNT_WORDS} ?(?:[:=→]|(?:は|が)、?) ?(?P<name>[A-Za-z0-9][A-Za-z0-9_.-]{{3,40}})",
        rf"{_MESSENGERS}{_ACCOUNT_WORDS} ?(?P<name>{_WITH_SIGN}[A-Za-z][A-Za-z0-9_.-]{{3,40}})",
        rf"{_MESSENGERS}{_ACCOUNT_WORDS}(?:に|で|の)?[^A-Za-z0-9\n]{{0,12}}?(?P<name>@[A-Za-z0-9_.-]{{2,40}})",
        rf"{_MESSENGERS}{_ACCOUNT_WORDS}(?:名|は|の|で|に|が|だと|[:=→ 「])"
        rf"[^A-Za-z0-9_\n]{{0,3}}(?P<name>{_WORD_OF_PARTS})",
        rf"{_MESSENGERS}{_ACCOUNT_WORDS} ?[:=→は][「 ]{{0,3}}"
        rf"(?P<name>[A-Za-z0-9]{{1,6}}(?: [A-Za-z0-9]{{1,6}}){{2,12}})",
    ),
    gated(
        "@",
        r"(?<![A-Za-z0-9._%+/-])@[A-Za-z0-9_][A-Za-z0-9_.]{2,29}(?![A-Za-z0-9@])",
        r"(?<![A-Za-z0-9._%+/-])[0-9]{1,2}(?P<name>@[A-Za-z][A-Za-z0-9_]{1,29}(?:\.[A-Za-z0-9_]{1,24}){0,3})"
        r"(?<!\.com)(?<!\.jp)(?<!\.net)(?<!\.org)(?![A-Za-z0-9@.-])",
        r"(?<![A-Za-z0-9._%+/-])@ ?[A-Za-z0-9_]{2,30}(?: ?[._] ?[A-Za-z0-9_]{1,20}){1,4}(?![A-Za-z0-9@])",
    ),
    gated(
        "(?:名前?|ネーム)[がはも]|live:",
        rf"(?:{_MESSENGERS}|ユーザー?|アカウント|表示|ハンドル|スクリーン|登録|ニック) ?(?:名前?|ネーム)[がはも]"
        r"[^A-Za-z0-9\n。]{0,24}(?P<name>[A-Za-z][A-Za-z0-9]{1,24}(?:[._][A-Za-z0-9_]{1,24}){1,3})"
        r"(?=に(?:なっ|変わ|変え|した|して|改)|って(?:い|名)|で(?:登録|出|表示))",
        r"(?<![A-Za-z0-9])live:[A-Za-z0-9_.-]{3,50}",
    ),
    gated(
        "[A-Za-z][./]",
        rf"(?:{_SITES})/?{_NO_PROFILE}(?P<name>(?<=[/=~])@?[A-Za-z0-9_.%~-]{{2,60}})",
        rf"(?<![A-Za-z0-9.-]){_NO_HOST}(?P<name>[A-Za-z0-9-]{{3,40}})\.{_HOSTED}(?![A-Za-z0-9-])",
    ),
    gated("#[0-9]", r"(?<![A-Za-z0-9#])[A-Za-z0-9_.]{2,32}#[0-9]{4}(?![0-9])"),
    gated(
        "[Ii]D|アカ|垢|ネーム|ユーザー名|名義|ハンドル",
        rf"(?:{_ID_OF_PEOPLE})(?:は|が|に|を|って"
        rf"|で)?[^A-Za-z0-9_\n。]{{0,6}}(?P<name>@?{_WITH_SIGN}[A-Za-z_][A-Za-z0-9_.-]{{2,40}})",
        r"(?:アカウント名?|ユーザー名|ハンドル(?:ネーム)?)(?:は|が|[:=]) ?@?(?P<name>[A-Za-z][A-Za-z0-9_.-]{2,40})",
        rf"(?<![A-Za-z0-9._/-])(?P<name>{_WITH_SIGN}[A-Za-z][A-Za-z0-9_.-]{{3,40}}) ?(?:という|って|の)アカウント",
        r"(?:ID|id|アカウント名?|ユーザー名|ハンドル(?:ネーム)?) ?(?:は|が|[:=→]) ?「(?P<name>[^」\n]{3,30})」",
    ),
    gated("git@", r"git@[a-z0-9.-]{3,40}:(?P<name>[A-Za-z0-9_.-]{2,40})/"),
    gated("□:", r"□{4,12}:(?P<name>[A-Za-z0-9_.-]{2,40})/[A-Za-z0-9_-]"),
    gated(
        "[A-Za-z0-9][_.-]",
        rf"(?<![A-Za-z0-9._@/-])(?P<name>{_WORD_OF_PARTS}) ?"
        r"(?:さん|様|くん|ちゃん|氏|って(?:人|方|アカ)"
        r"|という(?:人|方|アカ)|のアカ)",
    ),
    gated(
        "[a-z] [A-Za-z0-9_] [A-Za-z0-9_]",
        r"(?<![A-Za-z0-9] )(?<![A-Za-z0-9])[a-z](?: [A-Za-z0-9_]){4,24}(?![A-Za-z0-9])(?! [A-Za-z0-9])",
    ),
    gated(
        "/[A-Za-z~@]",
        r"/(?:users?|profile|staff|members?|people|author|creators?|channels?|portfolio|artists?|freelancers?)/"
        r"(?P<name>(?=[0-9_.-]{0,20}[A-Za-z])[A-Za-z0-9_-]{3,40}"
        r"(?:\.(?!html?|php|aspx?|jpe?g|png)[A-Za-z0-9_-]{1,20}){0,3})",
        r"/[~@](?P<name>[A-Za-z0-9_.-]{2,40})",
    ),
    gated(
        "ドメイン",
        r"(?P<name>(?<![A-Za-z0-9._-])[A-Za-z0-9][A-Za-z0-9_-]*\.[A-Za-z0-9._-]{1,20})(?=、?ドメイン)",
    ),
)
"""Patterns in groups, each behind what every hit contains."""

# --- mail and phone ---------------------------------------------------------------------------------

_AT = (
    r"(?:@|アット(?:マーク)?|あっと(?:まーく)?|[☆★◎●]|[(\[<{〔] ?(?:a|at|AT|@|アット(?:マーク)?"
    r"|あっと(?:まーく)?) ?[)\]>}〕]|_at_| at )"
)
_DOT = r"(?:\.|ドット|どっと| dot |・|\(\.\)|[(\[]dot[)\]]|[(\[]ドット[)\]])"
_MAIL_HOSTS = "(?:gmail|Gmail|GMAIL|ジーメール|icloud|iCloud|yahooメール|Yahooメール|hotmail|outlook)"
_KANJI_DIGIT = "[〇零一二三四五六七八九]"
_DIGIT_WORD = (
    "(?:ゼロ|レイ|れい|ぜろ|マル|イチ|いち|ニ[ーイ]?|に[ーい]?|サン|さん|ヨン|よん|ゴー?|ごー?|ロク|ろく|ナナ"
    "|なな|シチ|ハチ|はち|キュウ|キュー|きゅう)"
)
_ZERO = "(?:[0〇零oO]|ゼロ|ぜろ|レイ|れい|まる|マル)"
_ANY_DIGIT = f"(?:[0-9〇零一二三四五六七八九]|{_DIGIT_WORD})"
_GAP = "[-ー~・. 、のノ()/]{0,2}(?:その後|次|続いて)?"
CONTACTS = (
    gated(
        "アット",
        r"(?<![A-Za-z0-9ァ-ヴー])[A-Za-z0-9ァ-ヴー][A-Za-z0-9ァ-ヴー._ +-]{1,58}アット(?:マーク)? ?"
        r"[A-Za-z0-9ァ-ヴー-]{2,30}(?: ?(?:ドット|\.) ?[A-Za-z0-9ァ-ヴー-]{2,12}){1,3}",
    ),
    gated(
        "@ ",
        r"(?<![A-Za-z0-9])(?:[A-Za-z0-9._-] ){2,40}@(?: [A-Za-z0-9._-]){3,40}(?![A-Za-z0-9])",
        r"(?<![A-Za-z0-9])[A-Za-z0-9_]{1,30}(?: ?[._-] ?[A-Za-z0-9_]{1,30}){0,4} ?@ ?[A-Za-z0-9-]{2,30}"
        r"(?: ?\. ?[A-Za-z]{2,10}){1,3}",
    ),
    gated(
        "[A-Za-z]{2}",
        rf"[A-Za-z0-9._%+-]{{2,40}} ?{_AT} ?[A-Za-z0-9-]{{2,30}} ?{_DOT} ?[A-Za-z]{{2,6}}(?:[. ]?[A-Za-z]{{2}})?",
        rf"{_MAIL_HOSTS}[^\nA-Za-z0-9]{{1,6}}(?P<name>(?=[A-Za-z-]{{0,38}}[0-9._])[A-Za-z0-9][A-Za-z0-9._-]{{4,40}})",
        rf"(?P<name>(?:[A-Za-z0-9._%+-]|ドット){{3,40}}) ?(?:@|アット)[^A-Za-z\n]{{0,4}}{_MAIL_HOSTS}",
        r"[A-Za-z0-9._%+-]{3,40} ?(?:@|アット) ?(?:gmail|icloud|yahoo|hotmail|outlook|docomo|ezweb|softbank)",
    ),
    gated(
        "[0-9]",
        r"(?<![0-9A-Za-z])0[5-9]0[^0-9A-Za-z\n]{0,3}(?:[0-9][^0-9A-Za-z\n]{0,2}){7}[0-9](?![0-9])",
        r"(?<![0-9A-Za-z])0[5-9]0[^0-9A-Za-z\n]{0,10}[0-9]{4}[^0-9A-Za-z\n]{0,10}[0-9]{4}(?![0-9])",
        r"(?<![0-9A-Za-z])[oO0][5-9qg][oO0][^0-9A-Za-z\n]{0,4}[0-9lIoOzZsSbB]{4}"
        r"[^0-9A-Za-z\n]{0,4}[0-9lIoOzZsSbB]{4}(?![0-9A-Za-z])",
        rf"(?<![0-9])0[5-9]0[ -]?{_KANJI_DIGIT}{{4}}[ -]?{_KANJI_DIGIT}{{4}}",
        r"(?:電話|携帯|TEL|Tel|tel|☎|📞|FAX|Fax|内線)[^0-9\n]{0,8}(?P<name>[0-9][0-9 ().・_/-]{5,16}[0-9])",
    ),
    gated(
        _DIGIT_WORD + "[ -・]?" + _DIGIT_WORD,
        r"(?:ゼロ|レイ|れい|ぜろ|マル)(?:キュウ|きゅう|ハチ|はち|ナナ|なな)(?:ゼロ|レイ|れい|ぜろ|マル)"
        r"[^0-9\n]{0,8}[0-9]{4}[^0-9\n]{0,8}[0-9]{4}",
        f"(?:{_DIGIT_WORD}[ -・、の]?){{8,14}}",
    ),
    gated(
        f"{_ZERO}{_GAP}(?:{_DIGIT_WORD}|[5-9七八九五]){_GAP}{_ZERO}",
        f"(?<![0-9]){_ZERO}{_GAP}(?:{_ANY_DIGIT}{_GAP}){{9}}{_ANY_DIGIT}(?![0-9])",
    ),
    gated(
        _KANJI_DIGIT + "{2}|" + _KANJI_DIGIT + "[-ー・ の]",
        f"{_KANJI_DIGIT}(?:[-ー・ の]?{_KANJI_DIGIT}){{9,10}}",
    ),
)
