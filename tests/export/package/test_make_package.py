"""The lawyer's package: what is in it, what is not, and what happens when something is wrong."""

from __future__ import annotations

import csv
import hashlib
import json
import shutil
import sqlite3
from datetime import datetime
from pathlib import Path
from typing import Any

import bagit
import pytest

from archiver import errors
from archiver.custody.verify import verify_path
from archiver.evidence.chain import canonical, digest
from archiver.export.package.make_package import ExportReport, export, package_name
from archiver.export.package.order import ExportOrder
from archiver.records import Contract
from archiver.store import blobs, seals
from archiver.store.archive import Archive
from tests.support.archives.byte_search import package_files_with
from tests.support.archives.maker import CLIENT, OTHER_ROOM, ROOM, ArchiveMaker, at, file_object, message_object, story
from tests.support.archives.notes import all_entries
from tests.support.archives.tampering import archive_seal_path, changing_past_triggers
from tests.support.file_size_limit import file_size_limit


def exported(
    archive: Archive, contract: str | None = "job1", *, profile: str = "lawyer", minutes: float = 300, **options: Any
) -> ExportReport:
    """A package, a lawyer's if not said otherwise, made so many minutes after the beginning."""
    return export(archive, ExportOrder(contract=contract, profile=profile, **options), now=lambda: at(minutes))


def rows(package: str, name: str) -> list[dict[str, str]]:
    """The lines of a CSV file of a package."""
    with (Path(package) / "data" / name).open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def messages(package: str) -> list[dict[str, Any]]:
    """The lines of `messages.jsonl`."""
    return [json.loads(line) for line in (Path(package) / "data/messages.jsonl").read_text("utf-8").splitlines()]


def text_of(package: str, name: str = "00_README.txt") -> str:
    """A text for people."""
    return (Path(package) / name).read_text(encoding="utf-8-sig")


def contents(package: str | Path) -> dict[str, bytes]:
    """Every file by its path."""
    root = Path(package)
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in root.rglob("*") if path.is_file()}


def test_a_package_tells_the_whole_story(tmp_path: Path) -> None:
    """Every message with every text, the file, the gap; counts and places are reported."""
    maker = story(tmp_path / "home")

    report = exported(maker.archive)

    name = "CW12345678_20261105-150000_lawyer"
    folder = tmp_path / "home/exports"
    assert {
        "path": str(folder / name),
        "zip": str(folder / f"{name}.zip"),
        "profile": "lawyer",
        "messages": 4,
        "files": 2,
        "gaps": 1,
        "seal": 1,
        "sha256": hashlib.sha256((folder / name / "tagmanifest-sha256.txt").read_bytes()).hexdigest(),
        "stamped": False,
        "files_packed": 1,
        "warnings": ("unsaved_beginning",),
        "incomplete": (),
        "unheld": ("F-0002: 404",),
        "unsealed": 0,
        "recorded": True,
        **dict.fromkeys(("opened", "read", "unread", "covered"), 0),
    } == report.document()
    assert [("present", 1), ("edited", 2), ("deleted", 2), ("missing", 1)] == [
        (message["state"], len(message["versions"])) for message in messages(report.path)
    ]
    assert b"png bytes" == (folder / name / "data/files/F-0001.png").read_bytes()
    assert ((), ("F-0002: 404",)) == (report.incomplete, report.unheld)
    top = {path.name for path in (folder / name).iterdir()} - {"data", "00_README.txt", "bagit.txt", "bag-info.txt"}
    told = text_of(report.path) + (folder / name / "VERIFY.txt").read_text(encoding="utf-8")
    assert [] == [one for one in top if one not in told], "a receiver finds a file of which nothing is said"
    first_screen = text_of(report.path).splitlines()[:20]
    assert {"■ 先に確かめること", "■ この資料が示さないこと", "■ この資料について"} <= set(first_screen)


