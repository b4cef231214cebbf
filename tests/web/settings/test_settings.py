"""Settings by forms: notices with their tests, folders, language, and the regular copy."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from email.message import Message
from pathlib import Path

import pytest

from archiver.health import snapshot
from archiver.health.snapshot import Starters
from archiver.schedule import backends, schedulers
from archiver.settings.model import OnPage
from archiver.settings.token import addresses
from archiver.setup import menu_entry, unattended
from archiver.waiting_sign import state_file
from archiver.web.settings import settings as settings_page
from tests.support.archives.maker import story
from tests.support.console.application import FormBrowser, open_application
from tests.support.viewer.page_text import words_of


@pytest.fixture
def browser(tmp_path: Path) -> Iterator[FormBrowser]:
    """The application over one contract; the token lies in a file, so a password will too."""
    story(tmp_path / "home").archive.close()
    (tmp_path / "home" / "archive.toml").write_text('[token]\nsource = "file:token"\n')
    with open_application(tmp_path / "home") as opened:
        yield opened


@pytest.mark.drawn
def test_other_addresses_lie_in_private_files(browser: FormBrowser) -> None:
    """They hold passwords, so the settings only name the files."""
    browser.post("/settings/notices/urls", addresses="json://127.0.0.1:9/\njson://127.0.0.1:9/b")

    settings = browser.context.settings()
    assert ("file:notice-address-1", "file:notice-address-2") == settings.notify.urls
    assert ["json://127.0.0.1:9/", "json://127.0.0.1:9/b"] == [one.url for one in addresses(settings, {})]


def test_a_scheduler_that_does_not_run_saves_nothing(browser: FormBrowser, monkeypatch: pytest.MonkeyPatch) -> None:
    """The settings say the same as the overview: registered is not saved."""
    monkeypatch.setattr(settings_page, "observe_starters", lambda *_given: Starters("cron", is_idle=True))

    page = browser.get("/settings") + browser.get("/settings?change=automatic")

    assert "cron does not run on this computer" in page
    assert "It saves automatically" not in page
    assert "Automatic saving goes on." not in page
    assert "sudo" not in page


def test_the_overview_sends_nobody_to_a_terminal_where_cron_does_not_run(
    browser: FormBrowser, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It says what to do by clicking, and names the button that stands on the same page."""
    monkeypatch.setattr(snapshot, "observe_starters", lambda *_given: Starters("cron", is_idle=True))

    page = words_of(browser.get("/home"))

    assert "cron does not run on this computer" in page
    assert "Restart this computer" in page
    assert "save by hand now and then: “Save now”" in page
    assert not re.search("sudo|daemon|crontab", page)


def test_setting_up_without_a_running_cron_sends_nobody_to_a_terminal(
    browser: FormBrowser, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The result of the job says the same in words."""
    monkeypatch.setattr(schedulers, "choose_backend", lambda *_given: "cron")
    monkeypatch.setattr(schedulers, "install", lambda *_given, **_named: [])
    monkeypatch.setattr(backends, "is_cron_running", lambda: False)
    trial = unattended.JobTrial(has_saved=False, error_name=None, is_saving=False)
    monkeypatch.setattr(unattended, "try_job", lambda *_given, **_named: trial)

    browser.post("/settings/automatic", automatic="on")
    browser.job()
    page = words_of(browser.get("/job"))

    assert "Restart this computer" in page
    assert not re.search("sudo|daemon|crontab|loginctl", page)
    assert ("Automatic saving does not run yet" in page, "Registered with cron:" in page) == (True, False)


def test_new_versions_are_a_link_that_only_a_click_follows(
    browser: FormBrowser, monkeypatch: pytest.MonkeyPatch
) -> None:
    """To the page that the package names; without one there is the version alone."""
    plain, address = browser.get("/settings"), "https://example.com/releases"
    named = Message()
    named["Project-URL"] = f"Releases, {address}"
    monkeypatch.setattr(settings_page, "metadata", lambda _name: named)

    found = re.search(rf'<a href="{address}"[^>]*>', browser.get("/settings"))

    assert found is not None
    assert 'rel="noopener noreferrer"' in found[0]
    assert ("newer version" in plain, "Version " in plain) == (False, True)


def test_waiting_from_the_log_in_on_is_turned_on_and_off(browser: FormBrowser, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its process begins at once, not at the next log-in alone, once there is a state to be shown."""
    home, started = browser.context.home, list[tuple[bool, tuple[str, ...]]]()

    def start(*command: str, environ: object) -> None:
        started.append((state_file(home).stat().st_size > 2, command))

    monkeypatch.setattr(menu_entry, "start_in_background", start)
    monkeypatch.setenv("HOME", str(home.parent))

    browser.post("/settings/waiting", waiting="on")

    (entry,) = (home.parent / ".config" / "autostart").iterdir()
    assert [(True, ("--home", str(home), "app", "--wait"))] == [(ready, words[-4:]) for ready, words in started]
    assert 'value="off">Turn off' in browser.get("/settings?change=waiting")
    browser.post("/settings/waiting", waiting="off")
    assert (False, False) == (entry.exists(), state_file(home).exists())


def test_a_setting_says_how_the_page_asks_for_it_and_no_more_is_needed(
    browser: FormBrowser, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A row, and a form with a field of its kind: a number, an interval, a box; what cannot be is refused in words."""
    asked = [
        ("exports.daily", OnPage("copy", "copy", "写し"), True, False),
        ("files.stop_when_free_gb", OnPage("room", "free", "空き", "GB"), 2, False),
        ("sync.reserve", OnPage("room", "calls", "回数"), 60, False),
        ("sync.full_every", OnPage("room", "full", "全部"), timedelta(hours=6), False),
    ]
    monkeypatch.setattr(
        settings_page, "asked_settings", lambda form="": [one for one in asked if form in {"", one[1].form}]
    )

    page = browser.get("/settings") + browser.get("/settings?change=room") + browser.get("/settings?change=copy")
    kept = browser.post("/settings/room", free="0", calls="7", full="2h")
    off = browser.post("/settings/copy").get_data(as_text=True)
    settings, refused = browser.context.settings(), browser.post("/settings/room", free="x", calls="8", full="1h")
    below = browser.post("/settings/room", free="0", calls="-1", full="2h").get_data(as_text=True)

    assert re.search(r"<b>写し</b><small>on</small>(.|\n)*<b>空き</b><small>2</small>", page)
    assert re.search(r'name="free" value="2"(.|\n)*name="full" value="6h"(.|\n)*name="copy" value="True" checked', page)
    assert "<b>写し</b><small>off</small>" in off
    assert (0, 7, timedelta(hours=2), False) == (
        settings.files.stop_when_free_gb,
        settings.sync.reserve,
        settings.sync.full_every,
        settings.exports.daily,
    )
    assert (200, 422, 404) == (kept.status_code, refused.status_code, browser.post("/settings/x").status_code)
    assert "files.stop_when_free_gb must be a number." in refused.get_data(as_text=True)
    assert 'value="0"' in browser.get("/settings?change=room")
    assert "sync.reserve must be a number &gt;= 0." in below
    assert settings == browser.context.settings()
    browser.post("/settings/room", free="", calls=" ", full="")
    usual = browser.context.settings()
    assert (2, 60, timedelta(hours=6)) == (
        usual.files.stop_when_free_gb,
        usual.sync.reserve,
        usual.sync.full_every,
    )
