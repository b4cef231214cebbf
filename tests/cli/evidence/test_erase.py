"""`archive erase`: it shows, asks, refuses and erases, with an exit code for each, and writes a certificate."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from pypdf import PdfReader

from archiver.custody.verify import verify_path
from archiver.records.alerts import Alert, AlertRule, Level
from archiver.store.search.query import parse
from archiver.store.search.search import search
from archiver.store.working import alerts
from tests.custody.test_erasures import GONE, copy_of_before, make_archive
from tests.support.archives.byte_search import places_of
from tests.support.archives.maker import OTHER_ROOM, ArchiveMaker, at
from tests.support.chatwork.simulator import Chatwork
from tests.support.terminals.sealing_terminal import SealingTerminal
from tests.support.terminals.terminal import TOKEN, Terminal


@pytest.fixture(scope="module")
def unasked() -> Iterator[Chatwork]:
    """Never asked anything."""
    with Chatwork(token=TOKEN) as chatwork:
        yield chatwork


@pytest.fixture
def maker(tmp_path: Path) -> ArchiveMaker:
    """Two stopped contracts that share a room and a file."""
    return make_archive(tmp_path / "home")


@pytest.fixture
def desk(maker: ArchiveMaker, unasked: Chatwork) -> Terminal:
    """A terminal without a token."""
    return at_home(maker.home, unasked)


def at_home(home: Path, unasked: Chatwork) -> Terminal:
    """A terminal without a token over an archive."""
    desk = Terminal(home, unasked)
    desk.environ |= {"ARCHIVE_LANG": "en", "CHATWORK_API_TOKEN": ""}
    return desk


def test_a_contract_is_shown_confirmed_and_erased(maker: ArchiveMaker, desk: Terminal, tmp_path: Path) -> None:
    """What another contract holds stays; the certificate says what went, and not what it said."""
    shown = desk.json("erase", "--job", "job1", "--dry-run")
    assert (3, 2, 1) == (shown["messages"], shown["files"], shown["shared_files"])
    assert None is shown["erasure"]
    assert "--confirm job1" in desk.run("erase", "--job", "job1", code=2)
    assert "Nothing was erased." in desk.run("erase", "--job", "job1", "--confirm", "no", code=1)
    assert places_of(maker.home, *GONE)

    done = desk.json("erase", "--job", "job1", "--confirm", "job1", "--out", tmp_path / "certificates")

    assert (1, True) == (done["erasure"], done["complete"])
    assert set() == places_of(maker.home, *GONE)
    certificate = PdfReader(done["certificate"])
    printed = "".join(page.extract_text() for page in certificate.pages)
    assert "Certificate of erasure" in printed
    assert "en" == str(certificate.root_object["/Lang"]).partition("-")[0]
    assert "yamada (account 1234567)" in printed
    assert "1 (of files and files you added)" in printed
    assert [] == [text for text in GONE if text in printed]
    assert [] == verify_path(maker.home, deep=True).findings


def test_a_room_that_is_still_read_is_refused(maker: ArchiveMaker, desk: Terminal) -> None:
    """The sentence names the contract to be stopped first."""
    with maker.archive.reading():
        maker.contract("job3", [OTHER_ROOM], state="open")

    assert "archive job end" in desk.run("erase", "--message", "11", "--confirm", "1", code=2)
    assert "No message with the id 99" in desk.run("erase", "--message", "99", code=2)


def test_signs_of_a_dispute_must_be_answered(maker: ArchiveMaker, desk: Terminal) -> None:
    """An open alert is one: without a terminal the answer is an option."""
    with maker.archive.writing() as writing:
        alerts.keep(writing, Alert(AlertRule.A12, Level.HIGH, at(0), OTHER_ROOM))

    assert "--despite-dispute" in desk.run("erase", "--message", "m11", "--confirm", "1", code=2)
    desk.run("erase", "--message", "m11", "--confirm", "1", "--despite-dispute")
    assert [] == verify_path(maker.home, deep=True).findings


@pytest.mark.drawn
def test_a_stamped_archive_goes_on_after_an_erasure(sealing: SealingTerminal) -> None:
    """The certificate has the third party's time; saving is taken up again, and the erased message is not kept."""
    for text in ("最初の連絡", "消す約束の資料"):
        sealing.say(text)
    (message,) = [hit.message_id for hit in sealing.kept(search, parse("消す約束")).hits]
    sealing.run("job", "end", "job1", "--now")
    done = sealing.json("erase", "--message", message, "--confirm", "1", "--reason", "request")
    sealing.run("job", "end", "job1", "--undo")
    sealing.say("その後の連絡")
    sealing.run("seal")

    printed = "".join(page.extract_text() for page in PdfReader(done["certificate"]).pages)
    assert "by the authority a" in printed
    assert set() == places_of(sealing.home, "消す約束の資料")
    assert [] == verify_path(sealing.home, deep=True).findings
    state = sealing.json("status")
    assert [1] == [one["number"] for one in state["erasures"]]
    assert {"erased"} == {gap["reason"] for gap in state["rooms"][0]["gaps"]}
    assert 2 == state["rooms"][0]["messages"]
    for profile, code in (("support", 4), ("daily", 0)):  # what the user erased is no gap to answer for; 4: unread
        words = ("--for", profile, "--no-recheck", "--out", sealing.home / "packages")
        package = sealing.json("export", "job1", *words, code=code)
        assert (2, 0) == (package["messages"], package["gaps"])


