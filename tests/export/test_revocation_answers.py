"""A package holds what was answered to whether the certificates behind its stamps were revoked, and every check of it
judges that alike."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509

from archiver.custody.verify import verify_path
from archiver.demo.tsa.simulator import SimulatedAuthority, StatusAnswer
from archiver.evidence.stamps.authority_kinds import class_of
from archiver.evidence.stamps.certificate_answers import make_question
from archiver.evidence.stamps.revocation import AnswerKind, RevocationAnswer, RevocationQuestion, ask_for_revocation
from archiver.evidence.verify.package_at_path import verify_package_at
from archiver.export.package.make_package import ExportReport
from tests.export.test_stamps import commands, exported, names, run, text
from tests.support.packages.sample_package import NOW, archive_of_the_story, renew_lists
from tests.support.stamps.authorities import authority_in_memory
from tests.support.stamps.stamped_archives import stamp_service


def package_with_answers(
    folder: Path,
    kind: StatusAnswer | None = StatusAnswer.GOOD,
    *,
    is_revoked: bool = False,
    since: datetime | None = None,
    reason: x509.ReasonFlags | None = None,
) -> ExportReport:
    """A package for whose authority both a list and a responder were named; the responder answers so."""
    simulated = SimulatedAuthority(now=lambda: NOW)
    address = "http://tsa.example/"
    simulated.renew_leaf(until=NOW + timedelta(days=900), list_address=f"{address}list.crl", status_address=address)
    simulated.answers_with = kind or StatusAnswer.GOOD
    known, archive = authority_in_memory(simulated), archive_of_the_story(folder / "home")

    def ask(question: RevocationQuestion) -> bytes:
        if question.kind is AnswerKind.LIST:
            return simulated.revocation_list(is_revoked=is_revoked, since=since, reason=reason)
        if kind is None:
            raise TimeoutError
        return simulated.status_answer(question.body or b"")

    def answers(_name: str, reply: bytes) -> Iterator[RevocationAnswer]:
        return ask_for_revocation(reply, known.roots, ask, now=NOW)

    classes = {known.name: class_of("seiko", is_offered=False)}
    report = exported(archive, replace(stamp_service(archive, known), answers=answers, classes=classes))
    archive.close()
    return report


@pytest.mark.drawn
@pytest.mark.parametrize("is_revoked", [False, True])
def test_a_package_freezes_what_was_revoked(tmp_path: Path, is_revoked: bool) -> None:
    """The list of the day lies beside the root, named in VERIFY.txt with the line that shows it, and verifies."""
    report = package_with_answers(tmp_path, is_revoked=is_revoked)

    package = Path(report.path)
    assert (package / "data/tsa/a.1.crl").is_file()
    assert ("失効している" in text(report, "VERIFY.txt").split("openssl crl")[0]) == is_revoked
    (line,) = [line for line in commands(package, "openssl") if " crl " in line]
    code, output = run(package, line)
    assert (0, is_revoked) == (code, "Serial Number" in output)
    assert "verify OK" in output
    verification = verify_path(package)
    assert (["data/tsa/a.1.crl"] if is_revoked else []) == [one.subject for one in verification.findings]
    assert not any("a.1.crl" in one.text for one in verification.unchecked)


DAY = timedelta(days=1)


@pytest.mark.drawn
@pytest.mark.parametrize(
    ("reason", "since", "words"),
    [
        (None, DAY, "no stamp of it counts any more, whatever its time"),
        (x509.ReasonFlags.key_compromise, DAY, "no stamp of it counts any more, whatever its time"),
        (x509.ReasonFlags.superseded, DAY, ""),
        (x509.ReasonFlags.cessation_of_operation, -400 * DAY, "stamps here are from after that and do not count"),
    ],
    ids=["no reason", "stolen key", "superseded later", "ceased before"],
)
def test_stamps_count_by_when_and_why_their_certificate_was_revoked(
    tmp_path: Path, reason: x509.ReasonFlags | None, since: timedelta, words: str
) -> None:
    """As RFC 3161 (4) says: with some reasons those of before go on to count, else none; each check says the same."""
    package = Path(package_with_answers(tmp_path, is_revoked=True, since=NOW + since, reason=reason).path)

    ours = verify_path(package)
    theirs = json.loads(run(package, f"{sys.executable} -I verify.py --lang en --json")[1])

    found = [one.text for one in ours.findings]
    assert [bool(words)] == [bool(found)]
    assert all(words in text for text in found)
    assert found == [one["text"] for one in theirs["findings"]]
    notes = [[one for one in notes if "a.1.crl" in one] for notes in (ours.notes, theirs["notes"])]
    assert notes[0] == notes[1]
    assert bool(words) != any("go on to count" in one for one in notes[0])


@pytest.mark.drawn
@pytest.mark.parametrize(
    ("kind", "word", "japanese"),
    [
        (StatusAnswer.GOOD, "good", "失効していない"),
        (StatusAnswer.DELEGATED, "good", "失効していない"),
        (StatusAnswer.REVOKED, "revoked", "失効している(2026-11-21 13:31 UTCから)"),
        (StatusAnswer.UNKNOWN, "unknown", "発行者側がこの証明書を知らない"),
    ],
)
def test_a_package_freezes_the_answer_of_the_responder(
    tmp_path: Path, kind: StatusAnswer, word: str, japanese: str
) -> None:
    """With the certificates that its line in VERIFY.txt needs; every check says the same of it."""
    report = package_with_answers(tmp_path, kind)

    package = Path(report.path)
    assert japanese in text(report, "VERIFY.txt")
    (line,) = [line for line in commands(package, "openssl") if " ocsp " in line]
    code, output = run(package, line)
    assert (0, True) == (code, f"data/tsa/a.1.pem: {word}" in output)
    assert "Response verify OK" in output
    ours = verify_path(package)
    theirs = json.loads(run(package, f"{sys.executable} -I verify.py --lang en --json")[1])
    said = [*ours.notes, *(one.text for one in ours.findings)]
    assert 1 == sum("a.1.ors" in one for one in said)
    is_good = kind is not StatusAnswer.REVOKED  # its reason is a stolen key
    assert (is_good, is_good) == (ours.ok, theirs["ok"])
    assert [one.text for one in ours.findings] == [one["text"] for one in theirs["findings"]]
    assert [note for note in ours.notes if "data/tsa/" in note] == [
        note for note in theirs["notes"] if "data/tsa/" in note
    ]
    assert "data/tsa/" in [one["subject"] for one in theirs["unchecked"]]


@pytest.mark.drawn
def test_an_answer_that_did_not_come_is_said(tmp_path: Path) -> None:
    """Where the certificate names a responder that is silent, or tells nothing that counts."""
    for number, kind in enumerate((None, StatusAnswer.STALE, StatusAnswer.OTHER_SIGNER)):
        report = package_with_answers(tmp_path / str(number), kind)
        assert "data/tsa/a.1.ors" not in names(report)
        assert "失効の問い合わせへの回答(OCSP): 作成のときに、有効なものを得られませんでした" in text(
            report, "VERIFY.txt"
        )
        assert [] == verify_path(Path(report.path)).findings


def put_other_answer(package: Path, kind: StatusAnswer) -> None:
    """In place of the answer, one of another authority or about another certificate."""
    other = SimulatedAuthority(now=lambda: NOW)
    other.answers_with = kind
    question = make_question(*(load_pem(package / f"data/tsa/a.{number}.pem") for number in (1, 2)))
    holder = other._leaf.certificate
    asked = make_question(holder, other._intermediate.certificate)
    assert question != asked
    (package / "data/tsa/a.1.ors").write_bytes(other.status_answer(asked))
    renew_lists(package)


def load_pem(path: Path) -> x509.Certificate:
    return x509.load_pem_x509_certificate(path.read_bytes())


@pytest.mark.drawn
def test_an_answer_put_in_place_of_the_true_one_is_found(tmp_path: Path) -> None:
    """Also where all lists were made anew: by the program, by `verify.py`, and by the line of VERIFY.txt."""
    package = Path(package_with_answers(tmp_path, StatusAnswer.REVOKED).path)
    put_other_answer(package, StatusAnswer.GOOD)

    ours = verify_path(package)
    theirs = json.loads(run(package, f"{sys.executable} -I verify.py --lang en --json")[1])
    (line,) = [line for line in commands(package, "openssl") if " ocsp " in line]

    assert ("revocation", "data/tsa/a.1.ors") in [(one.check, one.subject) for one in ours.findings]
    assert [(one.check, one.subject) for one in ours.findings] == [
        (one["check"], one["subject"]) for one in theirs["findings"]
    ]
    assert 0 != run(package, line)[0]


@pytest.mark.drawn
def test_certificates_that_no_stamp_leads_to_prove_nothing(tmp_path: Path) -> None:
    """Whoever makes an answer with an authority of their own has to put its certificates beside it."""
    package = Path(package_with_answers(tmp_path, StatusAnswer.REVOKED).path)
    other = SimulatedAuthority(now=lambda: NOW)
    holders = (other._leaf, other._intermediate)
    asked = make_question(*(one.certificate for one in holders))
    (package / "data/tsa/a.1.ors").write_bytes(other.status_answer(asked))
    for number, holder in enumerate(holders, 1):
        (package / f"data/tsa/a.{number}.pem").write_text(holder.pem)
    renew_lists(package)

    found = [one.subject for one in verify_path(package).findings if one.check == "revocation"]
    assert ["data/tsa/a.1.crl", "data/tsa/a.1.ors"] == found
    assert 3 == run(package, f"{sys.executable} -I verify.py --lang en")[0]


@pytest.mark.drawn
def test_where_nothing_can_check_them_that_is_said(tmp_path: Path) -> None:
    """Such as a computer without `openssl`: what is held is named as unchecked."""
    package = Path(package_with_answers(tmp_path).path)

    verification = verify_package_at(package)

    assert verification is not None
    said = {one.subject: one.text for one in verification.unchecked}
    assert said["revocation"].startswith("data/tsa/a.1.crl, data/tsa/a.1.ors: ")
    assert "later than" not in said["data/tsa/"]
