"""The stamps of an archive are verified: each over its seal, under its root, at a time that can be."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from archiver.custody.verify import verify_archive
from archiver.evidence.stamps.reply_claims import fingerprints
from archiver.evidence.stamps.roots import der_to_pem
from archiver.evidence.stamps.timestamp import Authority
from archiver.evidence.verify.findings import Verification, time_sentence
from archiver.store import seals
from archiver.store.archive import Archive
from tests.support.archives import tampering
from tests.support.archives.exact_clock import exact_clock
from tests.support.archives.notes import append_notes
from tests.support.archives.tampering import START, archive_seal_path, changing_past_triggers, copy_of, findings_of
from tests.support.stamps.stamped_archives import authority, stamp_seals
from tests.support.world import Clock

LATER = START + timedelta(days=3, minutes=1)
"""Shortly after the third seal."""


@pytest.fixture(scope="module")
def trusted() -> Authority:
    return authority(now=lambda: LATER)


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory, trusted: Authority) -> Archive:
    """The small archive with a stamp of `a` on each of its three seals, to be copied."""
    made = tampering.sample_archive(tmp_path_factory.mktemp("sample"))
    stamp_seals(made, [trusted], at=LATER)
    return made


@pytest.fixture
def archive(sample: Archive, tmp_path: Path) -> Iterator[Archive]:
    """A copy to be damaged."""
    made = copy_of(sample, tmp_path / "home")
    yield made
    made.close()


def stamp_file(archive: Archive, number: int) -> Path:
    """The file of a seal's stamp."""
    seal = archive_seal_path(archive, number)
    return seal.with_name(f"{seal.name}.a.tsr")


def noted(verification: Verification, part: str) -> bool:
    """Whether a note holds this."""
    return any(part in note for note in verification.notes)


def test_good_stamps_are_counted_and_their_root_is_named(archive: Archive, trusted: Authority) -> None:
    """Its fingerprint can be compared with what the authority publishes; late ones are told."""
    verification = verify_archive(archive, authorities=[trusted])

    assert [] == verification.findings
    assert 3 == verification.checked["stamps"]
    assert any("is none that this program knows" in time_sentence(one) for one in verification.times)
    assert noted(verification, "1 seal was time-stamped more than 48 hours after it was closed")


def test_stamps_can_be_verified_on_media_that_cannot_be_written(archive: Archive) -> None:
    """Nothing is written, wherever the archive lies."""
    home = archive.home
    archive.close()
    paths = [path for path in [home, *home.rglob("*")] if not path.is_symlink()]
    for path in paths:
        path.chmod(path.stat().st_mode & ~0o222)

    verification = verify_archive(Archive(home, unchanging=True))

    for path in paths:
        path.chmod(path.stat().st_mode | 0o200)
    assert ([], 3) == (verification.findings, verification.checked["stamps"])


def reply_over(body: bytes, of: Authority) -> bytes:
    """What an authority answers, good or not."""
    from rfc3161_client import HashAlgorithm, TimestampRequestBuilder

    request = TimestampRequestBuilder().data(body).hash_algorithm(HashAlgorithm.SHA256).build()
    return of.send(request.as_bytes()).body


# --- roots ------------------------------------------------------------------------------------


def test_a_root_that_was_added_later_is_no_finding(archive: Archive, trusted: Authority) -> None:
    """An authority changes its root: the older stamps stay good under the older one."""
    newer = authority("new")
    with (archive.home / "seals/a.pem").open("a") as file:
        file.write(der_to_pem(newer.roots[0]))

    verification = verify_archive(archive, authorities=[replace(trusted, roots=newer.roots)])

    assert [] == verification.findings


# --- times ------------------------------------------------------------------------------------


@pytest.mark.parametrize(("minutes", "expected"), [(-16, [("stamp-time", "stamp/3/a")]), (-14, []), (60, [])])
def test_a_stamp_before_its_seal_is_named(tmp_path: Path, minutes: int, expected: list[tuple[str, str]]) -> None:
    """Clocks differ a little; by more than a quarter of an hour, seal or stamp says something untrue."""
    made = tampering.sample_archive(tmp_path / "home")
    clock = Clock(START + timedelta(days=1))
    slow_authority = authority(now=clock)
    for number in (1, 2, 3):
        clock.time = START + timedelta(days=number, minutes=minutes if number == 3 else 1)
        path = archive_seal_path(made, number)
        path.with_name(f"{path.name}.a.tsr").write_bytes(reply_over(path.read_bytes(), slow_authority))
    (made.home / "seals/a.pem").write_text(der_to_pem(slow_authority.roots[0]))

    verification = verify_archive(made)

    assert expected == findings_of(verification)
    assert not noted(verification, "48 hours")


def test_a_later_stamp_covers_the_seals_before(archive: Archive) -> None:
    """Each seal names the one before; only what lies behind the last stamp is open."""
    for number in (1, 3):
        stamp_file(archive, number).unlink()
    with changing_past_triggers(archive) as database:
        database.execute("DELETE FROM stamp WHERE seal != 2")
        database.execute("DELETE FROM entry WHERE kind = 'stamp'")

    verification = verify_archive(archive)

    assert [] == verification.findings
    assert noted(verification, "1 seal at the end is not covered by a time stamp yet.")
    assert noted(verification, "1 seal has no time stamp of its own")


def test_a_stamp_that_came_and_is_gone_is_named(archive: Archive) -> None:
    """A record knows that it was there, also when the table was lost."""
    stamp_file(archive, 2).unlink()

    verification = verify_archive(archive)

    with changing_past_triggers(archive) as database:
        database.execute("DELETE FROM stamp")
    assert [("stamp-missing", "stamp/2/a")] == findings_of(verification)
    assert [("stamp-missing", "stamp/2/a")] == findings_of(verify_archive(archive))


def test_a_stamp_that_was_exchanged_is_named(archive: Archive) -> None:
    """A later good stamp of the same authority is not the one that came."""
    stamper, path = authority(now=lambda: START + timedelta(days=9)), archive_seal_path(archive, 2)
    stamp_file(archive, 2).write_bytes(reply_over(path.read_bytes(), stamper))
    roots = archive.home / "seals/a.pem"
    roots.write_text(roots.read_text() + der_to_pem(stamper.roots[0]))

    verification = verify_archive(archive)

    assert [("stamp-changed", "stamp/2/a")] == findings_of(verification)


def test_an_archive_without_authorities_says_so(archive: Archive) -> None:
    """It is the user's choice, and no finding."""
    assert noted(verify_archive(archive, authorities=[]), "No authority is asked")
    assert not noted(verify_archive(archive), "No authority is asked")


def test_a_clock_that_was_set_back_is_a_note(tmp_path: Path) -> None:
    """It is worth knowing, and happens to honest people."""
    made = tampering.empty_archive(tmp_path / "home")
    for clock, later in ((None, timedelta(days=365)), (exact_clock(), timedelta())):
        made.clock = clock
        append_notes(made, at=START + later)
        seals.close_seals(made, now=START + later)

    verification = verify_archive(made)

    assert [] == verification.findings
    assert noted(verification, "1 seal says that it was closed before the one before it")


def test_a_huge_file_of_roots_costs_nothing() -> None:
    """Whoever made a package made this file too; looking through it would take hours."""
    assert [] == fingerprints(b"-----BEGIN CERTIFICATE-----" * 300_000)
