"""Erasing: no byte of what was erased is left in the home, and all that another contract holds stays as it was."""

from __future__ import annotations

import hashlib
import re
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader

from archiver.comparison.comparison_report import compare
from archiver.comparison.message_comparison import Absence
from archiver.custody import backup, erasures
from archiver.custody.copies_elsewhere import copy_to_folders
from archiver.custody.daily_verification import PARTS, verify_sample
from archiver.custody.verify import verify_path
from archiver.export.mask.policy_and_covers import Policy
from archiver.export.package.daily_copy import write_daily_copy
from archiver.export.package.make_package import export
from archiver.export.package.order import ExportOrder
from archiver.records import ContractRoom, Enclosure, Observation, ReadState, Review, RoomId
from archiver.records.evidence import ErasureReason
from archiver.setup.assistant_consent import record_consent
from archiver.setup.erasing import preview_lines
from archiver.store import blobs, seals, user_statements
from archiver.store.archive import Archive, Reading
from archiver.store.erasure.plan import Selection, select_contract, select_messages
from archiver.store.queries.contracts import find_contract, kept_reviews
from archiver.store.queries.people import record_download, twins
from archiver.store.rebuild import altered_triggers
from archiver.store.search.query import parse
from archiver.store.search.search import search
from archiver.store.working.remembered_values import ASSISTANTS, EXPORT_FILES
from tests.support.archives.byte_search import free_pages, indexed_terms, places_of, terms_of
from tests.support.archives.maker import CLIENT, OTHER_ROOM, ROOM, ArchiveMaker, at, file_object, message_object

SECRET, TITLE, ANSWER = "極秘の企画書を送ります", "覆面プロジェクト", "見積もりは8万円です"
EARLY, SHARED_LATER = "先月分の秘密の相談", "今月分の通常の相談"
BOTH, ONLY = b"bytes of a file in both rooms" * 50, b"bytes of a file of one room" * 50
GONE = (SECRET, TITLE, ANSWER, EARLY, "覆面太郎", "図面.pdf", "非公開メモ")
SPLIT = 100
"""Minutes after which the shared room belongs to the other contract."""


def make_archive(home: Path) -> ArchiveMaker:
    """job1 has a room of its own and the beginning of a shared one, job2 the rest of it; one file lies in both."""
    maker = ArchiveMaker(home)
    maker.me()
    maker.contract("job1", [OTHER_ROOM, ContractRoom(RoomId(ROOM), None, at(SPLIT))], title=TITLE)
    maker.contract("job2", [ContractRoom(RoomId(ROOM), at(SPLIT), None)], title="動画編集")
    maker.room("共有のチャット")
    maker.room(TITLE, room=OTHER_ROOM)
    maker.account(CLIENT, "田中")
    maker.account(77, "覆面太郎", room=OTHER_ROOM)
    own = [message_object(11, SECRET, sent=1, account=77, name="覆面太郎"), message_object(12, ANSWER, sent=2)]
    maker.sync(own, room=OTHER_ROOM, minutes=5)
    shared = [message_object(1, EARLY, sent=3), message_object(2, SHARED_LATER, sent=150)]
    maker.sync([shared[0]], minutes=10)
    maker.sync(shared, changed={2: "present"}, minutes=160)
    maker.file(file_object(5, "図面.pdf", len(ONLY), sent=4, message_id=11), ONLY, room=OTHER_ROOM, minutes=161)
    maker.file(file_object(6, "図面.pdf", len(BOTH), sent=5, message_id=12), BOTH, room=OTHER_ROOM, minutes=162)
    maker.file(file_object(7, "共通.pdf", len(BOTH), sent=155, message_id=2), BOTH, minutes=163)
    maker.append([Observation("note", "note/job1", {"text": "非公開メモ"})], minutes=164)
    for name in ("job1", "job2"):
        with maker.archive.writing() as writing:
            contract = find_contract(writing, name)
        maker.contract(name, contract.rooms, title=contract.title, state="stopped")
    return maker


