"""The sign beside the clock, seen by a desktop's bar through a real D-Bus: three states, a click, from a log-in on."""

from __future__ import annotations

import json
import os
import plistlib
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from configparser import RawConfigParser
from pathlib import Path
from typing import Any

import pytest
from jeepney import DBusAddress, MessageType, Properties, message_bus, new_method_call, new_method_return
from jeepney.io.blocking import DBusConnection, open_dbus_connection

from archiver import errors, waiting_sign
from archiver.cli.context import CliContext
from archiver.cli.main import main
from archiver.cli.saving import save
from archiver.render.times import time_of_year
from archiver.setup import menu_entry
from archiver.waiting_sign import Sign, read_sign, state_file
from tests.support.schedules.rounds import next_round, settings
from tests.support.world import running_world

pytestmark = pytest.mark.skipif(shutil.which("dbus-daemon") is None, reason="no D-Bus here")

SAVED = {"state": "safe", "late": 900, "stopped": 86400, "messages": 128, "last": "11/30 18:37"}


class Bar:
    """The bar of a desktop, as far as an item meets it: its watcher."""

    def __init__(self, address: str) -> None:
        self.bus: DBusConnection = open_dbus_connection(address)
        self.bus.send_and_get_reply(message_bus.RequestName(waiting_sign.WATCHER))
        self.item: DBusAddress | None = None

    def wait_for_item(self) -> None:
        """Until an item has registered itself here."""
        while True:
            message = self.bus.receive(timeout=20)
            if message.header.message_type is MessageType.method_call:
                self.item = DBusAddress("/StatusNotifierItem", message.body[0], waiting_sign.ITEM)
                self.bus.send(new_method_return(message))
                return

    def shown(self) -> tuple[str, str]:
        """The name of the picture, and the sentence."""
        assert self.item is not None
        (found,) = self.bus.send_and_get_reply(Properties(self.item).get_all(), timeout=5).body
        return Path(found["IconName"][1]).name, found["ToolTip"][1][3]

    def click(self) -> None:
        """As a mouse does."""
        self.bus.send_and_get_reply(new_method_call(self.item, "Activate", "ii", (10, 10)), timeout=5)


@pytest.fixture
def bar(monkeypatch: pytest.MonkeyPatch) -> Iterator[Bar]:
    """The bar of a session of its own."""
    words = ["dbus-daemon", "--session", "--print-address", "--nofork"]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as daemon:
        assert daemon.stdout is not None
        address = daemon.stdout.readline().strip()
        monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", address)
        made = Bar(address)
        yield made
        made.bus.close()
        daemon.terminate()


def test_three_states_and_a_click(bar: Bar, tmp_path: Path) -> None:
    """Each with a picture of its own; a second one of the same archive ends at once, all with the state."""
    file, clicks, ends = tmp_path / "waiting.json", list[int](), list[bool]()
    file.write_text(json.dumps(SAVED), encoding="utf-8")

    def look() -> Sign | None:
        return read_sign(file) if file.exists() else None

    def run() -> None:
        ends.append(waiting_sign.show_on_bus("x", look, lambda: clicks.append(1), seconds=0.05))

    thread = threading.Thread(target=run)
    thread.start()
    bar.wait_for_item()
    told = {}
    for state in ("safe", "look", "lose"):
        file.write_text(json.dumps(SAVED | {"state": state}), encoding="utf-8")
        time.sleep(0.2)
        told[state] = bar.shown()
    bar.click()
    run()
    file.unlink()
    thread.join(5)

    assert ["icon.svg", "icon-look.svg", "icon-stop.svg"] == [name for name, _sentence in told.values()]
    assert "128 messages are saved; last 11/30 18:37." == told["safe"][1]
    assert ([1], [False, True]) == (clicks, ends)


@pytest.mark.parametrize(
    ("text", "minutes", "state"),
    [
        (json.dumps(SAVED), 10, "safe"),
        (json.dumps(SAVED), 20, "look"),
        (json.dumps(SAVED), 1500, "lose"),
        (json.dumps(SAVED), -20, "look"),
        (json.dumps(SAVED), -1500, "look"),
        (json.dumps(SAVED | {"state": "of a newer version"}), 0, "look"),
        (json.dumps(SAVED | {"messages": float("inf")}), 0, "look"),
        (json.dumps(SAVED | {"state": "lose"}), 0, "lose"),
        ("{}", 0, "look"),
        ("[", 0, "look"),
    ],
)
def test_a_state_holds_as_long_as_it_is_fresh(tmp_path: Path, text: str, minutes: int, state: str) -> None:
    """Where nothing saves any more, nobody writes that: the sign says it by the age, also with a clock put back."""
    file = tmp_path / "waiting.json"
    file.write_text(text, encoding="utf-8")
    os.utime(file, (time.time() - minutes * 60,) * 2)

    assert state == read_sign(file).state


