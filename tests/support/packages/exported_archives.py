"""Archives with deliveries, enclosures and a third person, and the packages exported from them."""

from __future__ import annotations

import hashlib
import zipfile
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from archiver.export.mask.policy_and_covers import POLICIES, masking_policy
from archiver.export.package.make_package import Confirm, ExportReport, export
from archiver.export.package.masking_review import Decision, keep_reviews, opened_messages, reviews_of
from archiver.export.package.order import ExportOrder
from archiver.export.stamps import StampService
from archiver.records import Delivery, Enclosure, Observation
from archiver.store import blobs
from archiver.store.archive import Archive
from archiver.store.queries.contracts import kind_of, statement_key, statement_payload
from tests.support.archives.exact_clock import exact_clock
from tests.support.archives.maker import CLIENT, OWNER, ROOM, ArchiveMaker, at, file_object, message_object, story

THIRD = 999

FACTS: dict[str, Any] = {
    "url": "https://crowdworks.jp/contracts/12345678",
    "contracted_on": "2026-11-01",
    "escrowed_at": "2026-11-02 14:05",
    "contact_requested_on": "2026-11-02",
    "contact_approved_on": "2026-11-03",
    "amount": "50,000円(税込)",
}


def reopen_maker(home: Path) -> ArchiveMaker:
    """A maker for an archive that exists already, to append more to it."""
    maker = ArchiveMaker.__new__(ArchiveMaker)
    maker.home, maker.account_id, maker.archive = home, OWNER, Archive(home, clock=exact_clock())
    return maker


def state_delivery(maker: ArchiveMaker, number: int, day: str, *, name: str = "movie01.mp4") -> None:
    """State a delivery on the platform."""
    _append_statement(maker, Delivery(number, day, name, 9, hashlib.sha256(b"png bytes").hexdigest()))


def add_enclosure(maker: ArchiveMaker, number: int, name: str, body: bytes, *, kind: str = "screenshot") -> Path:
    """State an enclosure and store its bytes; returns their path."""
    sha256 = hashlib.sha256(body).hexdigest()
    part = blobs.incoming_path(maker.home, ROOM, number)
    part.write_bytes(body)
    blobs.keep(maker.home, part, sha256)
    _append_statement(maker, Enclosure(number, kind, name, len(body), sha256, added_at=at(200)))
    return blobs.blob_path(maker.home, sha256)


def story_with_secrets(home: Path) -> ArchiveMaker:
    """The story with a third person and with personal data to mask in every place."""
    maker = story(home)
    maker.room("佐藤さんとの打ち合わせ", description="資料 https://x.jp/?key=kEy123", minutes=125)
    maker.account(THIRD, "佐藤 花子", minutes=130)
    maker.member(THIRD, "佐藤 花子", minutes=130, chatwork_id="sato_hanako", organisation="別会社商事")
    first = message_object(20, "電話は090-1234-5678です", sent=131)
    second = message_object(21, "[To:999]佐藤 花子さん\ntaro@example.com パスワード: hunter2", sent=132)
    third = message_object(22, "了解", sent=133, account=THIRD, name="佐藤 花子")
    maker.sync([first, second, third], minutes=135)
    maker.file(file_object(31, "佐藤花子_0312-34-5678.pdf", 9, sent=134, message_id=22), b"pdf bytes", minutes=142)
    maker.task(56, "佐藤さんに電話 0312-34-5678", minutes=143)
    return maker


def read_all(archive: Archive, order: ExportOrder, minutes: float = 300) -> ExportOrder:
    """The order with every message opened and read, as it is shown."""
    wide = replace(order, every_message=True)
    opened = opened_messages(archive, wide, now=at(minutes))
    decisions = [Decision(one.id, one.digest) for one in opened]
    return replace(wide, reviews=reviews_of(opened, decisions, at=at(minutes)))


def keep_all_read(archive: Archive, minutes: float = 300, **options: Any) -> None:
    """Keep that every message was read as a package for an office shows it, for commands and pages."""
    order = ExportOrder(contract="job1", profile="support", policy=masking_policy("support"), **options)
    keep_reviews(archive, "job1", read_all(archive, order, minutes).reviews, at=at(minutes))


