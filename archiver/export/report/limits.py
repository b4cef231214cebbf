"""Chapter 9, always printed: what could not be had, and what this kind of record cannot hold."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from archiver.export.report.breaks import gap_line
from archiver.export.report.case import Case
from archiver.export.report.survey import Survey
from archiver.export.report.values import Bullets, Chapter
from archiver.records import Pause, State
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
                    *_cut(case),
                    *_hidden(found),
                    *case.other_chats,
                    *ALWAYS,
                )
            ),
        ),
    )


def _begun(case: Case, found: Survey) -> Iterator[str]:
    if case.period:
        more = f"ほかに{case.left_out:,}件の発言を保存しています。"
        yield f"この資料は、利用者が指定した期間({case.period})だけです。{more}"
    if case.begun_at is not None:
        told = "" if found.first is None or case.period else _since(found.first.send_time)
        yield f"保存開始: {stamp(case.begun_at)}。{told}"
    for room in case.rooms:
        name = f"ルームID {room.room_id}: " if len(case.rooms) > 1 else ""
        if room.watch.begun is None or room.watch.last is None:
            yield f"ルームID {room.room_id}: 一度も取得できていません。発言の有無は分かりません。"
        else:
            yield f"{name}最後に確認した時刻 {stamp(room.watch.last)}。それより後の発言は、この資料にありません。"
        if room.inaccessible_since is not None:
            yield f"ルームID {room.room_id}: {stamp(room.inaccessible_since)} 以降、開けません(理由不明)。"


def _since(sent: datetime) -> str:
    return f"それ以前の発言は、取得できた {stamp(sent)} 以降に限ります。"


def _gaps(case: Case) -> Iterator[str]:
    lines = [f"ルームID {room.room_id}: {gap_line(gap)}" for room in case.rooms for gap in room.gaps]
    if lines or case.begun_at is not None:  # of what was never read nobody knows
        yield from lines or ["空白(保存できなかった期間): ありません。"]


def _pauses(case: Case) -> Iterator[str]:
    texts = _pause_texts(case)
    pauses = sorted(texts, key=lambda one: (one.start, one.end))
    shown = pauses[-MOST:]
    if len(pauses) > len(shown):
        older = sum((one.end - one.start for one in pauses[:-MOST]), timedelta())
        hours = older.total_seconds() / 3600
        yield f"見ていない時間: ほかに古いもの{len(pauses) - len(shown)}回(合計およそ{hours:,.0f}時間)。"
    yield from (f"見ていない時間: {text}" for pause in shown for text in texts[pause])
    if not pauses and case.begun_at is not None:
        yield "見ていない時間: 1時間を超えるものはありません。"


def _pause_texts(case: Case) -> dict[Pause, list[str]]:
    """What each pause cost; rooms are named where it was not the same for all of them."""
    rooms_of: dict[tuple[Pause, str], list[str]] = {}
    for room in case.rooms:
        for pause in room.pauses:
            rooms_of.setdefault((pause, pause_text(pause, room.gaps)), []).append(str(room.room_id))
    texts: dict[Pause, list[str]] = {}
    for (pause, text), rooms in rooms_of.items():
        name = "" if len(rooms) == len(case.rooms) else f"ルームID {'、'.join(rooms)}: "
        texts.setdefault(pause, []).append(f"{name}{text}")
    return texts


def _files(case: Case) -> Iterator[str]:
    lacking = [one for one in case.attachments if one.sha256 is None]
    for one in lacking[:MOST]:
        yield f"未取得のファイル {one.number} {visible(one.name)} {one.size:,}バイト: {one.reason or '理由の記録なし'}"
    if len(lacking) > MOST:
        yield f"未取得のファイル: ほか{len(lacking) - MOST}点(第7章)。"
    if not lacking:
        yield "未取得のファイル: ありません。"


CUT = {"files": "ファイル", "open": "未完了のタスク", "done": "完了したタスク"}
"""Lists that may be cut, as `Case.cut` calls them."""


def _cut(case: Case) -> Iterator[str]:
    for room, kind in case.cut:
        yield (
            f"ルームID {room}: {CUT[kind]}の一覧は、人ごとに取得しても上限の100件に達しています。"
            "これ以外にもある可能性がありますが、有無は確認できません。"
        )


def _hidden(found: Survey) -> Iterator[str]:
    if found.states[State.HIDDEN]:
        yield f"プランの制限で見えない発言: {found.states[State.HIDDEN]}件(保存済みの文面は残っています)。"
    if found.states[State.MISSING]:
        yield f"表示されなくなった発言(理由不明): {found.states[State.MISSING]}件(保存済みの文面は残っています)。"
