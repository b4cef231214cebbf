"""A copy whose records are compared with an earlier one is found wrong wherever a whole verification finds it wrong."""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

import pytest

from archiver.custody import backup
from archiver.custody.verify import compared_records, verify_archive
from archiver.evidence.chain import digest_file
from archiver.evidence.verify import entries
from archiver.evidence.verify.findings import Verification
from archiver.records import Observation, Reply
from archiver.store import seals, writer
from archiver.store.archive import Archive
from archiver.store.database_comparison import RecordsNotCompared
from archiver.store.engine import DATABASE
from archiver.store.schema import TRIGGERS
from archiver.store.working.remembered_values import KNOWN_COPIES, LAST_BACKUP, KnownCopy
from tests.support.archives import tampering

NOW = datetime(2026, 11, 24, 13, 31, tzinfo=UTC)
DAMAGES = 60
COLUMNS = {
    "entry": ("observed_at", "clock", "kind", "account_id", "room_id", "key", "line", "digest"),
    "reply": ("digest", "salt", "body"),
    "seal": ("first", "last", "sha256", "day"),
}


@pytest.fixture
def home(tmp_path: Path) -> Archive:
    """An archive with four seals, one of them over a record that is dated before the one before it."""
    made = tampering.sample_archive(tmp_path / "home")
    for minutes in (0, -30):
        _append_reply(made, NOW + timedelta(minutes=minutes))
    seals.close_seals(made, now=NOW)
    return made


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """Where the copies go."""
    return tmp_path / "copy"


def _append_reply(archive: Archive, at: datetime) -> None:
    """Keep a reply whose `Date` is `at`, and a record of it."""
    person = {"account_id": 7654321, "name": "田中"}
    reply = Reply("/rooms/1/members", 200, json.dumps([person, at.isoformat()]).encode(), {}, at)
    observation = Observation("account", "account/1/7654321", {"object": person}, 1, reply.digest)
    with archive.writing() as writing:
        writer.keep_reply(writing, reply, room_id=1)
        writer.append(writing, [observation], account_id=1, at=at, dated=True)


def _append(archive: Archive) -> None:
    with archive.writing() as writing:
        writer.append(writing, [Observation("sweep", "sweep/{seq}", {"requests": 1})], account_id=1, at=NOW)


def _copy(archive: Archive, place: Path, *, days: int = 0) -> backup.BackupOutcome:
    return backup.backup(archive, place, now=lambda: NOW + timedelta(days=days))


def _known(archive: Archive) -> tuple[KnownCopy, ...]:
    with archive.reading() as reading:
        return KNOWN_COPIES.recall(reading)


def _notes_of_times(outcome: backup.BackupOutcome) -> list[str]:
    return [note for note in outcome.verification.notes if "dated more than 2 minutes" in note]


def _told(verification: Verification) -> object:
    return verification.findings, verification.notes, [one.text for one in verification.unchecked]


def _verify_beside(home: Path, earlier: Path) -> Verification | None:
    """Verify what lies in a folder beside an earlier copy; None: that does not suffice."""
    try:
        with compared_records(home / DATABASE, earlier) as compared, closing(Archive(home, unchanging=True)) as archive:
            return verify_archive(archive, compared=compared)
    except RecordsNotCompared:
        return None


# --- what is told of a second copy -------------------------------------------------------------


def test_a_second_copy_compares_what_it_held_and_verifies_what_is_new(home: Archive, place: Path) -> None:
    """The two numbers are all records, and no record counts as verified that was compared."""
    first = _copy(home, place)
    _append(home)

    second = _copy(home, place, days=1)

    checked, compared = second.verification.checked["entries"], second.verification.compared["entries"]
    assert (True, None, {}) == (first.ok, first.relied_on, first.verification.compared)
    assert second.ok
    assert second.relied_on is not None
    assert (NOW, NOW) == (second.relied_on.at, second.relied_on.whole_at)
    assert first.verification.checked["entries"] + 1 == checked + compared
    assert compared > checked > 0
    assert _notes_of_times(first) == _notes_of_times(second) != []
    with home.reading() as reading:
        last = LAST_BACKUP.recall(reading)
    assert last is not None
    assert (True, NOW) == (last.verified, last.whole_at)
    assert verify_archive(Archive(place, unchanging=True), deep=True).ok


def test_every_record_is_verified_again_after_thirty_days(home: Archive, place: Path) -> None:
    """Counted from the last time that each was, not from the last copy."""
    relied_on = [_copy(home, place, days=days).relied_on is not None for days in (0, 20, 29, 30, 31)]

    assert [False, True, True, False, True] == relied_on


