"""Chapter 9, always printed: what could not be saved, and what this kind of record cannot hold."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta

from archiver.claims.messages import first_message
from archiver.claims.unseen import named_pauses
from archiver.claims.words import change_lines, sources_text
from archiver.evidence.tables.events import ChangeRow
from archiver.export.pdf.blocks import Block, Bullets, Chapter, Subheading, TableBlock
from archiver.export.report.input import NEVER_READ, ReportInput
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
from archiver.render.invisible_characters import visible
from archiver.render.missing_parts import unsealed_sentence
from archiver.render.times import iso_date, local_time
from archiver.report_language import say

MAX_NAMED = 40
"""Files listed one by one; the others are counted."""

ALWAYS = (
    "取得と取得の間に書かれ、その間に削除されたメッセージは記録できません。",
    "音声・ビデオ通話: 記録していません。　リアクション、既読: 取得の対象外です。",
    "外部のリンク先の内容: 取得していません(送られたリンクの一覧だけです)。",
    "取得は報告者の閲覧権限の範囲に限ります。この資料に載せたのは、この仕事のものとして報告者が指定したチャットだけです。",
)


def chapter(case: ReportInput, statistics: MessageStatistics) -> Chapter:
    """The chapter as a list of sentences."""
    return Chapter(
        say("９\u3000取得できなかったもの・記録の限界"),
        (
            Bullets(
                (
                    *_period_lines(case, statistics),
                    *_gap_lines(case),
                    *_singly_lines(case, statistics),
                    *_pause_lines(case, statistics),
                    *_clock_lines(case),
                    *_missing_file_lines(case),
                    *([unsealed_sentence(case.unsealed)] if case.unsealed else []),
                    *case.put_back_databases,
                    *case.erasures,
                    *_refused_in_part_lines(case),
                    *_truncated_list_lines(case),
                    *_hidden_message_lines(statistics),
                    *case.other_chats,
                    *map(say, ALWAYS),
                )
            ),
            *_refused_blocks(case),
        ),
    )


def _period_lines(case: ReportInput, statistics: MessageStatistics) -> Iterator[str]:
    if case.part_sentence:
        yield case.part_sentence
    for room in case.rooms:
        name = say("ルームID {room_id}: ", room_id=room.room_id) if len(case.rooms) > 1 else ""
        begun, last = room.watch.begun, room.watch.last
        if begun is None or last is None:
            yield say("ルームID {room_id}: {never_read}", room_id=room.room_id, never_read=say(NEVER_READ))
        else:
            earlier = "" if case.period else _earlier_text(statistics, begun)
            yield say("{name}保存開始: {begun}。{earlier}", name=name, begun=local_time(begun), earlier=earlier)
            yield say(
                "{name}最後にメッセージの一覧を確認した時刻 {last}。それより後のメッセージは、この資料にありません。",
                name=name,
                last=local_time(last),
            )
        for pause in closing_pauses(room, case.ends_at):
            yield say(
                "ルームID {room_id}: 開けなくなる前の、{start} から {end} までは未確認です(およそ{span})。",
                room_id=room.room_id,
                start=local_time(pause.start),
                end=local_time(pause.end),
                span=interval_text(pause.end - pause.start),
            )
        if room.inaccessible_since is not None:
            yield say(
                "ルームID {room_id}: {inaccessible_since} 以降、開けません(理由不明)。",
                room_id=room.room_id,
                inaccessible_since=local_time(room.inaccessible_since),
            )


def _earlier_text(statistics: MessageStatistics, begun: datetime) -> str:
    """What is known from before the saving; nothing where it is proved that nothing is missing before the first."""
    first = statistics.first
    if first is None or first.send_time >= begun or first_message(statistics.facts).is_whole:
        return ""
    return say("それ以前のメッセージは、取得できた {sent} 以降に限ります。", sent=local_time(first.send_time))


def _gap_lines(case: ReportInput) -> Iterator[str]:
    lines = [
        say("ルームID {room_id}: {gap_line}", room_id=room.room_id, gap_line=gap_line(gap))
        for room in case.rooms
        for gap in room.gaps
    ]
    if lines or case.begun_at is not None:  # of a room that was never read nothing is known
        yield from lines or [say("保存できなかった期間: ありません。")]


def _singly_lines(case: ReportInput, statistics: MessageStatistics) -> Iterator[str]:
    """The messages that no list gave; the estimates of the gaps above are of what is still missing."""
    text = sources_text(statistics.facts, kinds=(ObservedBy.SINGLE, ObservedBy.RECOVERED))
    if text:
        estimate = (
            say("上の保存できなかった件数は、これを除いた見積もりです。")
            if any(room.gaps for room in case.rooms)
            else ""
        )
        yield say("一覧によらずに取得したメッセージ: {text}(数え方は第10章)。{estimate}", text=text, estimate=estimate)


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


def _clock_lines(case: ReportInput) -> Iterator[str]:
    """When this computer's clock was wrong; the times in the report are Chatwork's all the same."""
    for clock in case.wrong_clocks[-MAX_NAMED:]:
        span = say("{start} 〜 {end}", start=local_time(clock.start), end=local_time(clock.end))
        direction = say("進んで") if clock.ahead > timedelta() else say("遅れて")
        yield (
            say(
                "{span}: この間、パソコンの時計が{span2}{direction}いました。"
                "Chatworkから取得したものの時刻は、Chatworkの応答の時刻です。",
                span=span,
                span2=_span_text(abs(clock.ahead)),
                direction=direction,
            )
        )
    if len(case.wrong_clocks) > MAX_NAMED:
        yield say("パソコンの時計がずれていた時間: ほかに古いもの{n}回。", n=len(case.wrong_clocks) - MAX_NAMED)
    for doubt in case.doubtful_dates[-MAX_NAMED:]:
        yield say(
            "{start} 〜 {end}: この間、Chatworkの応答の時刻とパソコンの時計が{span}ずれていました。"
            "この間の記録の時刻は、前回の保存・タイムスタンプ・メッセージの送信時刻と合う方(どちらとも言えないときは"
            "早い方)によります。",
            start=local_time(doubt.start),
            end=local_time(doubt.end),
            span=_span_text(abs(doubt.ahead)),
        )
    if case.undated_replies:
        yield (
            say(
                "Chatworkの応答のうち{undated_replies:,}件には、"
                "使える時刻がありませんでした(その記録の時刻は、"
                "ほかの応答とのずれを直したパソコンの時計によります。ずれが分からなかったときは、"
                "直前のChatworkの時刻より前にはしていません)。",
                undated_replies=case.undated_replies,
            )
        )


def _span_text(span: timedelta) -> str:
    """A difference of clocks in its largest unit: `およそ9時間`."""
    for name, unit in (
        (say("日"), timedelta(days=1)),
        (say("時間"), timedelta(hours=1)),
        (say("分"), timedelta(minutes=1)),
    ):
        if span >= unit:
            return say("およそ{span}{name}", span=round(span / unit), name=name)
    return say("およそ{total_seconds}秒", total_seconds=round(span.total_seconds()))


def _missing_file_lines(case: ReportInput) -> Iterator[str]:
    lacking = [one for one in case.attachments if one.sha256 is None]
    for attachment in lacking[:MAX_NAMED]:
        yield (
            say(
                "保存できなかったファイル {number} {name} {size:,}バイト: {reason}",
                number=attachment.number,
                name=visible(attachment.name),
                size=attachment.size,
                reason=say(attachment.reason or "理由は不明"),
            )
        )
    if len(lacking) > MAX_NAMED:
        yield say("保存できなかったファイル: ほか{n}点(第7章)。", n=len(lacking) - MAX_NAMED)
    if not lacking:
        yield say("保存できなかったファイル: ありません。")


REFUSALS = {"unreadable": "「見つからない」(404)と応答。理由は分かりません", "hidden": "プランの制限で見えないと応答"}
"""How Chatwork refused a message that was asked for by its id."""


def _refused_in_part_lines(case: ReportInput) -> Iterator[str]:
    """Nobody knows when a message was sent that was never shown, so a part only counts them."""
    for room in case.rooms if case.period else ():
        count = sum(one.room_id == room.room_id for one in case.refused)
        if count:
            yield (
                say(
                    "ルームID {room_id}: このほか、"
                    "Chatworkから取得できなかったメッセージIDが、チャット全体で"
                    "{count:,}件あります(この期間のものかどうかは確認できません)。",
                    room_id=room.room_id,
                    count=count,
                )
            )


def _refused_blocks(case: ReportInput) -> Iterator[Block]:
    """Every known id of a message that Chatwork did not give, those of a room and day in one row."""
    groups: dict[tuple[int, str, str], list[str]] = {}
    for one in () if case.period else case.refused:
        day = iso_date(datetime.fromisoformat(one.at))
        groups.setdefault((one.room_id, day, one.how), []).append(str(one.message_id))
    if groups:
        count = sum(map(len, groups.values()))
        yield Subheading(say("Chatworkから取得できなかったメッセージID {count:,}件", count=count))
        rows = [
            (str(room), day, say(REFUSALS[how]), say("{n:,}件", n=len(ids)), _in_pairs(ids))
            for (room, day, how), ids in sorted(groups.items())
        ]
        heads = (say("ルームID"), say("確認した日"), say("Chatworkの応答"), say("件数"), say("メッセージID"))
        yield TableBlock(heads, (0, 0, 2, 0, 3), tuple(rows))


def _in_pairs(ids: list[str]) -> str:
    """Two on a line, so that no id is broken in two."""
    return say("、\n").join(say("、").join(ids[start : start + 2]) for start in range(0, len(ids), 2))


TRUNCATED_LISTS = {"files": "ファイル", "open": "未完了のタスク", "done": "完了したタスク"}
"""The lists that Chatwork may truncate, by their names in `ReportInput.truncated_lists`."""


def _truncated_list_lines(case: ReportInput) -> Iterator[str]:
    for room, kind in case.truncated_lists:
        yield (
            say(
                "ルームID {room}: {kind}の一覧は、人ごとに取得しても上限の100件に達しています。"
                "これ以外にもある可能性がありますが、有無は確認できません。",
                room=room,
                kind=say(TRUNCATED_LISTS[kind]),
            )
        )


def _hidden_message_lines(statistics: MessageStatistics) -> Iterator[str]:
    for kind, line in change_lines(statistics.facts.changed):
        if kind in (ChangeKind.HIDDEN, ChangeKind.MISSING):
            yield say("{line}。保存済みの文面は残っています。", line=line)
