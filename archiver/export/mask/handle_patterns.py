"""The patterns for handles of accounts.

They are for text of one width (NFKC). Every repetition has a bound.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property

from archiver.export.mask.kinds import any_of
from archiver.platforms.job_platform import platforms

PROFILE_SITES = """
qiita.com zenn.dev hatenablog.com profile.hatena.ne.jp b.hatena.ne.jp codepen.io suzuri.jp booth.pm dribbble.com
minne.com creema.jp/c speakerdeck.com slideshare.net kaggle.com gitlab.com bitbucket.org atcoder.jp/users
teratail.com/users connpass.com/user wantedly.com/id wantedly.com/users stand.fm/channels voicy.jp/channel
peraichi.com/landing_pages/view foriio.com figma.com deviantart.com artstation.com patreon.com ko-fi.com
buymeacoffee.com skima.jp/profile?id= mosh.jp profcard.info/u instabio.cc paypal.me paypal.com/paypalme calendly.com
timerex.net/s open.spotify.com/user anchor.fm mixcloud.com niconico.jp/user nicovideo.jp/user showroom-live.com/r
17.live/profile/r mixi.jp/show_friend.pl?id= slack.com/team about.me gravatar.com hub.docker.com/u npmjs.com/~
pypi.org/user reddit.com/u reddit.com/user tumblr.com pinterest.jp pinterest.com plus.google.com
lit.link/en lit.link/ja linktr.ee potofu.me linkfly.to bio.site solo.to beacons.ai allmylinks.com taplink.cc
campsite.bio misskey.io mstdn.jp mastodon.social pawoo.net fedibird.com threads.com instagram.com/stories t.me/s
line.me/R/ti/p kakuyomu.jp/users estar.jp/users alphapolis.co.jp/author/detail novelup.plus/user privatter.net/u
poipiku.com marshmallow-qa.com peing.net/ja ask.fm odaibako.net/u xfolio.jp/portfolio fantia.jp/fanclubs
ci-en.net/creator pixiv.me pixiv.net/fanbox/creator skeb.jp timeticket.jp/profile bizseek.jp/user craudia.com/users
shuftiweb.com mercari.com/user/profile jp.mercari.com/user/profile fril.jp/shop lapras.com/public youtrust.jp/users
forkwell.com scratch.mit.edu/users medium.com last.fm/user steamcommunity.com/id flickr.com/people flickr.com/photos
500px.com/p unsplash.com/@ photo-ac.com/profile ac-illust.com/profile pixta.jp/@ audiostock.jp/artists piapro.jp
nana-music.com/users spooncast.net/jp/channel mirrativ.com/user openrec.tv/user ofuse.me venmo.com cash.app
read.amazon.com/profile bookmeter.com/users filmarks.com/users booklog.jp/users tabelog.com/rvwr cookpad.com/kitchen
roomclip.jp/user wear.jp minkara.carview.co.jp/userid camp-fire.jp/profile street-academy.com/steachers udemy.com/user
menta.work/user hackerrank.com leetcode.com/u stackoverflow.com/users ja.stackoverflow.com/users dev.to
chess.com/member strava.com/athletes soundcloud.com bandlab.com tunecore.co.jp/artists
"""
"""Hosts, with the beginning of a path, behind which a slash and the name of an account stand."""

HOSTING_SITES = """
booth.pm hatenablog.com hatenablog.jp hatenadiary.com hatenadiary.jp hatenadiary.org hateblo.jp livedoor.blog
livedoor.jp blog.jp blog.fc2.com fc2.com wixsite.com jimdo.com jimdofree.com github.io tumblr.com wordpress.com
fanbox.cc bandcamp.com carrd.co stores.jp base.shop thebase.in studio.site notion.site myportfolio.com seesaa.net
exblog.jp netlify.app vercel.app portfoliobox.net strikingly.com amebaownd.com themedia.jp crayonsite.net
peraichi.com substack.com medium.com
"""
"""Hosts that have the name of an account before them."""

NO_PROFILES = """
p reel watch status hashtag share explore intent search stories video items tag tags topic topics articles official
products file design proto community about help terms privacy login signup settings features pricing docs blog event
events home news ja en jp us about contact faq guide user users my mypage login-form trending ranking recipe item_list
info internet guides index list new all top search register rules rule faqs inquiry campaign support manual policy
service services download price plan plans
"""
"""Where a name of an account could stand, and a page of the site does."""


def _compiled(pattern: str) -> re.Pattern[str]:
    """The pattern with the names of the platforms, and where profiles stand there, which are read first here."""
    known = [one for one in platforms().values() if one.profile]
    names, profiles = any_of(one.name for one in known), any_of(one.profile for one in known)
    return re.compile(pattern.replace("<platforms>", names).replace("<profiles>", profiles))


@dataclass
class GatedPatterns:
    """Patterns, and one that every hit of theirs contains, which is looked for first; compiled when first needed."""

    words: str
    sources: tuple[str, ...]

    @cached_property
    def gate(self) -> re.Pattern[str]:
        """What is looked for first."""
        return _compiled(self.words)

    @cached_property
    def patterns(self) -> tuple[re.Pattern[str], ...]:
        """The patterns behind it."""
        return tuple(map(_compiled, self.sources))


def gated(gate: str, *patterns: str) -> GatedPatterns:
    """Patterns behind their gate."""
    return GatedPatterns(gate, patterns)


# --- handles ----------------------------------------------------------------------------------------

_SITES = "|".join(
    (
        r"twitter\.com|(?<![A-Za-z0-9.])x\.com|instagram\.com|facebook\.com|fb\.com|tiktok\.com",
        r"github\.com|threads\.net",
        r"linkedin\.com/in|line\.me/(?:R/)?ti/p|lin\.ee|t\.me|wa\.me|discord\.gg|ameblo\.jp|lit\.link|linktr\.ee",
        r"note\.com|bsky\.app/profile|pixiv\.net/users|soundcloud\.com|vimeo\.com|twitch\.tv|behance\.net|skeb\.jp",
        r"youtube\.com/(?:c|user|channel)|youtube\.com(?=/@)",
        "<profiles>",
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
        "pixiv ピクシブ Skeb minne Creema メルカリ ラクマ ヤフオク Vimeo Twitch SoundCloud ニコニコ Qiita "
        "Zenn はてな アメブロ "
        "Wantedly LinkedIn "
        "Behance Dribbble Spotify Pococha ポコチャ Mastodon マストドン ミスキー Misskey マシュマロ "
        "Chatwork チャットワーク PSN Steam Xbox Switch Zoom YouTube ユーチューブ note Pinterest Bluesky mixi "
        "GitHub github"
    )[:-1]
    + "|<platforms>|イン.タ|[カヵ].[オォ]|IG(?![A-Za-z]))(?![a-hj-z])"
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
_CONTACT_WORD = (
    "(?:DM|ダイレクトメッセージ|リプ(?:ライ)?|メンション|フォロー|フォロバ|タグ付け|メッセージ|メッセ|垢|アカ(?![ァ-ヴー])|裏アカ|サブアカ|アカウント|プロフ(?:ィール)?"
    "|ニックネーム|ハンネ|ハンドル|ユーザー(?:名|ネーム|ID)|スクリーンネーム|フレンド(?:申請|コード)?|コラボ先|配信者|出品者|購入者|落札者|依頼者|投稿者)"
)
_ACCOUNT_LIKE = (
    r"(?=[A-Za-z0-9.-]{0,30}(?:_|[a-z][0-9]|[0-9][a-z]|[a-z]\.[a-z]))(?=[0-9_.-]{0,20}[A-Za-z])"
    r"(?![A-Za-z0-9_.-]{1,40}\.(?:html?|php|css|js|json|csv|txt|pdf|docx?|xlsx?|pptx?|zip|psd|ai|png|jpe?g|gif|svg|mp[34]|mov|wav|md|py))"
    r"[A-Za-z0-9_][A-Za-z0-9_.-]{2,40}(?<=[A-Za-z0-9_])(?![A-Za-z0-9_])"
)
"""A word with an underscore, a dot or digits among its letters, and no name of a file."""
_OF_PEOPLE = (
    "(?:profiles?|users?|members?|mypage|accounts?|creators?|people|friend|authors?|seller|talent|staff|freelancers?)"
)
HANDLES = (
    gated(
        _MESSENGERS,
        rf"{_MESSENGERS}(?: ?の ?|で使ってる| )?(?:ID|id|アカウント名?|ユーザー名|アカ|垢"
        rf"|名前?)[^A-Za-z0-9_\n。]{{0,6}}"
        rf"(?P<name>@?[A-Za-z0-9_][A-Za-z0-9_.-]{{2,40}})",
        rf"{_MESSENGERS}(?: ?の ?|で |だと|は)?(?P<name>[^\s#、。」「A-Za-z]{{2,16}}#[0-9]{{4}})(?![0-9])",
        rf"{_MESSENGERS}{_ACCOUNT_WORDS}(?:は|が|で|の|だと)?[^A-Za-z0-9\n。]{{0,3}}[「『(](?P<name>@?[A-Za-z][A-Za-z0-9_.-]{{3,30}})[」』)]"
        r"(?=で(?:検索|登録|やっ|出|追加|申請|連絡|つなが)|(?:って|と)(?:いう|検索|入)|です|に(?:DM|連絡|申請|追加)|を(?:追加|検索|フォロー))",
        rf"{_MESSENGERS}{_ACCOUNT_WORDS}(?:は|が|で|の|だと)?[「『(](?P<name>@?{_WITH_SIGN}[A-Za-z][A-Za-z0-9_.-]{{3,30}})[」』)]",
        rf"{_MESSENGERS} ?(?:users?/|ユーザー?(?:ID|番号)?|会員番号|ID) ?[:は]? ?(?P<name>[0-9]{{5,12}})(?![0-9])",
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
        r"(?<![A-Za-z0-9._%+/-])@[A-Za-z0-9_][A-Za-z0-9_.-]{1,29}(?<=[A-Za-z0-9_])(?![A-Za-z0-9@])",
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
        rf"(?<![A-Za-z0-9.-])(?:(?:www|m|mobile|jp|ja|en|web)\.)?(?:{_SITES})/?{_NO_PROFILE}(?P<name>(?<=[/=~])@?[A-Za-z0-9_.%~-]{{2,60}})",
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
    gated(
        _CONTACT_WORD,
        rf"{_CONTACT_WORD}[^A-Za-z0-9\n。]{{0,6}}[(「『:→=](?P<name>@?{_ACCOUNT_LIKE})",
        rf"{_CONTACT_WORD}(?:は|が|で|を|も)[^A-Za-z0-9\n。]{{0,6}}(?P<name>@?{_ACCOUNT_LIKE})",
        rf"(?<![A-Za-z0-9._@/-])(?P<name>{_ACCOUNT_LIKE})[)」』]?(?: ?(?:に|へ|宛に?|から|まで|の|を|で))?"
        rf"[^A-Za-z0-9\n。、]{{0,4}}"
        rf"{_CONTACT_WORD}",
    ),
    gated(
        "[Ii][Dd]",
        r"(?<![A-Za-z0-9_?&/])id:[A-Za-z][A-Za-z0-9_-]{2,31}",
        r"(?<![A-Za-z0-9一-鿿ァ-ヴー_?&/])(?:id|ID|Id) ?[:=] ?@?"
        r"(?P<name>(?=[0-9_.-]{0,20}[A-Za-z])[A-Za-z0-9_][A-Za-z0-9_.-]{2,31})",
        r"(?<![A-Za-z0-9一-鿿ァ-ヴー_?&/])(?:id|ID|Id)(?:は|が|って|を) ?[「『]?@?(?P<name>(?=[0-9_.-]{0,20}[A-Za-z])"
        r"(?=[A-Za-z0-9.-]{0,30}[0-9_])[A-Za-z0-9_][A-Za-z0-9_.-]{2,31})",
        rf"{_OF_PEOPLE}[A-Za-z0-9_./-]{{0,20}}\?(?:[A-Za-z_]{{1,16}}=[^&\s]{{0,20}}&){{0,3}}"
        r"(?:id|ID|uid|u|user|user_?id|member_?id|name|screen_name|author|seller)=(?P<name>[A-Za-z0-9_.-]{2,40})",
    ),
    gated(
        "https?://",
        rf"https?://(?:[a-z0-9-]{{1,24}}\.){{1,2}}(?:link|me|bio|cc|fan|fans|social|community|fm|gg|ee|tv|life|works|studio)/"
        rf"{_NO_PROFILE}(?P<name>@?[A-Za-z0-9_.-]{{3,30}})/?(?![A-Za-z0-9_.%/-])",
    ),
    gated(
        "[XGWBTHwg](?:\\(旧|の|ID|アカ)?[^A-Za-z]",
        r"(?<![A-Za-z])(?:X|IG|TW|FB|YT|TT|GH|Tw|Ig)(?:\((?:旧 ?)?Twitter\))? ?(?:の ?)?(?:ID|アカウント名?|アカ|垢)?"
        r" ?(?:[:→=]|は|が) ?(?P<name>@?[A-Za-z0-9_][A-Za-z0-9_.-]{3,30})(?<=[A-Za-z0-9_])",
    ),
    gated(
        "リポジトリ|レポジトリ|ドメイン",
        r"(?<![A-Za-z0-9@/._-])(?P<name>[A-Za-z0-9-]{3,30})/[A-Za-z0-9_.-]{2,40}(?= ?の?(?:リポジトリ|レポジトリ))",
        r"(?:アドレス|メアド|メルアド|メール)は ?(?P<name>[A-Za-z][A-Za-z0-9_.-]{2,30})[、, ]{1,2}(?:で、?)?ドメイン",
    ),
    gated(
        "[a-z0-9]@",
        r"(?<![A-Za-z0-9._-])(?P<name>[a-z][a-z0-9._-]{3,30}@)(?= ?(?:[がはをにの、」]|$))",
        r"(?<![A-Za-z0-9._-])(?P<name>(?=[a-z0-9]{0,20}[._])[a-z][a-z0-9._-]{3,30}@)(?![A-Za-z0-9])",
    ),
    gated(
        r"[A-Za-z0-9] ?\((?:インスタ|ツイッター|[IiXx]|[Tt]w|[Ff]a|Th|tik|Tik)",
        rf"(?<![A-Za-z0-9._@/-])(?P<name>{_WORD_OF_PARTS}) ?"
        r"\((?:インスタ(?:グラム)?|ツイッター|[Ii]nstagram|[Tt]witter|X|[Ff]acebook|Threads|[Tt]ik[Tt]ok)(?:アカウント|のID)?\)",
    ),
    gated("git@", r"git@[a-z0-9.-]{3,40}:(?P<name>[A-Za-z0-9_.-]{2,40})/"),
    gated("□_", r"(?<=□)_[A-Za-z0-9_.-]{2,30}(?<=[A-Za-z0-9_])"),
    gated("□:", r"□{4,12}:(?P<name>[A-Za-z0-9_.-]{2,40})/[A-Za-z0-9_-]"),
    gated(
        "[A-Za-z0-9][_.-]",
        rf"(?<![A-Za-z0-9._@/-])(?![A-Z-]{{4,40}}(?:さん|様))(?P<name>{_WORD_OF_PARTS}) ?"
        r"(?:さん|様|くん|ちゃん|氏|って(?:人|方|アカ)"
        r"|という(?:人|方|アカ)|のアカ)",
    ),
    gated(
        "[a-z] [A-Za-z0-9_] [A-Za-z0-9_]",
        r"(?<![A-Za-z0-9] )(?<![A-Za-z0-9])[a-z](?: [A-Za-z0-9_]){4,24}(?![A-Za-z0-9])(?! [A-Za-z0-9])",
    ),
    gated(
        "/[A-Za-z~@]",
        r"/(?:users?|u|profile|staff|members?|people|author|creators?|channels?|portfolio|artists?|freelancers?)/"
        rf"{_NO_PROFILE}"
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
