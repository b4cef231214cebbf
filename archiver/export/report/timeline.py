"""Chapter 2: at most 25 dated events, facts only, each with its number or source."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from archiver.chatwork.notation.parse import parse
from archiver.claims.messages import closed_account, first_message, last_reply
from archiver.claims.quotations import excerpts
from archiver.claims.sentences import closed_sign, first_label, missing_text, reply_label
from archiver.claims.table import word
from archiver.evidence.acts_seen_in_lists import ListedStep
from archiver.evidence.tables.events import ChangeRow
from archiver.export.pdf.blocks import Block, Chapter, Paragraph, TableBlock
from archiver.export.report.message_statistics import ReportInput
from archiver.export.report.money import dated_money
from archiver.export.report.people_and_dates import event_text, first_message_cells
from archiver.export.report.report_sources import (
    BY_REPORTER,
    about_text,
    day_of,
    platform_of,
    shorten_line,
    shown,
    value_text,
)
from archiver.records import Act, ActKind, Attachment, CaseSide, Post, contract_facts
from archiver.render.message_body import plain_text
from archiver.render.snippet import one_line
from archiver.render.times import date_text, iso_date, minute_text
from archiver.report_language import say

MAX_LINES = 25
_CUT = 50
_TASK = 3
"""The weight of tasks, which stand in no other chapter."""

_STEPS = {ActKind.TASK_CHANGED: "変更", ActKind.TASK_DONE: "完了", ActKind.TASK_REOPENED: "再開"}
_GAP_WORDS = {
    "保存できなかった期間が生じた": "取得できていない期間(保存できなかった期間)が見つかった",
    "保存できなかった期間が狭まった": "保存できなかった期間のメッセージの一部を、メッセージIDから1件ずつ取得",
    "保存できなかった期間がなくなった": "保存できなかった期間がなくなった",
}
"""What an event about a gap was, as one act a day: a recovery narrows a gap with each message."""

_KINDS = ("入力した日付など{n}件", "変更{n}件", "ファイル{n}件", "タスク{n}件")

CHAT_CLOSED = "チャットが開けなくなった(理由不明)"


class _TimelineLine(NamedTuple):
    weight: int
    """The rank when there are too many lines: those with 0 are kept longest."""
    at: datetime
    what: str
    source: str
    whole_day: bool = False


def chapter(case: ReportInput) -> Chapter:
    """The chapter with its lines in order of time."""
    return Chapter(say("2 時系列"), blocks(case, limit=MAX_LINES), new_page=True)


def blocks(case: ReportInput, *, limit: int) -> tuple[Block, ...]:
    """A table of at most `limit` lines and a count of the rest; of the least important the oldest are left out."""
    changes = {(minute_text(one.at), one.what): one for one in _change_lines(case)}  # a person may be in several chats
    lines = [*_stated_lines(case), *_message_lines(case), *changes.values(), *_act_lines(case)]
    if not lines:
        return (Paragraph(say("記録された日時はありません。")),)
    kept = sorted(lines, key=lambda line: (line.weight, -line.at.timestamp()))[:limit]
    kept.sort(key=lambda line: (line.at, line.weight))  # facts of one day stay in their order: 申請, 承認
    table = TableBlock(
        (say("日時(日本時間)"), say("できごと"), say("根拠")),
        (0, 4, 1),
        tuple((date_text(one.at) if one.whole_day else minute_text(one.at), one.what, one.source) for one in kept),
    )
    if len(lines) <= limit:
        return (table,)
    left = [line for line in lines if line not in kept]
    counts = sorted(Counter(line.weight for line in left).items())
    kinds = say("、").join(say(_KINDS[weight], n=count) for weight, count in counts)
    return (table, Paragraph(say("ここに入らなかったもの: {kinds}。", kinds=kinds), "small"))


MAX_EVENTS, OFFICE_EVENTS = 200, 20
"""Changes that chapter 8 prints at most, and for an office; the others are counted."""


def events_by_time(case: ReportInput) -> list[ChangeRow]:
    """The changes without those of gaps, which chapter 9 has."""
    told = (one for one in case.events if not one.kind.startswith("保存できなかった期間"))
    return sorted(told, key=lambda one: (one.at, one.seq))


def printed_events(case: ReportInput) -> list[ChangeRow]:
    """Those that chapter 8 prints: the newest, for an office those of the other side's messages before all others."""
    sides = case.statistics.side_of
    ranked = sorted(
        events_by_time(case), key=lambda one: case.is_short and sides.get(one.no or 0) is CaseSide.COUNTERPART
    )
    return sorted(ranked[-(OFFICE_EVENTS if case.is_short else MAX_EVENTS) :], key=lambda one: (one.at, one.seq))


