"""Chapters 10 to 13: a statement on the method, how to check the record, its digests, and what was masked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from archiver.export.enclosure_names import label
from archiver.export.metadata.items import metadata_text
from archiver.export.pdf.blocks import Chapter
from archiver.export.report import templated
from archiver.export.report.files_and_changes import printed_files
from archiver.export.report.input import ReportInput, SealLine, platform_of, side_text
from archiver.export.report.statistics import MessageStatistics
from archiver.records import JST
from archiver.render.invisible_characters import visible
from archiver.render.times import local_time
from archiver.report_language import say, stated_day


def chapters(case: ReportInput, statistics: MessageStatistics) -> list[Chapter]:
    """The chapters; the statement is in the first person, so that it can be signed as it is.

    The commands of a check are in VERIFY.txt of a package that holds the records. Of the masked places the kinds are
    told, the places themselves show it.
    """
    platform = platform_of(case.contract.platform)
    stamped = [one for one in case.seals if one.stamps]
    listed = printed_files(case) if case.is_short else case.attachments
    rooms = (say("{id}「{name}」", id=room.room_id, name=visible(room.room_name)) for room in case.rooms)
    places, counts = Counter(one.reason for one in case.masked_passages), Counter[str]()
    for passage in case.masked_passages:
        counts[passage.reason] += passage.count
    return templated.chapters(
        "report_method.txt",
        case,
        statistics,
        rooms=say("、").join(rooms),
        interval=_interval_text(case.every),
        handed=[(exported, one) for exported in case.handed_over for one in exported.handovers],
        made_at=case.created_at.astimezone(JST),
        where=platform.where,
        side=side_text(platform),
        profile=case.profile,
        is_stamped=case.stamping or bool(stamped),
        timed=[say("第{number}号({at})", number=one.seal.number, at=local_time(one.stamps[0][0])) for one in stamped],
        seals=[_seal_row(one, waits=case.stamping) for one in _shown_seals(case)],
        saved_files=[
            (one.number, f"{one.size:,}", one.sha256)
            for one in sorted(listed, key=lambda one: one.number)
            if one.sha256 is not None
        ],
        enclosed=list(_enclosure_rows(case)),
        masked=[(say(kind), f"{places[kind]:,}", f"{count:,}") for kind, count in counts.most_common()],
    )


def _enclosure_rows(case: ReportInput) -> Iterator[tuple[str, ...]]:
    """The user's own evidence: its digest, that of its copy, and what it says beside its content."""
    for one in case.enclosures:
        metadata, copy = case.metadata.get(label(one)), case.copies.get(one.number)
        if metadata is not None:
            sha256 = one.sha256 if copy is None else say("写し {copy}\n元 {sha256}", copy=copy, sha256=one.sha256)
            yield label(one), f"{one.size:,}", sha256, visible(metadata_text(metadata))


def _interval_text(every: timedelta) -> str:
    minutes, seconds = divmod(int(every.total_seconds()), 60)
    if seconds:
        return say("{seconds}秒", seconds=int(every.total_seconds()))
    hours, rest = divmod(minutes, 60)
    return say("{hours}時間", hours=hours) if hours and not rest else say("{minutes}分", minutes=minutes)


def _shown_seals(case: ReportInput) -> list[SealLine]:
    """The first and the last seal; for a reader who checks stamps also each that has one."""
    ends = [*case.seals[:1], *case.seals[1:][-1:]]
    if case.profile == "support":
        return ends
    return [one for one in case.seals if one.stamps or one in ends]


def _seal_row(line: SealLine, *, waits: bool) -> tuple[str, ...]:
    """The row of a seal; `waits`: an authority is configured, so a missing stamp may still come."""
    seal, stamps = line
    times = "\n".join(_both_times(at) for at, _authority in stamps) or (say("付与待ち") if waits else say("なし"))
    day = seal.closed_at.astimezone(JST).date().isoformat()
    return (
        say("第{number}号\n{day}", number=seal.number, day=stated_day(seal.day or day)),
        f"{seal.last - seal.first + 1:,}",
        seal.sha256,
        "\n".join(authority for _at, authority in stamps) or "-",
        times,
        _delay_text((stamps[0][0] - seal.closed_at).total_seconds()) if stamps else "-",
    )


def _both_times(at: datetime) -> str:
    return say("{utc:%Y-%m-%d %H:%M:%S} UTC\n{time} 日本時間", utc=at.astimezone(UTC), time=local_time(at))


def _delay_text(seconds: float) -> str:
    if seconds < 60:
        return say("{seconds:.0f}秒", seconds=max(0, seconds))
    if seconds < 3600:
        return say("{minutes:.0f}分", minutes=seconds / 60)
    if seconds < 172800:
        return say("{hours:.0f}時間", hours=seconds / 3600)
    return say("{days:.0f}日", days=seconds / 86400)
