"""`archive export` with authorities in the settings, as a user meets it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from archiver.cli.terminal.output import columns
from archiver.evidence.stamps.roots import fingerprint, pem_to_der
from tests.support.stamps.simulated_authority import SimulatedAuthority
from tests.support.terminals.sealing_terminal import SealingTerminal


def exported(sealing: SealingTerminal, *, code: int = 0) -> tuple[dict[str, Any], str]:
    """The document of an export, and what stood on stderr."""
    out, err = sealing.both("export", "--for", "lawyer", "--out", str(sealing.home / "out"), "--json", code=code)
    document: dict[str, Any] = json.loads(out)
    return document, err


def test_a_package_is_stamped_and_verified(sealing: SealingTerminal) -> None:
    """Seals and package bear the authority's time; both programs count them and find nothing."""
    sealing.say("やあ")

    made, _err = exported(sealing)

    verified = sealing.json("verify", made["path"])
    script = subprocess.run(
        [sys.executable, "-I", str(Path(made["path"]) / "verify.py"), "--json"], capture_output=True, check=True
    )
    assert made["stamped"]
    assert (True, 2) == (verified["ok"], verified["checked"]["stamps"])
    assert (verified["findings"], verified["checked"]) == tuple(
        json.loads(script.stdout)[name] for name in ("findings", "checked")
    )
    assert sealing.json("verify")["ok"]
    said = sealing.run("verify")
    root = fingerprint(pem_to_der((sealing.home / "a.pem").read_text())[0])
    assert (1, 0) == (said.count(root), said.count("package")), "an archive is no package, and a root is named once"
    assert said.startswith("No change was found."), "the result stands first"
    assert [] == [line for line in said.splitlines() if columns(line) > 80]


@pytest.mark.drawn
def test_without_its_stamp_the_export_ends_with_4(sealing: SealingTerminal, authority: SimulatedAuthority) -> None:
    """The package is made, says what is missing, and one made later has it."""
    sealing.say("やあ")
    authority.stop()

    made, err = exported(sealing, code=4)
    authority.start()
    again, _ = exported(sealing)

    assert (False, True) == (made["stamped"], again["stamped"])
    assert "タイムスタンプ(a): この資料に付けられませんでした" in made["incomplete"]
    assert all(one in err for one in made["incomplete"])
    assert [] == again["incomplete"]
    assert sealing.json("verify", made["path"])["ok"]


@pytest.mark.drawn
def test_a_root_that_cannot_be_read_is_told(sealing: SealingTerminal) -> None:
    """The package waits for nobody."""
    sealing.say("やあ")
    (sealing.home / "a.pem").unlink()

    made, err = exported(sealing, code=4)

    assert not made["stamped"]
    assert "The root certificate of the time-stamp authority “a” cannot be read" in err
    assert sealing.json("verify")["ok"]


@pytest.mark.drawn
def test_another_root_in_the_settings_is_a_finding(sealing: SealingTerminal) -> None:
    """Whoever exchanged the root beside the stamps has not exchanged the user's."""
    sealing.say("やあ")
    exported(sealing)
    (sealing.home / "a.pem").write_text(SimulatedAuthority().root_pem)

    out, _err = sealing.both("verify", code=3)

    assert "[stamp-root] seals/a.pem" in out
