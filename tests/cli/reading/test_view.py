"""`archive app --read-only` as a process: the address it prints, the browser it opens, and how it ends."""

from __future__ import annotations

import signal
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests

from archiver.cli.context import CliContext
from archiver.cli.reading import app
from archiver.web.server import bind_port, last_entry
from tests.support.archives.maker import story
from tests.support.chatwork.simulator import Chatwork
from tests.support.terminals.terminal import Terminal


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    maker = story(tmp_path_factory.mktemp("view") / "home")
    maker.archive.close()
    return maker.home


@contextmanager
def viewing(home: Path, *options: str, **environ: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A running `archive app --read-only` and the address that it printed."""
    with Chatwork() as chatwork:
        terminal = Terminal(home, chatwork)
    with terminal.serving("app", "--read-only", *options, **environ) as found:
        yield found


@pytest.mark.drawn
@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGTERM])
def test_it_serves_until_it_is_told_to_stop(home: Path, end: signal.Signals) -> None:
    """The printed address opens; Ctrl-C or the system's wish ends it with 0 and without a complaint."""
    with viewing(home, "--no-browser") as (process, address), requests.Session() as browser:
        opened = browser.get(address, timeout=10)
        process.send_signal(end)
        _out, err = process.communicate(timeout=10)

        assert 200 == opened.status_code
        assert 0 == process.returncode
        assert "Traceback" not in err


@pytest.mark.drawn
def test_the_browser_learns_the_key_by_a_file_that_only_the_user_can_read(home: Path, tmp_path: Path) -> None:
    """No command line, which every user of the computer can see, holds the key."""
    address_file = tmp_path / "seen"
    browser = tmp_path / "browser"
    script = f"import sys\nopen({str(address_file)!r}, 'w').write(sys.argv[1])\n"
    browser.write_text(f"#!{sys.executable}\n{script}", encoding="utf-8")
    browser.chmod(0o755)

    with viewing(home, BROWSER=str(browser)) as (process, address):
        text = address_file.read_text(encoding="utf-8")
        page = Path(text.removeprefix("file://"))
        folder_mode = stat.S_IMODE(page.parent.stat().st_mode)
        content = page.read_text(encoding="utf-8")
        process.send_signal(signal.SIGTERM)
        process.wait(10)

    assert text.startswith("file://")
    assert address.rpartition("=")[2] not in text
    assert address in content
    assert 0o700 == folder_mode
    assert not page.exists()


@pytest.mark.drawn
def test_no_archive_is_said_before_anything_is_served(tmp_path: Path) -> None:
    """The usual sentence and code of every command."""
    with viewing(tmp_path / "nowhere", "--no-browser") as (process, address):
        _out, err = process.communicate(timeout=20)

        assert "" == address
        assert 5 == process.returncode
        assert "Traceback" not in err


@pytest.mark.drawn
def test_a_port_below_the_free_ones_is_refused(home: Path) -> None:
    """A port that belongs to the system is a mistake in the call."""
    with viewing(home, "--port", "80") as (process, _address):
        process.communicate(timeout=20)

        assert 2 == process.returncode


def test_the_port_of_the_last_time_is_taken_again_and_told_if_it_cannot(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """So a page that is open comes back; a program that has the port may know the cookie, which is changed."""
    file, obj = tmp_path / "state" / "app.json", CliContext(tmp_path / "home", 0, {"HOME": str(tmp_path)})
    monkeypatch.setattr(app, "LOOK_SECONDS", 0)
    monkeypatch.setattr(app, "is_left_alone", lambda _context: True)
    entries = []
    for _run in range(2):
        app._serve(obj, file, 0, no_browser=True)
        entries.append(last_entry(file))
    with bind_port("127.0.0.1", entries[0][0]) as strange:
        strange.listen()
        capsys.readouterr()
        app._serve(obj, file, 0, no_browser=True)
    told, entry = capsys.readouterr().err, last_entry(file)

    assert entries[0] == entries[1]
    assert f"Another program has the port {entries[0][0]}," in told
    assert [False] * 2 == [one == other for one, other in zip(entry, entries[0], strict=True)]
