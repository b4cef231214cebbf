"""Chapter 10: a statement on the method, to be signed. Chapter 11: how anybody can check the record."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta

from archiver.claims.messages import last_reply
from archiver.claims.words import reply_label, sources_text
from archiver.export.enclosure_names import label
from archiver.export.metadata.items import metadata_text
from archiver.export.pdf.blocks import Block, Bullets, Chapter, Paragraph, TableBlock
from archiver.export.report.files_and_changes import printed_files
from archiver.export.report.input import ReportInput, SealLine, platform_of, side_text
from archiver.export.report.statistics import MessageStatistics
from archiver.records import JST
from archiver.render.invisible_characters import visible
from archiver.render.page_templates import text_lines
from archiver.render.times import local_time
from archiver.report_language import say, stated_day


def statement(case: ReportInput, statistics: MessageStatistics) -> Chapter:
    """Chapter 10, in the first person, so that it can be signed as it is."""
    rooms = say("、").join(
        say("{room_id}「{room_name}」", room_id=room.room_id, room_name=visible(room.room_name)) for room in case.rooms
    )
    text, signature = text_lines(
        "statement.txt",
        case=case,
        rooms=rooms,
        runs=_runs_text(case),
        sources=_sources_text(statistics),
        made_at=case.created_at.astimezone(JST),
    )
    return Chapter(say("10\u3000取得方法"), (Paragraph(text, "whole"), *_handover_blocks(case), Paragraph(signature)))


def _handover_blocks(case: ReportInput) -> Iterator[Paragraph | Bullets]:
    """To whom earlier packages of the contract were handed, as the user stated it."""
    lines = [
        say(
            "{on}\u3000{to}{value}: {name}\u3000SHA-256 先頭16桁 {sha256}",
            on=stated_day(visible(one.on)),
            to=visible(one.to),
            value=f"({visible(one.how)})" if one.how else "",
            name=exported.name,
            sha256=exported.sha256[:16],
        )
        for exported in case.handed_over
        for one in exported.handovers
    ]
    if lines:
        yield Paragraph(say("これまでに渡した資料(報告者入力)"))
        yield Bullets(tuple(lines))


def checking(case: ReportInput, _statistics: MessageStatistics) -> Chapter:
    """Chapter 11 in words; the commands are in VERIFY.txt of a package that holds the records."""
    platform = platform_of(case.contract.platform)
    is_stamped = case.stamping or any(one.stamps for one in case.seals)
    named = {"where": platform.where, "side": side_text(platform), "profile": case.profile, "is_stamped": is_stamped}
    items = text_lines("checking.txt", **named)
    return Chapter(say("11\u3000点検の方法"), (Bullets(tuple(items)),))


def _sources_text(statistics: MessageStatistics) -> str:
    """By which kind of reading the messages came; empty if there are none."""
    text = sources_text(statistics.facts)
    return (
        say(
            "メッセージの取得方法は、{text}です(内容が変わったメッセージは、最後の変化を確認した方法で数えています)。",
            text=text,
        )
        if text
        else ""
    )


def _runs_text(case: ReportInput) -> str:
    """The interval of the settings, and how often the job really ran, as the settings alone would promise too much."""
    setting = say("プログラムの設定は{interval}ごと", interval=_interval_text(case.every))
    if case.begun_at is None:
        return say("{setting}。一度も取得できていません", setting=setting)
    count = max(room.watch.looks for room in case.rooms)
    return say(
        "{setting}、実際の一覧の確認は {begun_at} から{count:,}回。実際の間隔と確認していない時間帯は第9章",
        setting=setting,
        begun_at=local_time(case.begun_at),
        count=count,
    )


def _interval_text(every: timedelta) -> str:
    minutes, seconds = divmod(int(every.total_seconds()), 60)
    if seconds:
        return say("{seconds}秒", seconds=int(every.total_seconds()))
    hours, rest = divmod(minutes, 60)
    return say("{hours}時間", hours=hours) if hours and not rest else say("{minutes}分", minutes=minutes)


ENDS = 2
"""The first and the last."""

_SEAL_HEADS = ("番号・日", "記録数", "確定記録のSHA-256", "認証局", "タイムスタンプ", "遅れ")


def digests(case: ReportInput, statistics: MessageStatistics) -> Chapter:
    """Chapter 12: the seals that a reader can check, and the full digest of every saved file."""
    stamped = sum(1 for one in case.seals if one.stamps)
    blocks: list[Block] = []
    if case.content_sha256:
        blocks.append(
            Paragraph(
                say("内容一覧(content-sha256.txt)のSHA-256\n{content_sha256}", content_sha256=case.content_sha256)
            )
        )
    note = say("確定記録 {n}件、うちタイムスタンプ(RFC 3161)付き {stamped}件。", n=len(case.seals), stamped=stamped)
    blocks.append(Paragraph(note + _stamped_range(case.seals) + _saved_text(statistics)))
    seals = _shown_seals(case)
    if len(seals) < len(case.seals):
        blocks.append(Paragraph(_left_out_text(case, seals)))
    if seals:
        rows = tuple(_seal_row(one, waits=case.stamping) for one in seals)
        shown = TableBlock(tuple(map(say, _SEAL_HEADS)), (0, 0, 0, 1, 0, 0), rows, 6.5)
        blocks.append(shown if stamped or case.stamping else _without_stamps(shown))
    if case.authority_classes:
        blocks.append(Paragraph(say("認証局の種別") + "\n" + "\n".join(case.authority_classes), "small"))
    listed = printed_files(case) if case.is_short else case.attachments
    saved_files = sorted((one for one in listed if one.sha256 is not None), key=lambda one: one.number)
    if saved_files:
        blocks.append(Paragraph(say("ファイルのSHA-256"), "strong"))
        rows = tuple((one.number, f"{one.size:,}", one.sha256 or "") for one in saved_files)
        blocks.append(TableBlock((say("番号"), say("大きさ(バイト)"), "SHA-256"), (0, 0, 1), rows, 7))
    if case.enclosures and case.metadata:
        blocks += _enclosure_blocks(case)
    return Chapter(say("12\u3000ハッシュ値とタイムスタンプ"), tuple(blocks))


_METADATA_NOTE = (
    "メタデータは、ファイルの中で内容とは別に、作成者・位置などを記したものです。除いた写しは、画像の画素やページの内容を元のまま残した別のファイルで、"
    "元のファイルは保管庫にあります。ファイルの内容に写っている氏名などは、隠していません。"
)


def _enclosure_blocks(case: ReportInput) -> Iterator[Block]:
    """The user's own evidence: its digest, that of its copy, and what it says beside its content."""
    yield Paragraph(say("報告者が足した資料のSHA-256とメタデータ"), "strong")
    rows = []
    for enclosure in case.enclosures:
        metadata = case.metadata.get(label(enclosure))
        if metadata is not None:
            copy = case.copies.get(enclosure.number)
            sha256 = (
                enclosure.sha256
                if copy is None
                else say("写し {copy}\n元 {sha256}", copy=copy, sha256=enclosure.sha256)
            )
            rows.append((label(enclosure), f"{enclosure.size:,}", sha256, visible(metadata_text(metadata))))
    yield TableBlock((say("番号"), say("大きさ(バイト)"), "SHA-256", say("メタデータ")), (0, 0, 1.4, 1), tuple(rows), 7)
    yield Paragraph(say(_METADATA_NOTE), "small")


