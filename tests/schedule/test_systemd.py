"""A real systemd user manager and a real cron: a job is installed, rounds are seen that it started, nothing remains.

Debian's systemd runs for a user only where it runs the machine. In a mount and a control-group namespace of its
own it can be made to believe that, without touching the machine: that is the nearest that a container allows.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.support.chatwork.simulator import Chatwork
from tests.support.terminals.terminal import TOKEN, Terminal

MANAGER = Path("/usr/lib/systemd/systemd")
BOOTED = (
    "mount -t cgroup2 none /sys/fs/cgroup && mkdir -p /run/systemd && mount -t tmpfs none /run/systemd && "
    "mkdir /run/systemd/system && exec {manager} --user --log-target=null"
)


PATIENCE = 150
"""Seconds: cron looks at its tables at each full minute."""


def wait_until(until: Callable[[], bool], tell: Callable[[], str] = str) -> None:
    """Wait for something that cron does; in vain, a test fails with what `tell` says of it."""
    end = time.monotonic() + PATIENCE
    while not until():
        assert time.monotonic() < end, tell()
        time.sleep(0.5)


def new_chat(chatwork: Chatwork) -> tuple[int, int]:
    """田中 and a chat with one message of theirs."""
    tanaka = chatwork.add_account("田中")
    room = chatwork.add_room("動画編集", members=[tanaka], announce=False)
    chatwork.post(room, tanaka, "こんにちは")
    return tanaka, room


def set_up(terminal: Terminal, room: int) -> None:
    """An archive of somebody whose token lies in a file, and who wants a round each minute."""
    terminal.run("init", "--yes")
    terminal.run("job", "add", "job1", "--chat", room)
    path, token = terminal.home / "archive.toml", terminal.home / "token"
    text = path.read_text(encoding="utf-8")
    text = text.replace('source = "env:CHATWORK_API_TOKEN"', 'source = "file:token"').replace(
        'every = "5m"', 'every = "1m"'
    )
    path.write_text(text, encoding="utf-8")
    token.touch(mode=0o600)
    token.write_text(TOKEN, encoding="utf-8")
    del terminal.environ["CHATWORK_API_TOKEN"]


class Manager:
    """A running user manager; commands go into its namespaces."""

    def __init__(self, process: subprocess.Popen[bytes], environ: dict[str, str]) -> None:
        self.process, self.environ = process, environ
        self.inside = ["nsenter", "--target", str(process.pid), "--mount", "--cgroup", "--"]

    def ask(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Run `systemctl --user` with these words."""
        command = [*self.inside, "systemctl", "--user", *words]
        return subprocess.run(command, env=self.environ, capture_output=True, text=True, timeout=30)


class Inside(Terminal):
    """A terminal of a user for whom this manager runs."""

    manager: Manager

    def command(self, *arguments: object) -> list[str]:
        """The command line of one call, in the manager's namespaces."""
        return [*self.manager.inside, *super().command(*arguments)]


