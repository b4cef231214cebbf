"""What no verification can find: done here, and seen to stay silent. The explanation lists each, and says what helps.

Whoever controls the computer can do all this. A test that fails here means that the list has become shorter.
"""

from __future__ import annotations

import re
import shutil
import zipfile
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from archiver.custody.exported_package_check import compare_with_exports
from archiver.custody.verify import verify_archive, verify_path
from archiver.evidence.stamps import timestamp
from archiver.evidence.stamps.roots import der_to_pem
from archiver.evidence.stamps.timestamp import Authority
from archiver.evidence.verify.findings import Verification, time_sentence
from archiver.export.package.make_package import export
from archiver.export.package.order import ExportOrder
from archiver.store import seals
from archiver.store.archive import Archive
from tests.support.archives.archive_damage import remove_stamps
from tests.support.archives.maker import ArchiveMaker, at, message_object
from tests.support.archives.tampering import changing_past_triggers
from tests.support.packages.list_renewal_damage import LIST_RENEWAL_KINDS
from tests.support.packages.package_damage import mask_last, renew_sums, seal_path, stamp_path
from tests.support.packages.sample_package import NOW, archive_of_the_story, renew_lists
from tests.support.packages.subtle_damage import SUBTLE_KINDS, zip_with_a_folder_that_has_bytes
from tests.support.stamps.stamped_archives import authority, stamp_seals, stamp_service, stamped_archive
from tests.support.world import Clock

GUIDES = Path(__file__).parents[2] / "docs"

Done = tuple[Verification, str]
"""What the deepest verification tells, and a part of the note that speaks of the matter; empty if nothing does."""


# --- archives ---------------------------------------------------------------------------------


def _tail_cut(home: Path) -> Done:
    archive, authorities = stamped_archive(home, Clock())
    with changing_past_triggers(archive) as database:
        database.execute("DELETE FROM entry WHERE seq > (SELECT max(last) FROM seal)")
    return _verified(archive, *authorities), ""


def _older_copy(home: Path) -> Done:
    """What the home held before the newest seal."""
    archive, stamper = archive_of_the_story(home / "older"), authority(now=lambda: at(3001))
    stamp_seals(archive, [stamper], at=at(3001))
    archive.close()
    shutil.copytree(home / "older", home / "newer")
    newer = Archive(home / "newer")
    seals.close_seals(newer, now=at(4600))
    newer.close()
    return _verified(archive, stamper), "not sealed yet"


def _invented(home: Path, closed: datetime = NOW) -> Archive:
    """A talk that never was."""
    maker = ArchiveMaker(home)
    maker.me()
    maker.contract("job1")
    maker.sync([message_object(1, "全額お支払いします。"), message_object(2, "了解しました。", sent=1)], minutes=5)
    seals.close_seals(maker.archive, now=closed)
    return maker.archive


def _invented_today(home: Path) -> Done:
    return _verified(_invented(home)), "nothing shows since when they have existed"


def _invented_and_stamped_today(home: Path) -> Done:
    """It says that it was closed long ago."""
    archive, stamper = _invented(home, at(300)), authority(now=lambda: NOW)
    stamp_seals(archive, [stamper], at=NOW)
    return _verified(archive, stamper), "more than 48 hours after it was closed: it is proved only from then on"


def _two_side_by_side(home: Path) -> Done:
    """Each is right; nothing in either names the other."""
    archive, other, stamper = _invented(home / "shown", NOW), archive_of_the_story(home / "kept"), authority()
    for one in (archive, other):
        stamp_seals(one, [stamper], at=NOW)
    other.close()
    return _verified(archive, stamper), ""


def _authority_that_lies(home: Path) -> Done:
    """Its key, its root, and a time of long ago."""
    archive, liar = _invented(home, at(300)), authority(now=lambda: at(301))
    stamp_seals(archive, [liar], at=at(301))
    return _verified(archive, liar), ""


def _all_stamps_removed(home: Path) -> Done:
    archive, authorities = stamped_archive(home, Clock())
    remove_stamps(archive)
    with changing_past_triggers(archive) as database:
        database.execute("DELETE FROM entry WHERE seq > (SELECT max(last) FROM seal)")
    return _verified(archive, *authorities), "nothing shows since when they have existed"


def _beside_a_reply(home: Path) -> Done:
    archive, authorities = stamped_archive(home, Clock())
    with changing_past_triggers(archive) as database:
        database.execute("UPDATE reply SET path = '/rooms/1/messages', status = 201, received_at = '2020'")
    return _verified(archive, *authorities), ""


def _verified(archive: Archive, *authorities: Authority) -> Verification:
    verification = verify_archive(archive, deep=True, authorities=authorities)
    archive.close()
    return verification


