"""The patterns for handles of accounts: addresses of profiles, names behind a messenger's, and what stands behind @.

They are for text of one width (NFKC). Every repetition has a bound. What else may be a handle is only marked, as a
word of no chat.
"""

from __future__ import annotations

import functools
import re

from archiver.export.mask.kinds import any_of
from archiver.platforms.job_platform import platforms

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
_NAME = "(?P<name>@?(?=[0-9_.-]{0,20}[A-Za-z])[A-Za-z0-9_][A-Za-z0-9_.-]{2,40})"
_NAME_WITH_SIGN = "(?P<name>(?=[A-Za-z0-9.-]{0,30}[0-9_])[A-Za-z][A-Za-z0-9_.-]{3,40})"
"""A name with a digit or an underscore, which ordinary words lack."""
_NAME_OF_PARTS = "(?P<name>(?=[A-Za-z0-9]{1,30}[_.-])[A-Za-z][A-Za-z0-9_.-]{1,39}[A-Za-z0-9_])(?![A-Za-z0-9_])"
"""The last part of such a name alone, before a title, would look like a whole one."""


@functools.cache
def compiled(patterns: tuple[str, ...]) -> tuple[re.Pattern[str], ...]:
    """The patterns, compiled when first needed, as the names of the platforms and where profiles stand there are."""
    known = [one for one in platforms().values() if one.profile]
    names, profiles = any_of(one.name for one in known), any_of(one.profile for one in known)
    return tuple(re.compile(one.replace("<platforms>", names).replace("<profiles>", profiles)) for one in patterns)


HANDLES = (
    rf"(?<![A-Za-z0-9.-])(?:(?:www|m|mobile)\.)?(?:{_SITES}|<profiles>)/{_NO_PROFILE}(?P<name>[@~]?[A-Za-z0-9_.%-]{{2,60}})",
    rf"/(?:users?|profile|members?|staff|people)/{_NO_PROFILE}(?P<name>[A-Za-z0-9_-]{{3,40}})",
    r"/[~@](?P<name>[A-Za-z0-9_.-]{2,40})",
    rf"(?:{_MESSENGERS}|<platforms>) ?の? ?{_ACCOUNT_WORD}[^A-Za-z0-9_@\n。]{{0,6}}{_NAME}",
    rf"(?:{_MESSENGERS}|<platforms>) ?(?:[:=→]|は|が)[ 、「]{{0,2}}(?=[@A-Za-z_]){_NAME}",
    rf"(?:{_MESSENGERS}|<platforms>)(?:[^A-Za-z0-9_\n。]{{0,12}}[:=→])? ?{_NAME_WITH_SIGN}",
    r"(?<![A-Za-z0-9._%+/-])@[A-Za-z0-9_][A-Za-z0-9_.-]{1,29}(?<=[A-Za-z0-9_])(?![A-Za-z0-9@])",
    rf"{_ACCOUNT_WORD}(?:は|が|[:=→]) ?[「]?@?{_NAME_WITH_SIGN}",
    rf"(?<![A-Za-z0-9._@/-]){_NAME_OF_PARTS} ?(?:さん|様|くん|ちゃん|氏)",
    r"(?<![A-Za-z0-9#_])(?:[A-Za-z0-9_.]{2,32}#[0-9]{4}(?![0-9])|(?:live|id):[A-Za-z0-9_.-]{3,50})",
)