def export_package(
    maker: ArchiveMaker,
    profile: str,
    out: Path,
    *,
    minutes: float = 300,
    stamping: StampService | None = None,
    confirm: Confirm | None = None,
    reads_all: bool = True,
    **options: Any,
) -> ExportReport:
    """Export a package as the command does, so many minutes after the beginning, and after all of it was read."""
    options.setdefault("policy", masking_policy(profile))
    order = ExportOrder(contract="job1", profile=profile, out=out, **options)
    if reads_all and profile in POLICIES:
        out.mkdir(parents=True, exist_ok=True)
        order = read_all(maker.archive, order, minutes)
    return export(maker.archive, order, now=lambda: at(minutes), stamping=stamping, confirm=confirm)


def zip_files(report: ExportReport) -> dict[str, bytes]:
    """The bytes of every file of the package's zip, by path below the package's folder."""
    assert report.zip is not None
    root = Path(report.zip).stem
    with zipfile.ZipFile(report.zip) as packed:
        assert all(name.startswith(f"{root}/") for name in packed.namelist())
        return {name.removeprefix(f"{root}/"): packed.read(name) for name in packed.namelist()}


def long_case(home: Path, count: int = 1_000, files: int = 30) -> ArchiveMaker:
    """A long job: edits, deletions, a missing message, a lost file, a gap and an inaccessible room."""
    maker = ArchiveMaker(home)
    maker.me()
    maker.contract("job1", platform="crowdworks", platform_id="12345678", title="動画編集", client="田中", **FACTS)
    maker.room("動画編集_田中様")
    maker.account(CLIENT, "田中")
    maker.account(OWNER, "yamada")
    maker.member(CLIENT, "田中")
    messages = [_numbered_message(number) for number in range(1, count + 1)]
    for start in range(0, count, 100):
        maker.sync(messages[start : start + 100], minutes=start + 105, beginning=start == 0)
    maker.gap(1, after=None, before="1", minutes=count + 10)
    for number in range(1, files + 1):
        body = None if number == files else b"bytes of file %d" % number
        listed_file = file_object(
            number, f"movie{number:02}.mp4", len(body or b"12345"), sent=number * 20, message_id=number
        )
        maker.file(listed_file, body, minutes=count + 11)
    last = messages[-100:]
    changed = {int(one["message_id"]): "edited" for one in last[:90:18]}
    changed |= {int(one["message_id"]): "deleted" for one in last[5:90:20]}
    now = [_changed_message(one, changed.get(int(one["message_id"]), "")) for one in last[:-1]]
    maker.sync(now, changed=changed, absent={count: last[-1]}, minutes=count + 60)
    maker.account(CLIENT, "田中(解約済)", minutes=count + 61)
    maker.append([Observation("room.inaccessible", f"room/{ROOM}", {"status": 404}, ROOM)], minutes=count + 90)
    state_delivery(maker, 1, "2026-11-05 12:00")
    return maker


def _numbered_message(number: int) -> dict[str, Any]:
    own = number % 3 == 0
    body = (
        f"{number}本目の字幕を直しました。ご確認をお願いします。"
        if own
        else f"{number}本目、承知しました。続けてください。"
    )
    return message_object(number, body, sent=number, account=OWNER if own else CLIENT, name="yamada" if own else "田中")


def _changed_message(message: dict[str, Any], state: str) -> dict[str, Any]:
    if state == "deleted":
        return message | {"body": "[deleted]"}
    if state == "edited":
        later = at(0) + timedelta(days=2)
        return message | {"body": message["body"] + "(訂正)", "update_time": int(later.timestamp())}
    return message


def _append_statement(maker: ArchiveMaker, stated: Delivery | Enclosure) -> None:
    observed = Observation(kind_of(stated), statement_key("job1", stated), statement_payload("job1", stated))
    maker.append([observed], minutes=200)
