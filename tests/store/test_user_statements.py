"""Deliveries and attachments as of any entry, exact names, rows that the rebuild reproduces; and seals."""

from __future__ import annotations

import hashlib
import json
import os
import stat
import time
from dataclasses import asdict, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings, strategies

from archiver import errors
from archiver.evidence import chain
from archiver.evidence.chain import digest_file
from archiver.records import Contract, ContractRoom, Delivery, Enclosure, MessageId, Observation, RoomId
from archiver.store import blobs, rebuild, seals, user_statements
from archiver.store.archive import Archive
from archiver.store.queries import entries
from archiver.store.queries.contracts import (
    contract_payload,
    deliveries,
    enclosures,
    holds_message,
    next_number,
    same_bytes,
    sent_file,
)
from archiver.store.time_text import to_text
from archiver.sync.download import clear_incoming
from tests.support.archives import tampering
from tests.support.archives.maker import OTHER_ROOM, ROOM, ArchiveMaker, file_object, message_object
from tests.support.archives.notes import NOON, all_entries, append_notes, append_observations
from tests.support.archives.tampering import START
from tests.support.file_size_limit import file_size_limit

HOSTILE = "\x1b[31m../../=納品\ud83d\x00\n.zip"
"""A name that no column can hold and that a terminal would obey."""

TEXTS = strategies.sampled_from([None, "納品", HOSTILE])
DELIVERED = Delivery(0, "2026-11-03 09:12", "納品.zip", 3, "a" * 64, None, "第1稿")
ENCLOSED = Enclosure(0, "screenshot", "画面.png", 9, "b" * 64, START, "2026-11-03", MessageId("5"), "仮払いの画面")


def add_statement(
    archive: Archive, statement: Delivery | Enclosure, *, contract: str = "job1", minutes: float = 0
) -> int:
    """Append a statement; the number of the last entry."""
    moment = START + timedelta(minutes=minutes)
    with archive.writing() as writing:
        if isinstance(statement, Delivery):
            user_statements.add_delivery(writing, contract, statement, at=moment)
        else:
            user_statements.add_enclosure(writing, contract, statement, at=moment)
        return entries.last_seq(writing)


def test_what_stands_is_told_as_of_any_entry(archive: Archive) -> None:
    """A correction and a withdrawal count from their own entries on; the earlier state can still be told."""
    first = add_statement(archive, DELIVERED)
    with archive.writing() as writing:
        user_statements.restate_delivery(writing, "job1", replace(DELIVERED, number=1, at="2026-11-04"), at=START)
        corrected = entries.last_seq(writing)
        user_statements.withdraw_statement(writing, "job1", deliveries(writing, "job1")[0], at=START)

    with archive.reading() as reading:
        actual = [deliveries(reading, "job1", upto=upto) for upto in (0, first, corrected, None)]

    assert [(), (replace(DELIVERED, number=1),), (replace(DELIVERED, number=1, at="2026-11-04"),), ()] == actual


def test_each_contract_counts_for_itself(archive: Archive) -> None:
    """Contracts whose ids begin alike keep apart, and a number that was withdrawn is not given again."""
    for name in ("job1", "job10", "job1-2"):
        add_statement(archive, ENCLOSED, contract=name)
    with archive.writing() as writing:
        user_statements.withdraw_statement(writing, "job1", enclosures(writing, "job1")[0], at=START)
    add_statement(archive, ENCLOSED, minutes=5)

    with archive.reading() as reading:
        expected = {"job1": [2], "job10": [1], "job1-2": [1], "job": []}
        assert expected == {name: [one.number for one in enclosures(reading, name)] for name in expected}
        assert [3, 1] == [next_number(reading, "job1", kind) for kind in ("attachment", "delivery")]


def test_what_is_stated_already_is_not_written_again(archive: Archive) -> None:
    """The same command twice makes one entry; the time at which it was first added stays."""
    once = add_statement(archive, ENCLOSED)
    again = add_statement(archive, replace(ENCLOSED, added_at=START + timedelta(days=1)), minutes=60)
    delivered = add_statement(archive, DELIVERED, minutes=61)
    with archive.writing() as writing:
        user_statements.restate_delivery(writing, "job1", replace(DELIVERED, number=1), at=START)

    with archive.reading() as reading:
        assert (once, delivered) == (again, entries.last_seq(reading))
        assert (replace(ENCLOSED, number=1),) == enclosures(reading, "job1")


