"""The one-folder build on a machine that has no Python at all: a root of its own, a user, a real cron."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from playwright.sync_api import sync_playwright

from tests.packaging.conftest import Served, wait_until
from tests.support.terminals.terminal import TOKEN
from tests.support.viewer.chromium_tab import CHROMIUM, FLAGS, Window, record_complaints

pytestmark = pytest.mark.slow


class BareMachine:
    """Debian's essential packages and cron in a folder, entered by chroot; processes in it end with it."""

    def __init__(
        self, root: Path, *options: str, first: str = "cron -f", mounts: str = "mount -t proc proc {root}/proc"
    ) -> None:
        self.root, self.home = root, root / "home" / "taro"
        options = options or ("--variant=essential", "--include=cron,passwd")
        subprocess.run(["mmdebstrap", "--quiet", *options, "trixie", str(root)], check=True, capture_output=True)
        subprocess.run(["chroot", root, "useradd", "--create-home", "taro"], check=True)
        mounted = f"{mounts.format(root=root)} && exec chroot {root} {first}"
        self._cron = subprocess.Popen(["unshare", "--mount", "--pid", "--fork", "--kill-child", "sh", "-c", mounted])
        children = Path(f"/proc/{self._cron.pid}/task/{self._cron.pid}/children")
        while not (pid := children.read_text().strip()):
            time.sleep(0.05)
        self._entry = ["nsenter", "--target", pid, "--mount", "--pid", "chroot"]
        self.environ = {"HOME": "/home/taro", "PATH": "/usr/bin:/bin:/home/taro/archive", "ARCHIVE_LANG": "en"}

    def command(self, line: str) -> list[str]:
        """A line of the user's shell in their home, as a command for this side."""
        words = [f"{name}={value}" for name, value in self.environ.items()]
        return [*self._entry, "--userspec=taro:taro", str(self.root), "env", "-i", *words, "sh", "-c", f"cd && {line}"]

    def administer(self, line: str) -> str:
        """Run a line as root; return what it printed."""
        words = ["env", "-i", "PATH=/usr/sbin:/usr/bin:/sbin:/bin", "DEBIAN_FRONTEND=noninteractive", "LC_ALL=C.UTF-8"]
        return self._printed([*self._entry, str(self.root), *words, "sh", "-c", line])

    def run(self, line: str) -> str:
        """Run a line; return what it printed."""
        return self._printed(self.command(line))

    @staticmethod
    def _printed(line: Sequence[str]) -> str:
        done = subprocess.run(line, capture_output=True, text=True, encoding="utf-8", timeout=600)
        assert done.returncode == 0, (line, done.stdout, done.stderr)
        return done.stdout

    def install(self, build: Path) -> None:
        """Put the one folder into the user's home, as from the downloaded ZIP."""
        shutil.copytree(build, self.home / "archive", symlinks=True)
        subprocess.run(["chown", "-R", "--reference", self.home, self.home / "archive"], check=True)

    def files(self) -> dict[str, str]:
        """Each file, link and folder of the machine, with a digest of its content; the crontab as its user sees it."""
        apart = {self.root / "proc", self.root / "var/spool/cron/crontabs"}
        found = [path for path in self.root.rglob("*") if not apart & {path, *path.parents}]
        return {"crontab": self.run("crontab -l")} | {
            str(path.relative_to(self.root)): hashlib.sha256(path.read_bytes()).hexdigest()
            if path.is_file() and not path.is_symlink()
            else "-"
            for path in found
        }

    def end(self) -> None:
        """End all that runs in it, and remove it."""
        self._cron.kill()
        self._cron.wait()
        shutil.rmtree(self.root)


@pytest.fixture
def machine(tmp_path: Path) -> Iterator[BareMachine]:
    """A machine without Python."""
    assert shutil.which("mmdebstrap"), "apt-get install mmdebstrap"
    machine = BareMachine(tmp_path / "root")
    yield machine
    machine.end()


def test_it_is_tried_scheduled_looked_at_and_removed_without_a_trace(
    machine: BareMachine, program: Path, served: Served
) -> None:
    """Demo with its PDFs, a run by cron, the application in a browser; afterwards the machine is as it was."""
    at_chatwork = f"CHATWORK_API_BASE_URL={served.chatwork.base_url}"
    machine.run(f"echo {at_chatwork} | crontab -")
    before = machine.files()
    assert [] == [name for name in before if "python" in name]

    machine.install(program.parent)
    machine.run("archive demo --dir demo && archive --home demo verify && archive verify demo/exports/*_lawyer")
    assert len(list(machine.home.glob("demo/exports/*/data/*.pdf"))) == 3

    machine.run(f"umask 077 && printf %s {TOKEN} > .chatwork-token")
    machine.run(f"{at_chatwork} archive init token --where file:~/.chatwork-token && {at_chatwork} archive init --yes")
    machine.run(f"{at_chatwork} archive job add job1 --chat {served.room}")
    machine.run("sed -i 's/^every = .5m./every = \"1m\"/' .local/share/chatwork-archiver/archive.toml")
    machine.run("archive init schedule --with cron")
    wait_until(
        lambda: json.loads(machine.run("archive search よろしく --json"))["total"] > 0,
        lambda: machine.run("archive status; archive status --full; crontab -l"),
    )
    _open_application(machine)

    machine.run("archive init schedule --off && archive init token --forget && rm -r archive demo")
    machine.run("rm -r .local/share/chatwork-archiver .local/state/chatwork-archiver-state")
    machine.run("rmdir .local/share .local/state .local")
    assert before == machine.files()


def _open_application(machine: BareMachine) -> None:
    """Open it in Chromium from outside, by the address that it prints."""
    command = machine.command("echo $$ && exec archive app --no-browser")
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        assert process.stdout is not None
        number = int(process.stdout.readline())
        address = next(line[line.index("http://") :].strip() for line in process.stdout if "http://127.0.0.1:" in line)
        try:
            with sync_playwright() as driver:
                browser = driver.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
                window = Window(browser.new_page(), address[: address.index("/", len("http://"))])
                record_complaints(window)
                window.page.goto(address)
                window.page.get_by_text("よろしくお願いします。").first.wait_for()
                browser.close()
        finally:
            machine.run(f"kill {number}")
        assert process.wait(20) == 0
    assert ([], []) == (window.complaints, window.outside)