def _source(case: ReportInput, chapter: str) -> str:
    return say(chapter) if chapter and case.has_chapters else say("保存した記録")


def _stated_lines(case: ReportInput) -> Iterator[_TimelineLine]:
    contract, platform = case.contract, platform_of(case.contract.platform)
    stated = [
        *((event_text(fact, platform), getattr(contract, fact.name)) for fact in contract_facts.FACTS if fact.event),
        *((say("納品"), delivery.at) for delivery in case.deliveries),
        *dated_money(case),
        *((say("催促を送信"), one.sent_on) for one in contract.reminders),
    ]
    for what, text in stated:
        at = day_of(text)
        if at is not None and text is not None:
            yield _TimelineLine(0, at, what, say(BY_REPORTER), whole_day=len(text) <= len("2026-11-24"))


def _message_lines(case: ReportInput) -> Iterator[_TimelineLine]:
    first, reply = first_message(case.statistics.facts), last_reply(case.statistics.facts)
    if first.value is not None:
        source = first_message_cells(case.statistics)[1]
        more = "" if first.is_whole else say("(それ以前に{missing})", missing=missing_text(first.missing))
        yield _TimelineLine(0, first.value.at, f"{first_label(case.statistics.facts)}{more}", source)
    closed = closed_account(case.statistics.facts).value
    if closed is not None and not any(event.seq == closed.sign.seq for event in case.events):
        what = say("{closed_sign}(確認)", closed_sign=closed_sign(closed))
        yield _TimelineLine(0, closed.sign.at, what, _source(case, "1ページ"))
    if reply.value is not None:
        yield _TimelineLine(0, reply.value.at, reply_label(reply), f"No.{reply.value.no}")