def test_a_change_that_changes_nothing_adds_no_entry_to_one_of_an_earlier_program(archive: Archive) -> None:
    """An entry from before a fact was known lacks it; that alone is no difference."""
    stated = contract_payload(Contract("job1", (ContractRoom(RoomId(ROOM)),)))
    del stated["first_client_pays_on"]
    append_observations(archive, Observation("contract", "contract/job1", stated))

    unchanged = user_statements.change_contract(archive, "job1", lambda _reading, contract: contract, at=START)
    once = [entry.key for entry in all_entries(archive)].count("contract/job1")
    user_statements.change_contract(
        archive, "job1", lambda _reading, contract: replace(contract, title="記事"), at=START
    )

    assert (None, 1) == (unchanged.title, once)
    assert 2 == [entry.key for entry in all_entries(archive)].count("contract/job1")


def test_a_hostile_name_is_exact_in_the_entry_and_harmless_in_the_row(archive: Archive) -> None:
    """NUL and lone surrogates come back as they were; the readable column shows them by number."""
    for statement in (DELIVERED, ENCLOSED):
        add_statement(archive, replace(statement, name=HOSTILE, note=HOSTILE))

    with archive.reading() as reading:
        stated: list[Delivery | Enclosure] = [*deliveries(reading, "job1"), *enclosures(reading, "job1")]
        query = "SELECT name, note FROM delivery UNION ALL SELECT name, note FROM attachment"
        rows = reading.sql.exec_driver_sql(query).all()

    readable = "\x1b[31m../../=納品[U+D83D][U+0000]\n.zip"
    assert [(HOSTILE, HOSTILE)] * 2 == [(one.name, one.note) for one in stated]
    assert [(readable, readable)] * 2 == [tuple(row) for row in rows]


STEPS = strategies.lists(
    strategies.tuples(
        strategies.sampled_from(["deliver", "enclose", "change", "withdraw", "discard"]),
        strategies.sampled_from(["job1", "job10"]),
        TEXTS,
        strategies.integers(0, 2),
    ),
    max_size=12,
)


@pytest.mark.drawn
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS, batch=strategies.integers(1, 5))
def test_the_rebuild_gives_the_same_rows(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[str, str, str | None, int]], batch: int
) -> None:
    """Whatever was stated, corrected and withdrawn in whatever order, the rows follow from the entries alone."""
    archive = tampering.empty_archive(tmp_path_factory.mktemp("home"))
    for minutes, (step, contract, text, choice) in enumerate(steps):
        moment = START + timedelta(minutes=minutes)
        with archive.writing() as writing:
            delivered, enclosed = deliveries(writing, contract), enclosures(writing, contract)
            if step == "deliver":
                user_statements.add_delivery(writing, contract, replace(DELIVERED, name=text, size=choice), at=moment)
            elif step == "enclose":
                user_statements.add_enclosure(writing, contract, replace(ENCLOSED, note=text, size=choice), at=moment)
            elif step == "change" and delivered:
                user_statements.restate_delivery(
                    writing, contract, replace(delivered[-1], note=text, file_id=choice), at=moment
                )
            elif step == "withdraw" and delivered:
                user_statements.withdraw_statement(writing, contract, delivered[0], at=moment)
            elif step == "discard" and enclosed:
                user_statements.withdraw_statement(writing, contract, enclosed[0], at=moment)

    with archive.reading() as reading:
        actual = list(rebuild.row_differences(reading, batch=batch))
        table = reading.sql.exec_driver_sql(
            "SELECT contract_id, number, added_at FROM attachment WHERE state = 'stated' ORDER BY 1, 2"
        ).all()
        stated = {name: enclosures(reading, name) for name in ("job1", "job10")}
    archive.close()

    rows = [(name, one.number, to_text(one.added_at)) for name, ones in stated.items() for one in ones]
    assert [] == actual
    assert rows == [tuple(row) for row in table]


# --- what Chatwork shows of it -----------------------------------------------------------------


def test_files_and_messages_are_known_in_their_rooms_alone(tmp_path: Path) -> None:
    """Of the same bytes the first that was sent; none of another room, with lost bytes, or that no column holds."""
    made = ArchiveMaker(tmp_path / "home")
    sha256 = made.file(file_object(12, "納品2.zip", 3, sent=9), b"zip")
    made.file(file_object(11, HOSTILE, 3, sent=5), b"zip")
    made.file(file_object(13, "別.zip", 3, sent=1), None)
    made.file(file_object(99, "秘密.zip", 3, sent=0), b"zip", room=OTHER_ROOM)
    made.sync([message_object(1876543210987654321, "はい")])
    made.sync([message_object(7, "秘密")], room=OTHER_ROOM)

    with made.archive.reading() as reading:
        found = [[one.file_id for one in same_bytes(reading, {ROOM}, one)] for one in (sha256, "0" * 64)]
        named = [sent_file(reading, {ROOM}, number) for number in (13, 99, 0, 2**70)]
        ids = ("1876543210987654321", "7", "0", "9999999999999999999")
        held = [holds_message(reading, [ContractRoom(RoomId(ROOM))], MessageId(one)) for one in ids]

    assert [[11, 12], []] == found
    assert ["別.zip", None, None, None] == [one and one.name for one in named]
    assert [True, False, False, False] == held


