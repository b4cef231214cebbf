"""Chapter 12: the seals, their time stamps and the digests of files. Chapter 13: what was masked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC

from archiver.claims.messages import last_reply
from archiver.claims.words import reply_label
from archiver.export.enclosure_file_names import label
from archiver.export.metadata.items import metadata_text
from archiver.export.pdf.blocks import Block, Chapter, Paragraph, TableBlock
from archiver.export.report.input import ReportInput, SealLine, StampLine
from archiver.export.report.statistics import MessageStatistics
from archiver.records import JST
from archiver.render.invisible_characters import visible
from archiver.render.times import local_time

ENDS = 2
"""The first and the last."""

_SEAL_HEADS = ("番号・日", "件数", "確定記録のSHA-256", "認証局", "第三者の時刻", "遅れ")


def digests(case: ReportInput, statistics: MessageStatistics) -> Chapter:
    """Chapter 12: the seals that a reader can check, and the full digest of every saved file."""
    stamped = sum(1 for one in case.seals if one.stamps)
    blocks: list[Block] = []
    if case.content_sha256:
        blocks.append(Paragraph(f"内容一覧(content-sha256.txt)のSHA-256\n{case.content_sha256}"))
    note = f"日ごとの確定記録 {len(case.seals)}件、うち第三者の時刻(タイムスタンプ)付き {stamped}件。"
    blocks.append(Paragraph(note + _stamped_range(case.seals) + _saved_text(statistics)))
    seals = _shown_seals(case)
    if len(seals) < len(case.seals):
        blocks.append(Paragraph(_left_out_text(case, seals)))
    if seals:
        rows = tuple(_seal_row(one, waits=case.stamping) for one in seals)
        shown = TableBlock(_SEAL_HEADS, (0, 0, 0, 1, 0, 0), rows, 6.5)
        blocks.append(shown if stamped or case.stamping else _without_stamps(shown))
    saved_files = [one for one in case.attachments if one.sha256 is not None]
    if saved_files:
        blocks.append(Paragraph("ファイルのSHA-256", "strong"))
        rows = tuple((one.number, f"{one.size:,}", one.sha256 or "") for one in saved_files)
        blocks.append(TableBlock(("番号", "大きさ(バイト)", "SHA-256"), (0, 0, 1), rows, 7))
    if case.enclosures and case.metadata:
        blocks += _enclosure_blocks(case)
    return Chapter("12　ハッシュ値とタイムスタンプ", tuple(blocks))


_METADATA_NOTE = (
    "メタデータは、ファイルの中で内容とは別に、作成者・位置などを記したものです。除いた写しは、画像の画素やページの内容を元のまま残した別のファイルで、"
    "元のファイルは保管庫にあります。ファイルの内容に写っている氏名などは、伏せていません。"
)


def _enclosure_blocks(case: ReportInput) -> Iterator[Block]:
    """The user's own evidence: its digest, that of its copy, and what it says beside its content."""
    yield Paragraph("報告者が添えた資料のSHA-256とメタデータ", "strong")
    rows = []
    for enclosure in case.enclosures:
        metadata = case.metadata.get(label(enclosure))
        if metadata is not None:
            copy = case.copies.get(enclosure.number)
            sha256 = enclosure.sha256 if copy is None else f"写し {copy}\n元 {enclosure.sha256}"
            rows.append((label(enclosure), f"{enclosure.size:,}", sha256, visible(metadata_text(metadata))))
    yield TableBlock(("番号", "大きさ(バイト)", "SHA-256", "メタデータ"), (0, 0, 1.4, 1), tuple(rows), 7)
    yield Paragraph(_METADATA_NOTE, "small")


_MASKED, _SHORT = "13　伏せ字の一覧", 5
"""So many rows at most stand on no page of their own."""


def masked_places(case: ReportInput, _statistics: MessageStatistics) -> Chapter:
    """Chapter 13: what was masked, summed up by kind; the places themselves show it."""
    if not case.masked_passages:
        return Chapter(_MASKED, (Paragraph("伏せ字はありません。"),), keeps_with_previous=True)
    places, counts = Counter(one.reason for one in case.masked_passages), Counter[str]()
    for passage in case.masked_passages:
        counts[passage.reason] += passage.count
    rows = tuple((kind, f"{places[kind]:,}", f"{count:,}") for kind, count in counts.most_common())
    table = TableBlock(("種類・理由", "発言・項目", "か所"), (3, 0, 0), rows)
    return Chapter(_MASKED, (table,), keeps_with_previous=len(rows) <= _SHORT)


def _shown_seals(case: ReportInput) -> list[SealLine]:
    """The first and the last seal; for a reader who checks stamps also each that has one."""
    ends = [*case.seals[:1], *case.seals[1:][-1:]]
    if case.profile == "support":
        return ends
    return [one for one in case.seals if one.stamps or one in ends]


def _left_out_text(case: ReportInput, shown: Sequence[SealLine]) -> str:
    """How many seals are not printed, and where they are."""
    count = len(case.seals) - len(shown)
    where = " data/seals/ にあります" if case.profile == "lawyer" else "省略しました(保管庫にあります)"
    what = "最初と最後の確定記録です。間" if len(shown) <= ENDS else "最初と最後、第三者の時刻のある確定記録です。ほか"
    return f"{what}の{count:,}件は{where}。"


def _without_stamps(table: TableBlock) -> TableBlock:
    """The table without the columns that say something of stamps, where there are none and none will come."""
    return TableBlock(table.heads[:3], table.widths[:3], tuple(row[:3] for row in table.rows), 8)


def _stamped_range(seals: Sequence[SealLine]) -> str:
    """A sentence about the first and the last seal with a stamp."""
    times = [(one.number, min(stamped.time for stamped in one.stamps)) for one in seals if one.stamps]
    if not times:
        return ""
    first, last = (f"第{number}号({local_time(at)})" for number, at in (times[0], times[-1]))
    return f"時刻が付いているのは {first}" + (f"から {last}まで" if len(times) > 1 else "だけ") + "です。"


def _saved_text(statistics: MessageStatistics) -> str:
    reply = last_reply(statistics.facts)
    if reply.value is None:
        return ""
    before, after = statistics.saved_before, statistics.saved_after
    return f"発言は、{reply_label(reply)}より前に{before:,}件、後に{after:,}件を保存しました。"


def _seal_row(seal: SealLine, *, waits: bool) -> tuple[str, ...]:
    """The row of a seal; `waits`: an authority is configured, so a missing stamp may still come."""
    authorities = "\n".join(stamped.authority for stamped in seal.stamps) or "-"
    times = "\n".join(_both_times(stamped) for stamped in seal.stamps) or ("付与待ち" if waits else "なし")
    first = min((stamped.time for stamped in seal.stamps), default=None)
    delay = "-" if first is None else _delay_text((first - seal.closed_at).total_seconds())
    day = seal.closed_at.astimezone(JST).date().isoformat()
    return (f"第{seal.number}号\n{seal.day or day}", f"{seal.entries:,}", seal.sha256, authorities, times, delay)


def _both_times(stamp: StampLine) -> str:
    return f"{stamp.time.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC\n{local_time(stamp.time)} 日本時間"


def _delay_text(seconds: float) -> str:
    if seconds < 60:
        return f"{max(0, seconds):.0f}秒"
    if seconds < 3600:
        return f"{seconds / 60:.0f}分"
    return f"{seconds / 3600:.0f}時間" if seconds < 172800 else f"{seconds / 86400:.0f}日"
