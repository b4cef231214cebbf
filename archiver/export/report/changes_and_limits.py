"""Chapters 7 to 13: files, changes, what could not be saved and cannot be recorded, the method, what was masked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial

from archiver.chatwork.notation.parse import parse
from archiver.claims.messages import first_message
from archiver.claims.sentences import change_lines, sources_text
from archiver.evidence.tables.events import ChangeRow
from archiver.export.exhibit_names import label, metadata_text
from archiver.export.pdf.blocks import Chapter
from archiver.export.report import templated
from archiver.export.report.excerpt import PaperReferences, gap_line
from archiver.export.report.message_statistics import MessageStatistics, ReportInput
from archiver.export.report.report_sources import (
    NEVER_READ,
    RefusedMessage,
    SealLine,
    about_text,
    platform_of,
    shorten,
    shorten_line,
    side_text,
    value_text,
)
from archiver.export.report.timeline import CHAT_CLOSED, events_by_time, printed_events
from archiver.records import JST, Attachment, ChangeKind, Conversation, ObservedBy, Pause
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
from archiver.render.message_body import NOWHERE, References, plain_text
from archiver.render.snippet import unsealed_sentence
from archiver.render.times import entry_time, iso_date, local_time
from archiver.report_language import say, stated_day

MAX_NAMED = 40
"""Files listed one by one; the others are counted."""

_TRUNCATED_LISTS = {"files": "ファイル", "open": "未完了のタスク", "done": "完了したタスク"}
"""The lists that Chatwork may truncate, by their names in `ReportInput.truncated_lists`."""


def limits(case: ReportInput) -> Chapter:
    """Chapter 9, always printed: what could not be saved, and what this kind of record cannot hold."""
    refused = () if case.period else case.refused
    (chapter,) = templated.chapters(
        "report_limits.txt",
        case,
        never=say(NEVER_READ),
        earlier_text=partial(_earlier_text, case.statistics),
        closing_pauses=closing_pauses,
        interval_text=interval_text,
        gaps=[(room.room_id, gap_line(gap)) for room in case.rooms for gap in room.gaps],
        singly=sources_text(case.statistics.facts, kinds=(ObservedBy.SINGLE, ObservedBy.RECOVERED)),
        pauses=_pause_lines(case),
        wrong_clocks=case.wrong_clocks[-MAX_NAMED:],
        more_clocks=len(case.wrong_clocks) - MAX_NAMED,
        doubtful_dates=case.doubtful_dates[-MAX_NAMED:],
        length_text=_length_text,
        lacking=[one for one in case.attachments if one.sha256 is None],
        named=MAX_NAMED,
        unlisted=[
            say("No.{no}「{name}」、ファイルID {file}", no=no, name=shorten_line(visible(name), 60), file=file)
            for file, (no, name) in list(case.statistics.unlisted.items())[:MAX_NAMED]
        ],
        more=[*([unsealed_sentence(case.unsealed)] if case.unsealed else []), *case.put_back_databases, *case.erasures],
        refused=Counter(one.room_id for one in case.refused).items() if case.period else (),
        truncated=[(room, say(_TRUNCATED_LISTS[kind])) for room, kind in case.truncated_lists],
        hidden=[
            line
            for kind, line in change_lines(case.statistics.facts.changed)
            if kind in (ChangeKind.HIDDEN, ChangeKind.MISSING)
        ],
        refusals=_refusal_rows(refused),
        refusal_count=len(refused),
        other_chats=case.other_chats,
    )
    return chapter


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


def _pause_lines(case: ReportInput) -> Iterator[str]:
    yield from usual_interval_lines([(room.room_id, room.watch) for room in case.rooms])
    lines = list(pause_lines(case.rooms, important_pauses(case.rooms, case.events, case.statistics.chosen_times)))
    if lines or (case.begun_at is not None and not all_pauses(case.rooms, case.ends_at, case.created_at)):
        yield from lines or [f"{say(PAUSE)}: {no_pauses_text(room.watch for room in case.rooms)}"]


def _length_text(span: timedelta) -> str:
    """A length of time in its largest unit, from two days on in days: `9時間`."""
    seconds = round(abs(span.total_seconds()))
    for words, unit, least in (("{n}日", 86_400, 172_800), ("{n}時間", 3_600, 3_600), ("{n}分", 60, 60)):
        if seconds >= least:
            return say(words, n=round(seconds / unit))
    return say("{n}秒", n=seconds)


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


def method(case: ReportInput) -> list[Chapter]:
    """Chapters 10 to 13; the statement is in the first person, so that it can be signed as it is.

    The commands of a check are in VERIFY.txt of a package that holds the records. Of the masked places the kinds are
    told, the places themselves show it.
    """
    platform = platform_of(case.contract.platform)
    stamped = [one for one in case.seals if one.stamps]
    listed = printed_files(case) if case.is_short else case.attachments
    rooms = (say("{id}「{name}」", id=room.room_id, name=visible(room.room_name)) for room in case.rooms)
    places, counts = Counter(reason for reason, _count in case.masked_passages), Counter[str]()
    for reason, count in case.masked_passages:
        counts[reason] += count
    return templated.chapters(
        "report_method.txt",
        case,
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
        reviewed=case.reviewed_sentences,
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
    return [one for one in case.seals if one in ends or (one.stamps and case.profile != "support")]


def _seal_row(line: SealLine, *, waits: bool) -> tuple[str, ...]:
    """The row of a seal; `waits`: an authority is configured, so a missing stamp may still come."""
    seal, stamps = line
    both = "{utc:%Y-%m-%d %H:%M:%S} UTC\n{time} 日本時間"
    times = "\n".join(say(both, utc=at.astimezone(UTC), time=local_time(at)) for at, _authority in stamps)
    day = seal.closed_at.astimezone(JST).date().isoformat()
    return (
        say("第{number}号\n{day}", number=seal.number, day=stated_day(seal.day or day)),
        f"{seal.last - seal.first + 1:,}",
        seal.sha256,
        "\n".join(authority for _at, authority in stamps) or "-",
        times or (say("付与待ち") if waits else say("なし")),
        _length_text(max(timedelta(), stamps[0][0] - seal.closed_at)) if stamps else "-",
    )


MAX_FILES, OFFICE_FILES = 1_000, 15
"""Files printed at most, and for an office: those delivered first, then the newest; the others are counted."""

_CUT = 200
"""Characters of a text in a line of chapter 8; chapter 6 has the whole text."""


def changes(case: ReportInput) -> list[Chapter]:
    """Chapters 7 and 8: every file, and whether it was saved; when a change was noticed, and what was there before."""
    delivered = {one.sha256 for one in case.deliveries if one.sha256}
    printed = sorted(printed_files(case), key=lambda one: one.number)
    changed, shown = events_by_time(case), printed_events(case)
    references_of = {int(room.room_id): PaperReferences(case, room).references for room in case.rooms}
    lists = {int(room.room_id): room.watch.last for room in case.rooms if room.inaccessible_since is not None}
    return templated.chapters(
        "report_changes.txt",
        case,
        delivered=delivered,
        files=[_file_row(case, one, delivered) for one in printed],
        change_lines=[line for _kind, line in change_lines(case.statistics.facts.changed)],
        left=len(changed) - len(shown),
        is_after=case.ends_at is not None and any(case.ends_at <= datetime.fromisoformat(one.at) for one in changed),
        changes=[
            _change_row(one, case.statistics, references_of.get(one.room_id, NOWHERE), lists.get(one.room_id))
            for one in shown
        ],
    )


def printed_files(case: ReportInput) -> list[Attachment]:
    """The files that are listed: those delivered on the platform, then the newest."""
    delivered = {one.sha256 for one in case.deliveries if one.sha256}
    ranked = sorted(case.attachments, key=lambda one: (one.sha256 in delivered, one.uploaded_at), reverse=True)
    return ranked[: OFFICE_FILES if case.is_short else MAX_FILES]


def _file_row(case: ReportInput, attachment: Attachment, delivered: set[str]) -> tuple[str, ...]:
    way = say("送信") if attachment.account_id == case.owner_id else say("受信")
    same = say("一致") if attachment.sha256 is not None and attachment.sha256 in delivered else "-"
    digest = (attachment.sha256 or "-")[:16]
    saved = local_time(attachment.saved_at) if attachment.saved_at else "-"
    return (
        attachment.number,
        way,
        visible(attachment.name),
        f"{attachment.size:,}",
        local_time(attachment.uploaded_at),
        saved,
        same,
        digest,
        _state_text(attachment),
    )


def _state_text(attachment: Attachment) -> str:
    words = [say("保存済み")]
    if attachment.sha256 is None:
        words = [say("保存できていません: {reason}", reason=say(attachment.reason or "理由は不明"))]
    if attachment.gone_since is not None:
        words.append(
            say("{gone_since} に、Chatworkに表示されないことを確認", gone_since=local_time(attachment.gone_since))
        )
    if attachment.sha256 is not None and attachment.reason:
        words.append(say(attachment.reason))
    return "\n".join(words)


def _change_row(
    event: ChangeRow, statistics: MessageStatistics, references: References, last_list: datetime | None
) -> tuple[str, ...]:
    """The row of a change; a chat was last seen open with its last list, where it is still closed."""
    about, side = about_text(event), statistics.side_of.get(event.no or 0)
    if event.no is not None:
        about = f"No.{event.no}" + (say("\n{side}のメッセージ", side=say(side)) if side else "")
    before, after = (_cell_text(event, value, references) for value in (event.before, event.after))
    texts = f"{before or '-'} → {after or '-'}" if before or after else ""
    last = entry_time(event.last_before) if event.last_before else "-"
    if event.kind == CHAT_CLOSED and last_list is not None and last_list <= datetime.fromisoformat(event.at):
        last = local_time(last_list)
    return (entry_time(event.at), say(event.kind), about, texts, last)


def _cell_text(event: ChangeRow, value: str, references: References) -> str:
    """A value as a cell shows it; in texts of messages, tasks and descriptions tags become words."""
    tagged = event.no is not None or event.kind.startswith(("タスク", "チャットの概要"))
    shown = value_text(event, value)
    return shorten(plain_text(parse(value), references) if tagged and shown == value else shown, _CUT)
