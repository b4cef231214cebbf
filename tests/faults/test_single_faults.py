"""Each call to the system fails once, or does less than asked: nothing held is lost, and what is said is true."""

from __future__ import annotations

import io
import os
import random
import re
import shutil
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from werkzeug.datastructures import FileStorage

from tests.faults import oracle
from tests.faults.play import PROGRAM_ERROR, Fault, Played, Player
from tests.faults.scenes import SCENES, words
from tests.store.test_upgrade import ROOT
from tests.support.cases import cases_of
from tests.support.console.application import SITE, open_application
from tests.support.odd_file_system import mounted

DRAWN = int(os.environ.get("ARCHIVE_TEST_FAULTS", "40"))
"""So many faults are drawn each day for the runs that come with every change, or as many as the environment says."""

KNOWN = dict(cases_of(__file__, "known"))
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


_SHORTENED = ("pread", "pwrite")
SAMPLES = ("sync", "erase")


@pytest.mark.slow
@pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=[pytest.mark.drawn] if name in SAMPLES else [])
        for name in SCENES
        if name not in ("migrate", "export", "seal")  # the last one writes four pieces
    ],
)
def test_short_reads_and_writes_of_the_database_lose_nothing(player: Player, tmp_path: Path, name: str) -> None:
    """`strace` counts them: what SQLite writes is of even length or one byte, unless it was cut."""
    scene = player.stage.scenes[name]
    home, place = player.set_up(scene)
    points = [f"enable_random name=posix/io/rw/{call}/reduce,probability=0.5" for call in _SHORTENED]
    options = [word for point in points for word in ("-c", point)]

    process = subprocess.run(
        [
            *("strace", "-f", "-s", "0", "-o", str(tmp_path / "trace"), "-e", "trace=pwrite64"),
            *("fiu-run", "-x", *options, sys.executable, "-m", "archiver", *words(scene.argv, home, place)),
        ],
        env=player.stage.environ(home) | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
    )

    cut = [int(size) for size in re.findall(r"pwrite64\(.*= (\d+)$", (tmp_path / "trace").read_text(), re.MULTILINE)]
    assert sum(size % 2 and size > 1 for size in cut) > 5
    assert (player.baseline(name).code, "") == (process.returncode, scene.missing(home, place)), process.stderr
    assert [] == list(player.unclean(scene, home, place))


HARMLESS = ("folder fsync", "chmod", "rename over", "fine times")
"""What a file system may lack without keeping any command from its work."""

CAUSES = {
    "locks": "has no locks of files",
    "space": "disk is full",
    "/files/": "cannot be read|reports an error",
    "archive.sqlite3": "reports an error|cannot be read",
}
"""What the sentence of a refusal names."""

COURSE = ("init", "first sync", "sync", "export", "backup", "backup again", "restore", "erase")

mounting = pytest.mark.skipif(
    not (os.access("/dev/fuse", os.R_OK | os.W_OK) and shutil.which("fusermount3")),
    reason="nothing can be mounted here: /dev/fuse or fusermount3 is missing",
)


@mounting
@pytest.mark.slow
@pytest.mark.parametrize("fault", [*HARMLESS, *CAUSES])
@pytest.mark.parametrize("name", COURSE)
def test_on_an_odd_file_system(player: Player, name: str, fault: str) -> None:
    """Each command ends well, or says in words what the file system lacks; and goes on where that is over."""
    scene, baseline = player.stage.scenes[name], player.baseline(name)
    home, place = player.set_up(scene)
    before = oracle.held(scene.home) if scene.home else {}
    mount = Path(f"{home.parent}-mounted")
    with mounted(home.parent, mount, fault):
        outcome = player.stage.starter.run(
            words(scene.argv, mount / "home", mount / "place"), player.stage.environ(home)
        )
        verified = player.stage.run(mount / "home", "verify")
    said = outcome.stdout + outcome.stderr + verified.stdout + verified.stderr

    assert not PROGRAM_ERROR.search(said), said
    assert ("after a power cut" in said) == ((name, fault) == ("init", "folder fsync")), said
    if outcome.code != baseline.code:
        assert re.search(CAUSES.get(fault, "$."), outcome.stdout + outcome.stderr), outcome
    wrong = list(player.wrong_after(scene, baseline, outcome.code, before, home, place))
    if "The backup lacks files" in outcome.stdout:  # of which it holds none that could not be read
        wrong = [one for one in wrong if not one.startswith("place verifies")]
    assert [] == wrong


@mounting
@pytest.mark.slow
@pytest.mark.parametrize("fault", [*HARMLESS, *CAUSES])
def test_a_file_is_handed_in_on_an_odd_file_system(player: Player, fault: str) -> None:
    """It is kept, or the page says the cause in words, keeps nothing of it, and enters nothing."""
    home, _place = player.set_up(player.stage.scenes["export"])
    before, mount = oracle.held(home), Path(f"{home.parent}-mounted")
    with mounted(home.parent, mount, fault), open_application(mount / "home", player.stage.environ(home)) as browser:
        answer = browser.client.get("/copies", base_url=SITE)
        if "csrf_token" in answer.get_data(as_text=True):
            given = {"file": FileStorage(io.BytesIO(b"x" * 200_000), "a.png"), "kind": "screenshot"}
            answer = browser.post("/contracts/job1", given)
        browser.context.archive.close()
    page, after = answer.get_data(as_text=True), oracle.held(home)

    assert not PROGRAM_ERROR.search(page), page
    assert {part: set() for part in before} == oracle.lost(before, after)
    assert [] == list((home / "incoming").glob("*"))
    if answer.status_code == 302:
        assert 1 == len(after["entries"]) - len(before["entries"])
    else:
        assert before["entries"] == after["entries"]
        assert re.search(CAUSES.get(fault, "$."), page), page
