"""The events on page 1 of the report: the last reply and the changes that were noticed, as facts with a date."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from archiver.evidence.tables.events import ChangeRow
from archiver.export.report.input import ReportInput
from archiver.export.report.request_to_office import days_since
from archiver.export.report.statistics import MessageStatistics
from archiver.export.report.truncation import shorten_line
from archiver.records import Message, State
from archiver.render.times import iso_date, local_time

MAX_LINES = 8
"""Lines on page 1 at most; chapter 8 has all changes."""

_STATES = {
    State.DELETED: "「削除」表示に変わった発言",
    State.EDITED: "編集された発言",
    State.MISSING: "表示されなくなった発言(理由不明)",
    State.HIDDEN: "プランの制限で見えなくなった発言",
}
_TURNS = ("表示名が変わった", "参加者の一覧に表示されなくなった")
_CUT = 45


def events_text(case: ReportInput, statistics: MessageStatistics) -> str:
    """The events, one fact a line; of many changes the latest, and a count of the others."""
    fixed_lines = [*_last_reply_line(case, statistics), *_state_lines(statistics), *_closed_line(case)]
    changes = [_change_line(event) for event in case.events if event.kind in _TURNS]
    space = max(0, MAX_LINES - len(fixed_lines))
    shown_changes = changes[max(0, len(changes) - space) :]
    more = len(changes) - len(shown_changes)
    lines = [*fixed_lines, *shown_changes, *([f"ほかの変更 {more}件(第8章)。"] if more else [])]
    return "\n".join(lines) or "変更・削除の記録はありません。"


def _last_reply_line(case: ReportInput, statistics: MessageStatistics) -> Iterator[str]:
    last = statistics.last_reply
    if last is None:
        if statistics.count:
            yield "相手の発言は、この報告書の範囲にありません。"
        return
    yield f"相手の最後の発言は {local_time(last.send_time)}(No.{last.no})。{_silence_text(case, last)}"


def _silence_text(case: ReportInput, last: Message) -> str:
    """How long no reply came after the last one, up to the last reading; empty if no reading is later."""
    at = case.known_until
    if at is None or at < last.send_time:
        return ""
    return f"それから{days_since(last.send_time, at)}日({iso_date(at)} に確認した時点)。"


def _state_lines(statistics: MessageStatistics) -> Iterator[str]:
    for state, words in _STATES.items():
        if statistics.states[state]:
            yield f"{words} {statistics.states[state]}件({authors_text(statistics, state)}。第8章)。"


def authors_text(statistics: MessageStatistics, state: State) -> str:
    """How many of the messages in a state each side wrote, which says nothing about who changed them."""
    sides = [(side, statistics.sides[state, side]) for side in ("相手", "報告者", "参加者")]
    return "、".join(f"{side}の発言 {count}件" for side, count in sides if count)


def _closed_line(case: ReportInput) -> Iterator[str]:
    """The chats that are no longer accessible, in one line."""
    since = sorted(room.inaccessible_since for room in case.rooms if room.inaccessible_since)
    if since:
        many = f"{len(since)}つの" if len(since) > 1 else ""
        yield f"{local_time(since[0])} {many}チャットが開けなくなっていることを確認(理由不明)。"


def _change_line(event: ChangeRow) -> str:
    about = f"{event.before} → {event.after}" if event.before and event.after else event.after or event.about
    return f"{iso_date(datetime.fromisoformat(event.at))} {event.kind}: {shorten_line(about, _CUT)}"
