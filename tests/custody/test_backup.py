"""A copy counts when it was verified, is taken on by the user's own program, and becomes an archive as it was made."""

from __future__ import annotations

import json
import shutil
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from unittest.mock import Mock

import pytest
from filelock import FileLock

from archiver import errors
from archiver.custody import backup, copies_elsewhere
from archiver.custody.copies_elsewhere import ToolOutcome
from archiver.custody.verify import record_verification, verify_archive, verify_path
from archiver.export.package.daily_copy import write_daily_copy
from archiver.records import Observation
from archiver.settings.model import BackupSettings, NotifySettings, Settings
from archiver.standing.outcome_words import copy_lines
from archiver.store import backup_copy as copy_module
from archiver.store import rebuild, seals, writer
from archiver.store.archive import Archive
from archiver.store.backup_copy import copy_archive
from archiver.store.engine import DATABASE, MARK
from archiver.store.working import remembered_values
from archiver.store.working.remembered_values import (
    CopyToolRun,
    LastBackup,
    RoundFault,
    ScheduledRun,
    last_saved_at,
    standing_error,
)
from tests.support.archives import tampering
from tests.support.archives.maker import at, story

NOW = datetime(2026, 11, 24, 13, 31, tzinfo=UTC)


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Archive]:
    """An archive with three seals, a tail and one attachment."""
    made = tampering.sample_archive(tmp_path / "home")
    yield made
    made.close()


@pytest.fixture
def destination(tmp_path: Path) -> Path:
    """Where the copy goes."""
    return tmp_path / "copy"


@pytest.fixture
def copied(home: Archive, destination: Path) -> Path:
    """A copy that was made."""
    backup.backup(home, destination, now=now)
    return destination


def now() -> datetime:
    """The time of every copy here."""
    return NOW


def remembered(archive: Archive) -> LastBackup | None:
    """The last copy that the archive knows of."""
    with archive.reading() as reading:
        return remembered_values.LAST_BACKUP.recall(reading)


def bytes_of(folder: Path) -> dict[Path, bytes]:
    """Every file below a folder, with its bytes."""
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def checks(outcome: backup.BackupOutcome) -> set[str]:
    """The names of the checks that found something."""
    return {one.check for one in outcome.verification.findings}


def change_an_entry(archive: Archive) -> None:
    """Change a sealed line and its digest, as someone with the database can."""
    with tampering.changing_past_triggers(archive) as database:
        (line,) = database.execute("SELECT line FROM entry WHERE seq = 2").fetchone()
        rewritten, digest = tampering.rewritten_line(line, payload={"object": {}})
        database.execute("UPDATE entry SET line = ?, digest = ? WHERE seq = 2", (rewritten, digest))


# --- backup ------------------------------------------------------------------------------------


def test_a_copy_is_verified_and_remembered(home: Archive, destination: Path) -> None:
    """It is an archive that verifies by itself, deeply too; the archive knows when and where."""
    outcome = backup.backup(home, destination, now=now)

    assert (True, True, True) == (outcome.ok, outcome.is_remembered, outcome.is_same_disk)
    assert LastBackup(NOW, str(destination), verified=True) == remembered(home)
    assert verify_archive(Archive(destination, read_only=True), deep=True).ok


def test_a_database_with_findings_lies_beside_the_earlier_one(home: Archive, copied: Path) -> None:
    """The good copy stays what it was, and what the archive remembers is still true of it."""
    before = (copied / DATABASE).read_bytes()
    change_an_entry(home)

    outcome = backup.backup(home, copied, now=lambda: datetime.now(UTC))

    assert (False, False) == (outcome.ok, outcome.is_placed)
    assert {"entry-sealed"} == checks(outcome)
    assert before == (copied / DATABASE).read_bytes()
    assert (copied / backup.WITH_FINDINGS).exists()
    assert NOW == (remembered(home) or pytest.fail("forgotten")).at


def test_a_first_copy_with_findings_is_better_than_none(home: Archive, destination: Path) -> None:
    """It is in its place, and remembered as what it is."""
    change_an_entry(home)

    outcome = backup.backup(home, destination, now=now)

    assert (False, True, {"entry-sealed"}) == (outcome.ok, outcome.is_placed, checks(outcome))
    assert LastBackup(NOW, str(destination), verified=False) == remembered(home)


