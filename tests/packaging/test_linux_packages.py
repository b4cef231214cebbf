"""The Debian package and the tar, installed, opened from a menu and removed on a Debian that has nothing else."""

from __future__ import annotations

import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from PIL import ImageGrab
from playwright.sync_api import Page, expect, sync_playwright

from tests.packaging.conftest import wait_until
from tests.packaging.test_without_python import BareMachine
from tests.support.console.first_run_desk import FirstDayDesk, new_chatwork
from tests.support.console.player import Player
from tests.web.plays.test_pace_in_chromium import make_package, set_up

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
SCREEN, PORT = ":97", 9333
SOCKETS = "/tmp/.X11-unix"
MOUNTS = f"mount -t proc proc {{root}}/proc && mkdir -p {{root}}{SOCKETS} && mount --bind {SOCKETS} {{root}}{SOCKETS}"
TOOLS = "cron rofi librsvg2-common locales man-db procps"
"""What the play needs besides: cron, as no systemd runs here; a menu, its pictures, Japanese, readers of manuals."""

CHROMIUM = f"""\
export CHROMIUM_FLAGS="$CHROMIUM_FLAGS --no-sandbox --disable-gpu --disable-dev-shm-usage --no-first-run"
export CHROMIUM_FLAGS="$CHROMIUM_FLAGS --remote-debugging-port={PORT} --user-data-dir=/home/taro/browser"
"""
ENTRY = "usr/share/applications/chatwork-archiver.desktop"
HOME = ".local/share/chatwork-archiver"