def test_two_disks_that_take_turns_are_both_known(home: Archive, place: Path, tmp_path: Path) -> None:
    """Each copy is compared with the one that it replaces."""
    places = [place, tmp_path / "other"] * 3

    relied_on = [_copy(home, one, days=day).relied_on for day, one in enumerate(places)]

    assert [None, None, NOW, NOW + timedelta(days=1)] == [one and one.at for one in relied_on[:4]]
    assert [NOW, NOW + timedelta(days=1)] == [one and one.whole_at for one in relied_on[4:]]
    assert 2 == len(_known(home))


# --- when every record is verified as before ---------------------------------------------------


def _change_copy(_home: Archive, place: Path, _monkeypatch: pytest.MonkeyPatch) -> None:
    with closing(sqlite3.connect(place / DATABASE)) as sql:
        sql.execute("UPDATE memory SET value = value || ' '")
        sql.commit()


def _leave_log(_home: Archive, place: Path, _monkeypatch: pytest.MonkeyPatch) -> None:
    (place / f"{DATABASE}-journal").write_bytes(b"x")


def _forget(home: Archive, _place: Path, _monkeypatch: pytest.MonkeyPatch) -> None:
    with home.writing() as writing:
        KNOWN_COPIES.remember(writing, None)


def _other_rules(_home: Archive, _place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backup, "RULES", entries.RULES + 1)


def _other_program(_home: Archive, _place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backup, "version", lambda _name: "9.9")


def _unreadable(_home: Archive, _place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backup, "digest_or_none", lambda _database: None)


def _lost_reply(home: Archive, _place: Path, _monkeypatch: pytest.MonkeyPatch) -> None:
    with tampering.changing_past_triggers(home) as sql:
        sql.execute("DELETE FROM reply WHERE number = 1")


@pytest.mark.parametrize(
    "event", [_change_copy, _leave_log, _forget, _other_rules, _other_program, _unreadable, _lost_reply]
)
def test_a_copy_that_is_not_the_known_one_is_not_relied_on(
    home: Archive, place: Path, monkeypatch: pytest.MonkeyPatch, event: Callable[..., None]
) -> None:
    """Then every record is verified, and nothing is compared."""
    _copy(home, place)
    event(home, place, monkeypatch)

    outcome = _copy(home, place, days=1)

    assert (None, {}) == (outcome.relied_on, outcome.verification.compared)
    assert (NOW if event is _change_copy else None) == outcome.differs_from  # of what cannot be read nothing is known


def test_a_copy_with_findings_is_not_known(home: Archive, place: Path) -> None:
    """What lies there then is verified by the next one."""
    tampering.flip_bit(tampering.attachment_path(home), 7)

    assert [False, False] == [_copy(home, place).ok, _copy(home, place, days=1).ok]
    assert () == _known(home)


def test_a_clock_that_was_ahead_does_not_put_the_verification_off(home: Archive, place: Path) -> None:
    """A time that is still to come is none."""
    _copy(home, place, days=400)

    assert _copy(home, place).relied_on is None


# --- rot and forgery ---------------------------------------------------------------------------


@pytest.mark.drawn
def test_whatever_differs_is_found_as_by_a_whole_verification(home: Archive, place: Path, tmp_path: Path) -> None:
    """Findings, notes and their order, for any one value or row of the evidence that differs from the earlier copy."""
    _copy(home, place)
    home.close()
    compared_at_all = 0
    for seed in range(DAMAGES):
        damaged = tmp_path / f"damaged{seed}"
        shutil.copytree(home.home, damaged)
        _damage(damaged, Random(seed))

        beside = _verify_beside(damaged, place / DATABASE)

        if beside is not None:
            compared_at_all += 1
            assert _told(verify_archive(Archive(damaged, unchanging=True))) == _told(beside), seed
        shutil.rmtree(damaged)
    assert compared_at_all > DAMAGES / 2