@pytest.mark.drawn
def test_a_task_that_vanished_is_an_event(tmp_path: Path) -> None:
    """In the table, which whoever verifies the package makes again, and in the report."""
    maker = story(tmp_path / "home")
    maker.task(77, "サムネイルの差し替え", minutes=150)
    maker.task(77, "サムネイルの差し替え", state="gone", minutes=160)

    report = exported(maker.archive)

    events_csv = (Path(report.path) / "data/events.csv").read_text(encoding="utf-8-sig")
    assert '"タスクが表示されなくなった(理由不明)","","タスクID 77","123456789","サムネイルの差し替え"' in events_csv
    assert [] == verify_path(Path(report.path)).findings


@pytest.mark.drawn
def test_the_same_seal_gives_the_same_bytes(tmp_path: Path) -> None:
    """Only what tells when the package was made differs."""
    maker = story(tmp_path / "home")
    seals.close_seals(maker.archive, now=at(250))
    maker.archive.close()
    shutil.copytree(tmp_path / "home", tmp_path / "twin")

    first = exported(maker.archive)
    second = exported(Archive(tmp_path / "twin"), minutes=400)

    ours, theirs = contents(first.path), contents(second.path)
    assert ours.keys() == theirs.keys()
    timed = {"00_README.txt", "bag-info.txt", "tagmanifest-sha256.txt", "manifest-sha256.txt", "manifest20261105.txt"}
    reports = {f"data/{name}" for name in ("report.pdf", "report_all_messages-01.pdf", "evidence_list.pdf")}
    assert timed | reports == {name for name in ours if ours[name] != theirs[name]}


@pytest.mark.drawn
def test_an_export_is_written_down(tmp_path: Path) -> None:
    """What was handed out, under which name, and its digest; the next package shows the next seal."""
    maker = story(tmp_path / "home")
    report = exported(maker.archive)

    last = all_entries(maker.archive)[-1]
    again = exported(maker.archive)

    entry = json.loads(last.line)
    assert ("export", 1234567) == (entry["kind"], entry["account_id"])
    assert {
        "contract": "job1",
        "profile": "lawyer",
        "seal": 1,
        "sha256": report.sha256,
        "name": Path(report.path).name,
        "messages": 4,
        "files": 2,
        "gaps": 1,
        "list_sha256": report.sha256,
        "stamps": {},
        "files_sha256": digest(canonical(dict(report.digests))),
        "made_at": "2026-11-05T06:00:00.000Z",
        "order": {},
    } == entry["payload"]
    assert (2, f"{report.path}-2") == (again.seal, again.path)


@pytest.mark.drawn
def test_a_period_cuts_by_when_things_were_sent(tmp_path: Path) -> None:
    """A later edit of a message inside goes with it; texts outside are in no byte."""
    maker = story(tmp_path / "home")

    report = exported(maker.archive, since=at(1), until=at(1.5))

    assert ["2"] == [version["message_id"] for version in messages(report.path)]
    assert ["残り3本もお願いします。", "残り3本は無しで。"] == [
        version["body"] for version in messages(report.path)[0]["versions"]
    ]
    outside = ("よろしくお願いします", "払えません", "png bytes", "passwd")
    assert set() == package_files_with(Path(report.path), *outside)
    assert "2026年11月5日 10:01:00から2026年11月5日 10:01:30の直前まで" in text_of(report.path)
    assert [] == verify_path(Path(report.path)).findings


@pytest.mark.drawn
def test_raw_replies_are_left_out_if_anything_in_them_is_outside(tmp_path: Path) -> None:
    """The others are in it as they were received; how many are not is said."""
    maker = story(tmp_path / "home")

    whole = exported(maker.archive)
    part = exported(maker.archive, until=at(2.5))

    def raw(report: ExportReport) -> list[Path]:
        return sorted((Path(report.path) / "data").glob("raw/*[0-9].json"))

    assert 5 == len(raw(whole))
    assert ["20261105T030000Z_messages_r123456789_7.json"] == [path.name for path in raw(part)]
    assert "入れていないAPIの応答: 4件" in text_of(part.path)
    body = raw(whole)[0].read_bytes()
    meta = json.loads(raw(whole)[0].with_suffix("").with_suffix(".meta.json").read_text("ascii"))
    digest = hashlib.sha256(bytes.fromhex(meta["salt"]) + body).hexdigest()
    assert (digest, f"/rooms/{ROOM}/messages?force=1") == (meta["digest"], meta["path"])
    assert f'"reply":"{digest}"'.encode() in Path(whole.path, "data/entries.jsonl").read_bytes()


