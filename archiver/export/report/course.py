"""What page 1 tells of the course of things: changes that were noticed and the last reply, as facts with a date."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from archiver.evidence.tables.events import ChangeRow
from archiver.export.report.input import ReportInput
from archiver.export.report.request import days_since
from archiver.export.report.statistics import MessageStatistics
from archiver.export.report.truncate import flat
from archiver.records import Message, State
from archiver.render.times import date, stamp

MOST = 8
"""Lines on page 1; chapter 8 has all."""

_STATES = {
    State.DELETED: "「削除」表示に変わった発言",
    State.EDITED: "編集された発言",
    State.MISSING: "表示されなくなった発言(理由不明)",
    State.HIDDEN: "プランの制限で見えなくなった発言",
}
_TURNS = ("表示名が変わった", "参加者の一覧に表示されなくなった")
_CUT = 45


def happened(case: ReportInput, found: MessageStatistics) -> str:
    """One fact a line; of many changes the latest, the others counted."""
    firm = [*_last_reply(case, found), *_states(found), *_closed(case)]
    turns = [_turn(event) for event in case.events if event.kind in _TURNS]
    room = max(0, MOST - len(firm))
    shown = turns[max(0, len(turns) - room) :]
    more = len(turns) - len(shown)
    lines = [*firm, *shown, *([f"ほかの変更 {more}件(第8章)。"] if more else [])]
    return "\n".join(lines) or "変更・削除の記録はありません。"


def _last_reply(case: ReportInput, found: MessageStatistics) -> Iterator[str]:
    last = found.last_reply
    if last is None:
        if found.count:
            yield "相手の発言は、この報告書の範囲にありません。"
        return
    yield f"相手の最後の発言は {stamp(last.send_time)}(No.{last.no})。{_silence(case, last)}"


def _silence(case: ReportInput, last: Message) -> str:
    """How long nothing more came, as far as anybody looked."""
    at = case.known_until
    if at is None or at < last.send_time:
        return ""
    return f"それから{days_since(last.send_time, at)}日({date(at)} に確認した時点)。"


def _states(found: MessageStatistics) -> Iterator[str]:
    for state, words in _STATES.items():
        if found.states[state]:
            yield f"{words} {found.states[state]}件({authors(found, state)}。第8章)。"


def authors(found: MessageStatistics, state: State) -> str:
    """Whose the messages in a state are, which says nothing of who changed them."""
    sides = [(side, found.sides[state, side]) for side in ("相手", "報告者", "参加者")]
    return "、".join(f"{side}の発言 {count}件" for side, count in sides if count)


def _closed(case: ReportInput) -> Iterator[str]:
    """Chats that cannot be opened any more; many are one line."""
    since = sorted(room.inaccessible_since for room in case.rooms if room.inaccessible_since)
    if since:
        many = f"{len(since)}つの" if len(since) > 1 else ""
        yield f"{stamp(since[0])} {many}チャットが開けなくなっていることを確認(理由不明)。"


def _turn(event: ChangeRow) -> str:
    about = f"{event.before} → {event.after}" if event.before and event.after else event.after or event.about
    return f"{date(datetime.fromisoformat(event.at))} {event.kind}: {flat(about, _CUT)}"