# --- files of the user's disk --------------------------------------------------------------------


def test_a_file_is_copied_under_its_digest(tmp_path: Path) -> None:
    """Read-only, the same bytes once, the user's own file untouched, nothing left of the copying."""
    home, source, twin = tmp_path / "home", tmp_path / "画面 1.png", tmp_path / "b.png"
    home.mkdir()
    source.write_bytes(b"png" * 1_000_000)
    twin.write_bytes(b"png" * 1_000_000)

    size, sha256 = blobs.copy_in(home, source, limit=10**9)
    again = blobs.copy_in(home, twin, limit=10**9)
    measured = blobs.measure(source, limit=10**9)

    place = blobs.blob_path(home, sha256)
    assert (3_000_000, digest_file(place)) == (size, sha256) == again == measured
    assert 0o400 == stat.S_IMODE(place.stat().st_mode)
    assert [place] == list((home / "files").glob("??/??/*"))
    assert source.read_bytes() == twin.read_bytes() == b"png" * 1_000_000
    assert [] == list((home / "files" / "incoming" / "added").iterdir())


def test_what_cannot_be_meant_is_refused_before_a_byte_is_kept(tmp_path: Path) -> None:
    """A folder, a pipe, nothing, a circle of links, a name too long, a file above the limit."""
    home = tmp_path / "home"
    home.mkdir()
    (tmp_path / "large").write_bytes(b"12345")
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "circle").symlink_to("circle")
    cases = {
        "home": errors.NotAFile,
        "pipe": errors.NotAFile,
        "circle": errors.NothingThere,
        "nothing": errors.NothingThere,
        "x" * 300: errors.NothingThere,
        "a\x00b": errors.NothingThere,
        "large": errors.FileAboveLimit,
    }

    for name, error in cases.items():
        with pytest.raises(error) as raised:
            blobs.copy_in(home, tmp_path / name, limit=4)
        assert 2 == raised.value.code
        with pytest.raises(error):
            blobs.measure(tmp_path / name, limit=4)
    assert [] == list(home.iterdir())


def test_copies_that_a_kill_left_behind_are_removed_later(tmp_path: Path) -> None:
    """A day after; a copy that runs beside is left alone, and a sync's tidying does not take it away."""
    folder, source = tmp_path / "files" / "incoming" / "added", tmp_path / "a.png"
    folder.mkdir(parents=True)
    source.write_bytes(b"png")
    for name, age in (("old.part", 90_000), ("running.part", 60)):
        (folder / name).write_bytes(b"half")
        os.utime(folder / name, (time.time() - age, time.time() - age))

    blobs.copy_in(tmp_path, source, limit=100)
    clear_incoming(tmp_path, [])

    assert ["running.part"] == [path.name for path in folder.iterdir()]


def test_the_payload_holds_what_the_value_holds(archive: Archive) -> None:
    """Every field of the two values but the time of adding, which is the entry's own."""
    add_statement(archive, DELIVERED)
    add_statement(archive, ENCLOSED)

    delivered, enclosed = (json.loads(one.line) for one in all_entries(archive))

    for value, document in ((DELIVERED, delivered), (ENCLOSED, enclosed)):
        fields = {name: fact for name, fact in asdict(value).items() if name != "added_at"}
        assert fields | {"contract": "job1", "number": 1, "state": "stated"} == document["payload"]
        assert document["room_id"] is None
    assert ["delivery/job1/1", "attachment/job1/1"] == [one["key"] for one in (delivered, enclosed)]


def stored_seals(archive: Archive) -> list[object]:
    """The seals of the table."""
    with archive.reading() as reading:
        return list(seals.seals(reading))


