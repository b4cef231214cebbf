"""Chapter 9, always printed: what could not be had, and what this kind of record cannot hold."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from archiver.export.report.breaks import gap_line
from archiver.export.report.case import Case
from archiver.export.report.survey import Survey
from archiver.export.report.values import Bullets, Chapter
from archiver.records import State
from archiver.render.breaks import pause_text
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


def chapter(case: Case, found: Survey) -> Chapter:
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
                    *_hidden(found),
                    *case.other_chats,
                    *ALWAYS,
                )
            ),
        ),
    )


def _begun(case: Case, found: Survey) -> Iterator[str]:
    if case.started_at is None:
        return
    first = (
        "" if found.first is None else f"それ以前の発言は、取得できた {stamp(found.first.send_time)} 以降に限ります。"
    )
    yield f"保存開始: {stamp(case.started_at)}。{first}"


def _gaps(case: Case) -> Iterator[str]:
    lines = [f"ルームID {room.room_id}: {gap_line(gap)}" for room in case.rooms for gap in room.gaps]
    yield from lines or ["空白(保存できなかった期間): ありません。"]


def _pauses(case: Case) -> Iterator[str]:
    gaps = [gap for room in case.rooms for gap in room.gaps]
    pauses = sorted({pause for room in case.rooms for pause in room.pauses}, key=lambda one: one.start)
    shown = pauses[-MOST:]
    if len(pauses) > len(shown):
        older = sum((one.end - one.start for one in pauses[:-MOST]), timedelta())
        hours = older.total_seconds() / 3600
        yield f"見ていない時間: ほかに古いもの{len(pauses) - len(shown)}回(合計およそ{hours:,.0f}時間)。"
    yield from (f"見ていない時間: {pause_text(pause, gaps)}" for pause in shown)
    if not pauses:
        yield "見ていない時間: 1時間を超えるものはありません。"


def _files(case: Case) -> Iterator[str]:
    lacking = [one for one in case.attachments if one.sha256 is None]
    for one in lacking[:MOST]:
        yield f"未取得のファイル {one.number} {visible(one.name)} {one.size:,}バイト: {one.reason or '理由の記録なし'}"
    if len(lacking) > MOST:
        yield f"未取得のファイル: ほか{len(lacking) - MOST}点(第7章)。"
    if not lacking:
        yield "未取得のファイル: ありません。"


def _hidden(found: Survey) -> Iterator[str]:
    if found.states[State.HIDDEN]:
        yield f"プランの制限で見えない発言: {found.states[State.HIDDEN]}件(保存済みの文面は残っています)。"
    if found.states[State.MISSING]:
        yield f"表示されなくなった発言(理由不明): {found.states[State.MISSING]}件(保存済みの文面は残っています)。"
