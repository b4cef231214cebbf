"""Writes a comparison into a folder: page, PDF, CSV and JSONL, and a list of their digests."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path

from archiver import errors
from archiver.comparison.held_messages import ComparedMessage, HeldMessage, Outcome
from archiver.comparison.sides import Side
from archiver.comparison.summary import ComparisonSummary
from archiver.comparison.words import OUTCOMES, limits, outcome_text
from archiver.evidence.manifest import digest_file
from archiver.evidence.tables.cells import csv_line, jsonl_line, jst, jst_of, message_cell
from archiver.export.pdf.blocks import Block, Bullets, Chapter, FactList, Paragraph, Report, TableBlock
from archiver.export.pdf.worker import make_pdf_apart
from archiver.render.comparison_page import comparison_html
from archiver.render.times import local_time

TITLE = "二つの保存記録の比較"
PARTIAL = ".partial"
_HEADER = (
    "ルームID", "メッセージID", "送信時刻(日本時間)", "発言者(表示名)", "アカウントID", "比較の結果",
    "甲 No.", "甲 最初に保存(日本時間)", "甲 第三者の時刻(日本時間)", "甲 文面",
    "乙 No.", "乙 最初に保存(日本時間)", "乙 第三者の時刻(日本時間)", "乙 文面",
)  # fmt: skip
_TEXT_LENGTH = 200
"""Characters of a text in the pages; the tables hold it whole."""


class ComparisonFiles:
    """A folder that gets a comparison; it exists under its name only when all of it is there."""

    def __init__(self, folder: Path) -> None:
        """Begin beside `folder`, which must not exist. Raises BadValue, OSError."""
        if folder.exists():
            raise errors.BadValue(value=str(folder), option="--out", example="comparison-2026-11-24")
        self.folder, self._partial = folder, folder.with_name(folder.name + PARTIAL)
        self._partial.mkdir(parents=True)
        self._open = ExitStack()
        self._csv = self._open.enter_context(
            (self._partial / "comparison.csv").open("w", encoding="utf-8-sig", newline="")
        )
        self._jsonl = self._open.enter_context(
            (self._partial / "comparison.jsonl").open("w", encoding="utf-8", newline="")
        )
        self._csv.write(csv_line(_HEADER))

    def add(self, compared: ComparedMessage) -> None:
        """Write a message to the tables."""
        self._csv.write(csv_line(_cells(compared)))
        self._jsonl.write(jsonl_line(_object(compared)))

    def close(self, summary: ComparisonSummary, *, at: datetime) -> None:
        """Write page, PDF and the list of digests, and give the folder its name. Raises PdfUnavailable, PdfFailed."""
        self._open.close()
        report = build_report(summary, at=at)
        (self._partial / "comparison.html").write_text(_page(summary, at), encoding="utf-8", newline="")
        (self._partial / "comparison.pdf").write_bytes(make_pdf_apart(report, at=at))
        lines = [f"{digest_file(path)}  {path.name}\n" for path in sorted(self._partial.iterdir())]
        (self._partial / "SHA256SUMS.txt").write_text("".join(lines), encoding="utf-8", newline="")
        self._partial.rename(self.folder)

    def discard(self) -> None:
        """Remove what was begun; without effect on a finished one."""
        self._open.close()
        shutil.rmtree(self._partial, ignore_errors=True)


def build_report(summary: ComparisonSummary, *, at: datetime) -> Report:
    """The comparison as a PDF: what was compared, the counts, each difference, and what it does not say."""
    return Report(
        title=TITLE,
        author="",
        header=TITLE,
        reference=f"作成 {local_time(at)}",
        exhibit=None,
        footer=f"作成 {local_time(at)}(日本時間)",
        left_margin=20.0,
        chapters=(
            Chapter("１　比べたもの", (FactList(tuple(_side_rows(summary))),)),
            Chapter("２　結果", tuple(_result_blocks(summary))),
            Chapter("３　違いのある発言", tuple(_difference_blocks(summary))),
            Chapter(
                "４　この比較からは分からないこと", (Bullets(limits(summary.a.account_ids, summary.b.account_ids)),)
            ),
        ),
    )


def _side_rows(summary: ComparisonSummary) -> Iterator[tuple[str, str]]:
    for label, side in (("甲", summary.a), ("乙", summary.b)):
        yield label, f"{_kind(side)} {side.path.name}"
        yield f"{label} 保存したアカウント", "、".join(map(str, sorted(side.account_ids))) or "不明"
        yield f"{label} 点検", _verified(side)
    for room in summary.rooms:
        name = summary.a.room_names.get(room) or summary.b.room_names.get(room, "")
        yield "チャット", f"{name}(ルームID {room})"


def _kind(side: Side) -> str:
    return "保管庫" if side.kind == "archive" else "提出資料"


def _verified(side: Side) -> str:
    number = len(side.verification.findings)
    return (
        f"食い違い {number}件(下の比較は、このことを踏まえて読んでください)" if number else "点検した範囲に食い違いなし"
    )


def _result_blocks(summary: ComparisonSummary) -> Iterator[Block]:
    rows = [(OUTCOMES[outcome], f"{summary.total([outcome])}件") for outcome in Outcome if summary.total([outcome])]
    yield TableBlock(("発言", "件数"), (0.8, 0.2), tuple(rows) or (("両方にある発言なし", "0件"),))
    files = summary.files
    yield TableBlock(
        ("ファイル(中身の SHA-256)", "点数"),
        (0.8, 0.2),
        (
            ("両方にあり、中身が同じ", f"{files.same}点"),
            ("両方にあり、中身が異なる", f"{files.differ}点"),
            ("中身を甲だけが保存", f"{files.only_a}点"),
            ("中身を乙だけが保存", f"{files.only_b}点"),
        ),
    )


def _difference_blocks(summary: ComparisonSummary) -> Iterator[Block]:
    if not summary.listed:
        yield Paragraph("違いのある発言はありません。")
        return
    rows = tuple(difference_cells(compared) for compared in summary.listed)
    yield TableBlock(("送信時刻・発言者", "結果", "甲", "乙"), (0.2, 0.2, 0.3, 0.3), rows, size=7)
    if summary.unlisted:
        yield Paragraph(f"ほかに {summary.unlisted}件あります。すべては comparison.csv にあります。", "small")


def difference_cells(compared: ComparedMessage) -> tuple[str, str, str, str]:
    """A difference as the cells of a row: when and who, the result, and what each side holds."""
    either = compared.either
    head = f"{jst(either.send_time)}\n{either.name}\nm{either.position}"
    return head, outcome_text(compared), _side_text(compared.a), _side_text(compared.b)


def _side_text(held: HeldMessage | None) -> str:
    if held is None:
        return "なし"
    texts = [text if len(text) <= _TEXT_LENGTH else f"{text[:_TEXT_LENGTH]}…" for text in held.texts]
    return "\n→ ".join([f"No.{held.no} {jst_of(held.first_seen)} 保存", *(texts or ["(「削除」表示。文面は不明)"])])


def _page(summary: ComparisonSummary, at: datetime) -> str:
    return comparison_html(
        title=TITLE,
        made_at=f"{local_time(at)}(日本時間)",
        facts=list(_side_rows(summary)),
        tables=[(block.heads, block.rows) for block in _result_blocks(summary) if isinstance(block, TableBlock)],
        differences=[difference_cells(compared) for compared in summary.listed],
        unlisted=summary.unlisted,
        limits=limits(summary.a.account_ids, summary.b.account_ids),
    )


def _cells(compared: ComparedMessage) -> list[object]:
    either = compared.either
    head = [either.room_id, message_cell(either.position), jst(either.send_time), either.name, either.account_id]
    return [*head, outcome_text(compared), *_side_cells(compared.a), *_side_cells(compared.b)]


def _side_cells(held: HeldMessage | None) -> list[object]:
    if held is None:
        return ["", "", "", ""]
    stamped = jst_of(held.stamped_at) if held.stamped_at else ""
    return [held.no, jst_of(held.first_seen), stamped, "\n→ ".join(held.texts)]


def _object(compared: ComparedMessage) -> dict[str, object]:
    either = compared.either
    return {
        "room_id": either.room_id,
        "message_id": str(either.position),
        "send_time": either.send_time,
        "outcome": compared.outcome.value,
        "absence": None if compared.absence is None else compared.absence.value,
        "a": _side_object(compared.a),
        "b": _side_object(compared.b),
    }


def _side_object(held: HeldMessage | None) -> dict[str, object] | None:
    if held is None:
        return None
    return {
        "no": held.no,
        "account_id": held.account_id,
        "name": held.name,
        "state": held.state,
        "texts": list(held.texts),
        "first_seen_at": held.first_seen,
        "seal": held.seal,
        "stamped_at": held.stamped_at,
        "masked": held.is_masked,
    }