_MASKED, _SHORT = "13　伏せ字の一覧", 5
"""So many rows at most stand on no page of their own."""


def masked_places(case: ReportInput, _statistics: MessageStatistics) -> Chapter:
    """Chapter 13: what was masked, summed up by kind; the places themselves show it."""
    reviewed = [Paragraph(one) for one in case.reviewed_sentences]
    if not case.masked_passages:
        none = Paragraph(say("伏せ字はありません。"))
        return Chapter(say(_MASKED), (*reviewed, none), keeps_with_previous=True)
    places, counts = Counter(one.reason for one in case.masked_passages), Counter[str]()
    for passage in case.masked_passages:
        counts[passage.reason] += passage.count
    rows = tuple((say(kind), f"{places[kind]:,}", f"{count:,}") for kind, count in counts.most_common())
    table = TableBlock((say("種類・理由"), say("メッセージ・項目"), say("か所")), (3, 0, 0), rows)
    return Chapter(say(_MASKED), (*reviewed, table), keeps_with_previous=len(rows) <= _SHORT)


def _shown_seals(case: ReportInput) -> list[SealLine]:
    """The first and the last seal; for a reader who checks stamps also each that has one."""
    ends = [*case.seals[:1], *case.seals[1:][-1:]]
    if case.profile == "support":
        return ends
    return [one for one in case.seals if one.stamps or one in ends]


def _left_out_text(case: ReportInput, shown: Sequence[SealLine]) -> str:
    """How many seals are not printed, and where they are."""
    count = len(case.seals) - len(shown)
    where = say(" data/seals/ にあります") if case.profile == "lawyer" else say("省略しました(保管庫にあります)")
    what = (
        say("最初と最後の確定記録です。間")
        if len(shown) <= ENDS
        else say("最初と最後、タイムスタンプのある確定記録です。ほか")
    )
    return say("{what}の{count:,}件は{where}。", what=what, count=count, where=where)


def _without_stamps(table: TableBlock) -> TableBlock:
    """The table without the columns that say something of stamps, where there are none and none will come."""
    return TableBlock(table.heads[:3], table.widths[:3], tuple(row[:3] for row in table.rows), 8)


def _stamped_range(seals: Sequence[SealLine]) -> str:
    """A sentence about the first and the last seal with a stamp."""
    times = [(one.seal.number, one.stamps[0][0]) for one in seals if one.stamps]
    if not times:
        return ""
    first, last = (say("第{number}号({at})", number=number, at=local_time(at)) for number, at in (times[0], times[-1]))
    if len(times) > 1:
        return say("時刻が付いているのは {first}から {last}までです。", first=first, last=last)
    return say("時刻が付いているのは {first}だけです。", first=first)


def _saved_text(statistics: MessageStatistics) -> str:
    reply = last_reply(statistics.facts)
    if reply.value is None:
        return ""
    before, after = statistics.saved_before, statistics.saved_after
    return say(
        "メッセージは、{reply_label}より前に{before:,}件、後に{after:,}件を保存しました。",
        reply_label=reply_label(reply),
        before=before,
        after=after,
    )


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
