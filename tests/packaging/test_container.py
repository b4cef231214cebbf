"""The container: its two files agree with the program, and its image is built and played as they say."""

from __future__ import annotations

import json
import os
import re
import resource
import shutil
import subprocess
import time
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from archiver.cli.commands import COMMANDS
from tests.packaging.conftest import Served, copy_sources, wait_until
from tests.support.chatwork.simulator import Chatwork
from tests.support.terminals.terminal import TOKEN

ROOT = Path(__file__).parents[2]
CONTAINERFILE = ROOT / "config" / "packaging" / "Containerfile"
COMPOSE = ROOT / "config" / "packaging" / "compose.yaml"
BASE = "docker.io/library/python:3.13-slim"
USER = 10001


def instructions(name: str) -> list[str]:
    """What stands behind an instruction of the Containerfile, in order; continued lines are joined."""
    lines = CONTAINERFILE.read_text(encoding="utf-8").replace("\\\n", " ").splitlines()
    return [line.partition(" ")[2].strip() for line in lines if line.startswith(f"{name} ")]


def printed_commands() -> list[str]:
    """The commands that compose.yaml gives at its head."""
    return re.findall(r"^#   (.+)$", COMPOSE.read_text(encoding="utf-8"), re.MULTILINE)


def service() -> dict[str, Any]:
    """The one service of compose.yaml."""
    found: dict[str, Any] = yaml.safe_load(COMPOSE.read_text(encoding="utf-8"))["services"]["archive"]
    return found


def test_the_recipe_copies_named_files_that_are_there_and_starts_the_program() -> None:
    """A whole folder would take secrets and caches along."""
    copied = [line.split()[:-1] for line in instructions("COPY") if not line.startswith("--from")]
    scripts = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["scripts"]
    (health,) = (json.loads(line[line.index("[") :]) for line in instructions("HEALTHCHECK"))

    assert [] == [name for names in copied for name in names if name in {".", "./"} or not (ROOT / name).exists()]
    assert [["archive"]] == [json.loads(line) for line in instructions("ENTRYPOINT")]
    assert {"archive"} == scripts.keys()
    assert ["archive", "status", "--full", "--json"] == health
    assert {"daemon", "status"} <= COMMANDS.keys()


def test_compose_starts_the_daemon_as_the_user_of_the_image_on_a_read_only_system() -> None:
    """The token comes from the file that its own first lines hand to `init`."""
    composed = service()
    (secret,) = composed["secrets"]

    assert {str(USER)} == {composed["user"], *instructions("USER")}
    assert [composed["command"]] == [json.loads(line) for line in instructions("CMD")]
    assert (True, ["ALL"]) == (composed["read_only"], composed["cap_drop"])
    assert any(f"init token --where file:/run/secrets/{secret} " in f"{line} " for line in printed_commands())


