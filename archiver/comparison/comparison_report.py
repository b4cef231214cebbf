"""Compares two archives or packages of the same chats, each verified first and read once, and writes what it found."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path

from archiver import errors
from archiver.chatwork.notation.parse import parse
from archiver.comparison.message_comparison import Absence, ComparedMessage, HeldMessage, Outcome, compare_messages
from archiver.comparison.sides import Side, message_fold, open_side
from archiver.comparison.summary import ComparisonSummary, count_files
from archiver.evidence.chain import digest_file
from archiver.evidence.looks import CHATWORK
from archiver.evidence.tables.cells import csv_line, jsonl_line, jst, jst_of, message_cell
from archiver.export.pdf.blocks import Block, Bullets, Chapter, FactList, Paragraph, Report, TableBlock
from archiver.export.pdf.typst_pdf import make_pdf_apart
from archiver.folder_sync import sync_where_possible
from archiver.records import AccountId, MessageId, RoomId, State
from archiver.render.invisible_characters import visible
from archiver.render.message_body import ReferenceLink, References, plain_text
from archiver.render.page_templates import render_template
from archiver.render.times import entry_time, local_time
from archiver.report_language import current_language, marked, report_language, say
from archiver.store.durable_files import sync_tree


def compare(path_a: Path, path_b: Path, *, folder: Path | None, at: datetime) -> ComparisonSummary:
    """Compare what lies at two paths, and write the comparison into a new folder if one is given.

    Only the rooms that both have are read. Raises NoCommonRoom, BadValue, PdfUnavailable,
    PdfFailed, OSError, and what `open_side` and its messages raise; a folder that was begun is then removed.
    """
    with ExitStack() as opened:
        fold_of = lru_cache(maxsize=1)(message_fold)  # two copies of one archive: what both hold is folded once
        a, b = (opened.enter_context(open_side(path, fold_of)) for path in (path_a, path_b))
        rooms = tuple(sorted(a.room_names.keys() & b.room_names.keys()))
        if not rooms:
            raise errors.NoCommonRoom
        summary = ComparisonSummary(a, b, rooms)
        files = None if folder is None else ComparisonFiles(folder)
        if files is not None:
            opened.callback(files.discard)
        for compared in compare_messages(_of_rooms(a, rooms), _of_rooms(b, rooms), a.reach, b.reach):
            summary.add(compared)
            if files is not None:
                files.add(compared)
        count_files(summary)
        if files is not None:
            with report_language(current_language(), practice=a.is_practice or b.is_practice):
                files.close(summary, at=at)
    return summary


def _of_rooms(side: Side, rooms: tuple[int, ...]) -> Iterator[HeldMessage]:
    return (held for held in side.messages() if held.room_id in rooms)


OUTCOMES: dict[Outcome, str] = {
    Outcome.SAME: "両方にあり、文面が同じ",
    Outcome.A_HOLDS_MORE: "両方にあり、ほかの時点の文面は甲だけにある",
    Outcome.B_HOLDS_MORE: "両方にあり、ほかの時点の文面は乙だけにある",
    Outcome.EACH_HOLDS_MORE: "両方にあり、ほかの時点の文面がそれぞれにある",
    Outcome.TEXTS_DIFFER: "両方にあり、保存した文面が異なる(保存した時点が違うことがあります)",
    Outcome.FACTS_DIFFER: "両方にあり、発言者または送信時刻が異なる",
    Outcome.UPDATES_DIFFER: "両方にあり、同じ時期に保存した同じ文面の編集時刻が異なる(Chatworkが示す編集時刻は一つ)",
    Outcome.MASKED: "両方にあり、伏せ字があるため文面は比べていない",
    Outcome.ONLY_A: "甲だけにある",
    Outcome.ONLY_B: "乙だけにある",
}

ABSENCES: dict[Absence, str] = {
    Absence.EARLIER: "もう一方が持つ最も古いメッセージより前",
    Absence.LATER: "もう一方が持つ最も新しいメッセージより後",
    Absence.NOT_LISTED: "もう一方がこの前後の一覧を取得したとき、表示されていなかった(理由不明)",
    Absence.NOT_READ: "もう一方が取得していない期間",
    Absence.OUTSIDE_PERIOD: "期間外。もう一方は期間を限って作られた資料で、その中のどのメッセージよりも前または後",
    Absence.ERASED: "もう一方の持ち主が、保存した後に消去した範囲",
}

DELETIONS: dict[tuple[bool, bool], str] = {
    (True, True): "(削除されたことは両方が保存)",
    (True, False): "(削除されたことは甲だけが保存)",
    (False, True): "(削除されたことは乙だけが保存)",
    (False, False): "",
}
"""By whether A and B saw a deletion."""

_OTHER_ACCOUNTS = (
    "甲と乙は、別のアカウントのAPIトークンで保存されたものです。保存した時刻は同じではありません。",
    "二つが同じ文面を持つことは、二つのアカウントに同じ文面が表示されたことを示します。だれが書いたか、内容が正しいかは示しません。",
)
_OTHER_SERVICE = (
    _OTHER_ACCOUNTS[0],
    "甲と乙の両方の取得元がChatworkのアドレスであることは、記録からは確認できません。",
    "二つが同じ文面を持つことは、二つのアカウントに同じ文面が表示されたことを示すものではありません。",
)
_SAME_ACCOUNT = (
    "甲と乙は、同じアカウントで保存されたものです。片方がもう片方から作られたものかどうかは、この比較からは分かりません。",
    "二つが同じ文面を持つことは、別の人にも同じ文面が表示されたことを示すものではありません。",
)
_ALWAYS = (
    "文面は、それぞれが保存した時点のものです。片方だけにある文面は、もう片方が見ていない間に表示されていたことがあります。",
    "比べたのは、両方にあるチャットだけです。ほかのチャットの内容は含みません。",
    "資料は、期間を限って作られることがあります。資料にないメッセージを、その持ち主が保存していないとは限りません。",
    "伏せ字のあるメッセージは、発言者と送信時刻だけを比べました。",
)


def limits(a: Side, b: Side) -> tuple[str, ...]:
    """What a comparison of these two does not say; accounts that are not known count as the same."""
    are_others = bool(a.account_ids and b.account_ids) and not a.account_ids & b.account_ids
    others = _OTHER_ACCOUNTS if a.addresses == b.addresses == {CHATWORK} else _OTHER_SERVICE
    return tuple(map(say, (*(others if are_others else _SAME_ACCOUNT), *_ALWAYS)))


def outcome_text(compared: ComparedMessage) -> str:
    """What the comparison of one message gave, with what is known of why one side lacks it, and who saw a deletion."""
    text = say(OUTCOMES[compared.outcome])
    if compared.absence is not None:
        return say("{text}({reason})", text=text, reason=say(ABSENCES[compared.absence]))
    assert compared.a is not None
    assert compared.b is not None
    return text + say(DELETIONS[compared.a.state == State.DELETED, compared.b.state == State.DELETED])


TITLE = "二つの保存記録の比較"
PARTIAL = ".partial"
README = "README.txt"
HEADER = (
    "番号", "ルームID", "メッセージID", "送信時刻(日本時間)", "発言者(表示名)", "アカウントID", "比較の結果",
    "甲 No.", "甲 最初に保存(日本時間)", "甲 タイムスタンプ(日本時間)", "甲 文面",
    "乙 No.", "乙 最初に保存(日本時間)", "乙 タイムスタンプ(日本時間)", "乙 文面",
)  # fmt: skip
_FILES = (
    ("comparison.pdf", "結果と、違いのあるメッセージ"),
    ("comparison.html", "同じもの。ブラウザーで開きます"),
    ("comparison.csv", "すべてのメッセージを1行ずつ。文面はChatworkの記法のまま"),
    ("comparison.jsonl", "同じもの。プログラム用。文面は受け取ったまま"),
    ("SHA256SUMS.txt", "ここにあるファイルのハッシュ値(SHA-256)"),
)
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
        self._csv.write(csv_line(map(say, HEADER)))

    def add(self, compared: ComparedMessage) -> None:
        """Write a message to the tables."""
        self._csv.write(csv_line(_cells(compared)))
        self._jsonl.write(jsonl_line(_object(compared)))

    def close(self, summary: ComparisonSummary, *, at: datetime) -> None:
        """Write page, PDF and the list of digests, and give the folder its name. Raises PdfUnavailable, PdfFailed."""
        self._open.close()
        report = build_report(summary, at=at)
        (self._partial / README).write_text(readme_text(summary, at=at), encoding="utf-8", newline="\r\n")
        (self._partial / "comparison.html").write_text(_page(summary, at), encoding="utf-8", newline="")
        (self._partial / "comparison.pdf").write_bytes(make_pdf_apart(report, at=at))
        lines = [f"{digest_file(path)}  {path.name}\n" for path in sorted(self._partial.iterdir())]
        (self._partial / "SHA256SUMS.txt").write_text("".join(lines), encoding="utf-8", newline="")
        sync_tree(self._partial)  # what has the final name is whole after a power cut too
        self._partial.rename(self.folder)
        sync_where_possible(self.folder.parent)

    def discard(self) -> None:
        """Remove what was begun; without effect on a finished one."""
        self._open.close()
        shutil.rmtree(self._partial, ignore_errors=True)


def readme_text(summary: ComparisonSummary, *, at: datetime) -> str:
    """`README.txt`: what was compared and found, what lies where, and what it does not say."""
    lines = [
        marked(say(TITLE)),
        say("作成 {at}(日本時間)", at=local_time(at)),
        "",
        *(f"{label}: {visible(text)}" for label, text in side_rows(summary)),
        "",
        *(f"{what}: {number}" for table in result_tables(summary) for what, number in table.rows),
        "",
        *(f"{name}  {say(what)}" for name, what in _FILES),
        "",
        say("この比較からは分からないこと"),
        *(f"- {one}" for one in limits(summary.a, summary.b)),
    ]
    return "".join(f"{line}\n" for line in lines)


def build_report(summary: ComparisonSummary, *, at: datetime) -> Report:
    """The comparison as a PDF: what was compared, the counts, each difference, and what it does not say."""
    return Report(
        title=say(TITLE),
        author="",
        header=marked(say(TITLE)),
        reference=say("作成 {at}", at=local_time(at)),
        exhibit=None,
        footer=say("作成 {at}(日本時間)", at=local_time(at)),
        left_margin=20.0,
        chapters=(
            Chapter(say("1 比べたもの"), (FactList(tuple(side_rows(summary))),)),
            Chapter(say("2 結果"), tuple(result_tables(summary))),
            Chapter(say("3 違いのあるメッセージ"), tuple(_difference_blocks(summary))),
            Chapter(
                say("4 この比較からは分からないこと"),
                (Bullets(limits(summary.a, summary.b)),),
            ),
        ),
    )


def side_rows(summary: ComparisonSummary) -> Iterator[tuple[str, str]]:
    """What was compared: each side with its account and its check, and the chats that both have."""
    for label, side in ((say("甲"), summary.a), (say("乙"), summary.b)):
        kind = say("保管庫") if side.kind == "archive" else say("資料")
        yield label, f"{kind} {side.path.name}"
        shown = [
            say("{name}(ID {id})", name=summary.names[one], id=one) if summary.names.get(one) else str(one)
            for one in sorted(side.account_ids)
        ]
        accounts = say("、").join(shown) or say("不明")
        yield say("{label} 保存したアカウント", label=label), accounts
        number = len(side.verification.findings)
        found = say("合わないところ {number}件(下の比較は、このことを踏まえて読んでください)", number=number)
        intact = say("点検した範囲では、変わったところはありません")
        yield say("{label} 点検", label=label), found if number else intact
        if side.addresses - {CHATWORK}:
            addresses = say("、").join(map(visible, sorted(side.addresses)))
            told = say("Chatworkのものではないアドレスを含む: {addresses}", addresses=addresses)
            yield say("{label} 取得元", label=label), told
    if summary.parted_at is not None:
        sentence = say("同じ保管庫のものですが、確定記録{number}から合わなくなります", number=summary.parted_at)
        yield say("確定記録の分かれ目"), sentence
    for room in summary.rooms:
        name = summary.a.room_names.get(room) or summary.b.room_names.get(room, "")
        yield say("チャット"), say("{name}(ルームID {room})", name=name, room=room)


def result_tables(summary: ComparisonSummary) -> Iterator[TableBlock]:
    """How many messages, and how many files, compare in each way."""
    totals = [(outcome, summary.total([outcome])) for outcome in Outcome]
    rows = [(say(OUTCOMES[outcome]), say("{n}件", n=total)) for outcome, total in totals if total]
    nothing = ((say("両方にあるメッセージなし"), say("{n}件", n=0)),)
    yield TableBlock((say("メッセージ"), say("件数")), (0.8, 0.2), tuple(rows) or nothing)
    words = {
        "same": "両方にあり、中身が同じ",
        "differ": "両方にあり、中身が異なる",
        "only_a": "中身を甲だけが保存",
        "only_b": "中身を乙だけが保存",
    }
    rows = [(say(what), say("{n}点", n=summary.files[one])) for one, what in words.items() if summary.files[one]]
    if rows:
        yield TableBlock((say("ファイル(中身の SHA-256)"), say("点数")), (0.8, 0.2), tuple(rows))


def _difference_blocks(summary: ComparisonSummary) -> Iterator[Block]:
    if not summary.listed:
        yield Paragraph(say("違いのあるメッセージはありません。"))
        return
    rows = tuple(difference_cells(summary, compared) for compared in summary.listed)
    yield TableBlock(_difference_heads(), (0.2, 0.2, 0.3, 0.3), rows, size=7)
    if summary.unlisted:
        yield Paragraph(_unlisted_text(summary), "small")


def _difference_heads() -> tuple[str, ...]:
    return say("番号・送信時刻・発言者"), say("結果"), say("甲"), say("乙")


def _unlisted_text(summary: ComparisonSummary) -> str:
    return say("ほかに {n}件あります。すべては comparison.csv にあります。", n=summary.unlisted)


def difference_cells(summary: ComparisonSummary, compared: ComparedMessage) -> tuple[str, str, str, str]:
    """A difference as the cells of a row: number, when and who; the result; and what each side holds."""
    either = compared.either
    at = local_time(datetime.fromtimestamp(either.send_time, UTC)) if either.send_time else "-"
    head = say("番号 {no}", no=compared.no)
    cells = (_side_text(summary, compared.a), _side_text(summary, compared.b))
    return f"{head}\n{at}\n{either.name}\nm{either.position}", outcome_text(compared), *cells


def _side_text(summary: ComparisonSummary, held: HeldMessage | None) -> str:
    """What a side holds of a message: its No. there, when it was saved first, and its texts as Chatwork shows them.

    A text bears the time of its edit that Chatwork gave: it explains why the other side has another one.
    """
    if held is None:
        return say("なし")
    edits = {one.body: one.update_time for one in held.versions if one.update_time}
    texts = []
    for body in held.texts:
        text = plain_text(parse(body), _references(summary))
        text = text if len(text) <= _TEXT_LENGTH else f"{text[:_TEXT_LENGTH]}…"
        texts.append(say("{at} 編集: {text}", at=jst(edits[body]), text=text) if body in edits else text)
    saved = entry_time(held.first_seen)
    head = say("No.{no} {saved} 保存", no=held.no, saved=saved)
    return "\n→ ".join([head, *(texts or [say("(「削除」表示。文面は不明)")])])


def _references(summary: ComparisonSummary) -> References:
    def name_of(account: AccountId) -> str | None:
        return summary.names.get(account)

    def link_of(_room: RoomId, message: MessageId) -> ReferenceLink:
        return ReferenceLink(say("メッセージID {message}", message=message))

    return References(name_of, link_of, lambda _file: None)


def _page(summary: ComparisonSummary, at: datetime) -> str:
    return render_template(
        "comparison.html",
        title=say(TITLE),
        made_at=say("作成 {at}(日本時間)", at=local_time(at)),
        facts=[(label, visible(text)) for label, text in side_rows(summary)],
        tables=[(block.heads, block.rows) for block in result_tables(summary)],
        heads=_difference_heads(),
        differences=[
            [visible(cell, lines=True) for cell in difference_cells(summary, compared)] for compared in summary.listed
        ],
        unlisted=_unlisted_text(summary) if summary.unlisted else "",
        limits=limits(summary.a, summary.b),
    )


def _cells(compared: ComparedMessage) -> list[object]:
    either = compared.either
    place = [compared.no, either.room_id, message_cell(either.position)]
    head = [*place, jst(either.send_time), either.name, either.account_id]
    return [*head, outcome_text(compared), *_side_cells(compared.a), *_side_cells(compared.b)]


def _side_cells(held: HeldMessage | None) -> list[object]:
    if held is None:
        return ["", "", "", ""]
    stamped = jst_of(held.stamped_at) if held.stamped_at else ""
    return [held.no, jst_of(held.first_seen), stamped, "\n→ ".join(held.texts)]


def _object(compared: ComparedMessage) -> dict[str, object]:
    either = compared.either
    return {
        "no": compared.no,
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