def test_a_damaged_attachment_keeps_no_database_back(home: Archive, destination: Path) -> None:
    """The records are whole: the copy goes on with them, and the damage is named."""
    tampering.flip_bit(tampering.attachment_path(home), 7)
    backup.backup(home, destination, now=now)
    with home.writing() as writing:
        writer.append(writing, [Observation("sweep", "sweep/{seq}", {"requests": 1})], account_id=1, at=NOW)

    outcome = backup.backup(home, destination, now=now)

    assert (True, False, {"file-changed"}) == (outcome.is_placed, outcome.ok, checks(outcome))
    with home.reading() as ours, Archive(destination, read_only=True).reading() as theirs:
        count = "SELECT count(*) FROM entry"
        assert ours.sql.exec_driver_sql(count).scalar() == theirs.sql.exec_driver_sql(count).scalar()


@pytest.mark.parametrize("which", ["attachment", "seal"])
def test_damage_in_the_copy_alone_is_made_good(home: Archive, copied: Path, which: str) -> None:
    """The verification found it, the archive has the good bytes."""
    original = tampering.attachment_path(home) if which == "attachment" else tampering.archive_seal_path(home, 2)
    there = copied / original.relative_to(home.home)
    tampering.flip_bit(there, 9)

    outcome = backup.backup(home, copied, now=now)

    assert outcome.ok
    assert original.read_bytes() == there.read_bytes()
    name = original.relative_to(home.home).as_posix()
    assert any("was damaged" in line and name in line for line in copy_lines(outcome))


def test_a_copy_that_was_only_read_is_still_the_one_that_is_remembered(home: Archive, copied: Path) -> None:
    """`verify` of it, and `status` and `verify` with it as their home, as the guide to backups shows."""
    before = (copied / DATABASE).read_bytes()

    assert verify_path(copied).ok
    with closing(Archive(copied)) as read:
        assert not record_verification(read, verify_archive(read), deep=False, at=NOW)

    assert before == (copied / DATABASE).read_bytes()
    assert backup.backup(home, copied, now=now).differs_from is None


