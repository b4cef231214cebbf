"""The times of stamps are told by authority, a known one first; times that do not fit are notes, never findings."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from archiver.app import OFFERS
from archiver.custody.verify import token_check
from archiver.evidence.stamps.reply_claims import KNOWN_ROOTS
from archiver.evidence.stamps.roots import certifi_root, subject
from archiver.evidence.verify.findings import Verification, time_sentence
from archiver.evidence.verify.package_at_path import verify_package_at
from archiver.evidence.verify.times import TimeOrder
from tests.support.archives.entries import entry, time
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
    """The list in programs and pages is that of the offers; anybody finds a root in a browser by its name there."""
    assert {one.root for one in OFFERS} == KNOWN_ROOTS.keys()
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


def noted(*entries: tuple[dict[str, Any], int | None], stamps: dict[int | None, str] | None = None) -> list[str]:
    """The notes about entries with their seals, as of the times stamped over these."""
    verification = Verification()
    order = TimeOrder(verification)
    for one, seal in entries:
        order.add(one, seal)
    order.close((stamps or {}).get)
    assert verification.ok
    return verification.notes


def shown(seq: int, minutes: float, *, reply: str | None = "ab", clock: str | None = None) -> dict[str, Any]:
    """An entry about what a reply showed."""
    made = entry(seq, "message", f"message/{seq}", {}, reply=reply)
    return made | {"observed_at": f"2026-11-05T10:{int(minutes):02}:{int(minutes % 1 * 60):02}.000Z", "clock": clock}


def test_replies_that_run_back_by_two_minutes_are_one_moment() -> None:
    """Servers differ by seconds."""
    assert [] == noted((shown(1, 10), None), (shown(2, 8), None), (shown(3, 8), None))


def test_replies_that_run_back_by_more_are_noted_with_their_numbers() -> None:
    """The first three by number, the others by count."""
    back = [(shown(seq, 50 - 3 * seq), None) for seq in range(1, 6)]

    assert ["4 records are dated more than 2 minutes before the reply before them: 2, 3, 4 …"] == noted(*back)


def test_a_time_that_is_the_computers_alone_is_not_compared() -> None:
    """It stands in `clock` too, and a statement comes from no reply."""
    ahead = "2026-11-05T10:50:00.000Z"

    assert [] == noted((shown(1, 50, clock=ahead), None), (shown(2, 50, reply=None), None), (shown(3, 8), None))


def test_an_entry_dated_after_its_first_stamp_is_noted() -> None:
    """More than fifteen minutes after it: the clock was ahead when the entry was made."""
    stamps: dict[int | None, str] = {1: time(60 * 9 + 35), 2: time(60 * 9 + 34)}
    fitting, ahead = (shown(1, 49), 1), (shown(2, 50, reply=None), 2)

    (note,) = noted(fitting, ahead, (shown(3, 10, reply=None), 2), (shown(4, 55), None), stamps=stamps)

    assert note.startswith("1 seal holds a record that is dated more than 15 minutes after its first time stamp")
    assert note.endswith(": 2")
