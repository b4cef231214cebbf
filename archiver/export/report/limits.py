"""Chapter 9, always printed: what could not be saved, and what this kind of record cannot hold."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from functools import partial

from archiver.claims.messages import first_message
from archiver.claims.words import change_lines, sources_text
from archiver.evidence.tables.events import ChangeRow
from archiver.export.pdf.blocks import Chapter
from archiver.export.report import templated
from archiver.export.report.input import NEVER_READ, RefusedMessage, ReportInput
from archiver.export.report.message_block import gap_line
from archiver.export.report.statistics import MessageStatistics
from archiver.records import ChangeKind, Conversation, ObservedBy, Pause
from archiver.render.gap_breaks import (
    PAUSE,
    all_pauses,
    closing_pauses,
    interval_text,
    no_pauses_text,
    pause_lines,
    usual_interval_lines,
)
from archiver.render.snippet import unsealed_sentence
from archiver.render.times import iso_date, local_time
from archiver.report_language import say

MAX_NAMED = 40
"""Files listed one by one; the others are counted."""

_TRUNCATED_LISTS = {"files": "ファイル", "open": "未完了のタスク", "done": "完了したタスク"}
"""The lists that Chatwork may truncate, by their names in `ReportInput.truncated_lists`."""


def chapter(case: ReportInput, statistics: MessageStatistics) -> Chapter:
    """The chapter as a list of sentences."""
    refused = () if case.period else case.refused
    (limits,) = templated.chapters(
        "report_limits.txt",
        case,
        statistics,
        never=NEVER_READ,
        earlier_text=partial(_earlier_text, statistics),
        closing_pauses=closing_pauses,
        interval_text=interval_text,
        gaps=[(room.room_id, gap) for room in case.rooms for gap in room.gaps],
        gap_line_of=gap_line,
        singly=sources_text(statistics.facts, kinds=(ObservedBy.SINGLE, ObservedBy.RECOVERED)),
        pauses=_pause_lines(case, statistics),
        wrong_clocks=case.wrong_clocks[-MAX_NAMED:],
        more_clocks=len(case.wrong_clocks) - MAX_NAMED,
        doubtful_dates=case.doubtful_dates[-MAX_NAMED:],
        span_text=_span_text,
        lacking=[one for one in case.attachments if one.sha256 is None],
        named=MAX_NAMED,
        more=[
            *([unsealed_sentence(case.unsealed)] if case.unsealed else []),
            *case.put_back_databases,
            *case.erasures,
        ],
        refused=Counter(one.room_id for one in case.refused).items() if case.period else (),
        truncated=[(room, say(_TRUNCATED_LISTS[kind])) for room, kind in case.truncated_lists],
        hidden=[
            line
            for kind, line in change_lines(statistics.facts.changed)
            if kind in (ChangeKind.HIDDEN, ChangeKind.MISSING)
        ],
        refusals=_refusal_rows(refused),
        refusal_count=len(refused),
    )
    return limits


def _earlier_text(statistics: MessageStatistics, begun: datetime) -> str:
    """What is known from before the saving; nothing where it is proved that nothing is missing before the first."""
    first = statistics.first
    if first is None or first.send_time >= begun or first_message(statistics.facts).is_whole:
        return ""
    return say("それ以前のメッセージは、取得できた {sent} 以降に限ります。", sent=local_time(first.send_time))


def important_pauses(
    rooms: Sequence[Conversation], events: Iterable[ChangeRow], sent: Iterable[datetime] = ()
) -> frozenset[Pause]:
    """The pauses to name: the longest, and those that may hold a change or the sending of one of these messages."""
    changes = [
        (datetime.fromisoformat(event.last_before), datetime.fromisoformat(event.at))
        for event in events
        if event.last_before is not None
    ]
    times = [*changes, *((at, at) for at in sent)]
    return frozenset().union(*(named_pauses(room.pauses, times, room.watch.outstanding) for room in rooms))


def _pause_lines(case: ReportInput, statistics: MessageStatistics) -> Iterator[str]:
    yield from usual_interval_lines([(room.room_id, room.watch) for room in case.rooms])
    lines = list(pause_lines(case.rooms, important_pauses(case.rooms, case.events, statistics.chosen_times)))
    if lines or (case.begun_at is not None and not all_pauses(case.rooms, case.ends_at)):
        yield from lines or [f"{say(PAUSE)}: {no_pauses_text(room.watch for room in case.rooms)}"]


def _span_text(span: timedelta) -> str:
    """A difference of clocks in its largest unit: `およそ9時間`."""
    seconds = abs(round(span.total_seconds()))
    for words, unit in (("およそ{n}日", 86_400), ("およそ{n}時間", 3_600), ("およそ{n}分", 60)):
        if seconds >= unit:
            return say(words, n=round(seconds / unit))
    return say("およそ{n}秒", n=seconds)


REFUSALS = {"unreadable": "「見つからない」(404)と応答。理由は分かりません", "hidden": "プランの制限で見えないと応答"}
"""How Chatwork refused a message that was asked for by its id."""


def _refusal_rows(refused: Iterable[RefusedMessage]) -> list[tuple[str, ...]]:
    """Every known id of a message that Chatwork did not give, those of a room and day in one row, two on a line."""
    groups: dict[tuple[int, str, str], list[str]] = {}
    for one in refused:
        day = iso_date(datetime.fromisoformat(one.at))
        groups.setdefault((one.room_id, day, one.how), []).append(str(one.message_id))
    return [
        (
            str(room),
            day,
            say(REFUSALS[how]),
            say("{n:,}件", n=len(ids)),
            say("、\n").join(say("、").join(ids[start : start + 2]) for start in range(0, len(ids), 2)),
        )
        for (room, day, how), ids in sorted(groups.items())
    ]


LONGEST = 10
"""The longest pauses that are named, as far as they are longer than usual."""


def named_pauses(
    pauses: Iterable[Pause], changes: Iterable[tuple[datetime, datetime]], longer_than: timedelta = timedelta()
) -> frozenset[Pause]:
    """The longest pauses of a room, and every one in which one of these changes may have happened.

    The others are summed up. In a room that is usually looked at so rarely that every interval is a pause, only those
    stand out that are longer than some intervals, and the longest of all, which page 1 tells. A change is the time up
    to which the state before was seen and the time from which the new one was seen; a message that matters is a change
    at the time it was sent.
    """
    ordered = sorted(set(pauses), key=lambda one: (one.end - one.start, one.start), reverse=True)
    times = list(changes)
    return frozenset(
        one
        for place, one in enumerate(ordered)
        if (place < LONGEST and one.end - one.start > longer_than)
        or not place
        or any(before < one.end and after > one.start for before, after in times)
    )