def test_a_seal_holds_the_digests_and_the_seal_before(archive: Archive) -> None:
    """As canonical JSON with one final newline, readable by the owner only."""
    first_digests = append_notes(archive, 3)
    (first,) = seals.close_seals(archive, now=NOON)
    second_digests = append_notes(archive, 2, at=NOON + timedelta(hours=14))
    (second,) = seals.close_seals(archive, now=NOON + timedelta(hours=15))

    paths = [archive.home / "seals" / one.name for one in (first, second)]
    bodies = [path.read_bytes() for path in paths]
    documents = [json.loads(body) for body in bodies]
    assert ["000001-2026-11-12.json", "000002-2026-11-13.json"] == [path.name for path in paths]
    assert [chain.canonical(one).encode() + b"\n" for one in documents] == bodies
    assert [first_digests, second_digests] == [one["entries"] for one in documents]
    assert [chain.GENESIS, hashlib.sha256(bodies[0]).hexdigest()] == [one["previous"] for one in documents]
    assert [(1, 3), (4, 5)] == [(one["first"], one["last"]) for one in documents]
    assert ["2026-11-12T03:00:00.000Z", 1234567] == [documents[0]["closed_at"], documents[0]["account_id"]]
    assert [hashlib.sha256(body).hexdigest() for body in bodies] == [first.sha256, second.sha256]
    assert [first, second] == stored_seals(archive)
    assert 0o600 == stat.S_IMODE(paths[0].stat().st_mode)


EVENING = datetime(2026, 11, 12, 14, 50, tzinfo=UTC)
"""Ten minutes before midnight in Tokyo."""


@pytest.mark.parametrize(
    ("kind", "begun", "later", "expected"),
    [
        # A tail is due after six hours, counted from its oldest entry, or if it is of an earlier day in Tokyo.
        ("note", NOON, timedelta(hours=5, minutes=59), False),
        ("note", NOON, timedelta(hours=6), True),
        ("note", NOON, timedelta(hours=12), True),
        ("note", EVENING, timedelta(minutes=9), False),
        ("note", EVENING, timedelta(minutes=10), True),
        # Without news it is due once a day: a stamp that arrives, or an idle run, makes no seal every six hours.
        *((kind, NOON, timedelta(hours=hours), hours == 12) for kind in ("stamp", "sweep") for hours in (11, 12)),
    ],
)
def test_a_tail_is_due(archive: Archive, kind: str, begun: datetime, later: timedelta, expected: bool) -> None:
    """Once it is sealed nothing is, and nothing was before it."""
    due = []
    for at in (begun, begun + later):
        due.append(is_due(archive, at))
        append_observations(archive, Observation(kind, f"{kind}/x", {}), at=at)
    due.append(is_due(archive, begun + later))
    sealed = len(seals.close_seals(archive, now=begun + later))

    assert ([False, expected, expected], 1) == (due, sealed)
    assert not is_due(archive, NOON + timedelta(days=9))
    assert [] == seals.close_seals(archive, now=NOON + timedelta(days=9))


def is_due(archive: Archive, now: datetime) -> bool:
    """Whether a run would seal."""
    with archive.reading() as reading:
        return seals.is_due(reading, now=now)


def test_what_lies_under_the_next_number_is_never_overwritten(archive: Archive) -> None:
    """A file that is no seal of these records is kept apart, and the seal gets the number behind it."""
    append_notes(archive)
    folder = archive.home / "seals"
    folder.mkdir()
    (folder / "000001-2026-11-11.json").write_bytes(b"left")
    (folder / "000001-2026-11-11.json.new").write_bytes(b"left")

    (seal,) = seals.close_seals(archive, now=NOON)

    assert (2, "000002-2026-11-12.json") == (seal.number, seal.name)
    assert [1, 1] == json.loads((folder / seal.name).read_bytes())["skips"]
    assert b"left" == (folder / "orphaned/000001-2026-11-11.json").read_bytes()


def test_a_seal_that_cannot_be_written_leaves_the_tail_unsealed(archive: Archive) -> None:
    """A full disk, or a file in place of the folder, raises an error of this program, and the next attempt works."""
    append_notes(archive, 200)
    with file_size_limit(4096), pytest.raises(errors.DiskFull):
        seals.close_seals(archive, now=NOON)
    full = stored_seals(archive)
    (archive.home / "seals").rename(archive.home / "elsewhere")
    (archive.home / "seals").write_bytes(b"")
    with pytest.raises(errors.StorageError):
        seals.close_seals(archive, now=NOON)
    (archive.home / "seals").unlink()

    (seal,) = seals.close_seals(archive, now=NOON)

    assert ([], 200) == (full, seal.last)
    assert [seal.name] == [path.name for path in (archive.home / "seals").iterdir()]
