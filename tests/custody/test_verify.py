"""An archive is verified as a whole: every change behind the program's back is found and named."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Generator, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings, strategies

from archiver import errors
from archiver.custody.verify import record_verification, verify_archive
from archiver.evidence import chain
from archiver.records import Observation
from archiver.store import schema, seals, writer
from archiver.store.archive import Archive
from archiver.store.queries import raw_tables
from archiver.store.working import verification_log
from tests.support.archives import tampering
from tests.support.archives.maker import OWNER
from tests.support.archives.tampering import (
    BYTES,
    START,
    archive_seal_path,
    changing_past_triggers,
    copy_of,
    findings_of,
    with_flipped_bit,
)
from tests.support.cases import cases_of


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Archive:
    """The small archive, to be copied."""
    return tampering.sample_archive(tmp_path_factory.mktemp("sample"))


@pytest.fixture
def archive(sample: Archive, tmp_path: Path) -> Iterator[Archive]:
    """A copy to be damaged."""
    made = copy_of(sample, tmp_path / "home")
    yield made
    made.close()


def verified(archive: Archive, *, deep: bool = False) -> list[tuple[str, str]]:
    """What a verification finds."""
    return findings_of(verify_archive(archive, deep=deep))


# --- nothing wrong -----------------------------------------------------------------------------


@pytest.mark.parametrize("deep", [False, True])
def test_an_intact_archive_has_no_findings(sample: Archive, deep: bool) -> None:
    """Everything is counted, and the tail that no seal closes is a note."""
    verification = verify_archive(sample, deep=deep)

    assert [] == verification.findings
    assert {"entries": 13, "seals": 3, "stamps": 0, "files": 1, "messages": 3} == verification.checked
    assert [
        "The newest 2 records are not sealed yet.",
        "No time stamp covers the seals: nothing shows since when they have existed.",
        *(
            ()
            if deep
            else ["The readable tables were not compared with the records. To compare them: archive verify --deep"]
        ),
    ] == verification.notes


def test_an_archive_without_entries_is_a_finding(tmp_path: Path) -> None:
    """Nothing to check is not the same as nothing wrong."""
    verification = verify_archive(tampering.empty_archive(tmp_path / "home"))

    assert [("nothing", "entry")] == findings_of(verification)


def test_a_home_without_an_archive_is_an_error(tmp_path: Path) -> None:
    """There is nothing that could be verified."""
    with pytest.raises(errors.NoArchive):
        verify_archive(Archive(tmp_path))


def test_verifying_changes_nothing(archive: Archive) -> None:
    """Every file is byte for byte as it was, also when deep; SQLite's own files beside the database come and go."""
    archive.close()
    before = contents(archive.home)

    verification = verify_archive(Archive(archive.home, read_only=True), deep=True)

    assert verification.ok
    assert before == contents(archive.home)


def contents(home: Path) -> dict[Path, bytes]:
    """What lies in a home, without SQLite's log and shared memory."""
    paths = (path for path in home.rglob("*") if path.is_file() and not path.name.endswith(("-wal", "-shm")))
    return {path: path.read_bytes() for path in paths}


def test_progress_is_told(sample: Archive) -> None:
    """Each stage says how far it is, and ends at its total."""
    heard: list[tuple[str, int, int]] = []

    verify_archive(sample, deep=True, progress=lambda what, done, total: heard.append((what, done, total)))

    assert [("replies", 4, 4), ("entries", 13, 13), ("files", len(BYTES), len(BYTES)), ("rows", 13, 13)] == heard


# --- entries -----------------------------------------------------------------------------------