def test_the_pages_of_a_copy_are_looked_at_once(
    home: Archive, destination: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As soon as it was written, however long that takes: the verification neither repeats it nor calls it undone."""
    monkeypatch.setattr(rebuild, "integrity_problems", lambda _reading, *, seconds: None)  # it needs longer
    alone = verify_archive(home)

    outcome = backup.backup(home, destination, now=now)

    assert ([DATABASE], []) == ([one.subject for one in alone.unchecked], outcome.verification.unchecked)
    assert outcome.ok


def test_only_one_backup_runs_at_a_time(home: Archive, destination: Path) -> None:
    """The second is refused at once."""
    with FileLock(home.home / "backup.lock"), pytest.raises(errors.ArchiveInUse):
        backup.backup(home, destination, now=now)

    assert not destination.exists()


def test_the_token_file_of_the_settings_is_left_out(
    home: Archive, destination: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Even under a name that is copied, and although the environment names another place; pinned roots come along."""
    monkeypatch.setenv("CHATWORK_API_TOKEN", "another")
    token, daily = "daily/job1/secret.zip", "daily/job1/2026-11-10_job1_daily.zip"
    authorities = '[{name = "a", url = "https://a.invalid/", roots = "roots/a.pem"}]'
    settings = f'[token]\nsource = "file:{token}"\n[timestamp]\nauthorities = {authorities}\n'
    for name, text in {"archive.toml": settings, token: "secret", daily: "PK", "roots/a.pem": "root"}.items():
        (home.home / name).parent.mkdir(parents=True, exist_ok=True)
        (home.home / name).write_text(text)
    (home.home / token).chmod(0o600)

    backup.backup(home, destination, now=now)

    assert [True, False, True] == [(destination / name).exists() for name in (daily, token, "roots/a.pem")]


def test_progress_names_the_copying_and_each_check(home: Archive, destination: Path) -> None:
    """In this order."""
    collected: list[str] = []

    backup.backup(home, destination, now=now, tell=lambda what, _done, _total: collected.append(what))

    assert ["copy", "replies", "entries", "files"] == list(dict.fromkeys(collected))


# --- restore -----------------------------------------------------------------------------------


def test_what_stopped_saving_where_the_copy_was_made_is_not_told_of_the_new_computer(
    home: Archive, destination: Path, tmp_path: Path
) -> None:
    """There may be no token at all there, and nothing of its scheduler is known."""
    with home.writing() as writing:
        remembered_values.LAST_FAULT.remember(writing, RoundFault("WrongAccount", last_saved_at(writing)))
        remembered_values.SCHEDULED_RUN.remember(writing, ScheduledRun(NOW, "WrongAccount"))
    backup.backup(home, destination, now=now)

    backup.restore(destination, tmp_path / "new", now=now)

    with closing(Archive(tmp_path / "new")) as restored, restored.reading() as reading:
        known = standing_error(reading), remembered_values.SCHEDULED_RUN.recall(reading)
    assert (None, None) == known
    assert "WrongAccount" == home.read(standing_error)


def test_a_restored_archive_is_the_archive(home: Archive, copied: Path, tmp_path: Path) -> None:
    """It verifies, it goes on where it ended, it knows its copy; the copy has not changed by a byte."""
    before = bytes_of(copied)

    outcome = backup.restore(copied, tmp_path / "new", now=now)

    restored = Archive(tmp_path / "new")
    assert outcome.ok
    assert before == bytes_of(copied)
    assert LastBackup(NOW, str(copied), verified=True) == remembered(restored)
    with restored.writing() as writing:
        writer.append(writing, [Observation("sweep", "sweep/{seq}", {"requests": 1})], account_id=1, at=NOW)
    assert verify_archive(restored, deep=True).ok
    restored.close()


@pytest.mark.parametrize("what", ["entry", "readable", "attachment", "seal"])
def test_a_changed_copy_is_not_restored(home: Archive, copied: Path, tmp_path: Path, what: str) -> None:
    """Findings are named, nothing is made."""
    copy = Archive(copied)
    match what:
        case "entry":
            change_an_entry(copy)
        case "readable":
            with tampering.changing_past_triggers(copy) as database:
                database.execute("UPDATE message_version SET body = 'x' WHERE number = 1")
        case "attachment":
            tampering.flip_bit(tampering.attachment_path(copy), 3)
        case "seal":
            tampering.flip_bit(tampering.archive_seal_path(copy, 1), 3)

    outcome = backup.restore(copied, tmp_path / "new", now=now)

    assert checks(outcome)
    assert (False, None) == (outcome.is_placed, outcome.report)
    assert not (tmp_path / "new").exists()


def test_an_archive_is_never_overwritten(home: Archive, copied: Path, tmp_path: Path) -> None:
    """Neither a whole one, whatever was asked, nor parts of one; not even the copy by itself."""
    parts = tmp_path / "parts"
    (parts / "seals").mkdir(parents=True)
    before = bytes_of(home.home)

    for target, in_place_of in ((home.home, False), (home.home, True), (parts, False), (copied, False)):
        with pytest.raises(errors.ArchiveThere if in_place_of else errors.UsageError):
            backup.restore(copied, target, now=now, in_place_of=in_place_of)

    assert before.keys() == bytes_of(home.home).keys()
    assert [] == list((parts / "seals").iterdir())


@pytest.mark.parametrize("is_placed", [False, True])
def test_an_interrupted_restore_goes_on(
    copied: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, is_placed: bool
) -> None:
    """What it left is no hindrance; while the mark is there, the same command finishes what is there in full."""
    if is_placed:
        monkeypatch.setattr(copy_module, "remove_mark", Mock(side_effect=KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            backup.restore(copied, tmp_path / "new", now=now)
        monkeypatch.undo()
    else:
        copy_archive(Archive(copied, unchanging=True), tmp_path / "new")

    outcome = backup.restore(copied, tmp_path / "new", now=now)

    assert outcome.ok
    left = [path.name for path in (tmp_path / "new").iterdir()]
    assert [] == [name for name in left if name.startswith("backup") or name == MARK]


def test_an_archive_that_went_on_is_not_restored_over(home: Archive, copied: Path, tmp_path: Path) -> None:
    """The mark alone gives nothing up that the copy does not have."""
    backup.restore(copied, tmp_path / "new", now=now)
    shutil.copyfile(copied / MARK, tmp_path / "new" / MARK)
    with Archive(tmp_path / "new").writing() as writing:
        writer.append(writing, [Observation("note", "note/job1", {"text": "新"})], account_id=1, at=NOW)

    with pytest.raises(errors.ArchiveThere):
        backup.restore(copied, tmp_path / "new", now=now)


def test_a_copy_whose_update_was_interrupted_is_restored_as_it_was(home: Archive, copied: Path, tmp_path: Path) -> None:
    """Seals that came before their database are noted; they are no finding, and not restored."""
    seals.close_seals(home, now=NOW)
    copy_archive(home, copied)

    outcome = backup.restore(copied, tmp_path / "new", now=now)

    assert outcome.ok
    assert len(list((tmp_path / "new/seals").iterdir())) < len(list((copied / "seals").iterdir()))
    assert any("not finished" in note for note in verify_archive(Archive(copied, unchanging=True)).notes)


def test_what_is_no_copy_or_not_closed_is_said(home: Archive, destination: Path, tmp_path: Path) -> None:
    """An empty folder; a database with a log beside it that nobody has closed."""
    destination.mkdir()
    with pytest.raises(errors.NothingThere):
        backup.restore(destination, tmp_path / "new", now=now)
    backup.backup(home, destination, now=now)
    (destination / f"{DATABASE}-wal").write_bytes(b"x")

    with pytest.raises(errors.CopyNotClosed):
        backup.restore(destination, tmp_path / "new", now=now)


# --- in place of an archive that cannot be read ------------------------------------------------


def test_a_damaged_archive_gives_way_to_its_copy_and_is_kept_aside(home: Archive, destination: Path) -> None:
    """Nothing of it is removed; the settings stay as they were last, and newer seals tell of the loss."""
    (home.home / "archive.toml").write_text('language = "ja"\n', encoding="utf-8")
    backup.backup(home, destination, now=now)
    newer = home.home / "seals" / "000004-2026-11-24.json"
    newer.write_bytes(b"{}")
    (home.home / "archive.toml").write_text('language = "en"\n', encoding="utf-8")
    home.close()
    damaged = b"no database" * 1000
    home.database.write_bytes(damaged)

    outcome = backup.restore(destination, home.home, now=now, in_place_of=True)

    assert outcome.ok
    assert outcome.aside is not None
    assert damaged == (outcome.aside / DATABASE).read_bytes()
    assert newer.exists()
    assert "en" in (home.home / "archive.toml").read_text(encoding="utf-8")
    assert not backup.is_unreadable(Archive(home.home))


def test_what_is_left_of_an_archive_without_its_database_gives_way_too(home: Archive, copied: Path) -> None:
    """Attachments and seals in the folder keep nobody from restoring."""
    home.close()
    home.database.unlink()

    assert backup.restore(copied, home.home, now=now, in_place_of=True).ok
    assert verify_archive(Archive(home.home), deep=True).ok


def test_a_damaged_archive_is_back_where_it_was_if_its_copy_does_not_arrive(
    home: Archive, copied: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As long as nothing took its place, what can be read of it can be read."""
    home.close()
    home.database.write_bytes(b"no database" * 1000)
    before = bytes_of(home.home)

    def fail(*_words: object, **_named: object) -> None:
        raise errors.DiskFull(path=home.home)

    monkeypatch.setattr(copy_module, "copy_archive", fail)
    with pytest.raises(errors.DiskFull):
        backup.restore(copied, home.home, now=now, in_place_of=True)

    assert before == bytes_of(home.home)


def test_a_damaged_page_is_found_in_a_database_that_opens(home: Archive) -> None:
    """The first pages are whole, so that it opens; the check reads on."""
    home.close()
    with home.database.open("r+b") as file:
        file.seek(home.database.stat().st_size - 3000)
        file.write(b"\xff" * 3000)

    assert backup.is_unreadable(Archive(home.home))


SECRET = "0123456789abcdef0123456789abcdef"
SECRET_NAMES = ("CHATWORK_API_TOKEN", "MY_TOKEN", "MY_MAIL", "MY_PING", "MY_PASSWORD")
ENVIRON = {"PATH": "/usr/bin:/bin", "KEEP": "1", **dict.fromkeys(SECRET_NAMES, SECRET)}


def run_program(home: Archive, tmp_path: Path, *after: str) -> CopyToolRun | None:
    """Run these words as `[backup] after` on an empty copy."""
    copy = tmp_path / "copy"
    copy.mkdir(exist_ok=True)
    settings = Settings(
        home.home,
        notify=NotifySettings(urls=("env:MY_MAIL",), ping="env:MY_PING"),
        secret_variables=frozenset({"MY_TOKEN", "MY_PASSWORD"}),
        backup=BackupSettings(after=after),
    )
    return copies_elsewhere.run_and_remember(home, settings, copy, ENVIRON, now=lambda: NOW)


def test_the_program_gets_the_copy_and_no_secret(home: Archive, tmp_path: Path) -> None:
    """Neither the token nor an address for notices is in its environment; `{copy}` is the folder."""
    script = "import json, os, sys; print(json.dumps([sys.argv[1:], os.getcwd(), dict(os.environ)]))"
    output = tmp_path / "seen.json"
    shell = f'{sys.executable} -c "$0" "$1" > {output}'

    run = run_program(home, tmp_path, "/bin/sh", "-c", shell, script, "{copy}/archive.sqlite3")

    arguments, folder, environ = json.loads(output.read_text())
    assert run is not None
    assert ([f"{tmp_path}/copy/archive.sqlite3"], str(Path.home())) == (arguments, folder)
    assert SECRET not in output.read_text()
    assert "1" == environ["KEEP"]


@pytest.mark.parametrize(
    ("after", "code", "summary", "outcome"),
    [
        (("/bin/sh", "-c", "echo one; echo two"), 0, "two", ToolOutcome.GOOD),
        (("/bin/sh", "-c", "echo broken >&2; exit 3"), 3, "broken", ToolOutcome.FAILED),
        (("/bin/sh", "-c", "kill -9 $$"), -9, "", ToolOutcome.FAILED),
        (("/bin/sh", "-c", r"printf '\033[2Jred\n'"), 0, "[2Jred", ToolOutcome.GOOD),
        (("/no/such/program",), None, "No such file or directory", ToolOutcome.FAILED),
    ],
)
def test_its_end_is_remembered(
    home: Archive, tmp_path: Path, after: tuple[str, ...], code: int | None, summary: str, outcome: ToolOutcome
) -> None:
    """The exit code and the last line, without what would move a terminal's cursor."""
    run = run_program(home, tmp_path, *after)

    assert run is not None
    assert (code, summary, outcome) == (run.code, run.summary.strip(), copies_elsewhere.outcome(run))
    with home.reading() as reading:
        assert run == remembered_values.LAST_COPY_TOOL.recall(reading)


def test_without_a_program_nothing_is_run(home: Archive, tmp_path: Path) -> None:
    """And nothing is remembered."""
    assert None is run_program(home, tmp_path)


def test_a_program_that_takes_too_long_is_ended_with_its_children(home: Archive, tmp_path: Path) -> None:
    """A scheduler's run saves nothing while it waits."""
    mark = tmp_path / "mark"
    script = f"(sleep 1; echo late > {mark}) & wait"
    settings = Settings(home.home, backup=BackupSettings(after=("/bin/sh", "-c", script)))

    run = copies_elsewhere.run_and_remember(
        home, settings, tmp_path, ENVIRON, now=lambda: NOW, longest=timedelta(seconds=0.1)
    )

    assert run is not None
    assert (None, ToolOutcome.FAILED) == (run.code, copies_elsewhere.outcome(run))
    assert "ended after 0 minutes" == run.summary
    time.sleep(1)
    assert not mark.exists()


def test_a_program_whose_waiting_is_broken_off_is_ended(home: Archive, tmp_path: Path) -> None:
    """So that the daemon stops within seconds."""

    class Stopped(BaseException):
        """The daemon is stopped."""

    def stop() -> None:
        raise Stopped

    mark = tmp_path / "mark"
    settings = Settings(
        home.home, backup=BackupSettings(after=("/bin/sh", "-c", f"sleep 2; echo late > {mark}; sleep 9"))
    )

    with pytest.raises(Stopped):
        copies_elsewhere.run_and_remember(home, settings, tmp_path, ENVIRON, now=lambda: NOW, step=stop)
    assert not mark.exists()


@pytest.mark.parametrize(
    ("program", "outcome"), [("restic", "incomplete"), ("restic.exe", "incomplete"), ("rclone", "failed")]
)
def test_three_is_incomplete_for_restic_alone(program: str, outcome: str) -> None:
    """Other programs use the same number for other things."""
    assert outcome == copies_elsewhere.outcome(CopyToolRun(NOW, program, 3, ""))


def test_the_summary_of_restic_is_told_in_its_own_words() -> None:
    """Of its JSON only what a user can compare with `restic snapshots`."""
    status = '{"message_type":"status","percent_done":1}'
    summary = '{"message_type":"summary","files_new":4,"files_changed":1,"data_added":99,"snapshot_id":"6f9dabdc"}'

    assert "snapshot_id=6f9dabdc files_new=4 files_changed=1 data_added=99" == copies_elsewhere.summary(
        f"{status}\n{summary}\n"
    )
    assert '{"message_type":"x"}' == copies_elsewhere.summary('{"message_type":"x"}')
    assert "Fatal: no repository" == copies_elsewhere.summary(
        '{"message_type":"exit_error","code":10,"message":"Fatal: no repository"}'
    )
    assert "denied" == copies_elsewhere.summary('{"message_type":"error","error":{"message":"denied"},"item":"/x"}')


# --- folders for copies ---------------------------------------------------------------------------

DAY = 24 * 60


def test_copies_go_elsewhere_once(tmp_path: Path) -> None:
    """Dailies and seals; what is there stays; a folder that is not there or cannot be written is a complaint."""
    maker = story(tmp_path / "home")
    write_daily_copy(maker.archive, "job1", now=lambda: at(DAY), file_limit_bytes=100)
    usb, gone, full = (tmp_path / name for name in ("usb", "gone", "full"))
    for folder in (usb, full):
        folder.mkdir()
    (full / "daily").touch()

    first = copies_elsewhere.copy_to_folders(maker.home, (gone, full, usb))
    (usb / "daily/job1/2026-11-05_job1_daily.zip").write_bytes(b"kept")
    copies_elsewhere.copy_to_folders(maker.home, (usb,))

    assert [(gone, False), (full, True)] == [(folder, bool(detail)) for folder, detail in first.items()]
    assert not gone.exists()
    assert {
        "daily/job1/2026-11-05_job1_daily.zip": b"kept",
        "seals/000001-2026-11-05.json": (maker.home / "seals/000001-2026-11-05.json").read_bytes(),
    } == {path.relative_to(usb).as_posix(): path.read_bytes() for path in usb.rglob("*") if path.is_file()}


def test_stamps_and_their_roots_go_elsewhere_too(tmp_path: Path) -> None:
    """As they come; roots that were added later are added there, and what was put in their place stays."""
    home, usb = tmp_path / "home", tmp_path / "usb"
    seals = home / "seals"
    for folder in (seals, usb):
        folder.mkdir(parents=True)
    (seals / "000001-2026-11-05.json").write_bytes(b"seal")
    (seals / "a.pem").write_bytes(b"first")
    copies_elsewhere.copy_to_folders(home, (usb,))
    for name, body in {
        "000001-2026-11-05.json.a.tsr": b"stamp",
        "000001-2026-11-05.json.b.tsr.new": b"half",
        "a.pem": b"first, second",
        "b.pem": b"other",
    }.items():
        (seals / name).write_bytes(body)
    (usb / "seals" / "b.pem").write_bytes(b"kept")

    complaints = copies_elsewhere.copy_to_folders(home, (usb,))

    assert {} == complaints
    assert {
        "000001-2026-11-05.json": b"seal",
        "000001-2026-11-05.json.a.tsr": b"stamp",
        "a.pem": b"first, second",
        "b.pem": b"kept",
    } == {path.name: path.read_bytes() for path in (usb / "seals").iterdir()}
