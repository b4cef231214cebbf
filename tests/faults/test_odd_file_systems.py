"""The course of the product on file systems that lack or fail something: nothing is lost, and refusals say why."""

from __future__ import annotations

import io
import os
import re
import shutil
from pathlib import Path

import pytest
from werkzeug.datastructures import FileStorage

from tests.faults import oracle
from tests.faults.play import PROGRAM_ERROR, Player
from tests.faults.scenes import words
from tests.support.console.application import SITE, open_application
from tests.support.odd_file_system import mounted

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

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        not (os.access("/dev/fuse", os.R_OK | os.W_OK) and shutil.which("fusermount3")),
        reason="nothing can be mounted here: /dev/fuse or fusermount3 is missing",
    ),
]


@pytest.mark.parametrize("fault", [*HARMLESS, *CAUSES])
@pytest.mark.parametrize("name", COURSE)
def test_on_an_odd_file_system(player: Player, name: str, fault: str) -> None:
    """Each command ends well, or says in words what the file system lacks; and goes on where that is over."""
    scene, baseline = player.stage.scenes[name], player.baseline(name)
    home, place = player.set_up(scene)
    before = oracle.held(scene.home) if scene.home else {}
    mount = Path(f"{home.parent}-mounted")
    with mounted(home.parent, mount, fault):
        outcome = player.stage.starter.run(words(scene.argv, mount / "home", mount / "place"), player.stage.environ)
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


@pytest.mark.parametrize("fault", [*HARMLESS, *CAUSES])
def test_a_file_is_handed_in_on_an_odd_file_system(player: Player, fault: str) -> None:
    """It is kept, or the page says the cause in words, keeps nothing of it, and enters nothing."""
    home, _place = player.set_up(player.stage.scenes["export"])
    before, mount = oracle.held(home), Path(f"{home.parent}-mounted")
    with mounted(home.parent, mount, fault), open_application(mount / "home", player.stage.environ) as browser:
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
