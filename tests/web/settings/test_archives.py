"""The page over every archive of one person: how each stands, a search over all, and the way to each of them."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from archiver.settings import other_archives
from archiver.web import server
from archiver.web.server import instance_file, write_address
from archiver.web.settings import archives
from tests.support.archives.maker import at, message_object, story
from tests.support.console.application import SITE, open_application, serve_application


@pytest.fixture
def second(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The second of two archives on a computer, with a message of its own each."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    for name in ("first", "second"):
        maker = story(tmp_path / name)
        maker.sync([message_object(90, f"{name}のメッセージ 合言葉", sent=5000)], minutes=5001)
        maker.archive.close()
    return tmp_path / "second"


def make_known(home: Path) -> None:
    """Note that it was saved."""
    other_archives.note_saving(home, 42, at=at(5001), state=other_archives.state_folder())


def test_all_archives_are_shown_and_searched_on_one_page(second: Path) -> None:
    """Each with its hits, told apart; a lost one is named with what to do, and one archive alone has no such word."""
    with open_application(second.with_name("first")) as browser:
        alone = browser.get("/home")
        make_known(second)
        home, page = browser.get("/home"), browser.get("/archives?q=合言葉")
        broken = browser.get("/archives?q=from:")

    assert "/archives" not in alone
    assert "/archives" in home
    assert "firstのメッセージ" in page
    assert "secondのメッセージ" in page
    assert str(second) in page
    assert "<code>" not in page
    assert 2 == page.count(">Automatic saving:<")
    assert "secondのメッセージ" not in broken


def test_another_archive_is_opened_by_a_click(second: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its application is started once, and a page leads to it; a folder that is no known archive is refused."""
    make_known(second)
    served: list[Path] = []

    with open_application(second.with_name("first")) as browser, serve_application(second) as (gate, _context):

        def start(home: Path, _environ: object) -> bool:
            served.append(home)
            write_address(instance_file(home), gate)
            return True

        monkeypatch.setattr(archives, "start_application", start)
        opened = browser.post("/archives/open", home=str(second))
        gone_on = browser.client.get("/archives/go", query_string={"home": str(second)}, base_url=SITE)
        strange = browser.post("/archives/open", home=str(second.parent))
        monkeypatch.setattr(archives, "start_application", lambda _home, _environ: False)
        failed = browser.post("/archives/open", home=str(second))

    assert [second] == served
    assert "/archives/go?home=" in opened.get_data(as_text=True)
    assert gate.address == gone_on.headers["Location"]
    assert (404, 503) == (strange.status_code, failed.status_code)
    assert "again in a minute" in failed.get_data(as_text=True)
    assert "archive --home" not in failed.get_data(as_text=True)


@pytest.mark.drawn
def test_an_application_that_is_started_answers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A program of its own, which a second start only finds; one that cannot be started is said at once."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setattr(server, "program", lambda _argv0: (sys.executable, "-m", "archiver"))
    story(tmp_path / "home").archive.close()
    environ = {**os.environ, "HOME": str(tmp_path), "CHATWORK_API_BASE_URL": "http://127.0.0.1:9"}
    processes: list[subprocess.Popen[bytes]] = []
    popen = subprocess.Popen

    def record(*words: Any, **options: Any) -> subprocess.Popen[bytes]:
        processes.append(popen(*words, **options))
        return processes[-1]

    monkeypatch.setattr(subprocess, "Popen", record)
    try:
        assert server.start_application(tmp_path / "home", environ)
        assert server.start_application(tmp_path / "home", environ)
        assert 1 == len(processes)
    finally:
        for process in processes:
            process.terminate()
            process.wait(20)
    monkeypatch.setattr(server, "program", lambda _argv0: (str(tmp_path / "no such program"),))
    assert not server.start_application(tmp_path / "home", environ)