@pytest.mark.drawn
def test_nothing_saved_is_a_package_too(tmp_path: Path) -> None:
    """It says so, and has its pages and heads."""
    maker = ArchiveMaker(tmp_path / "home")
    maker.contract("job1")

    report = exported(maker.archive, None)

    assert (0, 0, 0) == (report.messages, report.files, report.gaps)
    assert "保存されたメッセージとファイルはありません" in text_of(report.path)
    assert (Path(report.path) / "data/transcript/index.html").is_file()
    bagit.Bag(report.path).validate()
    assert [] == verify_path(Path(report.path)).findings


@pytest.mark.drawn
@pytest.mark.parametrize("damage", ["removed", "changed", "folder"])
def test_bytes_that_the_archive_lost_are_said(tmp_path: Path, damage: str) -> None:
    """The package is made without them; it, the table and the report say which."""
    maker = story(tmp_path / "home")
    path = blobs.blob_path(maker.home, hashlib.sha256(b"png bytes").hexdigest())
    path.chmod(0o600)
    if damage == "changed":
        path.write_bytes(b"pnG bytes")
    else:
        path.unlink()
    if damage == "folder":
        path.mkdir()

    report = exported(maker.archive)

    assert 1 == len(report.incomplete)
    assert "F-0001" in report.incomplete[0]
    assert report.incomplete[0] in text_of(report.path)
    assert not (Path(report.path) / "data/files").exists() or not list((Path(report.path) / "data/files").iterdir())
    assert ("", "保存済み(この資料には入っていません)") == tuple(
        rows(report.path, "files.csv")[0][head] for head in ("資料内のファイル", "保存")
    )
    bagit.Bag(report.path).validate()


@pytest.mark.drawn
@pytest.mark.parametrize("damage", ["removed", "changed"])
def test_a_seal_that_the_archive_lost_is_said(tmp_path: Path, damage: str) -> None:
    """It is never made anew for a package."""
    maker = story(tmp_path / "home")
    seals.close_seals(maker.archive, now=at(250))
    maker.contract("job3")
    path = maker.home / "seals/000001-2026-11-05.json"
    if damage == "changed":
        path.write_bytes(path.read_bytes() + b"\n")
    else:
        path.unlink()

    report = exported(maker.archive)

    assert ["000002-2026-11-05.json"] == [one.name for one in (Path(report.path) / "data/seals").iterdir()]
    assert 1 == len(report.incomplete)
    assert "seals/000001-2026-11-05.json" in text_of(report.path)


HOSTILE_NAMES = (
    "../../etc/passwd",
    "CON",
    "漢" * 300,
    "改\n行.txt",
    "\u202egnp.exe",
    "同じ.txt",
    "同じ.txt",
    "=cmd|' /C calc'!A0.csv",
    "C:\\Windows\\system32.dll",
    "a\x00\ud83d.png",
    "",
)


@pytest.mark.drawn
def test_hostile_file_names_stay_data(tmp_path: Path) -> None:
    """In the package files have numbers; the names stand in the table, exactly in the entries."""
    maker = ArchiveMaker(tmp_path / "home")
    maker.contract("job1")
    for number, name in enumerate(HOSTILE_NAMES):
        maker.file(file_object(number + 1, name, 1, sent=number), bytes([number]), minutes=30)

    report = exported(maker.archive)

    assert [f"F-{number:04}" for number in range(1, 12)] == [
        path.name.partition(".")[0] for path in sorted((Path(report.path) / "data/files").iterdir())
    ]
    assert all(len(name) < 80 and name.isascii() for name in contents(report.path))
    names = [row["元のファイル名"] for row in rows(report.path, "files.csv")]
    assert ["../../etc/passwd", "CON", "漢" * 300, "改\n行.txt", "[U+202E]gnp.exe"] == names[:5]
    assert ["同じ.txt", "同じ.txt", "'=cmd|' /C calc'!A0.csv"] == names[5:8]
    bagit.Bag(report.path).validate()
    assert [] == verify_path(Path(report.path)).findings