class Machine:
    """A machine with podman and a copy of the sources; its images, volumes and settings lie in one folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.place = folder / "source" / "config" / "packaging"
        self._environ = os.environ | {
            "CONTAINERS_CONF": str(folder / "containers.conf"),
            "CONTAINERS_STORAGE_CONF": str(folder / "storage.conf"),
            "COMPOSE_PROJECT_NAME": "play",
            "PODMAN_IGNORE_CGROUPSV1_WARNING": "1",
            "TOKEN": TOKEN,
        }

    def run(self, command: str, *, code: int = 0) -> str:
        """Run a line of the shell beside compose.yaml, `docker compose` being podman's; return what it printed."""
        files = "-f compose.yaml -f here.yaml"
        line = command.replace("docker compose exec", "podman exec").replace("exec archive ", "exec play_archive_1 ")
        line = line.replace("docker compose run", "docker compose run -T")
        done = subprocess.run(
            ["bash", "-c", line.replace("docker compose", f"podman-compose {files}")],
            cwd=self.place,
            env=self._environ,
            capture_output=True,
            text=True,
            stdin=subprocess.DEVNULL,
            timeout=500,
        )
        assert code == done.returncode, (line, done.stdout, done.stderr)
        return done.stdout

    def prepare(self) -> None:
        """Lay out the sources and a base image: Debian with its own Python, which is what the named one holds too."""
        copy_sources(self.folder / "source")
        self.place.mkdir(parents=True)
        for path in (CONTAINERFILE, COMPOSE):
            shutil.copy(path, self.place)
        self._configure()
        packages = "python3,python3-venv,ca-certificates,tzdata"
        link = "--customize-hook='ln -s /usr/bin/python3 \"$1/usr/local/bin/python\"'"
        self.run(f"mmdebstrap --quiet --variant=minbase --include={packages} {link} trixie {self.folder}/base.tar")
        self.run(f"podman import --quiet {self.folder}/base.tar {BASE}")
        (self.folder / "base.tar").unlink()

    def _configure(self) -> None:
        limits = [f"{name}={own}:{own}" for name, own in zip(("nofile", "nproc"), self._limits(), strict=True)]
        (self.folder / "containers.conf").write_text(
            f'[containers]\ndefault_ulimits = {json.dumps(limits)}\nnetns = "host"\n[engine]\nruntime = "runc"\n'
        )
        (self.folder / "storage.conf").write_text(
            f'[storage]\ndriver = "overlay"\ngraphroot = "{self.folder}/images"\nrunroot = "{self.folder}/run"\n'
        )

    @staticmethod
    def _limits() -> list[int]:
        """What this process itself may have, as a sandbox lets nobody have more."""
        return [resource.getrlimit(kind)[0] for kind in (resource.RLIMIT_NOFILE, resource.RLIMIT_NPROC)]

    def reach(self, chatwork: Chatwork) -> None:
        """Put the container into this machine's network, where the simulated Chatwork is."""
        environment = {"CHATWORK_API_BASE_URL": chatwork.base_url, "ARCHIVE_LANG": "en"}
        service = {"network_mode": "host", "environment": environment}
        (self.place / "here.yaml").write_text(yaml.safe_dump({"services": {"archive": service}}))

    def health(self) -> bool:
        """What the image's own health check says."""
        return subprocess.run(["podman", "healthcheck", "run", "play_archive_1"], env=self._environ).returncode == 0

    def remove(self) -> None:
        """Remove containers, volumes and images."""
        self.run("docker compose down -v")
        subprocess.run(["umount", "-q", self.folder / "images" / "overlay"], check=False)
        shutil.rmtree(self.folder)


@pytest.fixture
def machine(tmp_path: Path) -> Iterator[Machine]:
    """A machine with the base image."""
    missing = [name for name in ("podman", "podman-compose", "runc", "mmdebstrap") if shutil.which(name) is None]
    assert not missing, f"apt-get install {' '.join(missing)}"
    machine = Machine(tmp_path / "machine")
    machine.prepare()
    yield machine
    machine.remove()


@pytest.mark.slow
def test_a_container_is_built_set_up_saves_and_stops_as_printed(machine: Machine, served: Served) -> None:
    """Every line at the head of compose.yaml, then: what the daemon saves, its health good and bad, the stop."""
    machine.reach(served.chatwork)
    options = "--format docker --volume /etc/ssl/certs:/etc/ssl/certs:ro"
    for line in printed_commands():
        line = line.replace("read -rs TOKEN && ", "").replace("123456789", str(served.room))
        line = line.replace("docker compose build", f'docker compose --podman-build-args "{options}" build')
        machine.run(line)
    print(machine.run("podman history --human chatwork-archiver"))
    wait_until(lambda: "on, every" in machine.run("docker compose exec archive archive status"))
    served.chatwork.post(served.room, served.client, "納品を確認しました。")
    search = "docker compose exec archive archive search 納品 --json"
    wait_until(lambda: json.loads(machine.run(search))["total"] == 1)

    machine.run("docker compose exec archive archive seal")

    assert machine.health()
    assert "10001 10001" in machine.run("docker compose exec archive stat -c '%u %g' /data/archive")
    machine.run("docker compose exec archive touch /x", code=1)
    machine.run(f"printf %s {TOKEN[::-1]} > secrets/chatwork_token")
    assert not machine.health()

    started = time.monotonic()
    machine.run("podman stop play_archive_1")
    assert time.monotonic() - started < 9
    assert "0" == machine.run("podman inspect -f '{{.State.ExitCode}}' play_archive_1").strip()
    assert json.loads(machine.run("docker compose run --rm archive status --json"))["seals"]["count"] > 0
    machine.run("docker compose run --rm archive verify")
