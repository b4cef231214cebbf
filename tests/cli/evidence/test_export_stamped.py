"""`archive export` with authorities in the settings, as a user meets it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from archiver.cli.terminal.output import columns
from archiver.evidence.stamps.roots import fingerprint, pem_to_der
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