@pytest.mark.parametrize(
    ("statement", "subject"),
    [
        ("UPDATE message_version SET body = 'X' WHERE position = 2 AND number = 1", "message/2"),
        ("UPDATE message_version SET last_seen = '2026-11-05T02:59:00.000Z' WHERE position = 2", "message/2"),
        ("UPDATE message SET state = 'present' WHERE position = 3", "message/3"),
        ("UPDATE message SET name = 'X' WHERE position = 1", "message/1"),
        ("UPDATE file SET name = 'X' WHERE file_id = 11", f"file/{ROOM}/11"),
        ("UPDATE blob SET sha256 = 'X' WHERE file_id = 11", f"blob/{ROOM}/11"),
        ("UPDATE gap SET missing = 1", f"gap/{ROOM}/1"),
        ("UPDATE task SET status = 'done'", f"task/{ROOM}/55"),
        (f"UPDATE person SET name = 'X' WHERE account_id = {CLIENT}", f"person/{ROOM}/{CLIENT}"),
        ("UPDATE contract SET statement = json_set(statement, '$.title', 'X')", "contract/job1"),
        ("UPDATE window SET observed_at = '2026-11-05T02:59:00.000Z'", f"window/{ROOM}/8"),
        ("UPDATE coverage SET \"end\" = '2026-11-05T02:59:00.000Z'", f"coverage/{ROOM}/1"),
        ("DELETE FROM message WHERE position = 2", "message/2"),
        ("DELETE FROM message WHERE position = 4", "message/4"),
        ("DELETE FROM message_version WHERE position = 2 AND number = 1", "message/2"),
        ("DELETE FROM file WHERE file_id = 12", f"file/{ROOM}/12"),
        ("UPDATE message_version SET position = 7 WHERE position = 1", "message/1"),
        ("INSERT INTO message_version SELECT room_id, 7, 1, 'X', 0, '', '', 1 FROM room LIMIT 1", "message/7"),
        (f"INSERT INTO message_version VALUES ({ROOM}, 0, 1, 'X', 0, '', '', 1)", "message/0"),
    ],
)
def test_a_row_that_is_not_as_the_records_give_it_stops_the_export(
    tmp_path: Path, statement: str, subject: str
) -> None:
    """One that says something else, is too few or too many is named, and nothing is left behind."""
    maker = story(tmp_path / "home")
    maker.archive.close()
    with sqlite3.connect(maker.archive.database) as database:
        database.execute(statement)

    for profile in ("lawyer", "support"):
        with pytest.raises(errors.RowsDisagree) as raised:
            exported(maker.archive, profile=profile)

        assert (subject, 3) == (raised.value.data["subject"], raised.value.code)
    assert not (maker.home / "exports").exists()


@pytest.mark.parametrize("profile", ["lawyer", "support"])
def test_a_record_that_does_not_match_its_hash_stops_the_export(tmp_path: Path, profile: str) -> None:
    """Also where the readable row was changed alike; a package for an office could not tell it later."""
    maker = story(tmp_path / "home")
    with changing_past_triggers(maker.archive) as database:
        database.execute("UPDATE entry SET line = replace(line, '3本', '9本')")
        database.execute("UPDATE message_version SET body = replace(body, '3本', '9本')")

    with pytest.raises(errors.RecordDiffers):
        exported(maker.archive, profile=profile)

    assert not (maker.home / "exports").exists()
    maker.archive.close()