ARCHIVE: Mapping[str, Callable[[Path], Done]] = {
    "the unsealed tail cut off": _tail_cut,
    "an older copy put in place of the archive": _older_copy,
    "a whole archive invented, without time stamps": _invented_today,
    "a whole archive invented and time-stamped today": _invented_and_stamped_today,
    "two archives of one account kept side by side, both time-stamped, and the favourable one shown": _two_side_by_side,
    "an authority that states a false time": _authority_that_lies,
    "every time stamp removed, with the rows and unsealed records that tell of them": _all_stamps_removed,
    "address, status or time of arrival beside a reply": _beside_a_reply,
}


@pytest.mark.drawn(but=3)
@pytest.mark.parametrize("kind", ARCHIVE)
def test_a_verification_of_an_archive_stays_silent(tmp_path: Path, kind: str) -> None:
    """No finding, also when deep; where a note can say something, it does."""
    verification, note = ARCHIVE[kind](tmp_path / "home")

    assert [] == verification.findings
    assert not note or any(note in authority for authority in verification.notes), verification.notes


# --- packages ---------------------------------------------------------------------------------

LISTS_ALONE = "protected by the lists of hashes alone"


def _edited(name: str, before: bytes, after: bytes) -> Callable[[Path], None]:
    def edit(package: Path) -> None:
        body = (package / name).read_bytes()
        assert before in body
        (package / name).write_bytes(body.replace(before, after))

    return edit


def _left_out(package: Path) -> None:
    """The last message, from records, tables and replies alike."""
    for name in ("entries.jsonl", "messages.jsonl", "messages.csv", "operator_inquiry.csv"):
        path = package / "data" / name
        lines = path.read_bytes().splitlines(keepends=True)
        kept = [line for line in lines if not re.search(rb'"message/7"|"message_id":"7"|"m7"', line)]
        assert len(kept) == len(lines) - 1
        path.write_bytes(b"".join(kept))


def _reply_left_out(package: Path) -> None:
    for path in sorted((package / "data/raw").iterdir())[:2]:
        path.unlink()


def _file_left_out(package: Path) -> None:
    (package / "data/files/F-0001.png").unlink()
    _edited("data/files.csv", b"files/F-0001.png", b"")(package)
    _edited("data/files.csv", '"保存済み"'.encode(), '"保存済み(この資料には入っていません)"'.encode())(package)


def _shown_otherwise(package: Path) -> None:
    """A masked record, and everything made of what is shown in its place, say something else than it does."""
    mask_last(package, body="お断りします")
    for name in ("messages.jsonl", "messages.csv"):
        _edited(f"data/{name}", "では".encode(), "お断りします".encode())(package)


def _last_stamp_exchanged_with_its_root(package: Path) -> None:
    """Somebody's own authority, at the same time, over the last seal: no record of this stamp is sealed yet."""
    forger = authority("forger", now=Clock(NOW))
    stamped = timestamp.request_stamp(seal_path(package, 3).read_bytes(), forger, now=lambda: NOW)
    stamp_path(package, 3, "b").write_bytes(stamped.reply)
    for number in (1, 2):
        stamp_path(package, number, "b").unlink()
    (package / "data/tsa/b.pem").write_text(der_to_pem(forger.roots[0]))


def _pages_and_report(package: Path) -> None:
    _edited("data/transcript/R123456789-0001.html", "では".encode(), "では、断る".encode())(package)
    _edited("data/report.pdf", b"%%EOF", b"%%EOF\n")(package)


def _script_and_instructions(package: Path) -> None:
    _edited("verify.py", b"import", b"import ")(package)
    _edited("VERIFY.txt", b"sha256sum", b"md5sum")(package)


def _reply_and_file_left_out(package: Path) -> None:
    _reply_left_out(package)
    _file_left_out(package)


PACKAGE: Mapping[str, tuple[Callable[[Path], None], str]] = {
    "a page or the report, with new lists": (_pages_and_report, LISTS_ALONE),
    "the script or the instructions, with new lists": (_script_and_instructions, ""),
    "a message left out of records and tables": (
        _left_out,
        "not entered: 1. Only the archive can tell whether that is so",
    ),
    "a reply or a file left out": (_reply_and_file_left_out, ""),
    "what is shown in place of a hidden record": (_shown_otherwise, "be checked only once the record itself is shown"),
    "the last seal's time stamp and its root exchanged alike": (
        _last_stamp_exchanged_with_its_root,
        "is none that this program knows",
    ),
}


@pytest.mark.drawn(but=3)
@pytest.mark.parametrize("kind", PACKAGE)
def test_a_verification_of_a_package_stays_silent(stamped: Path, kind: str) -> None:
    """Once its lists fit and its own stamps are gone; where a note can say something, it does."""
    change, note = PACKAGE[kind]
    change(stamped)
    renew_lists(stamped)
    for path in stamped.glob("tagmanifest-sha256.txt.*.tsr"):
        path.unlink()

    verification = verify_path(stamped)

    assert [] == verification.findings
    assert (
        "The package has no time stamp of its own; the time stamps on its seals cover only the records."
        in verification.notes
    )
    said = [*verification.notes, *(one.text for one in verification.unchecked), *map(time_sentence, verification.times)]
    assert not note or any(note in one for one in said), said
    assert "not checked" in verification.closing_sentence()


