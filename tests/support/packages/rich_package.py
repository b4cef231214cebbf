"""An archive in which every state of a message, a file and a reading occurs, and packages of it."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

from archiver.evidence.masked_and_erased import Tombstone, tombstone_line
from archiver.export.mask.policy_and_covers import masking_policy
from archiver.export.package.make_package import export
from archiver.export.package.order import ExportOrder
from archiver.records import Observation
from archiver.store import seals, writer
from archiver.store.archive import Archive
from tests.support.archives.maker import ROOM, ArchiveMaker, at, file_object, message_object, story
from tests.support.archives.tampering import changing_past_triggers
from tests.support.packages.exported_archives import THIRD, add_enclosure, state_delivery
from tests.support.packages.sample_package import HOSTILE, NOW
from tests.support.stamps.stamped_archives import authority, stamp_seals, stamp_service
from tests.support.world import Clock

PERIOD_START = at(1.5)
"""After the first message, which the period's package knows by their base line alone."""


def rich_archive(home: Path) -> Archive:
    """The story with what else can happen, sealed three times; the third seal comes with the export.

    Messages edited or deleted before they were first saved, one recovered from a saved page, ids that were refused,
    an erased message, a gap inside, pauses, a hidden message, a file that was cut off, a third person, evidence of
    the user's own and a delivery.
    """
    maker = story(home)
    maker.sync(
        [
            message_object(15, "直しておきました", sent=110, update_time=int(at(112).timestamp())),
            message_object(16, "[deleted]", sent=111),
            message_object(18, "消してほしい内容", sent=113),
        ],
        changed={15: "edited", 16: "deleted", 18: "present"},
        minutes=123,
    )
    seals.close_seals(maker.archive, now=at(300))
    maker.sync([message_object(5, HOSTILE, sent=1500)], minutes=1501)
    _recovered_and_refused(maker)
    maker.member(THIRD, "佐藤 花子", minutes=1510, chatwork_id="sato_hanako", organisation="別会社商事")
    maker.sync([message_object(25, "了解です。花子より", sent=1511, account=THIRD, name="佐藤 花子")], minutes=1512)
    maker.look(1600, 1610)
    maker.look(2400, 2405)
    state_delivery(maker, 1, "2026-11-05 12:00")
    add_enclosure(maker, 1, "削除後の画面.png", b"png bytes of a screenshot")
    seals.close_seals(maker.archive, now=at(3000))
    _erase(maker, 18)
    maker.hide([message_object(15, "直しておきました", sent=110, update_time=int(at(112).timestamp()))], minutes=4400)
    maker.sync([message_object(6, "確認しました", sent=4500), message_object(7, "では", sent=4501)], minutes=4502)
    return maker.archive


def stamped_rich_package(folder: Path, **options: Any) -> Path:
    """A lawyer's package of that archive, stamped as `stamped_package` is."""
    archive, clock = rich_archive(folder / "home"), Clock(NOW - timedelta(days=10))
    first = authority(now=clock)
    stamp_seals(archive, [first], at=clock())
    clock.pass_by(days=10)
    order = ExportOrder(contract="job1", profile="lawyer", out=folder / "out", **options)
    report = export(archive, order, now=lambda: NOW, stamping=stamp_service(archive, first, authority("b")))
    archive.close()
    return Path(report.path)


def masked_period_package(folder: Path) -> Path:
    """The same of a period, with a base line before it, a masked person and masked readings."""
    policy = masking_policy("lawyer", mask_people=[THIRD], masks=["払えません"])
    return stamped_rich_package(folder, since=PERIOD_START, policy=policy)


def _recovered_and_refused(maker: ArchiveMaker) -> None:
    recovered = {"object": message_object(10, "前のやりとり", sent=0.5), "state": "present", "source": "recovered"}
    refused = {"ids": [], "refused": {"8": "unreadable", "9": "hidden"}}
    maker.append(
        [
            Observation("message", "message/10", recovered, ROOM),
            Observation("reading", f"reading/{ROOM}/{writer.SELF}", refused, ROOM),
        ],
        minutes=1505,
    )
    maker.gap(2, after="4", before="5", minutes=1506)
    cut_off = file_object(13, "長い動画.mp4", 5_000_000, sent=1500, message_id=5)
    maker.file(cut_off, None, reason="cut", minutes=1507)
    maker.file(file_object(14, "見本.png", 9, sent=1501, message_id=5), b"other png", minutes=1508)


def _erase(maker: ArchiveMaker, message: int) -> None:
    """Erase a message: a tombstone in the place of its entry, no readable row, and the entry that says so."""
    with changing_past_triggers(maker.archive) as database:
        ((seq, digest),) = database.execute("SELECT seq, digest FROM entry WHERE key = ?", [f"message/{message}"])
        database.execute("UPDATE entry SET line = ? WHERE seq = ?", [tombstone_line(Tombstone(digest, 1)), seq])
        for table in ("message", "message_version"):
            database.execute(f"DELETE FROM {table} WHERE position = ?", [message])
        database.execute("DELETE FROM change WHERE seq = ?", [seq])
    payload = {"kinds": {"message": 1}, "numbers": [[seq, seq]], "replies": [], "reason": "本人の求め"}
    maker.append([Observation("erasure", "erasure/1", payload)], minutes=4300)