def _sealed_story(home: Path) -> ArchiveMaker:
    """The story, sealed."""
    maker = story(home)
    seals.close_seals(maker.archive, now=at(250))
    return maker


def _alter(archive: Archive, key: str, old: str, new: str) -> None:
    """Change the records of a key and their hashes alike."""
    with changing_past_triggers(archive) as database:
        for seq, line in database.execute("SELECT seq, line FROM entry WHERE key = ?", (key,)).fetchall():
            changed = line.replace(old, new)
            database.execute("UPDATE entry SET line = ?, digest = ? WHERE seq = ?", (changed, digest(changed), seq))


@pytest.mark.parametrize("profile", ["lawyer", "support"])
@pytest.mark.parametrize(
    ("key", "old", "new"), [("message/2", "3本", "9本"), ("contract/job1", "動画編集", "無料作業")]
)
def test_a_record_changed_with_its_hash_stops_the_export(
    tmp_path: Path, profile: str, key: str, old: str, new: str
) -> None:
    """Its seal tells, of a message as of what the user stated; a package for an office could not tell it later."""
    maker = _sealed_story(tmp_path / "home")
    _alter(maker.archive, key, old, new)

    with pytest.raises(errors.NotAsSealed) as raised:
        exported(maker.archive, profile=profile)

    assert (key, 3) == (raised.value.data["subject"], raised.value.code)
    assert not (maker.home / "exports").exists()
    maker.archive.close()


def test_a_record_taken_out_with_its_row_stops_the_export(tmp_path: Path) -> None:
    """Its number is left, under a seal."""
    maker = _sealed_story(tmp_path / "home")
    with changing_past_triggers(maker.archive) as database:
        ((seq,),) = database.execute("SELECT seq FROM entry WHERE key = 'message/1'").fetchall()
        database.execute("DELETE FROM entry WHERE seq = ?", (seq,))
        for table in ("message", "message_version"):
            database.execute(f"DELETE FROM {table} WHERE position = 1")

    with pytest.raises(errors.NotAsSealed) as raised:
        exported(maker.archive, profile="support")

    assert f"entry/{seq}" == raised.value.data["subject"]
    maker.archive.close()


@pytest.mark.parametrize("column", ["room_id = 999", "kind = 'review'", "key = 'note/1', kind = 'note'"])
def test_a_record_put_elsewhere_by_its_columns_stops_the_export(tmp_path: Path, column: str) -> None:
    """Its line, which was sealed, says where it belongs; its readable row was taken out."""
    maker = _sealed_story(tmp_path / "home")
    with changing_past_triggers(maker.archive) as database:
        database.execute(f"UPDATE entry SET {column} WHERE key = 'message/1'")
        for table in ("message", "message_version"):
            database.execute(f"DELETE FROM {table} WHERE position = 1")

    with pytest.raises(errors.NotAsSealed):
        exported(maker.archive, profile="support")

    maker.archive.close()


def test_what_no_seal_closes_yet_is_exported_as_it_is(tmp_path: Path) -> None:
    """Of the newest records nothing but their hashes can tell, and they are sealed as they are."""
    maker = _sealed_story(tmp_path / "home")
    maker.contract("job1", [ROOM], title="動画編集", client="田中")
    with changing_past_triggers(maker.archive) as database:
        ((seq, line),) = database.execute("SELECT seq, line FROM entry ORDER BY seq DESC LIMIT 1").fetchall()
        changed = line.replace("動画編集", "無料作業")
        database.execute("UPDATE entry SET line = ?, digest = ? WHERE seq = ?", (changed, digest(changed), seq))
        stated = json.dumps(json.loads(changed)["payload"], sort_keys=True)
        database.execute("UPDATE contract SET statement = ? WHERE seq = ?", (stated, seq))

    report = exported(maker.archive, profile="support")

    assert (4, 2) == (report.messages, report.seal)
    maker.archive.close()