@pytest.mark.drawn
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seq=strategies.integers(1, 11), column=strategies.sampled_from(["line", "digest"]), data=strategies.data())
@example(1, "digest", 7)  # no text any more, and the archive is known by the first digest
def test_any_flipped_bit_of_a_sealed_entry_is_found_and_named(
    archive: Archive, seq: int, column: str, data: strategies.DataObject | int
) -> None:
    """One bit of the line or of the digest is one finding, and it names the entry."""
    with changing_past_triggers(archive) as database:
        (whole,) = database.execute(f"SELECT CAST({column} AS BLOB) FROM entry WHERE seq = ?", [seq]).fetchone()
        bit = data if isinstance(data, int) else data.draw(strategies.integers(0, len(whole) * 8 - 1))
        put(database, seq, column, with_flipped_bit(whole, bit))

    actual = verified(archive)

    with changing_past_triggers(archive) as database:
        put(database, seq, column, whole)
    assert [("entry-digest", f"entry/{seq}")] == actual


def put(database: sqlite3.Connection, seq: int, column: str, body: bytes) -> None:
    """Set a text column to bytes, whatever they are."""
    database.execute(f"UPDATE entry SET {column} = CAST(? AS TEXT) WHERE seq = ?", [body, seq])


@pytest.mark.parametrize(("column", "value"), cases_of(__file__, "a_column_that_differs_from_its_line_is_found"))
def test_a_column_that_differs_from_its_line_is_found(archive: Archive, column: str, value: object) -> None:
    """What queries go by is what was hashed."""
    with changing_past_triggers(archive) as database:
        database.execute(f"UPDATE entry SET {column} = ? WHERE seq = 4", [value])

    actual = verified(archive)

    assert [("entry-columns", "entry/4")] == actual


def test_a_line_that_is_not_canonical_is_found_where_no_seal_shows_it(archive: Archive) -> None:
    """In the tail, a line with its right digest must still have the one form that all lines have."""
    with changing_past_triggers(archive) as database:
        (line,) = database.execute("SELECT line FROM entry WHERE seq = 13").fetchone()
        spaced = json.dumps(json.loads(line), sort_keys=True, ensure_ascii=False)
        database.execute("UPDATE entry SET line = ?, digest = ? WHERE seq = 13", [spaced, chain.digest(spaced)])

    actual = verified(archive)

    assert [("entry-form", "entry/13")] == actual


# --- replies -----------------------------------------------------------------------------------


@pytest.mark.parametrize("deep", [False, True])
def test_a_removed_reply_is_one_finding(archive: Archive, deep: bool) -> None:
    """The first entry that came from it is named, and how many did; a record without it is said to be unchecked."""
    with changing_past_triggers(archive) as database:
        database.execute("DELETE FROM reply WHERE number = 1")

    verification = verify_archive(archive, deep=deep)

    assert [("reply-missing", "entry/3")] == findings_of(verification)
    assert "3 records" in verification.findings[0].text
    unchecked = ["could not be compared" in one.text for one in verification.unchecked if one.subject == "reply"]
    assert [True] * deep == unchecked


# --- seals -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "change",
    ["first = first + 1", "last = last + 1", "closed_at = '2026-11-12T00:00:00.000Z'", "day = '2026-01-01'"],
)
def test_a_changed_row_of_the_table_of_seals_is_found(archive: Archive, change: str) -> None:
    """The row says what the file says."""
    with changing_past_triggers(archive) as database:
        database.execute(f"UPDATE seal SET {change} WHERE number = 2")

    actual = verified(archive)

    assert [("seal-row", "seal/2")] == actual


def left_over(archive: Archive) -> None:
    """Seal the tail, then lose the row as a kill between file and commit does, and what told of the seal."""
    seals.close_seals(archive, now=START.replace(month=12))
    with changing_past_triggers(archive) as database:
        database.execute("DELETE FROM seal WHERE number = 4")


def test_a_seal_that_a_kill_left_behind_is_a_note(archive: Archive) -> None:
    """A file of the next number without a row is taken up by the next run."""
    left_over(archive)

    verification = verify_archive(archive)

    assert [] == verification.findings
    assert any("Seal 4 is not in the table" in note for note in verification.notes)


def test_what_a_seal_left_behind_closed_must_still_be_so(archive: Archive) -> None:
    """It was made of entries that cannot have changed since."""
    left_over(archive)
    with changing_past_triggers(archive) as database:
        database.execute("DELETE FROM entry WHERE seq = 13")

    actual = verified(archive)

    assert [("entry-missing", "entry/13"), ("seal-row", "seal/4")] == actual


