"""The words of a platform and of the changes on it, in the language of the report."""

from __future__ import annotations

import re
from dataclasses import fields, replace
from typing import Any

from archiver.evidence.tables.events import CANCELLATION, ROOM_TYPES, ChangeRow
from archiver.platforms import job_platform
from archiver.platforms.job_platform import Platform
from archiver.records import Contract
from archiver.report_language import is_english, say

_NO_WORDS = frozenset({"address", "contact", "rule"})
"""Facts of a platform that a report does not print."""

_IDS = re.compile("(ルームID|アカウントID|タスクID|ファイルID|メッセージの日時) ")

_GAP = re.compile(
    r"(?P<after>m[0-9]+|チャットの始まり|期間外のメッセージ)から(?P<before>m[0-9]+|期間外のメッセージ)の間"
    r"\((?:件数不明|(?P<about>およそ)?(?P<count>[0-9]+)件)\)"
)
"""Between which messages something is missing, as the tables say it (`evidence.tables.events`)."""


def platform_of(name: str | None) -> Platform:
    """The platform of a contract with its words in the language of the report; rules and addresses as they are."""
    platform = job_platform.platform_of(name)
    if not is_english():
        return platform
    texts = {one.name: getattr(platform, one.name) for one in fields(platform) if one.name not in _NO_WORDS}
    words: dict[str, Any] = {name: say(text) for name, text in texts.items() if isinstance(text, str)}
    deadlines = tuple(
        replace(one, name=say(one.name), source=replace(one.source, title=say(one.source.title)))
        for one in platform.deadlines
    )
    return replace(platform, deadlines=deadlines, **words)


def side_text(platform: Platform) -> str:
    """The platform as a side: 「クラウドワークス側」."""
    return platform.elsewhere or say("{name}側", name=platform.name)


def on_text(platform: Platform) -> str:
    """The platform before a time: 「クラウドワークス上」; empty without one."""
    return "" if platform.elsewhere else say("{name}上", name=platform.name)


def delivery_text(platform: Platform) -> str:
    """A delivery by the place that the reporter states: the platform; without one no place is stated."""
    return say("納品") if platform.elsewhere else say("{name}での納品", name=platform.name)


def other_text(contract: Contract) -> str:
    """What the other side is called: by its role where the reporter stated theirs."""
    platform = platform_of(contract.platform)
    return {None: say("相手"), "client": platform.worker}.get(contract.side, platform.client)


def reporter_text(contract: Contract) -> str:
    """What the reporter is called, with their role where they stated it."""
    platform = platform_of(contract.platform)
    if contract.side is None:
        return say("報告者")
    role = {"client": platform.client, "subcontractor": say("{worker}、再委託", worker=platform.worker)}
    return say("報告者({role})", role=role.get(contract.side, platform.worker))


def kind_text(event: ChangeRow) -> str:
    """What happened in a change."""
    return say(event.kind)


def about_text(event: ChangeRow) -> str:
    """What a change is about: ids with their words, names as they are."""
    gap = _GAP.fullmatch(event.about) if is_english() else None
    if gap is not None:
        about, count = gap["about"], gap["count"]
        missing = say("件数不明") if count is None else say("およそ{n}件", n=count) if about else say("{n}件", n=count)
        return say(
            "{after}から{before}の間({missing})", after=say(gap["after"]), before=say(gap["before"]), missing=missing
        )
    return _IDS.sub(lambda found: f"{say(found[1])} ", event.about) if is_english() else event.about


def value_text(event: ChangeRow, value: str) -> str:
    """What stood before or after a change; a text or a name stays as it was."""
    if event.kind == CANCELLATION:
        return _IDS.sub(lambda found: f"{say(found[1])} ", value) if is_english() else value
    return say(value) if value == DELETED or value in ROOM_TYPES.values() else value


DELETED = "(「削除」表示)"
"""What stands in the tables for a text that Chatwork shows as deleted."""