@pytest.mark.parametrize("row", ["made anew", "taken out"])
def test_a_seal_made_anew_or_taken_out_stops_the_export(tmp_path: Path, row: str) -> None:
    """The seal after it names the one that was there; one that is gone with its row leaves its records unsealed."""
    maker = _sealed_story(tmp_path / "home")
    maker.contract("job3")
    seals.close_seals(maker.archive, now=at(285))
    _alter(maker.archive, "message/2", "3本", "9本")
    path = archive_seal_path(maker.archive, 1)
    with changing_past_triggers(maker.archive) as database:
        if row == "taken out":
            database.execute("DELETE FROM seal WHERE number = 1")
            path.unlink()
        else:
            seal = json.loads(path.read_bytes())
            found = database.execute("SELECT digest FROM entry WHERE seq <= ? ORDER BY seq", (seal["last"],))
            body = (canonical(seal | {"entries": [one for (one,) in found]}) + "\n").encode()
            path.write_bytes(body)
            database.execute("UPDATE seal SET sha256 = ? WHERE number = 1", (hashlib.sha256(body).hexdigest(),))

    with pytest.raises(errors.NotAsSealed) as raised:
        exported(maker.archive, profile="support")

    assert {"made anew": "seal/2", "taken out": "me"}[row] == raised.value.data["subject"]
    maker.archive.close()


@pytest.mark.parametrize("damage", ["removed", "changed"])
def test_a_lost_seal_is_said_also_where_no_seals_are_handed_out(tmp_path: Path, damage: str) -> None:
    """Of its records nobody can tell whether they were changed together with their hashes."""
    maker = _sealed_story(tmp_path / "home")
    path = archive_seal_path(maker.archive, 1)
    if damage == "changed":
        path.write_bytes(path.read_bytes() + b"\n")
    else:
        path.unlink()

    report = exported(maker.archive, profile="support")

    assert [True] == [path.name in one for one in report.incomplete]
    maker.archive.close()


@pytest.mark.drawn
def test_rows_are_compared_with_all_readings_also_for_a_period(tmp_path: Path) -> None:
    """A package of a period has those of later that showed its messages, and no others; that is no disagreement."""
    maker = story(tmp_path / "home")

    report = exported(maker.archive, until=at(50))

    assert 4 == report.messages
    assert ["2026-11-05T02:00:00.000Z"] == [messages(report.path)[1]["versions"][0]["last_seen"]]


@pytest.mark.drawn
def test_a_full_disk_leaves_nothing_behind(tmp_path: Path) -> None:
    """It is said in our words, and what was there before stays."""
    maker = story(tmp_path / "home")
    first = exported(maker.archive)
    maker.file(file_object(13, "large.mov", 500_000, sent=1), bytes(500_000))
    seals.close_seals(maker.archive, now=at(290))

    with pytest.raises(errors.DiskFull), file_size_limit(200_000):
        exported(maker.archive)

    names = {path.name for path in (maker.home / "exports").iterdir()}
    assert {Path(first.path).name, f"{Path(first.path).name}.zip"} == names


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    """A file where the folder should be."""
    maker = story(tmp_path / "home")
    (tmp_path / "file").touch()

    with pytest.raises(errors.HomeNotWritable):
        exported(maker.archive, out=tmp_path / "file" / "out")


@pytest.mark.drawn
def test_half_packages_of_a_kill_do_not_disturb(tmp_path: Path) -> None:
    """They are not taken for packages, and the next export to that folder removes them."""
    maker = story(tmp_path / "home")
    left = maker.home / "exports" / "CW12345678_20261105-150000_lawyer.partial"
    left.mkdir(parents=True)
    (left / "half").touch()

    report = exported(maker.archive)

    assert "CW12345678_20261105-150000_lawyer" == Path(report.path).name
    assert not (Path(report.path) / "half").exists()
    assert not left.exists()


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"profile": "judge"}, errors.UnknownProfile),
        ({"profile": "lawyer", "contract": "job9"}, errors.UnknownContract),
        ({"profile": "lawyer", "contract": None}, errors.AmbiguousContract),
    ],
)
def test_what_cannot_be_meant_is_refused(
    tmp_path: Path, options: dict[str, Any], expected: type[errors.ArchiverError]
) -> None:
    """Before anything is sealed or written."""
    maker = story(tmp_path / "home")

    with pytest.raises(expected):
        export(maker.archive, ExportOrder(**options), now=lambda: at(300))

    assert not (maker.home / "exports").exists()
    assert not (maker.home / "seals").exists()


