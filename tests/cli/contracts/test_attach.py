"""`archive job enter … file`, as a user sees it: kept bytes that are checked, copied and handed over; and bad input."""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path

from archiver.cli.output import columns
from archiver.records import MessageId
from archiver.store import blobs
from archiver.store.queries.contracts import enclosures
from tests.support.chatwork.simulator import Chatwork
from tests.support.terminals.terminal import Terminal

BODY = b"\x89PNG screenshot"
HOSTILE = "=画面\x1b[2J\u202e\n; rm -rf".encode() + b"\xff.PNG"
"""The name of the user's file, as bytes: not even UTF-8."""


def test_an_attached_file_is_kept_shown_handed_over_and_taken_back(chatwork: Chatwork, tmp_path: Path) -> None:
    """Whatever its name: bytes once, bound to message, day and kind, in package and backup; all verifications clean."""
    desk = Terminal(tmp_path / "home", chatwork)
    tanaka, room = desk.begin(chatwork)
    message = chatwork.post(room, tanaka, "仮払いは来週です")
    desk.run("sync")
    source = tmp_path / os.fsdecode(HOSTILE)
    source.write_bytes(BODY)
    blob = blobs.blob_path(desk.home, hashlib.sha256(BODY).hexdigest())
    link = f"https://www.chatwork.com/#!rid1-{message}"
    more = ("--message", link, "--on", "2026-11-03", "--note", "仮払いの\x1b[31m画面")

    first = desk.run("job", "enter", "job1", "file", "--file", source, *more)
    again = desk.run("job", "enter", "file", "--file", source, *more)
    desk.run("job", "enter", "file", "--file", source, "--kind", "notice", "--message", f"m{message}")
    page = desk.run("job", "show", "job1")
    attachments = desk.kept(enclosures, "job1")
    desk.run("job", "enter", "job1", "file", "--remove", 2)
    left = desk.kept(enclosures, "job1")
    package = desk.json("export", "job1", "--for", "lawyer", "--out", tmp_path / "out")["path"]
    desk.run("backup", tmp_path / "copy")

    assert "[U+001B]" in first
    assert "\x1b" not in first + again + page
    assert "[U+001B][31m" in page
    assert message in page
    assert not [line for line in page.splitlines() if columns(line) > 80]
    assert [("screenshot", "2026-11-03"), ("notice", None)] == [
        (attachment.kind, attachment.dated) for attachment in attachments
    ]
    assert [(source.name, MessageId(message), len(BODY))] * 2 == [
        (attachment.name, attachment.message_id, attachment.size) for attachment in attachments
    ]
    assert [1] == [attachment.number for attachment in left]
    assert BODY == blob.read_bytes()
    assert BODY == blobs.blob_path(tmp_path / "copy", attachments[0].sha256).read_bytes()
    keys = [
        json.loads(line)["key"]
        for line in (Path(package) / "data" / "entries.jsonl").read_text(encoding="utf-8").splitlines()
    ]
    assert ["attachment/job1/1", "attachment/job1/2"] == sorted({key for key in keys if key.startswith("attachment")})
    assert desk.json("verify", package)["ok"]
    assert desk.json("verify", "--deep")["ok"]
