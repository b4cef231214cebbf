"""Archives and packages whose seals are stamped by simulated authorities, in memory."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

from archiver.evidence.stamps import timestamp
from archiver.evidence.stamps.roots import der_to_pem
from archiver.evidence.stamps.timestamp import Authority
from archiver.export.package.make_package import ExportReport, export
from archiver.export.package.order import ExportOrder
from archiver.export.stamps import StampService
from archiver.records import Observation
from archiver.store import seals, writer
from archiver.store.archive import Archive
from archiver.store.queries.contracts import enclosures
from archiver.store.user_statements import withdraw_statement
from archiver.store.working import stamp_queue
from archiver.store.working.stamp_queue import StampFacts
from tests.support.archives.maker import at
from tests.support.packages.exported_archives import add_enclosure, reopen_maker
from tests.support.packages.sample_package import NOW, archive_of_the_story, made_once
from tests.support.stamps.authorities import authority_in_memory
from tests.support.stamps.simulated_authority import SimulatedAuthority
from tests.support.world import Clock


def authority(name: str = "a", *, now: Callable[[], datetime] = lambda: NOW) -> Authority:
    """An authority with a root of its own."""
    return replace(authority_in_memory(SimulatedAuthority(now=now, name=f"TSA {name}")), name=name)


def stamp_seals(archive: Archive, authorities: Sequence[Authority], *, at: datetime = NOW) -> None:
    """Stamp every seal that lacks a stamp of an authority, as the queue does."""
    for authority in authorities:
        with archive.reading() as reading:
            dues = stamp_queue.due_stamps(reading, [authority.name], at, include_paused=True)
        for due in dues:
            body = (archive.home / seals.FOLDER / due.seal.name).read_bytes()
            stamp = timestamp.request_stamp(body, authority, now=lambda: at)
            pem = [der_to_pem(der) for der in authority.roots]
            stamp_queue.keep_stamp(
                archive, due, stamp.reply, StampFacts(stamp.token.time, stamp.token.root, at), pem=pem
            )


def stamp_service(archive: Archive, *authorities: Authority, silent: Sequence[str] = ()) -> StampService:
    """The stamp service of an export; authorities named in `silent` give nothing."""
    speaking = [authority for authority in authorities if authority.name not in silent]

    def stamp(data: bytes) -> Iterator[tuple[str, bytes]]:
        for authority in speaking:
            yield authority.name, timestamp.request_stamp(data, authority, now=lambda: NOW).reply

    roots = {authority.name: authority.roots for authority in authorities}
    return StampService(roots, lambda: stamp_seals(archive, speaking), stamp)


def stamped_package(folder: Path, *, silent: Sequence[str] = (), enclosed: bool = False) -> ExportReport:
    """A lawyer's package of the story: authority `a` stamped the first seals in time, `a` and `b` all at the export.

    `enclosed`: with a screenshot and a notice that the user added, and one enclosure that was withdrawn.
    """
    archive = archive_of_the_story(folder / "home")
    if enclosed:
        _enclose(folder / "home")
    clock = Clock(NOW - timedelta(days=10))
    first = authority(now=clock)
    stamp_seals(archive, [first], at=clock())
    clock.pass_by(days=10)
    report = export(
        archive,
        ExportOrder(contract="job1", profile="lawyer", out=folder / "out"),
        now=lambda: NOW,
        stamping=stamp_service(archive, first, authority("b"), silent=silent),
    )
    archive.close()
    return report


def stamped_copy(folder: Path) -> Path:
    """The folder of such a package without a report."""
    return made_once(_make_stamped, folder)


def _make_stamped(folder: Path) -> Path:
    return Path(stamped_package(folder).path)


def _enclose(home: Path) -> None:
    maker = reopen_maker(home)
    add_enclosure(maker, 1, "削除後の画面.png", b"png bytes of a screenshot")
    add_enclosure(maker, 2, "notice.eml", b"From: notice", kind="notice")
    add_enclosure(maker, 3, "二重.png", b"added by mistake")
    with maker.archive.reading() as reading:
        mistaken = enclosures(reading, "job1")[-1]
    with maker.archive.writing() as writing:
        withdraw_statement(writing, "job1", mistaken, at=at(4503))
    maker.archive.close()


def stamped_archive(home: Path, clock: Clock) -> tuple[Archive, tuple[Authority, Authority]]:
    """The story with three seals stamped by `a` and `b`, followed by an export of seal 3 and a note."""
    archive = archive_of_the_story(home)
    clock.time = at(4600)
    seals.close_seals(archive, now=clock())
    authorities = (authority(now=clock), authority("b", now=clock))
    clock.time = at(4610)
    stamp_seals(archive, authorities, at=clock())
    payload = {"name": "job1_lawyer", "profile": "lawyer", "contract": "job1", "seal": 3, "sha256": "0" * 64}
    with archive.writing() as writing:
        observations = [Observation("export", "export/1", payload), Observation("note", "note/job1", {"text": "メモ"})]
        writer.append(writing, observations, account_id=None, at=at(4620))
    return archive, authorities