@pytest.mark.drawn
def test_the_platforms_number_is_accepted_for_a_contract(tmp_path: Path) -> None:
    """As it is what the screen shows."""
    report = exported(story(tmp_path / "home").archive, "12345678", out=tmp_path / "out")

    assert str(tmp_path / "out" / "CW12345678_20261105-150000_lawyer") == report.path


@pytest.mark.parametrize(
    ("platform", "number", "expected"),
    [
        ("crowdworks", "12345678", "CW12345678"),
        ("crowdworks", None, "chatwork"),
        ("crowdworks", "../../x", "chatwork"),
        ("crowdworks", "1" * 33, "chatwork"),
        ("lancers", "12345678", "chatwork"),
        (None, "12345678", "chatwork"),
    ],
)
def test_a_package_is_named_after_the_platforms_number(platform: str | None, number: str | None, expected: str) -> None:
    """If it is known and can be part of a file's name; the program's own number would tell of other jobs."""
    contract = Contract("job1", (), platform=platform, platform_id=number)

    assert (expected, "douga") == (package_name(contract), package_name(Contract("douga", ())))


@pytest.mark.drawn(but="support-8")
@pytest.mark.parametrize(("profile", "total"), [("lawyer", 16), ("support", 8), ("court", 12), ("consult", 8)])
def test_progress_is_told_to_the_end(tmp_path: Path, profile: str, total: int) -> None:
    """Each message counts once for each time that the profile goes through it, the PDFs' passes too."""
    steps: list[tuple[int, int]] = []

    archive, order = story(tmp_path / "home").archive, ExportOrder(contract="job1", profile=profile)
    export(archive, order, now=lambda: at(300), progress=lambda *step: steps.append(step))

    assert [(done, total) for done in range(1, total + 1)] == steps


@pytest.mark.drawn
def test_two_rooms_are_numbered_together(tmp_path: Path) -> None:
    """By id over both; each has pages of its own, with the numbers of the whole package."""
    maker = ArchiveMaker(tmp_path / "home")
    maker.contract("job1", [ROOM, OTHER_ROOM])
    maker.sync([message_object(n, f"A{n}", sent=n) for n in (1, 4)], minutes=10)
    maker.sync([message_object(n, f"B{n}", sent=n) for n in (2, 3)], room=OTHER_ROOM, minutes=11)

    report = exported(maker.archive)

    assert ["A1", "B2", "B3", "A4"] == [one["body"] for one in messages(report.path)]
    page = (Path(report.path) / f"data/transcript/R{OTHER_ROOM}-0001.html").read_text(encoding="utf-8")
    assert ("No.2" in page, "No.3" in page, "No.4" in page) == (True, True, False)
    assert [] == verify_path(Path(report.path)).findings


@pytest.mark.drawn
def test_what_is_sealed_meanwhile_is_in_the_package(tmp_path: Path) -> None:
    """The snapshot ends with the seal: an entry written between the two is sealed too. No clock dates it earlier."""
    maker = story(tmp_path / "home")
    writes = iter([True])

    def clock() -> datetime:
        if next(writes, False):
            maker.room("改名", minutes=200)
        return at(300)

    report = export(maker.archive, ExportOrder(contract="job1", profile="lawyer"), now=clock)

    with maker.archive.reading() as reading:
        last = seals.seals(reading)[-1]
    assert (report.seal, True) == (last.number, "改名" in text_of(report.path))
    slow = export(maker.archive, ExportOrder(contract="job1", profile="lawyer"), now=lambda: at(100))
    assert Path(report.path).name < Path(slow.path).name
