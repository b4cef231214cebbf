"""The facts of a conversation in words, for the head of its pages and for the index."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from html import escape
from itertools import groupby

from archiver.chatwork.notation.parse import parse
from archiver.records import Conversation, State
from archiver.render.gap_breaks import gap_text, gap_title, pause_text
from archiver.render.invisible_characters import visible
from archiver.render.message_body import References, html
from archiver.render.message_html import STATES
from archiver.render.page_buffer import PageBuffer, day_anchor
from archiver.render.page_templates import Day, IndexLine, Month, PageHead
from archiver.render.times import day_of_month, local_time, month_text
from archiver.render.unsaved_direct_chats import other_chat_texts
from archiver.report_language import say


def page_head(conversation: Conversation, pages: Sequence[PageBuffer], states: Mapping[State, int]) -> PageHead:
    """The facts at the head of every page of a conversation."""
    saved_count = sum(1 for one in conversation.attachments if one.sha256 is not None)
    owner = conversation.people.get(conversation.owner_id)
    owner_name = visible(owner.names[-1]) if owner and owner.names else ""
    return PageHead(
        contract=visible(conversation.contract),
        room_id=conversation.room_id,
        room_name=visible(conversation.room_name),
        period=_period_text(pages[0].times, pages[-1].times),
        messages=_count_text(states),
        files=say("{n:,}点のうち{saved_count:,}点を保存済み", n=len(conversation.attachments), saved_count=saved_count),
        gaps=_gaps_text(conversation),
        owner=f"{owner_name}{say('(ID {id})', id=conversation.owner_id)}",
        read_at=local_time(conversation.read_at),
        inaccessible=_inaccessible_text(conversation.inaccessible_since),
    )


def ending_html(inaccessible_since: datetime | None, *, empty: bool) -> str:
    """The notes after the last message, as HTML: no messages saved, chat no longer accessible."""
    parts = []
    if empty:
        parts.append(f'<p class="note">{say("この期間に、保存されたメッセージはありません。")}</p>\n')
    if inaccessible_since is not None:
        text = escape(_inaccessible_text(inaccessible_since))
        parts.append(f'<div class="break" role="note"><p><b>{say("開けなくなった(理由不明)")}</b> {text}</p></div>\n')
    return "".join(parts)


def index_line(page: PageBuffer) -> IndexLine:
    """The line of a page in the index."""
    first, last = page.numbers
    return IndexLine(
        page.name, f"No.{first} - {last}" if page.count else "", _period_text(page.times, page.times), page.count
    )


def days(page: PageBuffer) -> list[Day]:
    """The days that have messages on a page, with links and counts."""
    return [Day(day_of_month(iso), f"{page.name}#{day_anchor(iso)}", count) for iso, count in page.days.items()]


def months(pages: Sequence[PageBuffer]) -> list[Month]:
    """The days of all pages by month; each links to the page where it begins."""
    places: dict[str, str] = {}
    counts: Counter[str] = Counter()
    for page in pages:
        counts.update(page.days)
        for iso in page.days:
            places.setdefault(iso, f"{page.name}#{day_anchor(iso)}")
    return [
        Month(month_text(name), [Day(day_of_month(iso), places[iso], counts[iso]) for iso in isos])
        for name, isos in groupby(sorted(places), key=lambda iso: iso[:7])
    ]


def description_html(conversation: Conversation, references: References) -> str:
    """The room's description as HTML; notation is active in it."""
    return html(parse(conversation.description), references)


def people(conversation: Conversation) -> list[str]:
    """A line for each person of the conversation, with every name they had, oldest first."""
    return [
        f"{' → '.join(visible(name) for name in person.names)}{say('(ID {id})', id=person.account_id)}"
        + (say(" 報告者") if person.account_id == conversation.owner_id else "")
        for _, person in sorted(conversation.people.items())
    ]


def coverage(conversation: Conversation) -> list[str]:
    """Lines about the covered periods, the gaps, the pauses between readings and the chats that are not saved."""
    covered = [
        say("保存できている期間: {start} から {end} まで", start=local_time(period.start), end=local_time(period.end))
        for period in conversation.covered
    ]
    gaps = [f"{gap_title(gap)}: {visible(gap_text(gap))}" for gap in conversation.gaps]
    pauses = [
        say("確認していない時間帯: {pause}", pause=pause_text(pause, conversation.gaps))
        for pause in conversation.pauses
    ]
    return [*covered, *gaps, *pauses, *other_chat_texts(conversation.other_chats)] or [say("記録がありません")]


def _period_text(first: tuple[datetime, datetime] | None, last: tuple[datetime, datetime] | None) -> str:
    if first is None or last is None:
        return say("メッセージなし")
    return say("{first} から {last} まで", first=local_time(first[0]), last=local_time(last[1]))


_COUNTED = dict(STATES) | {State.DELETED: "「削除」表示"}
"""What is counted by state: of deletions, those that had come before the saving too."""


def _count_text(states: Mapping[State, int]) -> str:
    total = sum(states.values())
    special = [f"{say(label)} {states.get(state, 0):,}" for state, label in _COUNTED.items()]
    return say("{total:,}件(うち {join})", total=total, join=say("、").join(special))


def _gaps_text(conversation: Conversation) -> str:
    titles = [gap_title(gap) for gap in conversation.gaps]
    return say("、").join(
        say("{title} {count}か所", title=title, count=titles.count(title)) for title in dict.fromkeys(titles)
    ) or say("なし")


def _inaccessible_text(since: datetime | None) -> str:
    if since is None:
        return ""
    return say(
        "{since} に、このチャットが開けなくなっていることを確認しました。それまでに保存した内容は残っています。",
        since=local_time(since),
    )
