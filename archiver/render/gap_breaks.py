"""Gaps and pauses → visible breaks, each at its place between the messages of a transcript.

A gap is a period whose messages could not be saved, a pause a period without any reading.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from gettext import gettext as _
from html import escape
from math import ceil
from typing import NamedTuple

from archiver.records import LONG_AGO, Conversation, Gap, Message, MessageId, Pause, Period, Watch
from archiver.records.conversation import posted_at
from archiver.render.invisible_characters import visible
from archiver.render.times import dated_moment, local_time, time_from_id
from archiver.report_language import is_english, say

GAP = "保存できなかった期間"
FIRST_GAP = "一覧では取得できなかった期間"
ERASED_GAP = "報告者が消去したメッセージ"
PAUSE = "確認していない時間帯"

_REASONS = {
    "window": "前回の取得から次の取得までに、一覧で一度に取得できる100件を超えるメッセージがあったためです。",
    "first_sync": "保存を始めた時点で、一覧で取得できるのは最新の100件までのためです。",
    "inaccessible": "この間にチャットを開けない時間があり、"
    "次に取得できた一覧(最新の100件まで)に入らないメッセージがあったためです。",
    "list": "一覧に、保存済みのメッセージが表示されなかったためです(理由不明)。"
    "そのため、抜けがないことを確かめられません。",
    "plan": "Chatworkのプランの制限により、表示されなかったためです。",
}
USUAL_FROM = 10
"""So many looks show how far apart they usually are."""

_DAY = timedelta(days=1)
_ERASED_REASON = "保存した後に、報告者が自分の保管庫から消去しました。内容は残っていません。"


class GapEnd(NamedTuple):
    """The end of a gap inside which messages were saved after all."""

    gap: Gap


class GapBreaks:
    """The breaks of a conversation in the order of its messages, as HTML or as what they are."""

    def __init__(self, gaps: Iterable[Gap], pauses: Iterable[Pause]) -> None:
        """Take the gaps and pauses of one room."""
        self._gaps = sorted(gaps, key=lambda gap: (_after_id(gap), int(gap.before), gap.number))
        self._pauses = sorted(pauses, key=lambda pause: (pause.start, pause.end))
        self._every_gap = tuple(self._gaps)
        self._entered: list[Gap] = []

    def before(self, message: Message) -> Iterator[str]:
        """The breaks to be shown directly before this message."""
        return map(self._html, self.due(message))

    def rest(self) -> Iterator[str]:
        """The breaks after the last message."""
        return map(self._html, self.left())

    def due(self, message: Message) -> Iterator[Pause | Gap | GapEnd]:
        """What stands directly before this message."""
        number = int(message.message_id)
        while self._pauses and self._pauses[0].start <= message.send_time:
            yield self._pauses.pop(0)
        ended = [gap for gap in self._entered if int(gap.before) <= number]
        for gap in ended:
            self._entered.remove(gap)
            yield GapEnd(gap)
        while self._gaps and _after_id(self._gaps[0]) < number:
            gap = self._gaps.pop(0)
            yield gap
            if number < int(gap.before):  # messages inside it were saved after all
                self._entered.append(gap)

    def left(self) -> Iterator[Pause | Gap | GapEnd]:
        """What stands after the last message."""
        yield from self._pauses
        yield from map(GapEnd, self._entered)
        yield from self._gaps
        self._pauses, self._entered, self._gaps = [], [], []

    def _html(self, one: Pause | Gap | GapEnd) -> str:
        if isinstance(one, Pause):
            text = escape(pause_text(one, self._every_gap))
            return f'<li class="gap small"><p><b>{pause_title(one)}</b> {text}</p></li>\n'
        if isinstance(one, Gap):
            return f'<li class="gap" id="gap{one.number}"><p><b>{gap_title(one)}</b> {escape(gap_text(one))}</p></li>\n'
        end = f" {local_time(one.gap.end)}" if one.gap.end else ""
        title = say("{gap}の終わり", gap=gap_title(one.gap))
        note = say("上のメッセージは、後から1件ずつ取得できたものです")
        return f'<li class="gap small"><p><b>{title}</b>{end} ({note})</p></li>\n'


def pause_title(pause: Pause) -> str:
    """The title of a time without a look."""
    return say("チャットを開けなかった時間帯") if pause.is_refused else say(PAUSE)


def gap_sentence(gaps: Sequence[Gap], now: datetime) -> str:
    """From when to when messages are missing, and about how many; of several gaps in all."""
    starts, ends = [one.start or posted_at(int(one.after or 0)) for one in gaps], [one.end for one in gaps]
    start, end = min(filter(None, starts), default=None), max(filter(None, ends), default=None)
    counts = [one.missing for one in gaps]
    n = "" if None in counts else f"{sum(filter(None, counts)):,}"
    if all(one.after is None for one in gaps):
        sentence = _("Messages before {end} are not saved yet, about {n}.") if n else _(
            "Messages before {end} are not saved yet."
        )  # fmt: skip
    else:
        sentence = _("Messages between {start} and {end} are not saved, about {n}.") if n else _(
            "Messages between {start} and {end} are not saved; how many is not known."
        )  # fmt: skip
    words = (_("a time that is not known") if at is None else dated_moment(at, now) for at in (start, end))
    return sentence.format(n=n, **dict(zip(("start", "end"), words, strict=True)))


def gap_title(gap: Gap) -> str:
    """The title of a gap."""
    if gap.is_erased:
        return say(ERASED_GAP)
    return say(FIRST_GAP) if gap.reason == "first_sync" else say(GAP)


def gap_text(gap: Gap) -> str:
    """Both ends of a gap, the estimated number of missing messages and the reason, in words."""
    ends = _ends_text(gap)
    if gap.is_erased:
        start, end = _end_text(gap.start, gap.after), _end_text(gap.end, gap.before)
        period = say("{start} から {end} まで{ends}の{n:,}件。", start=start, end=end, ends=ends, n=gap.missing or 0)
        return period + say(_ERASED_REASON)
    start = f"{_end_text(gap.start, gap.after)} " if gap.start or gap.after else say("チャットの始まり")
    end = _end_text(gap.end, gap.before)
    if gap.missing is None:
        count = say("件数は分かりません。")
    else:
        count = say("Chatworkの表示する件数との差から、およそ{missing:,}件と見積もられます。", missing=gap.missing)
    reason = gap_reason(gap)
    return say(
        "{start}から {end} まで{ends}。{count}{reason}",
        start=start,
        end=end,
        ends=ends,
        count=count,
        reason=reason,
    )


def gap_reason(gap: Gap) -> str:
    """Why the messages are missing, in a sentence."""
    reason = _REASONS.get(gap.reason)
    return say("理由: {reason}", reason=visible(gap.reason)) if reason is None else say(reason)


def _ends_text(gap: Gap) -> str:
    """The messages at both ends in brackets; empty where one of them is not to be named."""
    if gap.is_partly_outside:
        return ""
    if gap.after is None:
        return say("(メッセージID {before} より前)", before=gap.before)
    return say("(メッセージID {after} と メッセージID {before} の間)", after=gap.after, before=gap.before)


def _end_text(at: datetime | None, message: MessageId | None) -> str:
    """One end of a gap: its time, or else the time derived from the message id."""
    if at is not None:
        return local_time(at)
    return (time_from_id(int(message)) if message is not None else None) or say("時刻不明")


def pause_text(pause: Pause, gaps: Sequence[Gap]) -> str:
    """The period of a pause and what may be lost: earlier texts only, unless a gap lies in the same time."""
    period = _period_text(pause)
    touching = [gap for gap in gaps if not gap.is_erased and overlaps(pause, gap.start, gap.end)]
    if touching:
        lost = say("ものがあります") if any(gap.missing != 0 for gap in touching) else say("ものがあるかもしれません")
        return say(
            "{period}この間のメッセージには、保存できていない{lost}(「保存できなかった期間」の表示を見てください)。"
            "この間に書かれて変えられたメッセージの元の文面と、この間に重ねて変えられた途中の文面も、分かりません。",
            period=period,
            lost=lost,
        )
    return say(
        "{period}メッセージは後で取得済み。この間に書かれ、この間に変えられた、または消されたメッセージの元の文面と、この間に重ねて変えられた途中の文面は、分かりません。",
        period=period,
    )


def _period_text(pause: Pause) -> str:
    form = "{start} から {end} まで。"
    if pause.is_refused:
        form = "{start} にチャットが開けなくなっていることを確認し、{end} に再び開けました(理由不明)。"
    return say(form, start=local_time(pause.start), end=local_time(pause.end))


def pause_lines(rooms: Sequence[Conversation], named: Collection[Pause]) -> Iterator[str]:
    """Lines about the pauses: those of `named` one by one, the others summed up, with room ids where rooms differ.

    What may be lost is said once for all for which it is the same.
    """
    told: set[str] = set()
    rooms_of: dict[tuple[Pause, str], list[str]] = {}
    for room in rooms:
        for pause in room.pauses:
            rooms_of.setdefault((pause, pause_text(pause, room.gaps)), []).append(str(room.room_id))
    ordered = sorted(rooms_of, key=lambda one: (one[0].start, one[0].end))
    times = shared_pauses(pause for pause, _text in ordered if not pause.is_refused)
    others = [one[-1] for one in times if not any(pause in named for pause in one)]
    for pause, text in ordered:
        if pause in named or pause.is_refused:
            room_ids = rooms_of[pause, text]
            name = "" if len(room_ids) == len(rooms) else say("ルームID {join}: ", join=say("、").join(room_ids))
            period = _period_text(pause)
            lost = text.removeprefix(period)
            yield f"{pause_title(pause)}: {name}{period}{say('(上と同じです)') if lost in told else lost}"
            told.add(lost)
    if others:
        together = interval_text(sum((one.end - one.start for one in others), timedelta()))
        yield say("{pause}: ほかに{n}回(合計およそ{together})。", pause=say(PAUSE), n=len(others), together=together)


def closing_pauses(room: Conversation, end: datetime | None = None, now: datetime | None = None) -> Iterator[Pause]:
    """The time from the last list of a room to the moment at which it could not be opened, if it counts as a pause.

    `end`: that of the period told, after which nothing counts; None: it has none. `now`: to which it counts while the
    room can be opened.
    """
    last, since = room.watch.last, room.inaccessible_since or now
    limit = room.watch.limit if room.inaccessible_since else LONG_AGO
    if last is not None and since is not None and since - last > limit and (end is None or last < end):
        yield Pause(last, since)


def all_pauses(rooms: Iterable[Conversation], end: datetime | None, now: datetime) -> list[Pause]:
    """The longest pause of each time in these rooms, at their ends too; `end` and `now` as in `closing_pauses`."""
    pauses = {pause for room in rooms for pause in (*room.pauses, *closing_pauses(room, end, now))}
    return [times[-1] for times in shared_pauses(one for one in pauses if not one.is_refused)]


def refusal_text(rooms: Iterable[Conversation]) -> str:
    """The longest time in which a chat could not be opened that was opened again later; empty if there is none."""
    refused = [pause for room in rooms for pause in room.pauses if pause.is_refused]
    if not refused:
        return ""
    times = [one[-1] for one in shared_pauses(refused)]
    longest = _period_text(max(times, key=lambda one: (one.end - one.start, one.start)))
    more = say("ほかに{n}回。", n=len(times) - 1) if times[1:] else ""
    return f"{longest}{more}{say('その間に書かれ、その間に編集・削除された文面は分かりません。')}"


def shared_pauses(pauses: Iterable[Pause]) -> list[list[Pause]]:
    """The times without a look: the pauses that share a moment, those of several rooms too, the longest last.

    Rooms are read one after the other, so that one time away begins and ends at another second in each.
    """
    times: list[list[Pause]] = []
    for pause in sorted(pauses, key=lambda one: one.end):
        if not times or pause.start >= times[-1][0].end:
            times.append([])
        times[-1].append(pause)
    return [sorted(one, key=lambda pause: (pause.end - pause.start, pause.start)) for one in times]


def usual_interval_lines(watches: Sequence[tuple[int, Watch]]) -> Iterator[str]:
    """How far apart the looks at each room usually were, and what counts as a pause; one line where rooms agree.

    Of fewer looks than ten nobody can say what is usual.
    """
    rooms_of: dict[str, list[str]] = {}
    for room, watch in watches:
        if watch.usual is not None and watch.looks >= USUAL_FROM:
            text = say(
                "おおむね{usual}ごと。{limit}を超えて確認のない時間を{pause}とします{rarely}。{noticing}",
                rarely=say("(ふだんの間隔のほうが長いので、ふだんどおりの間隔も数えます)")
                if watch.usual > watch.limit
                else "",
                usual=interval_text(watch.usual),
                limit=interval_text(watch.limit),
                pause=say(PAUSE),
                noticing=_noticing_text(watch),
            )
            rooms_of.setdefault(text, []).append(str(room))
    for text, rooms in rooms_of.items():
        name = "" if len(rooms) == len(watches) else say("ルームID {join}: ", join=say("、").join(rooms))
        yield say("ふだんの確認の間隔: {name}{text}", name=name, text=text)


def _noticing_text(watch: Watch) -> str:
    """How long a change could stay unnoticed between two looks; nothing where that is no usual time."""
    if not watch.longest or (watch.usual is not None and watch.usual > watch.limit):
        return ""
    longest = interval_text(watch.longest)
    return say(
        "それ以外では、一覧にあるメッセージ(最新の100件)の編集・削除に気づくまで最長{longest}でした。", longest=longest
    )


def no_pauses_text(watches: Iterable[Watch]) -> str:
    """That no room was left unread for longer than counts as a pause; one look alone has no time after it."""
    listed = list(watches)
    if max((watch.looks for watch in listed), default=0) == 1:
        return say("一覧の確認は1回だけのため、確認と確認の間はありません。")
    longest = max((watch.limit for watch in listed), default=Watch().limit)
    return say("{longest}を超えるものはありません。", longest=interval_text(longest))


def interval_text(span: timedelta) -> str:
    """A length of time in words: `1時間30分` (rounded up), from two days on `3日12時間`, from ten days on `30日`."""
    if span >= 2 * _DAY:
        return _days_text(span)
    hours, minutes = divmod(max(1, ceil(span / timedelta(minutes=1))), 60)
    parts = [say("{hours}時間", hours=hours)] if hours else []
    parts += [say("{minutes}分", minutes=minutes)] if minutes or not hours else []
    return (" " if is_english() else "").join(parts)


def _days_text(span: timedelta) -> str:
    hours = round(span / timedelta(hours=24 if span >= 10 * _DAY else 1)) * (24 if span >= 10 * _DAY else 1)
    days, rest = divmod(hours, 24)
    parts = [say("{days}日", days=days), *([say("{hours}時間", hours=rest)] if rest else [])]
    return (" " if is_english() else "").join(parts)


def narrow_gap(gap: Gap, covered: Sequence[Period]) -> Gap:
    """The gap, beginning only at the last reading before it, as everything up to that reading was seen."""
    if gap.start is None or gap.is_erased:
        return gap
    ends = [one.end for one in covered if one.start <= gap.start <= one.end]
    later = [end for end in ends if gap.end is None or end <= gap.end]
    return gap._replace(start=max(later)) if later else gap


def overlaps(pause: Pause, start: datetime | None, end: datetime | None) -> bool:
    """Whether a gap with these ends (None: unknown) overlaps the pause."""
    return (start is None or start < pause.end) and (end is None or end > pause.start)


def _after_id(gap: Gap) -> int:
    return -1 if gap.after is None else int(gap.after)
