"""Edits of a package after which its lists are made anew: no record holds them, so they are told as unchecked."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path

from tests.support.packages.package_damage import (
    Damage,
    added,
    changed,
    changed_text,
    put,
    records,
    removed,
    seal_path,
    with_lists,
)

README, INFO, REPORTS, PAGES = "00_README.txt", "bag-info.txt", "data/*.pdf", "data/transcript/"
RAW, TEXTS, OMISSIONS, OTHERS = "data/raw/", "texts", "omissions", "other files"
PAGE, INDEX = "data/transcript/R123456789-0001.html", "data/transcript/index.html"
SHARD = "data/transcript/search/R123456789-0001.js"
FIRST_REPLY = "data/raw/20261105T010500Z_messages_r123456789_1"


def _field(name: str, value: object) -> Damage:
    """Another value beside a reply."""
    return changed_text(
        f"{FIRST_REPLY}.meta.json", lambda text: json.dumps(json.loads(text) | {name: value}, indent=1) + "\n"
    )


def _without_lines(pattern: str, *names: str) -> Damage:
    def kept(body: bytes) -> bytes:
        return b"".join(line for line in body.splitlines(keepends=True) if not re.search(pattern.encode(), line))

    def edit(package: Path) -> None:
        for name in names:
            changed(name, kept)(package)

    return edit


def _last_seal_and_its_tail(package: Path) -> None:
    """The last seal, the records that it closes, and all rows made of them."""
    first = json.loads(seal_path(package, 3).read_bytes())["first"]
    records(lambda lines: [line for line in lines if json.loads(line)["seq"] < first])(package)
    _without_lines(
        '"message_id":"[67]"|"m[67]"', "data/messages.jsonl", "data/messages.csv", "data/operator_inquiry.csv"
    )(package)
    _without_lines("2026-11-08[T ]", "data/pauses.jsonl", "data/pauses.csv")(package)
    removed("data/raw/20261108T*", "data/seals/000003-*")(package)


_KINDS: Mapping[str, tuple[Damage, str]] = {
    "text of a page": (put(PAGE, "承知しました。", "承知しません。"), PAGES),
    "page emptied": (added(PAGE, ""), PAGES),
    "first page removed": (removed(INDEX), PAGES),
    "page added": (added("data/transcript/R1-0001.html", "x"), PAGES),
    "search shard": (changed(SHARD, lambda body: body + b"\n"), PAGES),
    "search shard removed": (removed(SHARD), PAGES),
    "search shard of another page": (added("data/transcript/search/x.js", "x"), PAGES),
    "report, bytes at its end": (changed("data/report.pdf", lambda body: body + b"\n%%EOF\n"), REPORTS),
    "report exchanged": (added("data/report.pdf", "%PDF-1.7\n%%EOF\n"), REPORTS),
    "all messages exchanged": (added("data/report_all_messages-01.pdf", "%PDF-1.7\n"), REPORTS),
    "all messages removed": (removed("data/report_all_messages-01.pdf"), OMISSIONS),
    "list of exhibits exchanged": (added("data/evidence_list.pdf", "%PDF-1.7\n"), REPORTS),
    "list of exhibits in Word": (changed("data/evidence_list.docx", lambda body: body + b"x"), REPORTS),
    "list of exhibits removed": (removed(*(f"data/evidence_list.{one}" for one in ("pdf", "docx", "xlsx"))), OMISSIONS),
    "report added": (added("data/report_all_messages-02.pdf", "%PDF-1.7\n"), REPORTS),
    "papers added": (added("data/合意書.pdf", "%PDF-1.7\n"), OTHERS),
    "paper added beside the lists": (added("合意書.pdf", "%PDF-1.7\n"), OTHERS),
    "table added": (added("data/messages_2.csv", "x"), OTHERS),
    "file among the replies added": (added("data/raw/x.txt", "x"), OTHERS),
    "file among the seals added": (added("data/seals/000004-2026-11-25.json.new", "x"), OTHERS),
    "readme: a sentence added": (changed(README, lambda body: body + "全部あります。\r\n".encode()), TEXTS),
    "readme emptied": (added(README, ""), TEXTS),
    "readme removed": (removed(README), OMISSIONS),
    "instructions: another command": (put("VERIFY.txt", "sha256sum", "md5sum"), TEXTS),
    "instructions removed": (removed("VERIFY.txt"), OMISSIONS),
    "script that says yes": (added("verify.py", "print('No change was found.')\n"), TEXTS),
    "script removed": (removed("verify.py"), OMISSIONS),
    "page of checks that says yes": (added("verify.html", "<p>改変は見つかりませんでした</p>\n"), TEXTS),
    "page of checks removed": (removed("verify.html"), OMISSIONS),
    "bag: seal": (put(INFO, "as of seal 3", "as of seal 9"), TEXTS),
    "bag: date": (put(INFO, "Bagging-Date: 2026-11-24", "Bagging-Date: 2026-11-01"), TEXTS),
    "bag: program": (put(INFO, "chatwork-archiver", "another"), TEXTS),
    "bag: name": (put(INFO, "External-Identifier: CW12345678", "External-Identifier: CW87654321"), TEXTS),
    "bag: a field added": (changed(INFO, lambda body: body + b"Contact-Name: somebody\n"), TEXTS),
    "bag: size and count taken out": (_without_lines("^Payload-Oxum", INFO), TEXTS),
    "list of files to fetch": (added("fetch.txt", "https://example.invalid/x 1 data/x\n"), TEXTS),
    "list of files to fetch, empty": (added("fetch.txt", ""), TEXTS),
    "text beside the records": (added("data/notes.txt", "x"), TEXTS),
    "time beside a reply": (_field("received_at", "2026-11-01T00:00:00.000Z"), RAW),
    "field added beside a reply": (_field("more", 1), RAW),
    "reply removed": (removed(f"{FIRST_REPLY}.json", f"{FIRST_REPLY}.meta.json"), OMISSIONS),
    "replies removed": (removed("data/raw"), OMISSIONS),
    "record of a gap": (
        _without_lines('"kind":"gap"|保存できなかった期間が生じた', "data/entries.jsonl", "data/events.csv"),
        OMISSIONS,
    ),
    "last seal with its tail": (_last_seal_and_its_tail, OMISSIONS),
    "description of a reply alone": (added("data/raw/x.meta.json", "{}"), RAW),
    "folder of another's": (added("data/transcript/x.css", "x"), PAGES),
}


LIST_RENEWAL_KINDS = {kind: (with_lists(edit), subject) for kind, (edit, subject) in _KINDS.items()}
"""Each edit, and the subject under which a check of the package alone says that it did not look there."""
