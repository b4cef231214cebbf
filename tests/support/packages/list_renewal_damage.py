"""Edits of a package after which its lists are made anew: no record holds them, so they are told as unchecked."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path

from tests.support.packages.sample_package import renew_lists

Edit = Callable[[Path], object]

README, INFO, REPORTS, PAGES = "00_README.txt", "bag-info.txt", "data/*.pdf", "data/transcript/"
RAW, TEXTS, OMISSIONS, OTHERS = "data/raw/", "texts", "omissions", "other files"
PAGE, INDEX = "data/transcript/R123456789-0001.html", "data/transcript/index.html"
SHARD = "data/transcript/search/R123456789-0001.js"
FIRST_REPLY = "data/raw/20261105T010500Z_messages_r123456789_1"


def _put(name: str, before: str, after: str) -> Edit:
    def edit(package: Path) -> None:
        body = (package / name).read_bytes()
        assert before.encode() in body, name
        (package / name).write_bytes(body.replace(before.encode(), after.encode()))

    return edit


def _bytes(name: str, change: Callable[[bytes], bytes]) -> Edit:
    return lambda package: (package / name).write_bytes(change((package / name).read_bytes()))


def _added(name: str, text: str) -> Edit:
    return lambda package: (package / name).write_text(text, encoding="utf-8")


def _removed(*names: str) -> Edit:
    def edit(package: Path) -> None:
        for name in names:
            (package / name).unlink()

    return edit


def _field(name: str, value: object) -> Edit:
    """Another value beside a reply."""

    def edit(package: Path) -> None:
        path = package / f"{FIRST_REPLY}.meta.json"
        path.write_text(json.dumps(json.loads(path.read_bytes()) | {name: value}, indent=1) + "\n")

    return edit


def _without_lines(pattern: str, *names: str) -> Edit:
    def edit(package: Path) -> None:
        for name in names:
            lines = (package / name).read_bytes().splitlines(keepends=True)
            kept = [line for line in lines if not re.search(pattern.encode(), line)]
            assert kept != lines, name
            (package / name).write_bytes(b"".join(kept))

    return edit


def _last_seal_and_its_tail(package: Path) -> None:
    """The last seal, the records that it closes, and all rows made of them."""
    (seal,) = (package / "data/seals").glob("000003-*.json")
    first = json.loads(seal.read_bytes())["first"]
    path = package / "data/entries.jsonl"
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(line for line in lines if json.loads(line)["seq"] < first))
    _without_lines(
        '"message_id":"[67]"|"m[67]"', "data/messages.jsonl", "data/messages.csv", "data/operator_inquiry.csv"
    )(package)
    _without_lines("2026-11-08[T ]", "data/pauses.jsonl", "data/pauses.csv")(package)
    for reply in (package / "data/raw").glob("20261108T*"):
        reply.unlink()
    for left in (package / "data/seals").glob("000003-*"):
        left.unlink()


def _table_taken_out(package: Path) -> None:
    """As the package would lack it by a wish of its order."""
    (package / "data/tasks.csv").unlink()
    with (package / INFO).open("a", encoding="utf-8") as info:
        info.write("Tables-Left-Out: tasks.csv; entries.jsonl\n")


_KINDS: Mapping[str, tuple[Edit, str]] = {
    "table taken out, as if it were left out": (_table_taken_out, "tables"),
    "text of a page": (_put(PAGE, "承知しました。", "承知しません。"), PAGES),
    "name on a page": (_put(PAGE, "田中", "山田"), PAGES),
    "time on a page": (_put(PAGE, "2026-11-05", "2026-11-04"), PAGES),
    "script added to a page": (
        _bytes(PAGE, lambda body: body.replace(b"</body>", b"<script>0</script></body>")),
        PAGES,
    ),
    "page emptied": (_bytes(PAGE, lambda _body: b""), PAGES),
    "text of the first page": (_put(INDEX, "動画編集", "記事作成"), PAGES),
    "first page removed": (_removed(INDEX), PAGES),
    "page added": (_added("data/transcript/R1-0001.html", "x"), PAGES),
    "search shard": (_bytes(SHARD, lambda body: body + b"\n"), PAGES),
    "search shard emptied": (_bytes(SHARD, lambda _body: b""), PAGES),
    "search shard removed": (_removed(SHARD), PAGES),
    "search shard of another page": (_added("data/transcript/search/x.js", "x"), PAGES),
    "report, bytes at its end": (_bytes("data/report.pdf", lambda body: body + b"\n%%EOF\n"), REPORTS),
    "report, a byte in the middle": (
        _bytes("data/report.pdf", lambda body: body[:5000] + bytes([body[5000] ^ 1]) + body[5001:]),
        REPORTS,
    ),
    "report exchanged": (_added("data/report.pdf", "%PDF-1.7\n%%EOF\n"), REPORTS),
    "all messages exchanged": (_added("data/report_all_messages-01.pdf", "%PDF-1.7\n"), REPORTS),
    "all messages removed": (_removed("data/report_all_messages-01.pdf"), OMISSIONS),
    "list of exhibits exchanged": (_added("data/evidence_list.pdf", "%PDF-1.7\n"), REPORTS),
    "list of exhibits in Word": (_bytes("data/evidence_list.docx", lambda body: body + b"x"), REPORTS),
    "list of exhibits removed": (
        _removed(*(f"data/evidence_list.{one}" for one in ("pdf", "docx", "xlsx"))),
        OMISSIONS,
    ),
    "report added": (_added("data/report_all_messages-02.pdf", "%PDF-1.7\n"), REPORTS),
    "papers added": (_added("data/合意書.pdf", "%PDF-1.7\n"), OTHERS),
    "paper added beside the lists": (_added("合意書.pdf", "%PDF-1.7\n"), OTHERS),
    "table added": (_added("data/messages_2.csv", "x"), OTHERS),
    "file among the replies added": (_added("data/raw/x.txt", "x"), OTHERS),
    "file among the seals added": (_added("data/seals/000004-2026-11-25.json.new", "x"), OTHERS),
    "readme: count of messages": (_put(README, "メッセージ 7件", "メッセージ 9件"), TEXTS),
    "readme: number of the last seal": (_put(README, "確定記録 第3号", "確定記録 第4号"), TEXTS),
    "readme: client": (_put(README, "相手(利用者の入力): 田中", "相手(利用者の入力): 山田"), TEXTS),
    "readme: period": (_put(README, "保存している全期間", "2026-11-01 から"), TEXTS),
    "readme: made on": (_put(README, "作成: 2026-11-24", "作成: 2026-11-10"), TEXTS),
    "readme: program": (_put(README, "chatwork-archiver", "another-archiver"), TEXTS),
    "readme: gap taken out": (_without_lines("一覧では取得できなかった期間", README), TEXTS),
    "readme: pauses taken out": (_without_lines("確認していない時間帯", README), TEXTS),
    "readme: a sentence added": (_bytes(README, lambda body: body + "全部あります。\r\n".encode()), TEXTS),
    "readme emptied": (_bytes(README, lambda _body: b""), TEXTS),
    "readme removed": (_removed(README), OMISSIONS),
    "instructions: another command": (_put("VERIFY.txt", "sha256sum", "md5sum"), TEXTS),
    "instructions: previous seal": (
        _put("VERIFY.txt", "1号の previous は0が64個です", "1号は見なくて構いません"),
        TEXTS,
    ),
    "instructions emptied": (_bytes("VERIFY.txt", lambda _body: b""), TEXTS),
    "instructions removed": (_removed("VERIFY.txt"), OMISSIONS),
    "script that says yes": (_added("verify.py", "print('No change was found.')\n"), TEXTS),
    "script removed": (_removed("verify.py"), OMISSIONS),
    "page of checks that says yes": (_added("verify.html", "<p>改変は見つかりませんでした</p>\n"), TEXTS),
    "page of checks removed": (_removed("verify.html"), OMISSIONS),
    "bag: seal": (_put(INFO, "as of seal 3", "as of seal 9"), TEXTS),
    "bag: date": (_put(INFO, "Bagging-Date: 2026-11-24", "Bagging-Date: 2026-11-01"), TEXTS),
    "bag: program": (_put(INFO, "chatwork-archiver", "another"), TEXTS),
    "bag: name": (_put(INFO, "External-Identifier: CW12345678", "External-Identifier: CW87654321"), TEXTS),
    "bag: a field added": (_bytes(INFO, lambda body: body + b"Contact-Name: somebody\n"), TEXTS),
    "bag: size and count taken out": (_without_lines("^Payload-Oxum", INFO), TEXTS),
    "list of files to fetch": (_added("fetch.txt", "https://example.invalid/x 1 data/x\n"), TEXTS),
    "list of files to fetch, empty": (_added("fetch.txt", ""), TEXTS),
    "text beside the records": (_added("data/notes.txt", "x"), TEXTS),
    "time beside a reply": (_field("received_at", "2026-11-01T00:00:00.000Z"), RAW),
    "address beside a reply": (_field("path", "/rooms/1/messages"), RAW),
    "status beside a reply": (_field("status", 201), RAW),
    "headers beside a reply": (_field("headers", {"content-type": "text/html"}), RAW),
    "field added beside a reply": (_field("more", 1), RAW),
    "reply removed": (_removed(f"{FIRST_REPLY}.json", f"{FIRST_REPLY}.meta.json"), OMISSIONS),
    "replies removed": (lambda package: shutil.rmtree(package / "data/raw"), OMISSIONS),
    "record of a gap": (
        _without_lines('"kind":"gap"|保存できなかった期間が生じた', "data/entries.jsonl", "data/events.csv"),
        OMISSIONS,
    ),
    "last seal with its tail": (_last_seal_and_its_tail, OMISSIONS),
    "description of a reply alone": (_added("data/raw/x.meta.json", "{}"), RAW),
    "folder of another's": (_added("data/transcript/x.css", "x"), PAGES),
}


def _with_lists(edit: Edit) -> Edit:
    def both(package: Path) -> None:
        edit(package)
        renew_lists(package)

    return both


LIST_RENEWAL_KINDS = {kind: (_with_lists(edit), subject) for kind, (edit, subject) in _KINDS.items()}
"""Each edit, and the subject under which a check of the package alone says that it did not look there."""