@pytest.fixture
def maker(tmp_path: Path) -> ArchiveMaker:
    """The archive of the two jobs."""
    return make_archive(tmp_path / "home")


def job1(reading: Reading) -> Selection:
    return select_contract(reading, find_contract(reading, "job1"))


def erase(maker: ArchiveMaker, choose: erasures.Choose = job1, **more: object) -> erasures.ErasureOutcome:
    outcome = erasures.erase(maker.archive, choose, ErasureReason.AGREEMENT, now=lambda: at(300), **more)  # type: ignore[arg-type]
    assert outcome is not None
    return outcome


def exported(maker: ArchiveMaker, job: str, out: Path, minutes: float, **more: Any) -> Path:
    """A package of a job; for a lawyer, unless it is said otherwise."""
    order = ExportOrder(contract=job, **{"profile": "lawyer", "out": out, "counterparts": {CLIENT}, **more})
    return Path(export(maker.archive, order, now=lambda: at(minutes)).path)


def found(home: Path, words: str) -> int:
    with Archive(home).reading() as reading:
        return search(reading, parse(words, now=at(0))).total


def test_nothing_of_an_erased_contract_is_left(maker: ArchiveMaker) -> None:
    """Not in a file, the database, its log, free pages or index, a kept reply, or a package in the home."""
    exported(maker, "job1", maker.home / "exports", 200)
    with maker.archive.reading() as reading:
        assert EXPORT_FILES.of("job1").recall(reading)
    for job in ("job1", "job2"):
        record_consent(maker.archive, job, is_unmasked=True)
    dailies = [
        write_daily_copy(maker.archive, name, now=lambda: at(210), file_limit_bytes=10**6, at_once=True)
        for name in ("job1", "job2")
    ]
    avatars = [_put_avatar(maker, room, text) for room, text in ((OTHER_ROOM, b"gone"), (ROOM, b"stays"))]
    assert all(places_of(maker.home, text) for text in GONE)
    assert indexed_terms(maker.home) & terms_of("極秘企画")
    with maker.archive.reading() as reading:
        lines = list(preview_lines(erasures.preview(reading, job1, now=at(300))))
    assert any("go with it" in line for line in lines)
    assert not any("not reached elsewhere" in line for line in lines)

    outcome = erase(maker)

    assert outcome.is_complete
    assert 0 == free_pages(maker.home)
    assert set() == places_of(maker.home, *GONE)
    assert set() == (indexed_terms(maker.home) & terms_of("極秘企画")) - terms_of(SHARED_LATER)
    assert not blobs.is_held(maker.home, hashlib.sha256(ONLY).hexdigest())
    assert [False, True] == [path is not None and path.exists() for path in dailies]
    assert [False, True] == [path.exists() for path in avatars]
    with maker.archive.reading() as reading:
        assert {} == EXPORT_FILES.of("job1").recall(reading)  # the names of the files in its packages
        assert {"job2": True} == ASSISTANTS.recall(reading)  # a later job of the name is allowed anew or not at all
        assert [] == altered_triggers(reading)
    with closing(sqlite3.connect(maker.archive.database)) as database, pytest.raises(sqlite3.DatabaseError):
        database.execute("UPDATE entry SET line = ''")


def _put_avatar(maker: ArchiveMaker, room: int, body: bytes) -> Path:
    """A picture of somebody of a room."""
    url = f"https://example.com/{room}.png"
    person = {"account_id": 9, "name": "山本", "avatar_image_url": url}
    observation = Observation("account", f"account/{room}/9", {"object": person, "state": "present"}, room)
    maker.append([observation], minutes=220)
    record_download(maker.archive, url, body, next_at=at(500))
    return maker.home / "avatars" / hashlib.sha256(body).hexdigest()


