"""Chapter 5: at most 25 lines of what happened when; facts alone, each with its number or its source."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from archiver.export.pdf.blocks import Block, Chapter, Paragraph, TableBlock
from archiver.export.report.input import STATED, ReportInput, day_of
from archiver.export.report.outside_contact import BEFORE, begun
from archiver.export.report.statistics import MessageStatistics
from archiver.export.report.truncate import flat
from archiver.platforms.platform import platform_of
from archiver.records import JST, Attachment
from archiver.render.times import stamp
from archiver.render.visible import visible

MOST = 25
_CUT = 50
_CLOSED = "チャットが開けなくなった(理由不明)"


class _Line(NamedTuple):
    weight: int
    """What goes first when there are too many: 0 stays longest."""
    at: datetime
    what: str
    source: str
    whole_day: bool = False


def chapter(case: ReportInput, found: MessageStatistics) -> Chapter:
    """The lines in order of time."""
    return Chapter("５　時系列", blocks(case, found, most=MOST))


def blocks(case: ReportInput, found: MessageStatistics, *, most: int) -> tuple[Block, ...]:
    """At most so many lines as a table, the others counted; of the least important the oldest go first."""
    lines = [*_stated(case), *_spoken(case, found), *_noticed(case, found), *_files(case)]
    if not lines:
        return (Paragraph("記録された日時はありません。"),)
    kept = sorted(lines, key=lambda line: (line.weight, -line.at.timestamp(), line.what))[:most]
    kept.sort(key=lambda line: (line.at, line.weight, line.what))
    table = TableBlock(
        ("日時(日本時間)", "できごと", "根拠"), (0, 4, 1), tuple((_time(line), line.what, line.source) for line in kept)
    )
    if len(lines) <= most:
        return (table,)
    return (table, Paragraph(f"ほか{len(lines) - most}件は、第7章と第8章にあります。", "small"))


def _time(line: _Line) -> str:
    shown = stamp(line.at)
    return shown[:10] if line.whole_day else shown[:16]


def _stated(case: ReportInput) -> Iterator[_Line]:
    one, words = case.contract, platform_of(case.contract.platform)
    stated = [
        ("契約", one.contracted_on),
        ("仮払い完了", one.escrowed_at),
        (f"{words.outside or '外部連絡'} 申請", one.contact_requested_on),
        (f"{words.outside or '外部連絡'} 承認", one.contact_approved_on),
        *((f"{words.where}で納品", delivery.at) for delivery in case.deliveries),
    ]
    for what, text in stated:
        at = day_of(text)
        if at is not None and text is not None:
            yield _Line(0, at, what, STATED, whole_day=len(text) <= len("2026-11-24"))


def _spoken(case: ReportInput, found: MessageStatistics) -> Iterator[_Line]:
    sent = begun(case, found)
    if sent is not None:
        is_here = found.first is not None and sent == found.first.send_time
        source = f"No.{found.first.no}" if found.first is not None and is_here else BEFORE
        yield _Line(0, sent, "Chatworkでの最初の発言", source)
    if found.last_reply is not None:
        yield _Line(0, found.last_reply.send_time, "相手の最後の発言", f"No.{found.last_reply.no}")


def _noticed(case: ReportInput, found: MessageStatistics) -> Iterator[_Line]:
    """Changes, those of messages as one line a day, kind and side."""
    many: Counter[tuple[str, str, str]] = Counter()
    begun: dict[tuple[str, str, str], datetime] = {}
    closed = {room.inaccessible_since for room in case.rooms}
    for event in case.events:
        at = datetime.fromisoformat(event.at)
        if event.kind == _CLOSED and at in closed:
            continue  # told below, as what is still so
        if event.no is None:
            about = f"{event.before} → {event.after}" if event.before and event.after else event.about
            yield _Line(1, at, f"{event.kind}(検知): {flat(about, _CUT)}", "第8章")
        else:
            whose = f"{found.whose[event.no]}の" if event.no in found.whose else ""
            place = (at.astimezone(JST).date().isoformat(), event.kind, whose)
            many[place] += 1
            begun.setdefault(place, at)
    for place, count in many.items():
        yield _Line(1, begun[place], f"{place[2]}発言{count}件 {place[1]}(検知)", "第8章")
    for room in case.rooms:
        if room.inaccessible_since is not None:
            yield _Line(
                0, room.inaccessible_since, f"チャット(ルームID {room.room_id})が開けなくなった(理由不明)", "第8章"
            )


def _files(case: ReportInput) -> Iterator[_Line]:
    for one in case.attachments:
        yield _Line(2, one.uploaded_at, _sent(case, one), one.number)


def _sent(case: ReportInput, one: Attachment) -> str:
    return f"{case.role(one.account_id)}がファイル({one.number} {flat(visible(one.name), _CUT)})を送信"
