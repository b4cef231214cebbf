"""A small archive with an entry of every kind, kept as a file, so that later programs are held to open it.

`python -m tests.support.archives.fixture` makes it anew; that is a change of the format and needs a decision (ADR).
"""

from __future__ import annotations

import hashlib
import shutil
import sys
import tempfile
import zipfile
from datetime import date
from pathlib import Path

from archiver.evidence.masked_and_erased import Tombstone, tombstone_line
from archiver.evidence.stamps.timestamp import Authority
from archiver.export.package.make_package import export
from archiver.export.package.order import ExportOrder
from archiver.records import Delivery, Enclosure, Observation, Role
from archiver.store import blobs, seals, user_statements, writer
from archiver.store.engine import DATABASE
from archiver.store.queries.entries import exports
from archiver.team.disclosure import state_grant
from tests.support.archives.tampering import changing_past_triggers
from tests.support.stamps.stamped_archives import authority, stamp_seals
from tests.support.world import World, running_world

ARCHIVE = Path(__file__).parent / "archive-1.zip"
CONTRACT = "job1"


def play(world: World) -> None:
    """Two weeks of a contract: edits, deletions, files, tasks, people, gaps, statements, stamps, an older database."""
    chat, stamping = world.chatwork, authority(now=world.clock)
    sato = chat.add_account("sato")
    chat.add_room("", members=[world.tanaka], type="direct")
    chat.add_member(world.room, sato)
    posts = world.posts(3)
    file = chat.upload(world.room, world.tanaka, "画面.png", data=b"png bytes")
    chat.add_task(world.room, world.tanaka, chat.owner, "字幕の修正")
    world.sync()
    _state_facts(world)
    for seconds in (300, 300, 60, 61, 59, 62, 60):  # looks that are packed in their record
        world.clock.pass_by(seconds=seconds)
        world.sync(every_list=True)
    chat.edit(posts[0], "別の文面")
    chat.delete(posts[1])
    chat.vanish(posts[2])
    chat.remove_file(file)
    chat.leave_room(world.room, sato)
    world.clock.pass_by(hours=7)
    world.sync(full=True)
    lost, *_ = world.posts(130, "多い")
    world.clock.pass_by(minutes=5)
    world.sync(full=True)
    world.post(f"[rp aid={world.tanaka} to={world.room}-{lost}]これの続き")
    world.clock.pass_by(minutes=5)
    world.sync(full=True)
    _close_a_gap(world)
    chat.remove_owner(world.room)
    world.clock.pass_by(hours=1)
    world.sync(full=True)
    chat.restore_owner(world.room)
    world.posts(101, "さらに")
    for _run in range(3):
        world.clock.pass_by(days=2)
        world.sync()
    _seal(world, stamping)
    export(world.archive, ExportOrder(contract=CONTRACT, profile="lawyer", out=world.home / "out",
                                      counterparts={world.tanaka}), now=world.clock)  # fmt: skip
    shutil.rmtree(world.home / "out")
    _state_handover(world)
    state_grant(world.archive, CONTRACT, "法務", date(2026, 12, 31), at=world.clock())
    _put_older_database_back(world, stamping)
    _erase(world, f"message/{posts[1]}", stamping)
    _seal(world, stamping)


def _close_a_gap(world: World) -> None:
    """A second chat of the contract whose list did not reach its beginning, until many posts vanished."""
    room = world.chatwork.add_room("二つ目", members=[world.tanaka])
    posts = [world.chatwork.post(room, world.tanaka, f"古い {number}") for number in range(110)]
    world.contract(CONTRACT, world.room, room)
    world.sync(full=True)
    for post in posts[-40:]:
        world.chatwork.vanish(post)
    world.clock.pass_by(minutes=5)
    world.sync(full=True)
    world.clock.pass_by(minutes=5)
    world.sync(full=True)


def _seal(world: World, stamping: Authority) -> None:
    world.clock.pass_by(minutes=1)
    seals.close_seals(world.archive, now=world.clock())
    stamp_seals(world.archive, [stamping], at=world.clock())


def _state_facts(world: World) -> None:
    """What the user states: a delivery, an enclosure, a note, who somebody is."""
    body, at = b"shot", world.clock()
    part = blobs.incoming_path(world.home, world.room, 1)
    part.write_bytes(body)
    sha256 = hashlib.sha256(body).hexdigest()
    blobs.keep(world.home, part, sha256)
    with world.archive.writing() as writing:
        user_statements.add_delivery(writing, CONTRACT, Delivery(0, "2026-07-01 10:00", name="納品.zip"), at=at)
        user_statements.add_enclosure(writing, CONTRACT, Enclosure(0, "screenshot", "s.png", 4, sha256, at), at=at)
        user_statements.state_role(writing, CONTRACT, world.tanaka, Role.CLIENT, "", at=at)
        note = Observation("note", f"note/{CONTRACT}", {"text": "メモ"})
        writer.append(writing, [note], account_id=None, at=at)


def _state_handover(world: World) -> None:
    """The package was handed to somebody."""
    with world.archive.writing() as writing:
        (package,) = exports(writing)
        user_statements.state_handover(writing, package, to="弁護士", on="2026-07-08", how="手渡し", at=world.clock())


def _put_older_database_back(world: World, stamping: Authority) -> None:
    """A seal is closed, then the database of before lies beside it."""
    world.archive.close()
    copy = world.home / "older"
    shutil.copy(world.home / DATABASE, copy)
    world.post("失われる記録")
    world.sync(full=True)
    _seal(world, stamping)
    world.archive.close()
    copy.replace(world.home / DATABASE)
    for end in ("-wal", "-shm"):
        (world.home / f"{DATABASE}{end}").unlink(missing_ok=True)
    world.clock.pass_by(minutes=5)
    world.sync(full=True)


def _erase(world: World, key: str, stamping: Authority) -> None:
    """Erase a message: a tombstone for each of its entries, no readable row, and the entry that says so."""
    _seal(world, stamping)
    with changing_past_triggers(world.archive) as database:
        rows = database.execute("SELECT seq, digest FROM entry WHERE key = ? ORDER BY seq", [key]).fetchall()
        for seq, digest in rows:
            database.execute("UPDATE entry SET line = ? WHERE seq = ?", [tombstone_line(Tombstone(digest, 1)), seq])
        for table in ("message", "message_version"):
            database.execute(f"DELETE FROM {table} WHERE position = ?", [int(key.partition("/")[2])])
        seqs = [seq for seq, _digest in rows]
        marks = ",".join("?" * len(seqs))
        database.execute(f"DELETE FROM change WHERE seq IN ({marks})", seqs)
    payload = {"kinds": {"message": len(seqs)}, "numbers": [[seq, seq] for seq in seqs], "replies": [], "reason": "x"}
    with world.archive.writing() as writing:
        writer.append(writing, [Observation("erasure", "erasure/1", payload)], account_id=None, at=world.clock())


def make_fixture(target: Path) -> None:
    """Play the story and pack the home of its archive."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "home"
        with running_world(home) as world:
            play(world)
            world.archive.close()
        with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as packed:
            for path in sorted(home.rglob("*")):
                if path.is_file() and path.suffix not in {".lock", ".log"} and not path.name.endswith(("-wal", "-shm")):
                    packed.write(path, path.relative_to(home))


if __name__ == "__main__":
    make_fixture(Path(sys.argv[1]) if len(sys.argv) > 1 else ARCHIVE)