@pytest.mark.drawn
def test_packages_in_the_home_are_judged_by_their_records(maker: ArchiveMaker) -> None:
    """Another contract's package of the shared room stays if none of them was erased, masked ones included; one
    without records goes, as do those of what is erased."""
    masking = Policy(patterns=(re.compile("今月分"),))
    jobs: tuple[tuple[str, dict[str, Any]], ...] = (
        ("job1", {}),
        ("job2", {}),
        ("job2", {"policy": masking}),
        ("job2", {"profile": "consult"}),
    )
    made = [exported(maker, job, maker.home / "exports", 200 + n, **more) for n, (job, more) in enumerate(jobs)]

    erase(maker)

    assert [False, True, True, False] == [path.exists() for path in made]
    assert [] == verify_path(made[1]).findings


@pytest.mark.drawn
def test_a_package_that_was_renamed_goes_for_a_masked_record(maker: ArchiveMaker) -> None:
    """Where a record is masked its number is not told, but its digest is; what is not covered of it stands beside."""
    maker.sync([message_object(3, "来月分の特別な依頼", sent=170)], minutes=180)
    masking = Policy(patterns=(re.compile("来月分"),))
    package = exported(maker, "job2", maker.home / "exports", 200, policy=masking).rename(maker.home / "exports/mine")
    assert "の特別な依頼" in (package / "data/messages.jsonl").read_text(encoding="utf-8")

    erase(maker, lambda reading: select_messages(reading, [(ROOM, 3)]))

    assert not package.exists()
    assert set() == places_of(maker.home, "の特別な依頼")


@pytest.mark.drawn
def test_what_another_contract_holds_verifies_exports_and_is_found_as_before(
    maker: ArchiveMaker, tmp_path: Path
) -> None:
    """The shared room's other time, the file with the same bytes, and the replies that show nothing erased."""

    erase(maker)

    verification = verify_path(maker.home, deep=True)
    assert [] == verification.findings
    assert (0, 1) == (found(maker.home, EARLY), found(maker.home, SHARED_LATER))
    package = exported(maker, "job2", tmp_path / "out", 400)
    assert [] == verify_path(package).findings
    assert SHARED_LATER in (package / "data/messages.jsonl").read_text(encoding="utf-8")
    assert set() == {path for path in package.rglob("*") if path.is_file() and EARLY.encode() in path.read_bytes()}


def test_messages_alone_leave_a_gap_that_says_so(maker: ArchiveMaker) -> None:
    """What is claimed of the room knows of it: the count and the first message are those of what is saved."""

    erase(maker, lambda reading: select_messages(reading, [(ROOM, 1)]))

    with closing(sqlite3.connect(maker.archive.database)) as database:
        rows = database.execute("SELECT reason, missing, after, before FROM gap WHERE room_id = ?", [ROOM]).fetchall()
    assert [("erased", 1, "0", "2")] == rows
    assert [] == verify_path(maker.home, deep=True).findings
    assert set() == places_of(maker.home, EARLY)


def test_a_gap_lies_between_the_messages_that_stay(tmp_path: Path) -> None:
    """One for each stretch, named by its neighbours; where there is none, by its own ends."""
    maker = ArchiveMaker(tmp_path / "home")
    maker.me()
    maker.contract("job1", state="stopped")
    maker.sync([message_object(number, f"第{number}信", sent=number) for number in (10, 20, 30, 40, 50)], minutes=60)

    erase(maker, lambda reading: select_messages(reading, [(ROOM, one) for one in (20, 30, 50)]))

    with closing(sqlite3.connect(maker.archive.database)) as database:
        rows = database.execute("SELECT after, before, missing FROM gap ORDER BY number").fetchall()
    assert [("10", "40", 2), ("40", "51", 1)] == rows