@contextmanager
def running(folder: Path) -> Iterator[Manager]:
    """A user manager with a runtime folder of its own."""
    runtime = folder / "run"
    runtime.mkdir(mode=0o700)
    environ = {**os.environ, "XDG_RUNTIME_DIR": str(runtime), "HOME": str(folder)}
    environ.pop("DBUS_SESSION_BUS_ADDRESS", None)
    script = BOOTED.format(manager=MANAGER)
    command = ["unshare", "--mount", "--cgroup", "--propagation", "private", "sh", "-c", script]
    process = subprocess.Popen(command, env=environ, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        yield Manager(process, environ)
    finally:
        process.terminate()
        process.wait(20)


@pytest.fixture
def manager(tmp_path: Path) -> Iterator[Manager]:
    """A user manager that answers, or a reason why there is none."""
    lacking = [tool for tool in ("unshare", "nsenter", "systemctl") if shutil.which(tool) is None]
    if lacking or not MANAGER.exists():
        pytest.skip("there is no systemd here (Debian: systemd)")
    if os.geteuid() != 0:
        pytest.skip("only root can give a systemd a place of its own")
    with running(tmp_path) as made:
        end = time.monotonic() + 15
        while made.ask("is-system-running").stdout.strip() not in ("running", "degraded"):
            if made.process.poll() is not None or time.monotonic() > end:
                pytest.skip("this machine gives a systemd no place of its own")
            time.sleep(0.2)
        yield made


@pytest.mark.drawn
def test_rounds_come_from_the_timer_itself(manager: Manager, tmp_path: Path) -> None:
    """Only what systemd gives a job: home and program from the unit, the token from a file; then nothing remains."""
    with Chatwork(token=TOKEN, limit=10_000) as chatwork:
        tanaka, room = new_chat(chatwork)
        manager.ask("set-environment", f"CHATWORK_API_BASE_URL={chatwork.base_url}")
        terminal = Inside(tmp_path / "100% 保管庫", chatwork)
        terminal.manager = manager
        terminal.environ |= {name: manager.environ[name] for name in ("XDG_RUNTIME_DIR", "HOME")}
        set_up(terminal, room)
        log = terminal.home / "logs" / "archive.log"

        terminal.run("init", "schedule", "--with", "systemd")
        wait_until(log.exists)
        lines = len(log.read_text(encoding="utf-8").splitlines())
        chatwork.post(room, tanaka, "あとから")
        wait_until(lambda: len(log.read_text(encoding="utf-8").splitlines()) > lines)

        units = tmp_path / ".config" / "systemd" / "user"
        written = sorted(path.name for path in units.iterdir() if path.is_file())
        assert ["service", "timer"] == sorted(name.rpartition(".")[2] for name in written)
        assert all(TOKEN not in (units / name).read_text(encoding="utf-8") for name in written)
        assert 2 == terminal.json("status")["rooms"][0]["messages"]
        terminal.run("init", "schedule", "--off")
        assert [] == [path for path in units.rglob("*") if path.is_file() or path.is_symlink()]
        assert written[1] not in manager.ask("list-timers", "--all").stdout


CRON = "mount -t tmpfs none /var/spool/cron && mkdir -m 1730 /var/spool/cron/crontabs && mount -t tmpfs none /run"
"""Places of their own for the tables of cron and the file of its lock, so that no cron and no table is disturbed."""


class BesideCron(Terminal):
    """A terminal where a cron runs that has tables of its own."""

    inside: list[str]

    def command(self, *arguments: object) -> list[str]:
        """The command line of one call, in the namespace of that cron."""
        return [*self.inside, *super().command(*arguments)]

    def crontab(self, *words: str, text: bytes = b"") -> bytes | None:
        """What `crontab` prints; None if it found no table."""
        done = subprocess.run([*self.inside, "crontab", *words], input=text, env=self.environ, capture_output=True)
        return None if done.returncode else done.stdout


@pytest.fixture
def cron() -> Iterator[list[str]]:
    """A cron that runs in a namespace of its own, as the words before a command that is to run there."""
    lacking = [tool for tool in ("unshare", "nsenter", "crontab", "cron") if shutil.which(tool) is None]
    if lacking or os.geteuid() != 0:
        pytest.skip("there is no cron here, or not root, who alone can give one a place of its own")
    command = ["unshare", "--mount", "--propagation", "private", "sh", "-c", f"{CRON} && echo && exec cron -f"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        assert process.stdout is not None
        if not process.stdout.readline():
            pytest.skip("this machine gives a cron no place of its own")
        yield ["nsenter", "--target", str(process.pid), "--mount", "--"]
        process.terminate()


@pytest.mark.drawn
def test_a_round_comes_from_cron_itself(cron: list[str], tmp_path: Path) -> None:
    """Only what cron gives a job: home and program from the line, the token from a file; then gone without a trace."""
    with Chatwork(token=TOKEN, limit=10_000) as chatwork:
        _tanaka, room = new_chat(chatwork)
        foreign = f"CHATWORK_API_BASE_URL={chatwork.base_url}\n# 毎日の仕事\n0 0 1 1 * true\n".encode()
        terminal = BesideCron(tmp_path / "100% 保管庫", chatwork)
        terminal.inside = cron
        terminal.environ["PATH"] = os.defpath  # the tests' own `crontab` is none that a cron reads
        terminal.crontab("-", text=foreign)
        set_up(terminal, room)

        terminal.run("init", "schedule", "--with", "cron")
        wait_until((terminal.home / "logs" / "archive.log").exists, lambda: str(terminal.crontab("-l")))

        assert 1 == terminal.json("status")["rooms"][0]["messages"]
        assert TOKEN.encode() not in (terminal.crontab("-l") or b"")
        terminal.run("init", "schedule", "--off")
        assert foreign == terminal.crontab("-l")
        assert "archive init schedule" in terminal.run("init", "schedule", "--show", LANGUAGE="ja")