def _change_lines(case: ReportInput) -> Iterator[_TimelineLine]:
    """Lines about changes; those of messages are summed up by day, kind and side, and those of gaps are one act."""
    groups: dict[tuple[str, str, str], list[ChangeRow]] = {}
    printed = frozenset(printed_events(case))
    closed = {room.inaccessible_since for room in case.rooms}
    for event in case.events:
        at, is_gap = datetime.fromisoformat(event.at), event.kind in _GAP_WORDS
        if event.kind == CHAT_CLOSED and at in closed:
            continue  # stated below, as the room is still closed
        if event.no is None and not is_gap:
            before, after = value_text(event, event.before), value_text(event, event.after)
            both = " → ".join(excerpts([before, after], _CUT // 2)) if before and after else ""
            about = both or shorten_line(about_text(event), _CUT)
            what = say("{kind}(確認): {about}", kind=say(event.kind), about=about)
            yield _TimelineLine(1, at, what, _source(case, "第8章" if event in printed else ""))
        else:
            side = None if is_gap else case.statistics.side_of.get(event.no or 0)
            whose = say("{side}の", side=say(side)) if side else ""
            groups.setdefault((iso_date(at), event.kind, whose), []).append(event)
    for (_day, kind, whose), events in groups.items():
        count = len({event.no for event in events})
        changed = say("{whose}メッセージ{count}件 {kind}(確認)", whose=whose, count=count, kind=say(kind))
        chapter = "" if printed.isdisjoint(events) else "第8章"
        what, chapter = (say(_GAP_WORDS[kind]), "第9章") if kind in _GAP_WORDS else (changed, chapter)
        times = [datetime.fromisoformat(event.at) for event in events]
        is_one_act = len(set(map(minute_text, times))) < 2
        yield _TimelineLine(1, times[0], what, _source(case, chapter), whole_day=not is_one_act)
    for room in case.rooms:
        if room.inaccessible_since is not None:
            what = say("チャット(ルームID {room_id})が開けなくなった(理由不明)", room_id=room.room_id)
            yield _TimelineLine(0, room.inaccessible_since, what, _source(case, "第9章"))


def _act_lines(case: ReportInput) -> Iterator[_TimelineLine]:
    """A line for each file with its message, and for each task with its course."""
    posts: dict[str, Post] = {}
    courses: dict[tuple[int, str], list[tuple[ListedStep, Act]]] = {}
    for step, act in zip(case.listed_steps, case.statistics.acts, strict=False):
        if step.kind is ActKind.FILE:
            posts[step.message_id] = act.post
        else:
            courses.setdefault((step.room_id, step.message_id), []).append((step, act))
    for attachment in case.attachments:
        post = posts.get(attachment.message_id)
        source = [attachment.number, *([f"No.{post.no}"] if post is not None and post.no else [])]
        at = attachment.replaced_at or attachment.uploaded_at
        yield _TimelineLine(2, at, _file_text(case, attachment, post), say("、").join(source))
    for course in courses.values():
        step, act = course[0]
        text = excerpts([one_line(plain_text(parse(step.what)))], _CUT)[0]
        head = say("タスク(文面は載せません)") if case.excerpt_only else word(f"act.{step.kind}", what=text)
        steps = [word("noted", text=head, notes=_place_text(case, step, act))]
        steps += [
            word("noted", text=_step_text(case, one), notes=_place_text(case, one, by))
            for one, by in course[1:]
            if one.kind in _STEPS  # a message may give one task to several people
        ]
        number = f"No.{act.post.no}" if act.post.no else say("一覧")
        yield _TimelineLine(_TASK, act.post.at, say("、").join(steps), number)


def _step_text(case: ReportInput, step: ListedStep) -> str:
    """A later step of a task, with the text that it gave it."""
    if not step.before or case.excerpt_only:
        return say(_STEPS[step.kind])
    before, what = excerpts([one_line(plain_text(parse(one))) for one in (step.before, step.what)], _CUT)
    return say(_STEPS[step.kind]) if before == what else word("act.task_reworded", before=before, what=what)


def _place_text(case: ReportInput, step: ListedStep, act: Act) -> str:
    """Who took a step of a task where a reply tells that, its post, and when the list was seen to show it."""
    sent = minute_text(act.post.at)
    inside = [
        *([say(case.side(act.post.account_id))] if act.post.account_id else []),
        *([f"No.{act.post.no}"] if act.post.no else []),
        *([] if act.is_noticed else [sent]),
        *([say("{time}に確認", time=minute_text(step.at))] if act.is_noticed or minute_text(step.at) != sent else []),
    ]
    return say("、").join(inside)


def _file_text(case: ReportInput, attachment: Attachment, post: Post | None) -> str:
    side, name = say(case.side(attachment.account_id)), shown(attachment.name, _CUT)
    if attachment.replaced_at is not None:
        return say("ファイルが差し替えられたことを確認({number} {name})", number=attachment.number, name=name)
    text = say("{side}がファイル({number} {name})を送信", side=side, number=attachment.number, name=name)
    sent = minute_text(attachment.uploaded_at if post is None else post.at)
    differs = sent != minute_text(attachment.uploaded_at)
    return say("{text}(メッセージは{sent})", text=text, sent=sent) if differs else text