def test_a_screenshot_attached_for_a_message_goes_with_it(maker: ArchiveMaker) -> None:
    """It shows the text too."""
    shot = b"picture of the message" * 9
    digest = hashlib.sha256(shot).hexdigest()
    part = blobs.incoming_path(maker.home, ROOM, 99)
    part.write_bytes(shot)
    blobs.keep(maker.home, part, digest)
    with maker.archive.writing() as writing:
        enclosure = Enclosure(0, "screenshot", "s.png", len(shot), digest, at(20), message_id="1")  # type: ignore[arg-type]
        user_statements.add_enclosure(writing, "job2", enclosure, at=at(20))

    erase(maker, lambda reading: select_messages(reading, [(ROOM, 1)]))

    assert not blobs.is_held(maker.home, digest)
    assert [] == verify_path(maker.home, deep=True).findings


def test_what_was_decided_about_a_message_goes_with_it(maker: ArchiveMaker) -> None:
    """With the words that were covered in it; what was decided about another message stays."""
    reviews = [Review(one, "0" * 64, ReadState.READ, at(20), ("覆う語",), (f"隠語{one}",)) for one in ("1", "2")]
    with maker.archive.writing() as writing:
        user_statements.state_reviews(writing, "job2", reviews, at=at(20))

    erase(maker, lambda reading: select_messages(reading, [(ROOM, 1)]))

    with maker.archive.reading() as reading:
        assert ["2"] == [one.message_id for one in kept_reviews(reading, "job2")]
    assert set() == places_of(maker.home, "隠語1")
    assert places_of(maker.home, "隠語2")


def test_what_was_noted_of_an_account_goes_with_its_job_or_with_whose_name_it_has(maker: ArchiveMaker) -> None:
    """Of the account in the job about it, and of another one whose known person is in no other chat."""
    maker.contract("id2999", [2999], title="田中")
    maker.room("田中", room=2999)
    days = {"known_since": "2026-07-01T00:00:00.000Z", "since": None, "place": "request", "room_id": None}
    pairs = [(2999, CLIENT), (3000, 77), (3001, CLIENT)]
    maker.append(
        [
            Observation("twin", f"twin/{one}/{known}", {"account_id": one, "name": "偽名", "known": known, **days})
            for one, known in pairs
        ],
        minutes=20,
    )

    erase(maker, lambda reading: select_contract(reading, find_contract(reading, "id2999")))
    erase(maker)
    with maker.archive.reading() as reading:
        assert [3001] == [one.noted["account_id"] for one in twins(reading)]


STEPS = ("sealed", "recorded", "entry sealed", "noted", "executed", "files removed", "vacuumed")

_KILLED = """
import os, signal, sys
from pathlib import Path
from archiver.custody import erasures
from archiver.records.evidence import ErasureReason
from archiver.store.archive import Archive
from tests.custody.test_erasures import job1
from tests.support.archives.maker import at
def step(name):
    if name == sys.argv[2]:
        os.kill(os.getpid(), signal.SIGKILL)
erasures.erase(Archive(Path(sys.argv[1])), job1, ErasureReason.OWN, now=lambda: at(300), step=step)
"""


@pytest.mark.parametrize(
    "step", [step if step == "executed" else pytest.param(step, marks=pytest.mark.slow) for step in STEPS]
)
def test_a_kill_leaves_an_erasure_that_is_gone_on_with(maker: ArchiveMaker, step: str) -> None:
    """At each step the archive verifies, and the next run finishes what was recorded; before that nothing is erased."""
    maker.archive.close()
    command = [sys.executable, "-c", _KILLED, str(maker.home), step]
    killed = subprocess.run(command, cwd=Path(__file__).parents[2], check=False)
    assert -signal.SIGKILL == killed.returncode
    assert [] == verify_path(maker.home, deep=True).findings

    said = erasures.go_on(Archive(maker.home), now=lambda: at(310))

    assert [] == verify_path(maker.home, deep=True).findings
    if step == "sealed":
        assert ([], 2) == (said, found(maker.home, SECRET) + found(maker.home, SHARED_LATER))
        return
    assert 1 == len(said)
    assert set() == places_of(maker.home, *GONE)
    assert [] == erasures.go_on(Archive(maker.home), now=lambda: at(320))


