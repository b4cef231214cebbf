"""Chapter 9, always printed: what could not be had, and what this kind of record cannot hold."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from archiver.export.pdf.blocks import Bullets, Chapter
from archiver.export.report.gap_blocks import gap_line
from archiver.export.report.input import NEVER_READ, ReportInput
from archiver.export.report.statistics import MessageStatistics
from archiver.records import State
from archiver.render.gap_breaks import pauses_told
from archiver.render.times import stamp
from archiver.render.visible import visible

MOST = 40
"""Pauses and files named one by one; the others are counted."""

ALWAYS = (
    "取得と取得の間に投稿され、その間に削除された発言は記録できません。",
    "音声・ビデオ通話: 記録していません。　リアクション、既読: 取得の対象外です。",
    "外部のリンク先の内容: 取得していません(送られたリンクの一覧だけです)。",
    "取得は報告者の閲覧権限の範囲に限ります。契約に関係しないチャットは保存していません。",
)


def chapter(case: ReportInput, found: MessageStatistics) -> Chapter:
    """Sentences, never none."""
    return Chapter(
        "９　取得できなかったもの・記録の限界",
        (
            Bullets(
                (
                    *_begun(case, found),
                    *_gaps(case),
                    *_pauses(case),
                    *_files(case),
                    *_cut(case),
                    *_hidden(found),
                    *case.other_chats,
                    *ALWAYS,
                )
            ),
        ),
    )


def _begun(case: ReportInput, found: MessageStatistics) -> Iterator[str]:
    if case.part:
        yield case.part
    for room in case.rooms:
        name = f"ルームID {room.room_id}: " if len(case.rooms) > 1 else ""
        begun, last = room.watch.begun, room.watch.last
        if begun is None or last is None:
            yield f"ルームID {room.room_id}: {NEVER_READ}"
        else:
            earlier = "" if case.period or found.first is None else _since(found.first.send_time, begun)
            yield f"{name}保存開始: {stamp(begun)}。{earlier}"
            yield f"{name}最後に確認した時刻 {stamp(last)}。それより後の発言は、この資料にありません。"
        if room.inaccessible_since is not None:
            yield f"ルームID {room.room_id}: {stamp(room.inaccessible_since)} 以降、開けません(理由不明)。"


def _since(sent: datetime, begun: datetime) -> str:
    return f"それ以前の発言は、取得できた {stamp(sent)} 以降に限ります。" if sent < begun else ""


def _gaps(case: ReportInput) -> Iterator[str]:
    lines = [f"ルームID {room.room_id}: {gap_line(gap)}" for room in case.rooms for gap in room.gaps]
    if lines or case.begun_at is not None:  # of what was never read nobody knows
        yield from lines or ["空白(保存できなかった期間): ありません。"]


def _pauses(case: ReportInput) -> Iterator[str]:
    told = list(pauses_told(case.rooms, most=MOST))
    if told or case.begun_at is not None:
        yield from told or ["見ていない時間: 1時間を超えるものはありません。"]


def _files(case: ReportInput) -> Iterator[str]:
    lacking = [one for one in case.attachments if one.sha256 is None]
    for one in lacking[:MOST]:
        yield f"未取得のファイル {one.number} {visible(one.name)} {one.size:,}バイト: {one.reason or '理由の記録なし'}"
    if len(lacking) > MOST:
        yield f"未取得のファイル: ほか{len(lacking) - MOST}点(第7章)。"
    if not lacking:
        yield "未取得のファイル: ありません。"


CUT = {"files": "ファイル", "open": "未完了のタスク", "done": "完了したタスク"}
"""Lists that may be cut, as `Case.cut` calls them."""


def _cut(case: ReportInput) -> Iterator[str]:
    for room, kind in case.cut:
        yield (
            f"ルームID {room}: {CUT[kind]}の一覧は、人ごとに取得しても上限の100件に達しています。"
            "これ以外にもある可能性がありますが、有無は確認できません。"
        )


def _hidden(found: MessageStatistics) -> Iterator[str]:
    if found.states[State.HIDDEN]:
        yield f"プランの制限で見えない発言: {found.states[State.HIDDEN]}件(保存済みの文面は残っています)。"
    if found.states[State.MISSING]:
        yield f"表示されなくなった発言(理由不明): {found.states[State.MISSING]}件(保存済みの文面は残っています)。"