def _damage(folder: Path, random: Random) -> None:
    """Change one value or remove one row past the triggers, or flip a bit of a seal's file."""
    table = random.choice(["entry"] * 7 + ["reply", "seal", "file"])
    if table == "file":
        path = random.choice(sorted((folder / seals.FOLDER).glob("*.json")))
        tampering.flip_bit(path, random.randrange(8 * path.stat().st_size))
        return
    with closing(sqlite3.connect(folder / DATABASE)) as sql:
        for name in TRIGGERS:
            sql.execute(f"DROP TRIGGER {name}")
        row = random.choice(sql.execute(f"SELECT rowid FROM {table}").fetchall())
        if random.random() < 0.1:
            sql.execute(f"DELETE FROM {table} WHERE rowid = ?", row)
        elif table == "entry" and random.random() < 0.1:
            (line,) = sql.execute("SELECT line FROM entry WHERE seq = ?", row).fetchone()
            changed = tampering.rewritten_line(line, salt="00" * 16)
            sql.execute("UPDATE entry SET line = ?, digest = ? WHERE seq = ?", (*changed, *row))
        else:
            _change_value(sql, table, random.choice(COLUMNS[table]), row, random)
        sql.commit()


def _change_value(sql: sqlite3.Connection, table: str, column: str, row: tuple[int], random: Random) -> None:
    sql.text_factory = bytes
    (value,) = sql.execute(f'SELECT "{column}" FROM {table} WHERE rowid = ?', row).fetchone()
    changed = tampering.with_flipped_bit(value, random.randrange(8 * len(value))) if isinstance(value, bytes) else 7
    typed = "CAST(? AS TEXT)" if column not in {"salt", "body"} and random.random() < 0.8 else "?"
    sql.execute(f'UPDATE {table} SET "{column}" = {typed} WHERE rowid = ?', (changed, *row))


@pytest.mark.parametrize("which", ["the archive", "the copy", "both alike"])
def test_rot_is_found_wherever_it_is(home: Archive, place: Path, which: str) -> None:
    """In the archive it is a finding; in the earlier copy it is replaced; the same in both is found too."""
    _copy(home, place)
    if which != "the copy":
        _rewrite_line(home.database)
    if which != "the archive":
        _rewrite_line(place / DATABASE)

    outcome = _copy(home, place, days=1)

    found = {one.check for one in outcome.verification.findings}
    assert (set() if which == "the copy" else {"entry-digest"}) == found
    assert outcome.relied_on is None
    assert (which == "the copy") == outcome.ok
    assert (NOW if which == "the copy" else None) == outcome.differs_from


def test_a_copy_elsewhere_or_untouched_is_not_called_changed(home: Archive, place: Path, tmp_path: Path) -> None:
    """Said is only what is known: that the very copy made here last is not there any more."""
    for day, one in enumerate((place, place, tmp_path / "other", place)):
        assert _copy(home, one, days=day).differs_from is None


def _rewrite_line(database: Path, *, with_digest: bool = False) -> None:
    """Change a sealed record in a database, as somebody does who can write to it."""
    with closing(sqlite3.connect(database)) as sql:
        for name in TRIGGERS:
            sql.execute(f"DROP TRIGGER {name}")
        line, kept = sql.execute("SELECT line, digest FROM entry WHERE seq = 3").fetchone()
        rewritten, digest = tampering.rewritten_line(line, salt="11" * 16)
        values = (rewritten, digest if with_digest else kept)
        sql.execute("UPDATE entry SET line = ?, digest = ? WHERE seq = 3", values)
        for statement in TRIGGERS.values():
            sql.execute(statement)
        sql.commit()


def _forge(home: Archive, place: Path, *, with_digest: bool) -> None:
    """Change the archive and the copy alike, and what the archive remembers of the copy."""
    for database in (home.database, place / DATABASE):
        _rewrite_line(database, with_digest=with_digest)
    (known,) = _known(home)
    forged = KnownCopy(known.at, digest_file(place / DATABASE), known.rules, known.whole_at)
    with home.writing() as writing:
        KNOWN_COPIES.remember(writing, (forged,))


def test_a_record_and_its_digest_forged_everywhere_do_not_get_past_the_seals(home: Archive, place: Path) -> None:
    """Although the two databases agree, and the archive says that it knows this copy."""
    _copy(home, place)
    _forge(home, place, with_digest=True)

    outcome = _copy(home, place, days=1)

    assert {"entry-sealed"} == {one.check for one in outcome.verification.findings}
    assert not outcome.is_placed


def test_a_line_forged_everywhere_beside_its_old_digest_is_found_by_the_next_whole_verification(
    home: Archive, place: Path
) -> None:
    """The exception (ADR 0027): archive, copy and what is remembered of it, all changed by one who knows how."""
    _copy(home, place)
    _forge(home, place, with_digest=False)

    later = [_copy(home, place, days=days) for days in (1, 30)]

    assert [True, False] == [one.ok for one in later]
    assert {"entry-digest"} == {one.check for one in later[1].verification.findings}
    assert not verify_archive(home).ok
    assert not verify_archive(Archive(place, unchanging=True)).ok