def test_an_older_database_that_is_put_back_is_erased_again(maker: ArchiveMaker) -> None:
    """The note in the home knows what was erased; the text does not stay, and the sentence says it."""
    seals.close_seals(maker.archive, now=at(200))
    maker.archive.close()
    older = maker.archive.database.read_bytes()
    erase(maker)
    maker.archive.close()
    maker.archive.database.write_bytes(older)
    assert places_of(maker.home, SECRET)

    said = erasures.go_on(maker.archive, now=lambda: at(400))

    assert 1 == len(said)
    assert "erased again" in said[0]
    assert set() == places_of(maker.home, *GONE)
    seals.close_seals(maker.archive, now=at(500))
    assert [] == verify_path(maker.home, deep=True).findings
    assert [] == erasures.go_on(maker.archive, now=lambda: at(600))


@pytest.mark.drawn
def test_a_sample_and_a_comparison_know_the_tombstones(tmp_path: Path) -> None:
    """The daemon's daily sample finds nothing, and the other side is not said to have never been shown the message."""
    maker, other = make_archive(tmp_path / "home"), make_archive(tmp_path / "other")
    for one in (maker, other):
        seals.close_seals(one.archive, now=at(200))
    erase(maker, lambda reading: select_messages(reading, [(ROOM, 1)]))

    samples = [verify_sample(maker.archive, part) for part in range(PARTS)]
    summary = compare(maker.home, other.home, folder=None, at=at(400))

    assert [] == [finding for sample in samples for finding in sample.findings]
    assert [Absence.ERASED] == [one.absence for one in summary.listed]


def copy_of_before(folder: Path) -> Path:
    """A backup of before an erasure, whose settings name a folder for copies that has the note of it."""
    maker, copies = make_archive(folder / "home"), folder / "also"
    copies.mkdir()
    (maker.home / "archive.toml").write_text(f'[exports]\nalso_to = ["{copies}"]\n', encoding="utf-8")
    backup.backup(maker.archive, folder / "copy", now=lambda: at(250))
    erase(maker)
    assert {} == copy_to_folders(maker.home, (copies,))
    return folder / "copy"


@pytest.mark.drawn
def test_a_copy_of_before_is_erased_again_when_it_is_restored(tmp_path: Path) -> None:
    """The note lies in a folder for copies that the settings of the copy name."""
    outcome = backup.restore(copy_of_before(tmp_path), tmp_path / "again", now=lambda: at(400))

    assert outcome.is_placed
    assert ["erased again" in sentence for sentence in outcome.erased] == [True]
    assert set() == places_of(tmp_path / "again", *GONE)
    assert [] == verify_path(tmp_path / "again", deep=True).findings


@pytest.mark.drawn
def test_a_backup_made_again_after_an_erasure_does_not_bring_daily_copies_back(
    maker: ArchiveMaker, tmp_path: Path
) -> None:
    """Its folder keeps the daily copies of before; the archive made of it has none of them, and says so."""
    for name in ("job1", "job2"):
        write_daily_copy(maker.archive, name, now=lambda: at(210), file_limit_bytes=10**6, at_once=True)
    backup.backup(maker.archive, tmp_path / "copy", now=lambda: at(250))
    erase(maker)
    backup.backup(maker.archive, tmp_path / "copy", now=lambda: at(350))

    outcome = backup.restore(tmp_path / "copy", tmp_path / "again", now=lambda: at(400))

    assert ["daily cop" in sentence for sentence in outcome.erased] == [True]
    assert set() == places_of(tmp_path / "again", *GONE)
    assert 1 == len(list((tmp_path / "again" / "daily").glob("*/*")))


