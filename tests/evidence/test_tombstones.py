"""An erased record leaves a tombstone: archive and package verify with it, and a forged one is found."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from archiver.custody.verify import verify_path
from archiver.evidence.masked_and_erased import Tombstone, read_tombstone, tombstone_line
from archiver.export.package.make_package import export
from archiver.export.package.order import ExportOrder
from archiver.records import Observation
from archiver.store import seals
from tests.support.archives.maker import CLIENT, ArchiveMaker, at, message_object
from tests.support.archives.tampering import changing_past_triggers

ERASED = "消してほしい文"


def erased_archive(
    home: Path, *, numbers: bool = True, sealed: bool = True, named_replies: bool = False, closed: bool = True
) -> ArchiveMaker:
    """Three messages of a contract of which the second was erased, with the rows and the replies that show it.

    `closed`: whether the record of the erasure is sealed.
    """
    maker = ArchiveMaker(home)
    maker.me()
    maker.contract("job1")
    maker.account(CLIENT, "田中")
    maker.sync([message_object(1, "はい"), message_object(2, ERASED), message_object(3, "では")], minutes=5)
    maker.sync([message_object(1, "はい"), message_object(2, ERASED), message_object(3, "ではまた")],
               changed={3: "edited"}, minutes=6)  # fmt: skip
    if sealed:
        seals.close_seals(maker.archive, now=at(10))
    with changing_past_triggers(maker.archive) as database:
        ((seq, digest),) = database.execute("SELECT seq, digest FROM entry WHERE key = 'message/2'").fetchall()
        line = tombstone_line(Tombstone(digest, 1))
        database.execute("UPDATE entry SET line = ? WHERE seq = ?", [line, seq])
        for table in ("message", "message_version"):
            database.execute(f"DELETE FROM {table} WHERE position = 2")
        replies = [row[0] for row in database.execute("SELECT digest FROM reply")] if named_replies else []
    payload = {"kinds": {"message": 1}, "numbers": [[seq, seq]] if numbers else [], "reason": "request"}
    payload["replies"] = replies
    maker.append([Observation("erasure", "erasure/1", payload)], minutes=20)
    if closed:
        seals.close_seals(maker.archive, now=at(30))
    return maker


def exported(maker: ArchiveMaker, out: Path) -> Path:
    order = ExportOrder(contract="job1", profile="lawyer", out=out, counterparts={CLIENT})
    return Path(export(maker.archive, order, now=lambda: at(300)).path)


def test_a_line_is_a_tombstone_only_in_its_exact_form() -> None:
    """It holds nothing but the digest and the number of the erasure."""
    line = f'{{"digest":"{"a" * 64}","erased":true,"erasure":7}}'.encode()

    assert Tombstone("a" * 64, 7) == read_tombstone(line)
    assert line.decode() == tombstone_line(Tombstone("a" * 64, 7))
    others = [
        line + b" ",
        line.replace(b"true", b"1"),
        line.replace(b"7", b"0"),
        line.replace(b"}", b',"why":"x"}'),
        line.replace(b"aaaa", b"AAAA"),
        b'{"digest":"' + b"[" * 99_999,
        b"",
    ]
    assert [None] * len(others) == [read_tombstone(one) for one in others]


def test_an_archive_with_an_erased_record_verifies_deeply(tmp_path: Path) -> None:
    """The rebuild makes no row of it, and that its columns cannot be checked is said."""
    erased_archive(tmp_path / "home")

    verification = verify_path(tmp_path / "home", deep=True)

    assert [] == verification.findings
    (note,) = [note for note in verification.notes if "1 record was erased" in note]
    assert "the columns beside it, cannot be checked" in note


@pytest.mark.parametrize(("numbers", "sealed", "check"), [(False, True, "entry-erased"), (True, False, "entry-sealed")])
def test_a_tombstone_that_nothing_vouches_for_is_found(tmp_path: Path, numbers: bool, sealed: bool, check: str) -> None:
    """Neither one that no sealed erasure names, nor one whose record was sealed as a tombstone."""
    maker = erased_archive(tmp_path / "home", numbers=numbers, sealed=sealed)
    if not sealed:
        with changing_past_triggers(maker.archive) as database:
            database.execute("UPDATE entry SET line = replace(line, '\"digest\":\"', '\"digest\":\"0'),"
                             " digest = digest WHERE line LIKE '{\"digest\"%'")  # fmt: skip
        check = "entry-digest"

    checks = {finding.check for finding in verify_path(tmp_path / "home").findings}

    assert check in checks


@pytest.mark.drawn
def test_an_erasure_that_is_not_sealed_vouches_for_nothing(tmp_path: Path) -> None:
    """In an archive, and in a package from which the seal over the record of the erasure was taken."""
    maker = erased_archive(tmp_path / "home", closed=False)
    assert ["entry-erased"] == [finding.check for finding in verify_path(maker.home).findings]

    package = exported(maker, tmp_path / "out")
    assert [] == verify_path(package).findings
    for path in sorted((package / "data/seals").glob("*.json"))[1:]:
        path.unlink()

    assert "entry-erased" in {finding.check for finding in verify_path(package).findings}


def test_a_package_shows_the_tombstone_and_verifies(tmp_path: Path) -> None:
    """Nothing of the erased text is in it, and the entry that says what was erased is."""
    maker = erased_archive(tmp_path / "home")

    package = exported(maker, tmp_path / "out")

    verification = verify_path(package)
    assert [] == verification.findings
    assert any("1 record was erased" in note for note in verification.notes)
    lines = (package / "data/entries.jsonl").read_bytes().splitlines()
    assert 1 == sum(read_tombstone(line) is not None for line in lines)
    assert any(b'"key":"erasure/1"' in line for line in lines)


@pytest.mark.drawn
def test_a_package_whose_tombstone_is_no_sealed_record_is_found(tmp_path: Path) -> None:
    """A line that was put in, or whose digest was changed."""
    package = exported(erased_archive(tmp_path / "home"), tmp_path / "out")
    path = package / "data/entries.jsonl"
    digest = hashlib.sha256(b"x").hexdigest()
    path.write_bytes(path.read_bytes() + tombstone_line(Tombstone(digest, 1)).encode() + b"\n")

    checks = {finding.check for finding in verify_path(package).findings}

    assert {"entry-sealed", "manifest"} <= checks


@pytest.mark.parametrize(("named", "checks"), [(True, set()), (False, {"reply-missing"})])
def test_replies_that_held_the_text_go_with_it_and_are_named(tmp_path: Path, named: bool, checks: set[str]) -> None:
    """Other records came from them too: that they are not kept is a finding unless the erasure says so."""
    maker = erased_archive(tmp_path / "home", named_replies=named)
    with changing_past_triggers(maker.archive) as database:
        database.execute("DELETE FROM reply")

    assert checks == {finding.check for finding in verify_path(maker.home).findings}