def test_each_run_writes_counts_and_a_state_where_something_waits(tmp_path: Path) -> None:
    """For this user alone, and no name; where nothing waits, nothing is written."""
    with running_world(tmp_path / "home") as world:
        world.posts(3, "秘密の話")
        next_round(world)
        begun = world.clock()
        file, told = state_file(world.home), list[dict[str, Any]]()
        for hours in (0, 0, 25):
            world.clock.pass_by(hours=hours)
            save.tell_after_round(settings(world, desktop=False), {}, None, now=world.clock(), unwatched=False)
            told += [json.loads(file.read_text(encoding="utf-8"))] if file.exists() else []
            file.touch()

        assert 0o600 == file.stat().st_mode & 0o777
        assert set(SAVED) == set(told[0])
        assert time_of_year(begun) == told[0]["last"]  # in Japan, wherever this computer is
        assert [("safe", len(world.states())), ("lose", len(world.states()))] == [
            (one["state"], one["messages"]) for one in told
        ]


@pytest.mark.drawn(but="test_three_states_and_a_click")
def test_the_entry_starts_it_at_the_next_log_in_and_a_click_the_application(
    bar: Bar, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """By the words of the entry alone; it is small, has neither pages nor store, and goes with the entry."""
    home, opened = tmp_path / "保管庫", tmp_path / "opened"
    (tmp_path / "browser").write_text(f'#!/bin/sh\necho "$1" > "{opened}"\n', encoding="utf-8")
    (tmp_path / "browser").chmod(0o755)
    for name, value in {"HOME": tmp_path, "BROWSER": tmp_path / "browser", "ARCHIVE_LANG": "ja"}.items():
        monkeypatch.setenv(name, str(value))
    for name in ("XDG_CONFIG_HOME", "XDG_STATE_HOME"):
        monkeypatch.delenv(name, raising=False)
    with running_world(home) as world:
        world.sync()
    environ = {**os.environ, "PYTHONPROFILEIMPORTTIME": "1"}
    monkeypatch.delenv("DBUS_SESSION_BUS_ADDRESS")  # so that it is not there before the next log-in
    assert 0 == main(["--home", str(home), "app", "--at-login"])
    (entry,) = (tmp_path / ".config" / "autostart").iterdir()
    parser = RawConfigParser(interpolation=None)
    parser.optionxform = str  # type: ignore[assignment, method-assign]
    parser.read_string(entry.read_text(encoding="utf-8"))

    with (
        (tmp_path / "imports").open("w") as imports,
        subprocess.Popen(
            ["sh", "-c", f"exec {parser['Desktop Entry']['Exec']}"], env=environ, stderr=imports
        ) as waiting,
    ):
        try:
            bar.wait_for_item()
            picture, sentence = bar.shown()
            status = Path(f"/proc/{waiting.pid}/status").read_text(encoding="utf-8")
            (size,) = [int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS")]
            bar.click()
            until = time.monotonic() + 20
            while not opened.exists() and time.monotonic() < until:
                time.sleep(0.1)
        finally:
            children = subprocess.run(["pgrep", "-P", str(waiting.pid)], capture_output=True, text=True, check=False)
            for one in (*map(int, children.stdout.split()), waiting.pid):
                os.kill(one, 15)

    named = {line.rpartition("|")[2].strip() for line in (tmp_path / "imports").read_text().splitlines()}
    assert opened.exists(), "no browser was opened"
    assert ("icon-stop.svg", True) == (picture, "保存が止まっている" in sentence)  # the world's clock is behind
    assert size < 40 * 1024
    assert [] == [one for one in named if one.startswith(("archiver.store", "archiver.web", "sqlalchemy", "flask"))]
    assert "archiver.waiting_sign" in named
    assert 0 == main(["--home", str(home), "app", "--no-at-login"])
    assert (False, False) == (entry.exists(), state_file(home).exists())


@pytest.mark.parametrize("platform", ["darwin", "win32"])
def test_an_entry_of_macos_or_windows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, platform: str) -> None:
    """By those systems' documentation: neither ran there. Without the extra, a sentence says that a part is missing."""
    links, started = list[tuple[str, ...]](), list[tuple[str, ...]]()
    monkeypatch.setattr(menu_entry, "write_links", lambda _paths, command, _icon: links.append(command))
    monkeypatch.setattr(menu_entry, "start_in_background", lambda *command, environ: started.append(command))
    monkeypatch.setenv("HOME", str(tmp_path))
    with running_world(tmp_path / "home") as world:
        world.sync()
    call = CliContext(tmp_path / "home", 0, {"APPDATA": str(tmp_path)})
    monkeypatch.setattr(sys, "platform", platform)
    with pytest.raises(errors.UsageError, match="tray"):
        menu_entry.begin_waiting(call, lambda *_given: None)
    monkeypatch.setattr(menu_entry, "find_spec", lambda name: name == "pystray")

    menu_entry.begin_waiting(call, lambda *_given: None)

    entry = menu_entry.login_entry(call)
    agent = plistlib.loads(entry.read_bytes())["ProgramArguments"] if platform == "darwin" else [*links[0]]
    assert [*started[0]] == agent
    assert agent[-4:] == ["--home", str(call.home), "app", "--wait"]
    assert (".plist" if platform == "darwin" else ".lnk") == entry.suffix