def test_a_stamp_over_a_seal_that_a_kill_left_behind_is_checked(archive: Archive) -> None:
    """The row of the seal may be lost with an older database, so its stamps count."""
    left_over(archive)
    path = archive_seal_path(archive, 4)
    path.with_name(path.name + ".a.tsr").write_bytes(b"stamp")

    actual = verified(archive)

    assert [("stamp", "stamp/4/a")] == actual


# --- files -------------------------------------------------------------------------------------


def test_files_that_no_entry_names_are_a_note(archive: Archive) -> None:
    """A kill between the file and its entry leaves one; a transfer under way is not even that."""
    other = archive.home / "files" / "00" / "11" / ("0011" + "2" * 60)
    other.parent.mkdir(parents=True)
    other.write_bytes(b"x")
    (archive.home / "files" / "incoming" / "1-2.part").write_bytes(b"x")

    verification = verify_archive(archive)

    assert [] == verification.findings
    assert any(note.startswith("1 file ") for note in verification.notes)


# --- deep --------------------------------------------------------------------------------------


def test_a_rule_that_was_dropped_is_found_at_once_and_what_deep_found_stands(archive: Archive) -> None:
    """A verification that looks at less does not take back what the deep one found."""
    with archive.writing() as writing:
        name, statement = next(iter(schema.TRIGGERS.items()))
        writing.sql.exec_driver_sql(f"DROP TRIGGER {name}")
        writing.sql.exec_driver_sql("UPDATE message_version SET body = '90,000円'")
    assert [("triggers", name)] == verified(archive)
    with archive.writing() as writing:
        writing.sql.exec_driver_sql(statement)

    found = {}
    for deep in (True, False):
        verification = verify_archive(archive, deep=deep)
        found[deep] = len(verification.findings)
        assert record_verification(archive, verification, deep=deep, at=START + timedelta(days=5))
    with archive.reading() as reading:
        last = verification_log.last_verification(reading)
    assert last is not None
    assert (0, True, found[True]) == (found[False], last.deep, last.findings)
    assert found[True] > 0


def test_a_record_beside_an_honest_reply_is_found_deeply(archive: Archive) -> None:
    """Its digest is right and its readable rows are there; what the reply shows that it names is another text."""
    with archive.writing() as writing:
        found = raw_tables.rows(writing, "SELECT line FROM entry WHERE kind = 'message' ORDER BY seq DESC LIMIT 1")
        entry = json.loads(next(found)[0])
        forged = {"object": {**entry["payload"]["object"], "body": "払いません"}, "state": "edited", "source": "list"}
        observation = Observation("message", entry["key"], forged, entry["room_id"], entry["reply"])
        (made,) = writer.append(writing, [observation], account_id=OWNER, at=START + timedelta(days=4))

    assert ([], [("reply-object", f"entry/{made.seq}")]) == (verified(archive), verified(archive, deep=True))


def test_very_many_findings_are_listed_up_to_a_thousand(archive: Archive) -> None:
    """What is not listed is counted."""
    observation = [Observation("sweep", "sweep/{seq}", {"n": n}) for n in range(5_000)]
    with archive.writing() as writing:
        writer.append(writing, observation, account_id=OWNER, at=START)
    with changing_past_triggers(archive) as database:
        database.execute("UPDATE entry SET digest = 'x' WHERE seq > 100 AND seq % 2 = 0")

    verification = verify_archive(archive)

    assert 1_001 == len(verification.findings)
    assert "1456 more of this kind." == verification.findings[-1].text


def test_rows_of_who_was_interrupted_end_without_a_word(archive: Archive) -> None:
    """As a saver that is stopped within a verification closes the archive first."""
    with archive.reading() as reading:
        found = raw_tables.rows(reading, "SELECT seq FROM entry")
        next(found)
    archive.close()

    assert isinstance(found, Generator)
    found.close()