@pytest.fixture(scope="module")
def packages(program: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The package and the tar of the build, by the end of their names."""
    folder = tmp_path_factory.mktemp("packages")
    script = ROOT / "config/packaging/make_linux.py"
    subprocess.run([sys.executable, script, program.parent, folder], check=True, capture_output=True)
    return {path.suffix: path for path in folder.iterdir()}


@pytest.fixture
def screen() -> Iterator[None]:
    """A screen that nobody sees."""
    Path(SOCKETS).mkdir(mode=0o1777, exist_ok=True)
    with subprocess.Popen(["Xvfb", SCREEN, "-screen", "0", "1280x900x24", "-ac"], stderr=subprocess.DEVNULL) as server:
        yield
        server.terminate()


@pytest.fixture
def machine(tmp_path: Path, screen: None) -> Iterator[BareMachine]:
    """A Debian with apt and what its packages need at least, on this computer's network."""
    machine = BareMachine(tmp_path / "root", "--variant=minbase", first="sleep infinity", mounts=MOUNTS)
    for name in ("etc/resolv.conf", "etc/hosts", *(f"etc/apt/apt.conf.d/{one.name}" for one in APT.glob("99*"))):
        shutil.copy(f"/{name}", machine.root / name)
    machine.environ = {"HOME": "/home/taro", "PATH": "/usr/bin:/bin", "LANG": "ja_JP.UTF-8", "DISPLAY": SCREEN}
    yield machine
    machine.end()


APT = Path("/etc/apt/apt.conf.d")


def test_the_package_is_installed_opened_saves_and_goes(
    machine: BareMachine, packages: dict[str, Path], tmp_path: Path
) -> None:
    """First run and package by clicking, a run by cron; the archive outlives the program, and the tar takes it up."""
    deb = shutil.copy(packages[".deb"], machine.root)
    apt = f"apt-get install --quiet --yes ./{Path(deb).name}"
    machine.administer(f"cd / && apt-get update && {apt} --no-install-recommends")
    machine.run("archive --lang en demo --dir demo && archive --home demo verify")
    assert len(list(machine.home.glob("demo/exports/*/data/*.pdf"))) == 3
    assert "python3" not in machine.administer("dpkg -l")
    machine.administer("apt-get remove --yes chatwork-archiver")
    machine.administer(f"cd / && {apt} && apt-get install --yes --no-install-recommends {TOOLS}")
    machine.administer("localedef -i ja_JP -f UTF-8 ja_JP.UTF-8")
    assert "保管庫" in machine.run("man archive")
    (machine.root / "etc/chromium.d/play").write_text(CHROMIUM)
    assert "lib/chatwork-archiver" not in machine.administer("ps -A -o args=")
    machine.administer("cron")

    with new_chatwork() as chatwork:
        (tmp_path / "desk").mkdir()
        desk = FirstDayDesk(tmp_path / "desk", chatwork, messages=20)
        machine.environ["CHATWORK_API_BASE_URL"] = chatwork.base_url
        machine.run(f"echo CHATWORK_API_BASE_URL={chatwork.base_url} | crontab -")
        with opened_from_menu(machine, tmp_path / "menu.png") as page:
            player = Player(page)
            set_up(player)
            page.screenshot(path=tmp_path / "automatic.png", full_page=True)
            make_package(player)  # automatic saving comes later: the trial of it would reach for the real Chatwork
            ImageGrab.grab(xdisplay=SCREEN).save(tmp_path / "package.png")
            page.goto(page.url.partition("/packages")[0] + "/settings")
            expect(page.locator("[name=icon]")).to_have_attribute("value", "off")
            page.screenshot(path=tmp_path / "settings.png", full_page=True)
        assert (machine.home / HOME / "exports").is_dir() or list(machine.home.glob("*/Chatwork資料"))
        machine.run(
            f"sed -i 's/^every = .5m./every = \"1m\"/' {HOME}/archive.toml && archive init schedule --with cron"
        )
        chatwork.post(desk.group, desk.tanaka, "夜に届いたメッセージ")
        wait_until(lambda: "夜に届いたメッセージ" in machine.run("archive search 夜に届いた || true"))

    said = machine.administer("apt-get remove --yes chatwork-archiver")
    assert f"/home/taro/{HOME}" in said
    assert "chatwork-archiver" not in machine.run("crontab -l")
    gone = ["usr/bin/archive", "usr/lib/chatwork-archiver", ENTRY, f"home/taro/.local/{ENTRY.removeprefix('usr/')}"]
    assert [] == [name for name in gone if (machine.root / name).exists()]
    assert (machine.home / HOME / "archive.sqlite3").exists()
    _play_tar(machine, packages[".gz"])


def _play_tar(machine: BareMachine, tar: Path) -> None:
    """Unpacked and installed by its one file, over the archive that is there; removed by the same file."""
    shutil.copy(tar, machine.home)
    machine.run(f"tar -xzf {tar.name} && ./chatwork-archiver/install.sh && rm -r chatwork-archiver")
    assert "動画編集" in machine.run(".local/bin/archive status")
    assert "Exec=/home/taro/.local/bin/archive app" in machine.run(f"cat .local/share/applications/{Path(ENTRY).name}")
    said = machine.run("sh .local/lib/chatwork-archiver/install.sh --uninstall")
    assert f"/home/taro/{HOME}" in said
    left = machine.run("find .local -name '*archive*' -not -path '*/share/chatwork-archiver*' -not -path '*-state*'")
    assert "" == left
    assert (machine.home / HOME / "archive.sqlite3").exists()


@contextmanager
def opened_from_menu(machine: BareMachine, picture: Path) -> Iterator[Page]:
    """Choose the entry in a menu, and sit before the page that the browser opens by itself."""
    with subprocess.Popen(machine.command("rofi -show drun -show-icons")) as menu, sync_playwright() as driver:
        wait_until(lambda: ImageGrab.grab(xdisplay=SCREEN).getbbox() is not None)  # black without a window
        subprocess.run(["xdotool", "type", "Chatwork"], check=True, env={"DISPLAY": SCREEN, "PATH": "/usr/bin"})
        time.sleep(2)
        ImageGrab.grab(xdisplay=SCREEN).save(picture)
        subprocess.run(["xdotool", "key", "Return"], check=True, env={"DISPLAY": SCREEN, "PATH": "/usr/bin"})
        menu.wait(20)
        asked = ["curl", "--silent", f"http://127.0.0.1:{PORT}/json"]
        wait_until(lambda: not subprocess.run(asked, capture_output=True).returncode)
        browser = driver.chromium.connect_over_cdp(f"http://127.0.0.1:{PORT}")
        page = browser.contexts[0].pages[0]
        yield page
        page.goto(page.url.partition("/settings")[0] + "/settings")
        page.locator("form[action='/settings/end'] button").first.click()
        browser.close()
