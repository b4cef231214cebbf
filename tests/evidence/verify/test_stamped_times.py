"""The times of stamps are told by authority: a known one first, one that only the package brings as such."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType

import pytest

from archiver.app import OFFERS
from archiver.custody.verify import token_check
from archiver.evidence.stamps.reply_claims import KNOWN_ROOTS
from archiver.evidence.stamps.roots import certifi_root, subject
from archiver.evidence.verify.findings import Verification, time_sentence
from archiver.evidence.verify.package_at_path import verify_package_at
from tests.support.packages.stamp_attacks import ATTACKS, CLOCK, FUTURE, root_of


def verified(package: Path, script: ModuleType, sample: Path) -> Verification:
    """As the program checks it, with authority `a` known; `verify.py` tells the same times."""
    known = {root_of(sample, "a"): "Root A"}
    ours = verify_package_at(package, check=token_check(), known_roots=known, now=CLOCK)
    theirs = script.verify_package_at(package, check=script.openssl_check(), known_roots=known, now=CLOCK)
    assert ours is not None
    assert list(map(tuple, ours.times)) == list(map(tuple, theirs.times))
    assert [one.text for one in ours.unchecked] == [one.text for one in theirs.unchecked]
    return ours


def told(verification: Verification) -> list[tuple[str, str | None, bool]]:
    """Authority, known root and whether it lies ahead, of each time that is told."""
    return [(one.authority, one.known, one.is_ahead) for one in verification.times]


def test_the_offered_authorities_are_those_that_are_known() -> None:
    """The list in programs and pages is that of the offers, by the names that browsers use."""
    assert {one.root: one.root_name for one in OFFERS} == KNOWN_ROOTS
    for root, name in KNOWN_ROOTS.items():
        assert name in subject(certifi_root(root))


def test_a_known_authority_says_since_when_and_another_only_states(stamped_sample: Path, script: ModuleType) -> None:
    """The known one first; each for the last seal that it stamped, and for the package."""
    verification = verified(stamped_sample, script, stamped_sample)

    sentences = [time_sentence(one) for one in verification.times]
    assert [("a", "Root A", False)] * 2 + [("b", None, False)] * 2 == told(verification)
    assert sentences[0].startswith("The records up to seal 3 existed at 2026-11-24 22:31:00 (Japan time): so says the")
    assert "It leads to the root certificate Root A, which this program knows." in sentences[1]
    assert sentences[2].startswith("The time stamp of “b” on seal 3 states 2026-11-24 22:31:00 (Japan time).")
    assert f"SHA-256 {root_of(stamped_sample, 'b')}) is none that this program knows" in sentences[3]


@pytest.mark.drawn
@pytest.mark.parametrize("attack", ATTACKS)
def test_a_forgers_own_authority_never_speaks_for_a_known_one(
    stamped_sample: Path, stamped: Path, script: ModuleType, attack: str
) -> None:
    """Nothing is found wrong in it, but its time is told as its own, and the stamp as one without a record."""
    ATTACKS[attack](stamped)

    verification = verified(stamped, script, stamped_sample)

    assert [] == verification.findings
    known, others = told(verification)[:1], told(verification)[1:]
    assert [("a", "Root A", False)] == known
    assert all(name is None for _authority, name, _ahead in others)
    forged = [
        one
        for one in verification.times
        if one.root not in (root_of(stamped_sample, "a"), root_of(stamped_sample, "b"))
    ]
    assert [attack in ("stamp of the future", "package stamped in the future")] == [one.is_ahead for one in forged]
    assert "is none that this program knows" in time_sentence(forged[0])
    if forged[0].is_ahead:
        assert f"{FUTURE:%Y-%m}" in time_sentence(forged[0])
        assert "later than the clock of this computer" in time_sentence(forged[0])
    if forged[0].seal is not None:
        said = {one.subject: one.text for one in verification.unchecked}
        assert f"{forged[0].seal}/{forged[0].authority}" in said["stamps"]


@pytest.mark.drawn
def test_an_unknown_earlier_time_does_not_make_a_late_stamp_timely(
    stamped_sample: Path, stamped: Path, script: ModuleType
) -> None:
    """Seals count as late by the stamps of the known authorities."""
    ATTACKS["earlier stamp by an own authority"](stamped)

    verification = verified(stamped, script, stamped_sample)

    late = [note for note in verification.notes if "that this program knows only more than 48 hours after" in note]
    assert 1 == len(late)
