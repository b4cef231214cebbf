"""Each call to the system that changes something fails once: nothing held is lost, and what is said is true.

`strace` makes the call fail and says so itself, which is the proof that the fault was there. What was played in full
stands in `docs/measured.md`.
"""

from __future__ import annotations

import os
import random
import re
from datetime import UTC, datetime

import pytest

from tests.faults.play import KILL, Fault, Played, Player
from tests.faults.scenes import SCENES

DRAWN = int(os.environ.get("ARCHIVE_TEST_FAULTS", "40"))
"""So many faults are drawn each day for the runs that come with every change, or as many as the environment says."""

KNOWN = {
    "a scratch folder that cannot be removed spoils no package": (
        "export of a day",
        "unlinkat",
        r"\.tables.*csv",
        "EACCES",
    ),
    "an interrupted update of a copy leaves a copy that can be restored": ("backup again", "fsync", r"daily", KILL),
    "an interrupted restore is finished by the same command": ("restore", "fsync", r"/home>", KILL),
    "a probe that cannot be removed keeps no archive from being restored": ("restore", "mkdir", r"/home", "EDQUOT"),
    "a quota that is used up is named by a sync": ("sync", "mkdir", r"/home/files/[0-9a-f]{2}\"", "EDQUOT"),
    "an error while the database is opened is given no false cause": ("seal", "openat", r"sqlite3-wal", "EIO"),
}
"""Faults that something was found by, each with the pattern of the call it hit."""


def wrong(played: list[Played]) -> dict[Fault, tuple[str, ...]]:
    """What is wrong, by fault."""
    return {one.fault: one.wrong for one in played if one.wrong}


@pytest.mark.slow
@pytest.mark.parametrize("name", SCENES)
def test_whatever_fails_once_nothing_is_lost_and_the_cause_is_named(player: Player, name: str) -> None:
    """Of each kind of call the first and the last one of the run, each with every fault; most of them must fire."""
    played = [player.play(fault) for fault in player.faults(name)]

    assert {} == wrong(played)
    assert sum(one.fired for one in played) >= 0.9 * len(played)


@pytest.mark.drawn
def test_faults_drawn_by_the_day(player: Player) -> None:
    """Each day others, out of every call of every command."""
    day = datetime.now(UTC).date().isoformat()
    chance = random.Random(day)
    faults = [chance.choice(player.faults(chance.choice(SCENES), every=True)) for _number in range(DRAWN)]

    played = [player.play(fault) for fault in faults]

    assert {} == wrong(played), day
    assert sum(one.fired for one in played) >= 0.8 * DRAWN


@pytest.mark.drawn
@pytest.mark.parametrize("behaviour", KNOWN)
def test_what_was_mended_stays_mended(player: Player, behaviour: str) -> None:
    """Each fault that something was found by."""
    scene, call, pattern, kind = KNOWN[behaviour]
    calls = [one for one in player.baseline(scene).calls if one.name == call and re.search(pattern, one.text)]

    played = player.play(player.fault(scene, calls[-1], kind))

    assert (True, ()) == (played.fired, played.wrong)