@pytest.mark.drawn
def test_a_copy_of_before_is_erased_again_with_the_note_beside_the_certificate(
    maker: ArchiveMaker, desk: Terminal, tmp_path: Path, unasked: Chatwork
) -> None:
    """Where no note of the erasure is, the restored archive holds everything again until then, and restore says so."""
    desk.run("backup", tmp_path / "copy")
    certificate = tmp_path / "certificates"
    said = desk.run("erase", "--job", "job1", "--confirm", "job1", "--out", certificate)
    (note,) = certificate.glob("*.json")
    assert f"archive erase --again {note}" in said
    assert not any(text in note.read_text(encoding="utf-8") for text in GONE)
    again = at_home(tmp_path / "again", unasked)
    assert "archive erase --again FILE" in again.run("backup", "--restore", tmp_path / "copy")
    assert places_of(again.home, *GONE)

    shown = again.json("erase", "--again", note, "--dry-run")
    word = str(shown["records"])
    assert f"--confirm {word}" in again.run("erase", "--again", note, code=2)
    done = again.json("erase", "--again", note, "--confirm", word, "--out", tmp_path / "second")

    assert (True, 3) == (done["complete"], done["messages"])
    assert set() == places_of(again.home, *GONE)
    assert [] == verify_path(again.home, deep=True).findings
    assert "nothing to erase" in again.run("erase", "--again", note, "--confirm", word, code=2)


def test_where_a_restore_erased_again_the_advice_is_about_anything_else(tmp_path: Path, unasked: Chatwork) -> None:
    """What was erased again is not said to be there."""
    said = at_home(tmp_path / "again", unasked).run("backup", "--restore", copy_of_before(tmp_path))

    assert "It was erased again (erasure 2)." in said
    assert "If anything else was erased after this backup was made" in said
    assert "If something was erased" not in said


def test_what_is_no_note_is_refused(desk: Terminal, tmp_path: Path) -> None:
    """One sentence, which says where such a file lies; together with a contract it is asked which of the two."""
    other = tmp_path / "other.json"
    for body in (b"", b"{}", b"[1]", b'{"format": "chatwork-archive-erasure-1"}', b"\xff"):
        other.write_bytes(body)
        assert "is not a note of an erasure" in desk.run("erase", "--again", other, code=2)
    assert "is not a note of an erasure" in desk.run("erase", "--again", tmp_path / "none.json", code=2)
    assert "--job JOB" in desk.run("erase", "--again", other, "--job", "job1", code=2)
