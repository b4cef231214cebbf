"""The guide for Linux and servers, line by line as printed, in an empty home; and the wheel by uv and pipx."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.packaging.conftest import Served, copy_sources
from tests.support.schedules.scheduler_programs import CRONTAB
from tests.support.terminals.terminal import TOKEN

ROOT = Path(__file__).parents[2]
GUIDE = ROOT / "docs" / "ja" / "start.md"
ONLY_BY_NETWORK = "curl -LsSf https://astral.sh/uv/install.sh | sh"
"""The one line that is not run: the tests take uv from the package index."""


def printed_lines(section: str) -> list[str]:
    """The lines that the guide gives to be typed under a heading that begins so."""
    (found,) = (part for part in re.split(r"(?m)^#+ ", GUIDE.read_text(encoding="utf-8")) if part.startswith(section))
    blocks = re.findall(r"(?ms)^```\n(.*?)^```$", found)
    return [line for block in blocks for line in block.splitlines() if line != ONLY_BY_NETWORK]


class EmptyHome:
    """A user's home with nothing but this folder's sources, their programs, and a crontab of their own."""

    def __init__(self, folder: Path, tools: Path, room: int, base_url: str) -> None:
        self.home, self.room = folder / "home", room
        self.sources = self.home / "chatwork-archiver"
        copy_sources(self.sources)
        crontab = folder / "bin" / "crontab"
        crontab.parent.mkdir()
        crontab.write_text(CRONTAB.format(state=folder))
        crontab.chmod(0o755)
        kept = {name: value for name, value in os.environ.items() if name.startswith(("PIP_", "SSL_", "UV_"))}
        self._environ = kept | {
            "HOME": str(self.home),
            "PATH": f"{self.home}/.local/bin:{crontab.parent}:{tools}:/usr/bin:/bin",
            "CHATWORK_API_BASE_URL": base_url,
            "ARCHIVE_LANG": "en",
            "UV_PYTHON_DOWNLOADS": "never",
        }

    def type(self, *lines: str, standard_input: str = "") -> str:
        """Type the lines into one shell in the sources' folder; each must end well. Return what they printed."""
        script = "\n".join(["set -eo pipefail", *lines]).replace("--chat 123456789", f"--chat {self.room}")
        done = subprocess.run(
            ["bash", "-c", script],
            cwd=self.sources,
            env=self._environ,
            input=standard_input,
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=500,
        )
        assert done.returncode == 0, (lines, done.stdout, done.stderr)
        return done.stdout

    def has_program(self) -> bool:
        """Whether `archive` is found."""
        return shutil.which("archive", path=self._environ["PATH"]) is not None


@pytest.fixture(scope="module")
def tools(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of uv and pipx."""
    folder = tmp_path_factory.mktemp("tools")
    subprocess.run([sys.executable, "-m", "venv", folder], check=True)
    subprocess.run([folder / "bin" / "pip", "install", "--quiet", "uv", "pipx"], check=True)
    only = folder / "only"
    only.mkdir()
    for name in ("uv", "pipx"):
        (only / name).symlink_to(folder / "bin" / name)
    return only


@pytest.fixture
def home(tmp_path: Path, tools: Path, served: Served) -> EmptyHome:
    """An empty home, and a Chatwork with one message."""
    return EmptyHome(tmp_path, tools, served.room, served.chatwork.base_url)


def test_the_guide_has_its_lines_where_they_are_looked_for() -> None:
    """A heading that is renamed, or a block that goes away, would leave nothing to play."""
    own, server = ("2.", "3.", "更新する", "やめる"), range(1, 6)

    assert [2, 2, 1, 5] == [len(printed_lines(name)) for name in own]
    assert [5, 2, 6, 2, 3] == [len(printed_lines(f"サーバー {step}.")) for step in server]


@pytest.mark.slow
def test_the_guide_for_linux_works_as_printed(home: EmptyHome) -> None:
    """Installed by uv, tried, set up, updated and removed; the archive stays, as the guide says."""
    home.type(*printed_lines("2."))
    demo, init = printed_lines("3.")
    home.type(
        "cd ~", demo, f"umask 077; printf %s {TOKEN} > token", f"{init} token --where file:~/token", f"{init} --yes"
    )
    home.type(f"archive job add job1 --chat {home.room}", "archive save", "archive init schedule --with cron")
    home.type(*printed_lines("更新する"))
    assert "サイト制作" in home.type("archive job chats")
    home.type(*printed_lines("やめる"))

    assert not home.has_program()
    assert (home.home / ".local/share/chatwork-archiver/archive.sqlite3").exists()
    assert "chatwork-archiver" not in home.type("crontab -l || true")


@pytest.mark.slow
def test_the_guide_for_servers_works_as_printed(home: EmptyHome) -> None:
    """Installed with digests, the token in a file, saved, scheduled and removed; the archive stays."""
    home.type(*printed_lines("サーバー 1."))
    home.type(*printed_lines("サーバー 2."), standard_input=f"{TOKEN}\n")
    home.type("cd ~", *printed_lines("サーバー 3."))
    install, check = printed_lines("サーバー 4.")
    home.type("cd ~", install, f"{check} || test $? = 4")  # where no cron runs, the check says so
    assert "sync" in home.type("crontab -l")
    home.type("cd ~", *printed_lines("サーバー 5."))

    assert not home.has_program()
    assert not home.sources.exists()
    assert (home.home / ".local/share/chatwork-archiver/archive.sqlite3").exists()


@pytest.mark.slow
@pytest.mark.parametrize("installer", ["uv tool", "pipx"])
def test_the_wheel_is_installed_and_removed_by(home: EmptyHome, tmp_path: Path, installer: str) -> None:
    """The demo runs to its end with its PDFs; nothing of the program is left."""
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path / "dist")]
    subprocess.run(build, check=True, cwd=ROOT)
    home.type(f"{installer} install {tmp_path}/dist/*.whl", "cd ~", "archive demo --dir demo")
    assert len(list(home.home.glob("demo/exports/*/data/*.pdf"))) == 3
    home.type(f"{installer} uninstall chatwork-archiver")

    assert not home.has_program()