SUPPORT = "an export for support, with a new list and time stamp"


@pytest.mark.drawn
def test_a_verification_of_a_package_for_an_office_stays_silent(tmp_path: Path) -> None:
    """Its stamp is compared with its bytes alone: no root lies in it, and a note says so."""
    archive = archive_of_the_story(tmp_path / "home")
    report = export(
        archive,
        ExportOrder(contract="job1", profile="support", out=tmp_path / "out"),
        now=lambda: NOW,
        stamping=stamp_service(archive, authority()),
    )
    archive.close()
    with zipfile.ZipFile(str(report.zip)) as packed:
        packed.extractall(tmp_path)
    folder = tmp_path / Path(str(report.zip)).stem
    _edited("02_messages.csv", b"13:02:00", b"13:20:00")(folder)
    renew_sums(folder)
    anybody = timestamp.request_stamp((folder / "SHA256SUMS.txt").read_bytes(), authority("anybody"), now=lambda: NOW)
    (folder / "SHA256SUMS.txt.a.tsr").write_bytes(anybody.reply)

    verification = verify_path(folder)

    assert [] == verification.findings
    assert any("the signatures of its time stamps were not checked" in one for one in verification.notes)


@pytest.mark.drawn
def test_an_invented_archive_gives_an_unblemished_package(tmp_path: Path) -> None:
    """A package shows what the archive holds, whoever filled it."""
    archive = _invented(tmp_path / "home")
    report = export(archive, ExportOrder(contract="job1", profile="lawyer", out=tmp_path / "out"), now=lambda: NOW)
    archive.close()

    assert [] == verify_path(Path(report.path)).findings


# --- the page that lists them -----------------------------------------------------------------


def rows(page: str) -> list[str]:
    """The first column of the table in the part of a page that tells what no check finds."""
    text = (GUIDES / page).read_text(encoding="utf-8")
    found = re.search(r"(?ms)^## (?:What no check finds|点検では見つからないこと)$(.*?)^## ", text)
    assert found is not None
    return re.findall(r"(?m)^\| ([^|]+?) \|", found.group(1))[1:]


def test_the_guide_for_readers_lists_them() -> None:
    """Each in English by its name here; as many in Japanese."""
    expected = [*ARCHIVE, *PACKAGE, SUPPORT]

    assert expected == rows("en/received.md")
    assert len(expected) == len(rows("ja/received.md"))


@pytest.mark.drawn(but=18)
@pytest.mark.parametrize("kind", SUBTLE_KINDS)
def test_a_subtle_edit_is_named(stamped: Path, script: ModuleType, check: Any, kind: str) -> None:
    """Never does a verification end with nothing but that no change was found."""
    edit, named = SUBTLE_KINDS[kind]
    edit(stamped)

    ours, theirs = verify_path(stamped), script.verify_package_at(stamped, check=check)

    found = [f"{one.check} {one.subject}" for one in ours.findings]
    assert found == [f"{one.check} {one.subject}" for one in theirs.findings]
    assert ours.unchecked == [tuple(one) for one in theirs.unchecked]
    assert any(one.startswith(named) for one in [*found, *(one.subject for one in ours.unchecked)]), found


def test_bytes_in_the_place_of_a_folder_are_found(stamped: Path, tmp_path: Path, script: ModuleType) -> None:
    """No program that unpacks a zip shows them."""
    path = tmp_path / "x.zip"
    zip_with_a_folder_that_has_bytes(stamped, path)

    for verification in (verify_path(path), script.verify_package_at(path)):
        assert [("zip-form", "P/data/x/")] == [(one.check, one.subject) for one in verification.findings]


# --- lists made anew ------------------------------------------------------------------------------


@pytest.mark.drawn(but=3)
@pytest.mark.parametrize("kind", LIST_RENEWAL_KINDS)
def test_an_edit_is_told(sample: Path, package: Path, kind: str) -> None:
    """Alone nothing is found, what was not checked names it, and the home finds it."""
    edit, subject = LIST_RENEWAL_KINDS[kind]
    edit(package)

    alone = verify_path(package)

    assert [] == alone.findings
    assert subject in [one.subject for one in alone.unchecked]
    assert "This says nothing of the" in alone.closing_sentence()
    compare_with_exports(alone, package, Archive(sample.parents[1] / "home"))
    assert {"export-record"} == {one.check for one in alone.findings}
    assert len(alone.findings) > 1  # the files that were changed are named
