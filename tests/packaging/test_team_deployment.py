"""What a team's service is deployed with: who is handed the key, and what each part may write."""

from __future__ import annotations

import configparser
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from archiver.team.commands.ledger_and_archives import command_team

ROOT = Path(__file__).parents[2]
PACKAGING = ROOT / "config" / "packaging"
UNITS = ("archiver-save@.service", "archiver-serve.service")


def compose() -> dict[str, Any]:
    """The file for Compose."""
    found: dict[str, Any] = yaml.safe_load((PACKAGING / "compose.team.yaml").read_text(encoding="utf-8"))
    return found


class _Unit(configparser.RawConfigParser):
    def optionxform(self, optionstr: str) -> str:
        """Keep the names of options as they are written."""
        return optionstr


def unit(name: str) -> configparser.RawConfigParser:
    """A unit of systemd; of an option that stands twice the last one."""
    found = _Unit(strict=False, interpolation=None)
    found.read_string((PACKAGING / name).read_text(encoding="utf-8"))
    return found


def test_only_savers_are_handed_the_key() -> None:
    """Neither the viewer nor the database can open a token."""
    services = compose()["services"]
    handed = {name: service.get("secrets", []) for name, service in services.items()}

    assert ["save"] == [name for name, secrets in handed.items() if "archiver-key" in secrets]
    assert set(compose()["secrets"]) == {secret for secrets in handed.values() for secret in secrets}
    assert "archiver-key" not in (PACKAGING / "archiver-serve.service").read_text(encoding="utf-8")
    assert "archiver-key" in unit("archiver-save@.service")["Service"]["LoadCredential"]


def test_services_run_as_an_ordinary_user_on_a_read_only_system_with_commands_that_exist() -> None:
    """As the image of one person does; the store of files is read-only for the viewer."""
    for name in ("save", "serve"):
        service = compose()["services"][name]
        command = command_team.commands[service["command"][1]]
        assert (True, ["ALL"], "10001") == (service["read_only"], service["cap_drop"], service["user"])
        assert service["command"][0] == "team"
        assert command is not None
    assert 2 == compose()["services"]["save"]["deploy"]["replicas"]
    assert "files:/files:ro" in compose()["services"]["serve"]["volumes"]
    assert all(port.startswith("127.0.0.1:") for port in compose()["services"]["serve"]["ports"])
    for name in UNITS:
        service = unit(name)["Service"]
        assert ("strict", "yes", "0") == (service["ProtectSystem"], service["NoNewPrivileges"], service["LimitCORE"])
        assert service["User"] not in ("", "root")
        assert service["WorkingDirectory"].startswith("%C/")


@pytest.mark.skipif(sys.platform != "linux", reason="systemd is of Linux")
@pytest.mark.parametrize("name", UNITS)
def test_systemd_understands_the_units(name: str, tmp_path: Path) -> None:
    """Its own check finds nothing, once the program is where the unit looks for it."""
    program = tmp_path / "archive"
    program.write_text("#!/bin/sh\n", encoding="utf-8")
    program.chmod(0o755)
    text = (PACKAGING / name).read_text(encoding="utf-8").replace("/opt/chatwork-archiver/bin/archive", str(program))
    place = tmp_path / name.replace("@", "@1")
    place.write_text(text, encoding="utf-8")
    command = ["systemd-analyze", "verify", "--man=no", str(place)]
    checked = subprocess.run(command, capture_output=True, text=True, timeout=60)

    ours = [line for line in checked.stderr.splitlines() if name.partition(".")[0].rstrip("@") in line]
    assert [] == ours


def test_the_image_has_the_libraries_of_the_extra() -> None:
    """The lock of the image holds each library that `[team]` names, with its hashes."""
    lock = (ROOT / "requirements-team.lock").read_text(encoding="utf-8")
    recipe = (PACKAGING / "Containerfile.team").read_text(encoding="utf-8")
    copied = [line.split()[1:-1] for line in recipe.splitlines() if line.startswith("COPY") and "--from" not in line]

    assert all(re.search(rf"(?m)^{name}==", lock) for name in ("psycopg", "boto3", "procrastinate", "hatchling"))
    assert "--hash=sha256:" in lock
    assert [] == [name for names in copied for name in names if not (ROOT / name).exists()]