@pytest.fixture
def place(maker: ArchiveMaker, tmp_path: Path) -> Path:
    """A folder for copies that was filled before the erasure that the archive has had since."""
    write_daily_copy(maker.archive, "job1", now=lambda: at(210), file_limit_bytes=10**6, at_once=True)
    _put_avatar(maker, OTHER_ROOM, b"gone")
    backup.backup(maker.archive, tmp_path / "copy", now=lambda: at(250))
    erase(maker)
    return tmp_path / "copy"


def test_a_copy_made_again_names_what_earlier_ones_left_and_removes_it_when_told(
    maker: ArchiveMaker, place: Path
) -> None:
    """A daily copy, the bytes of a file and a picture; what the archive still has stays in the copy."""
    gone = {blobs.blob_path(place, hashlib.sha256(ONLY).hexdigest()), *(place / "daily").glob("*/*")}
    gone |= set((place / "avatars").glob("*"))
    kept = blobs.blob_path(place, hashlib.sha256(BOTH).hexdigest())
    assert 3 == len(gone)

    named = backup.backup(maker.archive, place, now=lambda: at(350))
    assert (gone, 0) == (set(named.with_erased), named.removed)
    assert all(path.exists() for path in gone)

    removed = backup.backup(maker.archive, place, now=lambda: at(360), remove_erased=True)
    assert ((), 3) == (removed.with_erased, removed.removed)
    assert any("not named by any record" in note for note in named.verification.notes)
    assert not any("not named by any record" in note for note in removed.verification.notes)
    assert not any(path.exists() for path in gone)
    assert kept.exists()
    assert () == backup.backup(maker.archive, place, now=lambda: at(370)).with_erased
    assert set() == places_of(place, *GONE)
    assert [] == verify_path(place, deep=True).findings


def test_a_file_lost_in_the_home_is_no_reason_to_remove_its_good_copy(maker: ArchiveMaker, place: Path) -> None:
    """Only what the records do not name any more is taken out of a copy."""
    digest = hashlib.sha256(BOTH).hexdigest()
    blobs.blob_path(maker.home, digest).unlink()

    backup.backup(maker.archive, place, now=lambda: at(350), remove_erased=True)

    assert blobs.blob_path(place, digest).exists()


def test_bytes_that_a_copy_still_had_do_not_come_back_with_it(maker: ArchiveMaker, place: Path, tmp_path: Path) -> None:
    """A folder that was filled before and after an erasure is restored without them, and that is said."""
    backup.backup(maker.archive, place, now=lambda: at(350))

    outcome = backup.restore(place, tmp_path / "again", now=lambda: at(400))

    assert not blobs.is_held(tmp_path / "again", hashlib.sha256(ONLY).hexdigest())
    assert [] == list((tmp_path / "again" / "avatars").glob("*"))
    assert ["3 files" in sentence for sentence in outcome.erased] == [True]
    assert blobs.is_held(tmp_path / "again", hashlib.sha256(BOTH).hexdigest())


@pytest.mark.drawn
def test_chapter_9_and_the_page_say_what_was_erased(maker: ArchiveMaker, tmp_path: Path) -> None:
    """The count of messages names it too: what is claimed is of what is saved."""
    erase(maker, lambda reading: select_messages(reading, [(OTHER_ROOM, 11)]))

    package = exported(maker, "job1", tmp_path / "out", 400)

    assert [] == verify_path(package).findings
    report = "".join(page.extract_text() for page in PdfReader(package / "data/report.pdf").pages)
    flat = report.replace("\n", "")
    assert "報告者が消去したメッセージ 1件" in flat
    assert "自分の保管庫から消去しました(消去 1。" in flat
    page = next((package / "data/transcript").rglob("*.html")).read_text(encoding="utf-8")
    assert "報告者が消去したメッセージ" in page
    assert "報告者が、保存したメッセージを消去した" in (package / "data/events.csv").read_text(encoding="utf-8-sig")
